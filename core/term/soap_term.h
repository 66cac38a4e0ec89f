/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soap_term.h - SOAP terms: E_i += delta^2 sum_s weight_s (p_s . p_i + sigma0^2)^zeta for
 * the centres i, p of any kind of descriptor (describer.h). soap_term.c builds them,
 * soap_plan.c prepares them, soap_run.c evaluates them, soap_fit.c fits them. */
#ifndef SZ_SOAP_TERM_H
#define SZ_SOAP_TERM_H

#include "descriptor/describer.h"
#include "term/collapse.h"
#include "term/term.h"

typedef struct {
    int describer;         /* index into sz_soap_group.describer */
    int gap_term;          /* index in the potential it came from */
    unsigned char *centre; /* [n_species] 1 if the species is a centre */
    double delta;          /* eV */
    double zeta;
    int n_sparse;
    /* both NULL once released */
    double *p_sparse; /* [n_sparse][stride], internal order */
    double *weight;   /* [n_sparse] alpha fc_s */
} sz_soap_term;

typedef struct {
    int n_species;    /* of the model */
    int n_describers; /* distinct ones, shared by the terms */
    sz_describer **describer;
    int **slot; /* [n_describers][n_species] sz_describer_slot of each species */
    int n_terms;
    sz_soap_term *term;
} sz_soap_group;

/* How a term is evaluated: collapsed, by sz_product, or with its plain points. */
typedef struct {
    sz_collapse *collapse;       /* or NULL */
    int joined;                  /* 1: its energy is included in the collapse of an
                                    earlier term */
    sz_product *values, *slopes; /* see sz_kernel, or NULL; with a copy of the weights */
    double *weight;
    sz_rank rank;  /* result of rank_tolerance for the collapse; n_desc 0: not tried */
    int wide;      /* 1: its kernel is double in a plan of single precision */
    int on_device; /* 1: the stages of the device compute it */
    int leader;    /* the first of the terms computed together with this one */
} sz_soap_run;

typedef struct sz_soap_stages sz_soap_stages;

typedef struct {
    const sz_soap_group *group;
    sz_soap_run *run;             /* [n_terms] */
    const sz_soap_stages *stages; /* in the precision of the plan, or of a device */
    void *prepared;               /* what these stages have made of it, or NULL */
    size_t prepared_bytes;        /* its memory on the device */
} sz_soap_plan;

extern const sz_term_kind sz_kind_soap;

/* The kernel of term number t; run NULL: with its plain points. With products, neither
 * the points nor the term's weights are read, since another thread may release them. */
sz_kernel sz_soap_kernel(const sz_soap_group *group, int t, const sz_soap_run *run);

/* Text for soapz info; soap_print.c. */
void sz_soap_print(const void *group, const void *plan, const sz_species *species,
                   sz_text *text);

/* ---- soap_plan.c ----------------------------------------------------------------- */

sz_status sz_soap_plan_create(void **plan, const void *group, sz_plan_layout *layout,
                              sz_error *err);
void sz_soap_plan_free(void *plan);
const sz_rank *sz_soap_plan_rank(const void *plan, int k, int *n);
int sz_soap_plan_n_wide(const void *plan);
/* The terms led by term t, itself first; returns how many, 0 if another term leads it.
 * They have the same centres and different descriptors. term [SZ_PARTS] */
int sz_soap_band(const sz_soap_plan *plan, int t, int *term);
/* Number of atoms in a block of a band, if n_block are allowed. Collapsed kernels are
 * small matrices that can be read more often: fewer atoms are then taken, so that their
 * vectors stay in the second-level cache until the forces. */
int sz_soap_block(const sz_soap_plan *plan, int n_terms, const int *term, int n_block);
/* As the functions of sz_term_kind. */
sz_status sz_soap_plan_work(void **work, const void *plan, int n_block, sz_error *err);
void sz_soap_plan_free_work(void *work);
sz_status sz_soap_plan_energy(const void *plan, void *work, const sz_portion *portion,
                              sz_error *err);
/* 1: all terms are computed on the device */
int sz_soap_plan_is_resident(const void *plan);
sz_status sz_soap_plan_resident(const void *plan, void *work, const sz_portion *all,
                                sz_error *err);

/* ---- soap_run.c ------------------------------------------------------------------ */

/* A step in one precision, see real.h, or on a device. */
struct sz_soap_stages {
    /* Of a plan whose runs are made, and before it is freed; or NULL. */
    sz_status (*prepare)(sz_soap_plan *plan, sz_error *err);
    void (*forget)(sz_soap_plan *plan);
    sz_status (*create_work)(void **work, const sz_soap_plan *plan, int n_block,
                             sz_error *err);
    void (*free_work)(void *work);
    sz_status (*energy)(const sz_soap_plan *plan, void *work, const sz_portion *portion,
                        sz_error *err);
    /* The terms on the device, for all atoms of a list (all->atom is not read) whose
     * arrays are there; or NULL. */
    sz_status (*resident)(const sz_soap_plan *plan, void *work, const sz_portion *all,
                          sz_error *err);
};

/* With SZ_SINGLE the first of them gets the name of the second. */
extern const sz_soap_stages sz_soap_run_stages, sz_soap_run_stages_single;
/* Those of kokkos/, which leave terms that are not SOAP to the first. */
extern const sz_soap_stages sz_soap_run_stages_kokkos;

/* ---- soap_fit.c ------------------------------------------------------------------ */

sz_status sz_soap_probe(sz_probe **probe, const void *spec, const sz_species *species,
                        sz_error *err);
int sz_soap_probe_is_centre(const sz_probe *probe, int species);
sz_status sz_soap_vector(sz_probe *probe, const sz_list *list, int atom, double *x,
                         sz_error *err);
void sz_soap_free_probe(sz_probe *probe);
sz_status sz_soap_rows(void **rows, const void *group, const sz_gap_term *term,
                       const int *column, const sz_species *species, sz_error *err);
sz_status sz_soap_add_rows(void *rows, const sz_row_frame *frame, sz_error *err);
double sz_soap_flops(const void *rows, const sz_list *list, int gradients);
void sz_soap_free_rows(void *rows);

#endif
