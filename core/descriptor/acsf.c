/* SPDX-License-Identifier: BSD-3-Clause
 *
 * acsf.c - the components of a symmetry-function vector and their order.
 *
 *   for each element a          G1_a, then G2_a, then G3_a
 *   for each row of pairs       G4, then G5
 *
 * Rows are pairs of elements 00, 10, 11, 20, .. or what a compression makes of them. */
#include "descriptor/acsf.h"

#include "base/print.h"

#include "linear/vec.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BOHR 0.529177210903 /* Angstrom */

/* ---- the traditional set ----------------------------------------------------------- */

/* of eta in bohr^-2 for 6.5 Angstrom */
static double scale_of(double cutoff)
{
    return 6.5 / cutoff * (6.5 / cutoff) / (BOHR * BOHR);
}

void sz_acsf_traditional_g2(sz_acsf_spec *spec, double cutoff)
{
    static const double eta[] = {0.0009, 0.01, 0.02, 0.035, 0.06, 0.1, 0.2, 0.4};

    spec->n2 = sizeof eta / sizeof *eta;
    for (int k = 0; k < spec->n2; k++) {
        spec->eta[k] = eta[k] * scale_of(cutoff);
        spec->shift[k] = 0.0;
    }
}

void sz_acsf_traditional_g4(sz_acsf_spec *spec, double cutoff)
{
    static const double eta[] = {0.0001, 0.003, 0.008, 0.015, 0.025, 0.045, 0.08};
    static const double zeta[] = {1.0, 2.0, 4.0, 16.0};

    spec->n4 = 0;
    for (int e = 0; e < 7; e++)
        for (int k = 0; k < (e < 3 ? 2 : 4); k++)
            for (int sign = -1; sign <= 1; sign += 2) {
                if (e == 6 && k == 3 && sign < 0) continue; /* it is not in the set */
                spec->g4[spec->n4++] =
                    (sz_acsf_angular){eta[e] * scale_of(cutoff), zeta[k], sign};
            }
}

static int same_set(int n, const sz_acsf_angular *a, const sz_acsf_angular *b)
{
    for (int k = 0; k < n; k++)
        if (a[k].eta != b[k].eta || a[k].zeta != b[k].zeta || a[k].lambda != b[k].lambda)
            return 0;
    return 1;
}

static int same_numbers(int n, const double *a, const double *b)
{
    return memcmp(a, b, (size_t)n * sizeof *a) == 0;
}

int sz_acsf_equal(const sz_acsf_spec *a, const sz_acsf_spec *b)
{
    return a->cutoff == b->cutoff && a->sigma0 == b->sigma0 &&
           a->normalise == b->normalise && a->n_slots == b->n_slots &&
           memcmp(a->slot_z, b->slot_z, (size_t)a->n_slots * sizeof *a->slot_z) == 0 &&
           a->compression == b->compression && a->g1 == b->g1 && a->n2 == b->n2 &&
           a->n3 == b->n3 && a->n4 == b->n4 && a->n5 == b->n5 &&
           same_numbers(a->n2, a->eta, b->eta) &&
           same_numbers(a->n2, a->shift, b->shift) &&
           same_numbers(a->n3, a->kappa, b->kappa) && same_set(a->n4, a->g4, b->g4) &&
           same_set(a->n5, a->g5, b->g5);
}

/* ---- the layout -------------------------------------------------------------------- */

/* The angular factor of f in those of the set, appended if it is new. */
static int find_angular(sz_acsf_set *set, const sz_acsf_angular *f)
{
    int k = 0;

    while (k < set->n_angular && (set->zeta[k] != f->zeta || set->lambda[k] != f->lambda))
        k++;
    if (k == set->n_angular) {
        set->zeta[k] = f->zeta;
        set->lambda[k] = f->lambda;
        set->n_angular++;
    }
    return k;
}

/* first_place: that of the set in a row */
static void lay_out(sz_acsf_set *set, int n, const sz_acsf_angular *f, int first_place)
{
    int done[SZ_ACSF_MAX] = {0};

    for (int k = 0; k < n; k++) {
        if (done[k]) continue;
        set->eta[set->n_eta] = f[k].eta;
        set->first[set->n_eta++] = set->n;
        for (int m = k; m < n; m++) {
            if (done[m] || f[m].eta != f[k].eta) continue;
            done[m] = 1;
            set->angular[set->n] = find_angular(set, &f[m]);
            set->place[set->n++] = first_place + m;
        }
    }
    set->first[set->n_eta] = set->n;
}

static int count_rows(const sz_acsf *a)
{
    switch (a->spec.compression) {
    case SZ_ACSF_PAIRS:
        return a->spec.n_slots * (a->spec.n_slots + 1) / 2;
    case SZ_ACSF_ELEMENTS:
        return a->spec.n_slots;
    case SZ_ACSF_WEIGHTED:
        return 2;
    case SZ_ACSF_SUM:
    case SZ_ACSF_WEIGHTED_Z:
        break;
    }
    return 1;
}

sz_status sz_acsf_create(sz_describer **d, const void *own, int reduce, sz_error *err)
{
    const sz_acsf_spec *spec = own;
    sz_acsf *a = calloc(1, sizeof *a);
    int by_z = spec->compression == SZ_ACSF_WEIGHTED_Z;

    *d = (sz_describer *)a;
    if (!a) return sz_fail_memory(err, sizeof *a, "a descriptor");
    a->spec = *spec;
    for (int s = 0; s < spec->n_slots; s++) a->weight[s] = by_z ? spec->slot_z[s] : 1.0;
    a->n_groups = by_z ? 1 : spec->n_slots;
    a->n_three = spec->compression == SZ_ACSF_SUM ? 1 : a->n_groups;
    a->two = spec->g1 + spec->n2 + spec->n3;
    a->row = spec->n4 + spec->n5;
    a->n_rows = a->row ? count_rows(a) : 0;
    a->length = a->two * a->n_groups + a->row * a->n_rows;
    a->stride = SZ_PAD(a->length);
    lay_out(&a->g4, spec->n4, spec->g4, 0);
    lay_out(&a->g5, spec->n5, spec->g5, spec->n4);
    a->base = (sz_describer){.kind = &sz_acsf_describer,
                             .own = &a->spec,
                             .reduce = reduce,
                             .cutoff = spec->cutoff,
                             .sigma0 = spec->sigma0,
                             .n_slots = spec->n_slots,
                             .slot_z = a->spec.slot_z,
                             .n_published = a->length,
                             .n_desc = a->length,
                             .stride = a->stride,
                             .n_ranges = a->n_groups + a->n_rows,
                             .word = "acsf",
                             .compression = sz_acsf_compression_name(spec->compression)};
    return SZ_OK;
}

int sz_acsf_rows(const sz_acsf *acsf, int a, int b, int row[2], double factor[2])
{
    int hi = a > b ? a : b, lo = a > b ? b : a;

    row[0] = 0;
    row[1] = 1;
    factor[0] = factor[1] = 1.0;
    switch (acsf->spec.compression) {
    case SZ_ACSF_PAIRS:
        row[0] = hi * (hi + 1) / 2 + lo;
        return 1;
    case SZ_ACSF_ELEMENTS:
        row[0] = hi;
        row[1] = lo;
        return hi == lo ? 1 : 2;
    case SZ_ACSF_WEIGHTED:
        factor[1] = (hi + 1.0) * (lo + 1.0);
        return 2;
    case SZ_ACSF_SUM:
    case SZ_ACSF_WEIGHTED_Z:
        break;
    }
    return 1;
}

static int append(sz_range *range, int n, int first, int length)
{
    if (n == 0 || range[n - 1].end != first) range[n++].first = first;
    range[n - 1].end = first + length;
    return n;
}

/* used [n_rows]: 1 if pairs of present groups are added */
static void find_rows(const sz_acsf *acsf, const unsigned char *present,
                      unsigned char *used)
{
    for (int a = 0; a < acsf->n_three; a++)
        for (int b = 0; b <= a; b++) {
            int row[2], n;
            double factor[2];

            if (acsf->n_three > 1 && !(present[a] && present[b])) continue;
            n = sz_acsf_rows(acsf, a, b, row, factor);
            for (int k = 0; k < n; k++) used[row[k]] = 1;
        }
}

int sz_acsf_ranges(const sz_acsf *acsf, const unsigned char *present, sz_range *range)
{
    unsigned char used[SZ_Z_MAX * (SZ_Z_MAX + 1) / 2] = {0};
    int three = acsf->two * acsf->n_groups, n = 0;

    for (int g = 0; g < acsf->n_groups; g++)
        if (present[g] && acsf->two) n = append(range, n, g * acsf->two, acsf->two);
    find_rows(acsf, present, used);
    for (int row = 0; row < acsf->n_rows; row++)
        if (used[row] && acsf->row)
            n = append(range, n, three + row * acsf->row, acsf->row);
    return n;
}

/* ---- text -------------------------------------------------------------------------- */

static int label_two(const sz_acsf *a, int k, char *text, size_t size)
{
    const sz_acsf_spec *s = &a->spec;
    int group = k / a->two, m = k % a->two - s->g1;
    char of[16] = "all";

    if (a->n_groups == s->n_slots && s->slot_z[group])
        snprintf(of, sizeof of, "Z=%d", s->slot_z[group]);
    if (s->compression == SZ_ACSF_WEIGHTED_Z) snprintf(of, sizeof of, "times Z");
    if (m < 0) return sz_format(text, size, "G1 [%s]", of);
    if (m < s->n2)
        return sz_format(text, size, "G2 eta=%.6g R_s=%.6g [%s]", s->eta[m], s->shift[m],
                         of);
    return sz_format(text, size, "G3 kappa=%.6g [%s]", s->kappa[m - s->n2], of);
}

/* the pair of groups whose row this is for nu=2 */
static void pair_of(int row, int *a, int *b)
{
    *a = 0;
    while ((*a + 1) * (*a + 2) / 2 <= row) ++*a;
    *b = row - *a * (*a + 1) / 2;
}

static void name_row(const sz_acsf *a, int row, char of[40])
{
    const int *z = a->spec.slot_z;
    int hi, lo;

    strcpy(of, "all");
    pair_of(row, &hi, &lo);
    if (a->spec.compression == SZ_ACSF_PAIRS && z[0])
        snprintf(of, 40, "Z=%d Z=%d", z[hi], z[lo]);
    if (a->spec.compression == SZ_ACSF_ELEMENTS && z[0])
        snprintf(of, 40, "Z=%d any", z[row]);
    if (a->spec.compression == SZ_ACSF_WEIGHTED && row) strcpy(of, "times w w");
    if (a->spec.compression == SZ_ACSF_WEIGHTED_Z) strcpy(of, "times Z Z");
}

int sz_acsf_label(const sz_describer *d, const void *names, int k, char *text,
                  size_t size)
{
    const sz_acsf *acsf = (const sz_acsf *)d;
    const sz_acsf_spec *s = &acsf->spec;
    int at = k - acsf->two * acsf->n_groups, m;
    const sz_acsf_angular *f;
    char of[40];

    (void)names;
    if (at < 0) return label_two(acsf, k, text, size);
    m = at % acsf->row;
    f = m < s->n4 ? &s->g4[m] : &s->g5[m - s->n4];
    name_row(acsf, at / acsf->row, of);
    return sz_format(text, size, "G%d eta=%.6g zeta=%g lambda=%g [%s]", m < s->n4 ? 4 : 5,
                     f->eta, f->zeta, f->lambda, of);
}
