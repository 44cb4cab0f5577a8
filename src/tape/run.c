/* Runs a plan. Nothing is allocated here. */
#include "tape/run_group.h"
#include "ops/elementwise_values.h"
#include "core/simd.h"

#include <math.h>
#include <string.h>

#define T double

/* ---- numbers: a register program ---- */

#define PAIR(first, o1, second, o2) \
    case GT_PAIR_BASE + ((GT_OP_##first - GT_OP_add) * 4 + (GT_OP_##second - GT_OP_add)) * 2: \
        m[c->to] = m[c->c] o2(m[c->a] o1 m[c->b]); \
        break; \
    case GT_PAIR_BASE + ((GT_OP_##first - GT_OP_add) * 4 + (GT_OP_##second - GT_OP_add)) * 2 + 1: \
        m[c->to] = (m[c->a] o1 m[c->b])o2 m[c->c]; \
        break;
#define PAIRS(first, o1) \
    PAIR(first, o1, add, +) \
    PAIR(first, o1, sub, -) \
    PAIR(first, o1, mul, *) \
    PAIR(first, o1, div, /)

GT_VECTORIZED static void run_scalars(const gt_scalar_code *code, int n, double *m,
                                      double *const *base)
{
    for (const gt_scalar_code *c = code, *end = code + n; c != end; c++) {
        switch (c->op) {
        case GT_OP_leaf:
            m[c->to] = base[c->b][c->a];
            break;
#define UNARY(name, value, dx) \
    case GT_OP_##name: { \
        const double x = m[c->a]; \
        m[c->to] = (value); \
        break; \
    }
#define BINARY(name, value, dx, dz) \
    case GT_OP_##name: { \
        const double x = m[c->a], z = m[c->b]; \
        m[c->to] = (value); \
        break; \
    }
#define TERNARY(name, value, dx, dz, dw) \
    case GT_OP_##name: { \
        const double x = m[c->a], z = m[c->b], w = m[c->c]; \
        m[c->to] = (value); \
        break; \
    }
#include "ops/elementwise_table.h"
            PAIRS(add, +)
            PAIRS(sub, -)
            PAIRS(mul, *)
            PAIRS(div, /)
        default:
            break;
        }
    }
}

/* ---- loops of it: code that is moved on after a round, and back in the end ---- */

GT_KERNEL static void move_on(int n, int *word, const int *by)
{
    GT_INDEPENDENT
    for (int k = 0; k < n; k++) word[k] += by[k];
}
GT_KERNEL static void move_back(int n, int *word, const int *by, int times)
{
    GT_INDEPENDENT
    for (int k = 0; k < n; k++) word[k] -= times * by[k];
}

static void run_loop(const gt_plan *plan, const gt_loop *l, double *const *base)
{
    const int rounds = l->times / l->copies, rest = l->times % l->copies;
    const int words = l->n_running * GT_CODE_WORDS;
    int *const word = (int *)(plan->running + l->running);
    const gt_loop_item *item = plan->loop_item + l->first;
    for (int t = 0; t < rounds; t++) {
        for (int k = 0; k < l->count; k++) {
            if (item[k].loop != GT_NOT_A_LOOP) run_loop(plan, &plan->loop[item[k].loop], base);
            else
                run_scalars(plan->running + item[k].running, item[k].count * l->copies,
                            base[GT_ARENA], base);
        }
        if (t + 1 < rounds || rest) move_on(words, word, plan->move + l->move);
    }
    if (rest) /* of the copies of a single item */
        run_scalars(plan->running + item->running, item->count * rest, base[GT_ARENA], base);
    const int moved = rounds - !rest;
    if (moved) move_back(words, word, plan->move + l->move, moved);
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
        case GT_STEP_LOOP:
            run_loop(plan, &plan->loop[step->first], base);
            break;
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
