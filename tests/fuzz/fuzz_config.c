/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fuzz_config.c - the configuration file of a fit: the command line that it stands for is
 * one that the other reader takes. */
#include "fuzz.h"

#include "fit/spec.h"
#include "soapz_fit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = fuzz_write("fit.conf", data, size);
    sz_fit_spec *spec = NULL, *again = NULL;
    sz_text text = {0};
    sz_error err = {SZ_OK, ""};

    if (fuzz_judge(sz_fit_spec_config(&spec, path, &err), &spec, &err)) {
        sz_fit_spec_parse(&again, spec->command_line, "command line", &err);
        FUZZ_REQUIRE(again, err.message);
        FUZZ_REQUIRE(again->n_descriptors == spec->n_descriptors, spec->command_line);
        FUZZ_REQUIRE(sz_fit_settings(&text, spec, &err) == SZ_OK, err.message);
    }
    sz_text_free(&text);
    sz_fit_spec_free(again);
    sz_fit_spec_free(spec);
    return 0;
}
