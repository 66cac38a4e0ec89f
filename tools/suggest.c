/* SPDX-License-Identifier: BSD-3-Clause
 *
 * suggest.c - soapz fit --suggest: suggested settings, each with its reason. The factors
 * are empirical (docs/fit.md): validate the resulting fit.
 */
#include "suggest.h"

#include "advice.h"
#include "base/text.h"
#include "linear/lsq.h"
#include "tool.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One element has no species to compress. */
static const sz_advice_soap of_element[] = {{"nu=2", 8, 6, 2, 0.0}};
/* The first distinguishes species and needs little resolution, the second resolves
 * positions. */
static const sz_advice_soap of_alloy[] = {{"nu,mu=1,1", 8, 4, 1, 0.02},
                                          {"mu=2", 12, 8, 0, 0.01}};

/* ---- numbers ----------------------------------------------------------------------- */

/* rounds to one digit: 0.037 -> 0.04 */
static double one_digit(double x)
{
    double unit = pow(10.0, floor(log10(x) + 1e-9));

    return unit * fmax(1.0, floor(x / unit + 0.5));
}

static double within(double x, double lo, double hi)
{
    return x < lo ? lo : x > hi ? hi : x;
}

static double round_to(double x, double step)
{
    return step * floor(x / step + 0.5);
}

/* Smaller forces get smaller sigmas. */
static sz_advice_sigmas sigmas_of(double force)
{
    sz_advice_sigmas s;

    s.force = one_digit(within(0.04 * force, 0.01, 0.2));
    s.energy = one_digit(within(0.07 * s.force, 0.001, 0.01));
    s.virial = one_digit(3.0 * s.force);
    return s;
}

static void decide(sz_advice *p)
{
    const sz_facts *f = p->facts;
    double least = 1e9;

    p->cutoff = round_to(f->gap > 0.0 ? f->gap + 0.7 : 1.65 * f->typical, 0.1);
    p->atom_sigma = within(round_to(0.18 * f->typical, 0.05), 0.25, 0.5);
    p->delta = one_digit(within(f->spread_local, 0.1, 5.0));
    p->pair_delta = one_digit(within(5.0 * p->delta, 0.5, 10.0));
    p->core = floor(10.0 * f->nearest) / 10.0;
    p->n_soaps = p->data->n_species > 1 ? 2 : 1;
    p->soap = p->data->n_species > 1 ? of_alloy : of_element;
    p->sigma = sigmas_of(f->all.n_components ? sz_fact_force(&f->all) : 1.0);
    for (int k = 0; k < p->data->n_config_types; k++) {
        const sz_type_facts *t = &f->type[k];

        p->of_type[k] = t->n_components ? sigmas_of(sz_fact_force(t)) : p->sigma;
    }
    for (int k = 0; k < p->data->n_species; k++)
        if (f->n_different[k]) least = fmin(least, f->n_different[k]);
    p->n_sparse = (int)fmin(least, within(round_to(least / 20.0, 50.0), 100.0, 2000.0));
}

/* ---- what the data are ------------------------------------------------------------- */

static void print_data(const sz_advice *p)
{
    const sz_dataset *t = p->data;
    const sz_facts *f = p->facts;
    int n_isolated = t->n_frames - f->all.n_frames;

    printf("%s: %d frames, %zu atoms, %d energies, %d frames with forces, %d virials",
           t->path, f->all.n_frames, f->all.n_atoms, f->all.n_energies, f->all.n_forces,
           f->all.n_virials);
    if (n_isolated) printf("; and %d with a single atom", n_isolated);
    printf("\n");
    printf("%-20s %7s %8s %8s %20s %22s\n", "", "", "", "", "energy, eV/atom",
           "force, eV/Angstrom");
    printf("%-20s %7s %8s %8s %10s %9s %11s %10s\n", "config_type", "frames", "atoms",
           "virials", "above e0", "spread", "rms", "largest");
    for (int k = 0; k < t->n_config_types; k++) {
        const sz_type_facts *y = &f->type[k];

        if (y->n_frames == 0) continue;
        printf("%-20.60s %7d %8zu %8d %10.3f %9.3f %11.3f %10.2f\n", t->config_type[k],
               y->n_frames, y->n_atoms, y->n_virials,
               y->n_energies ? y->sum / y->n_energies : 0.0, sz_fact_spread(y),
               sz_fact_force(y), y->force_max);
    }
}

static void print_missing(const sz_advice *p)
{
    const sz_type_facts *all = &p->facts->all;
    int n = all->n_frames;

    if (all->n_forces < n)
        printf("missing: %d of %d frames have no forces%s\n", n - all->n_forces, n,
               all->n_forces ? "" : "; a potential for MD needs them");
    if (all->n_energies < n)
        printf("missing: %d of %d frames have no energy\n", n - all->n_energies, n);
    if (all->n_virials == 0)
        printf("missing: no virials: elastic constants and pressure are then determined "
               "by energies alone, so the data should contain strained cells\n");
    else if (all->n_virials < n)
        printf("missing: %d of %d frames have no virial\n", n - all->n_virials, n);
}

/* ---- hints ------------------------------------------------------------------------- */

static void print_e0(const sz_advice *p)
{
    const sz_facts *f = p->facts;

    if (f->kind == SZ_FACT_ISOLATED)
        printf("e0: isolated atoms are in the data, so energies are relative to free "
               "atoms\n");
    else if (f->kind == SZ_FACT_LEAST_SQUARES)
        printf("e0: there is not one isolated atom of each element; least squares over "
               "the compositions leave a spread of %.3f eV/atom, the mean energy %.3f. "
               "These are not energies of free atoms: compute those and add them if "
               "atoms may leave the crystal\n",
               f->spread, f->spread_average);
    else
        printf("e0: there is not one isolated atom of each element: the mean energy of "
               "an atom (e0_method=average). Energies far from the data have no "
               "meaning\n");
    for (int k = 0; k < p->data->n_species; k++)
        if (f->n_isolated[k] > 1)
            printf("e0: %s has %d isolated atoms, keep one\n",
                   sz_element_symbol(p->data->z[k]), f->n_isolated[k]);
}

static void print_radii(const sz_advice *p)
{
    const sz_facts *f = p->facts;

    if (f->gap > 0.0)
        printf("cutoff = %.1f: shells with %.0f neighbours end at %.2f Angstrom, where "
               "the cutoff function is still 0.8\n",
               p->cutoff, sz_fact_neighbours(f, f->gap), f->gap);
    else
        printf("cutoff = %.1f: 1.65 times the nearest distance %.2f, because there is no "
               "visible gap between shells\n",
               p->cutoff, f->typical);
    printf("        %.0f neighbours; time and memory of a fit grow with them. Try "
           "+-0.4\n",
           sz_fact_neighbours(f, p->cutoff));
    printf("atom_sigma = %.2f: 0.18 of the nearest distance (median %.2f Angstrom), "
           "from 0.25 to 0.5\n",
           p->atom_sigma, f->typical);
    if (p->core < SZ_LEAST_CORE)
        printf("core: two atoms are only %.2f Angstrom apart: a ZBL core would overlap "
               "the data. Is this distance correct?\n",
               f->nearest);
    else
        printf("core: no two atoms are closer than %.2f Angstrom; at shorter distances "
               "the model is unconstrained. IP ZBL cutoff=%.1f cutoff_width=%.1f acts "
               "there and does not change the data\n",
               f->nearest, p->core, 0.5 * p->core);
}

static void print_soaps(const sz_advice *p)
{
    for (int k = 0; k < p->n_soaps; k++)
        printf("soap %s: n_max = %d l_max = %d zeta = %d\n", p->soap[k].label,
               p->soap[k].n_max, p->soap[k].l_max, SZ_ADVICE_ZETA);
    if (p->n_soaps == 1)
        printf("        with one element there is nothing to compress\n");
    else
        printf("        the two together had the smallest errors of all compressions for "
               "alloys (docs/compressions.md); faster: n_max=4 l_max=3 beside n_max=12 "
               "l_max=6\n");
}

/* Does this type get its own line of sigmas? */
int sz_advice_is_special(const sz_advice *p, int type)
{
    double ratio = p->of_type[type].force / p->sigma.force;

    return p->facts->type[type].n_components && (ratio > 1.9 || ratio < 0.34) &&
           !strpbrk(p->data->config_type[type], ":;,#[]{}\"' ");
}

static void print_scales(const sz_advice *p)
{
    printf("delta = %g: the spread of the energy per atom, %.3f eV: spread of the frames "
           "times the square root of their atoms (0.1 to 5)\n",
           p->delta, p->facts->spread_local);
    printf("distance_2b with delta = %g in addition: describes most of the energy, "
           "better for compositions that are not in the data\n",
           p->pair_delta);
    if (p->facts->all.n_components)
        printf("sigma of forces %g: 4 %% of their rms, %.3f eV/Angstrom, from 0.01 to "
               "0.2\n",
               p->sigma.force, sz_fact_force(&p->facts->all));
    else
        printf("sigma of forces %g: default, the data have no forces\n", p->sigma.force);
    printf("sigma of energies %g eV/atom, of virials %g: in proportion\n",
           p->sigma.energy, p->sigma.virial);
    for (int k = 0; k < p->data->n_config_types; k++)
        if (sz_advice_is_special(p, k))
            printf("sigma of %.60s: %g, its forces are %s (rms %.3f)\n",
                   p->data->config_type[k], p->of_type[k].force,
                   p->of_type[k].force > p->sigma.force ? "larger" : "smaller",
                   sz_fact_force(&p->facts->type[k]));
}

/* nominal length of a term's vectors */
static double n_components(const sz_advice *p, const sz_advice_soap *t)
{
    double n = t->n_max, s = p->data->n_species;
    double radial = t->nu_S == 1 ? n * n * s : n * (n + 1.0) / 2.0;

    return radial * (t->l_max + 1);
}

static void print_size(const sz_advice *p)
{
    const sz_facts *f = p->facts;
    const sz_type_facts *all = &f->all;
    int n_species = p->data->n_species;
    double components = 0.0;
    int m = p->n_soaps * n_species * p->n_sparse +
            n_species * (n_species + 1) / 2 * SZ_PAIR_POINTS;
    double rows =
        all->n_energies + (double)all->n_components + 6.0 * (double)all->n_virials;
    double columns = (double)all->n_atoms * (1 + 3 * sz_fact_neighbours(f, p->cutoff));
    double flops, seconds;

    for (int k = 0; k < p->n_soaps; k++) components += n_components(p, p->soap + k);
    flops = 2.0 * columns * p->n_sparse * components + 2.0 * rows * m * m;
    printf("n_sparse = %d of each element and soap: unlike environments are",
           p->n_sparse);
    for (int k = 0; k < n_species; k++)
        printf(" %s %d of %d%s", sz_element_symbol(p->data->z[k]), f->n_different[k],
               f->n_atoms[k], k + 1 < n_species ? "," : "");
    printf("\n        --curve FILE.json shows the effect of more or fewer\n");
    seconds = flops / 40e9;
    printf("the fit: %d unknowns, %.0f rows, about %.3g TFLOP of matrix products (%.2g "
           "%s on one core at 40 GF/s), %.0f MB for each thread\n",
           m, rows, 1e-12 * flops, seconds < 60.0 ? seconds : seconds / 60.0,
           seconds < 60.0 ? "seconds" : "minutes", 1e-6 * (double)sz_lsq_memory(m, 0));
}
/* ---- the verb ---------------------------------------------------------------------- */

/* Other words of a fit's command line are ignored: they are what is to be suggested. */
static int read_words(sz_validation *v, const char **path, const char **to, int n,
                      char **word)
{
    for (int i = 0; i < n; i++) {
        const char *data = NULL;

        if (!strncmp(word[i], "at_file=", 8))
            data = word[i] + 8;
        else if (!strchr(word[i], '=') && sz_ends_in(word[i], ".conf"))
            *to = word[i];
        else if (!strchr(word[i], '='))
            data = word[i];
        if (data && *path && strcmp(data, *path) != 0)
            return sz_usage_error("fit",
                                  "--suggest reads one data file, not both %s and %s; "
                                  "put their frames into one",
                                  *path, data);
        if (data) *path = data;
        sz_take_name(v, word[i]);
    }
    if (!*path || !**path)
        return sz_usage_error("fit", "--suggest needs data: at_file=TRAIN.xyz");
    if (!strcmp(*path, "-"))
        return sz_usage_error("fit",
                              "--suggest reads the data twice: name a file as at_file");
    return 0;
}

static sz_status check(const sz_facts *facts, const sz_dataset *data, sz_error *err)
{
    if (!(facts->typical > 0.0))
        return sz_fail(
            err, SZ_ERR_FORMAT,
            "%s: no atom has a neighbour within %g Angstrom: there is nothing to fit",
            data->path, SZ_FACT_REACH);
    if (facts->all.n_energies == 0)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: no frame has an energy, which a fit needs; name it with "
                       "energy_parameter_name=",
                       data->path);
    return SZ_OK;
}

static sz_status suggest(sz_validation *v, const char *path, const char *to,
                         sz_error *err)
{
    sz_facts facts = {0};
    sz_advice p = {.facts = &facts};
    sz_status status = to ? sz_advice_check_new(to, err) : SZ_OK;

    if (status == SZ_OK) status = sz_read_reference(v, path, err);
    if (status == SZ_OK) sz_print_warnings("fit", &v->data->warnings);
    if (status == SZ_OK) status = sz_facts_find(&facts, v->data, err);
    if (status == SZ_OK) status = check(&facts, v->data, err);
    if (status == SZ_OK) {
        p.data = v->data;
        p.of_type = calloc((size_t)v->data->n_config_types + 1, sizeof *p.of_type);
        if (!p.of_type) status = sz_fail_memory(err, sizeof *p.of_type, "the sigmas");
    }
    if (status == SZ_OK) {
        decide(&p);
        print_data(&p);
        print_missing(&p);
        print_e0(&p);
        print_radii(&p);
        print_soaps(&p);
        print_scales(&p);
        print_size(&p);
        if (to)
            status = sz_advice_write(to, &p, v, err);
        else
            sz_advice_print_command(&p, v);
    }
    if (status == SZ_OK && to) {
        printf("\nsoapz fit ");
        sz_advice_print_word(to);
        printf("\n");
    }
    free(p.of_type);
    sz_facts_free(&facts);
    return status;
}

int sz_fit_suggest(const char *to, int n, char **word)
{
    sz_validation v = {0};
    const char *path = NULL;
    sz_error err;
    int code = read_words(&v, &path, &to, n, word);

    if (code) return code;
    code = suggest(&v, path, to, &err) == SZ_OK ? sz_finish_stdout() : sz_report(&err);
    sz_dataset_free(v.data);
    sz_names_free(&v.name);
    return code;
}
