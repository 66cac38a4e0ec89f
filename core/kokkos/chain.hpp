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
    int order, n_x, n_channels; /* numbers of X, and of X and every Y, of an atom */
    int y[SZ_FACTORS];          /* where Y of a factor is in them: 0 if it is X */
    bool mapped[SZ_FACTORS];    /* Y is made by the factor's own map */
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
    to.n_x = to.n_channels = SZ_N_LM(c.l_max) * c.n_chan + 2 * SZ_LANES;
    to.density = upload_density(store, from);
    for (int d = 0; d < c.spec.order; d++) {
        const sz_map &map = c.map[d];

        to.map[d] = upload(store, map, c);
        to.mapped[d] = c.spec.y_of[d] == d && (map.run || map.matrix);
        to.y[d] = to.mapped[d] ? to.n_channels : to.y[c.spec.y_of[d]];
        if (to.mapped[d]) to.n_channels += SZ_N_LM(c.l_max) * map.stride + SZ_LANES;
    }
    to.coupling = upload_coupling(store, c);
    to.power = upload_power(store, from);
    return to;
}

/* The arrays of a block. */
struct Block {
    int n;
    Neighbours nb;
    const double *central; /* [n_chan] of the atoms themselves, see density() */
    double *x;             /* [n][n_channels] */
    double *p, *dedp;      /* [n][stride] */
    double *norm;          /* [n] */
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
    return density_scratch(d.density) + d.n_channels + 2 * d.coupling.n_q +
           coupling_scratch(d.coupling) + d.power.product_stride + power_scratch(d.power);
}

/* From the channels of an atom and their gradients. */
SZ_HERE Factors factors_of(const Descriptor &d, double *x, double *dedx)
{
    return {x + d.y[1], x + d.y[2], dedx + d.y[1], dedx + d.y[2]};
}

/* ---- forwards ---------------------------------------------------------------------- */

SZ_HERE void forward_atom(const Team &team, const Descriptor &d, const Block &b,
                          Scratch scratch)
{
    const size_t i = team.league_rank();
    double *x = b.x + i * d.n_channels, *second = x + d.y[1];
    double *p = b.p + i * d.power.stride;
    double *products = d.power.summed ? scratch.take(d.power.product_stride) : p;
    double norm;

    clear(team, d.n_channels - d.n_x, x + d.n_x);
    density(team, d.density, b.nb, static_cast<int>(i), b.central,
            scratch.take(density_scratch(d.density)), x);
    for (int k = 0; k < d.order; k++)
        if (d.mapped[k])
            map_apply(team, d.map[k], d.density.l_max, d.density.n_chan, x, x + d.y[k]);
    if (d.order == 3) {
        second = scratch.take(d.coupling.n_q);
        couple(team, d.coupling, factors_of(d, x, x),
               scratch.take(coupling_scratch(d.coupling)), second);
    }
    norm = power(team, d.power, x + d.y[0], second, products, p);
    if (team.team_rank() == 0) b.norm[i] = norm;
}

/* ---- and back ---------------------------------------------------------------------- */

SZ_HERE void adjoint_atom(const Team &team, const Descriptor &d, const Block &b,
                          Scratch scratch)
{
    const size_t i = team.league_rank(), stride = d.power.stride;
    double *x = b.x + i * d.n_channels, *dedx = scratch.take(d.n_channels);
    double *second = x + d.y[1], *to = dedx + d.y[1], *couplings = nullptr;
    double *dedp = b.dedp + i * stride;
    double *products = d.power.summed ? scratch.take(d.power.product_stride) : dedp;

    clear(team, d.n_channels, dedx);
    if (d.order == 3) {
        second = scratch.take(d.coupling.n_q);
        to = scratch.take(d.coupling.n_q);
        couplings = scratch.take(coupling_scratch(d.coupling));
        clear(team, d.coupling.n_q, to);
        couple(team, d.coupling, factors_of(d, x, dedx), couplings, second);
    }
    team.team_barrier();
    power_adjoint(team, d.power, x + d.y[0], second, b.p + i * stride, b.norm[i], dedp,
                  products, scratch.take(power_scratch(d.power)), dedx + d.y[0], to);
    if (d.order == 3)
        couple_adjoint(team, d.coupling, factors_of(d, x, dedx), couplings, to);
    for (int k = 0; k < d.order; k++)
        if (d.mapped[k])
            map_adjoint(team, d.map[k], d.density.l_max, d.density.n_chan, dedx + d.y[k],
                        dedx);
    density_adjoint(team, d.density, b.nb, static_cast<int>(i), dedx,
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
