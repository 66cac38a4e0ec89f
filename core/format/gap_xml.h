/* SPDX-License-Identifier: BSD-3-Clause
 *
 * gap_xml.h - a GAP XML file becomes a potential on paper. */
#ifndef SZ_GAP_XML_H
#define SZ_GAP_XML_H

#include "model/gap.h"

/* Reads path and the sparseX files in path's directory. Errors name file, line and
 * remedy. */
sz_status sz_gap_read(sz_gap **gap, const char *path, sz_error *err);

/* The potential that an init string says, "IP ZBL cutoff=2.5 ..": its parameters are in
 * the XML file path, which need not have a root element (nor exist where the string says
 * all). */
sz_status sz_gap_read_core(sz_gap **core, const char *path, const char *init_args,
                           sz_error *err);

#endif
