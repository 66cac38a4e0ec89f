/* SPDX-License-Identifier: BSD-3-Clause
 *
 * gap_write.c - a GAP as gap_fit writes it:
 *
 *   <LABEL>
 *   <Potential label="LABEL" init_args="IP GAP label=LABEL"/>     or a Sum with the core
 *   the core potential's XML
 *   <GAP_params> e0 of every element, <gpSparse> with a <gpCoordinates> for each term
 *
 * and a file for the sparse points of each term, a number per line. */
#define _POSIX_C_SOURCE 200809L
#include "format/gap_write.h"

#include "base/args.h"
#include "base/file.h"
#include "base/md5.h"
#include "base/text.h"
#include "model/gap_check.h"
#include "term/coulomb.h"
#include "term/glue.h"
#include "term/lj.h"
#include "term/zbl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LABEL = 256, NUMBER = 48 };

/* ---- numbers --------------------------------------------------------------------- */

/* The first n digits of |value| = 0.d1d2d3.. 10^e and e; the decimal point of the locale
 * is passed over. */
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

static void write_attribute(FILE *f, const char *name, double value)
{
    char text[NUMBER];

    sz_gap_number(value, text);
    fprintf(f, " %s=\"%s\"", name, text);
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

/* ---- core potentials ------------------------------------------------------------- */

static void write_points(FILE *f, const sz_gap_points *p, const char *x, const char *y)
{
    for (int k = 0; k < p->n; k++) {
        fputs("<point", f);
        write_attribute(f, x, p->x[k]);
        write_attribute(f, y, p->y[k]);
        fputs("/>\n", f);
    }
}

static void write_table(FILE *f, const char *element, const sz_gap_points *p,
                        const char *x)
{
    fprintf(f, "<%s num_points=\"%d\"", element, p->n);
    write_attribute(f, "y1", p->y1);
    write_attribute(f, "yn", p->yn);
    fputs(">\n", f);
    write_points(f, p, x, "E");
    fprintf(f, "</%s>\n", element);
}

static void write_glue(FILE *f, const sz_gap_glue *g)
{
    fprintf(f, "<Glue_params n_types=\"%d\" label=\"core\">\n", g->n_types);
    for (int t = 0; t < g->n_types; t++) {
        const sz_gap_glue_type *type = g->type + t;

        fprintf(f, "<per_type_data type=\"%d\" atomic_num=\"%d\">\n", t + 1, type->z);
        fprintf(f, "<density num_points=\"%d\"", type->density.n);
        if (type->do_spline) fputs(" do_spline=\"T\"", f);
        write_attribute(f, "density_y1", type->density.y1);
        write_attribute(f, "density_yn", type->density.yn);
        fputs(">\n", f);
        write_points(f, &type->density, "a", "rho");
        fputs("</density>\n", f);
        write_table(f, "potential_density", &type->embedding, "rho");
        fputs("</per_type_data>\n", f);
    }
    for (int k = 0; k < g->n_pairs; k++) {
        fprintf(f, "<per_pair_data type1=\"%d\" type2=\"%d\">\n", g->pair[k].type1 + 1,
                g->pair[k].type2 + 1);
        write_table(f, "potential_pair", &g->pair[k].pair, "r");
        fputs("</per_pair_data>\n", f);
    }
    fputs("</Glue_params>\n", f);
}

static void zbl_args(const sz_zbl *z, char text[200])
{
    char rc[NUMBER], width[NUMBER], scale[NUMBER];

    sz_gap_number(z->cutoff, rc);
    sz_gap_number(z->cutoff_width, width);
    sz_gap_number(z->scale, scale);
    snprintf(text, 200, "IP ZBL cutoff=%s cutoff_width=%s shift_cutoff=%c%s%s", rc, width,
             z->shift ? 'T' : 'F',
             z->scale == 1.0 ? "" : " E_scale=", z->scale == 1.0 ? "" : scale);
}

static void begin_type(FILE *f, int type, int z)
{
    fprintf(f, "<per_type_data type=\"%d\" atomic_num=\"%d\"", type, z);
}

static void write_lj(FILE *f, const sz_gap_lj *lj)
{
    fprintf(f, "<LJ_params n_types=\"%d\" label=\"core\">\n", lj->n_types);
    for (int t = 0; t < lj->n_types; t++) {
        begin_type(f, t + 1, lj->z[t]);
        fputs("/>\n", f);
    }
    for (int k = 0; k < lj->n_pairs; k++) {
        const sz_gap_lj_pair *p = lj->pair + k;

        fprintf(f, "<per_pair_data type1=\"%d\" type2=\"%d\"", p->type1 + 1,
                p->type2 + 1);
        write_attribute(f, "sigma", p->sigma);
        write_attribute(f, "eps6", p->eps6);
        write_attribute(f, "eps12", p->eps12);
        write_attribute(f, "cutoff", p->cutoff);
        fprintf(f, " energy_shift=\"%c\" linear_force_shift=\"%c\"",
                p->energy_shift ? 'T' : 'F', p->force_shift ? 'T' : 'F');
        if (p->cutoff_width > 0.0)
            write_attribute(f, "smooth_cutoff_width", p->cutoff_width);
        fputs("/>\n", f);
    }
    fputs("</LJ_params>\n", f);
}

static void write_coulomb(FILE *f, const sz_coulomb *c)
{
    int n = 0;

    for (int z = 1; z <= SZ_Z_MAX; z++) n += c->listed[z];
    fprintf(f, "<Coulomb_params n_types=\"%d\" label=\"core\" method=\"%s\"", n,
            sz_coulomb_name(c->method));
    write_attribute(f, "cutoff", c->cutoff);
    if (c->method == SZ_COULOMB_YUKAWA) {
        write_attribute(f, "yukawa_alpha", c->alpha);
        write_attribute(f, "yukawa_smooth_length", c->smooth_length);
    }
    if (c->method == SZ_COULOMB_DSF) write_attribute(f, "dsf_alpha", c->alpha);
    fputs(">\n", f);
    for (int z = 1, type = 0; z <= SZ_Z_MAX; z++) {
        if (!c->listed[z]) continue;
        begin_type(f, ++type, z);
        write_attribute(f, "charge", c->charge[z]);
        fputs("/>\n", f);
    }
    fputs("</Coulomb_params>\n", f);
}

/* The init string of all cores, Sums of two and two; empty where there is none. */
static void add_core(sz_text *all, const char *core)
{
    sz_text before = *all;

    *all = (sz_text){0};
    if (before.n)
        sz_text_add(all, "Sum init_args_pot1={%s} init_args_pot2={%s}", before.s, core);
    else
        sz_text_add(all, "%s", core);
    all->failed |= before.failed;
    sz_text_free(&before);
}

static void core_args(sz_text *all, const sz_gap *gap)
{
    char zbl[200];

    if (gap->glue) add_core(all, "IP Glue label=core");
    if (gap->zbl) {
        zbl_args(gap->zbl, zbl);
        add_core(all, zbl);
    }
    if (gap->lj) add_core(all, "IP LJ label=core");
    if (gap->coulomb) add_core(all, "IP Coulomb label=core");
}

/* The init string: core and GAP, with the core's XML after it. */
static sz_status write_potential(FILE *f, const sz_gap *gap, const char *label,
                                 sz_error *err)
{
    sz_text text = {0};
    char *core, scale[NUMBER];

    core_args(&text, gap);
    core = sz_text_take(&text, "the core potential", err);
    if (!core) return SZ_ERR_MEMORY;
    fprintf(f, "<Potential label=\"%s\" init_args=\"", label);
    if (*core) fprintf(f, "Sum init_args_pot1={%s} init_args_pot2={", core);
    fprintf(f, "IP GAP label=%s", label);
    if (gap->e_scale != 1.0) {
        sz_gap_number(gap->e_scale, scale);
        fprintf(f, " E_scale=%s", scale);
    }
    fprintf(f, "%s\"/>\n", *core ? "}" : "");
    if (gap->glue) write_glue(f, gap->glue);
    if (gap->zbl) fputs("<ZBL_params> </ZBL_params>\n", f);
    if (gap->lj) write_lj(f, gap->lj);
    if (gap->coulomb) write_coulomb(f, gap->coulomb);
    free(core);
    return SZ_OK;
}

/* ---- terms ----------------------------------------------------------------------- */

static void write_kernel(FILE *f, const sz_gap_term *c)
{
    int dot = c->covariance == SZ_COVARIANCE_DOT_PRODUCT;

    fprintf(f, " dimensions=\"%d\"", c->n_dim);
    write_attribute(f, "signal_variance", c->delta);
    write_attribute(f, "signal_mean", c->f0);
    fprintf(f, " sparsified=\"T\" n_permutations=\"%d\" covariance_type=\"%d\"",
            dot ? 1 : c->n_perm, (int)c->covariance);
    if (dot) write_attribute(f, "zeta", c->zeta);
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

/* descriptor: in QUIP's words; file, md5: of the sparse points, where there are any */
static void write_coordinate(FILE *f, const sz_gap_term *c, const char *descriptor,
                             const char *label, int number, const char *file,
                             const char *md5)
{
    fprintf(f, "    <gpCoordinates label=\"%s%d\"", label, number);
    write_kernel(f, c);
    if (c->n_sparse > 0) {
        fputs(" sparseX_filename=\"", f);
        write_escaped(f, file);
        fprintf(f, "\" sparseX_md5sum=\"%s\"", md5);
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
    if (c->n_matrix > 0) {
        fputs("      <compression_matrix>", f);
        write_array(f, c->matrix, c->n_matrix);
        fputs("</compression_matrix>\n", f);
    }
    write_permutations(f, c);
    for (int s = 0; s < c->n_sparse; s++) {
        fprintf(f, "      <sparseX i=\"%d\"", s + 1);
        write_attribute(f, "alpha", c->alpha[s]);
        write_attribute(f, "sparseCutoff", c->fc_sparse[s]);
        fputs("/>\n", f);
    }
    fputs("    </gpCoordinates>\n", f);
}

static void write_energies(FILE *f, const sz_gap *gap)
{
    int core = gap->glue || gap->zbl || gap->lj || gap->coulomb;

    fprintf(f, "  <GAP_data do_core=\"%c\">\n", core ? 'T' : 'F');
    for (int z = 1; z <= SZ_Z_MAX; z++) {
        fprintf(f, "    <e0 Z=\"%d\"", z);
        write_attribute(f, "value", gap->e0[z]);
        fputs("/>\n", f);
    }
    fputs("  </GAP_data>\n", f);
}

/* gap_fit's, or as much of it as makes the model known for one of a local property. */
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
    sz_output *part; /* [n_terms] sparse points, then the XML */
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

static sz_status write_sparse(writer *w, int k)
{
    const sz_gap_term *c = w->gap->term + k;
    size_t n = strlen(w->path) + LABEL + 32;
    size_t n_numbers = (size_t)c->n_sparse * (size_t)c->n_dim;
    char *path = malloc(n), text[NUMBER];
    sz_status status;

    if (!path) return sz_fail_memory(w->err, n, w->path);
    snprintf(path, n, "%s.sparseX.%s%d", w->path, w->label, k + 1);
    status = sz_output_open(w->part + k, path, w->err);
    free(path);
    if (status != SZ_OK) return status;
    for (size_t i = 0; i < n_numbers && !ferror(w->part[k].file); i++) {
        sz_gap_sparse_number(c->x_sparse[i], text);
        fputs(text, w->part[k].file);
        fputc('\n', w->part[k].file);
    }
    status = sz_output_finish(w->part + k, w->err);
    return status == SZ_OK ? sum_of(w->part[k].part, w->md5[k], w->err) : status;
}

static sz_status write_xml(writer *w)
{
    const sz_gap *gap = w->gap;
    sz_output *part = w->part + gap->n_terms;
    sz_status status = sz_output_replace(part, w->path, w->err);
    FILE *f = part->file;

    if (status != SZ_OK) return status;
    fprintf(f, "<%s>\n", w->label);
    status = write_potential(f, gap, w->label, w->err);
    if (status != SZ_OK) return status;
    fprintf(f, "<GAP_params label=\"%s\"", w->label);
    if (gap->version) fprintf(f, " gap_version=\"%d\"", gap->version);
    fputs(">\n", f);
    write_energies(f, gap);
    fprintf(f, "  <gpSparse label=\"%s\" n_coordinate=\"%d\" fitted=\"T\">\n", w->label,
            gap->n_terms);
    for (int k = 0; k < gap->n_terms && status == SZ_OK; k++) {
        const sz_gap_term *c = gap->term + k;
        char *descriptor = sz_gap_quip_descriptor(c->descriptor, gap->version);

        if (!descriptor)
            status = sz_fail_memory(w->err, strlen(c->descriptor), w->path);
        else
            write_coordinate(f, c, descriptor, w->label, k + 1,
                             w->part[k].name ? base_name(w->part[k].name) : "",
                             w->md5[k]);
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

    for (int k = 0; k < n && status == SZ_OK; k++)
        if (w->gap->term[k].n_sparse > 0) status = write_sparse(w, k);
    if (status == SZ_OK) status = write_xml(w);
    for (int k = 0; k <= n && status == SZ_OK; k++)
        if (w->part[k].part) status = sz_output_publish(w->part + k, w->err);
    return status;
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
                           "%s: term %d has no vectors yet; make them first", path,
                           k + 1);
    if (!sz_text_is_clean(w.base) || !*w.base || strpbrk(w.base, "\t\n\r"))
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "%s: the name of the file cannot stand in XML; choose another",
                       path);
    if (gap->label && sz_is_label(gap->label))
        strcpy(w.label, gap->label);
    else
        label_of_now(w.label);
    n = (size_t)gap->n_terms + 1;
    w.part = calloc(n, sizeof *w.part);
    w.md5 = calloc(n, sizeof *w.md5);
    status =
        w.part && w.md5 ? write_all(&w) : sz_fail_memory(err, n * sizeof *w.part, path);
    for (size_t k = 0; w.part && k < n; k++) sz_output_free(w.part + k);
    free(w.part);
    free(w.md5);
    return status;
}
