/* SPDX-License-Identifier: BSD-3-Clause
 *
 * validate.c - soapz validate: errors of a model on reference data. */
#define _POSIX_C_SOURCE 200809L
#include "validate.h"

#include "base/file.h"
#include "base/md5.h"
#include "base/number.h"
#include "foreign.h"
#include "format/load.h"
#include "python.h"
#include "tool.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char help[] =
    "usage: soapz validate MODEL TEST.xyz [NAME=KEY ...] [options]\n"
    "       soapz validate MODEL OTHER TEST.xyz ...      two models side by side\n"
    "\n"
    "Errors of energies, forces and virials by config_type and by element, the worst\n"
    "structures, and how well the predicted variance of a SOAP model separates large\n"
    "errors from small ones.\n"
    "\n"
    "  MODEL, OTHER     GAP XML with its sparse-point files, .soapz, or the name of a\n"
    "                   potential that comes with soapz: NbMoTaW/fast\n"
    "  TEST.xyz         extended XYZ with reference data, or, with Python and ASE,\n"
    "                   any file that ASE reads (OUTCAR, vasprun.xml, ase.db, ..)\n"
    "  NAME=KEY         names of the data, as for gap_fit: energy_parameter_name,\n"
    "                   force_parameter_name, virial_parameter_name,\n"
    "                   stress_parameter_name, config_type_parameter_name,\n"
    "                   force_mask_parameter_name. By default the usual names are\n"
    "                   tried: REF_.., DFT_.., QM_.., then energy, forces, virial, "
    "stress\n"
    "  --json FILE      everything as JSON, with the numbers of every frame and atom\n"
    "  --report FILE    one HTML page with pictures; needs Python, matplotlib, jinja2\n"
    "  --max-energy-mae, --max-energy-rmse, --max-energy-error X    eV/atom\n"
    "  --max-force-mae,  --max-force-rmse,  --max-force-error X     eV/Angstrom\n"
    "  --max-virial-mae, --max-virial-rmse, --max-virial-error X    eV/atom\n"
    "                   limits for MODEL; ..-error is the largest single error\n"
    "  --no-variance    do not compute the predicted variance\n"
    "  --threads N      frames computed in parallel (all cores)\n"
    "  --help           this text\n"
    "\n"
    "exit code: 0 done and within the limits, 1 an error occurred, 2 the command line "
    "is\n"
    "wrong, 3 a limit is exceeded, with a message for each\n"
    "\n"
    "example:\n"
    "  soapz validate NbMoTaW.soapz test.xyz --report report.html --max-force-mae 0.05\n";

/* The errors that may have limits: three quantities, three measures each. */
static const char *const limit_name[SZ_MAX_LIMITS] = {
    "--max-energy-mae", "--max-energy-rmse", "--max-energy-error",
    "--max-force-mae",  "--max-force-rmse",  "--max-force-error",
    "--max-virial-mae", "--max-virial-rmse", "--max-virial-error"};

typedef struct {
    const char *data, *json, *report, *threads, *limit[SZ_MAX_LIMITS];
    int n_threads, no_variance;
    sz_foreign foreign; /* data in a file that is not extended XYZ */
    sz_files files;
} request;

/* ---- the command line -------------------------------------------------------------- */

static int read_limits(sz_validation *v, const request *r)
{
    static const char *const unit[3] = {"eV/atom", "eV/Angstrom", "eV/atom"};

    for (int k = 0; k < SZ_MAX_LIMITS; k++) {
        sz_limit *l = &v->limit[v->n_limits];

        if (!r->limit[k]) continue;
        *l = (sz_limit){.option = limit_name[k], .unit = unit[k / 3]};
        if (!sz_parse_double(r->limit[k], &l->limit) || l->limit < 0.0)
            return sz_usage_error("validate", "%s needs a number in %s, not \"%s\"",
                                  limit_name[k], l->unit, r->limit[k]);
        v->n_limits++;
    }
    return 0;
}

/* -1, or the exit code when there is nothing to do */
static int read_options(int argc, char **argv, request *r, sz_validation *v)
{
    enum { PLAIN = 5, MAX_WORDS = 16 };
    const char *word[MAX_WORDS], *file[SZ_MAX_JUDGED + 1];
    int want_help = 0, n_words, n = 0, code;
    sz_option option[PLAIN + SZ_MAX_LIMITS] = {
        {"--json", 0, &r->json, NULL},
        {"--report", 0, &r->report, NULL},
        {"--threads", 0, &r->threads, NULL},
        {"--no-variance", 0, NULL, &r->no_variance},
        {"--help", 'h', NULL, &want_help}};

    for (int k = 0; k < SZ_MAX_LIMITS; k++)
        option[PLAIN + k] = (sz_option){limit_name[k], 0, &r->limit[k], NULL};
    code =
        sz_options(argc, argv, option, PLAIN + SZ_MAX_LIMITS, word, MAX_WORDS, &n_words);
    if (want_help) return sz_print_text(help);
    if (code) return code;
    for (int k = 0; k < n_words; k++) {
        if (sz_take_name(v, word[k])) continue;
        if (strchr(word[k], '=') && access(word[k], F_OK) != 0)
            return sz_usage_error("validate", "unknown key in \"%s\"", word[k]);
        if (n == SZ_MAX_JUDGED + 1)
            return sz_usage_error("validate", "unexpected word: \"%s\"", word[k]);
        file[n++] = word[k];
    }
    if (n < 2) return sz_usage_error("validate", "a model and an XYZ file are needed");
    r->data = file[n - 1];
    v->n_models = n - 1;
    for (int m = 0; m < v->n_models; m++) v->model[m].path = file[m];
    code = sz_take_files("validate", &r->files,
                         (sz_named[]){{"the model", file[0], 0},
                                      {"the other model", n > 2 ? file[1] : NULL, 0},
                                      {"the data", r->data, 0},
                                      {"--json", r->json, 1},
                                      {"--report", r->report, 1}},
                         5);
    if (code) return code;
    if (strcmp(r->data, "-") == 0)
        return sz_usage_error("validate", "the data are read twice: name a file");
    r->n_threads = (int)sysconf(_SC_NPROCESSORS_ONLN);
    code = sz_read_threads("validate", r->threads, &r->n_threads);
    if (!code) code = read_limits(v, r);
    return code ? code : -1;
}

/* ---- the models -------------------------------------------------------------------- */

typedef struct {
    sz_judged *j;
    sz_output *out;
} taker;

static sz_status take(void *context, int f, const sz_frame_prediction *p, sz_error *err)
{
    const taker *t = context;
    sz_judged *j = t->j;
    const sz_dataset_frame *frame = &j->table.data->frame[f];
    size_t n = (size_t)frame->n_atoms;

    sz_error_table_add(&j->table, f, p, &j->frame[f]);
    j->energy[f] = p->energy;
    memcpy(j->virial + 9 * (size_t)f, p->virial, sizeof p->virial);
    memcpy(j->force + 3 * frame->first, p->force, 3 * n * sizeof *p->force);
    if (p->variance) {
        memcpy(j->variance + frame->first, p->variance, n * sizeof *p->variance);
        j->energy_variance[f] = p->energy_variance;
    }
    if (j->expects) {
        sz_uncertainty_forces(j->expects, p->list, p->force, p->variance,
                              j->force_uncertainty + frame->first);
        j->energy_uncertainty[f] =
            sz_uncertainty_energy(j->expects, frame->n_atoms, p->energy_variance);
    }
    return t->out->file ? sz_check_output(t->out, err) : SZ_OK;
}

static sz_status make_room(sz_judged *j, const sz_dataset *t, int variance, sz_error *err)
{
    size_t frames = (size_t)t->n_frames, atoms = t->n_atoms;

    j->frame = calloc(frames, sizeof *j->frame);
    j->energy = malloc(frames * sizeof *j->energy);
    j->virial = malloc(9 * frames * sizeof *j->virial);
    j->force = malloc(3 * atoms * sizeof *j->force);
    if (j->expects) {
        j->force_uncertainty = malloc(atoms * sizeof *j->force_uncertainty);
        j->energy_uncertainty = malloc(frames * sizeof *j->energy_uncertainty);
        if (!j->force_uncertainty || !j->energy_uncertainty)
            return sz_fail_memory(err, 8 * atoms, "the uncertainties");
    }
    if (variance) {
        j->energy_variance = malloc(frames * sizeof *j->energy_variance);
        j->variance = malloc(atoms * sizeof *j->variance);
    }
    if (j->frame && j->energy && j->virial && j->force &&
        (!variance || (j->energy_variance && j->variance)))
        return SZ_OK;
    return sz_fail_memory(err, 32 * atoms, "the predictions");
}

static void free_judged(sz_judged *j)
{
    sz_error_table_free(&j->table);
    sz_model_free(j->model);
    free(j->frame);
    free(j->energy);
    free(j->virial);
    free(j->force);
    free(j->energy_variance);
    free(j->variance);
    sz_uncertainty_free(j->expects);
    free(j->force_uncertainty);
    free(j->energy_uncertainty);
    free(j->rank_of_type);
}

/* Sigma and error of each item, to be compared. */
typedef struct {
    long n;
    double *sigma, *error;
} samples;

/* For the atoms of one config_type, or of all (-1): sigma of the energy, and the length
 * of the force error. Atoms without a reference force, or masked, are left out. */
static void gather_atoms(samples *s, const sz_judged *j, int type)
{
    const sz_dataset *t = j->table.data;

    s->n = 0;
    for (int f = 0; f < t->n_frames; f++) {
        size_t first = t->frame[f].first, end = first + (size_t)t->frame[f].n_atoms;

        if (type >= 0 && t->frame[f].config_type != type) continue;
        for (size_t i = first; i < end; i++) {
            double d2 = 0.0;

            if (!t->frame[f].has_force || t->masked[i]) continue;
            for (size_t k = 3 * i; k < 3 * i + 3; k++)
                d2 += (j->force[k] - t->force[k]) * (j->force[k] - t->force[k]);
            s->sigma[s->n] = sqrt(j->variance[i]);
            s->error[s->n++] = sqrt(d2);
        }
    }
}

/* For the frames, per atom; sigma [n_frames] in eV, or in eV^2 if squared is 1. */
static void gather_frames(samples *s, const sz_judged *j, const double *sigma,
                          int squared)
{
    const sz_dataset *t = j->table.data;

    s->n = 0;
    for (int f = 0; f < t->n_frames; f++) {
        const sz_dataset_frame *frame = &t->frame[f];

        if (!frame->has_energy) continue;
        s->sigma[s->n] = (squared ? sqrt(sigma[f]) : sigma[f]) / frame->n_atoms;
        s->error[s->n++] = (j->energy[f] - frame->energy) / frame->n_atoms;
    }
}

/* sigma from the calibration; error of each component, or its length if whole is 1 */
static void gather_expected(samples *s, const sz_judged *j, int whole)
{
    const sz_dataset *t = j->table.data;

    s->n = 0;
    for (int f = 0; f < t->n_frames; f++) {
        size_t first = t->frame[f].first, end = first + (size_t)t->frame[f].n_atoms;

        for (size_t i = first; i < end && t->frame[f].has_force; i++) {
            double d2 = 0.0;

            if (t->masked[i]) continue;
            for (size_t k = 3 * i; k < 3 * i + 3; k++) {
                double d = j->force[k] - t->force[k];

                d2 += d * d;
                if (whole) continue;
                s->sigma[s->n] = j->force_uncertainty[i];
                s->error[s->n++] = d;
            }
            if (!whole) continue;
            s->sigma[s->n] = j->force_uncertainty[i];
            s->error[s->n++] = sqrt(d2);
        }
    }
}

static sz_status judge_expected(sz_judged *j, samples *s, sz_error *err)
{
    sz_calibration whole;
    sz_status status;

    gather_expected(s, j, 1);
    status = sz_calibrate(&whole, s->n, s->sigma, s->error, err);
    gather_expected(s, j, 0);
    if (status == SZ_OK)
        status = sz_calibrate(&j->expected_forces, s->n, s->sigma, s->error, err);
    j->expected_forces.rank_correlation = whole.rank_correlation;
    gather_frames(s, j, j->energy_uncertainty, 0);
    if (status == SZ_OK)
        status = sz_calibrate(&j->expected_energies, s->n, s->sigma, s->error, err);
    return status;
}

static sz_status calibrate(sz_judged *j, sz_error *err)
{
    const sz_dataset *t = j->table.data;
    size_t room = 3 * t->n_atoms + (size_t)t->n_frames,
           n_types = (size_t)t->n_config_types;
    samples s = {.sigma = malloc(room * sizeof *s.sigma),
                 .error = malloc(room * sizeof *s.error)};
    sz_status status = SZ_OK;

    j->rank_of_type = calloc(n_types, sizeof *j->rank_of_type);
    if (!s.sigma || !s.error || !j->rank_of_type)
        status = sz_fail_memory(err, room * sizeof *s.sigma, "the calibration");
    for (int k = -1; k < t->n_config_types && status == SZ_OK; k++) {
        sz_calibration of_type;

        gather_atoms(&s, j, k);
        status =
            sz_calibrate(k < 0 ? &j->of_forces : &of_type, s.n, s.sigma, s.error, err);
        if (k >= 0 && status == SZ_OK) j->rank_of_type[k] = of_type.rank_correlation;
    }
    if (status == SZ_OK) {
        gather_frames(&s, j, j->energy_variance, 1);
        status = sz_calibrate(&j->of_energies, s.n, s.sigma, s.error, err);
        if (status == SZ_OK && j->expects) status = judge_expected(j, &s, err);
    }
    free(s.sigma);
    free(s.error);
    return status;
}

static sz_status judge(sz_judged *j, const request *r, sz_dataset *data, sz_output *out,
                       sz_error *err)
{
    sz_variance *variance = NULL;
    taker t = {j, out};
    sz_teller teller;
    const sz_watch watch = sz_tool_watch(&teller, "validate");
    sz_comparison c = {.model = j->model,
                       .model_name = j->path,
                       .data = data,
                       .n_threads = r->n_threads,
                       .watch = &watch,
                       .take = take,
                       .context = &t};
    sz_status status = SZ_OK;

    if (r->no_variance)
        snprintf(j->no_variance, sizeof j->no_variance, "--no-variance was given");
    else
        status = sz_variance_create(&variance, j->model, 0.0, err);
    if (status == SZ_ERR_ARGUMENT) {
        snprintf(j->no_variance, sizeof j->no_variance, "%.250s", err->message);
        status = SZ_OK;
    }
    c.variance = variance;
    if (status == SZ_OK && variance && sz_model_note(j->model, "uncertainty"))
        status = sz_uncertainty_create(&j->expects, j->model, err);
    if (status == SZ_OK) status = make_room(j, data, variance != NULL, err);
    if (status == SZ_OK) status = sz_error_table_create(&j->table, data, err);
    if (status == SZ_OK) status = sz_predict_all(&c, err);
    sz_progress_end(&teller.progress);
    if (status == SZ_OK && variance) status = calibrate(j, err);
    sz_variance_free(variance);
    return status;
}

/* ---- limits ------------------------------------------------------------------------ */

int sz_limit_kept(const sz_limit *limit)
{
    return limit->value <= limit->limit;
}

/* Does the reference have data for all limits? */
static sz_status check_limits(const sz_validation *v, sz_error *err)
{
    for (int k = 0; k < v->n_limits; k++) {
        const char *option = v->limit[k].option;
        const char *what = strstr(option, "energy")  ? "energy"
                           : strstr(option, "force") ? "forces"
                                                     : "virial";
        int n = *what == 'e'   ? v->data->n_energies
                : *what == 'f' ? v->data->n_forces
                               : v->data->n_virials;

        if (n == 0)
            return sz_fail(err, SZ_ERR_FORMAT,
                           "%s: %s is given, but no frame has a reference %s",
                           v->data->path, option, what);
    }
    return SZ_OK;
}

static double measure(const sz_error_sum *sum, const char *option)
{
    if (strstr(option, "-mae")) return sz_error_mae(sum);
    if (strstr(option, "-rmse")) return sz_error_rmse(sum);
    return sum->max;
}

static void fill_limits(sz_validation *v)
{
    const sz_error_sums *e = &v->model[0].table.all;

    for (int k = 0; k < v->n_limits; k++) {
        const char *option = v->limit[k].option;

        v->limit[k].value = measure(strstr(option, "energy")  ? &e->energy
                                    : strstr(option, "force") ? &e->force
                                                              : &e->virial,
                                    option);
    }
}

/* The number of limits that are exceeded; prints each on stderr. */
static int say_exceeded(const sz_validation *v)
{
    int n = 0;

    for (int k = 0; k < v->n_limits; k++) {
        const sz_limit *l = &v->limit[k];

        if (sz_limit_kept(l)) continue;
        fprintf(stderr, "soapz validate: %s: %.6g %s is more than %s %.6g\n",
                v->model[0].path, l->value, l->unit, l->option, l->limit);
        n++;
    }
    return n;
}

/* ---- the verb ---------------------------------------------------------------------- */

/* The report reads the same JSON from an unnamed temporary file. */
static sz_status make_report(const sz_validation *v, const char *path, sz_error *err)
{
    FILE *file = tmpfile();
    sz_status status = SZ_OK;

    if (!file)
        return sz_fail(err, SZ_ERR_FILE, "the report: no temporary file can be made");
    sz_write_validation(v, file);
    if (fflush(file) != 0 || ferror(file))
        status = sz_fail(err, SZ_ERR_FILE, "the report: the temporary folder is full");
    if (status == SZ_OK)
        status = sz_run_python("report", "the report", 1, &path, file, err);
    fclose(file);
    return status;
}

/* Reports the data under the name that the user gave. Frames from files of other programs
 * have no line numbers. */
static sz_status read_data(sz_validation *v, request *r, sz_error *err)
{
    sz_status status = sz_foreign_open(&r->foreign, r->data, err);
    char *name;

    if (status == SZ_OK) status = sz_read_reference(v, sz_foreign_path(&r->foreign), err);
    if (status != SZ_OK) return status;
    name = sz_copy_text(r->data);
    if (!name) return sz_fail_memory(err, strlen(r->data), "a name");
    free(v->data->path);
    v->data->path = name;
    if (r->foreign.file)
        for (int f = 0; f < v->data->n_frames; f++) v->data->frame[f].line = 0;
    return SZ_OK;
}

/* A pipe can be read only once, and stays without. */
static void identify(sz_file_identity *id, const char *path)
{
    sz_file_map map;
    struct stat about;
    struct tm utc;

    if (stat(path, &about) != 0 || !S_ISREG(about.st_mode)) return;
    if (sz_file_map_open(&map, path, NULL) != SZ_OK) return;
    sz_md5(map.data, map.size, id->md5);
    sz_file_map_close(&map);
    if (gmtime_r(&about.st_mtime, &utc))
        strftime(id->modified, sizeof id->modified, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

static sz_status identify_model(sz_file_identity *id, const char *path, sz_error *err)
{
    char *file;
    sz_status status = sz_gap_file(&file, path, err);

    if (status == SZ_OK) identify(id, file);
    free(file);
    return status;
}

static sz_status validate(sz_validation *v, request *r, sz_output *out, sz_error *err)
{
    sz_status status = SZ_OK;

    for (int m = 0; m < v->n_models && status == SZ_OK; m++) {
        status = sz_model_load(&v->model[m].model, v->model[m].path, err);
        if (status == SZ_OK)
            status = sz_read_model_files(&r->files, v->model[m].model, err);
    }
    if (status == SZ_OK) status = read_data(v, r, err);
    if (status == SZ_OK) sz_print_warnings("validate", &v->data->warnings);
    if (status == SZ_OK) status = check_limits(v, err);
    if (status == SZ_OK && r->json) status = sz_output_open_any(out, r->json, err);
    for (int m = 0; m < v->n_models && status == SZ_OK; m++)
        status = judge(&v->model[m], r, v->data, out, err);
    if (status == SZ_OK && (r->json || r->report)) {
        identify(&v->identity, r->data);
        for (int m = 0; m < v->n_models && status == SZ_OK; m++)
            status = identify_model(&v->model[m].identity, v->model[m].path, err);
    }
    if (status != SZ_OK) return status;
    fill_limits(v);
    sz_print_validation(v, r->json && !strcmp(r->json, "-") ? stderr : stdout);
    if (out->file) sz_write_validation(v, out->file);
    return SZ_OK;
}

int sz_verb_validate(int argc, char **argv)
{
    sz_validation v = {0};
    request r = {0};
    sz_output out = {0};
    sz_error err;
    sz_status status, closed;
    int code = read_options(argc, argv, &r, &v);

    if (code >= 0) return code;
    sz_blas_tune();
    sz_blas_set_threads(1);
    if (!r.json || strcmp(r.json, "-") != 0) sz_catch_interrupts();
    status = validate(&v, &r, &out, &err);
    closed = sz_output_close(&out, status == SZ_OK, status == SZ_OK ? &err : NULL);
    if (status == SZ_OK) status = closed;
    if (status == SZ_OK && r.report) status = make_report(&v, r.report, &err);
    if (status == SZ_OK && r.report)
        fprintf(r.json && !strcmp(r.json, "-") ? stderr : stdout, "%s\n", r.report);
    if (status != SZ_OK) sz_foreign_mend(&r.foreign, &err);
    sz_foreign_close(&r.foreign);
    if (status != SZ_OK)
        code = sz_report(&err);
    else
        code = sz_finish_stdout();
    if (status == SZ_OK && say_exceeded(&v) > 0 && code == 0) code = 3;
    for (int m = 0; m < v.n_models; m++) free_judged(&v.model[m]);
    sz_dataset_free(v.data);
    sz_names_free(&v.name);
    sz_files_free(&r.files);
    return code;
}
