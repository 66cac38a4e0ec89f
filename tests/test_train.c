/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_train.c - channel maps from data: the slope of the loss is that of differences,
 * for every compression that has maps; a fit makes the loss smaller, gives the same maps
 * each time and with any number of threads, and the model file has them. */
#define _XOPEN_SOURCE 700 /* mkdtemp */
#include "check.h"
#include "cluster.h"
#include "fit/fit.h"
#include "fit/train.h"
#include "format/gap_write.h"
#include "format/load.h"
#include "format/soapz_write.h"
#include "model/model.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

enum { FRAMES = 24, ATOMS = 7 };

#define SETTINGS                                                                         \
    "e0_method=average default_sigma={0.01 0.1 0.1 0.0} rnd_seed=3 sparse_jitter=1e-8 "  \
    "gap={distance_2b cutoff=4.0 covariance_type=ard_se delta=0.5 theta_uniform=1.0 "    \
    "sparse_method=uniform n_sparse=5 : soap n_max=3 l_max=2 cutoff=4.0 "                \
    "cutoff_transition_width=0.8 atom_sigma=0.6 zeta=2 delta=1.0 "                       \
    "covariance_type=dot_product sparse_method=cur_points n_sparse=20 %s}"

/* ---- data -------------------------------------------------------------------------- */

/* E = sum_i rho_i^2 / 4, rho_i = sum_j b_j (1 - r^2/R^2)^3 */
static void toy(const cluster *c, double *energy, double *force)
{
    static const double b[] = {1.0, 0.4, -0.6}, range2 = 16.0;
    double rho[ATOMS] = {0};

    memset(force, 0, 3 * ATOMS * sizeof *force);
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < ATOMS; i++)
            for (int j = 0; j < ATOMS; j++) {
                double d[3], x;

                for (int k = 0; k < 3; k++)
                    d[k] = c->position[3 * j + k] - c->position[3 * i + k];
                x = 1.0 - dot(d, d, 3) / range2;
                if (i == j || x <= 0.0) continue;
                if (pass == 0) rho[i] += b[c->species[j]] * x * x * x;
                for (int k = 0; k < 3 && pass; k++) {
                    double g =
                        0.5 * rho[i] * b[c->species[j]] * -6.0 * x * x * d[k] / range2;

                    force[3 * i + k] += g;
                    force[3 * j + k] -= g;
                }
            }
    *energy = 0.0;
    for (int i = 0; i < ATOMS; i++) *energy += rho[i] * rho[i] / 4;
}

/* Frame rare, unless negative, has an atom of an element that no other frame has. */
static sz_status make_data(sz_dataset **data, int rare, sz_error *err)
{
    static const int z[] = {41, 42, 74};
    sz_status status = sz_dataset_create(data, err);

    for (int f = 0; f < FRAMES && status == SZ_OK; f++) {
        cluster c;
        double energy, force[3 * ATOMS];
        int of_atom[ATOMS];
        sz_frame frame = {.config_type = f % 3 ? "often" : "seldom",
                          .energy = &energy,
                          .force = f % 5 ? force : NULL};

        random_cluster(&c, ATOMS, 3, 5.0, 1.7);
        toy(&c, &energy, force);
        for (int i = 0; i < ATOMS; i++) of_atom[i] = z[c.species[i]];
        if (f == rare) of_atom[0] = 73;
        frame.structure =
            (sz_structure){.n_atoms = ATOMS, .species = of_atom, .position = c.position};
        status = sz_dataset_add(*data, &frame, err);
    }
    return status;
}

/* ---- a fit ------------------------------------------------------------------------- */

typedef struct {
    sz_fit_spec *spec;
    sz_team team;
    sz_fit_setup setup;
    sz_fit_job job;
} fit;

static sz_status prepare(fit *f, const char *keys, int n_threads, sz_error *err)
{
    char text[1200];
    const sz_fit_options options = {.n_threads = n_threads};
    sz_status status;

    memset(f, 0, sizeof *f);
    snprintf(text, sizeof text, SETTINGS, keys);
    status = sz_fit_spec_parse(&f->spec, text, "settings", err);
    if (status == SZ_OK) status = sz_fit_setup_alone(&f->setup, &f->team, &options, err);
    return status;
}

static sz_status begin(fit *f, const sz_dataset *data, const char *keys, int n_threads,
                       sz_error *err)
{
    sz_status status = prepare(f, keys, n_threads, err);

    if (status == SZ_OK)
        status = sz_fit_job_begin(&f->job, f->spec, data, &f->setup, err);
    return status;
}

/* A whole fit. */
static sz_status run(fit *f, const sz_dataset *data, const char *keys, int n_threads,
                     sz_error *err)
{
    sz_status status = prepare(f, keys, n_threads, err);

    if (status == SZ_OK) status = sz_fit_job_run(&f->job, f->spec, data, &f->setup, err);
    return status;
}

static void end(fit *f)
{
    sz_fit_job_free(&f->job);
    sz_fit_spec_free(f->spec);
}

static sz_trial_setup trial_of(const fit *f, const sz_gap *before)
{
    return (sz_trial_setup){.spec = &f->job.spec,
                            .descriptor = 1,
                            .targets = f->job.targets,
                            .before = before,
                            .n_threads = 1};
}

/* ---- the slope --------------------------------------------------------------------- */

/* dL/dw_k by five points */
static int difference(double *slope, sz_trial *trial, double *w, int k)
{
    static const double factor[] = {1.0, -8.0, 0.0, 8.0, -1.0}, h = 1e-3;
    double at = w[k];
    sz_trial_loss loss;
    sz_error err;

    *slope = 0.0;
    for (int j = 0; j < 5; j++) {
        w[k] = at + (j - 2) * h;
        CHECK_OK(sz_trial_judge(trial, w, &loss, NULL, &err), err);
        *slope += factor[j] * loss.judged / (12 * h);
    }
    w[k] = at;
    return 0;
}

static int check_slope(const sz_dataset *data, const char *keys, const sz_gap *before)
{
    fit f;
    sz_error err;
    sz_trial_data *d;
    sz_trial *trial;
    sz_trial_setup setup;
    sz_trial_loss loss;
    double *w, *slope, along = 0.0, most = 0.0;

    CHECK_OK(begin(&f, data, keys, 1, &err), err);
    setup = trial_of(&f, before);
    CHECK_OK(sz_trial_data_create(&d, &setup, &err), err);
    CHECK(d->n_frames == FRAMES && d->n_points > 20);
    CHECK(d->n_columns == d->n_points + (before ? 30 : 0));
    CHECK_OK(sz_trial_create(&trial, d, &setup, d->start, &err), err);
    w = d->start;
    slope = malloc((size_t)d->maps->n * sizeof *slope);
    if (!slope) return 1;
    CHECK_OK(sz_trial_judge(trial, w, &loss, slope, &err), err);
    for (int k = 0; k < d->maps->n; k += CHECK_EVERY(3) * (1 + d->maps->n / 8)) {
        double want;

        if (difference(&want, trial, w, k)) return 1;
        CHECK_CLOSE(slope[k], want, 1e-6 * (1.0 + fabs(want)));
        most = fmax(most, fabs(want));
    }
    CHECK(most > 1e-3);
    /* a common factor does not change normalised vectors */
    for (int k = 0; k < d->maps->n; k++) along += slope[k] * w[k];
    if (d->maps->soap->spec.normalise)
        CHECK_CLOSE(along, 0.0, 1e-8);
    else
        CHECK(fabs(along) > 1e-3);
    free(slope);
    sz_trial_free(trial);
    sz_trial_data_free(d);
    end(&f);
    return 0;
}

static const char *const kinds[] = {
    "Z_mix=T K=2",
    "Z_mix=T K=2 sym_mix=T",
    "Z_mix=T K=2 coupling=F",
    "R_mix=T K=2",
    "R_mix=T K=2 coupling=F sym_mix=T",
    "Z_mix=T R_mix=T K=3",
    "Z_mix=T R_mix=T K=4 coupling=F",
    "Z_mix=T R_mix=T K=3 sym_mix=T zeta=3",
    "compression={{W^T P_l}}",
    "compression={{Q^T P_l Q}}",
    "compression={{optimal}} u_max=3 compression_start=random",
    "compression={{nu=2,d_J}} d_J=2 embedding={{1 0.2 0.5 -0.7 0.1 1}}",
    "Z_mix=T K=2 radial_tolerance=0.01",
    "compression={{K=2}} K=5",
    "compression={{K,K=1,1}} K=4",
    "compression={{K=3}} K=4",
    "compression={{K=3}} K=4 l_min=1",
    "compression={{K,K,K=1,1,1}} K=3",
    "compression={{K=2}} K=5 normalise=F",
};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* More columns of earlier terms than rows: fewer columns give the same loss and slope. */
static int check_reduced(const sz_dataset *data, const sz_gap *before)
{
    fit f;
    sz_error err;
    sz_trial_data *d;
    sz_trial_setup setup;
    sz_trial_loss loss[2];
    double *slope;

    CHECK_OK(begin(&f, data, kinds[0], 1, &err), err);
    setup = trial_of(&f, before);
    CHECK_OK(sz_trial_data_create(&d, &setup, &err), err);
    CHECK(d->n_columns - d->n_points > d->n_rows);
    slope = malloc(2 * (size_t)d->maps->n * sizeof *slope);
    if (!slope) return 1;
    for (int k = 0; k < 2; k++) {
        sz_trial *trial;

        if (k == 1) CHECK_OK(sz_trial_data_reduce(d, &err), err);
        CHECK_OK(sz_trial_create(&trial, d, &setup, d->start, &err), err);
        CHECK_OK(sz_trial_judge(trial, d->start, &loss[k], slope + k * d->maps->n, &err),
                 err);
        sz_trial_free(trial);
    }
    CHECK(d->n_columns == d->n_points + d->n_rows);
    CHECK_CLOSE(loss[1].judged, loss[0].judged, 1e-6);
    CHECK_CLOSE(loss[1].watched, loss[0].watched, 1e-6);
    for (int k = 0; k < d->maps->n; k++)
        CHECK_CLOSE(slope[d->maps->n + k], slope[k], 1e-6);
    free(slope);
    sz_trial_data_free(d);
    end(&f);
    return 0;
}

/* ---- fits -------------------------------------------------------------------------- */

/* The maps of a fit, which are the same for all its soap terms. */
static int maps_of(double **w, int *n, const fit *f)
{
    const sz_gap *gap = f->job.gap;
    const sz_gap_term *last = &gap->term[gap->n_terms - 1];

    *n = last->n_matrix;
    *w = malloc((size_t)*n * sizeof **w);
    if (!*w) return 1;
    memcpy(*w, last->matrix, (size_t)*n * sizeof **w);
    for (int k = 0; k < gap->n_terms; k++)
        if (strncmp(gap->term[k].descriptor, "soap", 4) == 0)
            CHECK(gap->term[k].n_matrix == *n &&
                  memcmp(gap->term[k].matrix, *w, (size_t)*n * sizeof **w) == 0);
    return 0;
}

static int run_fit(double **w, int *n, fit *f, const sz_dataset *data, const char *keys,
                   int n_threads)
{
    sz_error err;

    CHECK_OK(run(f, data, keys, n_threads, &err), err);
    return maps_of(w, n, f);
}

/* sum of |E| and |F| of a model over the data, to distinguish models */
static int measure(double sum[2], const sz_model *model, const sz_dataset *data)
{
    sz_errors *errors;
    sz_error err;

    CHECK_OK(sz_errors_create(&errors, model, data, NULL, &err), err);
    sum[0] = sz_errors_all(errors, SZ_ENERGY).rmse;
    sum[1] = sz_errors_all(errors, SZ_FORCE).rmse;
    sz_errors_free(errors);
    return 0;
}

/* The file has the same maps and gives the same model. */
static int check_file(const fit *f, const sz_dataset *data, const char *path)
{
    sz_model *here, *there;
    sz_gap *gap;
    sz_error err;
    double a[2], b[2];

    CHECK_OK(sz_gap_load(&gap, path, &err), err);
    for (int k = 0; k < gap->n_terms; k++) {
        const sz_gap_term *c = &f->job.gap->term[k];

        CHECK(gap->term[k].n_matrix == c->n_matrix);
        if (c->n_matrix && gap->term[k].n_matrix == c->n_matrix)
            CHECK(memcmp(c->matrix, gap->term[k].matrix,
                         (size_t)c->n_matrix * sizeof *c->matrix) == 0);
    }
    sz_gap_free(gap);
    CHECK_OK(sz_fit_job_model(&here, &f->job, &err), err);
    CHECK_OK(sz_model_load(&there, path, &err), err);
    if (measure(a, here, data) || measure(b, there, data)) return 1;
    CHECK_CLOSE(a[0], b[0], 1e-12);
    CHECK_CLOSE(a[1], b[1], 1e-12);
    sz_model_free(here);
    sz_model_free(there);
    return 0;
}

/* with its files */
static int remove_folder(const char *folder)
{
    DIR *dir = opendir(folder);
    const struct dirent *file;
    char path[400];

    CHECK(dir != NULL);
    while (dir && (file = readdir(dir))) {
        snprintf(path, sizeof path, "%s/%s", folder, file->d_name);
        if (file->d_name[0] != '.') unlink(path);
    }
    closedir(dir);
    CHECK(rmdir(folder) == 0);
    return 0;
}

static int check_files(const fit *f, const sz_dataset *data, int is_mix)
{
    char folder[] = "/tmp/soapz_test_train_XXXXXX", path[64];
    sz_error err;

    CHECK(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/gp.soapz", folder);
    CHECK_OK(sz_gap_save(f->job.gap, path, &err), err);
    if (check_file(f, data, path)) return 1;
    unlink(path);
    snprintf(path, sizeof path, "%s/gp.xml", folder);
    if (is_mix) {
        CHECK_FAILS(sz_gap_write(f->job.gap, path, &err), SZ_ERR_ARGUMENT,
                    "GAP XML cannot store the maps", err);
        CHECK(access(path, F_OK) != 0);
    } else {
        CHECK_OK(sz_gap_write(f->job.gap, path, &err), err);
        if (check_file(f, data, path)) return 1;
    }
    return remove_folder(folder);
}

/* Trained maps: better than the initial ones, reproducible, the same with three threads
 * and in the file. */
static int check_fit(const sz_dataset *data, const char *keys, const char *start)
{
    char all[256];
    double *w[2], before = NAN, after = NAN;
    int n[2];
    fit f, again;
    const char *note;

    snprintf(all, sizeof all, "%s compression_train=8 compression_start=%s", keys, start);
    if (run_fit(&w[0], &n[0], &f, data, all, 1)) return 1;
    if (run_fit(&w[1], &n[1], &again, data, all, 3)) return 1;
    CHECK(n[0] > 0 && n[0] == n[1]);
    CHECK(memcmp(w[0], w[1], (size_t)n[0] * sizeof **w) == 0);
    note = sz_gap_find_note(f.job.gap, "maps_of_descriptor_2");
    CHECK(note && sscanf(strstr(note, "training frames"),
                         "training frames %lf before and %lf", &before, &after) == 2);
    CHECK(before > after + 1e-3);
    if (check_files(&f, data, !strstr(keys, "compression="))) return 1;
    for (int k = 0; k < 2; k++) free(w[k]);
    end(&f);
    end(&again);
    return 0;
}

/* Principal components without training: u_max = all is nu=2 rotated. */
static int check_principal(const sz_dataset *data)
{
    static const char *const keys[] = {
        "compression={{optimal}} u_max=9 compression_start=pca", "nu_R=2 nu_S=2"};
    double sum[2][2];
    sz_error err;

    for (int k = 0; k < 2; k++) {
        fit f;
        sz_model *model;

        CHECK_OK(run(&f, data, keys[k], 1, &err), err);
        CHECK_OK(sz_fit_job_model(&model, &f.job, &err), err);
        if (measure(sum[k], model, data)) return 1;
        sz_model_free(model);
        end(&f);
    }
    /* CUR of rotated vectors may choose other points with nearly equal scores */
    CHECK_CLOSE(sum[0][0], sum[1][0], 0.05 * sum[1][0]);
    CHECK_CLOSE(sum[0][1], sum[1][1], 0.05 * sum[1][1]);
    return 0;
}

/* ---- misuse ------------------------------------------------------------------------ */

/* An element that occurs in one frame, in any part. */
static int check_rare(void)
{
    for (int f = 0; f < FRAMES; f++) {
        sz_dataset *data;
        sz_error err;
        double *w;
        int n;
        fit g;

        CHECK_OK(make_data(&data, f, &err), err);
        if (run_fit(&w, &n, &g, data, "Z_mix=T K=2 compression_train=2", 1)) return 1;
        CHECK(n == 16);
        free(w);
        end(&g);
        sz_dataset_free(data);
    }
    return 0;
}

static int check_refused(const sz_dataset *data)
{
    static const struct {
        const char *keys, *says;
    } wrong[] = {
        {"nu_R=2 nu_S=1 compression_train=5", "no maps to train"},
        {"Z_map={{41, 42 74}} compression_train=5", "no maps to train"},
        {"nu_R=2 nu_S=1 compression_start=pca", "no maps to start from"},
        {"Z_mix=T K=2 compression_train=-1", "compression_train is -1"},
        {"Z_mix=T K=2 compression_train=5 compression_start=best", "=best is unknown"},
        {"compression={{optimal}} u_max=3", "use compression_start=pca"},
    };
    sz_dataset *few;
    double *w;
    int n;
    sz_error err;
    fit f;

    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        sz_status status = run(&f, data, wrong[k].keys, 1, &err);

        CHECK_FAILS(status, SZ_ERR_FORMAT, wrong[k].says, err);
        end(&f);
    }
    CHECK_OK(sz_dataset_create(&few, &err), err);
    for (int k = 0; k < 4; k++) {
        const int z[] = {41, 42};
        const double position[] = {0, 0, 0, 0, 0, 2.4 + 0.1 * k}, energy = 1.0;
        const sz_frame frame = {
            .structure = {.n_atoms = 2, .species = z, .position = position},
            .energy = &energy};

        CHECK_OK(sz_dataset_add(few, &frame, &err), err);
    }
    CHECK_FAILS(run(&f, few, "Z_mix=T K=2 compression_train=5", 1, &err), SZ_ERR_FORMAT,
                "maps from data need 5 frames", err);
    end(&f);
    if (run_fit(&w, &n, &f, few, "Z_mix=T K=2 compression_start=pca", 1)) return 1;
    CHECK(n == 8);
    free(w);
    end(&f);
    sz_dataset_free(few);
    return 0;
}

static int stop_now(void *context)
{
    (void)context;
    return 1;
}

static int check_stopped(const sz_dataset *data)
{
    const sz_watch watch = {.stop = stop_now};
    sz_error err;
    fit f;

    CHECK_OK(begin(&f, data, "Z_mix=T K=2 compression_train=5", 1, &err), err);
    f.job.setup.watch = &watch;
    CHECK_FAILS(sz_fit_job_points(&f.job, &err), SZ_ERR_STOPPED, "interrupted", err);
    end(&f);
    return 0;
}

int main(void)
{
    sz_dataset *data;
    sz_gap before;
    fit f;
    double *w;
    int n;
    sz_error err;

    CHECK_OK(make_data(&data, -1, &err), err);
    for (int k = 0; k < KINDS; k++)
        if (check_slope(data, kinds[k], NULL)) return 1;
    if (run_fit(&w, &n, &f, data, "Z_mix=T K=2 compression_train=1", 1)) return 1;
    before = *f.job.gap;
    if (check_reduced(data, &before)) return 1;
    before.n_terms = 6; /* the pairs of three elements */
    if (check_slope(data, kinds[0], &before)) return 1;
    free(w);
    end(&f);
    if (check_fit(data, "Z_mix=T R_mix=T K=3", "random")) return 1;
    if (check_fit(data, "R_mix=T K=2", "random")) return 1;
    if (check_fit(data, "compression={{W^T P_l}}", "pca")) return 1;
    if (check_fit(data, "compression={{nu=2,d_J}} d_J=2", "random")) return 1;
    if (check_fit(data, "compression={{K=3}} K=4", "random")) return 1;
    if (check_fit(data, "compression={{K,K,K=1,1,1}} K=3", "pca")) return 1;
    if (check_fit(data, "compression={{K,K=1,1}} K=4", "random")) return 1;
    if (check_principal(data)) return 1;
    if (check_rare()) return 1;
    if (check_refused(data)) return 1;
    if (check_stopped(data)) return 1;
    sz_dataset_free(data);
    return check_done();
}
