/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_warnings.c - a list of sentences: long ones whole, NULL is an empty list, and
 * where memory ends the list stays as it was. */
#include "base/warnings.h"
#include "check.h"

#include <stdlib.h>

void *__real_malloc(size_t n);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_realloc(void *p, size_t n);

static int fail_malloc, fail_realloc;

void *__wrap_malloc(size_t n)
{
    return fail_malloc ? NULL : __real_malloc(n);
}

void *__wrap_realloc(void *p, size_t n)
{
    return fail_realloc ? NULL : __real_realloc(p, n);
}

static int test_list(void)
{
    char word[3001];
    sz_warnings w = {0};
    sz_error err;

    memset(word, 'x', 3000);
    word[3000] = '\0';
    CHECK(sz_warnings_text(&w, 0) == NULL);
    CHECK_OK(sz_warnings_add(&w, &err, "%d of %s", 7, "them"), err);
    CHECK_OK(sz_warnings_add(&w, &err, "a%sb", word), err);
    CHECK_OK(sz_warnings_add(&w, &err, "%s", ""), err);
    CHECK(w.n == 3 && strcmp(w.text[0], "7 of them") == 0);
    CHECK(strlen(w.text[1]) == 3002 && w.text[1][3001] == 'b');
    CHECK(sz_warnings_text(&w, 1) == w.text[1] && w.text[2][0] == '\0');
    CHECK(!sz_warnings_text(&w, -1) && !sz_warnings_text(&w, 3));
    sz_warnings_free(&w);
    CHECK(w.n == 0 && !w.text);
    sz_warnings_free(&w);
    return 0;
}

static int test_null(void)
{
    sz_error err;

    CHECK_OK(sz_warnings_add(NULL, &err, "to nobody"), err);
    CHECK(!sz_warnings_text(NULL, 0));
    sz_warnings_free(NULL);
    return 0;
}

static int test_memory(void)
{
    sz_warnings w = {0};
    sz_error err;
    sz_status status[2];

    CHECK_OK(sz_warnings_add(&w, &err, "first"), err);
    for (int k = 0; k < 2; k++) {
        fail_malloc = k == 0;
        fail_realloc = k == 1;
        status[k] = sz_warnings_add(&w, k ? NULL : &err, "second");
        fail_malloc = fail_realloc = 0;
        CHECK(status[k] == SZ_ERR_MEMORY && w.n == 1 && strcmp(w.text[0], "first") == 0);
    }
    CHECK(strstr(err.message, "a warning") != NULL);
    CHECK_OK(sz_warnings_add(&w, &err, "second"), err);
    CHECK(w.n == 2 && strcmp(w.text[1], "second") == 0);
    sz_warnings_free(&w);
    return 0;
}

int main(void)
{
    if (test_list() || test_null() || test_memory()) return 1;
    return check_done();
}
