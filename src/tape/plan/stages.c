/* Planning, 2: when each instruction is carried out: phase, stage, and the order of steps.
 * Within a stage the kinds of step run in the order of their enum.                */
#include "tape/plan/planner.h"

#include <stdlib.h>

static void choose_stages(gt_planner *p)
{
    for (int i = 0; i < p->g->n; i++) {
        gt_place *at = &p->at[i];
        const gt_instr *s = instr(p, i);
        if (s->source == GT_INPUT) at->phase = s->of.input == GT_SEED ? PHASE_SEED : PHASE_FIRST;
        for (int k = 0; k < s->n_in; k++)
            if (p->at[inputs(p, i)[k]].phase > at->phase) at->phase = p->at[inputs(p, i)[k]].phase;
        if (at->kind == ALIAS || at->kind == LEAF) continue;
        for (int k = 0; k < s->n_in; k++) {
            const gt_place *r = &p->at[p->at[inputs(p, i)[k]].root];
            if (r->kind == LEAF || r->phase < at->phase) continue;
            gt_step_kind from = step_kind(r->kind), to = step_kind(at->kind);
            bool at_once =
                from < to ||
                (from == to && (to != GT_STEP_GROUP || same_group(p, inputs(p, i)[k], i)));
            int stage = r->stage + !at_once;
            if (stage > at->stage) at->stage = stage;
        }
    }
}

typedef struct {
    gt_phase phase;
    int stage;
    gt_step_kind kind;
    int64_t width;
    int i;
} sort_key;

static int by_key(const void *x, const void *y)
{
    const sort_key *a = x, *b = y;
    if (a->phase != b->phase) return a->phase < b->phase ? -1 : 1;
    if (a->stage != b->stage) return a->stage < b->stage ? -1 : 1;
    if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
    if (a->width != b->width) return a->width < b->width ? -1 : 1;
    return (a->i > b->i) - (a->i < b->i);
}

/* Orders the work and cuts it into steps: runs of scalar code, groups, calls. */
static void choose_order(gt_planner *p)
{
    sort_key *key = gt_plan_alloc(p, p->g->n, sizeof *key);
    gt_plan *plan = p->plan;
    int n = 0;
    for (int i = 0; i < p->g->n; i++) {
        const gt_place *at = &p->at[i];
        if (at->kind == LEAF || at->kind == ALIAS) continue;
        key[n++] = (sort_key){at->phase, at->stage, step_kind(at->kind), at->width, i};
    }
    if (n) qsort(key, (size_t)n, sizeof *key, by_key);
    p->order = gt_plan_alloc(p, n, sizeof *p->order);
    p->n_order = n;
    plan->step = gt_plan_alloc(p, n, sizeof *plan->step);
    int steps = 0;
    for (int k = 0; k < n; k++) {
        sort_key here = key[k], before = key[k ? k - 1 : 0];
        here.i = before.i = 0;
        bool first = k == 0 || here.kind == GT_STEP_CALL || by_key(&here, &before);
        if (first) {
            plan->step[steps++] = (gt_step){key[k].kind, k, 0};
            if (key[k].phase == PHASE_FIRST) plan->size.n_steps_x = steps;
        }
        plan->step[steps - 1].count++;
        p->order[k] = key[k].i;
        p->at[key[k].i].step = steps - 1;
    }
    plan->size.n_steps = steps;
}

void gt_plan_stages(gt_planner *p)
{
    choose_stages(p);
    choose_order(p);
}
