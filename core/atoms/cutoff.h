/* SPDX-License-Identifier: BSD-3-Clause
 *
 * cutoff.h - smooth switching functions that end at a cutoff. */
#ifndef SZ_CUTOFF_H
#define SZ_CUTOFF_H

/* f(r) and, in *dfdr, its slope; r, rc = cutoff and w = cutoff_width in Angstrom.
 * w = 0 is a step at rc. */
double sz_cutoff(double r, double rc, double w, double *dfdr);
/* f(r) for tables, up to rc, where a step is still 1. */
long double sz_cutoff_exact(long double r, double rc, double w);

/* poly_switch of the core potentials: 1 up to rc - w, 0 beyond rc, C3 between. */
double sz_switch(double r, double rc, double w, double *dfdr);

#endif
