#include "tape/pool.h"

#include <string.h>

#define EMPTY (-1)

/* Of the size and some elements: most vectors are told apart by few. */
static size_t hash(int64_t size, const double *data)
{
    const int64_t most = 64, step = size > most ? size / most : 1;
    uint64_t h = (uint64_t)size;
    for (int64_t k = 0; k < size; k += step) {
        uint64_t bits;
        memcpy(&bits, &data[k], sizeof bits);
        h = (h ^ bits) * 0x9E3779B97F4A7C15u;
        h ^= h >> 29;
    }
    return (size_t)h;
}

static int slot_of(const gt_pool *p, int64_t size, const double *data)
{
    size_t mask = (size_t)p->table_size - 1, h = hash(size, data) & mask;
    for (; p->table[h] != EMPTY; h = (h + 1) & mask) {
        const gt_vector *v = &p->vector[p->table[h]];
        if (v->size == size &&
            (v->data == data || !memcmp(v->data, data, (size_t)size * sizeof *data)))
            break;
    }
    return (int)h;
}

int gt_pool_find(const gt_pool *p, int64_t size, const double *data)
{
    return p->n ? p->table[slot_of(p, size, data)] : GT_NOT_IN_POOL;
}

static void grow(gt_pool *p)
{
    int capacity = p->capacity ? 2 * p->capacity : 8;
    gt_vector *vector = gt_alloc_array(p->keep, (size_t)capacity, sizeof *vector);
    if (p->n) memcpy(vector, p->vector, (size_t)p->n * sizeof *vector);
    p->vector = vector;
    p->capacity = capacity;
    p->table_size = 4 * capacity;
    p->table = gt_alloc_array(p->keep, (size_t)p->table_size, sizeof *p->table);
    for (int k = 0; k < p->table_size; k++) p->table[k] = EMPTY;
    for (int k = 0; k < p->n; k++) p->table[slot_of(p, vector[k].size, vector[k].data)] = k;
}

int gt_pool_add(gt_pool *p, int64_t size, const double *data)
{
    if (p->n == p->capacity) grow(p);
    p->vector[p->n] = (gt_vector){size, data};
    p->table[slot_of(p, size, data)] = p->n;
    return p->n++;
}

int gt_pool_copy(gt_pool *p, int64_t size, const double *data)
{
    int at = gt_pool_find(p, size, data);
    if (at != GT_NOT_IN_POOL) return at;
    double *to = p->add(p->host, size);
    memcpy(to, data, (size_t)size * sizeof *to);
    return gt_pool_add(p, size, to);
}
