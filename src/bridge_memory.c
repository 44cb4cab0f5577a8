/* Memory for elements. On Linux a large vector that R has just taken from malloc() asks for
 * huge pages before it is touched: the first touch of 4 KB pages costs more than most
 * operations on them. Elsewhere, and where the kernel declines, nothing changes.   */
#if defined(__linux__)
#define _DEFAULT_SOURCE
#include <sys/mman.h>
#endif

#include "bridge.h"

#define HUGE_FROM ((size_t)4 << 20)     /* bytes */

static void advise_huge_pages(void *data, size_t bytes)
{
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    const uintptr_t page = 4096;
    if (bytes < HUGE_FROM) return;
    uintptr_t from = ((uintptr_t)data + page - 1) / page * page;
    uintptr_t to = ((uintptr_t)data + bytes) / page * page;
    (void)madvise((void *)from, to - from, MADV_HUGEPAGE);
#else
    (void)data, (void)bytes;
#endif
}

SEXP alloc_doubles(R_xlen_t n)
{
    SEXP x = Rf_allocVector(REALSXP, n);
    advise_huge_pages(REAL(x), (size_t)n * sizeof(double));
    return x;
}

SEXP alloc_data(const gt_type *type)
{
    if (!gt_is_single(type->dtype)) return alloc_doubles((R_xlen_t)type->size);
    SEXP x = Rf_allocVector(INTSXP, (R_xlen_t)type->size);
    advise_huge_pages(INTEGER(x), (size_t)type->size * sizeof(float));
    return x;
}
