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
    sz_soap *soap;
    sz_soap_work *work;
    int z[3], slot[3];
    sz_soap_species species;
    int n_desc, stride;
} machine;

static inline sz_status start(machine *m, const sz_soap_spec *spec, int reduce,
                              const int *z, sz_error *err)
{
    sz_status status = sz_soap_create(&m->soap, spec, reduce, err);

    if (status != SZ_OK) return status;
    for (int s = 0; s < 3; s++) {
        m->z[s] = z[s];
        m->slot[s] = sz_soap_slot(m->soap, z[s]);
    }
    m->species = (sz_soap_species){m->z, m->slot};
    m->n_desc = sz_soap_n_desc(m->soap);
    m->stride = sz_soap_stride(m->soap);
    return sz_soap_work_create(&m->work, m->soap, ATOMS_MAX, err);
}

/* spec of an argument string; matrix [n_matrix] or NULL */
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
    sz_soap_spec spec;
    sz_status status = parse_text(&spec, text, n_matrix, matrix, err);

    if (status != SZ_OK) return status;
    status = start(m, &spec, reduce, z, err);
    sz_soap_spec_free(&spec);
    return status;
}

static inline void stop(machine *m)
{
    sz_soap_work_free(m->work);
    sz_soap_free(m->soap);
}

static inline void vectors(const machine *m, const cluster *c, double *p)
{
    int atom[ATOMS_MAX];

    for (int i = 0; i < c->n_atoms; i++) atom[i] = i;
    sz_soap_forward(m->soap, m->work, &c->list.nb, &m->species, c->n_atoms, atom, p);
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

/* 1 where r is near a place where the functions of soap_turbo have a step */
static inline int near_step(const sz_radial *radial, double r)
{
    for (int s = 0; radial && s < radial->n_tables; s++)
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
    for (int k = 0; k < 3 * c->list.n_pairs; k++) dedr[k] = 1.0; /* it is added to */
    for (int i = 0; i < c->n_atoms; i++) atom[i] = i;
    vectors(m, c, p);
    memcpy(dedp, g, n * sizeof *dedp);
    sz_soap_adjoint(m->soap, m->work, &c->list.nb, &m->species, c->n_atoms, atom, p, dedp,
                    dedr);
    most = largest(dedr, 3 * (size_t)c->list.n_pairs);
    for (int k = 0; k < 3 * c->list.n_pairs; k++) {
        double r = sqrt(dot(c->list.r + k / 3 * 3, c->list.r + k / 3 * 3, 3));
        double edge = m->soap->spec.radial.cutoff;

        if (fabs(r - edge) < 0.01 || near_step(m->soap->radial, r)) continue;
        if (fabs(r - edge + m->soap->spec.radial.cutoff_width) < 0.01) continue;
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
        sz_soap_forward(m->soap, m->work, &list->nb, &m->species, 1, &i,
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
        if (m->soap->spec.normalise)
            CHECK_CLOSE(dot(p + i * m->stride, p + i * m->stride, m->n_desc), 1.0, 1e-14);
    free(p);
    free(turned);
}

/* An atom that comes in through the cutoff: p changes as its F, by (pi e / 2 w)^2 of the
 * distance e inside, and not at all outside. */
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
            moved[x] = unit[x] * (m->soap->spec.radial.cutoff + out[step + 2]) *
                       (step < 2 ? 1.0 + 1e-15 : 1.0);
        sz_soap_forward(m->soap, m->work, &c->list.nb, &m->species, 1, &atom, p);
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
