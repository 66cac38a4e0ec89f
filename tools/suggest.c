/* SPDX-License-Identifier: BSD-3-Clause
 *
 * suggest.c - soapz fit --suggest: settings to begin with, each with its reason, and the
 * command that has them. The factors are experience (docs/fit.md), not theory: they are
 * where a validation begins. */
#include "suggest.h"

#include "base/text.h"
#include "linear/lsq.h"
#include "tool.h"
#include "validate.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAIR_POINTS = 15 };
#define ZETA 2

/* A SOAP term. Docs/compressions.md compares them. */
typedef struct {
    const char *label;
    int n_max, l_max, nu_S;
    double tolerance; /* radial_tolerance; 0: none */
} soap;

/* One element has no species to compress. */
static const soap of_element[] = {{"nu=2", 8, 6, 2, 0.0}};
/* The one tells atoms apart and needs little resolution, the other sees where they are.
 */
static const soap of_alloy[] = {{"nu,mu=1,1", 8, 4, 1, 0.02}, {"mu=2", 12, 8, 0, 0.01}};

typedef struct {
    double energy, force, virial;
} sigmas;

typedef struct {
    const sz_dataset *data;
    const sz_facts *facts;
    double cutoff, atom_sigma, delta, pair_delta, core;
    sigmas sigma, *of_type; /* [n_config_types] */
    int n_sparse;
    int n_soaps;
    const soap *soap; /* [n_soaps] */
} plan;

/* ---- numbers ----------------------------------------------------------------------- */

/* to one digit: 0.037 -> 0.04 */
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

/* Forces that are small are wanted to small errors. */
static sigmas sigmas_of(double force)
{
    sigmas s;

    s.force = one_digit(within(0.04 * force, 0.01, 0.2));
    s.energy = one_digit(within(0.07 * s.force, 0.001, 0.01));
    s.virial = one_digit(3.0 * s.force);
    return s;
}

static void decide(plan *p)
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

static void print_data(const plan *p)
{
    const sz_dataset *t = p->data;
    const sz_facts *f = p->facts;
    int n_isolated = t->n_frames - f->all.n_frames;

    printf("%s: %d frames, %zu atoms, %d energies, %d frames with forces, %d virials",
           t->path, f->all.n_frames, f->all.n_atoms, f->all.n_energies, f->all.n_forces,
           f->all.n_virials);
    if (n_isolated) printf("; besides %d of an atom alone", n_isolated);
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

static void print_missing(const plan *p)
{
    const sz_type_facts *all = &p->facts->all;
    int n = all->n_frames;

    if (all->n_forces < n)
        printf("missing: %d of %d frames have no forces%s\n", n - all->n_forces, n,
               all->n_forces ? "" : "; a potential for MD needs them");
    if (all->n_energies < n)
        printf("missing: %d of %d frames have no energy\n", n - all->n_energies, n);
    if (all->n_virials == 0)
        printf("missing: no virials: elastic constants and pressure come out of energies "
               "alone, so strained cells should be among the data\n");
    else if (all->n_virials < n)
        printf("missing: %d of %d frames have no virial\n", n - all->n_virials, n);
}

/* ---- hints ------------------------------------------------------------------------- */

static void print_e0(const plan *p)
{
    const sz_facts *f = p->facts;

    if (f->kind == SZ_FACT_ISOLATED)
        printf("e0: isolated atoms are in the data, so energies are counted from free "
               "atoms\n");
    else if (f->kind == SZ_FACT_LEAST_SQUARES)
        printf("e0: there is not one isolated atom of each element; least squares over "
               "the compositions leave a spread of %.3f eV/atom, the mean energy %.3f. "
               "These are no energies of free atoms: compute those and add them, if "
               "atoms shall ever leave the crystal\n",
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

/* Angstrom */
#define LEAST_CORE 0.3

static void print_radii(const plan *p)
{
    const sz_facts *f = p->facts;

    if (f->gap > 0.0)
        printf("cutoff = %.1f: shells with %.0f neighbours end at %.2f Angstrom; there "
               "the cutoff function is still 0.8\n",
               p->cutoff, sz_fact_neighbours(f, f->gap), f->gap);
    else
        printf("cutoff = %.1f: 1.65 times the nearest distance %.2f, as no gap between "
               "shells is to be seen\n",
               p->cutoff, f->typical);
    printf("        %.0f neighbours; time and memory of a fit grow with them. Try "
           "+-0.4\n",
           sz_fact_neighbours(f, p->cutoff));
    printf("atom_sigma = %.2f: 0.18 of the nearest distance (median %.2f Angstrom), "
           "from 0.25 to 0.5\n",
           p->atom_sigma, f->typical);
    if (p->core < LEAST_CORE)
        printf("core: two atoms are only %.2f Angstrom apart: there is no room for a ZBL "
               "that leaves the data alone. Are they meant?\n",
               f->nearest);
    else
        printf(
            "core: no two atoms are closer than %.2f Angstrom; nearer, nothing binds the "
            "model. IP ZBL cutoff=%.1f cutoff_width=%.1f acts there and leaves the data "
            "alone\n",
            f->nearest, p->core, 0.5 * p->core);
}

static void print_soaps(const plan *p)
{
    for (int k = 0; k < p->n_soaps; k++)
        printf("soap %s: n_max = %d l_max = %d zeta = %d\n", p->soap[k].label,
               p->soap[k].n_max, p->soap[k].l_max, ZETA);
    if (p->n_soaps == 1)
        printf("        with one element there is nothing to compress\n");
    else
        printf(
            "        the two beside each other had the least errors of all compressions "
            "for alloys (docs/compressions.md); faster: n_max=4 l_max=3 beside n_max=12 "
            "l_max=6\n");
}

/* The sigmas of this type are worth a line of their own. */
static int is_special(const plan *p, int type)
{
    double ratio = p->of_type[type].force / p->sigma.force;

    return p->facts->type[type].n_components && (ratio > 1.9 || ratio < 0.34) &&
           !strpbrk(p->data->config_type[type], ":;,#[]{}\"' ");
}

static void print_scales(const plan *p)
{
    printf("delta = %g: the spread of an atom's energy, %.3f eV, from that of the frames "
           "times the root of their atoms (0.1 to 5)\n",
           p->delta, p->facts->spread_local);
    printf("distance_2b with delta = %g beneath it: carries the bulk of the energy, "
           "better for compositions that are not in the data\n",
           p->pair_delta);
    if (p->facts->all.n_components)
        printf("sigma of forces %g: 4 %% of their rms, %.3f eV/Angstrom, from 0.01 to "
               "0.2\n",
               p->sigma.force, sz_fact_force(&p->facts->all));
    else
        printf("sigma of forces %g: there are none to judge by\n", p->sigma.force);
    printf("sigma of energies %g eV/atom, of virials %g: in proportion to it\n",
           p->sigma.energy, p->sigma.virial);
    for (int k = 0; k < p->data->n_config_types; k++)
        if (is_special(p, k))
            printf("sigma of %.60s: %g, its forces are %s (rms %.3f)\n",
                   p->data->config_type[k], p->of_type[k].force,
                   p->of_type[k].force > p->sigma.force ? "larger" : "smaller",
                   sz_fact_force(&p->facts->type[k]));
}

/* nominal length of the vectors of a term */
static double n_components(const plan *p, const soap *t)
{
    double n = t->n_max, s = p->data->n_species;
    double radial = t->nu_S == 1 ? n * n * s : n * (n + 1.0) / 2.0;

    return radial * (t->l_max + 1);
}

static void print_size(const plan *p)
{
    const sz_facts *f = p->facts;
    const sz_type_facts *all = &f->all;
    int n_species = p->data->n_species;
    double components = 0.0;
    int m = p->n_soaps * n_species * p->n_sparse +
            n_species * (n_species + 1) / 2 * PAIR_POINTS;
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
    printf("\n        --curve FILE.json tells what more or fewer would do\n");
    seconds = flops / 40e9;
    printf("the fit: %d unknowns, %.0f rows, about %.3g TFLOP of matrix products (%.2g "
           "%s on one core at 40 GF/s), %.0f MB for each thread\n",
           m, rows, 1e-12 * flops, seconds < 60.0 ? seconds : seconds / 60.0,
           seconds < 60.0 ? "seconds" : "minutes", 1e-6 * (double)sz_lsq_memory(m, 0));
}

/* ---- the command ------------------------------------------------------------------- */

/* A name of data that a fit has to be told. */
typedef struct {
    const char *key, *ours, *name; /* ours: in a .conf */
} told;
enum { N_TOLD = SZ_N_NAMES + 1 };

/* The unusual names, and "none" of a kind that was named and is not there, which a fit
 * would look for. A name for the virials alone would leave the stresses out. */
static int find_told(told found[N_TOLD], const sz_validation *v)
{
    char *const *name = v->name.name;
    const struct {
        const char *key, *ours, *usual, *name;
        int given;
    } all[N_TOLD] = {{"energy_parameter_name", "energy_key", "energy",
                      name[SZ_NAME_ENERGY], v->given[SZ_NAME_ENERGY] != NULL},
                     {"force_parameter_name", "force_key", "force", name[SZ_NAME_FORCE],
                      v->given[SZ_NAME_FORCE] != NULL},
                     {"virial_parameter_name", "virial_key", "virial",
                      name[SZ_NAME_VIRIAL], v->given[SZ_NAME_VIRIAL] != NULL},
                     {"stress_parameter_name", "stress_key",
                      *name[SZ_NAME_VIRIAL] ? "" : "stress", name[SZ_NAME_STRESS],
                      v->given[SZ_NAME_STRESS] != NULL},
                     {"config_type_parameter_name", "config_type_key", "config_type",
                      v->config_type, 0}};
    int n = 0;

    for (int k = 0; k < N_TOLD; k++) {
        const char *word = *all[k].name ? all[k].name : all[k].given ? "none" : "";

        if (*word && strcmp(word, all[k].usual) != 0)
            found[n++] = (told){all[k].key, all[k].ours, word};
    }
    return n;
}

static void print_names(const sz_validation *v)
{
    told found[N_TOLD];
    int n = find_told(found, v);

    for (int k = 0; k < n; k++)
        printf("%s%s=%s", k ? " " : "  ", found[k].key, found[k].name);
    if (n) printf(" \\\n");
}

static void print_type_sigmas(const plan *p)
{
    int n = 0;

    for (int k = 0; k < p->data->n_config_types; k++) {
        const sigmas *s = &p->of_type[k];

        if (!is_special(p, k)) continue;
        printf("%s%s:%g:%g:%g:0", n++ ? ":" : "  config_type_sigma=\"{",
               p->data->config_type[k], s->energy, s->force, s->virial);
    }
    if (n) printf("}\" \\\n");
}

/* A word as the shell takes it. */
static void print_word(const char *word)
{
    if (!word[strcspn(word, " \t\"'$`&;()<>|*?#~\\")]) {
        printf("%s", word);
        return;
    }
    putchar('\'');
    for (; *word; word++) printf(*word == '\'' ? "'\\''" : "%c", *word);
    putchar('\'');
}

static void print_gap(const plan *p)
{
    printf("  gap=\"{distance_2b cutoff=%.1f covariance_type=ard_se theta_uniform=1.0 "
           "delta=%g \\\n    sparse_method=uniform n_sparse=%d",
           p->cutoff, p->pair_delta, PAIR_POINTS);
    for (int k = 0; k < p->n_soaps; k++) {
        const soap *t = p->soap + k;

        printf(
            " : \\\n    soap n_max=%d l_max=%d cutoff=%.1f cutoff_transition_width=1.0 "
            "atom_sigma=%.2f \\\n    zeta=%d delta=%g covariance_type=dot_product "
            "sparse_method=cur_points n_sparse=%d",
            t->n_max, t->l_max, p->cutoff, p->atom_sigma, ZETA, p->delta, p->n_sparse);
        if (t->nu_S < 2) printf(" \\\n    nu_R=2 nu_S=%d", t->nu_S);
        if (t->tolerance > 0.0) printf(" radial_tolerance=%g", t->tolerance);
    }
    printf("}\"\n");
}

static void print_command(const plan *p, const sz_validation *v)
{
    const sz_facts *f = p->facts;

    printf("\nsoapz fit at_file=");
    print_word(p->data->path);
    printf(" gp_file=model.soapz rnd_seed=1 sparse_jitter=1e-8 \\\n");
    print_names(v);
    if (f->kind == SZ_FACT_LEAST_SQUARES)
        for (int k = 0; k < p->data->n_species; k++)
            printf("%s%s:%.4f%s", k ? ":" : "  e0=\"{", sz_element_symbol(p->data->z[k]),
                   f->e0[k], k + 1 < p->data->n_species ? "" : "}\" \\\n");
    else
        printf("  e0_method=%s \\\n",
               f->kind == SZ_FACT_ISOLATED ? "isolated" : "average");
    printf("  default_sigma=\"{%g %g %g 0}\" \\\n", p->sigma.energy, p->sigma.force,
           p->sigma.virial);
    print_type_sigmas(p);
    if (p->core >= LEAST_CORE)
        printf("  core_ip_args=\"IP ZBL cutoff=%.1f cutoff_width=%.1f\" \\\n", p->core,
               0.5 * p->core);
    print_gap(p);
}

/* ---- the same as a file ------------------------------------------------------------ */

static void write_names(FILE *file, const sz_validation *v)
{
    told found[N_TOLD];
    int n = find_told(found, v);

    for (int k = 0; k < n; k++) fprintf(file, "%s = %s\n", found[k].ours, found[k].name);
}

static void write_e0(FILE *file, const plan *p)
{
    const sz_facts *f = p->facts;

    fprintf(file, "e0 =");
    for (int k = 0; f->kind == SZ_FACT_LEAST_SQUARES && k < p->data->n_species; k++)
        fprintf(file, " %s %.4f", sz_element_symbol(p->data->z[k]), f->e0[k]);
    if (f->kind != SZ_FACT_LEAST_SQUARES)
        fprintf(file, " %s", f->kind == SZ_FACT_ISOLATED ? "isolated" : "average");
    fputc('\n', file);
}

static void write_sections(FILE *file, const plan *p)
{
    for (int k = 0; k < p->data->n_config_types; k++)
        if (is_special(p, k))
            fprintf(file,
                    "\n[config_type %s]\nsigma_energy = %g\nsigma_force = %g\n"
                    "sigma_virial = %g\n",
                    p->data->config_type[k], p->of_type[k].energy, p->of_type[k].force,
                    p->of_type[k].virial);
    fprintf(file,
            "\n[distance_2b]\ncutoff = %.1f\ntheta = 1.0\ndelta = %g\nn_sparse = %d\n",
            p->cutoff, p->pair_delta, PAIR_POINTS);
    for (int k = 0; k < p->n_soaps; k++) {
        const soap *t = p->soap + k;

        fprintf(file,
                "\n[soap]\n# %s\nn_max = %d\nl_max = %d\ncutoff = %.1f\n"
                "cutoff_width = 1.0\natom_sigma = %.2f\nzeta = %d\ndelta = %g\n"
                "n_sparse = %d\n",
                t->label, t->n_max, t->l_max, p->cutoff, p->atom_sigma, ZETA, p->delta,
                p->n_sparse);
        if (t->nu_S < 2) fprintf(file, "nu_R = 2\nnu_S = %d\n", t->nu_S);
        if (t->tolerance > 0.0) fprintf(file, "radial_tolerance = %g\n", t->tolerance);
    }
}

static void write_settings(FILE *file, const plan *p, const sz_validation *v)
{
    fprintf(file,
            "# settings to begin with, by soapz fit --suggest; soapz fit --help-keys\n"
            "train = %s\nmodel = model.soapz\nseed = 1\njitter = 1e-8\n",
            p->data->path);
    write_names(file, v);
    write_e0(file, p);
    fprintf(file, "sigma_energy = %g\nsigma_force = %g\nsigma_virial = %g\n",
            p->sigma.energy, p->sigma.force, p->sigma.virial);
    if (p->core >= LEAST_CORE)
        fprintf(file, "core_args = IP ZBL cutoff=%.1f cutoff_width=%.1f\n", p->core,
                0.5 * p->core);
    write_sections(file, p);
}

/* What is there already is the user's. */
static sz_status check_new(const char *path, sz_error *err)
{
    FILE *old = fopen(path, "r");

    if (!old && errno == ENOENT) return SZ_OK;
    if (old) fclose(old);
    return sz_fail(
        err, SZ_ERR_ARGUMENT,
        "--suggest: %.300s is there already and stays as it is; name a new file", path);
}

/* The grammar of the file has no quotes. */
static sz_status check_path(const char *path, sz_error *err)
{
    size_t n = strlen(path);

    if (!strpbrk(path, "#\n") && path[0] != ' ' && path[n - 1] != ' ' &&
        path[n - 1] != '\\')
        return SZ_OK;
    return sz_fail(err, SZ_ERR_ARGUMENT,
                   "--suggest: the name %.300s cannot stand in a .conf; rename the file",
                   path);
}

static sz_status write_config(const char *to, const plan *p, const sz_validation *v,
                              sz_error *err)
{
    sz_output out = {0};
    sz_status status = check_path(p->data->path, err);

    if (status == SZ_OK) status = check_new(to, err);
    if (status == SZ_OK) status = sz_output_open(&out, to, err);
    if (status == SZ_OK) write_settings(out.file, p, v);
    if (status == SZ_OK) return sz_output_close(&out, 1, err);
    sz_output_free(&out);
    return status;
}

/* ---- the verb ---------------------------------------------------------------------- */

/* Words of a fit's command line that do not name the data are not looked at: they are
 * what is to be found. */
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
                                  "--suggest looks at one file of data: %s or %s; put "
                                  "their frames into one",
                                  *path, data);
        if (data) *path = data;
        sz_take_name(v, word[i]);
    }
    if (!*path || !**path)
        return sz_usage_error("fit", "--suggest needs the data: at_file=TRAIN.xyz");
    if (!strcmp(*path, "-"))
        return sz_usage_error("fit",
                              "--suggest reads the data twice: name a file as at_file");
    return 0;
}

static sz_status check(const sz_facts *facts, const sz_dataset *data, sz_error *err)
{
    if (!(facts->typical > 0.0))
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: no atom has a neighbour within %g Angstrom: there is nothing "
                       "to fit",
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
    plan p = {.facts = &facts};
    sz_status status = to ? check_new(to, err) : SZ_OK;

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
            status = write_config(to, &p, v, err);
        else
            print_command(&p, v);
    }
    if (status == SZ_OK && to) {
        printf("\nsoapz fit ");
        print_word(to);
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
