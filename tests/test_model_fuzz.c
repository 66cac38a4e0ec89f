/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_model_fuzz.c - a .soapz file with environments, changed at random and on
 * purpose: it is refused with a sentence or is a model, and nothing near the
 * memory that it claims is taken. */
#include "base/md5.h"
#include "environments.h"
#include "format/load.h"
#include "format/soapz_write.h"
#include "model/model.h"

#include <stdint.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "test_model_fuzz.d/"
#define GOOD FOLDER "good.soapz"
#define BAD FOLDER "bad.soapz"
#define ZEROS "00000000000000000000000000000000"
#define SOAP                                                                             \
    "soap n_max=3 l_max=2 atom_sigma=0.5 cutoff=4.0 n_species=2 species_Z={41 42} "      \
    "n_Z=2 Z={41 42} nu_R=2 nu_S=1"

enum { ROOM = 1 << 16, N_SPARSE = 4 };

typedef struct {
    unsigned char byte[ROOM];
    size_t n;
} file;

static file good;

/* ---- files ------------------------------------------------------------------------ */

static size_t header_length(const file *f)
{
    size_t n = 0;

    for (int k = 8; k-- > 0;) n = n << 8 | f->byte[k];
    return n;
}

static unsigned char *find(file *f, const char *text)
{
    size_t m = strlen(text);

    for (size_t k = 8; k + m <= f->n; k++)
        if (memcmp(f->byte + k, text, m) == 0) return f->byte + k;
    return NULL;
}

/* replaces n_old bytes from at by the n_new bytes of text */
static void splice(file *f, size_t at, size_t n_old, const void *text, size_t n_new)
{
    if (at > f->n || n_old > f->n - at || f->n - n_old + n_new > ROOM) return;
    memmove(f->byte + at + n_new, f->byte + at + n_old, f->n - at - n_old);
    memcpy(f->byte + at, text, n_new);
    f->n += n_new - n_old;
}

/* Corrects the length of the header, by the given change, and the checksum. */
static void seal(file *f, size_t old_length, size_t old_n)
{
    size_t length = old_length + (f->n - old_n);
    unsigned char *at = find(f, "\"md5\":\"");
    char sum[33];

    for (int k = 0; k < 8; k++) f->byte[k] = (unsigned char)(length >> 8 * k);
    if (!at || (size_t)(at - f->byte) + 39 > f->n) return;
    memcpy(at + 7, ZEROS, 32);
    sz_md5(f->byte, f->n, sum);
    memcpy(at + 7, sum, 32);
}

static void write_bytes(const char *path, const file *f)
{
    FILE *out;

    remove(path); /* faster than truncating the file */
    out = fopen(path, "wb");

    CHECK(out && fwrite(f->byte, 1, f->n, out) == f->n);
    if (out) fclose(out);
}

/* ---- what must hold --------------------------------------------------------------- */

/* 1: a model, 0: refused; everything else is a failure of the test */
static int load(const char *path)
{
    sz_gap *gap = (sz_gap *)&good;
    sz_model *model = (sz_model *)&good;
    sz_error err = {SZ_OK, ""};
    sz_status status = sz_gap_load(&gap, path, &err);

    CHECK((status == SZ_OK) == (gap != NULL));
    if (status == SZ_OK) status = sz_gap_make_vectors(gap, &err);
    if (status != SZ_OK && strncmp(err.message, path, strlen(path)) != 0) {
        CHECK(status == SZ_ERR_MEMORY);
        if (status != SZ_ERR_MEMORY) printf("%s\n", err.message);
    }
    sz_gap_free(gap);
    status = sz_model_load(&model, path, &err);
    CHECK((status == SZ_OK) == (model != NULL));
    if (status != SZ_OK) CHECK(strlen(err.message) > 20);
    sz_model_free(model);
    return status == SZ_OK;
}

static void check_refused(const file *f, const char *text)
{
    sz_gap *gap;
    sz_error err = {SZ_OK, ""};

    write_bytes(BAD, f);
    CHECK_FAILS(sz_gap_load(&gap, BAD, &err), SZ_ERR_FORMAT, text, err);
    CHECK(load(BAD) == 0);
}

/* ---- on purpose ------------------------------------------------------------------- */

/* the first old in the header becomes new, with a new checksum */
static file edited(const char *old, const char *new)
{
    file f = good;
    unsigned char *at = find(&f, old);

    CHECK(at != NULL);
    if (at) splice(&f, (size_t)(at - f.byte), strlen(old), new, strlen(new));
    seal(&f, header_length(&good), good.n);
    return f;
}

static void test_headers(void)
{
    char n_neighbours[40], other[60], entry[60];
    int n = 0;
    static const struct {
        const char *value, *text;
    } bad[] = {{"-1", "n_neighbours"},         {"0", "do not add up"},
               {"2147483647", "n_neighbours"}, {"715827882", "expected F64 of 715827882"},
               {"1e3", "n_neighbours"},        {"\\\"3\\\"", "n_neighbours"},
               {"[]", "n_neighbours"}};
    file f;

    sscanf((char *)find(&good, "n_neighbours"), "n_neighbours\\\":%d", &n);
    CHECK(n > 3 * N_SPARSE);
    snprintf(n_neighbours, sizeof n_neighbours, "n_neighbours\\\":%d", n);
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        snprintf(other, sizeof other, "n_neighbours\\\":%s", bad[k].value);
        f = edited(n_neighbours, other);
        /* the last one within the range is refused because of the counts before, or of
         * the shape */
        check_refused(&f, k == 3 ? "do not add up" : bad[k].text);
    }
    snprintf(entry, sizeof entry, "\"shape\":[%d,3]", n);
    snprintf(other, sizeof other, "\"shape\":[3,%d]", n);
    f = edited(entry, other);
    check_refused(&f, "term.0.neighbour is F64");
    f = edited("n_neighbours", "n_neighbors");
    check_refused(&f, "description of a term");
    f = edited("\"term.0.z\":{\"dtype\":\"U8\"", "\"term.0.z\":{\"dtype\":\"U9\"");
    check_refused(&f, "neither");
    f = edited("\"term.0.z\"", "\"term.0.y\"");
    check_refused(&f, "no tensor term.0.z");
    f = edited("dot_product", "ard_se");
    check_refused(&f, "other than dot_product");
    f = edited("soap n_max=3", "soap n_max=4");
    write_bytes(BAD, &f);
    CHECK(load(BAD) == 0);
    f = edited("soap n_max=3", "soap n_max=40"); /* as vectors these would be gigabytes */
    write_bytes(BAD, &f);
    CHECK(load(BAD) == 0);
    f = edited("soap n_max=3 l_max=2", "distance_2b Z1=42 Z2=42");
    write_bytes(BAD, &f);
    CHECK(load(BAD) == 0);
}

/* numbers of tensors; offset from the end of the header */
static size_t place_of(const char *name)
{
    unsigned long a = 0;
    char text[60];
    unsigned char *at;

    snprintf(text, sizeof text, "\"%s\":{", name);
    at = find(&good, text);
    at = at ? (unsigned char *)strstr((char *)at, "data_offsets\":[") : NULL;
    CHECK(at && sscanf((char *)at, "data_offsets\":[%lu", &a) == 1);
    return 8 + header_length(&good) + a;
}

static void test_numbers(void)
{
    static const int64_t count[] = {-1, INT64_MAX, INT64_MIN, 1 << 30, 0};
    static const double r[] = {NAN, INFINITY, 1e300};
    static const unsigned char z[] = {0, 119, 255};
    file f;

    for (size_t k = 0; k < sizeof count / sizeof *count; k++) {
        f = good;
        memcpy(f.byte + place_of("term.0.count") + 8, &count[k], 8);
        seal(&f, header_length(&good), good.n);
        check_refused(&f, "do not add up");
    }
    for (size_t k = 0; k < 3; k++) {
        f = good;
        memcpy(f.byte + place_of("term.0.neighbour") + 32, &r[k], 8);
        seal(&f, header_length(&good), good.n);
        check_refused(&f, "distance");
        f = good;
        f.byte[place_of("term.0.neighbour_z") + 5] = z[k];
        seal(&f, header_length(&good), good.n);
        check_refused(&f, "not an element");
        f = good;
        f.byte[place_of("term.0.z") + 1] = z[k];
        seal(&f, header_length(&good), good.n);
        check_refused(&f, "not an element");
    }
    f = good;
    memset(f.byte + place_of("term.0.neighbour") + 24, 0, 24);
    seal(&f, header_length(&good), good.n);
    check_refused(&f, "distance");
}

/* ---- at random -------------------------------------------------------------------- */

static size_t below(size_t n)
{
    return (size_t)uniform(0.0, (double)n) % n;
}

/* One random change in the first end bytes after the length; in the header sizes of
 * arrays, offsets and other numbers are replaced by wrong ones. */
static void mutate(file *f, size_t end)
{
    static const char *const evil[] = {"0",
                                       "-1",
                                       "1",
                                       "9223372036854775807",
                                       "-9223372036854775808",
                                       "1e9",
                                       "1e999",
                                       "65536",
                                       "2147483648",
                                       "18446744073709551616",
                                       "[",
                                       "{",
                                       "\"",
                                       "null",
                                       "0.5"};
    size_t at = 8 + below(end - 8);
    unsigned char part[64];

    switch (below(6)) {
    case 0:
        f->byte[at] ^= (unsigned char)(1 << below(8));
        break;
    case 1:
        f->byte[at] = (unsigned char)below(256);
        break;
    case 2: { /* another part of the file at this position */
        size_t n = 1 + below(sizeof part), from = below(f->n - n);

        memcpy(part, f->byte + from, n);
        splice(f, at, n < f->n - at ? n : 0, part, n);
        break;
    }
    case 3:
        splice(f, at, 1 + below(16), "", 0);
        break;
    case 4: {
        size_t n = 1 + below(8), from = below(f->n - n);

        memcpy(part, f->byte + from, n);
        splice(f, at, 0, part, n);
        break;
    }
    default: { /* the next number */
        const char *new = evil[below(sizeof evil / sizeof *evil)];
        size_t n = 0;

        while (at < end && (f->byte[at] < '0' || f->byte[at] > '9')) at++;
        while (at + n < end && f->byte[at + n] >= '0' && f->byte[at + n] <= '9') n++;
        splice(f, at, n, new, strlen(new));
    }
    }
}

static void test_mutations(int n)
{
    int loaded[2] = {0, 0};

    for (int k = 0; k < n; k++) {
        int sealed = k % 4 != 0, changes = 1 + (int)below(3);
        file f = good;

        for (int c = 0; c < changes; c++)
            mutate(&f, sealed ? 8 + header_length(&good) : f.n);
        if (sealed) seal(&f, header_length(&good), good.n);
        write_bytes(BAD, &f);
        loaded[sealed] += load(BAD);
        if (!sealed)
            CHECK(loaded[0] == 0 || (f.n == good.n && !memcmp(f.byte, good.byte, f.n)));
        if (!sealed) loaded[0] = 0;
    }
    printf("%d mutations, %d with a right sum are models\n", n, loaded[1]);
    CHECK(loaded[1] > 0 && loaded[1] < n / 2);
}

static void test_lengths(void)
{
    file f = good;

    for (size_t n = good.n; n-- > 0;) {
        f.n = n;
        write_bytes(BAD, &f);
        CHECK(load(BAD) == 0);
    }
}

static void limit_memory(void)
{
#if !defined(__SANITIZE_ADDRESS__)
    struct rlimit limit;
    unsigned long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");

    if (f && fscanf(f, "%lu", &pages) == 1) {
        limit.rlim_cur = limit.rlim_max = (rlim_t)pages * 4096 + (64u << 20);
        CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
    }
    if (f) fclose(f);
#endif
}

int main(void)
{
    cluster c = {0};
    sz_gap *gap;
    sz_error err;
    FILE *f;

    mkdir(FOLDER, 0777);
    random_liquid(&c, 20, 2);
    CHECK_OK(find_neighbours(&c, 4.0, &err), err);
    if (make_gap(&gap, SOAP, &c, N_SPARSE)) return 1;
    CHECK_OK(sz_gap_save(gap, GOOD, &err), err);
    sz_gap_free(gap);
    sz_list_free(&c.list);
    f = fopen(GOOD, "rb");
    good.n = f ? fread(good.byte, 1, ROOM, f) : 0;
    if (f) fclose(f);
    CHECK(good.n > 2000 && good.n < ROOM / 2);
    CHECK(load(GOOD) == 1);
    limit_memory();
    CHECK(load(GOOD) == 1);
    test_headers();
    test_numbers();
    test_lengths();
    test_mutations(4000);
    return check_done();
}
