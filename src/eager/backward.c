/* Reverse-mode differentiation of an eager graph (Griewank & Walther 2008, ch. 3). */
#include "eager/backward.h"
#include "eager/errors.h"
#include "eager/apply.h"
#include "eager/builder.h"
#include "eager/memory.h"
#include "eager/node_graph.h"
#include "eager/record.h"
#include "eager/tensor.h"
#include "core/vec.h"
#include "globals.h"
#include "ops/shape.h"

#include <string.h>

static bool is_differentiated(SEXP value)
{
    return is_node(value) && node_has(value, NODE_REQUIRES_GRAD);
}

static void check_not_freed(SEXP node)
{
    if (node_has(node, NODE_TAKEN)) record_whole(node);
    if (node_has(node, NODE_FREED))
        r_stop(ERROR_GRADIENT, "this graph was freed by an earlier backward(); call that one "
                               "with retain_graph = TRUE, or compute the function again");
}

/* Where the pass collects the gradient of an input; -1 where it computes none. What counts is
 * the graph as it was collected: R functions in it may change requires_grad meanwhile.
 * `towards`: see nodes_towards().                                               */
static int wanted_slot(SEXP input, const node_graph *g, const bool *towards)
{
    int slot = is_node(input) ? node_graph_find(g, input) : -1;
    return slot >= 0 && towards && !towards[slot] ? -1 : slot;
}

static bool leads_on(SEXP node, const node_graph *g, const bool *towards)
{
    int n = node_get_meta(node)->n_inputs;
    if (!towards) return n > 0;
    for (int i = 0; i < n; i++)
        if (wanted_slot(node_input(node, i), g, towards) >= 0) return true;
    return false;
}

/* ---- gradients ---------------------------------------------------------------- */

/* Adds a gradient to what a slot holds already; in place where nobody else can
 * see the sum so far.                                                         */
static void accumulate(eager_builder *b, int slot, gt_ref g)
{
    if (!b->entry[slot].is_set) {
        eager_move_to_slot(b, slot, g);
        return;
    }
    if (eager_is_wide_uniform(&b->entry[slot])) {
        eager_move_to_slot(b, slot, gt_add(&b->base, slot, g));
        return;
    }
    gt_array sum = eager_array(b, slot), more = eager_array(b, g);
    if (!b->record && eager_is_own(b, slot) && gt_same_shape(&sum.type, &more.type) &&
        sum.type.dtype == more.type.dtype) {
        gt_array in[2] = {sum, more};
        gt_error err;
        gt_op_eval(GT_OP_add, NULL, 2, in, &sum, NULL, &err);
        return;
    }
    eager_move_to_slot(b, slot, gt_add(&b->base, slot, g));
}

/* The gradient of a slice is zero but for the slice: it is added in place, so
 * that a loop over x[i] costs O(1) a step.                                    */
static bool accumulate_slice(eager_builder *b, SEXP node, int input_slot, int slot)
{
    if (b->record || (gt_op)node_get_meta(node)->op != GT_OP_slice) return false;
    gt_type whole = node_type(node_input(node, 0));
    if (b->entry[slot].array.type.dtype != whole.dtype) return false;
    if (!b->entry[input_slot].is_set) eager_fill_with_zeros(b, input_slot, &whole);
    else if (!eager_is_own(b, input_slot) || b->entry[input_slot].array.type.dtype != whole.dtype)
        return false;
    gt_array g = eager_array(b, slot), sum = eager_array(b, input_slot);
    gt_params p = node_params(node);
    gt_unslice_add(&p, &g, &sum);
    return true;
}

/* Slices whose gradient waits in their slots until the turn of what they were taken from: of each slot
 * the first that waits for it, and of each of these the next; -1: none. Without lists none waits.  */
typedef struct {
    int *first, *next;
} waiting;

/* x[i] of a vector that was assigned to afterwards waits until the gradient of the later state has
 * been handed on, and is then added to that in place.                                */
static bool waits(const eager_builder *b, const waiting *w, SEXP node, int input_slot, int slot)
{
    if (!w->first || b->record || b->entry[input_slot].is_set) return false;
    gt_op input = (gt_op)node_get_meta(node_input(node, 0))->op;
    if ((gt_op)node_get_meta(node)->op != GT_OP_slice ||
        (input != GT_OP_replace && input != GT_OP_cat))
        return false;
    w->next[slot] = w->first[input_slot];
    w->first[input_slot] = slot;
    return true;
}

static waiting waiting_lists(const node_graph *g)
{
    waiting w = {NULL, NULL};
    bool assigns = false;
    for (int i = 0; i < g->n && !assigns; i++)
        assigns = (gt_op)node_get_meta(g->node[i])->op == GT_OP_replace;
    if (!assigns) return w;
    w.first = (int *)R_alloc((size_t)g->n, sizeof *w.first);
    w.next = (int *)R_alloc((size_t)g->n, sizeof *w.next);
    for (int i = 0; i < g->n; i++) w.first[i] = -1;
    return w;
}

/* May the gradient in a slot become that of the node's first input, in place? Nobody else can see it,
 * no other gradient is there as yet, and all inputs that want one have its dtype.          */
static bool can_hand_on(eager_builder *b, SEXP node, gt_op op, const int *to, int slot)
{
    const node_meta *m = node_get_meta(node);
    if (b->record || (gt_op)m->op != op || to[0] < 0 || b->entry[to[0]].is_set) return false;
    const eager_entry *e = &b->entry[slot];
    if (e->node || e->array.type.size < 2 || !eager_is_own(b, slot)) return false;
    for (int i = 0; i < m->n_inputs; i++)
        if (to[i] >= 0 && ((i > 0 && to[i] == to[0]) ||
                           value_type(node_input(node, i)).dtype != e->array.type.dtype))
            return false;
    return true;
}

static void hand_on(eager_builder *b, int to, int slot, const gt_type *type)
{
    eager_move_to_slot(b, to, slot);
    b->entry[to].array.type = *type;
    eager_forget(b, slot);
}

/* The gradient of x[i] <- v is handed on from the new x to the old one, but for what v had of it, so
 * that a loop over x[i] <- v costs O(1) a step. to: the slots of the inputs, or -1.       */
static bool hand_on_replace(eager_builder *b, SEXP node, const int *to, int slot)
{
    if (!can_hand_on(b, node, GT_OP_replace, to, slot)) return false;
    (void)eager_data(b, slot);
    gt_array g = eager_array(b, slot), at = value_array(node_input(node, 2));
    gt_type x = node_type(node_input(node, 0)), v = value_type(node_input(node, 1));
    if (to[1] >= 0) {
        gt_ref ref = eager_zeros(b, &v);
        gt_array share = eager_array(b, ref);
        for (int64_t k = 0; k < at.type.size; k++) {
            int64_t j = v.size == 1 ? 0 : k;
            gt_set(&share, j, gt_get(&share, j) + gt_get(&g, (int64_t)gt_get(&at, k)));
        }
        accumulate(b, to[1], ref);
        eager_release(b);
    }
    for (int64_t k = 0; k < at.type.size; k++) gt_set(&g, (int64_t)gt_get(&at, k), 0);
    hand_on(b, to[0], slot, &x);
    return true;
}

/* So is that of c(x, v): what is behind the elements of x is cut off. */
static bool hand_on_cat(eager_builder *b, SEXP node, const int *to, int slot)
{
    if (!can_hand_on(b, node, GT_OP_cat, to, slot)) return false;
    gt_type x = node_type(node_input(node, 0));
    int along = node_params(node).v[0];
    if (x.size == 0 || (x.ndim > 1 && along != x.ndim - 1)) return false;
    (void)eager_data(b, slot);
    gt_array g = eager_array(b, slot);
    int64_t at = x.size;
    for (int i = 1; i < node_get_meta(node)->n_inputs; i++) {
        gt_type v = value_type(node_input(node, i));
        if (to[i] >= 0) {
            gt_ref ref = eager_zeros(b, &v);
            gt_array share = eager_array(b, ref);
            for (int64_t k = 0; k < v.size; k++) gt_set(&share, k, gt_get(&g, at + k));
            accumulate(b, to[i], ref);
            eager_release(b);
        }
        at += v.size;
    }
    hand_on(b, to[0], slot, &x);
    return true;
}

/* The gradient in a slot as a tensor of the node's own dtype and shape. */
static SEXP slot_tensor(eager_builder *b, int slot, SEXP node)
{
    gt_type type = node_type(node);
    eager_entry *e = &b->entry[slot];
    if (b->record) {
        SEXP kept = e->node;
        if (!kept) kept = node_leaf(&e->array.type, eager_data(b, slot), 0);
        PROTECT(kept);
        int to = (int)type.dtype;
        SEXP x = tensor_new(
            e->array.type.dtype == type.dtype ? kept : apply_op1(GT_OP_cast, kept, 1, &to));
        UNPROTECT(1);
        return x;
    }
    SEXP data = PROTECT(eager_data(b, slot));
    if (e->array.type.dtype != type.dtype || e->node || MAYBE_SHARED(data) ||
        XLENGTH(data) != type.size) {
        SEXP copy = PROTECT(alloc_data(&type));
        gt_convert(type.size, data_pointer(copy), type.dtype, data_pointer(data),
                   e->array.type.dtype);
        data = copy;
        UNPROTECT(2);
        PROTECT(data);
    }
    SEXP leaf = PROTECT(node_leaf(&type, data, 0));
    SEXP x = tensor_new(leaf);
    UNPROTECT(2);
    return x;
}

/* ---- R functions in the graph ---- */

static void set_slot(eager_builder *b, int slot, SEXP gradient, SEXP node, const char *whose)
{
    SEXP value = PROTECT(as_value(gradient, whose));
    gt_type type = node_type(node), given = value_type(value);
    char a[GT_SHAPE_TEXT], c[GT_SHAPE_TEXT];
    if (given.dtype == GT_BOOL) r_stop(ERROR_GRADIENT, "%s gave truth values as a gradient", whose);
    /* a vector fills a matrix by column, as in R; a matrix of another shape is a mistake */
    bool other_shape = given.ndim > 1 && type.ndim > 1 && !gt_same_shape(&given, &type);
    if (given.size != type.size || other_shape)
        r_stop(ERROR_SHAPE, "%s gave a gradient of shape %s for a tensor of shape %s", whose,
               gt_shape_text(&given, a), gt_shape_text(&type, c));
    gt_ref g = gt_reshape_to(&b->base, eager_add(b, value, type.dtype, false), &type);
    accumulate(b, slot, g);
    UNPROTECT(1);
}

static void run_hook(eager_builder *b, int slot, SEXP node)
{
    SEXP hook = node_hook(node, HOOK_GRADIENT);
    if (hook == R_NilValue) return;
    SEXP gradient = PROTECT(slot_tensor(b, slot, node));
    SEXP given = PROTECT(tensor_node(gradient)), call = PROTECT(Rf_lang2(hook, gradient));
    SEXP result = PROTECT(Rf_eval(call, R_GlobalEnv));
    /* another tensor, or the same changed in place */
    if (result != gradient || tensor_node(gradient) != given ||
        node_get_meta(given)->version != 0) {
        b->entry[slot].is_set = false;
        set_slot(b, slot, result, node, "a hook");
        eager_release(b);
    }
    UNPROTECT(4);
}

/* Which nodes the targets are; NULL where the gradients of all leaves are wanted. */
static bool *target_nodes(const node_graph *g, SEXP targets)
{
    if (targets == R_NilValue) return NULL;
    bool *is_target = (bool *)R_alloc((size_t)g->n + 1, sizeof *is_target);
    memset(is_target, 0, (size_t)g->n * sizeof *is_target);
    for (int i = 0; i < LENGTH(targets); i++) {
        int slot = node_graph_find(g, tensor_argument(VECTOR_ELT(targets, i), "inputs"));
        if (slot >= 0) is_target[slot] = true;
    }
    return is_target;
}

/* The nodes from which a target is reached. */
static bool *nodes_towards(const node_graph *g, const bool *is_target)
{
    if (!is_target) return NULL;
    bool *towards = (bool *)R_alloc((size_t)g->n + 1, sizeof *towards);
    memcpy(towards, is_target, (size_t)g->n * sizeof *towards);
    for (int i = 0; i < g->n; i++) towards[i] = towards[i] || leads_on(g->node[i], g, towards);
    return towards;
}

/* The gradients of a custom operation as its derivative in C gives them, where they need no graph. */
static void propagate_numbers(eager_builder *b, const node_graph *g, const bool *towards, int slot,
                              const node_derivative *d, SEXP data)
{
    SEXP node = g->node[slot];
    gt_array gradient = eager_array(b, slot);
    SEXP all = PROTECT(d->numbers(data, &gradient));
    const node_meta *m = node_get_meta(node);
    int64_t at = 0;
    for (int i = 0; i < m->n_inputs; i++) {
        gt_type type = value_type(node_input(node, i));
        int to = wanted_slot(node_input(node, i), g, towards);
        if (to >= 0) {
            SEXP own = all;
            if (m->n_inputs > 1 || gt_is_single(type.dtype)) {
                own = alloc_data(&type);
                gt_convert(type.size, data_pointer(own), type.dtype, REAL(all) + at, GT_DOUBLE);
            }
            accumulate(b, to, eager_add_own(b, &type, own));
        }
        at += type.size;
    }
    UNPROTECT(1);
    eager_release(b);
}

static SEXP custom_gradients(eager_builder *b, SEXP node, SEXP gradient)
{
    SEXP data;
    const node_derivative *d = node_get_derivative(node, &data);
    if (d) return d->graph(data, node, gradient);
    SEXP record = PROTECT(Rf_ScalarLogical(b->record));
    SEXP call = PROTECT(Rf_lang3(node_hook(node, HOOK_BACKWARD), gradient, record));
    SEXP result = Rf_eval(call, R_GlobalEnv);
    UNPROTECT(2);
    return result;
}

static void propagate_custom(eager_builder *b, const node_graph *g, const bool *towards, int slot)
{
    SEXP node = g->node[slot], data;
    const node_derivative *d = node_get_derivative(node, &data);
    if (d && !b->record) {
        propagate_numbers(b, g, towards, slot, d, data);
        return;
    }
    SEXP gradient = PROTECT(slot_tensor(b, slot, node));
    SEXP result = PROTECT(custom_gradients(b, node, gradient));
    check_not_freed(node);
    for (int i = 0; i < node_get_meta(node)->n_inputs; i++) {
        SEXP input = node_input(node, i);
        int to = wanted_slot(input, g, towards);
        if (to < 0 || VECTOR_ELT(result, i) == R_NilValue) continue;
        set_slot(b, to, VECTOR_ELT(result, i), input, "backward()");
    }
    UNPROTECT(2);
    eager_release(b);
}

static bool runs_code(SEXP node, bool record)
{
    SEXP data;
    if (VECTOR_ELT(node, NODE_HOOKS) == R_NilValue) return false;
    return record || node_hook(node, HOOK_GRADIENT) != R_NilValue ||
           !node_get_derivative(node, &data);
}

/* R functions in the graph may free it, or give its tensors other nodes, while it is walked. */
static SEXP keep_nodes(const node_graph *g, bool record)
{
    bool any = false;
    for (int i = 0; i < g->n && !any; i++) any = runs_code(g->node[i], record);
    if (!any) return R_NilValue;
    SEXP kept = Rf_allocVector(VECSXP, g->n);
    for (int i = 0; i < g->n; i++) SET_VECTOR_ELT(kept, i, g->node[i]);
    return kept;
}

/* Hands the gradient in a slot to the inputs, at once unless it waits: then returns false. */
static bool propagate(eager_builder *b, const node_graph *g, const bool *towards, int slot,
                      bool keeps, const waiting *w)
{
    SEXP node = g->node[slot];
    const node_meta *m = node_get_meta(node);
    int n = m->n_inputs;
    gt_ref small_in[SMALL_ARITY], small_grad[SMALL_ARITY];
    bool small_wanted[SMALL_ARITY];
    int small_to[SMALL_ARITY];
    gt_ref *in = small_in, *grad = small_grad;
    bool *wanted = small_wanted;
    int *to = small_to;
    if (n > SMALL_ARITY) {
        in = (gt_ref *)R_alloc((size_t)n, sizeof *in);
        grad = (gt_ref *)R_alloc((size_t)n, sizeof *grad);
        wanted = (bool *)R_alloc((size_t)n, sizeof *wanted);
        to = (int *)R_alloc((size_t)n, sizeof *to);
    }

    for (int i = 0; i < n; i++) {
        to[i] = wanted_slot(node_input(node, i), g, towards);
        wanted[i] = to[i] >= 0;
    }
    if (n == 1 && wanted[0] && waits(b, w, node, to[0], slot)) return false;
    if (n == 1 && wanted[0] && accumulate_slice(b, node, to[0], slot)) return true;
    if (!keeps && (hand_on_replace(b, node, to, slot) || hand_on_cat(b, node, to, slot)))
        return true;
    for (int i = 0; i < n; i++) {
        SEXP input = node_input(node, i);
        bool stale = is_node(input) && node_get_meta(input)->version != m->tail[m->ndim + i];
        in[i] = eager_add(b, input, (gt_dtype)m->dtype, stale);
    }
    gt_params params = node_params(node);
    gt_vjp_call call = {.op = (gt_op)m->op,
                        .params = &params,
                        .n = n,
                        .in = in,
                        .g = slot,
                        .wanted = wanted,
                        .grad = grad};
    call.out = eager_add(b, node, (gt_dtype)m->dtype, m->version != 0);
    gt_op_vjp(&b->base, &call);
    for (int i = 0; i < n; i++) {
        if (!wanted[i] || grad[i] == GT_NO_REF) continue;
        accumulate(b, to[i], grad[i]);
    }
    eager_release(b);
    return true;
}

/* node$grad <- node$grad + gradient */
static void add_to_grad(eager_builder *b, int slot, SEXP node)
{
    SEXP old = VECTOR_ELT(node, NODE_GRAD);
    if (old != R_NilValue && !b->record) {
        run_op_in_place(GT_OP_add, tensor_node(old), eager_array(b, slot));
        return;
    }
    SEXP fresh = PROTECT(slot_tensor(b, slot, node));
    if (old == R_NilValue) {
        SET_VECTOR_ELT(node, NODE_GRAD, fresh);
    } else {
        SEXP values[2] = {tensor_node(old), tensor_node(fresh)};
        SEXP sum = PROTECT(apply_op(GT_OP_add, 2, values, NULL));
        SET_VECTOR_ELT(node, NODE_GRAD, tensor_new(sum));
        UNPROTECT(1);
    }
    UNPROTECT(1);
}

static void graph_free(const node_graph *g)
{
    for (int i = 0; i < g->n; i++)
        if (node_get_meta(g->node[i])->n_inputs) node_free_inputs(g->node[i]);
}

/* ---- the sweep ---------------------------------------------------------------- */

/* What call_backward() was asked for. */
typedef struct {
    const node_graph *graph;
    SEXP roots, seeds;               /* lists; a seed of NULL is 1 */
    SEXP targets;                    /* a list of tensors, or NULL: all leaves */
    const bool *is_target, *towards; /* see target_nodes() and nodes_towards() */
    bool create;
} request;

static void check_root(SEXP node, SEXP seed)
{
    if (!node_has(node, NODE_REQUIRES_GRAD))
        r_stop(ERROR_GRADIENT, "this tensor does not depend on one with requires_grad = TRUE "
                               "(or was computed under with_no_grad())");
    if (seed != R_NilValue || node_type(node).size == 1) return;
    char text[GT_SHAPE_TEXT];
    gt_type type = node_type(node);
    r_stop(ERROR_GRADIENT,
           "the gradient of a tensor of shape %s needs `gradient`, a tensor "
           "of that shape; only a scalar needs none",
           gt_shape_text(&type, text));
}

static void sow(eager_builder *b, const node_graph *g, SEXP node, SEXP seed)
{
    gt_type type = node_type(node);
    gt_ref ref;
    if (seed == R_NilValue) {
        ref = b->base.constant(&b->base, 1, type.dtype);
    } else {
        SEXP value = PROTECT(as_value(seed, "gradient"));
        gt_type given = value_type(value);
        char a[GT_SHAPE_TEXT], c[GT_SHAPE_TEXT];
        if (!gt_same_shape(&given, &type) && !(given.size == 1 && type.size == 1))
            r_stop(ERROR_SHAPE, "`gradient` has shape %s; the tensor has %s",
                   gt_shape_text(&given, a), gt_shape_text(&type, c));
        ref = eager_add(b, value, type.dtype, false);
        UNPROTECT(1);
    }
    accumulate(b, node_graph_find(g, node), gt_reshape_to(&b->base, ref, &type));
    eager_release(b);
}

/* Is the gradient of node i of the graph part of the result? */
static bool keeps_grad(const request *r, int i)
{
    SEXP node = r->graph->node[i];
    if (r->is_target) return r->is_target[i];
    bool leaf = node_get_meta(node)->n_inputs == 0 && !node_has(node, NODE_FREED);
    return leaf || node_has(node, NODE_RETAIN_GRAD);
}

/* ---- anomalies ---- */

static gt_space entry_space(const eager_entry *e)
{
    gt_space space = {gt_is_single(e->array.type.dtype), e->is_uniform ? 1 : e->array.type.size};
    return space;
}

static const void *entry_numbers(const eager_entry *e)
{
    if (e->node) return data_pointer(node_data(e->node));
    return e->is_uniform ? (const void *)&e->number : e->array.data;
}

/* Stops if the gradient in a slot has a NaN, which `what` made. */
static void check_no_nan(const eager_builder *b, int slot, const char *what)
{
    const eager_entry *e = &b->entry[slot];
    if (e->is_set && gt_has_nan(entry_space(e), entry_numbers(e)))
        r_stop(ERROR_NUMERIC, "the gradient has a NaN, from %s", what);
}

/* Stops if the operation of a node has made a NaN of a gradient without one. */
static void check_gradients(const eager_builder *b, const request *r, SEXP node)
{
    const node_meta *m = node_get_meta(node);
    for (int i = 0; i < m->n_inputs; i++) {
        int slot = wanted_slot(node_input(node, i), r->graph, r->towards);
        if (slot < 0) continue;
        const eager_entry *e = &b->entry[slot];
        if (!e->is_set || !gt_has_nan(entry_space(e), entry_numbers(e))) continue;
        SEXP input = PROTECT(tensor_new(node_input(node, i)));
        SEXP op = PROTECT(Rf_mkString(gt_op_get((gt_op)m->op)->name));
        SEXP at = PROTECT(Rf_ScalarInteger(i + 1));
        SEXP what = PROTECT(Rf_list4(op, input, at, node_call(node)));
        r_error("abort_anomaly", what, R_NilValue);
    }
}

/* Adds what has waited for a slot. */
static void add_waiting(eager_builder *b, const request *r, const waiting *w, int slot)
{
    const waiting none = {NULL, NULL};
    for (int i = w->first ? w->first[slot] : -1; i >= 0; i = w->next[i]) {
        (void)propagate(b, r->graph, r->towards, i, true, &none);
        if (globals.detects_anomalies) check_gradients(b, r, r->graph->node[i]);
        if (!keeps_grad(r, i)) eager_drop(b, i);
    }
}

/* Leaves the gradients in the slots of a new builder. PROTECTs once. */
static void sweep(eager_builder *b, const request *r, bool careful)
{
    const node_graph *g = r->graph;
    eager_init(b, g->n, r->create);
    b->base.careful = careful;
    for (int i = 0; i < LENGTH(r->roots); i++)
        sow(b, g, tensor_node(VECTOR_ELT(r->roots, i)), VECTOR_ELT(r->seeds, i));
    for (int i = 0; i < g->n && globals.detects_anomalies; i++)
        check_no_nan(b, i, "what the pass starts with");
    waiting w = waiting_lists(g);
    for (int i = g->n - 1; i >= 0; i--) {
        add_waiting(b, r, &w, i);
        if (!b->entry[i].is_set || (r->towards && !r->towards[i])) continue;
        run_hook(b, i, g->node[i]);
        if (globals.detects_anomalies) check_no_nan(b, i, "a hook");
        check_not_freed(g->node[i]);
        if (!leads_on(g->node[i], g, r->towards)) continue;
        bool done = true;
        if ((gt_op)node_get_meta(g->node[i])->op == GT_OP_custom)
            propagate_custom(b, g, r->towards, i);
        else done = propagate(b, g, r->towards, i, keeps_grad(r, i), &w);
        if (done && globals.detects_anomalies) check_gradients(b, r, g->node[i]);
        if (done && !keeps_grad(r, i)) eager_drop(b, i);
    }
}

static bool is_finite_entry(const eager_entry *e)
{
    return gt_all_finite(entry_space(e), entry_numbers(e));
}

static bool is_finite_result(const eager_builder *b, const request *r)
{
    const node_graph *g = r->graph;
    if (r->targets != R_NilValue) {
        for (int i = 0; i < LENGTH(r->targets); i++) {
            int slot = node_graph_find(g, tensor_argument(VECTOR_ELT(r->targets, i), "inputs"));
            if (slot >= 0 && b->entry[slot].is_set && !is_finite_entry(&b->entry[slot]))
                return false;
        }
        return true;
    }
    for (int i = 0; i < g->n; i++)
        if (keeps_grad(r, i) && b->entry[i].is_set && !is_finite_entry(&b->entry[i])) return false;
    return true;
}

static void fill_if_unset(eager_builder *b, int slot, SEXP node)
{
    gt_type type = node_type(node);
    if (!b->entry[slot].is_set) eager_fill_with_zeros(b, slot, &type);
}

/* A step function lets no gradient through: what lies behind it has gradient 0. */
static void add_to_leaves(eager_builder *b, const request *r)
{
    const node_graph *g = r->graph;
    for (int i = 0; i < g->n; i++) {
        if (!keeps_grad(r, i)) continue;
        fill_if_unset(b, i, g->node[i]);
        add_to_grad(b, i, g->node[i]);
    }
}

static SEXP gradients_of_targets(eager_builder *b, const request *r)
{
    SEXP result = PROTECT(Rf_allocVector(VECSXP, LENGTH(r->targets)));
    for (int i = 0; i < LENGTH(r->targets); i++) {
        SEXP node = tensor_argument(VECTOR_ELT(r->targets, i), "inputs");
        int slot = node_graph_find(r->graph, node);
        if (slot < 0) continue;
        fill_if_unset(b, slot, node);
        SET_VECTOR_ELT(result, i, slot_tensor(b, slot, node));
    }
    UNPROTECT(1);
    return result;
}

SEXP backward(SEXP roots, SEXP seeds, SEXP targets, bool retain_graph, bool create_graph)
{
    const void *vmax = vmaxget();
    node_graph g;
    node_graph_init(&g);
    record_keep_nodes();
    for (int i = 0; i < LENGTH(roots); i++) {
        SEXP node = tensor_argument(VECTOR_ELT(roots, i), "tensor");
        check_root(node, VECTOR_ELT(seeds, i));
        node_graph_collect(&g, node, is_differentiated);
    }
    for (int i = 0; i < g.n; i++) check_not_freed(g.node[i]);

    /* R functions in the graph run once, and what is recorded must hold at other points:
     * both are careful at once. So is what looks for NaN, which a plain sweep may pass through. */
    bool *is_target = target_nodes(&g, targets);
    request r = {&g, roots, seeds, targets, is_target, nodes_towards(&g, is_target), create_graph};
    SEXP kept_nodes = PROTECT(keep_nodes(&g, create_graph || is_recording()));
    bool careful = kept_nodes != R_NilValue || is_recording() || globals.detects_anomalies;
    eager_builder b;
    sweep(&b, &r, careful);
    if (!careful && !is_finite_result(&b, &r)) {
        UNPROTECT(1);
        sweep(&b, &r, true);
    }
    SEXP result = R_NilValue;
    if (targets == R_NilValue) add_to_leaves(&b, &r);
    else result = gradients_of_targets(&b, &r);
    PROTECT(result);
    if (!retain_graph && !create_graph && !is_recording()) graph_free(&g);
    UNPROTECT(3);
    vmaxset(vmax);
    return result;
}

/* ---- a graph of one call ---- */

static bool is_leaf_of_doubles(SEXP value)
{
    if (!is_node(value)) return false;
    const node_meta *m = node_get_meta(value);
    return m->dtype == GT_DOUBLE && m->n_inputs == 0 && !(m->flags & NODE_FREED) &&
           m->flags & NODE_REQUIRES_GRAD && VECTOR_ELT(value, NODE_HOOKS) == R_NilValue;
}

bool backward_of_call(SEXP node)
{
    const node_meta *m = node_get_meta(node);
    SEXP data;
    if ((gt_op)m->op != GT_OP_custom || m->n_inputs != 1 || m->dtype != GT_DOUBLE ||
        m->flags & NODE_RETAIN_GRAD || is_recording() || globals.detects_anomalies ||
        node_hook(node, HOOK_GRADIENT) != R_NilValue || !is_leaf_of_doubles(node_input(node, 0)))
        return false;
    const node_derivative *d = node_get_derivative(node, &data);
    gt_type type = node_type(node);
    if (!d || type.size != 1) return false;
    SEXP leaf = node_input(node, 0), old = VECTOR_ELT(leaf, NODE_GRAD);
    double one = 1;
    gt_array seed = {type, &one};
    SEXP numbers = PROTECT(d->numbers(data, &seed));
    gt_array gradient = {node_type(leaf), REAL(numbers)};
    const bool is_finite = gt_all_finite((gt_space){false, gradient.type.size}, REAL(numbers));
    if (is_finite && old == R_NilValue) {
        SEXP fresh = PROTECT(node_leaf(&gradient.type, numbers, 0));
        SET_VECTOR_ELT(leaf, NODE_GRAD, tensor_new(fresh));
        UNPROTECT(1);
    } else if (is_finite) {
        run_op_in_place(GT_OP_add, tensor_node(old), gradient);
    }
    UNPROTECT(1);
    if (is_finite) node_free_inputs(node);
    return is_finite;
}
