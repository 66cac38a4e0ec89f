/* SPDX-License-Identifier: BSD-3-Clause
 *
 * vec.h - how the hot loops are vectorised: SZ_LANES numbers at a time in the vector
 * extension of gcc and clang, compiled for several instruction sets and chosen at load
 * by the dynamic linker. */
#ifndef SZ_VEC_H
#define SZ_VEC_H

#include "linear/real.h"

/* Doubles: one AVX-512 register, two of AVX2, four of SSE2; in single precision one of
 * AVX2, two of SSE2. */
#define SZ_LANES 8
#define SZ_PAD(n) (((n) + SZ_LANES - 1) / SZ_LANES * SZ_LANES)

/* Doubles in a register of the CPU that a file without clones is compiled for. */
#if defined(__AVX512F__)
#define SZ_NATIVE_LANES 8
#elif defined(__AVX__)
#define SZ_NATIVE_LANES 4
#else
#define SZ_NATIVE_LANES 2
#endif
#define SZ_NATIVE_LANES_OF(type)                                                         \
    type __attribute__((vector_size(SZ_NATIVE_LANES * sizeof(type)),                     \
                        aligned(sizeof(type)), may_alias))

#define SZ_LANES_OF(type)                                                                \
    type __attribute__((vector_size(SZ_LANES * sizeof(type)), aligned(sizeof(type)),     \
                        may_alias))
typedef SZ_LANES_OF(sz_real) sz_lanes;
typedef SZ_LANES_OF(sz_whole) sz_bits; /* lanes in sz_lanes */
typedef SZ_LANES_OF(double) sz_doubles;

/* the lanes at p, to read or to write */
#define SZ_AT(p) (*(sz_lanes *)(p))
#define SZ_GET(p) (*(const sz_lanes *)(p))
/* the doubles at p; lanes as doubles, and back; the doubles at p as lanes */
#define SZ_GET_DOUBLES(p) (*(const sz_doubles *)(p))
#define SZ_WIDEN(v) __builtin_convertvector(v, sz_doubles)
#define SZ_NARROW(v) __builtin_convertvector(v, sz_lanes)
#define SZ_GET_NARROW(p) SZ_NARROW(SZ_GET_DOUBLES(p))

/* lanes of two vectors in the order of eight constant indices */
#if defined(__clang__) || __GNUC__ >= 12
#define SZ_SHUFFLE(v, w, ...) __builtin_shufflevector(v, w, __VA_ARGS__)
#else
#define SZ_SHUFFLE(v, w, ...) __builtin_shuffle(v, w, (sz_bits){__VA_ARGS__})
#endif

#define SZ_INLINE static inline __attribute__((always_inline))

SZ_INLINE sz_real sz_sum_lanes_of(const sz_lanes *v)
{
    sz_lanes s = *v + SZ_SHUFFLE(*v, *v, 4, 5, 6, 7, 0, 1, 2, 3);

    s += SZ_SHUFFLE(s, s, 2, 3, 0, 1, 6, 7, 4, 5);
    return s[0] + s[1];
}

/* sets the lanes from n on to zero, whatever they contain */
SZ_INLINE void sz_keep_lanes(sz_lanes *v, int n)
{
    const sz_bits lane = {0, 1, 2, 3, 4, 5, 6, 7};

    *(sz_bits *)v &= lane < (sz_whole)n;
}

/* the sum of a vector's lanes */
#define sz_sum_lanes(v) sz_sum_lanes_of(&(v))

/* the same for doubles, in the same order */
SZ_INLINE double sz_sum_doubles_of(const sz_doubles *v)
{
    return (((*v)[0] + (*v)[4]) + ((*v)[2] + (*v)[6])) +
           (((*v)[1] + (*v)[5]) + ((*v)[3] + (*v)[7]));
}

#define sz_sum_doubles(v) sz_sum_doubles_of(&(v))

/* Transposes eight rows of lanes, next apart: lane k of to[q] is lane q of row k. */
SZ_INLINE void sz_turn(const sz_real *from, int next, sz_lanes *to)
{
    sz_lanes two[SZ_LANES], four[SZ_LANES];

    for (int k = 0; k < SZ_LANES; k += 2) {
        sz_lanes a = SZ_GET(from + k * next), b = SZ_GET(from + (k + 1) * next);

        two[k] = SZ_SHUFFLE(a, b, 0, 8, 2, 10, 4, 12, 6, 14);
        two[k + 1] = SZ_SHUFFLE(a, b, 1, 9, 3, 11, 5, 13, 7, 15);
    }
    for (int k = 0; k < SZ_LANES; k += 4)
        for (int i = 0; i < 2; i++) {
            sz_lanes a = two[k + i], b = two[k + 2 + i];

            four[k + i] = SZ_SHUFFLE(a, b, 0, 1, 8, 9, 4, 5, 12, 13);
            four[k + 2 + i] = SZ_SHUFFLE(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
        }
    for (int q = 0; q < 4; q++) {
        to[q] = SZ_SHUFFLE(four[q], four[q + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        to[q + 4] = SZ_SHUFFLE(four[q], four[q + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

/* The sanitizers cannot run before the resolvers of cloned functions. */
#if defined(__GNUC__) && defined(__x86_64__) && defined(__linux__) &&                    \
    !defined(SZ_NO_CLONES)
#if defined(__clang__) /* accepts arch=.. of a specific CPU, but no level */
#define SZ_CLONES __attribute__((target_clones("avx512f", "fma", "default")))
#else
#define SZ_CLONES                                                                        \
    __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#endif
#else
#define SZ_CLONES
#endif

#endif
