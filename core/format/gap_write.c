/* SPDX-License-Identifier: BSD-3-Clause
 *
 * gap_write.c - a GAP as gap_fit writes it:
 *
 *   <LABEL>
 *   <Potential label="LABEL" init_args="IP GAP label=LABEL"/>     or a Sum with the core
 *   the core potential's XML
 *   <GAP_params> e0 of every element, <gpSparse> with a <gpCoordinates> for each term
 *
 * and a file for the sparse points of each term, one number per line. */
#define _POSIX_C_SOURCE 200809L
#include "format/gap_write.h"

#include "base/args.h"
#include "base/file.h"
#include "base/md5.h"
#include "base/text.h"
#include "descriptor/turbo_map.h"
#include "format/gap_write_core.h"
#include "model/gap_check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LABEL = 256, NUMBER = SZ_GAP_NUMBER };

/* ---- numbers --------------------------------------------------------------------- */

/* The first n digits of |value| = 0.d1d2d3.. 10^e and e; skips the decimal point of the
 * locale. */
static int decimal(double value, int n, char *digits)
{
    char text[NUMBER];
    const char *p = text;

    snprintf(text, sizeof text, "%.*e", n - 1, fabs(value));
    for (; *p != 'e'; p++)
        if (*p >= '0' && *p <= '9') *digits++ = *p;
    *digits = '\0';
    return value == 0.0 ? 0 : atoi(p + 1) + 1;
}

void sz_gap_number(double value, char *text)
{
    char digits[NUMBER];
    int e = decimal(value, 17, digits);
    const char *sign = signbit(value) ? "-" : "";

    if (fabs(value) > 0.1 && fabs(value) < 1e17)
        sprintf(text, "%s%.*s.%s", sign, e, digits, digits + e);
    else
        sprintf(text, "%s.%sE%+.3d", sign, digits, e);
}

void sz_gap_sparse_number(double value, char *text)
{
    char digits[NUMBER];
    int e = decimal(value, 21, digits);

    sprintf(text, "%s%c.%se%+.2d", signbit(value) ? "-" : "", digits[0], digits + 1,
            value == 0.0 ? 0 : e - 1);
}

/* numbers of an array: a leading zero, and columns */
static void write_array(FILE *f, const double *x, int n)
{
    for (int k = 0; k < n; k++) {
        char digits[NUMBER], text[NUMBER];
        int e = decimal(x[k], 17, digits);

        snprintf(text, sizeof text, "%s0.%.17sE%+.3d", signbit(x[k]) ? "-" : "", digits,
                 e);
        fprintf(f, " %25s", text);
    }
    fputc(' ', f);
}

/* ---- texts ----------------------------------------------------------------------- */

static void write_escaped(FILE *f, const char *text)
{
    for (; *text; text++) {
        const char *entity = *text == '&'    ? "&amp;"
                             : *text == '<'  ? "&lt;"
                             : *text == '>'  ? "&gt;"
                             : *text == '"'  ? "&quot;"
                             : *text == '\r' ? "&#13;"
                                             : NULL;

        if (entity)
            fputs(entity, f);
        else
            fputc(*text, f);
    }
}

/* ]]> within the text would end it */
static void write_cdata(FILE *f, const char *text)
{
    const char *end;

    fputs("<![CDATA[", f);
    for (; (end = strstr(text, "]]>")) != NULL; text = end + 2)
        fprintf(f, "%.*s]]><![CDATA[", (int)(end + 2 - text), text);
    fprintf(f, "%s]]>", text);
}

/* GAP_Y_M_D_Z_h_m_s_ms, the zone Z always 0 */
static void label_of_now(char label[LABEL])
{
    struct timespec now = {0, 0};
    struct tm t;

    clock_gettime(CLOCK_REALTIME, &now);
    if (!gmtime_r(&now.tv_sec, &t)) memset(&t, 0, sizeof t);
    snprintf(label, LABEL, "GAP_%d_%d_%d_0_%d_%d_%d_%d", t.tm_year + 1900, t.tm_mon + 1,
             t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, (int)(now.tv_nsec / 1000000));
}

/* ---- terms ----------------------------------------------------------------------- */

static void write_kernel(FILE *f, const sz_gap_term *c)
{
    int dot = c->covariance == SZ_COVARIANCE_DOT_PRODUCT;

    fprintf(f, " dimensions=\"%d\"", c->n_dim);
    sz_gap_attribute(f, "signal_variance", c->delta);
    sz_gap_attribute(f, "signal_mean", c->f0);
    fprintf(f, " sparsified=\"T\" n_permutations=\"%d\" covariance_type=\"%d\"",
            dot ? 1 : c->n_perm, (int)c->covariance);
    if (dot) sz_gap_attribute(f, "zeta", c->zeta);
    fprintf(f, " n_sparseX=\"%d\"", c->n_sparse);
}

static void write_permutations(FILE *f, const sz_gap_term *c)
{
    if (c->covariance == SZ_COVARIANCE_DOT_PRODUCT) {
        fputs("      <permutation i=\"1\">1  </permutation>\n", f);
        return;
    }
    for (int p = 0; p < c->n_perm; p++) {
        fprintf(f, "      <permutation i=\"%d\">", p + 1);
        for (int i = 0; i < c->n_dim; i++)
            fprintf(f, "%d ", c->perm[(size_t)p * (size_t)c->n_dim + (size_t)i] + 1);
        fputs(" </permutation>\n", f);
    }
}

static void write_energies(FILE *f, const sz_gap *gap)
{
    int core = gap->glue || gap->zbl || gap->lj || gap->coulomb;

    fprintf(f, "  <GAP_data do_core=\"%c\">\n", core ? 'T' : 'F');
    for (int z = 1; z <= SZ_Z_MAX; z++) {
        fprintf(f, "    <e0 Z=\"%d\"", z);
        sz_gap_attribute(f, "value", gap->e0[z]);
        fputs("/>\n", f);
    }
    fputs("  </GAP_data>\n", f);
}

/* gap_fit's command line, or the part that identifies a model of a local property. */
static void write_command(FILE *f, const sz_gap *gap)
{
    const char *property = sz_gap_find_note(gap, SZ_LOCAL_PROPERTY);

    if (property && !sz_gap_find_note(gap, "command_line")) {
        fputs("  <command_line>", f);
        write_cdata(f, "local_property_parameter_name=");
        write_cdata(f, property);
        fputs("</command_line>\n", f);
    }
    for (int k = 0; k < gap->n_notes; k++) {
        if (strcmp(gap->note[k].key, "command_line") != 0) continue;
        fputs("  <command_line>", f);
        write_cdata(f, gap->note[k].text);
        fputs("</command_line>\n", f);
    }
}

/* ---- the files ------------------------------------------------------------------- */

typedef struct {
    const sz_gap *gap;
    const char *path;
    const char *base; /* path without folders */
    char label[LABEL];
    sz_output *part; /* [n_terms] sparse points, [n_terms] compress_file, the XML */
    char (*md5)[33];
    sz_error *err;
} writer;

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static sz_status sum_of(const char *path, char md5[33], sz_error *err)
{
    sz_file_map map;
    sz_status status = sz_file_map_open(&map, path, err);

    if (status != SZ_OK) return status;
    sz_md5(map.data, map.size, md5);
    sz_file_map_close(&map);
    return SZ_OK;
}

/* opens path.KIND.LABELk as part */
static sz_status open_part(writer *w, sz_output *part, const char *kind, int k)
{
    size_t n = strlen(w->path) + LABEL + 32;
    char *path = malloc(n);
    sz_status status;

    if (!path) return sz_fail_memory(w->err, n, w->path);
    snprintf(path, n, "%s.%s.%s%d", w->path, kind, w->label, k + 1);
    status = sz_files_check(&w->gap->files, "the file of a term", path, w->err);
    if (status == SZ_OK) status = sz_output_open(part, path, w->err);
    free(path);
    return status;
}

static sz_output *map_part(const writer *w, int k)
{
    return w->part + w->gap->n_terms + k;
}

static sz_status write_map(writer *w, int k)
{
    const sz_gap_term *c = w->gap->term + k;
    int has_map;
    sz_status status = sz_gap_has_map(&has_map, c, w->err);

    if (status != SZ_OK || !has_map) return status;
    status = open_part(w, map_part(w, k), "compress", k);
    if (status != SZ_OK) return status;
    sz_turbo_map_write(map_part(w, k)->file, c->matrix, c->n_matrix);
    return sz_output_finish(map_part(w, k), w->err);
}

static sz_status write_sparse(writer *w, int k)
{
    const sz_gap_term *c = w->gap->term + k;
    size_t n_numbers = (size_t)c->n_sparse * (size_t)c->n_dim;
    char text[NUMBER];
    sz_status status = open_part(w, w->part + k, "sparseX", k);

    if (status != SZ_OK) return status;
    for (size_t i = 0; i < n_numbers && !ferror(w->part[k].file); i++) {
        sz_gap_sparse_number(c->x_sparse[i], text);
        fputs(text, w->part[k].file);
        fputc('\n', w->part[k].file);
    }
    status = sz_output_finish(w->part + k, w->err);
    return status == SZ_OK ? sum_of(w->part[k].part, w->md5[k], w->err) : status;
}

/* The descriptor in QUIP's keys, with the map as written; NULL if memory runs out. */
static char *quip_text(const writer *w, int k)
{
    const char *map = map_part(w, k)->name;
    char *text = sz_gap_quip_descriptor(w->gap->term[k].descriptor, w->gap->version);
    char *with_map = text && map ? sz_gap_with_map(text, base_name(map)) : NULL;

    if (!map) return text;
    free(text);
    return with_map;
}

/* Term k, whose files are written; descriptor: in QUIP's words. */
static void write_coordinate(FILE *f, const writer *w, int k, const char *descriptor)
{
    const sz_gap_term *c = w->gap->term + k;

    fprintf(f, "    <gpCoordinates label=\"%s%d\"", w->label, k + 1);
    write_kernel(f, c);
    if (c->n_sparse > 0) {
        fputs(" sparseX_filename=\"", f);
        write_escaped(f, base_name(w->part[k].name));
        fprintf(f, "\" sparseX_md5sum=\"%s\"", w->md5[k]);
    }
    fputs(">\n", f);
    if (c->covariance != SZ_COVARIANCE_DOT_PRODUCT) {
        fputs("      <theta>", f);
        write_array(f, c->theta, c->n_dim);
        fputs("</theta>\n", f);
    }
    fputs("      <descriptor>", f);
    write_escaped(f, descriptor);
    fputs("</descriptor>\n", f);
    if (c->n_matrix > 0 && !map_part(w, k)->name) {
        fputs("      <compression_matrix>", f);
        write_array(f, c->matrix, c->n_matrix);
        fputs("</compression_matrix>\n", f);
    }
    write_permutations(f, c);
    for (int s = 0; s < c->n_sparse; s++) {
        fprintf(f, "      <sparseX i=\"%d\"", s + 1);
        sz_gap_attribute(f, "alpha", c->alpha[s]);
        sz_gap_attribute(f, "sparseCutoff", c->fc_sparse[s]);
        fputs("/>\n", f);
    }
    fputs("    </gpCoordinates>\n", f);
}

static sz_status write_xml(writer *w)
{
    const sz_gap *gap = w->gap;
    sz_output *part = w->part + 2 * gap->n_terms;
    sz_status status = sz_output_replace(part, w->path, w->err);
    FILE *f = part->file;

    if (status != SZ_OK) return status;
    fprintf(f, "<%s>\n", w->label);
    status = sz_gap_write_potential(f, gap, w->label, w->err);
    if (status != SZ_OK) return status;
    fprintf(f, "<GAP_params label=\"%s\"", w->label);
    if (gap->version) fprintf(f, " gap_version=\"%d\"", gap->version);
    fputs(">\n", f);
    write_energies(f, gap);
    fprintf(f, "  <gpSparse label=\"%s\" n_coordinate=\"%d\" fitted=\"T\">\n", w->label,
            gap->n_terms);
    for (int k = 0; k < gap->n_terms && status == SZ_OK; k++) {
        char *descriptor = quip_text(w, k);

        if (descriptor)
            write_coordinate(f, w, k, descriptor);
        else
            status = sz_fail_memory(w->err, strlen(gap->term[k].descriptor), w->path);
        free(descriptor);
    }
    if (status != SZ_OK) return status;
    fputs("  </gpSparse>\n", f);
    write_command(f, gap);
    fprintf(f, "</GAP_params>\n</%s>\n", w->label);
    return sz_output_finish(part, w->err);
}

static sz_status write_all(writer *w)
{
    int n = w->gap->n_terms;
    sz_status status = SZ_OK;

    for (int k = 0; k < n && status == SZ_OK; k++) {
        if (w->gap->term[k].n_sparse > 0) status = write_sparse(w, k);
        if (status == SZ_OK) status = write_map(w, k);
    }
    if (status == SZ_OK) status = write_xml(w);
    for (int k = 0; k <= 2 * n && status == SZ_OK; k++)
        if (w->part[k].part) status = sz_output_publish(w->part + k, w->err);
    return status;
}

static sz_status check_maps(const sz_gap *gap, int k, const char *path, sz_error *err)
{
    int has_maps;
    sz_status status = sz_gap_has_foreign_maps(&has_maps, gap->term + k, err);

    if (status != SZ_OK || !has_maps) return status;
    return sz_fail(err, SZ_ERR_ARGUMENT,
                   "%s: GAP XML cannot store the maps of term %d: QUIP would draw random "
                   "ones for Z_mix and R_mix; write the model as .soapz",
                   path, k + 1);
}

sz_status sz_gap_write(const sz_gap *gap, const char *path, sz_error *err)
{
    writer w = {.gap = gap, .path = path, .base = base_name(path), .err = err};
    sz_status status = sz_gap_check(gap, path, "nothing was written", err);
    size_t n;

    if (status != SZ_OK) return status;
    for (int k = 0; k < gap->n_terms; k++)
        if (gap->term[k].n_sparse > 0 && !gap->term[k].x_sparse)
            return sz_fail(err, SZ_ERR_ARGUMENT,
                           "%s: term %d has no vectors yet; compute them first", path,
                           k + 1);
    for (int k = 0; k < gap->n_terms && status == SZ_OK; k++)
        status = check_maps(gap, k, path, err);
    if (status != SZ_OK) return status;
    status = sz_files_check(&gap->files, "the new model", path, err);
    if (status != SZ_OK) return status;
    if (!sz_text_is_clean(w.base) || !*w.base || strpbrk(w.base, "\t\n\r"))
        return sz_fail(
            err, SZ_ERR_ARGUMENT,
            "%s: the name of the file cannot be written in XML; choose another", path);
    if (gap->label && sz_is_label(gap->label))
        strcpy(w.label, gap->label);
    else
        label_of_now(w.label);
    n = 2 * (size_t)gap->n_terms + 1;
    w.part = calloc(n, sizeof *w.part);
    w.md5 = calloc(n, sizeof *w.md5);
    status =
        w.part && w.md5 ? write_all(&w) : sz_fail_memory(err, n * sizeof *w.part, path);
    for (size_t k = 0; w.part && k < n; k++) sz_output_free(w.part + k);
    free(w.part);
    free(w.md5);
    return status;
}
