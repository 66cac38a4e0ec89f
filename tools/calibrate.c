/* SPDX-License-Identifier: BSD-3-Clause
 *
 * calibrate.c - soapz calibrate: calibrates a model's expected errors with data that its
 * fit did not use, and writes them into the model. */
#define _POSIX_C_SOURCE 200809L
#include "base/file.h"
#include "base/text.h"
#include "foreign.h"
#include "tool.h"
#include "validate.h"

#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: soapz calibrate MODEL DATA.xyz [NAME=KEY ...] -o OUT.soapz [--into WHOLE]\n"
    "\n"
    "Calibrates the expected errors of a model with its errors on data that its fit did\n"
    "not use. soapz eval --uncertainty, fix pair of LAMMPS and Python then give them "
    "for\n"
    "each atom, and soapz validate tests them.\n"
    "\n"
    "  MODEL         GAP XML or .soapz, fitted without these data\n"
    "  DATA.xyz      extended XYZ with energies and forces, or a file that ASE reads; "
    "at\n"
    "                least 30 frames, of all kinds that the model is used for\n"
    "  NAME=KEY      names of the data, as for soapz validate\n"
    "  -o, --output OUT.soapz\n"
    "                the model with the note \"uncertainty\"; nothing else is changed\n"
    "  --into WHOLE  write the note into this model instead; it must have the same\n"
    "                settings and is fitted to all data, including DATA.xyz\n"
    "  --threads N   frames computed in parallel (all cores)\n"
    "  --help        this text\n"
    "\n"
    "example:\n"
    "  soapz calibrate part.soapz held_out.xyz --into whole.soapz -o NbMoTaW.soapz\n";

typedef struct {
    const char *model, *data, *out, *into;
    sz_fit_options options;
    sz_validation v; /* names of the data, and the data */
    sz_files files;
} request;

static int read_words(request *r, int n, const char *const *word)
{
    for (int k = 0; k < n; k++) {
        if (sz_take_name(&r->v, word[k])) continue;
        if (r->data)
            return sz_usage_error("calibrate", "unexpected word: \"%s\"", word[k]);
        *(r->model ? &r->data : &r->model) = word[k];
    }
    if (!r->data) return sz_usage_error("calibrate", "give a model and data");
    if (!r->out) return sz_usage_error("calibrate", "name the output file with -o");
    if (!sz_ends_in(r->out, ".soapz"))
        return sz_usage_error("calibrate",
                              "%s: the name must end in .soapz: only such files have "
                              "notes",
                              r->out);
    return sz_take_files("calibrate", &r->files,
                         (sz_named[]){{"the model", r->model, 0},
                                      {"the data", r->data, 0},
                                      {"--into", r->into, 0},
                                      {"-o", r->out, 1}},
                         4);
}

/* -1, or the exit code if there is nothing to do */
static int read_options(int argc, char **argv, request *r)
{
    enum { MAX_WORDS = 16 };
    const char *word[MAX_WORDS], *threads = NULL;
    int want_help = 0, n, code;
    const sz_option option[] = {{"--output", 'o', &r->out, NULL},
                                {"--into", 0, &r->into, NULL},
                                {"--threads", 0, &threads, NULL},
                                {"--help", 'h', NULL, &want_help}};

    code = sz_options(argc, argv, option, 4, word, MAX_WORDS, &n);
    if (want_help) return sz_print_text(help);
    if (!code) code = sz_read_threads("calibrate", threads, &r->options.n_threads);
    if (!code) code = read_words(r, n, word);
    return code ? code : -1;
}

static sz_status calibrate(request *r, sz_error *err)
{
    sz_model *model = NULL, *whole = NULL;
    sz_status status = sz_model_load(&model, r->model, err);

    if (status == SZ_OK) status = sz_read_model_files(&r->files, model, err);
    if (status == SZ_OK && r->into) status = sz_model_load(&whole, r->into, err);
    if (status == SZ_OK && whole) status = sz_read_model_files(&r->files, whole, err);
    if (status == SZ_OK) {
        sz_model *into = whole ? whole : model;

        sz_print_warnings("calibrate", &r->v.data->warnings);
        status = sz_uncertainty_fit(into, model, r->v.data, &r->options, err);
        if (status == SZ_OK) status = sz_model_save(into, r->out, err);
        if (status == SZ_OK)
            printf("%s: %s\n", r->out, sz_model_note(into, "uncertainty"));
    }
    sz_model_free(model);
    sz_model_free(whole);
    return status;
}

int sz_verb_calibrate(int argc, char **argv)
{
    request r = {0};
    sz_foreign foreign = {0};
    sz_teller teller;
    const sz_watch watch = sz_tool_watch(&teller, "calibrate");
    sz_error err;
    sz_status status;
    int code = read_options(argc, argv, &r);

    if (code >= 0) return code;
    sz_blas_tune();
    sz_blas_set_threads(1);
    sz_catch_interrupts();
    r.options.watch = &watch;
    status = sz_foreign_open(&foreign, r.data, &err);
    if (status == SZ_OK)
        status = sz_read_reference(&r.v, sz_foreign_path(&foreign), &err);
    if (status == SZ_OK) status = calibrate(&r, &err);
    sz_progress_end(&teller.progress);
    sz_dataset_free(r.v.data);
    sz_names_free(&r.v.name);
    sz_files_free(&r.files);
    if (status != SZ_OK) sz_foreign_mend(&foreign, &err);
    sz_foreign_close(&foreign);
    if (status != SZ_OK) return sz_report(&err);
    return sz_finish_stdout();
}
