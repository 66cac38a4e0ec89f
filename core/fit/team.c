/* SPDX-License-Identifier: BSD-3-Clause
 *
 * team.c - a team of one. */
#include "fit/team.h"

static sz_status agree(sz_team *team, sz_status status, sz_error *err)
{
    (void)team;
    (void)err;
    return status;
}

static void share(sz_team *team, void *data, size_t n)
{
    (void)team;
    (void)data;
    (void)n;
}

static double sum(sz_team *team, double x)
{
    (void)team;
    return x;
}

static sz_status merge(sz_team *team, sz_lsq *lsq, sz_error *err)
{
    (void)team;
    (void)lsq;
    (void)err;
    return SZ_OK;
}

static sz_halt halt(sz_team *team, sz_halt why)
{
    (void)team;
    return why;
}

sz_team sz_team_alone(void)
{
    return (sz_team){.size = 1,
                     .agree = agree,
                     .share = share,
                     .sum = sum,
                     .merge = merge,
                     .halt = halt};
}
