/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_files.c - no output is an input, whatever names lead to it. */
#define _XOPEN_SOURCE 700 /* mkdtemp, symlink */
#include "base/files.h"
#include "check.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/soapz_test_files_XXXXXX";

/* Are these two refused together, in either order? */
static int clash(const char *read, const char *write)
{
    int refused[2];

    for (int first = 0; first < 2; first++) {
        sz_files files = {0};
        sz_status status = first ? sz_files_write(&files, "out", write, NULL) : SZ_OK;

        if (status == SZ_OK) status = sz_files_read(&files, "in", read, NULL);
        if (status == SZ_OK && !first) {
            int checked = sz_files_check(&files, "out", write, NULL);

            status = sz_files_write(&files, "out", write, NULL);
            if (checked != (int)status) return -1;
        }
        refused[first] = status == SZ_ERR_ARGUMENT;
        sz_files_free(&files);
    }
    return refused[0] == refused[1] ? refused[0] : -1;
}

static int test_names(void)
{
    FILE *f = fopen("a", "w");

    CHECK(f != NULL);
    fclose(f);
    CHECK(link("a", "hard") == 0 && symlink("a", "soft") == 0 &&
          symlink("soft", "softer") == 0 && mkdir("d", 0777) == 0 &&
          symlink("../a", "d/up") == 0 && symlink("d", "e") == 0 &&
          symlink("b", "dangling") == 0);
    CHECK(clash("a", "a") == 1 && clash("a", "./a") == 1 && clash("a", "d/../a") == 1);
    CHECK(clash("a", "hard") == 1 && clash("hard", "a") == 1);
    CHECK(clash("a", "soft") == 1 && clash("softer", "hard") == 1);
    CHECK(clash("d/up", "a") == 1 && clash("a", "e/up") == 1);
    CHECK(clash("a", "b") == 0 && clash("a", "aa") == 0 && clash("a", "d/a") == 0);
    /* the file, or its folder, does not exist */
    CHECK(clash("b", "./b") == 1 && clash("d/b", "e/b") == 1 && clash("b", "d/b") == 0);
    CHECK(clash("dangling", "b") == 1 && clash("b", "dangling") == 1);
    CHECK(clash("none/a", "none/a") == 1 && clash("none/a", "none/b") == 0);
    /* devices and folders cannot be overwritten */
    CHECK(clash("/dev/null", "/dev/null") == 0 && clash("d", "d") == 0);
    CHECK(clash("", "") == 0 && clash(NULL, NULL) == 0);
    return 0;
}

static int test_list(void)
{
    sz_files files = {0}, more = {0};
    sz_error err;

    CHECK_OK(sz_files_read(&files, "the model", "a", &err), err);
    CHECK_OK(sz_files_read(&files, "the data", "hard", &err), err); /* twice is allowed */
    CHECK_OK(sz_files_write(&files, "--json", "x", &err), err);
    CHECK_OK(sz_files_write(&files, "--json", "./x", &err), err); /* the same output */
    CHECK_FAILS(sz_files_write(&files, "--report", "x", &err), SZ_ERR_ARGUMENT,
                "--json and --report name the same file, x", err);
    CHECK_FAILS(sz_files_write(&files, "-o", "soft", &err), SZ_ERR_ARGUMENT,
                "-o would overwrite a (the model)", err);
    CHECK_OK(sz_files_check(&files, "-o", "y", &err), err);
    CHECK(files.n == 4);
    /* inputs of another list, but not its outputs */
    CHECK_OK(sz_files_write(&more, "-o", "y", &err), err);
    CHECK_OK(sz_files_read_those(&more, &files, &err), err);
    CHECK(more.n == 3);
    CHECK_FAILS(sz_files_check(&more, "gp_file", "a", &err), SZ_ERR_ARGUMENT, "the model",
                err);
    CHECK_OK(sz_files_check(&more, "gp_file", "x", &err), err);
    /* the working folder does not matter */
    CHECK(chdir("d") == 0);
    CHECK_FAILS(sz_files_check(&more, "gp_file", "../a", &err), SZ_ERR_ARGUMENT, "model",
                err);
    CHECK_OK(sz_files_check(&more, "gp_file", "a", &err), err);
    CHECK(chdir("..") == 0);
    sz_files_free(&files);
    sz_files_free(&more);
    return 0;
}

int main(void)
{
    char command[64];

    if (!mkdtemp(folder) || chdir(folder) != 0) return 1;
    if (test_names() || test_list()) return 1;
    snprintf(command, sizeof command, "rm -r %s", folder);
    CHECK(system(command) == 0);
    return check_done();
}
