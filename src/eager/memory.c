/* Memory for elements. R frees vectors late and malloc() gives their pages back, so that most
 * results are written to pages that the kernel must first provide, which costs more than
 * most operations. Two remedies, where the system has them: */
#if defined(__linux__)
#define _DEFAULT_SOURCE
#include <sys/mman.h>
#endif

#include "eager/memory.h"
#include "globals.h"

#include <stdlib.h>

/* glibc keeps as much freed memory as twice the largest block that was freed so far, up to
 * 64 MB (mallopt(3), M_MMAP_THRESHOLD). One block of that size, freed untouched, makes it
 * do so from the first vectors on.                                             */
static void keep_freed_pages(void)
{
#if defined(__GLIBC__)
    if (globals.keeps_freed_pages) return;
    globals.keeps_freed_pages = true;
    void *volatile block = malloc((sizeof(long) << 22) - ((size_t)1 << 16));
    free(block);
#endif
}

/* On Linux a large vector asks for huge pages before it is touched. */
static void ask_for_huge_pages(void *data, size_t bytes)
{
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    const uintptr_t page = 4096;
    uintptr_t from = ((uintptr_t)data + page - 1) / page * page;
    uintptr_t to = ((uintptr_t)data + bytes) / page * page;
    (void)madvise((void *)from, to - from, MADV_HUGEPAGE);
#else
    (void)data, (void)bytes;
#endif
}

#define LARGE ((size_t)64 << 10) /* bytes */
#define VERY_LARGE ((size_t)4 << 20)

static SEXP alloc_elements(SEXPTYPE type, int64_t n, size_t element_size)
{
    size_t bytes = (size_t)n * element_size;
    if (bytes >= LARGE) keep_freed_pages();
    SEXP x = Rf_allocVector(type, (R_xlen_t)n);
    if (bytes >= VERY_LARGE) ask_for_huge_pages(data_pointer(x), bytes);
    return x;
}

SEXP alloc_doubles(R_xlen_t n) { return alloc_elements(REALSXP, n, sizeof(double)); }

SEXP alloc_data(const gt_type *type)
{
    return gt_is_single(type->dtype) ? alloc_elements(INTSXP, type->size, sizeof(float))
                                     : alloc_doubles((R_xlen_t)type->size);
}
