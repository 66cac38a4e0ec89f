/* SPDX-License-Identifier: BSD-3-Clause
 *
 * targets.c - reference data -> targets with sigmas.
 *
 *   y = reference - baseline - e0
 *   sigma   of the config_type, see sigma.c; those of the frame are absolute, without
 *           sqrt(n_atoms): component before atom before frame before config_type */
#include "data/targets.h"

#include "base/memory.h"
#include "base/text.h"
#include "data/virials.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TYPES_SHOWN = 5 };

void sz_targets_free(sz_targets *t)
{
    if (!t) return;
    sz_warnings_free(&t->warnings);
    free(t->frame);
    free(t->force);
    free(t->force_sigma);
    free(t);
}

void sz_targets_subtract(sz_targets *t, int f, double energy, const double *force,
                         const double *virial)
{
    const sz_dataset_frame *frame = t->data->frame + f;
    double *own = t->force + 3 * frame->first, symmetric[9];

    if (frame->has_energy) t->frame[f].energy -= energy;
    for (size_t i = 0; frame->has_force && i < 3 * (size_t)frame->n_atoms; i++)
        own[i] -= force[i];
    sz_symmetrise(symmetric, virial);
    for (int k = 0; frame->has_virial && k < 9; k++)
        t->frame[f].virial[k] -= symmetric[k];
}

/* ---- sigmas ------------------------------------------------------------------------ */

/* own: given in the frame, NaN if there is none */
static double pick(double own, double of_type)
{
    return isnan(own) ? of_type : own;
}

/* A sigma that is used must be positive, and not so small that its rows overflow. */
static sz_status check_sigma(const sz_targets *t, int f, int atom, double sigma,
                             const char *of, sz_error *err)
{
    char place[SZ_PLACE];

    if (sigma >= 1e-10 && sigma <= 1e10) return SZ_OK;
    return sz_fail(err, SZ_ERR_FORMAT,
                   "%s: the %s of this frame has sigma %g; give a positive one, 1e-10 to "
                   "1e10, in "
                   "default_sigma, config_type_sigma (in a .conf sigma_%s) or the "
                   "frame%s%s%s",
                   sz_dataset_place(t->data, f, atom, place), of, sigma, of,
                   strcmp(of, "energy") ? ", or leave them all out with " : "",
                   strcmp(of, "energy") ? of : "",
                   strcmp(of, "energy") ? "_parameter_name=none" : "");
}

static sz_status take_force_sigmas(sz_targets *t, int f, double of_type, sz_error *err)
{
    const sz_dataset *data = t->data;
    size_t first = 3 * data->frame[f].first;
    sz_status status = SZ_OK;

    for (int k = 0; k < 3 * data->frame[f].n_atoms && status == SZ_OK; k++) {
        double *sigma = &t->force_sigma[first + (size_t)k];

        *sigma = pick(data->force_sigma[first + (size_t)k], of_type);
        status = check_sigma(t, f, k / 3, *sigma, "force", err);
        if (data->masked[(first + (size_t)k) / 3]) *sigma = 0.0;
        t->n_force_rows += *sigma > 0.0;
    }
    return status;
}

static sz_status take_sigmas(sz_targets *t, int f, const sz_sigma_table *table,
                             sz_error *err)
{
    const sz_dataset_frame *frame = t->data->frame + f;
    const sz_sigma s =
        sz_sigma_rows(table, t->data->config_type[frame->config_type], frame->n_atoms);
    sz_target *to = t->frame + f;
    sz_status status = SZ_OK;

    if (frame->has_energy) {
        to->energy_sigma = pick(frame->energy_sigma, s.energy);
        status = check_sigma(t, f, SZ_COMMENT_LINE, to->energy_sigma, "energy", err);
    }
    if (status == SZ_OK && frame->has_force)
        status = take_force_sigmas(t, f, s.force, err);
    if (frame->has_virial) t->n_virial_rows += 6;
    for (int k = 0; k < 9 && status == SZ_OK && frame->has_virial; k++) {
        to->virial_sigma[k] = pick(frame->virial_sigma[k], s.virial);
        status = check_sigma(t, f, SZ_COMMENT_LINE, to->virial_sigma[k], "virial", err);
    }
    return status;
}

static sz_status check_energies(const sz_dataset *data, sz_error *err)
{
    char place[SZ_PLACE];

    if (data->n_energies) return SZ_OK;
    if (!data->n_frames || !data->energy_name)
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "%s: there is no frame with an energy, which a fit needs",
                       data->path);
    return sz_fail(err, SZ_ERR_FORMAT,
                   "%s: no frame has an energy named '%s'; "
                   "set energy_parameter_name to one of: %.600s",
                   sz_dataset_place(data, 0, SZ_COMMENT_LINE, place), data->energy_name,
                   data->names);
}

/* One sentence for all of them. */
static sz_status warn_of_types(sz_targets *t, const sz_sigma_table *table, sz_error *err)
{
    const sz_dataset *data = t->data;
    sz_text names = {0};
    int n = 0;
    sz_status status = SZ_OK;

    for (int k = 0; k < table->n; k++) {
        const char *type = table->entry[k].config_type;
        int used = strcmp(type, "default") == 0;

        for (int c = 0; c < data->n_config_types; c++)
            used |= strcmp(data->config_type[c], type) == 0;
        if (!used && ++n <= TYPES_SHOWN)
            sz_text_add(&names, n > 1 ? ", %.100s" : "%.100s", type);
    }
    if (names.failed)
        status = sz_fail_memory(err, names.room, "a warning");
    else if (n == 1)
        status = sz_warnings_add(
            &t->warnings, err,
            "%s: no frame has the config_type %s of config_type_sigma; case matters",
            data->path, names.s);
    else if (n)
        status = sz_warnings_add(&t->warnings, err,
                                 "%s: no frame has %d of the config_types of "
                                 "config_type_sigma: %s%s; case matters",
                                 data->path, n, names.s, n > TYPES_SHOWN ? ", .." : "");
    sz_text_free(&names);
    return status;
}

static sz_status set_sigmas(sz_targets *t, const sz_sigma_table *table, sz_error *err)
{
    sz_status status = SZ_OK;

    for (int f = 0; f < t->data->n_frames && status == SZ_OK; f++)
        status = take_sigmas(t, f, table, err);
    if (status == SZ_OK) status = check_energies(t->data, err);
    if (status == SZ_OK) status = warn_of_types(t, table, err);
    return status;
}

/* ---- all targets ------------------------------------------------------------------- */

static sz_status copy_reference(sz_targets *t, const sz_dataset *data, sz_error *err)
{
    size_t n = data->n_atoms;

    t->data = data;
    t->frame = calloc((size_t)data->n_frames + 1, sizeof *t->frame);
    t->force = malloc((3 * n + 1) * sizeof *t->force);
    t->force_sigma = calloc(3 * n + 1, sizeof *t->force_sigma);
    if (!t->frame || !t->force || !t->force_sigma)
        return sz_fail_memory(err, 48 * n, "the targets");
    if (n) memcpy(t->force, data->force, 3 * n * sizeof *t->force);
    for (int f = 0; f < data->n_frames; f++) {
        t->frame[f].energy = data->frame[f].energy;
        memcpy(t->frame[f].virial, data->frame[f].virial, sizeof t->frame[f].virial);
    }
    return SZ_OK;
}

sz_status sz_targets_create(sz_targets **targets, const sz_dataset *data,
                            const sz_sigma_table *sigma, sz_error *err)
{
    sz_targets *t = calloc(1, sizeof *t);
    sz_status status =
        t ? copy_reference(t, data, err) : sz_fail_memory(err, sizeof *t, "the targets");

    *targets = NULL;
    if (status == SZ_OK && sigma) status = set_sigmas(t, sigma, err);
    if (status == SZ_OK && sigma && !data->energy_name) /* names in a file are checked
                                                           elsewhere */
        status = sz_virials_warn(&t->warnings, data, err);
    if (status == SZ_OK) {
        *targets = t;
        t = NULL;
    }
    sz_targets_free(t);
    return status;
}
