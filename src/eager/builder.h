/* The eager builder: it runs what the derivative rules emit. */
#ifndef GRADTAPE_EAGER_BUILDER_H
#define GRADTAPE_EAGER_BUILDER_H

#include "eager/node.h"
#include "ops/rules.h"

typedef struct {
    gt_array array; /* without data when is_uniform */
    SEXP node;      /* NULL unless the builder records or it is a graph's node */
    bool is_set, stale, constant;
    bool is_own;     /* the builder allocated its vector */
    bool is_uniform; /* every element is `number` (or its first half, a float) */
    double number;
} eager_entry;

static inline bool eager_is_wide_uniform(const eager_entry *e)
{
    return e->is_uniform && e->array.type.size != 1;
}

/* Small graphs need no vector that R would take from malloc(). */
#define EAGER_SMALL 15

/* Slots 0 ... n_slots - 1 hold gradients that stay; values after them are dropped by
 * eager_release(). Large vectors that were dropped are used again.              */
typedef struct {
    gt_builder base;
    bool record; /* results are nodes with inputs ... */
    int flags;   /* ... that may carry these flags */
    int n_slots, n, capacity;
    eager_entry *entry, small[EAGER_SMALL];
    SEXP keep; /* what the entries point to, and then the spare vectors */
    PROTECT_INDEX keep_index;
} eager_builder;

void eager_init(eager_builder *b, int n_slots, bool create_graph); /* PROTECTs once */
gt_ref eager_add(eager_builder *b, SEXP value, gt_dtype dtype, bool stale);
/* Elements in a vector that nobody else holds. */
gt_ref eager_add_own(eager_builder *b, const gt_type *type, SEXP data);
void eager_move_to_slot(eager_builder *b, int slot, gt_ref from);
void eager_fill_with_zeros(eager_builder *b, int slot, const gt_type *type);
/* A new value of zeros, which may be changed in place. */
gt_ref eager_zeros(eager_builder *b, const gt_type *type);
void eager_drop(eager_builder *b, gt_ref ref);
/* The same, but its elements have gone elsewhere. */
void eager_forget(eager_builder *b, gt_ref ref);
void eager_release(eager_builder *b);
/* Its elements; valid until the next operation. */
gt_array eager_array(eager_builder *b, gt_ref ref);
/* Its elements as an R vector. */
SEXP eager_data(eager_builder *b, gt_ref ref);
/* May its elements be changed in place? */
bool eager_is_own(eager_builder *b, gt_ref ref);

#endif
