/* Planning, 6: code of loops as it runs: in another order, with as many steps side by side as make a round, and by
 * what a round moves its addresses.                                                */
#include "tape/plan/planner.h"

#include <string.h>

#define ROUND 512 /* instructions, of as many steps as that takes */

typedef struct {
    gt_planner *p;
    gt_loops_around in;
    int *from; /* of each instruction: which loop code it is, or NONE */
} runner;

static int copies_of(const gt_loop *l, const gt_loop_item *item)
{
    if (l->count > 1 || item->loop != GT_NOT_A_LOOP) return 1;
    const int copies = (ROUND + item->count - 1) / item->count;
    return copies < l->times ? copies : l->times;
}

/* Instructions of a loop, and of the moves of all loops in it. */
static int size_of_loop(const gt_plan *plan, const gt_loop *l, int64_t *moved)
{
    int n = 0;
    for (int k = 0; k < l->count; k++) {
        const gt_loop_item *item = &plan->loop_item[l->first + k];
        n += item->loop != GT_NOT_A_LOOP ? size_of_loop(plan, &plan->loop[item->loop], moved)
                                         : item->count * copies_of(l, item) + 1;
    }
    *moved += n;
    return n;
}

static void emit(runner *r, gt_scalar_code code, int from)
{
    r->from[r->p->plan->size.n_running] = from;
    r->p->plan->running[r->p->plan->size.n_running++] = code;
}

static void emit_item(runner *r, const gt_loop *l, const gt_loop_item *item)
{
    const gt_plan *plan = r->p->plan;
    const int n = item->count * l->copies;
    int *order = gt_plan_alloc(r->p, item->count, sizeof *order);
    unsigned char(*advance)[4] = gt_plan_alloc(r->p, n, sizeof *advance);
    gt_plan_schedule(r->p, &r->in, item, order);
    for (int k = 0; k < n; k++) {
        const gt_loop_code *c = &plan->loop_code[order[k % item->count]];
        gt_scalar_code code = c->code;
        for (int w = 0; w < gt_scalar_addresses(&code); w++)
            gt_set_scalar_address(&code, w,
                                  gt_scalar_address(&code, w) +
                                      k / item->count * gt_advance_of(plan, l, c->advance[w]));
        memcpy(advance[k], c->advance, sizeof advance[k]);
        emit(r, code, order[k % item->count]);
    }
    gt_plan_sources(plan->running + item->running, n, (gt_advances)advance);
    emit(r, (gt_scalar_code){GT_SCALAR_END, 0, 0, 0, 0}, NONE);
}

static void set_moves(const runner *r, gt_loop *l)
{
    gt_plan *plan = r->p->plan;
    l->move = plan->size.n_moves;
    for (int i = l->running; i < l->running + l->n_running; i++) {
        int *move = plan->move + plan->size.n_moves;
        memset(move, 0, GT_CODE_WORDS * sizeof *move);
        plan->size.n_moves += GT_CODE_WORDS;
        if (r->from[i] == NONE) continue;
        const gt_loop_code *c = &plan->loop_code[r->from[i]];
        for (int w = 0; w < gt_scalar_addresses(&c->code); w++)
            move[1 + w] = l->copies * gt_advance_of(plan, l, c->advance[w]);
    }
}

static void emit_loop(runner *r, gt_loop *l)
{
    gt_plan *plan = r->p->plan;
    r->in.loop[r->in.depth++] = l;
    l->copies = copies_of(l, plan->loop_item + l->first);
    l->running = plan->size.n_running;
    for (int k = 0; k < l->count; k++) {
        gt_loop_item *item = &plan->loop_item[l->first + k];
        item->running = plan->size.n_running;
        if (item->loop != GT_NOT_A_LOOP) emit_loop(r, &plan->loop[item->loop]);
        else emit_item(r, l, item);
    }
    l->n_running = plan->size.n_running - l->running;
    set_moves(r, l);
    r->in.depth--;
}

void gt_plan_running(gt_planner *p)
{
    gt_plan *plan = p->plan;
    int64_t moved = 0;
    int n = 0;
    for (int k = 0; k < plan->size.n_steps; k++)
        if (plan->step[k].kind == GT_STEP_LOOP)
            n += size_of_loop(plan, &plan->loop[plan->step[k].first], &moved);
    plan->running = gt_plan_alloc(p, n, sizeof *plan->running);
    plan->move = gt_plan_alloc(p, moved * GT_CODE_WORDS, sizeof *plan->move);
    runner r = {.p = p, .from = gt_plan_alloc(p, n, sizeof *r.from)};
    for (int k = 0; k < plan->size.n_steps; k++) {
        const gt_step *step = &plan->step[k];
        if (step->kind == GT_STEP_LOOP) emit_loop(&r, &plan->loop[step->first]);
        else if (step->kind == GT_STEP_SCALARS)
            gt_plan_sources(plan->scalar + step->first, step->count, NULL);
    }
}
