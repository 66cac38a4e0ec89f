/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fit_scan_grid.h - the settings that a scan tries: all combinations of a few values. */
#ifndef SZ_FIT_SCAN_GRID_H
#define SZ_FIT_SCAN_GRID_H

#include "fit/spec.h"
#include "fit_options.h"

enum { SZ_SCAN_POINTS = 1000 };

typedef struct {
    char *name;   /* "soap.cutoff" */
    char *values; /* cut up */
    int n;
    char *value[SZ_SCAN_POINTS];
} sz_scan_key;

/* Starts as {0}. The last key changes fastest. */
typedef struct {
    int n_keys, n_points;
    sz_scan_key key[SZ_SCAN_KEYS];
} sz_scan_grid;

/* Of the words behind --scan; base: the fit without them. */
sz_status sz_scan_grid_create(sz_scan_grid *grid, const sz_fit_flags *option,
                              const sz_fit_spec *base, sz_error *err);
void sz_scan_grid_free(sz_scan_grid *grid);

const char *sz_scan_value(const sz_scan_grid *grid, int point, int key);
/* "soap.cutoff=4.5 soap.zeta=2", to free; NULL with err set. */
char *sz_scan_point_name(const sz_scan_grid *grid, int point, sz_error *err);
/* The fit of a point: word [n] of the command line, and its values. */
sz_status sz_scan_spec(sz_fit_spec **spec, const sz_scan_grid *grid, int point, int n,
                       char *const *word, sz_error *err);
/* The command of that fit, as a shell takes it; to free, NULL with err set. */
char *sz_scan_command(const sz_scan_grid *grid, int point, int n, char *const *word,
                      sz_error *err);

#endif
