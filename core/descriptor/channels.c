/* SPDX-License-Identifier: BSD-3-Clause
 *
 * channels.c - the channels of a compression, and which pairs it multiplies.
 *
 * Published order: pairs as sz_pairs_kind says, l fastest (slowest where the list depends
 * on l); channels (group, radial), radial fast. */
#include "descriptor/channels.h"

#include <stddef.h>

const sz_channels *sz_channels_of(const sz_compression_spec *spec, int d)
{
    return &spec->y[spec->y_of[d]];
}

int sz_channel_groups(const sz_channels *y, int n_species)
{
    if (y->species == SZ_SPECIES_APART) return n_species;
    return y->species == SZ_SPECIES_WEIGHTS ? y->n_groups : 1;
}

int sz_channel_radial(const sz_channels *y, int n_max, int l)
{
    if (y->species == SZ_SPECIES_MATRIX) return y->n_matrix[l];
    switch (y->radial) {
    case SZ_RADIAL_N:
        return n_max;
    case SZ_RADIAL_SUM:
        return 1;
    case SZ_RADIAL_MIX:
        return y->n_mix;
    default:
        return 2 * l + 1;
    }
}

static void put(sz_channel_pair *list, int *n, int a, int b)
{
    if (list) {
        list[*n].a = a;
        list[*n].b = b;
    }
    (*n)++;
}

/* 1 if a group of n1 channels has channel a. */
static int is_there(const sz_compression_spec *spec, int n1, int a)
{
    return !spec->n_radial || a % n1 < spec->n_radial[a / n1];
}

static int count_upper(const sz_compression_spec *spec, int k1, int n1,
                       sz_channel_pair *list)
{
    int n = 0;

    for (int a = 0; a < k1; a++)
        for (int b = a; b < k1; b++)
            if (is_there(spec, n1, a) && is_there(spec, n1, b) &&
                (spec->pairs == SZ_PAIRS_UPPER || a % n1 == 0 || b % n1 == 0))
                put(list, &n, a, b);
    return n;
}

int sz_channel_pairs(const sz_compression_spec *spec, int l, int g1, int n1, int g2,
                     int n2, sz_channel_pair *list)
{
    int k1 = g1 * n1, k2 = g2 * n2, sym = sz_alike(spec, 0, 1), n = 0;

    switch (spec->pairs) {
    case SZ_PAIRS_ALL:
        for (int a = 0; a < k1; a++)
            for (int b = 0; b < (sym ? a + 1 : k2); b++) put(list, &n, a, b);
        break;
    case SZ_PAIRS_IN_GROUP:
        for (int a = 0; a < k1; a++)
            for (int b = 0; b < (sym ? a % n1 + 1 : n2); b++)
                put(list, &n, a, a / n1 * n2 + b);
        break;
    case SZ_PAIRS_SAME_LANE:
        for (int s = 0; s < g1; s++)
            for (int t = 0; t < (sym ? s + 1 : g2); t++)
                for (int k = 0; k < n1; k++) put(list, &n, s * n1 + k, t * n2 + k);
        break;
    case SZ_PAIRS_DIAGONAL:
        for (int a = 0; a < k1; a++)
            for (int t = 0; t <= a / n1; t++) put(list, &n, a, t * n1 + a % n1);
        break;
    case SZ_PAIRS_ELEMENT:
        for (int a = 0; a < k1; a++) put(list, &n, a, a);
        break;
    case SZ_PAIRS_TOP:
        for (int a = 0; a < k1 && a < 2 * l + 1; a++)
            for (int b = a; b < k1; b++) put(list, &n, a, b);
        break;
    case SZ_PAIRS_UPPER:
    case SZ_PAIRS_FIRST:
        return count_upper(spec, k1, n1, list);
    }
    return n;
}

double sz_channel_pairs_bound(const sz_compression_spec *spec, double g1, double n1,
                              double g2, double n2)
{
    switch (spec->pairs) {
    case SZ_PAIRS_ALL:
    case SZ_PAIRS_TOP:
    case SZ_PAIRS_UPPER:
    case SZ_PAIRS_FIRST:
        return g1 * n1 * g2 * n2;
    case SZ_PAIRS_IN_GROUP:
        return g1 * n1 * n2;
    case SZ_PAIRS_SAME_LANE:
    case SZ_PAIRS_DIAGONAL:
        return g1 * g2 * n1;
    default:
        return g1 * n1;
    }
}
