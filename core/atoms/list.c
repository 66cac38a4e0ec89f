/* SPDX-License-Identifier: BSD-3-Clause
 *
 * list.c - all pairs r_ij = |r_j + n.h - r_i| < cutoff, n over the periodic images.
 *
 * The lattice vectors of the periodic directions are first replaced by shorter ones of
 * the same lattice (pairs do not change, fewer images are needed); the other directions
 * get unit vectors normal to them, so that every structure is a box in f_k = g_k . r.
 * Atoms are wrapped into it, the images within the cutoff of the box are listed once and
 * sorted into bins about cutoff/2 wide, and each atom searches the bins around its own:
 * O(N). Rows are then sorted by atom and image. r_ij is (w_j - w_i) + n.h with w the
 * wrapped positions, so that r_ji = -r_ij to the last bit. */
#include "base/error.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FAR 1e8        /* largest position, in cells or Angstrom */
#define MAX_IMAGES 2e8 /* more mean a wrong cell */

typedef struct {
    double h[3][3]; /* rows: lattice vectors, unit vectors where not periodic */
    double g[3][3]; /* f_k = g[k] . r */
    int pbc[3];
    double reach[3];     /* the cutoff in units of f */
    double lo[3], hi[3]; /* range of f of the wrapped atoms */
} box;

typedef struct {
    double w[3]; /* wrapped position of the atom */
    double s[3]; /* shift of the image, n.h */
    int atom;
} image;

typedef struct {
    int n_atoms;
    double *w, *f;    /* [n_atoms][3] wrapped positions, Cartesian and in units of h */
    int n_bin[3];     /* bins along each axis */
    int m[3];         /* bins to search on each side */
    double origin[3]; /* lower edge of the first bin */
    double per_f[3];  /* bins per unit of f */
    int *start;       /* [bins + 1] first image of each bin */
    image *image;     /* sorted by bin */
} grid;

static double dot(const double *a, const double *b)
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static void cross(const double *a, const double *b, double *c)
{
    c[0] = a[1] * b[2] - a[2] * b[1];
    c[1] = a[2] * b[0] - a[0] * b[2];
    c[2] = a[0] * b[1] - a[1] * b[0];
}

static void normalise(double *a)
{
    double length = sqrt(dot(a, a));

    for (int x = 0; x < 3; x++) a[x] /= length;
}

/* ---- the box -------------------------------------------------------------------- */

/* h_i += a h_j + b h_k if that makes h_i shorter */
static int shorten(double h[3][3], int i, double a, int j, double b, int k)
{
    double t[3];

    for (int x = 0; x < 3; x++) t[x] = h[i][x] + a * h[j][x] + b * h[k][x];
    if (!(dot(t, t) < dot(h[i], h[i]) * (1 - 1e-10))) return 0;
    memcpy(h[i], t, sizeof t);
    return 1;
}

/* Replaces the periodic rows of h by short vectors of the same lattice. */
static void reduce(double h[3][3], const int *pbc)
{
    int changed = 1;

    for (int pass = 0; changed && pass < 200; pass++) {
        changed = 0;
        for (int i = 0; i < 3; i++) {
            int j = (i + 1) % 3, k = (i + 2) % 3;

            if (!pbc[i]) continue;
            if (pbc[j])
                changed |=
                    shorten(h, i, -nearbyint(dot(h[i], h[j]) / dot(h[j], h[j])), j, 0, k);
            if (pbc[k])
                changed |=
                    shorten(h, i, 0, j, -nearbyint(dot(h[i], h[k]) / dot(h[k], h[k])), k);
            if (!pbc[j] || !pbc[k]) continue;
            for (int a = -1; a < 2; a += 2)
                for (int b = -1; b < 2; b += 2) changed |= shorten(h, i, a, j, b, k);
        }
    }
}

/* Unit vectors normal to the periodic directions and to each other. */
static void complete(double h[3][3], const int *pbc)
{
    int n = pbc[0] + pbc[1] + pbc[2];

    if (n == 0) {
        memset(h, 0, 9 * sizeof(double));
        for (int k = 0; k < 3; k++) h[k][k] = 1;
    }
    if (n == 1) {
        int k = pbc[0] ? 0 : pbc[1] ? 1 : 2, i = (k + 1) % 3, j = (k + 2) % 3, least = 0;
        double e[3] = {0, 0, 0};

        for (int x = 1; x < 3; x++)
            if (fabs(h[k][x]) < fabs(h[k][least])) least = x;
        e[least] = 1;
        cross(h[k], e, h[i]);
        normalise(h[i]);
        cross(h[k], h[i], h[j]);
        normalise(h[j]);
    }
    if (n == 2) {
        int k = !pbc[0] ? 0 : !pbc[1] ? 1 : 2;

        cross(h[(k + 1) % 3], h[(k + 2) % 3], h[k]);
        normalise(h[k]);
    }
}

/* g[k] . h[m] = 1 if k = m, else 0; returns the volume, negative if left-handed. */
static double invert(double h[3][3], double g[3][3])
{
    double volume;

    for (int k = 0; k < 3; k++) cross(h[(k + 1) % 3], h[(k + 2) % 3], g[k]);
    volume = dot(h[0], g[0]);
    for (int k = 0; k < 3; k++)
        for (int x = 0; x < 3; x++) g[k][x] /= volume;
    return volume;
}

static sz_status singular(sz_error *err)
{
    return sz_fail(err, SZ_ERR_ARGUMENT,
                   "the cell is singular: the lattice vectors of the periodic "
                   "directions must not be zero, parallel or in one plane");
}

static sz_status make_box(box *b, const sz_structure *s, double cutoff, sz_error *err)
{
    double longest = 0, volume, size = 1;

    memcpy(b->h, s->cell, sizeof b->h);
    for (int k = 0; k < 3; k++) {
        double length2 = dot(b->h[k], b->h[k]);

        b->pbc[k] = s->pbc[k] != 0;
        if (!b->pbc[k]) continue;
        if (!isfinite(length2))
            return sz_fail(err, SZ_ERR_NUMERIC,
                           "lattice vector %d of the cell is not finite", k + 1);
        if (length2 == 0) return singular(err);
        longest = fmax(longest, sqrt(length2));
    }
    reduce(b->h, b->pbc);
    for (int k = 0; k < 3; k++)
        if (b->pbc[k] && !(sqrt(dot(b->h[k], b->h[k])) > 1e-10 * longest))
            return singular(err);
    complete(b->h, b->pbc);
    volume = invert(b->h, b->g);
    for (int k = 0; k < 3; k++) size *= sqrt(dot(b->h[k], b->h[k]));
    if (!(fabs(volume) > 1e-8 * size)) return singular(err);
    for (int k = 0; k < 3; k++) {
        /* slightly more than the cutoff, so that rounding of f does not lose a pair */
        b->reach[k] = cutoff * sqrt(dot(b->g[k], b->g[k])) * (1 + 1e-6);
    }
    return SZ_OK;
}

/* Fills w and f and the range of f. */
static sz_status wrap(box *b, grid *g, const sz_structure *s, sz_error *err)
{
    for (int k = 0; k < 3; k++) {
        b->lo[k] = INFINITY;
        b->hi[k] = -INFINITY;
    }
    for (int i = 0; i < s->n_atoms; i++) {
        const double *r = s->position + 3 * (size_t)i;
        double *w = g->w + 3 * (size_t)i, *f = g->f + 3 * (size_t)i;

        memcpy(w, r, 3 * sizeof *w);
        for (int k = 0; k < 3; k++) {
            double n;

            f[k] = dot(b->g[k], r);
            if (!(fabs(f[k]) < FAR))
                return sz_fail(err, SZ_ERR_NUMERIC,
                               "the position %g %g %g of atom %d (of 1 to %d) is %s",
                               r[0], r[1], r[2], i + 1, s->n_atoms,
                               isfinite(f[k]) ? "too far away" : "not finite");
            n = b->pbc[k] ? floor(f[k]) : 0;
            f[k] -= n;
            for (int x = 0; x < 3; x++) w[x] -= n * b->h[k][x];
            b->lo[k] = fmin(b->lo[k], f[k]);
            b->hi[k] = fmax(b->hi[k], f[k]);
        }
    }
    return SZ_OK;
}

/* ---- images in bins ------------------------------------------------------------- */

static int bin_of(const grid *g, int k, double f)
{
    int n = (int)((f - g->origin[k]) * g->per_f[k]);

    return n < 0 ? 0 : n < g->n_bin[k] ? n : g->n_bin[k] - 1;
}

/* Chooses the bins: about half the cutoff wide, and not many more than images. */
static sz_status choose_bins(grid *g, const box *b, sz_error *err)
{
    double images = g->n_atoms, range[3], n[3];

    for (int k = 0; k < 3; k++) {
        double margin = b->pbc[k] ? b->reach[k] : 0;

        g->origin[k] = b->lo[k] - margin;
        range[k] = b->hi[k] - b->lo[k] + 2 * margin;
        if (b->pbc[k]) images *= 1 + range[k];
        n[k] = fmax(1, floor(2 * range[k] / b->reach[k]));
    }
    if (!(images < MAX_IMAGES))
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "the cell is too small for the cutoff: %d atoms would have "
                       "%.1e images",
                       g->n_atoms, images);
    while (n[0] * n[1] * n[2] > 2 * images + 64) {
        int k = n[0] > n[1] ? (n[0] > n[2] ? 0 : 2) : n[1] > n[2] ? 1 : 2;

        n[k] = ceil(n[k] / 2);
    }
    for (int k = 0; k < 3; k++) {
        double width = range[k] > 0 ? range[k] / n[k] : b->reach[k];

        g->n_bin[k] = (int)n[k];
        g->per_f[k] = 1 / width;
        g->m[k] = (int)fmin(n[k], ceil(b->reach[k] / width));
    }
    return SZ_OK;
}

/* Counts the images of each bin in start[bin], or, if images are allocated, puts each
 * into its place and advances start[bin]. */
static void visit_images(grid *g, const box *b)
{
    for (int i = 0; i < g->n_atoms; i++) {
        const double *f = g->f + 3 * (size_t)i;
        int lo[3] = {0, 0, 0}, hi[3] = {0, 0, 0}, n[3];

        for (int k = 0; k < 3; k++) {
            if (!b->pbc[k]) continue;
            lo[k] = (int)ceil(b->lo[k] - b->reach[k] - f[k]);
            hi[k] = (int)floor(b->hi[k] + b->reach[k] - f[k]);
        }
        for (n[0] = lo[0]; n[0] <= hi[0]; n[0]++)
            for (n[1] = lo[1]; n[1] <= hi[1]; n[1]++)
                for (n[2] = lo[2]; n[2] <= hi[2]; n[2]++) {
                    int bin = 0, at;
                    image *im;

                    for (int k = 0; k < 3; k++)
                        bin = bin * g->n_bin[k] + bin_of(g, k, f[k] + n[k]);
                    at = g->start[bin]++;
                    if (!g->image) continue;
                    im = g->image + at;
                    im->atom = i;
                    memcpy(im->w, g->w + 3 * (size_t)i, sizeof im->w);
                    for (int x = 0; x < 3; x++)
                        im->s[x] =
                            n[0] * b->h[0][x] + n[1] * b->h[1][x] + n[2] * b->h[2][x];
                }
    }
}

static sz_status sort_images(grid *g, const box *b, sz_error *err)
{
    size_t bins = (size_t)g->n_bin[0] * (size_t)g->n_bin[1] * (size_t)g->n_bin[2];
    int total = 0;

    g->start = calloc(bins + 1, sizeof *g->start);
    if (!g->start)
        return sz_fail_memory(err, (bins + 1) * sizeof *g->start, "the neighbour bins");
    visit_images(g, b);
    for (size_t k = 0; k <= bins; k++) {
        int n = g->start[k];

        g->start[k] = total;
        total += n;
    }
    g->image = malloc(((size_t)total + 1) * sizeof *g->image);
    if (!g->image)
        return sz_fail_memory(err, (size_t)total * sizeof *g->image, "periodic images");
    visit_images(g, b);
    memmove(g->start + 1, g->start, bins * sizeof *g->start); /* ends back to starts */
    g->start[0] = 0;
    return SZ_OK;
}

/* ---- the list ------------------------------------------------------------------- */

static int grow(void **p, size_t n, size_t size)
{
    void *q = realloc(*p, n * size);

    if (q) *p = q;
    return q != NULL;
}

static sz_status room_for_atoms(sz_list *list, int n, sz_error *err)
{
    if (list->first && n <= list->max_atoms) return SZ_OK;
    list->max_atoms = 0;
    if (!grow((void **)&list->first, (size_t)n + 1, sizeof(int)) ||
        !grow((void **)&list->species, (size_t)n + 1, sizeof(int)))
        return sz_fail_memory(err, ((size_t)n + 1) * 8, "the neighbour list");
    list->max_atoms = n;
    return SZ_OK;
}

static sz_status room_for_pairs(sz_list *list, size_t n, sz_error *err)
{
    if (n <= (size_t)list->max_pairs) return SZ_OK;
    if (n > INT_MAX)
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "the structure has more than %d neighbour pairs: "
                       "compute it in parts",
                       INT_MAX);
    n = n < 64 ? 64 : n + n / 2;
    if (n > INT_MAX) n = INT_MAX;
    if (!grow((void **)&list->neigh, n, sizeof(int)) ||
        !grow((void **)&list->neigh_species, n, sizeof(int)) ||
        !grow((void **)&list->r, 3 * n, sizeof(double)))
        return sz_fail_memory(err, n * 32, "the neighbour list");
    list->max_pairs = (int)n;
    return SZ_OK;
}

/* Appends the images first .. end-1 that are neighbours of atom i. */
static sz_status scan(sz_list *list, const grid *g, int i, double cutoff2, int first,
                      int end, sz_error *err)
{
    const double *w = g->w + 3 * (size_t)i;
    int n = list->n_pairs;
    sz_status status = room_for_pairs(list, (size_t)n + (size_t)(end - first), err);

    if (status != SZ_OK) return status;
    for (const image *im = g->image + first; im < g->image + end; im++) {
        double *r = list->r + 3 * (size_t)n;

        for (int x = 0; x < 3; x++) r[x] = (im->w[x] - w[x]) + im->s[x];
        if (!(dot(r, r) < cutoff2)) continue;
        if (im->atom == i && dot(im->s, im->s) == 0) continue; /* the atom itself */
        list->neigh[n] = im->atom;
        list->neigh_species[n] = list->species[im->atom];
        n++;
    }
    list->n_pairs = n;
    return SZ_OK;
}

static sz_status find_pairs(sz_list *list, const grid *g, double cutoff, sz_error *err)
{
    for (int i = 0; i < g->n_atoms; i++) {
        int lo[3], hi[3];

        list->first[i] = list->n_pairs;
        for (int k = 0; k < 3; k++) {
            int bin = bin_of(g, k, g->f[3 * (size_t)i + (size_t)k]);

            lo[k] = bin > g->m[k] ? bin - g->m[k] : 0;
            hi[k] = bin + g->m[k] < g->n_bin[k] ? bin + g->m[k] : g->n_bin[k] - 1;
        }
        for (int x = lo[0]; x <= hi[0]; x++)
            for (int y = lo[1]; y <= hi[1]; y++) {
                int row = (x * g->n_bin[1] + y) * g->n_bin[2];
                sz_status status =
                    scan(list, g, i, cutoff * cutoff, g->start[row + lo[2]],
                         g->start[row + hi[2] + 1], err);

                if (status != SZ_OK) return status;
            }
    }
    list->first[g->n_atoms] = list->n_pairs;
    return SZ_OK;
}

/* A neighbour and its sort key. */
typedef struct {
    int atom, species;
    double r[3], f[3]; /* f: r in units of the lattice vectors, to compare images */
} entry;

static int compare_entries(const void *first, const void *second)
{
    const entry *a = first, *b = second;

    if (a->atom != b->atom) return a->atom < b->atom ? -1 : 1;
    for (int k = 0; k < 3; k++)
        if (fabs(a->f[k] - b->f[k]) > 0.5) return a->f[k] < b->f[k] ? -1 : 1;
    return 0;
}

static void sort_row(sz_list *list, int i, const int *pbc, double g[3][3], entry *row)
{
    int first = list->first[i], n = list->first[i + 1] - first;

    for (int k = 0; k < n; k++) {
        entry *e = row + k;

        e->atom = list->neigh[first + k];
        e->species = list->neigh_species[first + k];
        memcpy(e->r, list->r + 3 * (size_t)(first + k), sizeof e->r);
        for (int x = 0; x < 3; x++) e->f[x] = pbc[x] ? dot(g[x], e->r) : 0;
    }
    qsort(row, (size_t)n, sizeof *row, compare_entries);
    for (int k = 0; k < n; k++) {
        list->neigh[first + k] = row[k].atom;
        list->neigh_species[first + k] = row[k].species;
        memcpy(list->r + 3 * (size_t)(first + k), row[k].r, sizeof row[k].r);
    }
}

/* The bins leave rows in an order that depends on the positions; some models depend on
 * this order, and results without it are easier to compare. */
static sz_status sort_rows(sz_list *list, const sz_structure *s, const box *b,
                           sz_error *err)
{
    double h[3][3], g[3][3];
    size_t longest = 1;
    entry *row;

    for (int i = 0; i < s->n_atoms; i++) {
        size_t n = (size_t)(list->first[i + 1] - list->first[i]);

        if (n > longest) longest = n;
    }
    row = malloc(longest * sizeof *row);
    if (!row) return sz_fail_memory(err, longest * sizeof *row, "a row of neighbours");
    memcpy(h, s->cell, sizeof h); /* the vectors as given, not the reduced ones */
    complete(h, b->pbc);
    invert(h, g);
    for (int i = 0; i < s->n_atoms; i++) sort_row(list, i, b->pbc, g, row);
    free(row);
    return SZ_OK;
}

static sz_status check_structure(const sz_structure *s, double cutoff, sz_error *err)
{
    if (s->n_atoms < 0 || (s->n_atoms > 0 && (!s->species || !s->position)))
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "the structure has %d atoms, or no species or positions",
                       s->n_atoms);
    if (!(cutoff > 0) || !isfinite(cutoff))
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "the cutoff of a neighbour list is %g, it must be positive",
                       cutoff);
    for (int i = 0; i < s->n_atoms; i++)
        if (s->species[i] < 0)
            return sz_fail(err, SZ_ERR_ARGUMENT, "atom %d has the species %d", i + 1,
                           s->species[i]);
    return SZ_OK;
}

static void publish(sz_list *list, int n_atoms)
{
    list->nb.n_atoms = n_atoms;
    list->nb.species = list->species;
    list->nb.first = list->first;
    list->nb.neigh_species = list->neigh_species;
    list->nb.r = list->r;
}

sz_status sz_list_build(sz_list *list, const sz_structure *s, double cutoff,
                        sz_error *err)
{
    sz_status status = check_structure(s, cutoff, err);
    grid g = {0};
    box b;

    memset(&list->nb, 0, sizeof list->nb);
    list->n_pairs = 0;
    if (status != SZ_OK) return status;
    g.n_atoms = s->n_atoms;
    status = make_box(&b, s, cutoff, err);
    if (status == SZ_OK) status = room_for_atoms(list, s->n_atoms, err);
    if (status == SZ_OK) status = room_for_pairs(list, 1, err);
    if (status == SZ_OK && s->n_atoms > 0) {
        size_t n = 3 * (size_t)s->n_atoms;

        memcpy(list->species, s->species, (size_t)s->n_atoms * sizeof(int));
        g.w = malloc(n * sizeof(double));
        g.f = malloc(n * sizeof(double));
        if (!g.w || !g.f)
            status = sz_fail_memory(err, 2 * n * sizeof(double), "wrapped positions");
        if (status == SZ_OK) status = wrap(&b, &g, s, err);
        if (status == SZ_OK) status = choose_bins(&g, &b, err);
        if (status == SZ_OK) status = sort_images(&g, &b, err);
    }
    if (status == SZ_OK) status = find_pairs(list, &g, cutoff, err);
    if (status == SZ_OK) status = sort_rows(list, s, &b, err);
    if (status == SZ_OK)
        publish(list, s->n_atoms);
    else
        list->n_pairs = 0;
    free(g.image);
    free(g.start);
    free(g.f);
    free(g.w);
    return status;
}

void sz_list_free(sz_list *list)
{
    if (!list) return;
    free(list->neigh);
    free(list->first);
    free(list->species);
    free(list->neigh_species);
    free(list->r);
    memset(list, 0, sizeof *list);
}
