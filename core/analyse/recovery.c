/* SPDX-License-Identifier: BSD-3-Clause
 *
 * recovery.c - errors of the full spectrum recovered from a lossless compression
 * (descriptor/recover.c): |P' - P| / |P|, P computed from the environment itself. */
#include "analyse/sites.h"

#include "descriptor/compression_spec.h"
#include "descriptor/recover.h"

#include <math.h>
#include <stdlib.h>

typedef struct {
    const sz_descriptor *d;
    sz_descriptor *full;
    double *error, *condition;
} job;

static double relative(const double *got, const double *want, int n)
{
    double off = 0.0, all = 0.0;

    for (int k = 0; k < n; k++) {
        off += (got[k] - want[k]) * (got[k] - want[k]);
        all += want[k] * want[k];
    }
    return sqrt(off / all);
}

static sz_status work_frame(void *context, const sz_frame_sites *e, sz_error *err)
{
    const job *j = context;
    const sz_soap *soap = sz_soap_of(j->d->describer);
    size_t n_full = (size_t)sz_descriptor_length(j->full);
    size_t n = (size_t)sz_descriptor_length(j->d), size = 2 * n_full + n;
    double *want = malloc(size * sizeof *want);
    double *got = want ? want + n_full : NULL, *p = want ? got + n_full : NULL;
    sz_recovery how[SZ_L_MAX + 1];
    sz_status status = want ? SZ_OK : sz_fail_memory(err, size * 8, "a spectrum");

    for (int k = 0; k < e->n && status == SZ_OK; k++) {
        size_t at = e->place[k];

        status = sz_descriptor_vectors(j->d, e->list, 1, &e->atom[k], p, err);
        if (status == SZ_OK)
            status = sz_descriptor_vectors(j->full, e->list, 1, &e->atom[k], want, err);
        if (status == SZ_OK) status = sz_recover_spectrum(soap, p, got, how, err);
        if (status != SZ_OK) break;
        j->error[at] = relative(got, want, sz_recover_length(soap));
        j->condition[at] = 1.0;
        for (int l = 0; l <= soap->spec.radial.l_max; l++)
            j->condition[at] = fmax(j->condition[at], how[l].condition);
    }
    free(want);
    return status;
}

sz_status sz_recover(const sz_descriptor *descriptor, const sz_sites *of, double *error,
                     double *condition, const sz_fit_options *options, sz_error *err)
{
    job j = {.d = descriptor, .error = error, .condition = condition};
    const sz_soap *soap = sz_soap_of(descriptor->describer);
    sz_soap_spec full;
    sz_soap *of_full;
    sz_status status = sz_sites_check(descriptor, err);

    if (status == SZ_OK && sz_descriptor_l_max(descriptor) < 0)
        status = sz_fail(err, SZ_ERR_ARGUMENT,
                         "only a soap has a full spectrum; it cannot be recovered from "
                         "\"%.60s\"",
                         sz_descriptor_text(descriptor));
    if (status != SZ_OK) return status;
    full = soap->spec;
    status = sz_compress_nu(&full.compression, 2, 2, 0, err);
    if (status == SZ_OK) status = sz_soap_create(&of_full, &full, 0, err);
    if (status == SZ_OK)
        status =
            sz_descriptor_of(&j.full, &of_full->base, descriptor->centre, "nu=2", err);
    if (status == SZ_OK)
        status = sz_sites_visit(of, sz_descriptor_cutoff(descriptor), options,
                                "frames recovered", work_frame, &j, err);
    sz_descriptor_free(j.full);
    return status;
}
