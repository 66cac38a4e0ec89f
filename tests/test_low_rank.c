/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_low_rank.c - few squares in the place of a kernel of zeta 2: exact where the
 * matrix has their rank, as far off as is said where it has not; the errors said are
 * those found; forces are slopes; off is off. */
#include "check.h"
#include "cluster.h"
#include "groups.h"
#include "linear/vec.h"
#include "model/plan.h"
#include "models.h"
#include "term/collapse.h"

#include <stdlib.h>

enum { M = 400, D = 43, LD = SZ_PAD(D), N = 5 };

typedef struct {
    sz_kernel kernel;
    sz_collapse *collapse, *exact; /* by squares; by the matrix */
    double p_sparse[M * LD], weight[M], p[N * LD], k[N * D];
} sample;

/* Vectors of length 1 with n_dim components, which decrease with the factor decay. */
static void vectors(double *p, int n, double decay, int n_dim)
{
    for (int i = 0; i < n; i++) {
        double *pi = p + (size_t)i * LD, size = 1.0, norm;

        for (int k = 0; k < LD; k++, size *= decay)
            pi[k] = k < n_dim ? size * uniform(-1.0, 1.0) : 0.0;
        pi[0] = 1.0; /* environments are similar */
        norm = sqrt(dot(pi, pi, D));
        for (int k = 0; k < D; k++) pi[k] /= norm;
    }
}

static void make(sample *s, double decay, int n_dim)
{
    vectors(s->p_sparse, M, decay, n_dim);
    vectors(s->p, N, decay, n_dim);
    for (int k = 0; k < M; k++) s->weight[k] = uniform(-1.0, 1.0);
    s->kernel = (sz_kernel){D, LD, M, s->p_sparse, s->weight, 1.1, 2.0, 0.3, NULL, NULL};
}

/* error of the squares at p */
static double left_out(const sz_low_rank *low, const double *square, const double *p)
{
    double sum = 0.0;

    for (int i = 0; i < D; i++) sum += p[i] * dot(square + (size_t)i * LD, p, D);
    for (int r = 0; r < low->rank; r++) {
        double x = dot(low->row + (size_t)r * LD, p, D);

        sum -= low->weight[r] * x * x;
    }
    return sum;
}

/* |A - squares|, by power iteration */
static double norm_left(const sz_low_rank *low, const double *square)
{
    static double b[D * D];
    double x[D], y[D], size = 0.0;

    for (int i = 0; i < D; i++)
        for (int k = 0; k < D; k++) {
            b[i * D + k] = square[(size_t)i * LD + k];
            for (int r = 0; r < low->rank; r++)
                b[i * D + k] -= low->weight[r] * low->row[(size_t)r * LD + i] *
                                low->row[(size_t)r * LD + k];
        }
    for (int k = 0; k < D; k++) x[k] = uniform(0.1, 1.0);
    for (int step = 0; step < 5000; step++) {
        for (int i = 0; i < D; i++) y[i] = dot(b + i * D, x, D);
        size = sqrt(dot(y, y, D) / dot(x, x, D));
        for (int i = 0; i < D; i++) x[i] = y[i] / sqrt(dot(y, y, D));
    }
    return size;
}

/* ---- the squares ------------------------------------------------------------------ */

/* The reported errors are correct; fewer squares are not enough; other environments of
 * the same kind have similar errors. */
static int test_errors(double decay, double tolerance, int *rank)
{
    static sample s;
    static double other[M * LD];
    sz_low_rank *low, *more;
    sz_error err;
    double sum = 0.0, most = 0.0, of_others = 0.0;
    const double *square;

    make(&s, decay, D);
    vectors(other, M, decay, D);
    CHECK_OK(sz_collapse_create(&s.exact, &s.kernel, &err), err);
    square = s.exact->square;
    CHECK_OK(sz_low_rank_create(&low, square, 1, &s.kernel, tolerance, &err), err);
    for (int k = 0; k < M; k++) {
        double e = left_out(low, square, s.p_sparse + (size_t)k * LD);
        double o = left_out(low, square, other + (size_t)k * LD);

        sum += e * e;
        of_others += o * o;
        most = fmax(most, fabs(e));
    }
    printf(
        "decay %g, tolerance %g: rank %d, rms %.2e, max %.2e, bound %.2e; others %.2e\n",
        decay, tolerance, low->rank, low->rms, low->max, low->bound, sqrt(of_others / M));
    CHECK(low->rms <= tolerance);
    CHECK_CLOSE(low->rms, sqrt(sum / M), 1e-12);
    CHECK_CLOSE(low->max, most, 1e-12);
    CHECK(low->max >= low->rms && low->bound >= low->max - 1e-12);
    CHECK_CLOSE(low->bound, norm_left(low, square), 1e-3 * low->bound + 1e-14);
    CHECK(sqrt(of_others / M) <= 2.0 * low->rms + 1e-12);
    if (low->rank < D) {
        CHECK_OK(sz_low_rank_create(&more, square, 1, &s.kernel, 0.999 * low->rms, &err),
                 err);
        CHECK(more->rank > low->rank);
        sz_low_rank_free(more);
    }
    *rank = low->rank;
    sz_low_rank_free(low);
    sz_collapse_free(s.exact);
    return 0;
}

/* A large eigenvalue needs no square if no point has a component in its direction; a
 * small one does if all points have. Points of several kernels have the same weight. */
static int test_metric(void)
{
    static sample s;
    static double square[D * LD];
    sz_kernel half[2];
    sz_low_rank *low, *both;
    sz_error err;

    make(&s, 0.5, 10);
    memset(square, 0, sizeof square);
    square[0] = 1e-2;
    square[LD + 1] = 1e-3;
    square[20 * LD + 20] = 10.0; /* where the points are zero */
    CHECK_OK(sz_low_rank_create(&low, square, 1, &s.kernel, 1e-5, &err), err);
    CHECK(low->rank == 2);
    CHECK(low->max < 1e-12);
    CHECK_CLOSE(low->bound, 10.0, 1e-12);
    half[0] = half[1] = s.kernel;
    half[0].n_sparse = half[1].n_sparse = M / 2;
    half[1].p_sparse += (size_t)(M / 2) * LD;
    CHECK_OK(sz_low_rank_create(&both, square, 2, half, 1e-5, &err), err);
    CHECK(both->rank == 2);
    CHECK_CLOSE(distance(both->weight, low->weight, 2), 0.0, 1e-15);
    sz_low_rank_free(low);
    sz_low_rank_free(both);
    return 0;
}

static int test_nothing(void)
{
    static sample s;
    static double square[D * LD];
    sz_low_rank *low = (sz_low_rank *)&s;
    sz_error err;

    make(&s, 0.5, D);
    s.kernel.n_sparse = 0;
    CHECK_OK(sz_low_rank_create(&low, square, 1, &s.kernel, 1e-5, &err), err);
    CHECK(!low);
    s.kernel.n_sparse = M;
    CHECK_OK(sz_low_rank_create(&low, square, 1, &s.kernel, 1e-5, &err), err);
    CHECK(low->rank == 1 && low->rms == 0.0 && low->max == 0.0 && low->bound == 0.0);
    sz_low_rank_free(low);
    memset(s.p_sparse, 0, sizeof s.p_sparse);
    CHECK_OK(sz_low_rank_create(&low, square, 1, &s.kernel, 1e-5, &err), err);
    CHECK(!low);
    sz_low_rank_free(NULL);
    return 0;
}

/* ---- in the place of the matrix --------------------------------------------------- */

static double energy_sum(void *context)
{
    const sz_range whole = {0, D};
    sample *s = context;
    double energy[N] = {0}, sum = 0.0;
    static double dedp[N * LD];

    sz_collapse_energy(s->collapse, N, 1, &whole, s->p, s->k, energy, dedp);
    for (int i = 0; i < N; i++) sum += energy[i];
    return sum;
}

static void compare(sample *s, int n_ranges, const sz_range *range, double allowed)
{
    static double want[N * LD], got[N * LD];
    double energy[N], other[N];
    char inside[LD] = {0};

    for (int r = 0; r < n_ranges; r++)
        for (int c = range[r].first; c < range[r].end; c++) inside[c] = 1;
    for (int c = 0; c < N * LD; c++) {
        if (!inside[c % LD]) s->p[c] = 0.0;
        got[c] = want[c] = 77.0;
    }
    for (int i = 0; i < N; i++) energy[i] = other[i] = 0.1 * i; /* added to */
    sz_collapse_energy(s->exact, N, n_ranges, range, s->p, NULL, energy, want);
    sz_collapse_energy(s->collapse, N, n_ranges, range, s->p, s->k, other, got);
    for (int i = 0; i < N; i++) CHECK_CLOSE(other[i], energy[i], allowed);
    for (int c = 0; c < N * LD; c++) {
        if (inside[c % LD]) CHECK_CLOSE(got[c], want[c], 10.0 * allowed);
        if (!inside[c % LD]) CHECK(got[c] == 77.0);
    }
}

/* Points that span n_dim dimensions: this number of squares is exact for every
 * environment. */
static int test_exact(sz_tile tile, int n_dim)
{
    static const sz_range whole = {0, D}, three[] = {{0, 1}, {8, 16}, {18, D}};
    static sample s;
    static double dedp[N * LD];
    double energy[N] = {0};
    sz_low_rank *low;
    sz_error err;

    make(&s, 0.9, n_dim);
    vectors(s.p, N, 0.9, D); /* not in this span */
    CHECK_OK(sz_collapse_create(&s.exact, &s.kernel, &err), err);
    CHECK_OK(sz_collapse_create(&s.collapse, &s.kernel, &err), err);
    CHECK_OK(sz_low_rank_create(&low, s.exact->square, 1, &s.kernel, 1e-11, &err), err);
    CHECK(low->rank == n_dim);
    CHECK(low->bound < 1e-10);
    sz_collapse_lower(s.collapse, low);
    CHECK(sz_collapse_rank(s.collapse) == n_dim && sz_collapse_rank(s.exact) == 0);
    CHECK_OK(sz_collapse_pack(s.collapse, tile, &err), err);
    CHECK_OK(sz_collapse_pack(s.exact, tile, &err), err);
    CHECK(sz_collapse_bytes(s.collapse) < sz_collapse_bytes(s.exact));
    compare(&s, 1, &whole, 1e-10);
    sz_collapse_energy(s.collapse, N, 1, &whole, s.p, s.k, energy, dedp);
    for (int i = 0; i < N; i++)
        for (int k = 0; k < D; k++)
            CHECK_CLOSE(dedp[i * LD + k],
                        slope_at(&s.p[i * LD + k], 1e-2, energy_sum, &s), 1e-9);
    compare(&s, 3, three, 1e-10);
    compare(&s, 0, NULL, 1e-10);
    sz_collapse_free(s.collapse);
    sz_collapse_free(s.exact);
    return 0;
}

/* ---- whole models ----------------------------------------------------------------- */

enum { ATOMS = 24, PAIRS = 3 * ATOMS * ATOMS };

static int evaluate(const sz_plan *plan, const cluster *c, double *energy, double *dedr)
{
    sz_work *work;
    sz_error err;

    CHECK_OK(sz_plan_work(&work, plan, &err), err);
    CHECK_OK(sz_compute(NULL, work, &c->list.nb, energy, dedr, &err), err);
    sz_work_free(work);
    return 0;
}

/* off is off, to the last bit */
static int test_off(const sz_model *m, const cluster *c)
{
    const sz_plan_options off = {.rank_tolerance = 0.0};
    static double dedr[2][PAIRS];
    double energy[2][ATOMS];
    sz_plan *plan;
    sz_error err;

    for (int k = 0; k < 2; k++) {
        CHECK_OK(sz_plan_create(&plan, m, k ? &off : NULL, &err), err);
        CHECK(sz_plan_n_ranks(plan) == 0 && sz_plan_rank(plan, 0).n_desc == 0);
        if (evaluate(plan, c, energy[k], dedr[k])) return 1;
        sz_plan_free(plan);
    }
    CHECK(!memcmp(energy[0], energy[1], sizeof energy[0]));
    CHECK(!memcmp(dedr[0], dedr[1], 3 * sizeof(double) * (size_t)c->list.n_pairs));
    return 0;
}

static double energy_at(cluster *c, sz_work *work, double cutoff)
{
    double energy[ATOMS], sum = 0.0;

    if (find_neighbours(c, cutoff, NULL) != SZ_OK ||
        sz_compute(NULL, work, &c->list.nb, energy, NULL, NULL) != SZ_OK)
        return NAN;
    for (int i = 0; i < ATOMS; i++) sum += energy[i];
    return sum;
}

/* forces are minus the slopes of the energy, for some coordinates */
static int test_forces(const sz_plan *plan, cluster *c, double cutoff)
{
    const double h = 2e-5;
    static double dedr[PAIRS];
    double energy[ATOMS], force[3 * ATOMS], most = 0.0;
    sz_work *work;
    sz_error err;

    CHECK_OK(find_neighbours(c, cutoff, &err), err);
    if (evaluate(plan, c, energy, dedr)) return 1;
    scatter_forces(c, dedr, force);
    for (int x = 0; x < 3 * ATOMS; x++) most = fmax(most, fabs(force[x]));
    CHECK_OK(sz_plan_work(&work, plan, &err), err);
    for (int x = 0; x < 3 * ATOMS; x += 7) {
        double at = c->position[x], e[4];
        static const double step[4] = {-2, -1, 1, 2};

        for (int k = 0; k < 4; k++) {
            c->position[x] = at + step[k] * h;
            e[k] = energy_at(c, work, cutoff);
        }
        c->position[x] = at;
        CHECK_CLOSE(force[x], -(8 * (e[2] - e[1]) - (e[3] - e[0])) / (12 * h),
                    1e-7 * (1.0 + most));
    }
    sz_work_free(work);
    return 0;
}

/* Errors of the energies by a plan with a tolerance are within the sum of the bounds.
 * *n_used: number of terms with low rank. */
static int test_model(const char *name, double tolerance, int *n_used)
{
    const sz_plan_options options = {.rank_tolerance = tolerance};
    static double dedr[2][PAIRS];
    double energy[2][ATOMS], bound = 0.0;
    cluster c = {0};
    sz_model *m;
    sz_plan *exact, *plan;
    sz_error err;
    int used = 0, normal = !strstr(name, "nonorm"); /* |p| = 1 */

    CHECK_OK(sz_model_load(&m, model_path(name), &err), err);
    random_cluster(&c, ATOMS, sz_model_n_species(m), 9.0, 2.2);
    for (int i = 0; i < ATOMS && m->species.any; i++) /* with terms for two elements */
        c.species[i] = sz_model_species(m, i % 2 ? "Cu" : "Au");
    CHECK_OK(find_neighbours(&c, sz_model_cutoff(m), &err), err);
    if (test_off(m, &c)) return 1;
    CHECK_OK(sz_plan_create(&exact, m, NULL, &err), err);
    CHECK_OK(sz_plan_create(&plan, m, &options, &err), err);
    for (int k = 0; k < sz_plan_n_ranks(plan); k++) {
        const sz_rank rank = sz_plan_rank(plan, k);
        const sz_soap_term *term = &soaps_of(m)->term[rank.term];

        CHECK(term->zeta == 2.0 && rank.rank >= 1 && rank.rank <= rank.n_desc);
        CHECK(rank.rank == rank.n_desc || rank.rms <= tolerance);
        CHECK(rank.used == (2 * rank.rank < rank.n_desc && rank.rank < term->n_sparse));
        used += rank.used;
        if (rank.used) bound += rank.bound;
    }
    if (evaluate(exact, &c, energy[0], dedr[0]) || evaluate(plan, &c, energy[1], dedr[1]))
        return 1;
    if (used) {
        printf("%s, %g: %d of %d terms, E off by %.1e eV, dE/dr by %.1e of %.1e\n", name,
               tolerance, used, sz_plan_n_ranks(plan),
               distance(energy[0], energy[1], ATOMS),
               distance(dedr[0], dedr[1], 3 * (size_t)c.list.n_pairs), bound);
        if (normal) CHECK(distance(energy[0], energy[1], ATOMS) <= bound);
        if (test_forces(plan, &c, sz_model_cutoff(m))) return 1;
    } else {
        CHECK(!memcmp(energy[0], energy[1], sizeof energy[0]));
    }
    *n_used += used;
    sz_plan_free(plan);
    sz_plan_free(exact);
    sz_model_free(m);
    sz_list_free(&c.list);
    return 0;
}

/* Divides each term into two with the same vectors, each with half of the points. */
static int split_terms(sz_soap_group *g)
{
    int n = g->n_terms;

    g->term = realloc(g->term, 2 * (size_t)n * sizeof *g->term);
    if (!g->term) return 1;
    for (int t = 0; t < n; t++) {
        sz_soap_term *a = g->term + t, *b = g->term + n + t;
        size_t ld = (size_t)g->describer[a->describer]->stride;
        size_t half = (size_t)a->n_sparse / 2, rest = (size_t)a->n_sparse - half;

        *b = *a;
        b->centre = malloc((size_t)g->n_species);
        b->p_sparse = aligned_alloc(64, rest * ld * sizeof(double));
        b->weight = malloc(rest * sizeof(double));
        if (!b->centre || !b->p_sparse || !b->weight) return 1;
        memcpy(b->centre, a->centre, (size_t)g->n_species);
        memcpy(b->p_sparse, a->p_sparse + half * ld, rest * ld * sizeof(double));
        memcpy(b->weight, a->weight + half, rest * sizeof(double));
        a->n_sparse = (int)half;
        b->n_sparse = (int)rest;
    }
    g->n_terms = 2 * n;
    return 0;
}

/* Joined terms are one term: its squares are computed from the points of all. Terms that
 * are not collapsed because it would not be faster have their own squares; without
 * collapse there are no squares. */
static int test_joined(const char *name)
{
    sz_plan_layout layout = {
        .tile = sz_tile_best(), .collapse = SZ_COLLAPSE_ALL, .rank_tolerance = 1e-5};
    sz_rank want[4];
    sz_model *m;
    sz_plan *plan;
    sz_error err;

    CHECK_OK(sz_model_load(&m, model_path(name), &err), err);
    for (int split = 0; split < 2; split++) {
        if (split && split_terms(soaps_of(m))) return 1;
        CHECK_OK(sz_plan_lay_out(&plan, m, 0, &layout, &err), err);
        CHECK(sz_plan_n_ranks(plan) == 4);
        for (int k = 0; k < 4; k++) {
            const sz_rank rank = sz_plan_rank(plan, k);

            if (!split) want[k] = rank;
            CHECK(rank.rank == want[k].rank && rank.used == want[k].used);
            CHECK_CLOSE(rank.rms, want[k].rms, 1e-13);
            CHECK_CLOSE(rank.bound, want[k].bound, 1e-6 * want[k].bound);
        }
        sz_plan_free(plan);
    }
    layout.collapse = SZ_COLLAPSE_CHEAPER; /* not faster for halves: D > 2 M */
    CHECK_OK(sz_plan_lay_out(&plan, m, 0, &layout, &err), err);
    CHECK(sz_plan_n_ranks(plan) == 8);
    sz_plan_free(plan);
    layout.collapse = SZ_COLLAPSE_NEVER;
    CHECK_OK(sz_plan_lay_out(&plan, m, 0, &layout, &err), err);
    CHECK(sz_plan_n_ranks(plan) == 0);
    sz_plan_free(plan);
    sz_model_free(m);
    return 0;
}

/* The default plan of the model, and invalid tolerances. */
static int test_options(const char *name)
{
    static const double bad[] = {-1e-9, NAN, INFINITY};
    sz_plan_options options = {.n_block = 3, .rank_tolerance = 1e-3};
    const sz_plan *own;
    sz_model *m;
    sz_plan *plan;
    sz_work *work;
    sz_rank rank;
    sz_error err;
    char text[256];

    CHECK_OK(sz_model_load(&m, model_path(name), &err), err);
    for (int k = 0; k < 3; k++) {
        const sz_plan_options wrong = {.rank_tolerance = bad[k]};

        plan = (sz_plan *)m;
        CHECK_FAILS(sz_plan_create(&plan, m, &wrong, &err), SZ_ERR_ARGUMENT,
                    "rank_tolerance is ", err);
        CHECK(!plan);
        CHECK_FAILS(sz_model_set_plan(m, &wrong, &err), SZ_ERR_ARGUMENT,
                    "must be an energy in eV", err);
    }
    options.n_block = 5000;
    CHECK_FAILS(sz_model_set_plan(m, &options, &err), SZ_ERR_ARGUMENT, "1 to 4096", err);
    options.n_block = 3;
    CHECK_OK(sz_model_set_plan(m, &options, &err), err);
    CHECK_OK(sz_work_create(&work, m, 0, &err), err);
    CHECK_OK(sz_model_plan(&own, m, &err), err);
    CHECK(work->plan == own && own->n_block == 3 && sz_plan_n_ranks(own) > 0);
    CHECK_FAILS(sz_model_set_plan(m, NULL, &err), SZ_ERR_ARGUMENT, "its plan already",
                err);
    rank = sz_plan_rank(own, 0);
    CHECK(sz_rank_text(&rank, text, sizeof text) < (int)sizeof text);
    CHECK(strstr(text, "term 1: rank ") && strstr(text, "at the sparse points"));
    CHECK((strstr(text, "not used") == NULL) == rank.used);
    rank.used = !rank.used;
    sz_rank_text(&rank, text, sizeof text);
    CHECK((strstr(text, "not used") == NULL) == rank.used);
    sz_work_free(work);
    sz_model_free(m);
    return 0;
}

int main(void)
{
    int n_used = 0, rank[4];

    for (int k = 0; k < 4; k++)
        if (test_errors(0.7, k < 3 ? pow(10.0, -2 - 2 * k) : 1e-30, &rank[k])) return 1;
    CHECK(rank[0] < rank[1] && rank[1] < rank[2] && rank[2] < D && rank[3] == D);
    if (test_errors(1.0, 1e-4, &rank[0]) || test_metric() || test_nothing()) return 1;
    for (sz_tile tile = SZ_TILE_NONE; tile <= SZ_TILE_AVX512; tile++)
        if (sz_tile_works(tile) && (test_exact(tile, 1) || test_exact(tile, 11)))
            return 1;
    for (int k = 0; k < N_MODELS; k++)
        if (test_model(model_names[k], 1e-3, &n_used) ||
            test_model(model_names[k], 1e-6, &n_used))
            return 1;
    CHECK(n_used >= 40);
    if (test_joined("hea4_nuR1_nuS1")) return 1;
    if (test_options("hea4_nuR2_nuS1")) return 1;
    return check_done();
}
