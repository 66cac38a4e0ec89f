/* SPDX-License-Identifier: BSD-3-Clause
 *
 * convert.c - soapz convert: converts a model to another file format. */
#define _POSIX_C_SOURCE 200809L
#include "base/number.h"
#include "format/gap_write.h"
#include "format/load.h"
#include "format/soapz_write.h"
#include "tool.h"

#include <signal.h>
#include <string.h>

static const char help[] =
    "usage: soapz convert [options] IN OUT\n"
    "\n"
    "Writes the model IN, a file of either format or a potential that comes with soapz\n"
    "(NbMoTaW/fast), as OUT. The name of OUT sets the format:\n"
    "\n"
    "  OUT.xml     a GAP for QUIP and soapz, with files OUT.xml.sparseX.* beside it\n"
    "  OUT.soapz   one file with a checksum and with notes on the model\n"
    "\n"
    "Numbers are kept to the last bit. Sparse points that IN stores as environments\n"
    "become vectors in an XML file, which changes energies by rounding, some 1e-9\n"
    "eV/atom. OUT appears only when it is complete.\n"
    "\n"
    "  --citation TEXT       what to cite             notes, for a .soapz file; those\n"
    "  --licence TEXT        licence of the model     of IN are kept, an empty TEXT\n"
    "  --training-data TEXT  what it was fitted to    removes one\n"
    "  --test-errors TEXT    its errors on a test set\n"
    "  --vectors             store sparse points as descriptor vectors if IN stores "
    "their\n"
    "                        environments: larger, but any reader understands them\n"
    "  --gap-version N       another gap_version, for a QUIP older than the model;\n"
    "                        N >= 1686132232, where keys have the same meaning\n"
    "  --help                this text\n"
    "\n"
    "example:\n"
    "  soapz convert --licence CC-BY-4.0 gp.xml NbMoTaW.soapz\n";

enum { N_NOTES = 4 };

static const char *const note_key[N_NOTES] = {"citation", "licence", "training_data",
                                              "test_errors"};

typedef enum { XML, SOAPZ, UNKNOWN } kind;

static kind kind_of(const char *path)
{
    const char *dot = strrchr(path, '.');

    if (dot && sz_same_word(dot, ".xml")) return XML;
    return dot && sz_same_word(dot, ".soapz") ? SOAPZ : UNKNOWN;
}

static sz_status set_notes(sz_gap *gap, const char *const *text, sz_error *err)
{
    sz_status status = SZ_OK;

    for (int k = 0; k < N_NOTES && status == SZ_OK; k++)
        if (text[k])
            status = sz_gap_set_note(gap, note_key[k], *text[k] ? text[k] : NULL, err);
    return status;
}

static sz_status set_version(sz_gap *gap, int version, sz_error *err)
{
    if (!version) return SZ_OK;
    if (gap->version < SZ_GAP_VERSION_LEAST)
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "%s has gap_version %d: before %d descriptor keys have a "
                       "different meaning, so gap_version cannot change",
                       gap->path, gap->version, SZ_GAP_VERSION_LEAST);
    gap->version = version;
    return SZ_OK;
}

/* foreign: what QUIP cannot read, or "" */
static void warn(const sz_gap *gap, const char *foreign, const char *out)
{
    if (kind_of(out) != XML) return;
    if (*foreign) fprintf(stderr, "soapz: warning: %s\n", foreign);
    for (int k = 0; k < gap->n_notes; k++)
        if (strcmp(gap->note[k].key, "command_line") != 0 &&
            strcmp(gap->note[k].key, SZ_LOCAL_PROPERTY) != 0)
            fprintf(stderr, "soapz: warning: the note %s cannot be stored in %s\n",
                    gap->note[k].key, out);
}

/* Writing takes a few seconds at most. Ctrl-C and the signals of a scheduler wait for it,
 * so that no incomplete file is left. */
static sz_status write_model(const sz_gap *gap, const char *out, sz_error *err)
{
    sigset_t set, old;
    sz_status status;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGXCPU);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, &old);
    status =
        kind_of(out) == XML ? sz_gap_write(gap, out, err) : sz_gap_save(gap, out, err);
    sigprocmask(SIG_SETMASK, &old, NULL);
    return status;
}

static int convert(const char *in, const char *out, const char *const *note, int vectors,
                   int version)
{
    sz_files files = {0};
    char foreign[400];
    sz_gap *gap;
    sz_error err;
    sz_status status;
    int code = sz_take_files("convert", &files,
                             (sz_named[]){{"the model", in, 0}, {"OUT", out, 1}}, 2);

    sz_files_free(&files);
    if (code) return code;
    status = sz_gap_load(&gap, in, &err);
    if (status == SZ_OK) status = sz_gap_make_vectors(gap, &err);
    if (status == SZ_OK && vectors) sz_gap_drop_environments(gap);
    if (status == SZ_OK) status = set_notes(gap, note, &err);
    if (status == SZ_OK) status = set_version(gap, version, &err);
    if (status == SZ_OK) status = sz_gap_find_foreign(foreign, gap, &err);
    if (status == SZ_OK) status = write_model(gap, out, &err);
    if (status == SZ_OK) warn(gap, foreign, out);
    sz_gap_free(gap);
    return status == SZ_OK ? 0 : sz_report(&err);
}

int sz_verb_convert(int argc, char **argv)
{
    const char *file[2], *note[N_NOTES] = {NULL}, *version_text = NULL;
    int want_help = 0, n, code, version = 0, vectors = 0;
    const sz_option option[] = {
        {"--citation", 0, &note[0], NULL},         {"--licence", 0, &note[1], NULL},
        {"--training-data", 0, &note[2], NULL},    {"--test-errors", 0, &note[3], NULL},
        {"--gap-version", 0, &version_text, NULL}, {"--vectors", 0, NULL, &vectors},
        {"--help", 'h', NULL, &want_help}};

    code = sz_options(argc, argv, option, sizeof option / sizeof *option, file, 2, &n);
    if (want_help) return sz_print_text(help);
    if (code) return code;
    if (n != 2) return sz_usage_error("convert", "give a model and the file to write");
    if (kind_of(file[1]) == UNKNOWN)
        return sz_usage_error("convert", "%s: the name must end in .xml or .soapz",
                              file[1]);
    if (version_text &&
        (!sz_parse_int(version_text, &version) || version < SZ_GAP_VERSION_LEAST))
        return sz_usage_error("convert",
                              "--gap-version is \"%s\", but must be a number >= %d",
                              version_text, SZ_GAP_VERSION_LEAST);
    return convert(file[0], file[1], note, vectors, version);
}
