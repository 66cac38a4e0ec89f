/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soap_turbo: radial functions against their integrals, slopes against finite
 * differences, symmetries, compressions against the full vector. Numbers of QUIP are in
 * descriptors.py and reference.py. */
#include "descriptor/radial.h"
#include "descriptor/turbo_basis.h"
#include "descriptor/turbo_map.h"
#include "linear/vec.h"
#include "machine.h"

#define BASE "soap_turbo rcut_hard=4.1 n_species=3 species_Z={41 74 6} "
#define LISTS                                                                            \
    "alpha_max={4 3 5} atom_sigma_r={0.4 0.5 0.45} atom_sigma_t={0.5 0.4 0.6} "          \
    "atom_sigma_r_scaling={0.1 0 0.05} atom_sigma_t_scaling={0 0.1 0.2} "                \
    "amplitude_scaling={1 2 0.5} central_weight={1.0 0.5 0.0} "

static const int all[3] = {41, 74, 6}, one[3] = {41, 41, 41};

/* The slope's excess is to h as that of R_n, of r / cutoff, is to R_n. */
static void check_excess(const sz_soap_spec *spec, int slot, double r, const double *h,
                         const double *excess)
{
    const double cutoff = spec->radial.cutoff;
    const long double x = r / (long double)cutoff;
    long double own[SZ_TURBO_N_MAX], more[SZ_TURBO_N_MAX];
    sz_turbo_basis t;

    CHECK(sz_turbo_basis_make(&t, &spec->turbo, slot, &spec->radial, NULL) == SZ_OK);
    sz_turbo_functions(&t, x, sz_turbo_parts_at(&t, x), own, more);
    for (int n = 0; n < t.n; n++) {
        double want = (double)(h[n] * more[n]);

        CHECK_CLOSE((double)(excess[n] * cutoff * own[n]), want, 1e-12 * fabs(want));
    }
}

static double exact_value(const sz_soap_spec *spec, int slot, double r, int k, double *h,
                          double *excess)
{
    double slope;
    double power = spec->turbo.species[slot].amplitude;
    double f = sz_turbo_amplitude(power, spec->radial.cutoff, r, &slope);

    CHECK(sz_turbo_exact(&spec->turbo, slot, &spec->radial, r, h, excess));
    return f * h[k];
}

/* The tables of all slots at random distances compared with the integrals; their slopes
 * with differences of these, without the excess. */
static int test_radial(const char *text)
{
    static double h[SZ_LANES * 9 * 8], dh[SZ_LANES * 9 * 8];
    double want[9 * 8], excess[9 * 8], unused[2][9 * 8];
    const sz_radial_family family = {.kind = SZ_RADIAL_N};
    int shown = failures;
    sz_radial *radial;
    sz_soap_spec spec;
    sz_error err;

    CHECK_OK(parse_text(&spec, text, 0, NULL, &err), err);
    CHECK_OK(sz_radial_create_turbo(&radial, &spec.radial, &spec.turbo, 1, &family, &err),
             err);
    for (int trial = 0; trial < 4; trial++) {
        int slot[SZ_LANES], n_l = spec.radial.l_max + 1;
        double r[SZ_LANES], e = 1e-3, cutoff = spec.radial.cutoff, slope;

        for (int i = 0; i < SZ_LANES; i++) {
            r[i] = uniform(0.02, cutoff - 0.02);
            slot[i] = (int)uniform(0.0, spec.n_slots);
        }
        sz_radial_eval(radial, SZ_LANES, slot, r, h, dh);
        for (int i = 0; i < SZ_LANES; i++) {
            int n = spec.turbo.species[slot[i]].n_max, k = (int)uniform(0.0, n_l * n);
            int at = (i * n_l + k / n) * radial->n_lane + k % n;
            const sz_radial_table *table = sz_radial_table_of(radial, slot[i]);
            double f[4], most, value, smooth = 1.0;
            double amplitude = sz_turbo_amplitude(table->power, cutoff, r[i], &slope);

            value = exact_value(&spec, slot[i], r[i], k, want, excess);
            check_excess(&spec, slot[i], r[i], want, excess);
            most = largest(want, (size_t)(n_l * n)) * amplitude;
            CHECK_CLOSE(h[at], value, 1e-12 * most + 1e-12);
            for (int q = 0; q < 4; q++)
                f[q] = exact_value(&spec, slot[i], r[i] + (q < 2 ? q - 2 : q - 1) * e, k,
                                   unused[0], unused[1]);
            for (int p = 1; p < table->n_pieces; p++)
                if (fabs(r[i] - table->from[p]) < 2.1 * e) smooth = 0.0;
            if (smooth > 0.0)
                CHECK_CLOSE(dh[at],
                            (f[0] - 8.0 * f[1] + 8.0 * f[2] - f[3]) / (12.0 * e) +
                                amplitude * excess[k],
                            1e-9 * most / 0.4 + 1e-9);
            CHECK(fabs(excess[k]) <= 1e-4 * largest(want, (size_t)(n_l * n)));
        }
    }
    if (failures > shown) printf("above: %s\n", text);
    sz_radial_free(radial);
    sz_soap_spec_free(&spec);
    return 0;
}

/* R_n of one species compared with 80 digits, S^(-1/2) as in the definition:
 * alpha_max, poly3gauss, r; rcut_hard 5, rcut_soft 4.5, atom_sigma 0.5,
 * radial_enhancement 1 */
static void test_digits(void)
{
    static const struct {
        int n_max, gauss;
        double r, want[SZ_TURBO_N_MAX];
    } list[] = {
        {8,
         0,
         1.8,
         {3.89636441950743233e+01, 2.45131404731503402e+01, 3.97460179735324992e+00,
          -1.41036055529843907e+01, -1.89349991935566067e+01, -2.40130290083707676e+00,
          1.83549267954083706e+00, -1.28295438132035228e-01}},
        {8,
         1,
         4.1,
         {3.42945911757812922e+01, -7.24872167833497230e+01, 5.61351745263489761e+01,
          -1.90054619954703874e+01, 5.09954344046133734e+00, -4.74001466950554207e+00,
          8.35090611431706487e-01, 1.42590742013714999e+00}},
        {11,
         1,
         1.8,
         {3.70748036936758751e+01, 2.49225018851917888e+01, 9.94655263654992261e+00,
          -4.12757648206888028e+00, -1.25081200756049888e+01, -1.31267138140835957e+01,
          -7.10643997269855365e+00, -1.87670182108757433e+00, -4.68410652580820319e-01,
          1.03672337035195454e+01, -1.02128834614633526e+01}},
    };

    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        sz_turbo_spec spec = {.n_species = 1,
                              .gauss = list[i].gauss,
                              .enhancement = 1,
                              .cutoff_soft = 4.5,
                              .filter = 4.0,
                              .species = {{list[i].n_max, 0.5, 0.5, 0.0, 0.0, 1.0, 1.0}}};
        const sz_radial_spec radial = {.cutoff = 5.0, .l_max = 0};
        double h[SZ_TURBO_N_MAX], excess[SZ_TURBO_N_MAX],
            y = list[i].r * list[i].r / 0.25;
        double damping = (1.0 - exp(-2.0 * y)) / (2.0 * y) * 100.0; /* A_0 */

        CHECK(sz_turbo_exact(&spec, 0, &radial, list[i].r, h, excess));
        for (int n = 0; n < list[i].n_max; n++)
            CHECK_CLOSE(h[n] / damping, list[i].want[n],
                        1e-14 * largest(list[i].want, SZ_TURBO_N_MAX));
    }
}

/* Symmetries; slopes, where the excess is zero; Jacobian compared with adjoint. */
static int test_descriptor(const char *text, const int *z)
{
    int n_species = z[1] == z[0] ? 1 : 3, shown = failures;
    cluster c = {.n_atoms = 0};
    machine m;
    sz_error err;

    CHECK_OK(start_text(&m, text, 0, NULL, 0, z, &err), err);
    random_cluster(&c, 9, n_species, 4.6, 1.4);
    CHECK_OK(find_neighbours(&c, m.soap->spec.radial.cutoff, &err), err);
    check_slopes(&m, &c);
    check_symmetries(&m, &c);
    if (failures > shown) printf("above: %s\n", text);
    sz_list_free(&c.list);
    stop(&m);
    return 0;
}

/* g . dp/dr from the Jacobian and from the adjoint */
static int test_jacobian(const char *text)
{
    cluster c = {.n_atoms = 0};
    machine m;
    sz_error err;

    CHECK_OK(start_text(&m, text, 0, NULL, 0, all, &err), err);
    random_cluster(&c, 9, 3, 4.6, 1.4);
    CHECK_OK(find_neighbours(&c, m.soap->spec.radial.cutoff, &err), err);
    for (int i = 0; i < c.n_atoms; i++) {
        size_t stride = (size_t)m.stride, n_pairs = (size_t)c.list.n_pairs;
        double *p = malloc(stride * sizeof *p), *g = malloc(stride * sizeof *g);
        double *jacobian = malloc((3 * n_pairs + 1) * stride * sizeof *jacobian);
        double *dedr = calloc(3 * n_pairs + 1, sizeof *dedr), most;
        int *pair = malloc((n_pairs + 1) * sizeof *pair), n;

        fill_random(g, stride);
        sz_describer_forward(m.d, m.work, &c.list.nb, &m.slots, 1, &i, p);
        n = sz_describer_jacobian(m.d, m.work, &c.list.nb, &m.slots, i, p, pair,
                                  jacobian);
        CHECK(n > 2);
        for (int k = 0; k < n; k++)
            for (int x = 0; x < 3; x++)
                jacobian[(size_t)(3 * k + x)] =
                    dot(g, jacobian + (size_t)(3 * k + x) * stride, (size_t)m.n_desc);
        vectors_adjoint(&m, &c.list.nb, 1, &i, p, g, dedr);
        most = largest(dedr, 3 * n_pairs);
        CHECK(most > 0.0);
        for (int k = 0; k < n; k++)
            for (int x = 0; x < 3; x++)
                CHECK_CLOSE(jacobian[3 * k + x], dedr[3 * pair[k] + x], 1e-12 * most);
        free(p);
        free(g);
        free(jacobian);
        free(dedr);
        free(pair);
    }
    sz_list_free(&c.list);
    stop(&m);
    return 0;
}

/* ---- compressions ------------------------------------------------------------------ */

static int published(const char *text, const cluster *c, double *out, int *length)
{
    machine m;
    sz_error err;
    int atom = 0;
    double *p, *back;

    CHECK_OK(start_text(&m, text, 0, NULL, 0, all, &err), err);
    p = calloc((size_t)m.stride, sizeof *p);
    back = calloc((size_t)m.stride, sizeof *back);
    *length = m.d->n_published;
    sz_describer_forward(m.d, m.work, &c->list.nb, &m.slots, 1, &atom, p);
    CHECK_OK(sz_describer_publish(m.d, p, out, &err), err);
    CHECK_OK(sz_describer_import(m.d, 1, out, back, &err), err);
    CHECK_CLOSE(distance(p, back, (size_t)m.stride), 0.0, 1e-16);
    free(p);
    free(back);
    stop(&m);
    return 0;
}

static void normalise(double *p, int n)
{
    double norm = sqrt(dot(p, p, (size_t)n));

    for (int k = 0; k < n; k++) p[k] /= norm;
}

/* a full vector, compressed by hand, is equal to the compressed one */
static int test_compress_file(void)
{
#define SAME BASE LISTS "rcut_soft=3.6 l_max=3 central_index=2 basis=poly3gauss "
    static double full[2000], want[2000], got[2000];
    const char *name = "test_turbo.dat";
    int n_full, n, kept[] = {17, 3, 0, 250, 100};
    FILE *file;
    cluster c = {.n_atoms = 0};
    sz_error err;

    random_cluster(&c, 9, 3, 4.6, 1.4);
    CHECK_OK(find_neighbours(&c, 4.2, &err), err);
    if (published(SAME, &c, full, &n_full)) return 1;
    CHECK(n_full == 12 * 13 / 2 * 4);

    file = fopen(name, "w");
    fprintf(file, "4 3 5 3 5\n");
    for (int k = 0; k < 5; k++) fprintf(file, " %d 1.0\n", kept[k] + 1);
    fclose(file);
    if (published(SAME "compress_file=test_turbo.dat", &c, got, &n)) return 1;
    CHECK(n == 5);
    for (int k = 0; k < 5; k++) want[k] = full[kept[k]];
    normalise(want, 5);
    CHECK_CLOSE(distance(want, got, 5), 0.0, 1e-14);

    file = fopen(name, "w");
    fprintf(file, "4 3 5 3 7\nP_transformation\n");
    memset(want, 0, sizeof want);
    for (int k = 0; k < 40; k++) {
        int row = k % 7, column = (int)uniform(0.0, n_full);
        double v = uniform(-1.0, 1.0);

        fprintf(file, " %d %d %.17g\n", row + 1, column + 1, v);
        want[row] += v * full[column];
    }
    fprintf(file, "end_transformation\n");
    fclose(file);
    if (published(SAME "compress_file=test_turbo.dat", &c, got, &n)) return 1;
    CHECK(n == 7);
    normalise(want, 7);
    CHECK_CLOSE(distance(want, got, 7), 0.0, 1e-14);
    if (test_descriptor(SAME "nf=30 compress_file=test_turbo.dat", all) ||
        test_jacobian(SAME "compress_file=test_turbo.dat"))
        return 1;
    sz_list_free(&c.list);
    return 0;
}

/* pairs with the first function of a species, in the order of the full vector */
static int test_trivial(void)
{
    static double full[2000], want[2000], got[2000];
    static const int first[12] = {1, 0, 0, 0, 1, 0, 0, 1};
    int n_full, n, place = 0, kept = 0;
    cluster c = {.n_atoms = 0};
    sz_error err;

    random_cluster(&c, 9, 3, 4.6, 1.4);
    CHECK_OK(find_neighbours(&c, 4.2, &err), err);
    if (published(SAME, &c, full, &n_full) ||
        published(SAME "compress_mode=trivial", &c, got, &n))
        return 1;
    for (int a = 0; a < 12; a++)
        for (int b = a; b < 12; b++)
            for (int l = 0; l < 4; l++, place++)
                if (first[a] || first[b]) want[kept++] = full[place];
    CHECK(n == kept);
    normalise(want, n);
    CHECK_CLOSE(distance(want, got, (size_t)n), 0.0, 1e-14);
    sz_list_free(&c.list);
    return 0;
}

/* ---- what is refused --------------------------------------------------------------- */

static void test_refused(void)
{
#define GOOD "soap_turbo rcut_hard=4 alpha_max=4 l_max=3 atom_sigma=0.5 species_Z=14 "
    static const char *const bad[][2] = {
        {"soap_turbo alpha_max=4 l_max=3 atom_sigma=0.5 species_Z=14",
         "rcut_hard is missing"},
        {"soap_turbo rcut_hard=4 l_max=3 atom_sigma=0.5 species_Z=14",
         "alpha_max is missing"},
        {"soap_turbo rcut_hard=4 alpha_max=4 atom_sigma=0.5 species_Z=14",
         "l_max is missing"},
        {"soap_turbo rcut_hard=4 alpha_max=4 l_max=3 species_Z=14",
         "atom_sigma_r is missing"},
        {"soap_turbo rcut_hard=4 alpha_max=4 l_max=3 atom_sigma=0.5",
         "species_Z is missing"},
        {GOOD "rcut_soft=4", "rcut_soft is 4"},
        {GOOD "rcut_hard=x", "rcut_hard"},
        {GOOD "l_max=x", "l_max"},
        {GOOD "nf=x", "nf"},
        {GOOD "n_species=x", "n_species"},
        {GOOD "central_index=x", "central_index"},
        {GOOD "alpha_max=x", "alpha_max=x"},
        {GOOD "basis=", "basis="},
        {GOOD "compress_mode=", "compress_mode="},
        {GOOD "alpha_max=12", "alpha_max is 12"},
        {GOOD "alpha_max=2.5", "not an integer"},
        {GOOD "alpha_max={4 4}", "not a list of 1 numbers"},
        {GOOD "l_max=21", "l_max is 21"},
        {GOOD "basis=poly3operator", "poly3operator"},
        {GOOD "scaling_mode=linear", "scaling_mode=linear"},
        {GOOD "radial_enhancement=3", "radial_enhancement is 3"},
        {GOOD "central_index=2", "central_index is 2"},
        {GOOD "compress_mode=3_0", "compress_mode=3_0"},
        {GOOD "compress_file=nowhere.dat", "nowhere.dat"},
        {GOOD "atom_sigma=-1", "atom_sigma_r is -1"},
        {GOOD "atom_sigma_r_scaling=-0.1", "atom_sigma_r_scaling is -0.1"},
        {"soap_turbo rcut_hard=4 alpha_max={3 4} l_max=3 atom_sigma=0.5 n_species=2 "
         "species_Z={14 8} compress_mode=1_1",
         "one alpha_max for all"},
    };

    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        sz_soap_spec spec;
        sz_error err;
        sz_status status = parse_text(&spec, bad[k][0], 0, NULL, &err);

        CHECK(status != SZ_OK && strstr(err.message, bad[k][1]));
        if (status == SZ_OK || !strstr(err.message, bad[k][1]))
            printf("%s gave \"%s\", not \"%s\"\n", bad[k][0], err.message, bad[k][1]);
        sz_soap_spec_free(&spec);
    }
}

static void test_map_files(void)
{
    static const char *const bad[][2] = {
        {"4 3 3 1\n1\n", "number of species"},
        {"4 3\n", "alpha_max of each species"},
        {"4 x 3\n", "not a number"},
        {"4 3 5 3 2\n1\n", "the place of a component"},
        {"4 3 5 3 2\nP_transformation\n1 2 0.5\n", "end_transformation"},
        {"4 3 5 3 2\nP_transformation\n1 2\nend_transformation\n", "three numbers"},
        {"4 3 5 3 2\nP_transformation\n1 2 1.0\n3 2 1.0\nend_transformation\n",
         "component 3 of 2"},
        {"4 3 5 3 2\n1\n400\n", "place 400 of 312"},
        {"4 3 5 2 2\n1\n2\n", "l_max than the descriptor"},
        {"4 3 5 3 400000000\nP_transformation\n1 2 1.0\nend_transformation\n",
         "4e+08 components, but 1 entries"},
    };

    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        FILE *file = fopen("test_turbo_bad.dat", "w");
        sz_soap_spec spec;
        sz_error err;
        sz_status status;

        fputs(bad[k][0], file);
        fclose(file);
        status =
            parse_text(&spec, SAME "compress_file=test_turbo_bad.dat", 0, NULL, &err);
        CHECK(status != SZ_OK && strstr(err.message, bad[k][1]));
        if (status == SZ_OK || !strstr(err.message, bad[k][1]))
            printf("%s gave \"%s\", not \"%s\"\n", bad[k][0], err.message, bad[k][1]);
        sz_soap_spec_free(&spec);
    }
}

int main(void)
{
    static const char *const mode[] = {"None", "trivial", "0_0", "0_1", "0_2", "1_0",
                                       "1_1",  "1_2",     "2_0", "2_1", "2_2"};
    char text[600];

    for (int k = 0; k < 12; k++) {
        snprintf(text, sizeof text,
                 BASE LISTS "l_max=5 rcut_soft=%g nf=%d basis=%s radial_enhancement=%d",
                 k % 4 ? 3.5 : 2.0, k % 2 ? 4 : 9, k % 3 ? "poly3gauss" : "poly3", k % 3);
        if (test_radial(text)) return 1;
    }
    if (test_radial(
            "soap_turbo rcut_hard=5 alpha_max=8 l_max=8 atom_sigma=0.5 species_Z=6 "
            "basis=poly3gauss") ||
        test_radial(
            "soap_turbo rcut_hard=5 alpha_max=8 l_max=4 atom_sigma=0.3 species_Z=6"))
        return 1;
    for (size_t k = 0; k < sizeof mode / sizeof *mode; k++) {
        snprintf(text, sizeof text,
                 BASE "alpha_max=3 atom_sigma_r={0.4 0.5 0.45} atom_sigma_t=0.5 l_max=%d "
                      "rcut_soft=3.5 nf=30 amplitude_scaling={1 2 3} basis=%s "
                      "central_weight={1.0 0.5 0.2} compress_mode=%s central_index=%d",
                 (int)k % 4, k % 2 ? "poly3gauss" : "poly3", mode[k], 1 + (int)k % 3);
        if (test_descriptor(text, all) || test_descriptor(text, one) ||
            test_jacobian(text))
            return 1;
    }
    if (test_descriptor(SAME "nf=30", all) ||
        test_descriptor(SAME "nf=30 compress_mode=trivial", all) || test_trivial() ||
        test_compress_file())
        return 1;
    test_digits();
    test_refused();
    test_map_files();
    return check_done();
}
