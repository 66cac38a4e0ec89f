/* SPDX-License-Identifier: BSD-3-Clause
 *
 * validate_names.c - the names of the reference data on the command line. */
#include "validate.h"

#include <string.h>

int sz_take_name(sz_validation *v, const char *word)
{
    const struct {
        const char *key, **value;
    } known[] = {{"energy_parameter_name=", &v->given[SZ_NAME_ENERGY]},
                 {"force_parameter_name=", &v->given[SZ_NAME_FORCE]},
                 {"virial_parameter_name=", &v->given[SZ_NAME_VIRIAL]},
                 {"stress_parameter_name=", &v->given[SZ_NAME_STRESS]},
                 {"config_type_parameter_name=", &v->given_type},
                 {"force_mask_parameter_name=", &v->given_mask}};

    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        size_t n = strlen(known[k].key);

        if (strncmp(word, known[k].key, n) != 0) continue;
        *known[k].value = word + n;
        return 1;
    }
    return 0;
}

sz_status sz_read_reference(sz_validation *v, const char *path, sz_error *err)
{
    sz_dataset_names name = {
        .config_type = (char *)(v->given_type ? v->given_type : "config_type"),
        .force_mask = (char *)(v->given_mask ? v->given_mask : "force_mask")};
    sz_name_wish wish = {.use = SZ_NAMES_COMPARE};

    memcpy(wish.given, v->given, sizeof wish.given);
    v->config_type = name.config_type;
    return sz_dataset_read_wish(&v->data, &v->name, path, &wish, &name, err);
}
