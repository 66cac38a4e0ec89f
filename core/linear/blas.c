/* SPDX-License-Identifier: BSD-3-Clause
 *
 * blas.c - which BLAS is in use, its threads, and its kernels.
 *
 * Each BLAS has its own extra calls, and a process may hold several copies (numpy's,
 * scipy's, ours). So the extra symbols are looked up in the library whose dgemm we
 * call. */
#define _GNU_SOURCE
#include "linear/blas.h"
#include "soapz.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)

typedef void (*any_function)(void);

/* The library that contains dgemm; NULL if it is linked statically. */
static void *blas_library(void)
{
    void (*dgemm)(const char *, const char *, const int *, const int *, const int *,
                  const double *, const double *, const int *, const double *,
                  const int *, const double *, double *, const int *) = SZ_BLAS(dgemm);
    void *address;
    Dl_info where;

    memcpy(&address, &dgemm, sizeof address);
    if (!dladdr(address, &where) || !where.dli_fname) return NULL;
    return dlopen(where.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
}

/* The function called name, with or without the prefix of the BLAS symbols; or NULL. */
static any_function find_in(void *library, const char *name)
{
    const char *prefix = "" TEXT(SZ_BLAS_PREFIX);
    any_function function = NULL;
    void *address;
    char full[96];

    if (!library) library = RTLD_DEFAULT;
    snprintf(full, sizeof full, "%s%s", prefix, name);
    address = dlsym(library, full);
    if (!address && *prefix) address = dlsym(library, name);
    if (address) memcpy(&function, &address, sizeof function);
    return function;
}

static any_function find(const char *name)
{
    void *library = blas_library();
    any_function function = find_in(library, name);

    if (library) dlclose(library);
    return function;
}

/* ---- threads ---------------------------------------------------------------------- */

static int get_threads(void *library)
{
    any_function f;
    long n = 0;

    if ((f = find_in(library, "openblas_get_num_threads")))
        n = ((int (*)(void))f)();
    else if ((f = find_in(library, "MKL_Get_Max_Threads")))
        n = ((int (*)(void))f)();
    else if ((f = find_in(library, "bli_thread_get_num_threads")))
        n = (long)((ptrdiff_t(*)(void))f)();
    return n < 1 ? 0 : (int)n;
}

static void set_threads(void *library, int n)
{
    any_function f;

    if ((f = find_in(library, "openblas_set_num_threads")))
        ((void (*)(int))f)(n);
    else if ((f = find_in(library, "MKL_Set_Num_Threads")))
        ((void (*)(int))f)(n);
    else if ((f = find_in(library, "bli_thread_set_num_threads")))
        ((void (*)(ptrdiff_t))f)(n);
}

int sz_blas_set_threads(int n)
{
    void *library = blas_library(); /* looked up once, because this is the slow part */
    int before = get_threads(library);

    if (n >= 1 && n != before) set_threads(library, n);
    if (library) dlclose(library);
    return before;
}

/* ---- name ----------------------------------------------------------------------- */

static const char *openblas_core(void)
{
    any_function f = find("openblas_get_corename");

    return f ? ((char *(*)(void))f)() : NULL;
}

/* "OpenBLAS 0.3.34 SkylakeX" from the configuration "OpenBLAS 0.3.34 DYNAMIC_ARCH ..." */
static int openblas_name(char *name, size_t size)
{
    any_function f = find("openblas_get_config");
    const char *core = openblas_core();
    char version[32] = "";

    if (!f) return 0;
    sscanf(((char *(*)(void))f)(), "OpenBLAS %31s", version);
    snprintf(name, size, "OpenBLAS %s %s", version, core ? core : "(one kernel family)");
    return 1;
}

static int mkl_name(char *name, size_t size)
{
    any_function f = find("MKL_Get_Version_String");
    char text[198] = "";

    if (!f) return 0;
    ((void (*)(char *, int))f)(text, (int)sizeof text - 1);
    snprintf(name, size, "MKL: %s", text);
    return 1;
}

static int blis_name(char *name, size_t size)
{
    any_function version = find("bli_info_get_version_str");
    any_function id = find("bli_arch_query_id"), text = find("bli_arch_string");
    const char *core = "";

    if (!version) return 0;
    if (id && text) core = ((const char *(*)(int))text)(((int (*)(void))id)());
    snprintf(name, size, "BLIS %s %s", ((const char *(*)(void))version)(), core);
    return 1;
}

const char *sz_blas_name(void)
{
    static _Thread_local char name[256]; /* the caller does not free it */

    if (!openblas_name(name, sizeof name) && !mkl_name(name, sizeof name) &&
        !blis_name(name, sizeof name))
        snprintf(name, sizeof name, "unknown BLAS (perhaps the slow reference BLAS)");
    return name;
}

/* ---- kernels -------------------------------------------------------------------- */

enum { LEVEL_SSE, LEVEL_AVX, LEVEL_AVX2, LEVEL_AVX512, LEVEL_UNKNOWN };

/* Kernel families and what they use. Families that are not listed were chosen for a CPU
 * that OpenBLAS knows, and are kept. */
static int core_level(const char *core)
{
    static const struct {
        const char *name;
        int level;
    } table[] = {
        {"Prescott", LEVEL_SSE},      {"Core2", LEVEL_SSE},
        {"Penryn", LEVEL_SSE},        {"Dunnington", LEVEL_SSE},
        {"Nehalem", LEVEL_SSE},       {"Sandybridge", LEVEL_AVX},
        {"Haswell", LEVEL_AVX2},      {"SkylakeX", LEVEL_AVX512},
        {"Cooperlake", LEVEL_AVX512}, {"SapphireRapids", LEVEL_AVX512},
    };

    for (size_t k = 0; k < sizeof table / sizeof *table; k++)
        if (strcmp(core, table[k].name) == 0) return table[k].level;
    return LEVEL_UNKNOWN;
}

static int cpu_level(void)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
        return LEVEL_AVX512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return LEVEL_AVX2;
#endif
    return LEVEL_SSE;
}

static void choose_kernels(void)
{
    const char *core = openblas_core();
    any_function quit = find("gotoblas_dynamic_quit");
    any_function init = find("gotoblas_dynamic_init");
    int level = cpu_level();

    if (!core || !quit || !init) return;     /* not OpenBLAS, or without these symbols */
    if (getenv("OPENBLAS_CORETYPE")) return; /* the user has chosen a kernel */
    if (core_level(core) >= level) return;

    setenv("OPENBLAS_CORETYPE", level == LEVEL_AVX512 ? "SkylakeX" : "Haswell", 1);
    quit();
    init();
    unsetenv("OPENBLAS_CORETYPE"); /* not inherited by processes that this one starts */
}

/* OpenBLAS allocates its buffer in the first product, and ends the process if memory
 * fails. Here no output is open yet. */
static void take_buffer(void)
{
    const int one = 1;
    const double a = 1.0, b = 0.0;
    double c = 0.0;

    SZ_BLAS(dsyrk)("U", "N", &one, &one, &a, &a, &one, &b, &c, &one);
}

void sz_blas_tune(void)
{
    choose_kernels();
    take_buffer();
}
