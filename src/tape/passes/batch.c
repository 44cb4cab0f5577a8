/* Vectorise: many instructions of a kind become one, of numbers an operation on vectors, of arrays one on
 * arrays with a dimension more, the first, for the steps.                                    */
#include "tape/passes/vectorising.h"
#include "ops/shape.h"

#include <limits.h>

/* ---- what can be done for many steps at once ------------------------------------------------------ */

static const gt_type *input_type(const gt_vectorising *v, int i, int k)
{
    return instr(v, input(v, i, k))->type;
}

static bool are_all_numbers(const gt_vectorising *v, int i)
{
    for (int k = 0; k < instr(v, i)->n_in; k++)
        if (input_type(v, i, k)->size != 1) return false;
    return true;
}

static bool are_matrices(const gt_vectorising *v, int i)
{
    for (int k = 0; k < 2; k++)
        if (input_type(v, i, k)->ndim != 2 || input_type(v, i, k)->size < 2 ||
            input_type(v, i, k)->size > LARGEST_ROW)
            return false;
    return true;
}

bool gt_can_batch(const gt_vectorising *v, int i)
{
    const gt_instr *s = instr(v, i);
    if (s->source != GT_COMPUTED || s->type->size == 0 || s->type->size > LARGEST_ROW ||
        s->type->ndim >= GT_MAX_NDIM)
        return false;
    if (gt_is_elementwise(gt_op_get(s->op))) {
        for (int k = 0; k < s->n_in; k++)
            if (input_type(v, i, k)->size != 1 && !gt_same_shape(input_type(v, i, k), s->type))
                return false;
        return true;
    }
    if (gt_op_has(s->op, GT_REDUCES))
        return is_number(v, i) && input_type(v, i, 0)->size <= LARGEST_ROW &&
               input_type(v, i, 0)->size > 1;
    switch (s->op) {
    case GT_OP_detach:
        return true;
    case GT_OP_reshape:
    case GT_OP_slice:
        return !is_number(v, i) && !gt_stops_gradient(v, i);
    case GT_OP_cat:
        return s->type->ndim == 1 && s->n_in > 1 && are_all_numbers(v, i) &&
               !gt_stops_gradient(v, i);
    case GT_OP_matmul:
        return are_matrices(v, i);
    default:
        return false;
    }
}

/* ---- inputs ---------------------------------------------------------------------------------------- */

/* Input k of n instructions. */
static int inputs_of(const gt_vectorising *v, int n, const int *i, int k)
{
    int *x = take(v, n, sizeof *x);
    for (int j = 0; j < n; j++) x[j] = gt_input_in_order(v, i[j], k);
    return gt_side_by_side(v, n, x);
}

static int as_matrix(const gt_vectorising *v, int x, int rows)
{
    gt_type t = *v->to->instr[x].type;
    t.ndim = 2;
    t.dim[0] = rows;
    t.dim[1] = (int)(t.size / rows);
    return gt_shaped(v->to, x, &t);
}

/* ---- operations ------------------------------------------------------------------------------------ */

static int batch_elementwise(const gt_vectorising *v, int n, const int *i)
{
    const gt_instr *s = instr(v, i[0]);
    gt_type t = gt_rows_type(n, s->type);
    int in[3] = {GT_NO_REF};
    bool any = false;
    for (int k = 0; k < s->n_in; k++) {
        const gt_type *each = instr(v, gt_input_in_order(v, i[0], k))->type;
        in[k] = inputs_of(v, n, i, k);
        if (!gt_differs(v, n, in[k], each)) continue;
        any = true;
        if (each->size == 1 && t.ndim > 1) { /* a number for each row */
            gt_type column = t;
            for (int d = 1; d < t.ndim; d++) column.dim[d] = 1;
            column.size = n;
            in[k] = gt_shaped(v->to, in[k], &column);
        }
    }
    if (!any) in[0] = gt_repeated(v, in[0], &t);
    return gt_append_for(v, i[0], s->op, &t, s->n_in, in, NULL);
}

/* Rows of a times the vector x, where that is the same for all. */
static int row_products(const gt_vectorising *v, int i, int rows, int a, int x)
{
    const int straight[2] = {0, 0};
    const gt_params p = {2, straight};
    int in[2] = {as_matrix(v, a, rows), as_matrix(v, x, (int)v->to->instr[x].type->size)};
    gt_type t = *v->to->instr[in[0]].type;
    t.dtype = instr(v, i)->type->dtype; /* that of the rows may be bool */
    t.dim[1] = 1;
    t.size = rows;
    return gt_flat(v->to, gt_append_for(v, i, GT_OP_matmul, &t, 2, in, &p));
}

static int reduce_rows(const gt_vectorising *v, int i, gt_op op, int rows, int x)
{
    const int second[2] = {0, 1};
    gt_params p = {2, second};
    gt_type t = gt_vector_type(instr(v, i)->type->dtype, rows);
    int in = as_matrix(v, x, rows);
    return gt_append_for(v, i, op, &t, 1, &in, &p);
}

/* Sums of rows, for one. Where these are products with what is the same for all, it is a matrix product. */
static int batch_reduction(const gt_vectorising *v, int n, const int *i)
{
    int x = inputs_of(v, n, i, 0);
    const gt_instr *s = &v->to->instr[x];
    const gt_op op = instr(v, i[0])->op;
    if (!gt_differs(v, n, x, input_type(v, i[0], 0))) return GT_NO_REF;
    if (op == GT_OP_sum && s->op == GT_OP_mul && s->source == GT_COMPUTED) {
        const int *in = gt_inputs(v->to, s);
        for (int k = 0; k < 2; k++)
            if (v->to->instr[in[k]].type->size == s->type->size &&
                gt_same_shape(v->to->instr[in[!k]].type, input_type(v, i[0], 0)))
                return row_products(v, i[0], n, in[k], in[!k]);
    }
    return reduce_rows(v, i[0], op, n, x);
}

/* Rows of matrices, or the same matrix for all, as the stack of matrices that matmul takes. */
static int as_stack(const gt_vectorising *v, int n, int x, const gt_type *each)
{
    const gt_type t = gt_rows_type(n, each), one = gt_rows_type(1, each);
    if (gt_differs(v, n, x, each)) return gt_shaped(v->to, x, &t);
    return gt_repeated(v, gt_shaped(v->to, x, &one), &t);
}

static int multiply_stacks(const gt_vectorising *v, int n, int i, const int *in, const gt_params *p)
{
    const gt_type *each = instr(v, i)->type;
    const gt_type t = {.dtype = each->dtype,
                       .ndim = 3,
                       .dim = {n, each->dim[0], each->dim[1]},
                       .size = n * each->size};
    int stack[2];
    for (int k = 0; k < 2; k++) stack[k] = as_stack(v, n, in[k], input_type(v, i, k));
    return gt_append_for(v, i, GT_OP_matmul, &t, 2, stack, p);
}

/* Rows times a matrix and a matrix times columns are a product of matrices; rows times columns, sums of
 * products; what else there is, products of many matrices.                                     */
static int batch_matmul(const gt_vectorising *v, int n, const int *i)
{
    const gt_type *each = instr(v, i[0])->type;
    const gt_params p = gt_instr_params(v->from, instr(v, i[0]));
    const int in[2] = {inputs_of(v, n, i, 0), inputs_of(v, n, i, 1)};
    bool x_differs = gt_differs(v, n, in[0], input_type(v, i[0], 0)),
         z_differs = gt_differs(v, n, in[1], input_type(v, i[0], 1));
    gt_type t = {.dtype = each->dtype, .ndim = 2, .size = n * each->size};
    t.dim[0] = n;
    t.dim[1] = (int)each->size;
    if (x_differs && z_differs && each->size == 1) {
        const int both[2] = {as_matrix(v, in[0], n), as_matrix(v, in[1], n)};
        const gt_type product = *v->to->instr[both[0]].type;
        return reduce_rows(v, i[0], GT_OP_sum, n,
                           gt_append_for(v, i[0], GT_OP_mul, &product, 2, both, NULL));
    }
    if (x_differs && !z_differs && each->dim[0] == 1) {
        const int rows[2] = {as_matrix(v, in[0], n), in[1]}, turned[2] = {0, p.v[1]};
        return gt_append_for(v, i[0], GT_OP_matmul, &t, 2, rows, &(gt_params){2, turned});
    }
    if (z_differs && !x_differs && each->dim[1] == 1) {
        const int rows[2] = {as_matrix(v, in[1], n), in[0]}, turned[2] = {0, !p.v[0]};
        return gt_append_for(v, i[0], GT_OP_matmul, &t, 2, rows, &(gt_params){2, turned});
    }
    return multiply_stacks(v, n, i[0], in, &p);
}

/* Numbers side by side in each step: columns. */
static int batch_cat(const gt_vectorising *v, int n, const int *i)
{
    const int columns = instr(v, i[0])->n_in;
    int *part = take(v, columns, sizeof *part);
    gt_type column = gt_vector_type(instr(v, i[0])->type->dtype, n);
    for (int k = 0; k < columns; k++) {
        part[k] = inputs_of(v, n, i, k);
        if (v->to->instr[part[k]].type->size == 1) part[k] = gt_repeated(v, part[k], &column);
    }
    return gt_join(v->to, columns, part);
}

/* Slices of one array, such as M[i, ]. */
static int batch_slice(const gt_vectorising *v, int n, const int *i)
{
    const gt_instr *s = instr(v, i[0]);
    const int x = input(v, i[0], 0), each = (int)s->type->size;
    const gt_type *all = instr(v, x)->type;
    if (v->is_row[x] || v->place[x].of == CONSTANT) return GT_NO_REF;
    int *at = take(v, each, sizeof *at);
    gt_element *e = take(v, n * each, sizeof *e);
    for (int k = 0; k < n; k++) {
        const gt_params p = gt_instr_params(v->from, instr(v, i[k]));
        gt_slice_positions(&p, all, each, at);
        for (int j = 0; j < each; j++) e[j * n + k] = (gt_element){gt_whole(v, x), at[j]};
    }
    return gt_gather(v, n * each, e);
}

static int batch(const gt_vectorising *v, int n, const int *i)
{
    switch (instr(v, i[0])->op) {
    case GT_OP_slice:
        return batch_slice(v, n, i);
    case GT_OP_matmul:
        return batch_matmul(v, n, i);
    case GT_OP_cat:
        return batch_cat(v, n, i);
    case GT_OP_reshape:
    case GT_OP_detach: {
        int x = inputs_of(v, n, i, 0);
        if (!gt_differs(v, n, x, input_type(v, i[0], 0))) return GT_NO_REF;
        if (instr(v, i[0])->op == GT_OP_reshape) return x;
        const gt_type t = *v->to->instr[x].type;
        return gt_append_for(v, i[0], GT_OP_detach, &t, 1, &x, NULL);
    }
    default:
        return gt_is_elementwise(gt_op_get(instr(v, i[0])->op)) ? batch_elementwise(v, n, i)
                                                                : batch_reduction(v, n, i);
    }
}

/* ---- all of a kind ----------------------------------------------------------------------------------- */

void gt_place_elements(const gt_vectorising *v, int made, int n, const int *i)
{
    for (int k = 0; k < n; k++) {
        v->place[i[k]] = (gt_element){made, k};
        v->is_row[i[k]] = true;
    }
}

bool gt_batch(gt_vectorising *v, int n, const int *i)
{
    const gt_type *each = instr(v, i[0])->type;
    int phases = gt_count_phases(v, n, i), *one = take(v, n, sizeof *one);
    bool are_numbers = each->size == 1 && are_all_numbers(v, i[0]);
    if (!are_numbers && n > INT_MAX / LARGEST_ROW) return false;
    for (int phase = 0; phase < phases; phase++) {
        int count = 0;
        for (int k = phase; k < n; k += phases) one[count++] = i[k];
        int made = batch(v, count, one);
        if (made == GT_NO_REF) return false;
        gt_type t = gt_rows_type(count, each);
        gt_place_elements(v, gt_shaped(v->to, made, &t), count, one);
    }
    return v->is_changed = true;
}
