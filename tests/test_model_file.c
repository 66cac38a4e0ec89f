/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_model_file.c - a .soapz file gives back the model to the last bit; one that is
 * cut off, changed in a single bit or forged is refused with a
 * sentence, and before anything of the size it claims is allocated. Link with
 * -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free. */
#define _POSIX_C_SOURCE 200809L
#include "base/md5.h"
#include "check.h"
#include "format/gap_write.h"
#include "format/gap_xml.h"
#include "format/load.h"
#include "format/soapz_core.h"
#include "format/soapz_write.h"
#include "gap_equal.h"
#include "gap_xml_sample.h"
#include "models.h"
#include "term/glue.h"

#include <jansson.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "test_model_file.d/"
#define SAMPLE FOLDER "sample.xml"
#define FILE_1 FOLDER "one.soapz"
#define FILE_2 FOLDER "two.soapz"
#define BAD FOLDER "bad.soapz"
#define ZEROS "00000000000000000000000000000000"
#define ONES "11111111111111111111111111111111"

/* ---- the heap, watched ------------------------------------------------------------ */

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void __real_free(void *p);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
void __wrap_free(void *p);

static long n_calls, fail_at = -1, n_held;
static size_t largest;

static int refuse(size_t n)
{
    if (n > largest) largest = n;
    return n_calls++ == fail_at;
}

static void *hold(void *p)
{
    n_held += p != NULL;
    return p;
}

void *__wrap_malloc(size_t n)
{
    return refuse(n) ? NULL : hold(__real_malloc(n));
}

void *__wrap_calloc(size_t n, size_t size)
{
    return refuse(n * size) ? NULL : hold(__real_calloc(n, size));
}

void *__wrap_realloc(void *p, size_t n)
{
    void *q = refuse(n) ? NULL : __real_realloc(p, n);

    if (!p) hold(q);
    return q;
}

void __wrap_free(void *p)
{
    n_held -= p != NULL;
    __real_free(p);
}

static int json_refused; /* the failing allocation was one of jansson */

static void *json_malloc(size_t n)
{
    void *p = __wrap_malloc(n);

    json_refused |= !p;
    return p;
}

/* ---- files ------------------------------------------------------------------------ */

static char *read_whole(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    char *bytes = calloc(1, 1 << 20);

    *n = f && bytes ? fread(bytes, 1, 1 << 20, f) : 0;
    if (f) fclose(f);
    CHECK(*n > 0);
    return bytes;
}

static int same_files(const char *a, const char *b)
{
    size_t n, m;
    char *x = read_whole(a, &n), *y = read_whole(b, &m);
    int same = n > 0 && n == m && memcmp(x, y, n) == 0;

    free(x);
    free(y);
    return same;
}

static sz_gap *read_sample(const char *old, const char *new)
{
    sz_gap *gap = NULL;
    sz_error err;

    CHECK(write_file(FOLDER "sample.xml.sparseX.GAP_13", SAMPLE_SPARSE,
                     strlen(SAMPLE_SPARSE)));
    CHECK(write_sample(SAMPLE, old, new));
    if (sz_gap_read(&gap, SAMPLE, &err) != SZ_OK) printf("%s\n", err.message);
    CHECK(gap != NULL);
    return gap;
}

/* loads a file that must be refused */
static void check_refused(const char *path, const char *text)
{
    sz_gap *gap = (sz_gap *)&n_calls; /* not NULL: the call must set it to NULL */
    sz_error err = {SZ_OK, ""};
    long before = n_held;

    CHECK_FAILS(sz_gap_load(&gap, path, &err), SZ_ERR_FORMAT, text, err);
    CHECK(gap == NULL && n_held == before);
    CHECK(strncmp(err.message, path, strlen(path)) == 0);
}

/* ---- round trips ------------------------------------------------------------------ */

static int round_trip(sz_gap *gap)
{
    sz_gap *again;
    sz_error err;

    CHECK_OK(sz_gap_save(gap, FILE_1, &err), err);
    CHECK_OK(sz_gap_load(&again, FILE_1, &err), err);
    CHECK(same_gap(gap, again));
    CHECK(same_text(again->path, FILE_1));
    CHECK_OK(sz_gap_save(again, FILE_2, &err), err);
    CHECK(same_files(FILE_1, FILE_2));
    sz_gap_free(gap);
    sz_gap_free(again);
    return 0;
}

static int test_round_trips(void)
{
    static const char *const change[][2] = {
        {"", ""},
        {"IP Glue label=core", "IP ZBL cutoff=2.6 cutoff_width=.3 shift_cutoff=T"},
        {" gap_version=\"1769700636\"", ""},
        {SAMPLE_GLUE, SAMPLE_CORES},
        {"      <theta>  0.7",
         "<compression_matrix>.1 -2 3e-300</compression_matrix><theta>0.7"}};
    sz_error err;

    for (int k = 0; k < N_MODELS; k++) {
        sz_gap *gap;

        CHECK_OK(sz_gap_load(&gap, model_path(model_names[k]), &err), err);
        if (round_trip(gap)) return 1;
    }
    for (size_t k = 0; k < sizeof change / sizeof *change; k++) {
        sz_gap *gap = read_sample(change[k][0], change[k][1]);

        if (!gap || round_trip(gap)) return 1;
    }
    return 0;
}

/* The contents determine the kind of a file, the name only if they do not. */
static int test_kinds(void)
{
    sz_gap *gap = read_sample("", ""), *a, *b;
    sz_error err;

    CHECK_OK(sz_gap_save(gap, FOLDER "model.xml", &err), err);
    CHECK_OK(sz_gap_load(&a, FOLDER "model.xml", &err), err);
    CHECK(same_gap(gap, a));
    CHECK(rename(SAMPLE, FOLDER "model.soapz") == 0);
    CHECK_OK(sz_gap_load(&b, FOLDER "model.soapz", &err), err);
    CHECK(same_gap(gap, b));
    sz_gap_free(gap);
    sz_gap_free(a);
    sz_gap_free(b);
    CHECK_FAILS(sz_gap_load(&a, FOLDER "none.soapz", &err), SZ_ERR_FILE, "none.soapz",
                err);
    CHECK_FAILS(sz_gap_load(&a, FOLDER, &err), SZ_ERR_FILE, FOLDER, err);
    mkdir(FOLDER "folder.soapz", 0777);
    CHECK_FAILS(sz_gap_load(&a, FOLDER "folder.soapz", &err), SZ_ERR_FILE, "regular",
                err);
    rmdir(FOLDER "folder.soapz");
    return 0;
}

static int test_notes(void)
{
    static const char text[] = "M\xc3\xbcller & \"S\xc3\xb6hne\" <x>\n\\ 2\ttabs";
    sz_gap *gap = read_sample("", ""), *again;
    sz_gap_note *note;
    sz_error err;
    char key[20];
    int n;

    CHECK_OK(sz_gap_set_note(gap, "licence", "none", &err), err);
    CHECK_OK(sz_gap_set_note(gap, "citation", text, &err), err);
    CHECK_OK(sz_gap_set_note(gap, "licence", "CC-BY-4.0", &err), err);
    CHECK_OK(sz_gap_set_note(gap, "gone", "x", &err), err);
    CHECK_OK(sz_gap_set_note(gap, "gone", NULL, &err), err);
    CHECK_OK(sz_gap_set_note(gap, "never", NULL, &err), err);
    CHECK(gap->n_notes == 2);
    CHECK_OK(sz_gap_save(gap, FILE_1, &err), err);
    CHECK_OK(sz_gap_load(&again, FILE_1, &err), err);
    CHECK(again->n_notes == 2);
    CHECK(same_text(again->note[0].key, "licence"));
    CHECK(same_text(again->note[0].text, "CC-BY-4.0"));
    CHECK(same_text(again->note[1].text, text));
    CHECK_OK(sz_gap_save(again, FILE_2, &err), err);
    CHECK(same_files(FILE_1, FILE_2));
    CHECK_OK(sz_gap_notes(&note, &n, FILE_1, &err), err);
    CHECK(n == 3 && same_text(note[2].key, "citation") && same_text(note[2].text, text));
    CHECK(same_text(note[0].key, "soapz_version") && same_text(note[0].text, SZ_VERSION));
    sz_gap_notes_free(note, n);
    CHECK_OK(sz_gap_notes(&note, &n, SAMPLE, &err), err);
    CHECK(n == 0 && !note);
    sz_gap_free(again);

    CHECK_OK(sz_gap_set_note(gap, "md5", "x", &err), err);
    CHECK_FAILS(sz_gap_save(gap, FILE_1, &err), SZ_ERR_ARGUMENT, "md5", err);
    CHECK_OK(sz_gap_set_note(gap, "md5", NULL, &err), err);
    CHECK_OK(sz_gap_set_note(gap, "latin", "\xe4", &err), err);
    CHECK_FAILS(sz_gap_save(gap, FILE_1, &err), SZ_ERR_FORMAT, "latin", err);
    CHECK_OK(sz_gap_set_note(gap, "latin", NULL, &err), err);
    for (int k = 0; k < 99; k++) {
        snprintf(key, sizeof key, "key%d", k);
        CHECK_OK(sz_gap_set_note(gap, key, "", &err), err);
    }
    CHECK_FAILS(sz_gap_save(gap, FILE_1, &err), SZ_ERR_ARGUMENT, "notes", err);
    CHECK(same_files(FILE_1, FILE_2)); /* the old file is still there */
    sz_gap_free(gap);
    return 0;
}

/* A number that is invalid for a kernel is refused, with the name of the term. */
static int test_save_refuses_kernels(void)
{
    sz_gap *gap = read_sample("", "");
    sz_error err;
    int n_gaussian = 0, n_dot = 0;

    remove(FILE_1);
    for (int k = 0; k < gap->n_terms; k++) {
        sz_gap_term *c = &gap->term[k];
        double *const number[] = {&c->delta, &c->f0, &c->zeta};

        for (int i = 0; i < 3; i++) {
            const double keep = *number[i];

            *number[i] = NAN;
            CHECK_FAILS(sz_gap_save(gap, FILE_1, &err), SZ_ERR_FORMAT,
                        "delta, f0 or zeta is not a finite number", err);
            *number[i] = keep;
        }
        if (c->covariance == SZ_COVARIANCE_ARD_SE) {
            const double theta = c->theta[0];
            const int first = c->perm[0];

            n_gaussian++;
            c->theta[0] = 0.0;
            CHECK_FAILS(sz_gap_save(gap, FILE_1, &err), SZ_ERR_FORMAT,
                        "a theta is not positive", err);
            c->theta[0] = theta;
            for (int i = -1; i <= c->n_dim; i += c->n_dim + 1) {
                c->perm[0] = i;
                CHECK_FAILS(sz_gap_save(gap, FILE_1, &err), SZ_ERR_FORMAT,
                            "a permutation is invalid", err);
            }
            c->perm[0] = first;
        } else if (c->covariance == SZ_COVARIANCE_DOT_PRODUCT) {
            const double zeta = c->zeta;

            n_dot++;
            c->zeta = 0.0;
            CHECK_FAILS(sz_gap_save(gap, FILE_1, &err), SZ_ERR_FORMAT,
                        "zeta is not positive", err);
            c->zeta = zeta;
        }
    }
    CHECK(n_gaussian > 0 && n_dot > 0 && access(FILE_1, F_OK) != 0);
    CHECK_OK(sz_gap_save(gap, FILE_1, &err), err); /* nothing has changed */
    sz_gap_free(gap);
    return 0;
}

static int test_save_refuses(void)
{
    sz_gap *gap = read_sample("", "");
    sz_error err;

    remove(FILE_1);
    gap->term[1].x_sparse[2] = NAN;
    CHECK_FAILS(sz_gap_save(gap, FILE_1, &err), SZ_ERR_FORMAT, "term 2", err);
    gap->term[1].x_sparse[2] = 1.0;
    gap->glue->type[1].density.y[0] = INFINITY;
    CHECK_FAILS(sz_gap_save(gap, FILE_1, &err), SZ_ERR_FORMAT, "Glue", err);
    gap->glue->type[1].density.y[0] = 1.0;
    CHECK_FAILS(sz_gap_save(gap, FOLDER "no/x.soapz", &err), SZ_ERR_FILE, "no/x", err);
    CHECK_FAILS(sz_gap_save(gap, "/dev/full", &err), SZ_ERR_FILE, "/dev/full", err);
    CHECK(access(FILE_1, F_OK) != 0);
    sz_gap_free(gap);
    return 0;
}

/* ---- damage ----------------------------------------------------------------------- */

/* the smallest model: one term with one sparse point */
static char *small_file(size_t *n)
{
    double x[2] = {1.5, -0.25}, alpha = 2.0, fc = 1.0;
    sz_gap_term c = {.descriptor = "soap Z=42",
                     .covariance = SZ_COVARIANCE_DOT_PRODUCT,
                     .delta = 1.0,
                     .zeta = 2.0,
                     .n_dim = 2,
                     .n_perm = 1,
                     .n_sparse = 1,
                     .x_sparse = x,
                     .alpha = &alpha,
                     .fc_sparse = &fc};
    sz_gap gap = {.label = "GAP", .e_scale = 1.0, .n_terms = 1, .term = &c};
    sz_error err = {SZ_OK, ""};

    if (sz_gap_save(&gap, FILE_1, &err) != SZ_OK) printf("%s\n", err.message);
    return read_whole(FILE_1, n);
}

static void put_byte(FILE *f, size_t at, int byte)
{
    CHECK(fseek(f, (long)at, SEEK_SET) == 0 && fputc(byte & 0xff, f) != EOF);
    CHECK(fflush(f) == 0);
}

static void test_damage(void)
{
    FILE *f;
    size_t n;
    char *bytes = small_file(&n);
    sz_gap *gap = NULL;
    sz_error err;

    CHECK(n > 1000 && n < 4000);
    CHECK(sz_gap_load(&gap, FILE_1, &err) == SZ_OK);
    sz_gap_free(gap);
    CHECK(write_file(BAD, bytes, n));
    f = fopen(BAD, "r+b");
    for (size_t k = 0; k < 8 * n && f; k++) { /* the bit; then the original byte */
        put_byte(f, k / 8, bytes[k / 8] ^ 1 << k % 8);
        check_refused(BAD, ";");
        put_byte(f, k / 8, bytes[k / 8]);
    }
    if (f) fclose(f);
    CHECK(sz_gap_load(&gap, BAD, &err) == SZ_OK);
    sz_gap_free(gap);
    for (size_t k = n; k-- > 0;) {
        CHECK(truncate(BAD, (off_t)k) == 0);
        check_refused(BAD, k == 0 ? "empty" : "copy it again");
    }
    bytes[n] = 0;
    CHECK(write_file(BAD, bytes, n + 1));
    check_refused(BAD, "after the last tensor");
    printf("%zu lengths and %zu bits of a file\n", n, 8 * n);
    free(bytes);
}

/* ---- forged files: with the right sum --------------------------------------------- */

/* A file of this header (length 0: its own length) and n_data bytes, with the checksum of
 * docs/format.md. */
static void write_sealed(const char *header, uint64_t length, const void *data,
                         size_t n_data)
{
    size_t n = strlen(header);
    char *bytes = malloc(8 + n + n_data), *zeros, sum[33];

    if (!length) length = n;
    for (int k = 0; k < 8; k++) bytes[k] = (char)(length >> 8 * k & 0xff);
    memcpy(bytes + 8, header, n);
    if (n_data) memcpy(bytes + 8 + n, data, n_data);
    zeros = strstr(header, ZEROS);
    if (zeros) {
        sz_md5(bytes, 8 + n + n_data, sum);
        memcpy(bytes + 8 + (zeros - header), sum, 32);
    }
    remove(BAD); /* faster than truncating the file */
    CHECK(write_file(BAD, bytes, 8 + n + n_data));
    free(bytes);
}

#define META "\"__metadata__\":{\"md5\":\"" ZEROS "\"}"
#define T(shape, offsets)                                                                \
    "{" META ",\"t\":{\"dtype\":\"F64\",\"shape\":" shape ",\"data_offsets\":" offsets   \
    "}}"

static void test_hostile_headers(void)
{
    static const struct {
        const char *header, *text;
        uint64_t length;
        size_t n_data;
    } bad[] = {
        {"{" META "}", "does not fit the file", UINT64_MAX >> 8, 0},
        {"{" META "}", "does not fit the file", 1u << 30, 0},
        {"{" META "}", "does not fit the file", 1, 8},
        {"{" META "}", "not a JSON object", 20, 0},
        {"{} {}", "not a JSON object", 0, 0},
        {"{\"a\":\"\\u0000\"}", "not a JSON object", 0, 0},
        {"{\"a\":\"\xff\"}", "not a JSON object", 0, 0},
        {"{\"a\":1e999}", "not a JSON object", 0, 0},
        {"{\"a\":99999999999999999999}", "not a JSON object", 0, 0},
        {"{" META "," META "}", "not a JSON object", 0, 0},
        {"{\"t\":1}", "without __metadata__", 0, 0},
        {"{\"__metadata__\":1}", "without __metadata__", 0, 0},
        {"{\"__metadata__\":{\"a\":1}}", "is not a text", 0, 0},
        {"{\"__metadata__\":{}}", "exactly one md5", 0, 0},
        {"{\"__metadata__\":{\"md5\":\"0\"}}", "exactly one md5", 0, 0},
        {"{\"__metadata__\":{\"md5\":\"" ONES "\",\"a\":\"" ONES "\"}}",
         "exactly one md5", 0, 0},
        {"{" META ",\"t\":1}", "must have dtype", 0, 0},
        {"{" META ",\"t\":{}}", "must have dtype", 0, 0},
        {T("[1]", "[0]"), "must have dtype", 0, 8},
        {T("[1]", "[0,8,8]"), "must have dtype", 0, 8},
        {T("[1]", "[0,8.0]"), "must have dtype", 0, 8},
        {T("[1]", "[0,8],\"x\":1"), "must have dtype", 0, 8},
        {T("[1]", "[-8,0]"), "outside", 0, 8},
        {T("[1]", "[8,0]"), "outside", 0, 8},
        {T("[2]", "[0,16]"), "outside", 0, 8},
        {T("[1]", "[0,9223372036854775807]"), "outside", 0, 8},
        {T("1", "[0,8]"), "not 1 or 2 numbers", 0, 8},
        {T("[]", "[0,8]"), "not 1 or 2 numbers", 0, 8},
        {T("[1,1,1]", "[0,8]"), "not 1 or 2 numbers", 0, 8},
        {T("[2]", "[0,8]"), "does not match its bytes", 0, 8},
        {T("[0]", "[0,0]"), "does not match its bytes", 0, 0},
        {T("[-1]", "[0,8]"), "does not match its bytes", 0, 8},
        {T("[1.0]", "[0,8]"), "does not match its bytes", 0, 8},
        {T("[1]", "[0,7]"), "does not match its bytes", 0, 7},
        {T("[1]", "[0,9]"), "does not match its bytes", 0, 9},
        {T("[4294967296,4294967296]", "[0,8]"), "does not match its bytes", 0, 8},
        {T("[4611686018427387904,4]", "[0,8]"), "does not match its bytes", 0, 8},
        {T("[1]", "[8,16]"), "follows a gap", 0, 16},
        {T("[1]", "[0,8]"), "after the last tensor", 0, 16},
        {"{" META ",\"t\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
         "neither F64", 0, 8},
        {"{" META ",\"t\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,16]},"
         "\"u\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[8,24]}}",
         "u overlaps", 0, 24},
        {"{" META ",\"t\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]},"
         "\"u\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]}}",
         "overlaps", 0, 8},
        {T("[1]", "[0,8]"), "format is not", 0, 8}};
    static const double data[4] = {0};

    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        write_sealed(bad[k].header, bad[k].length, data, bad[k].n_data);
        check_refused(BAD, bad[k].text);
    }
}

static void test_nesting(void)
{
    size_t n = 3000000;
    char *header = malloc(n + 20);

    strcpy(header, "{\"a\":");
    memset(header + 5, '[', n);
    header[n + 5] = '\0';
    write_sealed(header, 0, NULL, 0);
    check_refused(BAD, "not a JSON object");
    for (size_t k = 0; k + 5 < n; k += 5) memcpy(header + 5 + k, "{\"a\":", 5);
    write_sealed(header, 0, NULL, 0);
    check_refused(BAD, "not a JSON object");
    free(header);
}

/* The small file with a changed description: the first old in the header becomes new. */
static void write_edited(const char *bytes, size_t n, const char *old, const char *new)
{
    size_t length =
        (size_t)(unsigned char)bytes[0] + 256 * (size_t)(unsigned char)bytes[1];
    size_t room = length + strlen(new) + 1;
    char *header = calloc(1, room), *text = calloc(1, length + 1), *at, *sum;

    memcpy(text, bytes + 8, length);
    sum = strstr(text, "\"md5\":\"");
    memcpy(sum + 7, ZEROS, 32);
    at = strstr(text, old);
    CHECK(at != NULL);
    if (!at) at = text;
    snprintf(header, room, "%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
    write_sealed(header, 0, bytes + 8 + length, n - 8 - length);
    free(header);
    free(text);
}

#define LJ_PAIR(types, cutoff)                                                           \
    "{\\\"types\\\":[" types "],\\\"sigma\\\":1,\\\"eps6\\\":1,\\\"eps12\\\":1,"         \
    "\\\"cutoff\\\":" cutoff ",\\\"cutoff_width\\\":0,\\\"energy_shift\\\":false,"       \
    "\\\"force_shift\\\":false}"
#define COULOMB(method, cutoff, alpha, z)                                                \
    "\\\"coulomb\\\":{\\\"method\\\":\\\"" method "\\\",\\\"cutoff\\\":" cutoff          \
    ",\\\"alpha\\\":" alpha ",\\\"smooth_length\\\":0,\\\"charges\\\":[{\\\"z\\\":" z    \
    ",\\\"charge\\\":1}]},"

static void test_hostile_models(void)
{
    static const struct {
        const char *old, *new, *text;
    } bad[] = {
        {"\"format\":\"soapz\"", "\"format\":\"pt\"", "format is not"},
        {"\"format_version\":\"1\"", "\"format_version\":\"2\"", "newer soapz"},
        {"\"model\":", "\"modem\":", "no description"},
        {"\"model\":\"", "\"model\":\"x",
         "description of the model is not a JSON object"},
        {"\"model\":\"{", "\"model\":\"{\\\"a\\\":1,", "description of the model"},
        {"\"model\":\"{", "\"model\":\"{\\\"glue\\\":1,", "description of Glue"},
        {"\"model\":\"{", "\"model\":\"{\\\"zbl\\\":{},", "description of ZBL"},
        {"\"model\":\"{", "\"model\":\"{\\\"lj\\\":{},", "description of LJ"},
        {"\"model\":\"{",
         "\"model\":\"{\\\"lj\\\":{\\\"types\\\":[8],\\\"pairs\\\":[1]},",
         "description of a pair of LJ"},
        {"\"model\":\"{", "\"model\":\"{\\\"lj\\\":{\\\"types\\\":[8],\\\"pairs\\\":[]},",
         "LJ has no types or pairs"},
        {"\"model\":\"{",
         "\"model\":\"{\\\"lj\\\":{\\\"types\\\":[8,200],\\\"pairs\\\":[" LJ_PAIR(
             "0,0", "1") "]},",
         "LJ has a type with no atomic number"},
        {"\"model\":\"{",
         "\"model\":\"{\\\"lj\\\":{\\\"types\\\":[8],\\\"pairs\\\":[" LJ_PAIR("0,1",
                                                                              "1") "]},",
         "a pair of LJ is out of range"},
        {"\"model\":\"{",
         "\"model\":\"{\\\"lj\\\":{\\\"types\\\":[8],\\\"pairs\\\":[" LJ_PAIR("0,0",
                                                                              "-1") "]},",
         "a pair of LJ is out of range"},
        {"\"model\":\"{",
         "\"model\":\"{\\\"lj\\\":{\\\"types\\\":[8],\\\"pairs\\\":[" LJ_PAIR(
             "0,0", "1") "," LJ_PAIR("0,0", "1") "]},",
         "LJ has a pair of types twice"},
        {"\"model\":\"{", "\"model\":\"{\\\"coulomb\\\":{},", "description of Coulomb"},
        {"\"model\":\"{", "\"model\":\"{" COULOMB("ewald", "5", "1", "8"),
         "screening of Coulomb is out of range"},
        {"\"model\":\"{", "\"model\":\"{" COULOMB("dsf", "0", "1", "8"),
         "screening of Coulomb is out of range"},
        {"\"model\":\"{", "\"model\":\"{" COULOMB("dsf", "5", "-1", "8"),
         "screening of Coulomb is out of range"},
        {"\"model\":\"{", "\"model\":\"{" COULOMB("dsf", "5", "1", "119"),
         "description of a charge of Coulomb: its z is given twice or is not an element"},
        {"\"model\":\"{",
         "\"model\":\"{\\\"zbl\\\":{\\\"cutoff\\\":-1,\\\"cutoff_width\\\""
         ":0,\\\"shift\\\":true,\\\"scale\\\":1},",
         "ZBL is out of range"},
        {"\"model\":\"{",
         "\"model\":\"{\\\"glue\\\":{\\\"types\\\":[{\\\"z\\\":1,\\\"do_spline\\\":false,"
         "\\\"density\\\":{\\\"n\\\":1073741823,\\\"slopes\\\":[0,0]},\\\"embedding\\\":{"
         "}"
         "}],\\\"pairs\\\":[]},",
         "no tensor glue.type.0.density"},
        {"\"model\":\"{",
         "\"model\":\"{\\\"glue\\\":{\\\"types\\\":[],\\\"pairs\\\":[]},",
         "Glue has no types"},
        {"\\\"label\\\":\\\"GAP", "\\\"label\\\":\\\"a b", "label is not a word"},
        {"\\\"gap_version\\\":0", "\\\"gap_version\\\":-1", "gap_version"},
        {"\\\"gap_version\\\":0", "\\\"gap_version\\\":4294967296", "gap_version"},
        {"\\\"e_scale\\\":1.0", "\\\"e_scale\\\":\\\"1\\\"", "Expected real"},
        {"soap Z=42", "", "descriptor is missing"},
        {"soap Z=42", "soap \\\\u0007", "has invalid characters"},
        {"dot_product", "cosine", "a kernel is neither"},
        {"\\\"zeta\\\":2.0", "\\\"zeta\\\":0", "zeta is not positive"},
        {"\\\"zeta\\\":2.0,", "", "zeta"},
        {"\\\"n_dim\\\":2", "\\\"n_dim\\\":3", "is F64 of 1 x 2, expected F64 of 1 x 3"},
        {"\\\"n_dim\\\":2", "\\\"n_dim\\\":0", "n_dim"},
        {"\\\"n_dim\\\":2", "\\\"n_dim\\\":2147483647", "expected F64 of 1 x 2147483647"},
        {"\\\"n_dim\\\":2", "\\\"n_dim\\\":2.0", "n_dim"},
        {"\\\"n_sparse\\\":1", "\\\"n_sparse\\\":2147483647",
         "expected F64 of 2147483647"},
        {"\\\"n_sparse\\\":1", "\\\"n_sparse\\\":-1", "n_sparse"},
        {"\\\"n_sparse\\\":1", "\\\"n_sparse\\\":0", "does not mention"},
        {"\\\"n_matrix\\\":0", "\\\"n_matrix\\\":2147483647", "no tensor term.0.matrix"},
        {"dot_product", "pp", "no tensor term.0.theta"},
        {"\"term.0.alpha\"", "\"term.1.alpha\"", "no tensor term.0.alpha"},
        {"{\"dtype\":\"F64\",\"shape\":[118]", "{\"dtype\":\"I64\",\"shape\":[118]",
         "e0 is I64"},
        {"\\\"terms\\\":[", "\\\"terms\\\":[[],", "description of a term"},
        {"\\\"terms\\\":[", "\\\"terms\\\":{},\\\"x\\\":[", "description of the model"}};
    static const double evil[] = {NAN, INFINITY, -INFINITY};
    size_t n;
    char *bytes = small_file(&n);

    write_edited(bytes, n, "soap Z=42", "soap Z=74"); /* the edits themselves are good */
    {
        sz_gap *gap = NULL;
        sz_error err;

        CHECK(sz_gap_load(&gap, BAD, &err) == SZ_OK);
        sz_gap_free(gap);
    }
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        write_edited(bytes, n, bad[k].old, bad[k].new);
        check_refused(BAD, bad[k].text);
    }
    for (size_t at = n; at > n - 8 * (118 + 4); at -= 8 * 17) /* any number */
        for (int k = 0; k < 3; k++) {
            double keep;

            memcpy(&keep, bytes + at - 8, 8);
            memcpy(bytes + at - 8, &evil[k], 8);
            write_edited(bytes, n, "soap", "soap");
            memcpy(bytes + at - 8, &keep, 8);
            check_refused(BAD, "finite");
        }
    free(bytes);
}

/* Every bit of the header changed, with a new checksum: loaded or refused, no crash. */
static void test_resealed(void)
{
    size_t n, length, n_good = 0, n_bad = 0;
    char *bytes = small_file(&n), *header;
    long before = n_held;

    length = (size_t)(unsigned char)bytes[0] + 256 * (size_t)(unsigned char)bytes[1];
    header = calloc(1, length + 1);
    memcpy(header, bytes + 8, length);
    memcpy(strstr(header, "\"md5\":\"") + 7, ZEROS, 32);
    for (size_t k = 0; k < 8 * length; k++) {
        sz_gap *gap = NULL;
        sz_error err;
        sz_status status;

        header[k / 8] ^= (char)(1 << k % 8);
        if (header[k / 8] && strstr(header, ZEROS)) {
            write_sealed(header, 0, bytes + 8 + length, n - 8 - length);
            status = sz_gap_load(&gap, BAD, &err);
            CHECK(status == SZ_ERR_FORMAT || (status == SZ_OK && gap));
            *(status == SZ_OK ? &n_good : &n_bad) += 1;
            sz_gap_free(gap);
        }
        header[k / 8] ^= (char)(1 << k % 8);
    }
    free(header);
    free(bytes);
    CHECK(n_held == before - 1 && n_good > 100 && n_bad > 1000); /* bytes was held */
    printf("%zu changed headers loaded, %zu refused\n", n_good, n_bad);
}

/* ---- memory ----------------------------------------------------------------------- */

static int test_write_memory(void)
{
    sz_gap *gap = read_sample(SAMPLE_GLUE, SAMPLE_CORES);
    sz_error err;
    long before = n_held, n;

    n_calls = 0;
    CHECK_OK(sz_gap_write(gap, FOLDER "gp.xml", &err), err);
    n = n_calls;
    remove(FOLDER "gp.xml");
    for (long k = 0; k < n; k++) {
        n_calls = 0;
        fail_at = k;
        CHECK_FAILS(sz_gap_write(gap, FOLDER "gp.xml", &err), SZ_ERR_MEMORY, "memory",
                    err);
        fail_at = -1;
        CHECK(n_held == before && access(FOLDER "gp.xml", F_OK) != 0);
    }
    CHECK(n > 10);
    sz_gap_free(gap);
    return 0;
}

/* Whichever allocation fails, those of jansson included: no crash, no leak, no file.
 * jansson does not always give the reason. */
static int test_memory(void)
{
    sz_gap *gap = read_sample("", ""), *again;
    sz_error err;
    long before = n_held, n_save, n_load;
    sz_status status;

    json_set_alloc_funcs(json_malloc, __wrap_free);
    CHECK_OK(sz_gap_save(gap, FILE_1, &err), err);
    remove(FILE_2);
    n_calls = 0;
    CHECK_OK(sz_gap_save(gap, FILE_2, &err), err);
    n_save = n_calls;
    remove(FILE_2);
    for (long k = 0; k < n_save; k++) {
        n_calls = json_refused = 0;
        fail_at = k;
        status = sz_gap_save(gap, FILE_2, &err);
        fail_at = -1;

        CHECK(n_held == before);
        CHECK((access(FILE_2, F_OK) == 0) == (status == SZ_OK));
        if (status == SZ_OK)
            CHECK(json_refused && same_files(FILE_1, FILE_2));
        else
            CHECK(status == SZ_ERR_MEMORY);
        remove(FILE_2);
    }
    sz_gap_free(gap);
    before = n_held;
    n_calls = 0;
    CHECK_OK(sz_gap_load(&gap, FILE_1, &err), err);
    n_load = n_calls;
    before = n_held;
    for (long k = 0; k < n_load; k++) {
        n_calls = json_refused = 0;
        fail_at = k;
        status = sz_gap_load(&again, FILE_1, &err);
        fail_at = -1;
        if (status == SZ_OK)
            CHECK(json_refused && same_gap(gap, again));
        else
            CHECK(!again && (status == SZ_ERR_MEMORY || json_refused));
        sz_gap_free(again);
        CHECK(n_held == before);
    }
    sz_gap_free(gap);
    printf("%ld allocations to write, %ld to read\n", n_save, n_load);
    return 0;
}

/* LJ and Coulomb separately: jansson 2.14 stops the program if memory is exhausted after
 * a backslash, and a whole description has many. */
static int test_core_memory(void)
{
    sz_gap *gap = read_sample(SAMPLE_GLUE, SAMPLE_CORES), again;
    sz_error err;
    long before = n_held, n = 1;

    json_set_alloc_funcs(json_malloc, __wrap_free);
    for (long k = -1; k < n; k++) {
        json_t *lj, *coulomb;
        sz_status status = SZ_ERR_MEMORY;

        memset(&again, 0, sizeof again);
        n_calls = json_refused = 0;
        fail_at = k;
        lj = sz_describe_lj(gap->lj);
        coulomb = sz_describe_coulomb(gap->coulomb);
        if (lj && coulomb) status = sz_load_lj(&again, lj, "here", &err);
        if (status == SZ_OK) status = sz_load_coulomb(&again, coulomb, "here", &err);
        fail_at = -1;
        if (k < 0) n = n_calls;
        CHECK((status == SZ_OK) == (k < 0));
        if (k < 0) CHECK(same_lj(gap->lj, again.lj));
        if (k < 0) CHECK(same_coulomb(gap->coulomb, again.coulomb));
        json_decref(lj);
        json_decref(coulomb);
        if (again.lj) sz_gap_lj_clear(again.lj);
        free(again.lj);
        free(again.coulomb);
        CHECK(n_held == before);
    }
    CHECK(n > 20);
    sz_gap_free(gap);
    return 0;
}

int main(void)
{
    mkdir(FOLDER, 0777);
    if (test_round_trips() || test_kinds() || test_notes() || test_save_refuses() ||
        test_save_refuses_kernels())
        failures++;
    test_damage();
    largest = 0;
    test_hostile_headers();
    test_hostile_models();
    test_resealed();
    CHECK(largest < 3 << 20); /* the buffer of read_whole; much less than the sizes given
                                 in the files */
    test_nesting();
    if (test_write_memory() || test_memory() || test_core_memory()) failures++;
    return check_done();
}
