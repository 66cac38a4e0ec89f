/* SPDX-License-Identifier: BSD-3-Clause
 *
 * sparse_pool.h - pools of SOAP vectors for the tests: the centres of a descriptor in all
 * frames of a file, in the order of the file. */
#ifndef SZ_TEST_SPARSE_POOL_H
#define SZ_TEST_SPARSE_POOL_H

#include "atoms/xyz.h"
#include "descriptor/soap_spec.h"
#include "linear/vec.h"
#include "select/vectors.h"

#include <stdlib.h>

typedef struct {
    sz_describer *of;
    sz_describer_work *work;
    sz_slots slots; /* a species is its atomic number */
    int z[SZ_Z_MAX + 1], slot[SZ_Z_MAX + 1], centre[SZ_Z_MAX + 1];
    sz_list list;
    double *inner; /* [stride] */

    int d, n, n_frames;
    double *x;  /* [n][d] */
    int *frame; /* [n] which frame a vector comes from */
} soap_pool;

static inline void soap_pool_free(soap_pool *p)
{
    sz_describer_work_free(p->work);
    sz_describer_free(p->of);
    sz_list_free(&p->list);
    free(p->inner);
    free(p->x);
    free(p->frame);
}

static inline sz_status soap_pool_start(soap_pool *p, const char *text, sz_error *err)
{
    sz_args *args;
    sz_describer_spec spec = {0};
    sz_status status = sz_args_parse(&args, text, "descriptor", err);

    if (status == SZ_OK) status = sz_describer_parse(&spec, args, -1, 0, NULL, err);
    if (status == SZ_OK) status = sz_describer_create(&p->of, &spec, 0, err);
    if (status == SZ_OK) status = sz_describer_work_create(&p->work, p->of, 1, err);
    if (status == SZ_OK) {
        for (int z = 0; z <= SZ_Z_MAX; z++) {
            p->z[z] = z;
            p->slot[z] = z ? sz_describer_slot(p->of, z) : -1;
        }
        for (int k = 0; k < spec.n_centres; k++) p->centre[spec.centre_z[k]] = 1;
        p->slots = (sz_slots){p->z, p->slot};
        p->d = p->of->n_published;
        p->inner = aligned_alloc(64, SZ_PAD((size_t)p->of->stride) * 8);
    }
    sz_describer_spec_free(&spec);
    sz_args_free(args);
    return status;
}

static inline sz_status soap_pool_add(soap_pool *p, const sz_xyz_frame *f, sz_error *err)
{
    sz_structure s = {.n_atoms = f->n_atoms, .species = f->z, .position = f->position};
    size_t room = (size_t)(p->n + f->n_atoms);
    sz_status status;

    memcpy(s.cell, f->cell, sizeof s.cell);
    memcpy(s.pbc, f->pbc, sizeof s.pbc);
    status = sz_list_build(&p->list, &s, p->of->cutoff, err);
    p->x = realloc(p->x, room * (size_t)p->d * sizeof *p->x);
    p->frame = realloc(p->frame, room * sizeof *p->frame);
    for (int i = 0; i < f->n_atoms && status == SZ_OK; i++) {
        if (!p->centre[f->z[i]]) continue;
        sz_describer_forward(p->of, p->work, &p->list.nb, &p->slots, 1, &i, p->inner);
        status = sz_describer_publish(p->of, p->inner, p->x + (size_t)p->n * (size_t)p->d,
                                      err);
        p->frame[p->n++] = p->n_frames;
    }
    p->n_frames++;
    return status;
}

/* *p starts as {0}; free it in any case. */
static inline sz_status soap_pool_load(soap_pool *p, const char *text, const char *path,
                                       sz_error *err)
{
    sz_xyz_reader *reader = NULL;
    sz_xyz_frame *frame;
    sz_status status = soap_pool_start(p, text, err);

    if (status == SZ_OK) status = sz_xyz_open(&reader, path, err);
    while (status == SZ_OK && (status = sz_xyz_read(&frame, reader, err)) == SZ_OK &&
           frame) {
        status = soap_pool_add(p, frame, err);
        sz_xyz_frame_free(frame);
    }
    sz_xyz_close(reader);
    return status;
}

static inline sz_vectors soap_pool_vectors(const soap_pool *p)
{
    return (sz_vectors){.n = p->n, .d = p->d, .x = p->x};
}

#endif
