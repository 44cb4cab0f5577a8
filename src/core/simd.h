/* How the kernels' loops are compiled, where compiler and platform allow.
 *
 * R builds packages with -O2, at which gcc vectorises little, and for the oldest
 * processor of the platform. GT_KERNEL asks for vectorised loops and, on x86-64
 * Linux, for a second version with AVX2, chosen when the package is loaded.
 * Where variables live in them is not tracked for debuggers, which would double the library's
 * size. Contraction into fused multiply-adds stays off: every machine gives one answer.
 *
 * clang vectorises at -O2 by itself, with a check at run time that arrays do not overlap.
 * Its pragma that spares the check warns about each loop it cannot vectorise.      */
#ifndef GRADTAPE_CORE_SIMD_H
#define GRADTAPE_CORE_SIMD_H

#include <math.h>

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#define GT_VECTORIZED
#define GT_INDEPENDENT
#elif defined(__GNUC__)
#define GT_VECTORIZED \
    __attribute__((optimize("O3", "fp-contract=off", "no-math-errno", "no-trapping-math", \
                            "no-var-tracking", "no-var-tracking-assignments")))
#define GT_INDEPENDENT _Pragma("GCC ivdep")
/* They touch no errno that anyone reads: so their loops can be vectorised. */
extern double sqrt(double) __attribute__((const));
extern float sqrtf(float) __attribute__((const));
#else
#define GT_VECTORIZED
#define GT_INDEPENDENT
#endif

/* What is never reached. */
#if defined(__GNUC__)
#define GT_NEVER __builtin_unreachable()
#else
#define GT_NEVER return
#endif

/* Into loops that are compiled with other options than the function's own. */
#if defined(__GNUC__)
#define GT_INLINE static inline __attribute__((always_inline))
#else
#define GT_INLINE static inline
#endif

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__linux__) && \
    defined(__GLIBC__)
#define GT_KERNEL __attribute__((target_clones("avx2", "default"))) GT_VECTORIZED
#define GT_LOOP GT_KERNEL
#else
#define GT_KERNEL GT_VECTORIZED
#define GT_LOOP GT_PART GT_KERNEL
#endif

/* Pieces of generated code, and those that are a vectorised loop. Once gcc 12 has rewritten the addresses of a loop, it
 * may take its function for one that writes nothing, and leave out the calls: so the caller must know
 * nothing of it. (Calls of functions with two versions are hidden as they are.)   */
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 8
#define GT_PART __attribute__((noipa))
#elif defined(__GNUC__)
#define GT_PART __attribute__((noinline))
#else
#define GT_PART
#endif

#endif
