/* SPDX-License-Identifier: BSD-3-Clause
 *
 * describe.c - soapz describe: descriptor vectors, in the published definition and
 * order of components, one row per centre. */
#include "gap_args.h"
#include "model.h"
#include "npy.h"
#include "number.h"
#include "soap_spec.h"
#include "structure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 64 }; /* atoms of one call */

static const char help[] =
    "usage: soapz describe MODEL IN.xyz -o OUT.npy [--term K]\n"
    "       soapz describe --descriptor \"soap ...\" IN.xyz -o OUT.npy\n"
    "\n"
    "SOAP vectors of the atoms of an extended XYZ file as a NumPy matrix: a row for\n"
    "each atom that is a centre, in the order of the file, frame after frame; the\n"
    "components as gap_fit defines and orders them, normalised, the last one being\n"
    "covariance_sigma0.\n"
    "\n"
    "  MODEL       GAP XML file; its sparse points lie beside it\n"
    "  IN.xyz      frames; - is standard input\n"
    "  -o, --output OUT.npy\n"
    "  --term K    only the K-th soap term of the model (soapz info counts them); "
    "needed\n"
    "              when the terms differ in their hyperparameters\n"
    "  --descriptor TEXT\n"
    "              a descriptor in gap_fit's words instead of a model\n"
    "  --help      this text\n"
    "\n"
    "examples:\n"
    "  soapz describe NbMoTaW.xml cells.xyz -o vectors.npy\n"
    "  soapz describe --descriptor \"soap n_max=8 l_max=6 cutoff=5 atom_sigma=0.5 \\\n"
    "      n_species=2 species_Z={42 74} n_Z=2 Z={42 74} nu_R=1 nu_S=1\" \\\n"
    "      cells.xyz -o vectors.npy\n";

typedef struct {
    sz_model *model; /* or NULL */
    const char *model_path;
    sz_soap *soap;
    sz_soap_work *work;
    sz_xyz_reader *in;
    sz_npy out;
    sz_progress progress;
    /* a species is its atomic number here */
    int z[SZ_Z_MAX + 1], slot[SZ_Z_MAX + 1], centre[SZ_Z_MAX + 1];
    int *species; /* scratch */
    sz_list list;
    double *p;   /* [BLOCK][stride] */
    double *row; /* [published] */
    long n_frames;
} description;

/* ---- which descriptor, which centres -------------------------------------------- */

static sz_status take_text(description *d, const char *text, sz_error *err)
{
    sz_args *args;
    sz_soap_spec spec = {0};
    int n_centres = 0, centre_z[SZ_Z_MAX];
    sz_status status = sz_args_parse(&args, text, "--descriptor", err);

    if (status == SZ_OK && !sz_args_has(args, "soap"))
        status = sz_fail(err, SZ_ERR_FORMAT,
                         "--descriptor: only soap can be described, not %s",
                         sz_args_n_words(args) ? sz_args_word(args, 0) : "\"\"");
    if (status == SZ_OK)
        status = sz_soap_spec_parse(&spec, &n_centres, centre_z, args, -1, err);
    if (status == SZ_OK) status = sz_soap_create(&d->soap, &spec, 0, err);
    sz_args_free(args);
    if (status != SZ_OK) return status;
    for (int z = 1; z <= SZ_Z_MAX; z++) {
        d->centre[z] = n_centres == 0;
        for (int k = 0; k < n_centres; k++)
            d->centre[z] |= centre_z[k] == z || centre_z[k] == 0;
    }
    return SZ_OK;
}

static sz_status choose_term(const sz_model *m, const char *path, const char *text,
                             int *term, sz_error *err)
{
    *term = 0;
    if (m->n_terms == 0)
        return sz_fail(err, SZ_ERR_ARGUMENT, "%s has no soap term to describe with",
                       path);
    if (text) {
        if (sz_parse_int(text, term) && *term >= 1 && *term <= m->n_terms) return SZ_OK;
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "--term %s: %s has the soap terms 1 to %d, see soapz info", text,
                       path, m->n_terms);
    }
    for (int t = 1; t < m->n_terms; t++)
        if (m->term[t].soap != m->term[0].soap)
            return sz_fail(err, SZ_ERR_ARGUMENT,
                           "the %d soap terms of %s differ in their hyperparameters: "
                           "choose one with --term, see soapz info",
                           m->n_terms, path);
    return SZ_OK;
}

static sz_status take_model(description *d, const char *path, const char *term_text,
                            sz_error *err)
{
    const sz_model *m;
    int term;
    sz_status status = sz_model_load(&d->model, path, err);

    if (status == SZ_OK) status = choose_term(d->model, path, term_text, &term, err);
    if (status != SZ_OK) return status;
    m = d->model;
    d->model_path = path;
    for (int t = 0; t < m->n_terms; t++)
        for (int s = 0; s < m->n_species; s++)
            if ((term == 0 || t == term - 1) && m->term[t].centre[s])
                d->centre[m->z[s]] = 1;
    return sz_soap_create(&d->soap, &m->soap[m->term[term ? term - 1 : 0].soap]->spec, 0,
                          err);
}

static sz_status prepare(description *d, sz_error *err)
{
    size_t size = (size_t)sz_soap_stride(d->soap) * BLOCK * sizeof(double);

    for (int z = 0; z <= SZ_Z_MAX; z++) {
        d->z[z] = z;
        d->slot[z] = z ? sz_soap_slot(d->soap, z) : -1;
    }
    d->p = aligned_alloc(64, (size + 63) / 64 * 64);
    d->row = malloc((size_t)sz_soap_n_published(d->soap) * sizeof(double));
    if (!d->p || !d->row) return sz_fail_memory(err, size, "descriptor vectors");
    return sz_soap_work_create(&d->work, d->soap, BLOCK, err);
}

/* ---- frames --------------------------------------------------------------------- */

/* Vectors of up to BLOCK atoms. */
static sz_status describe_block(description *d, const sz_xyz_frame *frame, int n,
                                const int *atom, sz_error *err)
{
    const sz_soap_species species = {d->z, d->slot};
    int n_row = sz_soap_n_published(d->soap);

    sz_soap_forward(d->soap, d->work, &d->list.nb, &species, n, atom, d->p);
    for (int i = 0; i < n; i++) {
        double norm2 = 0;

        sz_soap_publish(d->soap, d->p + (size_t)i * sz_soap_stride(d->soap), d->row);
        for (int k = 0; k < n_row - 1; k++) norm2 += d->row[k] * d->row[k];
        if (!(norm2 > 0) || !isfinite(norm2))
            return sz_fail(
                err, SZ_ERR_NUMERIC,
                "%s:%d: this atom has no descriptor: neither it nor a neighbour "
                "counts in the density",
                sz_xyz_name(d->in), frame->line + 2 + atom[i]);
        sz_npy_row(&d->out, d->row);
    }
    return sz_output_check(&d->out.out, err);
}

static sz_status describe_frame(description *d, const sz_xyz_frame *frame, sz_error *err)
{
    const char *name = sz_xyz_name(d->in);
    sz_status status = SZ_OK;
    int atom[BLOCK], n = 0;

    if (d->model)
        status = sz_frame_species(&d->species, frame, name, d->model, d->model_path, err);
    if (status == SZ_OK)
        status = sz_frame_list(&d->list, frame, frame->z, name,
                               d->soap->spec.radial.cutoff, err);
    for (int i = 0; status == SZ_OK && i < frame->n_atoms; i++) {
        if (d->centre[frame->z[i]]) atom[n++] = i;
        if (n < BLOCK && i < frame->n_atoms - 1) continue;
        if (n > 0) status = describe_block(d, frame, n, atom, err);
        n = 0;
    }
    d->n_frames++;
    sz_progress_show(&d->progress, sz_xyz_done(d->in), d->n_frames, "frames done");
    return status;
}

static sz_status describe_file(description *d, sz_error *err)
{
    sz_status status;

    sz_progress_start(&d->progress);
    for (;;) {
        sz_xyz_frame *frame;

        status = sz_xyz_read(&frame, d->in, err);
        if (status != SZ_OK || !frame) break;
        status = describe_frame(d, frame, err);
        sz_xyz_frame_free(frame);
        if (status != SZ_OK) break;
    }
    sz_progress_end(&d->progress);
    if (status == SZ_OK && d->out.n_rows == 0)
        status = sz_fail(err, SZ_ERR_ARGUMENT, "%s holds no atom that is a centre",
                         sz_xyz_name(d->in));
    return status;
}

/* ---- the verb ------------------------------------------------------------------- */

typedef struct {
    const char *model, *descriptor, *term, *in, *out;
} request;

/* -1, or the exit code when there is nothing to do */
static int read_options(int argc, char **argv, request *r)
{
    const char *argument[2];
    int want_help = 0, n, code;
    sz_option option[] = {{"--output", 'o', &r->out, NULL},
                          {"--term", 't', &r->term, NULL},
                          {"--descriptor", 'd', &r->descriptor, NULL},
                          {"--help", 'h', NULL, &want_help}};

    code = sz_options(argc, argv, option, 4, argument, 2, &n);
    if (want_help) return sz_print_text(help);
    if (code) return code;
    if (r->descriptor && n != 1)
        return sz_usage_error("describe", "with --descriptor only an XYZ file is named");
    if (r->descriptor && r->term)
        return sz_usage_error("describe", "--term belongs to a model");
    if (!r->descriptor && n != 2)
        return sz_usage_error("describe", "a model and an XYZ file are needed");
    if (!r->out)
        return sz_usage_error("describe", "say with -o where the result shall go");
    r->model = r->descriptor ? NULL : argument[0];
    r->in = argument[n - 1];
    return -1;
}

int sz_verb_describe(int argc, char **argv)
{
    description d = {0};
    request r = {0};
    sz_error err;
    sz_status status, closed;
    int code = read_options(argc, argv, &r);

    if (code >= 0) return code;
    sz_blas_tune();
    sz_blas_set_threads(1);
    status = r.model ? take_model(&d, r.model, r.term, &err)
                     : take_text(&d, r.descriptor, &err);
    if (status == SZ_OK) status = prepare(&d, &err);
    if (status == SZ_OK) status = sz_xyz_open(&d.in, r.in, &err);
    if (status == SZ_OK)
        status = sz_npy_open(&d.out, r.out, sz_soap_n_published(d.soap), &err);
    if (status == SZ_OK) status = describe_file(&d, &err);
    closed = sz_npy_close(&d.out, status == SZ_OK, status == SZ_OK ? &err : NULL);
    if (status == SZ_OK) status = closed;
    if (status == SZ_OK)
        printf("%s: %ld rows of %d components, %ld frame%s\n", r.out, d.out.n_rows,
               d.out.n_columns, d.n_frames, d.n_frames == 1 ? "" : "s");
    sz_xyz_close(d.in);
    sz_list_free(&d.list);
    sz_soap_work_free(d.work);
    sz_soap_free(d.soap);
    sz_model_free(d.model);
    free(d.species);
    free(d.p);
    free(d.row);
    if (status != SZ_OK) return sz_report(&err);
    return sz_finish_stdout();
}
