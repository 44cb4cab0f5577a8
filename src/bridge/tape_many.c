/* Tapes at many points at once. */
#include "bridge/entries.h"
#include "bridge/tape.h"
#include "core/vec.h"
#include "eager/errors.h"
#include "tape/lanes.h"

#include <math.h>
#include <string.h>

/* Numbers of each of n points: of point i number k is data[i * by_point + k * by_number]. */
typedef struct {
    double *data;
    int64_t by_point, by_number;
} point_numbers;

static point_numbers numbers_of(SEXP x, int64_t n, int64_t count, bool points_are_rows)
{
    if (x == R_NilValue) return (point_numbers){NULL, 0, 0};
    return points_are_rows ? (point_numbers){REAL(x), 1, n} : (point_numbers){REAL(x), count, 1};
}

typedef struct {
    tape_state *state;
    gt_program_kind kind;
    int64_t n, n_out;
    point_numbers x, value, gradient;
    int *done; /* of each point: has it been computed? */
} many;

static void take_point(const many *m, int64_t i, double *to, int64_t stride)
{
    for (int k = 0; k < m->state->n; k++)
        to[k * stride] = m->x.data[i * m->x.by_point + k * m->x.by_number];
}

static void put(const point_numbers *to, int64_t i, int64_t n, const double *from)
{
    for (int64_t k = 0; k < n; k++) to->data[i * to->by_point + k * to->by_number] = from[k];
}

/* The gradient at a point where the sweep of the lanes met something that is not finite. */
static void refine(const many *m, int64_t i, double *x, double *gradient)
{
    gt_space space = {false, m->state->n};
    for (int k = 0; k < m->state->n; k++)
        gradient[k] = m->gradient.data[i * m->gradient.by_point + k * m->gradient.by_number];
    if (gt_all_finite(space, gradient)) return;
    take_point(m, i, x, 1);
    tape_refine_gradient(m->state, x, gradient);
    put(&m->gradient, i, m->state->n, gradient);
}

static void keep_lane(const many *m, const gt_lanes *l, int lane, int64_t i, double *x,
                      double *gradient)
{
    gt_lanes_output(l, lane, GT_VALUE, m->value.data + i * m->value.by_point, m->value.by_number);
    if (m->gradient.data) {
        gt_lanes_output(l, lane, GT_DERIVATIVE, m->gradient.data + i * m->gradient.by_point,
                        m->gradient.by_number);
        refine(m, i, x, gradient);
    }
    m->done[i] = TRUE;
}

/* Puts the next points that are not done into the lanes; returns where to go on. */
static int64_t fill_lanes(const many *m, gt_lanes *l, int64_t i, int64_t *point)
{
    for (l->n = 0; i < m->n && l->n < l->width; i++) {
        if (m->done[i]) continue;
        take_point(m, i, gt_lanes_parameter(l, 0) + l->n, l->width);
        point[l->n++] = i;
    }
    return i;
}

static void run_in_lanes(const many *m, int width, double *x, double *gradient)
{
    const gt_variants *v = &m->state->variants;
    gt_lanes l = gt_lanes_new(gt_variants_program(v, m->kind), m->state->n, width, transient_arena);
    int64_t *point = gt_alloc_array(transient_arena, (size_t)l.width, sizeof *point);
    for (int64_t i = 0; i < m->n;) {
        i = fill_lanes(m, &l, i, point);
        if (l.n == 0) break;
        gt_lanes_run(&l);
        for (int lane = 0; lane < l.n; lane++)
            if (gt_lanes_hold(&l, lane, v->variant[v->current].expected))
                keep_lane(m, &l, lane, point[lane], x, gradient);
        R_CheckUserInterrupt();
    }
}

static void run_one_by_one(const many *m, double *x, double *gradient)
{
    gt_variants *v = &m->state->variants;
    gt_program *p = gt_variants_program(v, m->kind);
    double *value = gt_alloc_array(transient_arena, (size_t)m->n_out, sizeof *value);
    double *out[GT_MAX_OUTPUTS] = {value, gradient};
    for (int64_t i = 0; i < m->n; i++) {
        if (m->done[i]) continue;
        take_point(m, i, x, 1);
        if (!gt_variants_play_current(v, m->kind, x, out)) continue;
        gt_program_fetch(p, GT_VALUE);
        put(&m->value, i, m->n_out, value);
        if (m->gradient.data) {
            gt_program_fetch(p, GT_DERIVATIVE);
            tape_refine_gradient(m->state, x, gradient);
            put(&m->gradient, i, m->state->n, gradient);
        }
        m->done[i] = TRUE;
        R_CheckUserInterrupt();
    }
}

/* The points at which the current variant holds, by its program. */
static void run_current(const many *m, double *x, double *gradient)
{
    tape_compile(m->state, GT_PROGRAM_value);
    tape_compile(m->state, m->kind);
    const gt_plan *plan = gt_variants_program(&m->state->variants, m->kind)->plan;
    int width = gt_lanes_width(plan);
    if (gt_plan_output_size(plan, GT_VALUE) != m->n_out) return;
    if (width == 1) run_one_by_one(m, x, gradient);
    else run_in_lanes(m, width, x, gradient);
}

static bool is_left(const many *m)
{
    for (int64_t i = 0; i < m->n; i++)
        if (!m->done[i]) return true;
    return false;
}

/* Computes the values, or values and gradients, at those of the points (rows or columns of x) where
 * a variant holds that gives as many elements as the current one. results: list(value, gradient,
 * done), whose arrays R has just made for this; returned.                         */
SEXP call_tape_many(SEXP handle, SEXP kind, SEXP x, SEXP rows, SEXP results)
{
    const void *vmax = vmaxget();
    tape_state *s = tape_open(handle);
    gt_variants *v = &s->variants;
    bool by_row = Rf_asLogical(rows) == TRUE;
    SEXP value = VECTOR_ELT(results, 0), gradient = VECTOR_ELT(results, 1),
         done = VECTOR_ELT(results, 2);
    many m = {
        .state = s, .kind = program_argument(kind), .n = XLENGTH(done), .done = LOGICAL(done)};
    if (TYPEOF(x) != REALSXP || XLENGTH(x) != m.n * s->n || m.n == 0 ||
        (m.kind != GT_PROGRAM_value && XLENGTH(gradient) != m.n * s->n))
        r_stop(ERROR_TAPE, "the points have another form");
    m.n_out = XLENGTH(value) / m.n;
    m.x = numbers_of(x, m.n, s->n, by_row);
    m.value = numbers_of(value, m.n, m.n_out, by_row);
    m.gradient = numbers_of(m.kind == GT_PROGRAM_value ? R_NilValue : gradient, m.n, s->n, by_row);
    double *point = gt_alloc_array(transient_arena, (size_t)s->n, sizeof *point),
           *slope = gt_alloc_array(transient_arena, (size_t)s->n, sizeof *slope);
    int first = v->current;
    for (int k = -1; k < v->n && is_left(&m); k++) {
        if (k == first || (k < 0 && first == GT_NO_VARIANT)) continue;
        v->current = k < 0 ? first : k;
        run_current(&m, point, slope);
    }
    vmaxset(vmax);
    return results;
}
