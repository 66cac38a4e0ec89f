/* SPDX-License-Identifier: GPL-2.0-only
 *
 * pair_soapz_kokkos.h - pair_style soapz/kk, for a LAMMPS with its package KOKKOS: where
 * neighbour lists, positions and forces are on a device, they stay there. */
#ifndef LMP_PAIR_SOAPZ_KOKKOS_H
#define LMP_PAIR_SOAPZ_KOKKOS_H

#include "kokkos_type.h" /* LAMMPS's */
#include "pair_soapz.h"

namespace LAMMPS_NS
{

/* PairSoapz's chunk of atoms, in the memory of DeviceType. */
template <class DeviceType> struct SoapzChunk {
    template <class T> using Array = Kokkos::View<T *, DeviceType>;

    int n_centres = 0, n_pairs = 0;
    Array<int> centre, centre_species, first;
    Array<int> neigh, neigh_species;
    Array<double> r, energy, dedr;
};

/* What LAMMPS has of all atoms, and what belongs to their types. */
template <class DeviceType> struct SoapzAtoms {
    typename ArrayTypes<DeviceType>::t_x_array x;
    typename ArrayTypes<DeviceType>::t_int_1d type, mask, ilist, numneigh;
    typename ArrayTypes<DeviceType>::t_neighbors_2d neighbors;
    Kokkos::View<int *, DeviceType> species;  /* [n_types+1] */
    Kokkos::View<double *, DeviceType> times; /* [n_types+1] unit and scale */
    double cutoff_sq;
    int hidden; /* see PairSoapz */
};

template <class DeviceType> class PairSoapzKokkos : public PairSoapz
{
  public:
    PairSoapzKokkos(class LAMMPS *);

    void init_style() override;
    void compute(int, int) override;

  protected:
    void gather(int begin, int end) override; /* for what the CPU computes */

  private:
    bool stays_on_device(int eflag, int vflag) const;
    void compute_on_device(int eflag, int vflag);
    void compute_on_cpu(int eflag, int vflag);
    void find_atoms();
    void evaluate_on_device(int begin, int end);

    static constexpr bool ON_DEVICE = std::is_same<DeviceType, LMPDeviceType>::value;
    SoapzAtoms<DeviceType> atoms;
    SoapzChunk<DeviceType> chunk;
    bool told; /* that pairs are copied */
};

} // namespace LAMMPS_NS

#endif
