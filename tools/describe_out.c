/* SPDX-License-Identifier: BSD-3-Clause
 *
 * describe_out.c - writes descriptor vectors and their labels to a file for NumPy. */
#include "describe_out.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

sz_status sz_describe_open(sz_describe_out *out, const char *path, int n_columns,
                           sz_error *err)
{
    sz_status status;

    out->zip = sz_ends_in(path, ".npz");
    out->n_columns = n_columns;
    if (!out->zip) return sz_npy_open(&out->npy, path, n_columns, err);
    status = sz_npz_open(&out->npz, path, err);
    if (status == SZ_OK) sz_npz_begin(&out->npz, "descriptor", n_columns);
    return status;
}

static sz_status grow(int64_t **array, long room, sz_error *err)
{
    int64_t *more = realloc(*array, (size_t)room * sizeof *more);

    if (!more) return sz_fail_memory(err, (size_t)room * sizeof *more, "a list of rows");
    *array = more;
    return SZ_OK;
}

sz_status sz_describe_row(sz_describe_out *out, const double *row, long frame, int atom,
                          int species, sz_error *err)
{
    sz_status status = SZ_OK;

    if (!out->zip) {
        sz_npy_row(&out->npy, row);
        out->n_rows++;
        return SZ_OK;
    }
    if (out->n_rows == out->room) {
        out->room = 2 * out->room + 1024;
        status = grow(&out->frame, out->room, err);
        if (status == SZ_OK) status = grow(&out->atom, out->room, err);
        if (status == SZ_OK) status = grow(&out->species, out->room, err);
        if (status != SZ_OK) return status;
    }
    out->frame[out->n_rows] = frame;
    out->atom[out->n_rows] = atom;
    out->species[out->n_rows++] = species;
    sz_npz_row(&out->npz, row);
    return SZ_OK;
}

sz_status sz_describe_check(const sz_describe_out *out, sz_error *err)
{
    return sz_check_output(out->zip ? &out->npz.out : &out->npy.out, err);
}

/* ---- matrices ---------------------------------------------------------------------- */

/* W_0, W_1, ... [NS][columns] */
static void put_matrix(sz_npz *npz, char letter, const sz_channels *y,
                       const sz_soap_spec *spec)
{
    long shape[2] = {(long)spec->n_slots * spec->radial.n_max, 0};
    const double *next = y->matrix;
    char name[40];

    for (int l = 0; l <= spec->radial.l_max; l++) {
        shape[1] = y->n_matrix[l];
        snprintf(name, sizeof name, "%c_%d", letter, l);
        sz_npz_reals(npz, name, 2, shape, next);
        next += shape[0] * shape[1];
    }
}

static void put_channels(sz_npz *npz, int d, const sz_soap_spec *spec)
{
    const sz_channels *y = &spec->compression.y[d];
    const char *label = spec->compression.label;
    int embedding = !strcmp(label, "nu=2,d_J");
    long weights[2] = {spec->n_slots, y->n_groups};
    long mix[2] = {spec->radial.n_max, y->n_mix};
    char name[40];

    if (y->weight) {
        snprintf(name, sizeof name, "species_weights_%d", d + 1);
        sz_npz_reals(npz, embedding ? "embedding" : name, 2, weights, y->weight);
    }
    if (y->mix) {
        snprintf(name, sizeof name, "radial_weights_%d", d + 1);
        sz_npz_reals(npz, name, 2, mix, y->mix);
    }
    if (!y->matrix) return;
    /* Mixtures of species and radial functions, one matrix per density (for R_mix and
     * Z_mix the same for all l). */
    put_matrix(npz,
               !strcmp(label, "optimal") ? 'U'
               : label[0] == 'W'         ? 'W'
               : label[0] == 'Q'         ? 'Q'
                                         : "ABC"[d],
               y, spec);
}

/* The matrices of a SOAP, and the eigenvalues of its optimal basis. */
static void put_matrices(sz_describe_out *out, const sz_soap_spec *spec)
{
    long shape[2] = {spec->radial.l_max + 1, (long)spec->n_slots * spec->radial.n_max};

    for (int d = 0; d < SZ_FACTORS; d++) put_channels(&out->npz, d, spec);
    if (out->spectrum) sz_npz_reals(&out->npz, "spectrum", 2, shape, out->spectrum);
}

void sz_describe_matrices(sz_describe_out *out, const char *text, const sz_describer *d)
{
    const sz_soap *soap = sz_soap_of(d);
    const long n = out->n_rows;

    if (!out->zip) return;
    sz_npz_end(&out->npz);
    sz_npz_integers(&out->npz, "frame", 1, &n, out->frame);
    sz_npz_integers(&out->npz, "atom", 1, &n, out->atom);
    sz_npz_integers(&out->npz, "species", 1, &n, out->species);
    sz_npz_text(&out->npz, "descriptor_string", text);
    sz_npz_text(&out->npz, "compression", d->compression);
    if (soap) put_matrices(out, &soap->spec);
}

/* ---- end ------------------------------------------------------------------------ */

sz_status sz_describe_close(sz_describe_out *out, int keep, sz_error *err)
{
    return out->zip ? sz_npz_close(&out->npz, keep, err)
                    : sz_npy_close(&out->npy, keep, err);
}

void sz_describe_free(sz_describe_out *out)
{
    free(out->frame);
    free(out->atom);
    free(out->species);
    free(out->spectrum);
}
