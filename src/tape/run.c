/* Runs a plan. Nothing is allocated here. */
#include "tape/plan/plan.h"
#include "ops/elementwise_values.h"
#include "ops/reduce.h"
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

/* ---- groups: arrays, block by block ---- */

typedef struct {
    double *const *base;
    double *registers;
    int64_t block, start, n; /* this block: elements start ... start + n */
} block_state;

/* Where a block of an operand begins. Strided operands are copied to an extra register. */
static const double *block_operand(const block_state *s, const gt_view *v, int extra, int *step)
{
    *step = v->stride != 0;
    if (v->buffer == GT_REGISTER) return s->registers + v->offset * s->block;
    const double *from = s->base[v->buffer] + v->offset;
    if (v->stride == 0) return from;
    if (v->stride == 1) return from + s->start;
    double *to = s->registers + extra * s->block;
    from += s->start * v->stride;
    for (int64_t k = 0; k < s->n; k++) to[k] = from[k * v->stride];
    return to;
}

/* Kernels of one input read it element by element. */
static const double *repeated(const block_state *s, double v, int64_t extra)
{
    double *to = s->registers + extra * s->block;
    for (int64_t k = 0; k < s->n; k++) to[k] = v;
    return to;
}

GT_KERNEL static void add_into(int64_t n, double *to, const double *x, int step)
{
    if (step) {
        GT_INDEPENDENT
        for (int64_t k = 0; k < n; k++) to[k] += x[k];
    } else {
        const double c = *x;
        GT_INDEPENDENT
        for (int64_t k = 0; k < n; k++) to[k] += c;
    }
}

static void copy_into(int64_t n, double *to, const double *x, int step)
{
    if (step) memcpy(to, x, (size_t)n * sizeof *to);
    else
        for (int64_t k = 0; k < n; k++) to[k] = *x;
}

static void scatter(const block_state *s, const gt_view *v, const double *x, int step)
{
    double *to = s->base[v->buffer] + v->offset + s->start * v->stride;
    if (v->stride == 1) {
        add_into(s->n, to, x, step);
    } else {
        for (int64_t k = 0; k < s->n; k++) to[k * v->stride] += x[k * step];
    }
}

/* The digits of a sum do not depend on how long the blocks are: guards must come out the same
 * from every program.                                                             */
static void sum_block(const block_state *s, const gt_group *g, const gt_block_code *c,
                      const double *x)
{
    double *to = s->base[c->to.buffer] + c->to.offset, *lane = s->base[GT_ARENA] + c->in[1].offset;
    if (s->n == g->n) {
        *to = gt_sum(s->n, x);
        return;
    }
    int64_t whole = s->n - s->n % GT_SUM_LANES;
    if (s->start == 0) memset(lane, 0, GT_SUM_LANES * sizeof *lane);
    gt_sum_part(whole, x, lane);
    if (s->start + s->n == g->n) *to = gt_sum_rest(s->n - whole, x + whole, lane);
}

static void run_block(const gt_plan *plan, const gt_group *g, const block_state *s)
{
    for (int k = 0; k < g->count; k++) {
        const gt_block_code *c = &plan->block[g->first + k];
        const void *in[3];
        const double *x = NULL;
        int step[3];
        for (int j = 0; j < c->n_in; j++)
            in[j] = x = block_operand(s, &c->in[j], g->n_registers + j, &step[j]);
        switch (c->kind) {
        case GT_BLOCK_APPLY: {
            if (c->n_in == 1 && !step[0]) in[0] = repeated(s, *x, g->n_registers);
            double *to = c->to.buffer == GT_REGISTER
                             ? s->registers + c->to.offset * s->block
                             : s->base[c->to.buffer] + c->to.offset + s->start;
            gt_op_get((gt_op)c->op)->kernel[0](s->n, to, in, step);
            break;
        }
        case GT_BLOCK_SUM:
            if (!step[0]) x = repeated(s, *x, g->n_registers);
            sum_block(s, g, c, x);
            break;
        case GT_BLOCK_COPY:
            copy_into(s->n, s->base[c->to.buffer] + c->to.offset + s->start, x, step[0]);
            break;
        default:
            scatter(s, &c->to, x, step[0]);
        }
    }
}

static void run_group(const gt_plan *plan, const gt_group *g, double *const *base)
{
    block_state s = {base, base[GT_ARENA] + plan->size.register_offset, plan->size.block_size, 0,
                     0};
    for (int k = 0; k < g->n_clear; k++) {
        const gt_span *span = &plan->span[g->first_clear + k];
        memset(base[span->view.buffer] + span->view.offset, 0, (size_t)span->size * sizeof(double));
    }
    for (; s.start < g->n; s.start += s.block) {
        s.n = g->n - s.start < s.block ? g->n - s.start : s.block;
        run_block(plan, g, &s);
    }
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
            run_group(plan, &plan->group[step->first], base);
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
