/* SPDX-License-Identifier: BSD-3-Clause
 *
 * validate_json.c - a validation as JSON, also read by the report. */
#include "validate.h"

#include <math.h>
#include <stdlib.h>

enum { MAX_ATOMS = 60000 }; /* longer lists are thinned out evenly */

static void put_text(FILE *file, const char *text)
{
    fputc('"', file);
    for (const unsigned char *p = (const unsigned char *)text; *p; p++)
        if (*p == '"' || *p == '\\')
            fprintf(file, "\\%c", *p);
        else if (*p < 0x20)
            fprintf(file, "\\u%04x", *p);
        else
            fputc(*p, file);
    fputc('"', file);
}

/* JSON has no NaN */
static void put_number(FILE *file, double x)
{
    if (isfinite(x))
        fprintf(file, "%.9g", x);
    else
        fputs("null", file);
}

static void put_vector(FILE *file, int n, const double *x)
{
    for (int k = 0; k < n; k++) {
        fputc(k ? ',' : '[', file);
        put_number(file, x[k]);
    }
    fputc(']', file);
}

static void put_key(FILE *file, const char *before, const char *key)
{
    fputs(before, file);
    put_text(file, key);
    fputc(':', file);
}

/* "md5":..,"modified":.. of a file */
static void put_identity(FILE *file, const sz_file_identity *id)
{
    const char *const key[] = {"md5", "modified"}, *value[] = {id->md5, id->modified};

    for (int k = 0; k < 2; k++) {
        put_key(file, k ? "," : "", key[k]);
        if (*value[k])
            put_text(file, value[k]);
        else
            fputs("null", file);
    }
}

/* ---- sums -------------------------------------------------------------------------- */

static void put_sum(FILE *file, const char *before, const char *name,
                    const sz_error_sum *sum)
{
    put_key(file, before, name);
    fprintf(file, "{\"n\":%ld,\"mae\":", sum->n);
    put_number(file, sz_error_mae(sum));
    fputs(",\"rmse\":", file);
    put_number(file, sz_error_rmse(sum));
    fputs(",\"max\":", file);
    put_number(file, sum->max);
    fputc('}', file);
}

static void put_errors(FILE *file, const sz_error_sums *e)
{
    fputc('{', file);
    put_sum(file, "", "energy", &e->energy);
    put_sum(file, ",", "force", &e->force);
    put_sum(file, ",", "virial", &e->virial);
    fputc('}', file);
}

static void put_table(FILE *file, const sz_error_table *table)
{
    const sz_dataset *t = table->data;

    fputs("\"errors\":{\"all\":", file);
    put_errors(file, &table->all);
    fputs(",\n  \"config_type\":{", file);
    for (int k = 0; k < t->n_config_types; k++) {
        put_key(file, k ? ",\n    " : "\n    ", t->config_type[k]);
        put_errors(file, &table->type[k]);
    }
    fputs("},\n  \"element\":{", file);
    for (int k = 0; k < t->n_species; k++) {
        put_key(file, k ? ",\n    " : "\n    ", sz_element_symbol(t->z[k]));
        put_errors(file, &table->element[k]);
    }
    fputs("}}", file);
}

static void put_worst(FILE *file, const sz_validation *v, int m)
{
    const sz_dataset *t = v->data;
    int f;

    fputs(",\n  \"worst_forces\":[", file);
    for (int k = 0; k < SZ_WORST && (f = sz_worst_force(v, m, k)) >= 0; k++) {
        const sz_dataset_frame *frame = &t->frame[f];
        double error;
        int i = sz_worst_atom(v, m, f, &error);

        fprintf(file, "%s{\"frame\":%d,\"line\":%d,\"atom\":%d,\"element\":\"%s\",",
                k ? ",\n    " : "\n    ", f, frame->line ? frame->line + 2 + i : 0, i + 1,
                sz_element_symbol(t->z[t->species[frame->first + (size_t)i]]));
        put_key(file, "", "config_type");
        put_text(file, t->config_type[frame->config_type]);
        fputs(",\"error\":", file);
        put_number(file, error);
        fputc('}', file);
    }
    fputs("],\n  \"worst_energies\":[", file);
    for (int k = 0; k < SZ_WORST && (f = sz_worst_energy(v, m, k)) >= 0; k++) {
        const sz_dataset_frame *frame = &t->frame[f];

        fprintf(file, "%s{\"frame\":%d,\"line\":%d,\"n_atoms\":%d,",
                k ? ",\n    " : "\n    ", f, frame->line, frame->n_atoms);
        put_key(file, "", "config_type");
        put_text(file, t->config_type[frame->config_type]);
        fputs(",\"error\":", file);
        put_number(file, (v->model[m].energy[f] - frame->energy) / frame->n_atoms);
        fputc('}', file);
    }
    fputc(']', file);
}

static void put_calibration(FILE *file, const char *before, const char *name,
                            const sz_calibration *c, int with_z)
{
    put_key(file, before, name);
    fprintf(file, "{\"n\":%ld,\"rank_correlation\":", c->n);
    put_number(file, c->rank_correlation);
    if (with_z)
        fprintf(file, ",\"rms_z\":%.9g,\"within_1\":%.9g,\"within_2\":%.9g", c->rms_z,
                c->within_1, c->within_2);
    fputs(",\"sigma\":", file);
    if (c->n_bins == 0)
        fputs("[],\"rmse\":[]}", file);
    else {
        put_vector(file, c->n_bins, c->sigma);
        fputs(",\"rmse\":", file);
        put_vector(file, c->n_bins, c->rmse);
        fputc('}', file);
    }
}

static void put_notes(FILE *file, const sz_model *model)
{
    const char *key;

    fputs("\"notes\":{", file);
    for (int k = 0; (key = sz_model_note_key(model, k)) != NULL; k++) {
        put_key(file, k ? ",\n   " : "\n   ", key);
        put_text(file, sz_model_note(model, key));
    }
    fputs("},\n  ", file);
}

static void put_model(FILE *file, const sz_validation *v, int m)
{
    const sz_judged *j = &v->model[m];

    put_key(file, m ? ",\n {" : "\n {", "path");
    put_text(file, j->path);
    fputc(',', file);
    put_identity(file, &j->identity);
    fputs(",\n  ", file);
    put_notes(file, j->model);
    put_table(file, &j->table);
    put_worst(file, v, m);
    fputs(",\n  \"variance\":", file);
    if (j->variance) {
        fprintf(file, "{\"lambda\":%g,", SZ_VARIANCE_LAMBDA);
        put_calibration(file, "", "forces", &j->of_forces, 0);
        put_calibration(file, ",", "energies", &j->of_energies, 1);
        fputs(",\n   \"rank_correlation_of_type\":{", file);
        for (int k = 0; k < v->data->n_config_types; k++) {
            put_key(file, k ? "," : "", v->data->config_type[k]);
            put_number(file, j->rank_of_type[k]);
        }
        fputs("}}", file);
    } else {
        fputs("null,\"no_variance\":", file);
        put_text(file, j->no_variance);
    }
    if (j->expects) {
        fputs(",\n  \"uncertainty\":{", file);
        put_calibration(file, "", "forces", &j->expected_forces, 1);
        put_calibration(file, ",", "energies", &j->expected_energies, 1);
        fputc('}', file);
    }
    fputc('}', file);
}

/* ---- samples ----------------------------------------------------------------------- */

static void put_virial(FILE *file, const double *virial)
{
    double x[6];

    for (int k = 0; k < 6; k++) x[k] = virial[sz_six[k]];
    put_vector(file, 6, x);
}

static void put_frames(FILE *file, const sz_validation *v)
{
    const sz_dataset *t = v->data;

    fputs("\"frames\":[", file);
    for (int f = 0; f < t->n_frames; f++) {
        const sz_dataset_frame *frame = &t->frame[f];

        fprintf(file, "%s{\"line\":%d,\"n_atoms\":%d,\"config_type\":%d,\"energy\":",
                f ? ",\n  " : "\n  ", frame->line, frame->n_atoms, frame->config_type);
        put_number(file, frame->has_energy ? frame->energy : NAN);
        fputs(",\"virial\":", file);
        if (frame->has_virial)
            put_virial(file, frame->virial);
        else
            fputs("null", file);
        fputs(",\"models\":[", file);
        for (int m = 0; m < v->n_models; m++) {
            const sz_judged *j = &v->model[m];

            fputs(m ? ",{\"energy\":" : "{\"energy\":", file);
            put_number(file, j->energy[f]);
            fputs(",\"virial\":", file);
            put_virial(file, j->virial + 9 * f);
            fputs(",\"force_mae\":", file);
            put_number(file,
                       j->frame[f].force.n ? sz_error_mae(&j->frame[f].force) : NAN);
            if (j->variance) {
                fputs(",\"energy_sigma\":", file);
                put_number(file, sqrt(j->energy_variance[f]));
            }
            fputc('}', file);
        }
        fputs("]}", file);
    }
    fputs("]", file);
}

/* one column of the atoms: 3 numbers each, or 1 */
static void put_column(FILE *file, const char *name, size_t n, size_t stride, int width,
                       const double *x)
{
    put_key(file, ",\n  ", name);
    fputc('[', file);
    for (size_t i = 0; i < n; i += stride) {
        if (i) fputc(',', file);
        if (width == 1)
            put_number(file, sqrt(x[i]));
        else
            put_vector(file, width, x + (size_t)width * i);
    }
    fputc(']', file);
}

static void put_atoms(FILE *file, const sz_validation *v)
{
    const sz_dataset *t = v->data;
    size_t stride = (t->n_atoms + MAX_ATOMS - 1) / MAX_ATOMS, next = 0;

    fprintf(file, "\"atoms\":{\"stride\":%zu,\"frame\":[", stride);
    for (int f = 0; f < t->n_frames; f++)
        for (; next < t->frame[f].first + (size_t)t->frame[f].n_atoms; next += stride)
            fprintf(file, next ? ",%d" : "%d", f);
    fputs("],\n  \"element\":[", file);
    for (size_t i = 0; i < t->n_atoms; i += stride)
        fprintf(file, i ? ",%d" : "%d", t->species[i]);
    fputs("],\n  \"known\":[", file); /* 0: no force, or masked */
    next = 0;
    for (int f = 0; f < t->n_frames; f++)
        for (; next < t->frame[f].first + (size_t)t->frame[f].n_atoms; next += stride)
            fprintf(file, next ? ",%d" : "%d", t->frame[f].has_force && !t->masked[next]);
    fputc(']', file);
    put_column(file, "force", t->n_atoms, stride, 3, t->force);
    fputs(",\n  \"models\":[", file);
    for (int m = 0; m < v->n_models; m++) {
        fputs(m ? ",{\"model\":1" : "{\"model\":0", file);
        put_column(file, "force", t->n_atoms, stride, 3, v->model[m].force);
        if (v->model[m].variance)
            put_column(file, "sigma", t->n_atoms, stride, 1, v->model[m].variance);
        fputc('}', file);
    }
    fputs("]}", file);
}

static void put_limits(FILE *file, const sz_validation *v)
{
    fputs("\"limits\":[", file);
    for (int k = 0; k < v->n_limits; k++) {
        const sz_limit *l = &v->limit[k];

        put_key(file, k ? ",{" : "{", "option");
        put_text(file, l->option);
        put_key(file, ",", "unit");
        put_text(file, l->unit);
        fputs(",\"limit\":", file);
        put_number(file, l->limit);
        fputs(",\"value\":", file);
        put_number(file, l->value);
        fprintf(file, ",\"kept\":%s}", sz_limit_kept(l) ? "true" : "false");
    }
    fputc(']', file);
}

static void put_names(FILE *file, const sz_validation *v)
{
    static const char *const key[SZ_N_NAMES] = {"energy", "force", "virial", "stress"};

    fputs("\"reference\":{", file);
    for (int k = 0; k < SZ_N_NAMES; k++) {
        put_key(file, k ? "," : "", key[k]);
        if (*v->name.name[k])
            put_text(file, v->name.name[k]);
        else
            fputs("null", file);
    }
    fputc('}', file);
}

void sz_write_validation(const sz_validation *v, FILE *file)
{
    const sz_dataset *t = v->data;

    put_key(file, "{", "soapz");
    put_text(file, sz_version());
    put_key(file, ",", "data");
    put_text(file, t->path);
    fputc(',', file);
    put_identity(file, &v->identity);
    fprintf(file, ",\n \"n_frames\":%d,\"n_atoms\":%zu,\n ", t->n_frames, t->n_atoms);
    fputs("\"units\":{\"energy\":\"eV/atom\",\"force\":\"eV/Angstrom\","
          "\"virial\":\"eV/atom\"},\n ",
          file);
    put_names(file, v);
    fputs(",\n \"config_types\":[", file);
    for (int k = 0; k < t->n_config_types; k++) {
        if (k) fputc(',', file);
        put_text(file, t->config_type[k]);
    }
    fputs("],\"elements\":[", file);
    for (int k = 0; k < t->n_species; k++)
        fprintf(file, k ? ",\"%s\"" : "\"%s\"", sz_element_symbol(t->z[k]));
    fputs("],\n \"models\":[", file);
    for (int m = 0; m < v->n_models; m++) put_model(file, v, m);
    fputs("],\n ", file);
    put_limits(file, v);
    fputs(",\n ", file);
    put_frames(file, v);
    fputs(",\n ", file);
    put_atoms(file, v);
    fputs("}\n", file);
}
