/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_compression_spec.c - the keys that choose a compression: groups of elements,
 * embeddings, mixing weights; keys that exclude each other are refused by name. */
#include "descriptor/compression_spec.h"
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

/* different specs are not equal, a copy is equal */
static int test_equality(void)
{
    static const char *const keys[] = {
        "",
        "nu_S=1",
        "nu_R=1",
        "Z_map={41, 74}",
        "Z_map={41, 74 41}",
        "Z_map={41:41}",
        "Z_mix K=1",
        "Z_mix K=2",
        "Z_mix K=1 mix_shift=1",
        "R_mix K=2",
        "R_mix K=2 coupling=F",
        "R_mix K=2 sym_mix",
        "R_mix Z_mix K=2",
        "R_mix Z_mix K=2 mix_shift=1",
        "diagonal_radial",
        "compression={W^T P_l}",
        "compression={W^T P_l} compression_seed=2",
        "compression={nu=2,d_J}",
        "compression={nu=2,d_J} embedding={1 1 1 3}",
        "compression={nu,mu*=1,1}",
        "compression={nu,mu^=1,2}",
        "compression={nu,mu^=1,2} l_min=1",
        "compression={nu,mu^=2,1}",
        "compression={mu=3}",
        "compression={K=3} K=2",
        "compression={K=3} K=2 l_min=1",
        "compression={K=3} K=3",
        "compression={K=3} K=2 compression_seed=3",
        "compression={K,K,K=1,1,1} K=2",
        "compression={K=2} K=2",
        "compression={K,K=1,1} K=2",
    };
    enum { N = sizeof keys / sizeof *keys };
    sz_soap_spec spec[N];
    sz_error err;

    for (int k = 0; k < N; k++)
        CHECK_OK(parse(&spec[k], 2, 3, 2, keys[k], 0, NULL, &err), err);
    for (int i = 0; i < N; i++)
        for (int k = 0; k < N; k++) {
            sz_compression_spec copy;

            CHECK_OK(sz_compression_spec_copy(&copy, &spec[i].compression, 2, 3, 2, &err),
                     err);
            CHECK(sz_compression_spec_equal(&copy, &spec[k].compression, 2, 3, 2) ==
                  (i == k));
            CHECK(sz_soap_spec_equal(&spec[i], &spec[k]) == (i == k));
            sz_compression_spec_free(&copy);
        }
    for (int k = 0; k < N; k++) sz_soap_spec_free(&spec[k]);
    return 0;
}

/* ---- weights ----------------------------------------------------------------------- */

/* groups of Z_map={...} for species 41 74 42; blanks do not matter */
static int test_groups(const char *text, int n1, const double *w1, int n2,
                       const double *w2)
{
    static const int slots[] = {41, 74, 42};
    sz_compression_spec spec;
    sz_error err;

    CHECK_OK(sz_compress_z_map(&spec, text, 3, slots, 0, &err), err);
    CHECK(spec.y[0].n_groups == n1 && sz_alike(&spec, 0, 1) == (n2 == 0));
    CHECK(memcmp(spec.y[0].weight, w1, 3 * n1 * sizeof *w1) == 0);
    if (n2 > 0) CHECK(spec.y[1].n_groups == n2);
    if (n2 > 0) CHECK(memcmp(spec.y[1].weight, w2, 3 * n2 * sizeof *w2) == 0);
    sz_compression_spec_free(&spec);
    return 0;
}

static int test_z_map(void)
{
    const double whole[] = {1, 1, 1}, two[] = {1, 0, 0, 1, 0, 1},
                 empty[] = {1, 0, 0, 0, 0, 1, 0, 0, 0};

    return test_groups("41 74 42", 1, whole, 0, NULL) ||
           test_groups("  42   74\t41 ", 1, whole, 0, NULL) ||
           test_groups("41, 74 42", 2, two, 0, NULL) ||
           test_groups("41,74 42", 2, two, 0, NULL) ||
           test_groups("41 , 74 42:41 74 42", 2, two, 1, whole) ||
           test_groups("41 74 42 : 41 ,42 74 ", 1, whole, 2, two) ||
           test_groups("41,,74", 3, empty, 0, NULL) ||
           test_groups("41, ,74 :41,42 74", 3, empty, 2, two) ||
           test_groups("41,74 42,", 3, (double[]){1, 0, 0, 0, 1, 0, 0, 1, 0}, 0, NULL);
}

/* the paper's: S is in period 3 and group 16 */
static int test_embeddings(void)
{
    static const int z[] = {16, 1, 2, 10, 5, 57, 71, 72, 92, 118, 26, 87};
    static const int period[] = {3, 1, 1, 2, 2, 6, 6, 6, 7, 7, 4, 7};
    static const int group[] = {16, 1, 18, 18, 13, 3, 3, 4, 3, 18, 8, 1};
    static const int rank[] = {5, 1, 2, 4, 3, 7, 8, 9, 11, 12, 6, 10};
    double u[36];
    sz_error err;

    CHECK_OK(sz_embedding_paper(12, z, 1, u, &err), err);
    for (int s = 0; s < 12; s++) CHECK(u[s] == 1.0);
    CHECK_OK(sz_embedding_paper(12, z, 2, u, &err), err);
    for (int s = 0; s < 12; s++) CHECK(u[2 * s] == 1.0 && u[2 * s + 1] == rank[s]);
    CHECK_OK(sz_embedding_paper(12, z, 3, u, &err), err);
    for (int s = 0; s < 12; s++)
        CHECK(u[3 * s] == 1.0 && u[3 * s + 1] == period[s] && u[3 * s + 2] == group[s]);
    CHECK_FAILS(sz_embedding_paper(12, z, 4, u, &err), SZ_ERR_FORMAT, "not 4", err);
    CHECK_FAILS(sz_embedding_paper(1, (int[]){0}, 2, u, &err), SZ_ERR_FORMAT, "species_Z",
                err);
    return 0;
}

/* W1 of species_Z={8 1}, n_max=3, K=2: the numbers of QUIP, the same for every l */
static int test_mixing(void)
{
    static const double want[] = {
        1.1429872136736565,  0.23773999110387184,   -0.9108793045219751,
        1.3441346419324234,  -0.8529419104286576,   -0.8238030736185749,
        0.48408515256037105, -1.3476403382914108,   -0.32682571693660295,
        -0.3800858755793574, -0.034502971052029936, 0.5604937563384736,
    };
    static const int slots[] = {8, 1};
    sz_mix_keys keys = {1, 1, 0, 1, 2, 0};
    sz_compression_spec spec, only_z;
    sz_error err;

    CHECK_OK(sz_compress_mix(&spec, &keys, 2, slots, 3, 2, &err), err);
    for (int l = 0; l <= 2; l++)
        for (int k = 0; k < 12; k++)
            CHECK_CLOSE(spec.y[0].matrix[12 * l + k], want[k], 4e-16);
    CHECK(spec.y[1].matrix[0] != spec.y[0].matrix[0]);
    keys.r_mix = 0;
    CHECK_OK(sz_compress_mix(&only_z, &keys, 2, slots, 3, 2, &err), err);
    for (int k = 0; k < 2; k++) {
        CHECK_CLOSE(only_z.y[0].weight[k], want[k], 4e-16);
        CHECK_CLOSE(only_z.y[0].weight[2 + k], want[6 + k], 4e-16);
        CHECK(only_z.y[1].weight[k] == spec.y[1].matrix[k]);
    }
    sz_compression_spec_free(&only_z);
    sz_compression_spec_free(&spec);
    return 0;
}

/* ---- what is refused --------------------------------------------------------------- */

static void test_refused(void)
{
    static const struct {
        const char *keys, *a, *b;
    } bad[] = {
        {"Z_mix K=2 Z_map={41}", "Z_mix", "Z_map"},
        {"R_mix K=2 Z_map={41}", "R_mix", "Z_map"},
        {"Z_mix K=2 nu_R=1", "Z_mix", "nu_R"},
        {"R_mix K=2 nu_S=1", "R_mix", "nu_S"},
        {"Z_map={41} nu_R=1", "Z_map", "nu_R"},
        {"Z_map={41} nu_S=0", "Z_map", "nu_S"},
        {"diagonal_radial Z_map={41}", "diagonal_radial", "Z_map"},
        {"diagonal_radial Z_mix K=1", "diagonal_radial", "Z_mix"},
        {"diagonal_radial R_mix K=1", "diagonal_radial", "R_mix"},
        {"diagonal_radial nu_R=0", "diagonal_radial", "nu_R"},
        {"diagonal_radial nu_S=1", "diagonal_radial", "nu_S"},
        {"diagonal_radial coupling=F", "diagonal_radial", "coupling"},
        {"compression={mu=2} Z_mix K=1", "compression", "Z_mix"},
        {"compression={mu=2} Z_map={41}", "compression", "Z_map"},
        {"compression={mu=2} nu_S=0", "compression", "nu_S"},
        {"compression={mu=2} nu_R=1", "compression", "nu_R"},
        {"compression={mu=2} diagonal_radial", "compression", "diagonal_radial"},
        {"compression={mu=2} coupling=F", "compression", "coupling"},
        {"sym_mix", "sym_mix", "Z_mix"},
        {"sym_mix Z_map={41}", "sym_mix", "Z_mix"},
        {"coupling=F nu_R=1", "coupling=F", "nu_R=1"},
        {"coupling=F nu_S=1", "coupling=F", "nu_S=1"},
        {"coupling=F Z_map={41:41,74}", "coupling=F", "Z_map"},
        {"Z_map={41, 79}", "Z_map", "\"79\""},
        {"Z_map={41:79}", "Z_map", "79"},
        {"Z_map={Nb}", "Z_map", "\"Nb\""},
        {"Z_map={41x, 74}", "Z_map", "\"41x\""},
        {"Z_map={-41}", "Z_map", "-41"},
        {"Z_map={41:74:41}", "Z_map", "two densities"},
        {"Z_mix", "K", "0"},
        {"R_mix K=-1", "K", "-1"},
        {"Z_mix K=1 mix_shift=-300", "mix_shift", "seed -59"},
        {"Z_mix K=1 mix_shift=-241", "mix_shift", "seed 0"},
        {"R_mix K=1 mix_shift=-203", "mix_shift", "seed 0"},
        {"Z_mix K=1 mix_shift=2147483640", "mix_shift", "2147483640"},
        {"Z_mix K=100001", "K", "100001"},
        {"nu_R=3", "nu_R", "3"},
        {"nu_S=-1", "nu_S", "-1"},
        {"compression={nu=4}", "compression", "nu=4"},
        {"compression={nu=1}", "compression", "nu=1"},
        {"compression={nu,mu=1,3}", "compression", "nu,mu=1,3"},
        {"compression={nu,nu=1,2}", "compression", "nu,nu=1,2"},
        {"compression={nu,mu=3}", "compression", "nu,mu=3"},
        {"compression={nu=3} l_min=3", "l_min", "0 to l_max, 2"},
        {"compression={nu=3} l_min=-1", "l_min", "-1"},
        {"compression={nu=3} l_max=3 l_min=3", "l_min=3", "no product"},
        {"compression={K=3} K=2 l_max=1 l_min=1", "l_min=1", "no product"},
        {"compression={mu=3} l_max=13", "l_max", "0 to 12"},
        {"compression={K,K=2,1} K=3", "compression", "K,K=2,1"},
        {"compression={K=4} K=3", "compression", "K=4"},
        {"compression={nu,mu=1,1,1}", "compression", "nu,mu=1,1,1"},
        {"compression={nu,mu^=1,2} nu_R=1", "compression", "nu_R"},
        {"compression={K=3} K=10001", "K", "10001"},
        {"compression={mu=2} l_min=1", "l_min", "three factors"},
        {"compression={nu,mu=3} l_min=1", "nu,mu=3", "unknown"},
        {"l_min=1", "l_min", "compression"},
        {"compression={K=3}", "K", "1 to 10000"},
        {"compression={K=2} K=-1", "K", "-1"},
        {"compression={K=3} K=2 compression_seed=0", "compression_seed", "0"},
        {"compression={NU=2}", "compression", "NU=2"},
        {"compression={nu,mu}", "compression", "nu,mu"},
        {"compression={nu=2,d_J} d_J=4", "d_J", "4"},
        {"compression={nu=2,d_J} d_J=-1", "d_J", "-1"},
        {"compression={nu=2,d_J} embedding={1 2 3}", "embedding", "4 numbers"},
        {"compression={nu=2,d_J} embedding={1 2 3 4 5}", "embedding", "4 numbers"},
        {"compression={nu=2,d_J} embedding={1 2 3 x}", "embedding", "4 numbers"},
        {"compression={nu=2,d_J} embedding={1 2 3 1e999}", "embedding", "4 numbers"},
        {"compression=optimal", "u_max", "0"},
        {"compression=optimal u_max=7", "u_max", "1 to 6"},
        {"compression=optimal u_max=2", "optimal", "data"},
        {"compression={W^T P_l} compression_seed=0", "compression_seed", "0"},
        {"compression={W^T P_l} compression_seed=-5", "compression_seed", "-5"},
        {"coupling=maybe", "coupling", "maybe"},
        {"K=x", "K", "x"},
        {"radial_basis=gto", "radial_basis", "gto"},
    };

    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        sz_soap_spec spec;
        sz_error err;
        int shown = failures;

        CHECK_FAILS(parse(&spec, 2, 3, 2, bad[k].keys, 0, NULL, &err), SZ_ERR_FORMAT,
                    bad[k].a, err);
        CHECK(strstr(err.message, bad[k].b) != NULL);
        CHECK(strncmp(err.message, "there: ", 7) == 0);
        CHECK(strlen(err.message) < sizeof err.message - 1);
        if (failures > shown) printf("above: %s: %s\n", bad[k].keys, err.message);
    }
}

/* the numbers of the matrices are counted */
static void test_matrix_size(void)
{
    static double matrix[200];
    sz_soap_spec spec;
    sz_error err;

    CHECK(sz_matrix_numbers(SZ_MATRIX_W, 2, 3, 2, 0) == 6 * 9);
    CHECK(sz_matrix_numbers(SZ_MATRIX_Q, 2, 3, 2, 0) == 6 * 6 * 3);
    CHECK(sz_matrix_numbers(SZ_MATRIX_OPTIMAL, 2, 3, 2, 4) == 6 * 4 * 3);
    CHECK(sz_matrix_numbers(SZ_MATRIX_Q, 118, 40, 20, 0) == 467846400u);
    CHECK(sz_matrix_numbers(SZ_MATRIX_Q, 1000, 1000, 20, 0) == 0);
    CHECK_FAILS(parse(&spec, 2, 3, 2, "compression={W^T P_l}", 53, matrix, &err),
                SZ_ERR_FORMAT, "54 numbers, not 53", err);
    CHECK_FAILS(parse(&spec, 2, 3, 2, "compression=optimal u_max=4", 73, matrix, &err),
                SZ_ERR_FORMAT, "72 numbers, not 73", err);
    CHECK_FAILS(parse(&spec, 2, 3, 2, "compression={K=3} K=5", 91, matrix, &err),
                SZ_ERR_FORMAT, "90 numbers, not 91", err);
    CHECK_FAILS(parse(&spec, 2, 3, 2, "compression={K,K=1,1} K=5", 90, matrix, &err),
                SZ_ERR_FORMAT, "180 numbers, not 90", err);
    CHECK_FAILS(parse(&spec, 2, 3, 2, "compression={nu,mu^=1,2}", 5, matrix, &err),
                SZ_ERR_FORMAT, "no matrices, but 5 numbers", err);
    CHECK_FAILS(parse(&spec, 2, 3, 2, "Z_map={41, 74}", 4, matrix, &err), SZ_ERR_FORMAT,
                "no matrices, but 4 numbers", err);
    sz_soap_spec_free(&spec);
    CHECK_FAILS(parse(&spec, 1, 3, 2, "species_Z={0} Z_map={0 1}", 0, NULL, &err),
                SZ_ERR_FORMAT, "Z_map", err);
}

/* Lengths beyond the range of int are refused when the descriptor is created. */
static void test_too_long(void)
{
    static const char *const keys[] = {
        "Z_mix K=100000", "R_mix Z_mix K=60000", "R_mix K=70000",
        "R_mix Z_mix sym_mix K=100000",
        "compression={nu=3} n_max=16 l_max=12 n_species=20 "
        "species_Z={1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 "
        "19 20}"};

    for (int k = 0; k < 5; k++) {
        sz_soap_spec spec;
        sz_soap *soap;
        sz_error err = {SZ_OK, ""};

        CHECK(parse(&spec, 1, 2, 0, keys[k], 0, NULL, &err) == SZ_OK);
        CHECK_FAILS(sz_soap_create(&soap, &spec, 1, &err), SZ_ERR_FORMAT, "components",
                    err);
        CHECK(soap == NULL);
        sz_soap_spec_free(&spec);
    }
}

int main(void)
{
    if (test_equality() || test_z_map() || test_embeddings() || test_mixing()) return 1;
    test_refused();
    test_matrix_size();
    test_too_long();
    return check_done();
}
