/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_compression_length.c - the length of every compression by its closed formula, the
 * paper's numbers, and the names that go with them. */
#include "descriptor/compression_spec.h"
#include "linear/vec.h"
#include "machine.h"

static const int z_of[] = {41, 74, 42, 73, 23, 8};

/* keys, followed by those of n_species elements */
static sz_status parse(sz_soap_spec *spec, int n_species, int n_max, int l_max,
                       const char *keys, int n_matrix, const double *matrix,
                       sz_error *err)
{
    char text[512], list[64] = "";

    for (int s = 0; s < n_species; s++)
        snprintf(list + strlen(list), sizeof list - strlen(list), "%d ", z_of[s]);
    snprintf(text, sizeof text,
             "soap cutoff=4 atom_sigma=0.5 n_max=%d l_max=%d n_species=%d species_Z={%s} "
             "%s",
             n_max, l_max, n_species, list, keys);
    return parse_text(spec, text, n_matrix, matrix, err);
}

/* ---- lengths ----------------------------------------------------------------------- */

/* closed formulas, without the factor (L+1) of all but the last three */
static long triangle(long k)
{
    return k * (k + 1) / 2;
}

static long top_rows(int ns, int l_max)
{
    long n = 0;

    for (int l = 0; l <= l_max; l++) {
        long r = 2 * l + 1 < ns ? 2 * l + 1 : ns;

        n += r * ns - r * (r - 1) / 2;
    }
    return n;
}

typedef struct {
    const char *keys, *label;
    long length;
} row;

enum { U_MAX = 2, K = 3, N_ROWS = 32 };

static void closed_formulas(int s, int n, int l_max, row list[N_ROWS])
{
    long l = l_max + 1, ns = n * s;
    const row rows[N_ROWS] = {
        {"", "nu=2", triangle(ns) * l},
        {"compression={nu,mu=1,1}", "nu,mu=1,1", n * n * s * l},
        {"compression={nu,mu*=1,1}", "nu,mu*=1,1", ns * l * l},
        {"compression={nu,nu^=1,1}", "nu,nu^=1,1", n * s * s * l},
        {"compression={nu,mu^=1,1}", "nu,mu^=1,1", ns * l},
        {"compression={mu=2}", "mu=2", triangle(n) * l},
        {"compression={mu,nu^=1,1}", "mu,nu^=1,1", ns * l},
        {"compression={mu,mu^=1,1}", "mu,mu^=1,1", n * l},
        {"compression={nu^=2}", "nu^=2", triangle(s) * l},
        {"compression={nu^,mu^=1,1}", "nu^,mu^=1,1", s * l},
        {"compression={mu^=2}", "mu^=2", l},
        {"compression={nu=2,d_J}", "nu=2,d_J", n * (2 * n + 1) * l},
        {"compression={nu=2,d_J} d_J=3", "nu=2,d_J", triangle(3 * n) * l},
        {"compression={nu=2,d_J} d_J=1", "nu=2,d_J", triangle(n) * l},
        {"compression=optimal u_max=2", "optimal", triangle(U_MAX) * l},
        {"compression={W^T P_l}", "W^T P_l", ns * l * l},
        {"compression={Q^T P_l Q}", "Q^T P_l Q", top_rows(n * s, l_max)},
        {"diagonal_radial", "nu=2, n=n'", n * triangle(s) * l},
        {"coupling=F", "nu=2, a=b", ns * l},
        {"coupling=F nu_S=0", "mu=2, a=b", n * l},
        {"Z_map={41,41}", "Z_map", triangle(2 * n) * l},
        {"Z_map={41:41,41,41}", "Z_map", 3 * n * n * l},
        {"Z_mix sym_mix K=3", "Z_mix", triangle(K * n) * l},
        {"Z_mix K=3", "Z_mix", K * n * K * n * l},
        {"Z_mix K=3 sym_mix coupling=F", "Z_mix", K * triangle(n) * l},
        {"Z_mix K=3 coupling=F", "Z_mix", K * n * n * l},
        {"R_mix K=3 sym_mix", "R_mix", triangle(K * s) * l},
        {"R_mix K=3 sym_mix coupling=F", "R_mix", triangle(s) * K * l},
        {"R_mix K=3 coupling=F", "R_mix", s * s * K * l},
        {"R_mix Z_mix K=3 sym_mix", "R_mix Z_mix", triangle(K) * l},
        {"R_mix Z_mix K=3", "R_mix Z_mix", K * K * l},
        {"R_mix Z_mix K=3 coupling=F", "R_mix Z_mix", K * l},
    };

    memcpy(list, rows, sizeof rows);
}

/* The rows of channels for sz_compression_create, without the functions. */
static void empty_radial(sz_radial *radial, const sz_soap_spec *spec)
{
    sz_radial_family family[SZ_FACTORS];
    int index[SZ_FACTORS], reducible;
    int n = sz_compression_families(&spec->compression, family, index, &reducible);

    memset(radial, 0, sizeof *radial);
    radial->spec = spec->radial;
    for (int k = 0; k < n; k++) {
        int most = 0;

        for (int l = 0; l <= spec->radial.l_max; l++) {
            int count = family[k].kind == SZ_RADIAL_N      ? spec->radial.n_max
                        : family[k].kind == SZ_RADIAL_SUM  ? 1
                        : family[k].kind == SZ_RADIAL_STAR ? 2 * l + 1
                                                           : family[k].n_mix;

            radial->family[k].n[l] = count;
            if (count > most) most = count;
        }
        radial->family[k].first = radial->n_lane;
        radial->n_lane += most;
    }
    radial->n_lane = SZ_PAD(radial->n_lane);
}

/* the length counted by the library and, if full, that of the evaluator */
static int length(int s, int n, int l_max, const row *want, int full)
{
    static double matrix[SZ_L_MAX * 100 * U_MAX];
    int optimal = strcmp(want->label, "optimal") == 0;
    sz_soap_spec spec;
    sz_radial radial;
    sz_compression c = {0};
    sz_error err;

    CHECK_OK(parse(&spec, s, n, l_max, want->keys,
                   optimal ? s * n * U_MAX * (l_max + 1) : 0, optimal ? matrix : NULL,
                   &err),
             err);
    CHECK(strcmp(spec.compression.label, want->label) == 0);
    c.spec = spec.compression;
    c.n_slots = s;
    c.n_max = n;
    c.l_max = l_max;
    CHECK(sz_compression_published(&c) == want->length);
    if (full) {
        empty_radial(&radial, &spec);
        CHECK_OK(
            sz_compression_create(&c, &spec.compression, &radial, spec.n_slots, 0, &err),
            err);
        CHECK(c.n_desc == want->length && sz_compression_published(&c) == want->length);
        CHECK(c.stride >= c.n_desc + SZ_LANES - 1 && c.stride % SZ_LANES == 0);
        CHECK(c.group[c.n_groups].component == c.n_desc);
        sz_compression_free(&c);
    }
    sz_soap_spec_free(&spec);
    return 0;
}

static int test_lengths(void)
{
    row list[N_ROWS];

    for (int s = 1; s <= 6; s++)
        for (int n = 2; n <= 12; n += CHECK_EVERY(5))
            for (int l_max = 0; l_max <= 10; l_max++) {
                int full = s % 3 == 1 && n % 5 == 2 && l_max % 3 == 0, shown = failures;

                closed_formulas(s, n, l_max, list);
                for (int k = 0; k < N_ROWS; k++) {
                    if (length(s, n, l_max, &list[k], full)) return 1;
                    if (failures > shown)
                        printf("above: S=%d N=%d L=%d %s\n", s, n, l_max, list[k].keys);
                    shown = failures;
                }
            }
    return 0;
}

/* ---- three factors ----------------------------------------------------------------- */

/* (l1, l2, l3) of l_min .. l_max: all, with l1 = l2, with three equal */
typedef struct {
    long all, two, three;
} triples;

static triples count_triples(int l_min, int l_max)
{
    triples n = {0, 0, 0};

    for (int a = l_min; a <= l_max; a++)
        for (int b = l_min; b <= l_max; b++)
            for (int c = l_min; c <= l_max; c++) {
                if ((a + b + c) % 2 || a + b < c || b + c < a || a + c < b) continue;
                n.all++;
                n.two += a == b;
                n.three += a == b && b == c;
            }
    return n;
}

/* Number of products that are different under exchange of equal factors, by Burnside's
 * lemma. */
static long count_products(const int power[4], const long size[4], triples n)
{
    long a = 1, b = 0;

    for (int k = 0; k < 4; k++) {
        for (int i = 0; i < power[k]; i++) a *= size[k];
        if (power[k] > 1) b = size[k];
        if (power[k] == 3)
            return (n.all * b * b * b + 3 * n.two * b * b + 2 * n.three * b) / 6;
    }
    return b ? (n.all * a + n.two * a / b) / 2 : n.all * a;
}

/* "nu,mu^=1,2" */
static void write_label(const int power[4], char label[48])
{
    static const char *const letter[] = {"nu", "nu^", "mu", "mu^"};
    const char *between = "";

    label[0] = 0;
    for (int k = 0; k < 4; k++)
        if (power[k]) {
            strcat(strcat(label, between), letter[k]);
            between = ",";
        }
    between = "=";
    for (int k = 0; k < 4; k++)
        if (power[k]) {
            strcat(label, between);
            sprintf(label + strlen(label), "%d", power[k]);
            between = ",";
        }
}

static int test_one_triple(int s, int n, int l_max, int l_min, const char *label,
                           const char *more, long want)
{
    char keys[128];
    int shown = failures;
    const row one = {keys, label, want};

    snprintf(keys, sizeof keys, "compression={%s} l_min=%d %s", label, l_min, more);
    if (length(s, n, l_max, &one, want < 20000)) return 1;
    if (failures > shown) printf("above: S=%d N=%d L=%d %s\n", s, n, l_max, keys);
    return 0;
}

static int test_triples_of(int s, int n, int l_max, int l_min)
{
    const long size[] = {(long)n * s, s, n, 1};
    triples t = count_triples(l_min, l_max);
    int labels = 0;

    for (int code = 0; code < 256; code++) {
        const int power[] = {code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6};
        char label[48];

        if (power[0] + power[1] + power[2] + power[3] != 3) continue;
        write_label(power, label);
        labels++;
        if (test_one_triple(s, n, l_max, l_min, label, "",
                            count_products(power, size, t)))
            return 1;
    }
    CHECK(labels == 20);
    /* with one map the factors have the same channels: sorted l */
    return test_one_triple(s, n, l_max, l_min, "K=3", "K=7",
                           7 * (t.all + 3 * t.two + 2 * t.three) / 6) ||
           test_one_triple(s, n, l_max, l_min, "K,K,K=1,1,1", "K=7", 7 * t.all);
}

static int test_triple_lengths(void)
{
    for (int s = 1; s <= 5; s += CHECK_EVERY(2))
        for (int n = 1; n <= 4; n++)
            for (int l_max = 0; l_max <= 4; l_max++)
                for (int l_min = 0; l_min <= l_max && l_min < 3; l_min++)
                    if ((l_min != l_max || l_min % 2 == 0) &&
                        test_triples_of(s, n, l_max, l_min))
                        return 1;
    return 0;
}

/* the numbers of docs/compressions.md: S = 4, N = 4 */
static int test_documented_lengths(void)
{
    static const struct {
        const char *label;
        long length[2]; /* L = 3, 4 */
    } list[] = {{"nu,nu^,mu=1,1,1", {5888, 10752}},
                {"nu,mu,mu^=1,1,1", {1472, 2688}},
                {"nu,nu^,mu^=1,1,1", {1472, 2688}},
                {"nu,mu^=1,2", {240, 432}}};

    for (int k = 0; k < 4; k++)
        for (int i = 0; i < 2; i++)
            if (test_one_triple(4, 4, 3 + i, 0, list[k].label, "", list[k].length[i]))
                return 1;
    return test_one_triple(4, 4, 3, 0, "K=3", "K=32", 256) ||
           test_one_triple(4, 4, 4, 0, "K=3", "K=32", 448);
}

/* Figure S2 of the paper: S = 4, N = 12, L = 9 */
static int test_paper_lengths(void)
{
    static const row paper[] = {
        {"compression={nu=2}", "nu=2", 11760},
        {"compression={nu,mu=1,1}", "nu,mu=1,1", 5760},
        {"compression={nu,mu*=1,1}", "nu,mu*=1,1", 4800},
        {"compression={nu,mu^=1,1}", "nu,mu^=1,1", 480},
        {"compression={nu=2,d_J} d_J=2", "nu=2,d_J", 3000},
        {"compression={W^T P_l}", "W^T P_l", 4800},
    };

    for (int k = 0; k < 6; k++)
        if (length(4, 12, 9, &paper[k], 1)) return 1;
    return 0;
}

/* ---- too long ---------------------------------------------------------------------- */

/* Vectors too long for any memory are refused at once with a message, with all elements.
 */
static int test_too_long(void)
{
    static const struct {
        const char *keys, *says;
    } bad[] = {
        {"n_max=40 l_max=12 compression={K=3} K=10000", "613600000 numbers"},
        {"n_max=40 l_max=20 compression={K,K=1,1} K=10000", "1982400000 numbers"},
        {"n_max=12 l_max=2 compression={nu=3}", "components"},
        /* short in the kernel; the published vector is as long as the one above */
        {"n_max=12 l_max=2 compression={nu=3} radial_tolerance=0.5", "components"},
    };
    char text[1024], all[512] = "";

    for (int z = 1; z <= SZ_Z_MAX; z++)
        snprintf(all + strlen(all), sizeof all - strlen(all), "%d ", z);
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        sz_soap_spec spec = {0};
        sz_soap *soap = NULL;
        sz_error err;
        sz_status status;

        snprintf(text, sizeof text,
                 "soap cutoff=4 atom_sigma=2 n_species=%d species_Z={%s} %s", SZ_Z_MAX,
                 all, bad[k].keys);
        status = parse_text(&spec, text, 0, NULL, &err);
        if (status == SZ_OK) status = sz_soap_create(&soap, &spec, 0, &err);
        CHECK(status == SZ_ERR_FORMAT && !soap);
        CHECK(strstr(err.message, bad[k].says) != NULL);
        sz_soap_spec_free(&spec);
    }
    return 0;
}

/* ---- names ------------------------------------------------------------------------- */

/* every name in the list of the command is accepted, and its keys are equivalent */
static int test_names(void)
{
    static double matrix[4 * 6 * 2];
    sz_error err;

    CHECK(sz_n_compression_names == 39);
    for (int k = 0; k < sz_n_compression_names; k++) {
        const sz_compression_name *name = &sz_compression_names[k];
        int optimal = strcmp(name->label, "optimal") == 0;
        sz_soap_spec by_label, by_keys;
        char text[128];

        snprintf(text, sizeof text, "compression={ %s } u_max=2 K=3", name->label);
        CHECK_OK(
            parse(&by_label, 2, 3, 3, text, optimal ? 48 : 0, optimal ? matrix : 0, &err),
            err);
        CHECK(strcmp(by_label.compression.label, name->label) == 0);
        CHECK(name->length[0] && (name->inversion || name->invertible != SZ_DEPENDS));
        CHECK((name->lossy == SZ_NO) == (strcmp(name->loss, "nothing") == 0));
        if (name->keys) {
            CHECK_OK(parse(&by_keys, 2, 3, 3, name->keys, 0, NULL, &err), err);
            CHECK(sz_compression_spec_equal(&by_label.compression, &by_keys.compression,
                                            2, 3, 3));
            sz_soap_spec_free(&by_keys);
        }
        sz_soap_spec_free(&by_label);
    }
    return 0;
}

int main(void)
{
    if (test_lengths() || test_paper_lengths() || test_names()) return 1;
    if (test_triple_lengths() || test_documented_lengths() || test_too_long()) return 1;
    return check_done();
}
