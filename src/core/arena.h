/* Memory that the host provides and owns; nothing below the bridge frees it. */
#ifndef GRADTAPE_CORE_ARENA_H
#define GRADTAPE_CORE_ARENA_H

#include <stddef.h>

typedef struct {
    void *(*alloc)(void *host, size_t bytes); /* does not return on failure */
    void *host;
    /* NULL, or takes back all that was given but what begins at one of n addresses. */
    void (*keep_only)(void *host, int n, const void *const *kept);
} gt_arena;

static inline void *gt_alloc(gt_arena arena, size_t bytes)
{
    return arena.alloc(arena.host, bytes);
}

/* Room for n elements, never none, so that the address is one. */
static inline void *gt_alloc_array(gt_arena arena, size_t n, size_t size)
{
    return arena.alloc(arena.host, (n + 1) * size);
}

static inline void gt_keep_only(gt_arena arena, int n, const void *const *kept)
{
    if (arena.keep_only) arena.keep_only(arena.host, n, kept);
}

#endif
