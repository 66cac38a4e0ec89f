/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_sparse_choice.c - the sparse points of real fits, chosen again from their training
 * data: those of SOAP terms by cur_points.
 *
 * Where the data hold crystals, which of the equal vectors gap_fit keeps hangs on
 * rounding, and with it the numbering that random numbers are paired with: there a few of
 * the points differ. Elsewhere none does. The points of two-body terms depend on
 * the order of QUIP's neighbour lists, so only their number is checked. */
#include "check.h"
#include "format/gap_xml.h"
#include "select/sparsify.h"
#include "sparse_pool.h"

static char path_text[4096];

static const char *path(const char *folder, const char *file)
{
    snprintf(path_text, sizeof path_text, "%s/data/gap_models/%s/%s",
             getenv("SOAPZ_SHARED"), folder, file);
    return path_text;
}

/* The seed of gap_fit's command line. */
static int seed_of(const char *folder)
{
    static char text[8192];
    FILE *f = fopen(path(folder, "cmd.txt"), "r");
    const char *at = NULL;
    size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;

    text[n] = '\0';
    if (f) fclose(f);
    at = strstr(text, "rnd_seed=");
    return at ? atoi(at + 9) : 0;
}

/* The different distances of a distance_2b or distance_Nb of order 2, as a pool. */
static sz_status load_distances(soap_pool *p, const sz_args *args, const char *file,
                                sz_error *err)
{
    sz_xyz_reader *reader;
    sz_xyz_frame *f;
    double cutoff = 0.0;
    int z[2] = {0, 0};
    size_t room = 0;
    sz_status status = sz_args_double(args, "cutoff", &cutoff, err);

    if (status == SZ_OK) status = sz_args_int(args, "Z1", &z[0], err);
    if (status == SZ_OK) status = sz_args_int(args, "Z2", &z[1], err);
    if (status == SZ_OK && sz_args_has(args, "order"))
        status = sz_args_ints(args, "Z", 2, z, err);
    if (status == SZ_OK) status = sz_xyz_open(&reader, file, err);
    p->d = 1;
    while (status == SZ_OK && (status = sz_xyz_read(&f, reader, err)) == SZ_OK && f) {
        sz_structure s = {
            .n_atoms = f->n_atoms, .species = f->z, .position = f->position};

        memcpy(s.cell, f->cell, sizeof s.cell);
        memcpy(s.pbc, f->pbc, sizeof s.pbc);
        status = sz_list_build(&p->list, &s, cutoff, err);
        room += (size_t)p->list.n_pairs;
        p->x = realloc(p->x, (room + 1) * sizeof *p->x);
        for (int i = 0; i < f->n_atoms && status == SZ_OK; i++)
            for (int j = p->list.first[i]; j < p->list.first[i + 1]; j++) {
                int a = f->z[i], b = p->list.neigh_species[j];
                const double *r = p->list.r + 3 * (size_t)j;

                if ((a == z[0] && b == z[1]) || (a == z[1] && b == z[0]))
                    p->x[p->n++] = sqrt(r[0] * r[0] + r[1] * r[1] + r[2] * r[2]);
            }
        p->n_frames++;
        sz_xyz_frame_free(f);
    }
    sz_xyz_close(reader);
    return status;
}

/* Number of sparse points of the model among the chosen ones. */
static int n_common(const sz_gap_term *c, const soap_pool *p,
                    const sz_sparse_choice *choice)
{
    int n = 0;

    for (int s = 0; s < c->n_sparse; s++)
        for (int k = 0; k < choice->n; k++) {
            double most = 0.0;

            for (int i = 0; i < p->d; i++)
                most = fmax(most, fabs(p->x[(size_t)choice->index[k] * p->d + i] -
                                       c->x_sparse[(size_t)s * p->d + i]));
            if (most < 1e-9) {
                n++;
                break;
            }
        }
    return n;
}

/* Chooses like gap_fit for this term; counts the points and those that agree. */
static sz_status choose(const char *folder, const sz_gap_term *c, sz_rng *rng,
                        int *n_points, int *n_same, sz_error *err)
{
    soap_pool p = {0};
    sz_sparse_choice choice = {0};
    sz_args *args;
    int is_soap;
    sz_sparsify_options o = {.method = SZ_SPARSE_CUR_POINTS, .rng = rng};
    sz_status status = sz_args_parse(&args, c->descriptor, folder, err);

    if (status != SZ_OK) return status;
    is_soap = sz_args_has(args, "soap");
    status = sz_args_int(args, "n_sparse", &o.n_sparse, err);
    if (status == SZ_OK && is_soap)
        status = soap_pool_load(&p, c->descriptor, path(folder, "train.xyz"), err);
    else if (status == SZ_OK)
        status = load_distances(&p, args, path(folder, "train.xyz"), err);
    if (status == SZ_OK) {
        sz_vectors pool = soap_pool_vectors(&p);

        status = sz_sparsify(&choice, &pool, &o, err);
    }
    if (status == SZ_OK) {
        CHECK(choice.n == c->n_sparse && p.d == c->n_dim);
        if (is_soap) {
            *n_points += c->n_sparse;
            *n_same += n_common(c, &p, &choice);
        }
    }
    sz_sparse_choice_free(&choice);
    soap_pool_free(&p);
    sz_args_free(args);
    return status;
}

static int n_frames(const char *folder)
{
    sz_xyz_reader *reader;
    sz_xyz_frame *f;
    int n = 0;

    if (sz_xyz_open(&reader, path(folder, "train.xyz"), NULL) != SZ_OK) return 0;
    while (sz_xyz_read(&f, reader, NULL) == SZ_OK && f) {
        n++;
        sz_xyz_frame_free(f);
    }
    sz_xyz_close(reader);
    return n;
}

/* exact: 1 if all points must be the same. */
static int check_folder(const char *name, int exact)
{
    char folder[256];
    sz_gap *gap;
    sz_rng rng;
    int n_points = 0, n_same = 0;
    sz_error err = {0};

    snprintf(folder, sizeof folder, "quip_made/%s", name);
    CHECK_OK(sz_gap_read(&gap, path(folder, "gp.xml"), &err), err);
    sz_rng_seed(&rng, seed_of(folder));
    for (int k = 0; k < gap->n_terms; k++)
        if (strstr(gap->term[k].descriptor, "_mix=T"))
            sz_sparsify_skip_mixing(&rng, n_frames(folder));
    for (int k = 0; k < gap->n_terms; k++)
        CHECK_OK(choose(folder, &gap->term[k], &rng, &n_points, &n_same, &err), err);
    printf("%-30s %3d points, %3d the same\n", name, n_points, n_same);
    CHECK(n_points >= 24 && (exact ? n_same == n_points : n_same * 6 >= n_points * 5));
    sz_gap_free(gap);
    return 0;
}

static int equal(const soap_pool *p, int a, int b)
{
    for (int i = 0; i < p->d && a >= 0 && a < p->n; i++)
        if (!(fabs(p->x[(size_t)a * p->d + i] - p->x[(size_t)b * p->d + i]) < 1e-12))
            return 0;
    return a >= 0 && a < p->n;
}

/* The test of cur_points in QUIP: the numbers of the points, or of points equal to them.
 */
static int check_silicon(void)
{
    static char text[2000000];
    soap_pool p = {0};
    FILE *f = fopen(path("quip_tests", "Si.soap.cur_points.json"), "r");
    char *at;
    sz_rng rng;
    sz_sparsify_options o = {
        .method = SZ_SPARSE_CUR_POINTS, .n_sparse = 100, .rng = &rng};
    sz_sparse_choice choice;
    sz_error err = {0};

    CHECK(f != NULL);
    if (!f) return 1;
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    at = strstr(text, "\"index\"");
    CHECK(at != NULL);
    if (!at) return 1;
    CHECK_OK(soap_pool_load(&p,
                            "soap n_max=8 l_max=8 atom_sigma=0.5 cutoff=4.0 "
                            "cutoff_transition_width=1.0 Z=14",
                            path("quip_tests", "Si.np1.xyz"), &err),
             err);
    sz_vectors pool = soap_pool_vectors(&p);

    sz_rng_seed(&rng, 1);
    CHECK_OK(sz_sparsify(&choice, &pool, &o, &err), err);
    CHECK(choice.n == 100);
    at = strpbrk(at, "0123456789");
    for (int k = 0; k < choice.n && at; k++) {
        int want = (int)strtol(at, &at, 10) - 1;

        CHECK(want == choice.index[k] || equal(&p, want, choice.index[k]));
        at = strpbrk(at, "0123456789");
    }
    printf("%-30s %3d points of %d\n", "Si.soap.cur_points", choice.n, p.n);
    sz_sparse_choice_free(&choice);
    soap_pool_free(&p);
    return 0;
}

int main(void)
{
    static const struct {
        const char *name;
        int exact;
    } folder[] = {{"hea4_diagonal_radial", 0},
                  {"hea4_mix_others", 0},
                  {"hea4_mix_tensor_decomposition", 0},
                  {"hea4_nuR0_all_zeta1", 0},
                  {"hea4_nuR1_nuS0", 0},
                  {"hea4_nuR1_nuS1", 0},
                  {"hea4_nuR1_nuS2", 0},
                  {"hea4_nuR2_nuS0", 0},
                  {"hea4_nuR2_nuS1", 0},
                  {"hea4_nuR2_nuS2", 1},
                  {"hea4_per_species_hypers", 0},
                  {"hea4_zmap", 0},
                  {"hea5_nu20_2b_novirial", 1},
                  {"li_nonorm_gto", 0},
                  {"mo_soap_nu22_zeta4_virial", 1},
                  {"mow_2b_soap_nonint_zeta", 0},
                  {"mow_glue_soap", 0},
                  {"mow_old_version_4b", 0},
                  {"mow_zbl_soap", 0},
                  {"nbta_soap_nu22_zeta2", 0}};
    const char *shared = getenv("SOAPZ_SHARED");

    if (!shared || !*shared) {
        printf("skipped: SOAPZ_SHARED, the folder of reference data, is not set\n");
        return 77;
    }
    for (size_t k = 0; k < sizeof folder / sizeof *folder; k++)
        if (check_folder(folder[k].name, folder[k].exact)) return 1;
    if (check_silicon()) return 1;
    return check_done();
}
