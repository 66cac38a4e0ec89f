/* SPDX-License-Identifier: BSD-3-Clause
 *
 * few_bodies_spec.c - keys of the descriptors of two and three atoms.
 *
 *   distance_2b  x_k = r^exponent_k, counted from both atoms
 *   distance_Nb  order 2: x = r, from both atoms (compact_clusters=T) or once
 *                order 3: x = (r_12, r_13, r_23), see triplet.c
 *   angle_3b     x = (r_ij + r_ik, (r_ij - r_ik)^2, r_jk) */
#include "term/few_bodies_spec.h"

#include <stdlib.h>
#include <string.h>

/* gap_version from which distance_Nb counts compact clusters by default */
enum { VERSION_COMPACT = 1596837814 };

/* ---- the keys --------------------------------------------------------------------- */

#define AT(member) offsetof(sz_few_bodies, member)
#define CUTOFF(help)                                                                     \
    {                                                                                    \
        "cutoff", SZ_KEY_REAL, AT(cutoff), NULL, help                                    \
    }
#define WIDTH                                                                            \
    {                                                                                    \
        "cutoff_transition_width", SZ_KEY_REAL, AT(pair.cutoff_width), "0.5",            \
            "Angstrom: the cutoff function falls from 1 to 0 over this distance"         \
    }
#define VERSION                                                                          \
    {                                                                                    \
        "xml_version", SZ_KEY_IGNORED, 0, NULL, "the file has gap_version"               \
    }
#define END                                                                              \
    {                                                                                    \
        NULL, SZ_KEY_OTHER, 0, NULL, NULL                                                \
    }

const sz_key sz_distance_2b_keys[] = {
    CUTOFF("needed, Angstrom: largest distance of a pair"),
    WIDTH,
    VERSION,
    {"Z1", SZ_KEY_INT, AT(pair.z[0]), "0",
     "element of one atom; 0 is any; set by add_species"},
    {"Z2", SZ_KEY_INT, AT(pair.z[1]), "0", "element of the other atom"},
    {"n_exponents", SZ_KEY_INT, AT(pair.n_exponents), "1", "components, 1 to 8"},
    {"exponents", SZ_KEY_OTHER, 0, NULL,
     "x_k = r^exponent_k; 1 if there is one, else -1, -2, .."},
    {"tail_range", SZ_KEY_REAL, AT(pair.tail_range), "1.0",
     "1/Angstrom: range of the damped tail"},
    {"tail_exponent", SZ_KEY_INT, AT(pair.tail_exponent), "0",
     "the cutoff function is multiplied by (erf(tail_range r) / r)^tail_exponent"},
    {"only_intra", SZ_KEY_OTHER, 0, "F", "T is refused: soapz has no molecules"},
    {"only_inter", SZ_KEY_OTHER, 0, "F", "T is refused: soapz has no molecules"},
    {"resid_name", SZ_KEY_IGNORED, 0, NULL, "soapz has no molecules"},
    END,
};
const sz_key sz_angle_3b_keys[] = {
    CUTOFF("needed, Angstrom: largest distance of a neighbour"),
    WIDTH,
    VERSION,
    {"Z_center", SZ_KEY_INT, AT(triplet.z[0]), "0",
     "element of the centre; 0 is any; set by add_species"},
    {"Z", SZ_KEY_INT, AT(triplet.z[0]), NULL, "=Z_center"},
    {"Z1", SZ_KEY_INT, AT(triplet.z[1]), "0", "element of a neighbour"},
    {"Z2", SZ_KEY_INT, AT(triplet.z[2]), "0", "element of the other neighbour"},
    END,
};
const sz_key sz_distance_nb_keys[] = {
    CUTOFF("needed, Angstrom: largest distance of a neighbour"),
    WIDTH,
    VERSION,
    {"order", SZ_KEY_INT, AT(bodies), NULL, "needed, atoms: 2 or 3"},
    {"compact_clusters", SZ_KEY_OTHER, 0, "T",
     "T: all atoms within cutoff of the centre; F: of any one of them"},
    {"Z", SZ_KEY_OTHER, 0, NULL, "their elements; set by add_species"},
    END,
};

static const struct {
    const char *type;
    const sz_key *keys;
} types[] = {{"distance_2b", sz_distance_2b_keys},
             {"angle_3b", sz_angle_3b_keys},
             {"distance_Nb", sz_distance_nb_keys}};

static const sz_key *keys_of(const char *type)
{
    for (size_t k = 0; k < sizeof types / sizeof *types; k++)
        if (strcmp(type, types[k].type) == 0) return types[k].keys;
    return NULL;
}

/* ---- the descriptors --------------------------------------------------------------- */

static sz_status finish_distance_2b(sz_few_bodies *few, const sz_args *args,
                                    sz_error *err)
{
    static const char *const refused[] = {"only_intra", "only_inter"};
    sz_pair_spec *p = &few->pair;
    sz_status status = SZ_OK;

    if (p->n_exponents < 1 || p->n_exponents > SZ_PAIR_DIM_MAX)
        return sz_fail(err, SZ_ERR_FORMAT, "%s: n_exponents is %d, allowed 1 to %d",
                       sz_args_where(args), p->n_exponents, SZ_PAIR_DIM_MAX);
    few->n_dim = p->n_exponents;
    for (int k = 0; k < p->n_exponents; k++)
        p->exponent[k] = p->n_exponents == 1 ? 1 : -1 - k;
    for (int k = 0; k < 2; k++) {
        int value = 0;

        if ((status = sz_args_bool(args, refused[k], &value, err)) != SZ_OK)
            return status;
        if (value)
            return sz_fail(err, SZ_ERR_FORMAT, "%s: distance_2b with %s is not supported",
                           sz_args_where(args), refused[k]);
    }
    return sz_args_ints(args, "exponents", p->n_exponents, p->exponent, err);
}

static void finish_angle_3b(sz_few_bodies *few)
{
    few->bodies = few->n_dim = 3;
    few->triplet.kind = SZ_TRIPLET_ANGLE;
    few->triplet.share = 2.0; /* j,k and k,j */
}

static int ascending(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* Exchanges of like atoms 1, 2 or 2, 3 permute the distances 12, 13, 23. */
static void find_permutations(sz_few_bodies *few)
{
    static const int all[6][3] = {{0, 1, 2}, {1, 0, 2}, {0, 2, 1},
                                  {2, 0, 1}, {1, 2, 0}, {2, 1, 0}};
    const int *z = few->triplet.z;
    int like_12 = z[0] == z[1], like_23 = z[1] == z[2];

    if (few->bodies == 2) {
        few->n_perm = few->pair.z[0] == few->pair.z[1] ? 2 : 1;
        return;
    }
    for (int p = 0; p < 6; p++) {
        int only_23 = p == 1, only_12 = p == 2;

        if (p > 0 && !(like_12 && like_23) && !(like_23 && only_23) &&
            !(like_12 && only_12))
            continue;
        memcpy(few->perm[few->n_perm++], all[p], sizeof all[p]);
    }
}

static sz_status finish_distance_nb(sz_few_bodies *few, const sz_args *args, int version,
                                    sz_error *err)
{
    sz_triplet_spec *t = &few->triplet;
    int order = few->bodies, compact = version >= VERSION_COMPACT;
    sz_status status;

    if (order != 2 && order != 3)
        return sz_fail(
            err, SZ_ERR_FORMAT,
            "%s: distance_Nb of order %d is not supported, only orders 2 and 3",
            sz_args_where(args), order);
    status = sz_args_bool(args, "compact_clusters", &compact, err);
    if (status != SZ_OK) return status;
    if (order == 2) {
        /* a pair is counted from both atoms, or once */
        few->pair.share = compact ? 1.0 : 0.5;
        return sz_args_ints(args, "Z", 2, few->pair.z, err);
    }
    few->n_dim = 3;
    t->kind = compact ? SZ_TRIPLET_COMPACT : SZ_TRIPLET_CLUSTER;
    t->share = 1.0;
    status = sz_args_ints(args, "Z", 3, t->z, err);
    qsort(t->z, 3, sizeof *t->z, ascending);
    if (status == SZ_OK && t->z[0] == 0 && t->z[2] != 0)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: Z={%d %d %d} mixes 0, any element, with elements: that is "
                       "not supported",
                       sz_args_where(args), t->z[0], t->z[1], t->z[2]);
    return status;
}

static sz_status check_cutoff(const sz_few_bodies *few, const sz_args *args,
                              sz_error *err)
{
    double width = few->pair.cutoff_width;

    if (few->cutoff >= 0.01 && few->cutoff <= 1000.0 && width >= 0.0 && width <= 1000.0)
        return SZ_OK;
    return sz_fail(
        err, SZ_ERR_FORMAT,
        "%s: cutoff=%g cutoff_transition_width=%g is not a range of distances: "
        "allowed 0.01 to 1000 and 0 to 1000",
        sz_args_where(args), few->cutoff, width);
}

sz_status sz_few_bodies_parse(sz_few_bodies *few, const char *type, const sz_args *args,
                              int version, sz_error *err)
{
    const sz_key *keys = keys_of(type);
    sz_pair_spec *p = &few->pair;
    sz_status status;

    memset(few, 0, sizeof *few);
    if (!keys)
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "%s: %.40s is not a descriptor of few bodies", sz_args_where(args),
                       type);
    few->bodies = keys == sz_distance_nb_keys ? 0 : 2; /* number of bodies given by
                                                          order= */
    few->n_dim = p->n_exponents = p->exponent[0] = 1;
    p->share = 1.0;
    status = sz_keys_read(keys, args, few, err);
    if (status != SZ_OK) return status;
    p->cutoff = few->triplet.cutoff = few->cutoff;
    few->triplet.cutoff_width = p->cutoff_width;
    if (keys == sz_distance_2b_keys) status = finish_distance_2b(few, args, err);
    if (keys == sz_angle_3b_keys) finish_angle_3b(few);
    if (keys == sz_distance_nb_keys) status = finish_distance_nb(few, args, version, err);
    if (status != SZ_OK) return status;
    for (int i = 0; i < 3; i++) few->perm[0][i] = i;
    if (keys == sz_distance_nb_keys)
        find_permutations(few);
    else
        few->n_perm = 1;
    return check_cutoff(few, args, err);
}
