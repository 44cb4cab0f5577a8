/* The arrays that recordings take as they are, and the types of all values, each held once: recordings, passes
 * and programs refer to arrays by their position here, to types by their address. The host owns the elements,
 * which nobody changes.                                                           */
#ifndef GRADTAPE_TAPE_POOL_H
#define GRADTAPE_TAPE_POOL_H

#include "core/arena.h"
#include "core/array.h"

typedef struct {
    int64_t size;
    const double *data;
} gt_vector;

typedef struct {
    int n, capacity;
    gt_vector *vector;
    int table_size, *table; /* open addressing from contents to position */
    int n_types, types_capacity;
    const gt_type **type;                     /* open addressing, by contents */
    const gt_type *last_type;                 /* asked for: mostly the next one, too */
    gt_arena keep;                            /* for all these */
    double *(*add)(void *host, int64_t size); /* the host's memory for one vector more */
    void *host;
} gt_pool;

#define GT_NOT_IN_POOL (-1)

/* The position of a vector with these elements, or GT_NOT_IN_POOL. */
int gt_pool_find(const gt_pool *pool, int64_t size, const double *data);
/* Adds elements that the host keeps; returns their position. */
int gt_pool_add(gt_pool *pool, int64_t size, const double *data);
/* The position of these elements, of which the host is asked to keep a copy if they are new. */
int gt_pool_copy(gt_pool *pool, int64_t size, const double *data);

/* The type that is equal to this one, for as long as the pool lives: equal types have one address. */
const gt_type *gt_pool_type(gt_pool *pool, const gt_type *type);

#endif
