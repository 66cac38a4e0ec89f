/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fuzz_calibration.c - the note "uncertainty" of a model, which soapz calibrate writes.
 */
#include "fuzz.h"

static const char xml[] =
    "<GAP_1><Potential label=\"GAP_1\" init_args=\"IP GAP label=GAP_1\"/>"
    "<GAP_params label=\"GAP_1\" gap_version=\"1769700636\">"
    "<GAP_data do_core=\"F\"><e0 Z=\"42\" value=\"-1\"/></GAP_data>"
    "<gpSparse label=\"GAP_1\" n_coordinate=\"1\" fitted=\"T\">"
    "<gpCoordinates label=\"GAP_11\" dimensions=\"2\" signal_variance=\"1\" "
    "signal_mean=\"0\" sparsified=\"T\" n_permutations=\"1\" covariance_type=\"2\" "
    "zeta=\"2\" n_sparseX=\"1\" sparseX_filename=\"points\">"
    "<theta>1 1</theta><descriptor>soap n_max=1 l_max=0 cutoff=4 atom_sigma=.5 "
    "n_species=1 species_Z={42} n_Z=1 Z={42}</descriptor>"
    "<permutation i=\"1\">1 2</permutation>"
    "<sparseX i=\"1\" alpha=\"1\" sparseCutoff=\"1\"/>"
    "</gpCoordinates></gpSparse></GAP_params></GAP_1>";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static sz_model *model;
    char *text = fuzz_text(data, size);
    sz_uncertainty *u = NULL;
    sz_error err = {SZ_OK, ""};

    if (!model) {
        fuzz_write("points", "1 0", 3);
        sz_model_load(&model, fuzz_write("gp.xml", xml, sizeof xml - 1), &err);
        FUZZ_REQUIRE(model, err.message);
    }
    if (sz_model_set_note(model, "uncertainty", text, &err) == SZ_OK &&
        fuzz_judge(sz_uncertainty_create(&u, model, &err), &u, &err)) {
        FUZZ_REQUIRE(!(sz_uncertainty_force(u, 0, 1.0, 1e-3) < 0.0), text);
        FUZZ_REQUIRE(!(sz_uncertainty_energy(u, 4, 1e-3) < 0.0), text);
    }
    sz_uncertainty_free(u);
    free(text);
    return 0;
}
