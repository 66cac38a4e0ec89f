/* SPDX-License-Identifier: BSD-3-Clause
 *
 * density.c - the neighbour density in channels, and its adjoint.
 *
 *   X_(s,q),lm = sum_j h_lq(r_ij) Y_lm(u_ij)   over neighbours j whose slot is s
 *
 *   dE/dY_lm(j) = sum_q dE/dX h_lq,   slope_lm(j) = sum_q dE/dX h'_lq
 *
 * from which harmonics.c computes dE/dr_ij. In the forward step channels are the fast
 * index, SZ_LANES at a time; adjacent neighbours of one slot share the loads of X and are
 * processed GROUP at a time. In the adjoint neighbours are the fast index, so that no sum
 * runs over lanes; h is transposed for it. */
#include "descriptor/density.h"

#include "descriptor/basis.h"

enum { GROUP = 4 };

/* All bits of the lanes first .. end-1, taken from a row of ones. */
SZ_INLINE void lanes_between(int first, int end, sz_bits *mask)
{
    static const sz_whole ones[3 * SZ_LANES] = {
        [SZ_LANES] = -1, -1, -1, -1, -1, -1, -1, -1};

    *mask = *(const sz_bits *)(ones + SZ_LANES - first) &
            *(const sz_bits *)(ones + 2 * SZ_LANES - end);
}

/* x += the n <= GROUP neighbours k.. of one slot, for one group of lanes; mask [l_max+1]
 * excludes the channels of other l */
SZ_INLINE void add(int l_max, const sz_bits *mask, const int *place, int n_h, int n_chan,
                   int n, const sz_real *h, const sz_real *y, sz_real *x)
{
    for (int l = 0, lm = 0; l <= l_max; l++) {
        sz_lanes hl[GROUP];

        for (int k = 0; k < n; k++)
            hl[k] = (sz_lanes)(*(const sz_bits *)(h + k * n_h + place[l]) & mask[l]);
        for (; lm < (l + 1) * (l + 1); lm++) {
            sz_lanes sum = SZ_GET(x + lm * n_chan);

            for (int k = 0; k < n; k++) sum += y[lm * SZ_LANES + k] * hl[k];
            SZ_AT(x + lm * n_chan) = sum;
        }
    }
}

/* number of neighbours from k on with the same slot as k, at most most */
SZ_INLINE int count_same(int most, int n, const int *offset, int k)
{
    int m = 1;

    while (m < most && k + m < n && offset[k + m] == offset[k]) m++;
    return m;
}

/* The lanes from q on of all neighbours. */
SZ_INLINE void add_lanes(int l_max, const sz_bits *mask, const int *place, int n_h,
                         int n_chan, int n, const int *offset, const sz_real *h,
                         const sz_real *y, sz_real *x)
{
    for (int k = 0, m; k < n; k += m) {
        const sz_real *hk = h + k * n_h;
        sz_real *to = x + offset[k];

        m = count_same(GROUP, n, offset, k);
        if (offset[k] < 0) continue;
        switch (m) { // clang-format off
        case 1: add(l_max, mask, place, n_h, n_chan, 1, hk, y + k, to); break;
        case 2: add(l_max, mask, place, n_h, n_chan, 2, hk, y + k, to); break;
        case 3: add(l_max, mask, place, n_h, n_chan, 3, hk, y + k, to); break;
        default: add(l_max, mask, place, n_h, n_chan, GROUP, hk, y + k, to);
        } // clang-format on
    }
}

SZ_CLONES void sz_density(int l_max, const int *n_used, const int *place, int n_h,
                          int n_chan, int n, const int *offset, const sz_real *h,
                          const sz_real *y, sz_real *x)
{
    sz_bits mask[SZ_L_MAX + 1];
    int n_lane = 0;

    for (int l = 0; l <= l_max; l++) n_lane = n_used[l] > n_lane ? n_used[l] : n_lane;
    for (int q = 0; q < n_lane; q += SZ_LANES) {
        for (int l = 0; l <= l_max; l++) {
            int left = n_used[l] - q;

            lanes_between(0, left < 0 ? 0 : left < SZ_LANES ? left : SZ_LANES, &mask[l]);
        }
        add_lanes(l_max, mask, place, n_h, n_chan, n, offset, h + q, y, x + q);
    }
}

/* The n_m rows of one l, n_q channels: dE/dX h and dE/dX h' of the lanes in mask. */
SZ_INLINE void gather(int n_q, int n_m, int n_chan, const sz_bits *mask, int add,
                      const sz_real *dedx, const sz_lanes *h, const sz_lanes *dh,
                      sz_real *dedy, sz_real *slope)
{
    for (int m = 0; m < n_m; m++) {
        sz_lanes y = {0}, s = {0};

        for (int q = 0; q < n_q; q++) {
            sz_real d = dedx[m * n_chan + q];

            y += d * h[q];
            s += d * dh[q];
        }
        y = (sz_lanes)((sz_bits)y & *mask);
        s = (sz_lanes)((sz_bits)s & *mask);
        if (add) y += SZ_GET(dedy + m * SZ_LANES);
        if (add) s += SZ_GET(slope + m * SZ_LANES);
        SZ_AT(dedy + m * SZ_LANES) = y;
        SZ_AT(slope + m * SZ_LANES) = s;
    }
}

/* up to SZ_LANES channels of one l, from channel q on */
SZ_INLINE void gather_channels(int n_q, int l, int n_chan, int n, const int *offset,
                               int add, const sz_real *h, const sz_real *dh, int next,
                               const sz_real *dedx, sz_real *dedy, sz_real *slope)
{
    const int lm = l * l, n_m = 2 * l + 1;
    sz_lanes ht[SZ_LANES], dht[SZ_LANES];

    sz_turn(h, next, ht);
    sz_turn(dh, next, dht);
    for (int k = 0, m; k < n; k += m) {
        const sz_real *d = dedx + lm * n_chan + offset[k];
        sz_real *to_y = dedy + lm * SZ_LANES, *to_s = slope + lm * SZ_LANES;
        sz_bits mask;

        m = count_same(SZ_LANES, n, offset, k);
        if (offset[k] < 0) continue;
        lanes_between(k, k + m, &mask);
        switch (n_q) { // clang-format off
        case 0: gather(0, n_m, n_chan, &mask, add, d, ht, dht, to_y, to_s); break;
        case 1: gather(1, n_m, n_chan, &mask, add, d, ht, dht, to_y, to_s); break;
        case 2: gather(2, n_m, n_chan, &mask, add, d, ht, dht, to_y, to_s); break;
        case 3: gather(3, n_m, n_chan, &mask, add, d, ht, dht, to_y, to_s); break;
        case 4: gather(4, n_m, n_chan, &mask, add, d, ht, dht, to_y, to_s); break;
        case 5: gather(5, n_m, n_chan, &mask, add, d, ht, dht, to_y, to_s); break;
        case 6: gather(6, n_m, n_chan, &mask, add, d, ht, dht, to_y, to_s); break;
        case 7: gather(7, n_m, n_chan, &mask, add, d, ht, dht, to_y, to_s); break;
        default: gather(8, n_m, n_chan, &mask, add, d, ht, dht, to_y, to_s);
        } // clang-format on
        add = 1;
    }
}

SZ_CLONES void sz_density_adjoint(int l_max, const int *n_used, const int *place, int n_h,
                                  int n_chan, int n, const int *offset, const sz_real *h,
                                  const sz_real *dh, const sz_real *dedx, int add,
                                  sz_real *dedy, sz_real *slope)
{
    for (int l = 0; l <= l_max; l++)
        for (int q = 0; q == 0 || q < n_used[l]; q += SZ_LANES)
            gather_channels(n_used[l] - q, l, n_chan, n, offset, add || q > 0,
                            h + place[l] + q, dh + place[l] + q, n_h, dedx + q, dedy,
                            slope);
}
