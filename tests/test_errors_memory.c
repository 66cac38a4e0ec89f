/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_errors_memory.c - every allocation of a comparison may fail: it then says
 * SZ_ERR_MEMORY and leaves nothing behind. The linker puts our malloc and its kin before
 * the real ones (--wrap). */
#include "check.h"
#include "model/model.h"
#include "validate.h"

#include <stdint.h>
#include <stdlib.h>

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

static long calls, fail_at, live; /* allocations; the one that fails; blocks not freed */

/* The blocks that are ours: getline and strdup take theirs inside the C library, and free
 * gets those too. A hash table, empty where NULL or GONE. */
enum { SLOTS = 1 << 16 };
static void *owned[SLOTS];
static char gone;
#define GONE ((void *)&gone)

static size_t slot_of(const void *block)
{
    return (size_t)((uintptr_t)block / 16 * 2654435761u % SLOTS);
}

static void *counted(void *block)
{
    size_t k = slot_of(block);

    if (!block) return NULL;
    while (owned[k] && owned[k] != GONE) k = (k + 1) % SLOTS;
    owned[k] = block;
    live++;
    return block;
}

/* 1 where the block was ours */
static int forgotten(void *block)
{
    size_t k = slot_of(block);

    for (int n = 0; block && owned[k] && n < SLOTS; k = (k + 1) % SLOTS, n++)
        if (owned[k] == block) {
            owned[k] = GONE;
            live--;
            return 1;
        }
    return 0;
}

void *__wrap_malloc(size_t size)
{
    return ++calls == fail_at ? NULL : counted(__real_malloc(size));
}

void *__wrap_calloc(size_t n, size_t size)
{
    return ++calls == fail_at ? NULL : counted(__real_calloc(n, size));
}

void *__wrap_aligned_alloc(size_t align, size_t size)
{
    return ++calls == fail_at ? NULL : counted(__real_aligned_alloc(align, size));
}

void *__wrap_realloc(void *block, size_t size)
{
    void *larger;
    int ours;

    if (++calls == fail_at) return NULL;
    ours = forgotten(block);
    larger = __real_realloc(block, size);
    if (!block || ours) return counted(larger ? larger : block);
    return larger;
}

void __wrap_free(void *block)
{
    forgotten(block);
    __real_free(block);
}

static const char *data_path(const char *file)
{
    static char text[2][4096];
    static int k;
    const char *source = getenv("SOAPZ_SOURCE");

    k = 1 - k;
    snprintf(text[k], sizeof text[k], "%s/tests/data/models/mow_zbl_soap/%s",
             source ? source : ".", file);
    return text[k];
}

static sz_status take(void *context, int f, const sz_frame_prediction *p, sz_error *err)
{
    (void)err;
    sz_error_table_add(context, f, p, NULL);
    return SZ_OK;
}

/* Names, data, variance, predictions, sums and calibration, as validate calls them. */
static sz_status compare(const sz_model *model, sz_error *err)
{
    sz_validation v = {.given_type = "name"};
    sz_error_table table = {0};
    sz_variance *variance = NULL;
    sz_calibration calibration;
    const double ones[4] = {1, 1, 1, 1};
    sz_status status = sz_read_reference(&v, data_path("reference.xyz"), err);

    if (status == SZ_OK) status = sz_error_table_create(&table, v.data, err);
    if (status == SZ_OK) status = sz_variance_create(&variance, model, 1e-3, err);
    if (status == SZ_OK) {
        sz_comparison c = {.model = model,
                           .model_name = "m",
                           .data = v.data,
                           .variance = variance,
                           .n_threads = 1,
                           .take = take,
                           .context = &table};

        status = sz_predict_all(&c, err);
        if (status == SZ_OK) CHECK_CLOSE(table.all.force.max, 0, 1e-8);
    }
    if (status == SZ_OK) status = sz_calibrate(&calibration, 4, ones, ones, err);
    sz_variance_free(variance);
    sz_error_table_free(&table);
    sz_dataset_free(v.data);
    sz_names_free(&v.name);
    return status;
}

int main(void)
{
    sz_model *model;
    sz_work *work;
    sz_error err;
    sz_status status = SZ_ERR_MEMORY;
    long before, n;

    CHECK_OK(sz_model_load(&model, data_path("gp.xml"), &err), err);
    CHECK_OK(sz_work_create(&work, model, 0, &err), err); /* the model keeps its plan */
    sz_work_free(work);
    before = live;
    for (n = 1; n < 100000 && status == SZ_ERR_MEMORY; n++) {
        calls = 0;
        fail_at = n;
        err.message[0] = 0;
        status = compare(model, &err);
        CHECK(live == before);
        if (status != SZ_OK)
            CHECK(status == SZ_ERR_MEMORY && strstr(err.message, "out of memory"));
    }
    fail_at = 0;
    CHECK(status == SZ_OK && n > 100);
    printf("%ld allocations failed in turn\n", n - 2);
    sz_model_free(model);
    return check_done();
}
