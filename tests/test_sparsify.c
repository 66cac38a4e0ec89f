/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_sparsify.c - sparse points: the very choice of the real gap_fit; the same choice
 * whether the pool is here or comes in blocks; leverage and greed against plain loops;
 * bad input. */
#include "check.h"
#include "numbers.h"
#include "select/leverage.h"
#include "select/sparsify.h"
#include "sparse_pool.h"

static const char *data_path(const char *name)
{
    static char path[4096];
    const char *source = getenv("SOAPZ_SOURCE");

    snprintf(path, sizeof path, "%s/tests/data/sparse/%s", source ? source : ".", name);
    return path;
}

/* ---- gap_fit's choice ------------------------------------------------------------- */

#define COORDINATION "coordination", "coordination.txt"
#define SOAP(keys) keys " n_species=2 species_Z={14 6}", NULL

static const sz_type_count liquid_bulk[] = {{"liquid", 6}, {"bulk", 4}};
/* in the order of the command line, "default" first */
static const sz_type_count four_types[] = {
    {"default", 5}, {"liquid", 3}, {"bulk", 17}, {"cluster", 9}};

static const struct {
    const char *descriptor, *file; /* vectors from the file, or SOAP */
    sz_sparse_method method;
    int n_sparse, n_types;
    const sz_type_count *type;
} terms[] = {
    {COORDINATION, SZ_SPARSE_UNIFORM, 25, 0, NULL},
    {"cosnx", "cosnx.txt", SZ_SPARSE_UNIFORM, 40, 0, NULL},
    {SOAP("soap n_max=3 l_max=3 cutoff=4.0 atom_sigma=0.5 Z=14"), SZ_SPARSE_CUR_POINTS,
     12, 0, NULL},
    {SOAP("soap n_max=3 l_max=3 cutoff=4.0 atom_sigma=0.5 Z=6"), SZ_SPARSE_CUR_POINTS, 12,
     0, NULL},
    {COORDINATION, SZ_SPARSE_CUR_POINTS, 7, 0, NULL},
    {SOAP("soap n_max=4 l_max=2 R_mix=T Z_mix=T sym_mix=T K=5 coupling=F cutoff=4.2 "
          "atom_sigma=0.5 Z=14"),
     SZ_SPARSE_CUR_POINTS, 0, 2, liquid_bulk},
    {SOAP("soap n_max=4 l_max=2 R_mix=T Z_mix=T sym_mix=T K=5 coupling=F cutoff=4.2 "
          "atom_sigma=0.5 Z=6"),
     SZ_SPARSE_CUR_POINTS, 0, 2, liquid_bulk},
    {COORDINATION, SZ_SPARSE_UNIFORM, 0, 4, four_types},
    {SOAP("soap n_max=3 l_max=2 nu_R=1 nu_S=0 cutoff=4.1 atom_sigma=0.5 Z=14"),
     SZ_SPARSE_CUR_POINTS, 30, 0, NULL},
    {SOAP("soap n_max=3 l_max=2 nu_R=1 nu_S=0 cutoff=4.1 atom_sigma=0.5 Z=6"),
     SZ_SPARSE_CUR_POINTS, 30, 0, NULL},
};
enum { N_TERMS = sizeof terms / sizeof *terms, N_ATOMS = 144 };

/* config_type of the frames of train.xyz */
static const char *frame_type(int frame)
{
    static const char *const name[] = {"bulk", "liquid", "cluster", "other"};

    if (frame >= 16) return name[(frame - 13) % 4];
    return name[(frame >= 12 ? frame - 10 : frame) % 4];
}

/* Vectors of a descriptor that soapz does not have, as a pool that owns them. */
static sz_status load_numbers(soap_pool *p, const char *file, sz_error *err)
{
    FILE *f = fopen(data_path(file), "r");
    double x;
    size_t n = 0;

    if (!f) return sz_fail(err, SZ_ERR_FILE, "cannot open %s", data_path(file));
    p->x = malloc(N_ATOMS * 4 * sizeof *p->x);
    p->frame = malloc(N_ATOMS * sizeof *p->frame);
    while (n < N_ATOMS * 4 && fscanf(f, "%lf", &x) == 1) p->x[n++] = x;
    fclose(f);
    p->n = N_ATOMS;
    p->d = (int)(n / N_ATOMS);
    for (int i = 0; i < N_ATOMS; i++) p->frame[i] = i / 8;
    return n % N_ATOMS ? sz_fail(err, SZ_ERR_FORMAT, "%s is cut off", file) : SZ_OK;
}

/* type [p->n] for config_type_n_sparse */
static void types_of(const soap_pool *p, int n_types, const sz_type_count *type, int *of)
{
    for (int i = 0; i < p->n; i++) {
        const char *name = frame_type(p->frame[i]);

        if (strcmp(name, "other") == 0) name = "default";
        of[i] = -1;
        for (int k = 0; k < n_types; k++)
            if (strcmp(name, type[k].config_type) == 0) of[i] = k;
    }
}

/* A pool that returns its rows by fetch, at most `room` at a time. */
typedef struct {
    const double *x;
    int n, d, n_calls, fail_at;
} source;

static sz_status fetch(void *context, int first, int count, double *x, sz_error *err)
{
    source *s = context;

    CHECK(first >= 0 && count > 0 && count <= 1024 && first + count <= s->n);
    if (++s->n_calls == s->fail_at) return sz_fail(err, SZ_ERR_FILE, "the disk is gone");
    memcpy(x, s->x + (size_t)first * s->d, (size_t)count * s->d * sizeof *x);
    return SZ_OK;
}

static int same(const sz_sparse_choice *a, const sz_sparse_choice *b)
{
    return a->n == b->n && memcmp(a->index, b->index, (size_t)a->n * sizeof(int)) == 0;
}

static int check_term(int k, sz_rng *rng, FILE *answer)
{
    soap_pool p = {0};
    int of[N_ATOMS], here = 1;
    sz_rng again = *rng;
    sz_sparse_choice choice, streamed;
    sz_error err = {0};

    if (terms[k].file)
        CHECK_OK(load_numbers(&p, terms[k].file, &err), err);
    else
        CHECK_OK(soap_pool_load(&p, terms[k].descriptor, data_path("train.xyz"), &err),
                 err);
    sz_vectors pool = soap_pool_vectors(&p);
    source s = {p.x, p.n, p.d, 0, 0};
    sz_vectors stream = {.n = p.n, .d = p.d, .fetch = fetch, .context = &s};
    sz_sparsify_options o = {.method = terms[k].method,
                             .n_sparse = terms[k].n_sparse,
                             .n_types = terms[k].n_types,
                             .type = terms[k].type,
                             .type_of = of,
                             .rng = rng};

    types_of(&p, o.n_types, o.type, of);
    CHECK_OK(sz_sparsify(&choice, &pool, &o, &err), err);
    CHECK(choice.n_unique < p.n);
    for (int i = 0, want; i < choice.n && here; i++) {
        here = fscanf(answer, "%d", &want) == 1 && want == choice.index[i] + 1;
        if (!here)
            printf("term %d, point %d: %d, not %d\n", k + 1, i + 1, choice.index[i] + 1,
                   want);
    }
    CHECK(here);
    /* in blocks of 16 */
    o.rng = &again;
    o.memory = 1;
    CHECK_OK(sz_sparsify(&streamed, &stream, &o, &err), err);
    CHECK(same(&choice, &streamed) && again.state == rng->state && s.n_calls > 10);
    sz_sparse_choice_free(&choice);
    sz_sparse_choice_free(&streamed);
    soap_pool_free(&p);
    return 0;
}

static int check_gap_fit(void)
{
    FILE *answer = fopen(data_path("choice.txt"), "r");
    sz_rng rng;
    int stop = !answer, rest;

    sz_rng_seed(&rng, 11);
    for (int k = 0; k < 2; k++) sz_sparsify_skip_mixing(&rng, 18);
    for (int k = 0; k < N_TERMS && !stop; k++) stop = check_term(k, &rng, answer);
    CHECK(!stop && fscanf(answer, "%d", &rest) != 1);
    if (answer) fclose(answer);
    return stop;
}

/* ---- equal vectors --------------------------------------------------------------- */

enum { D = 12, N = 300, N_DISTINCT = 250 };

/* N vectors of length 1, the last 50 equal to others within rounding */
static void make_pool(double *x)
{
    for (int i = 0; i < N; i++) {
        double *row = x + i * D, r;

        fill_random(row, D);
        for (int k = 0; k < D; k++) row[k] = k == 0 ? 2.0 + row[k] : row[k] * exp(-k);
        r = sqrt(dot(row, row, D));
        for (int k = 0; k < D; k++) row[k] /= r;
        if (i >= N_DISTINCT)
            for (int k = 0; k < D; k++)
                row[k] = x[(i - N_DISTINCT) * 3 * D + k] * (1.0 + uniform(-1e-15, 1e-15));
    }
}

static int check_unique(const double *x, const sz_vectors *pool)
{
    static const size_t memory[] = {1, 100000, (size_t)1 << 28};
    int member[N], n;
    double other[3 * D];
    sz_vectors few = {.d = D, .x = other};
    sz_error err = {0};

    for (int m = 0; m < 3; m++) {
        CHECK_OK(sz_vectors_unique(pool, 1e-10, 1e-10, memory[m], member, &n, &err), err);
        CHECK(n == N_DISTINCT);
        for (int i = 0; i < n; i++)
            for (int j = 0; j < i; j++)
                CHECK(distance(x + member[i] * D, x + member[j] * D, D) > 1e-10);
    }
    /* different vectors with the same sum */
    memcpy(other, x, D * sizeof *other);
    memcpy(other + D, x, D * sizeof *other);
    other[D] = other[1];
    other[D + 1] = other[0];
    few.n = 2;
    CHECK_OK(sz_vectors_unique(&few, 1e-10, 1e-10, 1, member, &n, &err), err);
    CHECK(n == 2);
    /* 2e-10 apart in one component */
    for (int i = 1; i < 3; i++) memcpy(other + i * D, x, D * sizeof *other);
    other[D + 3] += 2e-10;
    few.n = 3;
    CHECK_OK(sz_vectors_unique(&few, 1e-10, 1e-10, 1, member, &n, &err), err);
    CHECK(n == 2);
    CHECK_OK(sz_vectors_unique(&few, 1e-9, 1e-10, 1, member, &n, &err), err);
    CHECK(n == 2);
    CHECK_OK(sz_vectors_unique(&few, 1e-9, 1e-9, 1, member, &n, &err), err);
    CHECK(n == 1);
    return 0;
}

/* ---- leverage -------------------------------------------------------------------- */

/* x_j = sum_i U_ji S_i w_i with orthonormal U, W: scores are known */
static int check_leverage(int n, int d, int n_singular)
{
    int most = n > d ? n : d, rank, *member = malloc((size_t)n * sizeof *member);
    double *u = malloc((size_t)(most * n_singular) * sizeof *u);
    double *w = malloc((size_t)(most * n_singular) * sizeof *w);
    double *x = calloc((size_t)(n * d), sizeof *x);
    double *score = malloc((size_t)n * sizeof *score);
    double *basis[2] = {u, w};
    int length[2] = {n, d};
    sz_vectors pool = {.n = n, .d = d, .x = x};
    sz_error err = {0};

    for (int b = 0; b < 2; b++) /* Gram and Schmidt, twice */
        for (int i = 0; i < n_singular; i++) {
            double *v = basis[b] + i * length[b], r;

            fill_random(v, (size_t)length[b]);
            for (int k = 0; k < 2 * i; k++) {
                const double *o = basis[b] + k % i * length[b];
                double p = dot(v, o, (size_t)length[b]);

                for (int j = 0; j < length[b]; j++) v[j] -= p * o[j];
            }
            r = sqrt(dot(v, v, (size_t)length[b]));
            for (int j = 0; j < length[b]; j++) v[j] /= r;
        }
    for (int j = 0; j < n; j++) {
        member[j] = j;
        for (int i = 0; i < n_singular; i++)
            for (int k = 0; k < d; k++)
                x[j * d + k] += 3.0 * pow(10.0, -i) * u[i * n + j] * w[i * d + k];
    }
    for (size_t memory = 1; memory < 100000000; memory += 99999998) {
        CHECK_OK(sz_leverage(&pool, member, n, memory, score, &rank, &err), err);
        CHECK(rank == n_singular / 2);
        for (int j = 0; j < n; j++) {
            double want = 0.0;

            for (int i = 0; i < rank; i++) want += u[i * n + j] * u[i * n + j];
            CHECK_CLOSE(score[j], want, 1e-9);
        }
    }
    free(u);
    free(w);
    free(x);
    free(score);
    free(member);
    return 0;
}

/* ---- farthest points ------------------------------------------------------------- */

static double apart(const sz_likeness *l, const double *a, const double *b)
{
    double sum = 0.0;

    if (!l->theta)
        return pow(dot(a, a, D), l->zeta) + pow(dot(b, b, D), l->zeta) -
               2.0 * pow(dot(a, b, D), l->zeta);
    for (int k = 0; k < D; k++) sum += pow((a[k] - b[k]) / l->theta[k], 2);
    return sum;
}

/* the plain loop: index of the farthest of member[] from the n chosen points */
static int farthest(const sz_likeness *l, const double *x, int n_member,
                    const int *member, int n, const int *chosen)
{
    double most = -1.0;
    int best = -1;

    for (int j = 0; j < n_member; j++) {
        double near = 1e300;

        for (int s = 0; s < n; s++) {
            double r = apart(l, x + member[j] * D, x + chosen[s] * D);

            if (r < near) near = r;
        }
        if (near > most) {
            most = near;
            best = member[j];
        }
    }
    return best;
}

static int check_farthest(const double *x, const sz_vectors *pool,
                          const sz_likeness *like)
{
    static const size_t memory[] = {1, 20000, (size_t)1 << 28};
    int member[N], want[40], chosen[40], n_member, n;
    sz_error err = {0};

    CHECK_OK(sz_vectors_unique(pool, 1e-10, 1e-10, 1, member, &n_member, &err), err);
    want[0] = member[0];
    for (int s = 1; s < 40; s++) want[s] = farthest(like, x, n_member, member, s, want);
    for (int m = 0; m < 3; m++) {
        CHECK_OK(
            sz_farthest(pool, member, n_member, like, memory[m], 40, chosen, &n, &err),
            err);
        CHECK(n == 40 && memcmp(chosen, want, sizeof want) == 0);
    }
    return 0;
}

/* ---- counts, warnings, errors ---------------------------------------------------- */

static int check_counts(const sz_vectors *pool)
{
    static const sz_sparse_method all[] = {SZ_SPARSE_RANDOM, SZ_SPARSE_UNIFORM,
                                           SZ_SPARSE_CUR_POINTS,
                                           SZ_SPARSE_FARTHEST_POINTS, SZ_SPARSE_NONE};
    static const sz_type_count type[] = {{"odd", 400}, {"nowhere", 3}, {"even", 10}};
    static double first[N];
    sz_vectors line = {.n = N, .d = 1, .x = first};
    sz_rng rng;
    sz_sparse_choice c;
    sz_error err = {0};
    int of[N];

    for (int i = 0; i < N; i++) {
        of[i] = i % 2 ? 0 : 2;
        first[i] = pool->x[i * D];
    }
    sz_rng_seed(&rng, 3);
    for (int m = 0; m < 5; m++) {
        const sz_vectors *p = all[m] == SZ_SPARSE_UNIFORM ? &line : pool;
        sz_sparsify_options o = {.method = all[m],
                                 .n_sparse = 60,
                                 .type_of = of,
                                 .like = {.zeta = 2.0},
                                 .rng = &rng,
                                 .seed = 5};

        CHECK_OK(sz_sparsify(&c, p, &o, &err), err);
        CHECK(c.n == (all[m] == SZ_SPARSE_NONE ? N_DISTINCT : 60) && c.warnings.n == 0);
        for (int i = 1; i < c.n; i++) CHECK(c.index[i] > c.index[i - 1]);
        CHECK(c.n_unique == N_DISTINCT && c.index[0] >= 0 && c.index[c.n - 1] < N);
        sz_sparse_choice_free(&c);

        o.n_sparse = 1000;
        CHECK_OK(sz_sparsify(&c, p, &o, &err), err);
        CHECK(c.n == N_DISTINCT);
        CHECK(c.warnings.n == (all[m] != SZ_SPARSE_NONE));
        CHECK(!c.warnings.n ||
              strstr(c.warnings.text[0], "250 sparse points instead of 1000: "));
        sz_sparse_choice_free(&c);

        o.n_sparse = 0;
        o.n_types = 3;
        o.type = type;
        CHECK_OK(sz_sparsify(&c, p, &o, &err), err);
        int n_odd = 0;
        for (int i = 0; i < c.n; i++) n_odd += c.index[i] % 2;
        if (all[m] != SZ_SPARSE_NONE) {
            CHECK(c.n == n_odd + 10 && n_odd > 100 && n_odd < N / 2);
            CHECK(c.warnings.n == 2);
            CHECK(strstr(c.warnings.text[0], "400 from config_type odd: "));
            CHECK(strcmp(c.warnings.text[1], "no sparse points from config_type nowhere: "
                                             "no environments") == 0);
        }
        sz_sparse_choice_free(&c);
    }
    return 0;
}

/* every vector is chosen equally often; the shared random numbers are not used */
static int check_random(const sz_vectors *pool)
{
    int count[N] = {0}, most = 0, least = 1000, n_seeds = 400;
    sz_sparsify_options o = {.method = SZ_SPARSE_RANDOM, .n_sparse = 50};
    sz_sparse_choice c;
    sz_error err = {0};

    for (int k = 0; k < n_seeds; k++) {
        o.seed = (int)uniform(1.0, 2147483646.0);
        CHECK_OK(sz_sparsify(&c, pool, &o, &err), err);
        for (int i = 0; i < c.n; i++) count[c.index[i]]++;
        sz_sparse_choice_free(&c);
    }
    for (int i = 0; i < N; i++) {
        if (count[i] > most) most = count[i];
        if (count[i] > 0 && count[i] < least) least = count[i];
    }
    CHECK(least > 80 - 40 && most < 80 + 40);
    return 0;
}

static int check_errors(const double *x, const sz_vectors *pool)
{
    double bad[N * D];
    source s = {x, N, D, 0, 3};
    sz_vectors gone = {.n = N, .d = D, .fetch = fetch, .context = &s};
    sz_vectors nan = {.n = N, .d = D, .x = bad}, empty = {.n = 0, .d = D};
    sz_rng rng;
    sz_sparsify_options o = {.method = SZ_SPARSE_CUR_POINTS, .n_sparse = 5, .rng = &rng};
    sz_sparse_choice c;
    sz_error err = {0};

    sz_rng_seed(&rng, 1);
    memcpy(bad, x, sizeof bad);
    bad[17 * D + 2] = NAN;
    CHECK_FAILS(sz_sparsify(&c, &nan, &o, &err), SZ_ERR_NUMERIC, "vector 18 of 300", err);
    CHECK(!c.index && c.warnings.n == 0);
    for (o.memory = 1; o.memory < 1000000; o.memory += 999998) {
        s.n_calls = 0;
        s.fail_at = o.memory == 1 ? 30 : 1;
        CHECK_FAILS(sz_sparsify(&c, &gone, &o, &err), SZ_ERR_FILE, "disk is gone", err);
    }
    CHECK_OK(sz_sparsify(&c, &empty, &o, &err), err);
    CHECK(c.n == 0 && strstr(c.warnings.text[0], "0 sparse points instead of 5"));
    sz_sparse_choice_free(&c);
    o.n_sparse = 0;
    CHECK_FAILS(sz_sparsify(&c, pool, &o, &err), SZ_ERR_ARGUMENT, "n_sparse is 0", err);
    o.n_sparse = 5;
    o.rng = NULL;
    CHECK_FAILS(sz_sparsify(&c, pool, &o, &err), SZ_ERR_ARGUMENT, "random numbers", err);
    o.method = SZ_SPARSE_FARTHEST_POINTS;
    CHECK_FAILS(sz_sparsify(&c, pool, &o, &err), SZ_ERR_ARGUMENT, "zeta is 0", err);
    o.method = SZ_SPARSE_RANDOM;
    CHECK_FAILS(sz_sparsify(&c, pool, &o, &err), SZ_ERR_ARGUMENT, "seed", err);
    o.method = SZ_SPARSE_UNIFORM;
    o.rng = &rng;
    o.n_sparse = 200;
    sz_vectors wide = {.n = 3, .d = 100, .x = x};
    CHECK_OK(sz_sparsify(&c, &wide, &o, &err) == SZ_ERR_ARGUMENT ? SZ_OK : SZ_ERR_FILE,
             err);
    CHECK(strstr(err.message, "bins for 3 points of 100 components"));
    return 0;
}

/* ---- files ----------------------------------------------------------------------- */

static const char *scratch(const char *text)
{
    static const char *const name = "test_sparsify.tmp";
    FILE *f = fopen(name, "wb");

    if (f) {
        fputs(text, f);
        fclose(f);
    }
    return name;
}

static int check_files(void)
{
    sz_sparse_choice c;
    double *x, *factor;
    int n;
    sz_error err = {0};

    CHECK_OK(sz_sparse_read_index(&c, scratch(" 9 2\n\n 30\n1 "), 30, &err), err);
    CHECK(c.n == 4 && c.index[0] == 0 && c.index[1] == 1 && c.index[2] == 8 &&
          c.index[3] == 29);
    sz_sparse_choice_free(&c);
    CHECK_FAILS(sz_sparse_read_index(&c, scratch("9 2\n31"), 30, &err), SZ_ERR_FORMAT,
                ":2: '31' is not the number of a data point, 1 to 30", err);
    CHECK_FAILS(sz_sparse_read_index(&c, scratch("0"), 30, &err), SZ_ERR_FORMAT, "'0'",
                err);
    CHECK_FAILS(sz_sparse_read_index(&c, scratch("3 4 3"), 30, &err), SZ_ERR_FORMAT,
                "data point 3 twice", err);
    CHECK_FAILS(sz_sparse_read_index(&c, scratch("\n"), 30, &err), SZ_ERR_FORMAT,
                "no data points", err);
    CHECK_FAILS(sz_sparse_read_index(&c, "no such file", 30, &err), SZ_ERR_FILE,
                "no such file", err);
    CHECK(!c.index);

    CHECK_OK(sz_sparse_read_points(scratch("1.0\n.25\n-1.5E+000\n.5D0 3 4\n"), 2, &n, &x,
                                   &factor, &err),
             err);
    CHECK(n == 2 && factor[0] == 1.0 && factor[1] == 0.5 && x[0] == 0.25 &&
          x[1] == -1.5 && x[2] == 3.0 && x[3] == 4.0);
    free(x);
    free(factor);
    CHECK_FAILS(sz_sparse_read_points(scratch("1 2 3 4"), 2, &n, &x, &factor, &err),
                SZ_ERR_FORMAT, "4 numbers, not a multiple of 3", err);
    CHECK_FAILS(sz_sparse_read_points(scratch("1 2\nnan"), 2, &n, &x, &factor, &err),
                SZ_ERR_FORMAT, ":2: 'nan'", err);
    CHECK_FAILS(sz_sparse_read_points(scratch(""), 2, &n, &x, &factor, &err),
                SZ_ERR_FORMAT, "0 numbers", err);
    CHECK(!x && !factor && n == 0);
    remove(scratch(""));
    return 0;
}

int main(void)
{
    static double x[N * D];
    sz_vectors pool = {.n = N, .d = D, .x = x};
    double theta[D];
    sz_likeness kernel[] = {{1.0, NULL}, {2.0, NULL}, {3.0, NULL}, {0.0, theta}};

    make_pool(x);
    for (int k = 0; k < D; k++) theta[k] = 0.1 + 0.05 * k;
    if (check_gap_fit() || check_unique(x, &pool)) return 1;
    if (check_leverage(200, 20, 9) || check_leverage(20, 200, 8) ||
        check_leverage(40, 40, 6) || check_leverage(1, 5, 1))
        return 1;
    for (int k = 0; k < 4; k++)
        if (check_farthest(x, &pool, &kernel[k])) return 1;
    if (check_counts(&pool) || check_random(&pool) || check_errors(x, &pool)) return 1;
    if (check_files()) return 1;
    return check_done();
}
