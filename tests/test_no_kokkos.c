/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_no_kokkos.c - a library that is built without Kokkos refuses the device, in words
 * that say what to do, and goes on with the CPU. */
#include "check.h"
#include "models.h"

int main(void)
{
    const sz_plan_options device = {.device = SZ_KOKKOS};
    sz_device read;
    sz_plan *plan;
    sz_model *m;
    sz_error err;

    CHECK_OK(sz_device_of(&read, "kokkos", &err), err); /* the name is known */
    CHECK_OK(sz_model_load(&m, model_path("mow_glue_soap"), &err), err);
    CHECK_FAILS(sz_plan_create(&plan, m, &device, &err), SZ_ERR_ARGUMENT,
                "without Kokkos", err);
    CHECK(plan == NULL && strstr(err.message, "-DSOAPZ_KOKKOS=ON"));
    CHECK_FAILS(sz_model_set_plan(m, &device, &err), SZ_ERR_ARGUMENT, "without Kokkos",
                err);
    CHECK_OK(sz_plan_create(&plan, m, NULL, &err), err);
    CHECK(sz_plan_device(plan) == NULL);
    sz_plan_free(plan);
    sz_model_free(m);
    return check_done();
}
