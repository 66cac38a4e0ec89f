/* SPDX-License-Identifier: BSD-3-Clause
 *
 * load.c - path or name -> potential -> model, and back. */
#define _POSIX_C_SOURCE 200809L
#include "format/load.h"

#include "format/gap_write.h"
#include "format/gap_xml.h"
#include "format/safetensors.h"
#include "format/soapz_read.h"
#include "format/soapz_write.h"
#include "model/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A damaged one is recognised by its name. A pipe can be XML only: it is read once. */
static int is_container(const char *path)
{
    size_t n;
    int by_name = sz_ends_in(path, ".soapz");
    char head[9] = {'<'};
    struct stat s;
    FILE *f;

    if (stat(path, &s) != 0 || !S_ISREG(s.st_mode)) return by_name;
    f = fopen(path, "rb");
    if (!f) return by_name;
    n = fread(head, 1, sizeof head, f);
    fclose(f);
    return sz_is_tensors(head, n) || (by_name && (n == 0 || head[0] != '<'));
}

/* A name has none of the endings, of which the reader says that there is no such file. */
sz_status sz_gap_file(char **file, const char *path, sz_error *err)
{
    if (access(path, F_OK) != 0 && !sz_ends_in(path, ".soapz") &&
        !sz_ends_in(path, ".xml"))
        return sz_potential_path(file, path, err);
    *file = sz_copy_text(path);
    return *file ? SZ_OK : sz_fail_memory(err, strlen(path) + 1, path);
}

sz_status sz_gap_load(sz_gap **gap, const char *path, sz_error *err)
{
    char *file;
    sz_status status = sz_gap_file(&file, path, err);

    *gap = NULL;
    if (status == SZ_OK)
        status = is_container(file) ? sz_soapz_read(gap, file, err)
                                    : sz_gap_read(gap, file, err);
    free(file);
    return status;
}

sz_status sz_gap_notes(sz_gap_note **note, int *n, const char *path, sz_error *err)
{
    char *file;
    sz_status status = sz_gap_file(&file, path, err);

    *note = NULL;
    *n = 0;
    if (status == SZ_OK && is_container(file))
        status = sz_soapz_read_notes(note, n, file, err);
    free(file);
    return status;
}

sz_status sz_model_load(sz_model **model, const char *path, sz_error *err)
{
    sz_gap *gap;
    sz_status status = sz_gap_load(&gap, path, err);

    *model = NULL;
    return status == SZ_OK ? sz_model_create(model, gap, err) : status;
}

/* ---- save -------------------------------------------------------------------------- */

/* XML cannot store environments: if there are no vectors a copy gets them. */
static sz_status write_xml(const sz_gap *gap, const char *path, sz_error *err)
{
    size_t bytes = (size_t)gap->n_terms * sizeof *gap->term;
    sz_gap copy = *gap;
    sz_status status;

    copy.term = malloc(bytes + 1);
    if (!copy.term) return sz_fail_memory(err, bytes, path);
    memcpy(copy.term, gap->term, bytes);
    status = sz_gap_make_vectors(&copy, err);
    if (status == SZ_OK) status = sz_gap_write(&copy, path, err);
    for (int k = 0; k < gap->n_terms; k++)
        if (copy.term[k].x_sparse != gap->term[k].x_sparse) free(copy.term[k].x_sparse);
    free(copy.term);
    return status;
}

sz_status sz_model_save(const sz_model *model, const char *path, sz_error *err)
{
    const sz_gap *gap = model->gap;

    if (!gap)
        return sz_fail(err, SZ_ERR_ARGUMENT, "%.300s: this model has no data to write",
                       path);
    return sz_ends_in(path, ".xml") ? write_xml(gap, path, err)
                                    : sz_gap_save(gap, path, err);
}
