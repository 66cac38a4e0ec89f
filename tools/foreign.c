/* SPDX-License-Identifier: BSD-3-Clause
 *
 * foreign.c - converts files of other programs to extended XYZ.
 *
 * The text goes through an unnamed file, which Python inherits and which is read again
 * under /proc/self/fd: nothing is left behind if this program is killed. */
#define _POSIX_C_SOURCE 200809L /* fileno */
#include "foreign.h"

#include "base/number.h"
#include "base/text.h"
#include "python.h"
#include "tool.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The first non-empty line is a whole number, and the name is not one of VASP's (their
 * first line is a comment); or it is the first line of a LAMMPS dump. */
static int is_ours(const char *name)
{
    FILE *file = fopen(name, "r");
    char line[256] = "";
    int n = 0, is_count = 0, is_dump = 0;

    while (file && fgets(line, sizeof line, file))
        if (*sz_skip_blanks(line)) {
            line[strcspn(line, "\r\n")] = '\0';
            is_count = sz_parse_int(line, &n);
            is_dump = !strncmp(line, "ITEM:", 5);
            break;
        }
    if (file) fclose(file);
    return is_dump || (is_count && !strstr(name, "POSCAR") && !strstr(name, "CONTCAR"));
}

static int is_foreign(const char *name)
{
    struct stat s;

    return strcmp(name, "-") != 0 && !sz_ends_in(name, ".xyz") &&
           !sz_ends_in(name, ".extxyz") && stat(name, &s) == 0 && S_ISREG(s.st_mode) &&
           s.st_size > 0 && !is_ours(name);
}

/* The file holds Python's error message. */
static sz_status fail_as_said(FILE *file, const char *name, sz_error *err)
{
    char said[700];
    size_t n;

    rewind(file);
    n = fread(said, 1, sizeof said - 1, file);
    said[n] = '\0';
    return sz_fail(err, SZ_ERR_FORMAT, "%.200s is not an extended XYZ file, and %s", name,
                   n ? said : "Python failed to read it, see above");
}

sz_status sz_foreign_open(sz_foreign *foreign, const char *name, sz_error *err)
{
    char purpose[300];
    const char *word[2];
    int code = 0;
    sz_status status;

    *foreign = (sz_foreign){.name = name};
    if (!is_foreign(name)) return SZ_OK;
    foreign->file = tmpfile();
    if (!foreign->file)
        return sz_fail(err, SZ_ERR_FILE, "%s: cannot make a temporary file", name);
    snprintf(foreign->path, sizeof foreign->path, "/proc/self/fd/%d",
             fileno(foreign->file));
    snprintf(purpose, sizeof purpose, "%.200s is not an extended XYZ file; reading it",
             name);
    word[0] = name;
    word[1] = foreign->path;
    status = sz_call_python("foreign", purpose, 2, word, &code, err);
    if (status == SZ_OK && code != 0 && sz_interrupted())
        return sz_fail(err, SZ_ERR_STOPPED, "interrupted: %s was not read", name);
    if (status == SZ_OK && code != 0) status = fail_as_said(foreign->file, name, err);
    return status;
}

const char *sz_foreign_path(const sz_foreign *foreign)
{
    return *foreign->path ? foreign->path : foreign->name;
}

void sz_foreign_mend(const sz_foreign *foreign, sz_error *err)
{
    char message[sizeof err->message];
    const char *found = *foreign->path ? strstr(err->message, foreign->path) : NULL;

    if (!found) return;
    snprintf(message, sizeof message, "%.*s%s (read by ASE)%s",
             (int)(found - err->message), err->message, foreign->name,
             found + strlen(foreign->path));
    memcpy(err->message, message, sizeof message);
}

void sz_foreign_close(sz_foreign *foreign)
{
    if (foreign->file) fclose(foreign->file);
    *foreign = (sz_foreign){0};
}
