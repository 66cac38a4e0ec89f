/* SPDX-License-Identifier: BSD-3-Clause
 *
 * team.h - the processes of a fit: a single one, or the ranks of an MPI program.
 *
 * A fit uses the same code for both. Functions marked [all] are called by all ranks in
 * the same order. */
#ifndef SZ_TEAM_H
#define SZ_TEAM_H

#include "base/crew.h"
#include "linear/lsq.h"

typedef struct sz_team sz_team;
struct sz_team {
    int rank, size;
    int n_threads; /* threads of a rank, by default; 0: number of cores */
    /* [all] SZ_OK if status is SZ_OK on all ranks; otherwise the status and message of
     * the first rank that failed, on all of them. */
    sz_status (*agree)(sz_team *team, sz_status status, sz_error *err);
    /* [all] rank 0's n bytes */
    void (*share)(sz_team *team, void *data, size_t n);
    /* [all] the sum over the ranks */
    double (*sum)(sz_team *team, double x);
    /* [all] merges the rows of all other ranks into rank 0's lsq */
    sz_status (*merge)(sz_team *team, sz_lsq *lsq, sz_error *err);
    /* Between two agreements: sends why, this rank's reason to stop, to the others;
     * returns the largest reason of all ranks. From one thread at a time. */
    sz_halt (*halt)(sz_team *team, sz_halt why);
    void *context;
};

/* One process. */
sz_team sz_team_alone(void);

#endif
