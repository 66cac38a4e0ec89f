/* SPDX-License-Identifier: BSD-3-Clause
 *
 * spec.h - the settings of a fit: gap_fit's command line, or a soapz configuration file,
 * as a checked struct. */
#ifndef SZ_SPEC_H
#define SZ_SPEC_H

#include "base/args.h"
#include "base/files.h"
#include "base/text.h"
#include "base/watch.h"
#include "data/e0.h"
#include "data/sigma.h"
#include "select/method.h"
#include "term/gap_term.h" /* sz_covariance */

typedef enum {
    SZ_THETA_NONE,   /* dot_product */
    SZ_THETA_FACTOR, /* theta_i = factor_i times the range of component i */
    SZ_THETA_UNIFORM,
    SZ_THETA_FILE
} sz_theta_rule;

typedef struct sz_term_type sz_term_type; /* term/term.h */

/* A key of a configuration file and its line. */
typedef struct {
    char *key;     /* gap_fit's name */
    char *written; /* as written in the file */
    char *value;
    int line; /* 0: not from a line */
} sz_key_place;

typedef struct {
    int n;
    sz_key_place *place;
} sz_key_places;

/* One descriptor of gap={..}, for all the elements it is expanded to. */
typedef struct {
    char *text;           /* as gap_fit has it: one brace level removed */
    char *where;          /* for messages: "command line: gap, descriptor 2" */
    sz_key_places places; /* lines of its keys in a configuration file */
    const sz_term_type *type;
    int add_species, order; /* order: for distance_Nb */
    double cutoff;
    double delta, f0; /* eV */
    sz_covariance covariance;
    double zeta;
    sz_theta_rule theta_rule;
    int n_theta; /* 1: the same for every component */
    double *theta;
    char *theta_file;
    sz_sparse_method method;
    int n_sparse;      /* for each term, from all frames; 0 with type_count */
    int n_type_counts; /* 0: n_sparse is used */
    sz_type_count *type_count;
    char *sparse_file;        /* SZ_SPARSE_FILE and SZ_SPARSE_INDEX_FILE */
    char *print_sparse_index; /* file to append the chosen numbers to, or NULL */
    double unique_hash_tolerance, unique_descriptor_tolerance;
} sz_fit_descriptor;

/* A word that overrules a key of one descriptor: soap.cutoff=4.5, or soap2.cutoff=4.5 for
 * the second soap. */
typedef struct {
    char *word, *value; /* "soap2.cutoff", "4.5" */
    char *where;        /* for messages */
    char *type, *key;   /* "soap", "cutoff" */
    int number;         /* 2; 0: the only one */
    int n_used;         /* descriptors that it overrules: must be 1 */
} sz_overrule;

/* One <gpCoordinates> to come: a descriptor for certain elements. */
typedef struct {
    int descriptor; /* index into sz_fit_spec.descriptor */
    char *text;     /* content of <descriptor> */
} sz_fit_term;

typedef enum { SZ_SOLVER_QR, SZ_SOLVER_NORMAL } sz_fit_solver;

struct sz_fit_spec {
    char *command_line; /* an equivalent gap_fit command line, for any source of the
                           settings */
    char *where;        /* its source, for messages */

    char *at_file, *gp_file;
    char *test_file;       /* soapz only: errors are reported for it too; "" none */
    char *prefix;          /* parameter_name_prefix, applied to name */
    sz_dataset_names name; /* the prefix applied so far */
    unsigned names_given;  /* bits 1 << SZ_NAME_..: set, not gap_fit's defaults */

    sz_sigma_table sigma;      /* "default" is among them */
    sz_sigma_table type_sigma; /* from config_type_sigma only */
    sz_e0_method e0_method;
    int e0_given, e0_is_list;
    sz_e0 e0; /* SZ_E0_GIVEN: the given values, without the offset */
    double e0_offset;
    char *core_param_file, *core_ip_args; /* core_ip_args "": no core potential */

    int n_descriptors;
    sz_fit_descriptor *descriptor;
    int n_overrules;
    sz_overrule *overrule; /* of keys of descriptors */
    int n_terms;           /* 0 until sz_fit_expand */
    sz_fit_term *term;

    double sparse_jitter;
    int rnd_seed; /* below 0: not given */
    sz_fit_solver solver;
    int sparse_separate_file, do_copy_at_file, dryrun, sparsify_only;
    int sparse_environments; /* soapz only: a .soapz file stores environments, not
                                vectors */
    char *data, *licence, *citation, *note; /* soapz only: notes of a .soapz file */

    sz_files files; /* files that the settings were read from */
    sz_warnings warnings;
};

/* The arguments of a program. An argument that is neither a setting nor a key names a
 * configuration file, whose settings the others overrule; otherwise they are gap_fit's
 * command line. Unlike sz_fit_spec_parse and sz_fit_spec_config it requires the data
 * file. */
sz_status sz_fit_spec_arguments(sz_fit_spec **spec, int n, char *const *argument,
                                sz_error *err);
/* sz_fit_spec_parse and sz_fit_spec_config; with_data 1: at_file is required. */
sz_status sz_fit_spec_text(sz_fit_spec **spec, const char *text, const char *where,
                           int with_data, sz_error *err);
sz_status sz_fit_spec_file(sz_fit_spec **spec, const char *path, int with_data,
                           sz_error *err);
/* The same; words, the settings of the command line, overrule those of the file. */
sz_status sz_fit_spec_overruled(sz_fit_spec **spec, const char *path,
                                const sz_args *words, int with_data, sz_error *err);
/* What sz_fit_spec_arguments takes for key, to free: of a key of the fit itself, of one
 * of a descriptor "soap.cutoff". One that several descriptors have, or none, is an error.
 */
sz_status sz_fit_full_key(char **name, const sz_fit_spec *spec, const char *key,
                          sz_error *err);
/* A line for each setting that is not the default: "  rnd_seed = 7". */
sz_status sz_fit_settings(sz_text *text, const sz_fit_spec *spec, sz_error *err);
/* A line for each key: name, default, unit and meaning. */
void sz_fit_explain(sz_text *text);
void sz_fit_explain_descriptors(sz_text *text);

/* Fills term[] for the n elements z, in order of their first appearance in the
 * data: add_species multiplies a descriptor by all choices of elements. */
sz_status sz_fit_expand(sz_fit_spec *spec, int n, const int *z, sz_error *err);
void sz_fit_unexpand(sz_fit_spec *spec);
/* After expansion: warns about settings of a descriptor that add_species overrules. */
sz_status sz_fit_warn_overruled(const sz_fit_spec *spec, const sz_watch *watch,
                                sz_error *err);
/* The files read by such a fit to the file data, and print_sparse_index, which it writes;
 * fails if these are the same. */
sz_status sz_fit_files(sz_files *files, const sz_fit_spec *spec, const char *data,
                       sz_error *err);
double sz_fit_cutoff(const sz_fit_spec *spec); /* the largest of the descriptors */
/* e0 as requested by spec. */
sz_status sz_fit_find_e0(sz_e0 *e0, const sz_targets *targets, const sz_fit_spec *spec,
                         sz_error *err);

#endif
