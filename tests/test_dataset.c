/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_dataset.c - frames become targets: names, signs, sigmas, masks, e0; and data that
 * cannot be meant are refused with file and line. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "data/targets.h"
#include "fit/share.h"
#include "fit/spec.h"

#include <stdlib.h>
#include <unistd.h>

static char path[] = "/tmp/soapz_test_dataset_XXXXXX";

#define GAP                                                                              \
    "gap={distance_2b cutoff=3 covariance_type=gaussian delta=1 theta_uniform=1 "        \
    "n_sparse=4} "
#define BOX "Lattice=\"9 0 0 0 9 0 0 0 9\" "
#define PROP "Properties=species:S:1:pos:R:3"

/* Data, and the targets of a fit. */
typedef struct {
    sz_fit_spec *spec;
    sz_dataset *data;
    sz_targets *targets;
} trial;

static void release(trial *t)
{
    sz_targets_free(t->targets);
    sz_dataset_free(t->data);
    sz_fit_spec_free(t->spec);
}

/* Reads text as the data of a fit with these settings. */
static sz_status get(trial *t, const char *text, const char *settings, sz_error *err)
{
    char line[1024];
    FILE *f = fopen(path, "w");
    sz_status status;

    if (!f || fputs(text, f) < 0 || fclose(f) != 0) exit(1);
    snprintf(line, sizeof line, "at_file=%s default_sigma={0.1 0.2 0.3 0.0} " GAP "%s",
             path, settings);
    *t = (trial){0};
    status = sz_fit_spec_parse(&t->spec, line, "line", err);
    if (status == SZ_OK) status = sz_dataset_read(&t->data, path, t->spec, err);
    if (status == SZ_OK)
        status = sz_targets_create(&t->targets, t->data, &t->spec->sigma, err);
    return status;
}

static const double *force_sigma(const trial *t, int frame)
{
    return t->targets->force_sigma + 3 * t->data->frame[frame].first;
}

/* ---- names and signs --------------------------------------------------------------- */

static int test_names(void)
{
    const char *text = "2\n" BOX PROP ":DFT_Force:R:3 dft_ENERGY=-7.5 "
                       "DFT_virial=\"1 2 3 4 5 6 7 8 9\" config_type=liquid energy=99\n"
                       "W 0 0 0 1 2 3\nMo 2 0 0 -1 -2 -3e0\n"
                       "1\n" BOX PROP "\nMo 1 1 1\n";
    const double virial[9] = {1, 3, 5, 3, 5, 7, 5, 7, 9};
    trial t;
    sz_structure s;
    sz_error err;

    CHECK_OK(
        get(&t, text, "parameter_name_prefix=dft_ config_type_parameter_name=x", &err),
        err);
    CHECK(t.data->n_frames == 2 && t.data->n_atoms == 3 && t.data->n_species == 2);
    CHECK(t.data->z[0] == 74 && t.data->z[1] == 42);
    CHECK(t.data->species[0] == 0 && t.data->species[1] == 1 && t.data->species[2] == 1);
    CHECK(t.data->frame[0].has_energy && !t.data->frame[1].has_energy);
    CHECK_CLOSE(t.targets->frame[0].energy, -7.5, 0);
    CHECK_CLOSE(t.targets->force[3 * t.data->frame[0].first + 5], -3, 0);
    CHECK(!t.data->frame[1].has_force && !t.data->frame[1].has_virial);
    for (int k = 0; k < 9; k++)
        CHECK_CLOSE(t.targets->frame[0].virial[k], virial[k], 1e-15);
    CHECK(t.data->n_energies == 1 && t.data->n_virials == 1 &&
          t.targets->n_force_rows == 6 && t.targets->n_virial_rows == 6);
    CHECK(t.data->n_config_types == 1 && !strcmp(t.data->config_type[0], "default"));
    CHECK(t.data->frame[1].line == 5 && t.data->warnings.n == 1);
    CHECK(strstr(t.data->warnings.text[0],
                 ":2: a value is written without a decimal point "
                 "(1 in all)") != NULL);
    s = sz_dataset_structure(t.data, 1);
    CHECK(s.n_atoms == 1 && s.species[0] == 1 && s.pbc[1]);
    CHECK_CLOSE(s.position[0], 1, 0);
    CHECK_CLOSE(s.cell[2][2], 9, 0);
    release(&t);
    return 0;
}

/* virial = -volume stress; 6 numbers are xx yy zz yz xz xy; a virial is preferred. */
static int test_stress(void)
{
    const char *text =
        "1\nLattice=\"2 0 0 0 3 0 0 0 4\" " PROP
        " energy=1 stress=\"1 2 3 4 5 6\"\nW 0 0 0\n"
        "1\nLattice=\"2 0 0 0 -3 0 0 0 4\" " PROP
        " energy=1 Stress=[[1,6,5],[6,2,4],[5,4,3]]\nW 0 0 0\n"
        "1\nLattice=\"2 0 0 0 3 0 0 0 4\" " PROP
        " energy=1 stress=\"1 2 3 4 5 6\" virial={7 0 0 0 7 0 0 0 7}\nW 0 0 "
        "0\n";
    const double want[9] = {1, 6, 5, 6, 2, 4, 5, 4, 3};
    trial t;
    sz_error err;

    CHECK_OK(get(&t, text, "", &err), err);
    for (int f = 0; f < 2; f++)
        for (int k = 0; k < 9; k++)
            CHECK_CLOSE(t.targets->frame[f].virial[k], -24 * want[k], 1e-12);
    CHECK_CLOSE(t.targets->frame[2].virial[4], 7, 0);
    CHECK(t.data->n_virials == 3 && t.data->warnings.n == 3);
    CHECK(strstr(t.data->warnings.text[0], "no frame has forces") != NULL);
    CHECK(strstr(t.data->warnings.text[1],
                 ":2: the virial is taken from 'stress' (2 in all)") != NULL);
    release(&t);

    CHECK_OK(get(&t, text, "stress_parameter_name=none", &err), err);
    CHECK(t.data->n_virials == 1);
    release(&t);
    return 0;
}

/* ---- sigmas ------------------------------------------------------------------------ */

#define FOUR "4\n" BOX PROP ":force:R:3"
#define ATOMS4 "W 0 0 0 1 1 1\nW 2 0 0 1 1 1\nW 4 0 0 1 1 1\nW 6 0 0 1 1 1\n"
#define DATA4 " energy=1.0 virial=\"1.0 0 0 0 1 0 0 0 1\" "

static int test_table(void)
{
    const char *text =
        FOUR DATA4 "\n" ATOMS4 FOUR DATA4 "config_type=gas\n" ATOMS4 FOUR DATA4
                   "config_type=Gas\n" ATOMS4;
    const double energy[3] = {0.2, 2, 0.2}, force[3] = {0.2, 2, 0.2},
                 virial[3] = {0.6, 6, 0.6};
    trial t;
    sz_error err;

    for (int per_atom = 0; per_atom < 2; per_atom++) {
        const double root = per_atom ? 1.0 : 0.5;

        CHECK_OK(get(&t, text,
                     per_atom ? "config_type_sigma={gas:1:2:3:0}"
                              : "config_type_sigma={gas:1:2:3:0:liquid:1:1:1:1} "
                                "sigma_per_atom=F",
                     &err),
                 err);
        for (int f = 0; f < 3; f++) {
            const sz_target *g = &t.targets->frame[f];

            CHECK_CLOSE(g->energy_sigma, root * energy[f], 1e-15);
            for (int k = 0; k < 12; k++) CHECK_CLOSE(force_sigma(&t, f)[k], force[f], 0);
            for (int k = 0; k < 9; k++)
                CHECK_CLOSE(g->virial_sigma[k], root * virial[f], 1e-15);
        }
        CHECK(t.data->n_config_types == 3 && !strcmp(t.data->config_type[2], "Gas"));
        CHECK(t.targets->warnings.n == !per_atom); /* no frame is of type liquid */
        release(&t);
    }
    return 0;
}

/* Sigmas in a frame are absolute: first of the component, then the atom, then the frame.
 */
static int test_overrides(void)
{
    const char *text = FOUR DATA4
        "energy_sigma=5 FORCE_sigma=6 virial_sigma=7\n" ATOMS4 "2\n" BOX PROP
        ":force:R:3:force_atom_sigma:R:1:force_mask:L:1" DATA4
        "virial_sigma=7 virial_component_sigma=\"1 1 2 3 4 4 4 6 6\" force_sigma=9\n"
        "W 0 0 0 1 1 1 0.5 F\nW 2 0 0 1 1 1 0.25 T\n"
        "1\n" BOX PROP ":force:R:3:force_component_sigma:R:3:force_atom_sigma:R:1 "
        "energy=1\nW 0 0 0 1 1 1 0.1 0.2 0.3 8\n";
    const double component[9] = {1, 2, 3, 2, 4, 5, 3, 5, 6};
    trial t;
    sz_error err;

    CHECK_OK(get(&t, text, "", &err), err);
    CHECK_CLOSE(t.targets->frame[0].energy_sigma, 5, 0);
    CHECK_CLOSE(force_sigma(&t, 0)[11], 6, 0);
    CHECK_CLOSE(t.targets->frame[0].virial_sigma[8], 7, 0);
    CHECK_CLOSE(force_sigma(&t, 1)[2], 0.5, 0);
    CHECK_CLOSE(force_sigma(&t, 1)[3], 0, 0); /* masked */
    CHECK_CLOSE(t.targets->frame[1].energy_sigma, 0.1 * sqrt(2), 1e-15);
    for (int k = 0; k < 9; k++)
        CHECK_CLOSE(t.targets->frame[1].virial_sigma[k], component[k], 0);
    for (int k = 0; k < 3; k++) CHECK_CLOSE(force_sigma(&t, 2)[k], 0.1 * (k + 1), 1e-15);
    CHECK(t.targets->n_force_rows == 12 + 3 + 3);
    release(&t);

    CHECK_OK(get(&t,
                 FOUR DATA4 "energy_w=5\n" ATOMS4 FOUR DATA4 "energy_sigma=5\n" ATOMS4,
                 "sigma_parameter_name=w", &err),
             err);
    CHECK_CLOSE(t.targets->frame[0].energy_sigma, 5, 0);
    CHECK_CLOSE(t.targets->frame[1].energy_sigma, 0.2, 1e-15);
    release(&t);
    return 0;
}

/* ---- e0 ---------------------------------------------------------------------------- */

#define ISOLATED(element, energy) "1\n" BOX PROP " energy=" energy "\n" element " 0 0 0\n"
#define PAIR_FRAME "2\n" BOX PROP " energy=-10\nW 0 0 0\nMo 2 0 0\n"

static int test_e0(void)
{
    const char *text = PAIR_FRAME ISOLATED("W", "-3")
        ISOLATED("Mo", "-4") "1\nLattice=\"2 "
                             "0 0 0 2 0 0 0 2\" " PROP " energy=-6\nW 0 0 0\n";
    const struct {
        const char *settings;
        double mo, w, h; /* H is not in the data */
        int knows_h;
    } way[] = {{"", -4, -3, 0, 0},
               {"e0_offset=0.5", -3.5, -2.5, 0, 0},
               {"e0_method=average", -4.5, -4.5, 0, 0},
               {"e0_method=average e0_offset=1", -3.5, -3.5, 0, 0},
               {"e0=-2", -2, -2, -2, 1},
               {"e0={Mo:-1:W:-2} e0_method=average", -1, -2, 0, 0},
               {"e0={Mo:-1:W:-2} e0_offset=3", 2, 1, 3, 0}};

    for (size_t k = 0; k < sizeof way / sizeof *way; k++) {
        trial t;
        sz_error err;
        sz_e0 e0;

        CHECK_OK(get(&t, text, way[k].settings, &err), err);
        CHECK_OK(sz_fit_find_e0(&e0, t.targets, t.spec, &err), err);
        CHECK_CLOSE(e0.value[42], way[k].mo, 1e-14);
        CHECK_CLOSE(e0.value[74], way[k].w, 1e-14);
        CHECK_CLOSE(e0.value[1], way[k].h, 0);
        CHECK(e0.known[42] && e0.known[74] && e0.known[1] == way[k].knows_h);
        CHECK_OK(sz_targets_take_e0(t.targets, &e0, &err), err);
        CHECK_CLOSE(t.targets->frame[0].energy, -10 - way[k].mo - way[k].w, 1e-14);
        CHECK_CLOSE(t.targets->frame[3].energy, -6 - way[k].w, 1e-14);
        release(&t);
    }
    return 0;
}

/* The core potential is subtracted before e0 is determined. */
static int test_core(void)
{
    const char *text =
        "2\n" BOX PROP ":force:R:3 energy=-10 virial=\"1 0 0 0 1 0 0 0 1\"\n"
        "W 0 0 0 1 2 3\nW 2 0 0 -1 -2 -3\n" ISOLATED("W", "-3");
    const double force[6] = {1, 1, 1, 2, 2, 2}, virial[9] = {1, 4, 0, 2, 1, 0, 0, 0, 3};
    trial t;
    sz_error err;
    sz_e0 e0;

    CHECK_OK(get(&t, text, "", &err), err);
    sz_targets_subtract(t.targets, 0, 5, force, virial);
    sz_targets_subtract(t.targets, 1, 0.5, force, virial);
    CHECK_OK(sz_fit_find_e0(&e0, t.targets, t.spec, &err), err);
    CHECK_CLOSE(e0.value[74], -3.5, 1e-15);
    CHECK_OK(sz_targets_take_e0(t.targets, &e0, &err), err);
    CHECK_CLOSE(t.targets->frame[0].energy, -10 - 5 + 7, 1e-14);
    CHECK_CLOSE(t.targets->force[3 * t.data->frame[0].first + 1], 1, 1e-15);
    CHECK_CLOSE(t.targets->force[3 * t.data->frame[0].first + 5], -5, 1e-15);
    CHECK_CLOSE(t.targets->frame[0].virial[1], -3, 1e-15);
    CHECK_CLOSE(t.targets->frame[0].virial[8], -2, 1e-15);
    CHECK(!t.data->frame[1].has_force && !t.data->frame[1].has_virial);
    release(&t);
    return 0;
}

/* ---- what is refused --------------------------------------------------------------- */

static void test_bad_data(void)
{
    const struct {
        const char *settings, *text, *want;
    } bad[] = {
        {"", "", "has no frame"},
        {"", "1\n" BOX PROP " Energie=1\nW 0 0 0\n", "no frame has an energy named"},
        {"", "1\n" BOX PROP " Energie=1\nW 0 0 0\n",
         "one of: Lattice Properties Energie"},
        {"", "1\n" BOX PROP " energy=nan\nW 0 0 0\n",
         ":2: energy has a value that is not a finite"},
        {"", "1\n" BOX PROP " energy=\"1 2\"\nW 0 0 0\n",
         ":2: energy has 2 numbers, not 1"},
        {"", "1\n" BOX PROP " energy\nW 0 0 0\n", ":2: energy has 0 numbers"},
        {"", "0\n" BOX PROP " energy=1\n", ":1: the frame has no atoms"},
        {"", "2\n" BOX PROP ":force:R:3 energy=1\nW 0 0 0 1 1 1\nW 2 0 0 1 NaN 1\n",
         ":4: force of this atom is not made of three finite numbers ('1'..)"},
        {"", "1\n" BOX PROP ":force:R:3 energy=1\nW 0 0 0 1 inf 1\n",
         ":3: force of this"},
        {"", "1\n" BOX PROP ":force:R:2 energy=1\nW 0 0 0 1 1\n",
         ":2: the column force is force:R:2, not force:R:3"},
        {"", "1\n" BOX PROP ":force:S:3 energy=1\nW 0 0 0 1 1 1\n", "is force:S:3"},
        {"", "1\n" BOX PROP ":force:R:3 energy=1\nW 0 0 0 1 1\n", ":3: this line has 6"},
        {"", "2\n" BOX PROP " energy=1\nW 0 0 0\n", ":3: the file ends after 1 of the 2"},
        {"", PAIR_FRAME "3\n", ":5: the file ends after the number of atoms"},
        {"", "1\n" BOX PROP " energy=1 virial=\"1 2 3 4 5 6\"\nW 0 0 0\n",
         ":2: virial has 6 numbers, not 9"},
        {"", "1\n" BOX PROP " energy=1 virial=\"1 2 3 4 x 6 7 8 9\"\nW 0 0 0\n",
         ":2: virial has a value"},
        {"", "1\n" PROP " energy=1 stress=\"1 2 3 4 5 6\"\nW 0 0 0\n",
         ":2: a stress needs the volume"},
        {"", "1\n" BOX PROP " energy=1 n_hessian=3\nW 0 0 0\n",
         ":2: the frame has hessian"},
        {"hessian_parameter_name=hh", "1\n" BOX PROP " energy=1 n_hh=3\nW 0 0 0\n",
         "remove the key n_hh"},
        {"", "1\n" BOX PROP ":local_property:R:1 energy=1\nW 0 0 0 1\n",
         ":2: local properties"},
        {"", "1\n" BOX PROP " energy=1 energy_sigma=0\nW 0 0 0\n",
         ":2: the energy of this frame has sigma 0"},
        {"",
         "1\n" BOX PROP ":force:R:3:force_atom_sigma:R:1 energy=1\nW 0 0 0 1 1 1 -2\n",
         ":3: the force of this frame has sigma -2"},
        {"", "1\n" BOX PROP ":force:R:3:force_mask:L:1 energy=1\nW 0 0 0 1 1 1 no\n",
         ":3: expected T, F, 1 or 0"},
        {"", "1\n" BOX PROP ":force:R:3:force_mask:R:1 energy=1\nW 0 0 0 1 1 1 1\n",
         "not force_mask:L:1"},
        {"config_type_sigma={a:1:0:0:0}",
         "1\n" BOX PROP ":force:R:3 energy=1 config_type=a\nW 0 0 0 1 1 1\n",
         ":3: the force of this frame has sigma 0"},
        {"config_type_sigma={a:1:0:0:0}",
         "1\n" BOX PROP " energy=1 config_type=a stress=\"1 1 1 0 0 0\"\nW 0 0 0\n",
         ":2: the virial of this frame has sigma 0"},
    };

    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        trial t;
        sz_error err = {SZ_OK, ""};

        CHECK(get(&t, bad[k].text, bad[k].settings, &err) != SZ_OK && t.targets == NULL);
        CHECK(strstr(err.message, bad[k].want) && strstr(err.message, path));
        if (!strstr(err.message, bad[k].want))
            printf("%s  gave \"%s\", not \"%s\"\n", bad[k].text, err.message,
                   bad[k].want);
        release(&t);
    }
}

static int test_bad_e0(void)
{
    const struct {
        const char *settings, *text, *want;
    } bad[] = {
        {"", PAIR_FRAME ISOLATED("W", "-3"), "has no isolated atom of Mo for e0:"},
        {"", PAIR_FRAME ISOLATED("W", "-3"), "or give e0={Mo:..}, or e0_method=average"},
        {"", PAIR_FRAME ISOLATED("W", "-3") ISOLATED("W", "-3"),
         ":8: a second isolated atom of W, the first is in line 5"},
        {"", "1\nLattice=\"2 0 0 0 2 0 0 0 2\" " PROP " energy=-6\nW 0 0 0\n",
         "the one in line 1 is within the cutoff of its own images"},
        {"e0={W:-3}", PAIR_FRAME, ":4: there is no e0 for Mo; add it to e0={..}"},
    };

    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        trial t;
        sz_error err;
        sz_e0 e0;
        sz_status status;

        CHECK_OK(get(&t, bad[k].text, bad[k].settings, &err), err);
        status = sz_fit_find_e0(&e0, t.targets, t.spec, &err);
        if (status == SZ_OK) status = sz_targets_take_e0(t.targets, &e0, &err);
        CHECK_FAILS(status, SZ_ERR_FORMAT, bad[k].want, err);
        CHECK(strstr(err.message, path) != NULL);
        release(&t);
    }
    return 0;
}

/* Many frames: the arrays grow, and the targets still point into them. */
static int test_growth(void)
{
    enum { N = 1500 };
    char *text = malloc(N * 200), *p = text;
    trial t;
    sz_error err;

    if (!text) return 1;
    for (int f = 0; f < N; f++)
        p += sprintf(
            p, "2\n" BOX PROP ":force:R:3 energy=%d\nW 0 0 0 %d 0 0\nW 2 0 0 0 %d 0\n", f,
            f, -f);
    CHECK_OK(get(&t, text, "", &err), err);
    CHECK(t.data->n_frames == N && t.data->n_atoms == 2 * N &&
          t.targets->n_force_rows == 6 * N);
    for (int f = 0; f < N; f++) {
        CHECK_CLOSE(t.targets->frame[f].energy, f, 0);
        CHECK_CLOSE(t.targets->force[3 * t.data->frame[f].first + 0], f, 0);
        CHECK_CLOSE(t.targets->force[3 * t.data->frame[f].first + 4], -f, 0);
        CHECK_CLOSE(force_sigma(&t, f)[5], 0.2, 0);
    }
    release(&t);
    free(text);
    return 0;
}

/* ---- frames of a program ----------------------------------------------------------- */

static void put_numbers(FILE *file, const char *key, int n, const double *x)
{
    if (!x) return;
    fprintf(file, " %s=\"", key);
    for (int k = 0; k < n; k++) fprintf(file, k ? " %.17g" : "%.17g", x[k]);
    fputc('"', file);
}

static void put_frame(FILE *file, const sz_frame *f)
{
    const sz_structure *s = &f->structure;

    fprintf(file, "%d\nProperties=species:S:1:pos:R:3%s%s", s->n_atoms,
            f->force ? ":force:R:3" : "", f->force_mask ? ":force_mask:L:1" : "");
    put_numbers(file, "Lattice", 9, s->cell[0]);
    fprintf(file, " pbc=\"%c %c %c\"", "FT"[s->pbc[0]], "FT"[s->pbc[1]], "FT"[s->pbc[2]]);
    if (f->config_type) fprintf(file, " config_type=%s", f->config_type);
    put_numbers(file, "energy", 1, f->energy);
    put_numbers(file, "virial", 9, f->virial);
    put_numbers(file, "energy_sigma", 1, f->energy_sigma);
    put_numbers(file, "force_sigma", 1, f->force_sigma);
    put_numbers(file, "virial_sigma", 1, f->virial_sigma);
    fputc('\n', file);
    for (int i = 0; i < s->n_atoms; i++) {
        fprintf(file, "%s", sz_element_symbol(s->species[i]));
        for (int x = 0; x < 3; x++) fprintf(file, " %.17g", s->position[3 * i + x]);
        for (int x = 0; x < 3 && f->force; x++)
            fprintf(file, " %.17g", f->force[3 * i + x]);
        if (f->force_mask) fprintf(file, " %c", "FT"[f->force_mask[i]]);
        fputc('\n', file);
    }
}

static int compare(const sz_targets *a, const sz_targets *b)
{
    const sz_dataset *x = a->data, *y = b->data;
    size_t n = 3 * x->n_atoms;

    CHECK(x->n_atoms == y->n_atoms && x->n_frames == y->n_frames);
    CHECK(x->n_virials == y->n_virials && x->n_energies == y->n_energies);
    CHECK(a->n_force_rows == b->n_force_rows && a->n_virial_rows == b->n_virial_rows);
    if (x->n_atoms != y->n_atoms || x->n_frames != y->n_frames) return 1;
    CHECK(!memcmp(x->position, y->position, n * sizeof(double)));
    CHECK(!memcmp(x->species, y->species, x->n_atoms * sizeof(int)));
    CHECK(!memcmp(a->frame, b->frame, (size_t)x->n_frames * sizeof *a->frame));
    CHECK(!memcmp(a->force, b->force, n * sizeof(double)));
    CHECK(!memcmp(a->force_sigma, b->force_sigma, n * sizeof(double)));
    for (int f = 0; f < x->n_frames; f++) {
        CHECK(!memcmp(x->frame[f].cell, y->frame[f].cell, sizeof x->frame[f].cell));
        CHECK(!memcmp(x->frame[f].pbc, y->frame[f].pbc, sizeof x->frame[f].pbc));
        CHECK(x->frame[f].config_type == y->frame[f].config_type);
    }
    return 0;
}

/* Frames in memory give bitwise the same targets as a file with these frames. */
static int check_added(int n, const sz_frame *frame)
{
    const char *settings = "config_type_sigma={gas:1:2:3:0}";
    char text[8192] = "";
    FILE *file = fmemopen(text, sizeof text, "w");
    sz_dataset *data;
    sz_targets *targets;
    sz_error err;
    trial t;

    if (!file) return 1;
    for (int f = 0; f < n; f++) put_frame(file, &frame[f]);
    if (fclose(file) != 0) return 1;
    CHECK_OK(get(&t, text, settings, &err), err);
    CHECK_OK(sz_dataset_create(&data, &err), err);
    for (int f = 0; f < n; f++) CHECK_OK(sz_dataset_add(data, &frame[f], &err), err);
    CHECK_OK(sz_targets_create(&targets, data, &t.spec->sigma, &err), err);
    CHECK(targets->n_force_rows == 9 + 6 + 3);
    CHECK_CLOSE(targets->frame[2].energy_sigma, 0.3, 0);
    if (compare(t.targets, targets)) return 1;
    sz_targets_free(targets);
    sz_dataset_free(data);
    release(&t);
    return 0;
}

static int test_added(void)
{
    const double position[9] = {0.1, 1 / 3.0, 2, 2.7, 0.3, 0.4, 1e-7, 4.4, 5.5},
                 force[9] = {1 / 7.0, -2.5, 3.1, 4e-9, 5.1, -6.2, 7.3, 8.4, -1 / 9.0},
                 virial[9] = {1.5, 2.1, 3.3, 4.7, 5.9, 1 / 6.0, 7.7, 8.8, 9.9},
                 energy[3] = {-10.25, -1 / 3.0, -7.5}, sigma[3] = {0.3, 0.07, 1.25};
    const int z[3] = {74, 42, 74};
    const unsigned char mask[3] = {0, 1, 0};
    const sz_structure cell = {.n_atoms = 3,
                               .species = z,
                               .position = position,
                               .cell = {{9.1, 0.2, 0}, {0, 8.3, 0.1}, {0.5, 0, 7.7}},
                               .pbc = {1, 1, 0}},
                       part = {.n_atoms = 1,
                               .species = z + 1,
                               .position = position + 3,
                               .cell = {{9, 0, 0}, {0, 9, 0}, {0, 0, 9}},
                               .pbc = {1, 1, 1}};
    const sz_frame frame[] = {
        {.structure = cell, .energy = energy, .force = force, .virial = virial},
        {.structure = part, .config_type = "gas", .energy = energy + 1},
        {.structure = cell,
         .config_type = "gas",
         .energy = energy + 2,
         .force = force,
         .virial = virial,
         .energy_sigma = sigma,
         .force_sigma = sigma + 1,
         .virial_sigma = sigma + 2,
         .force_mask = mask},
        {.structure = part, .force = force + 3, .force_sigma = sigma}};

    return check_added(4, frame);
}

/* ---- the frames of two ranks ----------------------------------------------------- */

/* The atoms of the frames of this rank. */
static int atoms_of(const sz_dataset *data, int rank, sz_error *err)
{
    unsigned char *taken;
    int n = 0;

    if (sz_fit_share_frames(data, 2, rank, &taken, err) != SZ_OK) return -1;
    for (int f = 0; f < data->n_frames; f++)
        if (!taken[f]) n += data->frame[f].n_atoms;
    free(taken);
    return n;
}

/* The cost of a frame is its number of atoms, ten times that with forces. */
static int test_share(void)
{
    const char *one = "1\n" BOX PROP " dft_energy=1\nW 0 0 0\n";
    char text[4096] = "3\n" BOX PROP " dft_energy=1\nW 0 0 0\nW 2 0 0\nW 4 0 0\n";
    trial t;
    sz_error err;

    for (int k = 0; k < 3; k++) strcat(text, one);
    CHECK_OK(get(&t, text, "energy_parameter_name=dft_energy", &err), err);
    CHECK(atoms_of(t.data, 0, &err) == 3 && atoms_of(t.data, 1, &err) == 3);
    release(&t);

    strcpy(text, "1\n" BOX PROP ":dft_force:R:3 dft_energy=1\nW 0 0 0 1 2 3\n");
    for (int k = 0; k < 10; k++) strcat(text, one);
    CHECK_OK(get(&t, text,
                 "energy_parameter_name=dft_energy force_parameter_name=dft_force", &err),
             err);
    CHECK(atoms_of(t.data, 0, &err) == 1 && atoms_of(t.data, 1, &err) == 10);
    release(&t);
    return 0;
}

int main(void)
{
    int stop;

    if (close(mkstemp(path)) != 0) return 1;
    test_bad_data();
    stop = test_names() || test_stress() || test_table() || test_overrides() ||
           test_e0() || test_core() || test_bad_e0() || test_growth() || test_added() ||
           test_share();
    unlink(path);
    return stop ? 1 : check_done();
}
