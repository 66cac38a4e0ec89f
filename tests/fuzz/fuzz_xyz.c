/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fuzz_xyz.c - extended XYZ files and LAMMPS dumps, and the data of a fit. */
#include "fuzz.h"

#include "atoms/xyz.h"
#include "soapz_fit.h"

/* A frame that is written and read again has the same atoms. */
static void again(const sz_xyz_frame *frame)
{
    const char *path = fuzz_path("again.xyz");
    FILE *f = fopen(path, "w");
    sz_xyz_reader *reader = NULL;
    sz_xyz_frame *other = NULL;
    sz_error err = {SZ_OK, ""};
    size_t n = (size_t)frame->n_atoms;

    FUZZ_REQUIRE(f, path);
    sz_xyz_write(f, frame, NULL);
    FUZZ_REQUIRE(fclose(f) == 0, path);
    FUZZ_REQUIRE(sz_xyz_open(&reader, path, &err) == SZ_OK, err.message);
    FUZZ_REQUIRE(sz_xyz_read(&other, reader, &err) == SZ_OK, err.message);
    FUZZ_REQUIRE(other && other->n_atoms == frame->n_atoms, path);
    FUZZ_REQUIRE(!n || !memcmp(other->z, frame->z, n * sizeof *frame->z), path);
    FUZZ_REQUIRE(!n || !memcmp(other->position, frame->position, 24 * n), path);
    FUZZ_REQUIRE(!memcmp(other->pbc, frame->pbc, sizeof frame->pbc), path);
    sz_xyz_frame_free(other);
    sz_xyz_close(reader);
}

static void read_frames(const char *path)
{
    sz_xyz_reader *reader = NULL;
    sz_xyz_frame *frame = NULL;
    sz_error err = {SZ_OK, ""};
    sz_status status = sz_xyz_open_twice(&reader, path, &err);

    if (!fuzz_judge(status, &reader, &err)) return;
    FUZZ_REQUIRE(sz_xyz_set_types(reader, "Mo W", &err) == SZ_OK, err.message);
    while ((status = sz_xyz_read(&frame, reader, &err)) == SZ_OK && frame) {
        char *value = NULL;

        if (sz_xyz_value(&value, frame, "energy", &err) == SZ_OK) free(value);
        again(frame);
        sz_xyz_frame_free(frame);
    }
    FUZZ_REQUIRE(!frame, "a frame and an error");
    if (status != SZ_OK) fuzz_judge(status, NULL, &err);
    FUZZ_REQUIRE(sz_xyz_rewind(reader, &err) == SZ_OK, err.message);
    sz_xyz_close(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = fuzz_write("frames", data, size);
    sz_dataset *dataset = NULL;
    sz_error err = {SZ_OK, ""};

    read_frames(path);
    fuzz_judge(sz_dataset_read(&dataset, path, NULL, &err), &dataset, &err);
    sz_dataset_free(dataset);
    return 0;
}
