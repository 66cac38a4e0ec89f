/* SPDX-License-Identifier: BSD-3-Clause
 *
 * density.hpp - the neighbour density in channels, and back.
 *
 *   X_(s,q),lm = sum_j h_lq(r_ij) Y_lm(u_ij)   over neighbours j whose slot is s
 *
 *   dE/dY_lm(j) = sum_q dE/dX h_lq,   s_lm(j) = sum_q dE/dX h'_lq
 *
 * of which harmonics.hpp makes dE/dr_ij. Neighbours come in groups of W of one slot.
 * Forwards an item has W channels of one l and slot, and takes one neighbour after the
 * other; backwards an item has a group. */
#ifndef SZ_KOKKOS_DENSITY_HPP
#define SZ_KOKKOS_DENSITY_HPP

#include "kokkos/harmonics.hpp"
#include "kokkos/radial.hpp"

namespace soapz
{

struct Density {
    sz_radial radial;
    const sz_harmonics_factors *harmonics;
    int l_max, n_slots; /* of X: species kept apart, or 1 */
    int n_chan;
};

/* The neighbours of a block. */
struct Neighbours {
    const int *first; /* [n + 1] groups of atom i are first[i] .. first[i+1]-1 */
    const int *slot;  /* [groups] in the radial tables, ascending for an atom */
    const int *count; /* [groups] lanes in use; the others repeat the first */
    const double *d;  /* [groups][3][W] r_j - r_i */
    double *dedr;     /* [groups][3][W] */
};

inline Density upload_density(Store &store, const sz_soap &from)
{
    const sz_compression &c = from.compression;

    return {upload(store, *from.radial), store.put(&from.harmonics, 1), c.l_max,
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
    const size_t n_lm = static_cast<size_t>(d.l_max + 1) * (d.l_max + 1);
    const size_t n_h = d.radial.n_h, place = sizeof(Place) / sizeof(double) / W;

    return NEXT * (n_lm + n_h + (n_lm + n_h > place ? n_lm + n_h : place)) + 2 * W;
}

/* ---- forwards ---------------------------------------------------------------------- */

/* The end of the groups from g on that have one slot and are full up to the last. */
SZ_HERE int end_of_run(const Neighbours &nb, int g, int end)
{
    int k = g + 1;

    while (k < end && nb.slot[k] == nb.slot[g] && nb.count[k - 1] == W) k++;
    return k;
}

/* X of l += that of the neighbours y, h of a chunk, groups begin .. end - 1: the channels
 * q .. of a slot */
SZ_STAGE void add_chunk(const Density &d, const Neighbours &nb, int begin, int end,
                        const double *y, const double *h, int slot, int l, int q,
                        double *x)
{
    const int n_h = d.radial.n_h, left = d.radial.n_used[l] - q;
    double *to = x + l * l * d.n_chan + slot * d.radial.n_lane + q;

    for (int g = begin, next; g < end && left > 0; g = next) {
        const double *yl = y + l * l * NEXT + (g - begin) * W;
        const double *hl = h + (g - begin) * W * n_h + d.radial.place[l] + q;

        next = end_of_run(nb, g, end);
        if (d.n_slots > 1 && nb.slot[g] != slot) continue;
        product(
            2 * l + 1, (next - 1 - g) * W + nb.count[next - 1],
            [&](int m, int k) { return yl[m * NEXT + k]; },
            [&](int k) { return hl + k * n_h; },
            [&](int m, const lanes *sum) {
                double *at = to + m * d.n_chan; /* other l stand behind left channels */

                store(at, load(at) + kept(*sum, left));
            });
    }
}

/* central [n_chan]: what the atom itself adds to X_00 */
SZ_STAGE void density(const Team &team, const Density &d, const Neighbours &nb, int i,
                      const double *central, double *scratch, double *x)
{
    const int n_l = d.l_max + 1, n_h = d.radial.n_h;
    double *y = scratch, *h = y + n_l * n_l * NEXT; /* [n_lm][NEXT], [NEXT][n_h] */
    Place *place = reinterpret_cast<Place *>(h + n_h * NEXT + 2 * W);

    each(team, n_l * n_l * d.n_chan,
         [&](int k) { x[k] = k < d.n_chan ? central[k] : 0.0; });
    for (int begin = nb.first[i]; begin < nb.first[i + 1]; begin += CHUNK) {
        const int left = nb.first[i + 1] - begin, n = left < CHUNK ? left : CHUNK;
        const int slot = d.n_slots > 1 ? nb.slot[begin] : 0;
        const int n_slots = d.n_slots > 1 ? nb.slot[begin + n - 1] - slot + 1 : 1;

        team.team_barrier();
        each(team, n, [&](int b) {
            lanes u[3];
            const lanes r = directions(nb, begin + b, u);

            locate(d.radial, nb.slot[begin + b], r, &place[b]);
            harmonics(*d.harmonics, d.l_max, u, y + b * W, NEXT);
        });
        team.team_barrier();
        each(team, n * W, items(n_h), [&](int k, int c) {
            lanes value, slope;

            if (k % W >= nb.count[begin + k / W]) return;
            channels(d.radial, place[k / W], k % W, c * W, &value, &slope);
            store(h + k * n_h + c * W, value);
        });
        team.team_barrier();
        each(team, n_slots * n_l, items(d.radial.n_lane), [&](int k, int q) {
            add_chunk(d, nb, begin, begin + n, y, h, slot + k / n_l, k % n_l, q * W, x);
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

/* to_lm = sum_q dE/dX_lm,q h_q */
SZ_HERE void sum_channels(const Density &d, const double *dedx, const double *h,
                          double *to)
{
    for (int l = 0; l <= d.l_max; l++) {
        const double *from = dedx + l * l * d.n_chan, *hl = h + d.radial.place[l] * NEXT;

        product(
            2 * l + 1, d.radial.n_used[l],
            [&](int m, int q) { return from[m * d.n_chan + q]; },
            [&](int q) { return hl + q * NEXT; },
            [&](int m, const lanes *sum) { store(to + (l * l + m) * NEXT, *sum); });
    }
}

/* From dE/dX to nb.dedr; nothing is defined in lanes that are not in use. */
SZ_STAGE void density_adjoint(const Team &team, const Density &d, const Neighbours &nb,
                              int i, const double *dedx, double *scratch)
{
    const int first = nb.first[i], n_h = d.radial.n_h, n_l = d.l_max + 1;

    each(team, nb.first[i + 1] - first, [&](int b) {
        const int g = first + b;
        const double *own = dedx + (d.n_slots > 1 ? nb.slot[g] * d.radial.n_lane : 0);
        double *h = scratch + team.team_rank() * W, *dh = h + n_h * NEXT;
        double *dedy = dh + n_h * NEXT, *s = dedy + n_l * n_l * NEXT;
        lanes u[3], dedr[3], r = directions(nb, g, u);

        turn_channels(d, nb, g, r, h, dh);
        sum_channels(d, own, h, dedy);
        sum_channels(d, own, dh, s);
        harmonics_adjoint(*d.harmonics, d.l_max, r, u, dedy, s, NEXT, dedr);
        for (int x = 0; x < 3; x++)
            store(nb.dedr + (3 * static_cast<size_t>(g) + x) * W, dedr[x]);
    });
    team.team_barrier();
}

} // namespace soapz

#endif
