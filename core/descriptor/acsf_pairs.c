/* SPDX-License-Identifier: BSD-3-Clause
 *
 * acsf_pairs.c - G4 and G5: sums over pairs of neighbours, eight pairs at a time.
 *
 *   G = A(c) exp(-eta s) w       s = r_j^2 + r_k^2 (+ r_jk^2),  w = f_j f_k (f_jk)
 *   A = 2 b^zeta                 b = (1 + lambda c) / 2, dA/dc = zeta lambda b^(zeta-1)
 *
 * one exp for all functions with the same eta, one A for all with the same zeta and
 * lambda. G is a function of r_j^2, r_k^2, c and r_jk^2, so its slopes are
 *
 *   dG/dr_j = own_j r_j + cross r_k,    dG/dr_k = own_k r_k + cross r_j
 *
 * with, for q = 1 for G4 and 0 for G5, h = f'/r and e = 2 q G_s + G_w f_j f_k h_jk,
 *
 *   own_j = 2 G_s + e + G_w f_k f_jk h_j - G_c c / r_j^2
 *   cross = -e + G_c / (r_j r_k)
 *
 * Contributing pairs are listed first, group by group. */
#include "descriptor/acsf_work.h"

#include <string.h>

/* ---- a batch of pairs -------------------------------------------------------------- */

/* With q = 1 for G4. */
typedef struct {
    sz_doubles s, w, c; /* w: includes f_jk */
    sz_doubles f, h;    /* of r_jk; 1 and 0 for G5 */
    double q;
} batch;

SZ_INLINE void load(const sz_acsf_buffer *p, int at, int q, double cutoff, batch *b)
{
    const sz_doubles none = {0};

    b->s = SZ_GET_DOUBLES(p->s + at);
    b->c = SZ_GET_DOUBLES(p->c + at);
    b->w = SZ_GET_DOUBLES(p->w + at);
    b->q = q;
    b->f = none + 1.0;
    b->h = none;
    if (q) {
        sz_doubles d2 = SZ_GET_DOUBLES(p->d2 + at), d = d2;

        for (int k = 0; k < SZ_LANES; k++) d[k] = sqrt(d2[k]);
        sz_acsf_cut(cutoff, &d, &b->f, &b->h);
        b->s += d2;
        b->w *= b->f;
    }
}

/* *v <- v^n, n >= 0 */
SZ_INLINE void to_power(sz_doubles *v, double n)
{
    sz_doubles square = *v, product = (sz_doubles){0} + 1.0;

    if (n != floor(n)) {
        for (int k = 0; k < SZ_LANES; k++) (*v)[k] = pow((*v)[k], n);
        return;
    }
    for (int bits = (int)n; bits; bits >>= 1) {
        if (bits & 1) product *= square;
        square *= square;
    }
    *v = product;
}

/* A and dA/dc of every angular factor */
SZ_INLINE void angular(const sz_acsf_set *set, const sz_doubles *c, sz_doubles *value,
                       sz_doubles *slope)
{
    for (int k = 0; k < set->n_angular; k++) {
        sz_doubles base = 0.5 + (0.5 * set->lambda[k]) * *c, power;
        sz_double_bits positive = base > 0.0;

        base = (sz_doubles)((sz_double_bits)base & positive);
        power = base;
        to_power(&power, set->zeta[k] - 1.0);
        value[k] = 2.0 * base * power;
        if (slope) slope[k] = set->zeta[k] * set->lambda[k] * power;
    }
}

/* ---- values ------------------------------------------------------------------------ */

/* sum [n of set][SZ_LANES] += G of n pairs, whole batches */
SZ_CLONES static void add_values(const sz_acsf_set *set, int q, double cutoff, int n,
                                 const sz_acsf_buffer *pairs, double *sum)
{
    sz_doubles value[SZ_ACSF_MAX];

    for (int at = 0; at < n; at += SZ_LANES) {
        batch b;

        load(pairs, at, q, cutoff, &b);
        angular(set, &b.c, value, NULL);
        for (int e = 0; e < set->n_eta; e++) {
            sz_doubles g = -set->eta[e] * b.s;

            sz_exp_lanes(&g);
            g *= b.w;
            for (int m = set->first[e]; m < set->first[e + 1]; m++)
                *(sz_doubles *)(sum + m * SZ_LANES) += g * value[set->angular[m]];
        }
    }
}

/* ---- slopes ------------------------------------------------------------------------ */

/* data of the neighbours of a batch */
#define GATHER(v, i)                                                                     \
    ((sz_doubles){(v)[(i)[0]], (v)[(i)[1]], (v)[(i)[2]], (v)[(i)[3]], (v)[(i)[4]],       \
                  (v)[(i)[5]], (v)[(i)[6]], (v)[(i)[7]]})

/* The factors in own_j, own_k and cross besides G_s, G_w and G_c. */
typedef struct {
    sz_doubles w_j, w_k, w_jk; /* f_k f_jk h_j, f_j f_jk h_k, f_j f_k h_jk */
    sz_doubles c_j, c_k, c_jk; /* c / r_j^2, c / r_k^2, 1 / (r_j r_k) */
} geometry;

/* G_s, G_w, G_c */
typedef struct {
    sz_doubles s, w, c;
} derivatives;

SZ_INLINE void find_geometry(const sz_acsf_buffer *p, int at, const batch *b,
                             const sz_acsf_tile *of_j, const sz_acsf_tile *of_k,
                             geometry *g)
{
    const int *j = p->j + at, *k = p->k + at;
    const sz_doubles r_j = 1.0 / GATHER(of_j->r, j), r_k = 1.0 / GATHER(of_k->r, k);

    g->w_j = GATHER(of_k->f, k) * GATHER(of_j->h, j) * b->f;
    g->w_k = GATHER(of_j->f, j) * GATHER(of_k->h, k) * b->f;
    g->w_jk = SZ_GET_DOUBLES(p->w + at) * b->h;
    g->c_j = b->c * r_j * r_j;
    g->c_k = b->c * r_k * r_k;
    g->c_jk = r_j * r_k;
}

/* Computes own_j, own_k and cross of function m of the scratch from G_s, G_w and G_c. */
SZ_INLINE void put_slopes(const geometry *g, double q, const derivatives *by,
                          sz_acsf_work *work, int m)
{
    const sz_doubles e = 2.0 * q * by->s + by->w * g->w_jk, both = 2.0 * by->s + e;

    *(sz_doubles *)(work->own_j + m * SZ_LANES) = both + by->w * g->w_j - by->c * g->c_j;
    *(sz_doubles *)(work->own_k + m * SZ_LANES) = both + by->w * g->w_k - by->c * g->c_k;
    *(sz_doubles *)(work->cross + m * SZ_LANES) = by->c * g->c_jk - e;
}

/* own_j, own_k, cross [SZ_LANES] of the batch at at, for dE/dG = weight */
SZ_CLONES static void sum_slopes(const sz_acsf_set *set, int q, double cutoff, int at,
                                 sz_acsf_work *work, const sz_acsf_tile *of_j,
                                 const sz_acsf_tile *of_k)
{
    sz_doubles value[SZ_ACSF_MAX], slope[SZ_ACSF_MAX];
    derivatives by = {{0}, {0}, {0}};
    batch b;
    geometry g;

    load(&work->pairs, at, q, cutoff, &b);
    angular(set, &b.c, value, slope);
    for (int e = 0; e < set->n_eta; e++) {
        sz_doubles fall = -set->eta[e] * b.s, a = {0}, da = {0};

        sz_exp_lanes(&fall);
        for (int m = set->first[e]; m < set->first[e + 1]; m++) {
            a += work->weight[m] * value[set->angular[m]];
            da += work->weight[m] * slope[set->angular[m]];
        }
        by.w += fall * a;
        by.s -= set->eta[e] * fall * a;
        by.c += fall * da;
    }
    by.s *= b.w;
    by.c *= b.w;
    find_geometry(&work->pairs, at, &b, of_j, of_k, &g);
    put_slopes(&g, q, &by, work, 0);
}

/* The same for each function m separately: [n of set][SZ_LANES] */
SZ_CLONES static void each_slope(const sz_acsf_set *set, int q, double cutoff, int at,
                                 sz_acsf_work *work, const sz_acsf_tile *of_j,
                                 const sz_acsf_tile *of_k)
{
    sz_doubles value[SZ_ACSF_MAX], slope[SZ_ACSF_MAX];
    batch b;
    geometry g;

    load(&work->pairs, at, q, cutoff, &b);
    angular(set, &b.c, value, slope);
    find_geometry(&work->pairs, at, &b, of_j, of_k, &g);
    for (int e = 0; e < set->n_eta; e++) {
        sz_doubles fall = -set->eta[e] * b.s;

        sz_exp_lanes(&fall);
        for (int m = set->first[e]; m < set->first[e + 1]; m++) {
            derivatives by;

            by.w = fall * value[set->angular[m]];
            by.s = -set->eta[e] * by.w * b.w;
            by.c = fall * b.w * slope[set->angular[m]];
            put_slopes(&g, q, &by, work, m);
        }
    }
}

/* ---- use of the results ------------------------------------------------------------ */

/* The pairs of two groups. */
typedef struct {
    const sz_acsf *acsf;
    const sz_acsf_set *set;
    int q; /* 1: G4 */
    sz_acsf_work *work;
    sz_acsf_tile *of_j, *of_k;
    const sz_acsf_sweep *sweep;
    int n_rows, row[2]; /* destination */
    double factor[2];
} task;

/* the first function of row number d of the vector */
static int component(const task *t, int d)
{
    return t->acsf->two * t->acsf->n_groups + t->row[d] * t->acsf->row;
}

/* dE/dr of the n pairs from at on */
static void add_forces(const task *t, int at, int n)
{
    const sz_acsf_work *w = t->work;

    for (int i = 0; i < n; i++) {
        int j = w->pairs.j[at + i], k = w->pairs.k[at + i];

        for (int x = 0; x < 3; x++) {
            double r_j = t->of_j->d[x][j], r_k = t->of_k->d[x][k];

            t->of_j->g[x][j] += w->own_j[i] * r_j + w->cross[i] * r_k;
            t->of_k->g[x][k] += w->own_k[i] * r_k + w->cross[i] * r_j;
        }
    }
}

/* adds a v + b w to [n] */
SZ_CLONES static void add_two(int n, double a, const double *restrict v, double b,
                              const double *restrict w, double *restrict to)
{
    for (int m = 0; m < n; m++) to[m] += a * v[m] + b * w[m];
}

/* The Jacobian of pair number at, which is in a lane. */
static void add_jacobian(const task *t, int at, int lane)
{
    sz_acsf_work *w = t->work;
    int j = w->pairs.j[at], k = w->pairs.k[at], n = t->set->n;
    int first = t->set == &t->acsf->g4 ? 0 : t->acsf->spec.n4;
    double *own_j = w->column[0], *own_k = w->column[1], *cross = w->column[2];

    for (int m = 0; m < n; m++) {
        int to = t->set->place[m] - first;

        own_j[to] = w->own_j[m * SZ_LANES + lane];
        own_k[to] = w->own_k[m * SZ_LANES + lane];
        cross[to] = w->cross[m * SZ_LANES + lane];
    }
    for (int d = 0; d < t->n_rows; d++)
        for (int x = 0; x < 3; x++) {
            double *at_j = t->sweep->jacobian + component(t, d) + first, *at_k = at_j;
            double r_j = t->factor[d] * t->of_j->d[x][j];
            double r_k = t->factor[d] * t->of_k->d[x][k];

            at_j += (size_t)(3 * t->of_j->index[j] + x) * (size_t)t->acsf->stride;
            at_k += (size_t)(3 * t->of_k->index[k] + x) * (size_t)t->acsf->stride;
            add_two(n, r_j, own_j, r_k, cross, at_j);
            add_two(n, r_k, own_k, r_j, cross, at_k);
        }
}

/* Before the pairs of two groups. */
static void begin(const task *t)
{
    const sz_acsf_set *set = t->set;
    sz_acsf_work *w = t->work;

    w->pairs.n = 0;
    if (t->sweep->p) memset(w->sum, 0, (size_t)set->n * SZ_LANES * sizeof *w->sum);
    for (int m = 0; t->sweep->dedp && m < set->n; m++) {
        w->weight[m] = 0.0;
        for (int d = 0; d < t->n_rows; d++)
            w->weight[m] +=
                t->factor[d] * t->sweep->dedp[component(t, d) + set->place[m]];
    }
}

/* The n pairs from the start of the list on; the list is padded to a whole batch. */
static void take(const task *t, int n)
{
    double cutoff = t->acsf->spec.cutoff;

    if (t->sweep->p) {
        add_values(t->set, t->q, cutoff, n, &t->work->pairs, t->work->sum);
        return;
    }
    for (int at = 0; at < n; at += SZ_LANES) {
        int some = n - at < SZ_LANES ? n - at : SZ_LANES;

        if (t->sweep->dedp) {
            sum_slopes(t->set, t->q, cutoff, at, t->work, t->of_j, t->of_k);
            add_forces(t, at, some);
            continue;
        }
        each_slope(t->set, t->q, cutoff, at, t->work, t->of_j, t->of_k);
        for (int k = 0; k < some; k++) add_jacobian(t, at + k, k);
    }
}

/* Pads the last batch with pairs of weight 0, and processes it. */
static void end(const task *t)
{
    const sz_acsf_set *set = t->set;
    sz_acsf_buffer *p = &t->work->pairs;
    int n = p->n;

    for (int at = n; at < (int)SZ_PAD(n); at++) {
        p->j[at] = p->j[n - 1];
        p->k[at] = p->k[n - 1];
        p->c[at] = p->w[at] = 0.0;
        p->s[at] = p->s[n - 1];
        p->d2[at] = p->d2[n - 1];
    }
    take(t, n);
    for (int m = 0; t->sweep->p && m < set->n; m++) {
        double g = sz_sum_doubles(*(sz_doubles *)(t->work->sum + m * SZ_LANES));

        for (int d = 0; d < t->n_rows; d++)
            t->sweep->p[component(t, d) + set->place[m]] += t->factor[d] * g;
    }
}

/* ---- the list ---------------------------------------------------------------------- */

/* Cosine and r_jk^2 of neighbour j of tile a with those from k to end of tile b. */
SZ_CLONES static void find_row(const sz_acsf_tile *a, int j, const sz_acsf_tile *b, int k,
                               int end, double *restrict c, double *restrict d2)
{
    double x = a->d[0][j], y = a->d[1][j], z = a->d[2][j], r = a->r[j];

    for (int i = k; i < end; i++) {
        double dx = b->d[0][i] - x, dy = b->d[1][i] - y, dz = b->d[2][i] - z;

        c[i - k] = (x * b->d[0][i] + y * b->d[1][i] + z * b->d[2][i]) / (r * b->r[i]);
        d2[i - k] = dx * dx + dy * dy + dz * dz;
    }
}

/* Appends the pairs of neighbour j with those from k to end with a squared distance up to
 * most. */
static void list_row(const task *t, int j, int k, int end, double most)
{
    const sz_acsf_tile *a = t->of_j, *b = t->of_k;
    sz_acsf_buffer *p = &t->work->pairs;
    double c[SZ_ACSF_TILE], d2[SZ_ACSF_TILE];
    int n = p->n;

    find_row(a, j, b, k, end, c, d2);
    for (int i = k; i < end; i++) {
        p->j[n] = j;
        p->k[n] = i;
        p->c[n] = c[i - k];
        p->d2[n] = d2[i - k];
        p->s[n] = a->r2[j] + b->r2[i];
        p->w[n] = a->f[j] * b->f[i];
        n += d2[i - k] < most;
    }
    p->n = n;
}

/* Processes the whole batches and moves the rest to the front. */
static void take_most(const task *t)
{
    sz_acsf_buffer *p = &t->work->pairs;
    int n = p->n / SZ_LANES * SZ_LANES, rest = p->n - n;

    take(t, n);
    memmove(p->j, p->j + n, (size_t)rest * sizeof *p->j);
    memmove(p->k, p->k + n, (size_t)rest * sizeof *p->k);
    memmove(p->c, p->c + n, (size_t)rest * sizeof *p->c);
    memmove(p->s, p->s + n, (size_t)rest * sizeof *p->s);
    memmove(p->w, p->w + n, (size_t)rest * sizeof *p->w);
    memmove(p->d2, p->d2 + n, (size_t)rest * sizeof *p->d2);
    p->n = rest;
}

/* Neighbours of two ranges; for equal ranges, each with those before it. */
static void sum_pairs(const task *t, const int range_j[2], const int range_k[2])
{
    double most = t->q ? t->acsf->spec.cutoff * t->acsf->spec.cutoff : INFINITY;
    int same = t->of_j == t->of_k && range_j[0] == range_k[0];

    begin(t);
    for (int j = range_j[0]; j < range_j[1]; j++) {
        list_row(t, j, range_k[0], same ? j : range_k[1], most);
        if (t->work->pairs.n >= SZ_ACSF_PAIRS_MAX - SZ_ACSF_TILE) take_most(t);
    }
    end(t);
}

static void find_range(const sz_acsf *acsf, const sz_acsf_tile *t, int group,
                       int range[2])
{
    range[0] = acsf->n_three == 1 ? 0 : t->start[group];
    range[1] = acsf->n_three == 1 ? t->n : t->start[group + 1];
}

void sz_acsf_pairs(const sz_acsf *acsf, sz_acsf_work *work, sz_acsf_tile *a,
                   sz_acsf_tile *b, const sz_acsf_sweep *sweep)
{
    for (int q = 1; q >= 0; q--) {
        task t = {.acsf = acsf,
                  .set = q ? &acsf->g4 : &acsf->g5,
                  .q = q,
                  .work = work,
                  .of_j = a,
                  .of_k = b,
                  .sweep = sweep};

        for (int i = 0; i < acsf->n_three && t.set->n > 0; i++)
            for (int k = 0; k < (a == b ? i + 1 : acsf->n_three); k++) {
                int range_j[2], range_k[2];

                find_range(acsf, a, i, range_j);
                find_range(acsf, b, k, range_k);
                if (range_j[0] == range_j[1] || range_k[0] == range_k[1]) continue;
                t.n_rows = sz_acsf_rows(acsf, i, k, t.row, t.factor);
                sum_pairs(&t, range_j, range_k);
            }
    }
}
