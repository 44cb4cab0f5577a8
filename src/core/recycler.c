#include "core/recycler.h"

#include <string.h>

#define LARGE ((size_t)1 << 18) /* bytes; smaller blocks are not looked after */

gt_recycler gt_recycler_on(gt_arena source)
{
    gt_recycler r = {source, 0, 0, NULL};
    return r;
}

/* The smallest free block that is large enough, or NULL. */
static gt_recycled *fitting(const gt_recycler *r, size_t bytes)
{
    gt_recycled *best = NULL;
    for (gt_recycled *b = r->block; b < r->block + r->n; b++)
        if (b->is_free && b->bytes >= bytes && (!best || b->bytes < best->bytes)) best = b;
    return best;
}

static gt_recycled *new_block(gt_recycler *r, size_t bytes)
{
    if (r->n == r->capacity) {
        r->capacity = r->capacity ? 2 * r->capacity : 64;
        gt_recycled *larger = gt_alloc_array(r->source, (size_t)r->capacity, sizeof *larger);
        if (r->n) memcpy(larger, r->block, (size_t)r->n * sizeof *larger);
        r->block = larger;
    }
    gt_recycled *b = &r->block[r->n++];
    b->memory = gt_alloc(r->source, bytes);
    b->bytes = bytes;
    return b;
}

static void *give(void *host, size_t bytes)
{
    gt_recycler *r = host;
    if (bytes < LARGE) return gt_alloc(r->source, bytes);
    gt_recycled *b = fitting(r, bytes);
    if (!b) b = new_block(r, bytes);
    b->is_free = false;
    return b->memory;
}

static void take_back(void *host, int n, const void *const *kept)
{
    gt_recycler *r = host;
    for (gt_recycled *b = r->block; b < r->block + r->n; b++) {
        b->is_free = true;
        for (int k = 0; k < n; k++)
            if (kept[k] == b->memory) b->is_free = false;
    }
}

gt_arena gt_recycling_arena(gt_recycler *r)
{
    gt_arena arena = {give, r, take_back};
    return arena;
}
