/* From graph to plan, in seven steps. */
#include "tape/plan/planner.h"

#include <string.h>

gt_plan *gt_plan_make(const gt_graph *g, bool is_straight)
{
    gt_planner p = {.g = g, .plan = gt_alloc(g->arena, sizeof(gt_plan))};
    *p.plan = (gt_plan){.size.n_numbers = g->n_numbers, .numbers = g->numbers, .pool = g->pool};
    p.at = gt_plan_alloc(&p, g->n, sizeof *p.at);
    memset(p.at, 0, ((size_t)g->n + 1) * sizeof *p.at);
    gt_plan_kinds(&p);
    gt_plan_stages(&p);
    gt_plan_memory(&p);
    gt_plan_code(&p);
    gt_release(g->arena, p.at);
    gt_release(g->arena, p.order);
    if (!is_straight) gt_plan_loops(&p);
    /* Scalar code has ints for addresses. */
    if (p.plan->size.n_scalar + p.plan->size.n_loops)
        gt_countable(g->arena, p.plan->size.arena_size);
    gt_plan_running(&p);
    gt_plan_registers(&p);
    return p.plan;
}

gt_plan *gt_plan_copy(const gt_plan *plan, gt_arena arena)
{
    const gt_plan_sizes *s = &plan->size;
    gt_plan *to = gt_alloc(arena, sizeof *to);
    *to = *plan;
#define COPY(field, count) \
    do { \
        size_t bytes = (size_t)(count) * sizeof *plan->field; \
        to->field = gt_alloc(arena, bytes + 1); \
        if (bytes) memcpy(to->field, plan->field, bytes); \
    } while (0)
    COPY(step, s->n_steps);
    COPY(scalar, s->n_scalar);
    COPY(loop, s->n_loops);
    COPY(loop_item, s->n_loop_items);
    COPY(loop_code, s->n_loop_code);
    COPY(advance, s->n_advances);
    COPY(move, s->n_moves);
    COPY(running, s->n_running);
    COPY(block, s->n_block);
    COPY(group, s->n_groups);
    COPY(call, s->n_calls);
    COPY(join, s->n_joins);
    COPY(view, s->n_views);
    COPY(type, s->n_views);
    COPY(params, s->n_params);
    COPY(span, s->n_spans + s->n_outputs + s->n_guards);
    COPY(numbers, s->n_numbers);
    COPY(preset, s->n_presets);
#undef COPY
    to->inputs = gt_alloc_array(arena, (size_t)s->largest_call, sizeof *to->inputs);
    return to;
}
