/* SPDX-License-Identifier: BSD-3-Clause
 *
 * real.h - the precision in which a step is computed.
 *
 * The stages of a step, from the distances of neighbours to dE/dr, are written once, in
 * terms of sz_real, and compiled twice (stages in core/CMakeLists.txt): in double
 * precision, and with SZ_SINGLE defined in single precision, for plans of mixed
 * precision. The exported functions are then called .._single, by the list below; one
 * that is missing in the list is defined twice, which the linker refuses. Distances,
 * energies, forces, norms and sums over weights stay double in both.
 *
 * Code that prepares a model is compiled once: tables and maps are double, and stages
 * convert what they use (SZ_NARROW). Structs that contain an sz_real are never shared
 * between the two sets. */
#ifndef SZ_REAL_H
#define SZ_REAL_H

#ifdef SZ_SINGLE
typedef float sz_real;
typedef int sz_whole; /* of the same size */
#define SZ_IN_REAL(name) name##_single

#define sz_product_apply sz_product_apply_single
#define sz_product_row sz_product_row_single
#define sz_harmonics sz_harmonics_single
#define sz_harmonics_adjoint sz_harmonics_adjoint_single
#define sz_radial_eval sz_radial_eval_single
#define sz_density sz_density_single
#define sz_density_adjoint sz_density_adjoint_single
#define sz_map_apply sz_map_apply_single
#define sz_map_adjoint sz_map_adjoint_single
#define sz_map_slope sz_map_slope_single
#define sz_couple sz_couple_single
#define sz_couple_adjoint sz_couple_adjoint_single
#define sz_couple_tangent sz_couple_tangent_single
#define sz_group_active sz_group_active_single
#define sz_power sz_power_single
#define sz_power_adjoint sz_power_adjoint_single
#define sz_power_tangent sz_power_tangent_single
#define sz_spread sz_spread_single
#define sz_sum sz_sum_single
#define sz_sum_adjoint sz_sum_adjoint_single
#define sz_sum_tangent sz_sum_tangent_single
#define sz_describer_stages sz_describer_stages_single
#define sz_describer_work sz_describer_work_single
#define sz_describer_work_create sz_describer_work_create_single
#define sz_describer_work_free sz_describer_work_free_single
#define sz_describer_part sz_describer_part_single
#define sz_describers_forward sz_describers_forward_single
#define sz_describers_adjoint sz_describers_adjoint_single
#define sz_describer_forward sz_describer_forward_single
#define sz_describer_average sz_describer_average_single
#define sz_describer_ranges sz_describer_ranges_single
#define sz_describer_jacobian sz_describer_jacobian_single
#define sz_soap_vectors sz_soap_vectors_single
#define sz_soap_work sz_soap_work_single
#define sz_soap_work_create sz_soap_work_create_single
#define sz_soap_work_free sz_soap_work_free_single
#define sz_soap_clear sz_soap_clear_single
#define sz_soap_finish sz_soap_finish_single
#define sz_soap_finish_adjoint sz_soap_finish_adjoint_single
#define sz_soap_finish_tangent sz_soap_finish_tangent_single
#define sz_soap_ranges sz_soap_ranges_single
#define sz_soap_vector_of sz_soap_vector_of_single
#define sz_soap_map_slopes sz_soap_map_slopes_single
#define sz_soap_density sz_soap_density_single
#define sz_kernel_scratch sz_kernel_scratch_single
#define sz_kernel_energy sz_kernel_energy_single
#define sz_collapse_energy sz_collapse_energy_single
#define sz_soap_run_stages sz_soap_run_stages_single
#else
typedef double sz_real;
typedef long long sz_whole;
#define SZ_IN_REAL(name) name
#endif

#endif
