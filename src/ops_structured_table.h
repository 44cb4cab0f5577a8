/* Operations that are not elementwise: STRUCTURED(name), one per gt_op_def.   */

/* ops_reduce.c */
STRUCTURED(sum)
STRUCTURED(prod)
STRUCTURED(amax)
STRUCTURED(amin)
STRUCTURED(norm2)
STRUCTURED(argmax)
STRUCTURED(argmin)

/* ops_scan.c */
STRUCTURED(cumsum)
STRUCTURED(cumprod)
STRUCTURED(linrec)
STRUCTURED(argsort)

/* ops_shape.c */
STRUCTURED(reshape)
STRUCTURED(permute)
STRUCTURED(expand)
STRUCTURED(slice)
STRUCTURED(unslice)
STRUCTURED(assemble)
STRUCTURED(cat)
STRUCTURED(detach)
STRUCTURED(cast)

/* ops_index.c */
STRUCTURED(take)
STRUCTURED(put)

/* ops_linalg.c */
STRUCTURED(matmul)
