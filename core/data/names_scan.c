/* SPDX-License-Identifier: BSD-3-Clause
 *
 * names_scan.c - a name is a prefix and a stem: REF_energy, dft_force, virial. Known
 * prefixes mark the reference; a name with another prefix, such as gap_forces, may be the
 * prediction of a model and is used only on request. */
#include "data/names_scan.h"

#include "base/memory.h"
#include "base/number.h"
#include "data/dataset_frame.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N_STEMS = 4, N_UNUSUAL = 24 };

static const char *const stem[SZ_N_NAMES][N_STEMS] = {
    {"energy", "free_energy", "total_energy"},
    {"forces", "force"},
    {"virial", "virials"},
    {"stress"}};
static const char *const prefix[] = {"REF_", "DFT_", "QM_", ""};
enum { N_PREFIXES = sizeof prefix / sizeof *prefix };

static int same_letters(const char *a, const char *b, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        char x[2] = {a[k], 0}, y[2] = {b[k], 0};

        if (!a[k] || !sz_same_word(x, y)) return 0;
    }
    return 1;
}

int sz_name_stem(const char *name, int kind, size_t *n_prefix)
{
    size_t length = strlen(name), best = 0;
    int found = -1;

    for (int s = 0; s < N_STEMS && stem[kind][s]; s++) {
        size_t n = strlen(stem[kind][s]);

        if (n <= best || length < n || !sz_same_word(name + length - n, stem[kind][s]))
            continue;
        if (length > n && !strchr("_-.", name[length - n - 1])) continue;
        best = n;
        found = s;
    }
    *n_prefix = length - best;
    return found;
}

/* 1 if the first n letters of name are the prefix of a name given by the user. */
static int is_given_prefix(const sz_name_wish *wish, const char *name, size_t n)
{
    for (int kind = 0; kind < SZ_N_NAMES; kind++) {
        const char *given = wish->given[kind];
        size_t n_given;

        if (!given || sz_name_is_none(given)) continue;
        if (sz_name_stem(given, kind, &n_given) < 0) continue;
        if (n_given == n && same_letters(name, given, n)) return 1;
    }
    return 0;
}

/* A given prefix is the only one; otherwise the prefix of a given name comes before the
 * usual ones. */
static int rank_prefix(const sz_name_wish *wish, const char *name, size_t n)
{
    if (wish->prefix && *wish->prefix)
        return strlen(wish->prefix) == n && same_letters(name, wish->prefix, n)
                   ? 0
                   : SZ_NOT_USUAL;
    if (is_given_prefix(wish, name, n)) return 0;
    for (int k = 0; k < N_PREFIXES; k++)
        if (strlen(prefix[k]) == n && same_letters(name, prefix[k], n)) return k + 1;
    return SZ_NOT_USUAL;
}

/* "forces_ref" may be forces, "force_component_sigma" is not. */
static int is_like_force(const char *name)
{
    static const char *const no[] = {"sigma", "component", "std",  "err",
                                     "var",   "uncert",    "diff", "delta"};
    char small[80];
    size_t n = 0;

    for (; name[n] && n + 1 < sizeof small; n++)
        small[n] = (char)(name[n] >= 'A' && name[n] <= 'Z' ? name[n] + 32 : name[n]);
    small[n] = '\0';
    for (size_t k = 0; k < sizeof no / sizeof *no; k++)
        if (strstr(small, no[k])) return 0;
    return strstr(small, "force") != NULL;
}

/* Notes that the current frame has this name. */
static sz_status note(sz_scan *scan, const sz_name_wish *wish, int kind, const char *name,
                      sz_error *err)
{
    const char *given = wish->given[kind];
    size_t n_prefix;
    int which = sz_name_stem(name, kind, &n_prefix), k = 0;
    int is_given = given && sz_same_word(given, name);
    sz_sighting *s = scan->sighting;

    if (which < 0 && !is_given && !(kind == SZ_NAME_FORCE && is_like_force(name)))
        return SZ_OK;
    while (k < scan->n && (s[k].kind != kind || !sz_same_word(s[k].name, name))) k++;
    if (k == scan->n) {
        int family = which < 0 ? SZ_NOT_USUAL : rank_prefix(wish, name, n_prefix);
        int order = family == SZ_NOT_USUAL
                        ? SZ_NOT_USUAL
                        : N_STEMS * family + (kind == SZ_NAME_ENERGY ? which : 0);

        if (k >= (order == SZ_NOT_USUAL && !is_given ? N_UNUSUAL : SZ_SIGHTINGS))
            return SZ_OK;
        s[k] = (sz_sighting){.kind = kind,
                             .name = sz_copy_text(name),
                             .family = family,
                             .order = order,
                             .is_given = is_given};
        if (!s[k].name) return sz_fail_memory(err, strlen(name), "a name");
        scan->n++;
    }
    if (!(scan->seen[scan->n_frames] >> k & 1)) s[k].n_frames++;
    scan->seen[scan->n_frames] |= (uint64_t)1 << k;
    return SZ_OK;
}

static sz_status note_twice(sz_twice *twice, const sz_xyz_frame *frame, const char *name,
                            sz_error *err)
{
    if (twice->n++) return SZ_OK;
    twice->line = frame->line + 1;
    twice->name = sz_copy_text(name);
    return twice->name ? SZ_OK : sz_fail_memory(err, strlen(name), "a name");
}

/* The number of a key; 0 if it is not a number. */
static int number_of(const sz_xyz_frame *frame, const char *key, double *number)
{
    sz_error err;
    char *text = NULL;
    int ok = sz_xyz_value(&text, frame, key, &err) == SZ_OK && text &&
             sz_parse_double(text, number);

    free(text);
    return ok;
}

/* Compares info k of the frame with those before it. */
static sz_status look_twice(sz_scan *scan, const sz_xyz_frame *frame, int k,
                            sz_error *err)
{
    const char *key = frame->info[k].key;
    size_t n_prefix;
    double free_energy, energy;
    int stem_of = -1;

    for (int kind = 0; kind < SZ_N_NAMES && stem_of < 0; kind++)
        if (kind != SZ_NAME_FORCE) stem_of = sz_name_stem(key, kind, &n_prefix);
    for (int before = 0; before < k && stem_of >= 0; before++)
        if (sz_same_word(frame->info[before].key, key) &&
            strcmp(frame->info[before].text, frame->info[k].text) != 0)
            return note_twice(&scan->twice[SZ_SAME_KEY], frame, key, err);
    if (sz_name_stem(key, SZ_NAME_ENERGY, &n_prefix) == 1 && n_prefix < 64) {
        char other[80] = "";

        memcpy(other, key, n_prefix);
        strcat(other, "energy");
        if (number_of(frame, key, &free_energy) && number_of(frame, other, &energy) &&
            fabs(energy - free_energy) > 1e-6 * frame->n_atoms)
            return note_twice(&scan->twice[SZ_FREE_ENERGY], frame, key, err);
    }
    return SZ_OK;
}

/* Columns that may be forces: three numbers; also others named like forces, so that the
 * reader can report what is wrong with them. */
static sz_status look_columns(sz_scan *scan, const sz_name_wish *wish,
                              const sz_xyz_frame *frame, sz_error *err)
{
    size_t n_prefix;
    int n_good = 0;
    sz_status status = SZ_OK;

    for (int good = 1; good >= 0 && !n_good; good--)
        for (int k = 0; k < frame->n_columns && status == SZ_OK; k++) {
            const sz_xyz_column *c = frame->column + k;
            const int is_good = c->n_fields == 3 && strchr("RI", c->type);
            const int stem_of = sz_name_stem(c->name, SZ_NAME_FORCE, &n_prefix);

            if (good ? !is_good : stem_of < 0) continue;
            n_good += stem_of >= 0;
            status = note(scan, wish, SZ_NAME_FORCE, c->name, err);
        }
    return status;
}

/* Forces are columns, the rest are keys. */
static sz_status look(sz_scan *scan, const sz_name_wish *wish, const sz_xyz_frame *frame,
                      sz_error *err)
{
    size_t n = (size_t)scan->n_frames;
    sz_status status = SZ_OK;

    if ((n & (n - 1)) == 0 &&
        (!sz_grow(&scan->seen, n ? 2 * n : 1, sizeof *scan->seen) ||
         !sz_grow(&scan->frame_line, n ? 2 * n : 1, sizeof *scan->frame_line)))
        return sz_fail_memory(err, 16 * n, "frames");
    if (n == 0) {
        char names[640];

        sz_list_names(frame, names, sizeof names);
        scan->names = sz_copy_text(names);
        if (!scan->names) return sz_fail_memory(err, sizeof names, "the names");
    }
    scan->seen[n] = 0;
    scan->frame_line[n] = frame->line + 1;
    status = look_columns(scan, wish, frame, err);
    for (int k = 0; k < frame->n_info && status == SZ_OK; k++) {
        for (int kind = 0; kind < SZ_N_NAMES && status == SZ_OK; kind++)
            if (kind != SZ_NAME_FORCE)
                status = note(scan, wish, kind, frame->info[k].key, err);
        if (status == SZ_OK) status = look_twice(scan, frame, k, err);
    }
    scan->n_frames++;
    return status;
}

sz_status sz_scan_names(sz_scan *scan, const sz_name_wish *wish, sz_xyz_reader *file,
                        sz_error *err)
{
    sz_xyz_frame *frame = NULL;
    sz_status status = SZ_OK;

    *scan = (sz_scan){0};
    while (status == SZ_OK) {
        status = sz_xyz_read(&frame, file, err);
        if (status != SZ_OK || !frame) break;
        status = look(scan, wish, frame, err);
        sz_xyz_frame_free(frame);
    }
    return status;
}

void sz_scan_free(sz_scan *scan)
{
    for (int k = 0; k < scan->n; k++) free(scan->sighting[k].name);
    for (int k = 0; k < SZ_N_TWICE; k++) free(scan->twice[k].name);
    free(scan->names);
    free(scan->seen);
    free(scan->frame_line);
    *scan = (sz_scan){0};
}
