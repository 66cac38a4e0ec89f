/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_rng.c - the generator gives the numbers of QUIP's, digit by digit. */
#include "base/rng.h"
#include "check.h"

static void test_normals(int seed, const double *want)
{
    sz_rng rng;

    sz_rng_seed(&rng, seed);
    for (int k = 0; k < 4; k++)
        CHECK_CLOSE(sz_rng_normal(&rng), want[k], 4e-16 * fabs(want[k]));
}

/* s <- 16807 s mod (2^31 - 1): from 1, the 10000th state is published */
static void test_sequence(void)
{
    sz_rng rng = {1};

    for (int k = 0; k < 10000; k++) sz_rng_uniform(&rng);
    CHECK(rng.state == 1043618065);
    sz_rng_seed(&rng, 214);
    CHECK(rng.state == 1920811880);
    CHECK_CLOSE(sz_rng_uniform(&rng), rng.state / 2147483647.0, 0.0);
}

static void test_moments(void)
{
    enum { N = 200000 };
    double sum = 0.0, sum2 = 0.0, mean = 0.0, low = 1.0, high = 0.0;
    sz_rng rng;

    sz_rng_seed(&rng, 2147483645); /* the largest that is allowed */
    for (int k = 0; k < N; k++) {
        double x = sz_rng_normal(&rng), u = sz_rng_uniform(&rng);

        sum += x;
        sum2 += x * x;
        mean += u;
        low = fmin(low, u);
        high = fmax(high, u);
    }
    CHECK_CLOSE(sum / N, 0.0, 0.01);
    CHECK_CLOSE(sum2 / N, 1.0, 0.02);
    CHECK_CLOSE(mean / N, 0.5, 0.003);
    CHECK(low > 0.0 && high < 1.0 && low < 1e-3 && high > 0.999);
}

int main(void)
{
    test_normals(214, (double[]){-0.13366967382513972, 0.7197130004203605,
                                 0.19285978155507683, -1.0799311966927307});
    test_normals(208, (double[]){1.1429872136736565, 0.23773999110387184,
                                 -0.9108793045219751, 1.3441346419324234});
    test_sequence();
    test_moments();
    return check_done();
}
