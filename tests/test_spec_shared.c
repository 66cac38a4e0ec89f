/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_spec_shared.c - command lines that made models with the real gap_fit: expanded
 * descriptors, kernels, e0 and core potentials are those of the models. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "data/targets.h"
#include "fit/spec.h"
#include "format/gap_xml.h"

#include <dirent.h>
#include <stdlib.h>

enum { MAX_ARGUMENTS = 64 };

/* The words of a shell command from "gap_fit" on, without quotes; separated in place. */
static int shell_words(char *p, char **word)
{
    int n = 0, seen = 0;

    while (*(p += strspn(p, " \t\n")) && n < MAX_ARGUMENTS) {
        char *out = p, *start = p;

        for (char quote = 0; *p && (quote || !strchr(" \t\n", *p)); p++) {
            if (*p == quote)
                quote = 0;
            else if (!quote && (*p == '\'' || *p == '"'))
                quote = *p;
            else
                *out++ = *p;
        }
        p += *p != 0;
        *out = 0;
        if (seen) word[n++] = start;
        seen |= !strcmp(start, "gap_fit");
    }
    return n;
}

static char *read_file(const char *name)
{
    FILE *f = fopen(name, "rb");
    char *text = calloc(1, 20000);

    if (f && text) text[fread(text, 1, 19999, f)] = 0;
    if (f) fclose(f);
    return text;
}

/* The command without comment lines. */
static char *read_command(const char *name)
{
    char *text = read_file(name);

    for (char *p = text; p && *p; p += strcspn(p, "\n"), p += *p != 0)
        if (*p == '#') memset(p, ' ', strcspn(p, "\n"));
    return text;
}

static void compare(const sz_fit_spec *spec, const sz_gap *gap, const char *folder)
{
    CHECK(spec->n_terms == gap->n_terms);
    for (int k = 0; k < gap->n_terms && k < spec->n_terms; k++) {
        const sz_gap_term *c = gap->term + k;
        const sz_fit_term *own = spec->term + k;
        const sz_fit_descriptor *d = spec->descriptor + own->descriptor;

        CHECK(!strcmp(own->text, c->descriptor));
        if (strcmp(own->text, c->descriptor))
            printf("%s\n  got  %s\n  want %s\n", folder, own->text, c->descriptor);
        CHECK(d->covariance == c->covariance);
        CHECK_CLOSE(d->delta, c->delta, 0);
        CHECK_CLOSE(d->f0, c->f0, 0);
        if (d->covariance == SZ_COVARIANCE_DOT_PRODUCT) CHECK_CLOSE(d->zeta, c->zeta, 0);
        if (d->theta_rule == SZ_THETA_UNIFORM) CHECK_CLOSE(d->theta[0], c->theta[0], 0);
        CHECK(c->n_sparse <= d->n_sparse);
    }
}

static int check_folder(const char *folder)
{
    const char *xml = "gp.xml";
    char name[1024], *text, *word[MAX_ARGUMENTS];
    sz_fit_spec *spec;
    sz_dataset *t = NULL;
    sz_targets *targets;
    sz_gap *gap;
    sz_error err;
    sz_e0 e0;
    int n;

    snprintf(name, sizeof name, "%s/cmd.txt", folder);
    text = read_command(name);
    n = shell_words(text, word);
    CHECK(n > 5);
    CHECK_OK(sz_fit_spec_arguments(&spec, n, word, &err), err);
    CHECK(spec->warnings.n == 0 && !strcmp(spec->gp_file, xml));
    snprintf(name, sizeof name, "%s/%s", folder, xml);
    CHECK_OK(sz_gap_read(&gap, name, &err), err);
    snprintf(name, sizeof name, "%s/%s", folder, spec->at_file);
    CHECK_OK(sz_dataset_read(&t, name, spec, &err), err);
    CHECK_OK(sz_targets_create(&targets, t, &spec->sigma, &err), err);
    CHECK_OK(sz_fit_expand(spec, t->n_species, t->z, &err), err);
    compare(spec, gap, folder);
    CHECK((*spec->core_ip_args != 0) == (gap->glue || gap->zbl));
    CHECK_OK(sz_fit_find_e0(&e0, targets, spec, &err), err);
    for (int z = 1; z <= SZ_Z_MAX; z++) CHECK_CLOSE(e0.value[z], gap->e0[z], 2e-15);
    CHECK_OK(sz_targets_take_e0(targets, &e0, &err), err);
    printf("%s: %d frames, %zu atoms, %d terms, %d energies, %zu forces, %zu "
           "virials\n",
           strrchr(folder, '/') + 1, t->n_frames, t->n_atoms, spec->n_terms,
           t->n_energies, targets->n_force_rows, targets->n_virial_rows);
    for (int k = 0; k < t->warnings.n; k++) printf("  %s\n", t->warnings.text[k]);
    sz_targets_free(targets);
    sz_dataset_free(t);
    sz_gap_free(gap);
    sz_fit_spec_free(spec);
    free(text);
    return 0;
}

/* A published model without its data: the order of the elements is that of the XML. */
static int check_published(const char *folder)
{
    const int z[] = {73, 41, 42, 74};
    char name[1024], *text, *word[MAX_ARGUMENTS];
    sz_fit_spec *spec;
    sz_gap *gap;
    sz_error err;

    snprintf(name, sizeof name, "%s/cmd.sh", folder);
    text = read_command(name);
    CHECK_OK(sz_fit_spec_arguments(&spec, shell_words(text, word), word, &err), err);
    snprintf(name, sizeof name, "%s/NbMoTaW.xml", folder);
    CHECK_OK(sz_gap_read(&gap, name, &err), err);
    CHECK_OK(sz_fit_expand(spec, 4, z, &err), err);
    compare(spec, gap, folder);
    sz_gap_free(gap);
    sz_fit_spec_free(spec);
    free(text);
    return 0;
}

/* Command lines stored as one text: from the tests of QUIP. */
static int check_quip(const char *folder, const char *model, const char *data,
                      int n_terms)
{
    char name[1024], *text, *start, *end;
    sz_fit_spec *spec;
    sz_targets *targets;
    sz_dataset *t;
    sz_error err;
    sz_e0 e0;
    FILE *f;

    snprintf(name, sizeof name, "%s/%s", folder, model);
    f = fopen(name, "rb");
    text = calloc(1, 4000000);
    if (!f || !text || !fread(text, 1, 3999999, f)) return 1;
    fclose(f);
    start = strstr(text, "\"config\": \"");
    CHECK(start != NULL);
    if (!start) return 1;
    start += strlen("\"config\": \"");
    end = strchr(start, '"');
    *end = 0;
    CHECK_OK(sz_fit_spec_parse(&spec, start, model, &err), err);
    snprintf(name, sizeof name, "%s/%s", folder, data);
    CHECK_OK(sz_dataset_read(&t, name, spec, &err), err);
    CHECK_OK(sz_targets_create(&targets, t, &spec->sigma, &err), err);
    CHECK_OK(sz_fit_expand(spec, t->n_species, t->z, &err), err);
    CHECK(spec->n_terms == n_terms && spec->warnings.n == 0);
    CHECK_OK(sz_fit_find_e0(&e0, targets, spec, &err), err);
    printf("%s: %d frames, e0 %g, %d virials\n", model, t->n_frames, e0.value[t->z[0]],
           t->n_virials);
    for (int k = 0; k < t->warnings.n; k++) printf("  %s\n", t->warnings.text[k]);
    sz_targets_free(targets);
    sz_dataset_free(t);
    sz_fit_spec_free(spec);
    free(text);
    return 0;
}

int main(void)
{
    const char *shared = getenv("SOAPZ_SHARED");
    char folder[700], models[600];
    struct dirent *e;
    int n = 0;
    DIR *dir;

    snprintf(models, sizeof models, "%s/data/gap_models/quip_made", shared ? shared : "");
    dir = opendir(models);
    if (!dir) {
        printf("skipped: no reference data\n");
        return 77;
    }
    while ((e = readdir(dir))) {
        struct dirent *inner;
        DIR *sub;
        int has_command = 0;

        if (*e->d_name == '.' || strchr(e->d_name, '.')) continue;
        snprintf(folder, sizeof folder, "%.400s/%.200s", models, e->d_name);
        sub = opendir(folder);
        if (!sub) continue;
        while ((inner = readdir(sub))) has_command |= !strcmp(inner->d_name, "cmd.txt");
        closedir(sub);
        if (!has_command) continue;
        n++;
        if (check_folder(folder)) return 1;
    }
    closedir(dir);
    CHECK(n >= 20);
    snprintf(folder, sizeof folder, "%.400s/data/gap_models/NbMoTaW_nu_mu_hat", shared);
    if (check_published(folder)) return 1;
    snprintf(folder, sizeof folder, "%.400s/data/gap_models/quip_tests", shared);
    if (check_quip(folder, "Si.distance_2b.uniform.json", "Si.np1.xyz", 1) ||
        check_quip(folder, "Si.soap.cur_points.json", "Si.np1.xyz", 1) ||
        check_quip(folder, "Si.two_descriptors.json", "Si.np1.xyz", 2) ||
        check_quip(folder, "SiC.distance_2b.uniform.json", "SiC.np1.xyz", 3))
        return 1;
    return check_done();
}
