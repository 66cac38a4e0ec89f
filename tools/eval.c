/* SPDX-License-Identifier: BSD-3-Clause
 *
 * eval.c - soapz eval: energies, forces and virials of the frames of a file.
 *
 *   E = sum_i E_i,  F_i += dE_i/dr_ij,  F_j -= dE_i/dr_ij,  W = - sum r_ij (x) dE_i/dr_ij
 *
 * Frames pass one by one; the atoms of a frame go to sz_compute in parts, so that the
 * derivatives of a huge frame need little memory. */
#include "structure.h"
#include "tool.h"

#include <stdlib.h>
#include <string.h>

enum { PART = 2048 }; /* atoms of one call */

static const char help[] =
    "usage: soapz eval MODEL IN.xyz -o OUT.xyz\n"
    "\n"
    "Energies, forces and virials of every frame of an extended XYZ file.\n"
    "\n"
    "  MODEL       GAP XML, its sparse points beside it, or .soapz\n"
    "  IN.xyz      frames; - is standard input\n"
    "  -o, --output OUT.xyz\n"
    "              the same frames with energy (eV) and virial (eV, row by row,\n"
    "              -volume * stress: positive under pressure) in their header and\n"
    "              the columns forces (eV/Angstrom) and local_energy (eV), all with\n"
    "              17 digits; what the input says under these names, or as stress or\n"
    "              free_energy, is replaced, the rest is kept. - is standard output\n"
    "  --help      this text\n"
    "\n"
    "A frame without Lattice is not periodic; pbc=\"T T F\" names periodic directions.\n"
    "\n"
    "example:\n"
    "  soapz eval NbMoTaW.xml cells.xyz -o result.xyz\n";

typedef struct {
    const char *model_path;
    sz_model *model;
    sz_work *work;
    sz_xyz_reader *in;
    sz_output out;
    sz_progress progress;

    int *species;  /* [n_atoms] of the frame */
    sz_list list;  /* its neighbours */
    double *local; /* [n_atoms] */
    double *force; /* [n_atoms][3] */
    size_t room;   /* atoms */
    double *dedr;  /* [pairs of a part][3] */
    size_t dedr_room;
    double done_before; /* share of the file before this frame */
    long n_frames, n_atoms;
} evaluation;

static sz_status make_room(evaluation *e, size_t n, sz_error *err)
{
    if (n > e->room || !e->local) {
        free(e->local);
        free(e->force);
        e->local = malloc((n + 1) * sizeof(double));
        e->force = malloc((3 * n + 1) * sizeof(double));
        e->room = e->local && e->force ? n : 0;
        if (!e->local || !e->force)
            return sz_fail_memory(err, 4 * n * sizeof(double), "the forces");
    }
    memset(e->force, 0, 3 * n * sizeof(double));
    return SZ_OK;
}

/* Energies and derivatives of the atoms start .. start+n-1, added to forces, virial. */
static sz_status compute_part(evaluation *e, int start, int n, double virial[9],
                              sz_error *err)
{
    const sz_list *list = &e->list;
    int first[PART + 1], p0 = list->nb.first[start];
    size_t n_pairs = (size_t)(list->nb.first[start + n] - p0);
    sz_neigh nb = {.n_atoms = n,
                   .species = list->nb.species + start,
                   .first = first,
                   .neigh_species = list->nb.neigh_species + p0,
                   .r = list->nb.r + 3 * (size_t)p0};
    sz_status status;

    for (int i = 0; i <= n; i++) first[i] = list->nb.first[start + i] - p0;
    if (n_pairs > e->dedr_room || !e->dedr) {
        free(e->dedr);
        e->dedr = malloc((3 * n_pairs + 1) * sizeof(double));
        e->dedr_room = e->dedr ? n_pairs : 0;
        if (!e->dedr) return sz_fail_memory(err, 24 * n_pairs, "dE/dr");
    }
    status = sz_compute(e->model, e->work, &nb, e->local + start, e->dedr, err);
    if (status != SZ_OK) return status;
    for (int i = 0; i < n; i++)
        for (int p = first[i]; p < first[i + 1]; p++) {
            const double *d = e->dedr + 3 * (size_t)p, *r = nb.r + 3 * (size_t)p;
            double *fi = e->force + 3 * (size_t)(start + i);
            double *fj = e->force + 3 * (size_t)list->neigh[p0 + p];

            for (int x = 0; x < 3; x++) {
                fi[x] += d[x];
                fj[x] -= d[x];
                for (int y = 0; y < 3; y++) virial[3 * x + y] -= r[x] * d[y];
            }
        }
    return SZ_OK;
}

static void show_progress(evaluation *e, double share_of_frame, int atoms_of_frame)
{
    double after = sz_xyz_done(e->in), done = -1;

    if (after >= 0) done = e->done_before + share_of_frame * (after - e->done_before);
    sz_progress_show(&e->progress, done, e->n_atoms + atoms_of_frame, "atoms done");
}

static sz_status eval_frame(evaluation *e, const sz_xyz_frame *frame, sz_error *err)
{
    const char *name = sz_xyz_name(e->in);
    sz_xyz_result result = {0};
    sz_status status =
        sz_frame_species(&e->species, frame, name, e->model, e->model_path, err);

    if (status == SZ_OK)
        status = sz_frame_list(&e->list, frame, e->species, name,
                               sz_model_cutoff(e->model), err);
    if (status == SZ_OK) status = make_room(e, (size_t)frame->n_atoms, err);
    for (int i = 0; status == SZ_OK && i < frame->n_atoms; i += PART) {
        int n = frame->n_atoms - i < PART ? frame->n_atoms - i : PART;

        status = compute_part(e, i, n, result.virial, err);
        if (status != SZ_OK) status = sz_frame_fail(frame, name, err, status);
        if (status == SZ_OK) status = sz_output_check(&e->out, err);
        show_progress(e, (double)(i + n) / frame->n_atoms, i + n);
    }
    if (status != SZ_OK) return status;
    for (int i = 0; i < frame->n_atoms; i++) result.energy += e->local[i];
    result.forces = e->force;
    result.local_energy = e->local;
    sz_xyz_write(e->out.file, frame, &result);
    e->n_frames++;
    e->n_atoms += frame->n_atoms;
    return sz_output_check(&e->out, err);
}

static sz_status eval_file(evaluation *e, sz_error *err)
{
    sz_status status;

    sz_progress_start(&e->progress);
    for (;;) {
        sz_xyz_frame *frame;

        e->done_before = sz_xyz_done(e->in);
        status = sz_xyz_read(&frame, e->in, err);
        if (status != SZ_OK || !frame) break;
        status = eval_frame(e, frame, err);
        sz_xyz_frame_free(frame);
        if (status != SZ_OK) break;
    }
    sz_progress_end(&e->progress);
    if (status == SZ_OK && e->n_frames == 0)
        status = sz_fail(err, SZ_ERR_FORMAT, "%s holds no frame", sz_xyz_name(e->in));
    return status;
}

/* -1, or the exit code when there is nothing to do */
static int read_options(int argc, char **argv, const char **model, const char **in,
                        const char **out)
{
    const char *argument[2];
    int want_help = 0, n, code;
    sz_option option[] = {{"--output", 'o', out, NULL},
                          {"--help", 'h', NULL, &want_help}};

    code = sz_options(argc, argv, option, 2, argument, 2, &n);
    if (want_help) return sz_print_text(help);
    if (code) return code;
    if (n < 2) return sz_usage_error("eval", "a model and an XYZ file are needed");
    if (!*out) return sz_usage_error("eval", "say with -o where the result shall go");
    *model = argument[0];
    *in = argument[1];
    return -1;
}

int sz_verb_eval(int argc, char **argv)
{
    const char *in = NULL, *out = NULL;
    evaluation e = {0};
    sz_error err;
    sz_status status, closed;
    int code = read_options(argc, argv, &e.model_path, &in, &out);

    if (code >= 0) return code;
    sz_blas_tune();
    sz_blas_set_threads(1);
    status = sz_model_load(&e.model, e.model_path, &err);
    if (status == SZ_OK) status = sz_work_create(&e.work, e.model, 0, &err);
    if (status == SZ_OK) status = sz_xyz_open(&e.in, in, &err);
    if (status == SZ_OK) status = sz_output_open(&e.out, out, &err);
    if (status == SZ_OK) status = eval_file(&e, &err);
    closed = sz_output_close(&e.out, status == SZ_OK, status == SZ_OK ? &err : NULL);
    if (status == SZ_OK) status = closed;
    if (status == SZ_OK && strcmp(out, "-") != 0)
        printf("%s: %ld frame%s, %ld atom%s\n", out, e.n_frames,
               e.n_frames == 1 ? "" : "s", e.n_atoms, e.n_atoms == 1 ? "" : "s");
    sz_xyz_close(e.in);
    sz_list_free(&e.list);
    sz_work_free(e.work);
    sz_model_free(e.model);
    free(e.species);
    free(e.local);
    free(e.force);
    free(e.dedr);
    if (status != SZ_OK) return sz_report(&err);
    return sz_finish_stdout();
}
