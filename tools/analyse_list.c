/* SPDX-License-Identifier: BSD-3-Clause
 *
 * analyse_list.c - a list of compressions, by label or by descriptor string. */
#include "analyse.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/text.h"
#include "describe.h"

#include <stdlib.h>
#include <string.h>

void sz_compared_close(sz_compared_list *compared)
{
    for (int k = 0; k < compared->n; k++) {
        free(compared->entry[k].name);
        sz_descriptor_free(compared->entry[k].d);
    }
    free(compared->entry);
    memset(compared, 0, sizeof *compared);
}

/* The descriptor being opened. */
typedef struct {
    sz_compared_list *compared;
    const sz_recipe *recipe;
    int n_seeds;
    const char *in;
    unsigned given, used; /* options that belong to some compressions only */
} opening;

/* hidden: components at the end that do not belong to the label */
static sz_status add(opening *o, const char *name, int seed, const char *text, int hidden,
                     sz_error *err)
{
    sz_compared_list *list = o->compared;
    double *spectrum = NULL;
    sz_compared *c;
    sz_status status;

    if (!sz_grow(&list->entry, (size_t)list->n + 1, sizeof *list->entry))
        return sz_fail_memory(err, sizeof *list->entry, "the compressions");
    c = &list->entry[list->n++];
    *c = (sz_compared){.name = sz_copy_text(name), .seed = seed};
    if (!c->name) return sz_fail_memory(err, strlen(name), "a name");
    status = sz_describe_text(&c->d, &spectrum, text, "--compressions",
                              o->recipe->data ? o->recipe->data : o->in, err);
    free(spectrum);
    if (status == SZ_OK) c->length = sz_descriptor_length(c->d) - hidden;
    return status;
}

static sz_status add_label(opening *o, const char *label, sz_error *err)
{
    const sz_compression_name *known = sz_compression_find(label);
    const char *name = known ? known->label : label;
    int random = known && strchr("WQK", name[0]) != NULL;
    int n = random && o->n_seeds ? o->n_seeds : 1;
    sz_status status = SZ_OK;

    for (int k = 1; k <= n && status == SZ_OK; k++) {
        sz_recipe own = *o->recipe;
        char seed[16], *text = NULL;

        own.compression = label;
        o->given |= sz_recipe_trim(&own, name, &o->used);
        snprintf(seed, sizeof seed, "%d", k);
        if (random && o->n_seeds) own.seed = seed;
        status = sz_recipe_text(&text, &own, o->in, err);
        if (status == SZ_OK)
            status = add(o, name, random && o->n_seeds ? k : 0, text, 1, err);
        free(text);
    }
    return status;
}

/* "soap n_max=8 ..": a word, followed by keys */
static int is_string(const char *text)
{
    size_t word = strcspn(text, " =");

    return text[word] == ' ' && strchr(text + word, '=');
}

static sz_status add_item(opening *o, const char *from, const char *end, sz_error *err)
{
    char *item;
    sz_status status;

    while (from < end && sz_is_blank(*from)) from++;
    while (end > from && sz_is_blank(end[-1])) end--;
    if (from == end) return SZ_OK;
    item = malloc((size_t)(end - from) + 1);
    if (!item) return sz_fail_memory(err, (size_t)(end - from), "a name");
    memcpy(item, from, (size_t)(end - from));
    item[end - from] = 0;
    status = is_string(item) ? add(o, item, 0, item, 0, err) : add_label(o, item, err);
    free(item);
    return status;
}

sz_status sz_compared_open(sz_compared_list *compared, const char *list,
                           const sz_recipe *recipe, int n_seeds, const char *in,
                           sz_error *err)
{
    opening o = {compared, recipe, n_seeds, in, 0, 0};
    sz_status status = SZ_OK;

    memset(compared, 0, sizeof *compared);
    for (const char *p = list; status == SZ_OK;) {
        const char *end = p + strcspn(p, ";");

        status = add_item(&o, p, end, err);
        if (!*end) break;
        p = end + 1;
    }
    if (status == SZ_OK && compared->n == 0)
        status = sz_fail(err, SZ_ERR_ARGUMENT, "--compressions is empty");
    if (status == SZ_OK) status = sz_recipe_check_used(o.given, o.used, err);
    if (status != SZ_OK) sz_compared_close(compared);
    return status;
}
