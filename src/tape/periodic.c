#include "tape/periodic.h"

int *gt_next_windows(int n, const uint64_t *key, gt_arena arena)
{
    unsigned size = 64;
    while (size < 2 * (unsigned)n) size *= 2;
    int *next = gt_alloc_array(arena, (size_t)n, sizeof *next);
    int *last = gt_alloc_array(arena, size, sizeof *last); /* open addressing */
    uint64_t *window = gt_alloc_array(arena, size, sizeof *window);
    for (unsigned k = 0; k < size; k++) last[k] = GT_NO_WINDOW;
    for (int i = n - 1; i >= 0; i--) {
        uint64_t h = 0;
        next[i] = GT_NO_WINDOW;
        if (i + GT_WINDOW > n) continue;
        for (int k = 0; k < GT_WINDOW; k++) h = gt_mix_key(h, key[i + k]);
        unsigned at = (unsigned)(h >> 32) & (size - 1);
        while (last[at] != GT_NO_WINDOW && window[at] != h) at = (at + 1) & (size - 1);
        next[i] = last[at];
        last[at] = i;
        window[at] = h;
    }
    return next;
}
