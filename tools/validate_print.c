/* SPDX-License-Identifier: BSD-3-Clause
 *
 * validate_print.c - a validation as text. */
#include "validate.h"

#include "error_table.h"

#include <math.h>
#include <string.h>

static double energy_error(const sz_judged *m, int f)
{
    return m->frame[f].energy.n ? m->frame[f].energy.max : -1.0;
}

static double force_error(const sz_judged *m, int f)
{
    return m->frame[f].force.n ? m->frame[f].force.max : -1.0;
}

/* Frames by descending error, equal ones in the order of the file. */
static int find_worst(const sz_validation *v, int model, int k,
                      double (*error)(const sz_judged *, int))
{
    const sz_judged *m = &v->model[model];
    int last = -1;

    for (int round = 0; round <= k; round++) {
        int best = -1;

        for (int f = 0; f < v->data->n_frames; f++) {
            double e = error(m, f), before = last < 0 ? 0.0 : error(m, last);

            if (e < 0.0) continue;
            if (last >= 0 && !(e < before || (e == before && f > last))) continue;
            if (best < 0 || e > error(m, best)) best = f;
        }
        last = best;
        if (last < 0) return -1;
    }
    return last;
}

int sz_worst_energy(const sz_validation *v, int model, int k)
{
    return find_worst(v, model, k, energy_error);
}

int sz_worst_force(const sz_validation *v, int model, int k)
{
    return find_worst(v, model, k, force_error);
}

int sz_worst_atom(const sz_validation *v, int model, int f, double *error)
{
    const sz_dataset_frame *frame = &v->data->frame[f];
    const double *force = v->model[model].force + 3 * frame->first;
    const double *reference = v->data->force + 3 * frame->first;
    int worst = 0;

    *error = -1.0;
    for (int i = 0; i < frame->n_atoms && frame->has_force; i++)
        for (size_t k = 3 * (size_t)i; k < 3 * (size_t)i + 3; k++) {
            double d = fabs(force[k] - reference[k]);

            if (v->data->masked[frame->first + (size_t)i] || !(d > *error)) continue;
            *error = d;
            worst = i;
        }
    return worst;
}

static void print_worst(const sz_validation *v, int model, FILE *file)
{
    const sz_dataset *t = v->data;
    char place[SZ_PLACE];
    int f;

    for (int k = 0; k < SZ_WORST && (f = sz_worst_force(v, model, k)) >= 0; k++) {
        const sz_dataset_frame *frame = &t->frame[f];
        double error;
        int i = sz_worst_atom(v, model, f, &error);

        if (k == 0) fprintf(file, "\nlargest errors of a force component, eV/Angstrom\n");
        fprintf(file, "  %9.4f  %s  %s atom %d of %d  %s\n", error,
                sz_dataset_place(t, f, i, place),
                sz_element_symbol(t->z[t->species[frame->first + (size_t)i]]), i + 1,
                frame->n_atoms, t->config_type[frame->config_type]);
    }
    for (int k = 0; k < SZ_WORST && (f = sz_worst_energy(v, model, k)) >= 0; k++) {
        const sz_dataset_frame *frame = &t->frame[f];
        double d = v->model[model].energy[f] - frame->energy;

        if (k == 0) fprintf(file, "\nlargest errors of an energy, meV/atom\n");
        fprintf(file, "  %9.2f  %s  %d atoms  %s\n", 1e3 * d / frame->n_atoms,
                sz_dataset_place(t, f, SZ_FIRST_LINE, place), frame->n_atoms,
                t->config_type[frame->config_type]);
    }
}

static void print_variance(const sz_judged *m, FILE *file)
{
    const sz_dataset *t = m->table.data;
    const sz_calibration *f = &m->of_forces, *e = &m->of_energies;

    fprintf(file, "\npredicted variance of the SOAP terms: ");
    if (!m->variance) {
        fprintf(file, "none, %s\n", m->no_variance);
        return;
    }
    fprintf(file, "distance from the sparse points,\nindependent of the training data "
                  "and their noise\n");
    if (f->n >= 3) {
        fprintf(
            file,
            "  rank correlation of an atom's sigma and the error of its force    %.2f\n",
            f->rank_correlation);
        for (int k = 0; k < t->n_config_types && t->n_config_types > 1; k++)
            fprintf(file, "%s%s %.2f",
                    k ? ", " : "    within a config_type: ", t->config_type[k],
                    m->rank_of_type[k]);
        if (t->n_config_types > 1) fputc('\n', file);
    }
    if (e->n >= 3)
        fprintf(
            file,
            "  rank correlation of a frame's sigma and the error of its energy   %.2f\n"
            "  energy errors over sigma: rms %.2f (1 is calibrated), %.0f %% within 1 "
            "sigma, %.0f %% within 2\n",
            e->rank_correlation, e->rms_z, 100 * e->within_1, 100 * e->within_2);
}

static void print_expected(const char *what, const sz_calibration *c, FILE *file)
{
    if (c->n < 3) return;
    fprintf(file,
            "  %s: %.1f %% within 1 sigma (68.3), %.1f %% within 2 (95.4), rank "
            "correlation %.2f\n",
            what, 100 * c->within_1, 100 * c->within_2, c->rank_correlation);
}

static void print_uncertainty(const sz_judged *m, FILE *file)
{
    if (!m->expects) return;
    fprintf(file, "\nexpected errors, from the calibration in the model\n");
    print_expected("forces", &m->expected_forces, file);
    print_expected("energies", &m->expected_energies, file);
}

static void print_ratio(const sz_error_sum *a, const sz_error_sum *b, double scale,
                        int digits, FILE *file)
{
    if (a->n)
        fprintf(file, "  %9.*f %9.*f", digits, scale * sz_error_mae(a), digits,
                scale * sz_error_mae(b));
    else
        fprintf(file, "  %9s %9s", "-", "-");
}

static void print_both(const char *name, int width, const sz_error_sums *a,
                       const sz_error_sums *b, FILE *file)
{
    fprintf(file, "%-*.60s", width, name);
    print_ratio(&a->energy, &b->energy, 1e3, 2, file);
    print_ratio(&a->force, &b->force, 1.0, 4, file);
    print_ratio(&a->virial, &b->virial, 1e3, 2, file);
    fputc('\n', file);
}

static void print_side_by_side(const sz_validation *v, FILE *file)
{
    const sz_error_table *a = &v->model[0].table, *b = &v->model[1].table;
    int width = 12;

    for (int k = 0; k < v->data->n_config_types; k++) {
        int n = (int)strlen(v->data->config_type[k]);

        if (n > width) width = n < 60 ? n : 60;
    }
    fprintf(file,
            "\nside by side, MAE: A %s, B %s\n%-*s  %19s  %19s  %19s\n%-*s  %9s %9s  %9s "
            "%9s  %9s %9s\n",
            v->model[0].path, v->model[1].path, width, "", "energy, meV/atom",
            "force, eV/Angstrom", "virial, meV/atom", width, "config_type", "A", "B", "A",
            "B", "A", "B");
    for (int k = 0; k < v->data->n_config_types; k++)
        print_both(v->data->config_type[k], width, &a->type[k], &b->type[k], file);
    print_both("all", width, &a->all, &b->all, file);
    for (int k = 0; k < v->data->n_species; k++)
        print_both(sz_element_symbol(v->data->z[k]), width, &a->element[k],
                   &b->element[k], file);
}

void sz_print_validation(const sz_validation *v, FILE *file)
{
    const sz_dataset *t = v->data;
    char *const *name = v->name.name;

    fprintf(file, "%s: %d frame%s, %zu atoms; ", t->path, t->n_frames,
            t->n_frames == 1 ? "" : "s", t->n_atoms);
    fprintf(file, "reference: %s%s%s%s%s%s%s\n", name[SZ_NAME_ENERGY],
            *name[SZ_NAME_ENERGY] ? " " : "", name[SZ_NAME_FORCE],
            *name[SZ_NAME_FORCE] ? " " : "", name[SZ_NAME_VIRIAL],
            *name[SZ_NAME_VIRIAL] && *name[SZ_NAME_STRESS] ? " " : "",
            name[SZ_NAME_STRESS]);
    for (int m = 0; m < v->n_models; m++) {
        fprintf(file, "\n%s\n\n", v->model[m].path);
        sz_error_table_print(&v->model[m].table, file);
        print_worst(v, m, file);
        print_variance(&v->model[m], file);
        print_uncertainty(&v->model[m], file);
    }
    if (v->n_models == 2) print_side_by_side(v, file);
}
