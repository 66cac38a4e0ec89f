/* SPDX-License-Identifier: BSD-3-Clause
 *
 * density.c - the neighbour density in channels, and back.
 *
 *   X_(s,q),lm = sum_j h_lq(r_ij) Y_lm(u_ij)   over neighbours j whose slot is s
 *
 *   dE/dr_ij = u sum_lm,q dE/dX h'_lq Y_lm + (1/r) (1 - u u^T) sum_lm,q dE/dX h_lq dY_lm
 *
 * Channels are the fast index, SZ_LANES at a time. Neighbours of one slot share the loads
 * of X and dE/dX: they are taken GROUP at a time where they follow each other. The
 * adjoint sums over m first, w_l[q] = sum_m dE/dX Y_lm, which keeps the lanes whole until
 * one last sum. */
#include "descriptor/density.h"

enum { GROUP = 4 };

/* x += the n <= GROUP neighbours k.. of one slot, one group of lanes */
SZ_INLINE void add(int l_max, int n_lane, int n_chan, int n, const double *h,
                   const double *y, double *x)
{
    const int next = (l_max + 1) * n_lane;

    for (int l = 0, lm = 0; l <= l_max; l++) {
        sz_lanes hl[GROUP];

        for (int k = 0; k < n; k++) hl[k] = SZ_GET(h + k * next + l * n_lane);
        for (; lm < (l + 1) * (l + 1); lm++) {
            sz_lanes sum = SZ_GET(x + lm * n_chan);

            for (int k = 0; k < n; k++) sum += y[lm * SZ_LANES + k] * hl[k];
            SZ_AT(x + lm * n_chan) = sum;
        }
    }
}

/* neighbours from k on that share the slot of k, at most GROUP */
static int count_same(int n, const int *offset, int k)
{
    int m = 1;

    while (m < GROUP && k + m < n && offset[k + m] == offset[k]) m++;
    return m;
}

SZ_CLONES void sz_density(int l_max, int n_lane, int n_chan, int n, const int *offset,
                          const double *h, const double *y, double *x)
{
    for (int k = 0, m; k < n; k += m) {
        const double *hk = h + k * (l_max + 1) * n_lane;

        m = count_same(n, offset, k);
        for (int q = 0; q < n_lane; q += SZ_LANES) {
            double *to = x + offset[k] + q;

            switch (m) { /* so that the inner loops have fixed lengths */
            case 1:
                add(l_max, n_lane, n_chan, 1, hk + q, y + k, to);
                break;
            case 2:
                add(l_max, n_lane, n_chan, 2, hk + q, y + k, to);
                break;
            case 3:
                add(l_max, n_lane, n_chan, 3, hk + q, y + k, to);
                break;
            default:
                add(l_max, n_lane, n_chan, GROUP, hk + q, y + k, to);
            }
        }
    }
}

/* The n <= GROUP neighbours k.. of one slot, one group of lanes: sum[k][0] along u,
 * sum[k][1..3] the gradient of Y. */
SZ_INLINE void gather(int l_max, int n_lane, int n_chan, int n, const double *h,
                      const double *dh, const double *y, const double *dy,
                      const double *dedx, sz_lanes sum[][4])
{
    const int next = (l_max + 1) * n_lane;

    for (int l = 0, lm = 0; l <= l_max; l++) {
        sz_lanes w[GROUP][4] = {{{0}}};

        for (; lm < (l + 1) * (l + 1); lm++) {
            sz_lanes d = SZ_GET(dedx + lm * n_chan);

            for (int k = 0; k < n; k++) {
                const double *g = dy + lm * 3 * SZ_LANES + k;

                w[k][0] += y[lm * SZ_LANES + k] * d;
                w[k][1] += g[0] * d;
                w[k][2] += g[SZ_LANES] * d;
                w[k][3] += g[2 * SZ_LANES] * d;
            }
        }
        for (int k = 0; k < n; k++) {
            sz_lanes hl = SZ_GET(h + k * next + l * n_lane);

            sum[k][0] += w[k][0] * SZ_GET(dh + k * next + l * n_lane);
            for (int x = 1; x < 4; x++) sum[k][x] += w[k][x] * hl;
        }
    }
}

/* dE/dr of one neighbour from its sums over lanes */
SZ_INLINE void project(const sz_lanes *sum, const double *u, double r, double *dedr)
{
    double g[4], across = 0.0;

    for (int c = 0; c < 4; c++) g[c] = sz_sum_lanes(sum[c]);
    for (int x = 0; x < 3; x++) across += u[x * SZ_LANES] * g[1 + x];
    for (int x = 0; x < 3; x++)
        dedr[x * SZ_LANES] += u[x * SZ_LANES] * (g[0] - across / r) + g[1 + x] / r;
}

SZ_CLONES void sz_density_adjoint(int l_max, int n_lane, int n_chan, int n,
                                  const int *offset, const double *h, const double *dh,
                                  const double *y, const double *dy, const double *u,
                                  const double *r, const double *dedx, double *dedr)
{
    for (int k = 0, m; k < n; k += m) {
        sz_lanes sum[GROUP][4] = {{{0}}};

        m = count_same(n, offset, k);
        for (int q = 0; q < n_lane; q += SZ_LANES) {
            int at = k * (l_max + 1) * n_lane + q;
            const double *d = dedx + offset[k] + q;

            switch (m) {
            case 1:
                gather(l_max, n_lane, n_chan, 1, h + at, dh + at, y + k, dy + k, d, sum);
                break;
            case 2:
                gather(l_max, n_lane, n_chan, 2, h + at, dh + at, y + k, dy + k, d, sum);
                break;
            case 3:
                gather(l_max, n_lane, n_chan, 3, h + at, dh + at, y + k, dy + k, d, sum);
                break;
            default:
                gather(l_max, n_lane, n_chan, GROUP, h + at, dh + at, y + k, dy + k, d,
                       sum);
            }
        }
        for (int i = 0; i < m; i++) project(sum[i], u + k + i, r[k + i], dedr + k + i);
    }
}
