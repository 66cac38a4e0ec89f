/* SPDX-License-Identifier: BSD-3-Clause
 *
 * spec_values.h - settings of a fit other than a text, a number or T and F. */
#ifndef SZ_SPEC_VALUES_H
#define SZ_SPEC_VALUES_H

#include "fit/spec.h"

/* value is never NULL */
typedef sz_status sz_fit_setter(sz_fit_spec *spec, const char *value, const char *where,
                                sz_error *err);
sz_fit_setter sz_fit_set_default_sigma;
sz_fit_setter sz_fit_set_type_sigma;
sz_fit_setter sz_fit_set_e0;
sz_fit_setter sz_fit_set_e0_method;
sz_fit_setter sz_fit_set_solver;
sz_fit_setter sz_fit_set_seed;
sz_fit_setter sz_fit_set_jitter;
sz_fit_setter sz_fit_refuse_local;

/* Appends the parsed value to text. */
typedef void sz_fit_show(const sz_fit_spec *spec, sz_text *text);
sz_fit_show sz_fit_show_gap;
sz_fit_show sz_fit_show_sigma;
sz_fit_show sz_fit_show_type_sigma;
sz_fit_show sz_fit_show_e0;
sz_fit_show sz_fit_show_e0_method;
sz_fit_show sz_fit_show_solver;
sz_fit_show sz_fit_show_seed;
sz_fit_show sz_fit_show_jitter;

#endif
