/* SPDX-License-Identifier: GPL-2.0-only
 *
 * soapzplugin.cpp - makes pair_style soapz known to the LAMMPS that loads this library.
 *
 * LAMMPS checks nothing when it loads a plugin: classes built for other headers would
 * be called through the wrong slots. So the host is asked for its version and integer
 * sizes through its C functions, which do not change, before any class is handed over.
 * A refusal is a warning, since LAMMPS ends the whole program on anything stronger;
 * the input script then stops at "Unrecognized pair style 'soapz'". */
#include "lammpsplugin.h"
#include "pair_soapz.h"

#include <cstdio>
#include <dlfcn.h>

#ifndef SOAPZ_LAMMPS_VERSION
#error "SOAPZ_LAMMPS_VERSION: the version of the LAMMPS headers, e.g. 20250722"
#endif

static void *create_pair(void *lmp)
{
    return new LAMMPS_NS::PairSoapz(static_cast<LAMMPS_NS::LAMMPS *>(lmp));
}

template <typename Function> static Function host_function(const char *name)
{
    return reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, name));
}

/* Does the running LAMMPS fit the headers this file was compiled with? Warns if not. */
static bool host_fits(void *lmp)
{
    const auto version = host_function<int (*)(void *)>("lammps_version");
    const auto setting =
        host_function<int (*)(void *, const char *)>("lammps_extract_setting");
    const auto warn = host_function<void (*)(void *, int, const char *)>("lammps_error");
    char text[320];

    if (!version || !setting || !warn) {
        std::fprintf(stderr, "WARNING: pair_style soapz: this LAMMPS does not export "
                             "its C library functions; plugin not registered\n");
        return false;
    }
    const int tagint_size = setting(lmp, "tagint");
    const int imageint_size = setting(lmp, "imageint");
    if (version(lmp) == SOAPZ_LAMMPS_VERSION &&
        tagint_size == static_cast<int>(sizeof(LAMMPS_NS::tagint)) &&
        imageint_size == static_cast<int>(sizeof(LAMMPS_NS::imageint)))
        return true;

    std::snprintf(text, sizeof text,
                  "pair_style soapz is not available: the plugin was built for LAMMPS "
                  "version %d with %d-byte atom IDs and %d-byte image flags, this is "
                  "version %d with %d and %d; rebuild soapz for it with "
                  "-DSOAPZ_LAMMPS=<its source tree or prefix>",
                  SOAPZ_LAMMPS_VERSION, static_cast<int>(sizeof(LAMMPS_NS::tagint)),
                  static_cast<int>(sizeof(LAMMPS_NS::imageint)), version(lmp),
                  tagint_size, imageint_size);
    if (setting(lmp, "world_rank") == 0) warn(lmp, 0, text);
    return false;
}

extern "C" __attribute__((visibility("default"))) void
lammpsplugin_init(void *lmp, void *handle, void *regfunc)
{
    if (!host_fits(lmp)) return;

    lammpsplugin_t plugin = {};
    plugin.version = "LAMMPS";
    plugin.style = "pair";
    plugin.name = "soapz";
    plugin.info = "pair_style soapz: GAP models on compressed SOAP, soapz " SZ_VERSION;
    plugin.author = "the soapz authors";
    plugin.creator.v1 = create_pair;
    plugin.handle = handle;
    reinterpret_cast<lammpsplugin_regfunc>(regfunc)(&plugin, lmp);
}
