/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_threads.c - threads that share a model, each with its own scratch, get what one
 * thread gets. */
#define _XOPEN_SOURCE 700 /* barriers */
#include "check.h"
#include "cluster.h"
#include "models.h"

#include <pthread.h>

enum { THREADS = 4, ROUNDS = 20, ATOMS = 40, PAIRS_MAX = 4000 };

typedef struct {
    const sz_model *model;
    const cluster *c;
    double energy[ATOMS], dedr[3 * PAIRS_MAX];
    int differ; /* rounds with another result than the first */
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

/* ---- first use, and an early end ------------------------------------------------- */

/* Threads create their works of a new model at the same time, and another one frees it.
 */
typedef struct {
    pthread_barrier_t *start, *made;
    const sz_model *model;
    const cluster *c;
    double energy[ATOMS];
    sz_status status;
} guest;

static void *visit(void *context)
{
    guest *g = context;
    sz_variance *variance = NULL;
    sz_descriptor *descriptor = NULL;
    sz_work *w = NULL;
    sz_error err;

    pthread_barrier_wait(g->start);
    g->status = sz_work_create(&w, g->model, 0, &err);
    if (g->status == SZ_OK) g->status = sz_variance_create(&variance, g->model, 0, &err);
    if (g->status == SZ_OK)
        g->status = sz_descriptor_of_model(&descriptor, g->model, 0, &err);
    pthread_barrier_wait(g->made);
    for (int k = 0; k < 2 && g->status == SZ_OK; k++)
        g->status = sz_compute(NULL, w, &g->c->list.nb, g->energy, NULL, &err);
    sz_variance_free(variance);
    if (g->status == SZ_OK)
        g->status = sz_compute(NULL, w, &g->c->list.nb, g->energy, NULL, &err);
    sz_work_free(w);
    sz_descriptor_free(descriptor);
    return NULL;
}

static int test_first_use(const cluster *c, const double *energy)
{
    static guest guests[THREADS];
    pthread_t thread[THREADS];
    pthread_barrier_t start, made;

    for (int round = 0; round < ROUNDS; round++) {
        sz_model *model;
        sz_error err;

        CHECK_OK(sz_model_load(&model, model_path("hea4_nuR2_nuS1"), &err), err);
        if (pthread_barrier_init(&start, NULL, THREADS) != 0) return 1;
        if (pthread_barrier_init(&made, NULL, THREADS + 1) != 0) return 1;
        for (int k = 0; k < THREADS; k++) {
            guests[k] = (guest){.start = &start, .made = &made, .model = model, .c = c};
            if (pthread_create(&thread[k], NULL, visit, &guests[k]) != 0) return 1;
        }
        pthread_barrier_wait(&made);
        sz_model_free(model); /* while they compute */
        for (int k = 0; k < THREADS; k++) CHECK(pthread_join(thread[k], NULL) == 0);
        for (int k = 0; k < THREADS; k++) {
            CHECK(guests[k].status == SZ_OK);
            CHECK(memcmp(guests[k].energy, energy, sizeof guests[k].energy) == 0);
        }
        pthread_barrier_destroy(&start);
        pthread_barrier_destroy(&made);
    }
    return 0;
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
    work(&jobs[0]); /* one thread */
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
    if (test_first_use(&c, jobs[0].energy)) return 1;
    sz_list_free(&c.list);
    sz_model_free(model);
    return check_done();
}
