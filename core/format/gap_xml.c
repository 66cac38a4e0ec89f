/* SPDX-License-Identifier: BSD-3-Clause
 *
 * gap_xml.c - from a GAP XML file to sz_gap. The file is streamed through expat; each
 * known element is in the table below with its parent element, and everything else within
 * them (training data can be most of the file) is skipped. Elements outside GAP_params
 * and those of the cores are ignored but their children are read, because a core
 * potential may have its own root element.
 *
 *   xml_params.c     handlers of <GAP_params>: energies of the atoms, list of terms
 *   xml_term.c       handlers of a term, <gpCoordinates>: kernel, sparse points
 *   xml_glue.c       handlers of <Glue_params>
 *   xml_lj.c         handlers of <LJ_params>
 *   xml_coulomb.c    handlers of <Coulomb_params>
 *   xml_potential.c  <Potential>: which of these make up the potential
 *   xml_sparse.c     sparse points in files beside the XML
 *   xml_reader.c     errors, memory, attributes, text */
#include "format/gap_xml.h"

#include "format/safetensors.h"
#include "format/xml_reader.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SZ_CHUNK 65536

enum {
    DOCUMENT, /* the file, and ignored elements whose children are read */
    POTENTIAL,
    PARAMS,
    DATA,
    E0,
    SPARSE,
    COORDINATE,
    THETA,
    MATRIX,
    DESCRIPTOR,
    PERMUTATION,
    POINT,
    SLICE,
    GLUE,
    GLUE_TYPE,
    GLUE_PAIR,
    DENSITY,
    EMBEDDING,
    PAIR_TABLE,
    KNOT,
    LJ,
    COULOMB,
    LINE /* an element without children */
};

static const struct sz_rule {
    unsigned char parent;
    const char *name;
    unsigned char kind, has_text;
    sz_xml_handler *start, *end;
} rules[] = {
    {DOCUMENT, "Potential", POTENTIAL, 0, sz_start_potential, NULL},
    {DOCUMENT, "GAP_params", PARAMS, 0, sz_start_params, sz_end_params},
    {DOCUMENT, "Glue_params", GLUE, 0, sz_start_glue, sz_end_glue},
    {DOCUMENT, "LJ_params", LJ, 0, sz_start_lj, sz_end_lj},
    {DOCUMENT, "Coulomb_params", COULOMB, 0, sz_start_coulomb, sz_end_coulomb},
    {LJ, "per_type_data", LINE, 0, sz_start_lj_type, NULL},
    {LJ, "per_pair_data", LINE, 0, sz_start_lj_pair, NULL},
    {COULOMB, "per_type_data", LINE, 0, sz_start_coulomb_type, NULL},
    {PARAMS, "GAP_data", DATA, 0, sz_start_data, NULL},
    {PARAMS, "command_line", LINE, 1, NULL, sz_end_command},
    {PARAMS, "gpSparse", SPARSE, 0, sz_start_sparse, sz_end_sparse},
    {DATA, "e0", E0, 0, sz_start_e0, NULL},
    {SPARSE, "gpCoordinates", COORDINATE, 0, sz_start_term, sz_end_term},
    {COORDINATE, "sparseX", POINT, 1, sz_start_point, sz_end_point},
    {COORDINATE, "theta", THETA, 1, NULL, sz_end_theta},
    {COORDINATE, "compression_matrix", MATRIX, 1, NULL, sz_end_matrix},
    {COORDINATE, "descriptor", DESCRIPTOR, 1, sz_start_descriptor, sz_end_descriptor},
    {COORDINATE, "permutation", PERMUTATION, 1, sz_start_permutation, sz_end_permutation},
    {POINT, "sparseX_slice", SLICE, 1, sz_start_slice, sz_end_slice},
    {GLUE, "per_type_data", GLUE_TYPE, 0, sz_start_glue_type, sz_end_glue_type},
    {GLUE, "per_pair_data", GLUE_PAIR, 0, sz_start_glue_pair, sz_end_glue_pair},
    {GLUE_TYPE, "density", DENSITY, 0, sz_start_density, sz_end_table},
    {GLUE_TYPE, "potential_density", EMBEDDING, 0, sz_start_embedding, sz_end_table},
    {GLUE_PAIR, "potential_pair", PAIR_TABLE, 0, sz_start_pair_table, sz_end_table},
    {GLUE_TYPE, "potential_neighbours", KNOT, 0, sz_refuse_neighbours, NULL},
    {DENSITY, "point", KNOT, 0, sz_start_density_knot, NULL},
    {EMBEDDING, "point", KNOT, 0, sz_start_embedding_knot, NULL},
    {PAIR_TABLE, "point", KNOT, 0, sz_start_pair_knot, NULL},
};

/* ---- expat's events ---------------------------------------------------------------- */

static const struct sz_rule *find_rule(int parent, const char *name)
{
    for (size_t k = 0; k < sizeof rules / sizeof *rules; k++)
        if (rules[k].parent == parent && strcmp(rules[k].name, name) == 0)
            return rules + k;
    return NULL;
}

/* the rule of the innermost open element, NULL if it is ignored */
static const struct sz_rule *innermost(const sz_reader *r)
{
    return r->depth > 0 ? r->open[r->depth - 1] : NULL;
}

static void note_line(sz_reader *r)
{
    XML_Size line = XML_GetCurrentLineNumber(r->parser);

    r->line = line < INT_MAX ? (int)line : INT_MAX;
}

static void settle(sz_reader *r, sz_status status)
{
    if (status == SZ_OK) return;
    r->status = status;
    XML_StopParser(r->parser, XML_FALSE);
}

static sz_status open_element(sz_reader *r, const char *name, const char **atts)
{
    int parent = innermost(r) ? innermost(r)->kind : DOCUMENT;
    const struct sz_rule *rule = find_rule(parent, name);
    sz_status status = SZ_OK;

    if (!r->root) status = sz_reader_copy(r, name, &r->root);
    if (status != SZ_OK) return status;
    if (!rule && parent != DOCUMENT) {
        r->n_skipped = 1;
        return SZ_OK;
    }
    if (r->depth == SZ_DEPTH_MAX)
        return sz_reader_fail(r,
                              "elements are nested more than %d deep; this is not a GAP "
                              "file",
                              SZ_DEPTH_MAX);
    if (rule && rule->start) status = rule->start(r, atts);
    r->open[r->depth++] = rule;
    if (rule && rule->has_text) r->n_text = 0;
    return status;
}

static void XMLCALL on_start(void *data, const char *name, const char **atts)
{
    sz_reader *r = data;

    if (r->status != SZ_OK) return;
    if (r->n_skipped) {
        r->n_skipped++;
        return;
    }
    note_line(r);
    settle(r, open_element(r, name, atts));
}

static void XMLCALL on_end(void *data, const char *name)
{
    sz_reader *r = data;
    const struct sz_rule *rule;

    (void)name;
    if (r->status != SZ_OK) return;
    if (r->n_skipped) {
        r->n_skipped--;
        return;
    }
    note_line(r);
    rule = innermost(r);
    r->depth--;
    if (rule && rule->end) settle(r, rule->end(r, NULL));
}

static void XMLCALL on_text(void *data, const char *text, int n)
{
    sz_reader *r = data;
    const struct sz_rule *rule = innermost(r);

    if (r->status != SZ_OK || r->n_skipped) return;
    if (rule && rule->has_text) settle(r, sz_reader_add_text(r, text, (size_t)n));
}

/* ---- the file -------------------------------------------------------------------- */

/* 1 if a text is a potential of TurboGAP: "gap_beg soap_turbo" on a separate line; xml
 * gets the XML file to which its sparse points belong, "carbon.xml", or "". */
static int is_turbogap(const char *text, size_t n, char xml[80])
{
    const char *mark = ".sparseX.", *end = text + n;
    int found = 0;

    *xml = '\0';
    for (const char *p = text; p < end && !*xml; p++) {
        size_t left = (size_t)(end - p), length = 0;

        if (left > 8 && (p == text || p[-1] == '\n') && memcmp(p, "gap_beg ", 8) == 0)
            found = 1;
        if (left < strlen(mark) || memcmp(p, mark, strlen(mark)) != 0) continue;
        while (p - length > text && length < 79 &&
               !strchr(" \t\n'\"/=", *(p - length - 1)))
            length++;
        memcpy(xml, p - length, length);
        xml[length] = '\0';
    }
    return found;
}

/* text: what was read so far, as far as it is available */
static sz_status fail_no_xml(sz_reader *r, const char *text, size_t n)
{
    char xml[80];

    if (is_turbogap(text, n, xml))
        return sz_reader_fail(r,
                              "a potential in TurboGAP's own form, which lacks the "
                              "energies of isolated atoms; give the GAP XML from which "
                              "it was made%s%s",
                              *xml ? ", " : "", xml);
    if (sz_is_tensors(text, n)) /* a plain file would have gone to its reader */
        return sz_reader_fail(r, "a .soapz file is read from a regular file, not from a "
                                 "pipe; write it to the disk first");
    return sz_reader_fail(r, "not XML; a model is a GAP XML file with its sparse points "
                             "beside it, or a .soapz file");
}

static sz_status fail_xml(sz_reader *r, const char *text, size_t n)
{
    enum XML_Error code = XML_GetErrorCode(r->parser);

    if (r->status != SZ_OK) return r->status;
    if (code == XML_ERROR_NO_MEMORY) return sz_fail_memory(r->err, SZ_CHUNK, r->path);
    note_line(r);
    if (!r->root && (code == XML_ERROR_SYNTAX || code == XML_ERROR_INVALID_TOKEN))
        return fail_no_xml(r, text, n);
    return sz_reader_fail(r,
                          "not well-formed XML (%s); the file is %scut off or damaged, "
                          "copy it again",
                          XML_ErrorString(code),
                          code == XML_ERROR_NO_ELEMENTS ? "empty, " : "");
}

static sz_status parse_stream(sz_reader *r, FILE *f, int wrap)
{
    if (wrap && XML_Parse(r->parser, "<core>", 6, 0) != XML_STATUS_OK)
        return fail_xml(r, "", 0);
    for (;;) {
        void *chunk = XML_GetBuffer(r->parser, SZ_CHUNK);
        size_t n;

        if (!chunk) return sz_fail_memory(r->err, SZ_CHUNK, r->path);
        errno = 0;
        n = fread(chunk, 1, SZ_CHUNK, f);
        if (ferror(f))
            return sz_fail(r->err, SZ_ERR_FILE, "%s: cannot be read: %s", r->path,
                           strerror(errno));
        if (XML_ParseBuffer(r->parser, (int)n, n == 0 && !wrap) != XML_STATUS_OK)
            return fail_xml(r, chunk, n);
        if (n == 0 && wrap && XML_Parse(r->parser, "</core>", 7, 1) != XML_STATUS_OK)
            return fail_xml(r, "", 0);
        if (n == 0 || r->status != SZ_OK) return r->status;
    }
}

/* wrap: adds a root element, for files without one */
static sz_status parse_file(sz_reader *r, int wrap)
{
    FILE *f = fopen(r->path, "rb");
    sz_status status;

    if (!f)
        return sz_fail(r->err, SZ_ERR_FILE, "%s: cannot be opened: %s", r->path,
                       strerror(errno));
    r->parser = XML_ParserCreate(NULL);
    if (r->parser) {
        XML_SetUserData(r->parser, r);
        XML_SetElementHandler(r->parser, on_start, on_end);
        XML_SetCharacterDataHandler(r->parser, on_text);
        status = parse_stream(r, f, wrap);
        XML_ParserFree(r->parser);
        r->parser = NULL;
    } else {
        status = sz_fail_memory(r->err, SZ_CHUNK, r->path);
    }
    fclose(f);
    return status;
}

/* ---- the result ------------------------------------------------------------------ */

static void free_reader(sz_reader *r)
{
    for (int k = 0; k < r->n_potentials; k++) {
        free(r->potential[k].label);
        free(r->potential[k].init_args);
    }
    for (int k = 0; k < r->n_params; k++) sz_params_xml_free(r->params + k);
    for (int k = 0; k < r->n_glues; k++) {
        free(r->glue[k].head.label);
        sz_gap_glue_clear(&r->glue[k].glue);
    }
    for (int k = 0; k < r->n_ljs; k++) {
        free(r->lj[k].head.label);
        sz_gap_lj_clear(&r->lj[k].lj);
    }
    for (int k = 0; k < r->n_coulombs; k++) {
        free(r->coulomb[k].head.label);
        free(r->coulomb[k].method);
    }
    free(r->potential);
    free(r->params);
    free(r->glue);
    free(r->lj);
    free(r->coulomb);
    free(r->root);
    free(r->text);
    free(r->number);
}

/* Loads the sparse points and moves what was read to gap. */
static sz_status publish(sz_reader *r, sz_params_xml *p, double scale, sz_gap *gap)
{
    sz_status status = SZ_OK;

    for (int k = 0; status == SZ_OK && k < p->n_terms; k++) {
        status = sz_sparse_load(r, p->term + k);
        if (status == SZ_OK)
            status = sz_gap_term_load_map(&p->term[k].c, r->path, r->files, r->err);
    }
    if (status != SZ_OK) return status;
    gap->term = calloc((size_t)p->n_terms + 1, sizeof *gap->term);
    if (!gap->term) return sz_fail_memory(r->err, sizeof *gap->term, r->path);
    for (int k = 0; k < p->n_terms; k++) {
        gap->term[k] = p->term[k].c;
        memset(&p->term[k].c, 0, sizeof p->term[k].c);
    }
    gap->n_terms = p->n_terms;
    gap->version = p->version;
    gap->e_scale = scale;
    memcpy(gap->e0, p->e0, sizeof gap->e0);
    gap->label = p->label;
    p->label = NULL;
    if (p->local_property)
        status = sz_gap_set_note(gap, SZ_LOCAL_PROPERTY, p->local_property, r->err);
    return status;
}

/* A GAP_params that the potential does not name may belong to a local property. */
static sz_status warn_of_unused(sz_reader *r, const sz_gap_parts *parts, sz_gap *gap)
{
    sz_status status = SZ_OK;

    for (int k = 0; k < r->n_params && status == SZ_OK; k++) {
        const sz_params_xml *p = r->params + k;
        int used = 0;

        for (int j = 0; j < parts->n; j++) used |= parts->params[j] == k;
        if (!used)
            status = sz_warnings_add(&gap->warnings, r->err,
                                     "%s:%d: <GAP_params label=\"%.100s\">%s%.100s is "
                                     "not part of the potential and was left out",
                                     r->path, p->line, p->label,
                                     p->local_property ? " of the local property " : "",
                                     p->local_property ? p->local_property : "");
    }
    return status;
}

/* Merges the GAPs of a Sum. */
static sz_status publish_parts(sz_reader *r, const sz_gap_parts *parts, sz_gap *gap)
{
    sz_status status = sz_reader_copy(r, r->path, &gap->path);

    for (int k = 0; k < parts->n && status == SZ_OK; k++) {
        sz_params_xml *p = r->params + parts->params[k];
        sz_gap *next;

        if (k == 0) {
            status = publish(r, p, parts->scale[0], gap);
            continue;
        }
        next = calloc(1, sizeof *next);
        if (!next) return sz_fail_memory(r->err, sizeof *next, r->path);
        status = sz_reader_copy(r, r->path, &next->path);
        if (status == SZ_OK) status = publish(r, p, parts->scale[k], next);
        if (status == SZ_OK && p->local_property)
            status = sz_gap_set_note(gap, SZ_LOCAL_PROPERTY, p->local_property, r->err);
        if (status == SZ_OK) status = sz_gap_add(gap, next, r->err);
        sz_gap_free(next);
    }
    return status;
}

/* The core potential, for which the file may be unnecessary. */
static sz_status choose_core(sz_reader *r, sz_status of_file, const char *core,
                             sz_gap *gap, sz_gap_parts *parts)
{
    sz_error *err = r->err, why, missing;
    sz_status status;

    if (of_file != SZ_OK && of_file != SZ_ERR_FILE) return of_file;
    if (of_file == SZ_OK) return sz_reader_choose_core(r, core, gap, parts);
    sz_fail(&missing, of_file, "%s", err ? err->message : r->path);
    r->err = &why;
    status = sz_reader_choose_core(r, core, gap, parts);
    r->err = err;
    if (status == SZ_OK) return SZ_OK;
    if (!strstr(why.message, "there is no <")) /* it is not the file that is missed */
        return sz_fail(err, status, "%.900s", why.message);
    return sz_fail(err, of_file, "%.500s (%.400s)", why.message, missing.message);
}

static sz_status read_gap(sz_gap **gap, const char *path, const char *core, sz_error *err)
{
    sz_reader r = {.path = path, .err = err};
    sz_gap_parts parts;
    sz_gap *g = calloc(1, sizeof *g);
    sz_status status = g ? SZ_OK : sz_fail_memory(err, sizeof *g, path);

    *gap = NULL;
    if (status == SZ_OK) {
        g->e_scale = 1.0;
        r.files = &g->files;
        status = sz_files_read(r.files, "the model", path, err);
    }
    if (status == SZ_OK) {
        status = parse_file(&r, core != NULL);
    }
    if (core && g)
        status = choose_core(&r, status, core, g, &parts);
    else if (status == SZ_OK)
        status = sz_reader_choose(&r, g, &parts);
    if (status == SZ_OK) status = warn_of_unused(&r, &parts, g);
    if (status == SZ_OK) status = publish_parts(&r, &parts, g);
    if (status == SZ_OK) {
        *gap = g;
        g = NULL;
    }
    sz_gap_free(g);
    free_reader(&r);
    return status;
}

sz_status sz_gap_read(sz_gap **gap, const char *path, sz_error *err)
{
    return read_gap(gap, path, NULL, err);
}

sz_status sz_gap_read_core(sz_gap **core, const char *path, const char *init_args,
                           sz_error *err)
{
    return read_gap(core, path, init_args, err);
}
