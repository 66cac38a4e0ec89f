/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_elements.c - symbols and atomic numbers. */
#include "check.h"
#include "soapz.h"

static void test_known(void)
{
    static const struct {
        int z;
        const char *symbol;
    } known[] = {{1, "H"},   {6, "C"},   {14, "Si"}, {26, "Fe"},  {41, "Nb"},
                 {42, "Mo"}, {57, "La"}, {71, "Lu"}, {72, "Hf"},  {73, "Ta"},
                 {74, "W"},  {86, "Rn"}, {92, "U"},  {103, "Lr"}, {118, "Og"}};

    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        CHECK(strcmp(sz_element_symbol(known[k].z), known[k].symbol) == 0);
        CHECK(sz_element_number(known[k].symbol) == known[k].z);
    }
}

int main(void)
{
    test_known();
    for (int z = 1; z <= SZ_Z_MAX; z++) /* no symbol occurs twice */
        CHECK(sz_element_number(sz_element_symbol(z)) == z);
    CHECK(sz_element_symbol(0) == NULL);
    CHECK(sz_element_symbol(-1) == NULL);
    CHECK(sz_element_symbol(SZ_Z_MAX + 1) == NULL);
    CHECK(sz_element_number("mo") == 0);
    CHECK(sz_element_number("") == 0);
    CHECK(sz_element_number("Mo ") == 0);
    CHECK(sz_element_number("Xx") == 0);
    CHECK(sz_element_number(NULL) == 0);
    return check_done();
}
