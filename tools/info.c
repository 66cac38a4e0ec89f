/* SPDX-License-Identifier: BSD-3-Clause
 *
 * info.c - soapz info: a model in words; what the machine can do. */
#define _POSIX_C_SOURCE 200809L
#include "base/number.h"
#include "descriptor/channels.h"
#include "dgemm.h"
#include "format/load.h"
#include "linear/blas.h"
#include "model/model.h"
#include "tool.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: soapz info MODEL\n"
    "       soapz info --machine\n"
    "\n"
    "What is in a GAP model, in words: elements, terms, hyperparameters, compression,\n"
    "sizes and memory, and what the reader doubts. The length of a SOAP vector is given\n"
    "twice: as published, and as used inside, where combinations of radial functions\n"
    "that are zero are left out (energies do not change). Of a .soapz file also its "
    "notes:\n"
    "what it was fitted to, licence, errors, the version of soapz.\n"
    "\n"
    "  --machine   the CPU, the BLAS library and its kernels, and the speed of its\n"
    "              matrix product in the kernel's shape on one core\n"
    "  --help      this text\n"
    "\n"
    "example:\n"
    "  soapz info NbMoTaW.xml\n";

/* ---- the model ------------------------------------------------------------------ */

static void print_heading(const char *text)
{
    printf("\n%s\n", text);
}

/* "-0.97 eV for each element but Ts 0", or one by one */
static void print_e0(const sz_model *m)
{
    int common = 0, most = 0;

    for (int s = 0; s < m->n_species; s++) {
        int n = 0;

        for (int t = 0; t < m->n_species; t++) n += m->e0[t] == m->e0[s];
        if (n > most) {
            most = n;
            common = s;
        }
    }
    printf("  %-12s", "e0");
    if (most < 3) {
        for (int s = 0; s < m->n_species; s++)
            printf(s ? ", %s %.10g" : "%s %.10g", sz_model_symbol(m, s), m->e0[s]);
        printf(" eV\n");
        return;
    }
    printf("%.10g eV for each element", m->e0[common]);
    for (int s = 0, n = 0; s < m->n_species; s++)
        if (m->e0[s] != m->e0[common])
            printf("%s %s %.10g", n++ ? "," : " but", sz_model_symbol(m, s), m->e0[s]);
    printf("\n");
}

static void print_elements(const sz_model *m)
{
    printf("  %-12s", "elements");
    if (m->any_element)
        printf("any: a term takes every element, whatever it was fitted to");
    else
        for (int s = 0; s < m->n_species; s++)
            printf(s ? " %s" : "%s", sz_model_symbol(m, s));
    printf("\n");
    print_e0(m);
    printf("  %-12s%g Angstrom\n", "cutoff", m->cutoff);
}

/* what one of the two densities of a compression is made of */
static void print_density(const sz_channels *y, int n_max)
{
    int n_n = y->radial == SZ_RADIAL_MIX ? y->n_mix
              : y->radial == SZ_RADIAL_N ? n_max
                                         : 1;

    if (y->species == SZ_SPECIES_APART) printf("the species apart");
    if (y->species == SZ_SPECIES_SUM) printf("the sum over species");
    if (y->species == SZ_SPECIES_WEIGHTS)
        printf("%d weighted sums over species", y->n_groups);
    if (y->species == SZ_SPECIES_MATRIX)
        printf("%d (l = 0) combinations of species and n", y->n_matrix[0]);
    if (y->species == SZ_SPECIES_MATRIX) return;
    if (y->radial == SZ_RADIAL_STAR)
        printf(", 2l+1 functions of r");
    else if (y->radial == SZ_RADIAL_SUM)
        printf(", the sum over n");
    else
        printf(", %d %s", n_n, y->radial == SZ_RADIAL_MIX ? "mixtures of n" : "n");
}

static void print_slots(const sz_soap_spec *spec)
{
    printf("  %-12s", "neighbours");
    for (int k = 0; k < spec->n_slots; k++)
        printf("%s%s", k ? " " : "",
               spec->slot_z[k] ? sz_element_symbol(spec->slot_z[k]) : "any element");
    printf("\n");
}

/* How many radial channels are left for each l. */
static void print_channels(const sz_soap *soap)
{
    const sz_compression *c = &soap->compression;
    int d = sz_channels_of(&c->spec, 0)->radial != SZ_RADIAL_N;

    if (!soap->radial->reduced || sz_channels_of(&c->spec, d)->radial != SZ_RADIAL_N)
        return;
    printf("  %-12s", "radial");
    for (int l = 0; l <= c->l_max; l++) printf("%d ", c->map[d].n[l]);
    printf("channels for l = 0 to %d", c->l_max);
    if (soap->spec.radial.tolerance > 0.0)
        printf(", radial_tolerance %g", soap->spec.radial.tolerance);
    printf("\n");
}

static void print_soap(const sz_soap *soap)
{
    const sz_soap_spec *spec = &soap->spec;
    const sz_radial_spec *r = &spec->radial;
    const sz_compression *c = &soap->compression;

    printf("  %-12scutoff %g, cutoff_transition_width %g, atom_sigma %g Angstrom\n",
           "density", r->cutoff, r->cutoff_width, r->atom_sigma);
    printf("  %-12sn_max %d, l_max %d, central_weight %g\n", "", r->n_max, r->l_max,
           spec->central_weight);
    if (r->decay_exponent)
        printf("  %-12scutoff_dexp %d, cutoff_scale %g Angstrom, cutoff_rate %g\n", "",
               r->decay_exponent, r->decay_scale, r->decay_rate);
    print_slots(spec);
    printf("  %-12s%s: ", "compression", c->spec.label);
    print_density(&c->spec.y[0], r->n_max);
    if (!c->spec.symmetric) {
        printf(" x ");
        print_density(&c->spec.y[1], r->n_max);
    }
    printf("\n");
    print_channels(soap);
    printf("  %-12s%d published, %d inside\n", "components", sz_soap_n_published(soap),
           sz_soap_n_desc(soap));
    if (spec->sigma0 != 0) printf("  %-12scovariance_sigma0 %g\n", "", spec->sigma0);
}

/* The terms of one descriptor, numbered as --term wants them. */
static void print_soap_terms(const sz_model *m, int soap)
{
    for (int t = 0; t < m->n_terms; t++) {
        const sz_soap_term *term = m->term + t;
        int n = 0;

        if (term->soap != soap) continue;
        for (int s = 0; s < m->n_species; s++) n += term->centre[s];
        printf("  term %-7d", t + 1);
        if (m->any_element && n == m->n_species) printf("any element ");
        for (int s = 0; s < m->n_species && !(m->any_element && n == m->n_species); s++)
            if (term->centre[s]) printf("%s ", sz_model_symbol(m, s));
        printf("as centre, %d sparse points, zeta %g%s, delta %g eV\n", term->n_sparse,
               term->zeta, term->collapse || term->joined ? ", collapsed" : "",
               term->delta);
    }
}

static const char *element_or_any(int z)
{
    return z ? sz_element_symbol(z) : "any";
}

/* Each two-body term once, with the pairs of elements it acts on. */
static void print_pairs(const sz_pair_set *set)
{
    char text[80];

    snprintf(text, sizeof text, "two-body terms: %d", set->n_pairs);
    print_heading(text);
    for (int k = 0; k < set->n_pairs; k++) {
        const sz_pair *p = set->pair + k;

        snprintf(text, sizeof text, "%s-%s", element_or_any(p->spec.z[0]),
                 element_or_any(p->spec.z[1]));
        printf("  %-12scutoff %g, width %g Angstrom, %d sparse points, tabulated to %.0e "
               "eV\n",
               text, p->spec.cutoff, p->spec.cutoff_width, p->n_sparse, p->error);
    }
}

/* Each three-body term once: the centre and its two neighbours, or the three atoms. */
static void print_triplets(const sz_triplet_set *set)
{
    static const char *const kind[] = {"angle_3b", "distance_Nb",
                                       "distance_Nb, clusters"};
    static const char *const covariance[] = {"", "Gaussian", "dot product", "", "pp"};
    char text[80];

    snprintf(text, sizeof text, "three-body terms: %d", set->n_triplets);
    print_heading(text);
    for (int k = 0; k < set->n_triplets; k++) {
        const sz_triplet *t = set->triplet + k;
        const char *format = t->spec.kind == SZ_TRIPLET_ANGLE ? "%s(%s,%s)" : "%s-%s-%s";

        snprintf(text, sizeof text, format, element_or_any(t->spec.z[0]),
                 element_or_any(t->spec.z[1]), element_or_any(t->spec.z[2]));
        printf("  %-12s%s, cutoff %g, width %g Angstrom, %d sparse points, %s kernel",
               text, kind[t->spec.kind], t->spec.cutoff, t->spec.cutoff_width,
               t->n_sparse, covariance[t->covariance]);
        if (t->n_perm > 1) printf(", %d permutations", t->n_perm);
        printf("\n");
    }
}

static void print_core(const sz_model *m)
{
    if (m->glue) {
        print_heading("core potential: Glue");
        printf("  %-12s%g Angstrom\n", "cutoff", sz_glue_cutoff(m->glue));
    }
    if (m->zbl) {
        print_heading("core potential: ZBL");
        printf("  %-12s%g, cutoff_width %g Angstrom%s\n", "cutoff", m->zbl->cutoff,
               m->zbl->cutoff_width, m->zbl->shift ? ", shifted to zero there" : "");
    }
}

static double megabytes(const sz_model *m)
{
    double bytes = 0;

    for (int k = 0; k < m->n_soaps; k++) bytes += (double)sz_soap_bytes(m->soap[k]);
    for (int t = 0; t < m->n_terms; t++) {
        const sz_soap_term *term = m->term + t;

        bytes += 8.0 * term->n_sparse;
        if (term->p_sparse)
            bytes += 8.0 * term->n_sparse * sz_soap_stride(m->soap[term->soap]);
        if (term->collapse) bytes += (double)sz_collapse_bytes(term->collapse);
        bytes += (double)sz_product_bytes(term->values);
        bytes += (double)sz_product_bytes(term->slopes);
    }
    for (int k = 0; m->pair && k < m->pair->n_pairs; k++) {
        const sz_table *e = &m->pair->pair[k].e;

        bytes += 8.0 * e->n * (SZ_TABLE_ORDER + 1) + 4.0 * e->n_bins;
    }
    for (int k = 0; m->triplet && k < m->triplet->n_triplets; k++)
        bytes += 32.0 * m->triplet->triplet[k].n_points;
    return bytes / 1e6;
}

/* a note's text, its further lines under the first */
static void print_note(const char *key, const char *text)
{
    printf("  %-16s", key);
    for (; *text; text++)
        if (*text == '\n')
            printf("\n%-18s", "");
        else
            putchar(*text);
    printf("\n");
}

static void print_notes(const sz_gap_note *note, int n)
{
    if (n > 0) print_heading("notes");
    for (int k = 0; k < n; k++) print_note(note[k].key, note[k].text);
}

static int print_model(const char *path)
{
    sz_gap_note *note;
    int n_notes;
    sz_model *m;
    sz_error err;
    char text[80];

    if (sz_model_load(&m, path, &err) != SZ_OK) return sz_report(&err);
    if (sz_gap_notes(&note, &n_notes, path, &err) != SZ_OK) {
        sz_model_free(m);
        return sz_report(&err);
    }
    printf("%s: a GAP", path);
    if (m->version) printf(", gap_version %d", m->version);
    printf("\n");
    print_elements(m);
    for (int k = 0; k < m->n_soaps; k++) {
        int n = 0;

        for (int t = 0; t < m->n_terms; t++) n += m->term[t].soap == k;
        snprintf(text, sizeof text, "soap: %d term%s", n, n == 1 ? "" : "s");
        print_heading(text);
        print_soap(m->soap[k]);
        print_soap_terms(m, k);
    }
    if (m->pair && m->pair->n_pairs) print_pairs(m->pair);
    if (m->triplet && m->triplet->n_triplets) print_triplets(m->triplet);
    print_core(m);
    print_notes(note, n_notes);
    printf("\nmemory        %.2f MB\n", megabytes(m));
    for (int k = 0; k < sz_model_n_warnings(m); k++)
        printf("warning: %s\n", sz_model_warning(m, k));
    sz_gap_notes_free(note, n_notes);
    sz_model_free(m);
    return sz_finish_stdout();
}

/* ---- the machine ---------------------------------------------------------------- */

/* "model name : Xeon" of /proc/cpuinfo */
static void print_cpu(void)
{
    FILE *f = fopen("/proc/cpuinfo", "r");
    char line[512];
    const char *name = "unknown";

    while (f && fgets(line, sizeof line, f)) {
        char *colon = strchr(line, ':');

        if (strncmp(line, "model name", 10) != 0 || !colon) continue;
        line[strcspn(line, "\n")] = 0;
        name = sz_skip_blanks(colon + 1);
        break;
    }
    if (f) fclose(f);
    printf("CPU         %s, %ld cores\n", name, sysconf(_SC_NPROCESSORS_ONLN));
}

static const char *tile_text(void)
{
    switch (sz_tile_best()) {
    case SZ_TILE_AVX512:
        return "soapz's own, with AVX-512; dgemm in fits";
    case SZ_TILE_AVX2:
        return "soapz's own, with AVX2; dgemm in fits";
    default:
        return "and in fits dgemm: this CPU has no AVX2";
    }
}

static int print_machine(void)
{
    enum { N = 256, M = 800, D = 1024 }; /* atoms of a block, sparse points, components */
    double speed[2];
    sz_error err;

    sz_blas_tune();
    sz_blas_set_threads(1);
    if (sz_dgemm_rate(N, M, D, 0.3, speed, &err) != SZ_OK) return sz_report(&err);
    print_cpu();
    printf("BLAS        %s\n", sz_blas_name());
    printf("dgemm       %.1f and %.1f GF/s on one core: the kernel's two products for "
           "%d atoms,\n            %d sparse points, %d components\n",
           speed[0], speed[1], N, M, D);
    printf("products    in MD %s\n", tile_text());
    return sz_finish_stdout();
}

/* ---- the verb ------------------------------------------------------------------- */

int sz_verb_info(int argc, char **argv)
{
    const char *model;
    int want_help = 0, machine = 0, n, code;
    sz_option option[] = {{"--machine", 0, NULL, &machine},
                          {"--help", 'h', NULL, &want_help}};

    code = sz_options(argc, argv, option, 2, &model, 1, &n);
    if (want_help) return sz_print_text(help);
    if (code) return code;
    if (n + machine != 1)
        return sz_usage_error("info", "either a model or --machine is needed");
    return machine ? print_machine() : print_model(model);
}
