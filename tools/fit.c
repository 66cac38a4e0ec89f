/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fit.c - soapz fit: gap_fit's command line, without the memory.
 *
 *   data -> e0 -> sparse points -> rows -> factor -> weights -> model -> errors
 *
 * All ranks of a team read the data; rank 0 chooses the sparse points, solves, writes and
 * speaks; the rows are everybody's. */
#include "base/file.h"
#include "fit/baseline.h"
#include "fit/checkpoint.h"
#include "fit/curve.h"
#include "fit/points.h"
#include "fit/share.h"
#include "fit/system.h"
#include "fit_curve_report.h"
#include "fit_main.h"
#include "fit_options.h"
#include "fit_report.h"
#include "format/gap_write.h"
#include "format/soapz_write.h"
#include "model/model.h"
#include "suggest.h"
#include "tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: soapz fit [OPTIONS] KEY=VALUE ...        gap_fit's command line as it is\n"
    "       soapz fit [OPTIONS] FIT.conf             a configuration file (docs/fit.md)\n"
    "       mpiexec -n 8 soapz-fit-mpi ...           the same on many ranks, where "
    "built\n"
    "\n"
    "Fits a sparse Gaussian process to energies, forces and virials, and writes it to\n"
    "gp_file: as GAP XML, or as .soapz where the name ends so. Frames are taken one by\n"
    "one; memory grows with the number of sparse points, not with the data.\n"
    "\n"
    "  dryrun=T      says what would be fitted and how much memory it takes\n"
    "  --resume      goes on where the same command was interrupted or killed\n"
    "  --checkpoint SECONDS\n"
    "                time between two checkpoints, 60; 0: after each frame; off: none.\n"
    "                They are the folder GP_FILE.checkpoint, gone when all is done\n"
    "  --curve FILE.json\n"
    "                learning curves: errors of smaller models and of less data, and\n"
    "                their picture FILE.svg\n"
    "  --suggest     looks at at_file alone: settings to begin with, and why\n"
    "  --threads N   all cores; for each rank of soapz-fit-mpi 1\n"
    "  --help        this text\n"
    "\n"
    "Ctrl-C ends after the frame at hand, with a checkpoint and exit code 130; a second\n"
    "one ends at once.\n"
    "\n"
    "example:\n"
    "  soapz fit at_file=train.xyz gp_file=gp.xml default_sigma={0.002 0.1 0.1 0} \\\n"
    "    e0_method=average gap={soap n_max=8 l_max=6 atom_sigma=0.5 cutoff=5 zeta=4 \\\n"
    "    delta=1 covariance_type=dot_product sparse_method=cur_points n_sparse=500 \\\n"
    "    nu_R=2 nu_S=1}\n";

enum { DONE = 0, FAILED = 1, USAGE = 2, STOPPED = 130 }; /* exit codes */

typedef struct {
    sz_team *team;
    sz_fit_options option;
    sz_fit_spec *spec;
    sz_dataset *train;
    sz_e0 e0;
    sz_gap *gap, *core; /* core: beneath the fit, or NULL */
    sz_checkpoint state;
    sz_fit_rows rows;
    sz_fit_clock clock;
    sz_teller teller;
    sz_watch watch;
    sz_curve curve;
    /* only_plan: without rows */
    int only_plan, resumed, written, measured, finished;
} fit;

static void print_warnings(const sz_warnings *w)
{
    for (int k = 0; k < w->n; k++)
        fprintf(stderr, "soapz fit: warning: %s\n", w->text[k]);
}

/* ---- data -------------------------------------------------------------------------- */

/* The model must not take the place of what it is made from. */
static sz_status check_gp_file(const sz_fit_spec *spec, sz_error *err)
{
    const struct {
        const char *key, *path;
    } input[] = {{"at_file", spec->at_file},
                 {"test_file", spec->test_file},
                 {"core_param_file", spec->core_param_file}};

    for (size_t k = 0; k < sizeof input / sizeof *input; k++)
        if (input[k].path && *input[k].path && sz_same_file(spec->gp_file, input[k].path))
            return sz_fail(err, SZ_ERR_ARGUMENT,
                           "gp_file=%.300s is %s too and would be overwritten; give the "
                           "model another name",
                           spec->gp_file, input[k].key);
    return SZ_OK;
}

/* What is needed at the end had better fail now. */
static sz_status check_files(const sz_fit_spec *spec, const char *curve, sz_error *err)
{
    sz_output part = {0};
    sz_dataset *test = NULL;
    sz_status status = check_gp_file(spec, err);

    if (status == SZ_OK && !spec->dryrun && !spec->sparsify_only)
        status = sz_output_open(&part, spec->gp_file, err);
    sz_output_free(&part);
    if (status == SZ_OK && *spec->test_file)
        status = sz_dataset_read_data(&test, spec->test_file, &spec->name, err);
    sz_dataset_free(test);
    if (status == SZ_OK && curve) status = sz_curve_check(curve, spec, err);
    return status;
}

static sz_status read_data(fit *f, sz_error *err)
{
    sz_fit_spec *spec = f->spec;
    sz_status status =
        sz_dataset_read(&f->train, spec->at_file, &spec->name, &spec->sigma, err);

    if (status == SZ_OK) status = sz_baseline_take(&f->core, f->train, spec, err);
    if (status == SZ_OK) status = sz_fit_find_e0(&f->e0, f->train, spec, err);
    if (status == SZ_OK) status = sz_dataset_take_e0(f->train, &f->e0, err);
    if (status == SZ_OK)
        status = sz_fit_expand(spec, f->train->n_species, f->train->z, err);
    if (status == SZ_OK)
        status = sz_checkpoint_open(&f->state, spec, f->train, f->option.checkpoint, err);
    if (status == SZ_OK && f->team->rank == 0)
        status = check_files(spec, f->option.curve, err);
    status = f->team->agree(f->team, status, err);
    if (status != SZ_OK || f->team->rank > 0) return status;
    print_warnings(&spec->warnings);
    print_warnings(&f->train->warnings);
    sz_fit_print_data(f->train, spec, &f->e0);
    sz_fit_clock_stage(&f->clock, "data");
    return SZ_OK;
}

/* ---- sparse points ----------------------------------------------------------------- */

/* The model and the threads of a checkpoint, if there is one. */
static sz_status look_for_checkpoint(fit *f, sz_error *err)
{
    sz_status status;

    if (f->only_plan) return SZ_OK;
    if (!f->option.resume) return sz_checkpoint_begin(&f->state, err);
    status = sz_checkpoint_resume(&f->state, &f->gap, err);
    if (status != SZ_OK) return status;
    f->resumed = f->gap != NULL;
    if (!f->resumed)
        printf("no checkpoint with sparse points in %s: from the beginning\n",
               f->state.folder);
    else if (f->option.n_threads && f->option.n_threads != f->state.n_threads)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%.400s was written by %d threads; leave out --threads=%d",
                       f->state.folder, f->state.n_threads, f->option.n_threads);
    return SZ_OK;
}

static sz_status choose_points(fit *f, sz_error *err)
{
    sz_status status = look_for_checkpoint(f, err);
    sz_error why;

    if (status != SZ_OK || f->resumed) return status;
    status = sz_fit_make_gap(&f->gap, f->spec, f->train, &f->e0, &f->watch, err);
    if (status == SZ_OK && sz_fit_unknowns(f->gap) == 0)
        status = sz_fail(err, SZ_ERR_FORMAT,
                         "%s: there is not one sparse point to choose: the descriptors "
                         "see no atom or pair within their cutoff",
                         f->train->path);
    if (status != SZ_OK || f->only_plan || f->state.interval < 0.0) return status;
    if (sz_checkpoint_save_points(&f->state, f->gap, &why) != SZ_OK) {
        sz_checkpoint_warn(&f->state, &f->watch, &why);
        f->state.interval = -1.0;
    }
    return SZ_OK;
}

/* Rank 0 chooses: ranks on unlike machines would round, and so choose, differently. */
static sz_status find_points(fit *f, sz_error *err)
{
    sz_team *team = f->team;
    sz_status status = SZ_OK;

    f->state.n_ranks = team->size;
    f->state.n_threads = f->option.n_threads ? f->option.n_threads
                         : team->n_threads   ? team->n_threads
                                             : (int)sysconf(_SC_NPROCESSORS_ONLN);
    if (team->rank == 0) status = choose_points(f, err);
    status = team->agree(team, status, err);
    if (status == SZ_OK) status = sz_fit_share_gap(&f->gap, team, err);
    if (status != SZ_OK) return status;
    team->share(team, &f->resumed, sizeof f->resumed);
    team->share(team, &f->state.n_threads, sizeof f->state.n_threads);
    team->share(team, &f->state.interval, sizeof f->state.interval);
    team->share(team, f->state.points, sizeof f->state.points);
    if (team->rank > 0) return SZ_OK;
    sz_fit_print_points(f->gap, team->size, f->state.n_threads);
    sz_fit_clock_stage(&f->clock, "sparse points");
    return SZ_OK;
}

/* ---- model ------------------------------------------------------------------------- */

static int ends_in(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);

    return n >= m && strcmp(text + n - m, end) == 0;
}

static int is_soapz(const fit *f)
{
    return ends_in(f->spec->gp_file, ".soapz");
}

static sz_status set_notes(sz_gap *gap, const sz_fit_spec *spec, sz_error *err)
{
    const char *const note[][2] = {
        {"command_line", spec->command_line},
        {"training_data", *spec->data ? spec->data : spec->at_file},
        {"licence", spec->licence},
        {"citation", spec->citation},
        {"note", spec->note}};
    sz_status status = SZ_OK;

    for (size_t k = 0; k < sizeof note / sizeof *note && status == SZ_OK; k++)
        if (*note[k][1]) status = sz_gap_set_note(gap, note[k][0], note[k][1], err);
    return status;
}

static sz_status save_model(fit *f, sz_error *err)
{
    char text[400];
    const char *path = f->spec->gp_file;
    sz_status status = set_notes(f->gap, f->spec, err);

    if (status == SZ_OK && f->core) status = sz_gap_add(f->gap, f->core, err);
    if (status != SZ_OK) return status;
    if (is_soapz(f)) {
        status = sz_gap_save(f->gap, path, err);
    } else {
        if (sz_gap_is_foreign(f->gap, text))
            fprintf(stderr, "soapz fit: warning: %s\n", text);
        status = sz_gap_write(f->gap, path, err);
    }
    if (status == SZ_OK) sz_checkpoint_remove(&f->state);
    f->written = status == SZ_OK;
    return status;
}

/* besides the factors of the threads, one that gathers; at each step two and scratch */
static void print_curve_plan(const sz_curve *c, int n_threads)
{
    double more = n_threads > 2 ? 1.0 : 3.0 - n_threads;

    printf("learning curve: %d sizes, %d steps of data in random order (seed %d), no "
           "checkpoints; %.0f MB more\n",
           c->n_sizes, c->n_steps, c->seed,
           1e-6 * more * (double)sz_lsq_memory(c->n_unknowns, 0));
    fflush(stdout);
}

/* The rows of all ranks, the weights, and the model on the disk. */
static sz_status make_model(fit *f, sz_error *err)
{
    const sz_fit_run run = {
        .team = f->team,
        .n_threads = f->state.n_threads,
        .state = &f->state,
        .resume = f->resumed,
        .watch = &f->watch,
    };
    sz_lsq *factor = NULL;
    sz_lsq_report solution;
    sz_status status = SZ_OK;

    if (f->option.curve) {
        status = sz_curve_plan(&f->curve, f->gap, f->spec, f->train, err);
        if (status == SZ_OK) print_curve_plan(&f->curve, run.n_threads);
        if (status == SZ_OK)
            status = sz_curve_factor(&f->curve, &factor, f->gap, f->spec, f->train, &run,
                                     &f->rows, err);
    } else {
        status = sz_fit_factor(&factor, f->gap, f->spec, f->train, &run, &f->rows, err);
    }
    sz_progress_end(&f->teller.progress);
    if (status == SZ_OK && factor) {
        sz_fit_print_rows(&f->rows, f->team->size * f->state.n_threads);
        sz_fit_clock_stage(&f->clock, "rows");
        status = sz_fit_solve(factor, f->gap, f->spec->sparse_jitter, &solution, err);
        if (status == SZ_OK) sz_fit_print_solution(&solution);
        if (status == SZ_OK) status = save_model(f, err);
        sz_fit_clock_stage(&f->clock, "weights, model");
    }
    sz_lsq_free(factor);
    return f->team->agree(f->team, status, err);
}

/* ---- errors ------------------------------------------------------------------------ */

/* Of the data and of test_file; a .soapz file tells them. The model is there already. */
static sz_status report_errors(fit *f, sz_error *err)
{
    const sz_fit_spec *spec = f->spec;
    int n_threads = f->state.n_threads;
    sz_status status = SZ_OK;

    if (f->team->rank > 0) return SZ_OK;
    if (!strcmp(spec->at_file, "-"))
        printf("no training errors: the data came from standard input\n");
    else
        status =
            sz_fit_report_errors(f->gap, "training errors", "training_errors",
                                 spec->at_file, &spec->name, n_threads, &f->watch, err);
    if (status == SZ_OK && *spec->test_file)
        status =
            sz_fit_report_errors(f->gap, "test errors", "test_errors", spec->test_file,
                                 &spec->name, n_threads, &f->watch, err);
    sz_fit_clock_stage(&f->clock, "errors");
    if (status == SZ_OK && is_soapz(f)) status = sz_gap_save(f->gap, spec->gp_file, err);
    return status;
}

static sz_status report_curve(fit *f, sz_error *err)
{
    sz_status status;

    f->measured = 1;
    if (!f->option.curve) return SZ_OK;
    status = sz_curve_report(&f->curve, f->option.curve, f->gap, f->spec, f->train,
                             &f->e0, f->state.n_threads, &f->watch, err);
    sz_fit_clock_stage(&f->clock, "learning curve");
    return status;
}

/* ---- the whole --------------------------------------------------------------------- */

static sz_status fit_all(fit *f, sz_error *err)
{
    sz_status status = read_data(f, err);

    if (status == SZ_OK) status = find_points(f, err);
    if (status == SZ_OK && !f->only_plan) status = make_model(f, err);
    if (status != SZ_OK || f->rows.stopped) return status;
    if (!f->only_plan) status = report_errors(f, err);
    if (status == SZ_OK && !f->only_plan) status = report_curve(f, err);
    f->finished = status == SZ_OK;
    if (!f->finished || f->team->rank > 0) return status;
    if (f->only_plan) {
        if (!f->spec->dryrun) printf("sparsify_only_no_fit=T: no model is written\n");
        return SZ_OK;
    }
    sz_fit_clock_print(&f->clock);
    printf("%s\n", f->spec->gp_file);
    return SZ_OK;
}

static void say_stopped(const fit *f)
{
    fprintf(stderr, "soapz fit: stopped");
    if (f->written)
        fprintf(stderr, ": %s is written, its %s not measured\n", f->spec->gp_file,
                f->measured ? "learning curve was" : "errors were");
    else if (!f->rows.stopped)
        fprintf(stderr, " before the first frame: nothing was written\n");
    else if (!sz_checkpoint_has_points(&f->state))
        fprintf(stderr, " after %d of %d frames, without a checkpoint\n",
                f->rows.n_frames, f->train->n_frames);
    else
        fprintf(stderr,
                " after %d of %d frames; the same command with --resume goes on (%s)\n",
                f->rows.n_frames, f->train->n_frames, f->state.folder);
}

/* Where the next fit needs no --resume: nothing of worth is lost. */
static void tidy(const fit *f)
{
    if (!f->state.folder || f->only_plan || f->rows.stopped) return;
    if (!sz_checkpoint_has_rows(&f->state)) sz_checkpoint_remove(&f->state);
}

static int conclude(const fit *f, sz_status status, const sz_error *err)
{
    int stopped = f->team->sum(f->team, sz_interrupted()) > 0.0 && !f->finished;

    if (f->team->rank == 0) {
        tidy(f);
        if (stopped)
            say_stopped(f);
        else if (status == SZ_OK)
            return sz_finish_stdout();
        else if (f->written)
            fprintf(stderr, "soapz fit: %s is written, its %s not known: %s\n",
                    f->spec->gp_file, f->measured ? "learning curve is" : "errors are",
                    err->message);
        else
            sz_report(err);
    }
    return stopped ? STOPPED : status == SZ_OK ? DONE : FAILED;
}

int sz_fit_main(int argc, char **argv, sz_team *team)
{
    fit f = {.team = team};
    sz_error err = {0};
    sz_status status = sz_fit_options_take(&f.option, &argc, argv, &err);
    int code;

    if (status == SZ_OK && f.option.curve && team->size > 1)
        status = sz_fail(&err, SZ_ERR_ARGUMENT,
                         "--curve works in one process: use soapz fit, which takes all "
                         "cores of a machine");
    if (f.option.help) return team->rank == 0 ? sz_print_text(help) : DONE;
    if (status == SZ_OK && f.option.suggest)
        return team->rank == 0 ? sz_fit_suggest(argc - 1, argv + 1) : DONE;
    if (status != SZ_OK || argc < 2) {
        if (team->rank > 0) return USAGE;
        return sz_usage_error("fit", "%s",
                              status != SZ_OK
                                  ? err.message
                                  : "give gap_fit's keys, or a configuration file");
    }
    sz_blas_tune();
    sz_blas_set_threads(1);
    sz_catch_interrupts();
    sz_fit_clock_start(&f.clock);
    f.watch = sz_tool_watch(&f.teller, "fit");
    status = sz_fit_spec_arguments(&f.spec, argc - 1, argv + 1, &err);
    status = team->agree(team, status, &err);
    if (status == SZ_OK) {
        f.only_plan = f.spec->dryrun || f.spec->sparsify_only;
        status = fit_all(&f, &err);
    }
    code = conclude(&f, status, &err);
    sz_gap_free(f.core);
    sz_gap_free(f.gap);
    sz_curve_free(&f.curve);
    sz_checkpoint_free(&f.state);
    sz_dataset_free(f.train);
    sz_fit_spec_free(f.spec);
    return code;
}

int sz_verb_fit(int argc, char **argv)
{
    sz_team team = sz_team_alone();

    return sz_fit_main(argc, argv, &team);
}
