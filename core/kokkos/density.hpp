/* SPDX-License-Identifier: BSD-3-Clause
 *
 * density.hpp - the neighbour density in channels, and back.
 *
 *   X_(s,q),lm = sum_j h_lq(r_ij) Y_lm(u_ij)   over neighbours j whose slot is s
 *
 *   dE/dY_lm(j) = sum_q dE/dX h_lq,   s_lm(j) = sum_q dE/dX h'_lq
 *
 * of which harmonics.hpp makes dE/dr_ij. Neighbours come in groups of W of one slot.
 * Forwards an item has the channels of one l and slot, and takes the groups one after the
 * other; backwards an item has a group. */
#ifndef SZ_KOKKOS_DENSITY_HPP
#define SZ_KOKKOS_DENSITY_HPP

#include "kokkos/harmonics.hpp"
#include "kokkos/radial.hpp"

namespace soapz
{

struct Density {
    Radial radial;
    Harmonics harmonics;
    int l_max, n_slots; /* of X: species kept apart, or 1 */
    int n_chan;
};

/* The neighbours of a block. */
struct Neighbours {
    const int *first; /* [n + 1] groups of atom i are first[i] .. first[i+1]-1 */
    const int *slot;  /* [groups] in the radial tables */
    const int *count; /* [groups] lanes in use; the others repeat the first */
    const double *d;  /* [groups][3][W] r_j - r_i */
    double *dedr;     /* [groups][3][W] */
};

inline Density upload_density(Store &store, const sz_soap &from)
{
    const sz_compression &c = from.compression;

    return {upload(store, *from.radial), upload(store, from.harmonics), c.l_max,
            c.n_slots, c.n_chan};
}

/* r and u of a group */
SZ_HERE lanes directions(const Neighbours &nb, int g, lanes *u)
{
    double length[W];
    lanes r2 = lanes{}, inverse;

    for (int x = 0; x < 3; x++) {
        u[x] = load(nb.d + (3 * static_cast<size_t>(g) + x) * W);
        r2 += u[x] * u[x];
    }
    store(length, r2);
    for (int k = 0; k < W; k++) length[k] = sqrt(length[k]);
    inverse = 1.0 / load(length);
    for (int x = 0; x < 3; x++) u[x] *= inverse;
    return load(length);
}

constexpr int NEXT = CHUNK * W; /* from one row of scratch to the next */

SZ_HERE size_t density_scratch(const Density &d)
{
    const size_t n_l = d.l_max + 1,
                 forward = n_l * n_l + sizeof(Place) / sizeof(double) / W;
    const size_t back = 2 * static_cast<size_t>(d.radial.n_h);

    return NEXT * (forward > back ? forward : back) + W;
}

/* ---- forwards ---------------------------------------------------------------------- */

/* x += the channels q .. of l of the neighbours in the group b of the chunk */
SZ_HERE void add_group(const Density &d, int l, int q, int count, const Place &place,
                       const double *y, double *x)
{
    lanes h[W], slope;

    for (int k = 0; k < W; k++) {
        h[k] = lanes{};
        if (k >= count) continue;
        channels(d.radial, place, k, d.radial.place[l] + q, &h[k], &slope);
        h[k] = kept(h[k], d.radial.n_used[l] - q); /* behind them stand those of others */
    }
    for (int lm = l * l; lm < (l + 1) * (l + 1); lm++) {
        lanes sum = load(x + lm * d.n_chan);

        for (int k = 0; k < W; k++) sum += y[lm * NEXT + k] * h[k];
        store(x + lm * d.n_chan, sum);
    }
}

/* central [n_chan]: what the atom itself adds to X_00 */
SZ_HERE void density(const Team &team, const Density &d, const Neighbours &nb, int i,
                     const double *central, double *scratch, double *x)
{
    const int n_l = d.l_max + 1, n_lane = d.radial.n_lane, per_l = items(n_lane);
    Place *place = reinterpret_cast<Place *>(scratch + n_l * n_l * NEXT);

    each(team, n_l * n_l * d.n_chan,
         [&](int k) { x[k] = k < d.n_chan ? central[k] : 0.0; });
    for (int begin = nb.first[i]; begin < nb.first[i + 1]; begin += CHUNK) {
        const int left = nb.first[i + 1] - begin, n = left < CHUNK ? left : CHUNK;

        team.team_barrier();
        each(team, n, [&](int b) {
            lanes u[3];
            const lanes r = directions(nb, begin + b, u);

            locate(d.radial, nb.slot[begin + b], r, &place[b]);
            harmonics(d.harmonics, d.l_max, u, scratch + b * W, NEXT);
        });
        team.team_barrier();
        each(team, d.n_slots * n_l * per_l, [&](int item) {
            const int q = item % per_l * W, l = item / per_l % n_l,
                      s = item / per_l / n_l;

            for (int b = 0; b < n && q < d.radial.n_used[l]; b++)
                if (d.n_slots == 1 || nb.slot[begin + b] == s)
                    add_group(d, l, q, nb.count[begin + b], place[b], scratch + b * W,
                              x + s * n_lane + q);
        });
    }
    team.team_barrier();
}

/* ---- and back ---------------------------------------------------------------------- */

/* h and its slopes of a group's neighbours, channel by channel */
SZ_HERE void turn_channels(const Density &d, const Neighbours &nb, int g, const lanes &r,
                           double *h, double *dh)
{
    const int count = nb.count[g];
    double value[W * W] = {0}, slope[W * W] = {0};
    Place at;

    locate(d.radial, nb.slot[g], r, &at);
    for (int c = 0; c < d.radial.n_h; c += W) {
        for (int k = 0; k < count; k++) {
            lanes v, s;

            channels(d.radial, at, k, c, &v, &s);
            store(value + k * W, v);
            store(slope + k * W, s);
        }
        turn<W>(value, NEXT, h + c * NEXT);
        turn<W>(slope, NEXT, dh + c * NEXT);
    }
}

/* From dE/dX to nb.dedr; nothing is defined in lanes that are not in use. */
SZ_HERE void density_adjoint(const Team &team, const Density &d, const Neighbours &nb,
                             int i, const double *dedx, double *scratch)
{
    const int n_lane = d.radial.n_lane, first = nb.first[i];

    each(team, nb.first[i + 1] - first, [&](int b) {
        const int g = first + b, slot = d.n_slots > 1 ? nb.slot[g] : 0;
        double *h = scratch + team.team_rank() * W, *dh = h + d.radial.n_h * NEXT;
        lanes u[3], dedr[3], r = directions(nb, g, u);

        turn_channels(d, nb, g, r, h, dh);
        harmonics_adjoint(
            d.harmonics, d.l_max, r, u,
            [&](int lm, int l, lanes *v, lanes *s) {
                const double *from = dedx + lm * d.n_chan + slot * n_lane;
                const int row = d.radial.place[l] * NEXT;

                *v = *s = lanes{};
                for (int q = 0; q < d.radial.n_used[l]; q++) {
                    *v += from[q] * load(h + row + q * NEXT);
                    *s += from[q] * load(dh + row + q * NEXT);
                }
            },
            dedr);
        for (int x = 0; x < 3; x++)
            store(nb.dedr + (3 * static_cast<size_t>(g) + x) * W, dedr[x]);
    });
    team.team_barrier();
}

} // namespace soapz

#endif
