/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fit_scan_file.c - the file of a scan.
 *
 *   {"scan": {..}, "results": {"<sum>": {..}, ..}} */
#include "fit_scan_file.h"

#include "base/text.h"
#include "results.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *sz_scan_path(const char *gp_file, sz_error *err)
{
    sz_text text = {0};

    sz_text_add(&text, "%s.scan.json", gp_file);
    return sz_text_take(&text, "the name of a file", err);
}

sz_status sz_scan_read(json_t **file, const char *path, sz_error *err)
{
    static const char what[] = "the results of a scan";
    static const char remedy[] = "move it away, or give the model another name";
    char *text = NULL;
    sz_status status = SZ_OK;

    *file = NULL;
    if (access(path, F_OK) != 0) {
        *file = json_pack("{s:{},s:{}}", "scan", "results");
        return *file ? SZ_OK : sz_fail_memory(err, 64, what);
    }
    status = sz_read_text(&text, path, err);
    if (status == SZ_OK)
        status = sz_json_read(file, text, strlen(text), path, what, remedy, err);
    free(text);
    if (status != SZ_OK) return status;
    if (json_is_object(json_object_get(*file, "scan")) &&
        json_is_object(json_object_get(*file, "results")))
        return SZ_OK;
    json_decref(*file);
    *file = NULL;
    return sz_fail(err, SZ_ERR_FORMAT, "%s does not hold %s; %s", path, what, remedy);
}

json_t *sz_scan_find(const json_t *file, const char *sum)
{
    json_t *found = json_object_get(json_object_get(file, "results"), sum);

    return json_is_object(found) ? found : NULL;
}

sz_status sz_scan_write(const char *path, const json_t *head, const char *sum,
                        json_t *result, sz_error *err)
{
    json_t *file = NULL, *results;
    sz_status status = sz_scan_read(&file, path, err);

    if (status != SZ_OK) return status;
    results = json_object_get(file, "results");
    if (json_object_set(file, "scan", (json_t *)head) != 0 ||
        (result && json_object_set(results, sum, result) != 0))
        status = sz_fail_memory(err, 4096, "the results of a scan");
    if (status == SZ_OK) status = sz_results_write(path, file, 2, err);
    json_decref(file);
    return status;
}
