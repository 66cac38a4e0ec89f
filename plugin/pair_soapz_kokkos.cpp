/* SPDX-License-Identifier: GPL-2.0-only
 *
 * pair_soapz_kokkos.cpp - pair_style soapz/kk of LAMMPS. The steps of pair_soapz.cpp, on
 * a chunk of atoms:
 *
 *   gather    pairs within the cutoff: they are counted for each atom, a scan gives their
 *             places
 *   evaluate  sz_compute_resident
 *   scatter   forces, energy and virial
 *
 * If values of single atoms or errors of forces are needed in a step, or the rows of the
 * model must be sorted, PairSoapz computes it: the pairs are gathered on the device, too,
 * and copied to the CPU, which adds the forces. */
#include "pair_soapz_kokkos.h"

#include "soapz_kokkos.h"

#include "atom_kokkos.h"
#include "atom_masks.h"
#include "comm.h"
#include "error.h"
#include "force.h"
#include "kokkos.h"
#include "neigh_list_kokkos.h"
#include "neigh_request.h"
#include "neighbor.h"
#include "update.h"

#include <algorithm>

using namespace LAMMPS_NS;

static constexpr int CHUNK = 32768; /* 16 usual blocks */

template <class DeviceType>
PairSoapzKokkos<DeviceType>::PairSoapzKokkos(LAMMPS *host)
    : PairSoapz(host, ON_DEVICE ? SZ_KOKKOS : SZ_CPU), told(false)
{
    if (!lmp->kokkos)
        error->all(FLERR,
                   "pair_style soapz/kk needs a LAMMPS that is started with -k on");
    if (!Kokkos::is_initialized())
        error->all(FLERR,
                   "pair_style soapz/kk is linked with another Kokkos than LAMMPS; "
                   "build both with the same shared library of Kokkos");
    chunk_atoms = CHUNK;
    kokkosable = 1;
    atomKK = static_cast<AtomKokkos *>(atom);
    execution_space = ExecutionSpaceFromDevice<DeviceType>::space;
    datamask_read = X_MASK | F_MASK | TYPE_MASK | MASK_MASK;
    datamask_modify = F_MASK;
}

template <class DeviceType> void PairSoapzKokkos<DeviceType>::init_style()
{
    if (!force->newton_pair)
        error->all(FLERR, "pair_style soapz/kk needs newton on; start LAMMPS with "
                          "-pk kokkos newton on neigh half");
    PairSoapz::init_style();
    neighbor->find_request(this)->set_kokkos_device(ON_DEVICE);
    neighbor->find_request(this)->set_kokkos_host(!ON_DEVICE);
    if (!told && comm->me == 0 && !stays_on_device(0, 0))
        utils::logmesg(lmp, "pair_style soapz/kk: pairs and forces are copied to and "
                            "from the CPU in each step\n");
    told = true;
}

template <class DeviceType>
void PairSoapzKokkos<DeviceType>::compute(int eflag, int vflag)
{
    if (stays_on_device(eflag, vflag))
        compute_on_device(eflag, vflag);
    else
        compute_on_cpu(eflag, vflag);
}

template <class DeviceType>
bool PairSoapzKokkos<DeviceType>::stays_on_device(int eflag, int vflag) const
{
    const bool by_atom =
        (eflag & ENERGY_ATOM) || (vflag & VIRIAL_ATOM) || (vflag & VIRIAL_CENTROID);

    return ON_DEVICE && sz_work_is_resident(work) && !by_atom && !extra.wanted();
}

/* ---- gather ----------------------------------------------------------------------- */

template <class View> static void grow(View &view, size_t n)
{
    if (n <= view.extent(0)) return;
    view = View();
    view = View(Kokkos::view_alloc(Kokkos::WithoutInitializing, "pair:soapz"), n + n / 8);
}

template <class DeviceType>
static void find_centres(SoapzChunk<DeviceType> &chunk,
                         const SoapzAtoms<DeviceType> &atoms, int begin, int end)
{
    grow(chunk.centre, end - begin);

    const auto centre = chunk.centre;
    const SoapzAtoms<DeviceType> a = atoms;

    Kokkos::parallel_scan(
        "soapz/kk centres", Kokkos::RangePolicy<DeviceType>(begin, end),
        KOKKOS_LAMBDA(int ii, int &before, bool last) {
            const int i = a.ilist(ii);

            if (a.mask(i) & a.hidden) return;
            if (last) centre(before) = i;
            before++;
        },
        chunk.n_centres);
}

/* r_j - r_i of entry jj in the list of atom i; returns j, or -1 beyond the cutoff. A NaN
 * is passed on to be reported. */
template <class DeviceType>
KOKKOS_INLINE_FUNCTION static int find_pair(const SoapzAtoms<DeviceType> &a, int i,
                                            int jj, double *d)
{
    const int j = a.neighbors(i, jj) & NEIGHMASK;
    double r2 = 0.0;

    for (int k = 0; k < 3; k++) {
        d[k] = a.x(j, k) - a.x(i, k);
        r2 += d[k] * d[k];
    }
    return r2 >= a.cutoff_sq ? -1 : j;
}

template <class DeviceType>
static void count_pairs(SoapzChunk<DeviceType> &chunk,
                        const SoapzAtoms<DeviceType> &atoms)
{
    const int n = chunk.n_centres;

    grow(chunk.first, n + 1);
    grow(chunk.centre_species, n);

    const auto centre = chunk.centre, first = chunk.first, species = chunk.centre_species;
    const SoapzAtoms<DeviceType> a = atoms;

    Kokkos::parallel_for(
        "soapz/kk count", Kokkos::RangePolicy<DeviceType>(0, n + 1),
        KOKKOS_LAMBDA(int c) {
            int count = 0;

            if (c < n) {
                const int i = centre(c);
                double d[3];

                species(c) = a.species(a.type(i));
                for (int jj = 0; jj < a.numneigh(i); jj++)
                    count += find_pair(a, i, jj, d) >= 0;
            }
            first(c) = count;
        });
    Kokkos::parallel_scan(
        "soapz/kk places", Kokkos::RangePolicy<DeviceType>(0, n + 1),
        KOKKOS_LAMBDA(int c, int &before, bool last) {
            const int own = first(c);

            if (last) first(c) = before;
            before += own;
        },
        chunk.n_pairs);
}

template <class DeviceType>
static void fill_pairs(SoapzChunk<DeviceType> &chunk, const SoapzAtoms<DeviceType> &atoms)
{
    grow(chunk.neigh, chunk.n_pairs);
    grow(chunk.neigh_species, chunk.n_pairs);
    grow(chunk.r, 3 * static_cast<size_t>(chunk.n_pairs));

    const SoapzChunk<DeviceType> to = chunk;
    const SoapzAtoms<DeviceType> a = atoms;

    Kokkos::parallel_for(
        "soapz/kk gather", Kokkos::RangePolicy<DeviceType>(0, to.n_centres),
        KOKKOS_LAMBDA(int c) {
            const int i = to.centre(c);
            int at = to.first(c);

            for (int jj = 0; jj < a.numneigh(i); jj++) {
                double d[3];
                const int j = find_pair(a, i, jj, d);

                if (j < 0) continue;
                to.neigh(at) = j;
                to.neigh_species(at) = a.species(a.type(j));
                for (int k = 0; k < 3; k++) to.r(3 * static_cast<size_t>(at) + k) = d[k];
                at++;
            }
        });
}

template <class DeviceType>
static void gather_pairs(SoapzChunk<DeviceType> &chunk,
                         const SoapzAtoms<DeviceType> &atoms, int begin, int end)
{
    find_centres(chunk, atoms, begin, end);
    count_pairs(chunk, atoms);
    fill_pairs(chunk, atoms);
}

/* The first n numbers of a view. */
template <class T, class View>
static void fetch(std::vector<T> &to, const View &from, size_t n)
{
    const Kokkos::View<T *, Kokkos::HostSpace, Kokkos::MemoryUnmanaged> host(to.data(),
                                                                             n);

    Kokkos::deep_copy(host, Kokkos::subview(from, std::make_pair(size_t(0), n)));
}

template <class T, class View> static void send(View &to, const std::vector<T> &from)
{
    const Kokkos::View<const T *, Kokkos::HostSpace, Kokkos::MemoryUnmanaged> host(
        from.data(), from.size());

    if (to.extent(0) != from.size()) to = View("pair:soapz", from.size());
    Kokkos::deep_copy(to, host);
}

template <class DeviceType> void PairSoapzKokkos<DeviceType>::find_atoms()
{
    const auto *own = static_cast<NeighListKokkos<DeviceType> *>(list);
    std::vector<double> times;

    for (int type = 0; type <= atom->ntypes; type++)
        times.push_back(unit * scale[type][type]);
    send(atoms.species, species);
    send(atoms.times, times);
    atomKK->sync(ExecutionSpaceFromDevice<DeviceType>::space,
                 X_MASK | TYPE_MASK | MASK_MASK);
    atoms.x = atomKK->k_x.template view<DeviceType>();
    atoms.type = atomKK->k_type.template view<DeviceType>();
    atoms.mask = atomKK->k_mask.template view<DeviceType>();
    atoms.ilist = own->d_ilist;
    atoms.numneigh = own->d_numneigh;
    atoms.neighbors = own->d_neighbors;
    atoms.cutoff_sq = cutoff * cutoff;
    atoms.hidden = hidden;
}

template <class DeviceType> void PairSoapzKokkos<DeviceType>::gather(int begin, int end)
{
    find_atoms();
    gather_pairs(chunk, atoms, begin, end);

    const size_t n = chunk.n_centres, pairs = chunk.n_pairs;

    n_centres = chunk.n_centres;
    centre.resize(n);
    centre_species.resize(n);
    first.resize(n + 1);
    energy.resize(n);
    neigh.resize(pairs);
    neigh_species.resize(pairs);
    r.resize(3 * pairs);
    dedr.resize(3 * pairs);
    fetch(centre, chunk.centre, n);
    fetch(centre_species, chunk.centre_species, n);
    fetch(first, chunk.first, n + 1);
    fetch(neigh, chunk.neigh, pairs);
    fetch(neigh_species, chunk.neigh_species, pairs);
    fetch(r, chunk.r, 3 * pairs);
    for (int c = 0; c < n_centres && ordered; c++) {
        n_pairs = first[c + 1];
        sort_row(centre[c], first[c]);
    }
    n_pairs = chunk.n_pairs;
}

/* ---- evaluate and scatter --------------------------------------------------------- */

template <class DeviceType>
void PairSoapzKokkos<DeviceType>::evaluate_on_device(int begin, int end)
{
    sz_error err;

    grow(chunk.energy, chunk.n_centres);
    grow(chunk.dedr, 3 * static_cast<size_t>(chunk.n_pairs));

    const sz_neigh nb = {chunk.n_centres, chunk.centre_species.data(), chunk.first.data(),
                         chunk.neigh_species.data(), chunk.r.data()};

    if (sz_compute_resident(work, &nb, chunk.n_pairs, chunk.energy.data(),
                            chunk.dedr.data(), &err) == SZ_OK)
        return;
    gather(begin, end); /* what_is_wrong() names atoms */
    atomKK->sync(Host, TAG_MASK);
    error->one(FLERR, "pair_style soapz/kk: step {}: {}", update->ntimestep,
               what_is_wrong(err));
}

template <class DeviceType, class Forces>
static void add_forces(const SoapzChunk<DeviceType> &chunk,
                       const SoapzAtoms<DeviceType> &atoms, const Forces &forces)
{
    const SoapzChunk<DeviceType> own = chunk;
    const SoapzAtoms<DeviceType> a = atoms;
    const Forces f = forces;

    Kokkos::parallel_for(
        "soapz/kk forces", Kokkos::RangePolicy<DeviceType>(0, own.n_centres),
        KOKKOS_LAMBDA(int c) {
            const int i = own.centre(c);
            const double times = a.times(a.type(i));
            const auto to = f.access();
            double sum[3] = {0.0, 0.0, 0.0};

            for (int k = own.first(c); k < own.first(c + 1); k++)
                for (int x = 0; x < 3; x++) {
                    const double d = times * own.dedr(3 * static_cast<size_t>(k) + x);

                    sum[x] += d;
                    to(own.neigh(k), x) -= d;
                }
            for (int x = 0; x < 3; x++) to(i, x) += sum[x];
        });
}

/* sums of energies and virials, see PairSoapz::tally_virial */
template <class DeviceType>
static EV_FLOAT tally(const SoapzChunk<DeviceType> &chunk,
                      const SoapzAtoms<DeviceType> &atoms)
{
    const SoapzChunk<DeviceType> own = chunk;
    const SoapzAtoms<DeviceType> a = atoms;
    EV_FLOAT sum;

    Kokkos::parallel_reduce(
        "soapz/kk tally", Kokkos::RangePolicy<DeviceType>(0, own.n_centres),
        KOKKOS_LAMBDA(int c, EV_FLOAT &ev) {
            const double times = a.times(a.type(own.centre(c)));

            ev.evdwl += times * own.energy(c);
            for (int k = own.first(c); k < own.first(c + 1); k++) {
                const double *r = &own.r(3 * static_cast<size_t>(k));
                const double *d = &own.dedr(3 * static_cast<size_t>(k));

                for (int x = 0; x < 3; x++) ev.v[x] -= times * r[x] * d[x];
                ev.v[3] -= 0.5 * times * (r[0] * d[1] + r[1] * d[0]);
                ev.v[4] -= 0.5 * times * (r[0] * d[2] + r[2] * d[0]);
                ev.v[5] -= 0.5 * times * (r[1] * d[2] + r[2] * d[1]);
            }
        },
        sum);
    return sum;
}

/* ---- a step ----------------------------------------------------------------------- */

template <class DeviceType>
void PairSoapzKokkos<DeviceType>::compute_on_device(int eflag, int vflag)
{
    EV_FLOAT sum;

    ev_init(eflag, vflag);
    hidden = hidden_groups();
    atomKK->sync(execution_space, F_MASK);

    find_atoms();

    auto f = atomKK->k_f.template view<DeviceType>();
    const auto forces = Kokkos::Experimental::create_scatter_view(f);

    for (int k = 0; k < n_chunks(); k++) {
        const int begin = begin_of_chunk(k), end = begin_of_chunk(k + 1);

        gather_pairs(chunk, atoms, begin, end);
        evaluate_on_device(begin, end);
        add_forces(chunk, atoms, forces);
        if (eflag_global || vflag_global) sum += tally(chunk, atoms);
    }
    Kokkos::Experimental::contribute(f, forces);
    atomKK->modified(execution_space, F_MASK);
    if (eflag_global) eng_vdwl += sum.evdwl;
    for (int k = 0; k < 6 && vflag_global; k++) virial[k] += sum.v[k];
}

template <class DeviceType>
void PairSoapzKokkos<DeviceType>::compute_on_cpu(int eflag, int vflag)
{
    const ExecutionSpace space = execution_space;

    atomKK->sync(Host, X_MASK | F_MASK | TYPE_MASK | MASK_MASK | TAG_MASK);
    execution_space = Host; /* LAMMPS calls pack_forward_comm() only then */
    PairSoapz::compute(eflag, vflag);
    execution_space = space;
    atomKK->modified(Host, F_MASK);
    atomKK->sync(space, F_MASK);
}

/* ---- the entries of soapzpair.so --------------------------------------------------- */

namespace LAMMPS_NS
{
template class PairSoapzKokkos<LMPDeviceType>;
#ifdef LMP_KOKKOS_GPU
template class PairSoapzKokkos<LMPHostType>;
#endif
} // namespace LAMMPS_NS

template <class DeviceType> static void *create(void *lmp)
{
    return new PairSoapzKokkos<DeviceType>(static_cast<LAMMPS *>(lmp));
}

extern "C" __attribute__((visibility("default"))) void *
soapz_create_pair_kokkos(void *lmp);
extern "C" __attribute__((visibility("default"))) void *
soapz_create_pair_kokkos_host(void *lmp);

extern "C" void *soapz_create_pair_kokkos(void *lmp)
{
    return create<LMPDeviceType>(lmp);
}

extern "C" void *soapz_create_pair_kokkos_host(void *lmp)
{
    return create<LMPHostType>(lmp);
}
