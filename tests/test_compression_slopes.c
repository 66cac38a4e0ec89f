/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_compression_slopes.c - every compression: forces are slopes of any functional of
 * the vector; the reverse derivative is the transpose of the forward one; turned,
 * mirrored or reordered neighbours give the same vector; an atom comes in through the
 * cutoff smoothly. Reduced or not, with and without the norm. */
#include "compressions.h"
#include "machine.h"

/* g . dp/dr of the atoms one by one, forward and reverse */
static void check_transpose(machine *m, const cluster *c)
{
    int n_pairs = c->list.n_pairs, *pair = malloc((size_t)n_pairs * sizeof *pair);
    double *p = malloc(m->stride * sizeof *p), *g = malloc(m->stride * sizeof *g);
    double *dedp = malloc(m->stride * sizeof *dedp), most;
    double *dedr = malloc(3 * (size_t)n_pairs * sizeof *dedr);
    double *jacobian = malloc(3 * (size_t)n_pairs * m->stride * sizeof *jacobian);

    for (int i = 0; i < c->n_atoms; i++) {
        int n;

        fill_random(g, m->stride);
        memcpy(dedp, g, m->stride * sizeof *dedp);
        memset(dedr, 0, 3 * (size_t)n_pairs * sizeof *dedr);
        sz_describer_forward(m->d, m->work, &c->list.nb, &m->slots, 1, &i, p);
        n = sz_describer_jacobian(m->d, m->work, &c->list.nb, &m->slots, i, p, pair,
                                  jacobian);
        vectors_adjoint(m, &c->list.nb, 1, &i, p, dedp, dedr);
        most = largest(dedr, 3 * (size_t)n_pairs);
        for (int k = 0; k < 3 * n; k++)
            CHECK_CLOSE(dot(g, jacobian + (size_t)k * m->stride, m->n_desc),
                        dedr[3 * pair[k / 3] + k % 3], 1e-12 * most);
    }
    free(pair);
    free(p);
    free(g);
    free(dedp);
    free(dedr);
    free(jacobian);
}

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
    check_transpose(&m, &c);
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
