/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_locale.c - a program around the library may have set a decimal comma, for itself
 * or for one thread: every file, text and message is the same, byte for byte, and is read
 * again as the same numbers. */
#define _XOPEN_SOURCE 700 /* newlocale, uselocale, setenv */
#include "atoms/xyz.h"
#include "base/json.h"
#include "base/number.h"
#include "base/print.h"
#include "base/rng.h"
#include "base/text.h"
#include "check.h"
#include "fit/spec.h"
#include "soapz_fit.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>

#define FOLDER "test_locale_files"
#define COMMA "de_DE.UTF-8"

#define SETTINGS                                                                         \
    "e0_method=average default_sigma={0.0125 0.25 0.75 0.0} sparse_jitter=1.5e-8 "       \
    "gap={distance_2b cutoff=4.25 covariance_type=ard_se delta=0.5 theta_fac=0.5 "       \
    "sparse_method=uniform n_sparse=4 : soap n_max=2 l_max=2 cutoff=4.5 "                \
    "cutoff_transition_width=0.75 atom_sigma=0.5 zeta=2 delta=0.25 "                     \
    "covariance_type=dot_product sparse_method=cur_points n_sparse=6}"

static const char conf[] = "train = x.xyz\nmodel = x.soapz\nenergy_key = energy\n"
                           "force_key = forces\ne0 = average\nsigma_energy = 0.0125\n"
                           "sigma_force = 0.25\n[config_type a]\nsigma_energy = 0.5\n"
                           "[soap]\nn_max = 2\nl_max = 2\ncutoff = 4.5\nn_sparse = 6\n";

/* newlocale of glibc keeps the folders of LOCPATH. */
SZ_API const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:argz_add_sep\n";
}

/* ---- everything that has a number ------------------------------------------------ */

static int write_text(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    return f && fputs(text, f) >= 0 && fclose(f) == 0;
}

static const char *source(const char *rest, char path[4096])
{
    const char *root = getenv("SOAPZ_SOURCE");

    snprintf(path, 4096, "%s/tests/data/models/%s", root ? root : ".", rest);
    return path;
}

/* A model of each kind, written to both kinds of file and read again. */
static int models(sz_text *all)
{
    static const char *const name[] = {"mow_zbl_soap",     "mow_glue_soap",
                                       "si_2b_3b_soap",    "nacl_lj_dsf_2b",
                                       "nacl_yukawa_soap", "turbo_co_files"};
    char path[4096], rest[128], *text;
    sz_error err;

    for (int k = 0; k < 6; k++) {
        sz_model *model, *again;

        snprintf(rest, sizeof rest, "%s/gp.xml", name[k]);
        CHECK_OK(sz_model_load(&model, source(rest, path), &err), err);
        CHECK_OK(sz_model_save(model, FOLDER "/m.xml", &err), err);
        CHECK_OK(sz_model_save(model, FOLDER "/m.soapz", &err), err);
        CHECK_OK(sz_model_summary(&text, model, NULL, &err), err);
        sz_text_add(all, "%s", text);
        free(text);
        CHECK_OK(sz_read_text(&text, FOLDER "/m.xml", &err), err);
        sz_text_add(all, "%s", text);
        free(text);
        CHECK_OK(sz_model_load(&again, FOLDER "/m.soapz", &err), err);
        CHECK_OK(sz_model_save(again, FOLDER "/m.xml", &err), err);
        CHECK_OK(sz_read_text(&text, FOLDER "/m.xml", &err), err);
        sz_text_add(all, "%s", text);
        free(text);
        sz_model_free(again);
        sz_model_free(model);
    }
    return 0;
}

/* A frame with everything that eval adds. */
static int frames(sz_text *all)
{
    char path[4096], *text;
    sz_xyz_reader *reader;
    sz_xyz_frame *frame;
    sz_xyz_result result = {.energy = -1.25, .energy_variance = 0.5};
    static double some[3 * 64];
    sz_error err;
    FILE *f = fopen(FOLDER "/x.xyz", "w");

    for (int k = 0; k < 3 * 64; k++) some[k] = 0.25 * k + 0.125;
    result.forces = result.local_energy = result.local_energy_variance = result.grade =
        result.force_uncertainty = some;
    CHECK_OK(sz_xyz_open(&reader, source("mow_zbl_soap/reference.xyz", path), &err), err);
    CHECK_OK(sz_xyz_read(&frame, reader, &err), err);
    CHECK(f && frame->n_atoms <= 64 && frame->cell[0][1] == 6.37996199999999999);
    sz_xyz_write(f, frame, &result);
    fclose(f);
    sz_xyz_frame_free(frame);
    sz_xyz_close(reader);
    CHECK_OK(sz_read_text(&text, FOLDER "/x.xyz", &err), err);
    CHECK(strstr(text, " energy=-1.2500000000000000e+00 ") != NULL);
    sz_text_add(all, "%s", text);
    free(text);
    return 0;
}

/* A fit from words and one from a configuration file: their settings and results. */
static int fits(sz_text *all)
{
    const sz_fit_options options = {1, NULL};
    char path[4096], *text;
    sz_dataset *data;
    sz_fit_spec *spec;
    sz_model *model;
    sz_error err;

    source("mow_zbl_soap/reference.xyz", path);
    CHECK_OK(sz_fit_spec_parse(&spec, SETTINGS, "settings", &err), err);
    CHECK_OK(sz_dataset_read(&data, path, spec, &err), err);
    CHECK_OK(sz_fit_settings(all, spec, &err), err);
    CHECK_OK(sz_fit(&model, spec, data, &options, &err), err);
    CHECK_OK(sz_model_summary(&text, model, NULL, &err), err);
    sz_text_add(all, "%s", text);
    free(text);
    CHECK_OK(sz_model_save(model, FOLDER "/fit.soapz", &err), err);
    sz_model_free(model);
    sz_fit_spec_free(spec);
    sz_dataset_free(data);
    CHECK(write_text(FOLDER "/x.conf", conf));
    CHECK_OK(sz_fit_spec_config(&spec, FOLDER "/x.conf", &err), err);
    CHECK_OK(sz_fit_settings(all, spec, &err), err);
    sz_fit_spec_free(spec);
    return 0;
}

/* Printed as typed, and always the same number: with 16 digits, with 17, at the ends of
 * the range, and many random ones. The smallest is written with more digits than
 * necessary. */
static int shortest(void)
{
    static const char *const typed[] = {"0.03",
                                        "0.1",
                                        "1e-10",
                                        "-4.5966123",
                                        "12",
                                        "0",
                                        "-0",
                                        "1e+22",
                                        "0.1234567890123456",
                                        "5e-324",
                                        "0.30000000000000004",
                                        "1.7976931348623157e+308"};
    char text[SZ_SHORTEST];
    double x, again;
    sz_rng rng;

    for (size_t k = 0; k < sizeof typed / sizeof *typed; k++) {
        CHECK(sz_parse_double(typed[k], &x));
        sz_shortest(x, text);
        CHECK(sz_parse_double(text, &again) && again == x);
        CHECK(strlen(text) <= strlen(typed[k]) || x == 5e-324);
    }
    sz_rng_seed(&rng, 1);
    for (int k = 0; k < 2000; k++) {
        x = ldexp(sz_rng_uniform(&rng) - 0.5, k - 1000);
        CHECK(sz_parse_double(sz_shortest(x, text), &again) && again == x);
    }
    return 0;
}

/* Single numbers, JSON, and error messages. */
static int words(sz_text *all)
{
    static const char json[] = "{\"a\":1.5,\"b\":[-0.25,1e-300]}";
    char text[64], *again;
    double x = 0.0;
    json_t *object;
    sz_error err;

    CHECK(sz_parse_double(" -2.5e-3 ", &x) && x == -2.5e-3);
    CHECK(sz_parse_double("9007199254740993.00000000000000000001", &x) &&
          x == 9007199254740994.0);
    CHECK(!sz_parse_double("2,5", &x));
    sz_format(text, sizeof text, "%.3f %s", 0.5, "\xc3\xa4");
    CHECK(!strcmp(text, "0.500 \xc3\xa4"));
    CHECK_OK(sz_json_read(&object, json, strlen(json), "text", "it", "mend it", &err),
             err);
    CHECK(json_real_value(json_object_get(object, "a")) == 1.5);
    again = sz_json_write(object);
    CHECK(again != NULL);
    sz_text_add(all, "%s\n", again ? again : "");
    free(again);
    json_decref(object);
    sz_fail(&err, SZ_ERR_FORMAT, "it is %g", 0.5);
    CHECK(!strcmp(err.message, "it is 0.5"));
    return 0;
}

static char *everything(void)
{
    sz_text all = {0};
    sz_error err;

    if (models(&all) || frames(&all) || fits(&all) || words(&all) || shortest())
        failures++;
    return sz_text_take(&all, "the texts", &err);
}

/* ---- with a comma ---------------------------------------------------------------- */

static int has_comma(void)
{
    char text[16];

    snprintf(text, sizeof text, "%.1f", 0.5);
    return !strcmp(text, "0,5");
}

/* Creates the locale if the machine does not have it. */
static int find_comma(void)
{
    if (setlocale(LC_ALL, COMMA)) return 1;
    if (system("localedef -i de_DE -f UTF-8 " FOLDER "/" COMMA " >" FOLDER
               "/localedef.log 2>&1") < 0)
        return 0;
    setenv("LOCPATH", FOLDER, 1);
    return setlocale(LC_ALL, COMMA) != NULL;
}

static void compare(const char *what, const char *plain)
{
    char *comma = everything();

    CHECK(has_comma()); /* still */
    CHECK(plain && comma && !strcmp(plain, comma));
    for (size_t k = 0; plain && comma && plain[k]; k++)
        if (plain[k] != comma[k]) {
            printf("%s: \"%.40s\" became \"%.40s\"\n", what, plain + k, comma + k);
            break;
        }
    free(comma);
}

int main(void)
{
    char *plain;
    locale_t own;

    mkdir(FOLDER, 0777);
    plain = everything();
    CHECK(plain && strlen(plain) > 10000);
    if (!find_comma()) {
        printf("no locale with a decimal comma, and localedef cannot make one\n");
        free(plain);
        return failures ? 1 : 77;
    }
    compare("setlocale", plain);
    setlocale(LC_ALL, "C");
    own = newlocale(LC_ALL_MASK, COMMA, (locale_t)0);
    CHECK(own != (locale_t)0);
    uselocale(own);
    compare("uselocale", plain);
    uselocale(LC_GLOBAL_LOCALE);
    if (own) freelocale(own);
    free(plain);
    return check_done();
}
