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

/* (The host may not return from an allocation: nothing is changed before the last one.) */
static void grow(gt_pool *p)
{
    int capacity = p->capacity ? 2 * p->capacity : 8;
    gt_vector *vector = gt_alloc_array(p->keep, (size_t)capacity, sizeof *vector);
    int *table = gt_alloc_array(p->keep, 4 * (size_t)capacity, sizeof *table);
    if (p->n) memcpy(vector, p->vector, (size_t)p->n * sizeof *vector);
    p->vector = vector;
    p->capacity = capacity;
    p->table_size = 4 * capacity;
    p->table = table;
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

/* ---- types ---- */

static bool is_same(const gt_type *a, const gt_type *b)
{
    return a->dtype == b->dtype && gt_same_shape(a, b);
}

static const gt_type **type_slot(const gt_pool *p, const gt_type *type)
{
    const unsigned mask = (unsigned)p->types_capacity - 1;
    uint64_t h = (uint64_t)type->dtype;
    for (int d = 0; d < type->ndim; d++) h = (h ^ (uint64_t)type->dim[d]) * 0x9E3779B97F4A7C15u;
    unsigned at = (unsigned)(h >> 32) & mask;
    while (p->type[at] && !is_same(p->type[at], type)) at = (at + 1) & mask;
    return &p->type[at];
}

static void grow_types(gt_pool *p)
{
    const int before = p->types_capacity, capacity = before ? 2 * before : 64;
    const gt_type **type = p->type;
    p->type = gt_alloc_array(p->keep, (size_t)capacity, sizeof *p->type);
    p->types_capacity = capacity;
    for (int k = 0; k < capacity; k++) p->type[k] = NULL;
    for (int k = 0; k < before; k++)
        if (type[k]) *type_slot(p, type[k]) = type[k];
}

const gt_type *gt_pool_type(gt_pool *p, const gt_type *type)
{
    if (type == p->last_type || (p->last_type && is_same(p->last_type, type))) return p->last_type;
    if (2 * p->n_types >= p->types_capacity) grow_types(p);
    const gt_type **slot = type_slot(p, type);
    if (!*slot) {
        gt_type *kept = gt_alloc(p->keep, sizeof *kept);
        *kept = *type;
        *slot = kept;
        p->n_types++;
    }
    return p->last_type = *slot;
}
