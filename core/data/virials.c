/* SPDX-License-Identifier: BSD-3-Clause
 *
 * virials.c - two measures distinguish a virial W (eV) from a stress -W/V
 * (eV/Angstrom^3), for cells of N atoms and volume V with three periodic directions:
 *
 *   q = |W'| / (N^(1/2) f (V/N)^(1/3))
 *
 * W' is the part of W without a trace (rms of its five components), f the rms of the
 * forces: both come from the same bonds. The median of q over frames with forces is 0.05
 * to 0.4, in strained crystals up to 20; it would be N times 15 too small or too large.
 *
 *   B = - sum (p - <p>) (ln V - <ln V>) / sum (ln V - <ln V>)^2,   p = tr W / (3 V)
 *
 * with means over frames of one composition and config_type. The pressure falls with the
 * volume: B is a bulk modulus, 0.01 to 6 eV/Angstrom^3. With the sign of a stress it is
 * negative. It is also negative in cells stretched beyond their strength; then energies
 * decide: dE / d ln V = - tr W / 3. */
#include "data/virials.h"

#include "base/print.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define GPA 160.21766 /* per eV/Angstrom^3 */

/* Limits of plausible values, far from those of real data. */
#define SMALL_FORCE 0.05    /* eV/Angstrom; below, q is noise */
#define Q_SMALL 0.004       /* below: certainly not a virial */
#define Q_LARGE 8.0         /* above, if the pressure is large too */
#define BULK_SMALL 0.003    /* eV/Angstrom^3 */
#define BULK_LARGE 15.0     /* eV/Angstrom^3 */
#define PRESSURE_LARGE 0.6  /* eV/Angstrom^3; 100 GPa */
#define PRESSURE_ABSURD 6.0 /* eV/Angstrom^3; 1000 GPa */
#define CORRELATION 0.4     /* below, the volumes are too similar */
#define EVIDENCE 5.0        /* against the sign: a few random cells may have any value */
#define VOLUME_SPREAD 0.003 /* of ln V */

typedef enum {
    UNKNOWN, /* too few data to decide */
    FINE,
    SMALL, /* as for stresses in eV/Angstrom^3 read as virials */
    LARGE, /* as for virials read as stresses */
    SIGN   /* right size, wrong sign */
} verdict;

typedef struct {
    verdict verdict;
    int n;              /* frames with a virial that were examined */
    int n_forces;       /* of these, frames with forces that are not small */
    double to_force;    /* median of q; 0 if n_forces is 0 */
    double pressure;    /* median of its magnitude, eV/Angstrom^3 */
    double bulk;        /* bulk modulus from pressures and volumes, eV/Angstrom^3 */
    double correlation; /* correlation of volume and pressure; 0: volumes too similar */
    double evidence;    /* its magnitude in units of its error (Student's t) */
    int energies_agree; /* 1: energies increase with volume as the virials predict */
} measures;

typedef struct {
    uint64_t group;                 /* config_type and composition */
    double pressure, log_volume, q; /* q below 0: unknown */
    double energy, third;           /* tr W / 3; energy NaN: unknown */
} sample;

/* ---- the measures ------------------------------------------------------------------ */

static double volume(const sz_dataset_frame *f)
{
    const double *a = f->cell[0], *b = f->cell[1], *c = f->cell[2];

    return fabs(a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]) +
                a[2] * (b[0] * c[1] - b[1] * c[0]));
}

static double root_mean_square(size_t n, const double *x)
{
    double sum = 0.0;

    for (size_t k = 0; k < n; k++) sum += x[k] * x[k];
    return sqrt(sum / (double)n);
}

/* the five traceless components */
static double without_trace(const double w[9])
{
    const double third = (w[0] + w[4] + w[8]) / 3.0;
    double sum = 0.0;

    for (int k = 0; k < 9; k++) {
        double x = k % 4 ? w[k] : w[k] - third;

        sum += x * x;
    }
    return sqrt(sum / 5.0);
}

/* The same for frames of the same type and composition. */
static uint64_t group_of(const sz_dataset *data, const sz_dataset_frame *f)
{
    int count[SZ_Z_MAX] = {0};
    uint64_t hash = 14695981039346656037U;

    for (int i = 0; i < f->n_atoms; i++) count[data->species[f->first + (size_t)i]]++;
    hash = (hash ^ (uint64_t)f->config_type) * 1099511628211U;
    for (int s = 0; s < data->n_species; s++)
        hash = (hash ^ (uint64_t)count[s]) * 1099511628211U;
    return hash;
}

/* 0 if the frame gives no information. */
static int measure(sample *s, const sz_dataset *data, const sz_dataset_frame *f)
{
    const double v = volume(f), n = f->n_atoms;
    const size_t components = 3 * (size_t)f->n_atoms;
    double force;

    if (!f->has_virial || !(f->pbc[0] && f->pbc[1] && f->pbc[2]) || !(v > 0.0)) return 0;
    if (root_mean_square(9, f->virial) == 0.0) return 0; /* the slot reserved for one */
    s->group = group_of(data, f);
    s->pressure = (f->virial[0] + f->virial[4] + f->virial[8]) / (3.0 * v);
    s->log_volume = log(v);
    s->third = s->pressure * v;
    s->energy = f->has_energy ? f->energy : NAN;
    s->q = -1.0;
    force = f->has_force ? root_mean_square(components, data->force + 3 * f->first) : 0.0;
    if (force > SMALL_FORCE)
        s->q = without_trace(f->virial) / (sqrt(n) * force * cbrt(v / n));
    return 1;
}

static int by_group(const void *a, const void *b)
{
    const sample *x = a, *y = b;

    return (x->group > y->group) - (x->group < y->group);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(int n, double *x)
{
    qsort(x, (size_t)n, sizeof *x, by_size);
    return n ? 0.5 * (x[(n - 1) / 2] + x[n / 2]) : 0.0;
}

static double evidence_of(double correlation, int free)
{
    return fabs(correlation) * sqrt((free - 1) / (1.0 - correlation * correlation));
}

/* Bulk modulus and correlation; both stay 0 if the volumes are too similar. */
static void find_bulk(measures *facts, int n, sample *s)
{
    double vv = 0.0, vp = 0.0, pp = 0.0, ve = 0.0, ee = 0.0, third = 0.0;
    int free = 0, end;

    qsort(s, (size_t)n, sizeof *s, by_group);
    for (int k = 0; k < n; k = end) {
        double v = 0.0, p = 0.0, e = 0.0;

        for (end = k; end < n && s[end].group == s[k].group; end++) {
            v += s[end].log_volume;
            p += s[end].pressure;
            e += s[end].energy;
        }
        v /= end - k;
        p /= end - k;
        e /= end - k;
        for (int i = k; i < end; i++) {
            vv += (s[i].log_volume - v) * (s[i].log_volume - v);
            pp += (s[i].pressure - p) * (s[i].pressure - p);
            vp += (s[i].log_volume - v) * (s[i].pressure - p);
            ve += (s[i].log_volume - v) * (s[i].energy - e);
            ee += (s[i].energy - e) * (s[i].energy - e);
            third += s[i].third;
        }
        free += end - k - 1;
    }
    if (free < 3 || vv < free * VOLUME_SPREAD * VOLUME_SPREAD || !(pp > 0.0)) return;
    facts->bulk = -vp / vv;
    facts->correlation = vp / sqrt(vv * pp);
    facts->evidence = evidence_of(facts->correlation, free);
    facts->energies_agree =
        ve * third < 0.0 && evidence_of(ve / sqrt(vv * ee), free) > 2.0;
}

static verdict judge(const measures *f)
{
    const int has_q = f->n_forces >= 3, has_bulk = fabs(f->correlation) >= CORRELATION;
    const int opposite =
        has_bulk && f->bulk < 0.0 && f->evidence > EVIDENCE && !f->energies_agree;
    const double size = fabs(f->bulk);

    if (has_bulk && f->bulk > BULK_SMALL && f->bulk < BULK_LARGE) return FINE;
    if (has_q && f->to_force < Q_SMALL) return SMALL;
    if (has_q && f->to_force > Q_LARGE && f->pressure > PRESSURE_LARGE) return LARGE;
    if (has_bulk && size > BULK_LARGE) return LARGE;
    if (opposite && size < BULK_SMALL) return SMALL;
    if (opposite) return SIGN;
    if (has_q) return FINE;
    return f->n > 0 && f->pressure > PRESSURE_ABSURD ? LARGE : UNKNOWN;
}

/* For frames whose virial was given as a virial, or (from_stress 1) as a stress. */
static sz_status look(measures *facts, const sz_dataset *data, int from_stress,
                      sz_error *err)
{
    size_t room = (size_t)data->n_frames + 1;
    sample *s = malloc(room * sizeof *s);
    double *x = malloc(room * sizeof *x);
    int n = 0, n_q = 0;
    sz_status status = SZ_OK;

    *facts = (measures){.verdict = UNKNOWN};
    if (!s || !x) status = sz_fail_memory(err, room * sizeof *s, "the virials");
    for (int f = 0; f < data->n_frames && status == SZ_OK; f++)
        if (data->frame[f].from_stress == from_stress)
            n += measure(&s[n], data, &data->frame[f]);
    if (status == SZ_OK) {
        for (int k = 0; k < n; k++)
            if (s[k].q >= 0.0) x[n_q++] = s[k].q;
        facts->n = n;
        facts->n_forces = n_q;
        facts->to_force = median(n_q, x);
        for (int k = 0; k < n; k++) x[k] = fabs(s[k].pressure);
        facts->pressure = median(n, x);
        find_bulk(facts, n, s);
        facts->verdict = judge(facts);
    }
    free(s);
    free(x);
    return status;
}

/* ---- messages ---------------------------------------------------------------------- */

/* "the pressures are 1e-05 GPa in the median, and rise with the volume; .." */
static void describe(char *text, size_t room, const measures *f)
{
    size_t used = (size_t)sz_format(text, room, "they give pressures of %.2g GPa",
                                    GPA * f->pressure);

    if (f->correlation != 0.0 && used < room)
        used += (size_t)sz_format(text + used, room - used,
                                  " and a bulk modulus of %.2g GPa", GPA * f->bulk);
    if (f->n_forces >= 3 && f->verdict != SIGN && used < room)
        sz_format(text + used, room - used,
                  ", and relative to the forces they are %.2g times the usual size",
                  f->to_force / 0.15);
}

/* 1 if name contains this word, in any case */
static int names_it(const char *name, const char *word)
{
    const size_t n = strlen(word);

    for (; *name; name++) {
        size_t k = 0;

        while (k < n && name[k] && (name[k] | 32) == word[k]) k++;
        if (k == n) return 1;
    }
    return 0;
}

/* The names of the two kinds. */
typedef struct {
    const char *what, *other, *key, *other_key, *meaning;
    verdict swapped; /* the other kind, which it is mistaken for */
} kind;

static const kind of_virials = {
    "virials",
    "stress",
    "virial_parameter_name",
    "stress_parameter_name",
    "a virial is in eV, -volume * stress, positive under pressure",
    SMALL};
static const kind of_stresses = {
    "stresses",
    "virial",
    "stress_parameter_name",
    "virial_parameter_name",
    "a stress is in eV/Angstrom^3 (160.22 GPa), negative under pressure",
    LARGE};

static sz_status fail_misnamed(const sz_dataset *data, const kind *k, const char *name,
                               const measures *facts, sz_error *err)
{
    const int knows = facts->verdict != UNKNOWN && facts->verdict != FINE;
    char text[300], place[SZ_PLACE];
    int f = 0;

    while (!data->frame[f].has_virial ||
           data->frame[f].from_stress != (k == &of_stresses))
        f++;
    describe(text, sizeof text, facts);
    return sz_fail(err, SZ_ERR_FORMAT,
                   "%s: '%.80s' is used as %s, but is named a %s%s%s; give %s=%.80s "
                   "instead of %s=%.80s, or rename it if it does hold %s: %s",
                   sz_dataset_place(data, f, SZ_COMMENT_LINE, place), name, k->what,
                   k->other, knows ? " and looks like one: " : "", knows ? text : "",
                   k->other_key, name, k->key, name, k->what, k->meaning);
}

static sz_status warn(sz_warnings *to, const char *path, const kind *k, const char *name,
                      const measures *facts, sz_error *err)
{
    char text[300], remedy[400] = "";

    describe(text, sizeof text, facts);
    if (facts->verdict == k->swapped && *name)
        snprintf(remedy, sizeof remedy, "; give %s=none %s=%.80s if that is so", k->key,
                 k->other_key, name);
    else if (facts->verdict == SIGN && *name) /* in small cells */
        snprintf(remedy, sizeof remedy, "; give %s=none %s=%.80s if each is a %s", k->key,
                 k->other_key, name, k->other);
    return sz_warnings_add(to, err, "%s: the %s%s%s%s look like %s: %s; %s%s", path,
                           k->what, *name ? " under '" : "", name, *name ? "'" : "",
                           facts->verdict == k->swapped
                               ? k == &of_virials ? "stresses in eV/Angstrom^3"
                                                  : "virials, or are in GPa"
                           : facts->verdict == SIGN ? "ones of the opposite sign"
                                                    : "ones in another unit",
                           text, k->meaning, remedy);
}

/* The magnitudes of a few frames are not evidence against a name. */
static int is_weak(const measures *facts)
{
    return fabs(facts->correlation) < CORRELATION && facts->n_forces < 10;
}

static sz_status check(sz_dataset *data, const kind *k, const char *name, sz_error *err)
{
    const int from_stress = k == &of_stresses;
    const int misnamed =
        names_it(name, k->other) && !names_it(name, from_stress ? "stress" : "virial");
    measures facts;
    sz_status status = look(&facts, data, from_stress, err);
    int n = 0;

    for (int f = 0; f < data->n_frames; f++)
        n += data->frame[f].has_virial && data->frame[f].from_stress == from_stress;
    if (status != SZ_OK || n == 0) return status;
    if (facts.verdict == FINE && !(misnamed && is_weak(&facts))) return SZ_OK;
    if (misnamed) return fail_misnamed(data, k, name, &facts, err);
    if (facts.verdict == UNKNOWN) return SZ_OK;
    return warn(&data->warnings, data->path, k, name, &facts, err);
}

sz_status sz_virials_check(sz_dataset *data, const sz_dataset_names *name, sz_error *err)
{
    sz_status status = check(data, &of_virials, name->virial, err);

    return status == SZ_OK ? check(data, &of_stresses, name->stress, err) : status;
}

sz_status sz_virials_warn(sz_warnings *warnings, const sz_dataset *data, sz_error *err)
{
    measures facts;
    sz_status status = look(&facts, data, 0, err);

    if (status != SZ_OK || facts.verdict == UNKNOWN || facts.verdict == FINE)
        return status;
    return warn(warnings, data->path, &of_virials, "", &facts, err);
}
