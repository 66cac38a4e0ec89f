/* SPDX-License-Identifier: BSD-3-Clause
 *
 * facts.c - statistics of training data.
 *
 *   e0        of isolated atoms; else by least squares over the compositions x_f of the
 *             frames, min sum_f (E_f / n_f - x_f . e0)^2, where that halves the spread
 *   local     atoms with uncorrelated energies e give frames of n atoms
 *             the variance Var(E/n) = Var(e) / n, so Var(e) ~ mean n (E/n - mean)^2
 *   g(r)      the mean number of neighbours in a shell over its volume
 *   gap       the first minimum of g with MANY neighbours before it: behind the second
 *             shell of bcc, fcc and diamond
 *   unlike    two environments are equal if three sums over their neighbours agree */
#include "analyse/facts.h"

#include "linear/blas.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ATOMS = 200000, N_SUMS = 3, LOOK_BACK = 32 };
static const double BIN = SZ_FACT_REACH / SZ_FACT_BINS, MANY = 13.0;

typedef struct {
    int species;
    double sum[N_SUMS];
} print; /* of an environment */

typedef struct {
    sz_facts *facts;
    const sz_dataset *data;
    unsigned char *isolated; /* [n_frames] */
    size_t n, n_bulk;        /* atoms seen, and of these, atoms in periodic frames */
    double *near;            /* [n] distance of the nearest neighbour, if there is one */
    print *prints;           /* [n] */
    size_t n_near;
} scan;

/* ---- distances --------------------------------------------------------------------- */

static void look_at_atom(scan *s, const sz_list *list, int i, int is_bulk)
{
    const double *z = (const double[]){2.0, 3.0, 4.5}; /* widths of the sums */
    double near = INFINITY;
    print *p = &s->prints[s->n++];

    *p = (print){.species = list->species[i]};
    for (int k = list->first[i]; k < list->first[i + 1]; k++) {
        const double *d = list->r + 3 * (size_t)k;
        double r = sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
        int bin = (int)(r / BIN);

        near = fmin(near, r);
        for (int m = 0; m < N_SUMS; m++)
            p->sum[m] += (list->neigh_species[k] + 1 + 0.37 * m) * exp(-r * r / z[m]);
        if (is_bulk && bin < SZ_FACT_BINS) s->facts->neighbours[bin + 1]++;
    }
    if (is_bulk) s->n_bulk++;
    if (near < INFINITY) s->near[s->n_near++] = near;
    s->facts->nearest = fmin(s->facts->nearest, near);
}

static sz_status look_at_frame(scan *s, int f, sz_list *list, sz_error *err)
{
    const sz_dataset_frame *frame = &s->data->frame[f];
    sz_structure structure = sz_dataset_structure(s->data, f);
    sz_error why;
    char place[SZ_PLACE];
    sz_status status = sz_list_build(list, &structure, SZ_FACT_REACH, &why);
    int is_bulk = frame->pbc[0] && frame->pbc[1] && frame->pbc[2];

    if (status != SZ_OK)
        return sz_fail(err, status, "%s: %.600s",
                       sz_dataset_place(s->data, f, SZ_FIRST_LINE, place), why.message);
    if (frame->n_atoms == 1 && list->n_pairs == 0) {
        s->isolated[f] = 1;
        if (frame->has_energy) s->facts->n_isolated[structure.species[0]]++;
        return SZ_OK;
    }
    for (int i = 0; i < frame->n_atoms; i++) look_at_atom(s, list, i, is_bulk);
    return SZ_OK;
}

/* Single atoms are always examined: they may be isolated. */
static sz_status look_at_frames(scan *s, sz_error *err)
{
    int stride = (int)(s->data->n_atoms / MAX_ATOMS) + 1;
    sz_list list = {0};
    sz_status status = SZ_OK;

    s->facts->nearest = INFINITY;
    for (int f = 0; f < s->data->n_frames && status == SZ_OK; f++)
        if (f % stride == 0 || s->data->frame[f].n_atoms == 1)
            status = look_at_frame(s, f, &list, err);
    sz_list_free(&list);
    return status;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

double sz_fact_neighbours(const sz_facts *facts, double r)
{
    int bin = (int)(r / BIN + 0.5);

    return facts->neighbours[bin < 0 ? 0 : bin > SZ_FACT_BINS ? SZ_FACT_BINS : bin];
}

/* g of bin k, smoothed over 0.1 Angstrom */
static double density(const double *count, int k)
{
    double sum = 0.0, norm = 0.0;

    for (int d = -6; d <= 6; d++) {
        double r = (k + d + 0.5) * BIN, w = exp(-0.5 * (d * BIN / 0.1) * (d * BIN / 0.1));

        if (k + d < 0 || k + d >= SZ_FACT_BINS) continue;
        sum += w * count[k + d] / (r * r);
        norm += w;
    }
    return sum / norm;
}

static double find_gap(const sz_facts *facts)
{
    double count[SZ_FACT_BINS], g[SZ_FACT_BINS];

    for (int k = 0; k < SZ_FACT_BINS; k++)
        count[k] = facts->neighbours[k + 1] - facts->neighbours[k];
    for (int k = 0; k < SZ_FACT_BINS; k++) g[k] = density(count, k);
    for (int k = 5; k + 20 < SZ_FACT_BINS; k++) {
        int is_least = facts->neighbours[k] >= MANY;
        double later = 0.0;

        for (int d = -5; d <= 5; d++) is_least &= g[k] <= g[k + d];
        for (int d = 1; d <= 20; d++) later = fmax(later, g[k + d]);
        if (is_least && later > 1.1 * g[k]) return (k + 0.5) * BIN;
    }
    return 0.0;
}

static void finish_distances(scan *s)
{
    sz_facts *facts = s->facts;

    qsort(s->near, s->n_near, sizeof *s->near, ascending);
    facts->typical = s->n_near ? s->near[s->n_near / 2] : 0.0;
    if (s->n_near == 0) facts->nearest = 0.0;
    for (int k = 1; k <= SZ_FACT_BINS; k++)
        facts->neighbours[k] = facts->neighbours[k - 1] +
                               (s->n_bulk ? facts->neighbours[k] / (double)s->n_bulk : 0);
    if (s->n_bulk) facts->gap = find_gap(facts);
}

/* ---- environments ------------------------------------------------------------------ */

static int by_print(const void *a, const void *b)
{
    const print *x = a, *y = b;

    if (x->species != y->species) return x->species - y->species;
    return x->sum[0] < y->sum[0] ? -1 : x->sum[0] > y->sum[0];
}

static int alike(const print *x, const print *y)
{
    for (int m = 0; m < N_SUMS; m++)
        if (!(fabs(x->sum[m] - y->sum[m]) <= 1e-5 * fabs(x->sum[m]))) return 0;
    return x->species == y->species;
}

static void count_different(scan *s)
{
    qsort(s->prints, s->n, sizeof *s->prints, by_print);
    for (size_t k = 0; k < s->n; k++) {
        int seen = 0;

        for (size_t back = 1; back <= LOOK_BACK && back <= k && !seen; back++)
            seen = alike(&s->prints[k], &s->prints[k - back]);
        s->facts->n_atoms[s->prints[k].species]++;
        s->facts->n_different[s->prints[k].species] += !seen;
    }
}

/* ---- energies and forces ----------------------------------------------------------- */

static double spread_of(double n, double sum, double sum2)
{
    double mean = n > 0.0 ? sum / n : 0.0;

    return n > 0.0 ? sqrt(fmax(0.0, sum2 / n - mean * mean)) : 0.0;
}

double sz_fact_spread(const sz_type_facts *t)
{
    return spread_of(t->n_energies, t->sum, t->sum2);
}

double sz_fact_force(const sz_type_facts *t)
{
    return t->n_components ? sqrt(t->force2 / (double)t->n_components) : 0.0;
}

/* fractions of the species in frame f */
static void composition(const sz_dataset *data, int f, double *x)
{
    const sz_dataset_frame *frame = &data->frame[f];

    for (int k = 0; k < data->n_species; k++) x[k] = 0.0;
    for (int i = 0; i < frame->n_atoms; i++)
        x[data->species[frame->first + (size_t)i]] += 1.0 / frame->n_atoms;
}

static int counts(const scan *s, int f)
{
    return !s->isolated[f] && s->data->frame[f].has_energy;
}

static double energy_of(const sz_dataset *data, int f)
{
    return data->frame[f].energy / data->frame[f].n_atoms;
}

/* e [n_species]; returns 0 if the compositions do not determine the energies */
static int least_squares(const scan *s, double *e)
{
    const int one = 1;
    int n = s->data->n_species, info;
    double a[SZ_Z_MAX * SZ_Z_MAX] = {0}, x[SZ_Z_MAX];

    memset(e, 0, (size_t)n * sizeof *e);
    for (int f = 0; f < s->data->n_frames; f++) {
        if (!counts(s, f)) continue;
        composition(s->data, f, x);
        for (int i = 0; i < n; i++) {
            e[i] += x[i] * energy_of(s->data, f);
            for (int j = 0; j < n; j++) a[i * n + j] += x[i] * x[j];
        }
    }
    for (int i = 0; i < n; i++) x[i] = a[i * n + i];
    SZ_BLAS(dpotrf)("U", &n, a, &n, &info);
    if (info) return 0;
    for (int i = 0; i < n; i++)
        if (!(a[i * n + i] * a[i * n + i] > 1e-4 * x[i])) return 0;
    SZ_BLAS(dpotrs)("U", &n, &one, a, &n, e, &n, &info);
    return info == 0;
}

/* standard deviation of E / n - x . e */
static double spread_with(const scan *s, const double *e)
{
    double x[SZ_Z_MAX], n = 0.0, sum = 0.0, sum2 = 0.0;

    for (int f = 0; f < s->data->n_frames; f++) {
        double left;

        if (!counts(s, f)) continue;
        composition(s->data, f, x);
        left = energy_of(s->data, f);
        for (int k = 0; k < s->data->n_species; k++) left -= x[k] * e[k];
        n++;
        sum += left;
        sum2 += left * left;
    }
    return spread_of(n, sum, sum2);
}

/* with e0 subtracted */
static double left_over(const scan *s, int f)
{
    double x[SZ_Z_MAX], left = energy_of(s->data, f);

    composition(s->data, f, x);
    for (int k = 0; k < s->data->n_species; k++) left -= x[k] * s->facts->e0[k];
    return left;
}

static double spread_local(const scan *s)
{
    double mean = 0.0, sum = 0.0;
    int n = 0;

    for (int f = 0; f < s->data->n_frames; f++)
        if (counts(s, f)) {
            mean += left_over(s, f);
            n++;
        }
    mean /= n ? n : 1;
    for (int f = 0; f < s->data->n_frames; f++)
        if (counts(s, f))
            sum += s->data->frame[f].n_atoms * pow(left_over(s, f) - mean, 2.0);
    return n ? sqrt(sum / n) : 0.0;
}

static int all_isolated(const scan *s)
{
    for (int k = 0; k < s->data->n_species; k++)
        if (s->facts->n_isolated[k] != 1) return 0;
    return 1;
}

static void choose_e0(scan *s)
{
    const sz_dataset *t = s->data;
    sz_facts *facts = s->facts;
    double e[SZ_Z_MAX], mean = 0.0;
    int n = 0;

    for (int f = 0; f < t->n_frames; f++)
        if (t->frame[f].has_energy) {
            mean += energy_of(t, f);
            n++;
        }
    facts->kind = SZ_FACT_AVERAGE;
    for (int k = 0; k < t->n_species; k++) facts->e0[k] = n ? mean / n : 0.0;
    facts->spread_average = spread_with(s, facts->e0);
    if (all_isolated(s)) {
        facts->kind = SZ_FACT_ISOLATED;
        for (int f = 0; f < t->n_frames; f++)
            if (s->isolated[f] && t->frame[f].has_energy)
                facts->e0[t->species[t->frame[f].first]] = t->frame[f].energy;
    } else if (t->n_species > 1 && least_squares(s, e) &&
               spread_with(s, e) < 0.5 * facts->spread_average) {
        facts->kind = SZ_FACT_LEAST_SQUARES;
        memcpy(facts->e0, e, (size_t)t->n_species * sizeof *e);
    }
    facts->spread = spread_with(s, facts->e0);
    facts->spread_local = spread_local(s);
}

static void add_frame(const scan *s, int f, sz_type_facts *t)
{
    const sz_dataset_frame *frame = &s->data->frame[f];
    const double *force = s->data->force + 3 * frame->first;
    const unsigned char *masked = s->data->masked + frame->first;

    t->n_frames++;
    t->n_atoms += (size_t)frame->n_atoms;
    t->n_virials += frame->has_virial != 0;
    t->n_forces += frame->has_force;
    if (frame->has_energy) {
        double left = left_over(s, f);

        t->n_energies++;
        t->sum += left;
        t->sum2 += left * left;
    }
    for (int k = 0; k < 3 * frame->n_atoms && frame->has_force; k++) {
        if (masked[k / 3]) continue;
        t->n_components++;
        t->force2 += force[k] * force[k];
        t->force_max = fmax(t->force_max, fabs(force[k]));
    }
}

/* ---- all --------------------------------------------------------------------------- */

void sz_facts_free(sz_facts *facts)
{
    free(facts->type);
    facts->type = NULL;
}

sz_status sz_facts_find(sz_facts *facts, const sz_dataset *data, sz_error *err)
{
    size_t n = data->n_atoms + 1;
    scan s = {.facts = facts, .data = data};
    sz_status status = SZ_OK;

    memset(facts, 0, sizeof *facts);
    facts->type = calloc((size_t)data->n_config_types + 1, sizeof *facts->type);
    s.isolated = calloc((size_t)data->n_frames + 1, 1);
    s.near = malloc(n * sizeof *s.near);
    s.prints = malloc(n * sizeof *s.prints);
    if (!facts->type || !s.isolated || !s.near || !s.prints)
        status = sz_fail_memory(err, n * sizeof *s.prints, "the statistics");
    if (status == SZ_OK) status = look_at_frames(&s, err);
    if (status == SZ_OK) {
        finish_distances(&s);
        count_different(&s);
        choose_e0(&s);
    }
    for (int f = 0; f < data->n_frames && status == SZ_OK; f++) {
        if (s.isolated[f]) continue;
        add_frame(&s, f, &facts->all);
        add_frame(&s, f, &facts->type[data->frame[f].config_type]);
    }
    free(s.isolated);
    free(s.near);
    free(s.prints);
    if (status != SZ_OK) sz_facts_free(facts);
    return status;
}
