/* SPDX-License-Identifier: BSD-3-Clause
 *
 * rows.c - the rows of K_nM of one frame, by all kinds of terms.
 *
 *   K_ns = dE_n/dalpha_s and its derivatives: E is linear in the weights alpha */
#include "fit/rows.h"

#include "model/model.h"

#include <stdlib.h>

struct sz_rows {
    const sz_model *model;
    int n_columns;
    int *column; /* [terms of the potential] the first of each */
    void **part; /* [n_kinds] */
};

int sz_rows_columns(const sz_gap *gap)
{
    int n = 0;

    for (int k = 0; k < gap->n_terms; k++) n += gap->term[k].n_sparse;
    return n;
}

void sz_rows_free(sz_rows *rows)
{
    if (!rows) return;
    for (int k = 0; rows->part && k < rows->model->n_kinds; k++)
        if (rows->part[k]) sz_term_kinds[k]->free_rows(rows->part[k]);
    free(rows->part);
    free(rows->column);
    free(rows);
}

sz_status sz_rows_create(sz_rows **rows, const sz_model *model, const sz_gap *gap,
                         sz_error *err)
{
    sz_rows *r = calloc(1, sizeof *r);
    sz_status status = SZ_OK;

    *rows = NULL;
    if (!r) return sz_fail_memory(err, sizeof *r, "the rows");
    r->model = model;
    r->column = malloc(((size_t)gap->n_terms + 1) * sizeof *r->column);
    r->part = calloc((size_t)model->n_kinds + 1, sizeof *r->part);
    if (!r->column || !r->part)
        status = sz_fail_memory(err, (size_t)gap->n_terms * 8, "the rows");
    for (int k = 0; k < gap->n_terms && status == SZ_OK; k++) {
        r->column[k] = r->n_columns;
        r->n_columns += gap->term[k].n_sparse;
    }
    for (int k = 0; k < model->n_kinds && status == SZ_OK; k++)
        if (model->group[k] && sz_term_kinds[k]->rows)
            status = sz_term_kinds[k]->rows(&r->part[k], model->group[k], gap->term,
                                            r->column, &model->species, err);
    if (status == SZ_OK)
        *rows = r;
    else
        sz_rows_free(r);
    return status;
}

sz_status sz_rows_frame(sz_rows *rows, const sz_list *list, double *energy, double *force,
                        double *virial, sz_error *err)
{
    const sz_row_frame frame = {list, rows->n_columns, energy, force, virial};
    sz_status status = SZ_OK;

    for (int k = 0; k < rows->model->n_kinds && status == SZ_OK; k++)
        if (rows->part[k])
            status = sz_term_kinds[k]->add_rows(rows->part[k], &frame, err);
    return status;
}

double sz_rows_flops(const sz_rows *rows, const sz_list *list, int gradients)
{
    double flops = 0.0;

    for (int k = 0; k < rows->model->n_kinds; k++)
        if (rows->part[k] && sz_term_kinds[k]->flops)
            flops += sz_term_kinds[k]->flops(rows->part[k], list, gradients);
    return flops;
}
