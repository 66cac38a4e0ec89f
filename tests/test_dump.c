/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_dump.c - LAMMPS dumps become frames of extended XYZ: cells and positions of every
 * form of box, elements of types, columns that are kept; what is wrong is named with file
 * and line. */
#define _POSIX_C_SOURCE 200809L
#include "atoms/xyz.h"
#include "check.h"

#include <stdlib.h>
#include <unistd.h>

static char path[] = "/tmp/soapz_test_dump_XXXXXX";

static void put(const char *text)
{
    FILE *f = fopen(path, "w");

    if (!f || fputs(text, f) < 0 || fclose(f) != 0) exit(1);
}

static sz_status get(const char *text, const char *elements, sz_xyz_frame **frame,
                     sz_error *err)
{
    sz_xyz_reader *reader;
    sz_status status;

    put(text);
    *frame = NULL;
    status = sz_xyz_open(&reader, path, err);
    if (status == SZ_OK) status = sz_xyz_set_types(reader, elements, err);
    if (status == SZ_OK) status = sz_xyz_read(frame, reader, err);
    sz_xyz_close(reader);
    return status;
}

/* ---- one crystal in many forms --------------------------------------------------- */

#define HEAD "ITEM: TIMESTEP\n7\nITEM: NUMBER OF ATOMS\n2\n"
#define BOX "ITEM: BOX BOUNDS pp pp ff\n-1 3\n0 5\n2 8\n"
/* xy = -1, xz = 0.5, yz = 2: xlo is -1, xhi 3, ylo 0, yhi 5, zlo 2, zhi 8 */
#define TILTED "ITEM: BOX BOUNDS xy xz yz pp pp pp\n-2 3.5 -1\n0 7 0.5\n2 8 2\n"

static int check_frame(const sz_xyz_frame *f, int tilted)
{
    const double cell[9] = {
        4, 0, 0, tilted ? -1 : 0, 5, 0, tilted ? 0.5 : 0, tilted ? 2 : 0, 6};
    const double s[3] = {0.5, 0.25, 0.125}, lo[3] = {-1, 0, 2};

    CHECK(f && f->n_atoms == 2 && f->z[0] == 41 && f->z[1] == 74);
    if (!f) return 1;
    for (int x = 0; x < 9; x++) CHECK_CLOSE(f->cell[x / 3][x % 3], cell[x], 1e-15);
    for (int x = 0; x < 3; x++) {
        double at = lo[x];

        for (int k = 0; k < 3; k++) at += s[k] * cell[3 * k + x];
        CHECK_CLOSE(f->position[x], lo[x], 1e-14);
        CHECK_CLOSE(f->position[3 + x], at, 1e-14);
        CHECK(f->pbc[x] == (tilted || x < 2));
    }
    return 0;
}

static int test_forms(void)
{
    const struct {
        const char *text;
        int tilted;
    } form[] = {
        {HEAD BOX "ITEM: ATOMS id element x y z\n1 Nb -1 0 2\n2 W 1 1.25 2.75\n", 0},
        {HEAD BOX "ITEM: ATOMS id type x y z\n1 1 -1 0 2\n2 4 1 1.25 2.75\n", 0},
        {HEAD BOX "ITEM: ATOMS type zu id xu yu\n1 2 1 -1 0\n4 2.75 2 1 1.25\n", 0},
        {HEAD BOX "ITEM: ATOMS id type xs ys zs\n1 1 0 0 0\n2 4 0.5 0.25 0.125\n", 0},
        {HEAD BOX "ITEM: ATOMS id type xsu ysu zsu xs ys zs\n1 1 9 9 9 0 0 0\n"
                  "2 4 9 9 9 0.5 0.25 0.125\n",
         0},
        {"\nITEM: UNITS\nmetal\nITEM: TIME\n0.014\n" HEAD TILTED
         "ITEM: ATOMS type xs ys zs\r\n1 0 0 0\r\n4 .5 2.5e-1 0.125\r\n",
         1},
        {HEAD TILTED "ITEM: ATOMS element x y z\nNb -1 0 2\nW 0.8125 1.5 2.75\n", 1},
        {HEAD TILTED "ITEM: ATOMS type x y z\nNb -1 0 2\nW 0.8125 1.5 2.75\n", 1}};

    for (size_t k = 0; k < sizeof form / sizeof *form; k++) {
        sz_xyz_frame *f;
        sz_error err;

        CHECK_OK(get(form[k].text, "Nb, Mo Ta W", &f, &err), err);
        if (check_frame(f, form[k].tilted)) return 1;
        sz_xyz_frame_free(f);
    }
    return 0;
}

/* ---- what is kept ---------------------------------------------------------------- */

static int test_kept(void)
{
    const char *in = HEAD BOX "ITEM: ATOMS id element x y z fx c_q[2] v_note\n"
                              "1 Nb -1.0 0 2.500 3 nan a\n2 W 1 1.25 2.75 0.5 -2 7\n";
    const char *want =
        "2\ntimestep=7 Lattice=\"4 0 0 0 5 0 0 0 6\" pbc=\"T T F\" SOURCE=\"a b\" "
        "Properties=species:S:1:pos:R:3:id:I:1:fx:R:1:c_q[2]:R:1:v_note:S:1\n"
        "Nb -1.0 0 2.500 1 3 nan a\nW 1 1.25 2.75 2 0.5 -2 7\n";
    char got[1024] = "";
    sz_xyz_frame *f, *again;
    sz_error err;
    FILE *file;

    CHECK_OK(get(in, "", &f, &err), err);
    if (!f || !(file = fopen(path, "w+"))) return 1;
    CHECK_OK(sz_xyz_set_info(f, "source", "old", &err), err);
    CHECK_OK(sz_xyz_set_info(f, "SOURCE", "\"a b\"", &err), err); /* in its place */
    sz_xyz_write(file, f, NULL);
    rewind(file);
    got[fread(got, 1, sizeof got - 1, file)] = 0;
    fclose(file);
    CHECK(!strcmp(got, want));
    if (strcmp(got, want)) printf("got:\n%s\nnot:\n%s\n", got, want);
    CHECK_OK(get(got, "", &again, &err), err);
    CHECK(again && again->n_columns == 6 && again->z[1] == 74);
    for (int x = 0; again && x < 6; x++)
        CHECK_CLOSE(again->position[x], f->position[x], 0);
    sz_xyz_frame_free(f);
    sz_xyz_frame_free(again);
    return 0;
}

/* Several frames of different sizes with blank lines between them; then XYZ. */
static int test_frames(void)
{
    const int want[] = {2, 1, 1, -1};
    sz_xyz_reader *r;
    sz_xyz_frame *f;
    sz_error err;

    put(HEAD BOX "ITEM: ATOMS element x y z\nNb -1 0 2\nW 1 1.25 2.75\n"
                 "ITEM: TIMESTEP\n8\nITEM: NUMBER OF ATOMS\n1\n" TILTED
                 "ITEM: ATOMS x y z element\n0 0 0 Mo\n\n1\n\nTa 0 0 0\n");
    CHECK_OK(sz_xyz_open(&r, path, &err), err);
    for (int k = 0; k < 4; k++) {
        CHECK_OK(sz_xyz_read(&f, r, &err), err);
        CHECK((f ? f->n_atoms : -1) == want[k]);
        if (k == 0 && f) CHECK(f->line == 8);
        sz_xyz_frame_free(f);
    }
    sz_xyz_close(r);
    return 0;
}

static int test_warnings(void)
{
    const char *text[] = {
        HEAD
        "ITEM: BOX BOUNDS\n-1 3\n0 5\n2 8\nITEM: ATOMS type x y z\n1 0 0 0\n2 1 1 1\n",
        HEAD BOX "ITEM: ATOMS element type x y z\nNb 2 0 0 0\nW 1 1 1 1\n"};
    const char *want[] = {"which directions are periodic",
                          "element is Nb, which is used"};

    for (int k = 0; k < 2; k++) {
        sz_xyz_reader *r;
        sz_xyz_frame *f = NULL;
        sz_error err;

        put(text[k]);
        CHECK_OK(sz_xyz_open(&r, path, &err), err);
        CHECK_OK(sz_xyz_set_types(r, "W Mo", &err), err);
        CHECK_OK(sz_xyz_read(&f, r, &err), err);
        CHECK(sz_xyz_warnings(r)->n == 1 &&
              strstr(sz_warnings_text(sz_xyz_warnings(r), 0), want[k]));
        sz_xyz_frame_free(f);
        sz_xyz_close(r);
    }
    return 0;
}

/* ---- what is refused ------------------------------------------------------------- */

static int test_refused(void)
{
    const struct {
        const char *text, *elements, *part;
    } bad[] = {
        {HEAD BOX "ITEM: ATOMS id type x y z\n1 1 0 0 0\n2 1 1 1 1\n", "",
         ":10: the dump has types"},
        {HEAD BOX "ITEM: ATOMS id type x y z\n1 1 0 0 0\n2 3 1 1 1\n", "Nb Mo",
         ":11: no element is given for type 3"},
        {HEAD BOX "ITEM: ATOMS id type x y z\n1 0 0 0 0\n2 3 1 1 1\n", "Nb", "type 0"},
        {HEAD BOX "ITEM: ATOMS id x y z\n1 0 0 0\n2 1 1 1\n", "Nb", "neither"},
        {HEAD BOX "ITEM: ATOMS id element x y\n1 Nb 0 0\n2 W 1 1\n", "", "no positions"},
        {HEAD BOX "ITEM: ATOMS element x y z\nNb 0 0 0\nQq 1 1 1\n", "", ":11: \"Qq\""},
        {HEAD BOX "ITEM: ATOMS element x y z\nNb 0 0 0\nW 1 nan 1\n", "",
         ":11: the position"},
        {HEAD BOX "ITEM: ATOMS element x y z\nNb 0 0 0\nW 1 1\n", "",
         ":11: this line has 3"},
        {HEAD BOX "ITEM: ATOMS element x y z\nNb 0 0 0\n", "", "cut off"},
        {HEAD BOX, "", "cut off"},
        {HEAD "ITEM: ATOMS element x y z\nNb 0 0 0\nW 1 1 1\n", "", "no box"},
        {HEAD BOX "ITEM: ATOMS element x y z a:b\nNb 0 0 0 1\nW 1 1 1 1\n", "", "a:b"},
        {HEAD "ITEM: BOX BOUNDS abc origin pp pp pp\n", "", "general triclinic"},
        {HEAD "ITEM: BOX BOUNDS pp pp pp\n0 1\n0\n0 1\n", "", ":7: 2 box bounds"},
        {HEAD "ITEM: BOX BOUNDS pp pp xx\n0 1\n0 1\n0 1\n", "", "boundary flags"},
        {HEAD "ITEM: BOX BOUNDS pp pp pp\n0 1\n0 0\n0 1\nITEM: ATOMS element x y z\n"
              "Nb 0 0 0\nW 0 0 0.5\n",
         "", "no volume"},
        {"ITEM: UNITS\nlj\n" HEAD, "", "units lj"},
        {"ITEM: TIMESTEP\n0\nITEM: NUMBER OF ENTRIES\n3\n", "", "dump custom"},
        {"ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n-3\n", "",
         ":4: this is not a number"},
        {"ITEM: TIMESTEP\n0\n1 2 3\n", "", ":3: expected a line ITEM: .."},
        {HEAD, "Nb Qq", "\"Qq\" is not an element"}};

    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        sz_xyz_frame *f;
        sz_error err = {0};
        sz_status status = get(bad[k].text, bad[k].elements, &f, &err);

        CHECK(status != SZ_OK && !f && strstr(err.message, bad[k].part));
        if (!strstr(err.message, bad[k].part))
            printf("%zu: \"%s\" lacks \"%s\"\n", k, err.message, bad[k].part);
        sz_xyz_frame_free(f);
    }
    return 0;
}

int main(void)
{
    int file = mkstemp(path);

    if (file < 0) return 1;
    close(file);
    if (test_forms() || test_kept() || test_frames() || test_warnings() || test_refused())
        failures++;
    unlink(path);
    return check_done();
}
