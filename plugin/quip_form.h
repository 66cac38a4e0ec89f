/* SPDX-License-Identifier: GPL-2.0-only
 *
 * quip_form.h - pair_coeff in the form of pair_style quip:
 *
 *   pair_coeff * * gp.xml "Potential xml_label=GAP_2015_2_20" 41 42
 *
 * file, initialization string, an atomic number for each atom type. */
#ifndef SZ_QUIP_FORM_H
#define SZ_QUIP_FORM_H

#include "soapz.h"

#include <string>
#include <vector>

/* The words after the file name, parsed. */
struct QuipForm {
    bool has_init = false;            /* there was an initialization string */
    std::string init, xml_label;      /* xml_label "": not given */
    bool is_gap = false;              /* IP GAP: only this part is requested */
    std::string gap_label;            /* its label, "": not given */
    std::vector<std::string> element; /* one for each type, symbols or NULL */
    size_t n_types = 0;
};

/* Returns "", or a sentence about an error in words. */
std::string read_quip_form(QuipForm &form, const std::vector<std::string> &words,
                           size_t n_types);
/* Returns "", or the reason why the file does not contain what the initialization string
 * requests. */
std::string check_quip_form(const QuipForm &form, const sz_model *model);
/* The pair_coeff line to write instead. */
std::string quip_form_remedy(const QuipForm &form, const std::string &file);

#endif
