/* SPDX-License-Identifier: BSD-3-Clause
 *
 * eval.c - soapz eval: energies, forces and virials of the frames of a file.
 *
 * Frames are processed one by one. */
#include "atoms/frame_list.h"
#include "base/crew.h"
#include "base/memory.h"
#include "base/number.h"
#include "foreign.h"
#include "model/predict.h"
#include "model/variance.h"
#include "tool.h"

#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: soapz eval MODEL IN -o OUT.xyz [--rank-tolerance E] [--threads N]\n"
    "                  [--precision mixed] [--device kokkos] [--variance] [--grade]\n"
    "                  [--uncertainty]\n"
    "\n"
    "Energies, forces and virials of every frame of a file.\n"
    "\n"
    "  MODEL       GAP XML with its sparse-point files, .soapz, or the name of a\n"
    "              potential that comes with soapz: NbMoTaW/fast\n"
    "  IN          frames in extended XYZ, - is standard input; or a LAMMPS dump; or, "
    "with\n"
    "              Python and ASE, any file that ASE reads (POSCAR, OUTCAR, cif, "
    "ase.db,\n"
    "              ..): its energy, forces and virial are then copied to OUT.xyz as\n"
    "              REF_energy, REF_forces and REF_virial\n"
    "  -o, --output OUT.xyz\n"
    "              the same frames with energy (eV) and virial (eV, row by row,\n"
    "              -volume * stress: positive under pressure) in their header and\n"
    "              the columns forces (eV/Angstrom) and local_energy (eV), all with\n"
    "              17 digits; input data with these names, or named stress or\n"
    "              free_energy, are replaced, the rest is kept. - is standard output\n"
    "  --rank-tolerance E\n"
    "              replace kernels of zeta 2 by their leading eigenvectors where that "
    "is\n"
    "              faster; each may change a local energy by E eV (rms over its sparse\n"
    "              points). 0, the default: exact. Prints the result, see also soapz "
    "info\n"
    "  --threads N threads for each frame (1); 0: all cores. Results do not depend on "
    "it\n"
    "  --precision mixed\n"
    "              SOAP terms in single precision, sums in double: faster, with forces\n"
    "              within 1e-5 eV/Angstrom of those in double, the default\n"
    "  --device kokkos\n"
    "              SOAP terms with Kokkos, on the GPU or the threads for which it was\n"
    "              built; default: cpu, which every soapz has\n"
    "  --variance  add the key energy_variance and the column local_energy_variance, "
    "eV^2:\n"
    "              the Gaussian process's variance, a distance from the sparse points\n"
    "  --grade     add the column grade: 0 at a sparse point, at most 1.41; costs less\n"
    "  --uncertainty\n"
    "              add the column force_uncertainty, eV/Angstrom, and the key\n"
    "              energy_uncertainty, eV: standard deviations of a force component and\n"
    "              of the energy, from the model's calibration (see soapz calibrate)\n"
    "  --elements Nb Mo ..\n"
    "              elements of the types 1, 2, .. of a dump without the column element\n"
    "  --help      this text\n"
    "\n"
    "A frame without Lattice is not periodic; pbc=\"T T F\" sets the periodic "
    "directions.\n"
    "\n"
    "example:\n"
    "  soapz eval NbMoTaW.xml cells.xyz -o result.xyz\n";

typedef struct {
    const char *model_path;
    char elements[512]; /* elements of a dump's types */
    sz_plan_options plan;
    sz_model *model;
    sz_predictor *predictor;
    int want_variance, want_grade, want_uncertainty;
    sz_variance *variance; /* NULL: no element */
    sz_variance_work *scratch;
    sz_uncertainty *uncertainty;
    double *local_variance, *grade, *sigma; /* [room] for the frame */
    int room;
    sz_xyz_reader *in;
    sz_output out;
    sz_progress progress;
    sz_files files;

    int *species;       /* [n_atoms] for the frame */
    double done_before; /* fraction of the file before this frame */
    long n_frames, n_atoms;
} evaluation;

static void show_progress(evaluation *e, double share_of_frame, int atoms_of_frame)
{
    double after = sz_xyz_done(e->in), done = -1;

    if (after >= 0) done = e->done_before + share_of_frame * (after - e->done_before);
    sz_progress_show(&e->progress, done, e->n_atoms + atoms_of_frame, "atoms done");
}

static sz_status make_room(evaluation *e, int n, sz_error *err)
{
    if (n <= e->room) return SZ_OK;
    if (!sz_grow(&e->local_variance, (size_t)n, sizeof *e->local_variance) ||
        !sz_grow(&e->grade, (size_t)n, sizeof *e->grade) ||
        !sz_grow(&e->sigma, (size_t)n, sizeof *e->sigma))
        return sz_fail_memory(err, 24 * (size_t)n, "a frame");
    e->room = n;
    return SZ_OK;
}

/* Quantities beside energies and forces, which are always computed. */
static sz_status judge_frame(evaluation *e, sz_xyz_result *result, sz_error *err)
{
    const sz_list *list = &e->predictor->list;
    int n = list->nb.n_atoms;
    sz_status status = make_room(e, n, err);

    if (status == SZ_OK && e->want_grade)
        status =
            sz_variance_compute(e->variance, e->scratch, &list->nb, NULL, e->grade, err);
    if (status == SZ_OK && (e->want_variance || e->want_uncertainty))
        status = sz_variance_frame(e->variance, e->scratch, &list->nb, e->local_variance,
                                   &result->energy_variance, err);
    if (status != SZ_OK) return status;
    if (e->want_variance) result->local_energy_variance = e->local_variance;
    if (e->want_grade) result->grade = e->grade;
    if (!e->want_uncertainty) return SZ_OK;
    sz_uncertainty_forces(e->uncertainty, list, result->forces, e->local_variance,
                          e->sigma);
    result->force_uncertainty = e->sigma;
    result->energy_uncertainty =
        sz_uncertainty_energy(e->uncertainty, n, result->energy_variance);
    return SZ_OK;
}

static sz_status eval_frame(evaluation *e, const sz_xyz_frame *frame, sz_error *err)
{
    const char *name = sz_xyz_name(e->in);
    sz_predictor *p = e->predictor;
    sz_xyz_result result = {0};
    sz_status status =
        sz_frame_species(&e->species, frame, name, e->model, e->model_path, err);

    if (status == SZ_OK)
        status = sz_frame_list(&p->list, frame, e->species, name,
                               sz_model_cutoff(e->model), err);
    if (status == SZ_OK) status = sz_predict_start(p, err);
    while (status == SZ_OK && p->n_done < frame->n_atoms) {
        status = sz_predict_next(p, err);
        if (status != SZ_OK) status = sz_frame_fail(frame, name, err, status);
        if (status == SZ_OK) status = sz_check_output(&e->out, err);
        show_progress(e, (double)p->n_done / frame->n_atoms, p->n_done);
    }
    if (status != SZ_OK) return status;
    result.energy = p->energy;
    result.forces = p->force;
    result.local_energy = p->local;
    memcpy(result.virial, p->virial, sizeof result.virial);
    if (e->variance) status = judge_frame(e, &result, err);
    if (status != SZ_OK) return sz_frame_fail(frame, name, err, status);
    sz_xyz_write(e->out.file, frame, &result);
    e->n_frames++;
    e->n_atoms += frame->n_atoms;
    return sz_check_output(&e->out, err);
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
        status = sz_fail(err, SZ_ERR_FORMAT, "%s has no frames", sz_xyz_name(e->in));
    return status;
}

static sz_status load(evaluation *e, sz_error *err)
{
    sz_status status = sz_model_load(&e->model, e->model_path, err);

    if (status == SZ_OK) status = sz_read_model_files(&e->files, e->model, err);
    if (status == SZ_OK) status = sz_model_set_plan(e->model, &e->plan, err);
    if (status == SZ_OK) status = sz_predictor_create(&e->predictor, e->model, err);
    if (status == SZ_OK && e->want_uncertainty)
        status = sz_uncertainty_create(&e->uncertainty, e->model, err);
    if (status == SZ_OK && (e->want_variance || e->want_grade || e->want_uncertainty)) {
        int alone = !e->want_variance && !e->want_uncertainty;

        status = sz_variance_create(&e->variance, e->model, alone ? SZ_GRADES_ALONE : 0.0,
                                    err);
        if (status == SZ_OK)
            status = sz_variance_work_create(&e->scratch, e->variance, err);
    }
    return status;
}

/* Prints the results of precision, device and rank_tolerance to the stream that does not
 * hold the structures. */
static void print_plan(const evaluation *e, FILE *to)
{
    const sz_plan *plan; /* load() has checked that it exists */

    if (sz_model_plan(&plan, e->model, NULL) != SZ_OK) return;
    if (e->plan.precision == SZ_MIXED && sz_plan_precision(plan) != SZ_MIXED)
        fprintf(to, "double precision: mixed needs a CPU with AVX2 and a model without "
                    "acsf terms\n");
    else if (e->plan.precision == SZ_MIXED)
        fprintf(to, "mixed precision; SOAP kernels in double: %d\n",
                sz_plan_n_wide(plan));
    if (sz_plan_device(plan)) fprintf(to, "SOAP terms by %s\n", sz_plan_device(plan));
    for (int k = 0; k < sz_plan_n_ranks(plan); k++) {
        const sz_rank rank = sz_plan_rank(plan, k);
        char sentence[256];

        sz_rank_text(&rank, sentence, sizeof sentence);
        fprintf(to, "%s\n", sentence);
    }
}

/* 0, or the exit code */
static int read_threads(const char *text, int *n_threads)
{
    *n_threads = 1;
    if (text &&
        (!sz_parse_int(text, n_threads) || *n_threads < 0 || *n_threads > SZ_MAX_THREADS))
        return sz_usage_error("eval",
                              "--threads must be a number from 0 to %d, not \"%s\"",
                              SZ_MAX_THREADS, text);
    if (*n_threads == 0) *n_threads = sz_crew_cores();
    return 0;
}

/* -1, or the exit code if there is nothing to do */
static int read_options(int argc, char **argv, evaluation *e, const char **in,
                        const char **out)
{
    const char *argument[2], *tolerance = NULL, *threads = NULL, *precision = NULL;
    const char *device = NULL;
    int want_help = 0, n, code;
    sz_option option[] = {{"--output", 'o', out, NULL},
                          {"--rank-tolerance", 0, &tolerance, NULL},
                          {"--threads", 0, &threads, NULL},
                          {"--precision", 0, &precision, NULL},
                          {"--device", 0, &device, NULL},
                          {"--variance", 0, NULL, &e->want_variance},
                          {"--grade", 0, NULL, &e->want_grade},
                          {"--uncertainty", 0, NULL, &e->want_uncertainty},
                          {"--help", 'h', NULL, &want_help}};
    sz_error err;

    code = sz_take_elements(&argc, argv, e->elements, sizeof e->elements);
    if (!code)
        code = sz_options(argc, argv, option, sizeof option / sizeof *option, argument, 2,
                          &n);
    if (want_help) return sz_print_text(help);
    if (!code) code = sz_read_tolerance("eval", tolerance, &e->plan.rank_tolerance);
    if (!code) code = read_threads(threads, &e->plan.n_threads);
    if (!code && precision &&
        sz_precision_of(&e->plan.precision, precision, &err) != SZ_OK)
        code = sz_usage_error("eval", "%s", err.message);
    if (!code && device && sz_device_of(&e->plan.device, device, &err) != SZ_OK)
        code = sz_usage_error("eval", "%s", err.message);
    if (code) return code;
    if (n < 2) return sz_usage_error("eval", "give a model and an XYZ file");
    if (!*out) return sz_usage_error("eval", "name the output file with -o");
    e->model_path = argument[0];
    *in = argument[1];
    code = sz_take_files("eval", &e->files,
                         (sz_named[]){{"the model", e->model_path, 0},
                                      {"the structures", *in, 0},
                                      {"-o", *out, 1}},
                         3);
    return code ? code : -1;
}

int sz_verb_eval(int argc, char **argv)
{
    const char *in = NULL, *out = NULL;
    evaluation e = {0};
    sz_foreign foreign = {0};
    sz_error err;
    sz_status status, closed;
    int code = read_options(argc, argv, &e, &in, &out);

    if (code >= 0) return code;
    sz_blas_tune();
    sz_blas_set_threads(1);
    if (strcmp(out, "-") != 0) sz_catch_interrupts();
    status = load(&e, &err);
    if (status == SZ_OK) status = sz_foreign_open(&foreign, in, &err);
    if (status == SZ_OK) status = sz_xyz_open(&e.in, sz_foreign_path(&foreign), &err);
    if (status == SZ_OK) status = sz_xyz_set_types(e.in, e.elements, &err);
    if (status == SZ_OK) status = sz_output_open_any(&e.out, out, &err);
    if (status == SZ_OK) status = eval_file(&e, &err);
    closed = sz_output_close(&e.out, status == SZ_OK, status == SZ_OK ? &err : NULL);
    if (status == SZ_OK) status = closed;
    if (status == SZ_OK) print_plan(&e, strcmp(out, "-") ? stdout : stderr);
    if (status == SZ_OK && strcmp(out, "-") != 0)
        printf("%s: %ld frame%s, %ld atom%s\n", out, e.n_frames,
               e.n_frames == 1 ? "" : "s", e.n_atoms, e.n_atoms == 1 ? "" : "s");
    if (status == SZ_OK) sz_print_warnings("eval", sz_xyz_warnings(e.in));
    sz_xyz_close(e.in);
    sz_predictor_free(e.predictor);
    sz_variance_work_free(e.scratch);
    sz_variance_free(e.variance);
    sz_uncertainty_free(e.uncertainty);
    free(e.local_variance);
    free(e.grade);
    free(e.sigma);
    sz_model_free(e.model);
    sz_files_free(&e.files);
    free(e.species);
    if (status != SZ_OK) sz_foreign_mend(&foreign, &err);
    sz_foreign_close(&foreign);
    if (status != SZ_OK) return sz_report(&err);
    return sz_finish_stdout();
}
