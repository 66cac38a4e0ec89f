/* SPDX-License-Identifier: BSD-3-Clause
 *
 * turbo_spec.c - parses the argument string of a soap_turbo descriptor.
 *
 * Keys, aliases and defaults are gap_fit's. A list has one number per species; a single
 * number is used for all of them. */
#include "base/number.h"
#include "descriptor/compression_spec.h"
#include "descriptor/soap_spec.h"
#include "descriptor/turbo_map.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The result of parsing an argument string, except for lists. */
typedef struct {
    double cutoff, cutoff_width, cutoff_soft, filter;
    int l_max, n_species, central_index, enhancement;
    const char *basis, *scaling_mode, *compress_mode, *compress_file;
} values;

#define AT(member) offsetof(values, member)

const sz_key sz_turbo_keys[] = {
    {"rcut_hard", SZ_KEY_REAL, AT(cutoff), NULL,
     "needed, Angstrom: largest distance of a neighbour"},
    {"cutoff", SZ_KEY_REAL, AT(cutoff), NULL, "=rcut_hard"},
    {"rcut_soft", SZ_KEY_REAL, AT(cutoff_soft), NULL,
     "Angstrom: Gaussians are filtered beyond it; rcut_hard - cutoff_transition_width"},
    {"cutoff_transition_width", SZ_KEY_REAL, AT(cutoff_width), "0.5",
     "Angstrom: see rcut_soft"},
    {"l_max", SZ_KEY_INT, AT(l_max), NULL, "needed, largest angular momentum, 0 to 20"},
    {"alpha_max", SZ_KEY_OTHER, 0, NULL,
     "needed, radial functions of each species, 1 to 11"},
    {"n_max", SZ_KEY_OTHER, 0, NULL, "=alpha_max"},
    {"atom_sigma", SZ_KEY_OTHER, 0, NULL,
     "Angstrom: default of atom_sigma_r and atom_sigma_t"},
    {"atom_sigma_r", SZ_KEY_OTHER, 0, NULL,
     "needed, Angstrom: width of an atom's density along r, of each species"},
    {"atom_sigma_t", SZ_KEY_OTHER, 0, NULL, "needed, Angstrom: width across r"},
    {"atom_sigma_scaling", SZ_KEY_OTHER, 0, NULL,
     "default of atom_sigma_r_scaling and atom_sigma_t_scaling"},
    {"atom_sigma_r_scaling", SZ_KEY_OTHER, 0, NULL,
     "atom_sigma_r increases by this times r; 0"},
    {"atom_sigma_t_scaling", SZ_KEY_OTHER, 0, NULL,
     "atom_sigma_t increases by this times r; 0"},
    {"amplitude_scaling", SZ_KEY_OTHER, 0, NULL,
     "power of the factor that falls from 1 to 0 with r; 1"},
    {"central_weight", SZ_KEY_OTHER, 0, NULL,
     "weight of the centre's own density; only used as a list for several species; 1"},
    {"radial_enhancement", SZ_KEY_INT, AT(enhancement), "0",
     "1, 2: weight neighbours by r, r^2"},
    {"nf", SZ_KEY_REAL, AT(filter), "4.0",
     "width of the filter beyond rcut_soft: (rcut_hard - rcut_soft) / nf"},
    {"basis", SZ_KEY_TEXT, AT(basis), "poly3", "or poly3gauss"},
    {"scaling_mode", SZ_KEY_TEXT, AT(scaling_mode), "polynomial",
     "the only supported mode"},
    {"compress_mode", SZ_KEY_TEXT, AT(compress_mode), "None",
     "or trivial, or 0_0 to 2_2 for nu_R and nu_S"},
    {"compress_file", SZ_KEY_TEXT, AT(compress_file), "None",
     "file with the components that are kept, or a linear map of them"},
    {"n_species", SZ_KEY_INT, AT(n_species), "1", "number of elements in species_Z"},
    {"species_Z", SZ_KEY_OTHER, 0, NULL,
     "needed, elements of the neighbours; repeated by add_species"},
    {"central_index", SZ_KEY_INT, AT(central_index), "1",
     "index of the centre's element in species_Z"},
    {NULL, SZ_KEY_OTHER, 0, NULL, NULL},
};

/* ---- lists ------------------------------------------------------------------------- */

/* Reads the numbers of a text into list, at most n of them; returns how many, -1 if
 * something is not a number. */
static int scan_list(const char *text, int n, double *list)
{
    const char *p = sz_skip_blanks(text);
    int found = 0;

    while (*p) {
        double value;

        p = sz_scan_double(p, &value);
        if (!p || (*p && *p != ',' && !sz_is_blank(*p))) return -1;
        if (found < n) list[found] = value;
        found++;
        p = sz_skip_blanks(p);
        if (*p == ',') p = sz_skip_blanks(p + 1);
    }
    return found;
}

/* One number per species from key, or from the key used as its default; otherwise the
 * fallback, or an error if that is NAN. */
static sz_status read_list(const sz_args *args, const char *key, const char *other,
                           double fallback, int n, double *list, sz_error *err)
{
    int own = sz_args_has(args, key), others = other && sz_args_has(args, other), found;
    const char *used = own ? key : other;

    if (!own && !others) {
        if (isnan(fallback))
            return sz_fail(err, SZ_ERR_FORMAT, "%s: %s is missing", sz_args_where(args),
                           key);
        for (int s = 0; s < n; s++) list[s] = fallback;
        return SZ_OK;
    }
    found = scan_list(sz_args_string(args, used, ""), n, list);
    if (found == 1)
        for (int s = 1; s < n; s++) list[s] = list[0];
    if (found == n || found == 1) return SZ_OK;
    return sz_fail(err, SZ_ERR_FORMAT,
                   "%s: %s=%.60s is not a list of %d numbers, one for each of n_species",
                   sz_args_where(args), used, sz_args_string(args, used, ""), n);
}

static sz_status check_list(const sz_args *args, const char *key, int n,
                            const double *list, double lo, double hi, sz_error *err)
{
    for (int s = 0; s < n; s++)
        if (!(list[s] >= lo && list[s] <= hi))
            return sz_fail(err, SZ_ERR_FORMAT, "%s: %s is %g, allowed %g to %g",
                           sz_args_where(args), key, list[s], lo, hi);
    return SZ_OK;
}

/* QUIP reads central_weight only as a list of several numbers; else it is 1. */
int sz_turbo_ignores_weight(const sz_args *args, int n_species)
{
    double list[SZ_Z_MAX];
    const char *text = sz_args_string(args, "central_weight", "");
    int n = scan_list(text, SZ_Z_MAX, list);

    return n == 1 && (n_species == 1 || n != n_species) && list[0] != 1.0;
}

static sz_status read_lists(sz_turbo_spec *t, const sz_args *args, sz_error *err)
{
    double list[7][SZ_Z_MAX];
    int n = t->n_species;
    const struct {
        const char *key, *other;
        double fallback, lo, hi;
    } rule[] = {
        {"alpha_max", "n_max", NAN, 1, SZ_TURBO_N_MAX - !t->gauss},
        {"atom_sigma_r", "atom_sigma", NAN, 0.01, 100.0},
        {"atom_sigma_t", "atom_sigma", NAN, 0.01, 100.0},
        {"atom_sigma_r_scaling", "atom_sigma_scaling", 0.0, 0.0, 100.0},
        {"atom_sigma_t_scaling", "atom_sigma_scaling", 0.0, 0.0, 100.0},
        {"amplitude_scaling", NULL, 1.0, 0.0, 1000.0},
        {"central_weight", NULL, 1.0, -1e6, 1e6},
    };
    sz_status status = SZ_OK;

    for (int k = 0; k < 7 && status == SZ_OK; k++) {
        status = read_list(args, rule[k].key, rule[k].other, rule[k].fallback, n, list[k],
                           err);
        if (status == SZ_OK)
            status =
                check_list(args, rule[k].key, n, list[k], rule[k].lo, rule[k].hi, err);
    }
    if (status != SZ_OK) return status;
    if (n == 1 || scan_list(sz_args_string(args, "central_weight", ""), n, list[6]) != n)
        for (int s = 0; s < n; s++) list[6][s] = 1.0;
    for (int s = 0; s < n; s++)
        t->species[s] =
            (sz_turbo_species){(int)list[0][s], list[1][s], list[2][s], list[3][s],
                               list[4][s],      list[5][s], list[6][s]};
    for (int s = 0; s < n; s++)
        if (list[0][s] != t->species[s].n_max)
            return sz_fail(err, SZ_ERR_FORMAT, "%s: alpha_max is %g, not an integer",
                           sz_args_where(args), list[0][s]);
    return SZ_OK;
}

/* ---- the rest ---------------------------------------------------------------------- */

static sz_status check_values(const values *v, const sz_args *args, sz_error *err)
{
    const char *where = sz_args_where(args);

    if (!(v->cutoff >= 0.1 && v->cutoff <= 100.0))
        return sz_args_has(args, "cutoff") || sz_args_has(args, "rcut_hard")
                   ? sz_fail(err, SZ_ERR_FORMAT,
                             "%s: rcut_hard is %g, allowed 0.1 to 100", where, v->cutoff)
                   : sz_fail(err, SZ_ERR_FORMAT, "%s: rcut_hard is missing", where);
    if (!sz_args_has(args, "rcut_soft") &&
        !(v->cutoff_width > 0.0 && v->cutoff_width < v->cutoff))
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: cutoff_transition_width is %g, allowed are numbers above 0 "
                       "and below rcut_hard, %g",
                       where, v->cutoff_width, v->cutoff);
    if (!(v->cutoff_soft > 0.0 && v->cutoff_soft < v->cutoff))
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: rcut_soft is %g, allowed are numbers above 0 and below "
                       "rcut_hard, %g",
                       where, v->cutoff_soft, v->cutoff);
    if (!sz_args_has(args, "l_max"))
        return sz_fail(err, SZ_ERR_FORMAT, "%s: l_max is missing", where);
    if (v->l_max < 0 || v->l_max > SZ_L_MAX)
        return sz_fail(err, SZ_ERR_FORMAT, "%s: l_max is %d, allowed 0 to %d", where,
                       v->l_max, SZ_L_MAX);
    if (v->enhancement < 0 || v->enhancement > 2)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: radial_enhancement is %d, allowed are 0, 1 and 2", where,
                       v->enhancement);
    if (!(v->filter >= 0.01 && v->filter <= 1e4))
        return sz_fail(err, SZ_ERR_FORMAT, "%s: nf is %g, allowed 0.01 to 10000", where,
                       v->filter);
    if (!sz_same_word(v->scaling_mode, "polynomial"))
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: scaling_mode=%.40s is not supported, only polynomial", where,
                       v->scaling_mode);
    if (!sz_same_word(v->basis, "poly3") && !sz_same_word(v->basis, "poly3gauss"))
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: basis=%.40s is not supported; known are poly3 and poly3gauss",
                       where, v->basis);
    return SZ_OK;
}

static sz_status read_species(sz_soap_spec *spec, const values *v, int *centre_z,
                              const sz_args *args, sz_error *err)
{
    const char *where = sz_args_where(args);
    sz_status status;

    if (v->n_species < 1 || v->n_species > SZ_Z_MAX)
        return sz_fail(err, SZ_ERR_FORMAT, "%s: n_species is %d, allowed 1 to %d", where,
                       v->n_species, SZ_Z_MAX);
    if (!sz_args_has(args, "species_Z"))
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: species_Z is missing: soap_turbo needs its elements", where);
    status = sz_args_ints(args, "species_Z", v->n_species, spec->slot_z, err);
    if (status != SZ_OK) return status;
    for (int s = 0; s < v->n_species; s++)
        if (spec->slot_z[s] < 1 || spec->slot_z[s] > SZ_Z_MAX)
            return sz_fail(err, SZ_ERR_FORMAT,
                           "%s: species_Z contains %d, not an atomic number", where,
                           spec->slot_z[s]);
    if (v->central_index < 1 || v->central_index > v->n_species)
        return sz_fail(err, SZ_ERR_FORMAT, "%s: central_index is %d, allowed 1 to %d",
                       where, v->central_index, v->n_species);
    spec->n_slots = spec->turbo.n_species = v->n_species;
    centre_z[0] = spec->slot_z[v->central_index - 1];
    return SZ_OK;
}

/* ---- the compression --------------------------------------------------------------- */

/* "1_2": nu_R and nu_S */
static int is_nu(const char *mode, int *nu_R, int *nu_S)
{
    *nu_R = mode[0] - '0';
    *nu_S = mode[0] && mode[1] == '_' ? mode[2] - '0' : -1;
    return *nu_R >= 0 && *nu_R <= 2 && *nu_S >= 0 && *nu_S <= 2 && !mode[3];
}

/* all products of an upper triangle */
static void take_all(sz_compression_spec *c)
{
    memset(c, 0, sizeof *c);
    c->order = 2; /* of one factor twice: y_of is 0 */
    c->pairs = SZ_PAIRS_UPPER;
    c->root2 = sqrt(2.0);
    c->y[0].species = SZ_SPECIES_APART;
    c->y[0].radial = SZ_RADIAL_N;
}

static sz_status set_radial(sz_soap_spec *spec, sz_error *err)
{
    sz_compression_spec *c = &spec->compression;
    size_t size = (size_t)spec->n_slots * sizeof *c->n_radial;

    c->n_radial = malloc(size);
    if (!c->n_radial) return sz_fail_memory(err, size, "a compression");
    for (int s = 0; s < spec->n_slots; s++) c->n_radial[s] = spec->turbo.species[s].n_max;
    return SZ_OK;
}

/* sums over n and species, as nu_R and nu_S of soap, in an upper triangle */
static sz_status compress_nu(sz_soap_spec *spec, int nu_R, int nu_S, const sz_args *args,
                             sz_error *err)
{
    sz_compression_spec *c = &spec->compression;
    sz_status status = sz_compress_nu(c, nu_R, nu_S, 0, err);

    for (int s = 1; s < spec->n_slots && status == SZ_OK; s++)
        if (spec->turbo.species[s].n_max != spec->turbo.species[0].n_max)
            status =
                sz_fail(err, SZ_ERR_FORMAT,
                        "%s: compress_mode=%d_%d needs one alpha_max for all species",
                        sz_args_where(args), nu_R, nu_S);
    if (sz_alike(c, 0, 1)) c->pairs = SZ_PAIRS_UPPER;
    return status;
}

/* The map of a file: the given numbers (turbo_map.h), or those read from the file. */
static sz_status compress_file(sz_soap_spec *spec, const char *path, int n_matrix,
                               const double *matrix, const sz_args *args, sz_error *err)
{
    sz_compression_spec *c = &spec->compression;
    int n_max[SZ_Z_MAX], channels = 0, n = n_matrix, header = spec->n_slots + 2;
    double *read = NULL;
    sz_status status = SZ_OK;

    for (int s = 0; s < spec->n_slots; s++)
        channels += n_max[s] = spec->turbo.species[s].n_max;
    if (!matrix) status = sz_turbo_map_read(&read, &n, path, err);
    if (!matrix) matrix = read;
    if (status == SZ_OK)
        status =
            sz_turbo_map_check(matrix, n, spec->n_slots, n_max, spec->radial.l_max,
                               channels * (channels + 1) / 2 * (spec->radial.l_max + 1),
                               sz_args_where(args), err);
    if (status == SZ_OK) {
        c->n_sum = n - header;
        c->sum = malloc((size_t)c->n_sum * sizeof *c->sum);
        if (!c->sum)
            status = sz_fail_memory(err, (size_t)c->n_sum * sizeof *c->sum, path);
        else
            memcpy(c->sum, matrix + header, (size_t)c->n_sum * sizeof *c->sum);
    }
    free(read);
    return status;
}

static sz_status make_compression(sz_soap_spec *spec, const values *v, int n_matrix,
                                  const double *matrix, const sz_args *args,
                                  sz_error *err)
{
    sz_compression_spec *c = &spec->compression;
    int nu_R, nu_S;
    sz_status status;

    if (sz_same_word(v->compress_file, "None") && is_nu(v->compress_mode, &nu_R, &nu_S)) {
        status = compress_nu(spec, nu_R, nu_S, args, err);
        snprintf(c->label, sizeof c->label, "compress_mode %d_%d", nu_R, nu_S);
        return status;
    }
    take_all(c);
    status = set_radial(spec, err);
    if (status != SZ_OK) return status;
    if (!sz_same_word(v->compress_file, "None")) {
        strcpy(c->label, "compress_file");
        return compress_file(spec, v->compress_file, n_matrix, matrix, args, err);
    }
    strcpy(c->label, "compress_mode None");
    if (sz_same_word(v->compress_mode, "None")) return SZ_OK;
    strcpy(c->label, "compress_mode trivial");
    c->pairs = SZ_PAIRS_FIRST;
    if (sz_same_word(v->compress_mode, "trivial")) return SZ_OK;
    return sz_fail(
        err, SZ_ERR_FORMAT,
        "%s: compress_mode=%.40s is unknown; known are None, trivial and 0_0 to "
        "2_2",
        sz_args_where(args), v->compress_mode);
}

sz_status sz_turbo_spec_parse(sz_soap_spec *spec, int *n_centres, int *centre_z,
                              const sz_args *args, int n_matrix, const double *matrix,
                              sz_error *err)
{
    values v = {.l_max = -1, .cutoff_soft = -1.0};
    sz_turbo_spec *t = &spec->turbo;
    sz_status status = sz_keys_read(sz_turbo_keys, args, &v, err);

    memset(spec, 0, sizeof *spec);
    *n_centres = 1;
    if (status != SZ_OK) return status;
    if (!sz_args_has(args, "rcut_soft")) v.cutoff_soft = v.cutoff - v.cutoff_width;
    status = check_values(&v, args, err);
    if (status == SZ_OK) status = read_species(spec, &v, centre_z, args, err);
    t->gauss = sz_same_word(v.basis, "poly3gauss");
    t->enhancement = v.enhancement;
    t->cutoff_soft = v.cutoff_soft;
    t->filter = v.filter;
    if (status == SZ_OK) status = read_lists(t, args, err);
    if (status != SZ_OK) return status;
    spec->radial = (sz_radial_spec){.cutoff = v.cutoff, .l_max = v.l_max};
    for (int s = 0; s < t->n_species; s++) {
        const sz_turbo_species *own = &t->species[s];

        if (own->n_max > spec->radial.n_max) spec->radial.n_max = own->n_max;
        spec->radial.atom_sigma =
            s ? fmin(spec->radial.atom_sigma, own->sigma_r) : own->sigma_r;
    }
    spec->central_weight = 1.0;
    spec->normalise = 1;
    spec->plain_l = 1;
    return make_compression(spec, &v, n_matrix, matrix, args, err);
}
