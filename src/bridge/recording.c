#include "bridge/recording.h"
#include "bridge/scratch.h"
#include "eager/apply.h"
#include "eager/errors.h"
#include "eager/memory.h"
#include "eager/record.h"
#include "eager/tensor.h"

#include <string.h>

/* ---- what has been taken over, and where it lives ----------------------- */

enum { OWNER_TAPE, OWNER_SCRATCH, OWNER_TAKEN, OWNER_LENGTH };

SEXP recording_owner(SEXP tape)
{
    SEXP owner = Rf_allocVector(VECSXP, OWNER_LENGTH);
    SET_VECTOR_ELT(owner, OWNER_TAPE, tape);
    return owner;
}

/* NULL before anything has been taken over. */
static gt_taken *taken_by(SEXP owner)
{
    SEXP taken = owner == R_NilValue ? owner : VECTOR_ELT(owner, OWNER_TAKEN);
    return taken == R_NilValue ? NULL : (gt_taken *)RAW(taken);
}

void recording_release(SEXP owner)
{
    SET_VECTOR_ELT(owner, OWNER_TAKEN, R_NilValue);
    scratch_free(VECTOR_ELT(owner, OWNER_SCRATCH));
}

static gt_graph *graph_with_input(gt_arena arena, gt_pool *pool, SEXP input)
{
    gt_type t = node_type(input);
    gt_graph *g = gt_graph_new(arena, pool);
    gt_graph_input(g, GT_PARAMETERS, &t);
    return g;
}

static void note_outcome(gt_taken *t, gt_taken_outcome o)
{
    if (t->n_outcomes == t->capacity) {
        t->capacity = t->capacity ? 2 * t->capacity : 64;
        t->outcome = gt_enlarge_array(t->graph->arena, t->outcome, (size_t)t->n_outcomes,
                                      (size_t)t->capacity, sizeof o);
    }
    t->outcome[t->n_outcomes++] = o;
}

/* ---- values ---------------------------------------------------------------------------- */

static bool is_part_of_recording(SEXP value)
{
    return is_node(value) && node_has(value, NODE_TRACKED);
}
static bool is_to_be_converted(SEXP value)
{
    return is_part_of_recording(value) && !node_has(value, NODE_TAKEN);
}

/* The instruction of a value of the recording, or -1. */
static int find(const converter *c, SEXP value)
{
    if (!is_part_of_recording(value)) return -1;
    if (value == c->input) return 0;
    if (node_has(value, NODE_TAKEN)) return node_owner(value) == c->owner ? node_place(value) : -1;
    const int k = node_graph_find(&c->nodes, value);
    return k >= 0 ? c->made[k] : -1;
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

int converted(converter *c, SEXP value, gt_dtype dtype)
{
    const int made = find(c, value);
    if (made >= 0) return made;
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

/* ---- nodes ----------------------------------------------------------------------------- */

/* Whether the operation of a node succeeds on these inputs. */
static int convert_outcome(converter *c, SEXP node, int n, const int *in, const gt_params *p)
{
    const gt_type type = gt_scalar_type(GT_BOOL);
    const gt_params all = outcome_params((gt_op)node_get_meta(node)->op, p);
    const int made = gt_graph_append(c->graph, GT_OP_succeeds, &type, n, in, &all);
    c->graph->instr[made].is_differentiable = false;
    return made;
}

/* taken: NULL, or where the outcome of what might have failed is noted. */
static int convert_node(converter *c, SEXP node, gt_taken *taken)
{
    gt_type t = node_type(node);
    const node_meta *m = node_get_meta(node);
    if (node == c->input) return 0;
    /* (a computed one without inputs is from an earlier recording, and was freed) */
    if (m->n_inputs == 0) return convert_constant(c, node, GT_DOUBLE);
    int small[SMALL_ARITY], *in = small;
    if (m->n_inputs > SMALL_ARITY)
        in = gt_alloc_array(transient_arena, (size_t)m->n_inputs, sizeof *in);
    const gt_dtype met = largest_dtype(node);
    for (int k = 0; k < m->n_inputs; k++)
        in[k] = converted(c, node_input(node, k), constant_dtype(node, k, met));
    gt_params p = node_params(node);
    int made = gt_graph_append(c->graph, (gt_op)m->op, &t, m->n_inputs, in, &p);
    c->graph->instr[made].is_differentiable = node_has(node, NODE_REQUIRES_GRAD);
    if (taken && node_has(node, NODE_SUCCESS)) {
        const gt_taken_outcome o = {made, convert_outcome(c, node, m->n_inputs, in, &p)};
        note_outcome(taken, o);
    }
    return made;
}

void converter_init(converter *c, tape_state *s, SEXP recorder, gt_arena arena)
{
    memset(c, 0, sizeof *c);
    c->state = s;
    c->input = recorded_input(recorder);
    c->owner = recorded_owner(recorder);
    c->taken = taken_by(c->owner);
    c->graph = c->taken ? c->taken->graph : graph_with_input(arena, &s->variants.pool, c->input);
    node_graph_init(&c->nodes);
}

/* Nodes of a recording are taken over while it runs, in the order in which they were made. */
static void take_nodes(SEXP recorder)
{
    SEXP owner = recorded_owner(recorder);
    tape_state *s = tape_open(VECTOR_ELT(owner, OWNER_TAPE));
    if (!taken_by(owner)) {
        SET_VECTOR_ELT(owner, OWNER_SCRATCH, scratch_new());
        const gt_arena arena = scratch_arena(VECTOR_ELT(owner, OWNER_SCRATCH));
        const gt_taken none = {
            .graph = graph_with_input(arena, &s->variants.pool, recorded_input(recorder))};
        SEXP taken = Rf_allocVector(RAWSXP, sizeof none);
        memcpy(RAW(taken), &none, sizeof none);
        SET_VECTOR_ELT(owner, OWNER_TAKEN, taken);
    }
    converter c;
    converter_init(&c, s, recorder, transient_arena);
    for (int k = 0; k < recorded_nodes(recorder); k++) {
        const void *vmax = vmaxget();
        SEXP node = recorded_node(recorder, k);
        if (!node_has(node, NODE_TAKEN))
            node_take(node, owner, convert_node(&c, node, taken_by(owner)));
        vmaxset(vmax);
    }
}

void init_recording(void) { globals.take_nodes = take_nodes; }

/* ---- what is left when the function has returned ----------------------------------------- */

void collect_value(converter *c, SEXP value)
{
    if (is_to_be_converted(value)) node_graph_collect(&c->nodes, value, is_to_be_converted);
}

bool is_collected(const converter *c, SEXP node)
{
    return node_has(node, NODE_TAKEN) || node_graph_find(&c->nodes, node) >= 0;
}

/* Room for the nodes, the numbers that they take from outside, and all inputs. */
static void reserve(converter *c)
{
    int64_t outside = 0, inputs = 0;
    for (int i = 0; i < c->nodes.n; i++) {
        SEXP node = c->nodes.node[i];
        const int n = node_get_meta(node)->n_inputs;
        inputs += n;
        for (int k = 0; k < n; k++) outside += !is_to_be_converted(node_input(node, k));
    }
    gt_graph_reserve(c->graph, c->nodes.n + outside, inputs);
}

void convert_collected(converter *c)
{
    c->made = gt_alloc_array(transient_arena, (size_t)c->nodes.n, sizeof *c->made);
    reserve(c);
    for (int i = 0; i < c->nodes.n; i++) c->made[i] = convert_node(c, c->nodes.node[i], NULL);
}
