/* SPDX-License-Identifier: GPL-2.0-only
 *
 * lammpsplugin.h - the binary interface of LAMMPS's PLUGIN package, declared here because
 * installations of LAMMPS do not include it. */
#ifndef LMP_LAMMPSPLUGIN_H
#define LMP_LAMMPSPLUGIN_H

extern "C" {

typedef void *(lammpsplugin_factory1)(void *);               /* pair, command, ... */
typedef void *(lammpsplugin_factory2)(void *, int, char **); /* fix, compute, ... */

typedef struct {
    const char *version; /* of LAMMPS, as text */
    const char *style;   /* "pair" */
    const char *name;    /* "soapz" */
    const char *info;
    const char *author;
    union {
        lammpsplugin_factory1 *v1;
        lammpsplugin_factory2 *v2;
    } creator;
    void *handle; /* of the dynamic library */
} lammpsplugin_t;

typedef void (*lammpsplugin_regfunc)(lammpsplugin_t *, void *);

/* LAMMPS looks up and calls this after dlopen: (lmp, handle, regfunc). */
void lammpsplugin_init(void *, void *, void *);
}

#endif
