/* The filter line search (section 2.3), with second-order corrections (section 2.4). */
#include "solvers/ipm/ipm.h"

#include "solvers/bounds.h"

#include <float.h>
#include <string.h>

/* As in section 4, but where Ipopt differs, as it has it. */
static const double of_theta = 1e-5, of_phi = 1e-8, theta_power = 1.1, phi_power = 2.3,
                    armijo = 1e-8, smallest_fraction = 0.05, correction_gain = 0.99;
enum { MOST_CORRECTIONS = 4, MANY_SHORTENED = 10, MOST_WHOLE_STEPS = 3 };

/* ---- trial points ---- */

static void set_trial(gt_ipm_run *m, const gt_phase *p, double alpha, const double *dw)
{
    for (int64_t k = 0; k < p->size; k++) m->trial[k] = p->w[k] + alpha * dw[k];
}

bool gt_ipm_try(gt_ipm_run *m, bool with_gradient)
{
    gt_problem *problem = m->solver->problem;
    for (int64_t j = 0; j < m->n; j++) m->trial_x[j] = gt_within(problem, j, m->trial[j]);
    gt_constraints(problem, m->trial_x, m->trial_c);
    if (!gt_all_finite((gt_space){false, m->m}, m->trial_c)) return false;
    m->has_trial_g = with_gradient || !problem->value;
    if (m->has_trial_g) gt_value_and_gradient(problem, m->trial_x, &m->trial_value, m->trial_g);
    else gt_value(problem, m->trial_x, &m->trial_value, m->trial_g);
    return isfinite(m->trial_value);
}

/* ---- acceptance of a point ---- */

static bool evaluate_derivatives(gt_ipm_run *m)
{
    gt_problem *problem = m->solver->problem;
    double value;
    if (!m->has_trial_g) gt_value_and_gradient(problem, m->trial_x, &value, m->trial_g);
    if (!gt_all_finite(problem->space, m->trial_g)) return false;
    gt_constraint_jacobian(problem, m->trial_x, m->trial_jacobian);
    gt_space entries = {false, gt_pattern_entries(&problem->constraint_pattern)};
    return gt_all_finite(entries, m->trial_jacobian);
}

/* Where rounding puts w upon a bound, the bound gives way a little (section 3.5). */
static void keep_inside(gt_phase *p)
{
    const double least = DBL_EPSILON * fmin(1, p->mu), way = pow(DBL_EPSILON, 0.75);
    for (int64_t k = 0; k < p->size; k++) {
        if (gt_ipm_is_fixed(p, k)) continue;
        if (p->w[k] - p->lower[k] < least) p->lower[k] -= way * fmax(1, fabs(p->lower[k]));
        if (p->upper[k] - p->w[k] < least) p->upper[k] += way * fmax(1, fabs(p->upper[k]));
    }
}

bool gt_ipm_accept(gt_ipm_run *m, gt_phase *p, double alpha, double alpha_dual)
{
    gt_solver *s = m->solver;
    const gt_space space = s->problem->space;
    if (!evaluate_derivatives(m)) return false;
    double *x = s->x;
    s->now.step_length = alpha;
    s->now.step_size = 0;
    for (int64_t j = 0; j < m->n; j++)
        s->now.step_size = fmax(s->now.step_size, fabs(m->trial_x[j] - x[j]));
    for (int64_t i = 0; i < m->m; i++) p->y[i] += alpha * m->dy[i];
    if (p->curvature) gt_ipm_update_curvature(m, p);
    for (int64_t k = 0; k < p->size; k++) {
        p->w[k] = m->trial[k];
        p->z_low[k] += alpha_dual * m->dz_low[k];
        p->z_up[k] += alpha_dual * m->dz_up[k];
    }
    s->value = m->trial_value;
    gt_copy(space, s->x, m->trial_x);
    gt_copy(space, s->gradient, m->trial_g);
    memcpy(s->constraints, m->trial_c, (size_t)m->m * sizeof(double));
    memcpy(s->jacobian, m->trial_jacobian,
           (size_t)gt_pattern_entries(&s->problem->constraint_pattern) * sizeof(double));
    keep_inside(p);
    gt_ipm_safeguard(p);
    return true;
}

/* ---- which points are good ---- */

typedef struct {
    double theta, phi, slope; /* at the point, and of phi along the direction */
    double trial_theta, trial_phi;
} merit;

static void measure_trial(gt_ipm_run *m, const gt_phase *p, merit *t)
{
    t->trial_theta = gt_ipm_residual(m, p, m->trial, m->trial_c, m->trial_residual);
    t->trial_phi = gt_ipm_barrier(p, m->trial, gt_ipm_objective(m, p, m->trial, m->trial_value));
}

/* Condition (19): phi is expected to fall by much beside theta. */
static bool is_for_phi(const gt_phase *p, const merit *t, double alpha)
{
    return t->slope < 0 && (t->theta <= p->filter.rounding ||
                            alpha * pow(-t->slope, phi_power) > pow(t->theta, theta_power));
}
static bool falls(const merit *t, double alpha)
{
    return gt_no_more(t->trial_phi - t->phi, armijo * alpha * t->slope, t->phi);
}
/* Condition (18). A value that rises by orders of magnitude is none to go to, however feasible. */
static bool is_better(const merit *t)
{
    double rise = t->trial_phi - t->phi;
    if (rise > 0 && log10(rise) > 5 + fmax(1, log10(fmax(fabs(t->phi), DBL_MIN)))) return false;
    return gt_no_more(t->trial_theta, (1 - of_theta) * t->theta, t->theta) ||
           gt_no_more(rise, -of_phi * t->theta, t->phi);
}

static bool is_good(const gt_phase *p, const merit *t, double alpha)
{
    if (!isfinite(t->trial_phi) || !gt_filter_accepts(&p->filter, t->trial_theta, t->trial_phi))
        return false;
    return is_for_phi(p, t, alpha) && t->theta <= p->filter.theta_min ? falls(t, alpha)
                                                                      : is_better(t);
}

static void augment_filter(gt_phase *p, const merit *t, double alpha)
{
    if (is_for_phi(p, t, alpha) && falls(t, alpha)) return;
    gt_filter_add(&p->filter, (1 - of_theta) * t->theta, t->phi - of_phi * t->theta);
}

void gt_ipm_block(gt_phase *p, double theta, double phi)
{
    gt_filter_add(&p->filter, (1 - of_theta) * theta, phi - of_phi * theta);
}

void gt_ipm_set_filter_limits(const gt_ipm_run *m, gt_phase *p, double theta)
{
    const double *c = m->solver->constraints;
    double size = 0;
    for (int64_t i = 0; i < m->m; i++) size += fmax(1, fabs(c[i]));
    p->filter.theta_max = 1e4 * fmax(1, theta);
    p->filter.theta_min = 1e-4 * fmax(1, theta);
    p->filter.rounding = 10 * DBL_EPSILON * size;
}

/* ---- steps ---- */

/* Steps of less than this times the direction are lost in rounding. */
static double size_of_rounding(const gt_ipm_run *m, const gt_phase *p)
{
    double size = 0;
    for (int64_t k = 0; k < p->size; k++) size = fmax(size, fabs(m->dw[k]) / (1 + fabs(p->w[k])));
    return 10 * DBL_EPSILON / fmax(size, DBL_MIN);
}

static bool is_tiny(const gt_ipm_run *m, const gt_phase *p) { return size_of_rounding(m, p) >= 1; }

/* Equation (23). */
static double smallest_alpha(const gt_ipm_run *m, const gt_phase *p, const merit *t)
{
    double least = of_theta;
    if (t->slope < 0) {
        least = fmin(least, of_phi * t->theta / -t->slope);
        if (t->theta <= p->filter.theta_min)
            least = fmin(least, pow(t->theta, theta_power) / pow(-t->slope, phi_power));
    }
    return fmax(smallest_fraction * least, size_of_rounding(m, p));
}

static double dual_alpha(const gt_ipm_run *m, const gt_phase *p)
{
    return fmin(gt_ipm_longest_dual(p, p->z_low, m->dz_low),
                gt_ipm_longest_dual(p, p->z_up, m->dz_up));
}

/* Where a full step adds to the violation, the constraints' curvature may be to blame. The correction's residual
 * is that of all corrections so far. */
static bool correct(gt_ipm_run *m, gt_phase *p, merit *t, double alpha)
{
    double *residual = m->correction, before = t->theta;
    const double alpha_test = alpha;
    memcpy(residual, m->residual, (size_t)m->m * sizeof *residual);
    for (int k = 0; k < MOST_CORRECTIONS; k++) {
        for (int64_t i = 0; i < m->m; i++) residual[i] = alpha * residual[i] + m->trial_residual[i];
        gt_ipm_correct(m, p, residual);
        alpha = gt_ipm_longest(p, p->w, m->corrected);
        set_trial(m, p, alpha, m->corrected);
        if (!gt_ipm_try(m, false)) return false;
        measure_trial(m, p, t);
        if (is_good(p, t, alpha_test)) {
            memcpy(m->dw, m->corrected, (size_t)p->size * sizeof *m->dw);
            memcpy(m->dy, m->corrected_y, (size_t)m->m * sizeof *m->dy);
            gt_ipm_dual_direction(m, p);
            if (!gt_ipm_accept(m, p, alpha, dual_alpha(m, p))) return false;
            augment_filter(p, t, alpha_test);
            return true;
        }
        if (t->trial_theta > correction_gain * before) return false;
        before = t->trial_theta;
    }
    return false;
}

/* With a watched point: a whole step, judged by that point, and taken if it is good, or if there are to be more. */
static gt_search_result take_whole(gt_ipm_run *m, gt_phase *p)
{
    gt_ipm_watched *k = &m->watched;
    merit t = {.theta = k->theta, .phi = k->phi, .slope = k->slope};
    const double alpha = gt_ipm_longest(p, p->w, m->dw);
    set_trial(m, p, alpha, m->dw);
    if (!gt_ipm_try(m, true)) return GT_SEARCH_FAILED;
    measure_trial(m, p, &t);
    bool good = is_good(p, &t, k->alpha);
    if (!good && (k->tries++ >= MOST_WHOLE_STEPS || !(t.trial_theta <= p->filter.theta_max)))
        return GT_SEARCH_FAILED;
    if (!gt_ipm_accept(m, p, alpha, dual_alpha(m, p))) return GT_SEARCH_FAILED;
    if (!good) return GT_SEARCH_DONE;
    augment_filter(p, &t, k->alpha);
    k->is_watched = false;
    p->n_shortened = 0;
    return GT_SEARCH_DONE;
}

/* Cuts the step back until its end is good. */
static gt_search_result cut_back(gt_ipm_run *m, gt_phase *p, merit t)
{
    const double longest = gt_ipm_longest(p, p->w, m->dw), of_z = dual_alpha(m, p),
                 least = smallest_alpha(m, p, &t);
    const bool tiny = is_tiny(m, p) && t.theta <= 1e-8;
    bool was_defined = false;
    for (double alpha = longest; alpha == longest || alpha > least; alpha /= 2) {
        set_trial(m, p, alpha, m->dw);
        if (!gt_ipm_try(m, alpha == longest)) continue;
        was_defined = true;
        measure_trial(m, p, &t);
        if (tiny && gt_ipm_accept(m, p, alpha, of_z)) return GT_SEARCH_TINY;
        if (is_good(p, &t, alpha) && gt_ipm_accept(m, p, alpha, of_z)) {
            augment_filter(p, &t, alpha);
            p->n_shortened = alpha < longest ? p->n_shortened + 1 : 0;
            return GT_SEARCH_DONE;
        }
        if (alpha == longest && m->m > 0 && t.trial_theta >= t.theta && correct(m, p, &t, alpha)) {
            p->n_shortened = 0;
            return GT_SEARCH_DONE;
        }
    }
    return was_defined ? GT_SEARCH_FAILED : GT_SEARCH_UNDEFINED;
}

gt_search_result gt_ipm_search(gt_ipm_run *m, gt_phase *p)
{
    if (m->watched.is_watched) return take_whole(m, p);
    merit t = {.theta = gt_ipm_residual(m, p, p->w, m->solver->constraints, m->residual)};
    t.phi = gt_ipm_barrier(p, p->w, gt_ipm_objective(m, p, p->w, m->solver->value));
    t.slope = gt_dot((gt_space){false, p->size}, m->slope, m->dw);
    if (p->n_shortened < MANY_SHORTENED || is_tiny(m, p)) return cut_back(m, p, t);
    gt_ipm_watch(m, p, t.theta, t.phi, t.slope, gt_ipm_longest(p, p->w, m->dw));
    return take_whole(m, p);
}
