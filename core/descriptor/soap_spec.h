/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soap_spec.h - argument strings of soap and soap_turbo descriptors. */
#ifndef SZ_SOAP_SPEC_H
#define SZ_SOAP_SPEC_H

#include "base/args.h"
#include "base/keys.h"
#include "descriptor/soap.h"

/* The keys of a soap: a new key is a line in this table. */
extern const sz_key sz_soap_keys[];

/* Those of a soap_turbo. */
extern const sz_key sz_turbo_keys[];

/* As the functions of sz_describer_kind. */
sz_status sz_soap_parse(sz_describer_spec *spec, const sz_args *args, int version,
                        int n_matrix, const double *matrix, sz_error *err);
sz_status sz_soap_warn(const void *own, const sz_args *args, int version,
                       const char *where, sz_warnings *warnings, sz_error *err);

/* For both. centre_z [SZ_Z_MAX] gets the n_centres elements of the key Z (0: any).
 * version: gap_version of the model file, or -1 without a model. matrix [n_matrix]:
 * numbers of a compression's matrices, or NULL: drawn from its seed. Free the spec with
 * sz_soap_spec_free. Keys that exclude each other are SZ_ERR_FORMAT. */
sz_status sz_soap_spec_parse(sz_soap_spec *spec, int *n_centres, int *centre_z,
                             const sz_args *args, int version, int n_matrix,
                             const double *matrix, sz_error *err);

/* The same for a soap_turbo; matrix: numbers of its compress_file (turbo_map.h), or NULL:
 * read from the file it names. */
sz_status sz_turbo_spec_parse(sz_soap_spec *spec, int *n_centres, int *centre_z,
                              const sz_args *args, int n_matrix, const double *matrix,
                              sz_error *err);
/* The keys n_Z and Z, n_species and species_Z; each [SZ_Z_MAX]. */
sz_status sz_soap_read_elements(const sz_args *args, int *n_centres, int *centre_z,
                                int *n_slots, int *slot_z, sz_error *err);

/* 1 if central_weight is given but, as in QUIP, taken as 1. */
int sz_turbo_ignores_weight(const sz_args *args, int n_species);

/* 1 if a label of compression={..} corresponds to a pair of gap_fit's keys nu_R, nu_S. */
int sz_soap_label_is_nu(const char *label, int *nu_R, int *nu_S);

#endif
