/* SPDX-License-Identifier: BSD-3-Clause
 *
 * sensitivity.c - the displacements of an environment's atoms that change its vector.
 *
 *   J = dp/dr [3 (k+1)][length],   J J^T u = lambda u
 *
 * k neighbours and the centre, whose rows are minus the sum of theirs. The singular
 * values of J are those of the triangle R of J^T = Q R: lambda = sigma^2 is accurate to
 * (1e-16)^2 of the largest, while eigenvalues of J J^T itself are accurate only to
 * 1e-16. */
#include "analyse/sites.h"

#include "linear/blas.h"

#include <stdlib.h>
#include <string.h>

struct sz_sensitivity {
    const sz_descriptor *d; /* while it is computed */
    size_t n_environments;
    int *n;         /* [n_environments] */
    double **value; /* [n_environments][n], ascending */
};

int sz_sensitivity_n(const sz_sensitivity *sensitivity, size_t k)
{
    return k < sensitivity->n_environments ? sensitivity->n[k] : 0;
}

const double *sz_sensitivity_values(const sz_sensitivity *sensitivity, size_t k)
{
    return k < sensitivity->n_environments ? sensitivity->value[k] : NULL;
}

void sz_sensitivity_free(sz_sensitivity *sensitivity)
{
    if (!sensitivity) return;
    for (size_t k = 0; sensitivity->value && k < sensitivity->n_environments; k++)
        free(sensitivity->value[k]);
    free(sensitivity->value);
    free(sensitivity->n);
    free(sensitivity);
}

/* ---- one environment --------------------------------------------------------------- */

/* j [n + 3][length]: sets the last three rows to minus the sum of the others. */
static void add_centre(double *j, int n, size_t length)
{
    double *centre = j + (size_t)n * length;

    memset(centre, 0, 3 * length * sizeof *centre);
    for (int row = 0; row < n; row++)
        for (size_t q = 0; q < length; q++)
            centre[(size_t)(row % 3) * length + q] -= j[(size_t)row * length + q];
}

/* The singular values s [n], descending, of j [n][length] (destroyed); those beyond
 * length are zero. work [n_work]. */
static int singular_values(int n, int length, double *j, double *s, double *work,
                           int n_work)
{
    int m = n < length ? n : length, one = 1, info;
    double none, *r = work, *tau = r + (size_t)m * n, *rest = tau + m;
    int n_rest = n_work - (int)(rest - work);

    SZ_BLAS(dgeqrf)(&length, &n, j, &length, tau, rest, &n_rest, &info);
    memset(r, 0, (size_t)m * n * sizeof *r);
    for (int k = 0; k < n; k++)
        for (int i = 0; i < m && i <= k; i++)
            r[i + (size_t)k * m] = j[i + (size_t)k * length];
    memset(s, 0, (size_t)n * sizeof *s);
    if (info == 0) SZ_BLAS(dgesvd)
    ("N", "N", &m, &n, r, &m, s, &none, &one, &none, &one, rest, &n_rest, &info);
    return info;
}

static sz_status find_values(const sz_descriptor *d, const sz_list *list, int atom,
                             int *n_out, double **value, sz_error *err)
{
    int pairs = list->first[atom + 1] - list->first[atom], n = 3 * (pairs + 1);
    int length = sz_descriptor_length(d), n_work = n * n + 40 * n + 1000, info = 0;
    size_t size = (size_t)n * (size_t)length;
    double *j = malloc(size * sizeof *j), *s = malloc((size_t)n * sizeof *s);
    double *work = malloc((size_t)n_work * sizeof *work);
    sz_status status =
        j && s && work ? SZ_OK : sz_fail_memory(err, size * sizeof *j, "derivatives");

    if (status == SZ_OK) status = sz_descriptor_derivatives(d, list, atom, j, err);
    if (status == SZ_OK) {
        add_centre(j, n - 3, (size_t)length);
        info = singular_values(n, length, j, s, work, n_work);
    }
    if (info)
        status = sz_fail(err, SZ_ERR_NUMERIC,
                         "atom %d: the singular values of its derivatives were not found "
                         "(LAPACK returns %d)",
                         atom, info);
    for (int k = 0; k < n / 2 && status == SZ_OK; k++) {
        double swap = s[k];

        s[k] = s[n - 1 - k];
        s[n - 1 - k] = swap;
    }
    for (int k = 0; k < n && status == SZ_OK; k++) s[k] *= s[k];
    free(j);
    free(work);
    if (status != SZ_OK) {
        free(s);
        return status;
    }
    *n_out = n;
    *value = s;
    return SZ_OK;
}

/* ---- all of them ------------------------------------------------------------------- */

static sz_status work(void *context, const sz_frame_sites *e, sz_error *err)
{
    sz_sensitivity *s = context;
    sz_status status = SZ_OK;

    for (int k = 0; k < e->n && status == SZ_OK; k++)
        status = find_values(s->d, e->list, e->atom[k], &s->n[e->place[k]],
                             &s->value[e->place[k]], err);
    return status;
}

sz_status sz_sensitivity_create(sz_sensitivity **sensitivity,
                                const sz_descriptor *descriptor, const sz_sites *of,
                                const sz_fit_options *options, sz_error *err)
{
    sz_sensitivity *s = calloc(1, sizeof *s);
    sz_status status = sz_sites_check(descriptor, err);

    *sensitivity = NULL;
    if (s) {
        s->d = descriptor;
        s->n_environments = of->n;
        s->n = calloc(of->n + 1, sizeof *s->n);
        s->value = calloc(of->n + 1, sizeof *s->value);
    }
    if (status == SZ_OK && (!s || !s->n || !s->value))
        status = sz_fail_memory(err, of->n * 12, "the sensitivities");
    if (status == SZ_OK)
        status = sz_sites_visit(of, sz_descriptor_cutoff(descriptor), options,
                                "frames differentiated", work, s, err);
    if (status == SZ_OK) {
        *sensitivity = s;
        s = NULL;
    }
    sz_sensitivity_free(s);
    return status;
}
