/* SPDX-License-Identifier: BSD-3-Clause
 *
 * gap_xml.h - a GAP XML file as data: everything in it that bears on energies, with
 * the sparse points of the files beside it, but no interpretation of descriptors. */
#ifndef SZ_GAP_XML_H
#define SZ_GAP_XML_H

#include "base/error.h"
#include "descriptor/environment.h"
#include "term/zbl.h"

typedef enum {
    SZ_COVARIANCE_NONE = 0,
    SZ_COVARIANCE_ARD_SE = 1,
    SZ_COVARIANCE_DOT_PRODUCT = 2,
    SZ_COVARIANCE_BOND_REAL_SPACE = 3,
    SZ_COVARIANCE_PP = 4
} sz_covariance;

/* One <gpCoordinates>: a descriptor, a kernel and its sparse points. */
typedef struct {
    int line; /* of <gpCoordinates> in the XML */
    char *label;
    char *descriptor; /* text of <descriptor> */
    int descriptor_line;
    sz_covariance covariance;
    double delta;  /* attribute signal_variance, which is delta, eV */
    double f0;     /* signal_mean */
    double zeta;   /* DOT_PRODUCT exponent (old files: from <theta>) */
    int n_dim;     /* length d of the descriptor vector */
    double *theta; /* [n_dim] averaged over permutations; NULL for DOT_PRODUCT */
    int n_matrix;  /* numbers in <compression_matrix>, an element of our own */
    double *matrix;
    int n_perm;
    int *perm;         /* [n_perm][n_dim] 0-based; NULL for DOT_PRODUCT */
    int n_sparse;      /* may be 0: the three arrays are then NULL */
    double *x_sparse;  /* [n_sparse][n_dim]; NULL where only the environments are known */
    double *alpha;     /* [n_sparse] weights */
    double *fc_sparse; /* [n_sparse] cutoff factor of the sparse point */
    sz_environments *environment; /* of the sparse points of a soap, or NULL */
} sz_gap_coordinate;

/* Table points in file order, not sorted. */
typedef struct {
    int n;
    double *x, *y; /* [n] */
    double y1, yn; /* end slopes; above 0.99e30 means natural end */
} sz_gap_points;

typedef struct {
    int z;                 /* atomic_num */
    sz_gap_points density; /* (a, rho); y1, yn used when do_spline */
    int do_spline;
    sz_gap_points embedding; /* potential_density: (rho, E); default y1=yn=2e30 */
} sz_gap_glue_type;

typedef struct {
    int type1, type2;   /* 0-based indices into type */
    sz_gap_points pair; /* potential_pair: (r, E); default y1=yn=0 */
} sz_gap_glue_pair;

typedef struct {
    int n_types;
    sz_gap_glue_type *type;
    int n_pairs;
    sz_gap_glue_pair *pair;
} sz_gap_glue;

/* What a model says about itself: "citation", "licence", "training_data", .. */
typedef struct {
    char *key, *text;
} sz_gap_note;

typedef struct {
    char *path;     /* as given */
    char *label;    /* of the GAP_params used */
    int version;    /* gap_version, 0 when missing */
    double e_scale; /* E_scale on the GAP init string, default 1 */
    double e0[SZ_Z_MAX + 1];
    int n_coordinates;
    sz_gap_coordinate *coordinate;
    sz_gap_glue *glue; /* core potential, or NULL */
    sz_zbl *zbl;       /* core potential, or NULL */
    int n_notes;
    sz_gap_note *note; /* of a .soapz file, or of a fit */
} sz_gap;

/* Reads path and the sparseX files in path's directory. Errors name file, line and
 * remedy. */
sz_status sz_gap_read(sz_gap **gap, const char *path, sz_error *err);
void sz_gap_free(sz_gap *gap);

/* The potential that an init string says, "IP ZBL cutoff=2.5 ..": its parameters are in
 * the XML file path, which need not have a root element (nor exist where the string says
 * all). */
sz_status sz_gap_read_core(sz_gap **core, const char *path, const char *init_args,
                           sz_error *err);
/* Adds another potential to gap: its energies, terms (which go before gap's own) and core
 * potentials, which it gives up. Two GAPs must agree in what their keys mean. */
sz_status sz_gap_add(sz_gap *gap, sz_gap *other, sz_error *err);

#endif
