/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_gap_write.c - what is written is what gap_fit writes, byte for byte, and reads
 * back to the last bit; a write that fails changes nothing. */
#define _XOPEN_SOURCE 700
#include "base/number.h"
#include "check.h"
#include "format/gap_write.h"
#include "format/gap_xml.h"
#include "gap_equal.h"
#include "gap_xml_sample.h"
#include "models.h"

#include <dirent.h>
#include <float.h>
#include <locale.h>
#include <signal.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "test_gap_write.d/"
#define XML FOLDER "gp.xml"

/* ---- files ------------------------------------------------------------------------ */

static void empty_folder(void)
{
    DIR *d;
    char path[600];

    mkdir(FOLDER, 0777);
    d = opendir(FOLDER);
    for (struct dirent *e; d && (e = readdir(d));) {
        snprintf(path, sizeof path, FOLDER "%s", e->d_name);
        if (e->d_name[0] != '.') remove(path);
    }
    if (d) closedir(d);
}

/* number of files; the sum of their sizes in *bytes */
static int count_files(long *bytes)
{
    DIR *d = opendir(FOLDER);
    char path[600];
    struct stat s;
    int n = 0;

    *bytes = 0;
    for (struct dirent *e; d && (e = readdir(d));) {
        if (e->d_name[0] == '.') continue;
        snprintf(path, sizeof path, FOLDER "%s", e->d_name);
        if (stat(path, &s) == 0) *bytes += (long)s.st_size;
        n++;
    }
    if (d) closedir(d);
    return n;
}

static char *read_whole(const char *path)
{
    FILE *f = fopen(path, "rb");
    char *text = calloc(1, 1 << 22);
    size_t n = f && text ? fread(text, 1, (1 << 22) - 1, f) : 0;

    if (f) fclose(f);
    if (n > 0) return text;
    free(text);
    return NULL;
}

/* ---- numbers ---------------------------------------------------------------------- */

static double random_double(void)
{
    static uint64_t s = 0x9e3779b97f4a7c15u;
    double x;

    do {
        s ^= s >> 12;
        s ^= s << 25;
        s ^= s >> 27;
        memcpy(&x, &s, sizeof x);
    } while (!isfinite(x));
    return x;
}

static void check_round_trip(double x)
{
    char text[64];
    double y = 0.0;

    sz_gap_number(x, text);
    CHECK(sz_parse_double(text, &y) && same_bits(&x, &y, 1, sizeof x));
    CHECK(strlen(text) < 32);
    y = 0.0;
    sz_gap_sparse_number(x, text);
    CHECK(sz_parse_double(text, &y) && same_bits(&x, &y, 1, sizeof x));
    CHECK(strlen(text) < 32);
}

static void test_numbers(void)
{
    static const struct {
        double x;
        const char *text;
    } known[] = {{0.0, ".00000000000000000E+000"},
                 {0.5, ".50000000000000000"},
                 {-160.73263835370375, "-160.73263835370375"},
                 {1.0, "1.0000000000000000"},
                 {0.1, ".10000000000000001E+000"},
                 {0.10000000000000002, ".10000000000000002"},
                 {-.068011481090201054, "-.68011481090201054E-001"},
                 {2e30, ".20000000000000000E+031"},
                 {12345678901234567.0, "12345678901234568."},
                 {1e-200, ".99999999999999998E-200"}};
    static const double edge[] = {
        DBL_MAX, -DBL_MIN, DBL_TRUE_MIN,        -0.0,
        1e17,    1e16,     0.99999999999999989, 9.9999999999999982,
        1e22,    1e23};
    char text[64];

    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        sz_gap_number(known[k].x, text);
        CHECK(same_text(text, known[k].text));
        if (strcmp(text, known[k].text) != 0) printf("%s\n", text);
    }
    sz_gap_sparse_number(-1.93303094527457683931e-37, text);
    CHECK(same_text(text, "-1.93303094527457683931e-37"));
    sz_gap_sparse_number(0.0, text);
    CHECK(same_text(text, "0.00000000000000000000e+00"));
    sz_gap_sparse_number(1e-300, text);
    CHECK(same_text(text + 22, "e-300"));
    for (size_t k = 0; k < sizeof edge / sizeof *edge; k++) check_round_trip(edge[k]);
    for (int k = 0; k < 20000 / CHECK_EVERY(10); k++) check_round_trip(random_double());
    for (int k = 0; k < 20000 / CHECK_EVERY(10); k++)
        check_round_trip(ldexp(random_double() > 0 ? 1.0 + k : -k, -14));
}

/* ---- gap_fit's bytes -------------------------------------------------------------- */

/* the next line, terminated by zero; *rest: the text after it */
static char *next_line(char **rest)
{
    char *line = *rest, *end = strchr(line, '\n');

    if (!end) return NULL;
    *end = '\0';
    *rest = end + 1;
    return line;
}

/* The files agree from <GAP_params> to </gpSparse>, except for a blank before a
 * descriptor. Returns the number of compared lines. */
static int compare_xml(const char *ours, const char *theirs)
{
    char *a = read_whole(ours), *b = read_whole(theirs);
    char *p = a ? strstr(a, "<GAP_params") : NULL;
    char *q = b ? strstr(b, "<GAP_params") : NULL;
    int n = 0;

    while (p && q) {
        char *x = next_line(&p), *y = next_line(&q), *blank;

        if (!x || !y) break;
        blank = strstr(y, "<descriptor> ");
        if (blank) memmove(blank + 12, blank + 13, strlen(blank + 12));
        if (strcmp(x, y) != 0) {
            printf("%s\n%s\n", x, y);
            n = 0;
            break;
        }
        n++;
        if (strstr(x, "</gpSparse>")) break;
    }
    free(a);
    free(b);
    return n;
}

/* soapz writes them into files; gap_fit may write them into the XML. */
static int has_sparse_files(const char *path)
{
    char *text = read_whole(path);
    int has = text && strstr(text, "sparseX_filename");

    free(text);
    return has;
}

static int compare_bytes(const char *ours, const char *theirs)
{
    char *a = read_whole(ours), *b = read_whole(theirs);
    int same = a && b && strcmp(a, b) == 0;

    free(a);
    free(b);
    return same;
}

static int test_model(const char *name)
{
    char theirs[4200], ours[600];
    const char *path = model_path(name);
    sz_gap *gap, *again;
    sz_error err;
    int n_files;

    empty_folder();
    CHECK_OK(sz_gap_read(&gap, path, &err), err);
    CHECK_OK(sz_gap_write(gap, XML, &err), err);
    n_files = has_sparse_files(path) ? gap->n_terms : 0;
    CHECK(n_files || strcmp(name, "mow_2b_soap_nonint_zeta") == 0);
    if (n_files) CHECK(compare_xml(XML, path) > 120);
    for (int k = 0; k < n_files; k++) {
        snprintf(ours, sizeof ours, XML ".sparseX.%s%d", gap->label, k + 1);
        snprintf(theirs, sizeof theirs, "%s.sparseX.%s%d", path, gap->label, k + 1);
        CHECK(compare_bytes(ours, theirs));
    }
    CHECK_OK(sz_gap_read(&again, XML, &err), err);
    CHECK(same_gap(gap, again));
    sz_gap_free(gap);
    sz_gap_free(again);
    return 0;
}

/* ---- what the models lack --------------------------------------------------------- */

static sz_gap *read_sample(const char *old, const char *new)
{
    sz_gap *gap = NULL;
    sz_error err;

    CHECK(write_file(FOLDER "sample.xml.sparseX.GAP_13", SAMPLE_SPARSE,
                     strlen(SAMPLE_SPARSE)));
    CHECK(write_sample(FOLDER "sample.xml", old, new));
    if (sz_gap_read(&gap, FOLDER "sample.xml", &err) != SZ_OK)
        printf("%s\n", err.message);
    CHECK(gap != NULL);
    return gap;
}

static int test_variants(void)
{
    static const char *const change[][2] = {
        {"", ""},
        {"IP Glue label=core",
         "IP ZBL cutoff=2.6 cutoff_width=.3 shift_cutoff=T E_scale=2"},
        {"{IP Glue label=core}",
         "{Sum init_args_pot1={IP Glue label=other} init_args_pot2={IP ZBL cutoff=2}}"},
        {SAMPLE_GLUE, SAMPLE_CORES},
        {"E_scale=.25", ""},
        {" gap_version=\"1769700636\"", ""},
        {"Z=42</desc", "Z=42 a={&lt;&quot;&amp;>} \xc3\xbc</desc"},
        {"      <theta>  0.7",
         "<compression_matrix>.1 -2 3e-300</compression_matrix><theta>0.7"}};
    sz_error err;

    for (size_t k = 0; k < sizeof change / sizeof *change; k++) {
        sz_gap *gap, *again = NULL;

        empty_folder();
        gap = read_sample(change[k][0], change[k][1]);
        if (!gap) continue;
        CHECK_OK(sz_gap_write(gap, XML, &err), err);
        CHECK_OK(sz_gap_read(&again, XML, &err), err);
        CHECK(same_gap(gap, again));
        sz_gap_free(gap);
        sz_gap_free(again);
    }
    return 0;
}

static int test_names(void)
{
    static const char *const odd[] = {FOLDER "a & b \"c\" <d>.xml",
                                      FOLDER "\xc3\xbc.xml"};
    sz_gap *gap, *again;
    sz_error err;
    int n[8], end = 0;
    char *keep;

    empty_folder();
    gap = read_sample("", "");
    if (!gap) return 1;
    for (int k = 0; k < 2; k++) {
        CHECK_OK(sz_gap_write(gap, odd[k], &err), err);
        CHECK_OK(sz_gap_read(&again, odd[k], &err), err);
        CHECK(same_gap(gap, again));
        sz_gap_free(again);
    }
    CHECK_FAILS(sz_gap_write(gap, FOLDER "a\nb.xml", &err), SZ_ERR_ARGUMENT, "choose",
                err);
    CHECK_FAILS(sz_gap_write(gap, FOLDER "\xff.xml", &err), SZ_ERR_ARGUMENT, "choose",
                err);
    CHECK_FAILS(sz_gap_write(gap, FOLDER, &err), SZ_ERR_ARGUMENT, "choose", err);

    keep = gap->label; /* derived from the time */
    gap->label = NULL;
    CHECK_OK(sz_gap_write(gap, XML, &err), err);
    CHECK_OK(sz_gap_read(&again, XML, &err), err);
    CHECK(sscanf(again->label, "GAP_%d_%d_%d_%d_%d_%d_%d_%d%n", n, n + 1, n + 2, n + 3,
                 n + 4, n + 5, n + 6, n + 7, &end) == 8);
    CHECK(again->label[end] == '\0' && n[0] >= 2024 && n[1] >= 1 && n[1] <= 12);
    sz_gap_free(again);
    gap->label = keep;
    sz_gap_free(gap);
    return 0;
}

static int test_command_line(void)
{
    sz_gap_note note[2] = {{"command_line", "a <b> ]]> & ]]>"}, {"citation", "none"}};
    sz_gap *gap, *again;
    sz_error err;
    char *text;

    empty_folder();
    gap = read_sample("", "");
    if (!gap) return 1;
    gap->note = note;
    gap->n_notes = 2;
    CHECK_OK(sz_gap_write(gap, XML, &err), err);
    CHECK_OK(sz_gap_read(&again, XML, &err), err); /* still well-formed */
    text = read_whole(XML);
    CHECK(text && strstr(text, "<command_line><![CDATA[a <b> ]]]]><![CDATA[> & ]]"));
    CHECK(text && !strstr(text, "none"));
    free(text);
    note[0].text = "a \x01";
    CHECK_FAILS(sz_gap_write(gap, XML, &err), SZ_ERR_FORMAT, "command_line", err);
    gap->n_notes = 0;
    gap->note = NULL;
    sz_gap_free(gap);
    sz_gap_free(again);
    return 0;
}

static int is_foreign(const sz_gap *gap, char text[400])
{
    CHECK(sz_gap_find_foreign(text, gap, NULL) == SZ_OK);
    return *text != '\0';
}

/* labels equivalent to nu_R, nu_S of QUIP are written as these keys; no other changes */
static void test_quip_words(void)
{
    static const struct {
        const char *own, *quip;
    } list[] = {
        {"soap compression={mu^=2} l_max=3", "soap nu_R=0 nu_S=0 l_max=3"},
        {"soap compression={nu^,mu^=1,1}", "soap nu_R=0 nu_S=1"},
        {"compression = { nu^ = 2 }, soap", "nu_R=0 nu_S=2, soap"},
        {"soap Z={41 42} Compression={{mu,mu^=1,1}}\tx={ compression={nu=2} }",
         "soap Z={41 42} nu_R=1 nu_S=0\tx={ compression={nu=2} }"},
        {"soap a='compression=mu' compression='nu,mu^=1,1'",
         "soap a='compression=mu' nu_R=1 nu_S=1"},
        {"soap compression={nu,nu^=1,1}", "soap nu_R=1 nu_S=2"},
        {"soap compression={mu=2}", "soap nu_R=2 nu_S=0"},
        {"soap compression={nu,mu=1,1}", "soap nu_R=2 nu_S=1"},
        {"soap compression={nu=2}", "soap nu_R=2 nu_S=2"},
        {"soap compression={nu,mu*=1,1}", NULL},
        {"soap compression={mu,nu^=1,1} n_max=4", NULL},
        {"soap compression={nu=2,d_J} d_J=2", NULL},
        {"soap compression={nu=2} compression={nu,mu=1,1}", NULL},
        {"distance_2b compression={nu=2}", NULL},
        {"soap compression={nu=2", NULL},
        {"soap nu_R=2 nu_S=1", NULL},
        {"", NULL},
    };

    for (size_t k = 0; k < sizeof list / sizeof *list; k++) {
        const char *want = list[k].quip ? list[k].quip : list[k].own;
        char *now = sz_gap_quip_descriptor(list[k].own, SZ_GAP_VERSION);
        char *before = sz_gap_quip_descriptor(list[k].own, 1600000000);
        char text[400];
        sz_gap_term c = {.descriptor = (char *)list[k].own};
        sz_gap gap = {.n_terms = 1, .term = &c, .version = SZ_GAP_VERSION};
        int own = strstr(list[k].own, "compression") && k != 14; /* 14: no grammar */

        CHECK(now && before);
        CHECK(strcmp(now, want) == 0);
        if (strcmp(now, want) != 0) printf("%s\n%s\n", now, want);
        CHECK(strcmp(before, list[k].own) ==
              0); /* in old files the keys had another meaning */
        CHECK(is_foreign(&gap, text) == (own && !list[k].quip));
        free(now);
        free(before);
    }
}

static void test_quip_lists(void)
{
    static const struct {
        const char *own, *quip; /* NULL: the same */
    } list[] = {
        {"soap species_Z={41,42, 73 , 74} n_species=4",
         "soap species_Z={41 42  73   74} n_species=4"},
        {"soap_turbo alpha_max=4 n_species=2 species_Z={6 8}",
         "soap_turbo alpha_max={4 4} n_species=2 species_Z={6 8}"},
        {"soap_turbo n_species=2 n_max = {4, 5} l_max=2",
         "soap_turbo n_species=2 alpha_max={4  5} l_max=2"},
        {"soap_turbo n_species=2 n_max=4 atom_sigma=0.5 amplitude_scaling=2", NULL},
        {"soap_turbo n_species=2 atom_sigma={.4 .5} l_max=2",
         "soap_turbo n_species=2 atom_sigma_r={.4 .5} atom_sigma_t={.4 .5} l_max=2"},
        {"soap_turbo n_species=2 atom_sigma={.4 .5} atom_sigma_t={.1 .2}",
         "soap_turbo n_species=2 atom_sigma_r={.4 .5} atom_sigma_t={.1 .2}"},
        {"soap_turbo n_species=2 atom_sigma_scaling='0 .1'",
         "soap_turbo n_species=2 atom_sigma_r_scaling={0 .1} "
         "atom_sigma_t_scaling={0 .1}"},
        {"soap_turbo n_species=2 alpha_max={3 4} n_max={5 6} l_max=2",
         "soap_turbo n_species=2 alpha_max={3 4}  l_max=2"},
        {"soap_turbo alpha_max=4 n_species=1", NULL},
        {"soap_turbo alpha_max=4", NULL},
        {"soap alpha_max=4 n_species=2", NULL},
        {"soap Z_map={41, 42 73} Z=41", NULL},
    };

    for (size_t k = 0; k < sizeof list / sizeof *list; k++) {
        const char *want = list[k].quip ? list[k].quip : list[k].own;
        char *got = sz_gap_quip_descriptor(list[k].own, SZ_GAP_VERSION);

        CHECK(got && strcmp(got, want) == 0);
        if (got && strcmp(got, want) != 0) printf("%s\n%s\n", got, want);
        free(got);
    }
}

static void test_foreign(void)
{
    sz_gap *gap = read_sample("", "");
    char text[400], *keep;

    if (!gap) return;
    CHECK(!is_foreign(gap, text));
    keep = gap->term[2].descriptor;
    gap->term[2].descriptor = "soap compression={nu,mu*=1,1}";
    CHECK(is_foreign(gap, text) && strstr(text, "term 3 has compression"));
    gap->term[2].descriptor = "acsf cutoff=4";
    CHECK(is_foreign(gap, text) && strstr(text, "term 3 is an acsf"));
    gap->term[2].descriptor = keep;
    gap->term[1].n_matrix = 1;
    CHECK(is_foreign(gap, text) && strstr(text, "term 2 has compression_matrix"));
    gap->term[1].n_matrix = 0;
    sz_gap_free(gap);
}

/* ---- failures --------------------------------------------------------------------- */

/* A failure does not change the files in the folder. */
static int test_failures(void)
{
    sz_gap *gap, *again;
    sz_error err;
    struct rlimit limit, old;
    long before, now, largest = 0;
    int n, full = 0;
    double keep;

    empty_folder();
    CHECK_OK(sz_gap_read(&gap, model_path("hea5_nu20_2b_novirial"), &err), err);
    CHECK_OK(sz_gap_write(gap, XML, &err), err);
    n = count_files(&before);
    CHECK(n == 21);
    keep = gap->term[19].alpha[2];
    gap->term[19].alpha[2] = NAN;
    CHECK_FAILS(sz_gap_write(gap, XML, &err), SZ_ERR_FORMAT, "term 20: a weight", err);
    gap->term[19].alpha[2] = INFINITY;
    CHECK_FAILS(sz_gap_write(gap, XML, &err), SZ_ERR_FORMAT, "nothing was", err);
    gap->term[19].alpha[2] = keep + 1.0;
    CHECK_FAILS(sz_gap_write(gap, FOLDER "no/gp.xml", &err), SZ_ERR_FILE, "no/gp.xml",
                err);
    CHECK_FAILS(sz_gap_write(gap, "/dev/null", &err), SZ_ERR_FILE, "/dev/null", err);
    mkdir(FOLDER "folder", 0777);
    CHECK_FAILS(sz_gap_write(gap, FOLDER "folder", &err), SZ_ERR_FILE, "irectory", err);
    rmdir(FOLDER "folder");
    CHECK(count_files(&now) == n && now == before);

    signal(SIGXFSZ,
           SIG_IGN); /* a disk that is full after this number of bytes of a file */
    getrlimit(RLIMIT_FSIZE, &old);
    for (long bytes = 0; bytes < 60000; bytes += 1111) {
        sz_status status;

        limit = old;
        limit.rlim_cur = (rlim_t)bytes;
        setrlimit(RLIMIT_FSIZE, &limit);
        status = sz_gap_write(gap, XML, &err);
        setrlimit(RLIMIT_FSIZE, &old);
        if (status == SZ_OK) break;
        full++;
        largest = bytes;
        CHECK(status == SZ_ERR_FILE && strstr(err.message, "cannot write"));
        CHECK(count_files(&now) == n && now == before);
        CHECK_OK(sz_gap_read(&again, XML, &err), err);
        CHECK(same_bits(&again->term[19].alpha[2], &keep, 1, sizeof keep));
        sz_gap_free(again);
    }
    printf("%d times no room, up to %ld bytes a file\n", full, largest);
    CHECK(full > 10 && largest > 20000); /* the sparse files fit, the XML does not */
    CHECK_OK(sz_gap_read(&again, XML, &err), err);
    CHECK(same_gap(gap, again));
    sz_gap_free(again);
    sz_gap_free(gap);
    return 0;
}

int main(void)
{
    test_numbers();
    for (int k = 0; k < N_MODELS; k++)
        if (test_model(model_names[k])) printf("above: %s\n", model_names[k]);
    if (test_variants() || test_names() || test_command_line() || test_failures())
        failures++;
    test_quip_words();
    test_quip_lists();
    test_foreign();
    if (setlocale(LC_ALL, "de_DE.UTF-8")) test_numbers();
    return check_done();
}
