/* SPDX-License-Identifier: BSD-3-Clause
 *
 * nested.c - orders of which every leading part is a representative sample.
 *
 * Members k = 0 .. n-1 of a group, in the order they have within it, get the places
 * (k + 1/2) / n; all groups are then sorted by place. The leading fraction x of the order
 * then contains x n members of each group, within one. */
#include "fit/nested.h"

#include "base/rng.h"
#include "select/farthest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    double place;
    int index;
} item;

static int by_place(const void *a, const void *b)
{
    const item *x = a, *y = b;

    if (x->place != y->place) return x->place < y->place ? -1 : 1;
    return x->index - y->index;
}

static void shuffle(int n, int *list, sz_rng *rng)
{
    for (int i = n - 1; i > 0; i--) {
        int j = (int)(sz_rng_uniform(rng) * (i + 1)), moved = list[i];

        if (j > i) j = i;
        list[i] = list[j];
        list[j] = moved;
    }
}

/* members in their order -> items with places */
static void place(int n, const int *member, item *list)
{
    for (int k = 0; k < n; k++) list[k] = (item){(k + 0.5) / n, member[k]};
}

static void sort_items(int n, item *list, int *order)
{
    qsort(list, (size_t)n, sizeof *list, by_place);
    for (int k = 0; k < n; k++) order[k] = list[k].index;
}

sz_status sz_nested_frames(const sz_dataset *data, int seed, int *order, sz_error *err)
{
    size_t room = (size_t)data->n_frames + 1;
    int *member = malloc(room * sizeof *member), n = 0;
    item *list = malloc(room * sizeof *list);
    sz_status status = SZ_OK;
    sz_rng rng;

    sz_rng_seed(&rng, seed);
    if (!member || !list)
        status = sz_fail_memory(err, room * sizeof *list, "the order of the frames");
    for (int type = 0; type < data->n_config_types && status == SZ_OK; type++) {
        int m = 0;

        for (int f = 0; f < data->n_frames; f++)
            if (data->frame[f].config_type == type) member[m++] = f;
        shuffle(m, member, &rng);
        place(m, member, list + n);
        n += m;
    }
    if (status == SZ_OK) sort_items(n, list, order);
    free(member);
    free(list);
    return status;
}

/* ---- sparse points ----------------------------------------------------------------- */

static int is_farthest(const sz_gap_term *c, const sz_fit_spec *spec)
{
    for (int k = 0; k < spec->n_terms; k++)
        if (!strcmp(spec->term[k].text, c->descriptor))
            return spec->descriptor[spec->term[k].descriptor].method ==
                   SZ_SPARSE_FARTHEST_POINTS;
    return 0;
}

/* The choice starts with the first point, so repeating it gives the same order; points
 * that coincide with others within rounding come last. */
static sz_status order_by_distance(const sz_gap_term *c, int *order, sz_error *err)
{
    const sz_vectors pool = {.n = c->n_sparse, .d = c->n_dim, .x = c->x_sparse};
    const sz_likeness like = {.zeta = c->zeta, .theta = c->theta};
    size_t n = (size_t)c->n_sparse;
    int *member = malloc((n + 1) * sizeof *member), chosen = 0;
    char *seen = calloc(n + 1, 1);
    sz_status status = SZ_OK;

    if (!member || !seen) status = sz_fail_memory(err, 5 * n, "the order of points");
    for (int k = 0; k < c->n_sparse && status == SZ_OK; k++) member[k] = k;
    if (status == SZ_OK && n)
        status = sz_farthest(&pool, member, c->n_sparse, &like, (size_t)256 << 20,
                             c->n_sparse, order, &chosen, err);
    for (int k = 0; k < chosen && status == SZ_OK; k++) seen[order[k]] = 1;
    for (int k = 0; k < c->n_sparse && status == SZ_OK; k++)
        if (!seen[k]) order[chosen++] = k;
    free(member);
    free(seen);
    return status;
}

/* numbers among all unknowns, whose first is first */
static sz_status order_points(const sz_gap_term *c, const sz_fit_spec *spec, int first,
                              int *order, sz_rng *rng, sz_error *err)
{
    sz_status status = SZ_OK;

    for (int k = 0; k < c->n_sparse; k++) order[k] = k;
    if (is_farthest(c, spec))
        status = order_by_distance(c, order, err);
    else
        shuffle(c->n_sparse, order, rng);
    for (int k = 0; k < c->n_sparse; k++) order[k] += first;
    return status;
}

static int is_soap(const sz_gap_term *c)
{
    return c->covariance == SZ_COVARIANCE_DOT_PRODUCT;
}

sz_status sz_nested_points(const sz_gap *gap, const sz_fit_spec *spec, int seed,
                           int *order, int *n_whole, sz_error *err)
{
    int n_all = 0, n_soap = 0, n = 0;
    sz_rng rng;
    item *list;
    int *member;
    sz_status status = SZ_OK;

    for (int k = 0; k < gap->n_terms; k++) {
        n_all += gap->term[k].n_sparse;
        if (is_soap(&gap->term[k])) n_soap += gap->term[k].n_sparse;
    }
    *n_whole = n_soap ? n_all - n_soap : 0;
    list = malloc(((size_t)n_all + 1) * sizeof *list);
    member = malloc(((size_t)n_all + 1) * sizeof *member);
    if (!list || !member)
        status = sz_fail_memory(err, (size_t)n_all * sizeof *list, "the order of points");
    sz_rng_seed(&rng, seed);
    for (int k = 0, first = 0, whole = 0; k < gap->n_terms && status == SZ_OK; k++) {
        const sz_gap_term *c = &gap->term[k];

        if (n_soap && !is_soap(c)) {
            for (int i = 0; i < c->n_sparse; i++) order[whole++] = first + i;
        } else {
            status = order_points(c, spec, first, member, &rng, err);
            place(c->n_sparse, member, list + n);
            n += c->n_sparse;
        }
        first += c->n_sparse;
    }
    if (status == SZ_OK) sort_items(n, list, order + *n_whole);
    free(list);
    free(member);
    return status;
}

int sz_nested_sizes(int lo, int hi, int n, int *size)
{
    int found = 0;

    if (lo < 1) lo = 1;
    if (lo > hi) lo = hi;
    for (int k = 0; k < n; k++) {
        double share = n > 1 ? (double)k / (n - 1) : 1.0;
        int s = k + 1 < n ? (int)lround(lo * pow((double)hi / lo, share)) : hi;

        if (found == 0 || s > size[found - 1]) size[found++] = s;
    }
    return found;
}
