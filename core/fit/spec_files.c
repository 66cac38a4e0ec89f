/* SPDX-License-Identifier: BSD-3-Clause
 *
 * spec_files.c - the files named in the settings of a fit: those it reads, and those it
 * writes beside its model. */
#include "fit/spec.h"

/* compress_file is in the descriptor's own keys. */
static sz_status read_map(sz_files *files, const sz_fit_descriptor *d, sz_error *err)
{
    sz_args *args;
    const char *name;
    sz_status status = sz_args_parse(&args, d->text, d->where, err);

    if (status != SZ_OK) return status;
    name = sz_args_string(args, "compress_file", "None");
    if (!sz_same_word(name, "None"))
        status = sz_files_read(files, "compress_file", name, err);
    sz_args_free(args);
    return status;
}

static sz_status read_descriptor(sz_files *files, const sz_fit_descriptor *d,
                                 sz_error *err)
{
    sz_status status = sz_files_read(files, "sparse_file", d->sparse_file, err);

    if (status == SZ_OK) status = sz_files_read(files, "theta_file", d->theta_file, err);
    return status == SZ_OK ? read_map(files, d, err) : status;
}

sz_status sz_fit_files(sz_files *files, const sz_fit_spec *spec, const char *data,
                       sz_error *err)
{
    sz_status status = sz_files_read_those(files, &spec->files, err);

    if (status == SZ_OK) status = sz_files_read(files, "at_file", data, err);
    if (status == SZ_OK) status = sz_files_read(files, "test_file", spec->test_file, err);
    if (status == SZ_OK && *spec->core_ip_args)
        status = sz_files_read(files, "core_param_file", spec->core_param_file, err);
    for (int k = 0; k < spec->n_descriptors && status == SZ_OK; k++)
        status = read_descriptor(files, &spec->descriptor[k], err);
    for (int k = 0; k < spec->n_descriptors && status == SZ_OK; k++)
        status = sz_files_write(files, "print_sparse_index",
                                spec->descriptor[k].print_sparse_index, err);
    return status;
}
