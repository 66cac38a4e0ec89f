/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_errors.c - a model against reference data: QUIP's own numbers give no error,
 * numbers that were shifted give the shift, and the number of threads changes nothing. */
#define _POSIX_C_SOURCE 200809L
#include "analyse/errors.h"
#include "check.h"
#include "models.h"

#include <stdlib.h>
#include <unistd.h>

static char path[] = "/tmp/soapz_test_errors_XXXXXX";
static const sz_dataset_names names = {.energy = (char[]){"energy"},
                                       .force = (char[]){"forces"},
                                       .virial = (char[]){"virial"},
                                       .stress = (char[]){"stress"},
                                       .config_type = (char[]){"name"},
                                       .force_mask = (char[]){"force_mask"}};

typedef struct {
    sz_model *model;
    sz_dataset *data;
    sz_error_table table;
    int n, stop_at; /* frames seen; fails at this one */
    sz_error_sums last;
} setting;

static sz_status take(void *context, int f, const sz_frame_prediction *p, sz_error *err)
{
    setting *s = context;

    CHECK(f == s->n);
    s->n++;
    if (f == s->stop_at) return sz_fail(err, SZ_ERR_NUMERIC, "stopped here");
    sz_error_table_add(&s->table, f, p, &s->last);
    return SZ_OK;
}

static sz_status compare(setting *s, int n_threads, sz_error *err)
{
    sz_comparison c = {.model = s->model,
                       .model_name = "m.xml",
                       .data = s->data,
                       .n_threads = n_threads,
                       .take = take,
                       .context = s};
    sz_status status;

    sz_error_table_free(&s->table);
    s->n = 0;
    status = sz_error_table_create(&s->table, s->data, err);
    return status == SZ_OK ? sz_predict_all(&c, err) : status;
}

static void release(setting *s)
{
    sz_error_table_free(&s->table);
    sz_dataset_free(s->data);
    sz_model_free(s->model);
}

/* energies, forces and virials by QUIP of a whole model: e0, core, two-body, SOAP */
static int test_reference(const char *name)
{
    setting s = {.stop_at = -1};
    sz_error err;

    CHECK_OK(sz_model_load(&s.model, model_path(name), &err), err);
    CHECK_OK(
        sz_dataset_read_names(&s.data, model_file(name, "reference.xyz"), &names, &err),
        err);
    CHECK_OK(compare(&s, 2, &err), err);
    CHECK(s.n == s.data->n_frames && s.n > 3);
    CHECK(s.table.all.energy.n == s.n && s.table.all.virial.n == 6 * s.n);
    CHECK(s.table.all.force.n == 3 * (long)s.data->n_atoms);
    CHECK_CLOSE(s.table.all.energy.max, 0, 1e-9);
    CHECK_CLOSE(s.table.all.force.max, 0, 1e-8);
    CHECK_CLOSE(s.table.all.virial.max, 0, 1e-8);
    release(&s);
    return 0;
}

/* data shifted by known amounts, some of them masked */
static int test_sums(void)
{
    setting s = {.stop_at = -1};
    sz_dataset_frame *f;
    sz_error_sums one;
    sz_error err;
    double atoms, other;

    CHECK_OK(sz_model_load(&s.model, model_path("mow_zbl_soap"), &err), err);
    CHECK_OK(sz_dataset_read_names(&s.data, model_file("mow_zbl_soap", "reference.xyz"),
                                   &names, &err),
             err);
    f = &s.data->frame[0];
    atoms = f->n_atoms;
    f->energy += 0.5 * atoms;
    s.data->frame[1].energy -= 0.1 * s.data->frame[1].n_atoms;
    s.data->force[3 * f->first + 4] -= 2.0;
    s.data->force[3 * f->first + 6] += 100.0;
    s.data->masked[f->first + 2] = 1;
    f->virial[1] += 3.0 * atoms; /* xy and yx are one number */
    f->virial[3] += 3.0 * atoms;
    f->config_type = 1; /* added to other sums */
    CHECK_OK(compare(&s, 1, &err), err);
    CHECK_CLOSE(s.table.all.energy.sum1, 0.6, 1e-8);
    CHECK_CLOSE(s.table.all.energy.sum2, 0.26, 1e-8);
    CHECK_CLOSE(s.table.all.energy.max, 0.5, 1e-8);
    CHECK_CLOSE(sz_error_rmse(&s.table.all.energy), sqrt(0.26 / s.n), 1e-8);
    CHECK_CLOSE(sz_error_mae(&s.table.all.energy), 0.6 / s.n, 1e-8);
    CHECK(s.table.all.force.n == 3 * (long)s.data->n_atoms - 3);
    CHECK_CLOSE(s.table.all.force.sum1, 2.0, 1e-6);
    CHECK_CLOSE(s.table.all.force.max, 2.0, 1e-8);
    CHECK_CLOSE(s.table.all.virial.sum2, 9.0, 1e-6);
    CHECK_CLOSE(s.table.type[1].energy.max, 0.5, 1e-8);
    CHECK_CLOSE(s.table.type[0].energy.n, 0,
                0); /* its only frame was changed to type 1 */
    CHECK_CLOSE(s.table.element[s.data->species[f->first + 1]].force.max, 2.0, 1e-8);
    other = s.table.element[1 - s.data->species[f->first + 1]].force.max;
    CHECK_CLOSE(other, 0.0, 1e-8);

    one = s.table.all;
    CHECK_OK(compare(&s, 3, &err), err);
    CHECK(memcmp(&one, &s.table.all, sizeof one) ==
          0); /* sums are in the order of the file */

    s.data->force[3 * f->first] = NAN;
    CHECK_OK(compare(&s, 2, &err), err);
    CHECK(isnan(s.table.all.force.max) && isnan(sz_error_mae(&s.table.type[1].force)));
    CHECK(isnan(sz_error_rmse(&s.table.all.force)));
    CHECK(!isnan(s.table.all.energy.max));
    release(&s);
    return 0;
}

static int read_text(setting *s, const char *text, sz_error *err)
{
    FILE *f = fopen(path, "w");

    sz_dataset_free(s->data);
    if (!f || fputs(text, f) < 0 || fclose(f) != 0) exit(1);
    CHECK_OK(sz_dataset_read_names(&s->data, path, &names, err), *err);
    return 0;
}

#define BOX "Lattice=\"9 0 0 0 9 0 0 0 9\" Properties=species:S:1:pos:R:3"

static int test_refusals(void)
{
    setting s = {.stop_at = 2};
    sz_error err;

    CHECK_OK(sz_model_load(&s.model, model_path("mow_zbl_soap"), &err), err);
    CHECK_OK(sz_dataset_read_names(&s.data, model_file("mow_zbl_soap", "reference.xyz"),
                                   &names, &err),
             err);
    for (int threads = 1; threads <= 4; threads += 3) {
        char at[80];

        CHECK_FAILS(compare(&s, threads, &err), SZ_ERR_NUMERIC, "stopped here", err);
        snprintf(at, sizeof at, "reference.xyz:%d:", s.data->frame[2].line);
        CHECK(strstr(err.message, at) != NULL && s.n == 3);
    }
    s.stop_at = -1;
    if (read_text(&s, "1\n" BOX "\nMo 0 0 0\n2\n" BOX "\nW 0 0 0\nNb 2 0 0\n", &err))
        return 1;
    CHECK_FAILS(compare(&s, 2, &err), SZ_ERR_ARGUMENT,
                ":7: the model m.xml does not contain the element Nb", err);
    if (read_text(&s, "1\n" BOX "\nMo 0 0 0\n2\n" BOX "\nW 1 1 1\nW 1 1 1\n", &err))
        return 1;
    CHECK_FAILS(compare(&s, 2, &err), SZ_ERR_NUMERIC, ":4: ", err);
    /* no reference data: no error, and zero numbers */
    if (read_text(&s, "1\n" BOX " energy_sigma=0\nMo 0 0 0\n", &err)) return 1;
    CHECK_OK(compare(&s, 2, &err), err);
    CHECK(s.n == 1 && s.table.all.energy.n == 0 && s.table.all.force.n == 0);
    sz_dataset_free(s.data);
    CHECK_FAILS(sz_dataset_read_names(&s.data, "/dev/null", &names, &err), SZ_ERR_FORMAT,
                "has no frame", err);
    CHECK(s.data == NULL);
    release(&s);
    return 0;
}

int main(void)
{
    int fd = mkstemp(path), code;

    if (fd < 0) return 1;
    close(fd);
    code = test_reference("mow_zbl_soap") || test_reference("hea5_nu20_2b_novirial") ||
           test_sums() || test_refusals();
    unlink(path);
    return code || check_done();
}
