/* The search direction (section 3.1): a step of Newton's method for the conditions (4). */
#include "solvers/ipm/ipm.h"

#include <string.h>

static int64_t of_over(const gt_ipm_run *m) { return m->n + m->m; }
static int64_t of_missing(const gt_ipm_run *m) { return m->n + 2 * m->m; }

/* ---- diagonals ---- */

/* What the logarithms and, in a restoration, the distance add to the Hessian of phi, for all of w. */
static void find_curvature(gt_ipm_run *m, const gt_phase *p)
{
    for (int64_t k = 0; k < p->size; k++) {
        double sum = 0;
        if (p->z_low[k] > 0) sum += p->z_low[k] / (p->w[k] - p->lower[k]);
        if (p->z_up[k] > 0) sum += p->z_up[k] / (p->upper[k] - p->w[k]);
        if (p->restores && k < m->n) sum += m->distance_weight * m->closeness[k] * m->closeness[k];
        m->sigma[k] = sum;
    }
}

/* The diagonals of the system, with what is added to them. */
static void set_diagonals(gt_ipm_run *m, const gt_phase *p)
{
    const double more = p->inertia.to_a;
    for (int64_t j = 0; j < m->n; j++) m->newton.a[j] = m->sigma[j] + fmax(more, m->floor_of_a);
    for (int64_t i = 0; i < m->m; i++) {
        double d = p->inertia.to_d;
        if (!gt_ipm_is_fixed(p, m->n + i)) d += 1 / (m->sigma[m->n + i] + more);
        if (p->restores)
            d += 1 / (m->sigma[of_over(m) + i] + more) + 1 / (m->sigma[of_missing(m) + i] + more);
        m->newton.d[i] = fmax(d, m->floor_of_d);
    }
}

/* ---- one solution, refined ---- */

/* The whole system's product with (dw, dy), minus right-hand sides: what is left, with signs turned. */
static double what_is_left(gt_ipm_run *m, const gt_phase *p, const double *b, const double *c,
                           const double *dw, const double *dy, double *of_w, double *of_y)
{
    const gt_problem *problem = m->solver->problem;
    const double more = p->inertia.to_a;
    double *jacobian_product = m->scratch, worst = 0;
    gt_newton_multiply(&m->newton, dw, of_w);
    gt_add_transposed(&problem->constraint_pattern, m->solver->jacobian, dy, of_w);
    gt_multiply(&problem->constraint_pattern, m->solver->jacobian, dw, jacobian_product);
    for (int64_t k = 0; k < p->size; k++) {
        double product = (m->sigma[k] + more) * dw[k];
        if (k < m->n) product += of_w[k];
        else if (k < of_over(m) || k < of_missing(m)) product -= dy[(k - m->n) % m->m];
        else product += dy[k - of_missing(m)];
        of_w[k] = gt_ipm_is_fixed(p, k) ? 0 : b[k] - product;
        worst = fmax(worst, fabs(of_w[k]));
    }
    for (int64_t i = 0; i < m->m; i++) {
        double product = jacobian_product[i] - dw[m->n + i] - p->inertia.to_d * dy[i];
        if (p->restores) product += dw[of_missing(m) + i] - dw[of_over(m) + i];
        of_y[i] = m->row[i] == 0 ? 0 : c[i] - product;
        worst = fmax(worst, fabs(of_y[i]));
    }
    return worst;
}

/* By eliminating slacks and what else enters a row alone. */
static void solve_once(gt_ipm_run *m, const gt_phase *p, const double *b, const double *c,
                       double *dw, double *dy)
{
    const double more = p->inertia.to_a;
    double *of_rows = m->scratch;
    for (int64_t i = 0; i < m->m; i++) {
        const int64_t s = m->n + i, over = of_over(m) + i, missing = of_missing(m) + i;
        of_rows[i] = c[i];
        if (!gt_ipm_is_fixed(p, s)) of_rows[i] += b[s] / (m->sigma[s] + more);
        if (!p->restores) continue;
        of_rows[i] += b[over] / (m->sigma[over] + more) - b[missing] / (m->sigma[missing] + more);
    }
    gt_newton_solve(&m->newton, b, of_rows, dw, dy);
    for (int64_t i = 0; i < m->m; i++) {
        const int64_t s = m->n + i, over = of_over(m) + i, missing = of_missing(m) + i;
        dw[s] = gt_ipm_is_fixed(p, s) ? 0 : (b[s] + dy[i]) / (m->sigma[s] + more);
        if (!p->restores) continue;
        dw[over] = (b[over] + dy[i]) / (m->sigma[over] + more);
        dw[missing] = (b[missing] - dy[i]) / (m->sigma[missing] + more);
    }
}

static double largest(int64_t n, const double *x) { return gt_max_abs((gt_space){false, n}, x); }

/* So much left beside the right-hand side is no solution, however large it is. */
static const double useless_residual = 0.1;

/* (dw, dy) for the right-hand sides b and c, refined against the system without the floor. Returns how large what
 * is left is beside them; the best that was found is returned. */
static double solve_refined(gt_ipm_run *m, const gt_phase *p, const double *b, const double *c,
                            double *dw, double *dy)
{
    const double enough = 1e-10, of_rhs = fmax(largest(p->size, b), largest(m->m, c));
    const int most = 10;
    double *left_w = m->left, *left_y = left_w + p->size, *more_w = m->more,
           *more_y = more_w + p->size;
    double best = INFINITY;
    solve_once(m, p, b, c, dw, dy);
    for (int k = 0; k <= most; k++) {
        double left = what_is_left(m, p, b, c, dw, dy, left_w, left_y),
               size = fmax(largest(p->size, dw), largest(m->m, dy)),
               ratio = left / (of_rhs + fmin(size, 1e6 * of_rhs));
        if (of_rhs == 0) return 0;
        if (!(ratio < best)) { /* worse, or NaN: back */
            if (k > 0) {
                for (int64_t i = 0; i < p->size; i++) dw[i] -= more_w[i];
                for (int64_t i = 0; i < m->m; i++) dy[i] -= more_y[i];
            }
            return isfinite(best) ? best : INFINITY;
        }
        best = left > useless_residual * of_rhs ? INFINITY : ratio;
        if (ratio <= enough || k == most) break;
        solve_once(m, p, left_w, left_y, more_w, more_y);
        for (int64_t i = 0; i < p->size; i++) dw[i] += more_w[i];
        for (int64_t i = 0; i < m->m; i++) dy[i] += more_y[i];
    }
    return best;
}

/* ---- inertia ---- */

static const double useless_solution = 1e-5; /* so much left is as bad as a singular matrix */

typedef enum { RIGHT, WRONG, SINGULAR } inertia_is;

/* Rounding may hide that there is no curvature along some direction, or that gradients of constraints are dependent:
 * steps, or multipliers, then are beyond all measure. */
static bool is_singular_in_disguise(const gt_ipm_run *m, const gt_phase *p)
{
    const double beyond = 1e10;
    return (p->inertia.to_a == 0 && largest(m->n, m->dw) > beyond * fmax(1, largest(m->n, p->w))) ||
           (p->inertia.to_d == 0 && largest(m->m, m->dy) > beyond);
}

/* Factorises, and solves for the direction. */
static inertia_is attempt_with_floor(gt_ipm_run *m, gt_phase *p, const double *b, const double *c)
{
    int64_t n_negative;
    set_diagonals(m, p);
    if (!gt_newton_factorise(&m->newton, &n_negative) || n_negative < m->m) return SINGULAR;
    if (n_negative > m->m) return WRONG;
    if (!(solve_refined(m, p, b, c, m->dw, m->dy) <= useless_solution)) return SINGULAR;
    return is_singular_in_disguise(m, p) ? SINGULAR : RIGHT;
}

/* What a factorisation without pivots may need on the diagonals of A and of D: as little as will do, since
 * refinement makes up for it slowly where it is much beside the curvature, or beside what the constraints' gradients
 * differ by. */
static const double floor_of_a[] = {0, 0, 1e-10, 1e-8, 1e-6},
                    floor_of_d[] = {1e-13, 1e-9, 1e-9, 1e-8, 1e-6};
enum { N_FLOORS = sizeof floor_of_a / sizeof *floor_of_a };

static inertia_is attempt(gt_ipm_run *m, gt_phase *p, const double *b, const double *c)
{
    inertia_is now = SINGULAR;
    if (!m->newton.system.sparse) return attempt_with_floor(m, p, b, c);
    for (int k = 0; k < N_FLOORS && now == SINGULAR; k++) {
        m->floor_of_a = floor_of_a[k];
        m->floor_of_d = floor_of_d[k];
        now = attempt_with_floor(m, p, b, c);
    }
    return now;
}

/* Algorithm IC. */
static bool find_direction(gt_ipm_run *m, gt_phase *p, const double *b, const double *c)
{
    const double first = 1e-4, least = 1e-20, most = 1e40;
    gt_inertia *t = &p->inertia;
    t->to_a = t->to_d = 0;
    inertia_is now = attempt(m, p, b, c);
    if (now == RIGHT) return true;
    if (now == SINGULAR && m->m > 0) {
        t->to_d = 1e-8 * pow(p->mu, 0.25);
        now = attempt(m, p, b, c);
        if (now == RIGHT) return true;
    }
    t->to_a = t->last == 0 ? first : fmax(least, t->last / 3);
    for (; t->to_a < most; t->to_a *= t->last == 0 ? 100 : 8) {
        if (attempt(m, p, b, c) != RIGHT) continue;
        t->last = t->to_a;
        return true;
    }
    return false;
}

/* ---- the direction ---- */

/* The Hessian of the Lagrangian, of the violation alone in a restoration. What is not finite is left out:
 * the line search tells what the direction is worth. */
static void evaluate_hessian(gt_ipm_run *m, gt_phase *p)
{
    gt_problem *problem = m->solver->problem;
    double *h = m->newton.hessian;
    const int64_t count = gt_pattern_entries(m->newton.hessian_pattern);
    if (p->curvature) {
        memcpy(h, p->curvature, (size_t)count * sizeof *h);
        return;
    }
    gt_lagrangian_hessian(problem, m->solver->x, p->restores ? 0 : m->f_scale, p->y, h);
    for (int64_t k = 0; k < count; k++)
        if (!isfinite(h[k])) h[k] = 0;
}

void gt_ipm_dual_direction(gt_ipm_run *m, const gt_phase *p)
{
    for (int64_t k = 0; k < p->size; k++) {
        double low = p->w[k] - p->lower[k], up = p->upper[k] - p->w[k];
        m->dz_low[k] = p->z_low[k] > 0 ? (p->mu - p->z_low[k] * m->dw[k]) / low - p->z_low[k] : 0;
        m->dz_up[k] = p->z_up[k] > 0 ? (p->mu + p->z_up[k] * m->dw[k]) / up - p->z_up[k] : 0;
    }
}

/* Minus the gradient of phi and of what y adds to it. */
static void right_hand_side(gt_ipm_run *m, const gt_phase *p, double *b)
{
    const gt_solver *s = m->solver;
    memcpy(b, m->slope, (size_t)p->size * sizeof *b);
    gt_add_transposed(&s->problem->constraint_pattern, s->jacobian, p->y, b);
    for (int64_t i = 0; i < m->m; i++) {
        b[m->n + i] -= p->y[i];
        if (!p->restores) continue;
        b[of_over(m) + i] -= p->y[i];
        b[of_missing(m) + i] += p->y[i];
    }
    for (int64_t k = 0; k < p->size; k++) b[k] = gt_ipm_is_fixed(p, k) ? 0 : -b[k];
}

bool gt_ipm_direction(gt_ipm_run *m, gt_phase *p)
{
    double *b = m->rhs, *c = b + p->size;
    gt_ipm_gradient(m, p, m->slope);
    gt_ipm_add_barrier(p, m->slope);
    gt_ipm_residual(m, p, p->w, m->solver->constraints, m->residual);
    right_hand_side(m, p, b);
    for (int64_t i = 0; i < m->m; i++) c[i] = -m->residual[i];
    evaluate_hessian(m, p);
    find_curvature(m, p);
    if (!find_direction(m, p, b, c)) return false;
    gt_ipm_dual_direction(m, p);
    return true;
}

void gt_ipm_correct(gt_ipm_run *m, gt_phase *p, const double *residual)
{
    double *b = m->rhs, *c = b + p->size;
    right_hand_side(m, p, b);
    for (int64_t i = 0; i < m->m; i++) c[i] = -residual[i];
    solve_refined(m, p, b, c, m->corrected, m->corrected_y);
}

void gt_ipm_estimate_multipliers(gt_ipm_run *m, gt_phase *p)
{
    const double most = 1000;
    double *b = m->rhs, *c = b + p->size;
    if (m->m == 0) return;
    memset(p->y, 0, (size_t)m->m * sizeof *p->y);
    memset(m->newton.hessian, 0,
           (size_t)gt_pattern_entries(m->newton.hessian_pattern) * sizeof(double));
    for (int64_t k = 0; k < p->size; k++) m->sigma[k] = 1;
    memset(c, 0, (size_t)m->m * sizeof *c);
    gt_ipm_gradient(m, p, b);
    for (int64_t k = 0; k < p->size; k++)
        b[k] = gt_ipm_is_fixed(p, k) ? 0 : p->z_low[k] - p->z_up[k] - b[k];
    p->inertia.to_a = p->inertia.to_d = 0;
    inertia_is now = attempt(m, p, b, c);
    if (now == SINGULAR) {
        p->inertia.to_d = 1e-8;
        now = attempt(m, p, b, c);
    }
    if (now == RIGHT && largest(m->m, m->dy) <= most)
        memcpy(p->y, m->dy, (size_t)m->m * sizeof *p->y);
}

/* Where gradients of constraints are dependent, multipliers are not determined, and steps let them grow: the
 * shortest of them are better. */
void gt_ipm_improve_multipliers(gt_ipm_run *m, gt_phase *p)
{
    const double large = 1000, feasible = 1e-6;
    double *before = m->trial_residual;
    if (p->inertia.to_d == 0 || largest(m->m, p->y) <= large) return;
    const gt_inertia inertia = p->inertia;
    const gt_ipm_error old = gt_ipm_measure(m, p, 0);
    if (old.primal > feasible) return;
    memcpy(before, p->y, (size_t)m->m * sizeof *before);
    gt_ipm_estimate_multipliers(m, p);
    if (gt_ipm_measure(m, p, 0).dual > fmax(old.dual, 1e-8))
        memcpy(p->y, before, (size_t)m->m * sizeof *before);
    p->inertia = inertia;
}
