/* SPDX-License-Identifier: BSD-3-Clause
 *
 * sizes.c - sizes of the public structs, for languages that mirror them. */
#include "soapz_analyse.h"

#include <string.h>

size_t sz_sizeof(const char *name)
{
    static const struct {
        const char *name;
        size_t size;
    } list[] = {{"sz_error", sizeof(sz_error)},
                {"sz_watch", sizeof(sz_watch)},
                {"sz_structure", sizeof(sz_structure)},
                {"sz_neigh", sizeof(sz_neigh)},
                {"sz_list", sizeof(sz_list)},
                {"sz_prediction", sizeof(sz_prediction)},
                {"sz_plan_options", sizeof(sz_plan_options)},
                {"sz_rank", sizeof(sz_rank)},
                {"sz_frame", sizeof(sz_frame)},
                {"sz_fit_options", sizeof(sz_fit_options)},
                {"sz_selection_options", sizeof(sz_selection_options)},
                {"sz_pick", sizeof(sz_pick)},
                {"sz_error_summary", sizeof(sz_error_summary)},
                {"sz_sites", sizeof(sz_sites)},
                {"sz_agreement", sizeof(sz_agreement)},
                {"sz_learning_options", sizeof(sz_learning_options)}};

    for (size_t k = 0; k < sizeof list / sizeof *list; k++)
        if (strcmp(name, list[k].name) == 0) return list[k].size;
    return 0;
}
