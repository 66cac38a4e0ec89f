/* SPDX-License-Identifier: BSD-3-Clause
 *
 * optimal.c - channels chosen by data (Darby, Kermode, Csanyi 2021, II D; Goscinski et
 * al. 2021).
 *
 *   C_l(a,b) = 1/n sum_i sum_m X_lm,a X_lm,b        a, b = (species, n), i environments
 *   C(s,s')  = sum_n C_0((s,n),(s',n))
 *
 * Among all sets of u_max orthonormal combinations of the channels, the leading
 * eigenvectors U_l of C_l keep most of the density, sum_i |U_l^T X_l|^2. Those of C(s,s')
 * keep most of the densities averaged over directions: the first is close to the total
 * density, the next distinguish elements by their numbers of neighbours at each distance.
 * (With all l the elements of an alloy are nearly uncorrelated, and the eigenvectors
 * would ignore some of them.) No mean is subtracted: densities have no arbitrary origin.
 * With all eigenvectors both are rotations of the channels, which do not change kernels.
 *
 * C_l needs no X: up to the factor (2l+1)^-1/2 it is the mean of the unnormalised spectra
 * P_l of nu=2. */
#include "descriptor/optimal.h"

#include "descriptor/compression_spec.h"
#include "linear/linalg.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

sz_status sz_moments_create(sz_moments **moments, const sz_soap_spec *spec, sz_error *err)
{
    sz_moments *c = calloc(1, sizeof *c);
    sz_soap_spec full = *spec;
    size_t stride;
    sz_status status;

    *moments = NULL;
    if (!c) return sz_fail_memory(err, sizeof *c, "a covariance");
    sz_compress_nu(&full.compression, 2, 2, 0, NULL);
    full.normalise = full.average = full.plain_l = 0;
    status = sz_soap_create(&c->soap, &full, 0, err);
    if (status == SZ_OK)
        status =
            sz_describer_work_create(&c->work, &c->soap->base, SZ_MOMENTS_BLOCK, err);
    if (status == SZ_OK) {
        stride = (size_t)c->soap->base.stride;
        c->p = aligned_alloc(64, SZ_MOMENTS_BLOCK * stride * sizeof *c->p);
        c->sum = calloc(stride, sizeof *c->sum);
        if (!c->p || !c->sum)
            status = sz_fail_memory(err, stride * sizeof *c->p, "a covariance");
    }
    if (status == SZ_OK) {
        *moments = c;
        c = NULL;
    }
    sz_moments_free(c);
    return status;
}

void sz_moments_free(sz_moments *moments)
{
    if (!moments) return;
    sz_describer_work_free(moments->work);
    sz_soap_free(moments->soap);
    free(moments->p);
    free(moments->sum);
    free(moments);
}

void sz_moments_add(sz_moments *c, const sz_neigh *nb, const sz_slots *slots, int n,
                    const int *atom)
{
    int stride = c->soap->base.stride;

    for (int at = 0; at < n; at += SZ_MOMENTS_BLOCK) {
        int size = n - at < SZ_MOMENTS_BLOCK ? n - at : SZ_MOMENTS_BLOCK;

        sz_describer_forward(&c->soap->base, c->work, nb, slots, size, atom + at, c->p);
        for (int i = 0; i < size; i++)
            for (int k = 0; k < stride; k++) c->sum[k] += c->p[i * stride + k];
    }
    c->n += n;
}

/* C_l [NS][NS] for all l */
static sz_status second_moments(const sz_moments *c, double *matrix, sz_error *err)
{
    const sz_soap_spec *spec = &c->soap->spec;
    int n = spec->n_slots * spec->radial.n_max, n_l = spec->radial.l_max + 1;
    double *p = malloc((size_t)c->soap->base.n_published * sizeof *p);
    const double *from = p;
    sz_status status;

    if (!p) return sz_fail_memory(err, (size_t)n * n * n_l * sizeof *p, "a covariance");
    status = sz_describer_publish(&c->soap->base, c->sum, p, err);
    for (int a = 0; a < n && status == SZ_OK; a++)
        for (int b = 0; b <= a; b++)
            for (int l = 0; l < n_l; l++) {
                double x = *from++ * sqrt(2 * l + 1) / (double)c->n;

                if (a != b) x /= spec->compression.root2;
                matrix[((size_t)l * n + a) * n + b] = x;
                matrix[((size_t)l * n + b) * n + a] = x;
            }
    free(p);
    return status;
}

sz_status sz_leading_eigenvectors(int n, int keep, double *c, double *u, double *spectrum,
                                  sz_error *err)
{
    double *w = malloc((size_t)n * sizeof *w);
    sz_status status;

    if (!w) return sz_fail_memory(err, (size_t)n * sizeof *w, "eigenvalues");
    status = sz_eigenvectors(n, c, w, err);
    for (int k = 0; k < keep && status == SZ_OK; k++) {
        const double *v = c + (size_t)(n - 1 - k) * n;
        int most = 0;

        for (int i = 1; i < n; i++)
            if (fabs(v[i]) > fabs(v[most]) * (1 + 1e-6)) most = i;
        for (int i = 0; i < n; i++) u[i * keep + k] = v[most] < 0 ? -v[i] : v[i];
    }
    for (int k = 0; k < n && spectrum; k++) spectrum[k] = w[n - 1 - k];
    free(w);
    return status;
}

static sz_status check_environments(const sz_moments *c, sz_error *err)
{
    if (c->n > 0) return SZ_OK;
    return sz_fail(err, SZ_ERR_ARGUMENT, "a basis from data needs environments");
}

sz_status sz_optimal_basis(const sz_moments *c, int u_max, double *matrix,
                           double *spectrum, sz_error *err)
{
    int n = c->soap->spec.n_slots * c->soap->spec.radial.n_max;
    int n_l = c->soap->spec.radial.l_max + 1;
    size_t size = (size_t)n * n;
    double *all;
    sz_status status = check_environments(c, err);

    if (status != SZ_OK) return status;
    all = malloc(size * n_l * sizeof *all);
    if (!all) return sz_fail_memory(err, size * n_l * sizeof *all, "a covariance");
    status = second_moments(c, all, err);
    for (int l = 0; l < n_l && status == SZ_OK; l++)
        status = sz_leading_eigenvectors(n, u_max, all + l * size,
                                         matrix + (size_t)l * n * u_max,
                                         spectrum ? spectrum + (size_t)l * n : NULL, err);
    free(all);
    return status;
}

sz_status sz_optimal_embedding(const sz_moments *c, int d_j, double *u, double *spectrum,
                               sz_error *err)
{
    int n_max = c->soap->spec.radial.n_max, n_slots = c->soap->spec.n_slots;
    int n = n_slots * n_max, n_l = c->soap->spec.radial.l_max + 1;
    size_t size = (size_t)n * n * n_l;
    double *all, *species;
    sz_status status = check_environments(c, err);

    if (status != SZ_OK) return status;
    all = malloc(size * sizeof *all);
    species = calloc((size_t)n_slots * n_slots, sizeof *species);
    if (all && species)
        status = second_moments(c, all, err);
    else
        status = sz_fail_memory(err, size * sizeof *all, "a covariance");
    for (int a = 0; a < n && status == SZ_OK; a++)
        for (int s = 0; s < n_slots; s++)
            species[a / n_max * n_slots + s] += all[a * n + s * n_max + a % n_max];
    if (status == SZ_OK)
        status = sz_leading_eigenvectors(n_slots, d_j, species, u, spectrum, err);
    free(all);
    free(species);
    return status;
}
