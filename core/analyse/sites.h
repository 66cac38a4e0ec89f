/* SPDX-License-Identifier: BSD-3-Clause
 *
 * sites.h - chosen atoms of a dataset, frame by frame, on several threads. */
#ifndef SZ_SITES_H
#define SZ_SITES_H

#include "descriptor/vectors.h"
#include "soapz_analyse.h"

/* The chosen atoms of one frame. */
typedef struct {
    const sz_list *list; /* species are atomic numbers */
    int n;
    const int *atom;     /* [n] atoms of the frame */
    const size_t *place; /* [n] their indices in sz_sites.atom */
} sz_frame_sites;

/* Called by several threads at once, with different frames. */
typedef sz_status sz_sites_work(void *context, const sz_frame_sites *e, sz_error *err);

/* Calls work for every frame that has chosen atoms; an error gets the place of its frame.
 * what: "frames described", for the progress. */
sz_status sz_sites_visit(const sz_sites *of, double cutoff, const sz_fit_options *options,
                         const char *what, sz_sites_work *work, void *context,
                         sz_error *err);

/* Refuses descriptors that have no vector for each atom. */
sz_status sz_sites_check(const sz_descriptor *d, sz_error *err);

/* p [n][length]: the vectors of all chosen atoms. */
sz_status sz_sites_vectors(const sz_descriptor *d, const sz_sites *of,
                           const sz_fit_options *options, double *p, sz_error *err);

#endif
