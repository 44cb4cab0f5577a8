/* From the nodes that a recorded run left to the graph of a variant. */
#include "bridge/entries.h"
#include "bridge/scratch.h"
#include "bridge/tape.h"
#include "eager/apply.h"
#include "eager/memory.h"
#include "eager/node_graph.h"
#include "eager/record.h"
#include "eager/tensor.h"
#include "eager/errors.h"
#include "tape/passes/passes.h"

#define NUMBERS 64

typedef struct {
    tape_state *state;
    gt_graph *graph;
    SEXP input;
    node_graph nodes;
    int *made; /* the instruction of each node */
    struct {
        SEXP value;
        int made;
    } lately[NUMBERS]; /* constants of one element, which loops use again and again */
} converter;

static bool is_part_of_recording(SEXP value)
{
    return is_node(value) && node_has(value, NODE_TRACKED);
}

/* Constants are doubles; dtype: as which they count where they are used. */
static int convert_constant(converter *c, SEXP value, gt_dtype dtype)
{
    gt_type t = value_type(value);
    SEXP data = is_node(value) ? node_data(value) : value;
    if (gt_is_single(t.dtype)) {
        data = Rf_allocVector(REALSXP, (R_xlen_t)t.size);
        gt_convert(t.size, REAL(data), GT_DOUBLE, node_array(value).data, GT_FLOAT);
    }
    if (gt_is_floating(t.dtype)) t.dtype = dtype;
    if (t.size == 1) return gt_graph_number(c->graph, &t, REAL(data)[0]);
    PROTECT(data);
    int made = gt_graph_constant(c->graph, &t, tape_constant(c->state, data), 0);
    UNPROTECT(1);
    return made;
}

static int converted(converter *c, SEXP value, gt_dtype dtype)
{
    if (is_part_of_recording(value)) return c->made[node_graph_find(&c->nodes, value)];
    if (is_node(value) || XLENGTH(value) != 1 || gt_is_single(dtype))
        return convert_constant(c, value, dtype);
    const size_t k = ((size_t)value >> 4) % NUMBERS;
    if (c->lately[k].value != value) {
        c->lately[k].made = convert_constant(c, value, dtype);
        c->lately[k].value = value;
    }
    return c->lately[k].made;
}

static gt_dtype largest_dtype(SEXP node)
{
    gt_dtype largest = GT_BOOL;
    for (int i = 0; i < node_get_meta(node)->n_inputs; i++) {
        SEXP input = node_input(node, i);
        if (!is_node(input)) continue;
        const gt_dtype dtype = (gt_dtype)node_get_meta(input)->dtype;
        if (dtype > largest) largest = dtype;
    }
    return largest;
}

/* What a floating constant counts as that is input k of a node: a float where the node is computed in float, and where
 * it is a plain number of R's that met floats. Indices are no such.                 */
static gt_dtype constant_dtype(SEXP node, int k, gt_dtype met)
{
    const node_meta *m = node_get_meta(node);
    if (gt_is_index_input(gt_op_get((gt_op)m->op), k)) return GT_DOUBLE;
    const bool is_float =
        gt_is_single((gt_dtype)m->dtype) || (!is_node(node_input(node, k)) && gt_is_single(met));
    return is_float ? GT_FLOAT : GT_DOUBLE;
}

/* Room for the nodes, the numbers that they take from outside, and all inputs. */
static void reserve(converter *c)
{
    int outside = 0, inputs = 0;
    for (int i = 0; i < c->nodes.n; i++) {
        SEXP node = c->nodes.node[i];
        const int n = node_get_meta(node)->n_inputs;
        inputs += n;
        for (int k = 0; k < n; k++) outside += !is_part_of_recording(node_input(node, k));
    }
    gt_graph_reserve(c->graph, c->nodes.n + outside, inputs);
}

static int convert_node(converter *c, SEXP node)
{
    gt_type t = node_type(node);
    const node_meta *m = node_get_meta(node);
    if (node == c->input) return gt_graph_input(c->graph, GT_PARAMETERS, &t);
    /* (a computed one without inputs is from an earlier recording, and was freed) */
    if (m->n_inputs == 0) return convert_constant(c, node, GT_DOUBLE);
    int small[SMALL_ARITY], *in = small;
    if (m->n_inputs > SMALL_ARITY)
        in = gt_alloc_array(transient_arena, (size_t)m->n_inputs, sizeof *in);
    const gt_dtype met = largest_dtype(node);
    for (int k = 0; k < m->n_inputs; k++) {
        SEXP input = node_input(node, k);
        in[k] = converted(c, input, constant_dtype(node, k, met));
    }
    gt_params p = node_params(node);
    int made = gt_graph_append(c->graph, (gt_op)m->op, &t, m->n_inputs, in, &p);
    c->graph->instr[made].is_differentiable = node_has(node, NODE_REQUIRES_GRAD);
    return made;
}

static double *guard_values(SEXP guarded, int n, int64_t *total)
{
    *total = 0;
    for (int k = 0; k < n; k++) *total += node_type(VECTOR_ELT(guarded, k)).size;
    double *values = gt_alloc_array(transient_arena, (size_t)*total, sizeof *values);
    for (int64_t k = 0, at = 0; k < n; k++) {
        gt_array a = node_array(VECTOR_ELT(guarded, k));
        for (int64_t i = 0; i < a.type.size; i++) values[at++] = gt_get(&a, i);
    }
    return values;
}

/* Guards of the recording: what R code read, whose nodes are collected, and the outcome of kernels
 * whose result nothing else needs. Returns an R list of nodes; all are collected then.        */
static SEXP collect_guards(converter *c, SEXP recorder)
{
    int n = recorded_guards(recorder), m = recorded_successes(recorder), count = n;
    SEXP guards = PROTECT(Rf_allocVector(VECSXP, n + m));
    for (int k = 0; k < n; k++) SET_VECTOR_ELT(guards, k, recorded_guard(recorder, k));
    for (int k = 0; k < m; k++) {
        SEXP node = recorded_success(recorder, k);
        if (node_graph_find(&c->nodes, node) >= 0) continue;
        gt_params p = node_params(node);
        int n_in = node_get_meta(node)->n_inputs;
        SEXP *in = gt_alloc_array(transient_arena, (size_t)n_in, sizeof *in);
        for (int j = 0; j < n_in; j++) in[j] = node_input(node, j);
        SEXP outcome = outcome_node((gt_op)node_get_meta(node)->op, n_in, in, &p, true);
        SET_VECTOR_ELT(guards, count++, outcome);
        node_graph_collect(&c->nodes, outcome, is_part_of_recording);
    }
    guards = Rf_lengthgets(guards, count);
    UNPROTECT(1);
    return guards;
}

/* Does a result or guard depend on numbers that were drawn? */
static bool has_draws(const converter *c)
{
    for (int i = 0; i < c->nodes.n; i++)
        if ((gt_op)node_get_meta(c->nodes.node[i])->op == GT_OP_draw) return true;
    return false;
}

/* Adds the recording of result = fn(x) to the tape's variants, and returns TRUE; or FALSE, where
 * random numbers decide the result. vectorise: are steps of loops to become vectors?           */
SEXP call_tape_record(SEXP handle, SEXP x, SEXP result, SEXP recorder, SEXP vectorise)
{
    const void *vmax = vmaxget();
    tape_state *s = tape_open(handle);
    if (node_type(tensor_node(x)).size != s->n)
        r_error("abort_damaged", PROTECT(Rf_mkString("tape")),
                Rf_mkString("it has another number of parameters"));
    SEXP scratch = PROTECT(scratch_new());
    converter c = {.state = s,
                   .graph = gt_graph_new(scratch_arena(scratch), &s->variants.pool),
                   .input = tensor_node(x)};
    node_graph_init(&c.nodes);
    SEXP value = PROTECT(as_value(result, "fn"));
    node_graph_collect(&c.nodes, c.input, is_part_of_recording);
    if (is_part_of_recording(value)) node_graph_collect(&c.nodes, value, is_part_of_recording);
    for (int k = 0; k < recorded_guards(recorder); k++)
        node_graph_collect(&c.nodes, recorded_guard(recorder, k), is_part_of_recording);
    if (has_draws(&c)) {
        UNPROTECT(2);
        vmaxset(vmax);
        return Rf_ScalarLogical(FALSE);
    }
    SEXP guarded = PROTECT(collect_guards(&c, recorder));
    int n = LENGTH(guarded);
    c.made = gt_alloc_array(transient_arena, (size_t)c.nodes.n, sizeof *c.made);
    reserve(&c);
    for (int i = 0; i < c.nodes.n; i++) c.made[i] = convert_node(&c, c.nodes.node[i]);

    int output = converted(&c, value, GT_DOUBLE),
        *guards = gt_alloc_array(transient_arena, (size_t)n, sizeof *guards);
    gt_graph_set_outputs(c.graph, 1, &output);
    for (int k = 0; k < n; k++) guards[k] = converted(&c, VECTOR_ELT(guarded, k), GT_DOUBLE);
    gt_graph_set_guards(c.graph, n, guards);
    int64_t total;
    double *expected = guard_values(guarded, n, &total);
    const gt_graph *made = c.graph;
    if (!gt_graph_is_single(made)) {
        made = gt_graph_settled(gt_pass_forward(gt_graph_settled(c.graph)));
        if (Rf_asLogical(vectorise)) made = gt_batch_loops(made);
    }
    gt_variants_add(&s->variants, made, total, expected);
    s->is_stale = false;
    scratch_free(scratch);
    UNPROTECT(3);
    vmaxset(vmax);
    return Rf_ScalarLogical(TRUE);
}
