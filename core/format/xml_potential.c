/* SPDX-License-Identifier: BSD-3-Clause
 *
 * xml_potential.c - the parts of the potential. Its init string is
 *
 *   IP GAP [label=L] [E_scale=x]      the GAP_params L
 *   IP Glue [label=L]                 the Glue_params L
 *   IP LJ [label=L]                   the LJ_params L
 *   IP Coulomb [label=L] [method=..]  the Coulomb_params L
 *   IP ZBL cutoff=rc ..               all parameters are in the string
 *   Sum init_args_pot1={..} init_args_pot2={..}
 *
 * and the model is their sum. Anything else is refused by name, because a missing part
 * would silently change the energy. */
#include "base/args.h"
#include "format/xml_reader.h"
#include "term/zbl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SZ_SUPPORTED                                                                     \
    "soapz reads IP GAP, IP Glue, IP LJ, IP Coulomb, IP ZBL and Sums of them"

typedef struct {
    sz_reader *r;
    const char *where; /* "path:line" of <Potential> */
    sz_gap *gap;
    sz_gap_parts *parts;
} sz_choice;

sz_status sz_start_potential(sz_reader *r, const char **atts)
{
    sz_potential_xml *p;
    sz_status status =
        sz_reader_append(r, &r->potential, r->n_potentials, sizeof *r->potential);

    if (status != SZ_OK) return status;
    p = r->potential + r->n_potentials++;
    p->line = r->line;
    status = sz_att_string(r, atts, "Potential", "init_args", &p->init_args);
    if (status == SZ_OK && sz_att(atts, "label"))
        status = sz_att_string(r, atts, "Potential", "label", &p->label);
    return status;
}

static int same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

/* ---- the parts ------------------------------------------------------------------- */

static sz_status fail_twice(sz_choice *c, const char *part)
{
    return sz_fail(c->r->err, SZ_ERR_FORMAT,
                   "%s: two %s parts in one potential; " SZ_SUPPORTED, c->where, part);
}

static sz_status use_gap(sz_choice *c, const sz_args *args)
{
    sz_reader *r = c->r;
    sz_gap_parts *parts = c->parts;
    const char *label = sz_args_string(args, "label", "");
    int k = 0;

    while (k < r->n_params && *label && !same(r->params[k].label, label)) k++;
    if (r->n_params == 0)
        return sz_fail(r->err, SZ_ERR_FORMAT,
                       "%s: init_args names IP GAP but there is no <GAP_params> in %s",
                       c->where, r->path);
    if (k == r->n_params)
        return sz_fail(r->err, SZ_ERR_FORMAT,
                       "%s: init_args names the GAP label %.100s, but the first "
                       "<GAP_params> has %.100s; correct one of them",
                       c->where, label, r->params[0].label);
    for (int j = 0; j < parts->n; j++)
        if (parts->params[j] == k) return fail_twice(c, "IP GAP");
    if (parts->n == SZ_GAPS_MAX)
        return sz_fail(r->err, SZ_ERR_FORMAT,
                       "%s: more than %d IP GAP parts in one potential", c->where,
                       SZ_GAPS_MAX);
    parts->params[parts->n] = k;
    parts->scale[parts->n] = 1.0;
    return sz_args_double(args, "E_scale", &parts->scale[parts->n++], r->err);
}

/* The elements with the parameters of a kind of core. */
typedef struct {
    const char *name;    /* Glue, LJ or Coulomb */
    const char *numbers; /* what E_scale would scale */
    const void *first;   /* [n] of size bytes; each begins with a sz_core_head */
    int n;
    size_t size;
    int one; /* 1: the label chooses among several; 0: the first is used */
} core_list;

/* The one that an init string refers to. */
static sz_status find_core(sz_choice *c, const sz_args *args, const core_list *list,
                           int *found)
{
    const char *label = sz_args_string(args, "label", ""), *name = list->name;
    int k = 0;

    if (sz_args_has(args, "E_scale"))
        return sz_fail(c->r->err, SZ_ERR_FORMAT,
                       "%s: E_scale of IP %s is not supported; scale its %s", c->where,
                       name, list->numbers);
    if (list->one && list->n > 1 && !*label)
        return sz_fail(c->r->err, SZ_ERR_FORMAT,
                       "%s: there are %d <%s_params>; add label=.. to IP %s", c->where,
                       list->n, name, name);
    for (; k < list->n && *label; k++) {
        const char *at = (const char *)list->first + (size_t)k * list->size;

        if (same(((const sz_core_head *)(const void *)at)->label, label)) break;
    }
    if (k == list->n)
        return sz_fail(c->r->err, SZ_ERR_FORMAT,
                       "%s: init_args names IP %s but there is no <%s_params%s%.100s%s>; "
                       "add it or correct the label",
                       c->where, name, name, *label ? " label=\"" : "", label,
                       *label ? "\"" : "");
    *found = k;
    return SZ_OK;
}

static sz_status use_glue(sz_choice *c, const sz_args *args)
{
    sz_reader *r = c->r;
    const core_list list = {"Glue", "tables", r->glue, r->n_glues, sizeof *r->glue, 0};
    int k;
    sz_status status;

    if (c->gap->glue) return fail_twice(c, "IP Glue");
    status = find_core(c, args, &list, &k);
    if (status != SZ_OK) return status;
    c->gap->glue = malloc(sizeof *c->gap->glue);
    if (!c->gap->glue) return sz_fail_memory(r->err, sizeof *c->gap->glue, r->path);
    *c->gap->glue = r->glue[k].glue;
    memset(&r->glue[k].glue, 0, sizeof r->glue[k].glue);
    return SZ_OK;
}

static sz_status use_lj(sz_choice *c, const sz_args *args)
{
    sz_reader *r = c->r;
    const core_list list = {"LJ", "eps6 and eps12", r->lj, r->n_ljs, sizeof *r->lj, 1};
    int k;
    sz_status status;

    if (c->gap->lj) return fail_twice(c, "IP LJ");
    status = find_core(c, args, &list, &k);
    if (status != SZ_OK) return status;
    c->gap->lj = malloc(sizeof *c->gap->lj);
    if (!c->gap->lj) return sz_fail_memory(r->err, sizeof *c->gap->lj, r->path);
    *c->gap->lj = r->lj[k].lj;
    memset(&r->lj[k].lj, 0, sizeof r->lj[k].lj);
    return SZ_OK;
}

static sz_status use_coulomb(sz_choice *c, const sz_args *args)
{
    sz_reader *r = c->r;
    const core_list list = {"Coulomb",     "charges",          r->coulomb,
                            r->n_coulombs, sizeof *r->coulomb, 1};
    int k;
    sz_status status;

    if (c->gap->coulomb) return fail_twice(c, "IP Coulomb");
    status = find_core(c, args, &list, &k);
    if (status != SZ_OK) return status;
    c->gap->coulomb = calloc(1, sizeof *c->gap->coulomb);
    if (!c->gap->coulomb) return sz_fail_memory(r->err, sizeof *c->gap->coulomb, r->path);
    return sz_coulomb_choose(r, r->coulomb + k, sz_args_string(args, "method", NULL),
                             c->gap->coulomb);
}

static sz_status check_zbl(sz_choice *c, const sz_zbl *zbl, int scale_radii)
{
    sz_error *err = c->r->err;

    if (scale_radii)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: cutoff_scale_cov_rad=T of IP ZBL is not supported; give the "
                       "cutoff in Angstrom",
                       c->where);
    if (!(zbl->cutoff > 0.0))
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: IP ZBL without a positive cutoff is not supported; add "
                       "cutoff=rc to its init_args",
                       c->where);
    if (!(zbl->cutoff_width >= 0.0))
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: cutoff_width of IP ZBL is %g, must not be "
                       "negative",
                       c->where, zbl->cutoff_width);
    return SZ_OK;
}

static sz_status use_zbl(sz_choice *c, const sz_args *args)
{
    sz_error *err = c->r->err;
    int scale_radii = 0;
    sz_zbl *zbl;
    sz_status status;

    if (c->gap->zbl) return fail_twice(c, "IP ZBL");
    zbl = calloc(1, sizeof *zbl);
    if (!zbl) return sz_fail_memory(err, sizeof *zbl, c->r->path);
    c->gap->zbl = zbl;
    zbl->scale = 1.0;
    status = sz_args_double(args, "cutoff", &zbl->cutoff, err);
    if (status == SZ_OK)
        status = sz_args_double(args, "cutoff_width", &zbl->cutoff_width, err);
    if (status == SZ_OK) status = sz_args_bool(args, "shift_cutoff", &zbl->shift, err);
    if (status == SZ_OK)
        status = sz_args_bool(args, "cutoff_scale_cov_rad", &scale_radii, err);
    if (status == SZ_OK) status = sz_args_double(args, "E_scale", &zbl->scale, err);
    return status == SZ_OK ? check_zbl(c, zbl, scale_radii) : status;
}

/* ---- the init string ------------------------------------------------------------- */

static sz_status refuse_rescaling(sz_choice *c, const sz_args *args)
{
    static const char *const key[] = {"do_rescale_r", "do_rescale_E"};

    for (int k = 0; k < 2; k++) {
        int on = 0;
        sz_status status = sz_args_bool(args, key[k], &on, c->r->err);

        if (status != SZ_OK) return status;
        if (on)
            return sz_fail(c->r->err, SZ_ERR_FORMAT,
                           "%s: %s in init_args is not supported; remove it", c->where,
                           key[k]);
    }
    return SZ_OK;
}

static sz_status use_ip(sz_choice *c, const sz_args *args)
{
    static const struct {
        const char *name;
        sz_status (*use)(sz_choice *, const sz_args *);
    } ip[] = {{"GAP", use_gap},
              {"Glue", use_glue},
              {"LJ", use_lj},
              {"Coulomb", use_coulomb},
              {"ZBL", use_zbl}};
    const char *other = "without a type";
    int n = sz_args_n_words(args);

    for (int i = 0; i < n; i++) {
        const char *word = sz_args_word(args, i);

        for (size_t k = 0; k < sizeof ip / sizeof *ip; k++)
            if (sz_same_word(word, ip[k].name)) return ip[k].use(c, args);
    }
    for (int i = n; i-- > 0;)
        if (!sz_same_word(sz_args_word(args, i), "IP")) other = sz_args_word(args, i);
    return sz_fail(c->r->err, SZ_ERR_FORMAT,
                   "%s: IP %.60s is not supported; " SZ_SUPPORTED, c->where, other);
}

static sz_status use_string(sz_choice *c, const char *text);

static sz_status use_sum(sz_choice *c, const sz_args *args)
{
    static const char *const key[] = {"init_args_pot1", "init_args_pot2"};
    sz_status status = SZ_OK;

    for (int k = 0; status == SZ_OK && k < 2; k++) {
        const char *text = sz_args_string(args, key[k], "");

        if (!*text)
            return sz_fail(c->r->err, SZ_ERR_FORMAT,
                           "%s: Sum without %s={..} in init_args; add it", c->where,
                           key[k]);
        status = use_string(c, text);
    }
    return status;
}

/* Sums may be nested; the string of each level is shorter. */
static sz_status use_string(sz_choice *c, const char *text)
{
    sz_args *args;
    sz_status status = sz_args_parse(&args, text, c->where, c->r->err);

    if (status == SZ_OK) status = refuse_rescaling(c, args);
    if (status == SZ_OK) {
        if (sz_args_has_word(args, "Sum"))
            status = use_sum(c, args);
        else if (sz_args_has_word(args, "IP"))
            status = use_ip(c, args);
        else
            status = sz_fail(c->r->err, SZ_ERR_FORMAT,
                             "%s: init_args '%.60s' is not supported; " SZ_SUPPORTED,
                             c->where, text);
    }
    sz_args_free(args);
    return status;
}

/* The <Potential> with the label of the root, else of a GAP_params, else the only one;
 * -1: none, -2: several. */
static int choose_potential(const sz_reader *r)
{
    for (int k = 0; k < r->n_potentials; k++)
        if (same(r->potential[k].label, r->root)) return k;
    for (int k = 0; k < r->n_potentials; k++)
        for (int j = 0; j < r->n_params; j++)
            if (same(r->potential[k].label, r->params[j].label)) return k;
    if (r->n_potentials <= 1) return r->n_potentials - 1;
    return -2;
}

sz_status sz_reader_choose(sz_reader *r, sz_gap *gap, sz_gap_parts *parts)
{
    sz_choice c = {r, NULL, gap, parts};
    int k = choose_potential(r);
    size_t n = strlen(r->path) + 16;
    char *where;
    sz_status status;

    *parts = (sz_gap_parts){.n = 0};
    if (r->n_params == 0)
        return sz_fail(r->err, SZ_ERR_FORMAT,
                       "%s: no <GAP_params> in this file; it is not a GAP model",
                       r->path);
    if (k == -1) { /* no <Potential>: the first GAP_params */
        *parts = (sz_gap_parts){.n = 1, .scale = {1.0}};
        return SZ_OK;
    }
    if (k == -2)
        return sz_reader_fail_at(r, r->potential[0].line,
                                 "none of the %d <Potential> has the label of the root "
                                 "element, %.100s; give one of them that label",
                                 r->n_potentials, r->root);
    where = malloc(n);
    if (!where) return sz_fail_memory(r->err, n, r->path);
    snprintf(where, n, "%s:%d", r->path, r->potential[k].line);
    c.where = where;
    status = use_string(&c, r->potential[k].init_args);
    if (status == SZ_OK && parts->n == 0)
        status = sz_fail(r->err, SZ_ERR_FORMAT,
                         "%s: init_args has no IP GAP part; " SZ_SUPPORTED, where);
    free(where);
    gap->potential = r->potential[k].label;
    gap->init_args = r->potential[k].init_args;
    r->potential[k].label = r->potential[k].init_args = NULL;
    return status;
}

/* xml_label=L: the init string of <Potential label="L"> */
static sz_status follow_label(sz_reader *r, const char **init_args, sz_error *err)
{
    sz_args *args;
    const char *label;
    int k = 0;
    sz_status status = sz_args_parse(&args, *init_args, "core_ip_args", err);

    if (status != SZ_OK) return status;
    label = sz_args_string(args, "xml_label", NULL);
    while (label && k < r->n_potentials && !same(r->potential[k].label, label)) k++;
    if (label && k == r->n_potentials)
        status = sz_fail(err, SZ_ERR_FORMAT,
                         "core_ip_args: there is no <Potential label=\"%.100s\"> in %s",
                         label, r->path);
    else if (label)
        *init_args = r->potential[k].init_args;
    sz_args_free(args);
    return status;
}

sz_status sz_reader_choose_core(sz_reader *r, const char *init_args, sz_gap *gap,
                                sz_gap_parts *parts)
{
    sz_choice c = {r, "core_ip_args", gap, parts};
    sz_status status = follow_label(r, &init_args, r->err);

    *parts = (sz_gap_parts){.n = 0};
    return status == SZ_OK ? use_string(&c, init_args) : status;
}
