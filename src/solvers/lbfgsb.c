/* L-BFGS-B: limited-memory BFGS within bounds (Byrd, Lu, Nocedal & Zhu 1995; Zhu, Byrd, Lu &
 * Nocedal 1997, algorithm 778). An iteration follows the projected gradient to the first minimum
 * of the quadratic model, the generalised Cauchy point; goes on from there, in the variables
 * that are then at no bound, to the minimum of the model, which is projected (Morales & Nocedal
 * 2011); and searches along the line to that point, never beyond the bounds.      */
#include "core/blas_lapack.h"
#include "solvers/bounds.h"
#include "solvers/compact.h"
#include "solvers/search/step.h"

#include <string.h>

#define LBFGSB_OPTIONS(NUMBER, OPTIONAL, WHOLE, FLAG, PAIR, CHOICE) \
    WHOLE(history_size, 10, GT_COUNT, "How many past steps are remembered") \
    CHOICE(line_search, GT_SEARCH_more_thuente, gt_line_search_names, "The line search")
GT_OPTION_STRUCT(lbfgsb_options, LBFGSB_OPTIONS)
GT_OPTION_TABLE(lbfgsb_table, LBFGSB_OPTIONS)

/* The numbers of work. */
typedef struct {
    bool has_step; /* previous x and gradient are those before the last step */
    gt_compact b;  /* the model's matrix */
    double rest[]; /* short vectors, a matrix of such, its pivots, products; then those of b */
} memory;

/* Vectors of work. While the Cauchy point is looked for, those of the line search hold the
 * breakpoints.                                                                */
enum { D, CAUCHY, STEP, PREVIOUS_X, PREVIOUS_G, LINE, PAIRS = LINE + GT_STEP_VECTORS };
enum { SHORT_P, SHORT_C, SHORT_ROW, SHORT_PRODUCT, N_SHORT };

static int64_t rest_numbers(int64_t m) { return N_SHORT * 2 * m + 4 * m * m + 2 * m + 3 * m * m; }

static void memory_size(const gt_problem *p, const void *options, gt_memory_size *kept,
                        gt_memory_size *work)
{
    const int64_t m = (int64_t)((const lbfgsb_options *)options)->history_size;
    (void)p;
    *kept = (gt_memory_size){0, 0};
    *work = (gt_memory_size){(int64_t)(sizeof(memory) / sizeof(double)) + rest_numbers(m) +
                                 gt_compact_numbers(m),
                             PAIRS + 2 * m};
}

typedef struct {
    gt_solver *s;
    gt_problem *p;
    int64_t n, m;
    memory *memory;
    gt_compact *b;
    double *x, *g, *d, *cauchy, *step;
} state;

static state state_of(gt_solver *s)
{
    void **v = s->work.vector;
    memory *m = (memory *)s->work.numbers;
    return (state){.s = s,
                   .p = s->problem,
                   .n = s->problem->space.n,
                   .m = (int64_t)((const lbfgsb_options *)s->options)->history_size,
                   .memory = m,
                   .b = &m->b,
                   .x = s->x,
                   .g = s->gradient,
                   .d = v[D],
                   .cauchy = v[CAUCHY],
                   .step = v[STEP]};
}

static void place(const state *st)
{
    gt_compact_place(st->b, st->p->space, st->m, st->memory->rest + rest_numbers(st->m),
                     st->s->work.vector + PAIRS);
}

static void start(gt_solver *s)
{
    const state st = state_of(s);
    st.memory->has_step = false;
    place(&st);
    gt_compact_clear(st.b);
}

static void move(gt_solver *s)
{
    const state st = state_of(s);
    place(&st);
}

/* A vector of length 2 m. */
static double *short_vector(const state *st, int which)
{
    return st->memory->rest + which * 2 * st->m;
}
static double short_dot(const state *st, const double *x, const double *y)
{
    double sum = 0;
    for (int k = 0; k < 2 * st->b->count; k++) sum += x[k] * y[k];
    return sum;
}
static void short_add(const state *st, double *to, double a, const double *y)
{
    for (int k = 0; k < 2 * st->b->count; k++) to[k] += a * y[k];
}

/* ---- breakpoints: a heap of the steps at which variables reach their bounds --------------- */

typedef struct {
    int64_t n;
    double *t;
    int64_t *variable;
} heap;

static void sift_down(heap *h, int64_t at)
{
    const double t = h->t[at];
    const int64_t variable = h->variable[at];
    for (int64_t child; (child = 2 * at + 1) < h->n; at = child) {
        if (child + 1 < h->n && h->t[child + 1] < h->t[child]) child++;
        if (t <= h->t[child]) break;
        h->t[at] = h->t[child];
        h->variable[at] = h->variable[child];
    }
    h->t[at] = t;
    h->variable[at] = variable;
}

static int64_t take_first(heap *h)
{
    int64_t variable = h->variable[0];
    h->n--;
    h->t[0] = h->t[h->n];
    h->variable[0] = h->variable[h->n];
    if (h->n) sift_down(h, 0);
    return variable;
}

/* How far down the gradient variable i can go. */
static double way_to_bound(const state *st, int64_t i)
{
    if (gt_is_held(st->p, i, st->x[i], st->g[i])) return 0;
    if (st->g[i] > 0) return (st->x[i] - gt_lower(st->p, i)) / st->g[i];
    if (st->g[i] < 0) return (st->x[i] - gt_upper(st->p, i)) / st->g[i];
    return INFINITY;
}

/* ---- the generalised Cauchy point (Byrd et al. 1995, algorithm CP) -------------------------- */

/* Sets d, the projected gradient's way down, and the steps at which it bends. */
static heap find_breakpoints(const state *st)
{
    heap h = {0, st->s->work.vector[LINE], st->s->work.vector[LINE + 1]};
    for (int64_t i = 0; i < st->n; i++) {
        double t = way_to_bound(st, i);
        st->cauchy[i] = st->x[i];
        st->d[i] = t > 0 ? -st->g[i] : 0;
        if (!(t > 0 && t < INFINITY)) continue;
        h.t[h.n] = t;
        h.variable[h.n++] = i;
    }
    for (int64_t at = h.n / 2 - 1; at >= 0; at--) sift_down(&h, at);
    return h;
}

/* Along d, first and second derivative of the model. */
typedef struct {
    double slope, curvature, least_curvature;
} bend;

/* Variable i reaches its bound, `dt` after the last bend. */
static void stop_at_bound(const state *st, bend *b, int64_t i, double dt)
{
    double *p = short_vector(st, SHORT_P), *c = short_vector(st, SHORT_C),
           *row = short_vector(st, SHORT_ROW), *product = short_vector(st, SHORT_PRODUCT);
    const double g = st->g[i], theta = st->b->theta;
    st->cauchy[i] = st->d[i] > 0 ? gt_upper(st->p, i) : gt_lower(st->p, i);
    short_add(st, c, dt, p);
    gt_compact_row(st->b, i, row);
    gt_compact_middle(st->b, row, product);
    b->slope += dt * b->curvature + g * g + theta * g * (st->cauchy[i] - st->x[i]) -
                g * short_dot(st, product, c);
    b->curvature -=
        theta * g * g + 2 * g * short_dot(st, product, p) + g * g * short_dot(st, product, row);
    b->curvature = fmax(b->curvature, b->least_curvature);
    short_add(st, p, g, row);
    st->d[i] = 0;
}

/* Sets cauchy, and the short vector c = W'(cauchy - x). Without bounds the minimum that is looked
 * for next is the same from x itself.                                             */
static void find_cauchy_point(const state *st)
{
    double *p = short_vector(st, SHORT_P), *c = short_vector(st, SHORT_C),
           *product = short_vector(st, SHORT_PRODUCT), t = 0;
    memset(c, 0, (size_t)(2 * st->m) * sizeof *c);
    if (!gt_has_bounds(st->p)) {
        gt_copy(st->p->space, st->cauchy, st->x);
        return;
    }
    heap h = find_breakpoints(st);
    const double square = gt_dot(st->p->space, st->d, st->d);
    gt_compact_project(st->b, st->d, p);
    gt_compact_middle(st->b, p, product);
    bend b = {-square, st->b->theta * square - short_dot(st, p, product), 0};
    b.least_curvature = DBL_EPSILON * st->b->theta * square;
    b.curvature = fmax(b.curvature, b.least_curvature);
    double rest = b.slope < 0 ? -b.slope / b.curvature : 0;
    while (h.n && h.t[0] - t <= rest) {
        double dt = h.t[0] - t;
        t = h.t[0];
        stop_at_bound(st, &b, take_first(&h), dt);
        rest = b.slope < 0 ? -b.slope / b.curvature : 0;
    }
    short_add(st, c, rest, p);
    for (int64_t i = 0; i < st->n; i++)
        if (st->d[i] != 0) st->cauchy[i] = gt_within(st->p, i, st->x[i] + (t + rest) * st->d[i]);
}

/* ---- the minimum among free variables (section 5.1, with a matrix of order 2 m) ------------- */

static bool is_free(const state *st, int64_t i)
{
    return st->cauchy[i] > gt_lower(st->p, i) && st->cauchy[i] < gt_upper(st->p, i);
}

/* A list of the variables that are at bounds, or of the others, whichever is shorter. */
static int64_t list_fewer(const state *st, int64_t *list, bool *lists_free)
{
    int64_t n_free = 0, length = 0;
    for (int64_t i = 0; i < st->n; i++) n_free += is_free(st, i);
    *lists_free = n_free < st->n - n_free;
    for (int64_t i = 0; i < st->n; i++)
        if (is_free(st, i) == *lists_free) list[length++] = i;
    return length;
}

/* Over the variables of a list; the rest of `all` where it lists the others. */
static double dot_over(const int64_t *list, int64_t length, const double *x, const double *y)
{
    double sum = 0;
    for (int64_t k = 0; k < length; k++) sum += x[list[k]] * y[list[k]];
    return sum;
}

/* M^-1 - W_F'W_F / theta of the free variables F, in terms of those at bounds, A, or of F:
 * [-D - Y_F'Y_F / theta, L' - Y_F'S_F; ., theta S_A'S_A].                         */
static void form_reduced_matrix(const state *st, double *k)
{
    const gt_compact *b = st->b;
    const int count = b->count, most = b->most, order = 2 * count;
    int64_t *list = st->s->work.vector[LINE + 1];
    bool lists_free;
    const int64_t length = list_fewer(st, list, &lists_free);
    for (int j = 0; j < count; j++)
        for (int i = 0; i < count; i++) {
            const double *si = gt_compact_s(b, i), *sj = gt_compact_s(b, j),
                         *yi = gt_compact_y(b, i), *yj = gt_compact_y(b, j);
            double sy = dot_over(list, length, si, yj), all = b->sy[i + j * most];
            double sy_free = lists_free ? sy : all - sy;
            double low = (i > j ? all : 0) - sy_free;
            k[count + i + j * order] = k[j + (count + i) * order] = low;
            if (i < j) continue;
            double yy = dot_over(list, length, yi, yj), ss = dot_over(list, length, si, sj);
            double yy_free = lists_free ? yy : b->yy[i + j * most] - yy;
            double ss_bound = lists_free ? b->ss[i + j * most] - ss : ss;
            double high = -yy_free / b->theta - (i == j ? all : 0);
            k[i + j * order] = k[j + i * order] = high;
            k[count + i + (count + j) * order] = k[count + j + (count + i) * order] =
                b->theta * ss_bound;
        }
}

/* Sets step: from the Cauchy point to the model's minimum among free variables. */
static void find_free_step(const state *st)
{
    const gt_compact *b = st->b;
    const double theta = b->theta;
    double *r = st->step, *c = short_vector(st, SHORT_C),
           *product = short_vector(st, SHORT_PRODUCT);
    double *matrix = st->memory->rest + N_SHORT * 2 * st->m;
    gt_subtract(st->p->space, r, st->cauchy, st->x);
    gt_add_scaled(st->p->space, r, st->g, theta, r);
    if (gt_has_bounds(st->p)) {
        gt_compact_middle(b, c, product);
        gt_compact_add(b, r, -1, product);
    }
    for (int64_t i = 0; i < st->n; i++)
        if (!is_free(st, i)) r[i] = 0;
    if (b->count) {
        const int order = 2 * b->count, one = 1;
        int *pivot = (int *)(matrix + 4 * st->m * st->m), info;
        gt_compact_project(b, r, product);
        form_reduced_matrix(st, matrix);
        F77_CALL(dgesv)(&order, &one, matrix, &order, pivot, product, &order, &info);
        if (info == 0) gt_compact_add(b, r, 1 / theta, product);
    }
    for (int64_t i = 0; i < st->n; i++) r[i] = is_free(st, i) ? -r[i] / theta : 0;
}

/* ---- an iteration --------------------------------------------------------------------------- */

/* The model at x + d, beside its value at x. */
static double model_value(const state *st)
{
    double *p = short_vector(st, SHORT_P), *product = short_vector(st, SHORT_PRODUCT);
    gt_compact_project(st->b, st->d, p);
    gt_compact_middle(st->b, p, product);
    return gt_dot(st->p->space, st->g, st->d) +
           (st->b->theta * gt_dot(st->p->space, st->d, st->d) - short_dot(st, p, product)) / 2;
}

/* Sets d, the way to where a part of the free step leads from the Cauchy point, and projected. Is
 * any of it cut off?                                                              */
static bool set_direction(const state *st, double part)
{
    bool is_cut = false;
    for (int64_t i = 0; i < st->n; i++) {
        double to = st->cauchy[i] + part * st->step[i], within = gt_within(st->p, i, to);
        is_cut = is_cut || within != to;
        st->d[i] = within - st->x[i];
    }
    return is_cut;
}

/* Sets d; returns the slope along it. Where its projection costs the minimum more than what was
 * won since the Cauchy point, the step is shortened instead: Morales & Nocedal do so where the
 * projection is uphill, which leaves steps that are hardly downhill.               */
static double find_direction(const state *st)
{
    find_cauchy_point(st);
    find_free_step(st);
    if (set_direction(st, 1)) {
        double projected = model_value(st);
        set_direction(st, 0);
        bool is_higher = projected > model_value(st);
        set_direction(st, is_higher ? fmin(1, gt_longest_step(st->p, st->cauchy, st->step)) : 1);
    }
    return gt_dot(st->p->space, st->g, st->d);
}

static void store_pair(const state *st)
{
    gt_solver *s = st->s;
    double *change = st->step, *y = s->work.vector[LINE];
    if (!st->memory->has_step) return;
    gt_subtract(st->p->space, change, s->x, s->work.vector[PREVIOUS_X]);
    gt_subtract(st->p->space, y, s->gradient, s->work.vector[PREVIOUS_G]);
    gt_compact_store(st->b, change, y);
}

/* False when no lower point was found; x is then where it was. */
static bool search_step(const state *st, double slope)
{
    gt_solver *s = st->s;
    void **v = s->work.vector;
    const lbfgsb_options *o = (const lbfgsb_options *)s->options;
    double t = st->b->count ? 1 : fmin(1, 1 / sqrt(gt_dot(st->p->space, st->d, st->d)));
    gt_copy(st->p->space, v[PREVIOUS_X], s->x);
    gt_copy(st->p->space, v[PREVIOUS_G], s->gradient);
    st->memory->has_step = gt_step_along(s, gt_line_searches[(int)o->line_search - 1], NULL, st->d,
                                         slope, t, v + LINE) != 0;
    return st->memory->has_step;
}

/* Where no lower point is found with what is remembered, begins anew, once; unless the decrease
 * that the direction promised is lost in the value's rounding.                    */
static gt_status iterate(gt_solver *s)
{
    const state all = state_of(s), *st = &all;
    store_pair(st);
    for (;;) {
        double slope = find_direction(st);
        if (slope < 0 && search_step(st, slope)) return GT_STATUS_RUNNING;
        if (st->b->count == 0 || gt_is_lost_in_rounding(s, slope))
            return slope < 0 ? GT_STATUS_NO_LOWER_POINT : GT_STATUS_NO_DESCENT;
        gt_compact_clear(st->b);
    }
}

const gt_method gt_lbfgsb = {.name = "lbfgsb",
                             .needs = GT_PART_GRADIENT,
                             .takes = GT_PART_BOUNDS,
                             .options = &lbfgsb_table,
                             .memory = memory_size,
                             .start = start,
                             .is_double = true,
                             .iterate = iterate,
                             .move = move};
