/* SPDX-License-Identifier: BSD-3-Clause
 *
 * json.c - JSON by jansson. If memory runs out within a word, jansson 2.14 silently loses
 * part of it. So a text is read twice, and written text is read back, and both must
 * agree. */
#include "base/json.h"

#include <stdlib.h>

sz_status sz_json_read(json_t **object, const char *text, size_t n, const char *path,
                       const char *what, const char *remedy, sz_error *err)
{
    json_error_t why;
    json_t *once = json_loadb(text, n, JSON_REJECT_DUPLICATES, &why);
    json_t *twice = once ? json_loadb(text, n, JSON_REJECT_DUPLICATES, NULL) : NULL;
    sz_status status = SZ_OK;

    *object = NULL;
    if (!once && json_error_code(&why) != json_error_out_of_memory)
        status = sz_fail(err, SZ_ERR_FORMAT, "%s: %s is not a JSON object (%.100s); %s",
                         path, what, why.text, remedy);
    else if (!once || !twice || !json_equal(once, twice))
        status = sz_fail_memory(err, n, path);
    else if (!json_is_object(once))
        status = sz_fail(err, SZ_ERR_FORMAT, "%s: %s is not a JSON object; %s", path,
                         what, remedy);
    if (status == SZ_OK) *object = json_incref(once);
    json_decref(once);
    json_decref(twice);
    return status;
}

char *sz_json_write(const json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT);
    json_t *again = text ? json_loads(text, 0, NULL) : NULL;
    int good = again && json_equal(object, again);

    json_decref(again);
    if (good) return text;
    free(text);
    return NULL;
}
