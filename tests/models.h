/* SPDX-License-Identifier: BSD-3-Clause
 *
 * models.h - the models in tests/data/models, made with gap_fit. */
#ifndef SZ_TEST_MODELS_H
#define SZ_TEST_MODELS_H

#include "soapz.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const model_names[] = {"hea4_nuR0_all_zeta1",
                                          "hea4_nuR1_nuS0",
                                          "hea4_nuR1_nuS1",
                                          "hea4_nuR1_nuS2",
                                          "hea4_nuR2_nuS0",
                                          "hea4_nuR2_nuS1",
                                          "hea4_nuR2_nuS2",
                                          "hea4_per_species_hypers",
                                          "hea5_nu20_2b_novirial",
                                          "mo_soap_nu22_zeta4_virial",
                                          "mow_2b_soap_nonint_zeta",
                                          "mow_glue_soap",
                                          "mow_zbl_soap",
                                          "nbta_soap_nu22_zeta2"};
enum { N_MODELS = sizeof model_names / sizeof *model_names };

/* path of a model; the environment says where the sources are */
static inline const char *model_path(const char *name)
{
    static char path[4096];
    const char *source = getenv("SOAPZ_SOURCE");

    snprintf(path, sizeof path, "%s/tests/data/models/%s/gp.xml", source ? source : ".",
             name);
    return path;
}

#endif
