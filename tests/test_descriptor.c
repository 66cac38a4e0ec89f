/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_descriptor.c - a descriptor on its own: derivatives are slopes of the vectors,
 * labels tell which component is which, and threads share it. */
#include "check.h"
#include "models.h"

#include <pthread.h>
#include <stdlib.h>

enum { N = 5, LENGTH = 2000, THREADS = 4 };

#define KEYS "soap cutoff=4.2 n_max=3 atom_sigma=0.5 n_species=2 "

static const double positions[3 * N] = {0.1, 0.2, 0.0, 2.2, 2.1, 0.3, 2.4, 0.1,
                                        2.3, -.2, 2.4, 2.0, 1.1, 1.4, 3.4};

typedef struct {
    sz_structure s;
    int species[N];
    double position[3 * N];
    sz_list list;
} frame;

/* five atoms of Mo and W in a cell that is smaller than the cutoff */
static void make_frame(frame *f)
{
    static const int z[N] = {42, 74, 42, 42, 74};
    static const double cell[9] = {4.0, 0, 0, 0.5, 4.6, 0, 0.1, 0.3, 4.8};

    memset(f, 0, sizeof *f);
    memcpy(f->position, positions, sizeof positions);
    memcpy(f->species, z, sizeof z);
    memcpy(f->s.cell, cell, sizeof cell);
    for (int x = 0; x < 3; x++) f->s.pbc[x] = 1;
    f->s.n_atoms = N;
    f->s.species = f->species;
    f->s.position = f->position;
}

/* p [N][length] */
static sz_status vectors(const sz_descriptor *d, frame *f, double *p, sz_error *err)
{
    static const int atom[N] = {0, 1, 2, 3, 4};
    sz_status status = sz_list_build(&f->list, &f->s, sz_descriptor_cutoff(d), err);

    return status == SZ_OK ? sz_descriptor_vectors(d, &f->list, N, atom, p, err) : status;
}

/* ---- derivatives ----------------------------------------------------------------- */

/* derivative of p_i by the x coordinate of atom j, from dp_i/dr_ij */
static void add_up(const frame *f, int i, int j, int x, int length, const double *dpdr,
                   double *slope)
{
    memset(slope, 0, (size_t)length * sizeof *slope);
    for (int k = f->list.first[i]; k < f->list.first[i + 1]; k++) {
        const double *d = dpdr + (3 * (size_t)(k - f->list.first[i]) + x) * length;
        int sign = (f->list.neigh[k] == j) - (i == j);

        for (int c = 0; c < length; c++) slope[c] += sign * d[c];
    }
}

static int test_derivatives(const char *keys)
{
    static double plus[N * LENGTH], minus[N * LENGTH], slope[LENGTH];
    const double h = 1e-4;
    char text[300];
    sz_descriptor *d;
    sz_error err;
    double *dpdr[N], most = 0.0, worst = 0.0;
    frame f;
    int length;

    snprintf(text, sizeof text, KEYS "l_max=2 species_Z={42 74} %s", keys);
    CHECK_OK(sz_descriptor_create(&d, text, &err), err);
    CHECK(strcmp(sz_descriptor_text(d), text) == 0);
    length = sz_descriptor_length(d);
    CHECK(length > 1 && length <= LENGTH);
    make_frame(&f);
    CHECK_OK(sz_list_build(&f.list, &f.s, sz_descriptor_cutoff(d), &err), err);
    for (int i = 0; i < N; i++) {
        size_t n = 3 * (size_t)(f.list.first[i + 1] - f.list.first[i]) * (size_t)length;

        dpdr[i] = malloc(n * sizeof(double));
        CHECK_OK(sz_descriptor_derivatives(d, &f.list, i, dpdr[i], &err), err);
    }
    for (int j = 0; j < N; j++)
        for (int x = 0; x < 3; x++) {
            f.position[3 * j + x] = positions[3 * j + x] + h;
            CHECK_OK(vectors(d, &f, plus, &err), err);
            f.position[3 * j + x] = positions[3 * j + x] - h;
            CHECK_OK(vectors(d, &f, minus, &err), err);
            f.position[3 * j + x] = positions[3 * j + x];
            CHECK_OK(sz_list_build(&f.list, &f.s, sz_descriptor_cutoff(d), &err), err);
            for (int i = 0; i < N; i++) {
                add_up(&f, i, j, x, length, dpdr[i], slope);
                for (int c = 0; c < length; c++) {
                    double got = slope[c], want = plus[i * length + c];

                    want = (want - minus[i * length + c]) / (2 * h);
                    most = fmax(most, fabs(want));
                    worst = fmax(worst, fabs(got - want));
                }
            }
        }
    CHECK_CLOSE(worst, 0.0, 1e-6 * most);
    CHECK(most > 1e-4);
    for (int i = 0; i < N; i++) free(dpdr[i]);
    sz_list_free(&f.list);
    sz_descriptor_free(d);
    return 0;
}

/* ---- labels ---------------------------------------------------------------------- */

typedef struct {
    int length;
    char label[LENGTH][60];
    double p[N * LENGTH];
} table;

static int fill(table *t, const char *keys)
{
    char text[300];
    sz_descriptor *d;
    sz_error err;
    frame f;

    snprintf(text, sizeof text, KEYS "normalise=F %s", keys);
    CHECK_OK(sz_descriptor_create(&d, text, &err), err);
    t->length = sz_descriptor_length(d);
    make_frame(&f);
    CHECK_OK(vectors(d, &f, t->p, &err), err);
    for (int k = 0; k < t->length; k++) {
        int n = sz_descriptor_label(d, k, t->label[k], 60);

        CHECK(n == (int)strlen(t->label[k]) && n > 5 && n < 60);
        for (int j = 0; j < k; j++) CHECK(strcmp(t->label[j], t->label[k]) != 0);
    }
    sz_list_free(&f.list);
    sz_descriptor_free(d);
    return 0;
}

/* the component of a pair of channels in either order, or -1 */
static int find(const table *t, int l, const char *one, const char *two)
{
    char a[140], b[140];

    snprintf(a, sizeof a, "l=%d [%s][%s]", l, one, two);
    snprintf(b, sizeof b, "l=%d [%s][%s]", l, two, one);
    for (int k = 0; k < t->length; k++)
        if (strcmp(t->label[k], a) == 0 || strcmp(t->label[k], b) == 0) return k;
    return -1;
}

/* parts of "l=2 [one][two]" */
static int split(const char *label, int *l, char *one, char *two)
{
    return sscanf(label, "l=%d [%39[^]]][%39[^]]]", l, one, two) == 3;
}

/* Each component of t is equal to that of the full spectrum with the same label. */
static int check_within(const table *t, const table *full)
{
    for (int k = 0; k < t->length - 1; k++) {
        char one[40], two[40];
        int l, at;

        CHECK(split(t->label[k], &l, one, two));
        at = find(full, l, one, two);
        CHECK(at >= 0);
        for (int i = 0; i < N && at >= 0; i++)
            CHECK_CLOSE(t->p[i * t->length + k], full->p[i * full->length + at], 1e-15);
    }
    CHECK(strcmp(t->label[t->length - 1], "covariance_sigma0") == 0);
    return 0;
}

/* nu,mu=1,1: [n Z][n'] is the sum of [n Z][n' Z'] over Z', off the diagonal 1/sqrt(2)
 * times the components of the full spectrum. */
static int check_sums(const table *t, const table *full)
{
    static const char *const z[] = {"Z=42", "Z=74"};

    for (int k = 0; k < t->length - 1; k++) {
        char one[40], two[40], other[60];
        int l;

        CHECK(split(t->label[k], &l, one, two) && strstr(one, "Z=") && !strchr(two, 'Z'));
        for (int i = 0; i < N; i++) {
            double sum = 0.0;

            for (int s = 0; s < 2; s++) {
                int at;

                snprintf(other, sizeof other, "%s %s", two, z[s]);
                at = find(full, l, one, other);
                CHECK(at >= 0);
                sum += full->p[i * full->length + at] *
                       (strcmp(one, other) == 0 ? 1.0 : sqrt(0.5));
            }
            CHECK_CLOSE(t->p[i * t->length + k], sum, 1e-14);
        }
    }
    return 0;
}

static int test_labels(void)
{
    static table full, t;
    static const char *const within[] = {
        "l_max=3 species_Z={42 74} diagonal_radial=T",
        "l_max=3 species_Z={74 42}", /* the other order */
        "l_max=2 species_Z={42 74}", "l_max=3 species_Z={42 74} coupling=F"};
    static const struct {
        const char *keys, *label;
    } first[] = {{"nu_R=0 nu_S=0", "l=0 [all][all]"},
                 {"nu_R=0", "l=0 [Z=42][Z=42]"},
                 {"nu_S=0", "l=0 [n=1][n=1]"},
                 {"compression={mu,nu^=1,1}", "l=0 [n=1][Z=42]"},
                 {"compression={nu,mu*=1,1}", "l=0 [n=1 Z=42][n*=1]"},
                 {"compression={W^T P_l}", "l=0 [n=1 Z=42][W 1]"},
                 {"compression={Q^T P_l Q}", "l=0 [Q 1][Q 1]"},
                 {"compression={nu,nu^,mu=1,1,1}", "l=0,0,0 [n=1 Z=42][Z=42][n=1]"},
                 {"compression={nu,mu^=1,2} l_min=1", "l=1,1,2 [n=1 Z=42][all][all]"},
                 {"compression={K=3} K=2 l_min=1", "l=1,1,2 [mix 1][mix 1][mix 1]"},
                 {"compression={K,K=1,1} K=2", "l=0 [mix 1][mix 1]"},
                 {"Z_mix=T K=2", "l=0 [n=1 group 1][n=1 group 1]"},
                 {"R_mix=T K=2 sym_mix=T", "l=0 [mix 1 Z=42][mix 1 Z=42]"}};

    if (fill(&full, "l_max=3 species_Z={42 74}")) return 1;
    for (size_t k = 0; k < sizeof within / sizeof *within; k++)
        if (fill(&t, within[k]) || check_within(&t, &full)) return 1;
    if (fill(&t, "l_max=3 species_Z={42 74} nu_R=2 nu_S=1") || check_sums(&t, &full))
        return 1;
    for (size_t k = 0; k < sizeof first / sizeof *first; k++) {
        char keys[200];

        snprintf(keys, sizeof keys, "l_max=3 species_Z={42 74} %s", first[k].keys);
        if (fill(&t, keys)) return 1;
        CHECK(strcmp(t.label[0], first[k].label) == 0);
        if (strcmp(t.label[0], first[k].label) != 0)
            printf("%s: %s\n", first[k].keys, t.label[0]);
    }
    return 0;
}

/* ---- models, threads, refusals --------------------------------------------------- */

static int test_model(void)
{
    static double p[N * LENGTH];
    sz_model *model;
    sz_descriptor *d;
    sz_error err;
    frame f;
    int z;

    CHECK_OK(sz_model_load(&model, model_path("hea4_nuR1_nuS1"), &err), err);
    z = sz_element_number(sz_model_symbol(model, 0));
    CHECK_FAILS(sz_descriptor_of_model(&d, model, 4, &err), SZ_ERR_ARGUMENT, "0 to 3",
                err);
    CHECK(d == NULL);
    CHECK_OK(sz_descriptor_of_model(&d, model, 0, &err), err);
    sz_model_free(model); /* a descriptor can be used after an error */
    CHECK(strstr(sz_descriptor_text(d), "nu_R=1") != NULL);
    CHECK(sz_descriptor_is_centre(d, z) + sz_descriptor_is_centre(d, 6) == 1);
    CHECK(!sz_descriptor_is_centre(d, -1) && !sz_descriptor_is_centre(d, 119));
    make_frame(&f);
    CHECK_OK(vectors(d, &f, p, &err), err);
    for (int i = 0; i < N; i++) {
        double norm2 = 0.0;

        for (int c = 0; c < sz_descriptor_length(d); c++)
            norm2 +=
                p[i * sz_descriptor_length(d) + c] * p[i * sz_descriptor_length(d) + c];
        CHECK_CLOSE(norm2, 1.0, 1e-13);
    }
    sz_list_free(&f.list);
    sz_descriptor_free(d);
    return 0;
}

typedef struct {
    const sz_descriptor *d;
    double p[N * LENGTH];
    sz_status status;
} job;

static void *work(void *context)
{
    job *j = context;
    frame f;

    make_frame(&f);
    for (int k = 0; k < 20 && j->status == SZ_OK; k++)
        j->status = vectors(j->d, &f, j->p, NULL);
    sz_list_free(&f.list);
    return NULL;
}

static int test_threads(void)
{
    static job jobs[THREADS];
    pthread_t thread[THREADS];
    sz_descriptor *d;
    sz_error err;

    CHECK_OK(sz_descriptor_create(&d, KEYS "l_max=3 species_Z={42 74}", &err), err);
    for (int k = 0; k < THREADS; k++) {
        jobs[k].d = d;
        CHECK(pthread_create(&thread[k], NULL, work, &jobs[k]) == 0);
    }
    for (int k = 0; k < THREADS; k++) CHECK(pthread_join(thread[k], NULL) == 0);
    for (int k = 0; k < THREADS; k++)
        CHECK(jobs[k].status == SZ_OK &&
              memcmp(jobs[k].p, jobs[0].p, sizeof jobs[k].p) == 0);
    CHECK(jobs[0].p[0] > 0.0);
    sz_descriptor_free(d);
    return 0;
}

static int test_refusals(void)
{
    static const struct {
        const char *text, *part;
    } bad[] = {{"distance_2b cutoff=4", "only soap"},
               {"", "only soap"},
               {"soap cutoff=4 n_max=3 l_max=2", "atom_sigma is missing"},
               {"soap cutoff=4 n_max=3 atom_sigma=0.5", "l_max is missing"},
               {"soap cutoff=4 l_max=2 atom_sigma=0.5", "n_max is missing"},
               {"soap n_max=3 l_max=2 atom_sigma=0.5", "cutoff is missing"},
               {"soap cutoff=4 n_max=-3 l_max=2 atom_sigma=0.5", "n_max is -3, allowed"},
               {KEYS "l_max=2 species_Z={42 74} compression={optimal} u_max=3", "data"},
               {"soap cutoff=4 n_max=3 l_max=2 atom_sigma=0.5 {", "{"}};
    static double p[N * LENGTH];
    sz_descriptor *d;
    sz_error err;
    frame f;

    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        CHECK_FAILS(sz_descriptor_create(&d, bad[k].text, &err), SZ_ERR_FORMAT,
                    bad[k].part, err);
        CHECK(d == NULL);
    }
    make_frame(&f);
    CHECK_OK(sz_descriptor_create(&d, KEYS "l_max=2 species_Z={42 74} average=T", &err),
             err);
    CHECK(sz_descriptor_is_average(d));
    CHECK_OK(vectors(d, &f, p, &err), err);
    CHECK(p[0] > 0.0 && p[sz_descriptor_length(d)] == 0.0);
    CHECK_FAILS(sz_descriptor_derivatives(d, &f.list, 0, p, &err), SZ_ERR_ARGUMENT,
                "average", err);
    sz_descriptor_free(d);
    CHECK_OK(sz_descriptor_create(&d, KEYS "l_max=2 species_Z={6 8}", &err), err);
    CHECK_FAILS(vectors(d, &f, p, &err), SZ_ERR_NUMERIC, "no descriptor", err);
    CHECK_FAILS(sz_descriptor_derivatives(d, &f.list, N, p, &err), SZ_ERR_ARGUMENT,
                "atom 5 of 5", err);
    f.species[2] = 119;
    CHECK_FAILS(vectors(d, &f, p, &err), SZ_ERR_ARGUMENT, "species 119", err);
    sz_list_free(&f.list);
    sz_descriptor_free(d);
    return 0;
}

int main(void)
{
    static const char *const keys[] = {"",
                                       "nu_R=1 nu_S=1",
                                       "normalise=F compression={nu,mu*=1,1}",
                                       "compression={Q^T P_l Q}",
                                       "radial_tolerance=1e-2",
                                       "compression={nu,mu^=1,2} radial_tolerance=1e-2",
                                       "compression={K,K,K=1,1,1} K=5 normalise=F",
                                       "covariance_sigma0=0.2 nu_S=0"};

    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
        if (test_derivatives(keys[k])) return 1;
    return test_labels() || test_model() || test_threads() || test_refusals() ||
           check_done();
}
