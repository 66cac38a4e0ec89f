/* SPDX-License-Identifier: BSD-3-Clause
 *
 * machine.h - a descriptor ready to run, and what every descriptor must satisfy:
 * symmetries, slopes, smoothness at the cutoff. */
#ifndef SZ_TEST_MACHINE_H
#define SZ_TEST_MACHINE_H

#include "check.h"
#include "cluster.h"
#include "descriptor/soap.h"
#include "descriptor/soap_spec.h"

#include <stdlib.h>

/* a descriptor and its scratch, for species with the atomic numbers z */
typedef struct {
    sz_describer *d;
    const sz_soap *soap; /* the same as a SOAP, or NULL */
    sz_describer_work *work;
    int z[3], slot[3];
    sz_slots slots;
    int n_desc, stride, normalise;
} machine;

/* m owns d. */
static inline sz_status start_with(machine *m, sz_describer *d, const int *z,
                                   sz_error *err)
{
    m->d = d;
    m->soap = sz_soap_of(d);
    for (int s = 0; s < 3; s++) {
        m->z[s] = z[s];
        m->slot[s] = sz_describer_slot(d, z[s]);
    }
    m->slots = (sz_slots){m->z, m->slot};
    m->n_desc = d->n_desc;
    m->stride = d->stride;
    m->normalise = m->soap && m->soap->spec.normalise;
    return sz_describer_work_create(&m->work, d, ATOMS_MAX, err);
}

static inline sz_status start(machine *m, const sz_soap_spec *spec, int reduce,
                              const int *z, sz_error *err)
{
    sz_soap *soap;
    sz_status status = sz_soap_create(&soap, spec, reduce, err);

    return status == SZ_OK ? start_with(m, &soap->base, z, err) : status;
}

/* spec of the argument string of a SOAP; matrix [n_matrix] or NULL */
static inline sz_status parse_text(sz_soap_spec *spec, const char *text, int n_matrix,
                                   const double *matrix, sz_error *err)
{
    int n_centres, centre_z[SZ_Z_MAX];
    sz_args *args;
    sz_status status;

    err->message[0] = 0;
    status = sz_args_parse(&args, text, "there", err);
    if (status != SZ_OK) return status;
    status =
        sz_soap_spec_parse(spec, &n_centres, centre_z, args, -1, n_matrix, matrix, err);
    sz_args_free(args);
    return status;
}

/* start from an argument string */
static inline sz_status start_text(machine *m, const char *text, int n_matrix,
                                   const double *matrix, int reduce, const int *z,
                                   sz_error *err)
{
    sz_describer_spec spec = {0};
    sz_describer *d = NULL;
    sz_args *args;
    sz_status status = sz_args_parse(&args, text, "there", err);

    if (status == SZ_OK)
        status = sz_describer_parse(&spec, args, -1, n_matrix, matrix, err);
    if (status == SZ_OK) status = sz_describer_create(&d, &spec, reduce, err);
    sz_describer_spec_free(&spec);
    sz_args_free(args);
    return status == SZ_OK ? start_with(m, d, z, err) : status;
}

static inline void stop(machine *m)
{
    sz_describer_work_free(m->work);
    sz_describer_free(m->d);
}

static inline void vectors(const machine *m, const cluster *c, double *p)
{
    int atom[ATOMS_MAX];

    for (int i = 0; i < c->n_atoms; i++) atom[i] = i;
    sz_describer_forward(m->d, m->work, &c->list.nb, &m->slots, c->n_atoms, atom, p);
}

static inline void vectors_adjoint(const machine *m, const sz_neigh *nb, int n,
                                   const int *atom, const double *p, double *dedp,
                                   double *dedr)
{
    const sz_describer_part part = {m->d, m->work, m->slot, (double *)p, dedp};

    sz_describers_adjoint(1, &part, nb, n, atom, dedr);
}

/* ---- symmetries and slopes -------------------------------------------------------- */

typedef struct {
    machine *m;
    cluster *c;
    double *g, *p; /* E = sum g . p over all atoms */
} functional;

static inline double functional_value(void *context)
{
    const functional *f = context;

    vectors(f->m, f->c, f->p);
    return dot(f->g, f->p, (size_t)f->c->n_atoms * f->m->stride);
}

/* 1 if r is near a step of the functions of soap_turbo */
static inline int near_step(const sz_radial *radial, double r)
{
    for (int s = 0; s < radial->n_tables; s++)
        for (int k = 1; k < radial->table[s].n_pieces; k++)
            if (fabs(r - radial->table[s].from[k]) < 0.01) return 1;
    return 0;
}

static inline void check_slopes(machine *m, cluster *c)
{
    size_t n = (size_t)c->n_atoms * m->stride;
    double *p = malloc(n * sizeof *p), *g = malloc(n * sizeof *g);
    double *dedp = malloc(n * sizeof *dedp), *dedr, most;
    functional f = {m, c, g, p};
    int atom[ATOMS_MAX];

    dedr = malloc(3 * (size_t)c->list.n_pairs * sizeof *dedr);
    fill_random(g, n);
    for (int k = 0; k < 3 * c->list.n_pairs; k++) dedr[k] = 1.0; /* added to */
    for (int i = 0; i < c->n_atoms; i++) atom[i] = i;
    vectors(m, c, p);
    memcpy(dedp, g, n * sizeof *dedp);
    vectors_adjoint(m, &c->list.nb, c->n_atoms, atom, p, dedp, dedr);
    most = largest(dedr, 3 * (size_t)c->list.n_pairs);
    for (int k = 0; k < 3 * c->list.n_pairs; k += CHECK_EVERY(7)) {
        double r = sqrt(dot(c->list.r + k / 3 * 3, c->list.r + k / 3 * 3, 3));
        double edge = m->d->cutoff;

        if (fabs(r - edge) < 0.01) continue;
        if (m->soap && near_step(m->soap->radial, r)) continue;
        if (m->soap && fabs(r - edge + m->soap->spec.radial.cutoff_width) < 0.01)
            continue;
        CHECK_CLOSE(dedr[k] - 1.0, slope_at(&c->list.r[k], 1e-3, functional_value, &f),
                    1e-9 * most);
    }
    free(p);
    free(g);
    free(dedp);
    free(dedr);
}

/* rotation, reflection, order of the neighbours, block of all atoms or one by one */
static inline void check_symmetries(machine *m, cluster *c)
{
    size_t n = (size_t)c->n_atoms * m->stride;
    double *p = malloc(n * sizeof *p), *turned = malloc(n * sizeof *turned), q[9];
    sz_list *list = &c->list;

    vectors(m, c, p);
    for (int i = 0; i < c->n_atoms; i++)
        sz_describer_forward(m->d, m->work, &list->nb, &m->slots, 1, &i,
                             turned + (size_t)i * m->stride);
    CHECK(memcmp(p, turned, n * sizeof *p) == 0);
    random_rotation(q);
    for (int k = 0; k < 9; k++) q[k] = -q[k];
    for (int k = 0; k < list->n_pairs; k++) {
        double v[3];

        rotate_vector(q, list->r + 3 * k, v);
        memcpy(list->r + 3 * k, v, sizeof v);
    }
    for (int i = 0; i < c->n_atoms; i++)
        for (int a = list->first[i], b = list->first[i + 1] - 1; a < b; a++, b--) {
            int species = list->neigh_species[a];

            list->neigh_species[a] = list->neigh_species[b];
            list->neigh_species[b] = species;
            for (int x = 0; x < 3; x++) {
                double keep = list->r[3 * a + x];

                list->r[3 * a + x] = list->r[3 * b + x];
                list->r[3 * b + x] = keep;
            }
        }
    vectors(m, c, turned);
    CHECK_CLOSE(distance(p, turned, n), 0.0, 1e-13 * fmax(1.0, largest(p, n)));
    for (int i = 0; i < c->n_atoms; i++)
        if (m->normalise)
            CHECK_CLOSE(dot(p + i * m->stride, p + i * m->stride, m->n_desc), 1.0, 1e-14);
    free(p);
    free(turned);
}

/* An atom that crosses the cutoff: p changes like its F, by (pi e / 2 w)^2 at the
 * distance e inside the cutoff, and not at all outside. */
static inline void check_entering(machine *m, cluster *c)
{
    const double *last = c->list.r + 3 * (c->list.first[1] - 1);
    double unit[3], r = sqrt(dot(last, last, 3)), change[2];
    double *before = malloc(m->stride * sizeof *before);
    double *p = malloc(m->stride * sizeof *p);
    double *moved = c->list.r + 3 * (c->list.first[1] - 1);
    int atom = 0;

    c->list.neigh_species[c->list.first[1] - 1] = 1;
    for (int x = 0; x < 3; x++) unit[x] = last[x] / r;
    for (int step = -2; step < 4; step++) {
        static const double out[] = {3.0, 0.0, 0.0, 0.0, -1e-3, -1e-4};

        for (int x = 0; x < 3; x++)
            moved[x] =
                unit[x] * (m->d->cutoff + out[step + 2]) * (step < 2 ? 1.0 + 1e-15 : 1.0);
        sz_describer_forward(m->d, m->work, &c->list.nb, &m->slots, 1, &atom, p);
        if (step == -2) memcpy(before, p, m->stride * sizeof *p);
        if (step < 2) CHECK(memcmp(before, p, m->stride * sizeof *p) == 0);
        if (step >= 2) change[step - 2] = distance(before, p, m->n_desc);
    }
    CHECK(change[0] > 0.0 && change[0] < 1e-5 * fmax(1.0, largest(before, m->n_desc)));
    CHECK_CLOSE(change[0] / change[1], 100.0, 1.0);
    free(before);
    free(p);
}

#endif
