/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fit_scan_file.h - the file of a scan: GP_FILE.scan.json holds every result that was
 * ever made for the model, each under the sum of all that it depends on. */
#ifndef SZ_FIT_SCAN_FILE_H
#define SZ_FIT_SCAN_FILE_H

#include "base/json.h"

/* Its name, to free; NULL with err set. */
char *sz_scan_path(const char *gp_file, sz_error *err);

/* {} where there is no file; a file of something else is refused. To json_decref. */
sz_status sz_scan_read(json_t **file, const char *path, sz_error *err);
/* The result of that sum in file, or NULL; it is file's. */
json_t *sz_scan_find(const json_t *file, const char *sum);
/* The file, read anew, gets head, which is the scan, and the result, unless it is NULL:
 * two scans at once lose nothing that was written before. */
sz_status sz_scan_write(const char *path, const json_t *head, const char *sum,
                        json_t *result, sz_error *err);

#endif
