/* What code that stands alone has in place of what a host would give: routines of BLAS and LAPACK, which kernels call,
 * without R's headers (Fortran's compilers pass the length of each text behind all other arguments); and one
 * thread. The package itself does not use it: see tape/code/standalone.c.         */
#ifndef GRADTAPE_CORE_STANDALONE_H
#define GRADTAPE_CORE_STANDALONE_H

#include <stddef.h>
#include <stdint.h>

#define F77_CALL(name) name##_
#define FCONE , (size_t)1
#define LAPACK(name, arguments) extern void name##_ arguments

LAPACK(dgecon, (const char *, const int *, const double *, const int *, const double *, double *,
                double *, int *, int *, size_t));
LAPACK(dgeev, (const char *, const char *, const int *, double *, const int *, double *, double *,
               double *, const int *, double *, const int *, double *, const int *, int *, size_t,
               size_t));
LAPACK(dgemm, (const char *, const char *, const int *, const int *, const int *, const double *,
               const double *, const int *, const double *, const int *, const double *, double *,
               const int *, size_t, size_t));
LAPACK(dgeqrf,
       (const int *, const int *, double *, const int *, double *, double *, const int *, int *));
LAPACK(dgesdd, (const char *, const int *, const int *, double *, const int *, double *, double *,
                const int *, double *, const int *, double *, const int *, int *, int *, size_t));
LAPACK(dgesv,
       (const int *, const int *, double *, const int *, int *, double *, const int *, int *));
LAPACK(dgetrf, (const int *, const int *, double *, const int *, int *, int *));
LAPACK(dgetrs, (const char *, const int *, const int *, const double *, const int *, const int *,
                double *, const int *, int *, size_t));
LAPACK(dorgqr, (const int *, const int *, const int *, double *, const int *, const double *,
                double *, const int *, int *));
LAPACK(dpotrf, (const char *, const int *, double *, const int *, int *, size_t));
LAPACK(dsyev, (const char *, const char *, const int *, double *, const int *, double *, double *,
               const int *, int *, size_t, size_t));
LAPACK(dtrmm, (const char *, const char *, const char *, const char *, const int *, const int *,
               const double *, const double *, const int *, double *, const int *, size_t, size_t,
               size_t, size_t));
LAPACK(dtrsm, (const char *, const char *, const char *, const char *, const int *, const int *,
               const double *, const double *, const int *, double *, const int *, size_t, size_t,
               size_t, size_t));
LAPACK(dtrtrs, (const char *, const char *, const char *, const int *, const int *, const double *,
                const int *, double *, const int *, int *, size_t, size_t, size_t));

typedef void (*gt_stretch)(void *work, int64_t from, int64_t to, int worker);
static inline void gt_share_out(int64_t n, int workers, gt_stretch run, void *work)
{
    (void)workers;
    run(work, 0, n, 0);
}
static inline int gt_workers(int64_t operations)
{
    (void)operations;
    return 1;
}

#endif
