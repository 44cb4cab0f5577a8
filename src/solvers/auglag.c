/* The augmented Lagrangian method, over minimisations within bounds. The multipliers follow from the weight and
 * what is left of the violation; the weight grows where that does not fall fast enough (Conn, Gould & Toint
 * 1991, "A globally convergent augmented Lagrangian algorithm for optimization with general
 * constraints and simple bounds"; Andreani, Birgin, Martinez & Schuverdt 2008, "On augmented Lagrangian
 * methods with general lower-level constraints", algorithm 3.1; Birgin & Martinez 2014, chapters 4 and 12). */
#include "solvers/bounds.h"
#include "solvers/kkt.h"
#include "solvers/penalized.h"

#include <string.h>

#define AUGLAG_OPTIONS(NUMBER, OPTIONAL, WHOLE, FLAG, PAIR, CHOICE) \
    OPTIONAL(rho, GT_ABOVE_0, \
             "First weight of the violation; \\code{NULL}: by the sizes of value and violation") \
    NUMBER(gamma, 10, GT_ABOVE_1, "What the weight is multiplied by") \
    NUMBER(tau, 0.5, GT_BETWEEN_0_AND_1, \
           "The weight grows where the violation is more than this times the one before")
GT_OPTION_STRUCT(auglag_options, AUGLAG_OPTIONS)
GT_OPTION_TABLE(auglag_table, AUGLAG_OPTIONS)

typedef struct {
    double tolerance; /* of the next minimisation */
    double progress;  /* what is left of violation and complementarity */
    bool is_slow;     /* that is hardly less than before */
    int64_t stuck;    /* iterations in a row at a stationary point of the violation */
    int64_t endless;  /* and with multipliers that have no end */
} auglag_memory;

static const double largest_multiplier = 1e20;

static int64_t memory_numbers(void)
{
    return (int64_t)(sizeof(auglag_memory) / sizeof(double)) + 1;
}

static void memory_size(const gt_problem *p, const void *options, gt_memory_size *kept,
                        gt_memory_size *work)
{
    (void)options;
    *kept = (gt_memory_size){0, 0};
    *work = (gt_memory_size){gt_penalized_run_numbers(p) + memory_numbers(), 0};
}

static auglag_memory *memory_of(gt_solver *s)
{
    return (auglag_memory *)(s->work.numbers + gt_penalized_run_numbers(s->problem));
}

/* Half the squared violation. */
static double half_square(const gt_solver *s)
{
    const gt_problem *p = s->problem;
    double sum = 0;
    for (int64_t i = 0; i < p->n_constraints; i++) {
        double v = gt_outside(s->constraints[i], p->constraint_lower[i], p->constraint_upper[i]);
        sum += v * v;
    }
    return sum / 2;
}

/* Value and violation cost about the same (Birgin & Martinez 2014, section 12.4). */
static double first_weight(const gt_solver *s)
{
    const auglag_options *o = (const auglag_options *)s->options;
    if (!isnan(o->rho)) return o->rho;
    double weight = fmax(1, fabs(s->value)) / fmax(1, half_square(s));
    return fmax(1e-6, fmin(10, 10 * weight));
}

static void start(gt_solver *s)
{
    gt_penalized_run_start(s);
    gt_penalized_run_of(s)->penalized.weight = first_weight(s);
    *memory_of(s) = (auglag_memory){.tolerance = 1e-3, .progress = INFINITY};
}

/* How far each constraint is from what its multiplier asks for: the largest. */
static double distance_left(const gt_solver *s, const gt_penalized *p)
{
    double largest = 0;
    for (int64_t i = 0; i < s->problem->n_constraints; i++)
        largest = fmax(largest, fabs(s->multipliers[i] - p->multipliers[i]) /
                                    (p->weight * sqrt(p->row_weight[i])));
    return largest;
}

static void take_multipliers(const gt_solver *s, gt_penalized *p)
{
    for (int64_t i = 0; i < s->problem->n_constraints; i++) {
        const double w = s->multipliers[i];
        p->multipliers[i] = fabs(w) <= largest_multiplier ? w : 0;
    }
}

/* What the iterations so far say; RUNNING: nothing. */
static gt_status verdict(const gt_solver *s, const auglag_memory *m, const gt_penalized *p)
{
    if (m->stuck >= 5) return GT_STATUS_INFEASIBLE;
    if (m->endless >= 20) return GT_STATUS_DEGENERATE;
    return p->weight >= gt_largest_weight && m->is_slow ? gt_solver_stuck(s) : GT_STATUS_RUNNING;
}

static gt_status iterate(gt_solver *s)
{
    const auglag_options *o = (const auglag_options *)s->options;
    const double tolerance = s->converge.tol_constraint;
    auglag_memory *m = memory_of(s);
    gt_penalized *p = &gt_penalized_run_of(s)->penalized;
    gt_status status = verdict(s, m, p);
    if (status == GT_STATUS_RUNNING) status = gt_penalized_move(s, m->tolerance, o->gamma);
    if (status != GT_STATUS_RUNNING) return status;

    const double left = distance_left(s, p);
    const bool is_feasible = 2 * half_square(s) <= tolerance * tolerance;
    m->is_slow = left > o->tau * m->progress;
    m->progress = left;
    take_multipliers(s, p);
    m->stuck = !is_feasible && m->is_slow && gt_penalized_is_stuck(s) ? m->stuck + 1 : 0;
    m->endless = gt_solver_stuck(s) == GT_STATUS_DEGENERATE ? m->endless + 1 : 0;
    const bool is_far =
        left > tolerance || s->now.scaled_complementarity > s->converge.tol_gradient;
    if (m->is_slow && is_far) p->weight = fmin(p->weight * o->gamma, gt_largest_weight);
    m->tolerance = fmax(m->tolerance * 0.1, s->converge.tol_gradient * 0.1);
    return GT_STATUS_RUNNING;
}

const gt_method gt_auglag = {.name = "auglag",
                             .needs = GT_PART_GRADIENT | GT_PART_CONSTRAINT_JACOBIAN,
                             .takes = GT_PART_BOUNDS | GT_PART_CONSTRAINTS,
                             .options = &auglag_table,
                             .memory = memory_size,
                             .start = start,
                             .is_double = true,
                             .iterate = iterate};
