/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_fit.c - soapz_fit.h as its callers see it: frames in memory, settings as text, a
 * model that predicts. The same as the command makes of the file; errors and learning
 * curves equal plain sums; a watch stops it; misuse is answered with a sentence. */
#define _XOPEN_SOURCE 700 /* mkdtemp, realpath */
#include "check.h"
#include "data/dataset.h"
#include "data/targets.h"
#include "fit/checkpoint.h"
#include "fit/spec.h"
#include "fit/system.h"
#include "format/load.h"
#include "models.h"
#include "tool.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#define SETTINGS                                                                         \
    "e0_method=average default_sigma={0.05 0.5 0.5 0.0} rnd_seed=1 "                     \
    "sparse_jitter=1e-4 energy_parameter_name=energy force_parameter_name=forces "       \
    "virial_parameter_name=virial config_type_parameter_name=name "                      \
    "core_ip_args={IP ZBL cutoff=2.4 cutoff_width=1.2} "                                 \
    "gap={distance_2b cutoff=4.2 covariance_type=ard_se delta=0.5 theta_uniform=1.0 "    \
    "sparse_method=uniform n_sparse=6 : soap n_max=4 l_max=3 cutoff=4.4 "                \
    "cutoff_transition_width=0.9 atom_sigma=0.5 zeta=2 delta=1.0 "                       \
    "covariance_type=dot_product sparse_method=cur_points n_sparse=8}"

static char folder[] = "/tmp/soapz_test_fit_XXXXXX";

/* Frame f of data, as a program would pass it. z has room for its atoms. */
static sz_frame frame_of(const sz_dataset *data, int f, int *z)
{
    const sz_dataset_frame *d = &data->frame[f];
    sz_frame frame = {.structure = sz_dataset_structure(data, f),
                      .config_type = data->config_type[d->config_type],
                      .energy = d->has_energy ? &d->energy : NULL,
                      .force = d->has_force ? data->force + 3 * d->first : NULL,
                      .virial = d->has_virial ? d->virial : NULL,
                      .force_mask = data->masked + d->first};

    for (int i = 0; i < d->n_atoms; i++) z[i] = data->z[frame.structure.species[i]];
    frame.structure.species = z;
    return frame;
}

/* The frames first, first + step, .. of data, added one by one. */
static sz_status some_frames(sz_dataset **copy, const sz_dataset *data, int first,
                             int step, sz_error *err)
{
    sz_status status = sz_dataset_create(copy, err);

    for (int f = first; f < data->n_frames && status == SZ_OK; f += step) {
        int *z = malloc((size_t)data->frame[f].n_atoms * sizeof *z);
        sz_frame frame;

        if (!z) exit(1);
        frame = frame_of(data, f, z);
        status = sz_dataset_add(*copy, &frame, err);
        free(z);
    }
    return status;
}

static sz_status fit(sz_model **model, const sz_dataset *data, int n_threads,
                     const sz_watch *watch, sz_error *err)
{
    const sz_fit_options options = {.n_threads = n_threads, .watch = watch};
    sz_fit_spec *spec;
    sz_status status = sz_fit_spec_parse(&spec, SETTINGS, "settings", err);

    *model = NULL;
    if (status == SZ_OK) status = sz_fit(model, spec, data, &options, err);
    sz_fit_spec_free(spec);
    return status;
}

/* largest difference of energies per atom, and of forces */
static int compare(const sz_model *a, const sz_model *b, const sz_dataset *data,
                   double tolerance)
{
    const size_t n = (size_t)data->n_frames, m = 3 * data->n_atoms;
    const sz_model *model[2] = {a, b};
    double *energy[2], *force[2];
    sz_error err;

    for (int k = 0; k < 2; k++) {
        sz_errors *errors;

        energy[k] = malloc(n * sizeof(double));
        force[k] = malloc(m * sizeof(double));
        if (!energy[k] || !force[k]) return 1;
        CHECK_OK(sz_errors_create(&errors, model[k], data, NULL, &err), err);
        sz_errors_predictions(errors, energy[k], force[k]);
        sz_errors_free(errors);
    }
    for (size_t f = 0; f < n; f++)
        CHECK_CLOSE(energy[0][f] / data->frame[f].n_atoms,
                    energy[1][f] / data->frame[f].n_atoms, tolerance);
    for (size_t k = 0; k < m; k++) CHECK_CLOSE(force[0][k], force[1][k], tolerance);
    for (int k = 0; k < 2; k++) {
        free(energy[k]);
        free(force[k]);
    }
    return 0;
}

/* ---- the same as the command ------------------------------------------------------- */

static int is_empty(const char *name)
{
    DIR *dir = opendir(name);
    struct dirent *entry;
    int n = 0;

    while (dir && (entry = readdir(dir))) n += *entry->d_name != '.';
    if (dir) closedir(dir);
    return dir && n == 0;
}

/* In its own folder, without other files. */
static sz_status command(sz_model **model, const char *data, sz_error *err)
{
    char at[4200], *word[32] = {(char[]){"fit"}}, *settings = sz_copy_text(SETTINGS);
    int n = 1, depth = 0;

    for (char *p = settings, *start = settings;; p++) {
        depth += *p == '{';
        depth -= *p == '}';
        if ((*p == ' ' && depth == 0) || !*p) {
            int end = !*p;

            *p = '\0';
            if (*start) word[n++] = start;
            start = p + 1;
            if (end) break;
        }
    }
    snprintf(at, sizeof at, "at_file=%s", data);
    word[n++] = at;
    word[n++] = (char[]){"gp_file=gp.xml"};
    word[n++] = (char[]){"--threads=1"};
    CHECK(sz_verb_fit(n, word) == 0);
    free(settings);
    return sz_model_load(model, "gp.xml", err);
}

static int test_command(const sz_dataset *data, const char *path)
{
    sz_dataset *copy;
    sz_model *one, *two, *same;
    sz_error err;

    CHECK_OK(some_frames(&copy, data, 0, 1, &err), err);
    CHECK_OK(fit(&one, copy, 1, NULL, &err), err);
    CHECK_OK(fit(&two, copy, 2, NULL, &err), err);
    CHECK(is_empty("."));
    CHECK_OK(command(&same, path, &err), err);
    if (compare(one, same, data, 1e-12) || compare(one, two, data, 1e-10)) return 1;
    sz_model_free(one);
    sz_model_free(two);
    sz_model_free(same);
    sz_dataset_free(copy);
    return 0;
}

/* ---- errors ------------------------------------------------------------------------ */

typedef struct {
    long n;
    double sum1, sum2, max;
} sums;

static void add(sums *s, double d)
{
    s->n++;
    s->sum1 += fabs(d);
    s->sum2 += d * d;
    s->max = fmax(s->max, fabs(d));
}

static void check_sums(sz_error_summary got, const sums *want)
{
    CHECK(got.n == want->n && got.n > 0);
    CHECK_CLOSE(got.mae, want->sum1 / (double)want->n, 1e-12);
    CHECK_CLOSE(got.rmse, sqrt(want->sum2 / (double)want->n), 1e-12);
    CHECK_CLOSE(got.max, want->max, 1e-12);
}

/* of a type, or of a species, or of all (-1) */
static sums force_errors(const sz_dataset *data, const double *force, int type,
                         int species)
{
    sums s = {0};

    for (int f = 0; f < data->n_frames; f++) {
        const sz_dataset_frame *d = &data->frame[f];

        for (size_t i = d->first; i < d->first + (size_t)d->n_atoms; i++) {
            if (!d->has_force || data->masked[i]) continue;
            if (type >= 0 && d->config_type != type) continue;
            if (species >= 0 && data->species[i] != species) continue;
            for (size_t k = 3 * i; k < 3 * i + 3; k++) add(&s, force[k] - data->force[k]);
        }
    }
    return s;
}

static int test_errors(const sz_dataset *data)
{
    sz_dataset *copy;
    sz_errors *errors;
    sz_model *model;
    sz_error err;
    sums e = {0}, s;
    double *energy, *force;

    CHECK_OK(some_frames(&copy, data, 0, 1, &err), err);
    CHECK_OK(fit(&model, copy, 1, NULL, &err), err);
    copy->frame[1].has_force = 0; /* fewer data than the model was fitted to */
    copy->frame[2].has_energy = 0;
    copy->masked[copy->frame[3].first] = 1;
    energy = malloc((size_t)copy->n_frames * sizeof *energy);
    force = malloc(3 * copy->n_atoms * sizeof *force);
    if (!energy || !force) return 1;
    CHECK_OK(sz_errors_create(&errors, model, copy, NULL, &err), err);
    sz_errors_predictions(errors, energy, force);
    CHECK(isnan(energy[2]) && isnan(force[3 * copy->frame[1].first]));
    for (int f = 0; f < copy->n_frames; f++)
        if (copy->frame[f].has_energy)
            add(&e, (energy[f] - copy->frame[f].energy) / copy->frame[f].n_atoms);
    check_sums(sz_errors_all(errors, SZ_ENERGY), &e);
    s = force_errors(copy, force, -1, -1);
    CHECK(s.n == 3 * ((long)copy->n_atoms - copy->frame[1].n_atoms - 1));
    check_sums(sz_errors_all(errors, SZ_FORCE), &s);
    for (int k = 0; k < sz_dataset_n_config_types(copy); k++) {
        s = force_errors(copy, force, k, -1);
        if (s.n) check_sums(sz_errors_type(errors, k, SZ_FORCE), &s);
    }
    for (int k = 0; k < sz_dataset_n_species(copy); k++) {
        s = force_errors(copy, force, -1, k);
        check_sums(sz_errors_species(errors, k), &s);
    }
    CHECK(sz_errors_all(errors, SZ_VIRIAL).n == 6L * copy->n_virials);
    CHECK(sz_errors_type(errors, 99, SZ_FORCE).n == 0);
    CHECK(sz_errors_species(errors, -1).n == 0);
    sz_errors_free(errors);
    sz_model_free(model);
    sz_dataset_free(copy);
    free(energy);
    free(force);
    return 0;
}

/* ---- learning curves --------------------------------------------------------------- */

static int check_curve(const sz_dataset *train, const sz_dataset *test,
                       const sz_model *plain)
{
    const sz_dataset *judged = test ? test : train;
    sz_fit_spec *spec;
    sz_curve *curve;
    sz_model *model;
    sz_errors *errors;
    sz_error err;
    int steps, sizes;

    CHECK_OK(sz_fit_spec_parse(&spec, SETTINGS, "settings", &err), err);
    CHECK_OK(sz_fit_curve(&curve, &model, spec, train, test, NULL, &err), err);
    if (compare(model, plain, train, 1e-9)) return 1;
    CHECK_OK(sz_errors_create(&errors, model, judged, NULL, &err), err);
    steps = sz_curve_n_steps(curve);
    sizes = sz_curve_n_sizes(curve);
    CHECK(steps > 2 && sizes > 2);
    CHECK(sz_curve_n_frames(curve, steps - 1) == sz_dataset_n_frames(train));
    CHECK(sz_curve_n_sparse(curve, sizes - 1) > sz_curve_n_sparse(curve, sizes - 2));
    CHECK(sz_curve_n_frames(curve, 0) < sz_curve_n_frames(curve, 1));
    for (int q = SZ_ENERGY; q <= SZ_VIRIAL; q++) {
        sz_error_summary got =
            sz_curve_error(curve, steps - 1, sizes - 1, (sz_quantity)q);
        sz_error_summary want = sz_errors_all(errors, (sz_quantity)q);

        CHECK(got.n == want.n && got.n > 0);
        CHECK_CLOSE(got.mae, want.mae, 1e-9);
        CHECK_CLOSE(got.rmse, want.rmse, 1e-9);
        CHECK_CLOSE(got.max, want.max, 1e-9);
    }
    CHECK(sz_curve_error(curve, 0, 0, SZ_FORCE).rmse >
          sz_curve_error(curve, steps - 1, sizes - 1, SZ_FORCE).rmse);
    CHECK(isnan(sz_curve_error(curve, steps, 0, SZ_FORCE).mae));
    sz_errors_free(errors);
    sz_curve_free(curve);
    sz_model_free(model);
    sz_fit_spec_free(spec);
    return 0;
}

static int test_curve(const sz_dataset *data)
{
    sz_dataset *train, *test;
    sz_model *plain;
    sz_error err;

    CHECK_OK(some_frames(&train, data, 0, 2, &err), err);
    CHECK_OK(some_frames(&test, data, 1, 2, &err), err);
    CHECK_OK(fit(&plain, train, 1, NULL, &err), err);
    if (check_curve(train, NULL, plain) || check_curve(train, test, plain)) return 1;
    sz_model_free(plain);
    sz_dataset_free(train);
    sz_dataset_free(test);
    return 0;
}

/* ---- cross-validation -------------------------------------------------------------- */

/* The folds are disjoint and make up the whole; the model is that of all frames. */
static int check_folds(const sz_kfold *kfold, const sz_dataset *data)
{
    int n = sz_kfold_n_folds(kfold), count[3] = {0};

    CHECK(n == 3);
    for (int f = 0; f < data->n_frames; f++) {
        int fold = sz_kfold_fold(kfold, f);

        if (fold >= 0) count[fold]++; /* -1: an isolated atom */
    }
    CHECK(sz_kfold_fold(kfold, -1) == -1 && sz_kfold_fold(kfold, data->n_frames) == -1);
    for (int q = SZ_ENERGY; q <= SZ_VIRIAL; q++) {
        sz_error_summary all = sz_kfold_all(kfold, -1, (sz_quantity)q);
        double sum = 0.0, square = 0.0, of_types = 0.0, most = 0.0;
        long counted = 0;

        for (int p = 0; p < n; p++) {
            sz_error_summary fold = sz_kfold_all(kfold, p, (sz_quantity)q);

            if (q == SZ_ENERGY) CHECK(fold.n == count[p] && fold.n > 0);
            counted += fold.n;
            sum += (double)fold.n * fold.mae;
            square += (double)fold.n * fold.rmse * fold.rmse;
            most = fmax(most, fold.max);
        }
        for (int t = 0; t < data->n_config_types; t++) {
            sz_error_summary type = sz_kfold_type(kfold, -1, t, (sz_quantity)q);

            of_types += (double)type.n * type.mae;
        }
        CHECK(counted == all.n && all.n > 0);
        CHECK_CLOSE(all.max, most, 0);
        CHECK_CLOSE(all.mae, sum / (double)all.n, 1e-12);
        CHECK_CLOSE(all.mae, of_types / (double)all.n, 1e-12);
        CHECK_CLOSE(all.rmse, sqrt(square / (double)all.n), 1e-12);
    }
    CHECK(sz_kfold_species(kfold, -1, 0).n > sz_kfold_species(kfold, 1, 0).n);
    CHECK(sz_kfold_all(kfold, 3, SZ_FORCE).n == 0);
    CHECK(sz_kfold_type(kfold, 0, data->n_config_types, SZ_FORCE).n == 0);
    CHECK(sz_kfold_species(kfold, 0, -1).n == 0);
    return 0;
}

static int test_kfold(const sz_dataset *data)
{
    sz_fit_spec *spec;
    sz_kfold *kfold;
    sz_model *model, *plain;
    sz_error err;

    CHECK_OK(sz_fit_spec_parse(&spec, SETTINGS, "settings", &err), err);
    CHECK_OK(fit(&plain, data, 1, NULL, &err), err);
    CHECK_OK(sz_fit_kfold(&kfold, &model, spec, data, 3, NULL, &err), err);
    if (compare(model, plain, data, 1e-9) || check_folds(kfold, data)) return 1;
    sz_kfold_free(kfold);
    sz_model_free(model);
    for (int n = -1; n < 2; n++)
        CHECK_FAILS(sz_fit_kfold(&kfold, &model, spec, data, n, NULL, &err),
                    SZ_ERR_ARGUMENT, "2 to 100", err);
    CHECK(!kfold && !model);
    CHECK_FAILS(sz_fit_kfold(&kfold, &model, spec, data, 101, NULL, &err),
                SZ_ERR_ARGUMENT, "2 to 100", err);
    CHECK_FAILS(sz_fit_kfold(&kfold, &model, spec, data, 100, NULL, &err),
                SZ_ERR_ARGUMENT, "cannot be dealt into 100 parts", err);
    CHECK(!kfold && !model);
    sz_model_free(plain);
    sz_fit_spec_free(spec);
    return 0;
}

/* ---- a watch ----------------------------------------------------------------------- */

typedef struct {
    int asked, stop_at, shown, warned;
} watcher;

static int stop(void *context)
{
    watcher *w = context;

    return ++w->asked >= w->stop_at;
}

static void progress(void *context, double done, long count, const char *what)
{
    (void)done;
    (void)count;
    ((watcher *)context)->shown += what != NULL;
}

static void warn(void *context, const char *sentence)
{
    ((watcher *)context)->warned += *sentence != '\0';
}

/* Without a result if it is stopped at any time, otherwise complete. */
static int test_watch(const sz_dataset *data)
{
    sz_model *model;
    sz_error err;
    int n = 1;

    for (;; n++) {
        watcher w = {.stop_at = n};
        const sz_watch watch = {stop, progress, warn, &w};
        sz_status status = fit(&model, data, 1, &watch, &err);

        if (status == SZ_OK) {
            CHECK(w.asked < n && w.shown > 0 && w.warned == 0);
            break;
        }
        CHECK(status == SZ_ERR_STOPPED && !model && *err.message);
        if (n > 3) n += n / 2;
    }
    CHECK(n > data->n_frames);
    sz_model_free(model);
    return 0;
}

/* ---- misuse ------------------------------------------------------------------------ */

static int test_bad_frames(void)
{
    const double position[6] = {0, 0, 0, 2.2, 0, 0}, nan[9] = {NAN}, zero = 0.0,
                 one = 1.0;
    const int z[2] = {42, 74}, ghost[2] = {42, 0};
    const sz_structure two = {.n_atoms = 2, .species = z, .position = position};
    const struct {
        sz_frame frame;
        const char *want;
    } bad[] = {
        {{.structure = {.n_atoms = 0, .species = z, .position = position}}, "no atoms"},
        {{.structure = {.n_atoms = 2, .species = z}}, "no atoms"},
        {{.structure = {.n_atoms = 2, .species = ghost, .position = position}},
         "frame 2, atom 2: 0 is not an atomic number"},
        {{.structure = {.n_atoms = 1, .species = z, .position = nan}}, "position"},
        {{.structure = two, .energy = nan}, "energy is not"},
        {{.structure = two, .force = nan}, "force is not"},
        {{.structure = two, .virial = nan}, "virial is not"},
        {{.structure = two, .energy = &one, .energy_sigma = &zero}, "sigma"},
    };
    const sz_frame good = {.structure = two, .energy = &one};
    sz_dataset *data;
    sz_error err;

    CHECK_OK(sz_dataset_create(&data, &err), err);
    CHECK_OK(sz_dataset_add(data, &good, &err), err);
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        CHECK_FAILS(sz_dataset_add(data, &bad[k].frame, &err), SZ_ERR_ARGUMENT,
                    bad[k].want, err);
        CHECK(strstr(err.message, "frame 2") != NULL);
    }
    CHECK(sz_dataset_n_frames(data) == 1 && sz_dataset_n_atoms(data) == 2);
    CHECK(sz_dataset_n_species(data) == 2 && sz_dataset_species(data, 1) == 74);
    CHECK(sz_dataset_species(data, 2) == 0 && !sz_dataset_config_type(data, 1));
    sz_dataset_free(data);
    return 0;
}

/* Messages give the number of a frame that is not from a file. */
static int test_misuse(const sz_dataset *all)
{
    const double place[6] = {0, 0, 0, 0, 0, 0}, one = 1.0, cell = 9.0;
    const int z[2] = {42, 42}, iron[1] = {26};
    sz_frame frame = {.structure = {.n_atoms = 2, .species = z, .position = place}};
    const sz_fit_options options = {.n_threads = -1};
    sz_fit_spec *spec;
    sz_dataset *data;
    sz_model *model, *good;
    sz_errors *errors;
    sz_curve *curve;
    sz_error err;

    CHECK_OK(sz_dataset_create(&data, &err), err);
    CHECK_FAILS(fit(&model, data, 1, NULL, &err), SZ_ERR_ARGUMENT, "no frame", err);
    CHECK_OK(sz_dataset_add(data, &frame, &err), err);
    CHECK_FAILS(fit(&model, data, 1, NULL, &err), SZ_ERR_ARGUMENT, "energy", err);
    frame.energy = &one;
    frame.structure.cell[0][0] = frame.structure.cell[1][1] = cell;
    CHECK_OK(sz_dataset_add(data, &frame, &err), err);
    CHECK(fit(&model, data, 1, NULL, &err) != SZ_OK && !model);
    CHECK(strstr(err.message, "frame 1") != NULL);
    sz_dataset_free(data);

    CHECK_OK(fit(&good, all, 1, NULL, &err), err);
    CHECK_OK(sz_dataset_create(&data, &err), err);
    frame.structure.n_atoms = 1;
    CHECK_OK(sz_dataset_add(data, &frame, &err), err);
    frame.structure.species = iron;
    CHECK_OK(sz_dataset_add(data, &frame, &err), err);
    CHECK_FAILS(sz_errors_create(&errors, good, data, NULL, &err), SZ_ERR_ARGUMENT,
                "frame 2, atom 1: the model does not contain the element Fe", err);
    CHECK(!errors);
    CHECK_OK(sz_fit_spec_parse(&spec, SETTINGS, "settings", &err), err);
    CHECK_FAILS(sz_fit_curve(&curve, &model, spec, all, data, NULL, &err), SZ_ERR_FORMAT,
                "frame 2, atom 1: there is no e0 for Fe", err);
    CHECK(!curve && !model);
    CHECK_FAILS(sz_fit(&model, spec, all, &options, &err), SZ_ERR_ARGUMENT, "n_threads",
                err);
    sz_dataset_free(data);
    CHECK_FAILS(sz_dataset_read(&data, "-", NULL, &err), SZ_ERR_ARGUMENT, "twice", err);
    CHECK_FAILS(sz_dataset_read(&data, "nowhere.xyz", spec, &err), SZ_ERR_FILE,
                "nowhere.xyz", err);
    CHECK(!data);
    sz_fit_spec_free(spec);
    sz_model_free(good);
    CHECK_FAILS(sz_fit_spec_parse(&spec, "gap={}", "settings", &err), SZ_ERR_FORMAT,
                "settings: gap= is missing", err);
    CHECK(!spec);
    return 0;
}

/* ---- a spec and a file ------------------------------------------------------------- */

static int test_names(const char *path, const sz_dataset *data)
{
    sz_dataset *found;
    sz_fit_spec *spec;
    sz_error err;

    CHECK_OK(sz_dataset_read(&found, path, NULL, &err), err);
    CHECK(found->n_energies == data->n_energies && found->n_forces == data->n_forces &&
          found->n_virials == data->n_virials);
    CHECK(!memcmp(found->force, data->force, 3 * data->n_atoms * sizeof *data->force));
    CHECK(sz_dataset_n_config_types(found) == 1); /* "name" is not a usual name */
    CHECK(sz_dataset_n_warnings(found) == 0 && !sz_dataset_warning(found, 0));
    sz_dataset_free(found);

    CHECK_FAILS(sz_fit_spec_parse(&spec, SETTINGS " frobnicate=F", "s", &err),
                SZ_ERR_FORMAT, "frobnicate", err);
    CHECK(!spec);
    CHECK_OK(sz_fit_spec_parse(&spec, SETTINGS, "s", &err), err);
    CHECK(sz_fit_spec_n_warnings(spec) == 0 && !sz_fit_spec_warning(spec, 0));
    sz_fit_spec_free(spec);
    return 0;
}

/* ---- the regulariser --------------------------------------------------------------- */

/* K_MM of two soap terms by plain sums: jitter on its diagonal, zero between the terms.
 */
static int test_regulariser(void)
{
    const double jitter = 1e-3;
    sz_gap *gap;
    sz_lsq *lsq;
    sz_error err;
    int n = 0, first = 0;

    CHECK_OK(sz_gap_load(&gap, model_file("mow_zbl_soap", "gp.xml"), &err), err);
    for (int k = 0; k < gap->n_terms; k++) n += gap->term[k].n_sparse;
    CHECK(gap->n_terms == 2 && n > 2);
    CHECK_OK(sz_lsq_create(&lsq, n, 0, SZ_LSQ_NORMAL, &err), err);
    CHECK_OK(sz_fit_regularise(lsq, gap, jitter, &err), err);
    for (int k = 0; k < gap->n_terms; first += gap->term[k++].n_sparse) {
        const sz_gap_term *c = &gap->term[k];

        for (int t = 0; t < c->n_sparse; t++) {
            const double *column = lsq->r + (size_t)(first + t) * lsq->width;

            for (int s = 0; s < first; s++) CHECK(column[s] == 0.0);
            for (int s = 0; s <= t; s++) {
                double dot = 0.0;

                for (int i = 0; i < c->n_dim; i++)
                    dot += c->x_sparse[(size_t)s * c->n_dim + i] *
                           c->x_sparse[(size_t)t * c->n_dim + i];
                CHECK_CLOSE(column[first + s],
                            c->delta * c->delta * pow(dot, c->zeta) +
                                (s == t ? jitter : 0.0),
                            1e-12 * c->delta * c->delta);
            }
        }
    }
    sz_lsq_free(lsq);
    sz_gap_free(gap);
    return 0;
}

/* ---- whose checkpoint -------------------------------------------------------------- */

/* A checkpoint of another version, other settings or other data is refused. */
static int test_checkpoint(sz_dataset *data)
{
    sz_checkpoint state;
    sz_fit_spec *spec;
    sz_targets *targets;
    sz_gap *gap, *found;
    sz_error err;

    CHECK_OK(sz_fit_spec_parse(&spec, SETTINGS " gp_file=kept.xml", "s", &err), err);
    CHECK_OK(sz_targets_create(&targets, data, &spec->sigma, &err), err);
    CHECK_OK(sz_gap_load(&gap, model_file("mow_zbl_soap", "gp.xml"), &err), err);
    CHECK_OK(sz_checkpoint_open(&state, spec, targets, 0.0, &err), err);
    state.n_ranks = state.n_threads = 1;
    CHECK_OK(sz_checkpoint_save_points(&state, gap, &err), err);
    CHECK_OK(sz_checkpoint_resume(&state, &found, &err), err);
    CHECK(found && found->n_terms == gap->n_terms);
    sz_gap_free(found);

    char *const of[] = {state.version, state.command, state.data};
    const char *const what[] = {"another version", "another command", "another data"};

    for (int k = 0; k < 3; k++) {
        of[k][0] ^= 1;
        CHECK_FAILS(sz_checkpoint_resume(&state, &found, &err), SZ_ERR_FORMAT, what[k],
                    err);
        of[k][0] ^= 1;
    }
    sz_checkpoint_remove(&state);
    sz_checkpoint_free(&state);
    sz_gap_free(gap);
    sz_targets_free(targets);
    sz_fit_spec_free(spec);
    return 0;
}

int main(void)
{
    char path[4096];
    sz_fit_spec *spec;
    sz_dataset *data;
    sz_error err;
    int stopped;

    if (!realpath(model_file("mow_zbl_soap", "reference.xyz"), path)) return 1;
    if (!mkdtemp(folder) || chdir(folder) != 0) return 1;
    CHECK_OK(sz_fit_spec_parse(&spec, SETTINGS, "settings", &err), err);
    CHECK_OK(sz_dataset_read(&data, path, spec, &err), err);
    sz_fit_spec_free(spec);
    stopped = test_bad_frames() || test_names(path, data) || test_misuse(data) ||
              test_regulariser() || test_checkpoint(data) || test_errors(data) ||
              test_curve(data) || test_kfold(data) || test_watch(data) ||
              test_command(data, path);
    sz_dataset_free(data);
    snprintf(path, sizeof path, "rm -r %s", folder);
    if (system(path) != 0) stopped = 1;
    return stopped ? 1 : check_done();
}
