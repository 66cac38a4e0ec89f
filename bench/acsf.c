/* SPDX-License-Identifier: BSD-3-Clause
 *
 * acsf.c - microseconds an atom of symmetry functions, without and with gradient: bcc
 * tungsten and alloys of it within 6 Angstrom (58 neighbours), all by turns, medians of
 * 15 rounds of CPU time.
 *
 *   cmake --build build --target bench_acsf && build/bench_acsf ["acsf ..."] */
#define _POSIX_C_SOURCE 200809L
#include "descriptor/soap.h"
#include "descriptor/soap_spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CELLS = 3, N = 2 * CELLS * CELLS * CELLS, ROUNDS = 15 };

#define ALLOY "cutoff=6 n_species=4 species_Z={41 42 73 74} "

static const char *const texts[] = {"acsf cutoff=5.99 g1=F g4=traditional",
                                    "acsf cutoff=6",
                                    "acsf " ALLOY,
                                    "acsf " ALLOY "compression={nu,mu=1,1}",
                                    "acsf " ALLOY "compression={mu=2}",
                                    "acsf " ALLOY "compression={wACSF}"};
enum { N_TEXTS = sizeof texts / sizeof *texts };

typedef struct {
    sz_describer *of;
    sz_describer_work *work;
    sz_list list;
    int slot[4];
    double *p, *dedp, *dedr;
    double forward[ROUNDS], both[ROUNDS]; /* microseconds an atom */
} subject;

static const int z[4] = {41, 42, 73, 74};

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return 1e6 * (double)t.tv_sec + 1e-3 * (double)t.tv_nsec;
}

static sz_status list_atoms(sz_list *list, double cutoff, sz_error *err)
{
    double position[3 * N], a = 3.165;
    int species[N];
    sz_structure s = {.n_atoms = N, .species = species, .position = position};

    for (int x = 0; x < 3; x++) {
        s.cell[x][x] = CELLS * a;
        s.pbc[x] = 1;
    }
    srand(1);
    for (int k = 0; k < N; k++) {
        int at[3] = {k / 2 % CELLS, k / 2 / CELLS % CELLS, k / 2 / CELLS / CELLS};

        species[k] = rand() % 4;
        for (int x = 0; x < 3; x++)
            position[3 * k + x] =
                a * (at[x] + 0.5 * (k % 2)) + 0.05 * (rand() / (double)RAND_MAX - 0.5);
    }
    return sz_list_build(list, &s, cutoff, err);
}

static sz_status start(subject *s, const char *text, sz_error *err)
{
    sz_describer_spec spec = {0};
    sz_args *args;
    sz_status status = sz_args_parse(&args, text, "bench", err);
    size_t n;

    if (status == SZ_OK) status = sz_describer_parse(&spec, args, -1, 0, NULL, err);
    if (status == SZ_OK) status = sz_describer_create(&s->of, &spec, 0, err);
    if (status == SZ_OK) status = sz_describer_work_create(&s->work, s->of, N, err);
    if (status == SZ_OK) status = list_atoms(&s->list, s->of->cutoff, err);
    sz_args_free(args);
    sz_describer_spec_free(&spec);
    if (status != SZ_OK) return status;
    for (int k = 0; k < 4; k++) s->slot[k] = sz_describer_slot(s->of, z[k]);
    n = (size_t)N * (size_t)s->of->stride;
    s->p = calloc(n, sizeof *s->p);
    s->dedp = calloc(n, sizeof *s->dedp);
    s->dedr = calloc(3 * (size_t)s->list.n_pairs, sizeof *s->dedr);
    if (!s->p || !s->dedp || !s->dedr) return sz_fail_memory(err, n * 8, "the bench");
    return SZ_OK;
}

static void measure(subject *s, int round)
{
    const sz_describer_part part = {s->of, s->work, s->slot, s->p, s->dedp};
    size_t n = (size_t)N * (size_t)s->of->stride;
    int atom[N];
    double begin, middle, end;

    for (int i = 0; i < N; i++) atom[i] = i;
    begin = now();
    sz_describers_forward(1, &part, &s->list.nb, z, N, atom);
    middle = now();
    memcpy(s->dedp, s->p, n * sizeof *s->p);
    sz_describers_adjoint(1, &part, &s->list.nb, N, atom, s->dedr);
    end = now();
    s->forward[round] = (middle - begin) / N;
    s->both[round] = (end - begin) / N;
}

static int compare(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static double median(double *v)
{
    qsort(v, ROUNDS, sizeof *v, compare);
    return v[ROUNDS / 2];
}

int main(int argc, char **argv)
{
    static subject all[N_TEXTS];
    int n = argc > 1 ? 1 : N_TEXTS;
    sz_error err;

    for (int k = 0; k < n; k++)
        if (start(&all[k], argc > 1 ? argv[1] : texts[k], &err) != SZ_OK) {
            fprintf(stderr, "bench_acsf: %s\n", err.message);
            return 1;
        }
    for (int round = 0; round < ROUNDS; round++)
        for (int k = 0; k < n; k++) measure(&all[k], round);
    printf("neighbours  length  values  values and gradient, microseconds an atom\n");
    for (int k = 0; k < n; k++) {
        printf("%10d %7d %7.1f %7.1f   %s\n", all[k].list.n_pairs / N,
               all[k].of->n_published, median(all[k].forward), median(all[k].both),
               argc > 1 ? argv[1] : texts[k]);
        sz_describer_free(all[k].of);
        sz_describer_work_free(all[k].work);
        sz_list_free(&all[k].list);
        free(all[k].p);
        free(all[k].dedp);
        free(all[k].dedr);
    }
    return 0;
}
