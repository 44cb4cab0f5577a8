/* Operations that are not elementwise: STRUCTURED(name), one per gt_op_def.   */

/* ops/reduce.c */
STRUCTURED(sum)
STRUCTURED(prod)
STRUCTURED(amax)
STRUCTURED(amin)
STRUCTURED(norm2)
STRUCTURED(logsumexp)
STRUCTURED(argmax)
STRUCTURED(argmin)

/* ops/scan.c */
STRUCTURED(cumsum)
STRUCTURED(cumprod)
STRUCTURED(linrec)
STRUCTURED(recur)
STRUCTURED(logcumsumexp)
STRUCTURED(argsort)
STRUCTURED(argcummax)
STRUCTURED(argcummin)
STRUCTURED(searchsorted)

/* ops/shape.c */
STRUCTURED(reshape)
STRUCTURED(permute)
STRUCTURED(expand)
STRUCTURED(slice)
STRUCTURED(unslice)
STRUCTURED(assemble)
STRUCTURED(cat)
STRUCTURED(detach)
STRUCTURED(draw)
STRUCTURED(cast)
STRUCTURED(custom)

/* ops/index.c */
STRUCTURED(take)
STRUCTURED(put)
STRUCTURED(replace)

/* ops/linalg.c */
STRUCTURED(matmul)

/* ops/lapack.c */
STRUCTURED(tri)
STRUCTURED(inv)
STRUCTURED(slogdet)
STRUCTURED(det)
STRUCTURED(cofactor)
STRUCTURED(cofactor_change)
STRUCTURED(solve)
STRUCTURED(trisolve)

/* ops/factors.c */
STRUCTURED(cholesky)
STRUCTURED(cholesky_gradient)
STRUCTURED(factor_failure)
STRUCTURED(qr)
STRUCTURED(complement)
STRUCTURED(lu)
STRUCTURED(lu_pivots)
STRUCTURED(row_order)

/* ops/spectra.c */
STRUCTURED(eigh)
STRUCTURED(eig)
STRUCTURED(svd)
STRUCTURED(lstsq)

/* ops/matrix_exp.c */
STRUCTURED(matrix_exp)

/* ops/outcome.c */
STRUCTURED(succeeds)

/* ops/distribution.c */
#define DISTRIBUTION(name, n) STRUCTURED(p##name) STRUCTURED(q##name)
#include "ops/distribution_table.h"
#undef DISTRIBUTION
STRUCTURED(tail_gamma)
STRUCTURED(tail_beta)
STRUCTURED(tail_t)
STRUCTURED(no_derivative)
STRUCTURED(log_dhyper)
STRUCTURED(besselI)
STRUCTURED(besselK)
STRUCTURED(besselJ)
STRUCTURED(besselY)
