/* SPDX-License-Identifier: BSD-3-Clause
 *
 * xml_reader.h - declarations shared by the files of the GAP XML reader (gap_xml.c lists
 * them), and used only there. */
#ifndef SZ_XML_READER_H
#define SZ_XML_READER_H

#include "term/coulomb.h"
#include "term/gap.h"
#include "term/glue.h"
#include "term/lj.h"
#include "term/zbl.h"

#include <expat.h>
#include <stddef.h>

#define SZ_DEPTH_MAX 64 /* nesting of elements that are not skipped */
#define SZ_GAPS_MAX 8   /* GAP_params in one potential */

/* <Potential>: how the parts are summed */
typedef struct {
    int line;
    char *label;
    char *init_args;
} sz_potential_xml;

/* <gpCoordinates> under construction */
typedef struct {
    sz_gap_term c;
    char *file;  /* sparseX_filename, NULL: sparse points are inline */
    char *md5;   /* sparseX_md5sum or NULL */
    int n_alpha; /* <sparseX> read so far */
    int has_zeta, n_theta, n_perm_wanted;
} sz_term_xml;

/* <GAP_params> */
typedef struct {
    int line;
    char *label;
    int version;
    double e0[SZ_Z_MAX + 1];
    char *sparse_label;   /* that of <gpSparse>, NULL before it */
    char *local_property; /* command line of gap_fit, or NULL */
    int n_wanted;         /* its n_coordinate */
    int n_terms;
    sz_term_xml *term;
} sz_params_xml;

/* Common start of the parameters of a core potential: an init string finds them by their
 * label. */
typedef struct {
    int line;
    char *label;
} sz_core_head;

/* <Glue_params> */
typedef struct {
    sz_core_head head;
    sz_gap_glue glue;
} sz_glue_xml;

/* <LJ_params> */
typedef struct {
    sz_core_head head;
    sz_gap_lj lj;
} sz_lj_xml;

/* <Coulomb_params> */
typedef struct {
    sz_core_head head;
    char *method;                   /* or NULL */
    double yukawa_alpha, dsf_alpha; /* negative: missing */
    int n_types, z[SZ_Z_MAX];       /* [n_types] 0: not read yet */
    sz_coulomb coulomb;             /* except for method and alpha */
} sz_coulomb_xml;

typedef struct {
    const char *path;
    sz_files *files; /* files opened for the potential */
    sz_error *err;
    sz_status status; /* the first failure stops the parser */
    XML_Parser parser;
    int line; /* of the event being handled */

    const struct sz_rule *open[SZ_DEPTH_MAX]; /* open elements, outermost first; NULL:
                                                 ignored */
    int depth;
    unsigned n_skipped; /* open elements within a skipped one, itself included */
    char *root;         /* name of the root element */

    char *text; /* of the innermost text element, NUL-terminated */
    size_t n_text, text_size;
    double *number; /* read from text by sz_reader_numbers */
    int n_numbers;
    int slice_end;          /* attribute end of the open <sparseX_slice> */
    sz_gap_glue_type *type; /* the open type and table of a Glue potential */
    sz_gap_points *points;
    int n_points_wanted;

    int n_potentials;
    sz_potential_xml *potential;
    int n_params;
    sz_params_xml *params;
    int n_glues;
    sz_glue_xml *glue;
    int n_ljs;
    sz_lj_xml *lj;
    int n_coulombs;
    sz_coulomb_xml *coulomb;
} sz_reader;

/* Handles the start (atts: name, value, ..) or end (atts NULL) of an element. */
typedef sz_status sz_xml_handler(sz_reader *r, const char **atts);

/* ---- xml_reader.c: errors, memory, attributes, text ------------------------------ */

/* "path:line: sentence" with the line of the current event. */
sz_status sz_reader_fail(sz_reader *r, const char *format, ...) SZ_PRINTF(2, 3);
sz_status sz_reader_fail_at(sz_reader *r, int line, const char *format, ...)
    SZ_PRINTF(3, 4);
/* Makes room for element n of *array and clears it; n grows by one at a time. */
sz_status sz_reader_append(sz_reader *r, void *array, int n, size_t size);
sz_status sz_reader_copy(sz_reader *r, const char *text, char **copy);
sz_status sz_reader_add_text(sz_reader *r, const char *text, size_t n);
/* Appends the numbers in the text to r->number and empties the text. */
sz_status sz_reader_numbers(sz_reader *r, const char *element);

const char *sz_att(const char **atts, const char *name); /* or NULL */
/* Each fails if the attribute is invalid; a missing one is an error in the first four,
 * and sz_att_maybe_* then keep *value. */
sz_status sz_att_string(sz_reader *r, const char **atts, const char *element,
                        const char *name, char **copy);
sz_status sz_att_double(sz_reader *r, const char **atts, const char *element,
                        const char *name, double *value);
sz_status sz_att_int(sz_reader *r, const char **atts, const char *element,
                     const char *name, int low, int high, int *value);
sz_status sz_att_bool(sz_reader *r, const char **atts, const char *element,
                      const char *name, int *value);
sz_status sz_att_maybe_double(sz_reader *r, const char **atts, const char *element,
                              const char *name, double *value);
sz_status sz_att_maybe_int(sz_reader *r, const char **atts, const char *element,
                           const char *name, int low, int high, int *value);
sz_status sz_att_maybe_bool(sz_reader *r, const char **atts, const char *element,
                            const char *name, int *value);

/* ---- xml_params.c: <GAP_params> -------------------------------------------------- */

sz_xml_handler sz_start_params, sz_end_params, sz_start_data, sz_start_e0,
    sz_start_sparse, sz_end_sparse, sz_end_command;
void sz_params_xml_free(sz_params_xml *p);

/* ---- xml_term.c: <gpCoordinates> ------------------------------------------------- */

sz_xml_handler sz_start_term, sz_end_term, sz_end_theta, sz_end_matrix,
    sz_start_descriptor, sz_end_descriptor, sz_start_permutation, sz_end_permutation,
    sz_start_point, sz_end_point, sz_start_slice, sz_end_slice;
void sz_gap_term_clear(sz_gap_term *c);

/* ---- xml_glue.c: <Glue_params> --------------------------------------------------- */

sz_xml_handler sz_start_glue, sz_end_glue, sz_start_glue_type, sz_end_glue_type,
    sz_start_glue_pair, sz_end_glue_pair, sz_start_density, sz_start_embedding,
    sz_start_pair_table, sz_end_table, sz_start_density_knot, sz_start_embedding_knot,
    sz_start_pair_knot, sz_refuse_neighbours;
/* A <per_type_data>: its element of z [n_types], 0 if not set yet, gets its atomic_num,
 * which is also stored in *number (or NULL). */
sz_status sz_start_type(sz_reader *r, const char **atts, int n_types, int *z,
                        int *number);
/* At the end: checks that each of z [n_types] was given. */
sz_status sz_check_types(sz_reader *r, int n_types, const int *z);

/* ---- xml_lj.c: <LJ_params>; xml_coulomb.c: <Coulomb_params> ---------------------- */

sz_xml_handler sz_start_lj, sz_end_lj, sz_start_lj_type, sz_start_lj_pair,
    sz_start_coulomb, sz_end_coulomb, sz_start_coulomb_type;
/* init: method of the init string, or NULL. */
sz_status sz_coulomb_choose(sz_reader *r, const sz_coulomb_xml *x, const char *init,
                            sz_coulomb *to);

/* ---- xml_potential.c: <Potential> ------------------------------------------------ */

sz_xml_handler sz_start_potential;
/* The GAP_params of a potential, by index, and the E_scale of each. */
typedef struct {
    int n, params[SZ_GAPS_MAX];
    double scale[SZ_GAPS_MAX];
} sz_gap_parts;

/* Follows the init string to the parts of the potential: the core potentials are stored
 * in gap, Glue is moved out of r. */
sz_status sz_reader_choose(sz_reader *r, sz_gap *gap, sz_gap_parts *parts);
/* The same for an init string from elsewhere, which may have no GAP. */
sz_status sz_reader_choose_core(sz_reader *r, const char *init_args, sz_gap *gap,
                                sz_gap_parts *parts);

/* ---- xml_sparse.c: the files beside the XML -------------------------------------- */

sz_status sz_sparse_load(sz_reader *r, sz_term_xml *x);

#endif
