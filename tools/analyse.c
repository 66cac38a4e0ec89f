/* SPDX-License-Identifier: BSD-3-Clause
 *
 * analyse.c - soapz analyse: compares compressions by the measures of their paper. */
#define _POSIX_C_SOURCE 200809L
#include "analyse.h"
#include "base/number.h"
#include "base/rng.h"
#include "base/text.h"
#include "data/dataset.h"
#include "foreign.h"
#include "python.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: soapz analyse correlation | imbalance | sensitivity | pairs | recover |\n"
    "                     learning FRAMES.xyz [options]\n"
    "\n"
    "  correlation   compares the distances between environments, and the order of\n"
    "                neighbours, with those of the first compression\n"
    "  imbalance     the information imbalance of each pair of compressions: 0, near\n"
    "                neighbours in the first are near in the second; 1, they are not\n"
    "  sensitivity   eigenvalues of J J^T, J = dp/dr by all atoms of an environment;\n"
    "                six are zero, more if a compression does not see a displacement\n"
    "  pairs         distances between the environments of frames 1 and 2, 3 and 4, ..,\n"
    "                and the ranks of their P_l\n"
    "  recover       ranks of P_l, and P_l recovered from W^T P_l, Q^T P_l Q, nu,mu=1,1\n"
    "  learning      errors of total energies against the number of training frames, by\n"
    "                kernel ridge regression\n"
    "\n"
    "  FRAMES.xyz    extended XYZ or, with Python and ASE, any file that ASE reads\n"
    "  -c, --compressions \"A; B; ..\"   labels of soapz compressions or full "
    "descriptor\n"
    "                strings; by default the compressions of the paper\n"
    "  --seeds N     repeat random compressions for each seed 1 .. N\n"
    "  --json FILE   the numbers as JSON; - is standard output\n"
    "  --picture FILE.svg   (or .png, .pdf) needs Python and matplotlib\n"
    "  --threads N   number of threads (all cores)\n"
    "\n"
    "Labels are used with the options of soapz describe: --n-max, --l-max, --cutoff,\n"
    "--cutoff-width, --atom-sigma, --central-weight, --radial-basis, --species,\n"
    "--centre, --d-j, --embedding, --u-max, --K, --l-min, --seed, --weights, --data\n"
    "\n"
    "Choice of environments (not for learning):\n"
    "  --environments N   number, drawn at random (1000; 50 for sensitivity)\n"
    "  --atom K      only atom K of each frame (for pairs: 1)\n"
    "  --sample-seed 1    seed for drawing environments, and the splits of learning\n"
    "  --every       pairs: each environment with each\n"
    "  --tolerance X      singular values and eigenvalues below X times the largest\n"
    "                count as zero (1e-12; 1e-20 for sensitivity)\n"
    "\n"
    "For learning:\n"
    "  --sizes \"100 200 400 800\"   numbers of training frames\n"
    "  --test 400    number of test frames\n"
    "  --zeta 2      K(A,B) = sum of (p.p')^zeta over all pairs of atoms\n"
    "  --splits 3, --folds 5   repetitions; parts of the cross-validation of sigma\n"
    "  --unit atom   or frame: errors and cross-validation per atom or per frame\n"
    "\n"
    "  --help        this text\n"
    "\n"
    "examples:\n"
    "  soapz analyse imbalance liquids.xyz --n-max 12 --l-max 9 --atom-sigma 0.4 \\\n"
    "      --central-weight 0 --picture imbalance.svg\n"
    "  soapz analyse learning qm9.xyz -c \"nu=2; nu,mu=1,1\" --cutoff 4 --unit frame\n";

static const char paper[] =
    "nu=2; nu,mu=1,1; nu,mu*=1,1; W^T P_l; nu,mu^=1,1; nu=2,d_J; mu=2";

static const struct {
    const char *name;
    sz_analyse_run *run;
    const char *environments, *atom; /* defaults; NULL: not drawn, all */
    int energies;                    /* 1: the analysis needs them */
} analyses[] = {
    {"correlation", sz_analyse_correlation, "1000", NULL, 0},
    {"imbalance", sz_analyse_imbalance, "1000", NULL, 0},
    {"sensitivity", sz_analyse_sensitivity, "50", NULL, 0},
    {"pairs", sz_analyse_pairs, NULL, "1", 0},
    {"recover", sz_analyse_recover, "1000", NULL, 0},
    {"learning", sz_analyse_learning, NULL, NULL, 1},
};
enum { N_ANALYSES = sizeof analyses / sizeof *analyses };

typedef struct {
    int what;
    const char *in, *list, *json, *picture;
    sz_recipe recipe;
    sz_analyse_words words;
    sz_foreign foreign;
} request;

/* ---- the command line -------------------------------------------------------------- */

static int check_words(request *r, const char **word, int n)
{
    sz_files files = {0};
    int code;

    r->what = 0;
    if (n < 1)
        return sz_usage_error("analyse", "which analysis? correlation, imbalance, ..");
    while (r->what < N_ANALYSES && strcmp(word[0], analyses[r->what].name) != 0)
        r->what++;
    if (r->what == N_ANALYSES)
        return sz_usage_error("analyse",
                              "\"%s\" is not one of correlation, imbalance, sensitivity, "
                              "pairs, recover, learning",
                              word[0]);
    if (n != 2) return sz_usage_error("analyse", "an XYZ file is needed");
    r->in = word[1];
    if (strcmp(r->in, "-") == 0)
        return sz_usage_error("analyse", "the data are read twice: name a file");
    code = sz_take_files("analyse", &files,
                         (sz_named[]){{"the structures", r->in, 0},
                                      {"--data", r->recipe.data, 0},
                                      {"--embedding", r->recipe.embedding, 0},
                                      {"--json", r->json, 1},
                                      {"--picture", r->picture, 1}},
                         5);
    sz_files_free(&files);
    if (code) return code;
    if (!r->words.environments) r->words.environments = analyses[r->what].environments;
    if (!r->words.atom) r->words.atom = analyses[r->what].atom;
    return -1;
}

/* -1, or the exit code when there is nothing to do */
static int read_options(int argc, char **argv, request *r)
{
    const char *word[2];
    int want_help = 0, n, code;
    sz_analyse_words *w = &r->words;
    sz_option option[] = {[SZ_RECIPE_OPTIONS] = {"--compressions", 'c', &r->list, NULL},
                          {"--json", 0, &r->json, NULL},
                          {"--picture", 0, &r->picture, NULL},
                          {"--environments", 0, &w->environments, NULL},
                          {"--atom", 0, &w->atom, NULL},
                          {"--sample-seed", 0, &w->sample_seed, NULL},
                          {"--seeds", 0, &w->seeds, NULL},
                          {"--threads", 0, &w->threads, NULL},
                          {"--tolerance", 0, &w->tolerance, NULL},
                          {"--every", 0, NULL, &w->every},
                          {"--sizes", 0, &w->sizes, NULL},
                          {"--test", 0, &w->test, NULL},
                          {"--zeta", 0, &w->zeta, NULL},
                          {"--splits", 0, &w->splits, NULL},
                          {"--folds", 0, &w->folds, NULL},
                          {"--unit", 0, &w->unit, NULL},
                          {"--help", 'h', NULL, &want_help}};

    sz_recipe_options(&r->recipe, option);
    code = sz_options(argc, argv, option, sizeof option / sizeof *option, word, 2, &n);
    if (want_help) return sz_print_text(help);
    return code ? code : check_words(r, word, n);
}

sz_status sz_analyse_int(const char *option, const char *text, int lo, int hi, int *value,
                         sz_error *err)
{
    if (!text || (sz_parse_int(text, value) && *value >= lo && *value <= hi))
        return SZ_OK;
    return sz_fail(err, SZ_ERR_ARGUMENT, "%s is \"%.60s\", allowed are %d to %d", option,
                   text, lo, hi);
}

sz_status sz_analyse_tolerance(const sz_analysis *a, double fallback, double *tolerance,
                               sz_error *err)
{
    const char *text = a->words->tolerance;

    *tolerance = fallback;
    if (!text ||
        (sz_parse_double(text, tolerance) && *tolerance > 0.0 && *tolerance < 1.0))
        return SZ_OK;
    return sz_fail(err, SZ_ERR_ARGUMENT,
                   "--tolerance is \"%.60s\", allowed are numbers between 0 and 1", text);
}

void sz_analyse_name(const sz_analysis *a, const sz_compared *c)
{
    char name[64];

    if (c->seed)
        snprintf(name, sizeof name, "%.40s, seed %d", c->name, c->seed);
    else
        snprintf(name, sizeof name, "%.60s", c->name);
    fprintf(a->out, "%-20s", name);
}

int sz_by_size(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;

    return (a > b) - (a < b);
}

/* ---- JSON -------------------------------------------------------------------------- */

json_t *sz_json_compared(const sz_compared *c)
{
    json_t *o = json_object();

    json_object_set_new(o, "label", sz_json_text(c->name));
    json_object_set_new(o, "seed", c->seed ? json_integer(c->seed) : json_null());
    json_object_set_new(o, "length", json_integer(c->length));
    json_object_set_new(o, "descriptor", sz_json_text(sz_descriptor_text(c->d)));
    return o;
}

/* ---- environments ------------------------------------------------------------------ */

/* 1 if atom i is a centre in every descriptor. */
static int is_centre(const sz_analysis *a, int z)
{
    for (int k = 0; k < a->compared.n; k++)
        if (!sz_descriptor_is_centre(a->compared.entry[k].d, z)) return 0;
    return 1;
}

/* Draws n of the atoms in a->atom, in order, by Floyd's and Knuth's rule: each remaining
 * atom is equally likely. */
static void draw(sz_analysis *a, size_t n)
{
    size_t left = a->sites.n, taken = 0;
    sz_rng rng;

    sz_rng_seed(&rng, a->sample_seed);
    for (size_t k = 0; k < a->sites.n && taken < n; k++, left--)
        if (sz_rng_uniform(&rng) * (double)left < (double)(n - taken))
            a->atom[taken++] = a->atom[k];
    a->sites.n = taken;
}

static sz_status choose_sites(sz_analysis *a, sz_error *err)
{
    const sz_dataset *data = a->data;
    int most = 0, number = 0;
    size_t n_atoms = sz_dataset_n_atoms(data);
    sz_status status =
        sz_analyse_int("--environments", a->words->environments, 1, 1000000, &most, err);

    if (status == SZ_OK)
        status = sz_analyse_int("--atom", a->words->atom, 1, 1000000000, &number, err);
    if (status != SZ_OK) return status;
    a->atom = malloc((n_atoms + 1) * sizeof *a->atom);
    if (!a->atom) return sz_fail_memory(err, n_atoms * 8, "the environments");
    a->sites = (sz_sites){data, 0, a->atom};
    for (int f = 0; f < data->n_frames; f++) {
        const sz_dataset_frame *frame = &data->frame[f];

        if (number > frame->n_atoms)
            return sz_fail(err, SZ_ERR_ARGUMENT, "--atom %d: frame %d of %s has %d atoms",
                           number, f + 1, a->in, frame->n_atoms);
        for (int i = 0; i < frame->n_atoms; i++) {
            size_t atom = frame->first + (size_t)i;

            if ((!number || i == number - 1) &&
                is_centre(a, data->z[data->species[atom]]))
                a->atom[a->sites.n++] = atom;
        }
    }
    if (a->sites.n == 0)
        return sz_fail(err, SZ_ERR_ARGUMENT, "%s holds no atom that is a centre", a->in);
    if (most && (size_t)most < a->sites.n) draw(a, (size_t)most);
    return SZ_OK;
}

/* ---- the verb ---------------------------------------------------------------------- */

/* Reports the data under the name that the user gave. */
static sz_status open_data(sz_analysis *a, request *r, sz_error *err)
{
    sz_status status = sz_foreign_open(&r->foreign, r->in, err);
    char *name;

    a->in = r->in;
    if (status == SZ_OK)
        status =
            analyses[r->what].energies
                ? sz_dataset_read(&a->data, sz_foreign_path(&r->foreign), NULL, err)
                : sz_dataset_read_frames(&a->data, sz_foreign_path(&r->foreign), err);
    if (status != SZ_OK) return status;
    name = sz_copy_text(r->in);
    if (!name) return sz_fail_memory(err, strlen(r->in), "a name");
    free(a->data->path);
    a->data->path = name;
    for (int f = 0; r->foreign.file && f < a->data->n_frames; f++)
        a->data->frame[f].line = 0;
    return SZ_OK;
}

static sz_status open_analysis(sz_analysis *a, request *r, sz_error *err)
{
    int n_seeds = 0, n_threads = 0;
    sz_status status = sz_analyse_int("--seeds", r->words.seeds, 1, 1000, &n_seeds, err);

    a->words = &r->words;
    a->sample_seed = 1;
    if (status == SZ_OK)
        status = sz_analyse_int("--sample-seed", r->words.sample_seed, 1, 2147483645,
                                &a->sample_seed, err);
    if (status == SZ_OK)
        status = sz_analyse_int("--threads", r->words.threads, 1, 1024, &n_threads, err);
    a->options.n_threads = n_threads;
    if (status == SZ_OK) status = open_data(a, r, err);
    if (status == SZ_OK)
        status = sz_compared_open(&a->compared, r->list ? r->list : paper, &r->recipe,
                                  n_seeds, sz_foreign_path(&r->foreign), err);
    return status == SZ_OK ? choose_sites(a, err) : status;
}

static sz_status start_json(sz_analysis *a, const request *r, sz_error *err)
{
    a->json = json_object();
    if (!a->json) return sz_fail_memory(err, 1000, "the numbers");
    json_object_set_new(a->json, "soapz", json_string(sz_version()));
    json_object_set_new(a->json, "analysis", json_string(analyses[r->what].name));
    json_object_set_new(a->json, "data", sz_json_text(a->in));
    return SZ_OK;
}

/* The outputs are checked before work that may take hours. */
static sz_status open_out(sz_output *json, const request *r, sz_error *err)
{
    sz_output picture = {0};
    sz_status status = r->json ? sz_output_open_any(json, r->json, err) : SZ_OK;

    if (status == SZ_OK && r->picture)
        status = sz_output_open_any(&picture, r->picture, err);
    sz_output_free(&picture);
    return status;
}

/* Writes the JSON file, and passes the JSON to Python for the picture. */
static sz_status write_out(const sz_analysis *a, const request *r, sz_output *json,
                           sz_error *err)
{
    char *text = sz_json_write(a->json);
    FILE *input = NULL;
    sz_status status = text ? SZ_OK : sz_fail_memory(err, 65536, "the numbers");

    if (status == SZ_OK && r->json) {
        fprintf(json->file, "%s\n", text);
        status = sz_output_close(json, 1, err);
    }
    if (status == SZ_OK && r->picture) {
        input = tmpfile();
        if (!input || fputs(text, input) < 0 || fflush(input) != 0)
            status =
                sz_fail(err, SZ_ERR_FILE, "the picture: cannot write a temporary file");
    }
    if (status == SZ_OK && r->picture)
        status =
            sz_run_python("analyse_pictures", "the picture", 1, &r->picture, input, err);
    if (input) fclose(input);
    free(text);
    return status;
}

int sz_verb_analyse(int argc, char **argv)
{
    request r = {0};
    sz_analysis a = {0};
    sz_output json = {0};
    sz_teller teller;
    sz_watch watch;
    sz_error err;
    sz_status status;
    int code = read_options(argc, argv, &r);

    if (code >= 0) return code;
    sz_blas_tune();
    sz_blas_set_threads(1);
    sz_catch_interrupts();
    watch = sz_tool_watch(&teller, "analyse");
    a.options.watch = &watch;
    a.out = r.json && !strcmp(r.json, "-") ? stderr : stdout;
    status = open_analysis(&a, &r, &err);
    if (status == SZ_OK) status = start_json(&a, &r, &err);
    if (status == SZ_OK) status = open_out(&json, &r, &err);
    if (status == SZ_OK) status = analyses[r.what].run(&a, &err);
    sz_progress_end(&teller.progress);
    if (status == SZ_OK && (r.json || r.picture)) status = write_out(&a, &r, &json, &err);
    if (status != SZ_OK) sz_foreign_mend(&r.foreign, &err);
    sz_foreign_close(&r.foreign);
    sz_output_close(&json, 0, NULL);
    json_decref(a.json);
    sz_compared_close(&a.compared);
    sz_dataset_free(a.data);
    free(a.atom);
    return status == SZ_OK ? sz_finish_stdout() : sz_report(&err);
}
