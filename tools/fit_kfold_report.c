/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fit_kfold_report.c - a cross-validation measured, printed, filed and drawn. */
#include "fit_kfold_report.h"

#include "base/text.h"
#include "error_table.h"
#include "results.h"

#include <stdio.h>

static const sz_quantity quantities[] = {SZ_ENERGY, SZ_FORCE, SZ_VIRIAL};
static const char *const quantity_name[] = {"energy", "force", "virial"};

char *sz_kfold_path(const char *gp_file, sz_error *err)
{
    sz_text text = {0};

    sz_text_add(&text, "%s.kfold.json", gp_file);
    return sz_text_take(&text, "the name of a file", err);
}

/* ---- for people -------------------------------------------------------------------- */

static void print_pair(int known, double scale, int digits, double mae, double rmse)
{
    if (known)
        printf("  %9.*f %9.*f", digits, scale * mae, digits, scale * rmse);
    else
        printf("  %9s %9s", "-", "-");
}

static int frames_of(const sz_kfold *k, int fold)
{
    int n = 0;

    for (int f = 0; f < k->all.data->n_frames; f++) n += k->models.fold[f] == fold;
    return n;
}

static void print_fold(const sz_kfold *k, int fold, int n_quantities)
{
    printf("%-12d %8d %9s", fold + 1, frames_of(k, fold), "");
    for (int q = 0; q < n_quantities; q++) {
        const sz_error_sum *sum = sz_kfold_sum(k, fold, SZ_OF_ALL, 0, quantities[q]);

        print_pair(sum->n > 0, q == SZ_FORCE ? 1.0 : 1e3, q == SZ_FORCE ? 4 : 2,
                   sz_error_mae(sum), sz_error_rmse(sum));
    }
    putchar('\n');
}

static void print_kfold(const sz_kfold *k)
{
    int n_quantities = k->all.all.virial.n ? 3 : 2;

    printf("cross-validation: each of %d parts of %s judged by the fit of the others",
           k->models.n_folds, k->all.data->path);
    if (k->models.n_always)
        printf("; %d isolated atom%s in every fit", k->models.n_always,
               k->models.n_always == 1 ? "" : "s");
    printf("\n");
    sz_error_table_print(&k->all, stdout);
    printf("%-12s %8s\n", "part", "frames");
    for (int p = 0; p < k->models.n_folds; p++) print_fold(k, p, n_quantities);
    printf("%-12s %8s %9s", "deviation", "", "");
    for (int q = 0; q < n_quantities; q++) {
        sz_fold_deviation d = sz_kfold_deviation(k, SZ_OF_ALL, 0, quantities[q]);

        print_pair(sz_kfold_sum(k, -1, SZ_OF_ALL, 0, quantities[q])->n > 0,
                   q == SZ_FORCE ? 1.0 : 1e3, q == SZ_FORCE ? 4 : 2, d.mae, d.rmse);
    }
    printf("  between the parts\n");
    fflush(stdout);
}

/* ---- for machines; an allocation that fails shows in what is missing at the end -- */

/* Errors of all folds together, their deviations, and each fold's. */
static json_t *quantity_of(const sz_kfold *k, sz_error_group group, int member,
                           sz_quantity quantity)
{
    json_t *o = sz_json_errors(sz_kfold_sum(k, -1, group, member, quantity));
    json_t *folds = json_array();
    sz_fold_deviation d = sz_kfold_deviation(k, group, member, quantity);

    for (int p = 0; p < k->models.n_folds; p++)
        json_array_append_new(
            folds, sz_json_errors(sz_kfold_sum(k, p, group, member, quantity)));
    json_object_set_new(o, "mae_deviation", sz_json_number(d.mae));
    json_object_set_new(o, "rmse_deviation", sz_json_number(d.rmse));
    json_object_set_new(o, "folds", folds);
    return o;
}

static json_t *group_of(const sz_kfold *k, sz_error_group group, int member)
{
    json_t *o = json_object();

    for (int q = 0; q < 3; q++)
        if (group != SZ_OF_ELEMENT || q == SZ_FORCE)
            json_object_set_new(o, quantity_name[q],
                                quantity_of(k, group, member, quantities[q]));
    return o;
}

static json_t *describe(const sz_kfold *k, const char *model)
{
    static const char *const unit[] = {"eV/atom", "eV/Angstrom", "eV/atom"};
    const sz_dataset *data = k->all.data;
    json_t *o = json_object(), *units = json_object(), *types = json_object(),
           *elements = json_object();

    for (int q = 0; q < 3; q++)
        json_object_set_new(units, quantity_name[q], json_string(unit[q]));
    for (int t = 0; t < data->n_config_types; t++)
        json_object_set_new(types, data->config_type[t], group_of(k, SZ_OF_TYPE, t));
    for (int s = 0; s < data->n_species; s++)
        json_object_set_new(elements, sz_element_symbol(data->z[s]),
                            group_of(k, SZ_OF_ELEMENT, s));
    json_object_set_new(o, "soapz", json_string(sz_version()));
    json_object_set_new(o, "model", sz_json_text(model));
    json_object_set_new(o, "training_data", sz_json_text(data->path));
    json_object_set_new(o, "units", units);
    json_object_set_new(o, "n_folds", json_integer(k->models.n_folds));
    json_object_set_new(o, "seed", json_integer(k->models.seed));
    json_object_set_new(o, "fold",
                        sz_json_integers((size_t)data->n_frames, k->models.fold));
    json_object_set_new(o, "all", group_of(k, SZ_OF_ALL, 0));
    json_object_set_new(o, "config_types", types);
    json_object_set_new(o, "elements", elements);
    return o;
}

enum { N_KEYS = 10 }; /* of describe */

sz_status sz_kfold_report(sz_fit_job *job, const char *path, sz_error *err)
{
    sz_kfold *kfold = NULL;
    json_t *all = NULL;
    sz_status status = sz_kfold_create(&kfold, job, err);

    if (status == SZ_OK) {
        print_kfold(kfold);
        all = describe(kfold, job->gap->path);
        status = sz_results_write(path, all, N_KEYS, err);
    }
    if (status == SZ_OK)
        sz_results_draw(path, "kfold", "the picture of the cross-validation");
    json_decref(all);
    sz_kfold_free(kfold);
    return status;
}
