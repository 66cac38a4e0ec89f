/* SPDX-License-Identifier: BSD-3-Clause
 *
 * acsf_spec.c - parses the argument string of symmetry functions.
 *
 *   acsf cutoff=6 n_species=2 species_Z={42 74} compression={nu,mu=1,1}
 *   acsf cutoff=6 g2={0.1 0.0 0.5 1.0} g4={0.05 1 -1 0.05 1 1}
 *
 * Without any of g2, g3, g4, g5 the functions are the traditional set. */
#include "descriptor/acsf.h"

#include "base/number.h"
#include "descriptor/soap_spec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    double cutoff, sigma0;
    int normalise, g1;
    const char *compression, *g2, *g3, *g4, *g5;
} values;

#define AT(member) offsetof(values, member)

const sz_key sz_acsf_keys[] = {
    {"cutoff", SZ_KEY_REAL, AT(cutoff), NULL,
     "needed, Angstrom: largest distance of a neighbour"},
    {"compression", SZ_KEY_TEXT, AT(compression), "nu=2",
     "compression of the three-body functions: nu=2, nu,mu=1,1, mu=2, wACSF or wACSF,Z"},
    {"g1", SZ_KEY_BOOL, AT(g1), "T", "include the sum of cutoff functions in the vector"},
    {"g2", SZ_KEY_TEXT, AT(g2), "",
     "eta R_s of each, 1/Angstrom^2 and Angstrom; or the word traditional"},
    {"g3", SZ_KEY_TEXT, AT(g3), "", "kappa of each, 1/Angstrom"},
    {"g4", SZ_KEY_TEXT, AT(g4), "",
     "eta zeta lambda of each, eta in 1/Angstrom^2; or the word traditional"},
    {"g5", SZ_KEY_TEXT, AT(g5), "",
     "the same without the distance between the neighbours"},
    {"covariance_sigma0", SZ_KEY_REAL, AT(sigma0), "0",
     "constant component appended to the vector"},
    {"normalise", SZ_KEY_BOOL, AT(normalise), "F",
     "vectors have length 1; forces jump when the last neighbour leaves"},
    {"normalize", SZ_KEY_BOOL, AT(normalise), NULL, "=normalise"},
    {"n_Z", SZ_KEY_OTHER, 0, NULL, "number of elements in Z; 1"},
    {"Z", SZ_KEY_OTHER, 0, NULL, "elements of the centres; 0 is any; set by add_species"},
    {"n_species", SZ_KEY_OTHER, 0, NULL, "number of elements in species_Z; 1"},
    {"species_Z", SZ_KEY_OTHER, 0, NULL,
     "elements of the neighbours, distinguished; 0 is any; set by add_species"},
    {NULL, SZ_KEY_OTHER, 0, NULL, NULL},
};

/* ---- functions --------------------------------------------------------------------- */

static int is_gap(char c)
{
    return c == ',' || sz_is_blank(c);
}

/* Reads the numbers of text, n_columns per function, for at most SZ_ACSF_MAX functions;
 * *n functions into to. */
static sz_status read_rows(const sz_args *args, const char *key, const char *text,
                           int n_columns, int *n, double *to, sz_error *err)
{
    int count = 0;

    for (;;) {
        const char *end;

        while (is_gap(*text)) text++;
        if (!*text) break;
        if (count == n_columns * SZ_ACSF_MAX)
            return sz_fail(err, SZ_ERR_FORMAT, "%s: %s has more than %d functions",
                           sz_args_where(args), key, SZ_ACSF_MAX);
        end = sz_scan_double(text, &to[count]);
        if (!end || (*end && !is_gap(*end)))
            return sz_fail(err, SZ_ERR_FORMAT, "%s: %s contains %.40s, not a number",
                           sz_args_where(args), key, text);
        text = end;
        count++;
    }
    if (count % n_columns)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: %s has %d numbers, but needs %d for each "
                       "function",
                       sz_args_where(args), key, count, n_columns);
    *n = count / n_columns;
    return SZ_OK;
}

static sz_status refuse(const sz_args *args, const char *key, const char *what,
                        double value, const char *allowed, sz_error *err)
{
    return sz_fail(err, SZ_ERR_FORMAT, "%s: %s has %s %g, allowed is %s",
                   sz_args_where(args), key, what, value, allowed);
}

static sz_status read_two(sz_acsf_spec *spec, const char *text, const sz_args *args,
                          sz_error *err)
{
    double number[2 * SZ_ACSF_MAX];
    sz_status status = read_rows(args, "g2", text, 2, &spec->n2, number, err);

    for (int k = 0; k < spec->n2 && status == SZ_OK; k++) {
        spec->eta[k] = number[2 * k];
        spec->shift[k] = number[2 * k + 1];
        if (!(spec->eta[k] >= 0.0 && spec->eta[k] <= 1e4))
            return refuse(args, "g2", "eta", spec->eta[k], "0 to 1e4", err);
        if (!(fabs(spec->shift[k]) <= 100.0))
            return refuse(args, "g2", "R_s", spec->shift[k], "-100 to 100", err);
    }
    return status;
}

static sz_status read_three(sz_acsf_angular *f, int *n, const char *key, const char *text,
                            const sz_args *args, sz_error *err)
{
    double number[3 * SZ_ACSF_MAX];
    sz_status status = read_rows(args, key, text, 3, n, number, err);

    for (int k = 0; k < *n && status == SZ_OK; k++) {
        f[k] = (sz_acsf_angular){number[3 * k], number[3 * k + 1], number[3 * k + 2]};
        if (!(f[k].eta >= 0.0 && f[k].eta <= 1e4))
            return refuse(args, key, "eta", f[k].eta, "0 to 1e4", err);
        /* below 1 the slope diverges where three atoms are collinear */
        if (!(f[k].zeta >= 1.0 && f[k].zeta <= 1024.0))
            return refuse(args, key, "zeta", f[k].zeta, "1 to 1024", err);
        if (fabs(f[k].lambda) != 1.0)
            return refuse(args, key, "lambda", f[k].lambda, "-1 or 1", err);
    }
    return status;
}

static sz_status read_functions(sz_acsf_spec *a, const values *v, const sz_args *args,
                                sz_error *err)
{
    int given = sz_args_has(args, "g2") || sz_args_has(args, "g3") ||
                sz_args_has(args, "g4") || sz_args_has(args, "g5");
    sz_status status = SZ_OK;

    a->g1 = v->g1;
    if (!given || sz_same_word(v->g2, "traditional"))
        sz_acsf_traditional_g2(a, v->cutoff);
    else
        status = read_two(a, v->g2, args, err);
    if (status == SZ_OK) status = read_rows(args, "g3", v->g3, 1, &a->n3, a->kappa, err);
    for (int k = 0; k < a->n3 && status == SZ_OK; k++)
        if (!(fabs(a->kappa[k]) <= 1e3))
            status = refuse(args, "g3", "kappa", a->kappa[k], "-1e3 to 1e3", err);
    if (status != SZ_OK) return status;
    if (!given || sz_same_word(v->g4, "traditional"))
        sz_acsf_traditional_g4(a, v->cutoff);
    else
        status = read_three(a->g4, &a->n4, "g4", v->g4, args, err);
    if (status == SZ_OK) status = read_three(a->g5, &a->n5, "g5", v->g5, args, err);
    if (status == SZ_OK && a->g1 + a->n2 + a->n3 + a->n4 + a->n5 == 0)
        status = sz_fail(err, SZ_ERR_FORMAT,
                         "%s: the acsf has no functions; leave out the keys g1 to g5 to "
                         "get the traditional set",
                         sz_args_where(args));
    return status;
}

/* ---- elements and compression ------------------------------------------------------ */

/* The elements of the neighbours in ascending order, each once; 0 must be alone. */
static sz_status sort_species(sz_acsf_spec *spec, const sz_args *args, sz_error *err)
{
    int *z = spec->slot_z;

    for (int a = 1; a < spec->n_slots; a++)
        for (int b = a; b > 0 && z[b] < z[b - 1]; b--) {
            int keep = z[b];

            z[b] = z[b - 1];
            z[b - 1] = keep;
        }
    for (int a = 1; a < spec->n_slots; a++)
        if (z[a] == z[a - 1] || z[a - 1] == 0)
            return sz_fail(err, SZ_ERR_FORMAT,
                           "%s: species_Z lists an element twice or mixes 0 with "
                           "elements; name each once",
                           sz_args_where(args));
    return SZ_OK;
}

static const char *const compressions[] = {"nu=2", "nu,mu=1,1", "mu=2", "wACSF",
                                           "wACSF,Z"};
enum { N_COMPRESSIONS = sizeof compressions / sizeof *compressions };

const char *sz_acsf_compression_name(sz_acsf_compression compression)
{
    return compressions[compression];
}

static sz_status find_compression(sz_acsf_spec *spec, const char *label,
                                  const sz_args *args, sz_error *err)
{
    int k = 0;

    while (k < N_COMPRESSIONS && !sz_same_word(label, compressions[k])) k++;
    if (k == N_COMPRESSIONS)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: compression={%.40s} is not one of acsf: nu=2, nu,mu=1,1, "
                       "mu=2, wACSF, wACSF,Z",
                       sz_args_where(args), label);
    spec->compression = (sz_acsf_compression)k;
    if (k >= SZ_ACSF_WEIGHTED && spec->slot_z[0] == 0)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: compression={%s} weights elements: give them, n_species=.. "
                       "species_Z={..}",
                       sz_args_where(args), compressions[k]);
    return SZ_OK;
}

static sz_status read(sz_acsf_spec *own, sz_describer_spec *spec, const sz_args *args,
                      sz_error *err)
{
    values v = {.cutoff = 0.0};
    sz_status status = sz_keys_read(sz_acsf_keys, args, &v, err);

    own->cutoff = v.cutoff;
    own->sigma0 = v.sigma0;
    own->normalise = v.normalise;
    if (status == SZ_OK && !sz_args_has(args, "cutoff"))
        status =
            sz_fail(err, SZ_ERR_FORMAT, "%s: cutoff is missing", sz_args_where(args));
    if (status == SZ_OK && !(v.cutoff >= 0.1 && v.cutoff <= 100.0))
        status = sz_fail(err, SZ_ERR_FORMAT, "%s: cutoff is %g, allowed 0.1 to 100",
                         sz_args_where(args), v.cutoff);
    if (status == SZ_OK)
        status = sz_soap_read_elements(args, &spec->n_centres, spec->centre_z,
                                       &own->n_slots, own->slot_z, err);
    if (status == SZ_OK) status = sort_species(own, args, err);
    if (status == SZ_OK) status = find_compression(own, v.compression, args, err);
    return status == SZ_OK ? read_functions(own, &v, args, err) : status;
}

sz_status sz_acsf_parse(sz_describer_spec *spec, const sz_args *args, int version,
                        int n_matrix, const double *matrix, sz_error *err)
{
    sz_acsf_spec *own = calloc(1, sizeof *own);
    sz_status status;

    (void)version;
    (void)n_matrix;
    (void)matrix;
    if (!own) return sz_fail_memory(err, sizeof *own, "a descriptor");
    spec->own = own;
    status = read(own, spec, args, err);
    spec->n_slots = own->n_slots;
    memcpy(spec->slot_z, own->slot_z, sizeof spec->slot_z);
    return status;
}
