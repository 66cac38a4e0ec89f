/* SPDX-License-Identifier: BSD-3-Clause
 *
 * dataset_read.c - reads all frames of a file; warns about likely mistakes. */
#include "base/memory.h"
#include "data/dataset_frame.h"
#include "data/virials.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef sz_dataset_reader reader;

void sz_list_names(const sz_xyz_frame *frame, char *text, size_t room)
{
    size_t used = 0;

    text[0] = '\0';
    for (int k = 0; k < frame->n_info && used + 1 < room; k++)
        used += (size_t)snprintf(text + used, room - used, "%.40s ", frame->info[k].key);
    for (int k = 0; k < frame->n_columns && used + 1 < room; k++)
        used +=
            (size_t)snprintf(text + used, room - used, "%.40s ", frame->column[k].name);
    if (*text) text[strlen(text) - 1] = '\0';
}

static sz_status keep_names(reader *r)
{
    sz_dataset *t = r->data;
    char text[640];

    sz_list_names(r->frame, text, sizeof text);
    t->names = sz_copy_text(text);
    t->energy_name = sz_copy_text(r->name->energy);
    return t->names && t->energy_name ? SZ_OK : sz_fail_memory(r->err, 640, "the names");
}

/* After the last frame: warns about likely mistakes. */
static sz_status warn_of_data(reader *r)
{
    const sz_dataset *t = r->data;
    sz_status status = SZ_OK;

    if (t->n_forces == 0 && *r->name->force)
        status = sz_warnings_add(
            &r->data->warnings, r->err,
            "%s:%d: no frame has forces in a column '%s', so forces are not fitted; name "
            "the column with force_parameter_name, or give "
            "force_parameter_name=none",
            t->path, t->frame[0].line + 1, r->name->force);
    if (status == SZ_OK && r->n_stresses)
        status = sz_warnings_add(&r->data->warnings, r->err,
                                 "%s:%d: the virial is taken from '%s' (%d in all); "
                                 "stress_parameter_name=none disables this",
                                 t->path, r->stress_line, r->name->stress, r->n_stresses);
    if (status == SZ_OK && r->n_integers && *r->name->sigma) /* for a fit */
        status = sz_warnings_add(
            &r->data->warnings, r->err,
            "%s:%d: a value is written without a decimal point (%d in all): "
            "gap_fit would ignore it, soapz does not",
            t->path, r->integer_line, r->n_integers);
    return status;
}

static sz_status read_frames(reader *r, sz_xyz_reader *file)
{
    sz_xyz_frame *frame;
    sz_status status = SZ_OK;

    while (status == SZ_OK) {
        status = sz_xyz_read(&frame, file, r->err);
        if (status != SZ_OK || !frame) break;
        r->frame = frame;
        if (r->data->n_frames == 0) status = keep_names(r);
        if (status == SZ_OK) status = sz_dataset_read_frame(r);
        sz_xyz_frame_free(frame);
    }
    free(r->text);
    if (status == SZ_OK && r->data->n_frames == 0)
        return sz_fail(r->err, SZ_ERR_FORMAT, "%s: the file has no frames",
                       r->data->path);
    return status;
}

/* "" for NULL: data without a name are not read */
static void no_nulls(sz_dataset_names *to, const sz_dataset_names *from, char *nothing)
{
    char **const name[] = {&to->energy,      &to->force,       &to->virial,
                           &to->stress,      &to->sigma,       &to->config_type,
                           &to->force_mask,  &to->hessian,     &to->local_property,
                           &to->other_force, &to->other_virial};

    *to = *from;
    for (size_t k = 0; k < sizeof name / sizeof *name; k++)
        if (!*name[k]) *name[k] = nothing;
}

static sz_status take_path(sz_dataset *data, const char *path, sz_error *err)
{
    free(data->path);
    data->path = sz_copy_text(path);
    return data->path ? SZ_OK : sz_fail_memory(err, strlen(path), "the data");
}

/* Warnings of the file reader. */
static sz_status take_warnings(sz_dataset *data, const sz_xyz_reader *file, sz_error *err)
{
    const sz_warnings *w = sz_xyz_warnings(file);
    sz_status status = SZ_OK;

    for (int k = 0; k < w->n && status == SZ_OK; k++)
        status = sz_warnings_add(&data->warnings, err, "%s", w->text[k]);
    return status;
}

sz_status sz_dataset_read_open(sz_dataset **dataset, sz_xyz_reader *file,
                               const sz_dataset_names *names, sz_error *err)
{
    char nothing[] = "";
    sz_dataset_names name;
    sz_dataset *data = NULL;
    reader r = {.name = &name, .err = err};
    sz_status status = sz_dataset_create(&data, err);

    *dataset = NULL;
    no_nulls(&name, names, nothing);
    r.data = data;
    if (status == SZ_OK) status = take_path(data, sz_xyz_name(file), err);
    if (status == SZ_OK) status = read_frames(&r, file);
    if (status == SZ_OK) status = take_warnings(data, file, err);
    if (status == SZ_OK) status = warn_of_data(&r);
    if (status == SZ_OK) status = sz_virials_check(data, &name, err);
    if (status == SZ_OK) {
        *dataset = data;
        data = NULL;
    }
    sz_dataset_free(data);
    return status;
}

sz_status sz_dataset_read_names(sz_dataset **dataset, const char *path,
                                const sz_dataset_names *names, sz_error *err)
{
    sz_xyz_reader *file = NULL;
    sz_status status = sz_xyz_open(&file, path, err);

    *dataset = NULL;
    if (status == SZ_OK) status = sz_dataset_read_open(dataset, file, names, err);
    sz_xyz_close(file);
    return status;
}
