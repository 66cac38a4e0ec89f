/* SPDX-License-Identifier: BSD-3-Clause
 *
 * density.c - the neighbour density in channels, and back.
 *
 *   X_(s,q),lm = sum_j h_lq(r_ij) Y_lm(u_ij)   over neighbours j whose slot is s
 *
 *   dE/dr_ij = u sum_lm,q dE/dX h'_lq Y_lm + (1/r) (1 - u u^T) sum_lm,q dE/dX h_lq dY_lm
 *
 * Channels are the fast index, so that a neighbour adds SZ_LANES numbers at a time; the
 * adjoint sums over m first: w_l[q] = sum_m dE/dX Y_lm, which keeps the lanes whole
 * until one last sum. */
#include "density.h"

SZ_CLONES void sz_density(int l_max, int n_lane, int n_chan, int n, const int *offset,
                          const double *h, const double *y, double *x)
{
    for (int k = 0; k < n; k++)
        for (int q = 0; q < n_lane; q += SZ_LANES) {
            const double *hk = h + k * (l_max + 1) * n_lane + q;
            double *to = x + offset[k] + q;

            for (int l = 0, lm = 0; l <= l_max; l++) {
                sz_lanes hl = SZ_GET(hk + l * n_lane);

                for (; lm < (l + 1) * (l + 1); lm++)
                    SZ_AT(to + lm * n_chan) += y[lm * SZ_LANES + k] * hl;
            }
        }
}

/* Neighbour k, one group of lanes: sum[0] along u, sum[1..3] the gradient of Y. */
SZ_INLINE void gather(int l_max, int n_lane, int n_chan, int k, const double *h,
                      const double *dh, const double *y, const double *dy,
                      const double *dedx, sz_lanes *sum)
{
    const sz_lanes zero = {0};

    for (int l = 0, lm = 0; l <= l_max; l++) {
        sz_lanes w = zero, wx = zero, wy = zero, wz = zero;

        for (; lm < (l + 1) * (l + 1); lm++) {
            const double *g = dy + lm * 3 * SZ_LANES + k;
            sz_lanes d = SZ_GET(dedx + lm * n_chan);

            w += y[lm * SZ_LANES + k] * d;
            wx += g[0] * d;
            wy += g[SZ_LANES] * d;
            wz += g[2 * SZ_LANES] * d;
        }
        sum[0] += w * SZ_GET(dh + l * n_lane);
        sum[1] += wx * SZ_GET(h + l * n_lane);
        sum[2] += wy * SZ_GET(h + l * n_lane);
        sum[3] += wz * SZ_GET(h + l * n_lane);
    }
}

SZ_CLONES void sz_density_adjoint(int l_max, int n_lane, int n_chan, int n,
                                  const int *offset, const double *h, const double *dh,
                                  const double *y, const double *dy, const double *u,
                                  const double *r, const double *dedx, double *dedr)
{
    for (int k = 0; k < n; k++) {
        sz_lanes sum[4] = {{0}};
        double g[4] = {0}, across = 0.0;

        for (int q = 0; q < n_lane; q += SZ_LANES) {
            int at = k * (l_max + 1) * n_lane + q;

            gather(l_max, n_lane, n_chan, k, h + at, dh + at, y, dy, dedx + offset[k] + q,
                   sum);
        }
        for (int c = 0; c < 4; c++)
            for (int i = 0; i < SZ_LANES; i++) g[c] += sum[c][i];
        for (int x = 0; x < 3; x++) across += u[x * SZ_LANES + k] * g[1 + x];
        for (int x = 0; x < 3; x++)
            dedr[x * SZ_LANES + k] +=
                u[x * SZ_LANES + k] * (g[0] - across / r[k]) + g[1 + x] / r[k];
    }
}
