/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_compression_slopes.c - every compression: forces are slopes of any functional of
 * the vector; turned, mirrored or reordered neighbours give the same vector; an atom
 * comes in through the cutoff smoothly. Reduced or not, with and without the norm. */
#include "compressions.h"
#include "machine.h"

static int test_one(int k, int n_max, int l_max, const char *more, int reduce,
                    const int *z)
{
    char text[512];
    const double *matrix;
    int n = compression_text(k, n_max, l_max, more, text, &matrix), shown = failures;
    cluster c = {0};
    machine m;
    sz_error err;

    CHECK_OK(start_text(&m, text, n, matrix, reduce, z, &err), err);
    random_cluster(&c, 7, 3, 3.0, 1.0);
    CHECK_OK(find_neighbours(&c, 3.7, &err), err);
    check_slopes(&m, &c);
    check_symmetries(&m, &c);
    check_entering(&m, &c);
    if (failures > shown) printf("above: %s, %d %d %d\n", text, z[0], z[1], z[2]);
    sz_list_free(&c.list);
    stop(&m);
    return 0;
}

int main(void)
{
    static const int all[] = {41, 74, 42}, absent[] = {41, 42, 6};

    for (int k = 0; k < N_COMPRESSIONS; k++)
        if (test_one(k, 3, 3, "", 0, all) ||
            test_one(k, 9, 1, "normalise=F central_weight=0.5", 1, all) ||
            test_one(k, 3, 2, "radial_basis=GTO", 1, absent) ||
            test_one(k, 2, 2, "radial_basis=POLY normalise=F", 0, absent))
            return 1;
    return check_done();
}
