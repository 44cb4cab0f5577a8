#include "solvers/loss.h"

#include <math.h>
#include <string.h>

#define GT_LOSS_WORD(name) #name,
static const char *const names[] = {GT_LOSSES(GT_LOSS_WORD)};

gt_loss_kind gt_loss_find(const char *name)
{
    int k = 0;
    while (k < GT_N_LOSSES && strcmp(names[k], name)) k++;
    return (gt_loss_kind)k;
}

typedef struct {
    double value, first, second; /* rho and its derivatives */
} rho;

static rho rho_at(gt_loss_kind kind, double z)
{
    const double root = sqrt(1 + z);
    switch (kind) {
    case GT_LOSS_huber:
        return z <= 1 ? (rho){z, 1, 0} : (rho){2 * sqrt(z) - 1, 1 / sqrt(z), -0.5 / (z * sqrt(z))};
    case GT_LOSS_soft_l1:
        return (rho){2 * z / (root + 1), 1 / root, -0.5 / (root * root * root)};
    case GT_LOSS_cauchy:
        return (rho){log1p(z), 1 / (1 + z), -1 / ((1 + z) * (1 + z))};
    default:
        return (rho){z, 1, 0};
    }
}

static rho rho_of(const gt_loss *loss, double r)
{
    double z = loss->kind == GT_LOSS_squares ? r : r / loss->scale;
    return rho_at(loss->kind, z * z);
}

double gt_loss_weight(const gt_loss *loss, double r) { return rho_of(loss, r).first; }

double gt_loss_value(const gt_loss *loss, int64_t m, const double *r)
{
    double sum = 0;
    for (int64_t i = 0; i < m; i++) sum += rho_of(loss, r[i]).value;
    return 0.5 * sum * (loss->kind == GT_LOSS_squares ? 1 : loss->scale * loss->scale);
}

void gt_loss_factors(const gt_loss *loss, double r, double *of_residual, double *of_row)
{
    *of_residual = *of_row = 1;
    if (loss->kind == GT_LOSS_squares) return;
    double z = r / loss->scale * (r / loss->scale);
    rho at = rho_at(loss->kind, z);
    double curvature = at.first + 2 * z * at.second;
    /* a row that is scaled down to nothing would need a residual scaled up without end */
    *of_row = sqrt(fmax(curvature, 0.1 * at.first));
    *of_residual = at.first / *of_row;
}
