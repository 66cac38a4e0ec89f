/* SPDX-License-Identifier: BSD-3-Clause
 *
 * xml_term.c - handlers of <gpCoordinates>: a descriptor string, a kernel, and
 * its sparse points with their weights. Counts in attributes are always compared with the
 * content. */
#include "format/xml_reader.h"

#include "base/number.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static sz_params_xml *current_params(sz_reader *r)
{
    return r->params + r->n_params - 1;
}

static sz_term_xml *current_coordinate(sz_reader *r)
{
    sz_params_xml *p = current_params(r);

    return p->term + p->n_terms - 1;
}

static int uses_theta(const sz_term_xml *x)
{
    return x->c.covariance != SZ_COVARIANCE_DOT_PRODUCT;
}

/* ---- the element itself ------------------------------------------------------------ */

static sz_status check_covariance(sz_reader *r, int covariance)
{
    switch (covariance) {
    case SZ_COVARIANCE_ARD_SE:
    case SZ_COVARIANCE_DOT_PRODUCT:
    case SZ_COVARIANCE_PP:
        return SZ_OK;
    case SZ_COVARIANCE_NONE:
        return sz_reader_fail(r,
                              "covariance_type 0 (NONE) is not a kernel; fit the model "
                              "with ard_se, dot_product or pp");
    case SZ_COVARIANCE_BOND_REAL_SPACE:
        return sz_reader_fail(r, "covariance_type 3 (BOND_REAL_SPACE) is not supported; "
                                 "fit the model with ard_se, dot_product or pp");
    default:
        return sz_reader_fail(r,
                              "covariance_type %d is unknown; allowed are 1 (ARD_SE), "
                              "2 (DOT_PRODUCT), 4 (PP)",
                              covariance);
    }
}

static sz_status check_label(sz_reader *r)
{
    const sz_params_xml *p = current_params(r);
    const char *label = current_coordinate(r)->c.label;
    size_t n = strlen(p->sparse_label);
    int k;

    if (strncmp(label, p->sparse_label, n) == 0 && sz_parse_int(label + n, &k) &&
        k == p->n_terms)
        return SZ_OK;
    return sz_reader_fail(r,
                          "<gpCoordinates> has the label %.100s, not %.100s%d, label of "
                          "<gpSparse> and number; the file was edited or is incomplete",
                          label, p->sparse_label, p->n_terms);
}

/* sparseX_filename and sparseX_md5sum; an empty one counts as missing */
static sz_status read_file_name(sz_reader *r, const char **atts, sz_term_xml *x)
{
    const char *file = sz_att(atts, "sparseX_filename");
    const char *md5 = sz_att(atts, "sparseX_md5sum");
    sz_status status = SZ_OK;

    if (file && *file) status = sz_reader_copy(r, file, &x->file);
    if (status == SZ_OK && md5 && *md5) status = sz_reader_copy(r, md5, &x->md5);
    return status;
}

static sz_status read_coordinate(sz_reader *r, const char **atts, sz_term_xml *x)
{
    static const char name[] = "gpCoordinates";
    int covariance, sparsified = 1;
    sz_status status = sz_att_string(r, atts, name, "label", &x->c.label);

    x->n_perm_wanted = -1;
    if (status == SZ_OK)
        status = sz_att_int(r, atts, name, "covariance_type", 0, INT_MAX, &covariance);
    if (status == SZ_OK) status = check_covariance(r, covariance);
    if (status == SZ_OK) {
        x->c.covariance = (sz_covariance)covariance;
        status = sz_att_int(r, atts, name, "dimensions", 1, INT_MAX, &x->c.n_dim);
    }
    if (status == SZ_OK)
        status = sz_att_double(r, atts, name, "signal_variance", &x->c.delta);
    if (status == SZ_OK) status = sz_att_double(r, atts, name, "signal_mean", &x->c.f0);
    if (status == SZ_OK) status = sz_att_maybe_double(r, atts, name, "zeta", &x->c.zeta);
    if (status == SZ_OK)
        status = sz_att_int(r, atts, name, "n_sparseX", 0, INT_MAX, &x->c.n_sparse);
    if (status == SZ_OK)
        status = sz_att_maybe_int(r, atts, name, "n_permutations", 1, INT_MAX,
                                  &x->n_perm_wanted);
    if (status == SZ_OK)
        status = sz_att_maybe_bool(r, atts, name, "sparsified", &sparsified);
    if (status == SZ_OK && !sparsified)
        status = sz_reader_fail(r, "sparsified=\"F\": a full Gaussian process is not "
                                   "supported; fit a sparse one");
    x->has_zeta = sz_att(atts, "zeta") != NULL;
    return status;
}

sz_status sz_start_term(sz_reader *r, const char **atts)
{
    sz_params_xml *p = current_params(r);
    sz_term_xml *x;
    sz_status status = sz_reader_append(r, &p->term, p->n_terms, sizeof *p->term);

    if (status != SZ_OK) return status;
    x = p->term + p->n_terms++;
    x->c.line = r->line;
    status = read_coordinate(r, atts, x);
    if (status == SZ_OK) status = check_label(r);
    if (status == SZ_OK) status = read_file_name(r, atts, x);
    return status;
}

/* zeta from <theta> in files without the attribute */
static sz_status settle_zeta(sz_reader *r, sz_term_xml *x)
{
    if (!x->has_zeta && x->n_theta != 1)
        return sz_reader_fail_at(
            r, x->c.line,
            "DOT_PRODUCT without exponent: neither an attribute zeta "
            "nor one number in <theta>; add zeta=\"..\"");
    if (!x->has_zeta) x->c.zeta = x->c.theta[0];
    free(x->c.theta);
    x->c.theta = NULL;
    if (x->c.zeta > 0.0) return SZ_OK;
    return sz_reader_fail_at(r, x->c.line, "zeta is %g, must be positive", x->c.zeta);
}

/* theta_i <- (1/P) sum_p theta_perm(p,i) */
static sz_status average_theta(sz_reader *r, sz_term_xml *x)
{
    int d = x->c.n_dim;
    double *mean = calloc((size_t)d, sizeof *mean);

    if (!mean) return sz_fail_memory(r->err, (size_t)d * sizeof *mean, r->path);
    for (int p = 0; p < x->c.n_perm; p++)
        for (int i = 0; i < d; i++)
            mean[i] += x->c.theta[x->c.perm[(size_t)p * (size_t)d + (size_t)i]];
    for (int i = 0; i < d; i++) mean[i] /= x->c.n_perm;
    free(x->c.theta);
    x->c.theta = mean;
    return SZ_OK;
}

static sz_status settle_theta(sz_reader *r, sz_term_xml *x)
{
    if (x->n_theta != x->c.n_dim)
        return sz_reader_fail_at(r, x->c.line,
                                 "<theta> holds %d numbers, the %d dimensions need one "
                                 "each; the file is incomplete",
                                 x->n_theta, x->c.n_dim);
    for (int i = 0; i < x->n_theta; i++)
        if (!(x->c.theta[i] > 0.0))
            return sz_reader_fail_at(r, x->c.line, "theta %d is %g, must be positive",
                                     i + 1, x->c.theta[i]);
    if (x->c.n_perm == 0)
        return sz_reader_fail_at(r, x->c.line,
                                 "no <permutation>; the file is incomplete");
    return average_theta(r, x);
}

static sz_status check_counts(sz_reader *r, const sz_term_xml *x)
{
    if (!x->c.descriptor)
        return sz_reader_fail_at(r, x->c.line,
                                 "<gpCoordinates> has no <descriptor>; the file is "
                                 "incomplete");
    if (x->n_alpha != x->c.n_sparse)
        return sz_reader_fail_at(
            r, x->c.line,
            "n_sparseX is %d but there are %d <sparseX>; the file is "
            "incomplete",
            x->c.n_sparse, x->n_alpha);
    if (x->n_perm_wanted >= 0 && x->n_perm_wanted != x->c.n_perm)
        return sz_reader_fail_at(r, x->c.line,
                                 "n_permutations is %d but there are %d <permutation>; "
                                 "the file is incomplete",
                                 x->n_perm_wanted, x->c.n_perm);
    if (!uses_theta(x) && x->c.n_perm > 1)
        return sz_reader_fail_at(r, x->c.line,
                                 "DOT_PRODUCT with %d permutations is not supported; fit "
                                 "the model with ard_se or pp",
                                 x->c.n_perm);
    return SZ_OK;
}

sz_status sz_end_term(sz_reader *r, const char **atts)
{
    sz_term_xml *x = current_coordinate(r);
    char text[120];
    sz_status status = check_counts(r, x);

    (void)atts;
    if (status == SZ_OK) status = uses_theta(x) ? settle_theta(r, x) : settle_zeta(r, x);
    if (status == SZ_OK && sz_kernel_fault(&x->c, text))
        status = sz_reader_fail_at(r, x->c.line, "%s", text);
    return status;
}

/* ---- theta, descriptor, permutation ---------------------------------------------- */

/* the numbers of an element that occurs once */
static sz_status take_numbers(sz_reader *r, const char *element, double **number, int *n)
{
    sz_status status;

    if (*number) return sz_reader_fail(r, "a second <%s>; keep one", element);
    r->n_numbers = 0;
    status = sz_reader_numbers(r, element);
    if (status != SZ_OK) return status;
    *n = r->n_numbers;
    *number = r->number; /* takes over the reader's array */
    r->number = NULL;
    r->n_numbers = 0;
    return SZ_OK;
}

sz_status sz_end_theta(sz_reader *r, const char **atts)
{
    sz_term_xml *x = current_coordinate(r);

    (void)atts;
    return take_numbers(r, "theta", &x->c.theta, &x->n_theta);
}

sz_status sz_end_matrix(sz_reader *r, const char **atts)
{
    sz_term_xml *x = current_coordinate(r);

    (void)atts;
    return take_numbers(r, "compression_matrix", &x->c.matrix, &x->c.n_matrix);
}

sz_status sz_start_descriptor(sz_reader *r, const char **atts)
{
    sz_term_xml *x = current_coordinate(r);

    (void)atts;
    if (x->c.descriptor) return sz_reader_fail(r, "a second <descriptor>; keep one");
    x->c.descriptor_line = r->line;
    return SZ_OK;
}

sz_status sz_end_descriptor(sz_reader *r, const char **atts)
{
    sz_term_xml *x = current_coordinate(r);
    const char *text = sz_skip_blanks(r->n_text ? r->text : "");

    (void)atts;
    if (!*text) return sz_reader_fail(r, "<descriptor> is empty; name a descriptor");
    return sz_reader_copy(r, text, &x->c.descriptor);
}

static sz_status check_index(sz_reader *r, const char **atts, const char *element,
                             int want)
{
    int i = want;
    sz_status status = sz_att_maybe_int(r, atts, element, "i", 1, INT_MAX, &i);

    if (status != SZ_OK || i == want) return status;
    return sz_reader_fail(r, "<%s i=\"%d\"> is where i=\"%d\" is expected; order them",
                          element, i, want);
}

sz_status sz_start_permutation(sz_reader *r, const char **atts)
{
    return check_index(r, atts, "permutation", current_coordinate(r)->c.n_perm + 1);
}

/* r->number is a permutation of 1..d: marks each index in row, then fills row with
 * the indices from 0. */
static int take_permutation(const double *number, int d, int *row)
{
    for (int i = 0; i < d; i++) row[i] = 0;
    for (int i = 0; i < d; i++) {
        if (!(number[i] >= 1 && number[i] <= d)) return 0;
        if (number[i] != (int)number[i] || row[(int)number[i] - 1]++) return 0;
    }
    for (int i = 0; i < d; i++) row[i] = (int)number[i] - 1;
    return 1;
}

sz_status sz_end_permutation(sz_reader *r, const char **atts)
{
    sz_term_xml *x = current_coordinate(r);
    size_t d = (size_t)x->c.n_dim;
    sz_status status;

    (void)atts;
    if (!uses_theta(x)) { /* one integer without meaning */
        x->c.n_perm++;
        return SZ_OK;
    }
    r->n_numbers = 0;
    status = sz_reader_numbers(r, "permutation");
    if (status != SZ_OK) return status;
    if (r->n_numbers == x->c.n_dim) {
        status = sz_reader_append(r, &x->c.perm, x->c.n_perm, d * sizeof *x->c.perm);
        if (status != SZ_OK) return status;
        if (take_permutation(r->number, x->c.n_dim,
                             x->c.perm + (size_t)x->c.n_perm * d)) {
            x->c.n_perm++;
            return SZ_OK;
        }
    }
    return sz_reader_fail(r, "<permutation> %d is not an order of the numbers 1 to %d",
                          x->c.n_perm + 1, x->c.n_dim);
}

/* ---- sparseX --------------------------------------------------------------------- */

sz_status sz_start_point(sz_reader *r, const char **atts)
{
    sz_term_xml *x = current_coordinate(r);
    int s = x->n_alpha;
    sz_status status = check_index(r, atts, "sparseX", s + 1);

    r->n_numbers = 0;
    if (status == SZ_OK) status = sz_reader_append(r, &x->c.alpha, s, sizeof *x->c.alpha);
    if (status == SZ_OK)
        status = sz_reader_append(r, &x->c.fc_sparse, s, sizeof *x->c.fc_sparse);
    if (status == SZ_OK)
        status = sz_att_double(r, atts, "sparseX", "alpha", x->c.alpha + s);
    if (status == SZ_OK)
        status = sz_att_double(r, atts, "sparseX", "sparseCutoff", x->c.fc_sparse + s);
    if (status == SZ_OK) x->n_alpha++;
    return status;
}

sz_status sz_end_point(sz_reader *r, const char **atts)
{
    sz_term_xml *x = current_coordinate(r);
    size_t d = (size_t)x->c.n_dim, s = (size_t)x->n_alpha - 1;
    sz_status status;

    (void)atts;
    if (x->file) return SZ_OK;
    status = sz_reader_numbers(r, "sparseX"); /* the numbers missing in the slices */
    if (status != SZ_OK) return status;
    if (r->n_numbers != x->c.n_dim)
        return sz_reader_fail(
            r,
            "<sparseX i=\"%d\"> holds %d numbers, the descriptor has %d "
            "dimensions; the file is incomplete",
            x->n_alpha, r->n_numbers, x->c.n_dim);
    status = sz_reader_append(r, &x->c.x_sparse, (int)s, d * sizeof *x->c.x_sparse);
    if (status == SZ_OK)
        memcpy(x->c.x_sparse + s * d, r->number, d * sizeof *x->c.x_sparse);
    return status;
}

sz_status sz_start_slice(sz_reader *r, const char **atts)
{
    int start;
    sz_status status = sz_att_int(r, atts, "sparseX_slice", "start", 1, INT_MAX, &start);

    if (status == SZ_OK)
        status = sz_att_int(r, atts, "sparseX_slice", "end", 1, INT_MAX, &r->slice_end);
    if (status == SZ_OK && start != r->n_numbers + 1)
        status = sz_reader_fail(r,
                                "<sparseX_slice> starts at %d instead of %d; the file "
                                "is incomplete",
                                start, r->n_numbers + 1);
    return status;
}

sz_status sz_end_slice(sz_reader *r, const char **atts)
{
    sz_status status = sz_reader_numbers(r, "sparseX_slice");

    (void)atts;
    if (status != SZ_OK || r->n_numbers == r->slice_end) return status;
    return sz_reader_fail(r,
                          "<sparseX_slice> ends after number %d instead of %d; the file "
                          "is incomplete",
                          r->n_numbers, r->slice_end);
}
