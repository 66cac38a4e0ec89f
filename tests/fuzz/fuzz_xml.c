/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fuzz_xml.c - a GAP XML file; a file of sparse points lies beside it. */
#include "fuzz_gap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char points[] = "1.0 0.5 2 3 .5 6 7 8\n";

    fuzz_write("points", points, sizeof points - 1);
    fuzz_load(fuzz_write("gp.xml", data, size));
    return 0;
}
