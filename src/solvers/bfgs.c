/* BFGS with a dense matrix (Broyden, Fletcher, Goldfarb, Shanno 1970; Nocedal & Wright 2006,
 * section 6.1). The approximate inverse Hessian is kept as a product J J', so that it is positive
 * definite whatever the rounding, and has its condition as the square of J's. For a
 * step s = t d with d = J p and the change y of the gradient, BFGS is
 *
 *     J <- J - s v' / y's,   v = J'y - sqrt(y's) p / |p|,
 *
 * the dual of the update of Dennis & Schnabel (1983, section 9.2); here p = -J'g. With it goes the
 * next direction: two passes over J, column by column. J starts as a multiple of the identity, by
 * y's / y'y after the first step (eq. 6.20). Where the step met less curvature than the matrix
 * had for it, as on the way in from far, J is first multiplied so that it has as much, or half
 * (Al-Baali 1998, Computational Optimization and Applications 9, 191-203). Where it met less than
 * a search for the Wolfe conditions would allow, y is damped (Powell 1978; Nocedal & Wright,
 * procedure 18.2).                                                                */
#include "solvers/search/step.h"

#define BFGS_OPTIONS(NUMBER, OPTIONAL, WHOLE, FLAG, PAIR, CHOICE) \
    CHOICE(line_search, GT_SEARCH_more_thuente, gt_line_search_names, "The line search")
GT_OPTION_STRUCT(bfgs_options, BFGS_OPTIONS)
GT_OPTION_TABLE(bfgs_table, BFGS_OPTIONS)

#define LEAST_CURVATURE 0.01 /* change of the slope, as a part of the slope */
#define MOST_EXCESS 2.0      /* of the matrix, that is taken away at once */
#define DAMPED_CURVATURE 0.2 /* as a part of the model's, where it is less */

typedef struct {
    double has_step;   /* is a step there from which to learn? */
    double has_matrix; /* else J is the identity */
    double t;          /* the last step length */
    double slope;      /* at its start */
} numbers;

enum { D, P, PREVIOUS_G, Y, V, STEP, J = STEP + GT_STEP_VECTORS };

static void memory_size(const gt_problem *p, const void *options, gt_memory_size *kept,
                        gt_memory_size *work)
{
    (void)options;
    *kept = (gt_memory_size){0, 0};
    *work = (gt_memory_size){sizeof(numbers) / sizeof(double), J + p->space.n};
}

/* Down the gradient. */
static void begin(gt_solver *s)
{
    numbers *m = (numbers *)s->work.numbers;
    m->has_step = m->has_matrix = 0;
    m->t = gt_down_the_gradient(s, s->work.vector[D]);
    gt_copy(s->problem->space, s->work.vector[P], s->work.vector[D]);
}

/* J = a I; p so that d = J p. */
static void set_multiple_of_identity(gt_solver *s, double a)
{
    const gt_space space = s->problem->space;
    void **work = s->work.vector;
    for (int64_t j = 0; j < space.n; j++) {
        gt_set_all(space, work[J + j], 0);
        gt_set_element(space, work[J + j], j, a);
    }
    gt_scale(space, work[P], 1 / a, work[P]);
    ((numbers *)s->work.numbers)->has_matrix = 1;
}

/* y's / t of the last step with y damped where it is too small or negative; 0 where the step is
 * to be forgotten.                                                               */
static double curvature(gt_solver *s)
{
    const gt_space space = s->problem->space;
    const numbers *m = (const numbers *)s->work.numbers;
    void **work = s->work.vector, *y = work[Y];
    gt_subtract(space, y, s->gradient, work[PREVIOUS_G]);
    double yd = gt_dot(space, y, work[D]);
    if (yd > -LEAST_CURVATURE * m->slope) return yd;
    if (!m->has_matrix) return 0;
    double model = -m->t * m->slope, theta = (1 - DAMPED_CURVATURE) * model / (model - yd);
    if (yd >= DAMPED_CURVATURE * model) return yd;
    gt_scale(space, y, theta, y);
    gt_add_scaled(space, y, y, -(1 - theta) * m->t, work[PREVIOUS_G]);
    return gt_dot(space, y, work[D]);
}

/* How much less curvature there was than the matrix had, as far as one step is trusted. */
static double excess(const numbers *m, double yd)
{
    if (!m->has_matrix) return 1;
    return fmin(fmax(1, -m->slope * m->t / yd), MOST_EXCESS);
}

/* J and the next direction from the last step. */
static void update(gt_solver *s)
{
    const gt_space space = s->problem->space;
    numbers *m = (numbers *)s->work.numbers;
    void **work = s->work.vector, *d = work[D], *p = work[P], *y = work[Y], *v = work[V];
    double yd = curvature(s), ys = yd * m->t, factor = sqrt(excess(m, yd));
    double first = ys / gt_dot(space, y, y);
    if (!(yd > 0) || !(first > 0 && first < INFINITY)) {
        begin(s);
        return;
    }
    if (!m->has_matrix) set_multiple_of_identity(s, sqrt(first));

    gt_scale(space, p, 1 / factor, p);
    double to_p = -sqrt(ys / gt_dot(space, p, p)), sg = gt_dot(space, d, s->gradient) / yd;
    for (int64_t j = 0; j < space.n; j++) {
        double vj = factor * gt_dot(space, work[J + j], y) + to_p * gt_element(space, p, j);
        double next_p = vj * sg - factor * gt_dot(space, work[J + j], s->gradient);
        gt_set_element(space, v, j, vj / yd);
        gt_set_element(space, p, j, next_p);
    }
    void *previous_d = y; /* y is not needed any more */
    gt_copy(space, previous_d, d);
    gt_set_all(space, d, 0);
    for (int64_t j = 0; j < space.n; j++) {
        void *column = work[J + j];
        if (factor != 1) gt_scale(space, column, factor, column);
        gt_add_scaled(space, column, column, -gt_element(space, v, j), previous_d);
        gt_add_scaled(space, d, d, gt_element(space, p, j), column);
    }
    m->t = 1;
}

static bool step(gt_solver *s)
{
    numbers *m = (numbers *)s->work.numbers;
    const bfgs_options *o = (const bfgs_options *)s->options;
    void **work = s->work.vector;
    m->slope = gt_dot(s->problem->space, s->gradient, work[D]);
    if (!(m->slope < 0)) return false;
    gt_copy(s->problem->space, work[PREVIOUS_G], s->gradient);
    double t = gt_step_along(s, gt_line_searches[(int)o->line_search - 1], NULL, work[D], m->slope,
                             m->t, work + STEP);
    if (t == 0) return false;
    m->t = t;
    m->has_step = 1;
    return true;
}

static gt_status iterate(gt_solver *s)
{
    numbers *m = (numbers *)s->work.numbers;
    if (m->has_step) update(s);
    if (step(s)) return GT_STATUS_RUNNING;
    if (!m->has_matrix) return m->slope < 0 ? GT_STATUS_NO_LOWER_POINT : GT_STATUS_NO_DESCENT;
    if (gt_is_lost_in_rounding(s, m->slope)) return GT_STATUS_NO_LOWER_POINT;
    begin(s);
    return step(s) ? GT_STATUS_RUNNING : GT_STATUS_NO_LOWER_POINT;
}

const gt_method gt_bfgs = {.name = "bfgs",
                           .needs = GT_PART_GRADIENT,
                           .options = &bfgs_table,
                           .memory = memory_size,
                           .start = begin,
                           .iterate = iterate,
                           .move = gt_holds_no_addresses};
