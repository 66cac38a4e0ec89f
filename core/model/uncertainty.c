/* SPDX-License-Identifier: BSD-3-Clause
 *
 * uncertainty.c - expected errors, from the parameters of soapz calibrate.
 *
 *   sigma_i^2 = (noise^2 + slope^2 g_i^2) max(1, var_i / var_max)
 *   g_i^2     = (|F_i|^2 + sum_j w(r_ij) |F_j|^2) / (1 + sum_j w(r_ij))
 *   w(r)      = (1 - (r/cutoff)^2)^2
 *   sigma_E^2 = n^2 noise_E^2 + scale_E^2 var_sum
 *
 * noise and slope belong to the element of atom i, g_i is the root mean square of the
 * predicted forces around it, var (variance.c) matters only beyond var_max, the largest
 * of the calibration data. The note of the model with the parameters:
 *
 *   cutoff=5 variance=1.1e-05 energy_noise=0.001 energy_scale=1.2 Nb={0.01 0.04} ..
 *
 * in Angstrom, eV^2, eV and, for each element, noise (eV/Angstrom) and slope. */
#include "model/uncertainty.h"

#include "base/args.h"
#include "model/model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* "noise slope" */
static int read_pair(const char *text, double *noise, double *slope)
{
    const char *p = sz_scan_double(sz_skip_blanks(text), noise);

    if (p) p = sz_scan_double(sz_skip_blanks(p), slope);
    return p && !*sz_skip_blanks(p) && *noise >= 0.0 && *slope >= 0.0;
}

static sz_status read_elements(sz_uncertainty *s, const sz_model *model,
                               const sz_args *args, sz_error *err)
{
    for (int k = 0; k < model->species.n; k++) {
        const char *symbol = sz_element_symbol(model->z[k]);
        const char *text = sz_args_string(args, symbol, "");

        if (!read_pair(text, &s->noise[k], &s->slope[k]))
            return sz_fail(
                err, SZ_ERR_FORMAT,
                "%s: %s must be {noise slope}, two numbers >= 0, not \"%.80s\"; "
                "run soapz calibrate again",
                sz_args_where(args), symbol, text);
    }
    return SZ_OK;
}

static sz_status read_note(sz_uncertainty *s, const sz_model *model, const sz_args *args,
                           sz_error *err)
{
    sz_status status = sz_args_double(args, "cutoff", &s->cutoff, err);

    if (status == SZ_OK) status = sz_args_double(args, "variance", &s->variance, err);
    if (status == SZ_OK)
        status = sz_args_double(args, "energy_noise", &s->energy_noise, err);
    if (status == SZ_OK)
        status = sz_args_double(args, "energy_scale", &s->energy_scale, err);
    if (status == SZ_OK &&
        !(s->cutoff > 0.0 && s->cutoff <= model->cutoff && s->variance > 0.0 &&
          s->energy_noise >= 0.0 && s->energy_scale >= 0.0))
        status = sz_fail(err, SZ_ERR_FORMAT,
                         "%s: cutoff (at most that of the model) and variance must be "
                         "positive, energy_noise and energy_scale not negative; run "
                         "soapz calibrate again",
                         sz_args_where(args));
    return status == SZ_OK ? read_elements(s, model, args, err) : status;
}

sz_status sz_uncertainty_create(sz_uncertainty **u, const sz_model *model, sz_error *err)
{
    const char *text = sz_model_note(model, SZ_UNCERTAINTY_NOTE);
    sz_args *args = NULL;
    sz_uncertainty *s = NULL;
    char where[300];
    sz_status status;

    *u = NULL;
    if (!text)
        return sz_fail(
            err, SZ_ERR_ARGUMENT,
            "%s has no calibration, which expected errors need; run soapz calibrate",
            model->path);
    snprintf(where, sizeof where, "%.200s: the note %s", model->path,
             SZ_UNCERTAINTY_NOTE);
    status = sz_args_parse(&args, text, where, err);
    if (status == SZ_OK) {
        s = calloc(1, sizeof *s);
        status = s ? read_note(s, model, args, err)
                   : sz_fail_memory(err, sizeof *s, "the calibration");
    }
    sz_args_free(args);
    if (status == SZ_OK) {
        *u = s;
        s = NULL;
    }
    free(s);
    return status;
}

void sz_uncertainty_free(sz_uncertainty *u)
{
    free(u);
}

double sz_uncertainty_weight(const sz_uncertainty *u, double r2)
{
    double x = 1.0 - r2 / (u->cutoff * u->cutoff);

    return x > 0.0 ? x * x : 0.0;
}

double sz_uncertainty_force(const sz_uncertainty *u, int species, double g2,
                            double variance)
{
    double noise = u->noise[species], slope = u->slope[species];
    double beyond = variance / u->variance;

    return sqrt((noise * noise + slope * slope * g2) * (beyond > 1.0 ? beyond : 1.0));
}

double sz_uncertainty_energy(const sz_uncertainty *u, int n_atoms, double variance)
{
    double noise = n_atoms * u->energy_noise, scale = u->energy_scale;

    return sqrt(noise * noise + scale * scale * (variance > 0.0 ? variance : 0.0));
}

static double length2(const double *v)
{
    return v[0] * v[0] + v[1] * v[1] + v[2] * v[2];
}

double sz_uncertainty_around(const sz_uncertainty *u, const sz_list *list, int i,
                             const double *force)
{
    double sum = length2(force + 3 * (size_t)i), weight = 1.0;

    for (int k = list->first[i]; k < list->first[i + 1]; k++) {
        double w = sz_uncertainty_weight(u, length2(list->r + 3 * (size_t)k));

        sum += w * length2(force + 3 * (size_t)list->neigh[k]);
        weight += w;
    }
    return sum / weight;
}

void sz_uncertainty_forces(const sz_uncertainty *u, const sz_list *list,
                           const double *force, const double *variance, double *out)
{
    for (int i = 0; i < list->nb.n_atoms; i++)
        out[i] =
            sz_uncertainty_force(u, list->nb.species[i],
                                 sz_uncertainty_around(u, list, i, force), variance[i]);
}
