/* Which elements of what a graph computes depend on which elements of one of its inputs: sets of
 * dependence pushed through the graph (Griewank & Walther 2008, ch. 7), as the operation table says
 * for each operation. What goes into the graph may have any values.             */
#ifndef GRADTAPE_TAPE_SPARSITY_H
#define GRADTAPE_TAPE_SPARSITY_H

#include "core/pattern.h"
#include "tape/graph.h"

/* A column for each element of output `output`, a row for each of the input, which need not be in
 * the graph. Rows are in no order. A graph whose seed is the input computes the product of a matrix
 * with it: this is the transpose of that matrix. Returns 0, or 1 with a message.  */
int gt_graph_sparsity(const gt_graph *g, int output, gt_input input, int64_t input_size,
                      gt_pattern *pattern, gt_error *err);

/* ---- patterns ---- */

/* Rows are in ascending order. */
gt_pattern gt_pattern_transposed(const gt_pattern *p, gt_arena arena);
/* The entries of either of two of one shape, whose rows are in ascending order. */
gt_pattern gt_pattern_union(const gt_pattern *p, const gt_pattern *q, gt_arena arena);
/* The lower triangle of a pattern and its transpose together. */
gt_pattern gt_pattern_symmetric(const gt_pattern *p, gt_arena arena);

#endif
