/* Runs a plan. Nothing is allocated here. */
#include "tape/run_group.h"
#include "ops/elementwise_values.h"
#include "core/simd.h"

#include <math.h>
#include <string.h>

#define T double

/* ---- numbers: a register program ---- */

GT_VECTORIZED static void run_scalars(const gt_scalar_code *code, int n, double *m,
                                      double *const *base)
{
    for (const gt_scalar_code *c = code, *end = code + n; c != end; c++) {
#define TO m[c->to]
#define A m[c->a]
#define B m[c->b]
#define C m[c->c]
#define LOADED base[c->b][c->a]
#include "tape/scalar_cases.h"
    }
}

/* ---- loops of it ---- */

/* d: how far each advance has come, which is as before in the end. */
GT_VECTORIZED static void run_steps(const gt_loop_code *code, int n, int times, const int *advance,
                                    int n_advances, int64_t *d, double *m, double *const *base)
{
    for (int t = 0; t < times; t++) {
        for (const gt_loop_code *l = code, *end = code + n; l != end; l++) {
            const gt_scalar_code *c = &l->code;
#define TO m[c->to + d[l->advance[0]]]
#define A m[c->a + d[l->advance[1]]]
#define B m[c->b + d[l->advance[2]]]
#define C m[c->c + d[l->advance[3]]]
#define LOADED base[c->b][c->a + d[l->advance[1]]]
#include "tape/scalar_cases.h"
        }
        for (int k = 1; k < n_advances; k++) d[k] += advance[k];
    }
    for (int k = 1; k < n_advances; k++) d[k] -= (int64_t)times * advance[k];
}

static void run_loop(const gt_plan *plan, const gt_loop *l, int64_t *d, double *const *base)
{
    const gt_loop_item *item = plan->loop_item + l->first;
    const int *advance = plan->advance + l->advances;
    if (l->count == 1 && item->loop == GT_NOT_A_LOOP) {
        run_steps(plan->loop_code + item->first, item->count, l->times, advance, l->n_advances, d,
                  base[GT_ARENA], base);
        return;
    }
    for (int t = 0; t < l->times; t++) {
        for (int k = 0; k < l->count; k++) {
            if (item[k].loop != GT_NOT_A_LOOP) run_loop(plan, &plan->loop[item[k].loop], d, base);
            else
                run_steps(plan->loop_code + item[k].first, item[k].count, 1, NULL, 0, d,
                          base[GT_ARENA], base);
        }
        for (int k = 1; k < l->n_advances; k++) d[k] += advance[k];
    }
    for (int k = 1; k < l->n_advances; k++) d[k] -= (int64_t)l->times * advance[k];
}

/* ---- everything else ---- */

#define SMALL_ARITY 8

static int run_call(const gt_plan *plan, const gt_op_call *c, double *const *base, gt_error *err)
{
    gt_array small[SMALL_ARITY], *in = c->n_in <= SMALL_ARITY ? small : plan->inputs;
    for (int k = 0; k < c->n_in; k++) {
        const gt_view *v = &plan->view[c->first_in + k];
        in[k].type = plan->type[c->first_in + k];
        in[k].data = base[v->buffer] + v->offset;
    }
    gt_params p = {c->n_params, plan->params + c->params};
    gt_array out = {c->type, base[c->to.buffer] + c->to.offset};
    return gt_op_eval((gt_op)c->op, &p, c->n_in, in, &out, base[GT_ARENA] + c->work, err);
}

int gt_plan_call(const gt_plan *plan, int k, double *const *base, gt_error *err)
{
    return run_call(plan, &plan->call[k], base, err);
}

static void run_join(const gt_plan *plan, const gt_join *j, double *const *base)
{
    double *to = base[j->to.buffer] + j->to.offset;
    for (int k = 0; k < j->count; k++) {
        const gt_span *s = &plan->span[j->first + k];
        const double *from = base[s->view.buffer] + s->view.offset;
        int64_t stride = s->view.stride;
        if (stride == 1) memcpy(to, from, (size_t)s->size * sizeof *to);
        else
            for (int64_t i = 0; i < s->size; i++) to[i] = from[i * stride];
        to += s->size;
    }
}

void gt_plan_enter(const gt_plan *plan, double *arena)
{
    for (int k = 0; k < plan->size.n_presets; k++)
        arena[plan->preset[k].slot] = plan->preset[k].value;
}

int gt_plan_run(const gt_plan *plan, double *const *base, int first, int last, gt_error *err)
{
    for (int k = first; k < last; k++) {
        const gt_step *step = &plan->step[k];
        switch (step->kind) {
        case GT_STEP_SCALARS:
            run_scalars(plan->scalar + step->first, step->count, base[GT_ARENA], base);
            break;
        case GT_STEP_GROUP:
            gt_run_group(plan, &plan->group[step->first], base);
            break;
        case GT_STEP_JOIN:
            run_join(plan, &plan->join[step->first], base);
            break;
        case GT_STEP_LOOP: {
            int64_t d[GT_MOST_ADVANCES] = {0};
            run_loop(plan, &plan->loop[step->first], d, base);
            break;
        }
        default:
            if (run_call(plan, &plan->call[step->first], base, err)) return 1;
        }
    }
    return 0;
}

static const gt_span *end_span(const gt_plan *plan, int k)
{
    return &plan->span[plan->size.n_spans + k];
}

int64_t gt_plan_output_size(const gt_plan *plan, int k) { return end_span(plan, k)->size; }

void gt_plan_output(const gt_plan *plan, double *const *base, int k, double *to)
{
    const gt_span *s = end_span(plan, k);
    const double *from = base[s->view.buffer] + s->view.offset;
    if (from != to && s->size) memcpy(to, from, (size_t)s->size * sizeof(double));
}

const double *gt_plan_guard(const gt_plan *plan, double *const *base, int k)
{
    const gt_span *s = end_span(plan, plan->size.n_outputs + k);
    return base[s->view.buffer] + s->view.offset;
}

int64_t gt_plan_guard_size(const gt_plan *plan, int k)
{
    return end_span(plan, plan->size.n_outputs + k)->size;
}

bool gt_same_values(int64_t n, const double *x, const double *y)
{
    for (int64_t i = 0; i < n; i++)
        if (x[i] != y[i] && !(x[i] != x[i] && y[i] != y[i])) return false;
    return true;
}
