/* Memory that the host provides and owns. */
#ifndef GRADTAPE_CORE_ARENA_H
#define GRADTAPE_CORE_ARENA_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct {
    void *(*alloc)(void *host, size_t bytes); /* does not return on failure */
    void *host;
    /* All NULL where the host takes nothing back before the end. */
    void *(*resize)(void *host, void *memory, size_t old_bytes, size_t bytes);
    void (*release)(void *host, void *memory);
    /* Releases all that was given but what begins at one of n addresses. */
    void (*keep_only)(void *host, int n, const void *const *kept);
} gt_arena;

static inline void *gt_alloc(gt_arena arena, size_t bytes)
{
    return arena.alloc(arena.host, bytes);
}

/* Does not return where there is more of something than an int counts: the host is asked for so many bytes then, and
 * says why it has not got them.                                                   */
#define GT_TOO_MANY SIZE_MAX
static inline int gt_countable(gt_arena arena, int64_t n)
{
    if (n > INT_MAX) gt_alloc(arena, GT_TOO_MANY);
    return (int)n;
}

/* Room for n elements, never none, so that the address is one. */
static inline void *gt_alloc_array(gt_arena arena, size_t n, size_t size)
{
    return arena.alloc(arena.host, (n + 1) * size);
}

/* An array of n elements in a place with room for more; that it was in is not its own any more. */
static inline void *gt_enlarge_array(gt_arena arena, void *array, size_t n, size_t room,
                                     size_t size)
{
    if (arena.resize && array) return arena.resize(arena.host, array, n * size, (room + 1) * size);
    void *larger = gt_alloc_array(arena, room, size);
    if (n) memcpy(larger, array, n * size);
    return larger;
}

/* Memory that is not needed any more. */
static inline void gt_release(gt_arena arena, void *memory)
{
    if (arena.release) arena.release(arena.host, memory);
}

static inline void gt_keep_only(gt_arena arena, int n, const void *const *kept)
{
    if (arena.keep_only) arena.keep_only(arena.host, n, kept);
}

#endif
