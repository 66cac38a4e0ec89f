/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fit_report.c - what a fit prints: plan, speed, errors. */
#define _XOPEN_SOURCE 700 /* getrusage, open_memstream */
#include "fit_report.h"

#include "analyse/errors.h"
#include "base/args.h"
#include "base/print.h"
#include "dgemm.h"
#include "error_table.h"
#include "tool.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* ---- time and memory --------------------------------------------------------------- */

void sz_fit_clock_start(sz_fit_clock *clock)
{
    memset(clock, 0, sizeof *clock);
    clock->last = sz_seconds();
}

void sz_fit_clock_stage(sz_fit_clock *clock, const char *name)
{
    struct rusage usage = {0};
    double now = sz_seconds();

    if (clock->n == sizeof clock->stage / sizeof *clock->stage) return;
    getrusage(RUSAGE_SELF, &usage);
    clock->stage[clock->n].name = name;
    clock->stage[clock->n].seconds = now - clock->last;
    clock->stage[clock->n++].megabytes = (double)usage.ru_maxrss / 1024.0;
    clock->last = now;
}

void sz_fit_clock_print(const sz_fit_clock *clock)
{
    printf("%-14s %10s %20s\n", "stage", "seconds", "peak memory so far");
    for (int k = 0; k < clock->n; k++)
        printf("%-14s %10.1f %17.0f MB\n", clock->stage[k].name, clock->stage[k].seconds,
               clock->stage[k].megabytes);
}

/* ---- the plan ---------------------------------------------------------------------- */

static const char *meaning_of(sz_e0_method method)
{
    switch (method) {
    case SZ_E0_GIVEN:
        return "e0 as given: energies of the model are relative to these atoms";
    case SZ_E0_ISOLATED:
        return "e0 from the isolated atoms in the data: energies of the model are "
               "relative to free atoms";
    case SZ_E0_AVERAGE:
        return "e0 is the mean energy of an atom in the data, the same for every element "
               "(e0_method=average):\nenergies far from the data, as of free atoms, have "
               "no meaning";
    }
    return "";
}

void sz_fit_print_data(const sz_fit_job *job)
{
    const sz_dataset *data = job->data;
    char number[SZ_SHORTEST];

    printf("%s: %d frames, %zu atoms; %d energies, %zu force components, %d virials\n",
           data->path, data->n_frames, data->n_atoms, data->n_energies,
           job->targets->n_force_rows, data->n_virials);
    if (data->taken) printf("%s\n", data->taken);
    printf("%s", meaning_of(job->spec.e0_method));
    if (job->spec.e0_offset != 0.0)
        printf("; %s eV added", sz_shortest(job->spec.e0_offset, number));
    printf("\n");
    for (int k = 0; k < data->n_species; k++)
        printf("  e0 %-2s %.8f eV\n", sz_element_symbol(data->z[k]),
               job->e0.value[data->z[k]]);
    fflush(stdout);
}

/* Its beginning and its end, which names the elements. */
static void print_descriptor(const char *text)
{
    enum { BEGIN = 30, END = 60 };
    size_t n = strlen(text), begin = BEGIN, end;

    if (n <= BEGIN + END) {
        printf("%s\n", text);
        return;
    }
    while (begin > 0 && text[begin] != ' ') begin--;
    end = n - END;
    while (end < n && text[end] != ' ') end++;
    printf("%.*s ..%s\n", (int)begin, text, text + end);
}

void sz_fit_print_points(const sz_fit_job *job)
{
    const sz_gap *gap = job->gap;
    int n = sz_fit_unknowns(gap), n_ranks = job->setup.team->size;
    int n_threads = job->state.n_threads;

    for (int k = 0; k < gap->n_terms; k++) {
        const sz_gap_term *term = &gap->term[k];

        printf("  %4d sparse point%s of %d component%s: ", term->n_sparse,
               term->n_sparse == 1 ? "" : "s", term->n_dim, term->n_dim == 1 ? "" : "s");
        print_descriptor(term->descriptor);
    }
    printf("%d unknowns, ", n);
    if (n_ranks > 1) printf("%d ranks, ", n_ranks);
    printf("%d thread%s%s; the linear system takes %.0f MB%s\n", n_threads,
           n_threads == 1 ? "" : "s", n_ranks > 1 ? " each" : "",
           (double)sz_fit_memory(n, job->targets->data->n_species, n_threads) / 1e6,
           n_ranks > 1 ? " on each" : "");
    fflush(stdout);
}

/* besides the factors of the threads: one that collects them; at each step two and
 * scratch */
void sz_fit_print_curve(const sz_fit_job *job)
{
    const sz_curve_models *c = &job->curve;
    int n_threads = job->state.n_threads;
    double more = n_threads > 2 ? 1.0 : 3.0 - n_threads;

    printf("learning curve: %d sizes, %d steps of data in random order (seed %d), no "
           "checkpoints; %.0f MB more\n",
           c->n_sizes, c->n_steps, c->seed,
           1e-6 * more * (double)sz_lsq_memory(c->n_unknowns, 0));
    fflush(stdout);
}

void sz_fit_print_kfold(const sz_fit_job *job)
{
    const sz_kfold_models *k = &job->kfold;

    printf("cross-validation: %d parts of the frames (seed %d), sparse points and e0 of "
           "all of them, no checkpoints; %.0f MB more\n",
           k->n_folds, k->seed,
           1e-6 * (double)sz_kfold_memory(k->n_folds, k->n_unknowns));
    fflush(stdout);
}

/* ---- the speed --------------------------------------------------------------------- */

void sz_fit_print_rows(const sz_fit_job *job)
{
    const sz_fit_rows *r = &job->rows;
    int n_workers = job->setup.team->size * job->state.n_threads;
    double rate = 1e-9 * r->flops / r->seconds / n_workers, dgemm[2];

    printf("%lld rows", r->n_rows);
    if (r->n_resumed)
        printf(", those of %d of %d frames from the checkpoint", r->n_resumed,
               r->n_frames);
    printf("; %lld in %.1f s, %.0f rows/s\n", r->n_new, r->seconds,
           (double)r->n_new / r->seconds);
    /* the measurement itself takes time */
    if (r->seconds > 5.0 && sz_dgemm_rate(256, 1000, 1000, 0.1, dgemm, NULL) == SZ_OK)
        printf("%.1f GF/s on each of %d thread%s, %.0f %% of a plain matrix product on "
               "one\n",
               rate, n_workers, n_workers == 1 ? "" : "s", 100.0 * rate / dgemm[0]);
    fflush(stdout);
}

void sz_fit_print_solution(const sz_lsq_report *solution)
{
    printf("|alpha| %.3g, condition %.1e, estimated\n", solution->norm,
           solution->condition);
    if (*solution->warning)
        fprintf(stderr, "soapz fit: warning: %s\n", solution->warning);
    fflush(stdout);
}

/* ---- errors ------------------------------------------------------------------------ */

sz_status sz_fit_errors(sz_error_table *table, const sz_fit_job *job,
                        const sz_model *model, const sz_dataset *data, sz_error *err)
{
    const sz_comparison c = {.model = model,
                             .model_name = job->gap->path,
                             .data = data,
                             .n_threads = job->state.n_threads,
                             .watch = job->setup.watch,
                             .take = sz_error_table_take,
                             .context = table};
    sz_status status = sz_error_table_create(table, data, err);

    return status == SZ_OK ? sz_predict_all(&c, err) : status;
}

/* prints the table, and stores it as a note */
static sz_status publish(const sz_error_table *table, sz_gap *gap, const char *title,
                         const char *note, sz_error *err)
{
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    sz_status status = SZ_OK;

    if (f) {
        fprintf(f, "%s: %d frames of %s\n", title, table->data->n_frames,
                table->data->path);
        sz_error_table_print(table, f);
    }
    if (!f || fclose(f) != 0) status = sz_fail_memory(err, 4096, "the table of errors");
    if (status == SZ_OK) {
        fputs(text, stdout);
        fflush(stdout);
        while (n && text[n - 1] == '\n') text[--n] = '\0';
        status = sz_gap_set_note(gap, note, text, err);
    }
    free(text);
    return status;
}

sz_status sz_fit_report_errors(const sz_fit_job *job, const sz_model *model,
                               const char *title, const char *note,
                               const sz_dataset *data, sz_error *err)
{
    sz_error_table table = {0};
    sz_status status = sz_fit_errors(&table, job, model, data, err);

    if (status == SZ_OK) status = publish(&table, job->gap, title, note, err);
    sz_error_table_free(&table);
    return status;
}
