/* BLAS and LAPACK come with R; its headers declare Fortran routines and nothing of R. */
#ifndef GRADTAPE_CORE_BLAS_LAPACK_H
#define GRADTAPE_CORE_BLAS_LAPACK_H

#define USE_FC_LEN_T
#include <R_ext/Lapack.h>
#ifndef FCONE
#define FCONE
#endif

#endif
