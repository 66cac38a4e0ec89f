/* SPDX-License-Identifier: BSD-3-Clause
 *
 * error_table.c - the table of errors as lines of text; errors as JSON. */
#include "error_table.h"

#include "results.h"

#include <string.h>

static void print_pair(FILE *file, const sz_error_sum *sum, double scale, int digits)
{
    if (sum->n)
        fprintf(file, "  %9.*f %9.*f", digits, scale * sz_error_mae(sum), digits,
                scale * sz_error_rmse(sum));
    else
        fprintf(file, "  %9s %9s", "-", "-");
}

static void print_line(FILE *file, const char *name, int width, const sz_error_sums *e,
                       int virials)
{
    fprintf(file, "%-*.60s %8ld %9ld", width, name, e->energy.n, e->force.n);
    print_pair(file, &e->energy, 1e3, 2);
    print_pair(file, &e->force, 1.0, 4);
    if (virials) print_pair(file, &e->virial, 1e3, 2);
    fputc('\n', file);
}

void sz_error_table_print(const sz_error_table *table, FILE *file)
{
    const sz_dataset *t = table->data;
    int width = 12, virials = table->all.virial.n > 0;

    for (int k = 0; k < t->n_config_types; k++) {
        int n = (int)strlen(t->config_type[k]);

        if (n > width) width = n < 60 ? n : 60;
    }
    fprintf(file, "%-*s %8s %9s  %19s  %19s", width, "", "", "force", "energy, meV/atom",
            "force, eV/Angstrom");
    if (virials) fprintf(file, "  %19s", "virial, meV/atom");
    fprintf(file, "\n%-*s %8s %9s  %9s %9s  %9s %9s", width, "config_type", "energies",
            "comp.", "MAE", "RMSE", "MAE", "RMSE");
    if (virials) fprintf(file, "  %9s %9s", "MAE", "RMSE");
    fputc('\n', file);
    for (int k = 0; k < t->n_config_types; k++)
        print_line(file, t->config_type[k], width, &table->type[k], virials);
    print_line(file, "all", width, &table->all, virials);
    if (table->all.force.n == 0) return;
    fprintf(file, "%-*s\n", width, "element");
    for (int k = 0; k < t->n_species; k++) {
        fprintf(file, "%-*s %8s %9ld  %9s %9s", width, sz_element_symbol(t->z[k]), "",
                table->element[k].force.n, "", "");
        print_pair(file, &table->element[k].force, 1.0, 4);
        fputc('\n', file);
    }
}

json_t *sz_json_errors(const sz_error_sum *sum)
{
    json_t *o = json_object();

    json_object_set_new(o, "n", json_integer(sum->n));
    json_object_set_new(o, "mae", sz_json_number(sz_error_mae(sum)));
    json_object_set_new(o, "rmse", sz_json_number(sz_error_rmse(sum)));
    json_object_set_new(o, "max", sz_json_number(sum->max));
    return o;
}
