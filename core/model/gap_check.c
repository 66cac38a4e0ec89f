/* SPDX-License-Identifier: BSD-3-Clause
 *
 * gap_check.c - checks a potential before it is written, so that a failed fit leaves no
 * file, and after a .soapz file is read. The XML reader makes the same checks for each
 * element, because it can name the line. */
#include "model/gap_check.h"

#include "base/text.h"
#include "descriptor/environment.h"
#include "term/coulomb.h"
#include "term/glue.h"
#include "term/lj.h"
#include "term/zbl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *name, *remedy;
    sz_error *err;
} context;

static sz_status fail(const context *c, const char *what)
{
    return sz_fail(c->err, SZ_ERR_FORMAT, "%s: %s; %s", c->name, what, c->remedy);
}

static sz_status fail_term(const context *c, int k, const char *what)
{
    return sz_fail(c->err, SZ_ERR_FORMAT, "%s: term %d: %s; %s", c->name, k + 1, what,
                   c->remedy);
}

/* ---- texts ----------------------------------------------------------------------- */

/* bytes of the UTF-8 character at p, 0 if it is invalid */
static int character_length(const unsigned char *p)
{
    static const unsigned least[5] = {0, 0, 0x80, 0x800, 0x10000};
    int n = *p < 0x80 ? 1 : *p >> 5 == 6 ? 2 : *p >> 4 == 14 ? 3 : *p >> 3 == 30 ? 4 : 0;
    unsigned code = n == 1 ? *p : *p & (0xffu >> (n + 1));

    for (int k = 1; k < n; k++) {
        if (p[k] >> 6 != 2) return 0;
        code = code << 6 | (p[k] & 0x3fu);
    }
    if (n == 0 || code < least[n] || code > 0x10ffff || code >> 11 == 0x1b) return 0;
    if (code == 0xfffe || code == 0xffff || code == 0x7f) return 0;
    return code >= ' ' || code == '\t' || code == '\n' || code == '\r' ? n : 0;
}

int sz_text_is_clean(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;

    while (*p) {
        int n = character_length(p);

        if (n == 0) return 0;
        p += n;
    }
    return 1;
}

int sz_is_label(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";

    if (!*text || !strchr(letters, *text) || strlen(text) > 200) return 0;
    for (; *text; text++)
        if (!strchr(letters, *text) && !strchr("0123456789.-", *text)) return 0;
    return 1;
}

/* ---- a term ---------------------------------------------------------------------- */

static int all_finite(const double *x, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (!isfinite(x[k])) return 0;
    return 1;
}

/* checks that each row of perm is an order of 0 .. d-1; met [d] is zeroed scratch */
static int are_permutations(const int *perm, int n, int d, unsigned char *met)
{
    for (int p = 0; p < n; p++) {
        const int *row = perm + (size_t)p * (size_t)d;

        memset(met, 0, (size_t)d);
        for (int i = 0; i < d; i++)
            if (row[i] < 0 || row[i] >= d || met[row[i]]++) return 0;
    }
    return 1;
}

static sz_status check_gaussian(const context *c, int k, const sz_gap_term *x)
{
    unsigned char *met;
    int good;

    if (!x->theta || !x->perm || x->n_perm < 1)
        return fail_term(c, k, "theta or permutations are missing");
    for (int i = 0; i < x->n_dim; i++)
        if (!(x->theta[i] > 0.0) || !isfinite(x->theta[i]))
            return fail_term(c, k, "a theta is not positive");
    met = malloc((size_t)x->n_dim);
    if (!met) return sz_fail_memory(c->err, (size_t)x->n_dim, c->name);
    good = are_permutations(x->perm, x->n_perm, x->n_dim, met);
    free(met);
    return good ? SZ_OK : fail_term(c, k, "a permutation is invalid");
}

static sz_status check_kernel(const context *c, int k, const sz_gap_term *x)
{
    char text[120];
    sz_status status = SZ_OK;

    if (!isfinite(x->delta) || !isfinite(x->f0) || !isfinite(x->zeta))
        return fail_term(c, k, "delta, f0 or zeta is not a finite number");
    switch (x->covariance) {
    case SZ_COVARIANCE_DOT_PRODUCT:
        if (!(x->zeta > 0.0)) status = fail_term(c, k, "zeta is not positive");
        if (status == SZ_OK && x->n_perm > 1)
            status = fail_term(c, k, "dot_product has permutations");
        break;
    case SZ_COVARIANCE_ARD_SE:
    case SZ_COVARIANCE_PP:
        status = check_gaussian(c, k, x);
        break;
    default:
        return fail_term(c, k, "the kernel is neither ard_se nor dot_product nor pp");
    }
    if (status == SZ_OK && sz_kernel_fault(x, text)) status = fail_term(c, k, text);
    return status;
}

static sz_status check_points(const context *c, int k, const sz_gap_term *x)
{
    size_t m = (size_t)x->n_sparse, d = (size_t)x->n_dim;

    if (m > 0 && ((!x->x_sparse && !x->environment) || !x->alpha || !x->fc_sparse))
        return fail_term(c, k, "sparse points are missing");
    if (x->environment && x->environment->n != x->n_sparse)
        return fail_term(c, k, "there are not as many environments as sparse points");
    if (x->environment && sz_environments_fault(x->environment))
        return fail_term(c, k, sz_environments_fault(x->environment));
    if (m > 0 && !all_finite(x->alpha, m))
        return fail_term(c, k, "a weight alpha is not a finite number");
    if (m > 0 && ((x->x_sparse && !all_finite(x->x_sparse, m * d)) ||
                  !all_finite(x->fc_sparse, m)))
        return fail_term(c, k, "a sparse point is not finite");
    return SZ_OK;
}

/* What a compress_file holds is part of the model: none is read when it is built. */
static sz_status check_matrix(const context *c, int k, const sz_gap_term *x)
{
    char *map;
    sz_status status = sz_gap_term_map_name(&map, x, c->err);

    if (status == SZ_OK && map && !x->matrix)
        status = fail_term(c, k, "the numbers of its compress_file are missing");
    free(map);
    if (status == SZ_OK && x->n_matrix > 0 && !all_finite(x->matrix, (size_t)x->n_matrix))
        status = fail_term(c, k, "the compression matrix is not finite");
    return status;
}

static sz_status check_term(const context *c, int k, const sz_gap_term *x)
{
    sz_status status;

    if (!x->descriptor || !*x->descriptor || !sz_text_is_clean(x->descriptor))
        return fail_term(c, k, "the descriptor is missing or has invalid characters");
    if (x->n_dim < 1 || x->n_sparse < 0 || x->n_matrix < 0)
        return fail_term(c, k, "a count is negative or the vector has no components");
    status = check_kernel(c, k, x);
    if (status == SZ_OK) status = check_points(c, k, x);
    return status == SZ_OK ? check_matrix(c, k, x) : status;
}

/* ---- core potentials ------------------------------------------------------------- */

static int good_points(const sz_gap_points *p)
{
    return p->n >= 2 && p->x && p->y && all_finite(p->x, (size_t)p->n) &&
           all_finite(p->y, (size_t)p->n) && isfinite(p->y1) && isfinite(p->yn);
}

static sz_status check_glue(const context *c, const sz_gap_glue *g)
{
    unsigned char met[SZ_Z_MAX + 1] = {0}, pairs[SZ_Z_MAX][SZ_Z_MAX] = {{0}};

    if (g->n_types < 1 || g->n_types > SZ_Z_MAX || g->n_pairs < 0)
        return fail(c, "Glue has no types or too many");
    for (int t = 0; t < g->n_types; t++) {
        const sz_gap_glue_type *type = g->type + t;

        if (type->z < 1 || type->z > SZ_Z_MAX || met[type->z]++)
            return fail(c, "Glue has a type with no atomic number of its own");
        if (!good_points(&type->density) || !good_points(&type->embedding))
            return fail(c, "a density or embedding table of Glue is too short or not "
                           "finite");
    }
    for (int k = 0; k < g->n_pairs; k++) {
        const sz_gap_glue_pair *p = g->pair + k;
        int a = p->type1 < p->type2 ? p->type1 : p->type2;
        int b = p->type1 < p->type2 ? p->type2 : p->type1;

        if (a < 0 || b >= g->n_types || pairs[a][b]++)
            return fail(c, "Glue has a pair of types twice or out of range");
        if (!good_points(&p->pair))
            return fail(c, "a pair table of Glue is too short or not finite");
    }
    return SZ_OK;
}

static sz_status check_zbl(const context *c, const sz_zbl *z)
{
    if (z->cutoff > 0.0 && isfinite(z->cutoff) && z->cutoff_width >= 0.0 &&
        isfinite(z->cutoff_width) && isfinite(z->scale))
        return SZ_OK;
    return fail(c, "cutoff, cutoff_width or scale of ZBL is out of range");
}

static int good_lj_pair(const sz_gap_lj *lj, const sz_gap_lj_pair *p)
{
    const double x[] = {p->sigma, p->eps6, p->eps12, p->cutoff, p->cutoff_width};

    return p->type1 >= 0 && p->type1 < lj->n_types && p->type2 >= 0 &&
           p->type2 < lj->n_types && all_finite(x, 5) && p->sigma > 0.0 &&
           p->cutoff > 0.0 && p->cutoff_width >= 0.0;
}

static sz_status check_lj(const context *c, const sz_gap_lj *lj)
{
    unsigned char met[SZ_Z_MAX + 1] = {0}, pairs[SZ_Z_MAX][SZ_Z_MAX] = {{0}};

    if (lj->n_types < 1 || lj->n_types > SZ_Z_MAX || lj->n_pairs < 1)
        return fail(c, "LJ has no types or pairs, or too many");
    for (int t = 0; t < lj->n_types; t++)
        if (lj->z[t] < 1 || lj->z[t] > SZ_Z_MAX || met[lj->z[t]]++)
            return fail(c, "LJ has a type with no atomic number of its own");
    for (int k = 0; k < lj->n_pairs; k++) {
        const sz_gap_lj_pair *p = lj->pair + k;

        if (!good_lj_pair(lj, p)) return fail(c, "a pair of LJ is out of range");
        if (pairs[p->type1][p->type2]++ ||
            (p->type1 != p->type2 && pairs[p->type2][p->type1]++))
            return fail(c, "LJ has a pair of types twice");
    }
    return SZ_OK;
}

static sz_status check_coulomb(const context *c, const sz_coulomb *q)
{
    int n = 0;

    for (int z = 1; z <= SZ_Z_MAX; z++) n += q->listed[z];
    if (n == 0 || !all_finite(q->charge, SZ_Z_MAX + 1))
        return fail(c, "Coulomb has no charges, or one that is not finite");
    if (q->method >= SZ_COULOMB_DIRECT && q->method <= SZ_COULOMB_DSF &&
        q->cutoff > 0.0 && isfinite(q->cutoff) && q->alpha >= 0.0 && isfinite(q->alpha) &&
        q->smooth_length >= 0.0 && isfinite(q->smooth_length))
        return SZ_OK;
    return fail(c, "method, cutoff or screening of Coulomb is out of range");
}

/* ---- the whole ------------------------------------------------------------------- */

sz_status sz_gap_check(const sz_gap *gap, const char *name, const char *remedy,
                       sz_error *err)
{
    const context c = {name, remedy, err};
    sz_status status = SZ_OK;

    if (gap->n_terms < 0 || gap->version < 0) return fail(&c, "a count is negative");
    if (!isfinite(gap->e_scale) || !all_finite(gap->e0, SZ_Z_MAX + 1))
        return fail(&c, "an energy e0 or the scale of energies is not a finite number");
    for (int k = 0; k < gap->n_terms && status == SZ_OK; k++)
        status = check_term(&c, k, gap->term + k);
    if (status == SZ_OK && gap->glue) status = check_glue(&c, gap->glue);
    if (status == SZ_OK && gap->zbl) status = check_zbl(&c, gap->zbl);
    if (status == SZ_OK && gap->lj) status = check_lj(&c, gap->lj);
    if (status == SZ_OK && gap->coulomb) status = check_coulomb(&c, gap->coulomb);
    for (int k = 0; k < gap->n_notes && status == SZ_OK; k++)
        if (!sz_is_label(gap->note[k].key) || !sz_text_is_clean(gap->note[k].text))
            status = sz_fail(err, SZ_ERR_FORMAT,
                             "%s: the note %.60s is not a UTF-8 text without control "
                             "characters, or its name not a word; %s",
                             name, gap->note[k].key, remedy);
    return status;
}
