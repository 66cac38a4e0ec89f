/* SPDX-License-Identifier: BSD-3-Clause
 *
 * describe.c - soapz describe: descriptor vectors, in the published definition and order
 * of components, one row per centre (one per frame for averaged ones). */
#include "describe.h"
#include "atoms/frame_list.h"
#include "base/args.h"
#include "base/number.h"
#include "describe_out.h"
#include "fit/spec_keys.h"
#include "foreign.h"
#include "format/load.h"
#include "model/descriptor.h"
#include "recipe.h"
#include "survey.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 64 }; /* atoms per call */

static const char help[] =
    "usage: soapz describe --compression LABEL [OPTIONS] IN.xyz -o OUT.npz\n"
    "       soapz describe --descriptor \"soap ...\" IN.xyz -o OUT.npz\n"
    "       soapz describe MODEL IN.xyz -o OUT.npz [--term K]\n"
    "\n"
    "Descriptor vectors (SOAP or symmetry functions) of the atoms of an extended XYZ "
    "file:\n"
    "one row for each atom that is a centre, in the order of the file, frame after "
    "frame.\n"
    "\n"
    "  IN.xyz      frames; - is standard input. With Python and ASE, any file that ASE\n"
    "              reads (POSCAR, OUTCAR, cif, ase.db, ..); or a LAMMPS dump\n"
    "  -o, --output OUT.npz   for numpy.load: descriptor [rows][length], frame, atom "
    "and\n"
    "              species (atomic number) of each row, descriptor_string, and the\n"
    "              matrices of the compression (W_l, Q_l or U_l for each l, A_l, B_l, "
    "C_l\n"
    "              of K channels, embedding)\n"
    "  -o, --output OUT.npy   only the matrix descriptor\n"
    "\n"
    "With a label of the paper (see soapz compressions, which also gives the length):\n"
    "  --compression LABEL   e.g. nu=2, nu,mu=1,1, nu,mu*=1,1, nu,mu^=1,1, W^T P_l; "
    "with\n"
    "                        three factors nu,mu^=1,2, nu,nu^,mu=1,1,1, K=3\n"
    "  --n-max 8, --l-max 6  limits of the radial and angular basis\n"
    "  --cutoff 5, --cutoff-width 0.5, --atom-sigma 0.5  in Angstrom\n"
    "  --central-weight 1    weight of the centre's own density\n"
    "  --radial-basis NAME   EQUISPACED_GAUSS, POLY or GTO\n"
    "  --species \"Nb Mo\"     elements of the densities, in this order; by default "
    "those\n"
    "                        of IN.xyz by atomic number; other neighbours are ignored\n"
    "  --centre \"W\"          rows of these elements only\n"
    "  --d-j 2               dimension of the embedding of nu=2,d_J\n"
    "  --embedding HOW       paper (the default), random, data (the leading "
    "eigenvectors\n"
    "                        of the species' covariance), numbers [species][d_J], or a\n"
    "                        file with them\n"
    "  --u-max N             channels of the optimal basis; by default n-max\n"
    "  --K 32                channels of K=3 and the other K labels\n"
    "  --l-min 0             smallest l in products of three factors\n"
    "  --seed 1              seed of random matrices and embeddings\n"
    "  --weights normal      or uniform: distribution of the random matrices' entries\n"
    "  --data DATA.xyz       data for the optimal basis or --embedding data; by default\n"
    "                        IN.xyz\n"
    "\n"
    "With a descriptor of gap_fit or of a model: soap, soap_turbo or acsf (symmetry\n"
    "functions, \"acsf cutoff=6 n_species=2 species_Z={42 74}\"). The last component of "
    "a\n"
    "soap is then covariance_sigma0, and average=T gives one row for each frame:\n"
    "  --descriptor TEXT     keys of gap_fit; also compression={LABEL}, d_J, u_max,\n"
    "                        embedding={...}, compression_seed, l_min, ..; of acsf g1 to "
    "g5\n"
    "  MODEL                 GAP XML with its sparse-point files, .soapz, or the name\n"
    "                        of a potential that comes with soapz: NbMoTaW/fast\n"
    "  --term K              only the K-th soap term of the model (numbers as in soapz\n"
    "                        info); needed if they differ in their hyperparameters\n"
    "\n"
    "  --elements Nb Mo ..   elements of the types 1, 2, .. of a dump without the "
    "column\n"
    "                        element; with --compression give --species too\n"
    "  --help                this text\n"
    "\n"
    "examples:\n"
    "  soapz describe --compression \"nu,mu=1,1\" --n-max 8 --l-max 6 cells.xyz -o "
    "p.npz\n"
    "  soapz describe --compression optimal --u-max 16 cells.xyz -o p.npz\n"
    "  soapz describe NbMoTaW.xml cells.xyz -o vectors.npy\n"
    "  soapz describe --descriptor \"soap n_max=8 l_max=6 cutoff=5 atom_sigma=0.5 \\\n"
    "      n_species=2 species_Z={42 74} n_Z=2 Z={42 74} nu_R=1 nu_S=1\" \\\n"
    "      cells.xyz -o vectors.npz\n";

typedef struct {
    const char *model_path;              /* or NULL */
    unsigned char element[SZ_Z_MAX + 1]; /* known to the model */
    sz_descriptor *descriptor;
    sz_xyz_reader *in;
    sz_describe_out out;
    sz_progress progress;
    int *atom; /* centres of a frame */
    sz_list list;
    double *p; /* [BLOCK][length] */
    long n_frames;
} description;

/* ---- which descriptor, which centres -------------------------------------------- */

/* Reads the optimal basis of u_max channels from a file; the caller frees the matrix. */
static sz_status find_optimal(const char *text, const char *data, int u_max,
                              double **matrix, int *n_matrix, double **spectrum,
                              sz_error *err)
{
    sz_moments *moments;
    sz_status status = sz_survey_moments(&moments, data, text, "", err);
    size_t n, n_l;

    if (status != SZ_OK) return status;
    n = (size_t)moments->soap->spec.n_slots * moments->soap->spec.radial.n_max;
    n_l = (size_t)moments->soap->spec.radial.l_max + 1;
    if (u_max > 0 && (size_t)u_max <= n) { /* else the parser reports what is allowed */
        *n_matrix = (int)(n_l * n * (size_t)u_max);
        *matrix = malloc((size_t)*n_matrix * sizeof **matrix);
        *spectrum = malloc(n_l * n * sizeof **spectrum);
        if (*matrix && *spectrum)
            status = sz_optimal_basis(moments, u_max, *matrix, *spectrum, err);
        else
            status = sz_fail_memory(err, n_l * n * (size_t)u_max * 8, "a basis");
    }
    sz_moments_free(moments);
    return status;
}

/* The matrices that the text derives from data; NULL if there are none. */
static sz_status find_matrix(double **spectrum, const char *text, const char *where,
                             const char *data, double **matrix, int *n_matrix,
                             sz_error *err)
{
    sz_args *args;
    const sz_compression_name *name;
    int u_max = 0;
    sz_status status = sz_args_parse(&args, text, where, err);

    *matrix = NULL;
    *n_matrix = 0;
    if (status != SZ_OK) return status;
    name = sz_compression_find(sz_args_string(args, "compression", ""));
    if (sz_args_has(args, "soap")) {
        status = sz_args_int(args, "u_max", &u_max, err);
        if (status == SZ_OK && name && !strcmp(name->label, "optimal"))
            status = find_optimal(text, data, u_max, matrix, n_matrix, spectrum, err);
    }
    sz_args_free(args);
    return status;
}

sz_status sz_describe_text(sz_descriptor **descriptor, double **spectrum,
                           const char *text, const char *where, const char *data,
                           sz_error *err)
{
    sz_describer_spec spec = {0};
    double *matrix;
    int n_matrix;
    sz_status status = find_matrix(spectrum, text, where, data, &matrix, &n_matrix, err);

    if (status == SZ_OK)
        status = sz_descriptor_parse(&spec, text, where, -1, n_matrix, matrix, err);
    if (status == SZ_OK) status = sz_descriptor_of_spec(descriptor, &spec, text, err);
    sz_describer_spec_free(&spec);
    free(matrix);
    return status;
}

static sz_status warn_of_keys(const char *text, sz_error *err)
{
    sz_warnings warnings = {0};
    sz_status status = sz_fit_warn_of_keys(&warnings, text, "--descriptor", err);

    sz_print_warnings("describe", &warnings);
    sz_warnings_free(&warnings);
    return status;
}

/* The term named by text, from 1; 0 if there is none. */
static sz_status choose_term(const sz_gap *gap, const char *text, int *term,
                             sz_error *err)
{
    int n = 0;

    *term = 0;
    for (int k = 0; k < gap->n_terms; k++) {
        int is_soap;
        sz_status status = sz_gap_term_is_soap(&is_soap, &gap->term[k], err);

        if (status != SZ_OK) return status;
        n += is_soap;
    }
    if (n == 0) return sz_fail(err, SZ_ERR_ARGUMENT, "%s has no soap term", gap->path);
    if (!text || (sz_parse_int(text, term) && *term >= 1 && *term <= n)) return SZ_OK;
    return sz_fail(err, SZ_ERR_ARGUMENT,
                   "--term %s: %s has soap terms 1 to %d, see soapz info", text,
                   gap->path, n);
}

/* The descriptor of SOAP term number term, from 1; 0: the descriptor that all terms
 * share. */
static sz_status take_terms(description *d, const sz_gap *gap, int term, sz_error *err)
{
    sz_describer_spec first = {0};
    sz_describer *describer;
    unsigned char centre[SZ_Z_MAX + 1] = {0};
    const char *text = NULL;
    int n = 0, n_differ = 0;
    sz_status status = SZ_OK;

    for (int k = 0; k < gap->n_terms && status == SZ_OK; k++) {
        sz_describer_spec spec = {0};
        int is_soap;

        status = sz_gap_term_is_soap(&is_soap, &gap->term[k], err);
        if (!is_soap || (++n != term && term)) continue;
        status = sz_gap_soap(&spec, gap, &gap->term[k], err);
        for (int z = 1; z <= SZ_Z_MAX && status == SZ_OK; z++)
            centre[z] |= (unsigned char)sz_describer_is_centre(&spec, z);
        n_differ += text && status == SZ_OK && !sz_describer_spec_equal(&spec, &first);
        if (text || status != SZ_OK) {
            sz_describer_spec_free(&spec);
            continue;
        }
        first = spec;
        text = gap->term[k].descriptor;
    }
    if (status == SZ_OK && n_differ > 0)
        status = sz_fail(err, SZ_ERR_ARGUMENT,
                         "the %d soap terms of %s differ in their hyperparameters: "
                         "choose one with --term, see soapz info",
                         n, gap->path);
    if (status == SZ_OK) status = sz_describer_create(&describer, &first, 0, err);
    if (status == SZ_OK)
        status = sz_descriptor_of(&d->descriptor, describer, centre, text, err);
    sz_describer_spec_free(&first);
    return status;
}

static sz_status take_model(description *d, const char *path, const char *term_text,
                            sz_files *files, sz_error *err)
{
    sz_gap *gap;
    int term;
    sz_status status = sz_gap_load(&gap, path, err);

    d->model_path = path;
    if (status == SZ_OK) status = sz_files_read_those(files, &gap->files, err);
    if (status == SZ_OK) status = choose_term(gap, term_text, &term, err);
    if (status == SZ_OK) status = take_terms(d, gap, term, err);
    if (status == SZ_OK) status = sz_gap_elements(gap, d->element, err);
    sz_gap_free(gap);
    return status;
}

/* ---- frames --------------------------------------------------------------------- */

/* Elements that are not in the model are refused. */
static sz_status check_elements(const description *d, const sz_xyz_frame *frame,
                                sz_error *err)
{
    char known[512] = "";
    size_t used = 0;

    for (int i = 0; i < frame->n_atoms; i++) {
        if (!d->model_path || d->element[frame->z[i]]) continue;
        for (int z = 1; z <= SZ_Z_MAX && used + 8 < sizeof known; z++)
            if (d->element[z])
                used += (size_t)snprintf(known + used, sizeof known - used, " %s",
                                         sz_element_symbol(z));
        return sz_fail(err, SZ_ERR_ARGUMENT, "%s:%d: the model %s has%s, not %s",
                       sz_xyz_name(d->in), frame->line + 2 + i, d->model_path, known,
                       sz_element_symbol(frame->z[i]));
    }
    return SZ_OK;
}

/* The vectors of n atoms from atom[0] on, into d->p. */
static sz_status find_vectors(description *d, const sz_xyz_frame *frame, int n,
                              const int *atom, sz_error *err)
{
    int average = sz_descriptor_is_average(d->descriptor), faulty;
    sz_status status =
        sz_descriptor_rows(d->descriptor, &d->list, n, atom, d->p, &faulty, err);

    if (status == SZ_OK || faulty < 0) return status;
    return sz_fail(err, SZ_ERR_NUMERIC, "%s:%d: this %s has no descriptor: %s",
                   sz_xyz_name(d->in), frame->line + (average ? 0 : 2 + atom[faulty]),
                   average ? "frame" : "atom", d->descriptor->describer->empty);
}

static sz_status describe_atoms(description *d, const sz_xyz_frame *frame, int n,
                                sz_error *err)
{
    size_t length = (size_t)sz_descriptor_length(d->descriptor);
    sz_status status = SZ_OK;

    if (sz_descriptor_is_average(d->descriptor)) {
        if (n == 0) return SZ_OK;
        status = find_vectors(d, frame, n, d->atom, err);
        return status == SZ_OK ? sz_describe_row(&d->out, d->p, d->n_frames, -1, 0, err)
                               : status;
    }
    for (int at = 0; at < n && status == SZ_OK; at += BLOCK) {
        int size = n - at < BLOCK ? n - at : BLOCK;

        status = find_vectors(d, frame, size, d->atom + at, err);
        for (int k = 0; k < size && status == SZ_OK; k++)
            status = sz_describe_row(&d->out, d->p + (size_t)k * length, d->n_frames,
                                     d->atom[at + k], frame->z[d->atom[at + k]], err);
        if (status == SZ_OK) status = sz_describe_check(&d->out, err);
    }
    return status;
}

static sz_status describe_frame(description *d, const sz_xyz_frame *frame, sz_error *err)
{
    const char *name = sz_xyz_name(d->in);
    int n = 0, *atom = realloc(d->atom, ((size_t)frame->n_atoms + 1) * sizeof *atom);
    sz_status status;

    if (!atom) return sz_fail_memory(err, (size_t)frame->n_atoms * sizeof *atom, name);
    d->atom = atom;
    status = check_elements(d, frame, err);
    if (status == SZ_OK)
        status = sz_frame_list(&d->list, frame, frame->z, name,
                               sz_descriptor_cutoff(d->descriptor), err);
    for (int i = 0; i < frame->n_atoms; i++)
        if (sz_descriptor_is_centre(d->descriptor, frame->z[i])) atom[n++] = i;
    if (status == SZ_OK) status = describe_atoms(d, frame, n, err);
    d->n_frames++;
    sz_progress_show(&d->progress, sz_xyz_done(d->in), d->n_frames, "frames done");
    return status;
}

static sz_status describe_file(description *d, sz_error *err)
{
    size_t size = (size_t)sz_descriptor_length(d->descriptor) * BLOCK * sizeof(double);
    sz_status status;

    d->p = malloc(size);
    if (!d->p) return sz_fail_memory(err, size, "descriptor vectors");
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
        status = sz_fail(err, SZ_ERR_ARGUMENT, "%s has no atom that is a centre",
                         sz_xyz_name(d->in));
    return status;
}

/* ---- the verb ------------------------------------------------------------------- */

typedef struct {
    const char *model, *descriptor, *term, *in, *out;
    char elements[512]; /* elements of a dump's types */
    sz_recipe recipe;
    sz_files files;
} request;

/* the first option that needs --compression */
static const char *recipe_option(const sz_recipe *r)
{
    const char *value[] = {r->n_max,        r->l_max,      r->cutoff,
                           r->cutoff_width, r->atom_sigma, r->central_weight,
                           r->species,      r->centre,     r->d_j,
                           r->embedding,    r->u_max,      r->seed,
                           r->radial_basis, r->k,          r->l_min,
                           r->weights};
    const char *name[] = {"--n-max",        "--l-max",      "--cutoff",
                          "--cutoff-width", "--atom-sigma", "--central-weight",
                          "--species",      "--centre",     "--d-j",
                          "--embedding",    "--u-max",      "--seed",
                          "--radial-basis", "--K",          "--l-min",
                          "--weights"};

    for (size_t k = 0; k < sizeof value / sizeof *value; k++)
        if (value[k]) return name[k];
    return NULL;
}

static int check_request(request *r, const char **argument, int n)
{
    const char *option = recipe_option(&r->recipe);

    if (r->descriptor && r->recipe.compression)
        return sz_usage_error("describe", "--descriptor and --compression exclude each "
                                          "other");
    if (option && !r->recipe.compression)
        return sz_usage_error("describe", "%s needs --compression", option);
    if ((r->descriptor || r->recipe.compression) && n != 1)
        return sz_usage_error("describe", "with %s give only an XYZ file",
                              r->descriptor ? "--descriptor" : "--compression");
    if ((r->descriptor || r->recipe.compression) && r->term)
        return sz_usage_error("describe", "--term needs a model");
    if (!r->descriptor && !r->recipe.compression && n != 2)
        return sz_usage_error("describe", "give a model and an XYZ file");
    if (!r->descriptor && !r->recipe.compression && r->recipe.data)
        return sz_usage_error("describe", "a model has its own basis: leave out --data");
    if (!r->out) return sz_usage_error("describe", "name the output file with -o");
    r->model = r->descriptor || r->recipe.compression ? NULL : argument[0];
    r->in = argument[n - 1];
    n = sz_take_files("describe", &r->files,
                      (sz_named[]){{"the model", r->model, 0},
                                   {"the structures", r->in, 0},
                                   {"--data", r->recipe.data, 0},
                                   {"--embedding", r->recipe.embedding, 0},
                                   {"-o", r->out, 1}},
                      5);
    return n ? n : -1;
}

/* -1, or the exit code if there is nothing to do */
static int read_options(int argc, char **argv, request *r)
{
    const char *argument[2];
    int want_help = 0, n, code;
    sz_option option[] = {[SZ_RECIPE_OPTIONS] = {"--output", 'o', &r->out, NULL},
                          {"--term", 't', &r->term, NULL},
                          {"--descriptor", 'd', &r->descriptor, NULL},
                          {"--compression", 'c', &r->recipe.compression, NULL},
                          {"--help", 'h', NULL, &want_help}};

    sz_recipe_options(&r->recipe, option);
    code = sz_take_elements(&argc, argv, r->elements, sizeof r->elements);
    if (!code)
        code = sz_options(argc, argv, option, sizeof option / sizeof *option, argument, 2,
                          &n);
    if (want_help) return sz_print_text(help);
    return code ? code : check_request(r, argument, n);
}

static sz_status take_request(description *d, request *r, sz_error *err)
{
    const char *data = r->recipe.data ? r->recipe.data : r->in;
    char *text;
    sz_status status;

    if (r->model) return take_model(d, r->model, r->term, &r->files, err);
    if (r->descriptor) {
        status = sz_describe_text(&d->descriptor, &d->out.spectrum, r->descriptor,
                                  "--descriptor", data, err);
        return status == SZ_OK ? warn_of_keys(r->descriptor, err) : status;
    }
    status = sz_recipe_text(&text, &r->recipe, r->in, err);
    if (status == SZ_OK)
        status = sz_describe_text(&d->descriptor, &d->out.spectrum, text, "--compression",
                                  data, err);
    free(text);
    return status;
}

int sz_verb_describe(int argc, char **argv)
{
    description d = {0};
    request r = {0};
    sz_foreign foreign = {0};
    sz_error err;
    sz_status status, closed;
    int code = read_options(argc, argv, &r), keep;

    if (code >= 0) return code;
    sz_blas_tune();
    sz_blas_set_threads(1);
    sz_catch_interrupts();
    status = sz_foreign_open(&foreign, r.in, &err);
    r.in = sz_foreign_path(&foreign);
    if (status == SZ_OK) status = take_request(&d, &r, &err);
    if (status == SZ_OK) status = sz_xyz_open(&d.in, r.in, &err);
    if (status == SZ_OK) status = sz_xyz_set_types(d.in, r.elements, &err);
    /* the paper's vectors do not have the component covariance_sigma0 */
    if (status == SZ_OK)
        status = sz_describe_open(
            &d.out, r.out, sz_descriptor_length(d.descriptor) - !!r.recipe.compression,
            &err);
    if (status == SZ_OK) status = describe_file(&d, &err);
    keep = status == SZ_OK;
    if (keep)
        sz_describe_matrices(&d.out, sz_descriptor_text(d.descriptor),
                             d.descriptor->describer);
    closed = sz_describe_close(&d.out, keep, keep ? &err : NULL);
    if (keep) status = closed;
    if (status == SZ_OK)
        printf("%s: %ld rows of %d components, %ld frame%s\n", r.out, d.out.n_rows,
               d.out.n_columns, d.n_frames, d.n_frames == 1 ? "" : "s");
    if (status == SZ_OK) sz_print_warnings("describe", sz_xyz_warnings(d.in));
    sz_describe_free(&d.out);
    sz_files_free(&r.files);
    sz_xyz_close(d.in);
    sz_list_free(&d.list);
    sz_descriptor_free(d.descriptor);
    free(d.atom);
    free(d.p);
    if (status != SZ_OK) sz_foreign_mend(&foreign, &err);
    sz_foreign_close(&foreign);
    if (status != SZ_OK) return sz_report(&err);
    return sz_finish_stdout();
}
