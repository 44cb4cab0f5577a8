/* Runs a group of a plan: arrays, block by block. Threads take *stretches* of a large one, of whole
 * parts of its sums (GT_SUM_PART), so that every sum is added up in the same order however many
 * stretches there are.                                                            */
#include "tape/run_group.h"
#include "core/simd.h"
#include "core/threads.h"
#include "ops/reduce.h"

#include <string.h>

typedef struct {
    double *const *base;
    double *registers, *early; /* the worker's own */
    int64_t block, start, n;   /* this block: elements start ... start + n */
    int64_t first;             /* element of the stretch */
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

static void add_to_slice(const block_state *s, const gt_view *v, int64_t start, int64_t n,
                         const double *x, int step)
{
    double *to = s->base[v->buffer] + v->offset + start * v->stride;
    if (v->stride == 1) {
        add_into(n, to, x, step);
    } else {
        for (int64_t k = 0; k < n; k++) to[k * v->stride] += x[k * step];
    }
}

/* What goes where the stretch before writes waits until all stretches are done. */
static void scatter(const block_state *s, const gt_block_code *c, const double *x, int step)
{
    int64_t waiting = s->first == 0 ? 0 : c->early - (s->start - s->first);
    if (waiting > s->n) waiting = s->n;
    if (waiting > 0) {
        copy_into(waiting, s->early + c->early_at + (s->start - s->first), x, step);
    } else {
        waiting = 0;
    }
    add_to_slice(s, &c->to, s->start + waiting, s->n - waiting, x + waiting * step, step);
}

/* Adds what waited, in the order in which one stretch would have added it. */
static void add_early(const gt_plan *plan, const gt_group *g, block_state *s, int64_t end)
{
    const int64_t size = end - s->first;
    for (int64_t at = 0; at < size && at < GT_SUM_PART; at += s->block) {
        for (int k = 0; k < g->count; k++) {
            const gt_block_code *c = &plan->block[g->first + k];
            if (c->kind != GT_BLOCK_SCATTER) continue;
            int64_t n = (c->early < size ? c->early : size) - at;
            if (n > s->block) n = s->block;
            if (n > 0) add_to_slice(s, &c->to, s->first + at, n, s->early + c->early_at + at, 1);
        }
    }
}

static void sum_block(const block_state *s, const gt_group *g, const gt_block_code *c,
                      const double *x)
{
    const int64_t whole = s->n - s->n % GT_SUM_LANES, end = s->start + s->n;
    double *lane = s->base[GT_ARENA] + c->in[1].offset + s->start / GT_SUM_PART * GT_SUM_LANES;
    if (s->start % GT_SUM_PART == 0) memset(lane, 0, GT_SUM_LANES * sizeof *lane);
    gt_sum_piece(whole, x, lane);
    if (end == g->n || end % GT_SUM_PART == 0) lane[0] = gt_sum_rest(s->n - whole, x + whole, lane);
}

/* The digits of a sum do not depend on how long the blocks are: guards must come out the same
 * from every program.                                                             */
static void add_parts(const gt_group *g, const gt_block_code *c, double *const *base)
{
    const double *part = base[GT_ARENA] + c->in[1].offset;
    double total = 0;
    for (int64_t start = 0; start < g->n; start += GT_SUM_PART, part += GT_SUM_LANES)
        total += *part;
    base[c->to.buffer][c->to.offset] = total;
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
            scatter(s, c, x, step[0]);
        }
    }
}

typedef struct {
    const gt_plan *plan;
    const gt_group *g;
    double *const *base;
    int64_t first[GT_MOST_THREADS], end[GT_MOST_THREADS]; /* elements of each worker's stretch */
} group_work;

static block_state state_of(const group_work *w, int worker)
{
    const gt_plan_sizes *size = &w->plan->size;
    double *own = w->base[GT_ARENA] + size->register_offset + worker * size->worker_size;
    return (block_state){.base = w->base,
                         .registers = own,
                         .early = own + size->worker_size - w->g->n_early,
                         .block = size->block_size,
                         .first = w->first[worker]};
}

static void run_stretch(void *work, int64_t from, int64_t to, int worker)
{
    group_work *w = work;
    const int64_t end = to * GT_SUM_PART < w->g->n ? to * GT_SUM_PART : w->g->n;
    w->first[worker] = from * GT_SUM_PART;
    w->end[worker] = end;
    block_state s = state_of(w, worker);
    for (s.start = s.first; s.start < end; s.start += s.block) {
        s.n = end - s.start < s.block ? end - s.start : s.block;
        run_block(w->plan, w->g, &s);
    }
}

void gt_run_group(const gt_plan *plan, const gt_group *g, double *const *base)
{
    int workers = g->is_shared ? gt_threads() : 1;
    if (workers > plan->size.n_workers) workers = plan->size.n_workers;
    for (int k = 0; k < g->n_clear; k++) {
        const gt_span *span = &plan->span[g->first_clear + k];
        memset(base[span->view.buffer] + span->view.offset, 0, (size_t)span->size * sizeof(double));
    }
    group_work w;
    w.plan = plan;
    w.g = g;
    w.base = base;
    for (int k = 0; k < workers; k++) w.end[k] = 0;
    gt_share_out((g->n + GT_SUM_PART - 1) / GT_SUM_PART, workers, run_stretch, &w);
    for (int k = 1; k < workers && g->n_early && w.end[k]; k++) {
        block_state s = state_of(&w, k);
        add_early(plan, g, &s, w.end[k]);
    }
    for (int k = 0; k < g->count; k++) {
        const gt_block_code *c = &plan->block[g->first + k];
        if (c->kind == GT_BLOCK_SUM) add_parts(g, c, base);
    }
}
