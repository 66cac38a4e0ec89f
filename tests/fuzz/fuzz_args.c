/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fuzz_args.c - argument strings: as such, as the command line of a fit, as a descriptor,
 * and as the init string of a core potential. */
#include "fuzz.h"

#include "base/args.h"
#include "format/gap_xml.h"
#include "soapz_fit.h"

static void parse(const char *text)
{
    sz_status (*const way[])(sz_args **, const char *, const char *,
                             sz_error *) = {sz_args_parse, sz_args_parse_once};

    for (int w = 0; w < 2; w++) {
        sz_args *args = NULL;
        sz_error err = {SZ_OK, ""};

        if (!fuzz_judge(way[w](&args, text, "fuzz", &err), &args, &err)) continue;
        for (int k = 0; k < sz_args_n_fields(args); k++) {
            const char *key = sz_args_key(args, k);
            int i = 0, list[3] = {0, 0, 0};
            double x = 0.0;

            FUZZ_REQUIRE(sz_args_has(args, key), key);
            FUZZ_REQUIRE(sz_args_string(args, key, NULL), key);
            sz_args_double(args, key, &x, &err);
            sz_args_int(args, key, &i, &err);
            sz_args_bool(args, key, &i, &err);
            sz_args_ints(args, key, 3, list, &err);
        }
        for (int k = 0; k < sz_args_n_words(args); k++)
            FUZZ_REQUIRE(sz_args_has_word(args, sz_args_word(args, k)), text);
        sz_args_free(args);
    }
}

/* A descriptor names files in its own words. */
static int names_a_file(const char *text)
{
    return strchr(text, '/') || strstr(text, "file") || strstr(text, "FILE");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    sz_fit_spec *spec = NULL;
    sz_descriptor *descriptor = NULL;
    sz_gap *core = NULL;
    sz_error err = {SZ_OK, ""};

    parse(text);
    if (!names_a_file(text)) {
        fuzz_judge(sz_fit_spec_parse(&spec, text, "fuzz", &err), &spec, &err);
        fuzz_judge(sz_gap_read_core(&core, fuzz_path("no.xml"), text, &err), &core, &err);
        if (fuzz_is_small(text))
            fuzz_judge(sz_descriptor_create(&descriptor, text, &err), &descriptor, &err);
    }
    sz_fit_spec_free(spec);
    sz_gap_free(core);
    sz_descriptor_free(descriptor);
    free(text);
    return 0;
}
