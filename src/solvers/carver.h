/* Memory of a run that is divided, or only counted, by the same code: so that what a method asks for is what it
 * takes. Everything is a whole number of doubles.                                  */
#ifndef GRADTAPE_SOLVERS_CARVER_H
#define GRADTAPE_SOLVERS_CARVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    double *base; /* NULL: only count */
    int64_t used;
} gt_carver;

/* Doubles that so many bytes take. */
static inline int64_t gt_in_numbers(size_t bytes)
{
    return (int64_t)((bytes + sizeof(double) - 1) / sizeof(double));
}

static inline double *gt_carve(gt_carver *c, int64_t count)
{
    double *at = c->base ? c->base + c->used : NULL;
    c->used += count;
    return at;
}
static inline int64_t *gt_carve_whole(gt_carver *c, int64_t count)
{
    return (int64_t *)gt_carve(c, count);
}
static inline int *gt_carve_ints(gt_carver *c, int64_t count)
{
    return (int *)gt_carve(c, gt_in_numbers((size_t)count * sizeof(int)));
}
static inline bool *gt_carve_flags(gt_carver *c, int64_t count)
{
    return (bool *)gt_carve(c, gt_in_numbers((size_t)count * sizeof(bool)));
}

#endif
