/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_gap_xml.c - the reader takes every form a GAP file has, and answers each defect
 * with a sentence that names file and line. Files are written to a folder under the
 * working directory. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "format/gap_xml.h"
#include "gap_xml_sample.h"
#include "term/coulomb.h"
#include "term/glue.h"
#include "term/lj.h"
#include "term/zbl.h"

#include <locale.h>
#include <sys/stat.h>

#define FOLDER "test_gap_xml.d/"
#define XML FOLDER "sample.xml"
#define SPARSE FOLDER "sample.xml.sparseX.GAP_13"
#define SUM_ARGS                                                                         \
    "Sum init_args_pot1={IP Glue label=core} init_args_pot2={IP GAP label=GAP_1 "        \
    "E_scale=.25}"
#define LINE_1 XML ":24: " /* of the three <gpCoordinates> */
#define LINE_2 XML ":32: "
#define LINE_3 XML ":44: "

static int same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

/* ---- files that are read --------------------------------------------------------- */

static void check_terms(const sz_gap *gap)
{
    const sz_gap_term *c = gap->term;
    const double x2[] = {2.5, 2.75, 4.5}, x3[] = {1.0, -1e-5, 0.5, 2.0, 0.5, 6.0, 7.0, 8};
    const int perm2[] = {0, 1, 2, 0, 2, 1};

    CHECK(same(c[0].label, "GAP_11") && c[0].line == 24 && c[0].descriptor_line == 26);
    CHECK(same(c[0].descriptor, "distance_2b cutoff=5.0 Z1=42 Z2=42"));
    CHECK(c[0].covariance == SZ_COVARIANCE_ARD_SE);
    CHECK(c[0].n_dim == 1 && c[0].n_perm == 1 && c[0].n_sparse == 2);
    CHECK_CLOSE(c[0].delta, 0.5, 0.0);
    CHECK_CLOSE(c[0].f0, 0.1, 1e-16);
    CHECK_CLOSE(c[0].theta[0], 0.7, 0.0);
    CHECK_CLOSE(c[0].x_sparse[0], 2.25, 0.0);
    CHECK_CLOSE(c[0].x_sparse[1], 3.5, 0.0);
    CHECK_CLOSE(c[0].alpha[1], -0.05, 0.0);
    CHECK_CLOSE(c[0].fc_sparse[1], .40663168189812859E-002, 0.0);

    CHECK(c[1].covariance == SZ_COVARIANCE_PP && c[1].line == 32 &&
          c[1].descriptor_line == 34);
    CHECK(c[1].n_dim == 3 && c[1].n_perm == 2 && c[1].n_sparse == 1);
    CHECK(memcmp(c[1].perm, perm2, sizeof perm2) == 0);
    CHECK_CLOSE(c[1].theta[0], 1.0, 0.0); /* averaged over the permutations */
    CHECK_CLOSE(c[1].theta[1], 3.0, 0.0);
    CHECK_CLOSE(c[1].theta[2], 3.0, 0.0);
    for (int i = 0; i < 3; i++) CHECK_CLOSE(c[1].x_sparse[i], x2[i], 0.0);

    CHECK(c[2].covariance == SZ_COVARIANCE_DOT_PRODUCT && c[2].line == 44);
    CHECK(c[2].n_dim == 4 && c[2].n_sparse == 2 && !c[2].theta && !c[2].perm);
    CHECK_CLOSE(c[2].zeta, 4.0, 0.0);
    CHECK_CLOSE(c[2].alpha[0], 1676.0032482386121, 0.0);
    CHECK_CLOSE(c[2].alpha[1], -.68011481090201054E-001, 0.0);
    for (int i = 0; i < 8; i++) CHECK_CLOSE(c[2].x_sparse[i], x3[i], 0.0);
}

static void check_glue(const sz_gap_glue *g)
{
    CHECK(g->n_types == 2 && g->n_pairs == 2);
    CHECK(g->type[0].z == 42 && g->type[1].z == 74);
    CHECK(!g->type[0].do_spline && g->type[1].do_spline);
    CHECK(g->type[0].density.n == 3 && g->type[1].density.n == 2);
    CHECK_CLOSE(g->type[0].density.x[2], 2.8, 0.0);
    CHECK_CLOSE(g->type[0].density.y[1], 2.5, 0.0);
    CHECK_CLOSE(g->type[1].density.y1, -1.5, 0.0);
    CHECK_CLOSE(g->type[0].embedding.y1, 2e30, 0.0);
    CHECK_CLOSE(g->type[0].embedding.yn, 2e30, 0.0);
    CHECK_CLOSE(g->type[1].embedding.y1, -0.6, 0.0);
    CHECK_CLOSE(g->type[1].embedding.yn, 1e50, 0.0);
    CHECK_CLOSE(g->type[1].embedding.y[1], -1.2, 0.0);
    CHECK(g->pair[0].type1 == 0 && g->pair[0].type2 == 1);
    CHECK(g->pair[1].type1 == 1 && g->pair[1].type2 == 1);
    CHECK_CLOSE(g->pair[0].pair.y1, 0.0, 0.0);
    CHECK_CLOSE(g->pair[1].pair.y1, -9.0, 0.0);
    CHECK_CLOSE(g->pair[1].pair.x[1], 4.0, 0.0);
}

static int test_sample(void)
{
    sz_gap *gap;
    sz_error err;

    CHECK(write_sample(XML, "", ""));
    CHECK_OK(sz_gap_read(&gap, XML, &err), err);
    CHECK(same(gap->path, XML) && same(gap->label, "GAP_1"));
    CHECK(gap->version == 1769700636 && gap->n_terms == 3);
    CHECK_CLOSE(gap->e_scale, 0.25, 0.0);
    CHECK_CLOSE(gap->e0[1], 0.0, 0.0);
    CHECK_CLOSE(gap->e0[42], -4.6, 0.0);
    CHECK_CLOSE(gap->e0[118], -0.25, 0.0); /* attribute e0 of <GAP_data> */
    check_terms(gap);
    CHECK(gap->glue && !gap->zbl);
    if (gap->glue) check_glue(gap->glue);
    sz_gap_free(gap);
    sz_gap_free(NULL);
    return 0;
}

/* reads a valid variant of the sample */
static sz_gap *read_variant(const char *old, const char *new)
{
    sz_gap *gap;
    sz_error err;

    CHECK(write_sample(XML, old, new));
    if (sz_gap_read(&gap, XML, &err) != SZ_OK)
        printf("%s -> %s: %s\n", old, new, err.message);
    CHECK(gap != NULL);
    return gap;
}

static void test_init_strings(void)
{
    static const struct {
        const char *args;
        int glue, zbl; /* glue: number of types */
        double e_scale;
    } good[] = {
        {"IP GAP", 0, 0, 1.0},
        {"IP GAP label=GAP_1", 0, 0, 1.0},
        {"ip gap label=GAP_1 E_scale=2", 0, 0, 2.0},
        {"Sum init_args_pot1={IP GAP} init_args_pot2={IP Glue}", 1, 0, 1.0},
        {"Sum init_args_pot2={IP Glue label=core} init_args_pot1={IP GAP}", 2, 0, 1.0},
        {"Sum init_args_pot1={IP ZBL cutoff=2.6} init_args_pot2={IP GAP}", 0, 1, 1.0},
        {"Sum init_args_pot1={Sum init_args_pot1={IP ZBL cutoff=2.6} "
         "init_args_pot2={IP Glue label=core}} init_args_pot2={IP GAP}",
         2, 1, 1.0},
        {"IP GAP do_rescale_E=F", 0, 0, 1.0},
    };

    for (size_t k = 0; k < sizeof good / sizeof *good; k++) {
        sz_gap *gap = read_variant(SUM_ARGS, good[k].args);

        if (!gap) continue;
        CHECK((gap->glue ? gap->glue->n_types : 0) == good[k].glue);
        CHECK((gap->zbl != NULL) == good[k].zbl);
        CHECK_CLOSE(gap->e_scale, good[k].e_scale, 0.0);
        sz_gap_free(gap);
    }
}

static void test_zbl(void)
{
    sz_gap *gap = read_variant(
        SUM_ARGS, "Sum init_args_pot1={IP ZBL cutoff=2.6 cutoff_width=0.8 shift_cutoff "
                  "E_scale=3} init_args_pot2={IP GAP label=GAP_1}");

    if (!gap) return;
    CHECK(gap->zbl != NULL);
    if (gap->zbl) {
        CHECK_CLOSE(gap->zbl->cutoff, 2.6, 0.0);
        CHECK_CLOSE(gap->zbl->cutoff_width, 0.8, 0.0);
        CHECK(gap->zbl->shift == 1);
        CHECK_CLOSE(gap->zbl->scale, 3.0, 0.0);
    }
    CHECK_CLOSE(gap->e_scale, 1.0, 0.0);
    sz_gap_free(gap);
    gap = read_variant(SUM_ARGS, "Sum init_args_pot1={IP ZBL cutoff=2} "
                                 "init_args_pot2={IP GAP E_scale=.5}");
    if (!gap) return;
    CHECK(gap->zbl && gap->zbl->shift == 0);
    if (gap->zbl) CHECK_CLOSE(gap->zbl->scale, 1.0, 0.0);
    if (gap->zbl) CHECK_CLOSE(gap->zbl->cutoff_width, 0.0, 0.0);
    CHECK_CLOSE(gap->e_scale, 0.5, 0.0);
    sz_gap_free(gap);
}

/* Valid variants of the file. */
static void test_forms(void)
{
    static const char *const good[][2] = {
        {"<GAP_1>\n", "<?xml version=\"1.0\"?>\n<!-- a comment -->\n<GAP_1>\n"},
        {"label=\"GAP_1\" init_args", "label=\"someone else's\" init_args"},
        {" gap_version=\"1769700636\"", ""},
        {" fitted=\"T\"", ""},
        {" sparseX_md5sum=\"" SAMPLE_MD5 "\"", ""},
        {SAMPLE_MD5, ""},
        {"<permutation i=\"1\">1  </permutation>", "<permutation>1</permutation>"},
        {"sparsified=\"T\" n_permutations=\"1\" covariance_type=\"2\"",
         "covariance_type=\"2\""},
        {"</gpSparse>", "</gpSparse><novel><theta>1 x</theta></novel>"},
        {"<Potential", "<Potential label=\"GAP_1x\" init_args=\"IP LJ\"/><Potential"},
    };
    sz_gap *gap;

    for (size_t k = 0; k < sizeof good / sizeof *good; k++) {
        gap = read_variant(good[k][0], good[k][1]);
        if (gap) CHECK(gap->n_terms == 3 && gap->glue && gap->glue->n_types == 2);
        sz_gap_free(gap);
    }
    gap = read_variant("<Potential label=\"GAP_1\" init_args=\"" SUM_ARGS "\"/>", "");
    if (gap) CHECK(gap->n_terms == 3 && !gap->glue && gap->e_scale == 1.0);
    sz_gap_free(gap);
    gap = read_variant(" gap_version=\"1769700636\"", "");
    if (gap) CHECK(gap->version == 0);
    sz_gap_free(gap);
}

/* In old files <theta> contains the exponent of DOT_PRODUCT. */
static void test_old_theta(void)
{
    const char *old =
        "zeta=\"4.0000000000000000\" n_sparseX=\"2\" "
        "sparseX_filename=\"sample.xml.sparseX.GAP_13\" sparseX_md5sum=\"" SAMPLE_MD5
        "\">\n";
    const char *new = "n_sparseX=\"2\" sparseX_filename=\"sample.xml.sparseX.GAP_13\">\n"
                      "<theta>  0.35000000000000000E+01 </theta>\n";
    sz_gap *gap = read_variant(old, new);

    if (!gap) return;
    CHECK_CLOSE(gap->term[2].zeta, 3.5, 0.0);
    CHECK(!gap->term[2].theta);
    sz_gap_free(gap);
}

static void test_no_sparse_points(void)
{
    const char *points = " n_sparseX=\"1\">\n";
    sz_gap *gap;

    CHECK(strstr(sample_xml, points) != NULL);
    gap = read_variant(
        "n_sparseX=\"2\">\n      <theta>  0.70000000000000000E+000 </theta>\n"
        "      <descriptor>distance_2b cutoff=5.0 Z1=42 Z2=42</descriptor>\n"
        "      <permutation i=\"1\">1  </permutation>\n"
        "      <sparseX i=\"1\" alpha=\"12.5\" sparseCutoff=\"1.0\">  2.25 "
        "</sparseX>\n"
        "      <sparseX i=\"2\" alpha=\"-.5E-001\" "
        "sparseCutoff=\".40663168189812859E-002\">\n3.5</sparseX>\n",
        "n_sparseX=\"0\" sparseX_filename=\"never_written\">\n"
        "<theta>1</theta><descriptor>distance_2b</descriptor>"
        "<permutation>1</permutation>\n");
    if (!gap) return;
    CHECK(gap->term[0].n_sparse == 0);
    CHECK(!gap->term[0].x_sparse && !gap->term[0].alpha);
    sz_gap_free(gap);
}

/* ---- files that are refused ------------------------------------------------------ */

static void test_refused(void)
{
    static const struct {
        const char *old, *new, *message;
    } bad[] = {
        /* XML */
        {"</GAP_1>\n", "", XML ":55: not well-formed XML (no element found)"},
        {"</gpSparse>", "", "not well-formed XML (mismatched tag); the file is cut off"},
        {"dimensions=\"1\"", "dimensions=\"1\" dimensions=\"2\"",
         XML ":24: not well-formed XML (duplicate attribute)"},
        {"<GAP_params", "<GAP_paramz><GAP_paramz/></GAP_paramz><GAP_params",
         NULL}, /* looked through */
        /* init_args */
        {"init_args=\"" SUM_ARGS "\"", "",
         XML ":2: <Potential> has no attribute init_args"},
        {SUM_ARGS, "IP GAP label=GAP_2",
         XML
         ":2: init_args names the GAP label GAP_2, but the first <GAP_params> has GAP_1"},
        {SUM_ARGS, "IP BOP", XML ":2: IP BOP is not supported; soapz reads IP GAP"},
        {SUM_ARGS, "IP LJ", XML ":2: init_args names IP LJ but there is no <LJ_params>"},
        {SUM_ARGS, "IP", XML ":2: IP without a type is not supported"},
        {SUM_ARGS, "TB DFTB", XML ":2: init_args 'TB DFTB' is not supported"},
        {SUM_ARGS, "", XML ":2: init_args '' is not supported"},
        {SUM_ARGS, "Sum init_args_pot1={IP SW} init_args_pot2={IP GAP}",
         XML ":2: IP SW is not supported"},
        {SUM_ARGS, "Sum init_args_pot1={IP Tersoff label=x} init_args_pot2={IP GAP}",
         XML ":2: IP Tersoff is not supported"},
        {SUM_ARGS, "Sum init_args_pot1={IP GAP}",
         XML ":2: Sum without init_args_pot2={..} in init_args; add it"},
        {SUM_ARGS, "Sum init_args_pot1={IP GAP} init_args_pot2={IP GAP}",
         XML ":2: two IP GAP parts in one potential"},
        {SUM_ARGS, "Sum init_args_pot1={IP Glue} init_args_pot2={IP Glue}",
         XML ":2: two IP Glue parts in one potential"},
        {SUM_ARGS, "IP Glue", XML ":2: init_args has no IP GAP part"},
        {SUM_ARGS, "Sum init_args_pot1={IP Glue label=x} init_args_pot2={IP GAP}",
         XML ":2: init_args names IP Glue but there is no <Glue_params label=\"x\">"},
        {SUM_ARGS, "Sum init_args_pot1={IP Glue E_scale=2} init_args_pot2={IP GAP}",
         XML ":2: E_scale of IP Glue is not supported"},
        {SUM_ARGS, "Sum init_args_pot1={IP ZBL} init_args_pot2={IP GAP}",
         XML ":2: IP ZBL without a positive cutoff is not supported; add cutoff=rc"},
        {SUM_ARGS,
         "Sum init_args_pot1={IP ZBL cutoff=2 cutoff_scale_cov_rad=T} "
         "init_args_pot2={IP GAP}",
         XML ":2: cutoff_scale_cov_rad=T of IP ZBL is not supported"},
        {SUM_ARGS,
         "Sum init_args_pot1={IP ZBL cutoff=2 cutoff_width=-1} init_args_pot2={IP GAP}",
         XML ":2: cutoff_width of IP ZBL is -1, must not be negative"},
        {SUM_ARGS, "Sum init_args_pot1={IP ZBL cutoff=2x} init_args_pot2={IP GAP}",
         XML ":2: cutoff='2x' is not a number"},
        {SUM_ARGS, "IP GAP E_scale=nan", XML ":2: E_scale='nan' is not a number"},
        {SUM_ARGS, "IP GAP do_rescale_E", XML ":2: do_rescale_E in init_args is not"},
        {SUM_ARGS, "Sum init_args_pot1={IP GAP init_args_pot2={IP Glue}",
         XML ":2: unmatched brace or quote at 'init_args_pot1"},
        {"<Potential label=\"GAP_1\"",
         "<Potential label=\"a\" init_args=\"IP GAP\"/><Potential label=\"b\"",
         XML ":2: none of the 2 <Potential> has the label of the root element, GAP_1"},
        /* GAP_params */
        {"<GAP_params label=\"GAP_1\"", "<GAP_params",
         XML ":18: <GAP_params> has no attribute label"},
        {"gap_version=\"1769700636\"", "gap_version=\"today\"",
         XML ":18: <GAP_params> has gap_version=\"today\", which is not an integer"},
        {"e0 Z=\"42\"", "e0 Z=\"119\"", XML ":21: <e0> has Z=\"119\", allowed 1 to 118"},
        {"value=\"-4.6\"", "value=\"-4,6\"",
         XML ":21: <e0> has value=\"-4,6\", which is not a finite number"},
        {"value=\"-4.6\"", "value=\"NaN\"",
         "value=\"NaN\", which is not a finite number"},
        {" value=\"-4.6\"", "", XML ":21: <e0> has no attribute value"},
        {"fitted=\"T\"", "fitted=\"F\"",
         XML ":23: fitted=\"F\": sparse points were chosen but no weights fitted"},
        {"fitted=\"T\"", "fitted=\"maybe\"",
         XML ":23: <gpSparse> has fitted=\"maybe\", which is not T or F"},
        {"<gpSparse label=\"GAP_1\"", "<gpSparse label=\"GAP_2\"",
         XML ":23: <gpSparse> has the label GAP_2 but its <GAP_params> has GAP_1"},
        {"n_coordinate=\"3\"", "n_coordinate=\"2000000000\"",
         "announces n_coordinate=\"2000000000\" but has 3 <gpCoordinates>"},
        {"  </gpSparse>", "  </gpSparse><gpSparse/>",
         XML ":50: a second <gpSparse> in one <GAP_params>"},
        {"</GAP_params>", "</GAP_params><GAP_params label=\"x\"/>",
         "<GAP_params label=\"x\"> has no <gpSparse>"},
        /* gpCoordinates */
        {"label=\"GAP_12\"", "label=\"GAP_13\"",
         LINE_2 "<gpCoordinates> has the label GAP_13, not GAP_12"},
        {"sparsified=\"T\"", "sparsified=\"F\"",
         LINE_1 "sparsified=\"F\": a full Gaussian process is not supported"},
        {"covariance_type=\"1\"", "covariance_type=\"0\"",
         LINE_1 "covariance_type 0 (NONE) is not a kernel"},
        {"covariance_type=\"1\"", "covariance_type=\"3\"",
         LINE_1 "covariance_type 3 (BOND_REAL_SPACE) is not supported"},
        {"covariance_type=\"1\"", "covariance_type=\"5\"",
         LINE_1 "covariance_type 5 is unknown; allowed are 1 (ARD_SE)"},
        {" covariance_type=\"1\"", "",
         LINE_1 "<gpCoordinates> has no attribute covariance_type"},
        {" signal_variance=\".50000000000000000\"", "",
         LINE_1 "<gpCoordinates> has no attribute signal_variance"},
        {"signal_variance=\".50000000000000000\"", "signal_variance=\"inf\"",
         LINE_1 "<gpCoordinates> has signal_variance=\"inf\", which is not a finite"},
        {"dimensions=\"1\"", "dimensions=\"0\"",
         LINE_1 "<gpCoordinates> has dimensions=\"0\", allowed 1 to"},
        {"n_sparseX=\"2\"", "n_sparseX=\"-1\"",
         LINE_1 "<gpCoordinates> has n_sparseX=\"-1\", allowed 0 to"},
        {"n_sparseX=\"2\"", "n_sparseX=\"2000000000\"",
         LINE_1 "n_sparseX is 2000000000 but there are 2 <sparseX>"},
        {"n_permutations=\"2\"", "n_permutations=\"3\"",
         LINE_2 "n_permutations is 3 but there are 2 <permutation>"},
        {" zeta=\"4.0000000000000000\"", "",
         LINE_3 "DOT_PRODUCT without exponent: neither an attribute zeta nor one number"},
        {"zeta=\"4.0000000000000000\"", "zeta=\"0\"",
         LINE_3 "zeta is 0, must be positive"},
        {"<permutation i=\"1\">1  </permutation>\n      <sparseX i=\"1\" alpha=\"1676",
         "<permutation i=\"1\">1  </permutation><permutation/><sparseX i=\"1\" "
         "alpha=\"1676",
         LINE_3 "n_permutations is 1 but there are 2 <permutation>"},
        {"<descriptor>distance_2b cutoff=5.0 Z1=42 Z2=42</descriptor>", "",
         LINE_1 "<gpCoordinates> has no <descriptor>"},
        {"<descriptor>distance_2b cutoff=5.0 Z1=42 Z2=42</descriptor>", "<descriptor/>",
         XML ":26: <descriptor> is empty; name a descriptor"},
        {"</descriptor>", "</descriptor><descriptor>soap</descriptor>",
         XML ":26: a second <descriptor>; keep one"},
        /* theta, permutations */
        {"<theta> 1.0 2.0 4.0 </theta>", "<theta> 1.0 2.0 </theta>",
         LINE_2 "<theta> holds 2 numbers, the 3 dimensions need one each"},
        {"<theta> 1.0 2.0 4.0 </theta>", "",
         LINE_2 "<theta> holds 0 numbers, the 3 dimensions need one each"},
        {"<theta> 1.0 2.0 4.0 </theta>", "<theta> 1.0 0 4.0 </theta>",
         LINE_2 "theta 2 is 0, must be positive"},
        {"<theta> 1.0 2.0 4.0 </theta>", "<theta> 1.0 inf 4.0 </theta>",
         XML ":33: <theta> holds 'inf 4.0 ', which does not begin with a finite number"},
        {"</theta>", "</theta><theta>1</theta>", XML ":25: a second <theta>; keep one"},
        {"dimensions=\"3\"", "dimensions=\"2000000000\"",
         XML ":36: <permutation> 1 is not an order of the numbers 1 to 2000000000"},
        {">1 3 2  </perm", ">1 3  </perm",
         XML ":37: <permutation> 2 is not an order of the numbers 1 to 3"},
        {">1 3 2  </perm", ">1 3 3  </perm", "<permutation> 2 is not an order"},
        {">1 3 2  </perm", ">1 3 4  </perm", "<permutation> 2 is not an order"},
        {">1 3 2  </perm", ">1 3 1.5</perm", "<permutation> 2 is not an order"},
        {"<permutation i=\"2\">", "<permutation i=\"3\">",
         XML ":37: <permutation i=\"3\"> is where i=\"2\" is expected"},
        /* sparse points in the XML */
        {"alpha=\"12.5\" ", "", XML ":28: <sparseX> has no attribute alpha"},
        {"alpha=\"12.5\"", "alpha=\"1e999\"",
         XML ":28: <sparseX> has alpha=\"1e999\", which is not a finite number"},
        {"<sparseX i=\"2\"", "<sparseX i=\"1\"",
         XML ":29: <sparseX i=\"1\"> is where i=\"2\" is expected"},
        {"  2.25 ", "",
         XML ":28: <sparseX i=\"1\"> holds 0 numbers, the descriptor has 1"},
        {"  2.25 ", "  2.25 1",
         "<sparseX i=\"1\"> holds 2 numbers, the descriptor has 1"},
        {"  2.25 ", "  2.25x", "<sparseX> holds '2.25x', which does not begin with"},
        {"start=\"3\"", "start=\"4\"",
         XML ":41: <sparseX_slice> starts at 4 instead of 3"},
        {"end=\"3\"", "end=\"4\"",
         XML ":41: <sparseX_slice> ends after number 3 instead of 4"},
        {">4.5</sparseX_slice>", "></sparseX_slice>",
         "<sparseX_slice> ends after number 2 instead of 3"},
        /* sparse points in the file */
        {"sample.xml.sparseX.GAP_13", "nowhere",
         LINE_3 "the file of sparse points " FOLDER
                "nowhere cannot be opened: No such file or directory; put it beside"},
        {"sample.xml.sparseX.GAP_13", ".",
         LINE_3 "the file of sparse points " FOLDER ". cannot be read: Is a directory"},
        {SAMPLE_MD5, "d41d8cd98f00b204e9800998ecf8427e",
         SPARSE ": the md5 sum is " SAMPLE_MD5 " but " XML
                ":44 expects d41d8cd98f00b204e9800998ecf8427e; the file is damaged"},
        {"dimensions=\"4\"", "dimensions=\"2000000000\"",
         SPARSE ": too short (55 bytes) for the 2 x 2000000000 numbers that " XML ":44"},
        {"dimensions=\"4\"", "dimensions=\"5\"",
         SPARSE ":9: ends after 8 of the 2 x 5 numbers that " XML ":44 expects"},
        {"dimensions=\"4\"", "dimensions=\"3\"",
         SPARSE ":7: more than the 2 x 3 numbers that " XML ":44 expects"},
        /* Glue */
        {"<Glue_params n_types=\"2\"", "<Glue_params n_types=\"119\"",
         XML ":6: <Glue_params> has n_types=\"119\", allowed 1 to 118"},
        {"<Glue_params n_types=\"2\"", "<Glue_params n_types=\"3\"",
         XML ":17: n_types is 3 but there is no <per_type_data type=\"3\">"},
        {"type=\"1\" atomic_num=\"42\"", "type=\"2\" atomic_num=\"42\"",
         XML ":11: type 2 is given twice"},
        {"type=\"1\" atomic_num=\"42\"", "type=\"1\" atomic_num=\"74\"",
         XML ":11: types 2 and 1 both have atomic_num 74"},
        {"type=\"1\" atomic_num=\"42\"", "type=\"1\" atomic_num=\"0\"",
         XML ":11: <per_type_data> has atomic_num=\"0\", allowed 1 to 118"},
        {"<per_type_data type=\"2\" atomic_num=\"74\">",
         "<per_type_data type=\"2\" atomic_num=\"74\"><potential_neighbours/>",
         XML ":7: <potential_neighbours> in <Glue_params> is not supported"},
        {"num_points=\"3\"", "num_points=\"4\"",
         XML ":12: num_points is 4 but there are 3 <point>"},
        {"num_points=\"3\"", "num_points=\"1\"",
         XML ":12: <density> has num_points=\"1\", allowed 2 to"},
        {"<point a=\"2.8\"", "<point r=\"2.8\"", XML ":12: <point> has no attribute a"},
        {"rho=\"0.9\"", "rho=\"\"",
         XML ":12: <point> has rho=\"\", which is not a finite"},
        {" density_y1=\"-1.5\"", "", XML ":8: <density> has no attribute density_y1"},
        {"y1=\"-9.0\"", "y1=\"steep\"",
         XML ":16: <potential_pair> has y1=\"steep\", which"},
        {"type1=\"1\" type2=\"2\"", "type1=\"2\" type2=\"2\"",
         "the pair of types 2 and 2 is given twice"},
        {"type1=\"1\" type2=\"2\"", "type1=\"1\" type2=\"3\"",
         "<per_pair_data> has type2=\"3\", allowed 1 to 2"},
        {"</density>", "</density><density num_points=\"2\"/>",
         XML ":4: a second <density>; keep one"},
    };
    sz_gap *gap;
    sz_error err;

    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        sz_status want;

        if (!write_sample(XML, bad[k].old, bad[k].new)) {
            printf("not in the sample: %s\n", bad[k].old);
            CHECK(0);
            continue;
        }
        if (!bad[k].message) {
            CHECK(sz_gap_read(&gap, XML, &err) == SZ_OK);
            sz_gap_free(gap);
            continue;
        }
        want = strstr(bad[k].message, "the file of sparse points") ? SZ_ERR_FILE
                                                                   : SZ_ERR_FORMAT;
        CHECK_FAILS(sz_gap_read(&gap, XML, &err), want, bad[k].message, err);
        CHECK(gap == NULL);
    }
}

/* ---- LJ and Coulomb -------------------------------------------------------------- */

#define WITH_LJ "Sum init_args_pot1={IP LJ} init_args_pot2={IP GAP}"
#define WITH_COULOMB "Sum init_args_pot1={IP Coulomb} init_args_pot2={IP GAP}"
#define TYPES(a, b)                                                                      \
    "<per_type_data type=\"1\" atomic_num=\"42\"" a "/>\n<per_type_data type=\"2\" "     \
    "atomic_num=\"74\"" b "/>\n"
#define LJ(attributes, pairs)                                                            \
    "<LJ_params n_types=\"2\"" attributes ">\n" TYPES("", "") pairs "</LJ_params>\n"
#define PAIR(types, rest) "<per_pair_data " types " sigma=\"2\" eps6=\"1\" " rest "/>\n"
#define PAIR_12 "type1=\"1\" type2=\"2\""
#define REST "eps12=\"3\" cutoff=\"5\" energy_shift=\"T\" linear_force_shift=\"F\""
#define COULOMB(attributes)                                                              \
    "<Coulomb_params n_types=\"2\" " attributes                                          \
    ">\n" TYPES(" charge=\"1\"", " charge=\"-2\"") "</Coulomb_params>\n"

/* the sample with a core: these parameters are before GAP_params, at line 18 */
static int write_core(const char *args, const char *params)
{
    static char text[1 << 16];
    const char *at, *potential = strstr(sample_xml, SUM_ARGS), *end;

    if (!potential) return 0;
    end = potential + strlen(SUM_ARGS);
    at = strstr(sample_xml, "<GAP_params");
    snprintf(text, sizeof text, "%.*s%s%.*s%s%s", (int)(potential - sample_xml),
             sample_xml, args, (int)(at - end), end, params, at);
    return write_file(XML, text, strlen(text));
}

static int test_pair_cores(void)
{
    sz_gap *gap;
    sz_error err;

    CHECK(
        write_core(WITH_LJ, LJ("", PAIR(PAIR_12, REST " smooth_cutoff_width=\"0.5\""))));
    CHECK_OK(sz_gap_read(&gap, XML, &err), err);
    CHECK(gap->lj && !gap->coulomb && gap->lj->n_types == 2 && gap->lj->n_pairs == 1);
    CHECK(gap->lj->z[0] == 42 && gap->lj->pair[0].type2 == 1);
    CHECK(gap->lj->pair[0].sigma == 2.0 && gap->lj->pair[0].eps6 == 1.0);
    CHECK(gap->lj->pair[0].eps12 == 3.0 && gap->lj->pair[0].cutoff == 5.0);
    CHECK(gap->lj->pair[0].energy_shift && !gap->lj->pair[0].force_shift);
    CHECK(gap->lj->pair[0].cutoff_width == 0.5);
    sz_gap_free(gap);
    CHECK(write_core("Sum init_args_pot1={IP Coulomb label=b method=DSF} "
                     "init_args_pot2={IP GAP}",
                     COULOMB("label=\"a\" method=\"ewald\" cutoff=\"9\"")
                         COULOMB("label=\"b\" cutoff=\"6\" dsf_alpha=\".2\" "
                                 "yukawa_smooth_length=\"1\"")));
    CHECK_OK(sz_gap_read(&gap, XML, &err), err);
    CHECK(gap->coulomb && gap->coulomb->method == SZ_COULOMB_DSF);
    CHECK(gap->coulomb->cutoff == 6.0 && gap->coulomb->alpha == 0.2);
    CHECK(gap->coulomb->smooth_length == 0.0 && gap->coulomb->charge[74] == -2.0);
    CHECK(gap->coulomb->listed[42] && !gap->coulomb->listed[1]);
    sz_gap_free(gap);
    return 0;
}

static void test_pair_cores_refused(void)
{
    static const struct {
        const char *args, *params, *message;
    } bad[] = {
        {WITH_LJ, "<LJ_params/>", XML ":18: <LJ_params> has no attribute n_types"},
        {WITH_LJ, "<LJ_params n_types=\"1\"/>",
         XML ":18: n_types is 1 but there is no <per_type_data type=\"1\">"},
        {WITH_LJ, LJ("", ""), XML ":21: <LJ_params> has no <per_pair_data>; add it"},
        {WITH_LJ, LJ(" tail_corr_factor=\"1\"", PAIR(PAIR_12, REST)),
         XML ":18: tail_corr_factor=\"1\" of <LJ_params> is not supported"},
        {WITH_LJ, LJ(" only_inter_resid=\"T\"", PAIR(PAIR_12, REST)),
         XML ":18: only_inter_resid=\"T\" of <LJ_params> is not supported"},
        {WITH_LJ, LJ("", PAIR("type1=\"1\" type2=\"3\"", REST)),
         XML ":21: <per_pair_data> has type2=\"3\", allowed 1 to 2"},
        {WITH_LJ, LJ("", PAIR(PAIR_12, REST) PAIR("type1=\"2\" type2=\"1\"", REST)),
         XML ":22: the pair of types 2 and 1 is given twice"},
        {WITH_LJ, LJ("", PAIR(PAIR_12, "")),
         XML ":21: <per_pair_data> has no attribute eps12; the file is incomplete"},
        {WITH_LJ, LJ("", PAIR(PAIR_12, "eps12=\"1\" cutoff=\"5\"")),
         XML ":21: <per_pair_data> has no attribute energy_shift"},
        {WITH_LJ,
         LJ("", PAIR(PAIR_12, "eps12=\"1\" cutoff=\"5\" energy_shift=\"maybe\"")),
         XML ":21: <per_pair_data> has energy_shift=\"maybe\", which is not T or F"},
        {WITH_LJ,
         LJ("", PAIR(PAIR_12, "eps12=\"1\" cutoff=\"0\" energy_shift=\"F\" "
                              "linear_force_shift=\"F\"")),
         XML
         ":21: sigma=\"2\" cutoff=\"0\" smooth_cutoff_width=\"0\" of a pair of types"},
        {"Sum init_args_pot1={IP LJ E_scale=2} init_args_pot2={IP GAP}",
         LJ("", PAIR(PAIR_12, REST)),
         XML ":2: E_scale of IP LJ is not supported; scale its eps6 and eps12"},
        {WITH_LJ, LJ("", PAIR(PAIR_12, REST)) LJ("", PAIR(PAIR_12, REST)),
         XML ":2: there are 2 <LJ_params>; add label=.. to IP LJ"},
        {"Sum init_args_pot1={IP LJ label=x} init_args_pot2={IP GAP}",
         LJ("", PAIR(PAIR_12, REST)),
         XML ":2: init_args names IP LJ but there is no <LJ_params label=\"x\">"},
        {"Sum init_args_pot1={IP LJ} init_args_pot2={" WITH_LJ "}",
         LJ("", PAIR(PAIR_12, REST)), XML ":2: two IP LJ parts in one potential"},
        {WITH_COULOMB, "", XML ":2: init_args names IP Coulomb but there is no"},
        {WITH_COULOMB, COULOMB("method=\"direct\""),
         XML ":18: <Coulomb_params> has no attribute cutoff"},
        {WITH_COULOMB, COULOMB("cutoff=\"5\""),
         XML ":18: <Coulomb_params> has no method; add method=\"direct\", \"yukawa\" or"},
        {WITH_COULOMB, COULOMB("cutoff=\"5\" method=\"ewald\""),
         XML
         ":18: method ewald of IP Coulomb is not supported: it sums over all periodic "
         "images"},
        {WITH_COULOMB, COULOMB("cutoff=\"5\" method=\"Ewald_nb\""),
         XML ":18: method Ewald_nb of IP Coulomb is not supported"},
        {WITH_COULOMB, COULOMB("cutoff=\"5\" method=\"wolf\""),
         XML
         ":18: method wolf of IP Coulomb is unknown; known are direct, yukawa and dsf"},
        {WITH_COULOMB, COULOMB("cutoff=\"5\" method=\"yukawa\""),
         XML ":18: method yukawa of IP Coulomb needs yukawa_alpha=\"..\""},
        {WITH_COULOMB, COULOMB("cutoff=\"5\" method=\"dsf\" dsf_alpha=\"-1\""),
         XML
         ":18: method dsf of IP Coulomb needs dsf_alpha=\"..\" in <Coulomb_params>, not "
         "negative"},
        {WITH_COULOMB,
         COULOMB("cutoff=\"5\" method=\"yukawa\" yukawa_alpha=\"0\" "
                 "yukawa_pseudise=\"T\""),
         XML ":18: yukawa_pseudise=\"T\" of <Coulomb_params> is not supported"},
        {WITH_COULOMB, COULOMB("cutoff=\"-5\" method=\"direct\""),
         XML ":18: cutoff=\"-5\" yukawa_smooth_length=\"0\" of <Coulomb_params> are not"},
        {"Sum init_args_pot1={IP Coulomb method=direct} init_args_pot2={IP GAP}",
         COULOMB("cutoff=\"5\" method=\"dsf\" dsf_alpha=\"1\""),
         XML
         ":18: <Coulomb_params> has method=\"dsf\" but the init string method=direct"},
        {WITH_COULOMB,
         "<Coulomb_params n_types=\"2\" cutoff=\"5\" method=\"direct\">" TYPES(
             "", "") "</Coulomb_params>",
         XML ":18: <per_type_data> has no attribute charge"},
        {WITH_COULOMB,
         "<Coulomb_params n_types=\"3\" cutoff=\"5\" method=\"direct\">" TYPES(
             " charge=\"1\"", " charge=\"1\"") "</Coulomb_params>",
         XML ":20: n_types is 3 but there is no <per_type_data type=\"3\">"},
    };
    sz_gap *gap;
    sz_error err;

    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        CHECK(write_core(bad[k].args, bad[k].params));
        CHECK_FAILS(sz_gap_read(&gap, XML, &err), SZ_ERR_FORMAT, bad[k].message, err);
        CHECK(gap == NULL);
    }
}

/* ---- local properties ------------------------------------------------------------ */

static void test_local_property(void)
{
    static const struct {
        const char *command, *property;
    } known[] = {
        {" at_file=x gap={soap a={{1 2}} : distance_2b} e0={H:1:O:2}", NULL},
        {" local_property_parameter_name=hirshfeld_v local_property0={C:0.8}",
         "hirshfeld_v"},
        {" at_file=x local_property0=0.3", "local_property"},
        {" gap={soap", NULL}, /* not a command: unchanged */
        {"", NULL},
    };
    char new[400];

    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        sz_gap *gap;
        const char *note;

        snprintf(new, sizeof new,
                 "</gpSparse><command_line><![CDATA[%s]]></command_line>",
                 known[k].command);
        gap = read_variant("</gpSparse>", new);
        if (!gap) continue;
        note = sz_gap_find_note(gap, SZ_LOCAL_PROPERTY);
        CHECK(known[k].property ? note && same(note, known[k].property) : !note);
        CHECK(gap->warnings.n == 0);
        sz_gap_free(gap);
    }
}

/* A warning for a GAP_params that no part of the potential names. */
static void test_unused(void)
{
    sz_gap *gap = read_variant(
        "</GAP_params>",
        "</GAP_params><GAP_params label=\"v\"><gpSparse label=\"v\" n_coordinate=\"0\"/>"
        "<command_line>local_property_parameter_name=hirshfeld_v</command_line>"
        "</GAP_params>");

    if (!gap) return;
    CHECK(gap->warnings.n == 1 && !sz_gap_find_note(gap, SZ_LOCAL_PROPERTY));
    CHECK(strstr(gap->warnings.text[0], "<GAP_params label=\"v\"> of the local property "
                                        "hirshfeld_v is not part of the potential"));
    sz_gap_free(gap);
}

/* Invalid contents of the sparse file, and the line of the error. */
static void test_bad_sparse_file(void)
{
    static const struct {
        const char *text, *message;
    } bad[] = {
        {"1\n2\n3\n4\n5\n6\n7\n", SPARSE ": too short (14 bytes) for the 2 x 4 numbers"},
        {"1.5\n2\n3\n4\n5\n6\n7\n", SPARSE ":8: ends after 7 of the 2 x 4 numbers"},
        {"1\n2\n3\n4\n5\n6\n7\n8\n9\n", SPARSE ":9: more than the 2 x 4 numbers"},
        {"1\n2\n3\n4\n5\n6\n7\n8\nx\n", SPARSE ":9: more than the 2 x 4 numbers"},
        {"1\n2\nx3\n4\n5\n6\n7\n8\n", SPARSE ":3: 'x3\n4"},
        {"1\n2\nnan\n4\n5\n6\n7\n8\n", SPARSE ":3: 'nan"},
        {"1\n2\n3\n4e999\n5\n6\n7\n8\n", SPARSE ":4: '4e999"},
        {"1,2,3,4,5,6,7,8\n", SPARSE ":1: '1,2,3,4,5,6,7,8\n' does not begin with a"},
        {"", SPARSE ": too short (0 bytes)"},
    };
    sz_gap *gap;
    sz_error err;

    CHECK(write_sample(XML, " sparseX_md5sum=\"" SAMPLE_MD5 "\"", ""));
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        CHECK(write_file(SPARSE, bad[k].text, strlen(bad[k].text)));
        CHECK_FAILS(sz_gap_read(&gap, XML, &err), SZ_ERR_FORMAT, bad[k].message, err);
    }
    CHECK(write_file(SPARSE, "1 2 3 4 5 6 7 \0 8", 17));
    CHECK_FAILS(sz_gap_read(&gap, XML, &err), SZ_ERR_FORMAT, SPARSE ":1: ends after 7",
                err);
    CHECK(write_file(SPARSE, "1 2 3 4 5 6 7 8\0", 16));
    CHECK_FAILS(sz_gap_read(&gap, XML, &err), SZ_ERR_FORMAT, SPARSE ":1: more than", err);
    CHECK(write_file(SPARSE, "1 2 3 4 5 6 7 8", 15));
    CHECK(sz_gap_read(&gap, XML, &err) == SZ_OK);
    sz_gap_free(gap);
    CHECK(write_file(SPARSE, SAMPLE_SPARSE, strlen(SAMPLE_SPARSE)));
}

/* A file truncated anywhere is refused, without a crash or an incomplete model. */
static void test_truncated(void)
{
    sz_gap *gap;
    sz_error err;
    size_t n = strlen(sample_xml);

    for (size_t k = 0; k < n - 1; k += 7) {
        CHECK(write_file(XML, sample_xml, k));
        CHECK_FAILS(sz_gap_read(&gap, XML, &err), SZ_ERR_FORMAT, "not well-formed XML",
                    err);
        CHECK(gap == NULL);
    }
}

static void test_other_files(void)
{
    sz_gap *gap;
    sz_error err;

    CHECK_FAILS(sz_gap_read(&gap, FOLDER "absent.xml", &err), SZ_ERR_FILE,
                FOLDER "absent.xml: cannot be opened: No such file or directory", err);
    CHECK_FAILS(sz_gap_read(&gap, FOLDER, &err), SZ_ERR_FILE,
                FOLDER ": cannot be read: Is a directory", err);
    CHECK(write_file(XML, "", 0));
    CHECK_FAILS(sz_gap_read(&gap, XML, &err), SZ_ERR_FORMAT, "not well-formed XML", err);
    CHECK(write_file(XML, "<a><b/></a>", 11));
    CHECK_FAILS(sz_gap_read(&gap, XML, &err), SZ_ERR_FORMAT,
                XML ": no <GAP_params> in this file; it is not a GAP model", err);
    CHECK(write_file(XML, "pair_coeff * *", 14));
    CHECK_FAILS(sz_gap_read(&gap, XML, &err), SZ_ERR_FORMAT,
                XML ":1: not XML; a model is a GAP XML file", err);
    CHECK(write_file(XML, "# Notes\n\nNo model\n", 19));
    CHECK_FAILS(sz_gap_read(&gap, XML, &err), SZ_ERR_FORMAT, XML ":1: not XML", err);
    CHECK(sz_gap_read(&gap, XML, NULL) == SZ_ERR_FORMAT); /* err may be NULL */
}

/* Nesting much deeper than in any model. */
static void test_nesting(void)
{
    char text[3 * 100 + 1] = "";
    sz_gap *gap;
    sz_error err;

    for (int k = 0; k < 100; k++) strcat(text, "<a>");
    CHECK(write_file(XML, text, strlen(text)));
    CHECK_FAILS(sz_gap_read(&gap, XML, &err), SZ_ERR_FORMAT,
                XML ":1: elements are nested more than 64 deep", err);
}

int main(void)
{
    setlocale(LC_ALL, ""); /* numbers are read in the same way in every locale */
    mkdir(FOLDER, 0777);
    if (!write_file(SPARSE, SAMPLE_SPARSE, strlen(SAMPLE_SPARSE))) {
        printf("%s cannot be written\n", SPARSE);
        return 1;
    }
    if (test_sample()) return 1;
    test_init_strings();
    test_zbl();
    if (test_pair_cores()) return 1;
    test_pair_cores_refused();
    test_local_property();
    test_unused();
    test_forms();
    test_old_theta();
    test_no_sparse_points();
    test_refused();
    test_bad_sparse_file();
    test_truncated();
    test_other_files();
    test_nesting();
    return check_done();
}
