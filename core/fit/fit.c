/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fit.c - the stages of a fit.
 *
 *   y = reference - baseline - e0
 *   alpha = argmin | (K alpha - y) / sigma |^2 + alpha^T K_MM alpha
 *   model = baseline + e0 + K alpha */
#include "fit/fit.h"

#include "data/names.h"
#include "fit/points.h"
#include "fit/share.h"
#include "model/gap.h"
#include "model/model.h"

#include <string.h>

void sz_fit_job_free(sz_fit_job *job)
{
    sz_lsq_free(job->factor);
    sz_curve_models_free(&job->curve);
    sz_kfold_models_free(&job->kfold);
    sz_system_free(job->system);
    sz_gap_free(job->gap);
    sz_checkpoint_free(&job->state);
    sz_baseline_free(&job->baseline);
    sz_targets_free(job->targets);
    sz_fit_unexpand(&job->spec);
    sz_files_free(&job->files);
    memset(job, 0, sizeof *job);
}

/* ---- data -> targets --------------------------------------------------------------- */

sz_status sz_fit_job_targets(sz_targets **targets, const sz_fit_job *job,
                             const sz_dataset *data, sz_error *err)
{
    sz_status status = sz_targets_create(targets, data, NULL, err);

    if (status == SZ_OK)
        status = sz_baseline_take(&job->baseline, *targets, job->setup.watch, err);
    if (status == SZ_OK) status = sz_targets_take_e0(*targets, &job->e0, err);
    if (status != SZ_OK) {
        sz_targets_free(*targets);
        *targets = NULL;
    }
    return status;
}

/* The files that the fit reads and writes; depends on the number of threads. */
static sz_status list_files(sz_fit_job *job, sz_error *err)
{
    const sz_fit_spec *spec = &job->spec;
    sz_status status = sz_fit_files(&job->files, spec, job->data->path, err);

    if (status == SZ_OK && job->baseline.gap)
        status = sz_files_read_those(&job->files, &job->baseline.gap->files, err);
    if (status != SZ_OK || job->setup.in_memory) return status;
    status = sz_files_write(&job->files, "gp_file", spec->gp_file, err);
    return status == SZ_OK ? sz_checkpoint_files(&job->state, &job->files, err) : status;
}

sz_status sz_fit_job_begin(sz_fit_job *job, const sz_fit_spec *spec,
                           const sz_dataset *data, const sz_fit_setup *setup,
                           sz_error *err)
{
    sz_status status = sz_targets_create(&job->targets, data, &spec->sigma, err);

    job->setup = *setup;
    job->data = data;
    job->spec = *spec;
    job->spec.n_terms = 0;
    job->spec.term = NULL;
    if (status == SZ_OK) status = sz_baseline_open(&job->baseline, spec, err);
    if (status == SZ_OK)
        status = sz_baseline_take(&job->baseline, job->targets, setup->watch, err);
    if (status == SZ_OK) status = sz_fit_find_e0(&job->e0, job->targets, spec, err);
    if (status == SZ_OK) status = sz_targets_take_e0(job->targets, &job->e0, err);
    if (status == SZ_OK)
        status = sz_fit_expand(&job->spec, data->n_species, data->z, err);
    if (status == SZ_OK && setup->team->rank == 0)
        status = sz_fit_warn_overruled(&job->spec, setup->watch, err);
    if (status == SZ_OK && !setup->in_memory)
        status =
            sz_checkpoint_open(&job->state, spec, job->targets, setup->checkpoint, err);
    if (setup->in_memory) job->state.interval = -1.0;
    job->state.n_ranks = setup->team->size;
    job->state.n_threads = setup->n_threads         ? setup->n_threads
                           : setup->team->n_threads ? setup->team->n_threads
                                                    : sz_crew_cores();
    return status == SZ_OK ? list_files(job, err) : status;
}

/* ---- sparse points ----------------------------------------------------------------- */

/* The model and the threads of a checkpoint, if there is one. */
static sz_status look_for_checkpoint(sz_fit_job *job, sz_error *err)
{
    const sz_checkpoint *state = &job->state;
    int n_threads = job->setup.n_threads;
    sz_status status;

    if (job->setup.only_plan || job->setup.in_memory) return SZ_OK;
    if (!job->setup.resume) return sz_checkpoint_begin(state, err);
    status = sz_checkpoint_resume(&job->state, &job->gap, err);
    job->resumed = status == SZ_OK && job->gap != NULL;
    if (job->resumed && n_threads && n_threads != state->n_threads)
        status = sz_fail(err, SZ_ERR_FORMAT,
                         "%.400s was written by %d threads; leave out --threads=%d",
                         state->folder, state->n_threads, n_threads);
    return status;
}

sz_status sz_fit_job_resume(sz_fit_job *job, sz_error *err)
{
    sz_team *team = job->setup.team;
    sz_status status = team->rank == 0 ? look_for_checkpoint(job, err) : SZ_OK;

    status = team->agree(team, status, err);
    if (status == SZ_OK) team->share(team, &job->resumed, sizeof job->resumed);
    return status;
}

/* A full disk does not stop the fit. */
static void file_points(sz_fit_job *job)
{
    sz_error why;

    if (job->setup.only_plan || job->state.interval < 0.0) return;
    if (sz_checkpoint_save_points(&job->state, job->gap, &why) == SZ_OK) return;
    sz_checkpoint_warn(&job->state, job->setup.watch, &why);
    job->state.interval = -1.0;
}

static sz_status choose_points(sz_fit_job *job, sz_error *err)
{
    sz_status status = sz_fit_make_gap(&job->gap, &job->spec, job->targets, &job->e0,
                                       job->state.n_threads, job->setup.watch, err);

    if (status == SZ_OK && sz_fit_unknowns(job->gap) == 0)
        status = sz_fail(err, SZ_ERR_FORMAT,
                         "%s: there are no sparse points to choose: the descriptors have "
                         "no atom or pair within their cutoff",
                         job->data->path);
    if (status == SZ_OK) file_points(job);
    return status;
}

/* Only rank 0 chooses: different machines round, and so may choose, differently. */
sz_status sz_fit_job_points(sz_fit_job *job, sz_error *err)
{
    sz_team *team = job->setup.team;
    sz_checkpoint *state = &job->state;
    sz_status status = SZ_OK;

    if (team->rank == 0 && !job->resumed) status = choose_points(job, err);
    status = team->agree(team, status, err);
    if (status == SZ_OK) status = sz_fit_share_gap(&job->gap, team, err);
    if (status != SZ_OK) return status;
    team->share(team, &state->n_threads, sizeof state->n_threads);
    team->share(team, &state->interval, sizeof state->interval);
    team->share(team, state->points, sizeof state->points);
    return SZ_OK;
}

/* ---- rows -> weights --------------------------------------------------------------- */

sz_status sz_fit_job_system(sz_fit_job *job, sz_error *err)
{
    sz_team *team = job->setup.team;
    sz_status status = sz_system_create(&job->system, job->gap, err);

    if (status == SZ_OK && job->setup.curve)
        status = sz_curve_models_plan(&job->curve, job->gap, &job->spec, job->data, err);
    if (status == SZ_OK && job->setup.n_folds)
        status = sz_kfold_models_plan(&job->kfold, job->setup.n_folds, job->gap,
                                      &job->spec, job->data, job->setup.watch, err);
    return team->agree(team, status, err);
}

sz_status sz_fit_job_rows(sz_fit_job *job, sz_error *err)
{
    const sz_fit_run run = {.team = job->setup.team,
                            .n_threads = job->state.n_threads,
                            .state = &job->state,
                            .resume = job->resumed,
                            .watch = job->setup.watch,
                            .method = job->spec.solver == SZ_SOLVER_NORMAL ? SZ_LSQ_NORMAL
                                                                           : SZ_LSQ_QR,
                            .jitter = job->spec.sparse_jitter};
    sz_status status;

    if (job->setup.curve)
        return sz_curve_models_factor(&job->curve, &job->factor, job->system,
                                      job->targets, &run, &job->rows, err);
    if (job->setup.n_folds)
        status = sz_kfold_models_factor(&job->kfold, &job->factor, job->system,
                                        job->targets, &run, &job->rows, err);
    else
        status =
            sz_fit_factor(&job->factor, job->system, job->targets, &run, &job->rows, err);
    sz_system_free(job->system);
    job->system = NULL;
    return status;
}

sz_status sz_fit_job_solve(sz_fit_job *job, sz_error *err)
{
    sz_status status =
        sz_fit_solve(job->factor, job->gap, job->spec.sparse_jitter, &job->solution, err);

    sz_lsq_free(job->factor);
    job->factor = NULL;
    return status;
}

/* ---- model ------------------------------------------------------------------------- */

sz_status sz_fit_job_join(sz_fit_job *job, sz_error *err)
{
    const sz_fit_spec *spec = &job->spec;
    const char *const note[][2] = {
        {"command_line", spec->command_line},
        {"training_data", *spec->data ? spec->data : spec->at_file},
        {"licence", spec->licence},
        {"citation", spec->citation},
        {"note", spec->note}};
    sz_status status = SZ_OK;

    for (size_t k = 0; k < sizeof note / sizeof *note && status == SZ_OK; k++)
        if (*note[k][1]) status = sz_gap_set_note(job->gap, note[k][0], note[k][1], err);
    if (status == SZ_OK) status = sz_files_read_those(&job->gap->files, &job->files, err);
    if (status == SZ_OK && job->baseline.gap)
        status = sz_gap_add(job->gap, job->baseline.gap, err);
    return status;
}

sz_status sz_fit_job_model(sz_model **model, const sz_fit_job *job, sz_error *err)
{
    return sz_model_build(model, job->gap, err);
}

/* ---- the whole fit, in one process ------------------------------------------------- */

sz_status sz_fit_job_run(sz_fit_job *job, const sz_fit_spec *spec, const sz_dataset *data,
                         const sz_fit_setup *setup, sz_error *err)
{
    sz_status status = sz_fit_job_begin(job, spec, data, setup, err);

    for (int k = 0; status == SZ_OK && k < job->targets->warnings.n; k++)
        sz_watch_warn(setup->watch, "%s", job->targets->warnings.text[k]);
    if (status == SZ_OK) status = sz_fit_job_resume(job, err);
    if (status == SZ_OK) status = sz_fit_job_points(job, err);
    if (status == SZ_OK) status = sz_fit_job_system(job, err);
    if (status == SZ_OK) status = sz_fit_job_rows(job, err);
    if (status == SZ_OK && job->rows.stopped)
        status = sz_fail(err, SZ_ERR_STOPPED, "interrupted");
    if (status == SZ_OK) status = sz_watch_check(setup->watch, err);
    if (status == SZ_OK) status = sz_fit_job_solve(job, err);
    if (status != SZ_OK) return status;
    if (*job->solution.warning) sz_watch_warn(setup->watch, "%s", job->solution.warning);
    return sz_fit_job_join(job, err);
}

sz_status sz_fit_setup_alone(sz_fit_setup *setup, sz_team *team,
                             const sz_fit_options *options, sz_error *err)
{
    *team = sz_team_alone();
    *setup = (sz_fit_setup){.team = team,
                            .checkpoint = -1.0,
                            .in_memory = 1,
                            .watch = options ? options->watch : NULL};
    return sz_crew_threads(&setup->n_threads, options ? options->n_threads : 0, err);
}

sz_status sz_fit(sz_model **model, const sz_fit_spec *spec, const sz_dataset *dataset,
                 const sz_fit_options *options, sz_error *err)
{
    sz_fit_job job = {0};
    sz_fit_setup setup;
    sz_team team;
    sz_status status = sz_fit_setup_alone(&setup, &team, options, err);

    *model = NULL;
    if (status == SZ_OK) status = sz_fit_job_run(&job, spec, dataset, &setup, err);
    if (status == SZ_OK) {
        status = sz_model_create(model, job.gap, err);
        job.gap = NULL;
    }
    sz_fit_job_free(&job);
    return status;
}

/* ---- data with the names of a fit -------------------------------------------------- */

/* The names that were set in spec, with its prefix; "none" is kept. */
static sz_name_wish wish_of(const sz_fit_spec *spec, sz_names_use use)
{
    const char *const name[SZ_N_NAMES] = {spec->name.energy, spec->name.force,
                                          spec->name.virial, spec->name.stress};
    sz_name_wish wish = {.use = use, .prefix = spec->prefix};

    for (int k = 0; k < SZ_N_NAMES; k++) {
        const char *bare = name[k] + strlen(spec->prefix);

        if (!(spec->names_given >> k & 1)) continue;
        wish.given[k] = sz_name_is_none(bare) ? bare : name[k];
    }
    return wish;
}

/* Without a spec: the names found in the file. */
static sz_status read_usual(sz_dataset **dataset, const char *path, sz_error *err)
{
    const sz_name_wish wish = {.use = SZ_NAMES_COMPARE};
    const sz_dataset_names name = {.config_type = (char[]){"config_type"},
                                   .force_mask = (char[]){"force_mask"}};

    if (strcmp(path, "-") == 0)
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "standard input cannot be read twice, once for the names in it: "
                       "give a spec that has them, or a file");
    return sz_dataset_read_wish(dataset, NULL, path, &wish, &name, err);
}

sz_status sz_dataset_read(sz_dataset **dataset, const char *path, const sz_fit_spec *spec,
                          sz_error *err)
{
    sz_name_wish wish;

    *dataset = NULL;
    if (!spec) return read_usual(dataset, path, err);
    wish = wish_of(spec, SZ_NAMES_FIT);
    return sz_dataset_read_wish(dataset, NULL, path, &wish, &spec->name, err);
}

sz_status sz_fit_read_test(sz_dataset **dataset, const char *path,
                           const sz_fit_spec *spec, sz_error *err)
{
    const sz_name_wish wish = wish_of(spec, SZ_NAMES_TEST);
    const sz_dataset_names name = sz_names_to_compare(&spec->name);

    return sz_dataset_read_wish(dataset, NULL, path, &wish, &name, err);
}
