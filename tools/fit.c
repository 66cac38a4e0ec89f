/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fit.c - soapz fit: gap_fit's command line, without the memory.
 *
 *   data -> e0 -> sparse points -> rows -> factor -> weights -> model -> errors
 *
 * All ranks of a team read the data and make rows; rank 0 does the rest. */
#include "fit/fit.h"
#include "base/text.h"
#include "fit/train.h"
#include "fit_curve_report.h"
#include "fit_kfold_report.h"
#include "fit_main.h"
#include "fit_options.h"
#include "fit_report.h"
#include "fit_scan.h"
#include "format/gap_write.h"
#include "format/soapz_write.h"
#include "results.h"
#include "suggest.h"
#include "tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: soapz fit [OPTIONS] KEY=VALUE ...        gap_fit's command line as it is\n"
    "       soapz fit [OPTIONS] FIT.conf [KEY=VALUE ...]\n"
    "                                                a configuration file (docs/fit.md)\n"
    "       mpiexec -n 8 soapz-fit-mpi ...           the same on many ranks, if "
    "built\n"
    "\n"
    "Fits a sparse Gaussian process to energies, forces and virials, and writes it to\n"
    "gp_file: as GAP XML, or as .soapz if the name ends so. Frames are read one by\n"
    "one; memory grows with the number of sparse points, not with the data.\n"
    "\n"
    "  dryrun=T      prints what would be fitted and the memory it needs\n"
    "  --resume      continues where the same command was stopped or killed\n"
    "  --checkpoint SECONDS\n"
    "                time between two checkpoints, 60; 0: after each frame; off: none.\n"
    "                They are in the folder GP_FILE.checkpoint, removed at the end\n"
    "  --curve FILE.json\n"
    "                learning curves: errors of smaller models and of less data, and\n"
    "                their picture FILE.svg\n"
    "  --kfold K     cross-validation: the frames in K parts, each judged by a fit of "
    "the\n"
    "                others; errors in GP_FILE.kfold.json and .svg, too\n"
    "  --scan KEY=VALUE,VALUE,..\n"
    "                a fit for each value, of several --scan for each combination, "
    "judged\n"
    "                by test_file or --kfold; a table, GP_FILE.scan.json and .svg. It "
    "goes\n"
    "                on where it was killed, and writes no model\n"
    "  --suggest [FILE.conf]\n"
    "                analyses at_file and suggests settings, with reasons; they are\n"
    "                written to FILE.conf, which must not exist\n"
    "  --help-keys   every key, its default, unit and meaning\n"
    "  --threads N   all cores; for each rank of soapz-fit-mpi 1\n"
    "  --help        this text\n"
    "\n"
    "Ctrl-C, SIGTERM, SIGHUP, SIGXCPU or SIGUSR1 stops after the current frame, with a\n"
    "checkpoint and exit code 130; a second Ctrl-C ends at once.\n"
    "\n"
    "example:\n"
    "  soapz fit at_file=train.xyz gp_file=gp.xml default_sigma={0.002 0.1 0.1 0} \\\n"
    "    e0_method=average gap={soap n_max=8 l_max=6 atom_sigma=0.5 cutoff=5 zeta=4 \\\n"
    "    delta=1 covariance_type=dot_product sparse_method=cur_points n_sparse=500 \\\n"
    "    nu_R=2 nu_S=1}\n";

enum { DONE = 0, FAILED = 1, USAGE = 2, STOPPED = 130 }; /* exit codes */

typedef struct {
    sz_team *team;
    sz_fit_flags option;
    sz_fit_spec *spec;
    sz_dataset *data, *test; /* test: rank 0's, or NULL */
    sz_fit_job job;
    sz_fit_clock clock;
    sz_teller teller;
    sz_watch watch;
    char *kfold_path;       /* of the cross-validation, or NULL */
    const char *measured;   /* what is done once the errors are; NULL before */
    int only_plan, written; /* only_plan: without rows */
} fit;

static int print_keys(void)
{
    sz_text text = {0};
    int code;

    sz_text_add(&text,
                "One line each: key [its name in a .conf], default, meaning. A logical "
                "alone or empty is T.\n\nthe fit\n");
    sz_fit_explain(&text);
    sz_text_add(&text,
                "\nonly in a .conf, before the first section and in [config_type "
                "NAME]\n"
                "  %-38s %-20s needed, eV/atom: sigma of energies\n"
                "  %-38s %-20s needed, eV/Angstrom: forces\n"
                "  %-38s %-20s eV/atom: virials\n\n",
                "sigma_energy", "", "sigma_force", "", "sigma_virial", "0");
    sz_fit_explain_descriptors(&text);
    code = text.failed ? 1 : sz_print_text(text.s);
    sz_text_free(&text);
    return code;
}

static void print_warnings(const sz_warnings *w)
{
    sz_print_warnings("fit", w);
}

/* ---- data -------------------------------------------------------------------------- */

/* Checks the output paths, and reads test_file, before anything is computed. */
static sz_status check_files(fit *f, sz_error *err)
{
    const sz_fit_spec *spec = f->spec;
    sz_output part = {0};
    sz_status status = sz_files_write(&f->job.files, "standard output", "-", err);

    if (status == SZ_OK) status = sz_fit_check_maps(&f->job.spec, err);
    if (status == SZ_OK && !spec->dryrun && !spec->sparsify_only)
        status = sz_output_open(&part, spec->gp_file, err);
    sz_output_free(&part);
    if (status == SZ_OK && *spec->test_file)
        status = sz_fit_read_test(&f->test, spec->test_file, spec, err);
    if (status == SZ_OK && f->option.curve)
        status = sz_results_check(f->option.curve, "--curve", &f->job.files, err);
    if (status == SZ_OK && f->option.n_folds) {
        f->kfold_path = sz_kfold_path(spec->gp_file, err);
        status = f->kfold_path
                     ? sz_results_check(f->kfold_path, "--kfold", &f->job.files, err)
                     : SZ_ERR_MEMORY;
    }
    return status;
}

static sz_status print_settings(const sz_fit_spec *spec, sz_error *err)
{
    sz_text text = {0};
    sz_status status = sz_fit_settings(&text, spec, err);

    if (status == SZ_OK) printf("settings\n%s", text.s ? text.s : "");
    sz_text_free(&text);
    return status;
}

static sz_status read_data(fit *f, sz_error *err)
{
    const sz_fit_spec *spec = f->spec;
    const sz_fit_setup setup = {.team = f->team,
                                .n_threads = f->option.n_threads,
                                .checkpoint = f->option.checkpoint,
                                .resume = f->option.resume,
                                .only_plan = f->only_plan,
                                .curve = f->option.curve && !f->only_plan,
                                .n_folds = f->only_plan ? 0 : f->option.n_folds,
                                .watch = &f->watch};
    sz_status status = sz_dataset_read(&f->data, spec->at_file, spec, err);

    /* before any error that the warnings may explain */
    if (f->team->rank == 0) print_warnings(&spec->warnings);
    if (f->team->rank == 0 && status == SZ_OK) print_warnings(&f->data->warnings);
    if (status == SZ_OK) status = sz_fit_job_begin(&f->job, spec, f->data, &setup, err);
    if (status == SZ_OK && f->team->rank == 0) status = check_files(f, err);
    status = f->team->agree(f->team, status, err);
    if (status != SZ_OK || f->team->rank > 0) return status;
    print_warnings(&f->job.targets->warnings);
    if (f->test) print_warnings(&f->test->warnings);
    if (spec->dryrun) status = print_settings(spec, err);
    sz_fit_print_data(&f->job);
    sz_fit_clock_stage(&f->clock, "data");
    return status;
}

static sz_status find_points(fit *f, sz_error *err)
{
    sz_status status = sz_fit_job_resume(&f->job, err);

    if (status != SZ_OK) return status;
    if (f->team->rank == 0 && f->option.resume && !f->job.resumed && !f->only_plan)
        printf("no checkpoint with sparse points in %s: from the beginning\n",
               f->job.state.folder);
    status = sz_fit_job_points(&f->job, err);
    if (status != SZ_OK || f->team->rank > 0) return status;
    sz_fit_print_points(&f->job);
    sz_fit_clock_stage(&f->clock, "sparse points");
    return SZ_OK;
}

/* ---- model ------------------------------------------------------------------------- */

static int is_soapz(const fit *f)
{
    return sz_ends_in(f->spec->gp_file, ".soapz");
}

static sz_status save_model(fit *f, sz_error *err)
{
    char text[400];
    const char *path = f->spec->gp_file;
    const sz_gap *gap = f->job.gap;
    sz_status status;

    if (is_soapz(f)) {
        status = sz_gap_save(gap, path, err);
    } else {
        status = sz_gap_find_foreign(text, gap, err);
        if (status == SZ_OK && *text) fprintf(stderr, "soapz fit: warning: %s\n", text);
        if (status == SZ_OK) status = sz_gap_write(gap, path, err);
    }
    if (status == SZ_OK) sz_checkpoint_remove(&f->job.state);
    f->written = status == SZ_OK;
    return status;
}

/* With all rows: computes the weights and writes the model. */
static sz_status solve(fit *f, sz_error *err)
{
    sz_status status;

    sz_fit_print_rows(&f->job);
    sz_fit_clock_stage(&f->clock, "rows");
    status = sz_fit_job_solve(&f->job, err);
    if (status == SZ_OK) sz_fit_print_solution(&f->job.solution);
    if (status == SZ_OK) status = sz_fit_job_join(&f->job, err);
    if (status == SZ_OK) status = save_model(f, err);
    sz_fit_clock_stage(&f->clock, "weights, model");
    return status;
}

static sz_status make_model(fit *f, sz_error *err)
{
    sz_status status = sz_fit_job_system(&f->job, err);

    if (status == SZ_OK && f->option.curve) sz_fit_print_curve(&f->job);
    if (status == SZ_OK && f->option.n_folds) sz_fit_print_kfold(&f->job);
    if (status == SZ_OK) status = sz_fit_job_rows(&f->job, err);
    sz_progress_end(&f->teller.progress);
    if (status == SZ_OK && f->job.factor) status = solve(f, err);
    return f->team->agree(f->team, status, err);
}

/* ---- errors ------------------------------------------------------------------------ */

/* Errors on the data and on test_file. A .soapz file, which exists already, is written
 * again with them. */
static sz_status report_errors(fit *f, sz_error *err)
{
    sz_model *model = NULL;
    sz_status status = sz_fit_job_model(&model, &f->job, err);

    if (status == SZ_OK)
        status = sz_fit_report_errors(&f->job, model, "training errors",
                                      "training_errors", f->data, err);
    if (status == SZ_OK && f->test)
        status = sz_fit_report_errors(&f->job, model, "test errors", "test_errors",
                                      f->test, err);
    sz_model_free(model);
    sz_fit_clock_stage(&f->clock, "errors");
    if (status == SZ_OK && is_soapz(f))
        status = sz_gap_save(f->job.gap, f->spec->gp_file, err);
    return status;
}

/* The learning curve or the cross-validation. */
static sz_status report_more(fit *f, sz_error *err)
{
    sz_status status = SZ_OK;

    f->measured = f->kfold_path ? "cross-validation" : "learning curve";
    if (f->option.curve) status = sz_curve_report(&f->job, f->test, f->option.curve, err);
    if (f->kfold_path) status = sz_kfold_report(&f->job, f->kfold_path, err);
    if (f->option.curve) sz_fit_clock_stage(&f->clock, "learning curve");
    if (f->kfold_path) sz_fit_clock_stage(&f->clock, "validation");
    return status;
}

/* ---- the whole fit -------------------------------------------------------------- */

static sz_status fit_all(fit *f, sz_error *err)
{
    sz_status status = read_data(f, err);

    if (status == SZ_OK) status = find_points(f, err);
    if (status == SZ_OK && !f->only_plan) status = make_model(f, err);
    if (status == SZ_OK && f->job.rows.stopped)
        status = sz_fail(err, SZ_ERR_STOPPED, "interrupted");
    if (status != SZ_OK || f->team->rank > 0) return status;
    if (!f->only_plan) status = report_errors(f, err);
    if (status == SZ_OK && !f->only_plan) status = report_more(f, err);
    if (status != SZ_OK) return status;
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
    const sz_fit_job *job = &f->job;

    fprintf(stderr, "soapz fit: stopped");
    if (f->written)
        fprintf(stderr, ": %s is written, its %s %s not measured\n", f->spec->gp_file,
                f->measured ? f->measured : "errors", f->measured ? "was" : "were");
    else if (!job->rows.stopped)
        fprintf(stderr, " before the first frame: nothing was written\n");
    else if (!sz_checkpoint_has_points(&job->state))
        fprintf(stderr, " after %d of %d frames, without a checkpoint\n",
                job->rows.n_frames, f->data->n_frames);
    else
        fprintf(stderr,
                " after %d of %d frames; the same command with --resume goes on (%s)\n",
                job->rows.n_frames, f->data->n_frames, job->state.folder);
}

/* Removes a checkpoint that holds no rows: the next fit then needs no --resume. Before
 * there are sparse points the folder is not this fit's. */
static void tidy(const fit *f)
{
    const sz_checkpoint *state = &f->job.state;

    if (!f->job.gap || f->only_plan || f->job.rows.stopped) return;
    if (!sz_checkpoint_has_rows(state)) sz_checkpoint_remove(state);
}

/* All ranks return the exit code of rank 0. */
static int conclude(const fit *f, sz_status status, sz_error *err)
{
    int stopped;

    status = f->team->agree(f->team, status, err);
    stopped = status == SZ_ERR_STOPPED;
    if (f->team->rank == 0) {
        tidy(f);
        if (stopped)
            say_stopped(f);
        else if (status == SZ_OK)
            return sz_finish_stdout();
        else if (f->written)
            fprintf(stderr, "soapz fit: %s is written, its %s %s not known: %s\n",
                    f->spec->gp_file, f->measured ? f->measured : "errors",
                    f->measured ? "is" : "are", err->message);
        else
            sz_report(err);
    }
    return stopped ? STOPPED : status == SZ_OK ? DONE : FAILED;
}

static sz_status check_alone(const sz_fit_flags *o, sz_error *err)
{
    const char *option = o->curve     ? "--curve"
                         : o->n_scans ? "--scan"
                         : o->n_folds ? "--kfold"
                                      : NULL;

    if (!option) return SZ_OK;
    return sz_fail(err, SZ_ERR_ARGUMENT,
                   "%s works in one process: use soapz fit, which takes all cores of a "
                   "machine",
                   option);
}

int sz_fit_main(int argc, char **argv, sz_team *team)
{
    fit f = {.team = team};
    sz_error err = {0};
    sz_status status = sz_fit_options_take(&f.option, &argc, argv, &err);
    int code;

    if (status == SZ_OK && team->size > 1) status = check_alone(&f.option, &err);
    if (f.option.help) return team->rank == 0 ? sz_print_text(help) : DONE;
    if (f.option.help_keys) return team->rank == 0 ? print_keys() : DONE;
    if (status == SZ_OK && f.option.suggest)
        return team->rank == 0 ? sz_fit_suggest(f.option.suggest_to, argc - 1, argv + 1)
                               : DONE;
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
    if (f.option.n_scans) return sz_fit_scan(&f.option, argc - 1, argv + 1);
    sz_fit_clock_start(&f.clock);
    f.watch = sz_tool_watch(&f.teller, "fit");
    status = sz_fit_spec_arguments(&f.spec, argc - 1, argv + 1, &err);
    status = team->agree(team, status, &err);
    if (status == SZ_OK) {
        f.only_plan = f.spec->dryrun || f.spec->sparsify_only;
        status = fit_all(&f, &err);
    }
    code = conclude(&f, status, &err);
    sz_fit_job_free(&f.job);
    sz_dataset_free(f.data);
    sz_dataset_free(f.test);
    sz_fit_spec_free(f.spec);
    free(f.kfold_path);
    return code;
}

int sz_verb_fit(int argc, char **argv)
{
    sz_team team = sz_team_alone();

    return sz_fit_main(argc, argv, &team);
}
