/* SPDX-License-Identifier: BSD-3-Clause
 *
 * names.c - finds the names of the reference data in a file.
 *
 * For each of energy, force, virial and stress one name is used for all frames: that of
 * the user, else the first in the order
 *
 *   the prefix of a name that the user gave, REF_, DFT_, QM_, no prefix
 *   energy free_energy total_energy | forces or force | virial or virials | stress
 *
 * that at least half of the frames with such data have. Names with a reference prefix
 * come first: a file evaluated by a model may hold both its energy and REF_energy. Names
 * with other prefixes are used only on request. */
#include "data/names.h"

#include "base/memory.h"
#include "base/number.h"
#include "base/text.h"
#include "data/names_scan.h"

#include <stdlib.h>
#include <string.h>

static const char *const usual[SZ_N_NAMES] = {"energy", "force", "virial", "stress"};
static const char *const plural[SZ_N_NAMES] = {"energies", "forces", "virials",
                                               "stresses"};

typedef struct {
    sz_scan scan;
    const sz_name_wish *wish;
    const char *path;
    sz_found_names *found;
    sz_error *err;
} search;

int sz_name_is_none(const char *name)
{
    static const char *const word[] = {"",        "none",    "null",    "no",
                                       "dummy",   "ignore",  "ignored", "unused",
                                       "notused", "not_used"};

    for (size_t k = 0; k < sizeof word / sizeof *word; k++)
        if (sz_same_word(name, word[k])) return 1;
    return 0;
}

/* ---- names in the file ------------------------------------------------------------- */

typedef uint64_t bits;

/* Sightings of a kind: of one order, of all below SZ_NOT_USUAL (order -1), or of all
 * possible names (order -2). */
enum { USUAL = -1, ANY = -2 };

static bits of_kind(const search *s, int kind, int order)
{
    bits set = 0;

    for (int k = 0; k < s->scan.n; k++) {
        const sz_sighting *x = &s->scan.sighting[k];

        if (x->kind == kind && (order == ANY || x->order == order ||
                                (order == USUAL && x->order < SZ_NOT_USUAL)))
            set |= (bits)1 << k;
    }
    return set;
}

/* Number of frames with one of these and none of those; *first is the first of them, or
 * -1. */
static int count(const search *s, bits these, bits but_not, int *first)
{
    int n = 0;

    *first = -1;
    for (int f = 0; f < s->scan.n_frames; f++) {
        if (!(s->scan.seen[f] & these) || (s->scan.seen[f] & but_not)) continue;
        if (!n++) *first = f;
    }
    return n;
}

/* The one of these that occurs in most frames, or NULL. */
static const sz_sighting *largest(const search *s, bits these)
{
    const sz_sighting *best = NULL;

    for (int k = 0; k < s->scan.n; k++)
        if ((these >> k & 1) && (!best || s->scan.sighting[k].n_frames > best->n_frames))
            best = &s->scan.sighting[k];
    return best;
}

/* Those with the user's name. */
static bits given_bits(const search *s, int kind)
{
    bits set = of_kind(s, kind, ANY);

    for (int k = 0; k < s->scan.n; k++)
        if (!s->scan.sighting[k].is_given) set &= ~((bits)1 << k);
    return set;
}

/* The first in order that at least half of the frames with such data have. */
static bits by_rule(const search *s, int kind)
{
    int first, all = count(s, of_kind(s, kind, USUAL), 0, &first), most = 0;
    bits best = 0;

    for (int order = 0; order < SZ_NOT_USUAL && all > 0; order++) {
        bits set = of_kind(s, kind, order);
        int n = set ? count(s, set, 0, &first) : 0;

        if (2 * n >= all) return set;
        if (n > most) {
            most = n;
            best = set;
        }
    }
    return best;
}

/* ---- messages ---------------------------------------------------------------------- */

static const char *key_of(int kind)
{
    static const char *const key[SZ_N_NAMES] = {
        "energy_parameter_name", "force_parameter_name", "virial_parameter_name",
        "stress_parameter_name"};

    return key[kind];
}

/* 1 if the fit uses this kind of data under a name that it was given, or would be given
 * by gap_fit's default. */
static const char *asked(const search *s, int kind)
{
    return s->wish->given[kind] ? s->wish->given[kind] : usual[kind];
}

/* The data exist, but under a name different from the requested one. */
static sz_status fail_elsewhere(const search *s, int kind, bits there)
{
    const sz_sighting *x = largest(s, there);
    int first;

    count(s, there, 0, &first);
    return sz_fail(s->err, SZ_ERR_FORMAT,
                   "%.300s:%d: %s are named '%.80s' (%d of %d frames), not '%.80s': give "
                   "%s=%.80s%s%s%s%s",
                   s->path, s->scan.frame_line[first], plural[kind], x->name, x->n_frames,
                   s->scan.n_frames, asked(s, kind), key_of(kind), x->name,
                   kind == SZ_NAME_ENERGY ? "" : ", or ",
                   kind == SZ_NAME_ENERGY ? "" : key_of(kind),
                   kind == SZ_NAME_ENERGY ? "" : "=none to ignore them",
                   s->wish->prefix && *s->wish->prefix
                       ? "; parameter_name_prefix would be prepended to it"
                       : "");
}

/* Frames that have such data only under other names are left out. */
static sz_status warn_of_rest(const search *s, int kind, bits taken)
{
    bits rest = of_kind(s, kind, s->wish->given[kind] ? ANY : USUAL) & ~taken;
    int first, n;

    for (int k = 0; k < s->scan.n; k++)
        if (s->scan.sighting[k].order == SZ_NOT_USUAL) rest &= ~((bits)1 << k);
    n = count(s, rest, taken, &first);
    if (n == 0) return SZ_OK;
    rest &= s->scan.seen[first];
    return sz_warnings_add(&s->found->warnings, s->err,
                           "%s:%d: %d frame%s no %s under '%s', which is used, but under "
                           "'%s': left out there, because different names may mean "
                           "different calculations; rename them if they are the same",
                           s->path, s->scan.frame_line[first], n,
                           n == 1 ? " has" : "s have", plural[kind], s->found->name[kind],
                           largest(s, rest)->name);
}

/* If gap_fit would have used another name, or if the prefix was ambiguous. */
static sz_status warn_of_choice(const search *s, int kind, bits taken)
{
    bits rest = of_kind(s, kind, USUAL) & ~taken;
    const sz_sighting *of = largest(s, taken), *other;

    for (int k = 0; k < s->scan.n; k++)
        if (s->scan.sighting[k].family == of->family &&
            !sz_same_word(s->scan.sighting[k].name, usual[kind]))
            rest &= ~((bits)1 << k);
    other = largest(s, rest);
    if (!other || s->wish->use == SZ_NAMES_COMPARE) return SZ_OK;
    return sz_warnings_add(
        &s->found->warnings, s->err,
        "%s: %s are read from '%s', not from '%s', which also exists; %s=%s selects it",
        s->path, plural[kind], of->name, other->name, key_of(kind), other->name);
}

/* Virials or stresses under names that were not requested. */
static sz_status warn_of_unusual(const search *s, int kind)
{
    const sz_sighting *x = largest(s, of_kind(s, kind, ANY));

    if (!x || s->wish->use == SZ_NAMES_COMPARE) return SZ_OK;
    return sz_warnings_add(
        &s->found->warnings, s->err,
        "%s: '%s' is left out; if it holds %s to fit, %s=%s selects it", s->path, x->name,
        plural[kind], key_of(kind), x->name);
}

/* ---- the choice -------------------------------------------------------------------- */

static sz_status set_name(search *s, char **to, const char *name)
{
    free(*to);
    *to = sz_copy_text(name);
    return *to ? SZ_OK : sz_fail_memory(s->err, strlen(name), "a name");
}

/* The more frequent spelling, and the other one if it occurs. */
static sz_status take(search *s, int kind, bits set)
{
    const sz_sighting *x = largest(s, set), *other = NULL;
    sz_status status = set_name(s, &s->found->name[kind], x->name);

    for (int k = 0; k < s->scan.n; k++)
        if ((set >> k & 1) && &s->scan.sighting[k] != x) other = &s->scan.sighting[k];
    if (status == SZ_OK && other)
        status = set_name(s, &s->found->other[kind], other->name);
    if (status == SZ_OK) status = warn_of_rest(s, kind, set);
    if (status == SZ_OK && !s->wish->given[kind]) status = warn_of_choice(s, kind, set);
    return status;
}

/* The user's name occurs in no frame. */
static sz_status take_absent(search *s, int kind)
{
    const char *given = s->wish->given[kind];
    bits there = of_kind(s, kind, kind == SZ_NAME_FORCE ? ANY : USUAL);

    if (sz_name_is_none(given)) return SZ_OK;
    if (s->wish->use != SZ_NAMES_COMPARE && kind != SZ_NAME_STRESS && there)
        return fail_elsewhere(s, kind, there);
    if (s->wish->use != SZ_NAMES_COMPARE)
        return set_name(s, &s->found->name[kind], given);
    return sz_fail(s->err, SZ_ERR_FORMAT,
                   "%s: no frame has the %s '%.100s'; check the comment lines and give "
                   "the right name%s%.80s",
                   s->path, kind == SZ_NAME_FORCE ? "column" : "key", given,
                   there ? ", as " : "", there ? largest(s, there)->name : "");
}

/* The file has no usual name: returns gap_fit's name, for use in messages about missing
 * data. */
static sz_status take_nothing(search *s, int kind)
{
    const char *prefix = s->wish->prefix ? s->wish->prefix : "";
    sz_text text = {0};
    char *joined;
    sz_status status;

    if (s->wish->use == SZ_NAMES_COMPARE) return SZ_OK;
    if (s->wish->use == SZ_NAMES_FIT && kind == SZ_NAME_FORCE && of_kind(s, kind, ANY))
        return fail_elsewhere(s, kind, of_kind(s, kind, ANY));
    if (kind == SZ_NAME_VIRIAL || kind == SZ_NAME_STRESS) return warn_of_unusual(s, kind);
    sz_text_add(&text, "%s%s", prefix, usual[kind]);
    joined = sz_text_take(&text, "a name", s->err);
    if (!joined) return SZ_ERR_MEMORY;
    status = set_name(s, &s->found->name[kind], joined);
    free(joined);
    return status;
}

static sz_status choose(search *s, int kind)
{
    const char *given = s->wish->given[kind];
    bits set = given ? given_bits(s, kind) : 0;

    if (set) return take(s, kind, set);
    if (given && (s->wish->use != SZ_NAMES_TEST || sz_name_is_none(given)))
        return take_absent(s, kind);
    set = by_rule(s, kind);
    return set ? take(s, kind, set) : take_nothing(s, kind);
}

/* The sightings that a found name covers. */
static bits found_bits(const search *s, int kind)
{
    bits set = 0;

    for (int k = 0; k < s->scan.n; k++) {
        const sz_sighting *x = &s->scan.sighting[k];

        if (x->kind == kind && (sz_same_word(x->name, s->found->name[kind]) ||
                                sz_same_word(x->name, s->found->other[kind])))
            set |= (bits)1 << k;
    }
    return set;
}

/* A stress that was not requested is used if no virial was requested and there are no
 * virials, or if frames without a virial have a stress of the same prefix. */
static int is_wanted(const search *s, bits virials, bits stresses)
{
    int first;

    if (s->wish->given[SZ_NAME_VIRIAL]) return 0;
    if (!virials) return 1;
    return largest(s, virials)->family == largest(s, stresses)->family &&
           count(s, stresses, virials, &first) > 0;
}

/* Otherwise it is left out, with a warning. */
static sz_status choose_stress(search *s)
{
    char **name = s->found->name;
    const char *virial = s->wish->given[SZ_NAME_VIRIAL];
    sz_status status = choose(s, SZ_NAME_STRESS);
    bits virials = found_bits(s, SZ_NAME_VIRIAL);

    if (status != SZ_OK || !*name[SZ_NAME_STRESS] || s->wish->given[SZ_NAME_STRESS] ||
        is_wanted(s, virials, found_bits(s, SZ_NAME_STRESS)))
        return status;
    if (virial && sz_same_word(virial, name[SZ_NAME_STRESS])) /* checked by its values */
        return set_name(s, &name[SZ_NAME_STRESS], "");
    status = sz_warnings_add(
        &s->found->warnings, s->err,
        virials ? "%s: the stress under '%s' is left out, because virials are read from "
                  "'%s'; stress_parameter_name=%s uses it where a frame has no virial"
                : "%s: the stress under '%s' is left out, because "
                  "virial_parameter_name=%s was given; stress_parameter_name=%s uses it",
        s->path, name[SZ_NAME_STRESS], virials ? name[SZ_NAME_VIRIAL] : virial,
        name[SZ_NAME_STRESS]);
    return status == SZ_OK ? set_name(s, &name[SZ_NAME_STRESS], "") : status;
}

/* "energies from 'energy', forces from 'forces'" */
static sz_status write_sentence(search *s)
{
    sz_text text = {0};
    const char *between = "";

    for (int kind = 0; kind < SZ_N_NAMES; kind++) {
        const char *name = s->found->name[kind], *other = s->found->other[kind];
        int is_there = 0;

        for (int k = 0; k < s->scan.n; k++)
            is_there |= s->scan.sighting[k].kind == kind &&
                        sz_same_word(s->scan.sighting[k].name, name);
        if (!is_there) continue;
        sz_text_add(&text, "%s%s from '%s'", between,
                    kind == SZ_NAME_STRESS ? "virials" : plural[kind], name);
        if (*other) sz_text_add(&text, " or '%s'", other);
        if (kind == SZ_NAME_STRESS) sz_text_add(&text, " (-volume * stress)");
        between = ", ";
    }
    if (!text.n) sz_text_add(&text, "%s", "no energies, forces or virials");
    s->found->sentence = sz_text_take(&text, "a sentence", s->err);
    return s->found->sentence ? SZ_OK : SZ_ERR_MEMORY;
}

/* Fails if a reference file has no data. */
static sz_status check_any(const search *s)
{
    for (int kind = 0; kind < SZ_N_NAMES; kind++)
        if (*s->found->name[kind]) return SZ_OK;
    if (s->wish->use != SZ_NAMES_COMPARE || s->scan.n_frames == 0) return SZ_OK;
    return sz_fail(s->err, SZ_ERR_FORMAT,
                   "%s:%d: no frame has energies, forces or virials under a usual name; "
                   "name them: energy_parameter_name=KEY force_parameter_name=COLUMN "
                   "virial_parameter_name=KEY; this one has: %.300s",
                   s->path, s->scan.frame_line[0], s->scan.names);
}

/* A key that occurs twice in a frame, and two energies where the free energy, which
 * belongs to the forces, is not used. */
static sz_status warn_of_two(search *s)
{
    const sz_twice *t = s->scan.twice;
    size_t n_prefix;
    sz_status status = SZ_OK;

    if (t[SZ_SAME_KEY].n)
        status = sz_warnings_add(
            &s->found->warnings, s->err,
            "%s:%d: %s occurs twice in the frame (%d in all); the last one is used",
            s->path, t[SZ_SAME_KEY].line, t[SZ_SAME_KEY].name, t[SZ_SAME_KEY].n);
    if (status != SZ_OK || !t[SZ_FREE_ENERGY].n ||
        sz_name_stem(s->found->name[SZ_NAME_ENERGY], SZ_NAME_ENERGY, &n_prefix) != 0 ||
        strlen(t[SZ_FREE_ENERGY].name) != n_prefix + strlen("free_energy") ||
        s->wish->given[SZ_NAME_ENERGY])
        return status;
    return sz_warnings_add(
        &s->found->warnings, s->err,
        "%s:%d: '%s' differs from '%s', which is used (%d in all); forces are "
        "derivatives of the free energy: energy_parameter_name=%s selects it",
        s->path, t[SZ_FREE_ENERGY].line, t[SZ_FREE_ENERGY].name,
        s->found->name[SZ_NAME_ENERGY], t[SZ_FREE_ENERGY].n, t[SZ_FREE_ENERGY].name);
}

static sz_status find(search *s, sz_xyz_reader *file)
{
    sz_status status = sz_scan_names(&s->scan, s->wish, file, s->err);

    for (int kind = 0; kind < SZ_N_NAMES && status == SZ_OK; kind++) {
        status = set_name(s, &s->found->name[kind], "");
        if (status == SZ_OK) status = set_name(s, &s->found->other[kind], "");
    }
    for (int kind = 0; kind < SZ_NAME_STRESS && status == SZ_OK; kind++)
        status = choose(s, kind);
    if (status == SZ_OK) status = choose_stress(s);
    if (status == SZ_OK) status = warn_of_two(s);
    if (status == SZ_OK) status = check_any(s);
    if (status == SZ_OK) status = write_sentence(s);
    sz_scan_free(&s->scan);
    return status;
}

/* ---- reading with these names ------------------------------------------------------ */

void sz_names_free(sz_found_names *names)
{
    for (int kind = 0; kind < SZ_N_NAMES; kind++) {
        free(names->name[kind]);
        free(names->other[kind]);
    }
    free(names->sentence);
    sz_warnings_free(&names->warnings);
    *names = (sz_found_names){0};
}

static void put_names(sz_dataset_names *to, const sz_found_names *names)
{
    to->energy = names->name[SZ_NAME_ENERGY];
    to->force = names->name[SZ_NAME_FORCE];
    to->virial = names->name[SZ_NAME_VIRIAL];
    to->stress = names->name[SZ_NAME_STRESS];
    to->other_force = names->other[SZ_NAME_FORCE];
    to->other_virial = names->other[SZ_NAME_VIRIAL];
}

/* Keeps the findings for callers that have only the data. */
static sz_status say(sz_dataset *data, const sz_found_names *names, sz_error *err)
{
    sz_status status = SZ_OK;

    for (int k = 0; k < names->warnings.n && status == SZ_OK; k++)
        status = sz_warnings_add(&data->warnings, err, "%s", names->warnings.text[k]);
    data->taken = sz_copy_text(names->sentence);
    return data->taken ? status : sz_fail_memory(err, 64, "a sentence");
}

sz_status sz_dataset_read_wish(sz_dataset **data, sz_found_names *found, const char *path,
                               const sz_name_wish *wish, const sz_dataset_names *rest,
                               sz_error *err)
{
    sz_found_names own = {0}, *names = found ? found : &own;
    sz_dataset_names name = *rest;
    sz_xyz_reader *file = NULL;
    search s = {.wish = wish, .found = names, .err = err};
    sz_status status = sz_xyz_open_twice(&file, path, err);

    *data = NULL;
    *names = (sz_found_names){0};
    if (status == SZ_OK) {
        s.path = sz_xyz_name(file);
        status = find(&s, file);
    }
    if (status == SZ_OK) status = sz_xyz_rewind(file, err);
    if (status == SZ_OK) {
        put_names(&name, names);
        status = sz_dataset_read_open(data, file, &name, err);
    }
    if (status == SZ_OK) status = say(*data, names, err);
    if (status != SZ_OK) {
        sz_dataset_free(*data);
        *data = NULL;
    }
    sz_xyz_close(file);
    sz_names_free(&own);
    return status;
}

sz_dataset_names sz_names_to_compare(const sz_dataset_names *names)
{
    sz_dataset_names plain = *names;

    plain.sigma = plain.hessian = plain.local_property = NULL;
    return plain;
}
