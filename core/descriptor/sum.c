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

static double dot(int n, const double *a, const double *b)
{
    double sum = 0.0;

#pragma omp simd reduction(+ : sum)
    for (int k = 0; k < n; k++) sum += a[k] * b[k];
    return sum;
}

/* q = S P; the pad is zero */
static void apply(const sz_compression *c, const double *products, double *q)
{
    const sz_sums *s = &c->sum;

    memset(q, 0, (size_t)c->stride * sizeof *q);
    for (int k = 0; k < s->n; k++)
        q[s->component[k]] += s->factor[k] * products[s->product[k]];
}

/* d = (d - p (p . d)) / norm */
static void project(const sz_compression *c, const double *p, int normalise, double norm,
                    double *d)
{
    double along = normalise ? dot(c->n_desc, p, d) : 0.0;
    double inverse = norm > 0.0 ? 1.0 / norm : 0.0;

    for (int k = 0; k < c->n_desc; k++) d[k] = (d[k] - along * p[k]) * inverse;
}

double sz_sum(const sz_compression *c, const double *products, int normalise, double *p)
{
    double norm;

    apply(c, products, p);
    if (!normalise) return 1.0;
    norm = sqrt(dot(c->n_desc, p, p));
    if (norm < c->least_norm) return 1.0;
    for (int k = 0; k < c->n_desc && norm > 0.0; k++) p[k] /= norm;
    return norm;
}

void sz_sum_adjoint(const sz_compression *c, const double *p, int normalise, double norm,
                    double *dedp, double *products)
{
    const sz_sums *s = &c->sum;

    project(c, p, normalise, norm, dedp);
    memset(products, 0, (size_t)c->product_stride * sizeof *products);
    for (int k = 0; k < s->n; k++)
        products[s->product[k]] += s->factor[k] * dedp[s->component[k]];
}

void sz_sum_tangent(const sz_compression *c, const double *products, const double *p,
                    int normalise, double norm, double *dp)
{
    apply(c, products, dp);
    project(c, p, normalise, norm, dp);
}
