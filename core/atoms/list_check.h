/* SPDX-License-Identifier: BSD-3-Clause
 *
 * list_check.h - checks of a neighbour list. */
#ifndef SZ_LIST_CHECK_H
#define SZ_LIST_CHECK_H

#include "base/error.h"

/* Refuses species of atom i or its neighbours outside 0 .. n_species-1, distances that
 * are not numbers, and atoms that coincide. */
sz_status sz_list_check_row(const sz_neigh *nb, int i, int n_species, sz_error *err);
/* Checks all rows, in their order. */
sz_status sz_list_check(const sz_neigh *nb, int n_species, sz_error *err);

#endif
