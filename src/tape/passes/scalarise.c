/* Scalarise: small arrays become their elements. In a loop that is carried out step by step, the products of a
 * 2 x 2 matrix, or a vector of three states, are a call or a pass for a few numbers each; as scalar code they are
 * an instruction for each number, and steps that look alike become loops of the plan. Done to recordings that
 * have many of them; what only moves elements then leaves nothing behind.            */
#include "tape/passes/gather.h"
#include "tape/passes/passes.h"
#include "tape/passes/walk.h"
#include "ops/linalg.h"
#include "ops/reduce.h"

#include <string.h>

#define MOST_ELEMENTS 16
#define LEAST_ARRAYS 64 /* of a recording that it is done to */

typedef struct {
    const gt_graph *from;
    gt_graph *to;
    int *map;          /* where an instruction is in `to`; GT_NO_REF: not made, as yet */
    gt_element **part; /* its elements, or NULL: those of map[i] */
    int *in;
} splitting;

static const gt_instr *instr(const splitting *u, int i) { return &u->from->instr[i]; }
static const gt_instr *input(const splitting *u, const gt_instr *s, int k)
{
    return instr(u, gt_inputs(u->from, s)[k]);
}
static bool is_small(const gt_instr *s)
{
    return s->type->size > 0 && s->type->size <= MOST_ELEMENTS && s->type->dtype != GT_FLOAT;
}

static int whole(const splitting *u, int i)
{
    if (u->map[i] == GT_NO_REF)
        u->map[i] = gt_shaped(u->to, gt_gathered(u->to, (int)instr(u, i)->type->size, u->part[i]),
                              instr(u, i)->type);
    return u->map[i];
}

/* ---- elements ------------------------------------------------------------------------------ */

static int number(const splitting *u, double value)
{
    gt_type t = gt_scalar_type(GT_DOUBLE);
    return gt_graph_number(u->to, &t, value);
}

static gt_element element(const splitting *u, int i, int k)
{
    return u->part[i] ? u->part[i][k] : (gt_element){whole(u, i), k};
}

/* Element k of an input, as a number. */
static int operand(const splitting *u, const gt_instr *s, int input, int k)
{
    const int i = gt_inputs(u->from, s)[input];
    const gt_instr *x = instr(u, i);
    if (x->source == GT_CONSTANT && x->type->size > 1) {
        gt_type t = gt_scalar_type(x->type->dtype);
        return gt_graph_number(u->to, &t, gt_constant(u->from, x)[k]);
    }
    const gt_run one = {element(u, i, k), 1, 1};
    const int made = gt_run_value(u->to, &one);
    gt_type t = gt_scalar_type(u->to->instr[made].type->dtype);
    return gt_shaped(u->to, made, &t);
}

/* An operation on numbers, for an instruction of `from`. */
static int append(const splitting *u, const gt_instr *s, gt_op op, int n, const int *in)
{
    gt_type t = gt_scalar_type(s->type->dtype);
    const int made = gt_graph_append(u->to, op, &t, n, in, NULL);
    u->to->instr[made].is_differentiable = s->is_differentiable;
    return made;
}
static int append2(const splitting *u, const gt_instr *s, gt_op op, int a, int b)
{
    const int in[2] = {a, b};
    return append(u, s, op, 2, in);
}

static gt_element *new_parts(const splitting *u, const gt_instr *s)
{
    return gt_alloc_array(u->to->arena, (size_t)s->type->size, sizeof(gt_element));
}

/* ---- elementwise operations ------------------------------------------------------------------ */

/* Which element of an input goes into each of the result. */
static bool broadcast(const gt_type *from, const gt_type *to, int *at)
{
    double x[MOST_ELEMENTS], y[MOST_ELEMENTS];
    gt_error err;
    gt_array in = {*from, x}, out = {*to, y};
    gt_params shape = {to->ndim, to->dim};
    if (from->size > MOST_ELEMENTS) return false;
    for (int k = 0; k < from->size; k++) x[k] = k;
    in.type.dtype = out.type.dtype = GT_DOUBLE;
    if (from->size == 1) memset(y, 0, sizeof y), x[0] = 0;
    else if (gt_same_shape(from, to)) memcpy(y, x, sizeof y);
    else if (gt_op_eval(GT_OP_expand, &shape, 1, &in, &out, NULL, &err)) return false;
    for (int k = 0; k < to->size; k++) at[k] = (int)y[k];
    return true;
}

static bool split_elementwise(const splitting *u, int i)
{
    const gt_instr *s = instr(u, i);
    int at[3][MOST_ELEMENTS];
    if (!gt_is_elementwise(gt_op_get(s->op)) || s->n_in > 3) return false;
    for (int j = 0; j < s->n_in; j++)
        if (!broadcast(input(u, s, j)->type, s->type, at[j])) return false;
    u->part[i] = new_parts(u, s);
    for (int k = 0; k < s->type->size; k++) {
        int in[3];
        for (int j = 0; j < s->n_in; j++) in[j] = operand(u, s, j, at[j][k]);
        u->part[i][k] = (gt_element){append(u, s, s->op, s->n_in, in), 0};
    }
    return true;
}

/* ---- what moves elements ----------------------------------------------------------------------- */

/* Does it only move elements of small inputs, to places that are known? */
static bool is_move(const splitting *u, const gt_instr *s)
{
    const gt_op_def *def = gt_op_get(s->op);
    if (def->sparsity != GT_GATHERS || s->op == GT_OP_cast || s->type->dtype != GT_DOUBLE)
        return false;
    for (int j = 0; j < s->n_in; j++) {
        const gt_instr *x = input(u, s, j);
        if (gt_is_index_input(gt_op_get(s->op), j) ? x->source != GT_CONSTANT
                                                   : !is_small(x) || x->type->dtype != GT_DOUBLE)
            return false;
        if (x->is_differentiable && !s->is_differentiable) return false;
    }
    return s->n_in <= MOST_ELEMENTS;
}

/* Where each element comes from, counting those of all inputs from 1; 0: it is zero. By running the kernel. */
static bool find_sources(const splitting *u, const gt_instr *s, double *source)
{
    gt_array in[MOST_ELEMENTS], out = {*s->type, source};
    double counted[MOST_ELEMENTS * MOST_ELEMENTS];
    gt_params p = gt_instr_params(u->from, s);
    gt_error err;
    int n = 0;
    for (int j = 0; j < s->n_in; j++) {
        const gt_instr *x = input(u, s, j);
        in[j] = (gt_array){*x->type, counted + n};
        if (gt_is_index_input(gt_op_get(s->op), j))
            in[j].data = (double *)gt_constant(u->from, x); /* not written to */
        else
            for (int k = 0; k < x->type->size; k++, n++) counted[n] = n + 1;
    }
    return !gt_op_get(s->op)->eval(&p, s->n_in, in, &out, NULL, &err);
}

static bool split_move(const splitting *u, int i)
{
    const gt_instr *s = instr(u, i);
    double source[MOST_ELEMENTS];
    if (!is_move(u, s) || !find_sources(u, s, source)) return false;
    u->part[i] = new_parts(u, s);
    for (int k = 0; k < s->type->size; k++) {
        int at = (int)source[k] - 1, j = 0;
        for (; at >= 0 && j < s->n_in; j++) {
            const int size =
                gt_is_index_input(gt_op_get(s->op), j) ? 0 : (int)input(u, s, j)->type->size;
            if (at < size) break;
            at -= size;
        }
        u->part[i][k] = (gt_element){at < 0 ? number(u, 0) : operand(u, s, j, at), 0};
    }
    return true;
}

/* ---- sums and products, which begin with zero as their kernels do, and so know of no negative one ---- */

static bool split_sum(const splitting *u, int i)
{
    const gt_instr *s = instr(u, i), *x = s->n_in ? input(u, s, 0) : NULL;
    int place[MOST_ELEMENTS], sum[MOST_ELEMENTS];
    if (s->op != GT_OP_sum || !is_small(x) || s->type->dtype != GT_DOUBLE ||
        x->type->dtype != GT_DOUBLE)
        return false;
    if (x->type->size / s->type->size >= GT_SUM_LANES)
        return false; /* these are added in another order */
    gt_params p = gt_instr_params(u->from, s);
    gt_array in = {*x->type, NULL};
    gt_op_get(GT_OP_sum)->places(&p, 0, &in, s->type, place);
    u->part[i] = new_parts(u, s);
    for (int k = 0; k < s->type->size; k++) sum[k] = number(u, 0);
    for (int k = 0; k < x->type->size; k++)
        sum[place[k]] = append2(u, s, GT_OP_add, sum[place[k]], operand(u, s, 0, k));
    for (int k = 0; k < s->type->size; k++) u->part[i][k] = (gt_element){sum[k], 0};
    return true;
}

static bool split_product(const splitting *u, int i)
{
    const gt_instr *s = instr(u, i);
    if (s->op != GT_OP_matmul || s->type->ndim != 2 || s->type->dtype != GT_DOUBLE) return false;
    const gt_instr *x = input(u, s, 0), *z = input(u, s, 1);
    const int *transposed = gt_instr_params(u->from, s).v;
    const int rows = s->type->dim[0], columns = s->type->dim[1],
              inner = x->type->dim[!transposed[0]];
    if (inner == 0 || !is_small(x) || !is_small(z) || !gt_is_small_product(rows, columns, inner))
        return false;
    u->part[i] = new_parts(u, s);
    for (int j = 0; j < columns; j++)
        for (int r = 0; r < rows; r++) {
            int sum = number(u, 0);
            for (int l = 0; l < inner; l++) {
                const int a = transposed[0] ? r * inner + l : l * rows + r,
                          b = transposed[1] ? l * columns + j : j * inner + l;
                const int product =
                    append2(u, s, GT_OP_mul, operand(u, s, 0, a), operand(u, s, 1, b));
                sum = append2(u, s, GT_OP_add, sum, product);
            }
            u->part[i][j * rows + r] = (gt_element){sum, 0};
        }
    return true;
}

/* The determinant of two rows and two columns of the matrix. */
static int minor(const splitting *u, const gt_instr *s, const int *row, int left, int right)
{
    const int n = gt_rows(input(u, s, 0)->type);
    int product[2];
    for (int k = 0; k < 2; k++)
        product[k] = append2(u, s, GT_OP_mul, operand(u, s, 0, row[k] + n * left),
                             operand(u, s, 0, row[!k] + n * right));
    return append2(u, s, GT_OP_sub, product[0], product[1]);
}

/* A polynomial of few terms, whose derivatives need no decomposition. */
static bool split_determinant(const splitting *u, int i)
{
    const gt_instr *s = instr(u, i);
    if (s->op != GT_OP_det || s->type->dtype != GT_DOUBLE) return false;
    const gt_type *x = input(u, s, 0)->type;
    const int n = gt_rows(x), upper[2] = {0, 1}, lower[2] = {1, 2};
    if (x->ndim != 2 || n < 1 || n > 3) return false;
    int det;
    if (n == 1) det = operand(u, s, 0, 0);
    else if (n == 2) det = minor(u, s, upper, 0, 1);
    else {
        const int other[3][2] = {{1, 2}, {0, 2}, {0, 1}};
        int term[3];
        for (int k = 0; k < 3; k++)
            term[k] = append2(u, s, GT_OP_mul, operand(u, s, 0, n * k),
                              minor(u, s, lower, other[k][0], other[k][1]));
        det = append2(u, s, GT_OP_add, append2(u, s, GT_OP_sub, term[0], term[1]), term[2]);
    }
    u->part[i] = new_parts(u, s);
    u->part[i][0] = (gt_element){det, 0};
    return true;
}

/* ---- the walk ------------------------------------------------------------------------------- */

static void copy_as_it_is(const splitting *u, int i)
{
    const gt_instr *s = instr(u, i);
    for (int k = 0; k < s->n_in; k++) u->in[k] = whole(u, gt_inputs(u->from, s)[k]);
    gt_rewrite r = {u->from, u->to, i, u->in, NULL};
    u->map[i] = gt_copy_instr(&r);
}

static int *whole_ends(const splitting *u, int n, const int *ends)
{
    int *made = gt_alloc_array(u->to->arena, (size_t)n, sizeof *made);
    for (int k = 0; k < n; k++) made[k] = whole(u, ends[k]);
    return made;
}

/* Also matrices of one element, as filters of one series have them. */
static bool is_worth_it(const gt_graph *g)
{
    int n = 0;
    for (int i = 0; i < g->n; i++) {
        const gt_type *t = g->instr[i].type;
        n += g->instr[i].source == GT_COMPUTED && (t->size > 1 || t->ndim > 1) &&
             is_small(&g->instr[i]);
    }
    return n >= LEAST_ARRAYS;
}

gt_graph *gt_pass_scalarise(const gt_graph *g)
{
    const size_t n = (size_t)g->n;
    if (!is_worth_it(g)) return gt_unchanged(g);
    splitting u = {g, gt_graph_new(g->arena, g->pool), gt_alloc_array(g->arena, n, sizeof(int)),
                   gt_alloc_array(g->arena, n, sizeof(gt_element *)),
                   gt_alloc_array(g->arena, (size_t)gt_graph_largest_arity(g), sizeof(int))};
    for (int i = 0; i < g->n; i++) {
        u.map[i] = GT_NO_REF;
        u.part[i] = NULL;
        const bool is_split = g->instr[i].source == GT_COMPUTED && is_small(&g->instr[i]) &&
                              (split_elementwise(&u, i) || split_move(&u, i) || split_sum(&u, i) ||
                               split_product(&u, i) || split_determinant(&u, i));
        if (!is_split) copy_as_it_is(&u, i);
    }
    gt_graph_set_outputs(u.to, g->n_outputs, whole_ends(&u, g->n_outputs, g->outputs));
    gt_graph_set_guards(u.to, g->n_guards, whole_ends(&u, g->n_guards, g->guards));
    return gt_pass_prune(gt_pass_share(u.to));
}
