/* What derivative rules are written with: one function per operation, and the
 * few compositions that several rules share.                                  */
#ifndef GRADTAPE_OPS_RULES_H
#define GRADTAPE_OPS_RULES_H

#include "ops/table.h"

/* gt_sin(b, x), gt_mul(b, x, z), gt_where(b, cond, x, z), ... */
#define UNARY(name, value, dx) \
    static inline gt_ref gt_##name(gt_builder *b, gt_ref x) \
    { \
        return b->apply(b, GT_OP_##name, 1, &x, NULL); \
    }
#define BINARY(name, value, dx, dz) \
    static inline gt_ref gt_##name(gt_builder *b, gt_ref x, gt_ref z) \
    { \
        gt_ref in[2] = {x, z}; \
        return b->apply(b, GT_OP_##name, 2, in, NULL); \
    }
#define TERNARY(name, value, dx, dz, dw) \
    static inline gt_ref gt_##name(gt_builder *b, gt_ref x, gt_ref z, gt_ref w) \
    { \
        gt_ref in[3] = {x, z, w}; \
        return b->apply(b, GT_OP_##name, 3, in, NULL); \
    }
#include "ops/elementwise_table.h"

/* A constant of the dtype of `like`. */
gt_ref gt_constant_like(gt_builder *b, gt_ref like, double value);

/* One input and integer parameters: every structured operation of that form. */
gt_ref gt_apply1(gt_builder *b, gt_op op, gt_ref x, int n_params, const int *params);
gt_ref gt_apply2(gt_builder *b, gt_op op, gt_ref x, gt_ref z, int n_params, const int *params);

gt_ref gt_reshape_to(gt_builder *b, gt_ref x, const gt_type *shape);
gt_ref gt_expand_to(gt_builder *b, gt_ref x, const gt_type *shape);
/* Sums a gradient over the dimensions that broadcasting had stretched. */
gt_ref gt_sum_to(gt_builder *b, gt_ref g, const gt_type *shape);
/* Puts back the reduced dimensions (as 1) that a reduction had dropped. */
gt_ref gt_unreduce(gt_builder *b, gt_ref y, const gt_type *input, const gt_params *reduction);
/* A product with the gradient g, held at zero where g is zero by a careful builder: for rules
 * that are not elementwise, whose products gt_op_vjp() does not see.              */
gt_ref gt_held(gt_builder *b, gt_ref g, gt_ref product);
/* Logarithms of the densities that are two operations. */
gt_ref gt_log_dnorm(gt_builder *b, gt_ref x, gt_ref mean, gt_ref sd);
gt_ref gt_log_dgamma(gt_builder *b, gt_ref x, gt_ref shape, gt_ref scale);
gt_ref gt_log_dpois(gt_builder *b, gt_ref x, gt_ref mean);
gt_ref gt_log_dbinom(gt_builder *b, gt_ref x, gt_ref n, gt_ref p);
/* digamma(x + n) - digamma(n) */
gt_ref gt_digamma_change(gt_builder *b, gt_ref x, gt_ref n);
/* Of the logarithm of the density of the beta distribution, with respect to its first shape;
 * of Student's t, with respect to its degrees of freedom.                       */
gt_ref gt_beta_slope(gt_builder *b, gt_ref x, gt_ref shape, gt_ref other);
gt_ref gt_t_slope(gt_builder *b, gt_ref x, gt_ref df);
/* A constant array of one value. */
gt_ref gt_full(gt_builder *b, double value, const gt_type *type);
/* `count` elements along a dimension, from the `from`-th on. */
gt_ref gt_part(gt_builder *b, gt_ref x, int dim, int from, int count);

#endif
