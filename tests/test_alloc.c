/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_alloc.c - every allocation may fail: the call then says SZ_ERR_MEMORY, leaves no
 * handle and no block behind. The linker puts our malloc and its kin before the real
 * ones (--wrap), expat is handed the same. */
#include "check.h"
#include "models.h"

#include <expat.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *block, size_t size);
void *__real_aligned_alloc(size_t align, size_t size);
void __real_free(void *block);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *block, size_t size);
void *__wrap_aligned_alloc(size_t align, size_t size);
void __wrap_free(void *block);
XML_Parser __wrap_XML_ParserCreate(const XML_Char *encoding);

static long calls;   /* allocations so far */
static long fail_at; /* the one that fails; 0: none */
static long live;    /* blocks not freed */

/* counts the block, or says that it is to fail */
static int refused(void)
{
    return ++calls == fail_at;
}

static void *counted(void *block)
{
    live += block != NULL;
    return block;
}

void *__wrap_malloc(size_t size)
{
    return refused() ? NULL : counted(__real_malloc(size));
}

void *__wrap_calloc(size_t n, size_t size)
{
    return refused() ? NULL : counted(__real_calloc(n, size));
}

void *__wrap_aligned_alloc(size_t align, size_t size)
{
    return refused() ? NULL : counted(__real_aligned_alloc(align, size));
}

void *__wrap_realloc(void *block, size_t size)
{
    if (refused()) return NULL;
    return block ? __real_realloc(block, size) : counted(__real_malloc(size));
}

void __wrap_free(void *block)
{
    live -= block != NULL;
    __real_free(block);
}

XML_Parser __wrap_XML_ParserCreate(const XML_Char *encoding)
{
    static const XML_Memory_Handling_Suite suite = {__wrap_malloc, __wrap_realloc,
                                                    __wrap_free};

    return XML_ParserCreate_MM(encoding, &suite, NULL);
}

/* One attempt to load path and make scratch for it, call n failing. Returns 1 where
 * there was no call n. */
static int attempt(const char *path, long n)
{
    sz_model *model = (sz_model *)&calls; /* not NULL: the call must set it */
    sz_work *work = (sz_work *)&calls;
    sz_error err = {SZ_OK, ""};
    sz_status status;
    long before = live;

    calls = 0;
    fail_at = n;
    status = sz_model_load(&model, path, &err);
    if (status == SZ_OK) {
        status = sz_work_create(&work, model, 3, &err);
        if (status != SZ_OK) CHECK(work == NULL);
        if (status == SZ_OK) sz_work_free(work);
    } else {
        CHECK(model == NULL);
        model = NULL;
    }
    fail_at = 0;
    sz_model_free(model);
    CHECK(live == before);
    if (calls < n) {
        CHECK(status == SZ_OK);
        return 1;
    }
    CHECK_FAILS(status, SZ_ERR_MEMORY, "memory", err);
    CHECK(err.status == SZ_ERR_MEMORY);
    return 0;
}

int main(void)
{
    static const char *const name[] = {
        "mow_glue_soap",   "mow_2b_soap_nonint_zeta", "hea4_nuR1_nuS1", "hea4_zmap",
        "hea4_mix_others", "li_nonorm_gto",           "nbw_nb23"};
    enum { N = sizeof name / sizeof *name };

    CHECK(attempt(model_path(name[0]), 1L << 40)); /* BLAS makes its own buffers once */
    for (int k = 0; k < N; k++) {
        int shown = failures;
        long n = 1;

        for (; !attempt(model_path(name[k]), n); n++) {
            if (failures > shown) printf("above: %s, call %ld\n", name[k], n);
            shown = failures;
        }
        CHECK(n > 100);
    }
    return check_done();
}
