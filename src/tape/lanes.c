#include "tape/lanes.h"
#include "ops/reduce.h"

#include <math.h>
#include <string.h>

/* ---- memory ---- */

/* Does what stands there depend on the point? */
static bool varies(int buffer)
{
    return buffer == GT_ARENA || buffer == GT_REGISTER || buffer == GT_INPUTS + GT_PARAMETERS ||
           (buffer >= GT_OUT && buffer < GT_POOL);
}

/* Numbers of the plan's arena, without the blocks of its groups. */
static int64_t values_size(const gt_plan *plan)
{
    return plan->size.n_groups ? plan->size.register_offset : plan->size.arena_size;
}

#define CACHED_NUMBERS 16384 /* the lanes of a small plan stay in cache */
#define MOST_NUMBERS (1 << 20)
#define MOST_LANES 256
#define LEAST_LANES 16

int gt_lanes_width(const gt_plan *plan)
{
    int64_t n = values_size(plan) + 1, width = CACHED_NUMBERS / n / 8 * 8;
    if (n * LEAST_LANES > MOST_NUMBERS) return 1;
    return (int)(width < LEAST_LANES ? LEAST_LANES : (width > MOST_LANES ? MOST_LANES : width));
}

static int64_t call_size(const gt_plan *plan, const gt_op_call *c)
{
    int64_t n = c->type.size;
    for (int k = 0; k < c->n_in; k++) n += plan->type[c->first_in + k].size;
    return n;
}

#define EXTRA_LANES 3 /* for operands that are one number for all lanes */

static int64_t work_size(const gt_plan *plan, int width)
{
    int64_t n = EXTRA_LANES * width;
    for (int k = 0; k < plan->size.n_calls; k++)
        if (call_size(plan, &plan->call[k]) > n) n = call_size(plan, &plan->call[k]);
    for (int k = 0; k < plan->size.n_groups; k++) {
        int64_t registers = (int64_t)(plan->group[k].n_registers + EXTRA_LANES) * width;
        if (registers > n) n = registers;
    }
    return n;
}

static double *lanes_of(gt_arena arena, int64_t n, int width)
{
    double *x = gt_alloc_array(arena, (size_t)(n + 1) * (size_t)width, sizeof *x);
    memset(x, 0, (size_t)(n + 1) * (size_t)width * sizeof *x);
    return x;
}

/* Constants that scalar code finds in the arena. */
static void enter(const gt_plan *plan, double *arena, int width)
{
    for (int k = 0; k < plan->size.n_presets; k++)
        for (int j = 0; j < width; j++)
            arena[(int64_t)plan->preset[k].slot * width + j] = plan->preset[k].value;
}

gt_lanes gt_lanes_new(const gt_program *p, int64_t n_parameters, int width, gt_arena arena)
{
    const gt_plan *plan = p->plan;
    gt_lanes l = {.program = p, .width = width};
    l.base = gt_alloc_array(arena, (size_t)p->n_base, sizeof *l.base);
    memcpy(l.base, p->base, (size_t)p->n_base * sizeof *l.base);
    l.base[GT_ARENA] = lanes_of(arena, values_size(plan), width);
    l.base[GT_INPUTS + GT_PARAMETERS] = lanes_of(arena, n_parameters, width);
    for (int k = 0; k < plan->size.n_outputs; k++)
        l.base[GT_OUT + k] = lanes_of(arena, gt_plan_output_size(plan, k), width);
    l.work = lanes_of(arena, work_size(plan, width), 1);
    l.inputs = gt_alloc_array(arena, (size_t)plan->size.largest_call, sizeof *l.inputs);
    l.is_failed = gt_alloc_array(arena, (size_t)width, sizeof *l.is_failed);
    enter(plan, l.base[GT_ARENA], width);
    return l;
}

/* Element k of a view: of all lanes, or one number for them (*step 0). */
static double *element(const gt_lanes *l, const gt_view *v, int64_t k, int *step)
{
    int64_t at = v->offset + k * v->stride;
    *step = varies(v->buffer);
    if (v->buffer == GT_REGISTER) return l->work + v->offset * l->width;
    return l->base[v->buffer] + (*step ? at * l->width : at);
}

static double *lanes_at(const gt_lanes *l, const gt_view *v, int64_t k)
{
    int step;
    return element(l, v, k, &step);
}

static double number(const gt_lanes *l, const gt_view *v, int64_t k, int lane)
{
    int step;
    const double *x = element(l, v, k, &step);
    return x[step * lane];
}

static void fill(const gt_lanes *l, double *to, const double *x, int step)
{
    if (step) memcpy(to, x, (size_t)l->n * sizeof *to);
    else
        for (int j = 0; j < l->n; j++) to[j] = *x;
}

/* ---- numbers ---- */

static void apply(const gt_lanes *l, int op, double *to, const void *const *in)
{
    static const int steps[3] = {1, 1, 1};
    gt_op_get((gt_op)op)->kernel[0](l->n, to, in, steps);
}

static void run_scalar(const gt_lanes *l, const gt_scalar_code *c)
{
    const int op = gt_plain_op(c->op);
    double *m = l->base[GT_ARENA], *to = m + (int64_t)c->to * l->width;
    if (op == GT_OP_leaf) {
        gt_view v = {c->b, 0, c->a};
        int step;
        const double *x = element(l, &v, 0, &step);
        fill(l, to, x, step);
        return;
    }
    const void *in[3] = {m + (int64_t)c->a * l->width, m + (int64_t)c->b * l->width,
                         m + (int64_t)c->c * l->width};
    if (op < GT_PAIR_BASE) {
        apply(l, op, to, in);
        return;
    }
    gt_pair_parts pair = gt_pair_split(op);
    const void *outer[2] = {pair.first_is_left ? l->work : in[2],
                            pair.first_is_left ? in[2] : l->work};
    apply(l, (int)pair.first, l->work, in);
    apply(l, (int)pair.second, to, outer);
}

/* An instruction of a loop where its advances have come to. */
static gt_scalar_code advanced(const gt_loop_code *l, const int64_t *d)
{
    gt_scalar_code c = l->code;
    c.to += (int)d[l->advance[0]];
    c.a += (int)d[l->advance[1]];
    c.b += (int)d[l->advance[2]];
    c.c += (int)d[l->advance[3]];
    return c;
}

static void run_loop(const gt_lanes *l, const gt_loop *loop, int64_t *d)
{
    const gt_plan *plan = l->program->plan;
    const gt_loop_item *item = plan->loop_item + loop->first;
    const int *advance = plan->advance + loop->advances;
    for (int t = 0; t < loop->times; t++) {
        for (int k = 0; k < loop->count; k++) {
            if (item[k].loop != GT_NOT_A_LOOP) run_loop(l, &plan->loop[item[k].loop], d);
            for (int i = 0; i < item[k].count; i++) {
                gt_scalar_code c = advanced(&plan->loop_code[item[k].first + i], d);
                run_scalar(l, &c);
            }
        }
        for (int k = 1; k < loop->n_advances; k++) d[k] += advance[k];
    }
    for (int k = 1; k < loop->n_advances; k++) d[k] -= (int64_t)loop->times * advance[k];
}

/* ---- groups: element after element ---- */

/* The operand of a kernel that takes its only input lane by lane. */
static const double *spread(const gt_lanes *l, const gt_group *g, const double *x)
{
    double *to = l->work + (int64_t)g->n_registers * l->width;
    fill(l, to, x, 0);
    return to;
}

static void add(const gt_lanes *l, double *to, const double *x, int step)
{
    for (int j = 0; j < l->n; j++) to[j] += x[j * step];
}

/* As gt_sum() adds: the lanes of a part, which are joined in the first of them, then the parts. */
static void add_to_sum(const gt_lanes *l, const gt_group *g, const gt_block_code *c, int64_t e,
                       const double *x, int step)
{
    const int64_t at = e % GT_SUM_PART, left = g->n - e + at;
    const int64_t size = left < GT_SUM_PART ? left : GT_SUM_PART,
                  whole = size - size % GT_SUM_LANES;
    double *to = lanes_at(l, &c->to, 0), *part = lanes_at(l, &c->in[1], 0);
    if (e == 0) memset(to, 0, (size_t)l->n * sizeof *to);
    if (at < GT_SUM_LANES) memset(part + at * l->width, 0, (size_t)l->n * sizeof *part);
    add(l, part + (at < whole ? at % GT_SUM_LANES * l->width : 0), x, step);
    if (at + 1 == whole) {
        for (int j = 0; j < l->n; j++) {
            double lane[GT_SUM_LANES];
            for (int k = 0; k < GT_SUM_LANES; k++) lane[k] = part[k * l->width + j];
            part[j] = gt_sum_rest(0, NULL, lane);
        }
    }
    if (at + 1 == size) add(l, to, part, 1);
}

static void run_element(const gt_lanes *l, const gt_group *g, int64_t e)
{
    const gt_plan *plan = l->program->plan;
    for (int k = 0; k < g->count; k++) {
        const gt_block_code *c = &plan->block[g->first + k];
        const void *in[3];
        int step[3];
        for (int j = 0; j < c->n_in && j < 3; j++) in[j] = element(l, &c->in[j], e, &step[j]);
        switch (c->kind) {
        case GT_BLOCK_APPLY:
            if (c->n_in == 1 && !step[0]) in[0] = spread(l, g, in[0]);
            gt_op_get((gt_op)c->op)->kernel[0](l->n, lanes_at(l, &c->to, e), in, step);
            break;
        case GT_BLOCK_SUM:
            add_to_sum(l, g, c, e, in[0], step[0]);
            break;
        case GT_BLOCK_COPY:
            fill(l, lanes_at(l, &c->to, e), in[0], step[0]);
            break;
        default:
            add(l, lanes_at(l, &c->to, e), in[0], step[0]);
        }
    }
}

static void run_group(const gt_lanes *l, const gt_group *g)
{
    for (int k = 0; k < g->n_clear; k++) {
        const gt_span *span = &l->program->plan->span[g->first_clear + k];
        memset(lanes_at(l, &span->view, 0), 0,
               (size_t)span->size * (size_t)l->width * sizeof(double));
    }
    for (int64_t e = 0; e < g->n; e++) run_element(l, g, e);
}

/* ---- everything else ---- */

/* A lane's elements of an operand, which stand together in `to`. */
static double *gather(const gt_lanes *l, const gt_view *v, int64_t n, int lane, double *to)
{
    if (!varies(v->buffer)) return l->base[v->buffer] + v->offset;
    const double *from = l->base[v->buffer] + v->offset * l->width + lane;
    for (int64_t k = 0; k < n; k++) to[k] = from[k * l->width];
    return to;
}

static void run_call(gt_lanes *l, const gt_op_call *c)
{
    const gt_plan *plan = l->program->plan;
    gt_params p = {c->n_params, plan->params + c->params};
    gt_error err;
    for (int lane = 0; lane < l->n; lane++) {
        double *free = l->work;
        for (int k = 0; k < c->n_in; k++) {
            gt_type type = plan->type[c->first_in + k];
            l->inputs[k] =
                (gt_array){type, gather(l, &plan->view[c->first_in + k], type.size, lane, free)};
            free += type.size;
        }
        gt_array out = {c->type, free};
        if (gt_op_eval((gt_op)c->op, &p, c->n_in, l->inputs, &out,
                       l->base[GT_ARENA] + c->work * l->width, &err)) {
            l->is_failed[lane] = true;
            for (int64_t k = 0; k < c->type.size; k++) free[k] = NAN;
        }
        double *to = lanes_at(l, &c->to, 0) + lane;
        for (int64_t k = 0; k < c->type.size; k++) to[k * l->width] = free[k];
    }
}

static void run_join(const gt_lanes *l, const gt_join *j)
{
    double *to = lanes_at(l, &j->to, 0);
    for (int k = 0; k < j->count; k++) {
        const gt_span *s = &l->program->plan->span[j->first + k];
        for (int64_t i = 0; i < s->size; i++, to += l->width) {
            int step;
            const double *from = element(l, &s->view, i, &step);
            fill(l, to, from, step);
        }
    }
}

void gt_lanes_run(gt_lanes *l)
{
    const gt_plan *plan = l->program->plan;
    memset(l->is_failed, 0, (size_t)l->width * sizeof *l->is_failed);
    for (int k = 0; k < plan->size.n_steps; k++) {
        const gt_step *step = &plan->step[k];
        switch (step->kind) {
        case GT_STEP_SCALARS:
            for (int i = 0; i < step->count; i++) run_scalar(l, &plan->scalar[step->first + i]);
            break;
        case GT_STEP_GROUP:
            run_group(l, &plan->group[step->first]);
            break;
        case GT_STEP_JOIN:
            run_join(l, &plan->join[step->first]);
            break;
        case GT_STEP_LOOP: {
            int64_t d[GT_MOST_ADVANCES] = {0};
            run_loop(l, &plan->loop[step->first], d);
            break;
        }
        default:
            run_call(l, &plan->call[step->first]);
        }
    }
}

bool gt_lanes_hold(const gt_lanes *l, int lane, const double *expected)
{
    const gt_plan *plan = l->program->plan;
    if (l->is_failed[lane]) return false;
    for (int k = 0; k < plan->size.n_guards; k++) {
        const gt_span *s = &plan->span[plan->size.n_spans + plan->size.n_outputs + k];
        for (int64_t i = 0; i < s->size; i++) {
            double now = number(l, &s->view, i, lane);
            if (!gt_same_values(1, &now, expected++)) return false;
        }
    }
    return true;
}

void gt_lanes_output(const gt_lanes *l, int lane, int k, double *to, int64_t stride)
{
    const gt_span *s = &l->program->plan->span[l->program->plan->size.n_spans + k];
    for (int64_t i = 0; i < s->size; i++) to[i * stride] = number(l, &s->view, i, lane);
}
