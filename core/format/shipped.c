/* SPDX-License-Identifier: BSD-3-Clause
 *
 * shipped.c - the potentials that come with soapz. The name of FOLDER/A/b.soapz is "A/b".
 * FOLDER is the first that holds any, of: "potentials" in the Python package that pip
 * installs, share/soapz/potentials in a prefix, and that of the sources. It is looked for
 * from the library, plugin or program that holds this code. */
#define _GNU_SOURCE /* dladdr */
#include "base/text.h"

#include "soapz.h"

#include <dlfcn.h>
#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef SZ_POTENTIALS
#define SZ_POTENTIALS "" /* an installed wheel has no sources */
#endif

/* From soapz/ and soapz/bin of the Python package; from bin or lib, lib/soapz and
 * lib/x86_64-linux-gnu/soapz of a prefix. */
static const char *const beside[] = {
    "potentials", "../potentials", "../share/soapz/potentials",
    "../../share/soapz/potentials", "../../../share/soapz/potentials"};

/* Files FOLDER/A/b.soapz in the order of their names; *found is freed with globfree. */
static sz_status look_in(glob_t *found, const char *folder, sz_error *err)
{
    sz_text pattern = {0};
    sz_status status = SZ_OK;

    for (const char *p = folder; *p; p++)
        sz_text_add(&pattern, strchr("*?[\\", *p) ? "\\%c" : "%c", *p);
    sz_text_add(&pattern, "/*/*.soapz");
    if (pattern.failed || glob(pattern.s, 0, NULL, found) == GLOB_NOSPACE)
        status = sz_fail_memory(err, pattern.room, folder);
    sz_text_free(&pattern);
    return status;
}

/* The same in the folders beside a file; its links are followed. */
static sz_status look_beside(glob_t *found, const char *file, sz_error *err)
{
    char here[PATH_MAX], there[PATH_MAX];
    sz_status status = SZ_OK;

    if (!strchr(file, '/') || !realpath(file, here)) return SZ_OK;
    for (size_t k = 0; k < sizeof beside / sizeof *beside; k++) {
        char *folder = sz_path_beside(here, beside[k], err);

        if (!folder) return SZ_ERR_MEMORY;
        if (realpath(folder, there)) status = look_in(found, there, err);
        free(folder);
        if (status != SZ_OK || found->gl_pathc > 0) break;
    }
    return status;
}

/* Of a program dladdr has the name that it was called by, which may have no folder. */
static sz_status find_all(glob_t *found, sz_error *err)
{
    Dl_info self;
    sz_status status = SZ_OK;

    memset(found, 0, sizeof *found);
    if (dladdr(beside, &self) && self.dli_fname)
        status = look_beside(found, self.dli_fname, err);
    if (status == SZ_OK && found->gl_pathc == 0)
        status = look_beside(found, "/proc/self/exe", err);
    if (status == SZ_OK && found->gl_pathc == 0 && strlen(SZ_POTENTIALS) > 0)
        status = look_in(found, SZ_POTENTIALS, err);
    return status;
}

/* "A/b" of FOLDER/A/b.soapz: where it begins, and its length */
static const char *name_of(const char *path, size_t *n)
{
    const char *name = strrchr(path, '/');

    while (name[-1] != '/') name--;
    *n = strlen(name) - strlen(".soapz");
    return name;
}

sz_status sz_potential_names(char **names, sz_error *err)
{
    sz_text text = {0};
    glob_t found;
    sz_status status = find_all(&found, err);

    *names = NULL;
    for (size_t k = 0; k < found.gl_pathc && status == SZ_OK; k++) {
        size_t n;
        const char *name = name_of(found.gl_pathv[k], &n);

        sz_text_add(&text, "%s%.*s", k ? ", " : "", (int)n, name);
    }
    globfree(&found);
    if (status == SZ_OK) *names = sz_text_take(&text, "names of potentials", err);
    sz_text_free(&text);
    return status == SZ_OK && !*names ? SZ_ERR_MEMORY : status;
}

static sz_status no_such(const char *name, sz_error *err)
{
    char *names;
    sz_status status = sz_potential_names(&names, err);

    if (status == SZ_OK)
        status = sz_fail(err, SZ_ERR_FILE,
                         "%.300s: there is no such file, and no potential of this name "
                         "comes with soapz, which has %.400s",
                         name, *names ? names : "none here");
    free(names);
    return status;
}

sz_status sz_potential_path(char **path, const char *name, sz_error *err)
{
    glob_t found;
    sz_status status = find_all(&found, err);

    *path = NULL;
    for (size_t k = 0; k < found.gl_pathc && status == SZ_OK && !*path; k++) {
        size_t n;
        const char *has = name_of(found.gl_pathv[k], &n);

        if (strlen(name) != n || strncmp(has, name, n) != 0) continue;
        *path = sz_copy_text(found.gl_pathv[k]);
        if (!*path) status = sz_fail_memory(err, n, "the path of a potential");
    }
    globfree(&found);
    return status == SZ_OK && !*path ? no_such(name, err) : status;
}
