/* SPDX-License-Identifier: BSD-3-Clause
 *
 * gap_write_core.c - core potentials in a GAP XML file, each with the label "core":
 *
 *   <Potential label="LABEL" init_args="Sum init_args_pot1={CORE} init_args_pot2={GAP}"/>
 *   <Glue_params ..> <LJ_params ..> <Coulomb_params ..> */
#include "format/gap_write_core.h"

#include "base/text.h"
#include "format/gap_write.h"
#include "term/coulomb.h"
#include "term/glue.h"
#include "term/lj.h"
#include "term/zbl.h"

#include <stdlib.h>

void sz_gap_attribute(FILE *f, const char *name, double value)
{
    char text[SZ_GAP_NUMBER];

    sz_gap_number(value, text);
    fprintf(f, " %s=\"%s\"", name, text);
}

static void write_points(FILE *f, const sz_gap_points *p, const char *x, const char *y)
{
    for (int k = 0; k < p->n; k++) {
        fputs("<point", f);
        sz_gap_attribute(f, x, p->x[k]);
        sz_gap_attribute(f, y, p->y[k]);
        fputs("/>\n", f);
    }
}

static void write_table(FILE *f, const char *element, const sz_gap_points *p,
                        const char *x)
{
    fprintf(f, "<%s num_points=\"%d\"", element, p->n);
    sz_gap_attribute(f, "y1", p->y1);
    sz_gap_attribute(f, "yn", p->yn);
    fputs(">\n", f);
    write_points(f, p, x, "E");
    fprintf(f, "</%s>\n", element);
}

static void write_glue(FILE *f, const sz_gap_glue *g)
{
    fprintf(f, "<Glue_params n_types=\"%d\" label=\"core\">\n", g->n_types);
    for (int t = 0; t < g->n_types; t++) {
        const sz_gap_glue_type *type = g->type + t;

        fprintf(f, "<per_type_data type=\"%d\" atomic_num=\"%d\">\n", t + 1, type->z);
        fprintf(f, "<density num_points=\"%d\"", type->density.n);
        if (type->do_spline) fputs(" do_spline=\"T\"", f);
        sz_gap_attribute(f, "density_y1", type->density.y1);
        sz_gap_attribute(f, "density_yn", type->density.yn);
        fputs(">\n", f);
        write_points(f, &type->density, "a", "rho");
        fputs("</density>\n", f);
        write_table(f, "potential_density", &type->embedding, "rho");
        fputs("</per_type_data>\n", f);
    }
    for (int k = 0; k < g->n_pairs; k++) {
        fprintf(f, "<per_pair_data type1=\"%d\" type2=\"%d\">\n", g->pair[k].type1 + 1,
                g->pair[k].type2 + 1);
        write_table(f, "potential_pair", &g->pair[k].pair, "r");
        fputs("</per_pair_data>\n", f);
    }
    fputs("</Glue_params>\n", f);
}

static void zbl_args(const sz_zbl *z, char text[200])
{
    char rc[SZ_GAP_NUMBER], width[SZ_GAP_NUMBER], scale[SZ_GAP_NUMBER];

    sz_gap_number(z->cutoff, rc);
    sz_gap_number(z->cutoff_width, width);
    sz_gap_number(z->scale, scale);
    snprintf(text, 200, "IP ZBL cutoff=%s cutoff_width=%s shift_cutoff=%c%s%s", rc, width,
             z->shift ? 'T' : 'F',
             z->scale == 1.0 ? "" : " E_scale=", z->scale == 1.0 ? "" : scale);
}

static void begin_type(FILE *f, int type, int z)
{
    fprintf(f, "<per_type_data type=\"%d\" atomic_num=\"%d\"", type, z);
}

static void write_lj(FILE *f, const sz_gap_lj *lj)
{
    fprintf(f, "<LJ_params n_types=\"%d\" label=\"core\">\n", lj->n_types);
    for (int t = 0; t < lj->n_types; t++) {
        begin_type(f, t + 1, lj->z[t]);
        fputs("/>\n", f);
    }
    for (int k = 0; k < lj->n_pairs; k++) {
        const sz_gap_lj_pair *p = lj->pair + k;

        fprintf(f, "<per_pair_data type1=\"%d\" type2=\"%d\"", p->type1 + 1,
                p->type2 + 1);
        sz_gap_attribute(f, "sigma", p->sigma);
        sz_gap_attribute(f, "eps6", p->eps6);
        sz_gap_attribute(f, "eps12", p->eps12);
        sz_gap_attribute(f, "cutoff", p->cutoff);
        fprintf(f, " energy_shift=\"%c\" linear_force_shift=\"%c\"",
                p->energy_shift ? 'T' : 'F', p->force_shift ? 'T' : 'F');
        if (p->cutoff_width > 0.0)
            sz_gap_attribute(f, "smooth_cutoff_width", p->cutoff_width);
        fputs("/>\n", f);
    }
    fputs("</LJ_params>\n", f);
}

static void write_coulomb(FILE *f, const sz_coulomb *c)
{
    int n = 0;

    for (int z = 1; z <= SZ_Z_MAX; z++) n += c->listed[z];
    fprintf(f, "<Coulomb_params n_types=\"%d\" label=\"core\" method=\"%s\"", n,
            sz_coulomb_name(c->method));
    sz_gap_attribute(f, "cutoff", c->cutoff);
    if (c->method == SZ_COULOMB_YUKAWA) {
        sz_gap_attribute(f, "yukawa_alpha", c->alpha);
        sz_gap_attribute(f, "yukawa_smooth_length", c->smooth_length);
    }
    if (c->method == SZ_COULOMB_DSF) sz_gap_attribute(f, "dsf_alpha", c->alpha);
    fputs(">\n", f);
    for (int z = 1, type = 0; z <= SZ_Z_MAX; z++) {
        if (!c->listed[z]) continue;
        begin_type(f, ++type, z);
        sz_gap_attribute(f, "charge", c->charge[z]);
        fputs("/>\n", f);
    }
    fputs("</Coulomb_params>\n", f);
}

/* The init string of all cores, as nested Sums of two; empty if there is none. */
static void add_core(sz_text *all, const char *core)
{
    sz_text before = *all;

    *all = (sz_text){0};
    if (before.n)
        sz_text_add(all, "Sum init_args_pot1={%s} init_args_pot2={%s}", before.s, core);
    else
        sz_text_add(all, "%s", core);
    all->failed |= before.failed;
    sz_text_free(&before);
}

static void core_args(sz_text *all, const sz_gap *gap)
{
    char zbl[200];

    if (gap->glue) add_core(all, "IP Glue label=core");
    if (gap->zbl) {
        zbl_args(gap->zbl, zbl);
        add_core(all, zbl);
    }
    if (gap->lj) add_core(all, "IP LJ label=core");
    if (gap->coulomb) add_core(all, "IP Coulomb label=core");
}

sz_status sz_gap_write_potential(FILE *f, const sz_gap *gap, const char *label,
                                 sz_error *err)
{
    sz_text text = {0};
    char *core, scale[SZ_GAP_NUMBER];

    core_args(&text, gap);
    core = sz_text_take(&text, "the core potential", err);
    if (!core) return SZ_ERR_MEMORY;
    fprintf(f, "<Potential label=\"%s\" init_args=\"", label);
    if (*core) fprintf(f, "Sum init_args_pot1={%s} init_args_pot2={", core);
    fprintf(f, "IP GAP label=%s", label);
    if (gap->e_scale != 1.0) {
        sz_gap_number(gap->e_scale, scale);
        fprintf(f, " E_scale=%s", scale);
    }
    fprintf(f, "%s\"/>\n", *core ? "}" : "");
    if (gap->glue) write_glue(f, gap->glue);
    if (gap->zbl) fputs("<ZBL_params> </ZBL_params>\n", f);
    if (gap->lj) write_lj(f, gap->lj);
    if (gap->coulomb) write_coulomb(f, gap->coulomb);
    free(core);
    return SZ_OK;
}
