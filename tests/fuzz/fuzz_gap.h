/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fuzz_gap.h - what must hold of a potential that was read from a file. */
#ifndef SZ_FUZZ_GAP_H
#define SZ_FUZZ_GAP_H

#include "fuzz.h"

#include "format/gap_write.h"
#include "format/load.h"
#include "format/soapz_write.h"
#include "model/model.h"

/* Written to name it can be read again, with the same number of terms. An error if the
 * file cannot contain it (environments and some names in an XML). */
static inline void fuzz_again(const sz_gap *gap, const char *name,
                              sz_status (*write)(const sz_gap *, const char *,
                                                 sz_error *))
{
    const char *path = fuzz_path(name);
    sz_gap *again = NULL;
    sz_error err = {SZ_OK, ""};

    if (write(gap, path, &err) != SZ_OK) {
        FUZZ_REQUIRE(err.status != SZ_OK && strlen(err.message) > 10, err.message);
        return;
    }
    fuzz_judge(sz_gap_load(&again, path, &err), &again, &err);
    FUZZ_REQUIRE(again, err.message);
    FUZZ_REQUIRE(again->n_terms == gap->n_terms, path);
    FUZZ_REQUIRE(again->n_notes == gap->n_notes, path);
    for (int k = 0; k < gap->n_terms; k++) {
        const sz_gap_term *a = &gap->term[k], *b = &again->term[k];

        FUZZ_REQUIRE(a->n_sparse == b->n_sparse && a->n_dim == b->n_dim, path);
        FUZZ_REQUIRE(!memcmp(a->alpha, b->alpha, sizeof(double) * (size_t)a->n_sparse),
                     path);
    }
    sz_gap_free(again);
}

/* Its model, if its descriptors are small. */
static inline void fuzz_build(const sz_gap *gap, const char *path)
{
    sz_model *model = (sz_model *)&fuzz_folder;
    sz_error err = {SZ_OK, ""};

    for (int k = 0; k < gap->n_terms; k++)
        if (!fuzz_is_small(gap->term[k].descriptor)) return;
    if (fuzz_judge(sz_model_load(&model, path, &err), &model, &err)) {
        char *summary = NULL;

        fuzz_judge(sz_model_summary(&summary, model, NULL, &err), &summary, &err);
        free(summary);
    }
    sz_model_free(model);
}

/* 1 if it is a potential. */
static inline int fuzz_load(const char *path)
{
    int loaded;
    sz_gap *gap = (sz_gap *)&fuzz_folder;
    sz_error err = {SZ_OK, ""};

    loaded = fuzz_judge(sz_gap_load(&gap, path, &err), &gap, &err);
    if (loaded) {
        fuzz_again(gap, "again.soapz", sz_gap_save);
        fuzz_build(gap, path);
    }
    sz_gap_free(gap);
    return loaded;
}

#endif
