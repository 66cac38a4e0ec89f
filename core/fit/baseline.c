/* SPDX-License-Identifier: BSD-3-Clause
 *
 * baseline.c - the baseline of a fit: y <- y - y_core, model = core + GAP.
 *
 * The core is a separate model, evaluated for the frames as in MD. As in QUIP, it does
 * not act on atoms of unknown elements. */
#include "fit/baseline.h"

#include "format/gap_xml.h"
#include "model/model.h"
#include "model/predict.h"
#include "term/core_terms.h"
#include "term/coulomb.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Atoms of a frame that the core acts on. */
typedef struct {
    int n, *species, *atom; /* [n] */
    double *position;       /* [n][3] */
    double *force;          /* [n_atoms][3] */
} subset;

static void subset_free(subset *s)
{
    free(s->species);
    free(s->atom);
    free(s->position);
    free(s->force);
}

static sz_status subset_create(subset *s, const sz_structure *all, const int *species,
                               sz_error *err)
{
    size_t n = (size_t)all->n_atoms + 1;

    s->species = malloc(n * sizeof *s->species);
    s->atom = malloc(n * sizeof *s->atom);
    s->position = malloc(3 * n * sizeof *s->position);
    s->force = calloc(3 * n, sizeof *s->force);
    if (!s->species || !s->atom || !s->position || !s->force)
        return sz_fail_memory(err, 56 * n, "a frame");
    for (int i = 0; i < all->n_atoms; i++) {
        if (species[all->species[i]] < 0) continue;
        s->species[s->n] = species[all->species[i]];
        s->atom[s->n] = i;
        memcpy(s->position + 3 * (size_t)s->n++, all->position + 3 * (size_t)i,
               3 * sizeof *s->position);
    }
    return SZ_OK;
}

/* species: of the core's model, for each species of the data */
static sz_status take_frame(sz_predictor *p, sz_targets *targets, int f,
                            const int *species, sz_error *err)
{
    sz_structure part = sz_dataset_structure(targets->data, f);
    subset s = {0};
    sz_status status = subset_create(&s, &part, species, err);

    part.n_atoms = s.n;
    part.species = s.species;
    part.position = s.position;
    if (status == SZ_OK) status = sz_list_build(&p->list, &part, p->cutoff, err);
    if (status == SZ_OK) status = sz_predict_list(p, err);
    for (int k = 0; k < s.n && status == SZ_OK; k++)
        memcpy(s.force + 3 * (size_t)s.atom[k], p->force + 3 * (size_t)k,
               3 * sizeof *s.force);
    if (status == SZ_OK) sz_targets_subtract(targets, f, p->energy, s.force, p->virial);
    subset_free(&s);
    return status;
}

/* A GAP as baseline acts only on its own elements, ZBL on all: in one model ZBL would be
 * missing for atoms that the GAP does not know. */
static sz_status check_elements(const sz_baseline *baseline, const sz_dataset *data,
                                const int *species, sz_error *err)
{
    const void *zbl = sz_model_group(baseline->model, &sz_kind_zbl);

    for (int k = 0; k < data->n_species; k++) {
        const char *core = sz_core_without(baseline->gap, data->z[k]);

        if (core)
            return sz_fail(err, SZ_ERR_FORMAT,
                           "core_ip_args: %s does not list %s, which is in the data; add "
                           "a <per_type_data> with atomic_num=\"%d\" to its parameters",
                           core, sz_element_symbol(data->z[k]), data->z[k]);
    }

    for (int k = 0; k < data->n_species && zbl; k++)
        if (species[k] < 0)
            return sz_fail(
                err, SZ_ERR_FORMAT,
                "core_ip_args: its GAP does not contain %s, so that element's IP ZBL "
                "would be lost; subtract them one after the other, in two fits",
                sz_element_symbol(data->z[k]));
    return SZ_OK;
}

sz_status sz_baseline_take(const sz_baseline *baseline, sz_targets *targets,
                           const sz_watch *watch, sz_error *err)
{
    const sz_dataset *data = targets->data;
    int species[SZ_Z_MAX];
    sz_predictor *p = NULL;
    sz_error why;
    char place[SZ_PLACE];
    sz_status status;

    if (!baseline->model) return SZ_OK;
    sz_dataset_map(species, data, baseline->model);
    status = check_elements(baseline, data, species, err);
    if (status == SZ_OK) status = sz_predictor_create(&p, baseline->model, err);
    for (int f = 0; f < data->n_frames && status == SZ_OK; f++) {
        status = sz_watch_check(watch, err);
        if (status != SZ_OK) break;
        status = take_frame(p, targets, f, species, &why);
        if (status != SZ_OK)
            sz_fail(err, status, "%s: the core potential: %.600s",
                    sz_dataset_place(data, f, SZ_FIRST_LINE, place), why.message);
    }
    sz_predictor_free(p);
    return status;
}

/* The direct Coulomb sum extends to the largest cutoff of the whole model (coulomb.c), so
 * here, as in gap_fit, also to those of the descriptors. */
static void reach_out(sz_gap *gap, const sz_fit_spec *spec)
{
    if (gap->coulomb && gap->coulomb->method == SZ_COULOMB_DIRECT)
        gap->coulomb->cutoff = fmax(gap->coulomb->cutoff, sz_fit_cutoff(spec));
}

sz_status sz_baseline_open(sz_baseline *baseline, const sz_fit_spec *spec, sz_error *err)
{
    sz_status status;

    *baseline = (sz_baseline){NULL, NULL};
    if (!*spec->core_ip_args) return SZ_OK;
    status =
        sz_gap_read_core(&baseline->gap, spec->core_param_file, spec->core_ip_args, err);
    if (status == SZ_OK) reach_out(baseline->gap, spec);
    if (status == SZ_OK) status = sz_model_build(&baseline->model, baseline->gap, err);
    return status;
}

void sz_baseline_free(sz_baseline *baseline)
{
    sz_model_free(baseline->model);
    sz_gap_free(baseline->gap);
    *baseline = (sz_baseline){NULL, NULL};
}
