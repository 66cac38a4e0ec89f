/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_lifetime.c - a thousand times a model is loaded, used and freed, in every order,
 * and half of them fail on the way: neither memory nor open files grow. */
#include "check.h"
#include "models.h"

#include <dirent.h>
#include <malloc.h>

enum { TIMES = 1000, SETTLED = 100 };

static int n_files(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int n = 0;

    while (folder && readdir(folder)) n++;
    if (folder) closedir(folder);
    return n;
}

/* Bytes that are allocated and not freed; 0 if the C library has no such function. */
static size_t in_use(void)
{
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
    const struct mallinfo2 found = mallinfo2();

    return found.uordblks + found.hblkhd;
#else
    return 0;
#endif
}

/* Round k: the model is freed first, last or between the others, depending on k. */
static int round_trip(const char *path, int k)
{
    static const int species[] = {0, 0};
    static const double position[] = {0, 0, 0, 0, 0, 2.5};
    const sz_structure two = {2, species, position, {{0}}, {0}};
    sz_model *model;
    sz_predictor *predictor;
    sz_variance *variance;
    sz_descriptor *descriptor;
    sz_work *work;
    sz_prediction p;
    double local[2], total;
    sz_error err;

    CHECK_OK(sz_model_load(&model, path, &err), err);
    CHECK_OK(sz_predictor_create(&predictor, model, &err), err);
    CHECK_OK(sz_work_create(&work, model, 4, &err), err);
    CHECK_OK(sz_variance_create(&variance, model, 0.0, &err), err);
    CHECK_OK(sz_descriptor_of_model(&descriptor, model, 0, &err), err);
    if (k % 3 == 0) sz_model_free(model);
    CHECK_OK(sz_predict(predictor, &two, &p, &err), err);
    CHECK_OK(sz_variance_predict(variance, &two, local, &total, &err), err);
    CHECK(isfinite(p.energy) && isfinite(total));
    sz_work_free(work);
    if (k % 3 == 1) sz_model_free(model);
    sz_predictor_free(predictor);
    sz_descriptor_free(descriptor);
    sz_variance_free(variance);
    if (k % 3 == 2) sz_model_free(model);
    return 0;
}

int main(void)
{
    static const char *const no_model[] = {"reference.xyz", "absent.xml"};
    const char *name = "nbta_soap_nu22_zeta2";
    sz_model *model;
    size_t before = 0;
    int files = 0;
    sz_error err;

    for (int k = 0; k < TIMES; k++) {
        if (k == SETTLED) {
            before = in_use();
            files = n_files();
        }
        if (k % 2) {
            if (round_trip(model_path(name), k / 2)) return 1;
        } else {
            CHECK(sz_model_load(&model, model_file(name, no_model[k / 2 % 2]), &err) !=
                      SZ_OK &&
                  !model);
        }
    }
    printf("%ld bytes more than after %d of %d\n", (long)(in_use() - before), SETTLED,
           TIMES);
    /* one block of 32 bytes per round would be 28800 */
    CHECK(in_use() < before + 24000);
    CHECK(n_files() == files);
    return check_done();
}
