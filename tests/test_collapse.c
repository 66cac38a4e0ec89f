/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_collapse.c - the collapsed kernel is the kernel: on random vectors, on ranges, in
 * whole models; its derivative is a slope of its energy. */
#include "check.h"
#include "cluster.h"
#include "format/load.h"
#include "groups.h"
#include "linear/vec.h"
#include "model/plan.h"
#include "models.h"

#include <stdlib.h>

enum { M = 300, D = 37, LD = SZ_PAD(D), N = 5 }; /* M: more than one chunk */

static const sz_range whole = {0, D};

typedef struct {
    sz_kernel kernel;
    sz_collapse *collapse;
    double p_sparse[M * LD], weight[M], p[N * LD];
    double size; /* sum of |w_s K|, eV */
} sample;

static void unit_vectors(double *p, int n)
{
    for (int i = 0; i < n; i++) {
        double *pi = p + i * LD, norm;

        for (int k = 0; k < LD; k++) pi[k] = k < D ? uniform(-0.2, 1.0) : 0.0;
        norm = sqrt(dot(pi, pi, D));
        for (int k = 0; k < D; k++) pi[k] /= norm;
    }
}

static int make(sample *s, sz_tile tile, double zeta, double sigma0, int n_sparse)
{
    double delta = 1.3, most = 1.0 + sigma0 * sigma0;
    sz_error err;

    unit_vectors(s->p_sparse, M);
    unit_vectors(s->p, N);
    for (int k = 0; k < M; k++)
        s->weight[k] = pow(10.0, uniform(-3.0, 3.0)) * (k % 3 ? 1.0 : -1.0);
    s->weight[n_sparse / 2] = 0.0;
    s->kernel = (sz_kernel){D,     LD,   n_sparse, s->p_sparse, s->weight,
                            delta, zeta, sigma0,   NULL,        NULL};
    s->size = 0.0;
    for (int k = 0; k < n_sparse; k++)
        s->size += delta * delta * fabs(s->weight[k]) * pow(most, zeta);
    CHECK_OK(sz_collapse_create(&s->collapse, &s->kernel, &err), err);
    CHECK_OK(sz_collapse_pack(s->collapse, tile, &err), err);
    return 0;
}

/* components outside the ranges are zero in p, and do not change in dedp */
static void test_ranges(sample *s, int n_ranges, const sz_range *range)
{
    static double k[N * M], want[N * LD], got[N * LD];
    double energy[N], other[N];
    char inside[LD] = {0};

    for (int r = 0; r < n_ranges; r++)
        for (int c = range[r].first; c < range[r].end; c++) inside[c] = 1;
    for (int c = 0; c < N * LD; c++)
        if (!inside[c % LD]) s->p[c] = 0.0;
    for (int c = 0; c < N * LD; c++) got[c] = 77.0;
    for (int i = 0; i < N; i++) energy[i] = other[i] = 0.1 * i; /* added to */
    sz_kernel_energy(&s->kernel, N, n_ranges, range, s->p, k, energy, want);
    sz_collapse_energy(s->collapse, N, n_ranges, range, s->p, NULL, other, got);
    for (int i = 0; i < N; i++) CHECK_CLOSE(other[i], energy[i], 1e-14 * s->size);
    for (int c = 0; c < N * LD; c++)
        if (inside[c % LD])
            CHECK_CLOSE(got[c], want[c], 2e-14 * s->size);
        else
            CHECK(got[c] == 77.0);
}

static double energy_sum(void *context)
{
    const sample *s = context;
    double energy[N] = {0}, sum = 0.0;
    static double dedp[N * LD];

    sz_collapse_energy(s->collapse, N, 1, &whole, s->p, NULL, energy, dedp);
    for (int i = 0; i < N; i++) sum += energy[i];
    return sum;
}

static void test_slopes(sample *s)
{
    double energy[N] = {0}, dedp[N * LD];

    sz_collapse_energy(s->collapse, N, 1, &whole, s->p, NULL, energy, dedp);
    for (int i = 0; i < N; i++)
        for (int k = 0; k < D; k++)
            CHECK_CLOSE(dedp[i * LD + k],
                        slope_at(&s->p[i * LD + k], 1e-2, energy_sum, s),
                        1e-12 * s->size);
}

static int test_random(sz_tile tile, double zeta, double sigma0, int n_sparse)
{
    static const sz_range three[] = {{0, 1}, {8, 16}, {18, D}};
    static sample s;

    if (make(&s, tile, zeta, sigma0, n_sparse)) return 1;
    test_slopes(&s);
    test_ranges(&s, 1, &whole);
    test_ranges(&s, 3, three);
    test_ranges(&s, 0, NULL);
    sz_collapse_free(s.collapse);
    return 0;
}

/* ---- whole models ----------------------------------------------------------------- */

static double size_of(const sz_model *m)
{
    const sz_soap_group *g = soaps_of(m);
    double size = 0.0;

    for (int t = 0; t < g->n_terms; t++)
        for (int k = 0; k < g->term[t].n_sparse; k++)
            size += g->term[t].delta * g->term[t].delta * fabs(g->term[t].weight[k]);
    return size;
}

/* Terms of a plan that are collapsed, alone or together with another. */
static int count_collapsed(const sz_plan *plan, int joined_only)
{
    const sz_soap_group *g = soaps_of(plan->model);
    const sz_soap_plan *p = NULL;
    int n = 0;

    for (int k = 0; k < plan->model->n_kinds; k++)
        if (sz_term_kinds[k] == &sz_kind_soap) p = plan->part[k];
    for (int t = 0; t < g->n_terms; t++)
        n += p->run[t].joined || (!joined_only && p->run[t].collapse);
    return n;
}

static int evaluate(sz_model *m, sz_collapse_rule rule, const cluster *c, double *energy,
                    double *only, double *dedr, int joined_only)
{
    const sz_plan_layout layout = {.tile = sz_tile_best(), .collapse = rule};
    sz_plan *plan;
    sz_work *work;
    sz_error err;
    int n;

    CHECK_OK(sz_plan_lay_out(&plan, m, 7, &layout, &err), err);
    CHECK_OK(sz_plan_work(&work, plan, &err), err);
    n = count_collapsed(plan, joined_only);
    sz_plan_free(plan);
    CHECK_OK(sz_compute(m, work, &c->list.nb, energy, dedr, &err), err);
    CHECK_OK(sz_compute(m, work, &c->list.nb, only, NULL, &err), err);
    sz_work_free(work);
    return n;
}

/* a cluster in which some atoms have neighbours of one species: several ranges */
static int test_model(const char *name, int *n_collapsed)
{
    enum { ATOMS = 24, PAIRS = 3 * ATOMS * ATOMS };
    static double dedr[2][PAIRS];
    double energy[2][ATOMS], only[2][ATOMS], size;
    cluster c = {0};
    sz_model *m;
    sz_gap *gap;
    sz_error err;
    int n;

    CHECK_OK(sz_gap_load(&gap, model_path(name), &err), err);
    CHECK_OK(sz_model_build(&m, gap, &err), err);
    sz_gap_free(gap);
    size = size_of(m);
    random_cluster(&c, ATOMS, sz_model_n_species(m), 9.0, 1.9);
    CHECK_OK(find_neighbours(&c, sz_model_cutoff(m), &err), err);
    n = evaluate(m, SZ_COLLAPSE_NEVER, &c, energy[0], only[0], dedr[0], 0);
    CHECK(n == 0);
    n = evaluate(m, SZ_COLLAPSE_ALL, &c, energy[1], only[1], dedr[1], 0);
    if (n > 0)
        printf("%s: %d terms, E %.1e, dE/dr %.1e of %.1e eV\n", name, n,
               distance(energy[0], energy[1], ATOMS),
               distance(dedr[0], dedr[1], 3 * (size_t)c.list.n_pairs), size);
    CHECK_CLOSE(distance(energy[0], energy[1], ATOMS), 0.0, 1e-12 * size);
    CHECK_CLOSE(distance(only[1], energy[1], ATOMS), 0.0, 1e-14 * size);
    CHECK_CLOSE(distance(dedr[0], dedr[1], 3 * (size_t)c.list.n_pairs), 0.0,
                1e-12 * size);
    *n_collapsed += n;
    sz_model_free(m);
    sz_list_free(&c.list);
    return 0;
}

/* Terms with the same vectors are joined: two values of zeta, in each order. */
static int test_joined(int first_zeta, int second_zeta, double sigma0)
{
    enum { ATOMS = 24, PAIRS = 3 * ATOMS * ATOMS };
    static double dedr[2][PAIRS];
    double energy[2][ATOMS], only[2][ATOMS], size;
    cluster c = {0};
    sz_model *m;
    sz_soap_group *g;
    sz_gap *gap;
    sz_error err;
    int n, n_joined;

    CHECK_OK(sz_gap_load(&gap, model_path("nbta_soap_nu22_zeta2"), &err), err);
    CHECK_OK(sz_model_build(&m, gap, &err), err);
    sz_gap_free(gap);
    g = soaps_of(m);
    n = g->n_terms;
    for (int k = 0; k < g->n_describers; k++) g->describer[k]->sigma0 = sigma0;
    g->term = realloc(g->term, 2 * (size_t)n * sizeof *g->term);
    if (!g->term) return 1;
    for (int t = 0; t < n; t++) { /* each term once more, with half of the weights */
        sz_soap_term *a = g->term + t, *b = g->term + n + t;
        size_t stride = (size_t)g->describer[a->describer]->stride;
        size_t bytes = (size_t)a->n_sparse * stride * sizeof(double);

        *b = *a;
        b->centre = malloc((size_t)m->species.n);
        b->p_sparse = aligned_alloc(64, SZ_PAD(bytes / sizeof(double)) * sizeof(double));
        b->weight = malloc((size_t)a->n_sparse * sizeof(double));
        if (!b->centre || !b->p_sparse || !b->weight) return 1;
        memcpy(b->centre, a->centre, (size_t)m->species.n);
        memcpy(b->p_sparse, a->p_sparse, bytes);
        for (int s = 0; s < a->n_sparse; s++) b->weight[s] = 0.5 * a->weight[s];
        a->zeta = first_zeta;
        b->zeta = second_zeta;
    }
    g->n_terms = 2 * n;
    size = size_of(m) * pow(1.0 + sigma0 * sigma0, 2.0);
    random_cluster(&c, ATOMS, sz_model_n_species(m), 9.0, 1.9);
    CHECK_OK(find_neighbours(&c, sz_model_cutoff(m), &err), err);
    CHECK(evaluate(m, SZ_COLLAPSE_NEVER, &c, energy[0], only[0], dedr[0], 0) == 0);
    n_joined = evaluate(m, SZ_COLLAPSE_CHEAPER, &c, energy[1], only[1], dedr[1], 1);
    if (first_zeta == 1 && second_zeta == 1) CHECK(n_joined == n);
    CHECK_CLOSE(distance(energy[0], energy[1], ATOMS), 0.0, 1e-12 * size);
    CHECK_CLOSE(distance(dedr[0], dedr[1], 3 * (size_t)c.list.n_pairs), 0.0,
                1e-12 * size);
    printf("zeta %d and %d: %d of %d terms joined\n", first_zeta, second_zeta, n_joined,
           g->n_terms);
    sz_model_free(m);
    sz_list_free(&c.list);
    return 0;
}

/* Each point of the terms `times` times, its weight divided among them. */
static int repeat_points(sz_soap_group *g, int times)
{
    for (int t = 0; t < g->n_terms; t++) {
        sz_soap_term *term = &g->term[t];
        size_t n = (size_t)term->n_sparse, m = n * (size_t)times;
        size_t ld = (size_t)g->describer[term->describer]->stride;
        double *p = aligned_alloc(64, m * ld * sizeof *p), *w = malloc(m * sizeof *w);

        if (!p || !w) return 1;
        for (size_t s = 0; s < m; s++) {
            memcpy(p + s * ld, term->p_sparse + s % n * ld, ld * sizeof *p);
            w[s] = term->weight[s % n] / times;
        }
        free(term->p_sparse);
        free(term->weight);
        term->p_sparse = p;
        term->weight = w;
        term->n_sparse = (int)m;
    }
    return 0;
}

/* After the collapse the memory of the plan, its scratch and the rest of the model does
 * not depend on the number of points, and the energies are the same. */
static int test_many_points(void)
{
    enum { ATOMS = 24, PAIRS = 3 * ATOMS * ATOMS };
    static double dedr[2][PAIRS];
    double energy[2][ATOMS], size = 0.0;
    size_t bytes[2];
    cluster c = {0};
    sz_error err;

    for (int k = 0; k < 2; k++) {
        sz_model *m;
        sz_soap_group *g;
        sz_plan *plan;
        sz_work *work;

        CHECK_OK(sz_model_load(&m, model_path("hea4_nuR0_all_zeta1"), &err), err);
        g = soaps_of(m);
        for (int t = 0; t < g->n_terms; t++) CHECK(g->term[t].zeta <= 2.0);
        if (repeat_points(g, k ? 500 : 10)) return 1; /* a collapse is faster for all */
        if (k == 0) {
            size = size_of(m);
            random_cluster(&c, ATOMS, sz_model_n_species(m), 9.0, 1.9);
            CHECK_OK(find_neighbours(&c, sz_model_cutoff(m), &err), err);
        }
        CHECK_OK(sz_plan_create(&plan, m, NULL, &err), err);
        CHECK(count_collapsed(plan, 0) == g->n_terms);
        bytes[k] = sz_plan_bytes(plan);
        CHECK_OK(sz_plan_work(&work, plan, &err), err);
        sz_model_free(m); /* the plan holds all that it needs */
        for (int t = 0; t < g->n_terms; t++)
            CHECK(!g->term[t].p_sparse && !g->term[t].weight);
        CHECK_OK(sz_compute(NULL, work, &c.list.nb, energy[k], dedr[k], &err), err);
        sz_work_free(work);
        sz_plan_free(plan);
    }
    printf("points 50 times over: %zu and %zu bytes\n", bytes[0], bytes[1]);
    CHECK(bytes[0] == bytes[1]);
    CHECK_CLOSE(distance(energy[0], energy[1], ATOMS), 0.0, 1e-12 * size);
    CHECK_CLOSE(distance(dedr[0], dedr[1], 3 * (size_t)c.list.n_pairs), 0.0,
                1e-12 * size);
    sz_list_free(&c.list);
    return 0;
}

/* decisions of a plan */
static int test_choice(void)
{
    sz_model *m;
    sz_plan *plan;
    const sz_soap_group *g;
    const sz_soap_plan *p;
    sz_error err;

    CHECK(sz_collapse_pays(1.0, 1000, 1) && sz_collapse_pays(2.0, 99, 50));
    CHECK(!sz_collapse_pays(2.0, 100, 50) && !sz_collapse_pays(3.0, 1, 1000));
    CHECK(!sz_collapse_pays(1.5, 1, 1000));
    CHECK_OK(sz_model_load(&m, model_path("hea4_nuR0_all_zeta1"), &err), err);
    CHECK_OK(sz_plan_create(&plan, m, NULL, &err), err);
    g = soaps_of(m);
    p = plan->part[0];
    CHECK(sz_term_kinds[0] == &sz_kind_soap);
    for (int t = 0; t < g->n_terms; t++) {
        const sz_soap_term *term = &g->term[t];
        int pays = term->zeta == 1.0 ||
                   g->describer[term->describer]->n_desc < 2 * term->n_sparse;

        CHECK((p->run[t].collapse || p->run[t].joined) == pays);
    }
    sz_plan_free(plan);
    sz_model_free(m);
    sz_collapse_free(NULL);
    return 0;
}

int main(void)
{
    int n_collapsed = 0;

    for (sz_tile tile = SZ_TILE_NONE; tile <= SZ_TILE_AVX512; tile++)
        for (int k = 0; k < 4 && sz_tile_works(tile); k++) {
            double zeta = 1 + k % 2, sigma0 = k / 2;

            if (test_random(tile, zeta, 0.6 * sigma0, M) ||
                test_random(tile, zeta, 0.6 * sigma0, 1) ||
                test_random(tile, zeta, 0.3 * sigma0, 11))
                return 1;
        }
    for (int k = 0; k < N_MODELS; k++)
        if (test_model(model_names[k], &n_collapsed)) return 1;
    CHECK(n_collapsed >= 20);
    for (int k = 0; k < 4; k++)
        if (test_joined(1 + k % 2, 1 + k / 2, 0.0) ||
            test_joined(1 + k % 2, 1 + k / 2, 0.7))
            return 1;
    if (test_many_points()) return 1;
    if (test_choice()) return 1;
    return check_done();
}
