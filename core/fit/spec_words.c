/* SPDX-License-Identifier: BSD-3-Clause
 *
 * spec_words.c - converts settings of a configuration file to gap_fit's. */
#include "fit/spec_keys.h"

#include "term/term.h"

#include <string.h>

int sz_fit_is_in(const char *word, const char *const *list)
{
    for (; *list; list++)
        if (sz_same_word(word, *list)) return 1;
    return 0;
}

/* " key=value", in braces where argument strings need them */
void sz_fit_add_setting(sz_text *text, const char *key, const char *value, int braces)
{
    int quoted = *value && strchr("{\"'", *value);
    int plain = *value && !strpbrk(value, " \t,=:;\"'{}");

    sz_text_add(text, "%s%s=", text->n ? " " : "", key);
    for (int k = 0; k < braces && !plain && !quoted; k++) sz_text_add(text, "{");
    sz_text_add(text, "%s", value);
    for (int k = 0; k < braces && !plain && !quoted; k++) sz_text_add(text, "}");
}

static void add_default(sz_text *text, const sz_args *args, const char *a, const char *b,
                        const char *value)
{
    if (!sz_args_has(args, a) && !sz_args_has(args, b))
        sz_text_add(text, " %s=%s", a, value);
}

/* Settings that nearly every fit uses, because gap_fit has few defaults. */
void sz_fit_add_defaults(sz_text *text, const sz_term_type *type)
{
    sz_args *args;
    sz_error why;

    if (!text->s || sz_args_parse(&args, text->s, "", &why) != SZ_OK) {
        text->failed |= !text->s || why.status == SZ_ERR_MEMORY;
        return; /* a syntax error is reported when the text is used */
    }
    add_default(text, args, "delta", "energy_scale", "1.0");
    add_default(text, args, "covariance_type", "", type->covariance);
    add_default(text, args, "sparse_method", "", type->sparse_method);
    if (sz_same_word(sz_args_string(args, "covariance_type", type->covariance),
                     "dot_product")) {
        if (!sz_args_has(args, "zeta") && !sz_args_has(args, "soap_exponent"))
            sz_text_add(text, " zeta=4");
    } else if (!sz_args_has(args, "theta_fac") && !sz_args_has(args, "theta_uniform") &&
               !sz_args_has(args, "theta_file") &&
               !sz_args_has(args, "lengthscale_factor") &&
               !sz_args_has(args, "lengthscale_uniform") &&
               !sz_args_has(args, "lengthscale_file")) {
        sz_text_add(text, " theta_uniform=1.0");
    }
    sz_args_free(args);
}

/* Appends the argument string to the value of gap=, with its lists in double braces. */
void sz_fit_add_to_gap(sz_text *gap, const char *text)
{
    int depth = 0;

    if (gap->n) sz_text_add(gap, " : ");
    for (; *text; text++) {
        int outer = (*text == '{' && depth++ == 0) || (*text == '}' && --depth == 0);

        sz_text_add(gap, outer ? "%c%c" : "%c", *text, *text);
    }
}
