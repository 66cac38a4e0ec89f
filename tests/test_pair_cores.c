/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_pair_cores.c - LJ and Coulomb by their formulas, their slopes and ends; QUIP's
 * numbers; elements that they do not list. */
#include "check.h"
#include "cluster.h"
#include "model/model.h"
#include "term/core_terms.h"
#include "term/coulomb.h"
#include "term/lj.h"

#include <stdlib.h>

/* ---- one pair ---------------------------------------------------------------------- */

typedef double pair_function(const void *context, double r, double *slope);

static double lj_at(const void *context, double r, double *slope)
{
    return sz_lj_pair_energy(context, r, slope);
}

static double coulomb_at(const void *context, double r, double *slope)
{
    return sz_coulomb_pair(context, r, slope);
}

static void check_slopes(pair_function *f, const void *context, double lo, double cutoff)
{
    const double h = 1e-4;
    double s, unused;

    for (double r = lo; r < cutoff - 0.003; r += 0.0817) {
        double v = f(context, r, &s);
        double slope = (f(context, r - 2 * h, &unused) - f(context, r + 2 * h, &unused) +
                        8.0 * (f(context, r + h, &unused) - f(context, r - h, &unused))) /
                       (12.0 * h);

        CHECK_CLOSE(s, slope, 1e-9 * (fabs(v) + fabs(slope) + 1.0));
    }
    for (double r = cutoff + 1e-9; r < cutoff + 2.0; r += 0.5) {
        CHECK(f(context, r, &s) == 0.0);
        CHECK(s == 0.0);
    }
}

static sz_lj *one_lj(int energy_shift, int force_shift, double width)
{
    sz_gap_lj_pair pair = {0, 1, 1.2, 2.0, 3.0, 5.0, width, energy_shift, force_shift};
    const sz_gap_lj data = {2, {1, 8}, 1, &pair};
    const int z[] = {8, 1};
    sz_lj *lj;
    sz_error err;

    if (sz_lj_create(&lj, &data, 2, z, &err) != SZ_OK) return NULL;
    return lj;
}

/* quippy's energies of a dimer at 1.5 and 4.6 Angstrom */
static int test_lj(void)
{
    static const struct {
        int energy_shift, force_shift;
        double width, near;
    } kinds[] = {{0, 0, 0.0, -0.31812956979199997},
                 {1, 0, 0.0, -0.31774747340104226},
                 {1, 1, 0.0, -0.3161431287153976},
                 {0, 1, 0.8, -0.316525225106355},
                 {0, 0, 0.8, -0.31812956979199997}};

    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        sz_lj *lj = one_lj(kinds[k].energy_shift, kinds[k].force_shift, kinds[k].width);
        double s, v;

        CHECK(lj != NULL);
        if (!lj) return 1;
        CHECK(lj->cutoff == 5.0 && lj->pair[0].cutoff == 0.0);
        v = sz_lj_pair_energy(&lj->pair[1], 1.5, &s);
        CHECK_CLOSE(v, kinds[k].near, 1e-14);
        CHECK(sz_lj_pair_energy(&lj->pair[2], 1.5, &s) == v);
        CHECK(sz_lj_pair_energy(&lj->pair[0], 1.5, &s) == 0.0 && s == 0.0);
        v = sz_lj_pair_energy(&lj->pair[1], 5.0 - 1e-9, &s);
        if (kinds[k].width > 0.0 || kinds[k].energy_shift) CHECK_CLOSE(v, 0.0, 1e-12);
        if (kinds[k].width > 0.0 || kinds[k].force_shift) CHECK_CLOSE(s, 0.0, 1e-11);
        check_slopes(lj_at, &lj->pair[1], 0.9, 5.0);
        sz_lj_free(lj);
    }
    sz_lj_free(NULL);
    return 0;
}

/* quippy's energies of charges 0.5 and -1 */
static void test_coulomb(void)
{
    static const struct {
        sz_coulomb c;
        double r, energy;
    } known[] = {
        {{SZ_COULOMB_DIRECT, 5.0, 0.0, 0.0, {0}, {0}}, 1.5, -4.799881784176078},
        {{SZ_COULOMB_YUKAWA, 5.0, 0.5, 0.0, {0}, {0}}, 1.5, -2.2673036119556444},
        {{SZ_COULOMB_YUKAWA, 5.0, 0.5, 1.0, {0}, {0}}, 2.0, -1.32433337133876},
        {{SZ_COULOMB_YUKAWA, 5.0, 0.5, 1.0, {0}, {0}}, 4.25, -0.0531032354912706},
        {{SZ_COULOMB_YUKAWA, 5.0, 0.5, 1.0, {0}, {0}}, 4.9, -0.000103771795323597},
        {{SZ_COULOMB_DSF, 5.0, 0.3, 0.0, {0}, {0}}, 1.5, -2.254835012174919},
        {{SZ_COULOMB_DSF, 5.0, 0.0, 0.0, {0}, {0}}, 2.0, -1.2959680817275409}};
    double s;

    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        const sz_coulomb *c = &known[k].c;

        CHECK_CLOSE(-0.5 * sz_coulomb_pair(c, known[k].r, &s), known[k].energy,
                    1e-11 * fabs(known[k].energy));
        check_slopes(coulomb_at, c, 0.7, c->cutoff);
        sz_coulomb_pair(c, c->cutoff - 1e-7, &s);
        if (c->method == SZ_COULOMB_DSF || c->smooth_length > 0.0)
            CHECK_CLOSE(s, 0.0, 1e-5);
    }
    CHECK(sz_coulomb_find("Yukawa") == SZ_COULOMB_YUKAWA);
    CHECK(sz_coulomb_find("ewald") == SZ_COULOMB_NONE);
    CHECK(!strcmp(sz_coulomb_name(SZ_COULOMB_DSF), "dsf"));
}

/* ---- many atoms -------------------------------------------------------------------- */

/* half of every pair to each atom, for any previous contents of the arrays */
static int test_energies(void)
{
    static const int z[] = {8, 1};
    static sz_coulomb coulomb = {
        .method = SZ_COULOMB_YUKAWA, .cutoff = 4.0, .alpha = 0.4, .smooth_length = 0.7};
    sz_lj *lj = one_lj(1, 1, 0.0);
    cluster c = {0};
    sz_error err;

    coulomb.charge[1] = 0.5;
    coulomb.charge[8] = -1.0;
    random_cluster(&c, 14, 2, 6.0, 1.1);
    CHECK_OK(find_neighbours(&c, 6.0, &err), err);
    for (int which = 0; which < 2; which++) {
        double energy[ATOMS_MAX], *dedr = calloc(3 * (size_t)c.list.n_pairs, 8);

        CHECK(dedr != NULL);
        for (int i = 0; i < c.n_atoms; i++) energy[i] = i;
        if (which == 0)
            sz_lj_energy(lj, &c.list.nb, energy, dedr);
        else
            sz_coulomb_energy(&coulomb, z, &c.list.nb, energy, dedr);
        for (int i = 0; i < c.n_atoms; i++) {
            double want = i;

            for (int p = c.list.first[i]; p < c.list.first[i + 1]; p++) {
                const double *d = c.list.r + 3 * p;
                int a = c.species[i], b = c.list.neigh_species[p];
                double r = sqrt(dot(d, d, 3)), s, q;

                q = coulomb.charge[z[a]] * coulomb.charge[z[b]];
                want += 0.5 * (which ? q * sz_coulomb_pair(&coulomb, r, &s)
                                     : sz_lj_pair_energy(&lj->pair[2 * a + b], r, &s));
                if (which) s *= q;
                for (int x = 0; x < 3; x++)
                    CHECK_CLOSE(dedr[3 * p + x], 0.5 * s * d[x] / r, 1e-10);
            }
            CHECK_CLOSE(energy[i], want, 1e-10);
        }
        free(dedr);
    }
    sz_list_free(&c.list);
    sz_lj_free(lj);
    return 0;
}

/* ---- elements that are not listed ------------------------------------------------ */

static char descriptor[] = "distance_2b cutoff=4 Z1=1 Z2=7",
            any[] = "distance_2b cutoff=4";

static sz_status build(sz_model **model, const sz_gap_lj *lj, const sz_coulomb *coulomb,
                       char *text, sz_error *err)
{
    static double one[] = {1.0}, x[] = {2.0};
    static int perm[] = {0};
    sz_gap_term term = {.line = 7,
                        .descriptor = text,
                        .covariance = SZ_COVARIANCE_ARD_SE,
                        .delta = 1.0,
                        .n_dim = 1,
                        .theta = one,
                        .n_perm = 1,
                        .perm = perm,
                        .n_sparse = 1,
                        .x_sparse = x,
                        .alpha = one,
                        .fc_sparse = one};
    sz_gap gap = {.path = (char[]){"here.xml"}, .e_scale = 1.0, .n_terms = 1};
    sz_gap_lj lj_copy;
    sz_coulomb coulomb_copy;

    gap.term = &term;
    if (lj) lj_copy = *lj;
    if (coulomb) coulomb_copy = *coulomb;
    gap.lj = lj ? &lj_copy : NULL;
    gap.coulomb = coulomb ? &coulomb_copy : NULL;
    return sz_model_build(model, &gap, err);
}

static int test_elements(void)
{
    sz_gap_lj_pair pair = {0, 1, 1.0, 1.0, 1.0, 5.0, 0.5, 0, 0};
    const sz_gap_lj water = {2, {1, 8}, 1, &pair}, ammonia = {2, {1, 7}, 1, &pair};
    sz_coulomb charges = {.method = SZ_COULOMB_DIRECT, .cutoff = 3.0};
    sz_model *model;
    sz_error err;

    CHECK_FAILS(build(&model, &water, NULL, descriptor, &err), SZ_ERR_FORMAT,
                "here.xml: IP LJ does not list N, which is in the model; add a "
                "<per_type_data> with atomic_num=\"7\"",
                err);
    charges.listed[1] = charges.listed[7] = 1;
    CHECK_OK(build(&model, &ammonia, &charges, descriptor, &err), err);
    CHECK(sz_model_n_species(model) == 2 && sz_model_cutoff(model) == 5.0);
    CHECK(sz_model_n_warnings(model) == 2);
    CHECK(strstr(sz_model_warning(model, 0), "smooth_cutoff_width"));
    CHECK(strstr(sz_model_warning(model, 1), "the largest cutoff of the model, 5 "
                                             "Angstrom, as in QUIP, not its own, 3"));
    sz_model_free(model);
    charges.listed[7] = 0;
    CHECK_FAILS(build(&model, NULL, &charges, descriptor, &err), SZ_ERR_FORMAT,
                "IP Coulomb does not list N", err);
    charges.cutoff = 4.0;
    CHECK_OK(build(&model, NULL, &charges, any, &err), err);
    CHECK(sz_model_n_warnings(model) == 1 &&
          strstr(sz_model_warning(model, 0), "takes every element, but IP Coulomb"));
    sz_model_free(model);
    return 0;
}

int main(void)
{
    if (test_lj()) return 1;
    test_coulomb();
    if (test_energies() || test_elements()) return 1;
    return check_done();
}
