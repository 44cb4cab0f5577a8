/* A plan: a graph made ready to run again and again. It is made of plain arrays, so
 * that the host can keep it where it likes and save it.
 *
 * Every value has a place in some buffer. Elementwise work on arrays is fused: a
 * *group* takes its arrays block by block through all its operations, so that what is
 * in between stays in cache; slices are only addresses, and sums and the assembly of
 * sliced gradients are part of the pass. Numbers are computed by a flat register
 * program. What remains is done by the operations' own kernels.                  */
#ifndef GRADTAPE_TAPE_PLAN_PLAN_H
#define GRADTAPE_TAPE_PLAN_PLAN_H

#include "tape/graph.h"

#define GT_MAX_OUTPUTS 4

/* Where values live. GT_INPUTS + name: in the host's array for an input; GT_OUT + k: straight
 * into the host's array for output k; GT_POOL + k: in vector k of the pool.        */
typedef enum {
    GT_ARENA,
    GT_NUMBER_BUFFER,
    GT_INPUTS,
    GT_OUT = GT_INPUTS + GT_INPUT_COUNT,
    GT_POOL = GT_OUT + GT_MAX_OUTPUTS
} gt_buffer;
static inline bool gt_is_constant_buffer(int buffer)
{
    return buffer == GT_NUMBER_BUFFER || buffer >= GT_POOL;
}

typedef struct {
    int buffer;     /* gt_buffer; in block code also GT_REGISTER */
    int stride;     /* between elements; 0: one number for all */
    int64_t offset; /* of the first element; or the register */
} gt_view;
#define GT_REGISTER (-1)

/* One instruction on numbers: arena[to] = op(arena[a], arena[b], arena[c]). With op
 * GT_OP_leaf, arena[to] is loaded from offset a of buffer b. Two operations of + - * /
 * of which the first feeds only the second make one instruction, GT_PAIR(first,
 * second, first_is_left): second(first(a, b), c) or second(c, first(a, b)). What runs in one go
 * ends with GT_SCALAR_END.                                                         */
typedef struct {
    int op, to, a, b, c;
} gt_scalar_code;
#define GT_SCALAR_END GT_OP_ELEMENTWISE_END

#define GT_PAIR_BASE GT_OP_COUNT
#define GT_PAIR(first, second, first_is_left) \
    (GT_PAIR_BASE + (((int)(first) - (int)GT_OP_add) * 4 + ((int)(second) - (int)GT_OP_add)) * 2 + \
     (first_is_left))
typedef struct {
    gt_op first, second;
    int first_is_left;
} gt_pair_parts;
static inline gt_pair_parts gt_pair_split(int pair)
{
    int k = pair - GT_PAIR_BASE;
    gt_pair_parts parts = {(gt_op)(GT_OP_add + k / 8), (gt_op)(GT_OP_add + k / 2 % 4), k % 2};
    return parts;
}
static inline bool gt_can_pair(gt_op op) { return op >= GT_OP_add && op <= GT_OP_div; }

/* Where operands a, b and c are found. The result of the instruction before (LAST), or of the one before that
 * (EARLIER), is in the arena as well, but the way through memory takes longer than to add or multiply. So while it runs,
 * an op is the plain one + GT_PLAIN_OPS * sources (plan/sources.c).                        */
#define GT_PLAIN_OPS (GT_PAIR_BASE + 4 * 4 * 2)
#define GT_SOURCES_OF_TWO(X, ...) \
    X(LAST, ARENA, ARENA, __VA_ARGS__) \
    X(EARLIER, ARENA, ARENA, __VA_ARGS__) \
    X(ARENA, LAST, ARENA, __VA_ARGS__) \
    X(ARENA, EARLIER, ARENA, __VA_ARGS__) \
    X(LAST, EARLIER, ARENA, __VA_ARGS__) \
    X(EARLIER, LAST, ARENA, __VA_ARGS__)
#define GT_SOURCES(X, ...) \
    X(ARENA, ARENA, ARENA, __VA_ARGS__) \
    GT_SOURCES_OF_TWO(X, __VA_ARGS__) \
    X(ARENA, ARENA, LAST, __VA_ARGS__) \
    X(ARENA, ARENA, EARLIER, __VA_ARGS__) \
    X(LAST, ARENA, EARLIER, __VA_ARGS__) \
    X(EARLIER, ARENA, LAST, __VA_ARGS__) \
    X(ARENA, LAST, EARLIER, __VA_ARGS__) \
    X(ARENA, EARLIER, LAST, __VA_ARGS__)
enum {
#define NAME(a, b, c, _) GT_##a##_##b##_##c,
    GT_SOURCES(NAME, _)
#undef NAME
        GT_SOURCES_COUNT
};
static inline int gt_plain_op(int op) { return op % GT_PLAIN_OPS; }
/* How many addresses it has: `to`, and a, b, c as far as it reads them; a load's a is in its buffer. */
int gt_scalar_addresses(const gt_scalar_code *c);
/* Address k of those. */
int gt_scalar_address(const gt_scalar_code *c, int k);

/* Scalar code of a loop. While it runs, each address is further by what its advance has come to: of
 * to, a, b and c in this order.                                                   */
typedef struct {
    gt_scalar_code code; /* of the first step */
    unsigned char advance[4];
} gt_loop_code;

/* What one step of a loop does, in order: loop code, or a loop within it. */
typedef struct {
    int loop;         /* plan->loop[loop]; GT_NOT_A_LOOP: loop code */
    int first, count; /* plan->loop_code[first] ... */
    int running;      /* the first of its running code, whose order is that of plan/schedule.c */
} gt_loop_item;

/* A periodic run of scalar code. Loops within each other share their advances, of which each says how far
 * its own steps take them.                                                        */
typedef struct {
    int times;
    int first, count; /* plan->loop_item[first] ... */
    int advances;     /* plan->advance[advances] ..., by a step; the first is always 0 */
    int n_advances;   /* at most GT_MOST_ADVANCES */
    /* As it runs: so many steps of loop code side by side are a round, after which all code of the loop, from
     * plan->running[running] on, is moved on by what stands from plan->move[move] on. */
    int copies, running, n_running, move;
} gt_loop;
#define GT_CODE_WORDS ((int)(sizeof(gt_scalar_code) / sizeof(int)))
#define GT_MOST_ADVANCES 48
#define GT_MOST_LEVELS 3 /* of loops within each other */
#define GT_NOT_A_LOOP (-1)

/* One instruction of a group, done for a block at a time. */
typedef enum { GT_BLOCK_APPLY, GT_BLOCK_SUM, GT_BLOCK_SCATTER, GT_BLOCK_COPY } gt_block_kind;
typedef struct {
    int kind, op, n_in;
    gt_view in[3];
    /* SUM: in[1] are GT_SUM_LANES doubles of its own for each part */
    gt_view to; /* SUM: a number in the arena; SCATTER: added to; COPY: set */
    /* SCATTER: how many elements, wherever one begins, go where the elements before write; and
     * where they may wait.                                                        */
    int64_t early, early_at;
} gt_block_code;

typedef struct {
    int64_t n;                /* elements */
    int first, count;         /* block code */
    int first_clear, n_clear; /* what to set to zero before: plan->span[first_clear] ... */
    int n_registers;
    bool is_shared;  /* threads may take stretches of it */
    int64_t n_early; /* of all its code */
} gt_group;

typedef struct {
    gt_view view;
    int64_t size;
} gt_span;

/* A call of an operation's own kernel. */
typedef struct {
    int op, n_in, first_in, params, n_params; /* inputs: views and types from first_in */
    gt_view to;
    gt_type type;
    int64_t work; /* workspace: offset in the arena */
} gt_op_call;

/* Elements put side by side: plan->span[first] ... */
typedef struct {
    int first, count;
    gt_view to;
} gt_join;

/* A constant that scalar code finds in the arena. */
typedef struct {
    int slot;
    double value;
} gt_preset;

typedef enum {
    GT_STEP_SCALARS,
    GT_STEP_GROUP,
    GT_STEP_CALL,
    GT_STEP_JOIN,
    GT_STEP_LOOP
} gt_step_kind;
typedef struct {
    int kind, first, count; /* scalar code, a group, a call, a join, a loop */
} gt_step;

typedef struct {
    int n_steps, n_steps_x; /* the first n_steps_x do not depend on the seed */
    int n_scalar, n_block, n_groups, n_calls, n_joins, n_views, n_params, n_spans, n_outputs,
        n_guards;
    int n_numbers, n_presets, n_loops, n_loop_items, n_loop_code, n_advances, n_running, n_moves;
    int64_t arena_size, register_offset;
    /* For each of n_workers threads from register_offset on: registers, at the end early elements. */
    int n_workers;
    int64_t worker_size;
    int block_size, largest_call;
} gt_plan_sizes;

typedef struct {
    gt_plan_sizes size;
    gt_step *step;
    gt_scalar_code *scalar;
    gt_loop *loop;
    gt_loop_item *loop_item;
    gt_loop_code *loop_code;
    int *advance;
    gt_scalar_code *running; /* loop code where a run has come to; where it begins, between runs */
    int *move;
    gt_block_code *block;
    gt_group *group;
    gt_op_call *call;
    gt_join *join;
    gt_view *view; /* inputs of calls, and their types */
    gt_type *type;
    int *params;
    gt_span *span;       /* cleared by groups, or joined; then outputs; then guards */
    double *numbers;     /* constants of one element */
    const gt_pool *pool; /* of the others */
    gt_preset *preset;
    gt_array *inputs; /* room for those of the largest call */
} gt_plan;

/* How far a step of a loop takes what has advance k. */
static inline int gt_advance_of(const gt_plan *plan, const gt_loop *loop, int k)
{
    return plan->advance[loop->advances + k];
}

/* is_straight: loops stay the straight code that they were recorded as. */
gt_plan *gt_plan_make(const gt_graph *g, bool is_straight);
gt_plan *gt_plan_copy(const gt_plan *plan, gt_arena arena);

/* ---- running (tape/run.c) ---- */

/* Puts the presets into an arena; no run changes them. */
void gt_plan_enter(const gt_plan *plan, double *arena);
/* base[b]: where buffer b is. Runs steps first ... last - 1. Returns 0, or 1 with a message when
 * a kernel fails.                                                                */
int gt_plan_run(const gt_plan *plan, double *const *base, int first, int last, gt_error *err);
/* Runs a call of a kernel. Returns 0, or 1 with a message when it fails. */
int gt_plan_call(const gt_plan *plan, int k, double *const *base, gt_error *err);
/* What code that was compiled from a plan is given, to run call k of it; and what runs a phase of it:
 * what does not depend on the seed, or what does.                                */
typedef int (*gt_host_call)(void *host, int k, double *const *base);
typedef int (*gt_compiled)(double *const *base, gt_host_call call, void *host);
/* Copies output k to `to`, unless the run put it there. */
void gt_plan_output(const gt_plan *plan, double *const *base, int k, double *to);
int64_t gt_plan_output_size(const gt_plan *plan, int k);
/* The values of guard k after a run. */
const double *gt_plan_guard(const gt_plan *plan, double *const *base, int k);
int64_t gt_plan_guard_size(const gt_plan *plan, int k);
/* Are they equal, NaN to NaN too? */
bool gt_same_values(int64_t n, const double *x, const double *y);

#endif
