/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fit.c - soapz fit: gap_fit's command line, without the memory. */
#include "fit_core.h"
#include "fit_sparse.h"
#include "fit_system.h"
#include "gap_write.h"
#include "model.h"
#include "model_file.h"
#include "tool.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: soapz fit KEY=VALUE ...        gap_fit's command line as it is\n"
    "       soapz fit FIT.conf             a configuration file (docs/fit.md)\n"
    "\n"
    "Fits a sparse Gaussian process to energies, forces and virials, and writes it to\n"
    "gp_file: as GAP XML, or as .soapz where the name ends so. Frames are taken one by\n"
    "one; memory grows with the number of sparse points, not with the data.\n"
    "\n"
    "  dryrun=T      says what would be fitted and how much memory it takes\n"
    "  --help        this text\n"
    "\n"
    "example:\n"
    "  soapz fit at_file=train.xyz gp_file=gp.xml default_sigma={0.002 0.1 0.1 0} \\\n"
    "    e0_method=average gap={soap n_max=8 l_max=6 atom_sigma=0.5 cutoff=5 zeta=4 \\\n"
    "    delta=1 covariance_type=dot_product sparse_method=cur_points n_sparse=500 \\\n"
    "    nu_R=2 nu_S=1}\n";

typedef struct {
    double e2, e1, f2, f1; /* squares and sizes of the errors */
    long n_e, n_f;
} errors;

static void print_warnings(int n, char *const *warning)
{
    for (int k = 0; k < n; k++) fprintf(stderr, "soapz fit: warning: %s\n", warning[k]);
}

static void print_plan(const sz_train *train, const sz_gap *gap, const sz_e0 *e0,
                       int n_unknowns, int n_threads)
{
    printf("%s: %d frames, %zu atoms; %d energies, %zu force components, %d virials\n",
           train->path, train->n_frames, train->n_atoms, train->n_energies,
           train->n_force_rows, train->n_virials);
    for (int k = 0; k < train->n_species; k++)
        printf("  e0 %-2s %.8f eV\n", sz_element_symbol(train->z[k]),
               e0->value[train->z[k]]);
    for (int k = 0; k < gap->n_coordinates; k++)
        printf("  %4d sparse points of %d components: %.90s\n",
               gap->coordinate[k].n_sparse, gap->coordinate[k].n_dim,
               gap->coordinate[k].descriptor);
    printf("%d unknowns, %d threads; the linear system takes %.0f MB\n", n_unknowns,
           n_threads, (double)sz_fit_memory(n_unknowns, n_threads) / 1e6);
}

/* errors of the fitted model on its own data, which had e0 taken off */
static sz_status measure(const sz_gap *gap, const sz_train *train, errors *sum,
                         sz_error *err)
{
    sz_gap plain = *gap; /* without the core, which the data do not have */
    sz_model *model = NULL;
    sz_work *work = NULL;
    sz_list list = {0};
    sz_status status;

    plain.glue = NULL;
    plain.zbl = NULL;
    memset(plain.e0, 0, sizeof plain.e0);
    status = sz_model_build(&model, &plain, err);
    if (status == SZ_OK) status = sz_work_create(&work, model, 0, err);
    for (int f = 0; f < train->n_frames && status == SZ_OK; f++) {
        const sz_train_frame *frame = &train->frame[f];
        sz_structure s = sz_train_structure(train, f);
        int n = frame->n_atoms, *species = malloc((size_t)n * sizeof *species + 1);
        double *local = malloc((size_t)n * sizeof *local + 1), *dedr = NULL;
        double *force = calloc(3 * (size_t)n + 1, sizeof *force), energy = 0.0;

        for (int i = 0; i < n && species; i++)
            species[i] =
                sz_model_species(model, sz_element_symbol(train->z[s.species[i]]));
        s.species = species;
        status = sz_list_build(&list, &s, sz_model_cutoff(model), err);
        if (status == SZ_OK) dedr = malloc(3 * (size_t)list.n_pairs * sizeof *dedr + 1);
        if (status == SZ_OK && (!species || !local || !force || !dedr))
            status = sz_fail_memory(err, 24 * (size_t)list.n_pairs, "the errors");
        if (status == SZ_OK) status = sz_compute(model, work, &list.nb, local, dedr, err);
        for (int i = 0; i < n && status == SZ_OK; i++) {
            energy += local[i];
            for (int p = list.first[i]; p < list.first[i + 1]; p++)
                for (int x = 0; x < 3; x++) {
                    force[3 * i + x] += dedr[3 * (size_t)p + x];
                    force[3 * list.neigh[p] + x] -= dedr[3 * (size_t)p + x];
                }
        }
        if (status == SZ_OK && frame->target.has_energy) {
            double d = (energy - frame->target.energy) / n;

            sum->e2 += d * d;
            sum->e1 += fabs(d);
            sum->n_e++;
        }
        for (int k = 0; k < 3 * n && status == SZ_OK && frame->target.force; k++) {
            double d = force[k] - frame->target.force[k];

            if (!(frame->target.force_sigma[k] > 0.0)) continue;
            sum->f2 += d * d;
            sum->f1 += fabs(d);
            sum->n_f++;
        }
        free(species);
        free(local);
        free(dedr);
        free(force);
    }
    sz_list_free(&list);
    sz_work_free(work);
    sz_model_free(model);
    return status;
}

static sz_status note_errors(sz_gap *gap, const errors *e, sz_error *err)
{
    char text[200];
    int n = 0;

    if (e->n_e)
        n = snprintf(text, sizeof text, "energies MAE %.4g meV/atom",
                     1e3 * e->e1 / e->n_e);
    if (e->n_f)
        n += snprintf(text + n, sizeof text - (size_t)n, "%sforces MAE %.4g eV/Angstrom",
                      n ? ", " : "", e->f1 / e->n_f);
    return n ? sz_gap_set_note(gap, "training_errors", text, err) : SZ_OK;
}

static sz_status report(sz_gap *gap, const sz_train *train, const sz_fit_result *r,
                        sz_error *err)
{
    errors e = {0};
    sz_status status = measure(gap, train, &e, err);

    if (status != SZ_OK) return status;
    printf("%lld rows in %.1f s, solved in %.1f s; |alpha| %.3g, condition %.1e\n",
           r->n_rows, r->seconds_rows, r->seconds_solve, r->solution.norm,
           r->solution.condition);
    if (*r->solution.warning)
        fprintf(stderr, "soapz fit: warning: %s\n", r->solution.warning);
    if (e.n_e)
        printf("training energies  MAE %.4g RMSE %.4g meV/atom\n", 1e3 * e.e1 / e.n_e,
               1e3 * sqrt(e.e2 / e.n_e));
    if (e.n_f)
        printf("training forces    MAE %.4g RMSE %.4g eV/Angstrom\n", e.f1 / e.n_f,
               sqrt(e.f2 / e.n_f));
    return note_errors(gap, &e, err);
}

static int ends_in(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);

    return n >= m && strcmp(text + n - m, end) == 0;
}

static sz_status set_notes(sz_gap *gap, const sz_fit_spec *spec, sz_error *err)
{
    const char *const note[][2] = {{"command_line", spec->command_line},
                                   {"training_data", spec->data},
                                   {"licence", spec->licence},
                                   {"citation", spec->citation},
                                   {"note", spec->note}};
    sz_status status = SZ_OK;

    for (size_t k = 0; k < sizeof note / sizeof *note && status == SZ_OK; k++)
        if (*note[k][1]) status = sz_gap_set_note(gap, note[k][0], note[k][1], err);
    return status;
}

static sz_status save(sz_gap *gap, const sz_fit_spec *spec, sz_error *err)
{
    char text[400];
    sz_status status = set_notes(gap, spec, err);

    if (status != SZ_OK) return status;
    if (ends_in(spec->gp_file, ".soapz")) return sz_gap_save(gap, spec->gp_file, err);
    if (sz_gap_is_foreign(gap, text)) fprintf(stderr, "soapz fit: warning: %s\n", text);
    return sz_gap_write(gap, spec->gp_file, err);
}

static sz_status fit(sz_fit_spec *spec, sz_error *err)
{
    sz_train *train = NULL;
    sz_gap *gap = NULL, *core = NULL;
    sz_e0 e0;
    sz_fit_result result;
    int n_unknowns = 0, n_threads = (int)sysconf(_SC_NPROCESSORS_ONLN);
    sz_status status;

    status = sz_train_read(&train, spec->at_file, spec, err);
    if (status == SZ_OK) status = sz_fit_core_take(&core, train, spec, err);
    if (status == SZ_OK) status = sz_train_find_e0(&e0, train, spec, err);
    if (status == SZ_OK) status = sz_train_take_e0(train, &e0, err);
    if (status == SZ_OK) status = sz_fit_expand(spec, train->n_species, train->z, err);
    if (status == SZ_OK) {
        print_warnings(spec->n_warnings, spec->warning);
        print_warnings(train->n_warnings, train->warning);
        status = sz_fit_make_gap(&gap, spec, train, &e0, err);
    }
    if (status == SZ_OK) {
        for (int k = 0; k < gap->n_coordinates; k++)
            n_unknowns += gap->coordinate[k].n_sparse;
        print_plan(train, gap, &e0, n_unknowns, n_threads);
        fflush(stdout);
    }
    if (status == SZ_OK && spec->sparsify_only)
        printf("sparsify_only_no_fit=T: no model is written\n");
    if (status == SZ_OK && !spec->dryrun && !spec->sparsify_only) {
        status = sz_fit_solve(gap, spec, train, n_threads, &result, err);
        if (status == SZ_OK) status = report(gap, train, &result, err);
        if (status == SZ_OK && core) status = sz_gap_add(gap, core, err);
        if (status == SZ_OK) status = save(gap, spec, err);
        if (status == SZ_OK) printf("%s\n", spec->gp_file);
    }
    sz_gap_free(core);
    sz_gap_free(gap);
    sz_train_free(train);
    return status;
}

int sz_verb_fit(int argc, char **argv)
{
    sz_fit_spec *spec;
    sz_error err;
    sz_status status;

    for (int k = 1; k < argc; k++)
        if (!strcmp(argv[k], "--help") || !strcmp(argv[k], "-h"))
            return sz_print_text(help);
    if (argc < 2)
        return sz_usage_error("fit", "give gap_fit's keys, or a configuration file");
    sz_blas_tune();
    sz_blas_set_threads(1);
    status = sz_fit_spec_arguments(&spec, argc - 1, argv + 1, &err);
    if (status == SZ_OK) status = fit(spec, &err);
    sz_fit_spec_free(spec);
    if (status != SZ_OK) return sz_report(&err);
    return sz_finish_stdout();
}
