/* SPDX-License-Identifier: BSD-3-Clause
 *
 * survey.c - a first pass over a file, before the actual work. */
#define _XOPEN_SOURCE 700 /* S_ISFIFO */
#include "survey.h"

#include "atoms/frame_list.h"
#include "base/args.h"
#include "descriptor/soap_spec.h"
#include "tool.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* standard input and pipes */
static int is_read_once(const char *path)
{
    struct stat s;

    return !strcmp(path, "-") || (stat(path, &s) == 0 && S_ISFIFO(s.st_mode));
}

/* Calls each on every frame of the file. */
static sz_status each_frame(const char *path,
                            sz_status (*each)(void *context, const sz_xyz_frame *frame,
                                              const char *name, sz_error *err),
                            void *context, sz_error *err)
{
    sz_xyz_reader *in;
    sz_xyz_frame *frame;
    sz_progress progress;
    long n = 0;
    sz_status status;

    if (is_read_once(path))
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "%.700s can be read only once: give a file, or the missing "
                       "information with --species, --data",
                       strcmp(path, "-") ? path : "standard input");
    status = sz_xyz_open(&in, path, err);
    sz_progress_start(&progress);
    while (status == SZ_OK) {
        status = sz_xyz_read(&frame, in, err);
        if (status != SZ_OK || !frame) break;
        status = each(context, frame, sz_xyz_name(in), err);
        sz_xyz_frame_free(frame);
        sz_progress_show(&progress, sz_xyz_done(in), ++n, "frames looked through");
    }
    sz_progress_end(&progress);
    sz_xyz_close(in);
    return status;
}

static sz_status note_elements(void *context, const sz_xyz_frame *frame, const char *name,
                               sz_error *err)
{
    unsigned char *present = context;

    (void)name;
    (void)err;
    for (int i = 0; i < frame->n_atoms; i++) present[frame->z[i]] = 1;
    return SZ_OK;
}

sz_status sz_survey_elements(const char *path, unsigned char present[SZ_Z_MAX + 1],
                             sz_error *err)
{
    memset(present, 0, SZ_Z_MAX + 1);
    return each_frame(path, note_elements, present, err);
}

typedef struct {
    sz_moments *moments;
    int z[SZ_Z_MAX + 1], slot[SZ_Z_MAX + 1]; /* a species is its atomic number */
    sz_list list;
    int *atom; /* scratch */
} pass;

static sz_status add_frame(void *context, const sz_xyz_frame *frame, const char *name,
                           sz_error *err)
{
    pass *p = context;
    const sz_slots slots = {p->z, p->slot};
    size_t n = (size_t)frame->n_atoms;
    int *atom = realloc(p->atom, (n + 1) * sizeof *atom);
    sz_status status;

    if (!atom) return sz_fail_memory(err, n * sizeof *atom, "a list of atoms");
    p->atom = atom;
    for (int i = 0; i < frame->n_atoms; i++) atom[i] = i;
    status = sz_frame_list(&p->list, frame, frame->z, name,
                           p->moments->soap->spec.radial.cutoff, err);
    if (status == SZ_OK)
        sz_moments_add(p->moments, &p->list.nb, &slots, frame->n_atoms, atom);
    return status;
}

/* The descriptor of text and more, with nu=2 instead of its compression: of repeated keys
 * the last one counts. */
static sz_status start(sz_moments **moments, const char *text, const char *more,
                       sz_error *err)
{
    size_t size = strlen(text) + strlen(more) + 40;
    char *all = malloc(size);
    sz_args *args = NULL;
    sz_soap_spec spec = {0};
    int n_centres, centre_z[SZ_Z_MAX];
    sz_status status;

    if (!all) return sz_fail_memory(err, size, "a descriptor");
    snprintf(all, size, "%s %s compression={nu=2}", text, more);
    status = sz_args_parse(&args, all, "the descriptor", err);
    if (status == SZ_OK)
        status = sz_soap_spec_parse(&spec, &n_centres, centre_z, args, -1, 0, NULL, err);
    if (status == SZ_OK) status = sz_moments_create(moments, &spec, err);
    sz_soap_spec_free(&spec);
    sz_args_free(args);
    free(all);
    return status;
}

sz_status sz_survey_moments(sz_moments **moments, const char *path, const char *text,
                            const char *more, sz_error *err)
{
    pass p = {0};
    sz_status status = start(&p.moments, text, more, err);

    *moments = NULL;
    if (status != SZ_OK) return status;
    for (int z = 0; z <= SZ_Z_MAX; z++) {
        p.z[z] = z;
        p.slot[z] = z ? sz_describer_slot(&p.moments->soap->base, z) : -1;
    }
    status = each_frame(path, add_frame, &p, err);
    if (status == SZ_OK && p.moments->n == 0)
        status = sz_fail(err, SZ_ERR_ARGUMENT, "%s has no atoms", path);
    if (status == SZ_OK) {
        *moments = p.moments;
        p.moments = NULL;
    }
    sz_moments_free(p.moments);
    sz_list_free(&p.list);
    free(p.atom);
    return status;
}
