/* What a residual costs: half of rho(r^2 / c^2) c^2 with a scale c. rho(z) = z is least squares; the
 * others grow more slowly and so are robust (Triggs et al. 2000, Bundle adjustment, section 4.3). */
#ifndef GRADTAPE_SOLVERS_LOSS_H
#define GRADTAPE_SOLVERS_LOSS_H

#include <stdint.h>

/* X(name): huber: z up to 1, then 2 sqrt(z) - 1; soft_l1: 2 (sqrt(1 + z) - 1); cauchy: log(1 + z) */
#define GT_LOSSES(X) X(squares) X(huber) X(soft_l1) X(cauchy)
#define GT_LOSS_NAME(name) GT_LOSS_##name,
typedef enum { GT_LOSSES(GT_LOSS_NAME) GT_N_LOSSES } gt_loss_kind;

typedef struct {
    gt_loss_kind kind;
    double scale; /* above 0; of no use for squares */
} gt_loss;

/* By its name; GT_N_LOSSES when there is none. */
gt_loss_kind gt_loss_find(const char *name);
/* Half the sum over m residuals. */
double gt_loss_value(const gt_loss *loss, int64_t m, const double *r);
/* The factors by which residual and row of the Jacobian become those of a least squares problem with the
 * same gradient and nearly the same Hessian, but positive.                          */
void gt_loss_factors(const gt_loss *loss, double r, double *of_residual, double *of_row);

/* rho'(r^2 / c^2): the weight of a residual in iteratively reweighted least squares. */
double gt_loss_weight(const gt_loss *loss, double r);

#endif
