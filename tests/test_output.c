/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_output.c - a file appears complete or not at all; links are followed, rights kept,
 * devices written in place, and what cannot be written is told before it is made. */
#define _XOPEN_SOURCE 700
#include "base/file.h"
#include "check.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/test_output_XXXXXX";

static const char *at(const char *name)
{
    static char path[4][256];
    static int k;

    k = (k + 1) % 4;
    snprintf(path[k], sizeof path[k], "%s/%s", folder, name);
    return path[k];
}

static int holds(const char *path, const char *text)
{
    char got[64] = "";
    FILE *f = fopen(path, "r");
    size_t n = f ? fread(got, 1, sizeof got - 1, f) : 0;

    if (f) fclose(f);
    return f && n == strlen(text) && strcmp(got, text) == 0;
}

static int n_files(void)
{
    DIR *dir = opendir(folder);
    int n = 0;

    while (dir && readdir(dir)) n++;
    if (dir) closedir(dir);
    return n - 2;
}

static int write_to(const char *path, const char *text, int keep)
{
    sz_output out = {0};
    sz_error err;

    CHECK_OK(sz_output_open(&out, path, &err), err);
    fputs(text, out.file);
    CHECK_OK(sz_output_check(&out, &err), err);
    CHECK_OK(sz_output_close(&out, keep, &err), err);
    CHECK(!out.file && !out.part);
    return 0;
}

static int test_plain(void)
{
    const char *path = at("a");
    struct stat s;

    umask(027);
    if (write_to(path, "one", 1)) return 1;
    CHECK(holds(path, "one") && n_files() == 1);
    CHECK(stat(path, &s) == 0 && (s.st_mode & 0777) == 0640);
    CHECK(umask(022) == 027); /* unchanged */
    if (write_to(path, "two", 0)) return 1;
    CHECK(holds(path, "one") && n_files() == 1);
    if (write_to(path, "two", 1)) return 1;
    CHECK(holds(path, "two") && n_files() == 1);
    return 0;
}

static int test_link(void)
{
    sz_output out = {0};
    sz_error err;
    struct stat s;

    CHECK(symlink("a", at("link")) == 0);
    if (write_to(at("link"), "three", 1)) return 1;
    CHECK(holds(at("a"), "three"));
    CHECK(lstat(at("link"), &s) == 0 && S_ISLNK(s.st_mode));
    /* to a missing file through two links; and links in a loop */
    CHECK(symlink("second", at("first")) == 0 && symlink("c", at("second")) == 0);
    if (write_to(at("first"), "four", 1)) return 1;
    CHECK(holds(at("c"), "four"));
    CHECK(lstat(at("second"), &s) == 0 && S_ISLNK(s.st_mode));
    CHECK(symlink("round", at("round")) == 0);
    CHECK_FAILS(sz_output_open(&out, at("round"), &err), SZ_ERR_FILE, "round", err);
    /* a link that is replaced */
    CHECK_OK(sz_output_replace(&out, at("link"), &err), err);
    fputs("five", out.file);
    CHECK_OK(sz_output_close(&out, 1, &err), err);
    CHECK(lstat(at("link"), &s) == 0 && S_ISREG(s.st_mode));
    CHECK(holds(at("a"), "three") && holds(at("link"), "five"));
    CHECK(unlink(at("link")) == 0 && unlink(at("first")) == 0 && unlink(at("c")) == 0);
    CHECK(unlink(at("second")) == 0 && unlink(at("round")) == 0);
    return 0;
}

/* An existing file keeps its permissions; a name that is too long is an error. */
static int test_rights(void)
{
    static char name[4000];
    sz_output out = {0};
    sz_error err;
    struct stat s;

    CHECK(chmod(at("a"), 0600) == 0);
    if (write_to(at("a"), "three", 1)) return 1;
    CHECK(stat(at("a"), &s) == 0 && (s.st_mode & 0777) == 0600);
    memset(name, 'x', sizeof name - 1);
    CHECK_FAILS(sz_output_open(&out, name, &err), SZ_ERR_FILE, strerror(ENAMETOOLONG),
                err);
    return 0;
}

static int test_steps(void)
{
    sz_output out = {0};
    sz_error err;

    CHECK_OK(sz_output_open(&out, at("b"), &err), err);
    fputs("x", out.file);
    CHECK_OK(sz_output_flush(&out, &err), err);
    CHECK(holds(out.part, "x") && !holds(at("b"), "x"));
    CHECK_OK(sz_output_finish(&out, &err), err);
    CHECK_OK(sz_output_publish(&out, &err), err);
    CHECK(holds(at("b"), "x"));
    sz_output_free(&out);
    CHECK_OK(sz_output_open_any(&out, "-", &err), err);
    CHECK(out.file == stdout && strcmp(out.name, "standard output") == 0);
    CHECK_OK(sz_output_close(&out, 1, &err), err);
    CHECK_OK(sz_output_open_any(&out, "/dev/null", &err), err);
    CHECK(!out.part);
    fputs("y", out.file);
    CHECK_OK(sz_output_close(&out, 1, &err), err);
    return 0;
}

static void test_refused(void)
{
    sz_output out = {0};
    sz_error err;

    CHECK_FAILS(sz_output_open(&out, folder, &err), SZ_ERR_FILE, "directory", err);
    CHECK_FAILS(sz_output_open(&out, "/dev/null", &err), SZ_ERR_FILE, "/dev/null", err);
    CHECK_FAILS(sz_output_open(&out, at("none/x"), &err), SZ_ERR_FILE, "none/x", err);
    CHECK_FAILS(sz_output_open_any(&out, at("none/x"), &err), SZ_ERR_FILE, "nothing was",
                err);
    CHECK(!out.file && !out.name);
    if (access("/dev/full", W_OK) == 0 &&
        sz_output_open_any(&out, "/dev/full", &err) == SZ_OK) {
        for (int k = 0; k < 100000; k++) fputs("full", out.file);
        CHECK_FAILS(sz_output_check(&out, &err), SZ_ERR_FILE, "/dev/full", err);
        CHECK(sz_output_close(&out, 1, &err) == SZ_ERR_FILE);
    }
}

int main(void)
{
    char command[64];

    if (!mkdtemp(folder)) return 1;
    if (test_plain() || test_link() || test_rights() || test_steps()) return 1;
    test_refused();
    CHECK(n_files() == 2);
    snprintf(command, sizeof command, "rm -r %s", folder);
    CHECK(system(command) == 0);
    return check_done();
}
