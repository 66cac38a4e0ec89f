/* SPDX-License-Identifier: BSD-3-Clause
 *
 * gap_term.c - a term as data, and the file that its descriptor may name. */
#include "term/gap_term.h"

#include "base/args.h"
#include "base/print.h"
#include "base/text.h"
#include "descriptor/environment.h"
#include "descriptor/turbo_map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void sz_gap_term_clear(sz_gap_term *c)
{
    free(c->label);
    free(c->descriptor);
    free(c->theta);
    free(c->matrix);
    free(c->perm);
    free(c->x_sparse);
    free(c->alpha);
    free(c->fc_sparse);
    sz_environments_free(c->environment);
}

/* Limits far beyond those of real models, for which squares, inverses and powers are
 * finite. With vectors that are not normalised delta may be any power of their length. */
#define ENERGY_MAX 1e100 /* eV */
#define ZETA_MIN 1e-3
#define ZETA_MAX 1e3
#define THETA_MIN 1e-8
#define THETA_MAX 1e8

const char *sz_kernel_fault(const sz_gap_term *term, char text[120])
{
    const struct {
        const char *name;
        double value, lo, hi;
    } range[] = {{"delta", term->delta, -ENERGY_MAX, ENERGY_MAX},
                 {"f0", term->f0, -ENERGY_MAX, ENERGY_MAX},
                 {"zeta", term->zeta, ZETA_MIN, ZETA_MAX}};
    int dot = term->covariance == SZ_COVARIANCE_DOT_PRODUCT;

    for (int k = 0; k < (dot ? 3 : 2); k++)
        if (!(range[k].value >= range[k].lo && range[k].value <= range[k].hi)) {
            sz_format(text, 120, "%s is %g, allowed %g to %g", range[k].name,
                      range[k].value, range[k].lo, range[k].hi);
            return text;
        }
    for (int k = 0; k < term->n_dim && !dot && term->theta; k++)
        if (!(term->theta[k] >= THETA_MIN && term->theta[k] <= THETA_MAX)) {
            sz_format(text, 120, "the length scale theta %d is %g, allowed %g to %g",
                      k + 1, term->theta[k], THETA_MIN, THETA_MAX);
            return text;
        }
    return NULL;
}

/* The file of a model: gap_fit writes its name as it was typed, with folders of the
 * computer of the fit. Where these lead out of the model's folder, it is the file of that
 * name beside the model, or none. */
static const char *name_inside(const char *name)
{
    const char *slash = sz_leaves_folder(name) ? strrchr(name, '/') : NULL;

    return slash ? slash + 1 : name;
}

static sz_status fail_load(const sz_gap_term *c, const char *model, const char *name,
                           const sz_error *why, sz_error *err)
{
    const char *remedy = "";

    if (why->status == SZ_ERR_MEMORY) return sz_fail_memory(err, 1, name);
    if (!model) return sz_fail(err, why->status, "compress_file: %.400s", why->message);
    if (why->status == SZ_ERR_FILE)
        remedy = sz_leaves_folder(name)
                     ? "; the name leads out of the folder of the model, so the file is "
                       "looked for beside the XML file: put it there"
                     : "; the file goes with the model, put it beside the XML file";
    return sz_fail(err, why->status, "%s:%d: compress_file=%.200s: %.400s%s", model,
                   c->descriptor_line, name, why->message, remedy);
}

static sz_status load(sz_gap_term *c, const char *model, const char *name,
                      sz_files *files, sz_error *err)
{
    char *path = model ? sz_path_beside(model, name_inside(name), err)
                       : sz_path_beside("", name, err);
    sz_error why;
    sz_status status;

    if (!path) return SZ_ERR_MEMORY;
    status = sz_turbo_map_read(&c->matrix, &c->n_matrix, path, &why);
    if (status == SZ_OK)
        status = sz_files_read(files, "compress_file of the model", path, err);
    else
        status = fail_load(c, model, name, &why, err);
    free(path);
    return status;
}

sz_status sz_gap_term_map_name(char **name, const sz_gap_term *c, sz_error *err)
{
    sz_args *args;
    const char *word;
    sz_status status = sz_args_parse(&args, c->descriptor, "", err);

    *name = NULL;
    if (status != SZ_OK) return status == SZ_ERR_MEMORY ? status : SZ_OK;
    word = sz_args_string(args, "compress_file", "None");
    if (sz_args_has_word(args, "soap_turbo") && !sz_same_word(word, "None")) {
        *name = sz_copy_text(word);
        if (!*name) status = sz_fail_memory(err, strlen(word), "compress_file");
    }
    sz_args_free(args);
    return status;
}

sz_status sz_gap_term_load_map(sz_gap_term *c, const char *model, sz_files *files,
                               sz_error *err)
{
    char *name;
    sz_status status;

    if (c->matrix || !c->descriptor) return SZ_OK;
    status = sz_gap_term_map_name(&name, c, err);
    if (status == SZ_OK && name) status = load(c, model, name, files, err);
    free(name);
    return status;
}
