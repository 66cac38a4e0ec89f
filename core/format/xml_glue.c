/* SPDX-License-Identifier: BSD-3-Clause
 *
 * xml_glue.c - handlers of <Glue_params>: for each type of atom the tables
 * rho(a) and F(rho), for each pair of types the table E(r). */
#include "format/xml_reader.h"

#include "term/glue.h"

#include <limits.h>
#include <stdlib.h>

#define SZ_NATURAL_END 2e30 /* an end slope above 0.99e30 means y'' = 0 */

static sz_gap_glue *current_glue(sz_reader *r)
{
    return &r->glue[r->n_glues - 1].glue;
}

static sz_gap_glue_pair *current_pair(sz_reader *r)
{
    return current_glue(r)->pair + current_glue(r)->n_pairs - 1;
}

/* ---- Glue_params ----------------------------------------------------------------- */

sz_status sz_start_glue(sz_reader *r, const char **atts)
{
    sz_status status = sz_reader_append(r, &r->glue, r->n_glues, sizeof *r->glue);
    sz_glue_xml *g;
    int n;

    if (status != SZ_OK) return status;
    g = r->glue + r->n_glues++;
    g->head.line = r->line;
    status = sz_att_int(r, atts, "Glue_params", "n_types", 1, SZ_Z_MAX, &n);
    if (status == SZ_OK && sz_att(atts, "label"))
        status = sz_att_string(r, atts, "Glue_params", "label", &g->head.label);
    if (status != SZ_OK) return status;
    g->glue.type = calloc((size_t)n, sizeof *g->glue.type);
    if (!g->glue.type) return sz_fail_memory(r->err, sizeof *g->glue.type, r->path);
    g->glue.n_types = n;
    return SZ_OK;
}

static void take_elements(const sz_gap_glue *g, int z[SZ_Z_MAX])
{
    for (int t = 0; t < g->n_types; t++) z[t] = g->type[t].z;
}

sz_status sz_end_glue(sz_reader *r, const char **atts)
{
    const sz_gap_glue *g = current_glue(r);
    int z[SZ_Z_MAX];

    (void)atts;
    take_elements(g, z);
    return sz_check_types(r, g->n_types, z);
}

/* ---- per_type_data, per_pair_data ------------------------------------------------ */

sz_status sz_start_type(sz_reader *r, const char **atts, int n_types, int *z, int *number)
{
    static const char name[] = "per_type_data";
    int type, atomic_num;
    sz_status status = sz_att_int(r, atts, name, "type", 1, n_types, &type);

    if (status == SZ_OK)
        status = sz_att_int(r, atts, name, "atomic_num", 1, SZ_Z_MAX, &atomic_num);
    if (status != SZ_OK) return status;
    if (z[type - 1]) return sz_reader_fail(r, "type %d is given twice; keep one", type);
    for (int t = 0; t < n_types; t++)
        if (z[t] == atomic_num)
            return sz_reader_fail(r, "types %d and %d both have atomic_num %d; keep one",
                                  t + 1, type, atomic_num);
    z[type - 1] = atomic_num;
    if (number) *number = atomic_num;
    return SZ_OK;
}

sz_status sz_check_types(sz_reader *r, int n_types, const int *z)
{
    for (int t = 0; t < n_types; t++)
        if (!z[t])
            return sz_reader_fail(r,
                                  "n_types is %d but there is no <per_type_data "
                                  "type=\"%d\">; the file is incomplete",
                                  n_types, t + 1);
    return SZ_OK;
}

sz_status sz_start_glue_type(sz_reader *r, const char **atts)
{
    sz_gap_glue *g = current_glue(r);
    int z[SZ_Z_MAX] = {0}, number;
    sz_status status;

    take_elements(g, z);
    status = sz_start_type(r, atts, g->n_types, z, &number);
    if (status != SZ_OK) return status;
    for (int t = 0; t < g->n_types; t++)
        if (g->type[t].z != z[t]) r->type = g->type + t;
    r->type->z = number;
    return SZ_OK;
}

sz_status sz_refuse_neighbours(sz_reader *r, const char **atts)
{
    (void)atts;
    return sz_reader_fail(r, "<potential_neighbours> in <Glue_params> is not supported; "
                             "use <density> and <potential_density>");
}

sz_status sz_end_glue_type(sz_reader *r, const char **atts)
{
    const sz_gap_glue_type *t = r->type;
    const char *missing = !t->density.n     ? "density"
                          : !t->embedding.n ? "potential_density"
                                            : NULL;

    (void)atts;
    if (!missing) return SZ_OK;
    return sz_reader_fail(r, "the type of atomic_num %d has no <%s>; add it", t->z,
                          missing);
}

sz_status sz_start_glue_pair(sz_reader *r, const char **atts)
{
    sz_gap_glue *g = current_glue(r);
    int n = g->n_pairs, a, b;
    sz_status status = sz_reader_append(r, &g->pair, n, sizeof *g->pair);

    if (status == SZ_OK)
        status = sz_att_int(r, atts, "per_pair_data", "type1", 1, g->n_types, &a);
    if (status == SZ_OK)
        status = sz_att_int(r, atts, "per_pair_data", "type2", 1, g->n_types, &b);
    if (status != SZ_OK) return status;
    a--;
    b--;
    for (int k = 0; k < n; k++) {
        const sz_gap_glue_pair *p = g->pair + k;

        if ((p->type1 == a && p->type2 == b) || (p->type1 == b && p->type2 == a))
            return sz_reader_fail(r,
                                  "the pair of types %d and %d is given twice; keep "
                                  "one",
                                  a + 1, b + 1);
    }
    g->pair[n].type1 = a;
    g->pair[n].type2 = b;
    g->n_pairs++;
    return SZ_OK;
}

sz_status sz_end_glue_pair(sz_reader *r, const char **atts)
{
    (void)atts;
    if (current_pair(r)->pair.n) return SZ_OK;
    return sz_reader_fail(r, "<per_pair_data> has no <potential_pair>; add it");
}

/* ---- tables ---------------------------------------------------------------------- */

static sz_status start_table(sz_reader *r, const char **atts, const char *element,
                             sz_gap_points *points)
{
    if (points->n) return sz_reader_fail(r, "a second <%s>; keep one", element);
    r->points = points;
    return sz_att_int(r, atts, element, "num_points", 2, INT_MAX, &r->n_points_wanted);
}

sz_status sz_start_density(sz_reader *r, const char **atts)
{
    static const char name[] = "density";
    sz_gap_glue_type *t = r->type;
    sz_status status = start_table(r, atts, name, &t->density);

    if (status == SZ_OK)
        status = sz_att_maybe_bool(r, atts, name, "do_spline", &t->do_spline);
    if (status != SZ_OK || !t->do_spline) return status; /* slopes are not used */
    status = sz_att_double(r, atts, name, "density_y1", &t->density.y1);
    if (status != SZ_OK) return status;
    return sz_att_double(r, atts, name, "density_yn", &t->density.yn);
}

static sz_status start_spline(sz_reader *r, const char **atts, const char *element,
                              sz_gap_points *points, double slope)
{
    sz_status status = start_table(r, atts, element, points);

    points->y1 = points->yn = slope;
    if (status == SZ_OK)
        status = sz_att_maybe_double(r, atts, element, "y1", &points->y1);
    if (status == SZ_OK)
        status = sz_att_maybe_double(r, atts, element, "yn", &points->yn);
    return status;
}

sz_status sz_start_embedding(sz_reader *r, const char **atts)
{
    return start_spline(r, atts, "potential_density", &r->type->embedding,
                        SZ_NATURAL_END);
}

sz_status sz_start_pair_table(sz_reader *r, const char **atts)
{
    return start_spline(r, atts, "potential_pair", &current_pair(r)->pair, 0.0);
}

sz_status sz_end_table(sz_reader *r, const char **atts)
{
    (void)atts;
    if (r->points->n == r->n_points_wanted) return SZ_OK;
    return sz_reader_fail(r,
                          "num_points is %d but there are %d <point>; the file is "
                          "incomplete",
                          r->n_points_wanted, r->points->n);
}

static sz_status add_knot(sz_reader *r, const char **atts, const char *x, const char *y)
{
    sz_gap_points *p = r->points;
    sz_status status = sz_reader_append(r, &p->x, p->n, sizeof *p->x);

    if (status == SZ_OK) status = sz_reader_append(r, &p->y, p->n, sizeof *p->y);
    if (status == SZ_OK) status = sz_att_double(r, atts, "point", x, p->x + p->n);
    if (status == SZ_OK) status = sz_att_double(r, atts, "point", y, p->y + p->n);
    if (status == SZ_OK) p->n++;
    return status;
}

sz_status sz_start_density_knot(sz_reader *r, const char **atts)
{
    return add_knot(r, atts, "a", "rho");
}

sz_status sz_start_embedding_knot(sz_reader *r, const char **atts)
{
    return add_knot(r, atts, "rho", "E");
}

sz_status sz_start_pair_knot(sz_reader *r, const char **atts)
{
    return add_knot(r, atts, "r", "E");
}
