/* Whether a kernel can do its work: what R code learns from an error that it catches. */
#include "ops/rules.h"

#include <string.h>

/* ---- succeeds(inputs...; operation, its parameters): is there a result? ---- */

#define INNER_ARGUMENTS(p) \
    gt_op op = (gt_op)(p)->v[0]; \
    gt_params inner = {(p)->n - 1, (p)->v + 1}

static int succeeds_infer(INFER_ARGUMENTS)
{
    if (p->n < 1 || p->v[0] <= GT_OP_leaf || p->v[0] >= GT_OP_COUNT ||
        !gt_op_get((gt_op)p->v[0])->may_fail)
        return gt_fail(err, "no operation that may fail");
    INNER_ARGUMENTS(p);
    if (gt_op_infer(op, &inner, n, in, out, err)) return 1;
    *out = gt_scalar_type(GT_BOOL);
    return 0;
}

/* The types of the inputs, the result that is thrown away, and the operation's own
 * workspace, in this order.                                                      */
static size_t result_bytes(const gt_params *p, int n, const gt_type *in)
{
    gt_type result;
    gt_error err;
    INNER_ARGUMENTS(p);
    return gt_op_infer(op, &inner, n, in, &result, &err) ? 0 : (size_t)result.size * sizeof(double);
}

/* In whole doubles, so that what follows is aligned. */
static size_t types_bytes(int n)
{
    size_t each = sizeof(double);
    return ((size_t)n * sizeof(gt_type) + each - 1) / each * each;
}

static size_t succeeds_workspace(WORKSPACE_ARGUMENTS)
{
    INNER_ARGUMENTS(p);
    return types_bytes(n) + result_bytes(p, n, in) + gt_op_workspace(op, &inner, n, in);
}

static int succeeds_eval(EVAL_ARGUMENTS)
{
    INNER_ARGUMENTS(p);
    gt_type *types = work;
    gt_array result;
    for (int k = 0; k < n; k++) types[k] = in[k].type;
    if (gt_op_infer(op, &inner, n, types, &result.type, err)) return 1;
    char *next = (char *)work + types_bytes(n);
    result.data = next;
    next += (size_t)result.type.size * sizeof(double);
    *(double *)out->data = !gt_op_eval(op, &inner, n, in, &result, next, err);
    return 0;
}

const gt_op_def gt_op_succeeds = {.name = "succeeds",
                                  .arity = -1,
                                  .params = "O",
                                  .infer = succeeds_infer,
                                  .eval = succeeds_eval,
                                  .workspace = succeeds_workspace};
