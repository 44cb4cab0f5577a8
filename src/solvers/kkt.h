/* How far a point and its multipliers are from the conditions of an optimum with constraints (Karush 1939;
 * Kuhn & Tucker 1951; Nocedal & Wright 2006, section 12.3). */
#ifndef GRADTAPE_SOLVERS_KKT_H
#define GRADTAPE_SOLVERS_KKT_H

#include "solvers/solver.h"

/* Of so many products of multiplier and distance only the largest counts; of more, their sum does, which is about what
 * the value is off. */
enum { GT_MANY_PRODUCTS = 10 };

/* How far v is outside of low to high. */
static inline double gt_outside(double v, double low, double high)
{
    return v < low ? low - v : (v > high ? v - high : 0);
}
/* How far v is from the side that a multiplier of this sign belongs to, times the multiplier: about what the
 * value would change by if v were there. The multiplier itself where there is no such side. */
double gt_complementarity(double multiplier, double v, double low, double high);

/* to = gradient + Jacobian' multipliers, at the solver's point. */
void gt_solver_lagrangian_gradient(const gt_solver *s, double *to);
/* Sets the multipliers of bounds that hold x to what is left of the Lagrangian's gradient, the others to
 * 0: for methods that have none of their own. scratch: n numbers.                  */
void gt_solver_bound_multipliers(gt_solver *s, double *scratch);
/* The value's size or, where that is more, what it changes by when a parameter changes by its size, at least 1. */
double gt_size_of_value(const gt_solver *s);
/* What stands for 1 in the value: less where its size at the start is less, so that a small unit of it ends no
 * run early. */
double gt_least_size(const gt_solver *s);
/* Sets gradient_size, violation and complementarity of s->now, as they are in the user's units, and scaled: what
 * stands for a gradient in units of its parameter and by the size of the value and the multipliers, the
 * violation of a constraint by that of a side which is very large. What is scaled of complementarity is a tenth of
 * the sum, where that is more than the largest. scratch: n numbers. */
void gt_measure_kkt(gt_solver *s, double *scratch);
/* Do multipliers grow beyond all measure? Where they do, the value depends on digits of the violation that no tolerance
 * asks for. */
bool gt_solver_has_endless_multipliers(const gt_solver *s);
/* The status of a method that can make no more progress: DEGENERATE where the multipliers have no end. */
gt_status gt_solver_stuck(const gt_solver *s);
/* Is the point infeasible, and the squared violation stationary there, as far as bounds let it lead? weight: of each
 * constraint's square, or NULL: 1. Scratch: a number for each constraint, and for each variable. */
bool gt_solver_is_least_violated(const gt_solver *s, const double *weight, double *outside,
                                 double *slope);

#endif
