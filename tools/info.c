/* SPDX-License-Identifier: BSD-3-Clause
 *
 * info.c - soapz info: describes a model, or the machine. */
#define _POSIX_C_SOURCE 200809L
#include "base/number.h"
#include "dgemm.h"
#include "format/load.h"
#include "linear/product.h"
#include "tool.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: soapz info MODEL [--rank-tolerance E]\n"
    "       soapz info --machine\n"
    "\n"
    "Describes a GAP model: elements, terms, hyperparameters, compression, sizes and\n"
    "memory, and doubts of the reader. The length of a SOAP vector is given twice: as\n"
    "published, and as used internally, without the combinations of radial functions\n"
    "that are zero (energies do not change). For a .soapz file also its notes: training\n"
    "data, licence, errors, the version of soapz.\n"
    "\n"
    "  MODEL       GAP XML with its sparse-point files, .soapz, or the name of a\n"
    "              potential that comes with soapz: NbMoTaW/fast\n"
    "  --rank-tolerance E\n"
    "              also the low-rank form of kernels of zeta 2 if each may change a "
    "local\n"
    "              energy by E eV (rms over its sparse points, for example 1e-5): rank,\n"
    "              changes at the sparse points, a bound, and whether it is faster than\n"
    "              the exact kernel. eval and pair_style soapz (rank_tolerance E) then\n"
    "              use it\n"
    "  --machine   the CPU, the BLAS library and its kernels, and the speed of its\n"
    "              matrix product for the kernel's sizes on one core\n"
    "  --help      this text\n"
    "\n"
    "example:\n"
    "  soapz info NbMoTaW/fast\n";

/* ---- the model ------------------------------------------------------------------ */

/* a note's text, with continuation lines indented */
static void print_note(const char *key, const char *text)
{
    printf("  %-15s ", key);
    for (; *text; text++)
        if (*text == '\n')
            printf("\n%-18s", "");
        else
            putchar(*text);
    printf("\n");
}

static void print_notes(const sz_gap_note *note, int n)
{
    if (n > 0) printf("\nnotes\n");
    for (int k = 0; k < n; k++) print_note(note[k].key, note[k].text);
}

static sz_status print_model(const char *path, double tolerance, sz_error *err)
{
    const sz_plan_options options = {.rank_tolerance = tolerance};
    sz_gap_note *note = NULL;
    int n_notes = 0;
    sz_model *model;
    sz_plan *plan = NULL;
    char *summary = NULL;
    sz_status status = sz_model_load(&model, path, err);

    sz_blas_tune();
    sz_blas_set_threads(1);
    if (status == SZ_OK) status = sz_plan_create(&plan, model, &options, err);
    if (status == SZ_OK) status = sz_gap_notes(&note, &n_notes, path, err);
    if (status == SZ_OK) status = sz_model_summary(&summary, model, plan, err);
    if (status == SZ_OK) {
        fputs(summary, stdout);
        print_notes(note, n_notes);
        printf("\nmemory        %.2f MB\n", (double)sz_plan_bytes(plan) / 1e6);
        for (int k = 0; k < sz_model_n_warnings(model); k++)
            printf("warning: %s\n", sz_model_warning(model, k));
    }
    free(summary);
    sz_gap_notes_free(note, n_notes);
    sz_plan_free(plan);
    sz_model_free(model);
    return status;
}

/* ---- the machine ---------------------------------------------------------------- */

/* "model name : Xeon" of /proc/cpuinfo */
static void print_cpu(void)
{
    FILE *f = fopen("/proc/cpuinfo", "r");
    char line[512];
    const char *name = "unknown";

    while (f && fgets(line, sizeof line, f)) {
        char *colon = strchr(line, ':');

        if (strncmp(line, "model name", 10) != 0 || !colon) continue;
        line[strcspn(line, "\n")] = 0;
        name = sz_skip_blanks(colon + 1);
        break;
    }
    if (f) fclose(f);
    printf("CPU         %s, %ld cores\n", name, sysconf(_SC_NPROCESSORS_ONLN));
}

static const char *tile_text(void)
{
    switch (sz_tile_best()) {
    case SZ_TILE_AVX512:
        return "soapz's own, with AVX-512; dgemm in fits";
    case SZ_TILE_AVX2:
        return "soapz's own, with AVX2; dgemm in fits";
    default:
        return "and in fits dgemm: this CPU has no AVX2";
    }
}

static int print_machine(void)
{
    enum { N = 256, M = 800, D = 1024 }; /* atoms of a block, sparse points, components */
    double speed[2];
    sz_error err;

    sz_blas_tune();
    sz_blas_set_threads(1);
    if (sz_dgemm_rate(N, M, D, 0.3, speed, &err) != SZ_OK) return sz_report(&err);
    print_cpu();
    printf("BLAS        %s\n", sz_blas_name());
    printf("dgemm       %.1f and %.1f GF/s on one core: the kernel's two products for "
           "%d atoms,\n            %d sparse points, %d components\n",
           speed[0], speed[1], N, M, D);
    printf("products    in MD %s\n", tile_text());
    return sz_finish_stdout();
}

/* ---- the verb ------------------------------------------------------------------- */

int sz_verb_info(int argc, char **argv)
{
    const char *model, *text = NULL;
    double tolerance;
    int want_help = 0, machine = 0, n, code;
    sz_files files = {0};
    sz_error err;
    sz_option option[] = {{"--machine", 0, NULL, &machine},
                          {"--rank-tolerance", 0, &text, NULL},
                          {"--help", 'h', NULL, &want_help}};

    code = sz_options(argc, argv, option, 3, &model, 1, &n);
    if (want_help) return sz_print_text(help);
    if (!code) code = sz_read_tolerance("info", text, &tolerance);
    if (code) return code;
    if (machine && text) return sz_usage_error("info", "--rank-tolerance needs a model");
    if (n + machine != 1)
        return sz_usage_error("info", "give either a model or --machine");
    if (machine) return print_machine();
    code = sz_take_files("info", &files, &(sz_named){"the model", model, 0}, 1);
    sz_files_free(&files);
    if (code) return code;
    return print_model(model, tolerance, &err) == SZ_OK ? sz_finish_stdout()
                                                        : sz_report(&err);
}
