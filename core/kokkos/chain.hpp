/* SPDX-License-Identifier: BSD-3-Clause
 *
 * chain.hpp - vectors of a block of atoms, and back to their neighbours; one team an
 * atom.
 *
 *   r_ij --density--> X --maps--> Y1, Y2 (Y3) --coupling, power, sums--> p
 *   dE/dp --> dE/dY --> dE/dX --> dE/dr_ij
 *
 * Where a factor keeps species apart its Y is X, and of factors that are alike there is
 * one Y. Kept between the two sweeps are X, Y and |P| of each atom. */
#ifndef SZ_KOKKOS_CHAIN_HPP
#define SZ_KOKKOS_CHAIN_HPP

#include "kokkos/density.hpp"
#include "kokkos/maps.hpp"
#include "kokkos/power.hpp"

namespace soapz
{

struct Descriptor {
    int order, n_x;
    int y_of[SZ_FACTORS],
        n_y[SZ_FACTORS]; /* numbers of an atom; 0 where Y is X, or alike */
    Density density;
    Map map[SZ_FACTORS];
    Coupling coupling;
    Power power;
};

inline Descriptor upload(Store &store, const sz_soap &from)
{
    const sz_compression &c = from.compression;
    Descriptor to = {};

    to.order = c.spec.order;
    to.n_x = SZ_N_LM(c.l_max) * c.n_chan + 2 * SZ_LANES;
    to.density = upload_density(store, from);
    for (int d = 0; d < c.spec.order; d++) {
        to.map[d] = upload(store, c.map[d], c);
        to.y_of[d] = c.spec.y_of[d];
        if (to.y_of[d] == d && (c.map[d].run || c.map[d].matrix))
            to.n_y[d] = SZ_N_LM(c.l_max) * to.map[d].stride + SZ_LANES;
    }
    to.coupling = upload_coupling(store, c);
    to.power = upload_power(store, from);
    return to;
}

/* The arrays of a block. */
struct Block {
    int n;
    Neighbours nb;
    const double *central;     /* [n_chan] of the atoms themselves, see density() */
    double *x, *y[SZ_FACTORS]; /* [n][n_x], [n][n_y] */
    double *p, *dedp;          /* [n][stride] */
    double *norm;              /* [n] */
};

/* Of one atom: X and Y, or their gradients. */
struct Channels {
    double *x, *y[SZ_FACTORS];

    SZ_HERE double *factor(const Descriptor &d, int k) const
    {
        return d.n_y[d.y_of[k]] ? y[d.y_of[k]] : x;
    }
};

/* What a team needs for itself, taken piece by piece. */
struct Scratch {
    double *next;

    SZ_HERE double *take(size_t n)
    {
        next += n;
        return next - n;
    }
};

inline size_t count_scratch(const Descriptor &d)
{
    size_t n = density_scratch(d.density) + d.n_x + 2 * d.coupling.n_q +
               coupling_scratch(d.coupling) + d.power.product_stride +
               power_scratch(d.power);

    for (int k = 0; k < d.order; k++) n += d.n_y[k];
    return n;
}

SZ_HERE Channels channels_of(const Descriptor &d, const Block &b, size_t i)
{
    Channels own = {b.x + i * d.n_x, {}};

    for (int k = 0; k < d.order; k++) own.y[k] = b.y[k] + i * d.n_y[k];
    return own;
}

SZ_HERE Factors factors_of(const Descriptor &d, const Channels &at, const Channels &dedy)
{
    return {at.factor(d, 1), at.factor(d, 2), dedy.factor(d, 1), dedy.factor(d, 2)};
}

/* ---- forwards ---------------------------------------------------------------------- */

SZ_HERE void forward_atom(const Team &team, const Descriptor &d, const Block &b,
                          Scratch scratch)
{
    const size_t i = team.league_rank(), stride = d.power.stride;
    const Channels at = channels_of(d, b, i);
    double *second = at.factor(d, 1), *p = b.p + i * stride;
    double *products = d.power.summed ? scratch.take(d.power.product_stride) : p;
    double norm;

    density(team, d.density, b.nb, static_cast<int>(i), b.central,
            scratch.take(density_scratch(d.density)), at.x);
    for (int k = 0; k < d.order; k++) {
        if (!d.n_y[k]) continue;
        clear(team, d.n_y[k], at.y[k]);
        team.team_barrier();
        map_apply(team, d.map[k], d.density.l_max, d.density.n_chan, at.x, at.y[k]);
    }
    if (d.order == 3) {
        second = scratch.take(d.coupling.n_q);
        couple(team, d.coupling, factors_of(d, at, at),
               scratch.take(coupling_scratch(d.coupling)), second);
    }
    norm = power(team, d.power, at.factor(d, 0), second, products, p);
    if (team.team_rank() == 0) b.norm[i] = norm;
}

/* ---- and back ---------------------------------------------------------------------- */

SZ_HERE void adjoint_atom(const Team &team, const Descriptor &d, const Block &b,
                          Scratch scratch)
{
    const size_t i = team.league_rank(), stride = d.power.stride;
    const Channels at = channels_of(d, b, i);
    double *second = at.factor(d, 1), *dedp = b.dedp + i * stride, *to,
           *couplings = nullptr;
    double *products = d.power.summed ? scratch.take(d.power.product_stride) : dedp;
    Channels own = {scratch.take(d.n_x), {}};

    clear(team, d.n_x, own.x);
    for (int k = 0; k < d.order; k++) {
        own.y[k] = scratch.take(d.n_y[k]);
        clear(team, d.n_y[k], own.y[k]);
    }
    to = own.factor(d, 1);
    if (d.order == 3) {
        second = scratch.take(d.coupling.n_q);
        to = scratch.take(d.coupling.n_q);
        couplings = scratch.take(coupling_scratch(d.coupling));
        clear(team, d.coupling.n_q, to);
        couple(team, d.coupling, factors_of(d, at, own), couplings, second);
    }
    team.team_barrier();
    power_adjoint(team, d.power, at.factor(d, 0), second, b.p + i * stride, b.norm[i],
                  dedp, products, scratch.take(power_scratch(d.power)), own.factor(d, 0),
                  to);
    if (d.order == 3)
        couple_adjoint(team, d.coupling, factors_of(d, at, own), couplings, to);
    for (int k = 0; k < d.order; k++)
        if (d.n_y[k])
            map_adjoint(team, d.map[k], d.density.l_max, d.density.n_chan, own.y[k],
                        own.x);
    density_adjoint(team, d.density, b.nb, static_cast<int>(i), own.x,
                    scratch.take(density_scratch(d.density)));
}

/* ---- blocks ------------------------------------------------------------------------ */

/* atom(team, scratch) for every atom of the block */
template <class Atom>
void each_atom(const char *name, const Descriptor &d, int n, const Atom &atom)
{
    const size_t room = count_scratch(d) * sizeof(double);
    Policy policy(n, TEAM);

    policy.set_scratch_size(1, Kokkos::PerTeam(room));
    Kokkos::parallel_for(
        name, policy, KOKKOS_LAMBDA(const Team &team) {
            atom(team,
                 Scratch{static_cast<double *>(team.team_scratch(1).get_shmem(room))});
        });
}

inline void forward(const Descriptor &d, const Block &b)
{
    each_atom(
        "soapz vectors", d, b.n, KOKKOS_LAMBDA(const Team &team, const Scratch &scratch) {
            forward_atom(team, d, b, scratch);
        });
}

inline void adjoint(const Descriptor &d, const Block &b)
{
    each_atom(
        "soapz forces", d, b.n, KOKKOS_LAMBDA(const Team &team, const Scratch &scratch) {
            adjoint_atom(team, d, b, scratch);
        });
}

} // namespace soapz

#endif
