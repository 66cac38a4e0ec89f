/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_errors_memory.c - every allocation of a comparison may fail: it then says
 * SZ_ERR_MEMORY and leaves nothing behind. The linker puts our malloc and its kin before
 * the real ones (--wrap). */
#include "check.h"
#include "fail_each.h"
#include "model/model.h"
#include "models.h"
#include "validate.h"

static sz_status take(void *context, int f, const sz_frame_prediction *p, sz_error *err)
{
    (void)err;
    sz_error_table_add(context, f, p, NULL);
    return SZ_OK;
}

/* Names, data, variance, predictions, sums and calibration, called as in validate. */
static sz_status compare(const sz_model *model, sz_error *err)
{
    sz_validation v = {.given_type = "name"};
    sz_error_table table = {0};
    sz_variance *variance = NULL;
    sz_calibration calibration;
    const double ones[4] = {1, 1, 1, 1};
    sz_status status =
        sz_read_reference(&v, model_file("mow_zbl_soap", "reference.xyz"), err);

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

    CHECK_OK(sz_model_load(&model, model_path("mow_zbl_soap"), &err), err);
    CHECK_OK(sz_work_create(&work, model, 0, &err), err); /* the model keeps its plan */
    sz_work_free(work);
    check_each_allocation(compare, model);
    sz_model_free(model);
    return check_done();
}
