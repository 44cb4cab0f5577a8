/* Sets of indices 0 ... n - 1, made from each other by union. Small ones are lists of their
 * members; a large one only names the two that it is made of, so that sums which grow term by
 * term do not take the square of their length.                                   */
#ifndef GRADTAPE_TAPE_INDEX_SETS_H
#define GRADTAPE_TAPE_INDEX_SETS_H

#include "core/arena.h"

#include <stdint.h>

typedef int gt_index_set;
#define GT_EMPTY_SET 0
/* The set of one index. */
static inline gt_index_set gt_set_of(int index) { return index + 1; }

typedef struct gt_index_sets gt_index_sets;

gt_index_sets *gt_index_sets_new(int n, gt_arena arena);
gt_index_set gt_union(gt_index_sets *s, gt_index_set a, gt_index_set b);
/* Its members, in no order, and how many; they stay where they are until the next call. */
int gt_members(gt_index_sets *s, gt_index_set a, const int **members);

#endif
