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
 *   k(y, x) = sum_p c(pi_p y, x),  c = exp(-q/2) or (1-rho)^4 (4 rho + 1), rho = sqrt(q),
 *   q = sum_i (y_i - x_i)^2 / theta_i^2;  DOT_PRODUCT: e = sum_s w_s (x_s . x)^zeta
 *
 * The permutations are a group that leaves theta alone. So a sparse point becomes n_perm
 * points, and the gradient of k(x, x) by both of its arguments is twice that by one.
 *
 * Instances are collected, BATCH at a time, and go through the points together. */
#include "triplet.h"

#include "cutoff.h"
#include "vec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    TILE = 64, /* neighbours of one centre at hand */
    BATCH = SZ_TRIPLET_BATCH
};

/* the permutations of three things; of three atoms those of their distances 12 13 23 */
static const int permutation[6][3] = {{0, 1, 2}, {1, 0, 2}, {0, 2, 1},
                                      {2, 1, 0}, {1, 2, 0}, {2, 0, 1}};
enum { SWAP_23 = 1 << 1, SWAP_12 = 1 << 2 }; /* of atoms, as bits of a set of these */

/* ---- making a term ---------------------------------------------------------------- */

static int permutation_index(const int *p)
{
    int k = 0;

    while (k < 6 && memcmp(p, permutation[k], sizeof permutation[k]) != 0) k++;
    return k;
}

/* The set of permutations as bits, 0 where it is no group or lists some more often. */
static int permutation_group(const sz_gap_coordinate *c)
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

/* Atoms that the descriptor cannot tell apart must be exchangeable. */
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

static long double correlation(sz_covariance covariance, long double q)
{
    long double rho = sqrtl(q);

    if (covariance == SZ_COVARIANCE_ARD_SE) return expl(-0.5L * q);
    return rho < 1.0L ? powl(1.0L - rho, 4) * (4.0L * rho + 1.0L) : 0.0L;
}

/* k(y, y) */
static long double self_correlation(const sz_triplet *t, const double *y,
                                    const double *theta)
{
    long double sum = 0.0L;

    for (int p = 0; p < t->n_perm; p++) {
        long double q = 0.0L;

        for (int i = 0; i < 3; i++) {
            long double d = ((long double)y[t->perm[p][i]] - y[i]) / theta[i];

            q += d * d;
        }
        sum += correlation(t->covariance, q);
    }
    return sum;
}

static void fill_points(sz_triplet *t, const sz_gap_coordinate *c)
{
    const int dot = t->covariance == SZ_COVARIANCE_DOT_PRODUCT;
    double *to = t->point;
    long double constant = 0.0L;

    for (int s = 0; s < c->n_sparse; s++) {
        const double *y = c->x_sparse + 3 * (size_t)s;
        long double w = (long double)c->alpha[s] * c->fc_sparse[s];

        if (!dot) constant += w * c->f0 * c->f0;
        w *= (long double)c->delta * c->delta;
        if (!dot) w /= sqrtl(self_correlation(t, y, c->theta));
        for (int p = 0; p < t->n_perm; p++, to += 4) {
            for (int i = 0; i < 3; i++) to[i] = t->scale[i] * y[t->perm[p][i]];
            to[3] = (double)w;
        }
    }
    t->constant = (double)constant;
}

/* Gaussians are powers of two here: exp(-q/2) = 2^-|scale (y - x)|^2. */
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
                            const sz_gap_coordinate *c, const char *path, sz_error *err)
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

/* Can centre and neighbours, of these roles, be the three elements of the term? */
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

/* ---- instances -------------------------------------------------------------------- */

/* Some neighbours of a centre, in the order of the list. */
typedef struct {
    int n, pair[TILE], z[TILE], role[TILE];
    double r[TILE], f[TILE], df[TILE]; /* distance, cutoff function and slope */
} tile;

/* Instances that wait for their sums. Distances: 0 and 1 from the centre, 2 across;
 * fc = f[0] f[1] f[2]. */
typedef struct {
    const sz_triplet *term;
    const sz_neigh *nb;
    double *energy, *dedr;
    int n, centre[BATCH], pair[2][BATCH];
    int place[BATCH]; /* of the centre among its atoms: where distance 0, 1, 2 go in x */
    double r[3][BATCH], f[3][BATCH], df[3][BATCH];
} batch;

/* x_k is distance slot[place][k] */
static const int slot[3][3] = {{0, 1, 2}, {0, 2, 1}, {2, 0, 1}};

static void descriptors(const batch *b, int n, double *x)
{
    const double *scale = b->term->scale;

    for (int t = 0; t < n; t++) {
        double sum = b->r[0][t] + b->r[1][t], difference = b->r[0][t] - b->r[1][t];

        x[t] = scale[0] * sum;
        x[BATCH + t] = scale[1] * (difference * difference);
        x[2 * BATCH + t] = scale[2] * b->r[2][t];
    }
    if (b->term->spec.kind == SZ_TRIPLET_ANGLE) return;
    for (int t = 0; t < n; t++)
        for (int k = 0; k < 3; k++)
            x[k * BATCH + t] = scale[k] * b->r[slot[b->place[t]][k]][t];
}

/* Adds instance t of energy share fc e; ded: de by the three distances. */
static void scatter(const batch *b, int t, double e, const double *ded)
{
    double share = b->term->spec.share, fa = b->f[0][t], fb = b->f[1][t],
           fab = b->f[2][t];
    double fc = fa * fb * fab, ca, cb, cab;
    const double *da = b->nb->r + 3 * (size_t)b->pair[0][t];
    const double *db = b->nb->r + 3 * (size_t)b->pair[1][t];
    double *to_a, *to_b;

    b->energy[b->centre[t]] += share * fc * e;
    if (!b->dedr) return;
    to_a = b->dedr + 3 * (size_t)b->pair[0][t];
    to_b = b->dedr + 3 * (size_t)b->pair[1][t];
    ca = share * (fc * ded[0] + b->df[0][t] * fb * fab * e) / b->r[0][t];
    cb = share * (fc * ded[1] + fa * b->df[1][t] * fab * e) / b->r[1][t];
    /* two neighbours on one place are refused where one of them is a centre */
    cab = b->r[2][t] > 0.0
              ? share * (fc * ded[2] + fa * fb * b->df[2][t] * e) / b->r[2][t]
              : 0.0;
    for (int x = 0; x < 3; x++) {
        double across = cab * (db[x] - da[x]);

        to_a[x] += ca * da[x] - across;
        to_b[x] += cb * db[x] + across;
    }
}

/* All instances that wait. */
static void flush(batch *b)
{
    const sz_triplet *term = b->term;
    double x[3 * BATCH], sum[4 * BATCH];
    int n = SZ_PAD(b->n);

    for (int t = b->n; t < n; t++) { /* whole lanes: the first once more */
        b->place[t] = b->place[0];
        for (int k = 0; k < 3; k++) b->r[k][t] = b->r[k][0];
    }
    descriptors(b, n, x);
    sz_triplet_sum(term, n, x, sum);
    for (int t = 0; t < b->n; t++) {
        double g[3], ded[3];

        for (int k = 0; k < 3; k++) g[k] = term->slope[k] * sum[(1 + k) * BATCH + t];
        if (term->spec.kind == SZ_TRIPLET_ANGLE) {
            double across = 2.0 * (b->r[0][t] - b->r[1][t]) * g[1];

            ded[0] = g[0] + across;
            ded[1] = g[0] - across;
            ded[2] = g[2];
        } else {
            for (int k = 0; k < 3; k++) ded[slot[b->place[t]][k]] = g[k];
        }
        scatter(b, t, sum[t] + term->constant, ded);
    }
    b->n = 0;
}

/* neighbour p of tile u and q of tile v, in the order of the list */
static void push(batch *b, int i, int z, const tile *u, int p, const tile *v, int q)
{
    const sz_triplet_spec *spec = &b->term->spec;
    const double *dp = b->nb->r + 3 * (size_t)u->pair[p];
    const double *dq = b->nb->r + 3 * (size_t)v->pair[q];
    double x = dq[0] - dp[0], y = dq[1] - dp[1], w = dq[2] - dp[2];
    /* the lower atomic number first */
    int t = b->n, first = spec->kind != SZ_TRIPLET_ANGLE && u->z[p] > v->z[q];

    b->centre[t] = i;
    b->pair[first][t] = u->pair[p];
    b->r[first][t] = u->r[p];
    b->f[first][t] = u->f[p];
    b->df[first][t] = u->df[p];
    b->pair[!first][t] = v->pair[q];
    b->r[!first][t] = v->r[q];
    b->f[!first][t] = v->f[q];
    b->df[!first][t] = v->df[q];
    b->r[2][t] = sqrt(x * x + y * y + w * w);
    b->f[2][t] = 1.0;
    b->df[2][t] = 0.0;
    b->place[t] = 0;
    if (spec->kind == SZ_TRIPLET_CLUSTER) {
        double df, f = sz_cutoff(b->r[2][t], spec->cutoff, spec->cutoff_width, &df);

        b->f[2][t] = 1.0 - 2.0 / 3.0 * f;
        b->df[2][t] = -2.0 / 3.0 * df;
        b->place[t] = (u->z[p] < z) + (v->z[q] < z);
    }
    if (++b->n == BATCH) flush(b);
}

/* Fills a tile with neighbours from pair p on that have a role; returns the next. */
static int fill_tile(tile *u, const batch *b, const int *z, unsigned long long allow,
                     int p, int end)
{
    const sz_triplet *term = b->term;

    for (u->n = 0; p < end && u->n < TILE; p++) {
        int species = b->nb->neigh_species[p], role = term->role[species], n = u->n;
        const double *d = b->nb->r + 3 * (size_t)p;
        double r;

        if (!(allow >> 8 * role & 255)) continue;
        r = sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
        if (r >= term->spec.cutoff) continue;
        u->pair[n] = p;
        u->z[n] = z[species];
        u->role[n] = role;
        u->r[n] = r;
        u->f[n] = sz_cutoff(r, term->spec.cutoff, term->spec.cutoff_width, &u->df[n]);
        u->n++;
    }
    return p;
}

/* Every pair of neighbours of atom i once; long rows tile by tile. */
static void visit(batch *b, const int *z, int i, unsigned long long allow)
{
    int end = b->nb->first[i + 1], zi = z[b->nb->species[i]];
    tile u, v;

    for (int p = b->nb->first[i]; p < end;) {
        p = fill_tile(&u, b, z, allow, p, end);
        for (int m = 0; m < u.n; m++)
            for (int n = m + 1; n < u.n; n++)
                if (allow >> (8 * u.role[m] + u.role[n]) & 1)
                    push(b, i, zi, &u, m, &u, n);
        for (int q = p; q < end;) {
            q = fill_tile(&v, b, z, allow, q, end);
            for (int m = 0; m < u.n; m++)
                for (int n = 0; n < v.n; n++)
                    if (allow >> (8 * u.role[m] + v.role[n]) & 1)
                        push(b, i, zi, &u, m, &v, n);
        }
    }
}

void sz_triplet_set_energy(const sz_triplet_set *set, const int *z, const sz_neigh *nb,
                           double *energy, double *dedr)
{
    for (int k = 0; k < set->n_triplets; k++) {
        batch b = {.term = &set->triplet[k], .nb = nb, .energy = energy, .dedr = dedr};

        for (int i = 0; i < nb->n_atoms; i++) {
            unsigned long long allow = b.term->allow[b.term->role[nb->species[i]]];

            if (allow) visit(&b, z, i, allow);
        }
        if (b.n > 0) flush(&b);
    }
}
