/* SPDX-License-Identifier: BSD-3-Clause
 *
 * select.c - soapz select: selects the structures for which a model is most uncertain,
 * without near-duplicates.
 *
 * Every file is read twice: first all structures go into an sz_selection, then the picked
 * frames are copied from their files. */
#include "atoms/frame_list.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/number.h"
#include "foreign.h"
#include "soapz_fit.h"
#include "tool.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: soapz select MODEL DATA.. -o PICKED.xyz [-n 10] [--by farthest]\n"
    "\n"
    "Selects the structures for which a model is most uncertain, as new training data. "
    "A\n"
    "structure is judged by its worst atom; structures similar to one already picked "
    "are\n"
    "skipped.\n"
    "\n"
    "  MODEL          GAP XML with its sparse-point files, .soapz, or the name of a\n"
    "                 potential that comes with soapz: NbMoTaW/fast; with SOAP terms\n"
    "  DATA..         extended XYZ, LAMMPS dumps (dump custom or atom, text), or files\n"
    "                 that ASE reads; - is standard input\n"
    "  -o, --output PICKED.xyz\n"
    "                 extended XYZ, best first: these frames with all their data, and\n"
    "                 selected_from (file), selected_frame, selected_atom (the worst; "
    "both\n"
    "                 count from 0), selected_by, selected_score, selected_distance\n"
    "  -n, --number N number of structures to pick (10)\n"
    "  --by WHAT      farthest     the grade that remains if all atoms of the "
    "structures\n"
    "                              picked before were sparse points too (the default)\n"
    "                 grade        distance from the nearest sparse point, 0 to 1.41\n"
    "                 variance     predicted variance of the local energy, eV^2\n"
    "                 uncertainty  expected error of the force, eV/Angstrom; needs a\n"
    "                              calibrated model, see soapz calibrate\n"
    "  --per-config-type\n"
    "                 N of each config_type\n"
    "  --min-distance D\n"
    "                 skip a structure if none of its atoms is farther than D from the\n"
    "                 atoms of those picked before, measured like the grade (0.02); 0:\n"
    "                 skip none\n"
    "  --elements Nb Mo ..\n"
    "                 elements of the types 1, 2, .. of dumps without the column "
    "element\n"
    "  --threads N    structures judged in parallel (all cores)\n"
    "  --json FILE    what was picked, as JSON; - is standard output\n"
    "  --help         this text\n"
    "\n"
    "examples:\n"
    "  soapz select NbMoTaW.soapz run.dump --elements Nb Mo Ta W -n 20 -o label.xyz\n"
    "  soapz select part.soapz pool.xyz --by variance --per-config-type -n 5 -o "
    "label.xyz\n";

typedef struct {
    const char *name; /* as the user wrote it */
    sz_foreign foreign;
    sz_xyz_reader *in;
    int first; /* numbers of its frames in the whole */
} source;

typedef struct {
    const char *model_path, *out, *json;
    sz_selection_options o;
    char elements[512];
    int n_sources;
    source *source;

    sz_files files;
    sz_model *model;
    sz_selection *selection;
    int n; /* frames read */
    int *species;
    sz_xyz_frame **picked; /* [picks] */
} request;

/* ---- words ----------------------------------------------------------------------- */

static int read_numbers(request *r, const char *n, const char *distance, const char *by)
{
    sz_error err;
    sz_selection_options *o = &r->o;

    o->n = 10;
    if (n && (!sz_parse_int(n, &o->n) || o->n < 1))
        return sz_usage_error("select", "-n must be a number >= 1, not \"%s\"", n);
    if (distance && (!sz_parse_double(distance, &o->min_distance) ||
                     !(o->min_distance >= 0.0 && o->min_distance < sqrt(2.0))))
        return sz_usage_error(
            "select", "--min-distance must be a number from 0 to 1.41, not \"%s\"",
            distance);
    if (distance && o->min_distance == 0.0) o->min_distance = -1.0;
    if (by && sz_score_of(&o->by, by, &err) != SZ_OK)
        return sz_usage_error("select", "%s", err.message);
    return 0;
}

static int read_words(request *r, int n, const char *const *word)
{
    sz_error err;
    int code;

    if (n < 2) return sz_usage_error("select", "give a model and structures");
    if (!r->out) return sz_usage_error("select", "name the output file with -o");
    code = sz_take_files("select", &r->files,
                         (sz_named[]){{"the model", word[0], 0},
                                      {"-o", r->out, 1},
                                      {"--json", r->json, 1}},
                         3);
    for (int k = 1; k < n && !code; k++)
        if (sz_files_read(&r->files, "structures", word[k], &err) != SZ_OK)
            code = sz_usage_error("select", "%s", err.message);
    if (code) return code;
    r->model_path = word[0];
    r->n_sources = n - 1;
    r->source = calloc((size_t)n, sizeof *r->source);
    if (!r->source) return sz_usage_error("select", "out of memory");
    for (int k = 1; k < n; k++) r->source[k - 1].name = word[k];
    return 0;
}

/* -1, or the exit code if there is nothing to do */
static int read_options(int argc, char **argv, request *r)
{
    const char *n = NULL, *by = NULL, *distance = NULL, *threads = NULL;
    const char **word = malloc((size_t)(argc + 1) * sizeof *word);
    int want_help = 0, n_words, code;
    const sz_option option[] = {{"--output", 'o', &r->out, NULL},
                                {"--number", 'n', &n, NULL},
                                {"--by", 0, &by, NULL},
                                {"--per-config-type", 0, NULL, &r->o.per_config_type},
                                {"--min-distance", 0, &distance, NULL},
                                {"--threads", 0, &threads, NULL},
                                {"--json", 0, &r->json, NULL},
                                {"--help", 'h', NULL, &want_help}};

    if (!word) return sz_usage_error("select", "out of memory");
    code = sz_take_elements(&argc, argv, r->elements, sizeof r->elements);
    if (!code)
        code = sz_options(argc, argv, option, sizeof option / sizeof *option, word, argc,
                          &n_words);
    if (want_help)
        code = sz_print_text(help);
    else {
        if (!code) code = sz_read_threads("select", threads, &r->o.n_threads);
        if (!code) code = read_numbers(r, n, distance, by);
        if (!code) code = read_words(r, n_words, word);
        if (!code) code = -1;
    }
    free(word);
    return code;
}

/* ---- the structures -------------------------------------------------------------- */

static sz_status add_frame(request *r, const source *s, const sz_xyz_frame *frame,
                           sz_error *err)
{
    const char *name = sz_xyz_name(s->in);
    sz_structure structure = {.n_atoms = frame->n_atoms, .position = frame->position};
    char *type = NULL, where[400];
    sz_status status =
        sz_frame_species(&r->species, frame, name, r->model, r->model_path, err);

    if (status == SZ_OK) status = sz_xyz_value(&type, frame, "config_type", err);
    snprintf(where, sizeof where, "%.380s:%d", name, frame->line);
    structure.species = r->species;
    memcpy(structure.cell, frame->cell, sizeof structure.cell);
    memcpy(structure.pbc, frame->pbc, sizeof structure.pbc);
    if (status == SZ_OK)
        status = sz_selection_add(r->selection, &structure, type, where, err);
    free(type);
    return status;
}

static sz_status read_source(request *r, source *s, const sz_watch *watch, sz_error *err)
{
    sz_xyz_frame *frame;
    sz_status status = sz_foreign_open(&s->foreign, s->name, err);

    s->first = r->n;
    if (status == SZ_OK)
        status = sz_xyz_open_twice(&s->in, sz_foreign_path(&s->foreign), err);
    if (status == SZ_OK) status = sz_xyz_set_types(s->in, r->elements, err);
    while (status == SZ_OK) {
        status = sz_watch_check(watch, err);
        if (status == SZ_OK) status = sz_xyz_read(&frame, s->in, err);
        if (status != SZ_OK || !frame) break;
        status = add_frame(r, s, frame, err);
        sz_xyz_frame_free(frame);
        r->n++;
        sz_watch_progress(watch, sz_xyz_done(s->in), r->n, "structures read");
    }
    if (status == SZ_OK && r->n == s->first)
        status = sz_fail(err, SZ_ERR_FORMAT, "%s has no structures", sz_xyz_name(s->in));
    if (status == SZ_OK) sz_print_warnings("select", sz_xyz_warnings(s->in));
    return status;
}

/* ---- output ---------------------------------------------------------------------- */

static const source *source_of(const request *r, int frame)
{
    int k = r->n_sources - 1;

    while (r->source[k].first > frame) k--;
    return &r->source[k];
}

static const char *score_name(const request *r)
{
    static const char *const name[] = {"farthest", "grade", "variance", "uncertainty"};

    return name[r->o.by];
}

/* A text in quotes, for a header line. */
static void quote(char *out, size_t size, const char *text)
{
    size_t n = 0;

    out[n++] = '"';
    for (; *text && n + 3 < size; text++) {
        if (*text == '"' || *text == '\\') out[n++] = '\\';
        out[n++] = *text;
    }
    out[n++] = '"';
    out[n] = 0;
}

static sz_status say_why(const request *r, int k, sz_error *err)
{
    const sz_pick pick = sz_selection_get(r->selection, k);
    const source *s = source_of(r, pick.structure);
    const char *key[] = {"selected_from", "selected_frame", "selected_atom",
                         "selected_by",   "selected_score", "selected_distance"};
    char value[6][1024];
    sz_status status = SZ_OK;

    quote(value[0], sizeof value[0], s->name);
    snprintf(value[1], sizeof value[1], "%d", pick.structure - s->first);
    snprintf(value[2], sizeof value[2], "%d", pick.atom);
    snprintf(value[3], sizeof value[3], "%s", score_name(r));
    snprintf(value[4], sizeof value[4], "%.9g", pick.score);
    snprintf(value[5], sizeof value[5], "%.9g", pick.distance);
    for (int f = 0; f < 6 && status == SZ_OK; f++)
        status = sz_xyz_set_info(r->picked[k], key[f], value[f], err);
    return status;
}

/* Position of frame number f among the picks, or -1. */
static int find_pick(const request *r, int f)
{
    for (int k = 0; k < sz_selection_n_picks(r->selection); k++)
        if (sz_selection_get(r->selection, k).structure == f) return k;
    return -1;
}

/* Copies the picked frames from their files. */
static sz_status read_again(request *r, source *s, int end, sz_error *err)
{
    sz_status status = sz_xyz_rewind(s->in, err);

    for (int f = s->first; f < end && status == SZ_OK; f++) {
        int k = find_pick(r, f);
        sz_xyz_frame *frame;

        status = sz_xyz_read(&frame, s->in, err);
        if (status == SZ_OK && !frame)
            status =
                sz_fail(err, SZ_ERR_FILE, "%s became shorter while it was being read",
                        sz_xyz_name(s->in));
        if (status == SZ_OK && k >= 0) {
            r->picked[k] = frame;
            frame = NULL;
        }
        if (status == SZ_OK) sz_xyz_frame_free(frame);
    }
    return status;
}

static sz_status write_picked(request *r, sz_error *err)
{
    int n = sz_selection_n_picks(r->selection);
    sz_output out = {0};
    sz_status status = SZ_OK, closed;

    r->picked = calloc((size_t)n + 1, sizeof(sz_xyz_frame *));
    if (!r->picked) return sz_fail_memory(err, (size_t)n * 8, "the picked structures");
    for (int k = 0; k < r->n_sources && status == SZ_OK; k++)
        status = read_again(r, &r->source[k],
                            k + 1 < r->n_sources ? r->source[k + 1].first : r->n, err);
    for (int k = 0; k < n && status == SZ_OK; k++) status = say_why(r, k, err);
    if (status == SZ_OK) status = sz_output_open_any(&out, r->out, err);
    for (int k = 0; k < n && status == SZ_OK; k++) {
        sz_xyz_write(out.file, r->picked[k], NULL);
        status = sz_check_output(&out, err);
    }
    closed = sz_output_close(&out, status == SZ_OK, status == SZ_OK ? err : NULL);
    return status == SZ_OK ? closed : status;
}

static json_t *pick_as_json(const request *r, int k)
{
    const sz_pick pick = sz_selection_get(r->selection, k);
    const source *s = source_of(r, pick.structure);
    char *type = NULL;
    json_t *object;

    if (sz_xyz_value(&type, r->picked[k], "config_type", NULL) != SZ_OK) return NULL;
    object = json_pack("{s:s, s:i, s:s, s:i, s:f, s:f}", "file", s->name, "frame",
                       pick.structure - s->first, "config_type", type ? type : "default",
                       "atom", pick.atom, "score", pick.score, "distance", pick.distance);
    free(type);
    return object;
}

static sz_status write_json(const request *r, sz_error *err)
{
    int n = sz_selection_n_picks(r->selection);
    json_t *list = json_array(), *all;
    sz_output out = {0};
    char *text;
    sz_status status = sz_output_open_any(&out, r->json, err), closed;

    for (int k = 0; k < n; k++) json_array_append_new(list, pick_as_json(r, k));
    all = json_pack("{s:s, s:s, s:i, s:i, s:o}", "model", r->model_path, "by",
                    score_name(r), "n_structures", r->n, "n_near_duplicates",
                    sz_selection_n_alike(r->selection), "picked", list);
    text = all ? sz_json_write(all) : NULL;
    if (status == SZ_OK && !text)
        status = sz_fail(err, SZ_ERR_MEMORY,
                         "%s cannot be written as JSON: out of memory, or a name is not "
                         "UTF-8",
                         r->json);
    if (status == SZ_OK) fprintf(out.file, "%s\n", text);
    closed = sz_output_close(&out, status == SZ_OK, status == SZ_OK ? err : NULL);
    free(text);
    json_decref(all);
    return status == SZ_OK ? closed : status;
}

/* Prints a table on standard output, or on stderr if standard output holds the
 * structures. */
static void print_picked(const request *r)
{
    FILE *to =
        !strcmp(r->out, "-") || (r->json && !strcmp(r->json, "-")) ? stderr : stdout;
    int n = sz_selection_n_picks(r->selection),
        alike = sz_selection_n_alike(r->selection);

    fprintf(to, "%12s%12s%8s%8s  %s\n", score_name(r), "distance", "atom", "frame",
            "file");
    for (int k = 0; k < n; k++) {
        const sz_pick pick = sz_selection_get(r->selection, k);
        const source *s = source_of(r, pick.structure);

        fprintf(to, "%12.4g%12.4g%8d%8d  %s\n", pick.score, pick.distance, pick.atom,
                pick.structure - s->first, s->name);
    }
    fprintf(to, "%s: %d of %d structures; %d near-duplicate%s left out\n", r->out, n,
            r->n, alike, alike == 1 ? " was" : "s were");
}

/* ---- the verb -------------------------------------------------------------------- */

static sz_status run(request *r, sz_error *err)
{
    sz_teller teller;
    const sz_watch watch = sz_tool_watch(&teller, "select");
    sz_status status = sz_model_load(&r->model, r->model_path, err);

    r->o.watch = &watch;
    if (status == SZ_OK) status = sz_read_model_files(&r->files, r->model, err);
    if (status == SZ_OK) status = sz_selection_create(&r->selection, r->model, err);
    for (int k = 0; k < r->n_sources && status == SZ_OK; k++)
        status = read_source(r, &r->source[k], &watch, err);
    if (status == SZ_OK) status = sz_selection_pick(r->selection, &r->o, err);
    sz_progress_end(&teller.progress);
    if (status == SZ_OK) status = write_picked(r, err);
    if (status == SZ_OK && r->json) status = write_json(r, err);
    if (status == SZ_OK) print_picked(r);
    return status;
}

static void free_request(request *r)
{
    int n = r->picked ? sz_selection_n_picks(r->selection) : 0;

    for (int k = 0; k < n; k++) sz_xyz_frame_free(r->picked[k]);
    for (int k = 0; k < r->n_sources; k++) {
        sz_xyz_close(r->source[k].in);
        sz_foreign_close(&r->source[k].foreign);
    }
    free(r->picked);
    free(r->source);
    free(r->species);
    sz_selection_free(r->selection);
    sz_model_free(r->model);
    sz_files_free(&r->files);
}

int sz_verb_select(int argc, char **argv)
{
    request r = {0};
    sz_error err;
    sz_status status;
    int code = read_options(argc, argv, &r);

    if (code >= 0) {
        free_request(&r);
        return code;
    }
    sz_blas_tune();
    sz_blas_set_threads(1);
    sz_catch_interrupts();
    status = run(&r, &err);
    for (int k = 0; k < r.n_sources && status != SZ_OK; k++)
        sz_foreign_mend(&r.source[k].foreign, &err);
    free_request(&r);
    return status == SZ_OK ? sz_finish_stdout() : sz_report(&err);
}
