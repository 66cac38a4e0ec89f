/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_verbs_memory.c - every allocation of a verb may fail, those of the library below
 * it too: it ends with 1 and a sentence, leaves no block behind, and no file. */
#define _XOPEN_SOURCE 700 /* dup, unlink */
#include "check.h"
#include "fail_alloc.h"
#include "tool.h"

#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "test_verbs_memory_files"
#define OUT FOLDER "/out"
#define SAID FOLDER "/said"

enum { WORDS = 16 };

typedef struct {
    int (*run)(int argc, char **argv);
    const char *word[WORDS];
    const char *out; /* its output */
} verb;

static char model[4096], soapz[4096], data[4096];

/* M, S and D in the words are replaced by names. */
static int run(const verb *v)
{
    char text[WORDS][4096], *argv[WORDS + 1];
    int argc = 0;

    for (; argc < WORDS && v->word[argc]; argc++) {
        const char *w = v->word[argc];

        snprintf(text[argc], sizeof text[argc], "%s",
                 !strcmp(w, "M")   ? model
                 : !strcmp(w, "S") ? soapz
                 : !strcmp(w, "D") ? data
                                   : w);
        argv[argc] = text[argc];
    }
    argv[argc] = NULL;
    return v->run(argc, argv);
}

/* The text written to standard error. */
static int says(const char *word)
{
    char text[4096];
    FILE *f = fopen(SAID, "r");
    size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;

    if (f) fclose(f);
    text[n] = '\0';
    return strstr(text, word) != NULL;
}

/* The sum of the bytes of a file, each times its position; 0: no file. */
static unsigned long sum_of(const char *path)
{
    FILE *f = fopen(path, "rb");
    unsigned long sum = 0, place = 1;

    for (int c = f ? fgetc(f) : EOF; c != EOF; c = fgetc(f))
        sum += (unsigned long)(c + 1) * (place++ * 2654435761u);
    if (f) fclose(f);
    return sum;
}

static void fail_each(const verb *v)
{
    int out = dup(1), code = 1;
    unsigned long whole = 0;
    long n;

    for (n = 0; n < 100000 && (n < 2 || calls >= fail_at); n += n ? FAIL_STEP : 1) {
        int shown = failures;
        long before = live;

        if (!freopen(SAID, "w", stderr) || !freopen("/dev/null", "w", stdout)) break;
        unlink(v->out);
        calls = 0;
        fail_at = n;
        code = run(v);
        fail_at = calls >= n ? n : 0;
        fflush(stdout);
        fflush(stderr);
        dup2(out, 1);
        CHECK(live == before || n == 0); /* allocations that are made once and kept */
        if (n == 0) whole = sum_of(v->out);
        if (n > 0 && fail_at) {
            CHECK(code == 1 && says("memory"));
            CHECK(access(v->out, F_OK) != 0);
        } else {
            CHECK(code == 0 && whole != 0 && sum_of(v->out) == whole);
        }
        if (failures > shown)
            printf("above: %s, call %ld, code %d\n", v->word[0], n, code);
        if (n > 0 && !fail_at) break;
    }
    fail_at = 0;
    dup2(out, 1);
    close(out);
    CHECK(code == 0 && n > 50);
    printf("%s: %ld allocations\n", v->word[0], calls);
}

int main(void)
{
    static const verb verbs[] = {
        {sz_verb_convert, {"convert", "M", OUT ".soapz"}, OUT ".soapz"},
        {sz_verb_convert, {"convert", "S", OUT ".xml"}, OUT ".xml"},
        {sz_verb_describe,
         {"describe", "M", "D", "-t", "1", "-o", OUT ".npz"},
         OUT ".npz"},
        {sz_verb_eval, {"eval", "M", "D", "-o", OUT ".xyz"}, OUT ".xyz"},
        {sz_verb_validate,
         {"validate", "M", "D", "--threads", "1", "--json", OUT ".json"},
         OUT ".json"}};
    const char *source = getenv("SOAPZ_SOURCE");

    mkdir(FOLDER, 0777);
    snprintf(model, sizeof model, "%s/tests/data/models/hea4_nuR2_nuS2/gp.xml",
             source ? source : ".");
    snprintf(data, sizeof data, "%s/tests/data/models/hea4_nuR2_nuS2/reference.xyz",
             source ? source : ".");
    snprintf(soapz, sizeof soapz, FOLDER "/model.soapz");
    CHECK(run(&(verb){sz_verb_convert, {"convert", "M", "S"}, soapz}) == 0);
    for (size_t k = 0; k < sizeof verbs / sizeof *verbs; k++) fail_each(&verbs[k]);
    return check_done();
}
