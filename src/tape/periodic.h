/* Where a sequence repeats itself, as recorded loops do. */
#ifndef GRADTAPE_TAPE_PERIODIC_H
#define GRADTAPE_TAPE_PERIODIC_H

#include "core/arena.h"

#include <stdint.h>

/* Keys that have to recur for a period to be tried: many enough that what recurs by chance is rare. */
#define GT_WINDOW 8
#define GT_NO_WINDOW (-1)

static inline uint64_t gt_mix_key(uint64_t h, uint64_t v)
{
    h = (h ^ v) * 0x9E3779B97F4A7C15u;
    return h ^ (h >> 29);
}

/* For each of n keys where the next GT_WINDOW of them are found again, at first; or GT_NO_WINDOW. */
int *gt_next_windows(int n, const uint32_t *key, gt_arena arena);

#endif
