/* SPDX-License-Identifier: BSD-3-Clause
 *
 * power.hpp - the power spectrum of two channel sets, normalised, sums of its components,
 * and the way back.
 *
 *   P_l(a,b) = scale sum_m Y1_lm,a Y2_lm,b,   p = P / |P|
 *
 *   dE/dP = (dE/dp - p (p . dE/dp)) / |P|,   D = scale dE/dP
 *   dE/dY1_lm,a += D_l(a,b) Y2_lm,b,   dE/dY2_lm,b += D_l(a,b) Y1_lm,a
 *
 *   q_k = sum_j S_kj P_j in the place of P (compress_file of soap_turbo)
 *
 * Forwards an item is W components of one row of the list; backwards it is W channels
 * with all components that they are in. With three factors Y2 is Q. */
#ifndef SZ_KOKKOS_POWER_HPP
#define SZ_KOKKOS_POWER_HPP

#include "kokkos/coupling.hpp"

#include <algorithm>

namespace soapz
{

/* n <= W components from at on: of channels a .. of Y1 with b of Y2 */
struct Piece {
    int l, at, a, b, n;
};

/* What dE/dY of W channels gets from one channel of the other factor: in each lane
 * factor[at] dE/dP[at]. */
struct Part {
    int from, at[W];
    double factor[W];
};

/* W channels of l, from to on. */
struct Target {
    int l, to;

    bool operator<(const Target &other) const
    {
        return l != other.l ? l < other.l : to < other.to;
    }
};

typedef Lists<Target, Part> Targets;

struct Power {
    int n_pieces, product_stride, stride1, stride2, normalise;
    double least_norm;
    const Piece *piece;
    const double *scale; /* [product_stride] */
    Targets to1, to2;    /* of Y1 and of Y2; of alike factors the first has all */
    int summed, stride;
    Rows sums, sums_back; /* where summed is 1 */
};

/* ---- the plan ---------------------------------------------------------------------- */

/* The components of a compression in pieces, in their order. */
inline std::vector<Piece> find_pieces(const sz_compression &c)
{
    std::vector<Piece> pieces;
    int at = 0;

    for (const sz_block *t = c.block; t < c.block + c.group[c.n_groups].block; t++) {
        for (int i = 0; t->n_b == 0 && i < t->n; i++) /* equal positions */
            pieces.push_back({t->l, at++, t->a + i, t->b + i, 1});
        for (int row = 0; row < t->n_b; row++)
            for (int i = 0, n; i < t->n; i += n, at += n) {
                n = std::min(W, t->n - i);
                pieces.push_back({t->l, at, t->a + i, t->b + row, n});
            }
    }
    return pieces;
}

/* dE/dY_l,to += factor dE/dP[at] Y_l,from */
inline void add_part(std::map<Target, std::vector<Part>> &list, int l, int to, int from,
                     int at, double factor)
{
    std::vector<Part> &parts = list[{l, to / W * W}];
    const int lane = to % W;
    auto part = std::find_if(parts.begin(), parts.end(), [&](const Part &p) {
        return p.from == from && (p.factor[lane] == 0.0 || p.at[lane] == at);
    });

    if (part == parts.end()) part = parts.insert(part, {from, {}, {}});
    part->at[lane] = at;
    part->factor[lane] += factor;
}

inline void upload_sums(Store &store, const sz_sums &from, Power &to)
{
    Entries forward, back;

    for (int k = 0; k < from.n; k++) {
        forward[from.component[k]].push_back({from.product[k], 0, 1, from.factor[k]});
        back[from.product[k]].push_back({from.component[k], 0, 1, from.factor[k]});
    }
    to.sums = upload(store, forward);
    to.sums_back = upload(store, back);
}

inline Power upload_power(Store &store, const sz_soap &from)
{
    const sz_compression &c = from.compression;
    const std::vector<Piece> pieces = find_pieces(c);
    const bool alike = c.spec.order == 2 && sz_alike(&c.spec, 0, 1);
    std::map<Target, std::vector<Part>> to1, to2;
    Power to = {};

    for (const Piece &k : pieces)
        for (int i = 0; i < k.n; i++) {
            const int a = k.a + i, at = k.at + i;

            add_part(to1, k.l, a, k.b, at, c.scale[at]);
            add_part(alike ? to1 : to2, k.l, k.b, a, at, c.scale[at]);
        }
    to.n_pieces = static_cast<int>(pieces.size());
    to.piece = store.put(pieces);
    to.product_stride = c.product_stride;
    to.stride1 = c.stride_a;
    to.stride2 = c.stride_b;
    to.normalise = from.spec.normalise;
    to.least_norm = c.least_norm;
    to.scale = store.put(c.scale, c.product_stride);
    to.to1 = upload(store, to1);
    to.to2 = upload(store, to2);
    to.summed = c.spec.sum != nullptr;
    to.stride = c.stride;
    if (to.summed) upload_sums(store, c.sum, to);
    return to;
}

/* ---- vectors ----------------------------------------------------------------------- */

/* a . b, n a multiple of W */
SZ_HERE double dot(const Team &team, int n, const double *a, const double *b)
{
    return team_sum(team, n, [&](int k) { return load(a + k) * load(b + k); });
}

/* p / |p|; returns |p|, or 1 where it is less than least */
SZ_HERE double normalise(const Team &team, int n, double least, double *p)
{
    const double norm = sqrt(dot(team, n, p, p));

    if (norm < least) return 1.0;
    each(team, norm > 0.0 ? items(n) : 0,
         [&](int k) { store(p + k * W, load(p + k * W) * (1.0 / norm)); });
    team.team_barrier();
    return norm;
}

/* d = (d - p (p . d)) / norm */
SZ_HERE void normalise_adjoint(const Team &team, int n, const double *p, double norm,
                               double *d)
{
    const double along = dot(team, n, p, d), inverse = norm > 0.0 ? 1.0 / norm : 0.0;

    each(team, items(n), [&](int k) {
        store(d + k * W, (load(d + k * W) - along * load(p + k * W)) * inverse);
    });
    team.team_barrier();
}

/* ---- the stages -------------------------------------------------------------------- */

/* p [stride] of an atom; products [product_stride]: where they are summed, else p.
 * Returns the norm. */
SZ_STAGE double power(const Team &team, const Power &c, const double *y1,
                      const double *y2, double *products, double *p)
{
    /* what runs over the end of a row is overwritten by the next one, or scaled to 0, as
     * is what other descriptors have left behind the last one */
    each(team, c.n_pieces, [&](int k) {
        const Piece &t = c.piece[k];
        lanes sum = lanes{};

        for (int lm = t.l * t.l; lm < (t.l + 1) * (t.l + 1); lm++)
            sum += y2[lm * c.stride2 + t.b] * load(y1 + lm * c.stride1 + t.a);
        store(products + t.at, sum);
    });
    team.team_barrier();
    each(team, items(c.product_stride), [&](int k) {
        store(products + k * W, load(products + k * W) * load(c.scale + k * W));
    });
    team.team_barrier();
    if (c.summed) {
        clear(team, c.stride, p);
        team.team_barrier();
        add_sums(team, c.sums, products, p);
    }
    return c.normalise ? normalise(team, c.stride, c.least_norm, p) : 1.0;
}

SZ_HERE size_t power_scratch(const Power &c)
{
    return W * static_cast<size_t>(c.to1.n_parts > c.to2.n_parts ? c.to1.n_parts
                                                                 : c.to2.n_parts);
}

/* dedy += the parts of d with y; scratch [n_parts][W] */
SZ_HERE void spread_products(const Team &team, const Targets &list, const double *d,
                             const double *y, int stride, double *scratch, double *dedy,
                             int stride_to)
{
    each(team, list.n_parts, W, [&](int k, int w) {
        scratch[k * W + w] = list.part[k].factor[w] * d[list.part[k].at[w]];
    });
    team.team_barrier();
    each(team, list.n, [&](int k) {
        const Target &t = list.head[k];
        const Part *part = list.part + list.first[k];
        const double *yl = y + t.l * t.l * stride, *own = scratch + list.first[k] * W;
        double *to = dedy + t.l * t.l * stride_to + t.to;

        product(
            2 * t.l + 1, list.first[k + 1] - list.first[k],
            [&](int m, int i) { return yl[m * stride + part[i].from]; },
            [&](int i) { return own + i * W; },
            [&](int m, const lanes *sum) {
                store(to + m * stride_to, load(to + m * stride_to) + *sum);
            });
    });
    team.team_barrier();
}

/* From dE/dp (destroyed) to dedy1 and dedy2, which are added to and may be the same
 * array; norm is that of power(). */
SZ_STAGE void power_adjoint(const Team &team, const Power &c, const double *y1,
                            const double *y2, const double *p, double norm, double *dedp,
                            double *products, double *scratch, double *dedy1,
                            double *dedy2)
{
    if (c.normalise) normalise_adjoint(team, c.stride, p, norm, dedp);
    if (c.summed) {
        clear(team, c.product_stride, products);
        team.team_barrier();
        add_sums(team, c.sums_back, dedp, products);
    }
    spread_products(team, c.to1, products, y2, c.stride2, scratch, dedy1, c.stride1);
    spread_products(team, c.to2, products, y1, c.stride1, scratch, dedy2, c.stride2);
}

} // namespace soapz

#endif
