/* SPDX-License-Identifier: BSD-3-Clause
 *
 * recipe.c - makes a descriptor string from the options of a compression. */
#define _XOPEN_SOURCE 700 /* open_memstream */
#include "recipe.h"

#include "base/number.h"
#include "base/print.h"
#include "survey.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const sz_compression_name *sz_compression_find(const char *label)
{
    for (int k = 0; k < sz_n_compression_names; k++) {
        const char *p = label, *q = sz_compression_names[k].label;

        for (;; p++, q++) {
            while (sz_is_blank(*p)) p++;
            while (sz_is_blank(*q)) q++;
            if (*p != *q || !*p) break;
        }
        if (*p == *q) return &sz_compression_names[k];
    }
    return NULL;
}

int sz_compression_factors(const char *label)
{
    const char *powers = strchr(label, '=');
    int sum = 0;

    for (; powers && *powers; powers++)
        if (*powers >= '1' && *powers <= '3') sum += *powers - '0';
    return sum == 3 ? 3 : 2;
}

sz_status sz_element_list(const char *text, const char *option, int *n, int *z,
                          sz_error *err)
{
    *n = 0;
    while (*(text += strspn(text, " ,\t"))) {
        size_t length = strcspn(text, " ,\t");
        char word[16];
        int number = 0;

        snprintf(word, sizeof word, "%.*s", (int)(length < 15 ? length : 15), text);
        if (!sz_parse_int(word, &number)) number = sz_element_number(word);
        if (number < 1 || number > SZ_Z_MAX)
            return sz_fail(err, SZ_ERR_ARGUMENT, "%s: \"%s\" is not an element", option,
                           word);
        for (int k = 0; k < *n; k++)
            if (z[k] == number)
                return sz_fail(err, SZ_ERR_ARGUMENT, "%s names %s twice", option, word);
        z[(*n)++] = number;
        text += length;
    }
    if (*n > 0) return SZ_OK;
    return sz_fail(err, SZ_ERR_ARGUMENT, "%s has no element", option);
}

/* ---- options ----------------------------------------------------------------------- */

void sz_recipe_options(sz_recipe *recipe, sz_option *option)
{
    const sz_option all[SZ_RECIPE_OPTIONS] = {
        {"--n-max", 0, &recipe->n_max, NULL},
        {"--l-max", 0, &recipe->l_max, NULL},
        {"--cutoff", 0, &recipe->cutoff, NULL},
        {"--cutoff-width", 0, &recipe->cutoff_width, NULL},
        {"--atom-sigma", 0, &recipe->atom_sigma, NULL},
        {"--central-weight", 0, &recipe->central_weight, NULL},
        {"--radial-basis", 0, &recipe->radial_basis, NULL},
        {"--species", 0, &recipe->species, NULL},
        {"--centre", 0, &recipe->centre, NULL},
        {"--d-j", 0, &recipe->d_j, NULL},
        {"--embedding", 0, &recipe->embedding, NULL},
        {"--u-max", 0, &recipe->u_max, NULL},
        {"--seed", 0, &recipe->seed, NULL},
        {"--weights", 0, &recipe->weights, NULL},
        {"--K", 0, &recipe->k, NULL},
        {"--l-min", 0, &recipe->l_min, NULL},
        {"--data", 0, &recipe->data, NULL}};

    memcpy(option, all, sizeof all);
}

/* ---- numbers ----------------------------------------------------------------------- */

static sz_status write_numbers(FILE *text, const sz_recipe *r, sz_error *err)
{
    const struct {
        const char *option, *key, *value, *fallback;
        int whole;
    } list[] = {
        {"--n-max", "n_max", r->n_max, "8", 1},
        {"--l-max", "l_max", r->l_max, "6", 1},
        {"--cutoff", "cutoff", r->cutoff, "5", 0},
        {"--cutoff-width", "cutoff_transition_width", r->cutoff_width, "0.5", 0},
        {"--atom-sigma", "atom_sigma", r->atom_sigma, "0.5", 0},
        {"--central-weight", "central_weight", r->central_weight, "1", 0},
    };

    fputs("soap", text);
    for (size_t k = 0; k < sizeof list / sizeof *list; k++) {
        const char *value = list[k].value ? list[k].value : list[k].fallback;
        double real;
        int whole;

        if (list[k].whole ? !sz_parse_int(value, &whole) : !sz_parse_double(value, &real))
            return sz_fail(err, SZ_ERR_ARGUMENT, "%s \"%.60s\" is not a %snumber",
                           list[k].option, value, list[k].whole ? "whole " : "");
        fprintf(text, " %s=%s", list[k].key, value);
    }
    if (r->radial_basis) fprintf(text, " radial_basis={%s}", r->radial_basis);
    return SZ_OK;
}

static sz_status take_int(const char *option, const char *text, int lo, int hi,
                          int *value, sz_error *err)
{
    if (!text || (sz_parse_int(text, value) && *value >= lo && *value <= hi))
        return SZ_OK;
    return sz_fail(err, SZ_ERR_ARGUMENT, "%s is \"%.60s\", allowed %d to %d", option,
                   text, lo, hi);
}

/* ---- elements ---------------------------------------------------------------------- */

static void write_list(FILE *text, const char *n_key, const char *key, int n,
                       const int *z)
{
    fprintf(text, " %s=%d %s={", n_key, n, key);
    for (int k = 0; k < n; k++) fprintf(text, k ? " %d" : "%d", z[k]);
    fputc('}', text);
}

static sz_status write_elements(FILE *text, const sz_recipe *r, const char *in, int *n,
                                int *z, sz_error *err)
{
    unsigned char present[SZ_Z_MAX + 1];
    int n_centres, centre[SZ_Z_MAX];
    sz_status status;

    *n = 0;
    if (r->species) {
        status = sz_element_list(r->species, "--species", n, z, err);
    } else {
        status = sz_survey_elements(in, present, err);
        for (int k = 1; k <= SZ_Z_MAX && status == SZ_OK; k++)
            if (present[k]) z[(*n)++] = k;
        if (status == SZ_OK && *n == 0)
            status = sz_fail(err, SZ_ERR_ARGUMENT, "%s has no atoms", in);
    }
    if (status != SZ_OK) return status;
    write_list(text, "n_species", "species_Z", *n, z);
    if (!r->centre) return SZ_OK;
    status = sz_element_list(r->centre, "--centre", &n_centres, centre, err);
    if (status == SZ_OK) write_list(text, "n_Z", "Z", n_centres, centre);
    return status;
}

/* ---- embeddings -------------------------------------------------------------------- */

/* Reads all numbers of text into *u, which the caller frees; returns their count, or 0 if
 * there is anything else. */
static int scan_numbers(const char *text, double **u, int *n)
{
    size_t room = strlen(text) / 2 + 1;

    *n = 0;
    *u = malloc(room * sizeof **u);
    for (text = sz_skip_blanks(text); *u && *text; text = sz_skip_blanks(text)) {
        const char *end = sz_scan_double(text, *u + *n);

        if (!end || (*end && !sz_is_blank(*end))) return 0;
        (*n)++;
        text = end;
    }
    return *u && *n > 0;
}

static char *read_all(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = NULL;
    size_t n = 0, room = 0, got = 1;

    while (file && got > 0) {
        char *more = realloc(text, room + 4097);

        if (!more) break;
        text = more;
        got = fread(text + n, 1, room + 4096 - n, file);
        n += got;
        room = n;
        text[n] = 0;
    }
    if (file) fclose(file);
    return text;
}

/* the numbers of --embedding, from the command line or a file */
static sz_status user_embedding(const sz_recipe *r, int n_species, int *d_j, double **u,
                                sz_error *err)
{
    int n, numbers = scan_numbers(r->embedding, u, &n);

    if (!numbers) {
        char *text = read_all(r->embedding);

        if (!text)
            return sz_fail(err, SZ_ERR_FILE,
                           "--embedding %s: not paper, random, data, numbers or a "
                           "readable file (%s)",
                           r->embedding, strerror(errno));
        free(*u);
        numbers = scan_numbers(text, u, &n);
        free(text);
    }
    if (!numbers)
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "--embedding %s contains something that is not a number",
                       r->embedding);
    if (!r->d_j && n % n_species == 0) *d_j = n / n_species;
    if (n == n_species * *d_j) return SZ_OK;
    return sz_fail(err, SZ_ERR_ARGUMENT,
                   "--embedding has %d numbers, but needs d_J for each of %d species", n,
                   n_species);
}

/* Without the density of the centre itself, which would dominate the covariance of the
 * elements. */
static sz_status data_embedding(const char *path, const char *text, int d_j, double *u,
                                sz_error *err)
{
    sz_moments *moments;
    sz_status status = sz_survey_moments(&moments, path, text, "central_weight=0", err);

    if (status == SZ_OK) status = sz_optimal_embedding(moments, d_j, u, NULL, err);
    sz_moments_free(moments);
    return status;
}

/* so_far: the string without the embedding */
static sz_status write_embedding(FILE *text, const char *so_far, const sz_recipe *r,
                                 const char *in, int n_species, int seed, sz_error *err)
{
    int d_j = n_species < 2 ? 1 : 2;
    const char *how = r->embedding ? r->embedding : "paper";
    char number[SZ_SHORTEST];
    double *u = NULL;
    sz_status status = take_int("--d-j", r->d_j, 1, 1000, &d_j, err);

    if (status == SZ_OK && !strcmp(how, "data") && d_j > n_species)
        status = sz_fail(err, SZ_ERR_ARGUMENT,
                         "--embedding data gives at most one dimension per species, but "
                         "d_J is %d for %d species",
                         d_j, n_species);
    if (status != SZ_OK) return status;
    if (strcmp(how, "paper") != 0 && strcmp(how, "random") != 0 &&
        strcmp(how, "data") != 0) {
        status = user_embedding(r, n_species, &d_j, &u, err);
    } else if (strcmp(how, "paper") != 0) {
        u = malloc((size_t)n_species * d_j * sizeof *u);
        if (!u) return sz_fail_memory(err, (size_t)n_species * d_j * 8, "an embedding");
        if (!strcmp(how, "data"))
            status = data_embedding(r->data ? r->data : in, so_far, d_j, u, err);
        else
            sz_matrix_random(seed, (size_t)n_species * d_j, u);
    }
    fprintf(text, " d_J=%d", d_j);
    if (u && status == SZ_OK) {
        fputs(" embedding={", text);
        for (int k = 0; k < n_species * d_j; k++)
            fprintf(text, k ? " %s" : "%s", sz_shortest(u[k], number));
        fputc('}', text);
    }
    free(u);
    return status;
}

/* ---- the recipe ----------------------------------------------------------------- */

/* An option that applies to some compressions only. */
typedef struct {
    const char *option, **value;
    int fits;
    const char *needs;
} rule;
enum { N_RULES = 8 };

static void list_rules(sz_recipe *r, const char *label, rule list[N_RULES])
{
    int embedding = !strcmp(label, "nu=2,d_J"), optimal = !strcmp(label, "optimal");
    int mixed = label[0] == 'K', three = sz_compression_factors(label) == 3;
    int random = !strcmp(label, "W^T P_l") || !strcmp(label, "Q^T P_l Q") || mixed;
    int data = r->embedding && !strcmp(r->embedding, "data");
    const rule rules[N_RULES] = {
        {"--d-j", &r->d_j, embedding, "nu=2,d_J"},
        {"--embedding", &r->embedding, embedding, "nu=2,d_J"},
        {"--u-max", &r->u_max, optimal, "optimal"},
        {"--seed", &r->seed,
         random || (embedding && r->embedding && !strcmp(r->embedding, "random")),
         "W^T P_l, Q^T P_l Q, the other K labels and --embedding random"},
        {"--weights", &r->weights, random, "W^T P_l, Q^T P_l Q, the other K labels"},
        {"--K", &r->k, mixed, "K=2, K,K=1,1, K=3 and K,K,K=1,1,1"},
        {"--l-min", &r->l_min, three, "products of three"},
        {"--data", &r->data, optimal || (embedding && data),
         "optimal and --embedding data"},
    };

    memcpy(list, rules, sizeof rules);
}

/* options that do not apply to this compression */
static sz_status check_options(const sz_recipe *r, const char *label, sz_error *err)
{
    sz_recipe own = *r;
    rule list[N_RULES];

    list_rules(&own, label, list);
    for (int k = 0; k < N_RULES; k++)
        if (*list[k].value && !list[k].fits)
            return sz_fail(err, SZ_ERR_ARGUMENT, "%s applies to %s, not to %s",
                           list[k].option, list[k].needs, label);
    return SZ_OK;
}

unsigned sz_recipe_trim(sz_recipe *recipe, const char *label, unsigned *used)
{
    rule list[N_RULES];
    unsigned given = 0;

    list_rules(recipe, label, list);
    for (int k = 0; k < N_RULES; k++) {
        if (!*list[k].value) continue;
        given |= 1u << k;
        if (list[k].fits)
            *used |= 1u << k;
        else
            *list[k].value = NULL;
    }
    return given;
}

sz_status sz_recipe_check_used(unsigned given, unsigned used, sz_error *err)
{
    sz_recipe none = {0};
    rule list[N_RULES];

    list_rules(&none, "", list);
    for (int k = 0; k < N_RULES; k++)
        if (given & ~used & 1u << k)
            return sz_fail(
                err, SZ_ERR_ARGUMENT,
                "%s applies to %s, and none of the compressions is one of these",
                list[k].option, list[k].needs);
    return SZ_OK;
}

static sz_status write_recipe(FILE *text, char **so_far, const sz_recipe *r,
                              const char *label, const char *in, sz_error *err)
{
    int n, z[SZ_Z_MAX], seed = 1, u_max = 8, k = 32, l_min = 0;
    sz_status status = write_numbers(text, r, err);

    if (status == SZ_OK) status = write_elements(text, r, in, &n, z, err);
    if (status == SZ_OK) status = take_int("--seed", r->seed, 1, 2147483645, &seed, err);
    if (status == SZ_OK && r->u_max)
        status = take_int("--u-max", r->u_max, 1, 100000, &u_max, err);
    else if (r->n_max)
        sz_parse_int(r->n_max, &u_max); /* the descriptor checks it */
    if (status == SZ_OK) status = take_int("--K", r->k, 1, 10000, &k, err);
    if (status == SZ_OK) status = take_int("--l-min", r->l_min, 0, SZ_L_MAX, &l_min, err);
    if (status != SZ_OK) return status;
    fprintf(text, " compression={%s}", label);
    if (!strcmp(label, "optimal")) fprintf(text, " u_max=%d", u_max);
    if (label[0] == 'K') fprintf(text, " K=%d", k);
    if (strchr("WQK", label[0])) fprintf(text, " compression_seed=%d", seed);
    if (r->weights) fprintf(text, " compression_weights={%s}", r->weights);
    if (r->l_min) fprintf(text, " l_min=%d", l_min);
    fflush(text);
    if (!strcmp(label, "nu=2,d_J"))
        status = write_embedding(text, *so_far, r, in, n, seed, err);
    return status;
}

sz_status sz_recipe_text(char **text, const sz_recipe *recipe, const char *in,
                         sz_error *err)
{
    const sz_compression_name *name = sz_compression_find(recipe->compression);
    char *so_far = NULL;
    size_t size;
    FILE *file;
    sz_status status;

    *text = NULL;
    if (!name)
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "--compression \"%.60s\" is unknown; soapz compressions lists the "
                       "labels",
                       recipe->compression);
    status = check_options(recipe, name->label, err);
    if (status != SZ_OK) return status;
    file = open_memstream(&so_far, &size);
    if (!file) return sz_fail_memory(err, 1000, "a descriptor");
    status = write_recipe(file, &so_far, recipe, name->label, in, err);
    if (fclose(file) != 0 && status == SZ_OK)
        status = sz_fail_memory(err, 1000, "a descriptor");
    if (status != SZ_OK) {
        free(so_far);
        return status;
    }
    *text = so_far;
    return SZ_OK;
}
