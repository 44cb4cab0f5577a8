#include "solvers/first_order/first_order.h"

#include <string.h>

#define ROW(name) &gt_##name,
const gt_first_order *const gt_first_order_methods[] = {GT_FIRST_ORDER_METHODS(ROW)};
const int gt_n_first_order_methods = sizeof gt_first_order_methods / sizeof *gt_first_order_methods;

int gt_first_order_find(const char *name)
{
    for (int i = 0; i < gt_n_first_order_methods; i++)
        if (!strcmp(gt_first_order_methods[i]->name, name)) return i;
    return -1;
}

int gt_n_state_vectors(const gt_first_order *m)
{
    int n = 0;
    while (m->state[n].name) n++;
    return n;
}

gt_type gt_state_type(gt_state_shape shape, const gt_type *parameter)
{
    gt_type t = *parameter;
    int dropped = shape == GT_OF_ROWS ? t.ndim - 1 : t.ndim - 2;
    if (shape == GT_AS_PARAMETER) return t;
    if (shape == GT_OF_SCALAR || t.ndim < 2) return gt_scalar_type(t.dtype);
    for (int i = dropped; i + 1 < t.ndim; i++) t.dim[i] = t.dim[i + 1];
    t.ndim--;
    t.size = 1;
    for (int i = 0; i < t.ndim; i++) t.size *= t.dim[i];
    return t;
}
