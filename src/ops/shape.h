#ifndef GRADTAPE_OPS_SHAPE_H
#define GRADTAPE_OPS_SHAPE_H

#include "core/array.h"

/* The slice that input i of an assemble goes to, from the operation's parameters. */
gt_params gt_assemble_slice(const gt_params *p, int i);

/* In the parameters of a slice: take one element and drop the dimension. */
#define GT_DROP (-1)

/* Where the elements of a slice stand in the whole array, from 0. */
void gt_slice_positions(const gt_params *p, const gt_type *whole, int64_t count, int *at);

/* Adds a sliced array into its place in a whole one: the derivative of a slice,
 * accumulated without the zeros around it. `p` are the slice's parameters.     */
void gt_unslice_add(const gt_params *p, const gt_array *in, gt_array *out);

#endif
