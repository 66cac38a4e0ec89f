/* SPDX-License-Identifier: BSD-3-Clause
 *
 * describe.c - the SOAP vector of an atom, what its largest components are, and how it
 * changes when a neighbour moves.
 *
 *   cc -std=c11 describe.c -o describe $(pkg-config --cflags --libs soapz) -lm
 *   ./describe */
#include <soapz.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const char text[] = "soap n_max=6 l_max=4 cutoff=4 atom_sigma=0.5 n_species=2 "
                           "species_Z={42 74} compression={nu,mu=1,1}";

static void print_largest(const sz_descriptor *descriptor, const double *p)
{
    int n = sz_descriptor_length(descriptor), largest = 0;
    char label[80];

    for (int k = 1; k < n; k++)
        if (fabs(p[k]) > fabs(p[largest])) largest = k;
    sz_descriptor_label(descriptor, largest, label, sizeof label);
    printf("%d components, the largest is %s: %.6f\n", n, label, p[largest]);
}

static double norm(int n, const double *x)
{
    double sum = 0.0;

    for (int k = 0; k < n; k++) sum += x[k] * x[k];
    return sqrt(sum);
}

/* |dp/dr_ij| for the nearest neighbour j of atom 0 */
static void print_slope(const sz_descriptor *descriptor, const sz_list *list,
                        const double *dpdr)
{
    int n = 3 * sz_descriptor_length(descriptor), near = 0;

    for (int j = 1; j < list->first[1]; j++)
        if (norm(3, list->r + 3 * j) < norm(3, list->r + 3 * near)) near = j;
    printf("the nearest of %d neighbours is atom %d: |dp/dr| = %.6f / Angstrom\n",
           list->first[1], list->neigh[near], norm(n, dpdr + n * near));
}

int main(void)
{
    const int z[2] = {42, 74}, atom = 0; /* species in this list are atomic numbers */
    const double position[6] = {0.2, 0, 0, 1.6, 1.6, 1.6};
    const sz_structure b2 = {.n_atoms = 2,
                             .species = z,
                             .position = position,
                             .cell = {{3.2, 0, 0}, {0, 3.2, 0}, {0, 0, 3.2}},
                             .pbc = {1, 1, 1}};
    sz_descriptor *descriptor = NULL;
    sz_list list = {0};
    sz_error err = {0};
    double *p = NULL, *dpdr = NULL;
    sz_status status = sz_descriptor_create(&descriptor, text, &err);

    if (status == SZ_OK)
        status = sz_list_build(&list, &b2, sz_descriptor_cutoff(descriptor), &err);
    if (status == SZ_OK) {
        size_t n = (size_t)sz_descriptor_length(descriptor);

        p = malloc(n * sizeof *p);
        dpdr = malloc((size_t)list.first[1] * 3 * n * sizeof *dpdr);
        if (!p || !dpdr) return puts("describe: out of memory"), 1;
        status = sz_descriptor_vectors(descriptor, &list, 1, &atom, p, &err);
    }
    if (status == SZ_OK)
        status = sz_descriptor_derivatives(descriptor, &list, atom, dpdr, &err);
    if (status == SZ_OK) print_largest(descriptor, p);
    if (status == SZ_OK) print_slope(descriptor, &list, dpdr);
    if (status != SZ_OK) printf("describe: %s\n", err.message);
    free(p);
    free(dpdr);
    sz_list_free(&list);
    sz_descriptor_free(descriptor);
    return status != SZ_OK;
}
