#include "tape/periodic.h"

#include <string.h>

int *gt_next_windows(int n, const uint32_t *key, gt_arena arena)
{
    size_t size = 64;
    while (size < 2 * (size_t)n) size *= 2;
    int *next = gt_alloc_array(arena, (size_t)n, sizeof *next);
    int *last = gt_alloc_array(arena, size, sizeof *last); /* open addressing */
    for (size_t k = 0; k < size; k++) last[k] = GT_NO_WINDOW;
    for (int i = n - 1; i >= 0; i--) {
        uint64_t h = 0;
        next[i] = GT_NO_WINDOW;
        if (i > n - GT_WINDOW) continue;
        for (int k = 0; k < GT_WINDOW; k++) h = gt_mix_key(h, key[i + k]);
        size_t at = (size_t)(h >> 24) & (size - 1);
        while (last[at] != GT_NO_WINDOW && memcmp(key + last[at], key + i, GT_WINDOW * sizeof *key))
            at = (at + 1) & (size - 1);
        next[i] = last[at];
        last[at] = i;
    }
    gt_release(arena, last);
    return next;
}
