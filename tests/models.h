/* SPDX-License-Identifier: BSD-3-Clause
 *
 * models.h - the models in tests/data/models, made with gap_fit. */
#ifndef SZ_TEST_MODELS_H
#define SZ_TEST_MODELS_H

#include "soapz.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const model_names[] = {"cuau_coordination",
                                          "cuau_coordination_2b_soap",
                                          "hea4_diagonal_radial",
                                          "hea4_mix_others",
                                          "hea4_mix_tensor_decomposition",
                                          "hea4_nuR0_all_zeta1",
                                          "hea4_nuR1_nuS0",
                                          "hea4_nuR1_nuS1",
                                          "hea4_nuR1_nuS2",
                                          "hea4_nuR2_nuS0",
                                          "hea4_nuR2_nuS1",
                                          "hea4_nuR2_nuS2",
                                          "hea4_per_species_hypers",
                                          "hea4_zmap",
                                          "hea5_nu20_2b_novirial",
                                          "li_nonorm_gto",
                                          "mo_soap_nu22_zeta4_virial",
                                          "mow_2b_soap_nonint_zeta",
                                          "mow_glue_soap",
                                          "mow_old_version_4b",
                                          "mow_zbl_soap",
                                          "nbta_soap_nu22_zeta2",
                                          "nacl_direct_2b",
                                          "nacl_lj_dsf_2b",
                                          "nacl_yukawa_soap",
                                          "nbw_nb23",
                                          "nbw_nb3_noncompact_pp",
                                          "si_2b_3b_soap"};
enum { N_MODELS = sizeof model_names / sizeof *model_names };

/* path of a file in the folder of a model, valid until the call after the next; an
 * environment variable names the source tree */
static inline const char *model_file(const char *name, const char *file)
{
    static char path[2][4096];
    static int k;
    const char *source = getenv("SOAPZ_SOURCE");

    k = 1 - k;
    snprintf(path[k], sizeof path[k], "%s/tests/data/models/%s/%s", source ? source : ".",
             name, file);
    return path[k];
}

/* path of a model */
static inline const char *model_path(const char *name)
{
    return model_file(name, "gp.xml");
}

#endif
