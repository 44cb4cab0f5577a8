/* The recording of a function as a variant of its tape. */
#include "bridge/entries.h"
#include "bridge/recording.h"
#include "bridge/scratch.h"
#include "eager/apply.h"
#include "eager/errors.h"
#include "eager/memory.h"
#include "eager/record.h"
#include "eager/tensor.h"
#include "tape/passes/passes.h"
#include "tape/passes/walk.h"

#include <string.h>

/* Guards of a recording: instructions, and what they gave. */
typedef struct {
    int n, *made;
    int64_t total;
    double *expected;
} guards;

/* The nodes that R code read, and the outcome of kernels whose result nothing else needs; all are collected then. */
static SEXP collect_guards(converter *c, SEXP recorder)
{
    int n = recorded_guards(recorder), m = recorded_successes(recorder), count = n;
    SEXP nodes = PROTECT(Rf_allocVector(VECSXP, n + m));
    for (int k = 0; k < n; k++) SET_VECTOR_ELT(nodes, k, recorded_guard(recorder, k));
    for (int k = 0; k < m; k++) {
        SEXP node = recorded_success(recorder, k);
        if (is_collected(c, node)) continue;
        gt_params p = node_params(node);
        int n_in = node_get_meta(node)->n_inputs;
        SEXP *in = gt_alloc_array(transient_arena, (size_t)n_in, sizeof *in);
        for (int j = 0; j < n_in; j++) in[j] = node_input(node, j);
        SEXP outcome = outcome_node((gt_op)node_get_meta(node)->op, n_in, in, &p, true);
        SET_VECTOR_ELT(nodes, count++, outcome);
        collect_value(c, outcome);
    }
    nodes = Rf_lengthgets(nodes, count);
    UNPROTECT(1);
    return nodes;
}

/* Those of the nodes, and room for one more of each outcome that was taken over. */
static guards convert_guards(converter *c, SEXP nodes)
{
    const int more = c->taken ? c->taken->n_outcomes : 0;
    guards g = {.n = LENGTH(nodes)};
    for (int k = 0; k < g.n; k++) g.total += node_type(VECTOR_ELT(nodes, k)).size;
    g.made = gt_alloc_array(transient_arena, (size_t)g.n + (size_t)more, sizeof *g.made);
    g.expected = gt_alloc_array(transient_arena, (size_t)(g.total + more), sizeof *g.expected);
    int64_t at = 0;
    for (int k = 0; k < g.n; k++) {
        gt_array a = node_array(VECTOR_ELT(nodes, k));
        g.made[k] = converted(c, VECTOR_ELT(nodes, k), GT_DOUBLE);
        for (int64_t i = 0; i < a.type.size; i++) g.expected[at++] = gt_get(&a, i);
    }
    gt_graph_set_guards(c->graph, g.n, g.made);
    return g;
}

/* What was taken over may be needed by nothing: that it did not fail is a guard. */
static void guard_outcomes(converter *c, guards *g)
{
    if (!c->taken || !c->taken->n_outcomes) return;
    const bool *needed = gt_needed(c->graph);
    for (int k = 0; k < c->taken->n_outcomes; k++) {
        if (needed[c->taken->outcome[k].made]) continue;
        g->made[g->n++] = c->taken->outcome[k].outcome;
        g->expected[g->total++] = 1;
    }
    gt_graph_set_guards(c->graph, g->n, g->made);
}

/* Does a result or guard depend on numbers that were drawn? */
static bool has_draws(const gt_graph *g)
{
    const bool *needed = NULL;
    for (int i = 0; i < g->n; i++) {
        if (g->instr[i].op != GT_OP_draw) continue;
        if (!needed) needed = gt_needed(g);
        if (needed[i]) return true;
    }
    return false;
}

/* The graph as programs are derived from it; what was taken over goes. */
static const gt_graph *prepared(converter *c, gt_arena arena, bool vectorise)
{
    gt_graph *made = c->graph;
    if (c->taken) {
        made->arena = arena;
        made = gt_pass_prune(made);
        recording_release(c->owner);
    }
    if (gt_graph_is_single(made)) return made;
    made = gt_graph_settled(gt_pass_forward(gt_graph_settled(made)));
    return vectorise ? gt_batch_loops(made) : made;
}

/* Adds the recording of result = fn(x) to the tape's variants, and returns TRUE; or FALSE, where
 * random numbers decide the result. vectorise: are steps of loops to become vectors?           */
SEXP call_tape_record(SEXP handle, SEXP x, SEXP result, SEXP recorder, SEXP vectorise)
{
    const void *vmax = vmaxget();
    tape_state *s = tape_open(handle);
    record_keep_nodes();
    if (node_type(tensor_node(x)).size != s->n)
        r_error("abort_damaged", PROTECT(Rf_mkString("tape")),
                Rf_mkString("it has another number of parameters"));
    SEXP scratch = PROTECT(scratch_new());
    const gt_arena arena = scratch_arena(scratch);
    converter c;
    converter_init(&c, s, recorder, arena);
    SEXP value = PROTECT(as_value(result, "fn"));
    collect_value(&c, value);
    for (int k = 0; k < recorded_guards(recorder); k++)
        collect_value(&c, recorded_guard(recorder, k));
    SEXP guarded = PROTECT(collect_guards(&c, recorder));
    convert_collected(&c);
    int output = converted(&c, value, GT_DOUBLE);
    gt_graph_set_outputs(c.graph, 1, &output);
    guards g = convert_guards(&c, guarded);
    guard_outcomes(&c, &g);
    const bool replays = !has_draws(c.graph);
    if (replays) {
        gt_variants_add(&s->variants, prepared(&c, arena, Rf_asLogical(vectorise)), g.total,
                        g.expected);
        s->is_stale = false;
    }
    scratch_free(scratch);
    UNPROTECT(3);
    vmaxset(vmax);
    return Rf_ScalarLogical(replays);
}
