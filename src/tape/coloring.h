/* Colours for the columns of sparse matrices. Columns of one colour are computed together, as the
 * product with the sum of their unit vectors, in which each entry that is wanted stands alone.
 *
 * Gebremedhin, Manne and Pothen (2005), "What color is your Jacobian? Graph coloring for computing
 * derivatives", SIAM Review 47; Gebremedhin, Tarafdar, Manne and Pothen (2007), "New acyclic and star
 * coloring algorithms with application to computing Hessians", SIAM J. Sci. Comput. 29. */
#ifndef GRADTAPE_TAPE_COLORING_H
#define GRADTAPE_TAPE_COLORING_H

#include "core/arena.h"
#include "core/pattern.h"

#include <stdbool.h>

typedef struct {
    int n_colors;
    int *color; /* of each column, from 0, or GT_NO_COLOR: nothing in it is wanted */
} gt_coloring;
#define GT_NO_COLOR (-1)

/* Of the columns and rows that are wanted (NULL: all): no two columns of one colour have entries in
 * one row. by_rows: the transposed pattern, in ascending order.                   */
gt_coloring gt_color_columns(const gt_pattern *p, const gt_pattern *by_rows,
                             const bool *column_wanted, const bool *row_wanted, gt_arena arena);
/* Of a symmetric matrix, given by its lower triangle: neighbours have different colours, and any two
 * colours make stars. So of each entry (i, j) either row i has no other entry in a column of
 * j's colour, or row j none in one of i's.                                        */
gt_coloring gt_color_stars(const gt_pattern *lower, gt_arena arena);

#endif
