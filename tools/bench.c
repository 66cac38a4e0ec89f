/* SPDX-License-Identifier: BSD-3-Clause
 *
 * bench.c - soapz bench: time of each stage of a step. */
#include "analyse/stages.h"
#include "base/crew.h"
#include "base/number.h"
#include "tool.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: soapz bench MODEL [--atoms N] [--threads N] [--precision mixed]\n"
    "                   [--device kokkos] [--json] ..\n"
    "       soapz bench --descriptor \"soap ...\" [--sparse 800] ..\n"
    "\n"
    "Measures the time of each stage of energies and forces, and the speed of this\n"
    "machine's matrix product, for a random bcc alloy of the model's elements.\n"
    "\n"
    "  MODEL        GAP XML with its sparse-point files, .soapz, or the name of a\n"
    "               potential that comes with soapz: NbMoTaW/fast; with a SOAP term\n"
    "  --descriptor TEXT\n"
    "               a descriptor (species_Z) in place of a model; its sparse points\n"
    "               are --sparse (800) vectors of the alloy, and zeta is 4\n"
    "  --cells N    bcc cells along each axis (10); or\n"
    "  --atoms N    approximate number of atoms: the nearest cube of cells\n"
    "  --lattice A  lattice constant, Angstrom (3.25)\n"
    "  --repeat N   medians over this number of rounds (7)\n"
    "  --block N    number of atoms in one matrix product (128)\n"
    "  --rank-tolerance E, --threads N, --precision mixed, --device kokkos\n"
    "               as in soapz eval; the last three apply only to the two lines\n"
    "               sz_compute, stages are timed on one thread in double precision\n"
    "  --json       a JSON object instead of the table\n"
    "  --help       this text\n"
    "\n"
    "Times are CPU time in microseconds per atom. A floor is the time of 4 M D flops\n"
    "per atom at the dgemm rate of the same round, for M sparse points of D components\n"
    "as published: the minimum for an evaluation that reduces neither M nor D. Bars are\n"
    "shares of the time of energies and forces. Indented lines are leaf functions, each\n"
    "timed in its own loop; the rest of a stage finds neighbours and clears arrays.\n"
    "\n"
    "example:\n"
    "  soapz bench NbMoTaW.soapz --atoms 2000\n";

static const char *const stage_name[SZ_N_STAGES][2] = {
    [SZ_STAGE_LIST] = {"list", "neighbour list"},
    [SZ_STAGE_PAIRS] = {"pairs", "terms that are not SOAP"},
    [SZ_STAGE_FORWARD] = {"forward", "descriptors"},
    [SZ_STAGE_HARMONICS] = {"harmonics", "  harmonics"},
    [SZ_STAGE_RADIAL] = {"radial", "  radial channels"},
    [SZ_STAGE_DENSITY] = {"density", "  density"},
    [SZ_STAGE_MAPS] = {"maps", "  maps"},
    [SZ_STAGE_COUPLE] = {"couple", "  coupling of two factors"},
    [SZ_STAGE_POWER] = {"power", "  power spectrum, norm"},
    [SZ_STAGE_KERNEL] = {"kernel", "kernel"},
    [SZ_STAGE_GEMM] = {"gemm", "  products K = p_s . p, dE/dp"},
    [SZ_STAGE_POWERS] = {"powers", "  powers of K"},
    [SZ_STAGE_ADJOINT] = {"adjoint", "back to dE/dr"},
    [SZ_STAGE_POWER_ADJOINT] = {"power_adjoint", "  power spectrum"},
    [SZ_STAGE_COUPLE_ADJOINT] = {"couple_adjoint", "  coupling"},
    [SZ_STAGE_MAPS_ADJOINT] = {"maps_adjoint", "  maps"},
    [SZ_STAGE_RADIAL_SLOPE] = {"radial_slope", "  radial channels, slopes"},
    [SZ_STAGE_DENSITY_ADJOINT] = {"density_adjoint", "  density"},
    [SZ_STAGE_HARMONICS_ADJOINT] = {"harmonics_adjoint", "  harmonics"},
    [SZ_STAGE_ENERGY] = {"energy", "sz_compute, energies"},
    [SZ_STAGE_FORCES] = {"forces", "sz_compute, with forces"},
    [SZ_STAGE_FLOOR] = {"floor", "floor"}};

typedef struct {
    const char *path, *descriptor;
    int cells, n_sparse, json;
    double lattice;
    sz_stage_options stages;
} bench;

/* ---- the report -------------------------------------------------------------------- */

/* GF/s of dgemm, and of the kernels' own products (0 if there are none). */
static double dgemm_rate(const sz_subject *s, const sz_stage_times *t)
{
    return sz_stages_flops(s, 1) / t->cpu[SZ_STAGE_FLOOR] * 1e-3;
}

static double product_rate(const sz_stage_times *t)
{
    double spent = t->cpu[SZ_STAGE_GEMM];

    return t->product_flops > 0 && spent > 0 ? t->product_flops / spent * 1e-3 : 0.0;
}

static double floors(const sz_stage_times *t)
{
    return t->cpu[SZ_STAGE_FORCES] / t->cpu[SZ_STAGE_FLOOR];
}

static const char *precision_name(const sz_stage_times *t)
{
    return t->precision == SZ_MIXED ? "mixed" : "double";
}

static const char *device_name(const sz_stage_times *t)
{
    return t->device ? t->device : "cpu";
}

static void print_json(const bench *b, const sz_subject *s, const sz_stage_times *t)
{
    const sz_stage_term term = sz_stages_term(s->model, 0);

    printf("{\"atoms\": %d, \"neighbours\": %.2f, \"blas\": \"%s\", \"threads\": %d, "
           "\"precision\": \"%s\", \"device\": \"%s\", \"terms\": %d, \"sparse\": %d, "
           "\"published\": %d, "
           "\"inner\": %d, \"flops\": %.0f, \"gflops\": %.2f, \"product_gflops\": %.2f, "
           "\"floors\": %.4f, \"clock\": {\"energy\": %.4f, \"forces\": %.4f}, "
           "\"microseconds\": {",
           s->structure.n_atoms, (double)s->list.n_pairs / s->structure.n_atoms,
           sz_blas_name(), b->stages.plan.n_threads, precision_name(t), device_name(t),
           sz_stages_n_terms(s->model), term.n_sparse, term.n_published, term.n_desc,
           sz_stages_flops(s, 1), dgemm_rate(s, t), product_rate(t), floors(t),
           t->clock[0], t->clock[1]);
    for (int k = 0; k < SZ_N_STAGES; k++)
        printf("%s\"%s\": %.4f", k ? ", " : "", stage_name[k][0], t->cpu[k]);
    printf("}}\n");
}

/* Can the terminal show more than ASCII? */
static int is_utf8(void)
{
    const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    const char *locale = NULL;

    for (size_t k = 0; k < sizeof names / sizeof *names && !(locale && *locale); k++)
        locale = getenv(names[k]);
    return locale && (strstr(locale, "UTF-8") || strstr(locale, "utf8") ||
                      strstr(locale, "UTF8") || strstr(locale, "utf-8"));
}

/* length: 1 is the full width; longer bars end in a > */
static void print_bar(double length, int utf8)
{
    static const char *const eighth[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    enum { WIDTH = 30 };
    int n = (int)lround(fmin(length, 1.0) * WIDTH * 8), part = n % 8;

    for (int k = 0; k < n / 8; k++) fputs(utf8 ? "█" : "#", stdout);
    fputs(utf8 ? eighth[part] : part >= 4 ? "#" : "", stdout);
    fputs(length > 1.0 ? " >\n" : "\n", stdout);
}

static void print_stages(const bench *b, const sz_stage_times *t)
{
    int utf8 = is_utf8();

    printf("\n%-30s %9s %7s   median of %d\n", "stage", "us/atom", "floors",
           b->stages.n_repeat);
    for (int k = 0; k < SZ_N_STAGES; k++) {
        printf("%-30s %9.3f %7.3f   ", stage_name[k][1], t->cpu[k],
               t->cpu[k] / t->cpu[SZ_STAGE_FLOOR]);
        print_bar(t->cpu[k] / t->cpu[SZ_STAGE_FORCES], utf8);
    }
}

static void print_table(const bench *b, const sz_subject *s, const sz_stage_times *t)
{
    int n_threads = b->stages.plan.n_threads;
    double rate = dgemm_rate(s, t);

    printf("%d atoms, %.1f neighbours an atom, %s\n", s->structure.n_atoms,
           (double)s->list.n_pairs / s->structure.n_atoms, sz_blas_name());
    for (int k = 0; k < sz_stages_n_terms(s->model); k++) {
        const sz_stage_term term = sz_stages_term(s->model, k);

        printf("  term %d: %s, M = %d, D = %d published, %d inside\n", k + 1, term.label,
               term.n_sparse, term.n_published, term.n_desc);
    }
    print_stages(b, t);
    printf("\ndgemm multiplies sparse points of D components at %.1f GF/s; energies and "
           "forces take %.2f times this floor\n",
           rate, floors(t));
    if (product_rate(t) > 0)
        printf("the products of the kernels: %.1f GF/s, %.0f %% of that rate\n",
               product_rate(t), 100 * product_rate(t) / rate);
    else
        printf("no product with sparse points was timed: kernels are collapsed into "
               "sums, or "
               "their vectors are symmetry functions\n");
    if (n_threads > 1 || t->precision == SZ_MIXED || t->device)
        printf("sz_compute in %s precision on %d thread%s%s%s, by the clock: energies "
               "%.3f, with forces %.3f us/atom, %.2f threads busy\n",
               precision_name(t), n_threads, n_threads == 1 ? "" : "s",
               t->device ? " and " : "", t->device ? t->device : "", t->clock[0],
               t->clock[1], t->cpu[SZ_STAGE_FORCES] / t->clock[1]);
}

/* ---- the command ------------------------------------------------------------------- */

/* 0, or the exit code; *value is kept if text is NULL. */
static int read_int(const char *name, const char *text, int least, int most, int *value)
{
    if (!text || (sz_parse_int(text, value) && *value >= least && *value <= most))
        return 0;
    return sz_usage_error("bench", "%s must be a number from %d to %d, not \"%s\"", name,
                          least, most, text);
}

static int read_lattice(const char *text, double *lattice)
{
    if (!text || (sz_parse_double(text, lattice) && *lattice >= 1.0 && *lattice <= 20.0))
        return 0;
    return sz_usage_error("bench", "--lattice must be 1 to 20 Angstrom, not \"%s\"",
                          text);
}

static int read_size(bench *b, const char *cells, const char *atoms)
{
    int n_atoms = 0, code = read_int("--cells", cells, 1, 80, &b->cells);

    if (!code) code = read_int("--atoms", atoms, 2, 1024000, &n_atoms);
    if (code) return code;
    if (cells && atoms)
        return sz_usage_error("bench", "give either --cells or --atoms, not both");
    if (atoms) b->cells = (int)lround(cbrt(n_atoms / 2.0));
    return 0;
}

/* 0, or the exit code */
static int read_plan(sz_plan_options *plan, const char *block, const char *tolerance,
                     const char *threads, const char *precision, const char *device)
{
    sz_error err;
    int code = read_int("--block", block, 1, 4096, &plan->n_block);

    if (!code) code = sz_read_tolerance("bench", tolerance, &plan->rank_tolerance);
    if (!code) code = read_int("--threads", threads, 0, SZ_MAX_THREADS, &plan->n_threads);
    if (!code && plan->n_threads == 0) plan->n_threads = sz_crew_cores();
    if (!code && precision && sz_precision_of(&plan->precision, precision, &err) != SZ_OK)
        code = sz_usage_error("bench", "%s", err.message);
    if (!code && device && sz_device_of(&plan->device, device, &err) != SZ_OK)
        code = sz_usage_error("bench", "%s", err.message);
    return code;
}

/* -1, or the exit code if there is nothing to do */
static int read_options(int argc, char **argv, bench *b)
{
    const char *argument[1], *cells = NULL, *atoms = NULL, *lattice = NULL;
    const char *repeat = NULL, *block = NULL, *sparse = NULL, *tolerance = NULL;
    const char *threads = NULL, *precision = NULL, *device = NULL;
    int want_help = 0, n, code;
    sz_files files = {0};
    const sz_option option[] = {{"--cells", 0, &cells, NULL},
                                {"--atoms", 0, &atoms, NULL},
                                {"--lattice", 0, &lattice, NULL},
                                {"--repeat", 0, &repeat, NULL},
                                {"--block", 0, &block, NULL},
                                {"--sparse", 0, &sparse, NULL},
                                {"--descriptor", 0, &b->descriptor, NULL},
                                {"--rank-tolerance", 0, &tolerance, NULL},
                                {"--threads", 0, &threads, NULL},
                                {"--precision", 0, &precision, NULL},
                                {"--device", 0, &device, NULL},
                                {"--json", 0, NULL, &b->json},
                                {"--help", 'h', NULL, &want_help}};

    code =
        sz_options(argc, argv, option, sizeof option / sizeof *option, argument, 1, &n);
    if (want_help) return sz_print_text(help);
    if (!code) code = read_size(b, cells, atoms);
    if (!code) code = read_lattice(lattice, &b->lattice);
    if (!code) code = read_int("--repeat", repeat, 1, 999, &b->stages.n_repeat);
    if (!code) code = read_int("--sparse", sparse, 1, 100000, &b->n_sparse);
    if (!code)
        code = read_plan(&b->stages.plan, block, tolerance, threads, precision, device);
    if (code) return code;
    if (n + (b->descriptor != NULL) != 1)
        return sz_usage_error("bench", "give either a model or --descriptor");
    if (sparse && !b->descriptor)
        return sz_usage_error(
            "bench", "--sparse needs --descriptor: a model has its own sparse points");
    if (n) b->path = argument[0];
    code = sz_take_files("bench", &files, &(sz_named){"the model", b->path, 0}, 1);
    sz_files_free(&files);
    return code ? code : -1;
}

static sz_status make_subject(sz_subject *s, const bench *b, sz_error *err)
{
    sz_status status;

    if (b->descriptor)
        return sz_subject_describe(s, b->descriptor, b->n_sparse, b->cells, b->lattice,
                                   err);
    status = sz_model_load(&s->model, b->path, err);
    if (status == SZ_OK && sz_stages_n_terms(s->model) == 0)
        status = sz_fail(
            err, SZ_ERR_ARGUMENT,
            "%s has no SOAP term; only the stages of SOAP terms can be timed", b->path);
    return status == SZ_OK ? sz_subject_alloy(s, b->cells, b->lattice, err) : status;
}

int sz_verb_bench(int argc, char **argv)
{
    bench b = {
        .cells = 10, .n_sparse = 800, .lattice = 3.25, .stages = {{.n_threads = 1}, 7}};
    sz_subject subject = {0};
    sz_stage_times times;
    sz_error err;
    sz_status status;
    int code = read_options(argc, argv, &b);

    if (code >= 0) return code;
    sz_blas_tune();
    sz_blas_set_threads(1);
    status = make_subject(&subject, &b, &err);
    if (status == SZ_OK) status = sz_stages_time(&times, &subject, &b.stages, &err);
    if (status == SZ_OK) (b.json ? print_json : print_table)(&b, &subject, &times);
    sz_subject_free(&subject);
    return status == SZ_OK ? sz_finish_stdout() : sz_report(&err);
}
