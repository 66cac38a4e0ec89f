/* SPDX-License-Identifier: BSD-3-Clause
 *
 * compressions.c - soapz compressions: the compressions of the paper and their
 * lengths. */
#include "base/args.h"
#include "descriptor/coupling.h"
#include "descriptor/soap_spec.h"
#include "descriptor/triples.h"
#include "recipe.h"
#include "tool.h"

#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: soapz compressions [--species 4] [--n-max 8] [--l-max 6] [--d-j 2]\n"
    "                          [--u-max N] [--K 32] [--l-min 0] [--json]\n"
    "\n"
    "The compressions of the power spectrum by the labels of Darby, Kermode, Csanyi "
    "(2021):\n"
    "nu keeps the species of a neighbour, mu sums over species, ^ sums over the radial\n"
    "functions (the paper's hat), numbers are powers. The table shows the gap_fit keys "
    "of\n"
    "each, the length of the vector as a formula and as a number (S species, N = n_max,\n"
    "L = l_max), what is lost relative to nu=2, and whether nu=2 can be computed from "
    "it.\n"
    "docs/compressions.md explains each.\n"
    "\n"
    "Labels with powers that sum to three are products of three densities (four "
    "bodies),\n"
    "for all l1, l2, l3 from --l-min to L that form a triangle with an even sum. There "
    "are\n"
    "  t  of them in all (three different factors),\n"
    "  u  with l2 <= l3 (two factors of one kind),\n"
    "  v  with l1 <= l2 <= l3 (three of one kind);\n"
    "their loss is relative to nu=3. K stands for K random mixtures of species and "
    "radial\n"
    "functions; only mixtures of the same index are multiplied. K=3 uses one set of\n"
    "mixtures for all factors, K,K,K=1,1,1 uses three.\n"
    "\n"
    "  --species S  a number, or elements: \"Nb Mo Ta W\"\n"
    "  --n-max N    radial basis functions\n"
    "  --l-max L    largest l\n"
    "  --d-j D      dimension of the embedding of nu=2,d_J\n"
    "  --u-max U    channels of the optimal radial basis (N)\n"
    "  --K K        channels of the labels K=2, K,K=1,1, K=3 and K,K,K=1,1,1\n"
    "  --l-min l    smallest l in products of three; 1 leaves out what repeats the "
    "power\n"
    "               spectrum\n"
    "  --json       a list of objects instead of a table\n"
    "  --help       this text\n"
    "\n"
    "example:\n"
    "  soapz compressions --species 4 --n-max 12 --l-max 9\n";

typedef struct {
    int n_species, n_max, l_max, d_j, u_max, k, l_min, json;
} request;

/* ---- lengths ----------------------------------------------------------------------- */

/* A descriptor string with the compression. Species are elements 1, 2, ..; all weights
 * are 0, because only their number counts. */
static char *make_text(const request *r, const char *label)
{
    size_t size = 400 + 4 * (size_t)r->n_species + 2 * (size_t)r->n_species * r->d_j;
    char *text = malloc(size), *at = text;

    if (!text) return NULL;
    at += sprintf(at,
                  "soap cutoff=5 atom_sigma=0.5 n_max=%d l_max=%d compression={%s} "
                  "n_species=%d species_Z={",
                  r->n_max, r->l_max, label, r->n_species);
    for (int z = 1; z <= r->n_species; z++) at += sprintf(at, " %d", z);
    at += sprintf(at, "} u_max=%d d_J=%d embedding={", r->u_max, r->d_j);
    for (int k = 0; k < r->n_species * r->d_j; k++) at += sprintf(at, " 0");
    at += sprintf(at, "} K=%d", r->k);
    if (sz_compression_factors(label) == 3) sprintf(at, " l_min=%d", r->l_min);
    return text;
}

/* The parameters used for a label. The length depends on the number of channels K, not on
 * their weights; a small size avoids drawing many random numbers. */
static request simplest(const request *r, const char *label)
{
    request few = *r;

    if (label[0] == 'K') few.n_species = few.n_max = 1;
    return few;
}

/* Length from the list of products that the evaluator uses; -1 if there is no such
 * vector: three factors are only coupled up to a maximum l. */
static sz_status find_length(const request *r, const char *label, double *length,
                             sz_error *err)
{
    size_t n = strcmp(label, "optimal")
                   ? 0
                   : sz_matrix_numbers(SZ_MATRIX_OPTIMAL, r->n_species, r->n_max,
                                       r->l_max, r->u_max);
    char *text = make_text(r, label);
    double *matrix = n ? calloc(n, sizeof *matrix) : NULL;
    sz_args *args = NULL;
    sz_soap_spec spec = {0};
    int n_centres, centre_z[SZ_Z_MAX];
    sz_status status = SZ_OK;

    *length = -1.0;
    if (sz_compression_factors(label) == 3 && r->l_max > SZ_COUPLED_L_MAX) {
        free(text);
        return SZ_OK;
    }
    if (!text || (n && !matrix)) status = sz_fail_memory(err, 8 * n + 1000, "a length");
    if (status == SZ_OK) status = sz_args_parse(&args, text, label, err);
    if (status == SZ_OK)
        status = sz_soap_spec_parse(&spec, &n_centres, centre_z, args, -1, (int)n, matrix,
                                    err);
    if (status == SZ_OK) {
        sz_compression c = {.spec = spec.compression,
                            .n_slots = r->n_species,
                            .n_max = r->n_max,
                            .l_max = r->l_max};

        *length = c.spec.order == 3 ? sz_triples_published_count(&c)
                                    : sz_compression_published(&c);
    }
    sz_soap_spec_free(&spec);
    sz_args_free(args);
    free(matrix);
    free(text);
    return status;
}

/* ---- tables ------------------------------------------------------------------------ */

static const char *const answers[] = {
    [SZ_NO] = "no", [SZ_YES] = "yes", [SZ_DEPENDS] = "depends"};

static const char *inversion(const sz_compression_name *c)
{
    return c->inversion ? c->inversion : answers[c->invertible];
}

/* "-" or, in JSON, null if there is none */
static const char *length_text(double length, const char *none, char text[32])
{
    if (length < 0.0) return none;
    snprintf(text, 32, "%.0f", length);
    return text;
}

static void print_json(const sz_compression_name *c, double length, int last)
{
    char number[32];

    printf("  {\"label\": \"%s\", \"length\": %s, \"formula\": \"%s\", \"gap_fit\": ",
           c->label, length_text(length, "null", number), c->length);
    printf(c->keys ? "\"%s\"" : "null", c->keys);
    printf(", \"lossy\": \"%s\", \"loss\": \"%s\", \"invertible\": \"%s\", "
           "\"inversion\": \"%s\"}%s\n",
           answers[c->lossy], c->loss, answers[c->invertible], inversion(c),
           last ? "" : ",");
}

/* (l1, l2, l3) of three factors: t, u and v in the help */
static void count_triples(const request *r, int count[3])
{
    memset(count, 0, 3 * sizeof *count);
    for (int a = r->l_min; a <= r->l_max; a++)
        for (int b = r->l_min; b <= r->l_max; b++)
            for (int c = abs(a - b); c <= r->l_max && c <= a + b; c += 2) {
                if (c < r->l_min) continue;
                count[0]++;
                count[1] += b <= c;
                count[2] += a <= b && b <= c;
            }
}

static void print_head(const request *r)
{
    int count[3];

    count_triples(r, count);
    printf("S=%d N=%d L=%d d_J=%d u_max=%d K=%d t=%d u=%d v=%d\n\n%-17s %-15s %9s  %s\n",
           r->n_species, r->n_max, r->l_max, r->d_j, r->u_max, r->k, count[0], count[1],
           count[2], "label", "gap_fit", "length", "formula");
}

static int print_all(const request *r)
{
    int n = sz_n_compression_names;
    double length[64];
    sz_error err;

    for (int k = 0; k < n; k++) {
        const char *label = sz_compression_names[k].label;
        const request asked = simplest(r, label);

        if (find_length(&asked, label, &length[k], &err) != SZ_OK) return sz_report(&err);
    }
    if (r->json) puts("[");
    if (!r->json) print_head(r);
    for (int k = 0; k < n; k++) {
        const sz_compression_name *c = &sz_compression_names[k];
        const char *nu = sz_compression_factors(c->label) == 3 ? " against nu=3: " : ": ";
        char number[32];

        if (r->json)
            print_json(c, length[k], k == n - 1);
        else
            printf("%-17s %-15s %9s  %s\n    loses%s%s\n    gives nu=2: %s\n", c->label,
                   c->keys ? c->keys : "-", length_text(length[k], "-", number),
                   c->length, nu, c->loss, inversion(c));
    }
    if (r->json) puts("]");
    return sz_finish_stdout();
}

/* ---- the verb ---------------------------------------------------------------------- */

static int take(const char *option, const char *text, int lo, int hi, int *value)
{
    int n;

    if (!text) return 0;
    if (!sz_parse_int(text, &n) || n < lo || n > hi)
        return sz_usage_error("compressions", "%s is \"%s\", allowed %d to %d", option,
                              text, lo, hi);
    *value = n;
    return 0;
}

static int take_species(const char *text, int *n)
{
    int z[SZ_Z_MAX], number;
    sz_error err;

    if (!text || sz_parse_int(text, &number))
        return take("--species", text, 1, SZ_Z_MAX, n);
    if (sz_element_list(text, "--species", n, z, &err) != SZ_OK)
        return sz_usage_error("compressions", "%s", err.message);
    return 0;
}

int sz_verb_compressions(int argc, char **argv)
{
    const char *species = NULL, *n_max = NULL, *l_max = NULL, *d_j = NULL, *u_max = NULL,
               *k = NULL, *l_min = NULL;
    request r = {.n_species = 4, .n_max = 8, .l_max = 6, .d_j = 2, .k = 32};
    int want_help = 0, n, code;
    const sz_option option[] = {
        {"--species", 's', &species, NULL}, {"--n-max", 'n', &n_max, NULL},
        {"--l-max", 'l', &l_max, NULL},     {"--d-j", 0, &d_j, NULL},
        {"--u-max", 0, &u_max, NULL},       {"--K", 0, &k, NULL},
        {"--l-min", 0, &l_min, NULL},       {"--json", 0, NULL, &r.json},
        {"--help", 'h', NULL, &want_help},
    };

    code = sz_options(argc, argv, option, sizeof option / sizeof *option, NULL, 0, &n);
    if (want_help) return sz_print_text(help);
    if (!code) code = take_species(species, &r.n_species);
    if (!code) code = take("--n-max", n_max, 1, SZ_N_MAX - 1, &r.n_max);
    if (!code) code = take("--l-max", l_max, 0, SZ_L_MAX, &r.l_max);
    if (!code) code = take("--d-j", d_j, 1, 1000, &r.d_j);
    r.u_max = r.n_max;
    if (!code) code = take("--u-max", u_max, 1, r.n_species * r.n_max, &r.u_max);
    if (!code) code = take("--K", k, 1, 10000, &r.k);
    /* an odd l_min = l_max leaves no product */
    if (!code)
        code = take("--l-min", l_min, 0, r.l_max % 2 ? r.l_max - 1 : r.l_max, &r.l_min);
    return code ? code : print_all(&r);
}
