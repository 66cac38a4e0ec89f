/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_gap_xml_memory.c - whichever allocation fails, the reader answers with
 * SZ_ERR_MEMORY and leaves nothing behind. Link with
 * -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "format/gap_xml.h"
#include "gap_xml_sample.h"

#include <sys/stat.h>

#define FOLDER "test_gap_xml_memory.d/"
#define XML FOLDER "sample.xml"
#define SPARSE FOLDER "sample.xml.sparseX.GAP_13"

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void __real_free(void *p);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
void __wrap_free(void *p);

static long n_calls, fail_at = -1, n_held;

static int refuse(void)
{
    return n_calls++ == fail_at;
}

static void *hold(void *p)
{
    n_held += p != NULL;
    return p;
}

void *__wrap_malloc(size_t n)
{
    return refuse() ? NULL : hold(__real_malloc(n));
}

void *__wrap_calloc(size_t n, size_t size)
{
    return refuse() ? NULL : hold(__real_calloc(n, size));
}

void *__wrap_realloc(void *p, size_t n)
{
    void *q = refuse() ? NULL : __real_realloc(p, n);

    if (!p) hold(q);
    return q;
}

void __wrap_free(void *p)
{
    n_held -= p != NULL;
    __real_free(p);
}

static sz_status read_failing_at(long k, sz_error *err)
{
    sz_gap *gap = NULL;
    sz_status status;

    n_calls = n_held = 0;
    fail_at = k;
    status = sz_gap_read(&gap, XML, err);
    fail_at = -1;
    CHECK((gap != NULL) == (status == SZ_OK));
    sz_gap_free(gap);
    CHECK(n_held == 0);
    return status;
}

static void test_files(const char *old, const char *new)
{
    sz_error err;
    long n;

    CHECK(write_sample(XML, old, new));
    CHECK(read_failing_at(-1, &err) == SZ_OK);
    n = n_calls;
    CHECK(n > 20);
    for (long k = 0; k < n; k++)
        CHECK_FAILS(read_failing_at(k, &err), SZ_ERR_MEMORY, "out of memory: cannot",
                    err);
    printf("%ld allocations\n", n);
}

int main(void)
{
    mkdir(FOLDER, 0777);
    CHECK(write_file(SPARSE, SAMPLE_SPARSE, strlen(SAMPLE_SPARSE)));
    test_files("", "");
    test_files("IP Glue label=core", "IP ZBL cutoff=2");
    test_files(SAMPLE_GLUE, SAMPLE_CORES);
    test_files("</GAP_params>",
               "<command_line>local_property0=1</command_line></GAP_params><GAP_params "
               "label=\"unused\"><gpSparse label=\"unused\" n_coordinate=\"0\"/>"
               "</GAP_params>");
    return check_done();
}
