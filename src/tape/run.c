/* Runs a plan. Nothing is allocated here. */
#include "tape/run_group.h"
#include "ops/elementwise_values.h"
#include "core/simd.h"

#include <math.h>
#include <string.h>

#define T double

/* ---- numbers: a register program ----
 * To find the next instruction takes as long as three additions. So there is an end mark in place of a count,
 * instructions with the same op run one after the other, and what they make is at hand for the next two. */

#define GIVE(value) \
    { \
        const double made = (value); \
        m[c->to] = made; \
        earlier = last; \
        last = made; \
    }
#define REPEATED(op_, ...) \
    case op_: \
        do { \
            __VA_ARGS__ \
        } while ((++c)->op == (op_)); \
        break;

#define SOURCED(op, a, b, c) ((op) + GT_PLAIN_OPS * GT_##a##_##b##_##c)
#define FROM_ARENA(k) m[c->k]
#define FROM_LAST(k) last
#define FROM_EARLIER(k) earlier

#define SINGLE_OF(A, B, C, name, o) \
    REPEATED(SOURCED(GT_OP_##name, A, B, C), GIVE(FROM_##A(a) o FROM_##B(b)))
#define PAIR_OF(A, B, C, first, o1, second, o2) \
    REPEATED(SOURCED(GT_PAIR(GT_OP_##first, GT_OP_##second, 0), A, B, C), \
             GIVE(FROM_##C(c) o2(FROM_##A(a) o1 FROM_##B(b)))) \
    REPEATED(SOURCED(GT_PAIR(GT_OP_##first, GT_OP_##second, 1), A, B, C), \
             GIVE((FROM_##A(a) o1 FROM_##B(b))o2 FROM_##C(c)))
#define PAIRS(first, o1) \
    GT_SOURCES_OF_TWO(SINGLE_OF, first, o1) \
    GT_SOURCES(PAIR_OF, first, o1, add, +) \
    GT_SOURCES(PAIR_OF, first, o1, sub, -) \
    GT_SOURCES(PAIR_OF, first, o1, mul, *) \
    GT_SOURCES(PAIR_OF, first, o1, div, /)

GT_VECTORIZED static void run_scalars(const gt_scalar_code *c, double *m, double *const *base)
{
    double x = 0, last = 0, earlier = 0;
    for (;;) {
        switch (c->op) {
            REPEATED(GT_OP_leaf, GIVE(base[c->b][c->a]))
#define UNARY(name, value, dx) \
    case SOURCED(GT_OP_##name, LAST, ARENA, ARENA): \
        x = last; \
        goto at_##name; \
    case SOURCED(GT_OP_##name, EARLIER, ARENA, ARENA): \
        x = earlier; \
        goto at_##name; \
    case GT_OP_##name: \
        x = m[c->a]; \
        at_##name : GIVE(value) c++; \
        break;
#define BINARY(name, value, dx, dz) \
    REPEATED(GT_OP_##name, const double x = m[c->a], z = m[c->b]; GIVE(value))
#define TERNARY(name, value, dx, dz, dw) \
    REPEATED(GT_OP_##name, const double x = m[c->a], z = m[c->b], w = m[c->c]; GIVE(value))
#include "ops/elementwise_table.h"
            PAIRS(add, +)
            PAIRS(sub, -)
            PAIRS(mul, *)
            PAIRS(div, /)
        case GT_SCALAR_END:
            return;
        default:
            GT_NEVER;
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

/* The first n instructions of a round. */
static void run_part(gt_scalar_code *code, int n, double *const *base)
{
    const int op = code[n].op;
    code[n].op = GT_SCALAR_END;
    run_scalars(code, base[GT_ARENA], base);
    code[n].op = op;
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
            else run_scalars(plan->running + item[k].running, base[GT_ARENA], base);
        }
        if (t + 1 < rounds || rest) move_on(words, word, plan->move + l->move);
    }
    if (rest) run_part(plan->running + item->running, item->count * rest, base);
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
            run_scalars(plan->scalar + step->first, base[GT_ARENA], base);
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
