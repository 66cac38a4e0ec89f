/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soap.cpp - SOAP terms on a device: sz_soap_stages by Kokkos.
 *
 *   plan   tables, maps and points, laid out and sent once
 *   work   arrays of a block of atoms
 *   block  neighbours there, vectors, kernel, forces, energies and dE/dr_ij back
 *
 * The list of a block has the pairs that the descriptor wants alone (gather.hpp). A list
 * that is on the device already is gathered there (resident.hpp). */
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

struct Work {
    const Prepared *of = nullptr;
    size_t n_block = 0;
    void *cpu = nullptr;   /* scratch of the terms that are not on the device, if any */
    std::vector<int> atom; /* of a block */
    Shared<int> first, slot, count; /* as in Neighbours */
    std::vector<int> pair;          /* [groups][W] in the list */
    Shared<double> d, dedr, central, energy;
    Resident resident;
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

/* The neighbours of w.atom. */
static Neighbours send_neighbours(Work &w, const sz_neigh &nb, const Wanted &wanted,
                                  bool gradients)
{
    const size_t n = w.atom.size();
    int *first = w.first.host();

    first[0] = 0;
    for (size_t b = 0; b < n; b++)
        first[b + 1] = first[b] + count_groups(wanted, nb, w.atom[b]);

    const size_t n_groups = first[n];

    w.slot.reserve(n_groups);
    w.count.reserve(n_groups);
    w.pair.resize(W * n_groups);
    w.d.reserve(3 * W * n_groups);
    if (gradients) w.dedr.reserve(3 * W * n_groups);

    const Filling to = {w.slot.host(), w.count.host(), w.pair.data(), w.d.host()};

    for (size_t b = 0; b < n; b++) fill_groups(to, nb, wanted, w.atom[b], first[b]);
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
    const size_t n_groups = w.first.host()[w.atom.size()];

    w.energy.fetch();
    for (size_t i = 0; i < w.atom.size(); i++)
        portion.energy[w.atom[i]] += w.energy.host()[i];
    if (!portion.dedr) return;
    w.dedr.fetch();
    for (size_t g = 0; g < n_groups; g++)
        for (int k = 0; k < w.count.host()[g]; k++)
            for (size_t x = 0; x < 3; x++)
                portion.dedr[3 * static_cast<size_t>(w.pair[g * W + k]) + x] +=
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

/* The atoms of w.atom, of one species. */
static void compute_block(Work &w, const sz_soap_plan &plan, int t,
                          const sz_portion &portion)
{
    const int k = plan.group->term[t].describer;
    const int z = portion.species->z[portion.nb->species[w.atom[0]]];
    const bool gradients = portion.dedr != nullptr;
    Wanted wanted = w.of->wanted[k];

    wanted.slot = w.of->slot[k].data();

    const Neighbours nb = send_neighbours(w, *portion.nb, wanted, gradients);

    run_block(w, k, w.of->kernel[t], z, static_cast<int>(w.atom.size()), nb, gradients);
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

        w.atom.clear();
        for (;
             k < portion.n && species[portion.atom[k]] == s && w.atom.size() < w.n_block;
             k++)
            if (centre[s]) w.atom.push_back(portion.atom[k]);
        if (!w.atom.empty()) compute_block(w, plan, t, portion);
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
