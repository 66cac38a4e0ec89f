/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_threads.c - threads that share a model, each with its own scratch, get what one
 * thread gets. */
#include "check.h"
#include "cluster.h"
#include "models.h"

#include <pthread.h>

enum { THREADS = 4, ROUNDS = 20, ATOMS = 40, PAIRS_MAX = 4000 };

typedef struct {
    const sz_model *model;
    const cluster *c;
    double energy[ATOMS], dedr[3 * PAIRS_MAX];
    int differ; /* rounds that gave another result than the first */
    sz_status status;
    sz_error err;
} job;

static void *work(void *context)
{
    job *j = context;
    size_t n_bytes = 3 * (size_t)j->c->list.n_pairs * sizeof(double);
    double energy[ATOMS], *dedr = malloc(n_bytes);
    sz_work *w = NULL;
    sz_status status = sz_work_create(&w, j->model, 0, &j->err);

    if (status == SZ_OK)
        status = sz_compute(j->model, w, &j->c->list.nb, j->energy, j->dedr, &j->err);
    for (int k = 0; k < ROUNDS && dedr && status == SZ_OK; k++) {
        status = sz_compute(j->model, w, &j->c->list.nb, energy, dedr, &j->err);
        j->differ += memcmp(energy, j->energy, sizeof energy) != 0 ||
                     memcmp(dedr, j->dedr, n_bytes) != 0;
    }
    sz_work_free(w);
    free(dedr);
    j->status = status;
    return NULL;
}

int main(void)
{
    static job jobs[THREADS];
    cluster c = {0};
    sz_model *model;
    pthread_t thread[THREADS];
    sz_error err;

    CHECK_OK(sz_model_load(&model, model_path("hea4_nuR2_nuS1"), &err), err);
    random_cluster(&c, ATOMS, sz_model_n_species(model), 9.5, 1.9);
    CHECK_OK(find_neighbours(&c, sz_model_cutoff(model), &err), err);
    CHECK(c.list.n_pairs > ATOMS && c.list.n_pairs < PAIRS_MAX);
    for (int k = 0; k < THREADS; k++) {
        jobs[k].model = model;
        jobs[k].c = &c;
    }
    work(&jobs[0]); /* alone */
    for (int k = 1; k < THREADS; k++)
        if (pthread_create(&thread[k], NULL, work, &jobs[k]) != 0) return 1;
    for (int k = 1; k < THREADS; k++) CHECK(pthread_join(thread[k], NULL) == 0);
    for (int k = 0; k < THREADS; k++) {
        CHECK_OK(jobs[k].status, jobs[k].err);
        CHECK(jobs[k].differ == 0);
        CHECK(memcmp(jobs[k].energy, jobs[0].energy, sizeof jobs[0].energy) == 0);
        CHECK(memcmp(jobs[k].dedr, jobs[0].dedr, sizeof jobs[0].dedr) == 0);
    }
    CHECK(fabs(jobs[0].energy[0]) > 0.0);
    sz_list_free(&c.list);
    sz_model_free(model);
    return check_done();
}
