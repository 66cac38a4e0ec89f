/* SPDX-License-Identifier: BSD-3-Clause
 *
 * sum.c - vectors that are linear maps of the products (compress_file of soap_turbo), and
 * the adjoint.
 *
 *   q_k = sum_j S_kj P_j,   p = q / |q|
 *
 *   dE/dq = (dE/dp - p (p . dE/dp)) / |q|,   dE/dP_j = sum_k S_kj dE/dq_k
 *
 * S is sparse: a list of its entries. */
#include "descriptor/power.h"

#include <math.h>
#include <string.h>

static double dot(int n, const sz_real *a, const sz_real *b)
{
    double sum = 0.0;

#pragma omp simd reduction(+ : sum)
    for (int k = 0; k < n; k++) sum += (double)a[k] * b[k];
    return sum;
}

/* q = S P; the pad is zero */
static void apply(const sz_compression *c, const sz_real *products, sz_real *q)
{
    const sz_sums *s = &c->sum;

    memset(q, 0, (size_t)c->stride * sizeof *q);
    for (int k = 0; k < s->n; k++)
        q[s->component[k]] += (sz_real)s->factor[k] * products[s->product[k]];
}

/* d = (d - p (p . d)) / norm */
static void project(const sz_compression *c, const sz_real *p, int normalise, double norm,
                    sz_real *d)
{
    sz_real along = normalise ? (sz_real)dot(c->n_desc, p, d) : 0;
    sz_real inverse = norm > 0.0 ? (sz_real)(1.0 / norm) : 0;

    for (int k = 0; k < c->n_desc; k++) d[k] = (d[k] - along * p[k]) * inverse;
}

double sz_sum(const sz_compression *c, const sz_real *products, int normalise, sz_real *p)
{
    double norm;

    apply(c, products, p);
    if (!normalise) return 1.0;
    norm = sqrt(dot(c->n_desc, p, p));
    if (norm < c->least_norm) return 1.0;
    for (int k = 0; k < c->n_desc && norm > 0.0; k++) p[k] /= (sz_real)norm;
    return norm;
}

void sz_sum_adjoint(const sz_compression *c, const sz_real *p, int normalise, double norm,
                    sz_real *dedp, sz_real *products)
{
    const sz_sums *s = &c->sum;

    project(c, p, normalise, norm, dedp);
    memset(products, 0, (size_t)c->product_stride * sizeof *products);
    for (int k = 0; k < s->n; k++)
        products[s->product[k]] += (sz_real)s->factor[k] * dedp[s->component[k]];
}

void sz_sum_tangent(const sz_compression *c, const sz_real *products, const sz_real *p,
                    int normalise, double norm, sz_real *dp)
{
    apply(c, products, dp);
    project(c, p, normalise, norm, dp);
}
