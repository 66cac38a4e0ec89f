/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_xyz.c - extended XYZ as people write it is understood, what is kept comes out
 * again unchanged, and what is wrong is named with file and line. */
#define _POSIX_C_SOURCE 200809L
#include "atoms/xyz.h"
#include "check.h"

#include <stdlib.h>
#include <unistd.h>

static char path[] = "/tmp/soapz_test_xyz_XXXXXX";

static void put(const char *text)
{
    FILE *f = fopen(path, "w");

    if (!f || fputs(text, f) < 0 || fclose(f) != 0) exit(1);
}

/* Reads the first frame of text. */
static sz_status get(const char *text, sz_xyz_frame **frame, sz_error *err)
{
    sz_xyz_reader *reader;
    sz_status status;

    put(text);
    *frame = NULL;
    status = sz_xyz_open(&reader, path, err);
    if (status == SZ_OK) status = sz_xyz_read(frame, reader, err);
    sz_xyz_close(reader);
    return status;
}

static int test_forms(void)
{
    /* the same frame in several forms */
    const char *same[] = {
        "2\nLattice=\"4 0 0 0 5 0 0 0 6\" Properties=species:S:1:pos:R:3\n"
        "Mo 0 .5 -1e-3\nW 1 2 3\n",
        "  2 \r\nLattice=\"4 0 0 0 5 0 0 0 6\" Properties=species:S:1:pos:R:3\r\n"
        "Mo 0 .5 -1e-3\r\nW 1 2 3\r\n\r\n \r\n",
        "\n2\nproperties=pos:R:3:species:S:1 pbc=\"True t 1\" lattice={4 0 0  0 5 0  0 0 "
        "6}\n"
        "0 .5 -1D-3 Mo\n\t1 2 3\tW",
        "2\nPBC=[T,T,T] LATTICE=[[4, 0, 0], [0, 5, 0], [0, 0, 6]] "
        "Properties=Z:I:1:note:S:1:POS:R:3:extra:R:2 flag comment='say \"x\" = 3'\n"
        "42 \"a b\" 0 .5 -0.1E-002 7 8\n74 c 1 2 3 9 nan\n"};

    for (size_t k = 0; k < sizeof same / sizeof *same; k++) {
        const double want[6] = {0, 0.5, -1e-3, 1, 2, 3};
        sz_xyz_frame *f;
        sz_error err;

        CHECK_OK(get(same[k], &f, &err), err);
        if (!f) return 1;
        CHECK(f->n_atoms == 2 && f->z[0] == 42 && f->z[1] == 74);
        for (int x = 0; x < 6; x++) CHECK_CLOSE(f->position[x], want[x], 0);
        for (int x = 0; x < 9; x++)
            CHECK_CLOSE(f->cell[x / 3][x % 3], x % 4 ? 0 : 4 + x / 4, 0);
        CHECK(f->pbc[0] && f->pbc[1] && f->pbc[2]);
        sz_xyz_frame_free(f);
    }
    return 0;
}

static int test_periodicity(void)
{
    const char *head[] = {
        "", "just words, it's a comment", "Lattice=\"1 0 0 0 1 0 0 0 1\"",
        "Lattice=\"1 0 0 0 1 0 0 0 1\" pbc=\"T F t\"", "pbc=\"F F false\""};
    const int want[] = {0, 0, 7, 5, 0};

    for (int k = 0; k < 5; k++) {
        char text[200];
        sz_xyz_frame *f;
        sz_error err;

        snprintf(text, sizeof text, "1\n%s\nH 0 0 0\n", head[k]);
        CHECK_OK(get(text, &f, &err), err);
        if (!f) return 1;
        CHECK((f->pbc[0] | f->pbc[1] << 1 | f->pbc[2] << 2) == want[k]);
        sz_xyz_frame_free(f);
    }
    return 0;
}

static int test_written(void)
{
    const char *in = "2\nenergy=5 name=\"a = b\" Virial=\"1 2 3 4 5 6 7 8 9\" "
                     "Properties=forces:R:3:species:S:1:tag:I:1:pos:R:3:Local_energy:R:1:"
                     "q:L:1 stress={1 2} "
                     "free_energy=3 k={x {y} z} pbc=\"F F F\" bare\n"
                     "1 2 3 Mo 7 0.10 2e0 3 9 T\n 1 2 3  W  8   1 2.50 3 9 F\n";
    const char *want =
        "2\nname=\"a = b\" k={x {y} z} pbc=\"F F F\" bare "
        "Properties=species:S:1:tag:I:1:pos:R:3:q:L:1:forces:R:3:local_energy:R:1 "
        "energy=1.0000000000000001e-01 virial=\"0.0000000000000000e+00 "
        "1.0000000000000000e+00 2.0000000000000000e+00 3.0000000000000000e+00 "
        "4.0000000000000000e+00 5.0000000000000000e+00 6.0000000000000000e+00 "
        "7.0000000000000000e+00 8.0000000000000000e+00\"\n"
        "Mo 7 0.10 2e0 3 T 1.0000000000000000e+00 2.0000000000000000e+00 "
        "3.0000000000000000e+00 -1.5000000000000000e+00\n"
        "W 8 1 2.50 3 F 4.0000000000000000e+00 5.0000000000000000e+00 "
        "6.0000000000000000e+00 -2.5000000000000000e+00\n";
    const double forces[] = {1, 2, 3, 4, 5, 6}, local[] = {-1.5, -2.5};
    sz_xyz_result result = {.energy = 0.1, .forces = forces, .local_energy = local};
    char got[4096] = "";
    sz_xyz_frame *f;
    sz_error err;
    FILE *file;

    for (int k = 0; k < 9; k++) result.virial[k] = k;
    CHECK_OK(get(in, &f, &err), err);
    if (!f || !(file = fopen(path, "w+"))) return 1;
    sz_xyz_write(file, f, &result);
    rewind(file);
    got[fread(got, 1, sizeof got - 1, file)] = 0;
    fclose(file);
    sz_xyz_frame_free(f);
    CHECK(!strcmp(got, want));
    if (strcmp(got, want)) printf("got:\n%s\nnot:\n%s\n", got, want);

    CHECK_OK(get(got, &f, &err), err); /* it can be read again */
    CHECK(f && f->n_columns == 6 && f->n_fields == 10);
    sz_xyz_frame_free(f);
    return 0;
}

/* Several frames, one of them large; then the end. */
static int test_frames(void)
{
    FILE *file = fopen(path, "w");
    sz_xyz_reader *reader;
    sz_xyz_frame *f;
    sz_error err;

    if (!file) return 1;
    for (int n = 0; n < 4; n++) {
        int n_atoms = n == 2 ? 20000 : n;

        fprintf(file, "%d\nframe=%d\n", n_atoms, n);
        for (int i = 0; i < n_atoms; i++) fprintf(file, "H %d 0 %d\n", i, n);
    }
    fclose(file);
    CHECK_OK(sz_xyz_open(&reader, path, &err), err);
    CHECK_CLOSE(sz_xyz_done(reader), 0, 0);
    for (int n = 0; n < 4; n++) {
        int n_atoms = n == 2 ? 20000 : n;

        CHECK_OK(sz_xyz_read(&f, reader, &err), err);
        CHECK(f && f->n_atoms == n_atoms);
        if (n_atoms) CHECK_CLOSE(f->position[3 * n_atoms - 3], n_atoms - 1, 0);
        sz_xyz_frame_free(f);
    }
    CHECK_OK(sz_xyz_read(&f, reader, &err), err);
    CHECK(f == NULL);
    CHECK_CLOSE(sz_xyz_done(reader), 1, 0);
    sz_xyz_close(reader);
    return 0;
}

static void test_errors(void)
{
    static const struct {
        const char *text, *line, *what;
    } bad[] = {
        {"x\n\n", ":1:", "number of atoms"},
        {"-1\n\n", ":1:", "number of atoms"},
        {"2.0\n\n", ":1:", "number of atoms"},
        {"99999999999\n\n", ":1:", "number of atoms"},
        {"1", ":1:", "ends after the number"},
        {"2147483647\n\nH 0 0 0\n", ":3:", "after 1 of the 2147483647"},
        {"2\n\nH 0 0 0\n", ":3:", "after 1 of the 2 atoms announced in line 1"},
        {"1\n\nH 0 0 0\nH 1 1 1\n", "", ""}, /* the second frame is wrong */
        {"1\n\nH 0 0\n", ":3:", "has 3 columns"},
        {"1\nProperties=species:S:1:pos:R:3\nH 0 0 0 0\n",
         ":3:", "has 5 columns, but by line 2 it must have 4"},
        {"1\n\nH 0 nan 0\n", ":3:", "\"nan\""},
        {"1\n\nH 0 0 inf\n", ":3:", "\"inf\""},
        {"1\n\nH 0 1e999 0\n", ":3:", "\"1e999\""},
        {"1\n\nH 0 0,5 0\n", ":3:", "\"0,5\""},
        {"1\n\nHx 0 0 0\n", ":3:", "\"Hx\" is not an element"},
        {"1\nProperties=Z:I:1:pos:R:3\n119 0 0 0\n", ":3:", "atomic number"},
        {"1\nProperties=Z:I:1:pos:R:3\nH 0 0 0\n", ":3:", "atomic number"},
        {"1\nLattice=\"1 0 0 0 1 0 0 0\"\nH 0 0 0\n", ":2:", "8 numbers"},
        {"1\nLattice=\"1 0 0 0 1 0 0 0 x\"\nH 0 0 0\n", ":2:", "\"x\" in Lattice"},
        {"1\nLattice=\"1 0 0 0 1 0 0 0 nan\"\nH 0 0 0\n", ":2:", "\"nan\" in Lattice"},
        {"1\nLattice Properties=species:S:1:pos:R:3\nH 0 0 0\n", ":2:", "0 numbers"},
        {"1\nLattice=\"1 0 0\nH 0 0 0\n", ":2:", "not closed"},
        {"1\nProperties=species:S:1:pos:R:3 k={1 {2}\nH 0 0 0\n", ":2:", "not closed"},
        {"1\nProperties=species:S:1:pos:R:3 \"k\nH 0 0 0\n", ":2:", "not closed"},
        {"1\n=3 Properties=species:S:1:pos:R:3\nH 0 0 0\n", ":2:", "without a key"},
        {"1\nLattice=\"1 0 0 0 1 0 0 0 1\" =3\nH 0 0 0\n", ":2:", "without a key"},
        {"3\n\nH 0 0 0\nH 0 0 1\n2\n\nH 0 0 0\nH 0 0 1\n", ":1:",
         "number of atoms is 3 here, but after 2 of them line 5 is the beginning of "
         "another"},
        {"3\nk=1\nH 0 0 0\nH 0 0 1\n\n", ":1:", "after 2 of them line 5 is blank"},
        {"1\npbc=\"T T\"\nH 0 0 0\n", ":2:", "three logicals"},
        {"1\npbc=\"T T x\" Lattice=\"1 0 0 0 1 0 0 0 1\"\nH 0 0 0\n",
         ":2:", "\"x\" in pbc"},
        {"1\npbc=\"T F F\"\nH 0 0 0\n", ":2:", "no Lattice"},
        {"1\nProperties=species:S:1:pos:R:2\nH 0 0\n", ":2:", "pos:R:3"},
        {"1\nProperties=species:S:1\nH\n", ":2:", "pos:R:3"},
        {"1\nProperties=pos:R:3\n0 0 0\n", ":2:", "species:S:1"},
        {"1\nProperties=species:S:1:pos:R:3:pos:R:3\nH 0 0 0 0 0 0\n",
         ":2:", "two columns"},
        {"1\nProperties=species:S:1:pos:R\nH 0 0 0\n", ":2:", "name:type:number"},
        {"1\nProperties=species:X:1:pos:R:3\nH 0 0 0\n", ":2:", "name:type:number"},
        {"1\nProperties=\nH 0 0 0\n", ":2:", "name:type:number"},
        {"1\nProperties=species:S:0:pos:R:3\nH 0 0 0\n", ":2:", "name:type:number"}};
    sz_xyz_reader *reader;
    sz_xyz_frame *f;
    sz_error err;

    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        sz_status status = get(bad[k].text, &f, &err);

        if (!*bad[k].what) { /* the first frame is valid */
            CHECK(status == SZ_OK && f);
            sz_xyz_frame_free(f);
            continue;
        }
        CHECK(f == NULL);
        CHECK_FAILS(status, SZ_ERR_FORMAT, bad[k].what, err);
        CHECK_FAILS(status, SZ_ERR_FORMAT, bad[k].line, err);
        CHECK_FAILS(status, SZ_ERR_FORMAT, path, err);
    }
    put("1\n\nH 0 0 0\nH 1 1 1\n");
    CHECK(sz_xyz_open(&reader, path, &err) == SZ_OK);
    CHECK(sz_xyz_read(&f, reader, &err) == SZ_OK && f);
    sz_xyz_frame_free(f);
    CHECK_FAILS(sz_xyz_read(&f, reader, &err), SZ_ERR_FORMAT,
                ":4: the frame before announces 1 atom in line 1, but here is one more",
                err);
    sz_xyz_close(reader);
    CHECK_FAILS(sz_xyz_open(&reader, "/nowhere/x.xyz", &err), SZ_ERR_FILE, "/nowhere",
                err);
    CHECK(reader == NULL);
    CHECK(sz_xyz_open(&reader, "/", &err) == SZ_OK); /* reading a folder fails */
    CHECK_FAILS(sz_xyz_read(&f, reader, &err), SZ_ERR_FILE, "directory", err);
    sz_xyz_close(reader);
}

int main(void)
{
    int fd = mkstemp(path), stopped;

    if (fd < 0) return 1;
    close(fd);
    stopped = test_forms() || test_periodicity() || test_written() || test_frames();
    if (!stopped) test_errors();
    unlink(path);
    return stopped ? 1 : check_done();
}
