/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_fit_spec.c - gap_fit's command line and our configuration file become the same
 * checked settings; what is wrong in them is named. */
#define _POSIX_C_SOURCE 200809L
#include "base/text.h"
#include "check.h"
#include "fit/spec.h"
#include "term/term.h"

#include <stdlib.h>
#include <unistd.h>

#define SOAP                                                                             \
    "soap n_max=4 l_max=3 cutoff=4.5 atom_sigma=0.5 zeta=2 delta=1 n_sparse=20 "         \
    "covariance_type=dot_product sparse_method=cur_points"
#define PAIR                                                                             \
    "distance_2b cutoff=4 covariance_type=gaussian delta=2 theta_uniform=1.5 "           \
    "n_sparse=9 "                                                                        \
    "sparse_method=uniform"
#define DATA "at_file=a.xyz default_sigma={0.01 0.1 0.2 0} "

static char path[] = "/tmp/soapz_test_fit_XXXXXX";

static void put(const char *text)
{
    FILE *f = fopen(path, "w");

    if (!f || fputs(text, f) < 0 || fclose(f) != 0) exit(1);
}

static sz_status parse(sz_fit_spec **spec, const char *text, sz_error *err)
{
    return sz_fit_spec_text(spec, text, "line", 1, err);
}

static sz_status configure(sz_fit_spec **spec, const char *text, sz_error *err)
{
    put(text);
    return sz_fit_spec_file(spec, path, 1, err);
}

/* ---- the command line -------------------------------------------------------------- */

static int test_defaults(void)
{
    sz_fit_spec *s;
    sz_error err;

    CHECK_OK(parse(&s, DATA "gap={" SOAP "}", &err), err);
    CHECK(!strcmp(s->at_file, "a.xyz") && !strcmp(s->gp_file, "gap_new.xml"));
    CHECK(!strcmp(s->name.energy, "energy") && !strcmp(s->name.force, "force"));
    CHECK(!strcmp(s->name.virial, "virial") && !strcmp(s->name.stress, "stress"));
    CHECK(!strcmp(s->name.config_type, "config_type") && !strcmp(s->name.sigma, "sigma"));
    CHECK(!strcmp(s->name.force_mask, "force_mask") && !*s->core_ip_args);
    CHECK(s->e0_method == SZ_E0_ISOLATED && s->sigma.per_atom && s->rnd_seed == -1);
    CHECK(s->sparse_separate_file && s->do_copy_at_file && !s->dryrun);
    CHECK_CLOSE(s->sparse_jitter, 1e-10, 0);
    CHECK_CLOSE(s->e0_offset, 0, 0);
    CHECK(s->n_descriptors == 1 && s->warnings.n == 0);
    CHECK(s->descriptor[0].add_species && s->descriptor[0].n_sparse == 20);
    CHECK_CLOSE(s->descriptor[0].unique_hash_tolerance, 1e-10, 0);
    CHECK_CLOSE(sz_fit_cutoff(s), 4.5, 0);
    sz_fit_spec_free(s);
    return 0;
}

/* Aliases, upper and lower case, the last of a repeated key, prefix; keys without effect.
 */
static int test_keys(void)
{
    sz_fit_spec *s;
    sz_error err;

    CHECK_OK(
        parse(&s,
              "ATOMS_FILENAME=x atoms_filename='b c.xyz' default_sigma={9 9 9 9}, "
              "default_kernel_regularisation = {0.1 0.2 0.3 0} gap={" SOAP "} gap={" PAIR
              "} sigma_per_atom=F e0={H:-13.5:O:-430} e0_offset=2\n"
              "gap_file=m.xml baseline_ip_args=\"IP ZBL cutoff=2\" core_param_file=z "
              "parameter_name_prefix=dft_ force_parameter_name=f rnd_seed=7 "
              "verbosity=VERBOSE mpi_print_all openmp_chunk_size=3 dryrun "
              "hessian_parameter_name=none export_covariance=F sparse_jitter=1.0D-8 "
              "config_type_sigma={default:1:2:3:4;liquid:5:6:7:8 gas:1:1:1:1}",
              &err),
        err);
    CHECK(!strcmp(s->at_file, "b c.xyz") && !strcmp(s->gp_file, "m.xml"));
    CHECK(s->n_descriptors == 1 && !strcmp(s->descriptor[0].type->word, "distance_2b"));
    CHECK(!strcmp(s->core_ip_args, "IP ZBL cutoff=2") &&
          !strcmp(s->core_param_file, "z"));
    CHECK(!strcmp(s->name.force, "dft_f") && !strcmp(s->name.sigma, "dft_sigma"));
    CHECK(!strcmp(s->name.local_property, "dft_dft_local_property"));
    CHECK(s->e0_method == SZ_E0_GIVEN && s->e0.known[1] && s->e0.known[8]);
    CHECK(!s->e0.known[2] && s->e0_is_list && s->rnd_seed == 7 && s->dryrun);
    CHECK_CLOSE(s->e0.value[8], -430, 0);
    CHECK_CLOSE(s->e0_offset, 2, 0);
    CHECK_CLOSE(s->sparse_jitter, 1e-8, 0);
    CHECK(!s->sigma.per_atom && s->sigma.n == 3);
    CHECK_CLOSE(sz_sigma_rows(&s->sigma, "other", 4).energy, 1, 0);
    CHECK_CLOSE(sz_sigma_rows(&s->sigma, "liquid", 4).force, 6, 0);
    CHECK_CLOSE(sz_sigma_rows(&s->sigma, "Liquid", 4).force, 2, 0);
    s->sigma.per_atom = 1;
    CHECK_CLOSE(sz_sigma_rows(&s->sigma, "liquid", 4).energy, 10, 1e-15);
    CHECK_CLOSE(sz_sigma_rows(&s->sigma, "liquid", 4).force, 6, 0);
    CHECK_CLOSE(sz_sigma_rows(&s->sigma, "liquid", 4).virial, 14, 1e-15);
    sz_fit_spec_free(s);

    CHECK_OK(parse(&s, DATA "e0=-1.5 gap={" SOAP "}", &err), err);
    CHECK(s->e0.known[1] && s->e0.known[118] && !s->e0_is_list);
    CHECK_CLOSE(s->e0.value[74], -1.5, 0);
    sz_fit_spec_free(s);
    return 0;
}

/* The list in gap= with any braces and quotes. */
static int test_gap(void)
{
    const char *same[] = {
        DATA "gap={" SOAP " : " PAIR "}",     DATA "gap={" SOAP ";" PAIR "}",
        DATA "gap={{" SOAP "}:{" PAIR "}}",   DATA "gap={{" SOAP "} : " PAIR " }",
        DATA "gap=\"{" SOAP " : " PAIR "}\"", DATA "gap='" SOAP " :\n " PAIR " :'"};
    const char *lists[] = {DATA "gap={" SOAP " species_Z={{42 74}} Z_map={{42, 74: 42}}}",
                           DATA "gap={{" SOAP " species_Z={42 74} Z_map={42, 74: 42}}}",
                           DATA "gap=\"" SOAP
                                " species_Z={{42 74}} Z_map={{42, 74: 42}}\""};
    sz_fit_spec *s;
    sz_error err;

    for (size_t k = 0; k < sizeof same / sizeof *same; k++) {
        CHECK_OK(parse(&s, same[k], &err), err);
        CHECK(s->n_descriptors == 2 && s->warnings.n == 0);
        CHECK(!strcmp(s->descriptor[0].text, SOAP) &&
              !strcmp(s->descriptor[1].text, PAIR));
        CHECK(s->descriptor[1].theta_rule == SZ_THETA_UNIFORM);
        CHECK(s->descriptor[1].covariance == SZ_COVARIANCE_ARD_SE);
        CHECK(s->descriptor[0].method == SZ_SPARSE_CUR_POINTS);
        CHECK_CLOSE(s->descriptor[0].zeta, 2, 0);
        CHECK_CLOSE(s->descriptor[1].delta, 2, 0);
        CHECK(s->descriptor[1].n_theta == 1);
        CHECK_CLOSE(s->descriptor[1].theta[0], 1.5, 0);
        sz_fit_spec_free(s);
    }
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++) {
        CHECK_OK(parse(&s, lists[k], &err), err);
        CHECK(s->n_descriptors == 1 && !strcmp(s->descriptor[0].text, SOAP
                                               " species_Z={42 74} Z_map={42, 74: 42}"));
        sz_fit_spec_free(s);
    }
    return 0;
}

static int test_descriptor_keys(void)
{
    sz_fit_spec *s;
    sz_fit_descriptor *d;
    sz_error err;

    CHECK_OK(parse(&s,
                   DATA
                   "gap={angle_3b cutoff=3 covariance_type=pp energy_scale=0.1 f0=0.5 "
                   "lengthscale_factor={{0.5 1 2}} add_species=F "
                   "config_type_n_sparse={{liquid:20:gas:3}} sparse_method=UNIFORM "
                   "print_sparse_index=out.txt unique_hash_tolerance=1e-8 : "
                   "distance_Nb order=3 cutoff=2 compact_clusters delta=1 "
                   "covariance_type=ard_se theta_file=th sparse_method=file "
                   "sparse_file=sp zetta=3}",
                   &err),
             err);
    d = s->descriptor;
    CHECK(d->covariance == SZ_COVARIANCE_PP && d->theta_rule == SZ_THETA_FACTOR);
    CHECK(d->n_theta == 3 && !d->add_species && d->n_type_counts == 2);
    CHECK_CLOSE(d->theta[2], 2, 0);
    CHECK_CLOSE(d->f0, 0.5, 0);
    CHECK(!strcmp(d->type_count[1].config_type, "gas") && d->type_count[1].n == 3);
    CHECK(!strcmp(d->print_sparse_index, "out.txt") && d->method == SZ_SPARSE_UNIFORM);
    CHECK_CLOSE(d->unique_hash_tolerance, 1e-8, 0);
    d++;
    CHECK(d->order == 3 && d->theta_rule == SZ_THETA_FILE &&
          !strcmp(d->theta_file, "th"));
    CHECK(d->method == SZ_SPARSE_FILE && !strcmp(d->sparse_file, "sp"));
    CHECK(s->warnings.n == 1 && strstr(s->warnings.text[0], "zetta") &&
          strstr(s->warnings.text[0], "nearest key is zeta"));
    sz_fit_spec_free(s);
    return 0;
}

/* add_species, in order of first appearance. */
static int test_expand(void)
{
    const int z[] = {74, 42};
    const char *want[] = {
        SOAP " n_species=2 Z=74 species_Z={74 42 }",
        SOAP " n_species=2 Z=42 species_Z={74 42 }",
        PAIR " Z1=74 Z2=74",
        PAIR " Z1=74 Z2=42",
        PAIR " Z1=42 Z2=42",
        "angle_3b               cutoff=3 delta=1 covariance_type=pp theta_fac=1 "
        "n_sparse=2 "
        "Z=74 Z1=74 Z2=74",
        NULL,
        NULL,
        NULL,
        NULL,
        "angle_3b               cutoff=3 delta=1 covariance_type=pp theta_fac=1 "
        "n_sparse=2 "
        "Z=42 Z1=42 Z2=42",
        "distance_Nb order=3 cutoff=3 delta=1 covariance_type=pp theta_fac=1 n_sparse=2 "
        "Z={74 74 74 }",
        "distance_Nb order=3 cutoff=3 delta=1 covariance_type=pp theta_fac=1 n_sparse=2 "
        "Z={74 74 42 }",
        "distance_Nb order=3 cutoff=3 delta=1 covariance_type=pp theta_fac=1 n_sparse=2 "
        "Z={74 42 42 }",
        "distance_Nb order=3 cutoff=3 delta=1 covariance_type=pp theta_fac=1 n_sparse=2 "
        "Z={42 42 42 }",
        SOAP " add_species=F Z=42"};
    const int n = sizeof want / sizeof *want;
    sz_fit_spec *s;
    sz_error err;

    CHECK_OK(parse(&s,
                   DATA "gap={" SOAP " : " PAIR
                        " : angle_3b add_species=T cutoff=3 delta=1 covariance_type=pp "
                        "theta_fac=1 n_sparse=2 : distance_Nb order=3 cutoff=3 delta=1 "
                        "covariance_type=pp theta_fac=1 n_sparse=2 : " SOAP
                        " add_species=F Z=42}",
                   &err),
             err);
    for (int twice = 0; twice < 2; twice++) {
        CHECK_OK(sz_fit_expand(s, 2, z, &err), err);
        CHECK(s->n_terms == n);
        for (int k = 0; k < n && k < s->n_terms; k++) {
            if (!want[k]) continue;
            if (strcmp(s->term[k].text, want[k]))
                printf("got  %s\nwant %s\n", s->term[k].text, want[k]);
            CHECK(!strcmp(s->term[k].text, want[k]));
        }
    }
    CHECK(s->term[0].descriptor == 0 && s->term[n - 1].descriptor == 4);
    sz_fit_spec_free(s);
    return 0;
}

/* Quotes removed by the shell are not needed. */
static int test_arguments(void)
{
    char *argument[] = {"at_file=my file.xyz",
                        "default_sigma={0.1 0.2 0.3 0}",
                        "core_ip_args=IP Glue label=x",
                        "gap={" SOAP "}",
                        "e0_method",
                        "=",
                        "average"};
    char *file[] = {path};
    char config[256];
    sz_fit_spec *s;
    sz_error err;

    CHECK_OK(sz_fit_spec_arguments(&s, 7, argument, &err), err);
    CHECK(!strcmp(s->at_file, "my file.xyz") && s->e0_method == SZ_E0_AVERAGE);
    CHECK(!strcmp(s->core_ip_args, "IP Glue label=x"));
    CHECK(strstr(s->command_line,
                 "at_file={my file.xyz} default_sigma={0.1 0.2 0.3 0}") != NULL);
    sz_fit_spec_free(s);

    put(DATA "\ngap={" SOAP "\n}\ne0_method=average\n");
    snprintf(config, sizeof config, "config_file=%s e0_method=isolated", path);
    CHECK_OK(parse(&s, config, &err), err);
    CHECK(s->e0_method == SZ_E0_AVERAGE && s->warnings.n == 1);
    CHECK(!strcmp(s->descriptor[0].text, SOAP));
    sz_fit_spec_free(s);

    put("train=t.xyz\nsigma_energy=1\nsigma_force=1\n[soap]\nn_max=2\nl_max=2\ncutoff=3\n"
        "atom_sigma=0.5\nn_sparse=5\n");
    CHECK_OK(sz_fit_spec_arguments(&s, 1, file, &err), err);
    CHECK(!strcmp(s->at_file, "t.xyz"));
    sz_fit_spec_free(s);
    CHECK_FAILS(sz_fit_spec_arguments(&s, 2, (char *[]){"/no/my.conf", "dryrun=T"}, &err),
                SZ_ERR_FILE, "/no/my.conf", err);
    return 0;
}

static void test_bad_lines(void)
{
    const struct {
        const char *text, *want;
    } bad[] = {
        {"gap={" SOAP "} default_sigma={1 1 1 1}", "at_file= is missing"},
        {"at_file=x default_sigma={1 1 1 1}", "gap= is missing"},
        {"at_file=x gap={" SOAP "}", "default_sigma= is missing"},
        {DATA "gap={" SOAP "} engery_parameter_name=E", "energy_parameter_name"},
        {DATA "gap={" SOAP "} sparse_jiter=1", "nearest key is sparse_jitter"},
        {DATA "gap={" SOAP "} sparse_jitter=tiny", "is not a number of at least 0"},
        {DATA "gap={" SOAP "} sparse_jitter=-1",
         "sparse_jitter='-1' is not a number of at least 0"},
        {DATA "gap={" SOAP "} sigma_per_atom=maybe", "is not T or F"},
        {DATA "gap={" SOAP "} e0_method=guess", "known are isolated and average"},
        {DATA "gap={" SOAP "} e0={Xx:1}",
         "'Xx' in e0 is neither an element nor an atomic"},
        {DATA "gap={" SOAP "} e0={H:1:O}", "e0 of O is missing"},
        {DATA "gap={" SOAP "} e0={H:1:H:2}", "is given twice"},
        {DATA "gap={" SOAP "} rnd_seed=0", "other than 0"},
        {DATA "gap={" SOAP "} local_property0=0.1", "local properties"},
        {DATA "gap={" SOAP "} export_covariance=T", "not supported"},
        {DATA "gap={" SOAP "} gp_file", "gp_file has no value"},
        {DATA "gap={" SOAP "} config_file=/no/such/file", "cannot open /no/such/file"},
        {DATA "gap={" SOAP "} default_sigma={1 1 1}", "must be four numbers"},
        {DATA "gap={" SOAP "} default_sigma={1 1 -1 1}", "none negative"},
        {DATA "gap={" SOAP "} default_sigma={1 1 nan 1}", "must be four numbers"},
        {DATA "gap={" SOAP "} config_type_sigma={liquid:1:2:3}", "four numbers"},
        {DATA "gap={" SOAP "} config_type_sigma={a:1:2:3:4:a:1:2:3:4}", "twice"},
        {DATA "gap={" SOAP "} config_type_sigma={a:1:-2:3:4}", "must not be negative"},
        {DATA "gap={" SOAP, "unmatched brace or quote"},
        {DATA "gap={}", "gap= is missing"},
        {DATA "gap={n_max=3}", "no descriptor is named"},
        {DATA "gap={soap_express n_max=3}", "soap_express is not supported"},
        {DATA "gap={soup n_max=3}", "soup is unknown"},
        {DATA "gap={" SOAP " distance_2b}", "both soap and distance_2b"},
        {DATA "gap={" SOAP " species_Z={42 74}}", "double braces"},
        {DATA "gap={" PAIR " : " SOAP " Z_map={42 74, 41}}", "descriptor 2: '74'"},
        {DATA "gap={soap cutoff=1}", "delta is missing"},
        {DATA "gap={soap cutoff=1 delta=0}", "other than 0"},
        {DATA "gap={soap delta=1}", "cutoff is missing"},
        {DATA "gap={soap delta=1 cutoff=1}", "covariance_type is missing"},
        {DATA "gap={soap delta=1 cutoff=1 covariance_type=bond_real_space}",
         "bond_real_space is not supported"},
        {DATA "gap={soap delta=1 cutoff=1 covariance_type=dot}", "dot is unknown"},
        {DATA "gap={soap delta=1 cutoff=1 covariance_type=dot_product}", "needs zeta"},
        {DATA "gap={soap delta=1 cutoff=1 covariance_type=dot_product theta_uniform=1}",
         "needs zeta"},
        {DATA "gap={" SOAP " theta_fac=1}", "needs zeta and nothing else"},
        {DATA "gap={soap delta=1 cutoff=1 covariance_type=dot_product zeta=0}",
         "not a positive number"},
        {DATA "gap={distance_2b delta=1 cutoff=1 covariance_type=gaussian theta_fac=-1}",
         "length scale '-1'"},
        {DATA "gap={" SOAP " sparse_method=kmeans}", "kmeans is not supported"},
        {DATA "gap={" SOAP " sparse_method=covariance}", "covariance is not supported"},
        {DATA "gap={" SOAP " sparse_method=cur_covariance}", "is not supported"},
        {DATA "gap={" SOAP " sparse_method=best}", "best is unknown"},
        {DATA "gap={" SOAP " sparse_method=file}", "needs sparse_file"},
        {DATA "gap={" SOAP " n_sparse=0}", "give one of n_sparse"},
        {DATA "gap={" SOAP " n_sparse=-3}", "n_sparse is -3"},
        {DATA "gap={" SOAP " n_sparse=many}", "is not an integer"},
        {DATA "gap={" SOAP " config_type_n_sparse={{a:1}}}", "give one of n_sparse"},
        {DATA "gap={" SOAP " n_sparse=0 config_type_n_sparse={{a:x}}}",
         "'a' needs a count"},
        {DATA "gap={distance_Nb delta=1 cutoff=1 covariance_type=pp theta_fac=1}",
         "order is missing"},
    };

    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        sz_fit_spec *s = (sz_fit_spec *)1;
        sz_error err = {SZ_OK, ""};
        sz_status status = parse(&s, bad[k].text, &err);

        CHECK(status != SZ_OK && s == NULL && strstr(err.message, bad[k].want));
        if (!strstr(err.message, bad[k].want))
            printf("%s\n  gave \"%s\", not \"%s\"\n", bad[k].text, err.message,
                   bad[k].want);
        sz_fit_spec_free(status == SZ_OK ? s : NULL);
    }
}

/* ---- the configuration file -------------------------------------------------------- */

static int same_text(const char *a, const char *b)
{
    return a && b ? !strcmp(a, b) : a == b;
}

/* A file and the command line written from it have the same settings. */
static void check_round_trip(const sz_fit_spec *s)
{
    sz_fit_spec *t;
    sz_error err;
    sz_status status = parse(&t, s->command_line, &err);

    CHECK(status == SZ_OK);
    if (status != SZ_OK) {
        printf("%s\n", err.message);
        return;
    }
    CHECK(same_text(s->at_file, t->at_file) && same_text(s->gp_file, t->gp_file));
    CHECK(same_text(s->name.energy, t->name.energy) && s->e0_method == t->e0_method);
    CHECK(same_text(s->core_ip_args, t->core_ip_args) && s->rnd_seed == t->rnd_seed);
    CHECK(!memcmp(&s->e0, &t->e0, sizeof s->e0) && s->sigma.n == t->sigma.n);
    CHECK(s->do_copy_at_file == t->do_copy_at_file);
    for (int k = 0; k < s->sigma.n && k < t->sigma.n; k++) {
        const sz_sigma *a = &s->sigma.entry[k].sigma, *b = &t->sigma.entry[k].sigma;

        CHECK(a->energy == b->energy && a->force == b->force && a->virial == b->virial);
        CHECK(same_text(s->sigma.entry[k].config_type, t->sigma.entry[k].config_type));
    }
    CHECK(s->n_descriptors == t->n_descriptors);
    for (int k = 0; k < s->n_descriptors && k < t->n_descriptors; k++)
        CHECK(same_text(s->descriptor[k].text, t->descriptor[k].text));
    sz_fit_spec_free(t);
}

/* Words that replace a key of a descriptor, in a command line and in a file. */
static int test_overrules(void)
{
    static const char two[] = "train = a.xyz\nsigma_energy = 1\nsigma_force = 1\n"
                              "[distance_2b]\ncutoff = 4\nn_sparse = 9\n[soap]\n"
                              "n_max = 4\nl_max = 3\ncutoff = 4.5\natom_sigma = 0.5\n"
                              "n_sparse = 20\n";
    char *argument[] = {path, "soap.n_sparse=a 5 b 6", "distance_2b1.theta=2", NULL};
    sz_fit_spec *s, *again;
    char *name;
    sz_error err;

    CHECK_OK(parse(&s,
                   DATA "soap.cutoff=5 gap={" PAIR " : " SOAP "} soap.soap_exponent=3",
                   &err),
             err);
    CHECK_CLOSE(s->descriptor[1].cutoff, 5, 0);
    CHECK_CLOSE(s->descriptor[1].zeta, 3, 0);
    CHECK_CLOSE(s->descriptor[0].cutoff, 4, 0);
    CHECK(s->warnings.n == 0 && !strstr(s->command_line, "soap."));
    CHECK_OK(parse(&again, s->command_line, &err), err);
    CHECK(!strcmp(again->descriptor[1].text, s->descriptor[1].text));
    sz_fit_spec_free(again);
    CHECK_OK(sz_fit_full_key(&name, s, "zeta", &err), err);
    CHECK(!strcmp(name, "soap.zeta"));
    free(name);
    CHECK_OK(sz_fit_full_key(&name, s, "theta", &err), err);
    CHECK(!strcmp(name, "distance_2b.theta"));
    free(name);
    CHECK_OK(sz_fit_full_key(&name, s, "rnd_seed", &err), err);
    CHECK(!strcmp(name, "rnd_seed"));
    free(name);
    CHECK_FAILS(sz_fit_full_key(&name, s, "delta", &err), SZ_ERR_ARGUMENT,
                "several descriptors have delta: write one of distance_2b.delta, "
                "soap.delta",
                err);
    sz_fit_spec_free(s);

    put(two);
    CHECK_OK(sz_fit_spec_arguments(&s, 3, argument, &err), err);
    CHECK(s->descriptor[1].n_sparse == 0 && s->descriptor[1].n_type_counts == 2);
    CHECK_CLOSE(s->descriptor[0].theta[0], 2, 0);
    CHECK(strstr(s->command_line, "config_type_n_sparse={{a 5 b 6}}") != NULL);
    CHECK(!strstr(s->command_line, " n_sparse=20"));
    sz_fit_spec_free(s);
    CHECK_FAILS(parse(&s, DATA "gap={" SOAP " : " SOAP "} soap.zeta=3", &err),
                SZ_ERR_FORMAT,
                "line: soap.zeta is of several descriptors; write "
                "soap1.zeta, soap2.zeta",
                err);
    CHECK_OK(parse(&s, DATA "gap={" SOAP " : " SOAP "} soap2.zeta=3", &err), err);
    CHECK_CLOSE(s->descriptor[0].zeta, 2, 0);
    CHECK_CLOSE(s->descriptor[1].zeta, 3, 0);
    sz_fit_spec_free(s);
    CHECK_FAILS(parse(&s, DATA "gap={" SOAP "} soap2.zeta=3", &err), SZ_ERR_FORMAT,
                "line: soap2.zeta is of no descriptor of this fit; there are soap.zeta",
                err);
    CHECK_FAILS(parse(&s, DATA "gap={" SOAP "} soap.zetta=3", &err), SZ_ERR_FORMAT,
                "line: unknown key 'zetta'; the nearest key is zeta", err);
    CHECK_FAILS(parse(&s, DATA "gap={" SOAP " compression={nu=2}}", &err), SZ_ERR_FORMAT,
                "in double ones, as in compression={{nu=2}}", err);
    CHECK(!s);
    return 0;
}

static int test_config(void)
{
    sz_fit_spec *s;
    sz_error err;

    CHECK_OK(configure(&s,
                       "# a fit\r\ntrain = my data.xyz # here\n\n"
                       "test=t.xyz\nmodel = m.xml\nsigma_energy = 0.01\nsigma_force=0.1\n"
                       "e0 = Mo -4.6  W -4.5\nenergy_key = dft_energy\nseed = 3\n"
                       "core = zbl.xml\ncore_args = IP ZBL cutoff=2.6\n"
                       "[distance_2b]\ncutoff = 4.0\nn_sparse = 15\n"
                       "[ config_type dimer ]\nsigma_force = 0.5\n"
                       "[soap]\nn_max = 8\nl_max = 6\ncutoff = 5.0\ncutoff_width = 1.0\n"
                       "atom_sigma = 0.5\nzeta = 2\ndelta = 0.5\nspecies_Z = 42 74\n"
                       "compression = nu,mu^=1,1\nn_sparse = liquid 200 dimer 20\n",
                       &err),
             err);
    CHECK(!strcmp(s->at_file, "my data.xyz") && !strcmp(s->test_file, "t.xyz"));
    CHECK(!strcmp(s->name.energy, "dft_energy") && s->rnd_seed == 3);
    CHECK(!strcmp(s->core_ip_args, "IP ZBL cutoff=2.6") && s->e0.known[42]);
    CHECK_CLOSE(s->e0.value[74], -4.5, 0);
    CHECK_CLOSE(sz_sigma_rows(&s->sigma, "dimer", 1).force, 0.5, 0);
    CHECK_CLOSE(sz_sigma_rows(&s->sigma, "dimer", 1).energy, 0.01, 0);
    CHECK_CLOSE(sz_sigma_rows(&s->sigma, "x", 1).force, 0.1, 0);
    CHECK(s->n_descriptors == 2 && s->warnings.n == 0 && !s->do_copy_at_file);
    CHECK(!strcmp(s->descriptor[0].text,
                  "distance_2b cutoff=4.0 n_sparse=15 delta=1.0 covariance_type=gaussian "
                  "sparse_method=uniform theta_uniform=1.0"));
    CHECK(!strcmp(s->descriptor[1].text,
                  "soap n_max=8 l_max=6 cutoff=5.0 cutoff_transition_width=1.0 "
                  "atom_sigma=0.5 zeta=2 delta=0.5 species_Z={42 74} "
                  "compression={nu,mu^=1,1} config_type_n_sparse={liquid 200 dimer 20} "
                  "covariance_type=dot_product sparse_method=cur_points"));
    CHECK(s->descriptor[1].n_type_counts == 2 && s->descriptor[1].type_count[1].n == 20);
    check_round_trip(s);
    sz_fit_spec_free(s);
    return 0;
}

static void test_bad_config(void)
{
#define HEAD "train=t.xyz\nsigma_energy=1\nsigma_force=1\n"
    const struct {
        const char *text, *want;
    } bad[] = {
        {"", "has no settings"},
        {"seed = 1\n", "sigma_energy is missing"},
        {"8\nLattice=\"1 0 0\"\n",
         ":1: '8' is neither key = value nor [section]; is this"},
        {"sigma_energy=1\n", "sigma_force is missing"},
        {"sigma_energy=1\nsigma_force=1\n", "train is missing"},
        {HEAD, "there is no descriptor"},
        {HEAD "trian = x\n", ":4: unknown key 'trian'; the nearest key is train"},
        {HEAD "sigma_virial = -1\n", ":4: sigma_virial='-1' is not"},
        {HEAD "seed = x\n", ":4: seed=x must be"},
        {HEAD "gap = soap\n", ":4: in a configuration file gap"},
        {HEAD "what\n", ":4: 'what' is neither"},
        {HEAD "a b = 3\n", ":4: 'a b' is not a key"},
        {HEAD "core_args = {ain.xyz\n", ":4: unmatched brace or quote at 'core_args"},
        {HEAD "seed =\n", ":4: seed = is empty"},
        {HEAD "[soap\n", ":4: a section is a line like [soap]"},
        {HEAD "[]\n", ":4: a section is a descriptor"},
        {HEAD "[soup]\n", ":4: descriptor soup is unknown"},
        {HEAD "\n[soap]\nn_mx = 3\n", ":6: unknown key 'n_mx'; the nearest key is n_max"},
        {HEAD "[config_type a]\nsigma = 3\n", ":5: unknown key 'sigma'"},
        {HEAD "[soap]\nn_max=2\n", ":4: cutoff is missing"},
        {HEAD "[soap]\ncutoff=3\nn_sparse=3\nzeta=x\n[soap]\n", ":7: zeta='x'"},
    };

    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        sz_fit_spec *s = (sz_fit_spec *)1;
        sz_error err = {SZ_OK, ""};
        sz_status status = configure(&s, bad[k].text, &err);

        CHECK(status != SZ_OK && s == NULL && strstr(err.message, bad[k].want) &&
              strstr(err.message, path));
        if (!strstr(err.message, bad[k].want))
            printf("%s\n  gave \"%s\", not \"%s\"\n", bad[k].text, err.message,
                   bad[k].want);
        sz_fit_spec_free(status == SZ_OK ? s : NULL);
    }
}

static void test_words(void)
{
    CHECK(sz_word_distance("energy", "energy") == 0);
    CHECK(sz_word_distance("Engery", "energy") == 2);
    CHECK(sz_word_distance("", "abc") == 3);
    CHECK(sz_word_distance("abc", "") == 3);
    CHECK(sz_word_distance("kitten", "sitting") == 3);
}

int main(void)
{
    int stop;

    if (close(mkstemp(path)) != 0) return 1;
    test_words();
    test_bad_lines();
    test_bad_config();
    stop = test_defaults() || test_keys() || test_gap() || test_descriptor_keys() ||
           test_expand() || test_arguments() || test_overrules() || test_config();
    unlink(path);
    return stop ? 1 : check_done();
}
