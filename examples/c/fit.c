/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fit.c - fits a model to energies and forces of an extended XYZ file, says how good it
 * is on another one, and saves it.
 *
 *   cc -std=c11 fit.c -o fit $(pkg-config --cflags --libs soapz)
 *   ./fit train.xyz test.xyz Mo.soapz */
#include <soapz_fit.h>

#include <stdio.h>

static const char settings[] =
    "default_sigma={0.001 0.05 0.1 0} e0_method=average rnd_seed=1 "
    "gap={distance_2b cutoff=5 covariance_type=ard_se delta=1 theta_uniform=1 "
    "sparse_method=uniform n_sparse=15 : "
    "soap n_max=6 l_max=4 cutoff=4.5 atom_sigma=0.5 zeta=2 delta=0.5 "
    "covariance_type=dot_product sparse_method=cur_points n_sparse=150}";

/* Called regularly by the fit; a graphical program could return 1 to stop it. */
static int stop(void *context)
{
    (void)context;
    return 0;
}

static void warn(void *context, const char *sentence)
{
    (void)context;
    printf("warning: %s\n", sentence);
}

static void print_errors(const sz_errors *errors)
{
    const sz_error_summary energy = sz_errors_all(errors, SZ_ENERGY);
    const sz_error_summary force = sz_errors_all(errors, SZ_FORCE);

    printf("%ld energies, mean error %.2f meV/atom\n", energy.n, 1000 * energy.mae);
    printf("%ld force components, mean error %.4f eV/Angstrom\n", force.n, force.mae);
}

int main(int argc, char **argv)
{
    const sz_watch watch = {.stop = stop, .warn = warn};
    const sz_fit_options options = {.n_threads = 0, .watch = &watch};
    sz_fit_spec *spec = NULL;
    sz_dataset *train = NULL, *test = NULL;
    sz_model *model = NULL;
    sz_errors *errors = NULL;
    sz_error err = {0};
    sz_status status;

    if (argc != 4) return puts("usage: fit TRAIN.xyz TEST.xyz MODEL"), 2;
    status = sz_fit_spec_parse(&spec, settings, "fit.c", &err);
    if (status == SZ_OK) status = sz_dataset_read(&train, argv[1], NULL, &err);
    if (status == SZ_OK) status = sz_dataset_read(&test, argv[2], NULL, &err);
    if (status == SZ_OK) status = sz_fit(&model, spec, train, &options, &err);
    if (status == SZ_OK) status = sz_errors_create(&errors, model, test, &options, &err);
    if (status == SZ_OK) print_errors(errors);
    if (status == SZ_OK) status = sz_model_save(model, argv[3], &err);
    if (status != SZ_OK) printf("fit: %s\n", err.message);
    sz_errors_free(errors);
    sz_model_free(model);
    sz_dataset_free(test);
    sz_dataset_free(train);
    sz_fit_spec_free(spec);
    return status != SZ_OK;
}
