/* SPDX-License-Identifier: GPL-2.0-only
 *
 * quip_form.h - pair_coeff as pair_style quip has it:
 *
 *   pair_coeff * * gp.xml "Potential xml_label=GAP_2015_2_20" 41 42
 *
 * file, initialization string, an atomic number for each atom type. */
#ifndef SZ_QUIP_FORM_H
#define SZ_QUIP_FORM_H

#include "soapz.h"

#include <string>
#include <vector>

/* The words behind the file name, understood. */
struct QuipForm {
    bool has_init = false;            /* there was an initialization string */
    std::string init, xml_label;      /* xml_label "": not given */
    bool is_gap = false;              /* IP GAP: no more than this part */
    std::string gap_label;            /* its label, "": not given */
    std::vector<std::string> element; /* one for each type, symbols or NULL */
    size_t n_types = 0;
};

/* Returns "" or what is wrong with words, in a sentence. */
std::string read_quip_form(QuipForm &form, const std::vector<std::string> &words,
                           size_t n_types);
/* Returns "" or why the file does not hold what the initialization string asks for. */
std::string check_quip_form(const QuipForm &form, const sz_model *model);
/* What to write instead. */
std::string quip_form_remedy(const QuipForm &form, const std::string &file);

#endif
