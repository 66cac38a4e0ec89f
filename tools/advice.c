/* SPDX-License-Identifier: BSD-3-Clause
 *
 * advice.c - the settings of --suggest as a command line and as a file. */
#include "advice.h"

#include "tool.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ---- the command ------------------------------------------------------------------- */

/* A data name that must be given to the fit. */
typedef struct {
    const char *key, *ours, *name; /* soapz's name, in a .conf */
} told;
enum { N_TOLD = SZ_N_NAMES + 1 };

/* The names that are not the default ones, and "none" for a kind that was named but is
 * missing in the data, since a fit would look for it. With a name for the virials alone,
 * stresses would not be used. */
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

static void print_type_sigmas(const sz_advice *p)
{
    int n = 0;

    for (int k = 0; k < p->data->n_config_types; k++) {
        const sz_advice_sigmas *s = &p->of_type[k];

        if (!sz_advice_is_special(p, k)) continue;
        printf("%s%s:%g:%g:%g:0", n++ ? ":" : "  config_type_sigma=\"{",
               p->data->config_type[k], s->energy, s->force, s->virial);
    }
    if (n) printf("}\" \\\n");
}

/* A word with shell quoting. */
void sz_advice_print_word(const char *word)
{
    if (!word[strcspn(word, " \t\"'$`&;()<>|*?#~\\")]) {
        printf("%s", word);
        return;
    }
    putchar('\'');
    for (; *word; word++) printf(*word == '\'' ? "'\\''" : "%c", *word);
    putchar('\'');
}

static void print_gap(const sz_advice *p)
{
    printf("  gap=\"{distance_2b cutoff=%.1f covariance_type=ard_se theta_uniform=1.0 "
           "delta=%g \\\n    sparse_method=uniform n_sparse=%d",
           p->cutoff, p->pair_delta, SZ_PAIR_POINTS);
    for (int k = 0; k < p->n_soaps; k++) {
        const sz_advice_soap *t = p->soap + k;

        printf(
            " : \\\n    soap n_max=%d l_max=%d cutoff=%.1f cutoff_transition_width=1.0 "
            "atom_sigma=%.2f \\\n    zeta=%d delta=%g covariance_type=dot_product "
            "sparse_method=cur_points n_sparse=%d",
            t->n_max, t->l_max, p->cutoff, p->atom_sigma, SZ_ADVICE_ZETA, p->delta,
            p->n_sparse);
        if (t->nu_S < 2) printf(" \\\n    nu_R=2 nu_S=%d", t->nu_S);
        if (t->tolerance > 0.0) printf(" radial_tolerance=%g", t->tolerance);
    }
    printf("}\"\n");
}

void sz_advice_print_command(const sz_advice *p, const sz_validation *v)
{
    const sz_facts *f = p->facts;

    printf("\nsoapz fit at_file=");
    sz_advice_print_word(p->data->path);
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
    if (p->core >= SZ_LEAST_CORE)
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

static void write_e0(FILE *file, const sz_advice *p)
{
    const sz_facts *f = p->facts;

    fprintf(file, "e0 =");
    for (int k = 0; f->kind == SZ_FACT_LEAST_SQUARES && k < p->data->n_species; k++)
        fprintf(file, " %s %.4f", sz_element_symbol(p->data->z[k]), f->e0[k]);
    if (f->kind != SZ_FACT_LEAST_SQUARES)
        fprintf(file, " %s", f->kind == SZ_FACT_ISOLATED ? "isolated" : "average");
    fputc('\n', file);
}

static void write_sections(FILE *file, const sz_advice *p)
{
    for (int k = 0; k < p->data->n_config_types; k++)
        if (sz_advice_is_special(p, k))
            fprintf(file,
                    "\n[config_type %s]\nsigma_energy = %g\nsigma_force = %g\n"
                    "sigma_virial = %g\n",
                    p->data->config_type[k], p->of_type[k].energy, p->of_type[k].force,
                    p->of_type[k].virial);
    fprintf(file,
            "\n[distance_2b]\ncutoff = %.1f\ntheta = 1.0\ndelta = %g\nn_sparse = %d\n",
            p->cutoff, p->pair_delta, SZ_PAIR_POINTS);
    for (int k = 0; k < p->n_soaps; k++) {
        const sz_advice_soap *t = p->soap + k;

        fprintf(file,
                "\n[soap]\n# %s\nn_max = %d\nl_max = %d\ncutoff = %.1f\n"
                "cutoff_width = 1.0\natom_sigma = %.2f\nzeta = %d\ndelta = %g\n"
                "n_sparse = %d\n",
                t->label, t->n_max, t->l_max, p->cutoff, p->atom_sigma, SZ_ADVICE_ZETA,
                p->delta, p->n_sparse);
        if (t->nu_S < 2) fprintf(file, "nu_R = 2\nnu_S = %d\n", t->nu_S);
        if (t->tolerance > 0.0) fprintf(file, "radial_tolerance = %g\n", t->tolerance);
    }
}

static void write_settings(FILE *file, const sz_advice *p, const sz_validation *v)
{
    fprintf(file,
            "# starting values, by soapz fit --suggest; see soapz fit --help-keys\n"
            "train = %s\nmodel = model.soapz\nseed = 1\njitter = 1e-8\n",
            p->data->path);
    write_names(file, v);
    write_e0(file, p);
    fprintf(file, "sigma_energy = %g\nsigma_force = %g\nsigma_virial = %g\n",
            p->sigma.energy, p->sigma.force, p->sigma.virial);
    if (p->core >= SZ_LEAST_CORE)
        fprintf(file, "core_args = IP ZBL cutoff=%.1f cutoff_width=%.1f\n", p->core,
                0.5 * p->core);
    write_sections(file, p);
}

/* An existing file is not overwritten. */
sz_status sz_advice_check_new(const char *path, sz_error *err)
{
    FILE *old = fopen(path, "r");

    if (!old && errno == ENOENT) return SZ_OK;
    if (old) fclose(old);
    return sz_fail(
        err, SZ_ERR_ARGUMENT,
        "--suggest: %.300s exists already and is not overwritten; name a new file", path);
}

/* The grammar of the file has no quoting. */
static sz_status check_path(const char *path, sz_error *err)
{
    size_t n = strlen(path);

    if (!strpbrk(path, "#\n") && path[0] != ' ' && path[n - 1] != ' ' &&
        path[n - 1] != '\\')
        return SZ_OK;
    return sz_fail(
        err, SZ_ERR_ARGUMENT,
        "--suggest: the name %.300s cannot be written in a .conf; rename the file", path);
}

sz_status sz_advice_write(const char *to, const sz_advice *p, const sz_validation *v,
                          sz_error *err)
{
    sz_output out = {0};
    sz_status status = check_path(p->data->path, err);

    if (status == SZ_OK) status = sz_advice_check_new(to, err);
    if (status == SZ_OK) status = sz_output_open(&out, to, err);
    if (status == SZ_OK) write_settings(out.file, p, v);
    if (status == SZ_OK) return sz_output_close(&out, 1, err);
    sz_output_free(&out);
    return status;
}
