/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_data_forms.c - the forms in which people write energies, forces, virials and
 * stresses, each with the value that it must give; the names that a fit and a validation
 * find; virials that are stresses. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "data/names.h"
#include "data/virials.h"
#include "fit/spec.h"

#include <stdlib.h>
#include <unistd.h>

static char path[] = "/tmp/soapz_test_forms_XXXXXX";

#define GAP                                                                              \
    "default_sigma={0.1 0.2 0.3 0} gap={distance_2b cutoff=3 covariance_type=gaussian "  \
    "delta=1 theta_uniform=1 n_sparse=4} "
#define BOX "Lattice=\"2 0 0 0 3 0 0 0 4\" " /* 24 Angstrom^3 */
#define PROP "Properties=species:S:1:pos:R:3"

static void put(const char *text)
{
    FILE *f = fopen(path, "w");

    if (!f || fputs(text, f) < 0 || fclose(f) != 0) exit(1);
}

/* As the data of a fit with these settings, or of a validation if they are NULL. */
static sz_status get(sz_dataset **data, const char *settings, sz_error *err)
{
    char line[1024];
    sz_fit_spec *spec = NULL;
    sz_status status = SZ_OK;

    *data = NULL;
    if (settings) {
        snprintf(line, sizeof line, GAP "%s", settings);
        status = sz_fit_spec_parse(&spec, line, "line", err);
    }
    if (status == SZ_OK) status = sz_dataset_read(data, path, spec, err);
    sz_fit_spec_free(spec);
    return status;
}

static int warns(const sz_dataset *data, const char *of)
{
    for (int k = 0; k < data->warnings.n; k++)
        if (strstr(data->warnings.text[k], of)) return 1;
    return 0;
}

/* ---- values of the comment line ---------------------------------------------------- */

static int test_energy_forms(void)
{
    const struct {
        const char *text;
        double value;
    } form[] = {{"energy=-70.4", -70.4},
                {"energy = -70.4", -70.4},
                {"energy=\"-70.4\"", -70.4},
                {"energy='-70.4'", -70.4},
                {"energy=\"_JSON -70.4\"", -70.4},
                {"energy=\"_JSON [-70.4]\"", -70.4},
                {"energy=\"_JSON [[-70.4]]\"", -70.4},
                {"energy=\"_JSON \\\"-70.4\\\"\"", -70.4},
                {"energy=[-70.4]", -70.4},
                {"energy={-70.4}", -70.4},
                {"energy=\"[-70.4]\"", -70.4},
                {"energy=\"( -70.4 )\"", -70.4},
                {"energy=-7.04e+01", -70.4},
                {"energy=-7.04D1", -70.4},
                {"energy=-.704E2", -70.4},
                {"energy=\"_JSON -7.04e1\"", -70.4},
                {"energy=-70", -70},
                {"energy=\"_JSON -70\"", -70},
                {"Energy=-70.4", -70.4},
                {"\"energy\"=-70.4", -70.4},
                {"REF_energy=-70.4", -70.4},
                {"ref_energy=-70.4", -70.4},
                {"DFT_energy=-70.4", -70.4},
                {"dft_energy=-70.4", -70.4},
                {"QM_energy=-70.4", -70.4},
                {"free_energy=-70.4", -70.4},
                {"total_energy=-70.4", -70.4},
                {"DFT_free_energy=-70.4", -70.4},
                /* of two */
                {"energy=1.0 REF_energy=-70.4", -70.4},
                {"free_energy=1.0 energy=-70.4", -70.4},
                {"QM_energy=1.0 dft_energy=-70.4", -70.4},
                {"mace_energy=1.0 energy=-70.4", -70.4},
                {"energy=-70.4 local_energy_sum=3.0 energy_sigma=0.1", -70.4}};

    for (size_t k = 0; k < sizeof form / sizeof *form; k++)
        for (int fit = 0; fit < 2; fit++) {
            char text[400];
            sz_dataset *data;
            sz_error err;

            snprintf(text, sizeof text,
                     "1\n" BOX PROP " %s more=\"a b\" pbc=\"T T T\"\n"
                     "W 0 0 0\n",
                     form[k].text);
            put(text);
            CHECK_OK(get(&data, fit ? "" : NULL, &err), err);
            CHECK(data->n_energies == 1);
            CHECK_CLOSE(data->frame[0].energy, form[k].value, 0);
            sz_dataset_free(data);
        }
    return 0;
}

/* W = [[1 2 3], [2 5 6], [3 6 9]]; as a stress -W / 24. */
static int test_virial_forms(void)
{
    static const double want[9] = {1, 2, 3, 2, 5, 6, 3, 6, 9};
    const char *form[] = {
        "virial=\"1.0 2 3 2 5 6 3 6 9\"",
        "virial={1.0 2 3 2 5 6 3 6 9}",
        "virial=[1.0, 2, 3, 2, 5, 6, 3, 6, 9]",
        "virial=[[1.0, 2, 3], [2, 5, 6], [3, 6, 9]]",
        "virial=\"[[1.0, 2, 3], [2, 5, 6], [3, 6, 9]]\"",
        "virial=\"[[1. 2. 3.] [2. 5. 6.] [3. 6. 9.]]\"",
        "virial='[[1.0,2,3],[2,5,6],[3,6,9]]'",
        "virial=\"1.0, 2, 3; 2, 5, 6; 3, 6, 9\"",
        "virial=\"_JSON [[1.0, 2.0, 3.0], [2.0, 5.0, 6.0], [3.0, 6.0, 9.0]]\"",
        "virial=\"_JSON [[1, 2, 3], [2, 5, 6], [3, 6, 9]]\"",
        "virial=\"_JSON [1.0, 2.0, 3.0, 2.0, 5.0, 6.0, 3.0, 6.0, 9.0]\"",
        "virial=\"1.0\t2 3\t2 5 6 3 6 9\"",
        "REF_virial=\"_JSON [[1.0, 2.0, 3.0], [2.0, 5.0, 6.0], [3.0, 6.0, 9.0]]\"",
        "REF_virials=\"_JSON [[1.0, 2.0, 3.0], [2.0, 5.0, 6.0], [3.0, 6.0, 9.0]]\"",
        "dft_virial={1.0 2 3 2 5 6 3 6 9}",
        "QM_virials=\"1.0 2 3 2 5 6 3 6 9\"",
        "virials=\"1.0 2 3 2 5 6 3 6 9\"",
        "virial=\"1.0 2 3 1.5 5 6 3 6 9\" virial=\"1.0 2 3 2 5 6 3 6 9\"",
        /* not symmetric: the mean is used */
        "virial=\"1.0 1 3 3 5 6 3 6 9\"",
        /* a virial is preferred to a stress */
        "stress=\"7.0 7 7 7 7 7\" virial=\"1.0 2 3 2 5 6 3 6 9\"",
        "stress=\"7.0 7 7 7 7 7\" REF_virial=\"1.0 2 3 2 5 6 3 6 9\"",
        "gap_virial=\"7.0 7 7 7 7 7 7 7 7\" dft_virial=\"1.0 2 3 2 5 6 3 6 9\"",
        /* xx yy zz yz xz xy, or nine */
        "stress=\"-0.0416666666666666667 -0.208333333333333333 -0.375 -0.25 -0.125 "
        "-0.0833333333333333333\"",
        "REF_stress=\"_JSON [-0.0416666666666666667, -0.208333333333333333, -0.375, "
        "-0.25, -0.125, -0.0833333333333333333]\"",
        "DFT_stress=[[-0.0416666666666666667,-0.0833333333333333333,-0.125],"
        "[-0.0833333333333333333,-0.208333333333333333,-0.25],[-0.125,-0.25,-0.375]]",
        "stress=\"_JSON [[-0.0416666666666666667, -0.0833333333333333333, -0.125], "
        "[-0.0833333333333333333, -0.208333333333333333, -0.25], [-0.125, -0.25, "
        "-0.375]]\"",
    };

    for (size_t k = 0; k < sizeof form / sizeof *form; k++)
        for (int fit = 0; fit < 2; fit++) {
            char text[700];
            sz_dataset *data;
            sz_error err;

            snprintf(text, sizeof text, "1\n" BOX PROP " energy=1.0 %s\nW 0 0 0\n",
                     form[k]);
            put(text);
            CHECK_OK(get(&data, fit ? "" : NULL, &err), err);
            CHECK(data->n_virials == 1);
            for (int x = 0; x < 9; x++)
                CHECK_CLOSE(data->frame[0].virial[x], want[x], 1e-14);
            sz_dataset_free(data);
        }
    return 0;
}

/* ---- atoms and cell ---------------------------------------------------------------- */

/* Nb at 0 0 0 and W at 1 2 3, forces 1 2 3 and -1 -2 -3 if there are forces; the first
 * atom is masked if there is a mask. */
static int test_atom_forms(void)
{
    const struct {
        const char *text;
        int forces, masked;
    } form[] = {
        {"2\n" BOX PROP ":forces:R:3 energy=1.0\nNb 0 0 0 1 2 3\nW 1 2 3 -1 -2 -3\n", 1,
         0},
        {"\xEF\xBB\xBF"
         "2\n" BOX PROP ":force:R:3 energy=1.0\nNb 0 0 0 1 2 3\nW 1 2 3 -1 -2 -3\n",
         1, 0},
        {"2\r\n" BOX PROP
         ":dft_force:R:3\tenergy=1.0\r\nNb\t0 0 0 1 2 3\r\nW 1 2 3 -1 -2 "
         "-3\r\n\r\n \t\r\n",
         1, 0},
        {"2\n" BOX PROP ":forces:R:3:REF_forces:R:3 energy=1.0\nNb 0 0 0 7 7 7 1 2 3\n"
         "W 1 2 3 7 7 7 -1 -2 -3\n",
         1, 0},
        {"2\n" BOX PROP ":gap_forces:R:3:forces:R:3 energy=1.0\nNb 0 0 0 7 7 7 1 2 3\n"
         "W 1 2 3 7 7 7 -1 -2 -3\n",
         1, 0},
        {"2\n" BOX PROP ":QM_forces:I:3 energy=1.0\nNb 0 0 0 1 2 3\nW 1 2 3 -1 -2 -3\n",
         1, 0},
        {"2\n" BOX PROP ":forces:R:3:force_mask:L:1 energy=1.0\nNb 0 0 0 1 2 3 T\n"
         "W 1 2 3 -1 -2 -3 F\n",
         1, 1},
        {"2\n" BOX PROP ":forces:R:3:force_mask:I:1 energy=1.0\nNb 0 0 0 1 2 3 1\n"
         "W 1 2 3 -1 -2 -3 0\n",
         1, 1},
        {"2\n" BOX PROP ":forces:R:3:force_mask:L:1 energy=1.0\nNb 0 0 0 1 2 3 1\n"
         "W 1 2 3 -1 -2 -3 0\n",
         1, 1},
        {"2\n" BOX PROP ":forces:R:3:force_mask:L:1 energy=1.0\nNb 0 0 0 1 2 3 True\n"
         "W 1 2 3 -1 -2 -3 false\n",
         1, 1},
        {"2\n" BOX PROP " energy=1.0\nNB 0 0 0\nw 1 2 3\n", 0, 0},
        {"2\n" BOX PROP " energy=1.0\nnb 0 0 0\nW 1 2 3\n", 0, 0},
        {"2\n" BOX PROP " energy=1.0\n41 0 0 0\n74 1 2 3\n", 0, 0},
        {"2\n" BOX "Properties=species:I:1:pos:R:3 energy=1.0\n41 0 0 0\n74 1 2 3\n", 0,
         0},
        {"2\n" BOX "Properties=Z:I:1:pos:R:3 energy=1.0\n41 0 0 0\n74 1 2 3\n", 0, 0},
        {"2\n" BOX
         "Properties=numbers:I:1:positions:R:3 energy=1.0\n41 0 0 0\n74 1 2 3\n",
         0, 0},
        {"2\n" BOX "Properties=pos:R:3:symbols:S:1 energy=1.0\n0 0 0 Nb\n1 2 3 W\n", 0,
         0},
        {"2\nLattice=[[2,0,0],[0,3,0],[0,0,4]] " PROP " energy=1.0\nNb 0 0 0\nW 1 2 3\n",
         0, 0},
        {"2\nLattice=\"_JSON [[2.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 4.0]]\" "
         "pbc=\"_JSON [true, true, true]\" " PROP " energy=1.0\nNb 0 0 0\nW 1 2 3\n",
         0, 0},
        {"2\nLattice={2 0 0 0 3 0 0 0 4} pbc={T T T} " PROP " energy=1.0\nNb 0 0 0\n"
         "W 1 2 3\n",
         0, 0},
        {"2\n" BOX "energy=1.0 pbc=\"1 1 1\"\nNb 0 0 0\nW 1 2 3\n", 0, 0},
        {"2\n" BOX PROP " energy=1.0 pbc=T\nNb 0 0 0\nW 1 2 3\n", 0, 0},
        {"2\n" BOX PROP " energy=1.0 pbc=true\nNb 0 0 0\nW 1 2 3\n", 0, 0},
        {"2\n" BOX PROP ":Z:I:1 energy=1.0\nNb 0 0 0 74\nW 1 2 3 74\n", 0, 0},
        {"2\n" BOX "energy=1.0\nNb 0 0 0 9 9\nW 1 2 3 9 9 9\n", 0, 0},
    };

    for (size_t k = 0; k < sizeof form / sizeof *form; k++)
        for (int fit = 0; fit < 2; fit++) {
            const double position[6] = {0, 0, 0, 1, 2, 3},
                         force[6] = {1, 2, 3, -1, -2, -3};
            const sz_dataset_frame *f;
            sz_dataset *data;
            sz_error err;

            put(form[k].text);
            CHECK_OK(get(&data, fit ? "" : NULL, &err), err);
            f = data->frame;
            CHECK(data->n_frames == 1 && f->n_atoms == 2 && f->has_energy);
            CHECK(data->z[data->species[0]] == 41 && data->z[data->species[1]] == 74);
            CHECK(f->pbc[0] && f->pbc[1] && f->pbc[2]);
            for (int x = 0; x < 9; x++)
                CHECK_CLOSE(f->cell[x / 3][x % 3], x % 4 ? 0 : 2 + x / 4, 0);
            for (int x = 0; x < 6; x++) CHECK_CLOSE(data->position[x], position[x], 0);
            CHECK(f->has_force == form[k].forces);
            for (int x = 0; x < 6 && f->has_force; x++)
                CHECK_CLOSE(data->force[x], force[x], 0);
            CHECK(data->masked[0] == form[k].masked && !data->masked[1]);
            sz_dataset_free(data);
        }
    return 0;
}

/* Plain XYZ: the second line is free text. */
static int test_plain(void)
{
    const char *comment[] = {"",
                             "just words",
                             "it's 5\" long, he said \"no",
                             "\"open",
                             "title=\"open",
                             "{ [ (",
                             "= 3 eV",
                             "a = = b == c",
                             "Lattice constant 3.2",
                             "pbc box of the lattice",
                             "k={1 {2}",
                             "'"};

    for (size_t k = 0; k < sizeof comment / sizeof *comment; k++) {
        char text[200];
        sz_xyz_reader *file;
        sz_xyz_frame *f;
        sz_error err;

        snprintf(text, sizeof text, "1\n%s\nNB 1 2 3 0.5 x\n", comment[k]);
        put(text);
        CHECK_OK(sz_xyz_open(&file, path, &err), err);
        CHECK_OK(sz_xyz_read(&f, file, &err), err);
        CHECK(f && f->z[0] == 41 && !f->pbc[0]);
        if (f) CHECK_CLOSE(f->position[2], 3, 0);
        CHECK(sz_xyz_warnings(file)->n == 1 &&
              strstr(sz_xyz_warnings(file)->text[0],
                     ":3: data after symbol x y z are not used (column 5 to 6)"));
        sz_xyz_frame_free(f);
        sz_xyz_close(file);
    }
    return 0;
}

/* ---- which names ------------------------------------------------------------------- */

#define ATOM1 "W 0 0 0 1 2 3\n"
#define ATOM2 "W 0 0 0 7 7 7 1 2 3\n"

/* The quantities that are used. taken NULL: an error that contains want; otherwise a
 * warning contains want, or there is no warning if want is "". */
static const struct {
    const char *settings, *text, *taken, *want;
} choice[] = {
    /* the default names of gap_fit */
    {"", "1\n" BOX PROP ":force:R:3 energy=1.0 virial=\"1.0 0 0 0 1 0 0 0 1\"\n" ATOM1,
     "energies from 'energy', forces from 'force', virials from 'virial'", ""},
    {"energy_parameter_name=energy force_parameter_name=force",
     "1\n" BOX PROP ":force:R:3 energy=1.0\n" ATOM1,
     "energies from 'energy', forces from 'force'", ""},
    /* those of ASE and others */
    {"",
     "1\n" BOX PROP
     ":forces:R:3 energy=1.0 free_energy=2.0 stress=\"1.0 1 1 0 0 0\"\n" ATOM1,
     "energies from 'energy', forces from 'forces', virials from 'stress' (-volume * "
     "stress)",
     "the virial is taken from 'stress' (1 in all)"},
    {"",
     "1\n" BOX PROP ":REF_forces:R:3 REF_energy=1.0 REF_virials=\"1.0 0 0 0 1 0 0 0 "
     "1\" stress=\"1.0 1 1 0 0 0\"\n" ATOM1,
     "energies from 'REF_energy', forces from 'REF_forces', virials from 'REF_virials'",
     "the stress under 'stress' is left out, because virials are read from "
     "'REF_virials'; stress_parameter_name=stress uses it"},
    {"", "1\n" BOX PROP ":forces:R:3:REF_forces:R:3 energy=1.0 REF_energy=2.0\n" ATOM2,
     "energies from 'REF_energy', forces from 'REF_forces'",
     "energies are read from 'REF_energy', not from 'energy', which also exists; "
     "energy_parameter_name=energy selects it"},
    /* the prefix of a given name comes first */
    {"energy_parameter_name=energy",
     "1\n" BOX PROP ":REF_forces:R:3:forces:R:3 energy=1.0 REF_energy=2.0\n" ATOM2,
     "energies from 'energy', forces from 'forces'",
     "forces are read from 'forces', not "
     "from 'REF_forces'"},
    {"energy_parameter_name=mace_energy",
     "1\n" BOX PROP ":forces:R:3:mace_forces:R:3 energy=1.0 mace_energy=2.0\n" ATOM2,
     "energies from 'mace_energy', forces from 'mace_forces'",
     "forces are read from 'mace_forces', not from 'forces', which also exists"},
    {"parameter_name_prefix=dft_",
     "1\n" BOX PROP ":forces:R:3:dft_forces:R:3 energy=1.0 dft_energy=2.0\n" ATOM2,
     "energies from 'dft_energy', forces from 'dft_forces'", ""},
    /* if a frame has something twice, one is used, with a warning */
    {"", "1\n" BOX PROP ":forces:R:3 energy=1.0 free_energy=2.0\n" ATOM1,
     "energies from 'energy', forces from 'forces'",
     ":2: 'free_energy' differs from 'energy', which is used (1 in all); forces "
     "are derivatives of the free energy: energy_parameter_name=free_energy selects it"},
    {"", "1\n" BOX PROP ":forces:R:3 energy=1.0 free_energy=1.0\n" ATOM1,
     "energies from 'energy', forces from 'forces'", ""},
    {"energy_parameter_name=energy",
     "1\n" BOX PROP ":forces:R:3 energy=1.0 free_energy=2.0\n" ATOM1,
     "energies from 'energy', forces from 'forces'", ""},
    {"", "1\n" BOX PROP ":forces:R:3 energy=1.0 Energy=2.0\n" ATOM1,
     "energies from 'energy', forces from 'forces'",
     ":2: Energy occurs twice in the frame (1 in all); the last one is used"},
    /* impossible values */
    {"", "1\n" BOX PROP ":Z:I:1 energy=1.0\nW 0 0 0 41\n", "energies from 'energy'",
     ":3: Z gives another element than species, which is used (W)"},
    {"", "1\nVEC1=\"5 0 0\" " PROP " energy=1.0\nW 0 0 0\n", "energies from 'energy'",
     ":2: VEC1 is not read as a cell and the structure is not periodic; write Lattice="},
    {"", "1\n" BOX PROP ":forces:R:3 note= energy=1.0 text= \n" ATOM1,
     "energies from 'energy', forces from 'forces'", ""},
    {"", "1\n" BOX PROP ":forces:S:3 energy=1.0\n" ATOM1, NULL,
     ":2: the column forces is forces:S:3, not forces:R:3"},
    {"", "1\n" BOX PROP ":force:R:1:forces:R:3 energy=1.0\nW 0 0 0 7 1 2 3\n",
     "energies from 'energy', forces from 'forces'", ""},
    {"", "1\r" BOX PROP " energy=1.0\rW 0 0 0\r", NULL,
     ":1: lines end with a carriage return only"},
    {"", "1\n" BOX PROP " energy=1.0 stress=\"1 2 3\"\nW 0 0 0\n", NULL,
     ":2: stress has 3 numbers, not 9 or six, xx yy zz yz xz xy"},
    {"", "1\n" BOX PROP " energy=1.0 virial=\"1 2 3 4 5 6\"\nW 0 0 0\n", NULL,
     ":2: virial has 6 numbers, not 9, row by row; write all of them"},
    /* forces are never ignored */
    {"force_parameter_name=force", "1\n" BOX PROP ":forces:R:3 energy=1.0\n" ATOM1, NULL,
     ":2: forces are named 'forces' (1 of 1 frames), not 'force': give "
     "force_parameter_name=forces, or force_parameter_name=none"},
    {"", "1\n" BOX PROP ":mace_forces:R:3 energy=1.0\n" ATOM1, NULL,
     "give force_parameter_name=mace_forces, or"},
    {"", "1\n" BOX PROP ":forces_dft:R:3 energy=1.0\n" ATOM1, NULL,
     "give force_parameter_name=forces_dft, or"},
    {"", "1\n" BOX PROP ":FORCES_DFT:R:3 energy=1.0\n" ATOM1, NULL,
     "give force_parameter_name=FORCES_DFT, or"},
    {"parameter_name_prefix=dft_", "1\n" BOX PROP ":forces:R:3 dft_energy=1.0\n" ATOM1,
     NULL, "give force_parameter_name=forces"},
    {"energy_parameter_name=dft_energy", "1\n" BOX PROP ":forces:R:3 energy=1.0\n" ATOM1,
     NULL,
     "energies are named 'energy' (1 of 1 frames), not 'dft_energy': give "
     "energy_parameter_name=energy"},
    {"virial_parameter_name=virial",
     "1\n" BOX PROP ":forces:R:3 energy=1.0 REF_virial=\"1.0 0 0 0 1 0 0 0 1\"\n" ATOM1,
     NULL, "give virial_parameter_name=REF_virial, or virial_parameter_name=none"},
    {"force_parameter_name=none", "1\n" BOX PROP ":forces:R:3 energy=1.0\n" ATOM1,
     "energies from 'energy'", ""},
    {"force_parameter_name=dummy virial_parameter_name=none",
     "1\n" BOX PROP ":forces:R:3 energy=1.0 virial=\"1.0 0 0 0 1 0 0 0 1\"\n" ATOM1,
     "energies from 'energy'", ""},
    {"parameter_name_prefix=dft_ force_parameter_name=none",
     "1\n" BOX PROP ":forces:R:3 dft_energy=1.0\n" ATOM1, "energies from 'dft_energy'",
     ""},
    /* a stress that was not asked for */
    {"virial_parameter_name=virial",
     "1\n" BOX PROP ":forces:R:3 energy=1.0 stress=\"1.0 1 1 0 0 0\"\n" ATOM1,
     "energies from 'energy', forces from 'forces'",
     "the stress under 'stress' is left out, because virial_parameter_name=virial was "
     "given; "
     "stress_parameter_name=stress uses it"},
    {"", "1\n" BOX PROP ":forces:R:3 energy=1.0 pbe_stress=\"1.0 1 1 0 0 0\"\n" ATOM1,
     "energies from 'energy', forces from 'forces'",
     "'pbe_stress' is left out; if it holds stresses to fit, "
     "stress_parameter_name=pbe_stress selects it"},
    {"",
     "1\n" BOX PROP ":forces:R:3 energy=1.0 gap_virial=\"1.0 0 0 0 1 0 0 0 1\"\n" ATOM1,
     "energies from 'energy', forces from 'forces'", "'gap_virial' is left out"},
    {"stress_parameter_name=pbe_stress",
     "1\n" BOX PROP ":forces:R:3 energy=1.0 pbe_stress=\"1.0 1 1 0 0 0\"\n" ATOM1,
     "energies from 'energy', forces from 'forces', virials from 'pbe_stress' (-volume * "
     "stress)",
     "the virial is taken from 'pbe_stress'"},
    /* different names: the prefix that half of the frames have, plural or not */
    {"",
     "1\n" BOX PROP ":forces:R:3 energy=1.0\n" ATOM1 "1\n" BOX PROP
     ":force:R:3 energy=1.0\n" ATOM1,
     "energies from 'energy', forces from 'forces' or 'force'", ""},
    {"",
     "1\n" BOX PROP ":forces:R:3 energy=1.0\n" ATOM1 "1\n" BOX PROP
     ":forces:R:3 energy=1.0\n" ATOM1 "1\n" BOX PROP ":forces:R:3 REF_energy=1.0\n" ATOM1,
     "energies from 'energy', forces from 'forces'",
     ":8: 1 frame has no energies under 'energy', which is used, but under "
     "'REF_energy': left out there"},
    {"",
     "1\n" BOX PROP ":forces:R:3 energy=1.0 REF_energy=2.0\n" ATOM1 "1\n" BOX PROP
     ":forces:R:3 energy=1.0\n" ATOM1,
     "energies from 'REF_energy', forces from 'forces'",
     ":5: 1 frame has no energies under 'REF_energy', which is used, but under "
     "'energy'"},
};

static int test_choice(void)
{
    for (size_t k = 0; k < sizeof choice / sizeof *choice; k++) {
        const char *taken = choice[k].taken, *want = choice[k].want;
        sz_dataset *data;
        sz_error err = {SZ_OK, ""};
        sz_status status;

        put(choice[k].text);
        status = get(&data, choice[k].settings, &err);
        if (!taken) {
            CHECK_FAILS(status, SZ_ERR_FORMAT, want, err);
            continue;
        }
        CHECK(status == SZ_OK && data);
        if (!data) {
            printf("%s: %s\n", choice[k].text, err.message);
            continue;
        }
        CHECK(data->taken && strcmp(data->taken, taken) == 0);
        CHECK(*want ? warns(data, want) : data->warnings.n == 0);
        if (strcmp(data->taken, taken) ||
            (*want ? !warns(data, want) : data->warnings.n > 0))
            printf("\"%s\" %s  gave %s: %s\n", choice[k].settings, choice[k].text,
                   data->taken, data->warnings.n ? data->warnings.text[0] : "");
        sz_dataset_free(data);
    }
    return 0;
}

/* Both spellings are read, with the right forces of the frames. */
static int test_other_spelling(void)
{
    sz_dataset *data;
    sz_error err;

    put("1\n" BOX PROP ":forces:R:3 energy=1.0 virials=\"1.5 0 0 0 1 0 0 0 1\"\n" ATOM1
        "1\n" BOX PROP
        ":force:R:3 energy=1.0 virial=\"2.5 0 0 0 1 0 0 0 1\"\nW 0 0 0 4 5 "
        "6\n");
    CHECK_OK(get(&data, "", &err), err);
    CHECK(data->n_forces == 2 && data->n_virials == 2);
    CHECK_CLOSE(data->force[0], 1, 0);
    CHECK_CLOSE(data->force[3], 4, 0);
    CHECK_CLOSE(data->frame[0].virial[0], 1.5, 0);
    CHECK_CLOSE(data->frame[1].virial[0], 2.5, 0);
    sz_dataset_free(data);
    return 0;
}

/* ---- virials that are stresses ----------------------------------------------------- */

/* A simple cubic crystal of 27 atoms with springs: energy as a function of the volume,
 * and consistent forces and virials. cubes: frames of n volumes; virials are multiplied
 * with the factor before they are written. */
typedef enum { VIRIAL, STRESS, VIRIAL_SIGN, STRESS_GPA } sort;

static void write_lattice(const char *key, sort what, int n_volumes, int with_forces)
{
    enum { SIDE = 3, N = SIDE * SIDE * SIDE };
    FILE *f = fopen(path, "w");
    unsigned seed = 1;

    if (!f) exit(1);
    for (int frame = 0; frame < 12; frame++) {
        const double a = 3.03 * (1 + 0.01 * (frame % n_volumes)), spring = 2.0,
                     v = pow(SIDE * a, 3);
        double u[N][3], force[N][3] = {{0}}, w[9] = {0};

        for (int i = 0; i < N; i++)
            for (int x = 0; x < 3; x++)
                u[i][x] =
                    0.1 * ((seed = seed * 1664525U + 1013904223U) / 4294967296.0 - 0.5);
        for (int i = 0; i < N; i++) /* a spring to the next atom in each direction */
            for (int d = 0; d < 3; d++) {
                const int step[3] = {1, SIDE, SIDE * SIDE};
                int at = i / step[d] % SIDE,
                    j = at + 1 < SIDE ? i + step[d] : i - (SIDE - 1) * step[d];
                double r[3], length = 0, pull;

                for (int x = 0; x < 3; x++) r[x] = u[j][x] - u[i][x] + (x == d ? a : 0);
                for (int x = 0; x < 3; x++) length += r[x] * r[x];
                length = sqrt(length);
                pull = spring * (length - 3.0) / length;
                for (int x = 0; x < 3; x++) {
                    force[i][x] += pull * r[x];
                    force[j][x] -= pull * r[x];
                    for (int y = 0; y < 3; y++) w[3 * x + y] -= pull * r[x] * r[y];
                }
            }
        fprintf(f,
                "%d\nLattice=\"%.9g 0 0 0 %.9g 0 0 0 %.9g\" " PROP "%s energy=1.0 %s=\"",
                N, SIDE * a, SIDE * a, SIDE * a, with_forces ? ":forces:R:3" : "", key);
        for (int x = 0; x < 9; x++)
            fprintf(f, "%.12e ",
                    what == VIRIAL       ? w[x]
                    : what == STRESS     ? -w[x] / v
                    : what == STRESS_GPA ? -160.2 * w[x] / v
                                         : -w[x]);
        fprintf(f, "\"\n");
        for (int i = 0; i < N; i++) {
            fprintf(f, "W %.9f %.9f %.9f", a * (i % SIDE) + u[i][0],
                    a * (i / SIDE % SIDE) + u[i][1], a * (i / SIDE / SIDE) + u[i][2]);
            for (int x = 0; x < 3 && with_forces; x++) fprintf(f, " %.9f", force[i][x]);
            fprintf(f, "\n");
        }
    }
    if (fclose(f) != 0) exit(1);
}

static int test_virials(void)
{
    const struct {
        const char *key, *settings;
        sort what;
        int n_volumes, forces;
        const char *want; /* "": no warning; "!..": an error */
    } t[] = {
        {"virial", "", VIRIAL, 4, 1, ""},
        {"virial", "", VIRIAL, 1, 1, ""},
        {"virial", "", VIRIAL, 4, 0, ""},
        {"stress", "", STRESS, 4, 1, ""},
        {"stress", "", STRESS, 1, 1, ""},
        {"stress", "", STRESS, 4, 0, ""},
        /* by volumes and forces, by forces alone, by volumes alone, by the name */
        {"stress", "virial_parameter_name=stress", STRESS, 4, 1,
         "!:2: 'stress' is used as virials, but is named a stress and looks like one: "
         "they give"},
        {"stress", "virial_parameter_name=stress", STRESS, 1, 1,
         "!give stress_parameter_name=stress instead of virial_parameter_name=stress"},
        {"stress", "virial_parameter_name=stress", STRESS, 4, 0, "!and looks like one"},
        {"stress", "virial_parameter_name=stress", STRESS, 1, 0, "!named a stress; give"},
        {"stress", "virial_parameter_name=stress", VIRIAL, 4, 1, ""}, /* if it is one */
        {"virial", "", STRESS, 4, 1,
         "the virials under 'virial' look like stresses in eV/Angstrom^3: they give "},
        {"virial", "", STRESS, 1, 1,
         "give virial_parameter_name=none stress_parameter_name=virial if that is so"},
        {"virial", "", STRESS, 4, 0, "look like stresses in eV/Angstrom^3"},
        {"virial", "", VIRIAL_SIGN, 4, 1,
         "stress_parameter_name=virial if each is a stress"},
        {"REF_virial", "stress_parameter_name=REF_virial virial_parameter_name=none",
         VIRIAL, 4, 1, "!give virial_parameter_name=REF_virial instead of"},
        {"stress", "", VIRIAL, 4, 1, "look like virials, or are in GPa"},
        {"stress", "", VIRIAL, 1, 1, "look like virials, or are in GPa"},
        {"stress", "", VIRIAL, 4, 0, "look like virials, or are in GPa"},
        {"stress", "", STRESS_GPA, 4, 1, "look like virials, or are in GPa"},
    };

    for (size_t k = 0; k < sizeof t / sizeof *t; k++) {
        const char *want = t[k].want;
        sz_dataset *data;
        sz_error err = {SZ_OK, ""};
        sz_status status;
        int said = 0;

        write_lattice(t[k].key, t[k].what, t[k].n_volumes, t[k].forces);
        status = get(&data, t[k].settings, &err);
        if (*want == '!') {
            CHECK_FAILS(status, SZ_ERR_FORMAT, want + 1, err);
            continue;
        }
        CHECK(status == SZ_OK && data);
        if (!data) {
            printf("%s\n", err.message);
            continue;
        }
        said = warns(data, "look like");
        CHECK(*want ? warns(data, want) : !said);
        if (*want ? !warns(data, want) : said) {
            printf("case %zu:", k);
            for (int i = 0; i < data->warnings.n; i++)
                printf(" %s\n", data->warnings.text[i]);
        }
        sz_dataset_free(data);
    }
    return 0;
}

/* The message gives the median pressure for any order of the frames: virials with one
 * component, 3 V p, in cells of equal volume. */
static int test_pressures(void)
{
    static const double pressure[] = {7, 90, 8, 20, 10}; /* eV/Angstrom^3 */
    char text[2048] = "";
    sz_dataset *data;
    sz_error err;

    for (int k = 0; k < 5; k++)
        snprintf(text + strlen(text), sizeof text - strlen(text),
                 "1\n" BOX PROP " energy=1.0 virial=\"0 0 0 0 0 0 0 0 %.17g\"\nW 0 0 0\n",
                 3 * 24.0 * pressure[k]);
    put(text);
    CHECK_OK(get(&data, "", &err), err);
    CHECK(warns(data, "pressures of 1.6e+03 GPa")); /* 10 eV/Angstrom^3 */
    sz_dataset_free(data);
    return 0;
}

int main(void)
{
    int fd = mkstemp(path), stopped;

    if (fd < 0) return 1;
    close(fd);
    stopped = test_energy_forms() || test_virial_forms() || test_atom_forms() ||
              test_plain() || test_choice() || test_other_spelling() || test_virials() ||
              test_pressures();
    unlink(path);
    return stopped ? 1 : check_done();
}
