/* SPDX-License-Identifier: BSD-3-Clause
 *
 * groups.h - the terms of a model by kind, for tests that look into it or change it. An
 * empty group stands for none. */
#ifndef GROUPS_H
#define GROUPS_H

#include "model/model.h"
#include "term/few_bodies_term.h"
#include "term/soap_term.h"

static inline sz_soap_group *soaps_of(const sz_model *m)
{
    static sz_soap_group none;
    const void *group = sz_model_group(m, &sz_kind_soap);

    return group ? (sz_soap_group *)group : &none;
}

static inline sz_pair_set *pairs_of(const sz_model *m)
{
    static sz_pair_set none;
    const void *group = sz_model_group(m, &sz_kind_pair);

    return group ? (sz_pair_set *)group : &none;
}

static inline sz_triplet_set *triplets_of(const sz_model *m)
{
    static sz_triplet_set none;
    const void *group = sz_model_group(m, &sz_kind_triplet);

    return group ? (sz_triplet_set *)group : &none;
}

#endif
