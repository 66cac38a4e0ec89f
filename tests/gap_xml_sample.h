/* SPDX-License-Identifier: BSD-3-Clause
 *
 * gap_xml_sample.h - a small GAP file with one of everything, and its sparse points:
 * term 1 Gaussian, inline; 2 piecewise polynomial, sliced, two permutations;
 * 3 dot product, points in a file. */
#ifndef SZ_GAP_XML_SAMPLE_H
#define SZ_GAP_XML_SAMPLE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLE_SPARSE "1.0e+00\n-.1E-004\n.5\n2\n5.00000000000000000000e-01\n6\n7\n8\n"
#define SAMPLE_MD5 "00d04e410535a4f6aa5a17529a3b5732"

static const char sample_xml[] =
    "<GAP_1>\n"
    "<Potential label=\"GAP_1\" init_args=\"Sum init_args_pot1={IP Glue label=core} "
    "init_args_pot2={IP GAP label=GAP_1 E_scale=.25}\"/>\n"
    "<quip><Glue_params n_types=\"1\" label=\"other\">\n"
    "<per_type_data type=\"1\" atomic_num=\"1\"><density num_points=\"2\"><point a=\"1\" "
    "rho=\"6\"/><point a=\"2\" rho=\"0\"/></density><potential_density num_points=\"2\">"
    "<point rho=\"0\" E=\"0\"/><point rho=\"3\" E=\"-1\"/></potential_density>"
    "</per_type_data>\n"
    "</Glue_params>\n"
    "<Glue_params n_types=\"2\" label=\"core\">\n"
    "<per_type_data type=\"2\" atomic_num=\"74\">\n"
    "<density num_points=\"2\" do_spline=\"T\" density_y1=\"-1.5\" density_yn=\"0.0\">"
    "<point a=\"1.0\" rho=\"4.0\"/><point a=\"2.0\" rho=\"2.0\"/></density>\n"
    "<potential_density num_points=\"2\" y1=\"-0.6\" yn=\"1.0e50\"><point rho=\"0.0\" "
    "E=\"0.1\"/><point rho=\"4.0\" E=\"-1.2\"/></potential_density>\n"
    "</per_type_data>\n"
    "<per_type_data type=\"1\" atomic_num=\"42\">\n"
    "<density num_points=\"3\" density_y1=\"0.0\" density_yn=\"0.0\"><point a=\"1.0\" "
    "rho=\"6.0\"/><point a=\"2.0\" rho=\"2.5\"/><point a=\"2.8\" "
    "rho=\"0.9\"/></density>\n"
    "<potential_density num_points=\"2\"><point rho=\"0.0\" E=\"0.0\"/><point "
    "rho=\"3.0\" "
    "E=\"-1.4\"/></potential_density>\n"
    "</per_type_data>\n"
    "<per_pair_data type1=\"1\" type2=\"2\"><potential_pair num_points=\"2\"><point "
    "r=\"1.5\" E=\"5.0\"/><point r=\"2.2\" E=\"0.9\"/></potential_pair></per_pair_data>\n"
    "<per_pair_data type1=\"2\" type2=\"2\"><potential_pair num_points=\"2\" y1=\"-9.0\" "
    "yn=\"1e50\"><point r=\"1.4\" E=\"6.0\"/><point r=\"4.0\" "
    "E=\"0.0\"/></potential_pair>"
    "</per_pair_data>\n"
    "</Glue_params></quip>\n"
    "<GAP_params label=\"GAP_1\" gap_version=\"1769700636\">\n"
    "  <GAP_data do_core=\"T\" e0=\"-.25\">\n"
    "    <e0 Z=\"1\" value=\".00000000000000000E+000\"/>\n"
    "    <e0 Z=\"42\" value=\"-4.6\"/>\n"
    "  </GAP_data>\n"
    "  <gpSparse label=\"GAP_1\" n_coordinate=\"3\" fitted=\"T\">\n"
    "    <gpCoordinates label=\"GAP_11\" dimensions=\"1\" "
    "signal_variance=\".50000000000000000\" signal_mean=\".10000000000000001E+000\" "
    "sparsified=\"T\" n_permutations=\"1\" covariance_type=\"1\" n_sparseX=\"2\">\n"
    "      <theta>  0.70000000000000000E+000 </theta>\n"
    "      <descriptor>distance_2b cutoff=5.0 Z1=42 Z2=42</descriptor>\n"
    "      <permutation i=\"1\">1  </permutation>\n"
    "      <sparseX i=\"1\" alpha=\"12.5\" sparseCutoff=\"1.0\">  2.25 </sparseX>\n"
    "      <sparseX i=\"2\" alpha=\"-.5E-001\" "
    "sparseCutoff=\".40663168189812859E-002\">\n"
    "3.5</sparseX>\n"
    "    </gpCoordinates>\n"
    "    <gpCoordinates label=\"GAP_12\" dimensions=\"3\" signal_variance=\"2.0\" "
    "signal_mean=\"0\" sparsified=\"T\" n_permutations=\"2\" covariance_type=\"4\" "
    "n_sparseX=\"1\">\n"
    "      <theta> 1.0 2.0 4.0 </theta>\n"
    "      <descriptor> distance_Nb order=3\n cutoff=4.0 Z={42 42 74 }</descriptor>\n"
    "      <permutation i=\"1\">1 2 3  </permutation>\n"
    "      <permutation i=\"2\">1 3 2  </permutation>\n"
    "      <sparseX i=\"1\" alpha=\"3.0\" sparseCutoff=\"1.0\" sliced=\"T\">\n"
    "        <sparseX_slice start=\"1\" end=\"2\"> 2.5 2.75\n</sparseX_slice>\n"
    "        <sparseX_slice start=\"3\" end=\"3\">4.5</sparseX_slice>\n"
    "      </sparseX>\n"
    "    </gpCoordinates>\n"
    "    <gpCoordinates label=\"GAP_13\" dimensions=\"4\" signal_variance=\"1.0\" "
    "signal_mean=\"0.0\" sparsified=\"T\" n_permutations=\"1\" covariance_type=\"2\" "
    "zeta=\"4.0000000000000000\" n_sparseX=\"2\" "
    "sparseX_filename=\"sample.xml.sparseX.GAP_13\" sparseX_md5sum=\"" SAMPLE_MD5 "\">\n"
    "      <descriptor>soap n_max=1 l_max=1 cutoff=4 atom_sigma=0.5 Z=42</descriptor>\n"
    "      <permutation i=\"1\">1  </permutation>\n"
    "      <sparseX i=\"1\" alpha=\"1676.0032482386121\" sparseCutoff=\"1.0\"/>\n"
    "      <sparseX i=\"2\" alpha=\"-.68011481090201054E-001\" sparseCutoff=\"1.0\"/>\n"
    "    </gpCoordinates>\n"
    "  </gpSparse>\n"
    "  <command_line><![CDATA[ gap={soap zeta=4 <sparseX i=\"9\"> & }]]></command_line>\n"
    "  <XYZ_data><GAP_params label=\"no\"/><![CDATA[2\nenergy=1 ]]></XYZ_data>\n"
    "</GAP_params>\n"
    "</GAP_1>\n";

static inline int write_file(const char *path, const char *text, size_t n)
{
    FILE *f = fopen(path, "wb");
    int ok;

    if (!f) return 0;
    ok = fwrite(text, 1, n, f) == n;
    return fclose(f) == 0 && ok;
}

/* Writes the sample with its first old replaced by new; 0 if it does not contain old. */
/* A variant: all kinds of core at once. */
#define SAMPLE_GLUE                                                                      \
    "{IP Glue label=core} init_args_pot2={IP GAP label=GAP_1 E_scale=.25}\"/>"
#define SAMPLE_CORES                                                                     \
    "{Sum init_args_pot1={Sum init_args_pot1={IP Glue label=core} init_args_pot2={IP "   \
    "LJ}} init_args_pot2={Sum init_args_pot1={IP Coulomb} init_args_pot2={IP ZBL "       \
    "cutoff=2}}} init_args_pot2={IP GAP}\"/>"                                            \
    "<LJ_params n_types=\"2\"><per_type_data type=\"1\" atomic_num=\"74\"/>"             \
    "<per_type_data type=\"2\" atomic_num=\"42\"/>"                                      \
    "<per_pair_data type1=\"1\" type2=\"1\" sigma=\"2.1\" eps6=\".1\" eps12=\"1e-7\" "   \
    "cutoff=\"4.7\" energy_shift=\"T\" linear_force_shift=\"F\"/>"                       \
    "<per_pair_data type1=\"1\" type2=\"2\" sigma=\"2.3\" eps6=\"-.1\" eps12=\"3\" "     \
    "cutoff=\"5.3\" energy_shift=\"F\" linear_force_shift=\"T\" "                        \
    "smooth_cutoff_width=\".7\"/></LJ_params>"                                           \
    "<Coulomb_params n_types=\"2\" method=\"yukawa\" cutoff=\"6.1\" "                    \
    "yukawa_alpha=\".3\" yukawa_smooth_length=\"1.1\">"                                  \
    "<per_type_data type=\"2\" atomic_num=\"42\" charge=\".7\"/>"                        \
    "<per_type_data type=\"1\" atomic_num=\"74\" charge=\"-1e-3\"/></Coulomb_params>"

static inline int write_sample(const char *path, const char *old, const char *new)
{
    const char *at = strstr(sample_xml, old);
    size_t n = strlen(sample_xml) - strlen(old) + strlen(new);
    char *text = malloc(n + 1);
    int ok = 0;

    if (at && text) {
        size_t before = (size_t)(at - sample_xml);

        memcpy(text, sample_xml, before);
        strcpy(text + before, new);
        strcat(text, at + strlen(old));
        ok = write_file(path, text, n);
    }
    free(text);
    return ok;
}

#endif
