/* SPDX-License-Identifier: BSD-3-Clause
 *
 * kernel.hpp - the sparse GP on the vectors of a block, and its gradient.
 *
 *   points     E = delta^2 sum_s w_s (p_s . p + sigma0^2)^zeta
 *              dE/dp = delta^2 zeta sum_s w_s (p_s . p + sigma0^2)^(zeta-1) p_s
 *   collapsed  E = p . A p + b . p + c,   dE/dp = 2 A p + b
 *
 * or, where the rank is lowered, both: points of zeta 2 in the place of A. The products
 * are over all atoms of the block. */
#ifndef SZ_KOKKOS_KERNEL_HPP
#define SZ_KOKKOS_KERNEL_HPP

#include "kokkos/power.hpp"
#include "kokkos/product.hpp"

extern "C" {
#include "linear/powers.h"
}

namespace soapz
{

/* ---- the plan ---------------------------------------------------------------------- */

struct Kernel {
    int stride;
    int n_sparse, k_stride; /* 0: no points */
    Matrix values, slopes;  /* p -> k, k -> dE/dp */
    const double *weight;   /* [k_stride] */
    double scale, zeta, sigma2;
    int power;            /* of zeta - 1: whole, or -1 */
    Matrix square;        /* A; n_in 0: none */
    const double *linear; /* [stride] b, or nullptr */
    double constant;
};

inline void upload_points(Store &store, const sz_kernel &from, Kernel &to)
{
    const int m = from.n_sparse, d = from.n_desc;
    const size_t ld = from.stride;
    std::vector<double> weight(from.weight, from.weight + m);

    to.n_sparse = m;
    to.k_stride = SZ_PAD(m);
    weight.resize(to.k_stride);
    to.weight = store.put(weight);
    to.values = upload(store, d, m, m, from.p_sparse, 1, ld);
    to.slopes = upload(store, m, d, from.stride, from.p_sparse, ld, 1);
    to.scale = from.delta * from.delta;
    to.zeta = from.zeta;
    to.sigma2 = from.sigma0 * from.sigma0;
    to.power = sz_whole_power(from.zeta - 1.0);
}

inline Kernel upload_kernel(Store &store, const sz_soap_group &group, int t,
                            const sz_soap_run &run)
{
    const sz_collapse *c = run.collapse;
    Kernel to = {};

    to.stride = group.describer[group.term[t].describer]->stride;
    if (!c) {
        upload_points(store, sz_soap_kernel(&group, t, nullptr), to);
        return to;
    }
    to.linear = store.put(c->linear, c->stride);
    to.constant = c->constant;
    if (c->low)
        upload_points(store, sz_collapse_squares(c), to);
    else if (c->zeta == 2)
        to.square =
            upload(store, c->n_desc, c->n_desc, c->stride, c->square, c->stride, 1);
    return to;
}

/* ---- energies ---------------------------------------------------------------------- */

/* What a block has. */
struct Vectors {
    int n;
    const double *p; /* [n][stride] */
    double *dedp; /* [n][stride], where gradients are wanted or the kernel is collapsed */
    double *k;    /* [n][k_stride] */
    double *energy; /* [n], added to */
    bool gradients;
};

SZ_HERE lanes lower_power(const Kernel &c, const lanes &x)
{
    lanes product = lanes{}, square = x;
    double each_of[W];

    product += 1.0;
    for (int p = c.power; p > 0; p >>= 1) {
        if (p & 1) product *= square;
        square *= square;
    }
    if (c.power >= 0) return product;
    store(each_of, x);
    for (int k = 0; k < W; k++) each_of[k] = pow(each_of[k], c.zeta - 1.0);
    return load(each_of);
}

/* The energy of an atom from its products k, which become what dE/dp is the sum of. */
SZ_HERE double sum_points(const Team &team, const Kernel &c, double *k)
{
    return team_sum(team, c.n_sparse, [&](int s) {
        const lanes x = load(k + s) + c.sigma2;
        const lanes part =
            kept(c.scale * load(c.weight + s) * lower_power(c, x), c.n_sparse - s);

        store(k + s, c.zeta * part);
        return lanes(part * x);
    });
}

/* p . (A p + b) or p . b, and g: A p or what points gave, becomes the gradient */
SZ_HERE double sum_collapsed(const Team &team, const Kernel &c, const double *p,
                             double *g)
{
    const double square = c.square.n_in ? 1.0 : 0.0, points = c.n_sparse ? 1.0 : 0.0;

    return team_sum(team, c.stride, [&](int k) {
        const lanes b = load(c.linear + k), from = load(g + k);

        store(g + k, b + (2.0 * square + points) * from);
        return lanes(load(p + k) * (b + square * from));
    });
}

/* energy += f(team, i) of every atom of the block */
template <class F> void add_energies(const Vectors &v, const F &f)
{
    const Vectors own = v;

    Kokkos::parallel_for(
        "soapz energies", Policy(v.n, TEAM), KOKKOS_LAMBDA(const Team &team) {
            const int i = team.league_rank();
            const double e = f(team, i);

            if (team.team_rank() == 0) own.energy[i] += e;
        });
}

inline void kernel_energy(const Kernel &c, const Vectors &v)
{
    const size_t stride = c.stride, k_stride = c.k_stride;

    if (c.square.n_in) multiply(c.square, v.n, v.p, c.stride, v.dedp, c.stride);
    if (c.n_sparse) {
        multiply(c.values, v.n, v.p, c.stride, v.k, c.k_stride);
        add_energies(
            v, KOKKOS_LAMBDA(const Team &team, size_t i) {
                return sum_points(team, c, v.k + i * k_stride);
            });
    }
    if (c.n_sparse && v.gradients)
        multiply(c.slopes, v.n, v.k, c.k_stride, v.dedp, c.stride);
    if (c.linear)
        add_energies(
            v, KOKKOS_LAMBDA(const Team &team, size_t i) {
                return c.constant +
                       sum_collapsed(team, c, v.p + i * stride, v.dedp + i * stride);
            });
}

} // namespace soapz

#endif
