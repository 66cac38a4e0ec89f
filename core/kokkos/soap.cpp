/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soap.cpp - SOAP terms on a device: sz_soap_stages by Kokkos.
 *
 *   plan   tables, maps and points, laid out and sent once
 *   work   arrays of a block of atoms
 *   block  neighbours there, vectors, kernel, forces, energies and dE/dr_ij back
 *
 * The list of a block has the pairs that the descriptor wants alone, in groups of one
 * slot. A list that is on the device already is gathered there (resident.hpp). */
#include "kokkos/chain.hpp"
#include "kokkos/kernel.hpp"
#include "kokkos/resident.hpp"
#include "kokkos/session.hpp"

#include <memory>

namespace soapz
{

/* ---- the plan ---------------------------------------------------------------------- */

struct Prepared {
    Store store;
    std::vector<const sz_soap *> soap; /* [n_describers], nullptr: not on the device */
    std::vector<Descriptor> descriptor;
    std::vector<std::vector<int>> slot; /* [n_species] of the groups, -1: not wanted */
    std::vector<Wanted> wanted;         /* the same on the device */
    std::vector<Kernel> kernel;         /* [n_terms] */
};

/* One slot for all neighbours that neither tables nor channels keep apart: groups of W
 * are fuller. */
static std::vector<int> group_slots(const sz_soap &soap, const int *slot, int n_species)
{
    const bool apart = soap.compression.n_slots > 1 || soap.radial->n_tables > 1;
    std::vector<int> own(slot, slot + n_species);

    for (int &s : own) s = apart ? s : std::min(s, 0);
    return own;
}

static Wanted upload(Store &store, const std::vector<int> &slot, double cutoff)
{
    const int most = *std::max_element(slot.begin(), slot.end());

    return {store.put(slot), most + 1, cutoff * cutoff};
}

static Prepared *prepare(const sz_soap_plan &plan)
{
    const sz_soap_group &g = *plan.group;
    std::unique_ptr<Prepared> made(new Prepared);

    made->soap.resize(g.n_describers);
    made->descriptor.resize(g.n_describers);
    made->slot.resize(g.n_describers);
    made->wanted.resize(g.n_describers);
    made->kernel.resize(g.n_terms);
    for (int t = 0; t < g.n_terms; t++) {
        const int k = g.term[t].describer;

        if (!plan.run[t].on_device || plan.run[t].joined) continue;
        if (!made->soap[k]) {
            made->soap[k] = sz_soap_of(g.describer[k]);
            made->descriptor[k] = upload(made->store, *made->soap[k]);
            made->slot[k] = group_slots(*made->soap[k], g.slot[k], g.n_species);
            made->wanted[k] =
                upload(made->store, made->slot[k], made->soap[k]->spec.radial.cutoff);
        }
        made->kernel[t] = upload_kernel(made->store, g, t, plan.run[t]);
    }
    return made.release();
}

/* ---- work -------------------------------------------------------------------------- */

/* The pairs of a block as they are gathered. */
struct Gathered {
    std::vector<int> atom;               /* of the block */
    std::vector<int> first, slot, count; /* as in Neighbours */
    std::vector<int> pair;               /* [groups][W] in the list */
    std::vector<std::vector<int>> row;   /* pairs of one atom by slot */
};

struct Work {
    const Prepared *of = nullptr;
    size_t n_block = 0;
    void *cpu = nullptr; /* scratch of the terms that are not on the device, if any */
    Gathered list;
    Resident resident;
    Shared<int> first, slot, count;
    Shared<double> d, dedr, central, energy;
    Kokkos::View<double *, Memory> x, p, dedp, k, norm;
};

static Kokkos::View<double *, Memory> room(size_t n)
{
    /* one vector more: lanes may be read behind the end */
    return Kokkos::View<double *, Memory>("soapz", n + 2 * SZ_LANES);
}

static void make_room(Work &w)
{
    size_t n = w.n_block, x = 0, stride = 0, k = 0, n_chan = 0;

    for (size_t i = 0; i < w.of->soap.size(); i++) {
        const Descriptor &d = w.of->descriptor[i];

        if (!w.of->soap[i]) continue;
        x = std::max(x, static_cast<size_t>(d.n_channels));
        stride = std::max(stride, static_cast<size_t>(d.power.stride));
        n_chan = std::max(n_chan, static_cast<size_t>(d.density.n_chan));
    }
    for (const Kernel &kernel : w.of->kernel)
        k = std::max(k, static_cast<size_t>(kernel.k_stride));
    w.x = room(n * x);
    w.p = room(n * stride);
    w.dedp = room(n * stride);
    w.k = room(n * k);
    w.norm = room(n);
    w.energy.reserve(n);
    w.central.reserve(n_chan);
    w.first.reserve(n + 1);
}

/* ---- neighbours -------------------------------------------------------------------- */

/* The pairs of atom i that a descriptor wants: those of each slot in its row. */
static void find_rows(Gathered &list, const sz_neigh &nb, const int *slot, double cutoff,
                      int i)
{
    for (int j = nb.first[i]; j < nb.first[i + 1]; j++) {
        const double *d = nb.r + 3 * static_cast<size_t>(j);
        const int s = slot[nb.neigh_species[j]];

        if (s < 0 || d[0] * d[0] + d[1] * d[1] + d[2] * d[2] >= cutoff * cutoff) continue;
        if (static_cast<size_t>(s) >= list.row.size()) list.row.resize(s + 1);
        list.row[s].push_back(j);
    }
}

/* Groups of up to W pairs of each row, which is empty then. */
static void add_groups(Gathered &list)
{
    for (size_t s = 0; s < list.row.size(); s++) {
        std::vector<int> &row = list.row[s];

        for (size_t k = 0; k < row.size(); k += W) {
            const size_t n = std::min<size_t>(W, row.size() - k);

            list.slot.push_back(static_cast<int>(s));
            list.count.push_back(static_cast<int>(n));
            for (size_t w = 0; w < W; w++) list.pair.push_back(row[k + (w < n ? w : 0)]);
        }
        row.clear();
    }
    list.first.push_back(static_cast<int>(list.slot.size()));
}

static Neighbours send_neighbours(Work &w, const sz_neigh &nb, const int *slot,
                                  double cutoff, bool gradients)
{
    Gathered &list = w.list;
    size_t n;

    list.first.assign(1, 0);
    list.slot.clear();
    list.count.clear();
    list.pair.clear();
    for (int i : list.atom) {
        find_rows(list, nb, slot, cutoff, i);
        add_groups(list);
    }
    n = list.slot.size();
    w.slot.reserve(n);
    w.count.reserve(n);
    w.d.reserve(3 * W * n);
    if (gradients) w.dedr.reserve(3 * W * n);
    std::copy(list.first.begin(), list.first.end(), w.first.host());
    std::copy(list.slot.begin(), list.slot.end(), w.slot.host());
    std::copy(list.count.begin(), list.count.end(), w.count.host());
    for (size_t k = 0; k < list.pair.size(); k++)
        for (size_t x = 0; x < 3; x++)
            w.d.host()[(k / W * 3 + x) * W + k % W] =
                nb.r[3 * static_cast<size_t>(list.pair[k]) + x];
    w.first.send();
    w.slot.send();
    w.count.send();
    w.d.send();
    return {w.first.device(), w.slot.device(), w.count.device(), w.d.device(),
            w.dedr.device()};
}

/* What an atom of element z adds to its own density: its Gaussian, in its own slot or,
 * with central_all, in every slot. */
static void send_central(Work &w, const sz_soap &soap, int z)
{
    const sz_soap_spec &spec = soap.spec;
    const int n_lane = soap.radial->n_lane;
    double *to = w.central.host();

    std::fill(to, to + soap.compression.n_chan, 0.0);
    for (int s = 0; s < spec.n_slots; s++) {
        const int slot = soap.compression.n_slots > 1 ? s : 0;
        const double *central = sz_radial_table_of(soap.radial, s)->central;

        if (!spec.central_all && spec.slot_z[s] != z && spec.slot_z[s] != 0) continue;
        for (int q = 0; q < n_lane; q++)
            to[slot * n_lane + q] += spec.central_weight * central[q];
    }
    w.central.send();
}

/* ---- energies ---------------------------------------------------------------------- */

static void take_results(Work &w, const sz_portion &portion)
{
    const Gathered &list = w.list;

    w.energy.fetch();
    for (size_t i = 0; i < list.atom.size(); i++)
        portion.energy[list.atom[i]] += w.energy.host()[i];
    if (!portion.dedr) return;
    w.dedr.fetch();
    for (size_t g = 0; g < list.slot.size(); g++)
        for (int k = 0; k < list.count[g]; k++)
            for (size_t x = 0; x < 3; x++)
                portion.dedr[3 * static_cast<size_t>(list.pair[g * W + k]) + x] +=
                    w.dedr.host()[(g * 3 + x) * W + k];
}

/* w.energy and nb.dedr of n atoms of element z. */
static void run_block(Work &w, int k, const Kernel &kernel, int z, int n,
                      const Neighbours &nb, bool gradients)
{
    const Descriptor &descriptor = w.of->descriptor[k];
    Block block = {};

    block.n = n;
    block.nb = nb;
    send_central(w, *w.of->soap[k], z);
    block.central = w.central.device();
    block.x = w.x.data();
    block.p = w.p.data();
    block.dedp = w.dedp.data();
    block.norm = w.norm.data();
    std::fill(w.energy.host(), w.energy.host() + n, 0.0);
    w.energy.send();
    forward(descriptor, block);
    kernel_energy(kernel,
                  {n, block.p, block.dedp, w.k.data(), w.energy.device(), gradients});
    if (gradients) adjoint(descriptor, block);
    Kokkos::fence();
}

/* The atoms of w.list.atom, of one species. */
static void compute_block(Work &w, const sz_soap_plan &plan, int t,
                          const sz_portion &portion)
{
    const int k = plan.group->term[t].describer;
    const int z = portion.species->z[portion.nb->species[w.list.atom[0]]];
    const bool gradients = portion.dedr != nullptr;
    const Neighbours nb = send_neighbours(w, *portion.nb, w.of->slot[k].data(),
                                          w.of->soap[k]->spec.radial.cutoff, gradients);

    run_block(w, k, w.of->kernel[t], z, static_cast<int>(w.list.atom.size()), nb,
              gradients);
    take_results(w, portion);
}

/* Blocks of the term's centres, each of one species. */
static void compute_term(Work &w, const sz_soap_plan &plan, int t,
                         const sz_portion &portion)
{
    const unsigned char *centre = plan.group->term[t].centre;
    const int *species = portion.nb->species;

    for (int k = 0; k < portion.n;) {
        const int s = species[portion.atom[k]];

        w.list.atom.clear();
        for (; k < portion.n && species[portion.atom[k]] == s &&
               w.list.atom.size() < w.n_block;
             k++)
            if (centre[s]) w.list.atom.push_back(portion.atom[k]);
        if (!w.list.atom.empty()) compute_block(w, plan, t, portion);
    }
}

/* ---- a list that is on the device -------------------------------------------------- */

/* The atoms begin .. begin+n-1 of w.resident.centre, which are of species s. */
static void resident_block(Work &w, const sz_soap_plan &plan, int t, int s, int begin,
                           int n, const sz_portion &all)
{
    const int k = plan.group->term[t].describer;
    const int *centre = w.resident.centre.data() + begin;
    const bool gradients = all.dedr != nullptr;
    const Neighbours nb = gather(w.resident, *all.nb, w.of->wanted[k], centre, n);

    run_block(w, k, w.of->kernel[t], all.species->z[s], n, nb, gradients);
    scatter_energies(centre, n, w.energy.device(), all.energy);
    if (gradients) scatter(w.resident, all.dedr);
}

static void compute_resident(Work &w, const sz_soap_plan &plan, const sz_portion &all)
{
    const int most = static_cast<int>(w.n_block);

    for (int s = 0; s < all.species->n; s++) {
        const int n = find_centres(w.resident, *all.nb, s);

        for (int t = 0; t < plan.group->n_terms; t++) {
            const sz_soap_run &run = plan.run[t];

            if (!run.on_device || run.joined || !plan.group->term[t].centre[s]) continue;
            for (int k = 0; k < n; k += most)
                resident_block(w, plan, t, s, k, std::min(most, n - k), all);
        }
    }
    Kokkos::fence();
}

} // namespace soapz

/* ---- the record -------------------------------------------------------------------- */

using namespace soapz;

static void forget(sz_soap_plan *plan)
{
    if (is_running())
        guarded(nullptr, [&] { delete static_cast<Prepared *>(plan->prepared); });
    plan->prepared = nullptr;
}

static sz_status prepare_plan(sz_soap_plan *plan, sz_error *err)
{
    return guarded(err, [&] {
        Prepared *made = prepare(*plan);

        plan->prepared = made;
        plan->prepared_bytes = made->store.bytes();
    });
}

static void free_work(void *work)
{
    Work *w = static_cast<Work *>(work);

    if (!w) return;
    sz_soap_run_stages.free_work(w->cpu);
    w->cpu = nullptr;
    if (is_running()) guarded(nullptr, [&] { delete w; });
}

static sz_status create_work(void **work, const sz_soap_plan *plan, int n_block,
                             sz_error *err)
{
    Work *w = nullptr;
    sz_status status = guarded(err, [&] {
        std::unique_ptr<Work> made(new Work);

        made->of = static_cast<const Prepared *>(plan->prepared);
        made->n_block = n_block;
        make_room(*made);
        w = made.release();
    });

    *work = nullptr;
    for (int t = 0; t < plan->group->n_terms && status == SZ_OK && !w->cpu; t++)
        if (!plan->run[t].on_device)
            status = sz_soap_run_stages.create_work(&w->cpu, plan, n_block, err);
    if (status == SZ_OK)
        *work = w;
    else
        free_work(w);
    return status;
}

static sz_status energy(const sz_soap_plan *plan, void *work, const sz_portion *portion,
                        sz_error *err)
{
    Work &w = *static_cast<Work *>(work);
    const sz_status status = guarded(err, [&] {
        for (int t = 0; t < plan->group->n_terms && !portion->rest; t++)
            if (plan->run[t].on_device && !plan->run[t].joined)
                compute_term(w, *plan, t, *portion);
    });

    if (status != SZ_OK || !w.cpu) return status;
    return sz_soap_run_stages.energy(plan, w.cpu, portion, err);
}

static sz_status resident(const sz_soap_plan *plan, void *work, const sz_portion *all,
                          sz_error *err)
{
    return guarded(err,
                   [&] { compute_resident(*static_cast<Work *>(work), *plan, *all); });
}

const sz_soap_stages sz_soap_run_stages_kokkos = {prepare_plan, forget, create_work,
                                                  free_work,    energy, resident};
