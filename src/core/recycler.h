/* An arena that hands out large blocks again, once it is told that they are not needed any more. Graphs
 * of long recordings are rewritten a dozen times, each time into new memory.       */
#ifndef GRADTAPE_CORE_RECYCLER_H
#define GRADTAPE_CORE_RECYCLER_H

#include "core/arena.h"

#include <stdbool.h>

typedef struct {
    void *memory;
    size_t bytes;
    bool is_free;
} gt_recycled;

typedef struct {
    gt_arena source;
    int n, capacity;
    gt_recycled *block;
} gt_recycler;

gt_recycler gt_recycler_on(gt_arena source);
/* Good for as long as the recycler stands where it does; what it gave lasts as the source's memory does. */
gt_arena gt_recycling_arena(gt_recycler *r);

#endif
