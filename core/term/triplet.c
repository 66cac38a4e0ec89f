/* SPDX-License-Identifier: BSD-3-Clause
 *
 * triplet.c - a sparse GP on functions of the three distances between a centre i and
 * two of its neighbours j, k.
 *
 *   angle_3b      x = (r_ij + r_ik, (r_ij - r_ik)^2, r_jk), i the centre,
 *                 fc = f(r_ij) f(r_ik), share 2: j,k and k,j are instances
 *   distance_Nb   x = (r_12, r_13, r_23), share 1
 *     compact     1 is i, then j and k by atomic number; fc = f(r_ij) f(r_ik)
 *     clusters    all three by atomic number; the file's
 *                 fc = f12 f13 (1-f23) + f12 f23 (1-f13) + f13 f23 (1-f12) + f12 f13 f23
 *                 counts a cluster once. Seen from each of its atoms it is
 *                 f(r_ij) f(r_ik) (1 - 2/3 f(r_jk)): these three add up to fc.
 *
 *   e(x) = delta^2 sum_s alpha_s fc_s k(x_s, x) / sqrt(k(x_s, x_s) k(x, x)) + constant
 *   k(y, x) = sum_p f(|(pi_p y - x) / theta|), f as in covariance.c
 *   DOT_PRODUCT: e = sum_s w_s (x_s . x)^zeta
 *
 * The permutations are a group that does not change theta. So a sparse point becomes
 * n_perm points, and the gradient of k(x, x) in both arguments is twice that in one.
 *
 * Instances are collected, BATCH at a time, and are summed over the points together. */
#include "term/triplet.h"

#include "linear/vec.h"
#include "term/covariance.h"
#include "term/triplet_batch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = SZ_TRIPLET_BATCH };

/* the permutations of three things; for three atoms those of their distances 12 13 23 */
static const int permutation[6][3] = {{0, 1, 2}, {1, 0, 2}, {0, 2, 1},
                                      {2, 1, 0}, {1, 2, 0}, {2, 0, 1}};
enum { SWAP_23 = 1 << 1, SWAP_12 = 1 << 2 }; /* of atoms, as bits of a set of these */

/* ---- building a term --------------------------------------------------------------- */

static int permutation_index(const int *p)
{
    int k = 0;

    while (k < 6 && memcmp(p, permutation[k], sizeof permutation[k]) != 0) k++;
    return k;
}

/* The set of permutations as bits; 0 if it is not a group or lists one twice. */
static int permutation_group(const sz_gap_term *c)
{
    int count[6] = {0}, set = 0;

    if (c->covariance == SZ_COVARIANCE_DOT_PRODUCT) return 1;
    for (int p = 0; p < c->n_perm; p++) count[permutation_index(c->perm + 3 * p)]++;
    for (int p = 0; p < 6; p++) set |= (count[p] > 0) << p;
    for (int p = 0; p < 6; p++)
        for (int q = 0; q < 6; q++) {
            int pq[3];

            if (count[p] && count[q] && count[p] != count[q]) return 0;
            for (int i = 0; i < 3; i++) pq[i] = permutation[p][permutation[q][i]];
            if (count[p] && count[q] && !count[permutation_index(pq)]) return 0;
        }
    return set;
}

/* Atoms that the descriptor does not distinguish must be exchangeable. */
static sz_status check_group(sz_triplet *t, int group, const char *path, int line,
                             sz_error *err)
{
    const int *z = t->spec.z;
    int like_12 = z[0] == z[1], like_23 = z[1] == z[2];

    if (t->spec.kind == SZ_TRIPLET_ANGLE) return SZ_OK; /* x is symmetric */
    if (t->spec.kind == SZ_TRIPLET_COMPACT) {
        t->ordered = (like_12 || like_23) && !(group & SWAP_23);
        return SZ_OK;
    }
    if ((!like_12 || group & SWAP_12) && (!like_23 || group & SWAP_23)) return SZ_OK;
    return sz_fail(err, SZ_ERR_FORMAT,
                   "%s:%d: distance_Nb lacks the permutations of its like atoms, "
                   "Z={%d %d %d}: with compact_clusters=F that is not supported",
                   path, line, z[0], z[1], z[2]);
}

static void fill_points(sz_triplet *t, const sz_gap_term *c)
{
    const int dot = t->covariance == SZ_COVARIANCE_DOT_PRODUCT;
    double *to = t->point;
    long double constant = 0.0L;
    sz_gap_term once = *c; /* each permutation once */

    once.n_perm = t->n_perm;
    once.perm = &t->perm[0][0];

    for (int s = 0; s < c->n_sparse; s++) {
        const double *y = c->x_sparse + 3 * (size_t)s;
        long double w = (long double)c->alpha[s] * c->fc_sparse[s];

        if (!dot) constant += w * c->f0 * c->f0;
        w *= (long double)c->delta * c->delta;
        if (!dot) w /= sqrt(sz_correlation_permuted(&once, y, y));
        for (int p = 0; p < t->n_perm; p++, to += 4) {
            for (int i = 0; i < 3; i++) to[i] = t->scale[i] * y[t->perm[p][i]];
            to[3] = (double)w;
        }
    }
    t->constant = (double)constant;
}

/* Gaussians are written as powers of two: exp(-q/2) = 2^-|scale (y - x)|^2. */
static void choose_scale(sz_triplet *t, const double *theta)
{
    const double a = 0.84932180028801904; /* sqrt(log2(e) / 2) */

    for (int i = 0; i < 3; i++) {
        double width = t->covariance == SZ_COVARIANCE_DOT_PRODUCT ? 1.0 : theta[i];
        double factor = t->covariance == SZ_COVARIANCE_ARD_SE ? a : 1.0;

        t->scale[i] = factor / width;
        t->slope[i] = 1.0 / (factor * width);
    }
}

sz_status sz_triplet_create(sz_triplet *triplet, const sz_triplet_spec *spec,
                            const sz_gap_term *c, const char *path, sz_error *err)
{
    int group = permutation_group(c);
    sz_status status = SZ_OK;

    memset(triplet, 0, sizeof *triplet);
    triplet->spec = *spec;
    triplet->covariance = c->covariance;
    triplet->zeta = c->zeta;
    triplet->n_sparse = c->n_sparse;
    if (!group)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s:%d: the permutations of a three-body term are not a group; "
                       "the file was edited or is incomplete",
                       path, c->line);
    status = check_group(triplet, group, path, c->line, err);
    if (status != SZ_OK) return status;
    for (int p = 0; p < 6; p++)
        if (group >> p & 1)
            memcpy(triplet->perm[triplet->n_perm++], permutation[p],
                   sizeof permutation[p]);
    triplet->n_points = c->n_sparse * triplet->n_perm;
    triplet->point = malloc(4 * (size_t)triplet->n_points * sizeof *triplet->point);
    triplet->descriptor = sz_copy_text(c->descriptor);
    if (!triplet->point || !triplet->descriptor) {
        sz_triplet_free(triplet);
        return sz_fail_memory(err, 32 * (size_t)c->n_sparse, "sparse points");
    }
    choose_scale(triplet, c->theta);
    fill_points(triplet, c);
    return SZ_OK;
}

void sz_triplet_free(sz_triplet *triplet)
{
    if (!triplet) return;
    free(triplet->point);
    free(triplet->descriptor);
    free(triplet->role);
    memset(triplet, 0, sizeof *triplet);
}

/* ---- which elements --------------------------------------------------------------- */

/* Can a centre and neighbours with these roles be the three elements of the term? */
static int fits(const sz_triplet *t, int centre, int a, int b)
{
    for (int p = 0; p < 6; p++) {
        const int *to = permutation[p];

        if (t->spec.kind == SZ_TRIPLET_ANGLE && to[0] != 0) continue;
        if (centre >> to[0] & a >> to[1] & b >> to[2] & 1) return 1;
    }
    return 0;
}

sz_status sz_triplet_set_index(sz_triplet_set *set, int n_species, const int *z,
                               sz_error *err)
{
    for (int k = 0; k < set->n_triplets; k++) {
        sz_triplet *t = &set->triplet[k];

        t->role = calloc((size_t)n_species + 1, sizeof *t->role);
        if (!t->role) return sz_fail_memory(err, (size_t)n_species, "three-body terms");
        for (int s = 0; s < n_species; s++)
            for (int i = 0; i < 3; i++)
                if (t->spec.z[i] == 0 || t->spec.z[i] == z[s])
                    t->role[s] |= (unsigned char)(1 << i);
        for (int centre = 0; centre < 8; centre++)
            for (int ab = 0; ab < 64; ab++)
                if (fits(t, centre, ab >> 3, ab & 7)) t->allow[centre] |= 1ULL << ab;
    }
    return SZ_OK;
}

void sz_triplet_set_free(sz_triplet_set *set)
{
    if (!set) return;
    for (int k = 0; k < set->n_triplets; k++) sz_triplet_free(&set->triplet[k]);
    free(set->triplet);
    free(set);
}

/* ---- energies --------------------------------------------------------------------- */

/* The factors of an instance's energy and slopes:
 *   E = share f0 f1 f2 e,  dE/dr_k / r_k = value[k] de/dr_k + slope[k] e */
typedef struct {
    double fc, value[3], slope[3];
} factors;

static inline factors find_factors(const sz_triplet_batch *b, int t)
{
    double share = b->term->spec.share, fa = b->f[0][t], fb = b->f[1][t],
           fab = b->f[2][t];
    /* two neighbours that coincide are refused if one of them is a centre */
    double a = 1.0 / b->r[0][t], c = 1.0 / b->r[1][t];
    double ac = b->r[2][t] > 0.0 ? 1.0 / b->r[2][t] : 0.0, fc = share * fa * fb * fab;

    return (factors){fc,
                     {a * fc, c * fc, ac * fc},
                     {a * share * b->df[0][t] * fb * fab,
                      c * share * fa * b->df[1][t] * fab,
                      ac * share * fa * fb * b->df[2][t]}};
}

/* Adds dE/dr of instance t to the pairs from number first on; ded: de with respect to the
 * distances. */
static inline void scatter(const sz_triplet_batch *b, int t, const factors *w, double e,
                           const double *ded, int first, double *dedr)
{
    const double *da = b->nb->r + 3 * (size_t)b->pair[0][t];
    const double *db = b->nb->r + 3 * (size_t)b->pair[1][t];
    double *to_a = dedr + 3 * (size_t)(b->pair[0][t] - first);
    double *to_b = dedr + 3 * (size_t)(b->pair[1][t] - first), c[3];

    for (int k = 0; k < 3; k++) c[k] = w->value[k] * ded[k] + w->slope[k] * e;
    for (int x = 0; x < 3; x++) {
        double across = c[2] * (db[x] - da[x]);

        to_a[x] += c[0] * da[x] - across;
        to_b[x] += c[1] * db[x] + across;
    }
}

/* The scaled vectors of all waiting instances, padded to whole lanes with copies of the
 * first ones. Returns their number. */
static int scaled_vectors(sz_triplet_batch *b, double *x)
{
    int n = SZ_PAD(b->n);

    for (int t = b->n; t < n; t++) {
        b->place[t] = b->place[0];
        for (int k = 0; k < 3; k++) b->r[k][t] = b->r[k][0];
    }
    sz_triplet_vectors(b, n, x);
    for (int k = 0; k < 3; k++)
        for (int t = 0; t < n; t++) x[k * BATCH + t] *= b->term->scale[k];
    return n;
}

/* de with respect to the three distances of instance t, from the sums over sparse
 * points */
static inline void find_slopes(const sz_triplet_batch *b, int t, const double *sum,
                               double *ded)
{
    double g[3];

    for (int k = 0; k < 3; k++) g[k] = b->term->slope[k] * sum[(1 + k) * BATCH + t];
    sz_triplet_slopes(b, t, g, ded);
}

typedef struct {
    double *energy, *dedr;
} sums;

static void take_energies(sz_triplet_batch *b)
{
    const sz_triplet *term = b->term;
    const sums *to = b->context;
    double x[3 * BATCH], sum[4 * BATCH];
    int n = scaled_vectors(b, x);

    sz_triplet_sum(term, n, x, sum);
    for (int t = 0; t < b->n; t++) {
        factors w = find_factors(b, t);
        double e = sum[t] + term->constant, ded[3];

        to->energy[b->centre[t]] += w.fc * e;
        if (!to->dedr) continue;
        find_slopes(b, t, sum, ded);
        scatter(b, t, &w, e, ded, 0, to->dedr);
    }
}

void sz_triplet_set_energy(const sz_triplet_set *set, const int *z, const sz_neigh *nb,
                           double *energy, double *dedr)
{
    sums to = {energy, dedr};

    for (int k = 0; k < set->n_triplets; k++) {
        sz_triplet_batch b = {.term = &set->triplet[k],
                              .nb = nb,
                              .z = z,
                              .take = take_energies,
                              .context = &to};

        for (int i = 0; i < nb->n_atoms; i++) sz_triplet_visit(&b, i);
        sz_triplet_flush(&b);
    }
}

/* ---- rows of a fit ---------------------------------------------------------------- */

sz_status sz_triplet_unit(sz_triplet *unit, const sz_triplet *triplet,
                          const sz_gap_term *c, sz_error *err)
{
    size_t m = (size_t)c->n_sparse;
    sz_gap_term ones = *c;

    *unit = *triplet;
    unit->point = malloc(4 * (size_t)unit->n_points * sizeof *unit->point + 1);
    ones.alpha = malloc(m * sizeof *ones.alpha + 1);
    if (!unit->point || !ones.alpha) {
        free(unit->point);
        free(ones.alpha);
        unit->point = NULL;
        return sz_fail_memory(err, 32 * (size_t)unit->n_points, "sparse points");
    }
    for (size_t s = 0; s < m; s++) ones.alpha[s] = 1.0;
    fill_points(unit, &ones);
    free(ones.alpha);
    return SZ_OK;
}

typedef struct {
    const sz_gap_term *c;
    int first, n_pairs; /* of the atom */
    double *energy, *dedr;
} point_sums;

static void take_rows(sz_triplet_batch *b)
{
    point_sums *to = b->context;
    const sz_gap_term *c = to->c;
    double f0 = c->covariance == SZ_COVARIANCE_DOT_PRODUCT ? 0.0 : c->f0;
    double x[3 * BATCH], sum[4 * BATCH];
    int n = scaled_vectors(b, x);
    sz_triplet one = *b->term;
    factors w[BATCH];

    for (int t = 0; t < b->n; t++) w[t] = find_factors(b, t);
    one.n_points = one.n_perm;
    for (int s = 0; s < c->n_sparse; s++, one.point += 4 * one.n_perm) {
        double constant = c->fc_sparse[s] * f0 * f0;

        sz_triplet_sum(&one, n, x, sum);
        for (int t = 0; t < b->n; t++) {
            double e = sum[t] + constant, ded[3];

            to->energy[s] += w[t].fc * e;
            if (!to->dedr) continue;
            find_slopes(b, t, sum, ded);
            scatter(b, t, &w[t], e, ded, to->first,
                    to->dedr + 3 * (size_t)s * to->n_pairs);
        }
    }
}

void sz_triplet_rows(const sz_triplet *unit, const sz_gap_term *c, const int *z,
                     const sz_neigh *nb, int i, double *energy, double *dedr)
{
    int n = nb->first[i + 1] - nb->first[i];
    point_sums to = {c, nb->first[i], n, energy, dedr};
    sz_triplet_batch b = {
        .term = unit, .nb = nb, .z = z, .take = take_rows, .context = &to};

    sz_triplet_visit(&b, i);
    sz_triplet_flush(&b);
}
