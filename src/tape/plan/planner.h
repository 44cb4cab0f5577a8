/* What the steps of planning share: each step reads what the ones before it decided. */
#ifndef GRADTAPE_TAPE_PLAN_PLANNER_H
#define GRADTAPE_TAPE_PLAN_PLANNER_H

#include "tape/plan/plan.h"

/* How an instruction is carried out. */
typedef enum {
    LEAF,   /* not at all: a constant or an input */
    ALIAS,  /* not at all: an address into another value */
    SCALAR, /* elementwise on numbers */
    ELEMENT,
    TOTAL,
    ASSEMBLE, /* in a group: elementwise, a sum, sliced sums */
    CALL      /* the operation's own kernel */
} gt_kind;

/* What depends on the seed runs after all else, and may run again without it. */
typedef enum { PHASE_FIRST, PHASE_SEED } gt_phase;

#define NONE (-1) /* no instruction, no slot */

/* What is known of an instruction, by the step of planning that finds it out. There may be tens of millions: so small
 * members stand together.                                                         */
typedef struct {
    /* 1. how (plan/kinds.c) */
    uint8_t kind;    /* a gt_kind */
    bool contiguous; /* somebody needs its elements side by side */
    bool aligned;    /* an alias with the elements of its root, in order */
    /* 2. when (plan/stages.c) */
    uint8_t phase; /* a gt_phase */
    /* 3. where (plan/memory.c) */
    bool stored; /* has memory, not just a register */
    /* 4. the code (plan/code.c) */
    bool absorbed; /* computed by its partner's code */
    int root;      /* 1. whose memory it is; itself unless an alias */
    int width;     /* elements of its group; 0 outside groups */
    int stage;     /* 2. within the phase; stages run in order */
    int step;      /* of the plan, that computes it */
    gt_view view;  /* 3. from step 1 relative to the root, from step 3 on its address */
    int last_step; /* that uses the root */
    int uses;      /* by instructions, outputs and guards */
    int loaded;    /* 4. arena slot of a number copied from elsewhere, or NONE */
    int partner;   /* a number computed in the same scalar code, or NONE */
} gt_place;

typedef struct {
    const gt_graph *g;
    gt_plan *plan;
    gt_place *at;        /* of each instruction */
    int *order, n_order; /* what has to be carried out, in order: from step 2 on */
} gt_planner;

void gt_plan_kinds(gt_planner *p);
void gt_plan_stages(gt_planner *p);
void gt_plan_memory(gt_planner *p);
void gt_plan_code(gt_planner *p);
void gt_plan_loops(gt_planner *p);
void gt_plan_running(gt_planner *p);
void gt_plan_registers(gt_planner *p);

static inline void *gt_plan_alloc(const gt_planner *p, int64_t n, size_t size)
{
    return gt_alloc(p->g->arena, (size_t)(n + 1) * size);
}
static inline const gt_instr *instr(const gt_planner *p, int i) { return &p->g->instr[i]; }
static inline const int *inputs(const gt_planner *p, int i) { return gt_inputs(p->g, instr(p, i)); }
static inline int64_t size_of(const gt_planner *p, int i) { return instr(p, i)->type->size; }
/* Outputs and guards together: what must be there at the end. */
static inline int n_ends(const gt_planner *p) { return p->g->n_outputs + p->g->n_guards; }
static inline int end_of(const gt_planner *p, int k)
{
    return k < p->g->n_outputs ? p->g->outputs[k] : p->g->guards[k - p->g->n_outputs];
}

/* Loops that are gone through, the outermost first. */
typedef struct {
    int depth;
    const gt_loop *loop[GT_MOST_LEVELS];
} gt_loops_around;

void gt_set_scalar_address(gt_scalar_code *c, int k, int at);
/* Does it read the arena at address k, or write it? */
static inline bool gt_is_in_arena(const gt_scalar_code *c, int k)
{
    return k == 0 || c->op != GT_OP_leaf;
}

static inline void gt_end_scalars(gt_plan *plan)
{
    plan->scalar[plan->size.n_scalar++] = (gt_scalar_code){GT_SCALAR_END, 0, 0, 0, 0};
}

/* A good order of a step's code (plan/schedule.c). */
void gt_plan_schedule(const gt_planner *p, const gt_loops_around *in, const gt_loop_item *item,
                      int *order);
/* Lets n instructions in a row take operands from what ran before. advance: of the addresses of each, or NULL: none
 * (plan/sources.c). */
typedef const unsigned char (*gt_advances)[4];
void gt_plan_sources(gt_scalar_code *code, int n, gt_advances advance);

/* The kind of step that carries out a kind of instruction. */
static inline gt_step_kind step_kind(gt_kind kind)
{
    return kind == SCALAR ? GT_STEP_SCALARS : (kind == CALL ? GT_STEP_CALL : GT_STEP_GROUP);
}
/* May v be in the group of its input u? */
static inline bool same_group(const gt_planner *p, int u, int v)
{
    const gt_place *r = &p->at[p->at[u].root], *to = &p->at[v];
    return r->kind == ELEMENT && step_kind(to->kind) == GT_STEP_GROUP && p->at[u].aligned &&
           r->width == to->width;
}
/* True when the elements of a slice are evenly spaced in memory (plan/kinds.c). */
bool gt_linear_slice(const gt_params *p, const gt_type *whole, int64_t *offset, int64_t *stride);

#endif
