/* SPDX-License-Identifier: BSD-3-Clause
 *
 * harmonics_factors.c - the constants of the recursion in harmonics.c. */
#include "descriptor/harmonics.h"

#include <math.h>

void sz_harmonics_prepare(sz_harmonics_factors *f, int l_max)
{
    double diagonal = sqrt(0.25 / 3.14159265358979323846);

    f->l_max = l_max;
    for (int m = 0; m <= l_max; m++) {
        if (m > 0)
            diagonal *= sqrt((2.0 * m + 1.0) / (2.0 * m)) * (m == 1 ? sqrt(2.0) : 1.0);
        f->diagonal[m] = diagonal;
        for (int l = m + 1; l <= l_max; l++) {
            double k = l - 1.0, m2 = (double)m * m;

            f->a[l][m] = sqrt((4.0 * l * l - 1.0) / ((double)l * l - m2));
            f->ab[l][m] = f->a[l][m] * sqrt((k * k - m2) / (4.0 * k * k - 1.0));
            f->a_single[l][m] = (float)f->a[l][m];
            f->ab_single[l][m] = (float)f->ab[l][m];
        }
    }
}
