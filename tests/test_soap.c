/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_soap.c - descriptor vectors: QUIP's numbers for every compression; symmetries;
 * smoothness at the cutoff; slopes; nothing changes when the channels are reduced. */
#include "descriptor/compression_spec.h"
#include "machine.h"

enum { N_DESC = 4000 };

static const sz_soap_spec water = {.radial = {.cutoff = 3.0,
                                              .cutoff_width = 0.5,
                                              .n_max = 3,
                                              .l_max = 2,
                                              .atom_sigma = 0.5,
                                              .basis_error_exponent = 10.0,
                                              .decay_scale = 1.0,
                                              .decay_rate = 1.0},
                                   .central_weight = 1.0,
                                   .sigma0 = 0.25,
                                   .n_slots = 2,
                                   .slot_z = {8, 1},
                                   .normalise = 1};

/* ---- the published numbers -------------------------------------------------------- */

typedef struct {
    const char *keys;
    int d;
    double norm, head[3], tail[2], sum;
} row;

/* d, norm before normalisation, the first three and last two components, their sum */
static const row golden[] = {
    {"nu_R=2 nu_S=2",
     64,
     5.196548802315016e-03,
     {8.582733126895e-01, 4.463611004742e-05, 4.610060422653e-05},
     {9.953424238937e-11, 6.071184125230e-11},
     2.019465555267529},
    {"nu_R=2 nu_S=1",
     55,
     6.501299169862111e-03,
     {9.029120797651e-01, 3.531514110881e-05, 3.297866773299e-05},
     {6.919817011092e-11, -4.996215618150e-11},
     1.903875080475613},
    {"nu_R=2 nu_S=0",
     19,
     8.142921534895788e-03,
     {9.487905721942e-01, 2.868182610377e-05, 2.371368591280e-05},
     {3.305901361139e-10, 1.142693053315e-10},
     1.392024113316664},
    {"nu_R=1 nu_S=2",
     37,
     6.224062177452560e-03,
     {8.835158212069e-01, 1.535524210343e-03, 1.585917526279e-03},
     {-3.784077432936e-07, -2.308141469809e-07},
     1.988678957137813},
    {"nu_R=1 nu_S=1",
     19,
     7.778067200973816e-03,
     {9.268799956585e-01, 1.216240029502e-03, 1.135801044808e-03},
     {-1.897249377088e-07, 1.021135686538e-06},
     1.591354402115165},
    {"nu_R=1 nu_S=0",
     10,
     9.745367940085951e-03,
     {9.736479533162e-01, 9.874542495009e-04, 8.164344140486e-04},
     {-3.214419265068e-06, -1.735000671021e-06},
     1.270107147961424},
    {"nu_R=0 nu_S=2",
     10,
     7.457704342236492e-03,
     {9.091399159372e-01, 5.280252244518e-02, 5.453587085476e-02},
     {1.438053976073e-03, 8.771606011776e-04},
     1.497750313442857},
    {"nu_R=0 nu_S=1",
     7,
     9.324111682121933e-03,
     {9.533126762201e-01, 4.180351093915e-02, 3.903906265008e-02},
     {7.206675972836e-04, -3.878784121778e-03},
     1.327489620694936},
    {"nu_R=0 nu_S=0",
     4,
     1.166467426139684e-02,
     {9.990268622542e-01, 3.399153555247e-02, 2.810523092422e-02},
     {3.399153555247e-02, 2.810523092422e-02},
     1.061123628730893},
    {"diagonal_radial=T",
     28,
     4.942685733435199e-03,
     {9.023553985933e-01, 4.692868143282e-05, 4.846839402692e-05},
     {1.046464565973e-10, 6.383008407995e-11},
     1.613978675006944},
    {"coupling=F",
     19,
     4.521125518862199e-03,
     {9.864931058666e-01, 5.130442037922e-05, 5.298769934166e-05},
     {1.144039345778e-10, 6.978174895382e-11},
     1.315446102395625},
    {"R_mix Z_mix sym_mix K=2 coupling=T",
     10,
     5.267940209993238e-03,
     {9.545724589446e-01, 5.520934219009e-02, 5.306692863923e-02},
     {1.308844489680e-01, 1.428267824045e-01},
     1.228600962791065},
    {"R_mix Z_mix sym_mix K=2 coupling=F",
     7,
     5.147164538314062e-03,
     {9.769710298544e-01, 5.650480211493e-02, 5.431211788909e-02},
     {1.339555878676e-01, 1.461781422552e-01},
     1.376457441196098},
    {"R_mix Z_mix K=2 coupling=T",
     13,
     7.960434996640384e-03,
     {-4.299310329482e-02, -3.220488323296e-02, -2.936903240579e-02},
     {-1.537229959752e-01, -1.681708789328e-01},
     -1.175880519513846},
    {"R_mix Z_mix K=2 coupling=F",
     7,
     2.007903423099719e-03,
     {-1.704483393698e-01, -1.276778935685e-01, -1.164350190805e-01},
     {-6.094426170460e-01, -6.667219820792e-01},
     -2.044491452315483},
    {"Z_mix sym_mix K=2 coupling=T",
     64,
     8.086458298388419e-03,
     {9.264297297437e-01, 3.733386676600e-05, 3.537177306443e-05},
     {1.376447659054e-10, 1.348442832143e-10},
     1.207454020004337},
    {"Z_mix sym_mix K=2 coupling=F",
     37,
     7.920607652854744e-03,
     {9.458283637190e-01, 3.811560551318e-05, 3.611242727349e-05},
     {1.405269277647e-10, 1.376678053982e-10},
     1.468072868374647},
    {"Z_mix K=2 coupling=T",
     109,
     7.056100394524627e-03,
     {-2.449304915784e-01, -3.459507192216e-06, -8.951452613485e-07},
     {6.801606886785e-11, -2.346741942628e-11},
     -1.597894552167081},
    {"Z_mix K=2 coupling=F",
     55,
     2.060934601645041e-03,
     {-8.385778650512e-01, -1.184444671091e-05, -3.064742969872e-06},
     {2.328692089450e-10, -8.034629887821e-11},
     -0.6905854257918433},
    {"R_mix sym_mix K=2 coupling=T",
     31,
     4.371678280404087e-03,
     {4.181163438019e-01, 1.799809149672e-04, 1.859056186550e-04},
     {2.557739874939e-04, 1.560128250402e-04},
     0.3112152658577761},
    {"R_mix sym_mix K=2 coupling=F",
     19,
     3.101453918140996e-03,
     {5.893591157970e-01, 2.536934862218e-04, 2.620446979803e-04},
     {3.605281959145e-04, 2.199090802876e-04},
     2.005542525887883},
    {"R_mix K=2 coupling=T",
     49,
     5.995806101791842e-03,
     {-6.124936373259e-01, -1.555821512495e-03, -1.606945606340e-03},
     {-5.924531342267e-04, -3.613748539725e-04},
     0.0810002123345687},
    {"R_mix K=2 coupling=F",
     25,
     4.072507557252893e-03,
     {-9.017523077267e-01, -2.290579940435e-03, -2.365848101271e-03},
     {-8.722473972812e-04, -5.320391734138e-04},
     -1.421304458218553},
};

/* water with a second O, vectors of the first; out [want->d] */
static int golden_vector(const row *want, int normalise, double *out)
{
    cluster c = {.n_atoms = 4,
                 .species = {0, 1, 1, 0},
                 .position = {0, 0, 0, 0.96, 0, 0, -0.24, 0.93, 0, 0.3, -0.4, 2.1}};
    static double p[4 * N_DESC];
    char text[512];
    sz_error err;
    machine m;

    snprintf(text, sizeof text,
             "soap cutoff=3 cutoff_transition_width=0.5 atom_sigma=0.5 n_max=3 l_max=2 "
             "n_species=2 species_Z={8 1} Z=8 covariance_sigma0=0.25 normalise=%c %s",
             normalise ? 'T' : 'F', want->keys);
    CHECK_OK(start_text(&m, text, 0, NULL, 0, (int[]){8, 1, 0}, &err), err);
    CHECK_OK(find_neighbours(&c, 3.0, &err), err);
    CHECK(m.d->n_published == want->d);
    vectors(&m, &c, p);
    CHECK_OK(sz_describer_publish(m.d, p, out, &err), err);
    sz_list_free(&c.list);
    stop(&m);
    return 0;
}

static int test_golden(const row *want)
{
    static double out[N_DESC], raw[N_DESC];
    int n = want->d - 1, shown = failures;
    double sum = 0.0;

    if (golden_vector(want, 1, out) || golden_vector(want, 0, raw)) return 1;
    for (int k = 0; k < 3; k++)
        CHECK_CLOSE(out[k], want->head[k], 1e-12 * fabs(want->head[k]) + 1e-17);
    for (int k = 0; k < 2; k++)
        CHECK_CLOSE(out[n - 2 + k], want->tail[k], 1e-12 * fabs(want->tail[k]) + 1e-17);
    for (int k = 0; k < n; k++) {
        sum += out[k];
        CHECK_CLOSE(out[k], raw[k] / want->norm, 1e-14);
    }
    CHECK_CLOSE(sum, want->sum, 1e-14);
    CHECK(out[n] == 0.25 && raw[n] == 0.25);
    if (failures > shown) printf("above: %s\n", want->keys);
    return 0;
}

static int test_one(const sz_soap_spec *spec, int reduce, const int *z)
{
    cluster c = {0};
    sz_error err;
    machine m;

    CHECK_OK(start(&m, spec, reduce, z, &err), err);
    random_cluster(&c, 14, 3, 3.2, 0.9);
    CHECK_OK(find_neighbours(&c, spec->radial.cutoff + 0.2, &err), err);
    CHECK(c.list.n_pairs > 14 * SZ_LANES); /* more than one batch per atom */
    check_slopes(&m, &c);
    check_symmetries(&m, &c);
    check_entering(&m, &c);
    sz_list_free(&c.list);
    stop(&m);
    return 0;
}

/* ---- the rest --------------------------------------------------------------------- */

/* kernels p . p' are the same with and without the reduction, and an imported published
 * vector is equal to the vector of the reduced descriptor */
static int test_reduction(int nu_R, int nu_S)
{
    enum { N = 6 };
    static double full[N * N_DESC], reduced[N * N_DESC], published[N_DESC], in[N_DESC];
    sz_soap_spec spec = water;
    cluster c = {0};
    machine a, b;
    sz_error err;

    spec.radial.cutoff = 5.0;
    spec.radial.cutoff_width = 1.0;
    spec.radial.n_max = 8;
    spec.radial.l_max = 6;
    CHECK_OK(sz_compress_nu(&spec.compression, nu_R, nu_S, 0, &err), err);
    CHECK_OK(start(&a, &spec, 0, (int[]){8, 1, 0}, &err), err);
    CHECK_OK(start(&b, &spec, 1, (int[]){8, 1, 0}, &err), err);
    CHECK(b.n_desc < a.n_desc || nu_R == 0);
    random_cluster(&c, N, 2, 5.0, 1.5);
    CHECK_OK(find_neighbours(&c, 5.0, &err), err);
    vectors(&a, &c, full);
    vectors(&b, &c, reduced);
    for (int i = 0; i < N; i++) {
        for (int j = 0; j <= i; j++)
            CHECK_CLOSE(dot(reduced + i * b.stride, reduced + j * b.stride, b.n_desc),
                        dot(full + i * a.stride, full + j * a.stride, a.n_desc), 1e-14);
        CHECK_OK(sz_describer_publish(a.d, full + i * a.stride, published, &err), err);
        CHECK_OK(sz_describer_import(b.d, 1, published, in, &err), err);
        CHECK_CLOSE(distance(in, reduced + i * b.stride, b.n_desc), 0.0, 1e-14);
        CHECK_OK(sz_describer_publish(b.d, reduced + i * b.stride, in, &err), err);
        /* the neglected part enters once here, and twice in kernels */
        CHECK_CLOSE(distance(in, published, b.d->n_published), 0.0, 1e-7);
    }
    sz_list_free(&c.list);
    stop(&a);
    stop(&b);
    return 0;
}

/* radial_tolerance: fewer components the larger it is, the leading channels of the exact
 * reduction, kernels that change with it; a published vector keeps its length and comes
 * back as it was. */
static int test_tolerance(int nu_R, int nu_S)
{
    enum { N = 6 };
    static const double tolerance[] = {0.0, 1e-4, 1e-2, 0.2};
    static double p[N * N_DESC], exact[N * N], published[N_DESC], in[N_DESC];
    double worst[4] = {0};
    int n_desc[4];
    sz_soap_spec spec = water;
    cluster c = {0};
    machine m;
    sz_error err;

    spec.radial.n_max = 7;
    spec.radial.l_max = 4;
    CHECK_OK(sz_compress_nu(&spec.compression, nu_R, nu_S, 0, &err), err);
    random_cluster(&c, N, 2, 3.0, 1.0);
    CHECK_OK(find_neighbours(&c, 5.0, &err), err);
    for (int t = 0; t < 4; t++) {
        spec.radial.tolerance = tolerance[t];
        CHECK_OK(start(&m, &spec, t == 0, (int[]){8, 1, 0}, &err), err);
        CHECK(m.d->reduce == 1);
        n_desc[t] = m.n_desc;
        vectors(&m, &c, p);
        for (int i = 0; i < N; i++) {
            const double *pi = p + i * m.stride;

            CHECK_CLOSE(dot(pi, pi, m.n_desc), 1.0, 1e-14);
            for (int j = 0; j < N; j++) {
                double k = dot(pi, p + j * m.stride, m.n_desc);

                if (t == 0) exact[i * N + j] = k;
                worst[t] = fmax(worst[t], fabs(k - exact[i * N + j]));
            }
            CHECK_OK(sz_describer_publish(m.d, pi, published, &err), err);
            CHECK_OK(sz_describer_import(m.d, 1, published, in, &err), err);
            CHECK_CLOSE(distance(in, pi, m.n_desc), 0.0, 1e-14);
            CHECK_CLOSE(sz_describer_lost(m.d, published, in), 0.0, 1e-14);
        }
        stop(&m);
        if (t == 0) continue;
        CHECK(n_desc[t] < n_desc[t - 1] && worst[t] > worst[t - 1]);
        CHECK(worst[t] < 10.0 * tolerance[t]);
    }
    printf("nu_R=%d nu_S=%d: %d, %d, %d, %d components; kernels change by %.1e, %.1e, "
           "%.1e\n",
           nu_R, nu_S, n_desc[0], n_desc[1], n_desc[2], n_desc[3], worst[1], worst[2],
           worst[3]);
    sz_list_free(&c.list);
    return 0;
}

static int test_tolerance_refused(void)
{
    static const char *const keys[] = {"nu_R=0", "coupling=F", "diagonal_radial=T",
                                       "R_mix=T K=3", "compression={W^T P_l}"};
    sz_soap_spec spec;
    sz_error err;
    char text[200];

    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        snprintf(text, sizeof text,
                 "soap cutoff=4 n_max=4 l_max=2 atom_sigma=0.5 radial_tolerance=1e-3 %s",
                 keys[k]);
        CHECK_FAILS(parse_text(&spec, text, 0, NULL, &err), SZ_ERR_FORMAT,
                    "radial_tolerance", err);
        sz_soap_spec_free(&spec);
    }
    CHECK_FAILS(parse_text(&spec,
                           "soap cutoff=4 n_max=4 l_max=2 atom_sigma=0.5 "
                           "radial_tolerance=nan",
                           0, NULL, &err),
                SZ_ERR_FORMAT, "radial_tolerance", err);
    return 0;
}

/* no neighbour: the Gaussian of the atom itself, or zero; never NaN */
static int test_isolated(double central_weight)
{
    cluster c = {.n_atoms = 1};
    double p[200], dedp[200], dedr[3] = {0};
    sz_soap_spec spec = water;
    machine m;
    sz_error err;
    int atom = 0;

    spec.central_weight = central_weight;
    CHECK_OK(sz_compress_nu(&spec.compression, 2, 2, 0, &err), err);
    CHECK_OK(start(&m, &spec, 0, (int[]){8, 1, 0}, &err), err);
    CHECK_OK(find_neighbours(&c, 3.0, &err), err);
    CHECK(c.list.n_pairs == 0 && m.stride <= 200);
    vectors(&m, &c, p);
    CHECK_CLOSE(dot(p, p, m.n_desc), central_weight > 0.0, 1e-15);
    fill_random(dedp, 200);
    vectors_adjoint(&m, &c.list.nb, 1, &atom, p, dedp, dedr);
    sz_list_free(&c.list);
    stop(&m);
    return 0;
}

/* atoms of an element without a slot have no effect */
static int test_ignored(void)
{
    cluster c = {0}, without = {0};
    static double p[20 * N_DESC], q[20 * N_DESC];
    sz_soap_spec spec = water;
    machine m;
    sz_error err;

    CHECK_OK(sz_compress_nu(&spec.compression, 2, 2, 0, &err), err);
    CHECK_OK(start(&m, &spec, 1, (int[]){8, 1, 26}, &err), err);
    CHECK(m.slot[0] == 0 && m.slot[1] == 1 && m.slot[2] == -1);
    random_cluster(&c, 12, 3, 4.0, 1.0);
    for (int i = 0; i < 12; i++) /* the same without every third atom */
        if (c.species[i] != 2) {
            memcpy(without.position + 3 * without.n_atoms, c.position + 3 * i,
                   3 * sizeof(double));
            without.species[without.n_atoms++] = c.species[i];
        }
    CHECK_OK(find_neighbours(&c, 3.0, &err), err);
    CHECK_OK(find_neighbours(&without, 3.0, &err), err);
    vectors(&m, &c, p);
    vectors(&m, &without, q);
    for (int i = 0, k = 0; i < 12; i++)
        if (c.species[i] != 2)
            CHECK_CLOSE(distance(p + i * m.stride, q + k++ * m.stride, m.n_desc), 0.0,
                        1e-14);
    sz_list_free(&c.list);
    sz_list_free(&without.list);
    stop(&m);
    return 0;
}

int main(void)
{
    sz_soap_spec spec = water;
    sz_error err;

    for (size_t k = 0; k < sizeof golden / sizeof *golden; k++)
        if (test_golden(&golden[k])) return 1;
    for (int k = 0; k < 36; k++) {
        CHECK_OK(sz_compress_nu(&spec.compression, k / 3 % 3, k % 3, 0, &err), err);
        spec.n_slots = k / 9 % 2 ? 1 : 2; /* one slot for every element */
        spec.slot_z[0] = k / 9 % 2 ? 0 : 8;
        spec.central_all = k / 9 > 1;
        spec.central_weight = k / 9 > 1 ? 0.7 : 1.0;
        spec.plain_l = k / 9 == 2;
        spec.radial.decay_exponent = k / 9 == 3 ? 2 : 0;
        if (test_one(&spec, k / 9 % 2, (int[]){8, 1, 26})) return 1;
    }
    for (int k = 0; k < 9; k++)
        if (test_reduction(k / 3, k % 3)) return 1;
    spec = water;
    for (int k = 3; k < 9; k++) { /* n resolved once or twice */
        if (test_tolerance(k / 3, k % 3)) return 1;
        CHECK_OK(sz_compress_nu(&spec.compression, k / 3, k % 3, 0, &err), err);
        spec.radial.n_max = 6;
        spec.radial.l_max = 3;
        spec.radial.tolerance = k % 2 ? 0.03 : 0.3;
        if (test_one(&spec, k % 2, (int[]){8, 1, 26})) return 1;
    }
    if (test_tolerance_refused()) return 1;
    if (test_isolated(1.0) || test_isolated(0.0) || test_ignored()) return 1;
    return check_done();
}
