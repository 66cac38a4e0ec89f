/* SPDX-License-Identifier: BSD-3-Clause
 *
 * share.h - the frames of each rank of a fit, and a model for all ranks. */
#ifndef SZ_SHARE_H
#define SZ_SHARE_H

#include "data/dataset.h"
#include "fit/team.h"
#include "term/gap.h"

/* taken [n_frames], which the caller frees: 0 for the frames of this rank, 1 for those of
 * others. It is the same on every machine, so that a resumed fit finds its frames. */
sz_status sz_fit_share_frames(const sz_dataset *data, int n_ranks, int rank,
                              unsigned char **taken, sz_error *err);

/* Broadcasts rank 0's *gap. [all ranks] */
sz_status sz_fit_share_gap(sz_gap **gap, sz_team *team, sz_error *err);

#endif
