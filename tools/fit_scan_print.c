/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fit_scan_print.c - the table of a scan. */
#include "fit_scan_print.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A number of a result, NaN where there is none. */
static double number(const json_t *result, const char *quantity, const char *name)
{
    const json_t *o = quantity ? json_object_get(result, quantity) : result;
    const json_t *x = json_object_get(o, name);

    if (quantity && json_integer_value(json_object_get(o, "n")) == 0) return NAN;
    return json_is_number(x) ? json_number_value(x) : NAN;
}

/* The point whose RMSE is least; -1: there is none. */
static int best_of(const sz_scan_grid *grid, const json_t *const *result,
                   const char *quantity)
{
    int best = -1;

    for (int p = 0; p < grid->n_points; p++) {
        double x = number(result[p], quantity, "rmse");

        if (isfinite(x) && (best < 0 || x < number(result[best], quantity, "rmse")))
            best = p;
    }
    return best;
}

static int any(const sz_scan_grid *grid, const json_t *const *result,
               const char *quantity, const char *name)
{
    int found = 0;

    for (int p = 0; p < grid->n_points; p++)
        found |= isfinite(number(result[p], quantity, name));
    return found;
}

static int width_of(const sz_scan_key *key)
{
    size_t width = strlen(key->name);

    for (int k = 0; k < key->n; k++)
        if (strlen(key->value[k]) > width) width = strlen(key->value[k]);
    return width < 40 ? (int)width : 40;
}

static void print_number(double x, double scale, int digits)
{
    if (isfinite(x))
        printf("  %9.*f", digits, scale * x);
    else
        printf("  %9s", "-");
}

/* Which columns there are. */
typedef struct {
    const sz_scan_grid *grid;
    const json_t *const *result;
    int virials, deviations;
    int best_energy, best_force;
} table;

static void print_head(const table *t)
{
    int width = 0;

    for (int k = 0; k < t->grid->n_keys; k++) width += width_of(&t->grid->key[k]) + 2;
    printf("%*s%9s  %20s  %20s", width, "", "", "energy, meV/atom", "force, eV/Angstrom");
    if (t->virials) printf("  %20s", "virial, meV/atom");
    if (t->deviations) printf("  %9s", "deviation");
    printf("\n");
    for (int k = 0; k < t->grid->n_keys; k++)
        printf("%-*.40s  ", width_of(&t->grid->key[k]), t->grid->key[k].name);
    printf("%9s  %9s  %9s  %9s  %9s", "unknowns", "MAE", "RMSE", "MAE", "RMSE");
    if (t->virials) printf("  %9s  %9s", "MAE", "RMSE");
    if (t->deviations) printf("  %9s", "of force");
    printf("  %9s\n", "us/atom");
}

static void print_point(const table *t, int p)
{
    const json_t *r = t->result[p], *failed = json_object_get(r, "failed");

    for (int k = 0; k < t->grid->n_keys; k++)
        printf("%-*.40s  ", width_of(&t->grid->key[k]), sz_scan_value(t->grid, p, k));
    if (failed) {
        printf("%s\n", json_string_value(failed) ? json_string_value(failed) : "");
        return;
    }
    printf("%9.0f", number(r, NULL, "n_unknowns"));
    print_number(number(r, "energy", "mae"), 1e3, 2);
    print_number(number(r, "energy", "rmse"), 1e3, 2);
    print_number(number(r, "force", "mae"), 1.0, 4);
    print_number(number(r, "force", "rmse"), 1.0, 4);
    if (t->virials) print_number(number(r, "virial", "mae"), 1e3, 2);
    if (t->virials) print_number(number(r, "virial", "rmse"), 1e3, 2);
    if (t->deviations) print_number(number(r, "force", "rmse_deviation"), 1.0, 4);
    print_number(number(r, NULL, "microseconds"), 1.0, 2);
    if (p == t->best_force) printf("  * best force");
    if (p == t->best_energy) printf("%s best energy", p == t->best_force ? "," : "  *");
    printf("\n");
}

static void print_command(const table *t, int p, const char *what, int n,
                          char *const *word)
{
    sz_error err;
    char *command = sz_scan_command(t->grid, p, n, word, &err);

    if (command) printf("lowest RMSE of %s: %s\n", what, command);
    free(command);
}

void sz_scan_print(const sz_scan_grid *grid, const json_t *const *result, int n,
                   char *const *word)
{
    const table t = {.grid = grid,
                     .result = result,
                     .virials = any(grid, result, "virial", "rmse"),
                     .deviations = any(grid, result, "force", "rmse_deviation"),
                     .best_energy = best_of(grid, result, "energy"),
                     .best_force = best_of(grid, result, "force")};

    print_head(&t);
    for (int p = 0; p < grid->n_points; p++)
        if (result[p]) print_point(&t, p);
    if (t.best_force >= 0) print_command(&t, t.best_force, "forces", n, word);
    if (t.best_energy >= 0 && t.best_energy != t.best_force)
        print_command(&t, t.best_energy, "energies", n, word);
    if (t.best_force >= 0 || t.best_energy >= 0)
        printf("no model is written; such a command makes it\n");
    fflush(stdout);
}
