/* Planning, 2: when each instruction is carried out: phase, stage, and the order of steps.
 * Within a stage the kinds of step run in the order of their enum.                */
#include "tape/plan/planner.h"

#include <string.h>

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

/* Does an instruction run in a step before another's (-1), in the same (0), or after it (1)? */
static int compare(const gt_planner *p, int i, int j)
{
    const gt_place *a = &p->at[i], *b = &p->at[j];
    const gt_step_kind x = step_kind(a->kind), y = step_kind(b->kind);
    if (a->phase != b->phase) return a->phase < b->phase ? -1 : 1;
    if (a->stage != b->stage) return a->stage < b->stage ? -1 : 1;
    if (x != y) return x < y ? -1 : 1;
    return (a->width > b->width) - (a->width < b->width);
}

/* Two sorted stretches of `order` as one; what is equal stays as it was. */
static void merge(const gt_planner *p, int *order, int n_left, int n, int *left)
{
    int a = 0, b = n_left;
    memcpy(left, order, (size_t)n_left * sizeof *left);
    for (int to = 0; a < n_left; to++)
        order[to] = b < n && compare(p, order[b], left[a]) < 0 ? order[b++] : left[a++];
}

/* By merging the stretches that are in order already, of which scalar code has few. */
static void sort(const gt_planner *p, int *order, int n)
{
    int *end = gt_plan_alloc(p, n, sizeof *end), *left = gt_plan_alloc(p, n, sizeof *left), m = 0;
    for (int k = 1; k <= n; k++)
        if (k == n || compare(p, order[k], order[k - 1]) < 0) end[m++] = k;
    while (m > 1) {
        int first = 0, merged = 0;
        for (int k = 0; k < m; k += 2) {
            const int last = k + 1 < m ? end[k + 1] : end[k];
            if (k + 1 < m) merge(p, order + first, end[k] - first, last - first, left);
            end[merged++] = first = last;
        }
        m = merged;
    }
    gt_release(p->g->arena, end);
    gt_release(p->g->arena, left);
}

/* Orders the work and cuts it into steps: runs of scalar code, groups, calls. */
static void choose_order(gt_planner *p)
{
    gt_plan *plan = p->plan;
    int n = 0, steps = 0;
    p->order = gt_plan_alloc(p, p->g->n, sizeof *p->order);
    for (int i = 0; i < p->g->n; i++)
        if (p->at[i].kind != LEAF && p->at[i].kind != ALIAS) p->order[n++] = i;
    p->n_order = n;
    if (n) sort(p, p->order, n);
    plan->step = gt_plan_alloc(p, n, sizeof *plan->step);
    for (int k = 0; k < n; k++) {
        const int i = p->order[k], kind = step_kind(p->at[i].kind);
        if (k == 0 || kind == GT_STEP_CALL || compare(p, i, p->order[k - 1])) {
            plan->step[steps++] = (gt_step){kind, k, 0};
            if (p->at[i].phase == PHASE_FIRST) plan->size.n_steps_x = steps;
        }
        plan->step[steps - 1].count++;
        p->at[i].step = steps - 1;
    }
    plan->size.n_steps = steps;
}

void gt_plan_stages(gt_planner *p)
{
    choose_stages(p);
    choose_order(p);
}
