/* SPDX-License-Identifier: BSD-3-Clause
 *
 * spec_keys.h - functions shared by the readers of a fit's settings. */
#ifndef SZ_SPEC_KEYS_H
#define SZ_SPEC_KEYS_H

#include "base/args.h"
#include "base/memory.h"
#include "base/text.h"
#include "fit/spec.h"

#define SZ_LIST_SEPARATORS " \t\r\n\v\f:;,{}"

sz_status sz_fit_copy(char **copy, const char *text, sz_error *err); /* to free */
/* list ends with NULL; case does not matter */
int sz_fit_is_in(const char *word, const char *const *list);
/* A spec with every default, or NULL. */
sz_fit_spec *sz_fit_spec_new(sz_error *err);
/* Sets one key of the command line; value NULL for a key without "=". */
sz_status sz_fit_set(sz_fit_spec *spec, const char *key, const char *value,
                     const char *where, sz_error *err);
/* The usual name of a key of the command line, or NULL; and of one that may have the name
 * of configuration files. */
const char *sz_fit_key(const char *name);
const char *sz_fit_config_key(const char *name);
/* "unknown key ..", with the nearest key of a list ended by NULL (or of the command line
 * if list is NULL); in_file: in a configuration file, which has more keys. */
sz_status sz_fit_unknown_key(const char *key, const char *const *list, const char *where,
                             sz_error *err);
sz_status sz_fit_unknown_in_config(const char *key, const char *const *more,
                                   const char *where, sz_error *err);
/* Checks required settings and those that depend on others, after all keys are set.
 * with_data: 1 if at_file is required. */
sz_status sz_fit_complete(sz_fit_spec *spec, int with_data, const char *where,
                          sz_error *err);

/* The value of gap=: descriptors separated by ':' or ';' at brace level. */
sz_status sz_fit_set_gap(sz_fit_spec *spec, const char *value, const char *where,
                         sz_error *err);
/* One descriptor; its lists have single braces. It takes over *places, or NULL. */
sz_status sz_fit_add_descriptor(sz_fit_spec *spec, const char *text, const char *where,
                                sz_key_places *places, sz_error *err);
void sz_fit_free_descriptors(sz_fit_spec *spec);

/* 1 where the two name the same key of such a descriptor. */
int sz_fit_same_key(const sz_term_type *type, const char *a, const char *b);

/* ---- words that overrule a key of a descriptor ---- */

/* "soap.cutoff", "4.5"; a word without a value is none */
int sz_fit_is_overrule(const char *key, const char *value);
sz_status sz_fit_add_overrule(sz_fit_spec *spec, const char *key, const char *value,
                              const char *where, sz_error *err);
/* Before d, the last descriptor of spec, is read: its text and *args, which are the same,
 * become what the words want. */
sz_status sz_fit_overrule(sz_fit_spec *spec, sz_fit_descriptor *d, sz_args **args,
                          sz_error *err);
/* Once all descriptors are read: each word has overruled one. */
sz_status sz_fit_check_overrules(const sz_fit_spec *spec, sz_error *err);
void sz_fit_free_overrules(sz_fit_spec *spec);

/* ---- words of gap_fit ---- */

/* " key=value", in braces where argument strings need them */
void sz_fit_add_setting(sz_text *text, const char *key, const char *value, int braces);
/* Keys that a section leaves out, appended to the argument string of a descriptor. */
void sz_fit_add_defaults(sz_text *text, const sz_term_type *type);
/* Appends the argument string to the value of gap=, with its lists in double braces. */
void sz_fit_add_to_gap(sz_text *gap, const char *text);

/* ---- where a key stands in a configuration file ---- */

/* A key that exists already gets the new value, name and line. */
sz_status sz_key_places_set(sz_key_places *places, const sz_key_place *place,
                            sz_error *err);
const sz_key_place *sz_key_places_find(const sz_key_places *places, const char *key);
void sz_key_places_free(sz_key_places *places);
/* An error "path:3: .." about a section: if it names a key that is in places, the line
 * and the name become those of the key. Returns status. */
sz_status sz_fit_blame(const sz_key_places *places, const char *where, sz_status status,
                       sz_error *err);
/* "path:line" of key, or where itself. */
const char *sz_fit_place(const sz_key_places *places, const char *where, const char *key,
                         char place[256]);

enum { SZ_FIT_KEYS_MAX = 100 };
/* The names of the keys of a descriptor, those of the fit first, ended by NULL; returns
 * how many. */
int sz_fit_descriptor_keys(const sz_term_type *type, const char *name[SZ_FIT_KEYS_MAX]);
/* A warning for each key of a descriptor that is not used. */
sz_status sz_fit_warn_of_keys(sz_warnings *warnings, const char *descriptor,
                              const char *where, sz_error *err);
/* The name of a descriptor's key in configuration files, or NULL. */
const char *sz_fit_short_key(const char *name);
/* gap_fit's name of a key of a descriptor, whichever name it has. */
const char *sz_fit_long_key(const char *name);
int sz_fit_is_descriptor_key(const char *name); /* of any type, or of the fit */
/* SZ_OK for a type that can be fitted; otherwise the message lists the supported
 * types. */
sz_status sz_fit_check_type(const char *type, const char *where, sz_error *err);

#endif
