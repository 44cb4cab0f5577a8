/* A recorded function as a graph: instructions in an order in which every input
 * comes before its use (a Wengert list). Derivatives and passes make graphs from
 * graphs; tape/plan/plan.h turns one into something to run.
 *
 * Constants are doubles, also those whose dtype is float. Memory comes from the host through an arena and
 * is never freed piecemeal.                                                     */
#ifndef GRADTAPE_TAPE_GRAPH_H
#define GRADTAPE_TAPE_GRAPH_H

#include "core/arena.h"
#include "ops/rules.h"
#include "tape/pool.h"

typedef enum { GT_COMPUTED, GT_CONSTANT, GT_INPUT } gt_source;

/* What goes into a graph. */
typedef enum {
    GT_PARAMETERS,  /* what the function is a function of */
    GT_SEED,        /* what a derivative is multiplied by */
    GT_MULTIPLIERS, /* the weights of several outputs */
    GT_DATA,        /* what it is not differentiated by, but may change */
    GT_INPUT_COUNT
} gt_input;

/* Long recordings have tens of millions of these, so they are kept small. */
typedef struct {
    const gt_type *type;    /* of the pool */
    uint16_t op;            /* a gt_op; GT_OP_leaf unless computed */
    uint8_t source;         /* a gt_source */
    bool is_differentiable; /* a gradient may flow through */
    int n_in, n_params;     /* 0 unless computed */
    union {
        struct {
            int in, params; /* graph->args[in], ...; graph->params[params], ... */
        } computed;
        struct {
            int vector, at; /* of the pool, or GT_NUMBERS; offset in that */
        } constant;
        gt_input input;
    } of;
} gt_instr;
#define GT_NUMBERS (-1)

typedef struct {
    gt_arena arena;
    int n, capacity;
    gt_instr *instr;
    int n_args, args_capacity, *args;
    int n_params, params_capacity, *params;
    int n_numbers, numbers_capacity;
    double *numbers;         /* constants of one element */
    gt_pool *pool;           /* larger ones, and all types: shared with other graphs */
    int n_outputs, *outputs; /* what the graph computes */
    int n_guards, *guards;   /* values that decided what was recorded */
} gt_graph;

gt_graph *gt_graph_new(gt_arena arena, gt_pool *pool);
/* The same with room for what another graph holds. */
gt_graph *gt_graph_new_like(const gt_graph *g);
/* Makes room for so many more instructions and inputs of them: what grows step by step takes twice
 * the memory.                                                                     */
void gt_graph_reserve(gt_graph *g, int64_t n, int64_t n_args);
/* The graph itself, when nothing else that its arena gave is needed any more: a pass is done. */
gt_graph *gt_graph_settled(gt_graph *g);
int gt_graph_input(gt_graph *g, gt_input which, const gt_type *type);
int gt_graph_number(gt_graph *g, const gt_type *type, double value);
/* type->size elements of a vector of the pool, from offset `at`. */
int gt_graph_constant(gt_graph *g, const gt_type *type, int vector, int at);
/* Appends an operation whose output type is known. */
int gt_graph_append(gt_graph *g, gt_op op, const gt_type *type, int n, const int *in,
                    const gt_params *p);
void gt_graph_set_outputs(gt_graph *g, int n, const int *outputs);
void gt_graph_set_guards(gt_graph *g, int n, const int *guards);

static inline const int *gt_inputs(const gt_graph *g, const gt_instr *i)
{
    return i->n_in ? g->args + i->of.computed.in : g->args;
}
static inline gt_params gt_instr_params(const gt_graph *g, const gt_instr *i)
{
    gt_params p = {i->n_params, i->n_params ? g->params + i->of.computed.params : g->params};
    return p;
}
/* Does it compute in float? Then its operations are carried out one by one, as they were recorded, so that the digits
 * are those of eager runs.                                                       */
bool gt_graph_is_single(const gt_graph *g);
/* Inputs of the instruction that has most, at least 1. */
int gt_graph_largest_arity(const gt_graph *g);
/* The instruction that is this input; GT_NO_REF: it is not in the graph. */
int gt_graph_find_input(const gt_graph *g, gt_input which);
static inline bool gt_is_input(const gt_instr *i, gt_input which)
{
    return i->source == GT_INPUT && i->of.input == which;
}
/* A constant that stands in the graph itself: one element. */
static inline bool gt_is_number(const gt_instr *i)
{
    return i->source == GT_CONSTANT && i->of.constant.vector == GT_NUMBERS;
}
/* The elements of a constant. */
static inline const double *gt_constant(const gt_graph *g, const gt_instr *i)
{
    const int vector = i->of.constant.vector;
    return (vector == GT_NUMBERS ? g->numbers : g->pool->vector[vector].data) + i->of.constant.at;
}
/* A constant of one element. */
bool gt_is_scalar_constant(const gt_graph *g, int i, double *value);

/* The builder through which derivative rules append to a graph. */
typedef struct {
    gt_builder base;
    gt_graph *graph;
    bool failed;
    gt_error error;
} gt_graph_builder;

void gt_graph_builder_init(gt_graph_builder *b, gt_graph *g);

/* ---- derivatives (tape/derive.c): each returns a longer graph ------------------- */

/* For every input in `wrt` the gradient of output `y` times a seed: the instruction
 * `seed`, or 1 when it is GT_NO_REF. Sets grads[k], a zero constant where y does not depend
 * on the input. `careful` is explained at gt_op_vjp(). Returns 0, or 1 with a message. */
int gt_graph_gradient(gt_graph *g, int y, int seed, int n, const int *wrt, bool careful, int *grads,
                      gt_error *err);

#endif
