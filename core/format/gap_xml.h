/* SPDX-License-Identifier: BSD-3-Clause
 *
 * gap_xml.h - reads a GAP XML file. */
#ifndef SZ_GAP_XML_H
#define SZ_GAP_XML_H

#include "model/gap.h"

/* Reads path and the sparseX files in path's directory. Errors name file, line and
 * remedy. */
sz_status sz_gap_read(sz_gap **gap, const char *path, sz_error *err);

/* The potential of an init string, "IP ZBL cutoff=2.5 ..": its parameters are in the XML
 * file path, which need not have a root element (nor exist, if the string has all
 * parameters). */
sz_status sz_gap_read_core(sz_gap **core, const char *path, const char *init_args,
                           sz_error *err);

#endif
