/* SPDX-License-Identifier: GPL-2.0-only
 *
 * soapzpair.cpp - the entry of soapzpair.so, which soapzplugin.so opens; those of
 * soapz/kk are in pair_soapz_kokkos.cpp. */
#include "pair_soapz.h"

extern "C" __attribute__((visibility("default"))) void *soapz_create_pair(void *lmp);

extern "C" void *soapz_create_pair(void *lmp)
{
    return new LAMMPS_NS::PairSoapz(static_cast<LAMMPS_NS::LAMMPS *>(lmp));
}
