/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soapz.c - the command: soapz VERB ... */
#include "tool.h"

#include <string.h>

static const char help[] =
    "soapz: machine-learned interatomic potentials on compressed SOAP descriptors\n"
    "\n"
    "usage: soapz VERB ...\n"
    "\n"
    "  info          describe a model, or this machine\n"
    "  eval          energies, forces and virials of structures\n"
    "  describe      descriptor vectors of structures\n"
    "  compressions  list the compressions of the descriptor and their lengths\n"
    "  data          training data from outputs of other programs, through ASE\n"
    "  fit           fit a model to energies, forces and virials, with gap_fit's keys\n"
    "  validate      errors of a model on reference data, in numbers and pictures\n"
    "  property      lattice, elastic constants, phonons, defects of crystals, through "
    "ASE\n"
    "  calibrate     calibrate the expected errors of a model\n"
    "  select        select structures to add to the training data\n"
    "  bench         time of each stage of a model, beside the machine's speed\n"
    "  analyse       compare compressions by the measures of the paper\n"
    "  convert       convert a model to another file format\n"
    "\n"
    "soapz VERB --help explains a verb and gives an example.\n"
    "\n"
    "  --help     this text\n"
    "  --version  the version\n";

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(int, char **);
    } verb[] = {{"info", sz_verb_info},           {"eval", sz_verb_eval},
                {"describe", sz_verb_describe},   {"compressions", sz_verb_compressions},
                {"convert", sz_verb_convert},     {"fit", sz_verb_fit},
                {"validate", sz_verb_validate},   {"data", sz_verb_data},
                {"calibrate", sz_verb_calibrate}, {"select", sz_verb_select},
                {"bench", sz_verb_bench},         {"analyse", sz_verb_analyse},
                {"property", sz_verb_property}};

    if (argc < 2) {
        fputs(help, stderr);
        return 2;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help"))
        return sz_print_text(help);
    if (!strcmp(argv[1], "--version")) {
        printf("soapz %s\n", sz_version());
        return sz_finish_stdout();
    }
    for (size_t k = 0; k < sizeof verb / sizeof *verb; k++)
        if (!strcmp(argv[1], verb[k].name)) return verb[k].run(argc - 1, argv + 1);
    fprintf(stderr, "soapz: there is no %s %s, see soapz --help\n",
            argv[1][0] == '-' ? "option" : "verb", argv[1]);
    return 2;
}
