/* Tapes as R sees them: graphs and plans are R lists of plain vectors, so they can be
 * saved and sent; a tape's state decides which plan answers a call.              */
#include "bridge/entries.h"
#include "bridge/tape.h"
#include "eager/memory.h"
#include "eager/node_graph.h"
#include "eager/record.h"
#include "eager/tensor.h"
#include "tape/passes/passes.h"
#include "tape/plan/plan.h"

#include <string.h>

static void *r_alloc(size_t bytes) { return R_alloc(bytes ? bytes : 1, 1); }
static const gt_arena r_arena = {r_alloc};

static SEXP raw_copy(const void *from, size_t bytes)
{
    SEXP x = Rf_allocVector(RAWSXP, (R_xlen_t)bytes);
    if (bytes) memcpy(RAW(x), from, bytes);
    return x;
}
static SEXP int_copy(const int *from, int n)
{
    SEXP x = Rf_allocVector(INTSXP, n);
    if (n) memcpy(INTEGER(x), from, (size_t)n * sizeof(int));
    return x;
}
static SEXP real_copy(const double *from, int64_t n)
{
    SEXP x = Rf_allocVector(REALSXP, (R_xlen_t)n);
    if (n) memcpy(REAL(x), from, (size_t)n * sizeof(double));
    return x;
}

/* ---- graphs as R lists --------------------------------------------------------- */

enum { G_INSTR, G_ARGS, G_PARAMS, G_CONSTANTS, G_OUTPUTS, G_GUARDS, G_EXPECTED };
static const char *const graph_names[] = {"instr", "args", "params", "constants", "outputs",
                                          "guards", "expected", ""};

static SEXP graph_to_r(const gt_graph *g, SEXP expected)
{
    SEXP list = PROTECT(Rf_mkNamed(VECSXP, (const char **)graph_names));
    SET_VECTOR_ELT(list, G_INSTR, raw_copy(g->instr, (size_t)g->n * sizeof *g->instr));
    SET_VECTOR_ELT(list, G_ARGS, int_copy(g->args, g->n_args));
    SET_VECTOR_ELT(list, G_PARAMS, int_copy(g->params, g->n_params));
    SET_VECTOR_ELT(list, G_CONSTANTS, real_copy(g->constants, g->n_constants));
    SET_VECTOR_ELT(list, G_OUTPUTS, int_copy(g->outputs, g->n_outputs));
    SET_VECTOR_ELT(list, G_GUARDS, int_copy(g->guards, g->n_guards));
    SET_VECTOR_ELT(list, G_EXPECTED, expected);
    UNPROTECT(1);
    return list;
}

/* A graph that shares the list's memory: to be copied before it grows. */
static gt_graph graph_view(SEXP list)
{
    gt_graph g = {.arena = r_arena};
    g.instr = (gt_instr *)RAW(VECTOR_ELT(list, G_INSTR));
    g.n = g.capacity = (int)(XLENGTH(VECTOR_ELT(list, G_INSTR)) / (R_xlen_t)sizeof(gt_instr));
    g.args = INTEGER(VECTOR_ELT(list, G_ARGS));
    g.n_args = LENGTH(VECTOR_ELT(list, G_ARGS));
    g.params = INTEGER(VECTOR_ELT(list, G_PARAMS));
    g.n_params = LENGTH(VECTOR_ELT(list, G_PARAMS));
    g.constants = REAL(VECTOR_ELT(list, G_CONSTANTS));
    g.n_constants = XLENGTH(VECTOR_ELT(list, G_CONSTANTS));
    g.outputs = INTEGER(VECTOR_ELT(list, G_OUTPUTS));
    g.n_outputs = LENGTH(VECTOR_ELT(list, G_OUTPUTS));
    g.guards = INTEGER(VECTOR_ELT(list, G_GUARDS));
    g.n_guards = LENGTH(VECTOR_ELT(list, G_GUARDS));
    return g;
}

/* ---- from recorded nodes to a graph ---------------------------------------------- */

typedef struct {
    gt_graph *graph;
    SEXP input;
    node_graph nodes;
    int *made;                  /* the instruction of each node */
} converter;

static bool is_part_of_recording(SEXP value) { return is_node(value) && node_has(value, NODE_TRACKED); }

/* Float constants become doubles, as they did when they met the input. */
static int convert_constant(converter *c, SEXP value)
{
    gt_type t = value_type(value);
    double *data;
    if (gt_is_single(t.dtype)) {
        data = (double *)R_alloc((size_t)t.size + 1, sizeof *data);
        gt_convert(t.size, data, GT_DOUBLE, node_array(value).data, GT_FLOAT);
        t.dtype = GT_DOUBLE;
    } else {
        data = is_node(value) ? REAL(VECTOR_ELT(value, NODE_DATA)) : REAL(value);
    }
    return gt_graph_constant(c->graph, &t, data);
}

static int converted(converter *c, SEXP value)
{
    return is_part_of_recording(value) ? c->made[node_graph_find(&c->nodes, value)]
                                       : convert_constant(c, value);
}

static int convert_node(converter *c, SEXP node)
{
    gt_type t = node_type(node);
    const node_meta *m = node_get_meta(node);
    if (node == c->input) return gt_graph_input(c->graph, 0, &t);
    if (m->op == GT_OP_leaf) return convert_constant(c, node);
    if (gt_is_single(t.dtype))
        Rf_errorcall(R_NilValue, "a tape computes in double, but the function computes in float");
    int *in = (int *)R_alloc((size_t)m->n_inputs + 1, sizeof *in);
    for (int k = 0; k < m->n_inputs; k++) {
        SEXP input = node_input(node, k);
        in[k] = converted(c, input);
    }
    gt_params p = node_params(node);
    int made = gt_graph_append(c->graph, (gt_op)m->op, &t, m->n_inputs, in, &p);
    c->graph->instr[made].is_differentiable = node_has(node, NODE_REQUIRES_GRAD);
    return made;
}

/* The graph of one recorded result. */
SEXP call_tape_graph(SEXP x, SEXP result, SEXP recorded)
{
    const void *vmax = vmaxget();
    converter c = {.graph = gt_graph_new(r_arena), .input = tensor_node(x)};
    node_graph_init(&c.nodes);
    SEXP value = PROTECT(as_value(result, "fn")), guarded = VECTOR_ELT(recorded, 0);
    int n = INTEGER(VECTOR_ELT(recorded, 1))[0];
    node_graph_collect(&c.nodes, c.input, is_part_of_recording);
    if (is_part_of_recording(value)) node_graph_collect(&c.nodes, value, is_part_of_recording);
    for (int k = 0; k < n; k++)
        node_graph_collect(&c.nodes, VECTOR_ELT(guarded, k), is_part_of_recording);
    c.made = (int *)R_alloc((size_t)c.nodes.n, sizeof *c.made);
    for (int i = 0; i < c.nodes.n; i++) c.made[i] = convert_node(&c, c.nodes.node[i]);

    int output = converted(&c, value);
    gt_graph_set_outputs(c.graph, 1, &output);
    int *guards = (int *)R_alloc((size_t)n + 1, sizeof *guards);
    int64_t total = 0;
    for (int k = 0; k < n; k++) {
        guards[k] = converted(&c, VECTOR_ELT(guarded, k));
        total += node_type(VECTOR_ELT(guarded, k)).size;
    }
    gt_graph_set_guards(c.graph, n, guards);
    SEXP expected = PROTECT(Rf_allocVector(REALSXP, (R_xlen_t)total));
    for (int64_t k = 0, at = 0; k < n; k++) {
        gt_array a = node_array(VECTOR_ELT(guarded, k));
        for (int64_t i = 0; i < a.type.size; i++) REAL(expected)[at++] = gt_get(&a, i);
    }
    SEXP list = graph_to_r(c.graph, expected);
    UNPROTECT(2);
    vmaxset(vmax);
    return list;
}

/* ---- programs ----------------------------------------------------------------------- */

static void check(int failed, const gt_error *err)
{
    if (failed) Rf_errorcall(R_NilValue, "the tape's function cannot be differentiated: %s", err->message);
}

static int input_of_graph(const gt_graph *g)
{
    for (int i = 0; i < g->n; i++)
        if (g->instr[i].source == GT_INPUT) return i;
    return -1;
}

static int dot_product(gt_graph_builder *b, int x, int y)
{
    int all = 0;
    return gt_apply1(&b->base, GT_OP_sum, gt_mul(&b->base, x, y), 1, &all);
}

/* An input becomes a constant: whatever its value is, but not 0, which would look like the
 * gradient of what was not chosen.                                             */
static void make_ones(gt_graph *g, int input)
{
    gt_type t = g->instr[input].type;
    gt_array ones = {t, R_alloc((size_t)t.size + 1, sizeof(double))};
    gt_fill(&ones, 1);
    int constant = gt_graph_constant(g, &t, ones.data);
    g->instr[input].source = GT_CONSTANT;
    g->instr[input].at = g->instr[constant].at;
}

/* Adds what a program computes beside the value. Input 1 is v, of the input's type
 * for hvp and jvp, of the output's for vjp.                                      */
static void derive(gt_graph *g, const char *kind)
{
    gt_error err;
    gt_graph_builder b;
    int x = input_of_graph(g), y = g->outputs[0], out[2] = {y, y}, seed = -1, gradient;
    gt_graph_builder_init(&b, g);
    if (!strcmp(kind, "value")) return;
    if (!strcmp(kind, "vjp") || !strcmp(kind, "jvp")) {
        gt_type t = g->instr[y].type;
        seed = gt_graph_input(g, 1, &t);
    }
    if (seed < 0 && g->instr[y].type.size != 1)
        Rf_errorcall(R_NilValue, "`fn` returned %lld elements where a scalar is needed; sum them in "
                                 "`fn`, or use $jacobian()", (long long)g->instr[y].type.size);
    check(gt_graph_gradient(g, y, seed, 1, &x, &gradient, &err), &err);
    if (!strcmp(kind, "gradient") || !strcmp(kind, "vjp")) {
        out[1] = gradient;
        gt_graph_set_outputs(g, 2, out);
        return;
    }
    /* hvp: the gradient of gradient . v; jvp: the same with respect to the seed, in
     * which the vector-Jacobian product is linear.                               */
    gt_type t = g->instr[x].type;
    int v, wrt = x;
    if (seed >= 0) {
        wrt = seed;
        g->instr[seed].at = 2;                  /* input 1 is v */
    }
    v = gt_graph_input(g, 1, &t);
    int product = dot_product(&b, gradient, v);
    check(gt_graph_gradient(g, product, -1, 1, &wrt, &out[1], &err), &err);
    if (seed >= 0) make_ones(g, seed);
    gt_graph_set_outputs(g, 2, out);
}

enum { P_SIZES, P_STEP, P_SCALAR, P_BLOCK, P_GROUP, P_CALL, P_VIEW, P_TYPE, P_PARAMS, P_SPAN,
       P_CONSTANTS, P_ARENA, P_INPUTS };
static const char *const plan_names[] = {"sizes", "step", "scalar", "block", "group", "call", "view",
                                         "type", "params", "span", "constants", "arena", "inputs", ""};

static SEXP plan_to_r(const gt_plan *p)
{
    const gt_plan_sizes *s = &p->size;
    SEXP list = PROTECT(Rf_mkNamed(VECSXP, (const char **)plan_names));
#define PUT(slot, field, count) \
    SET_VECTOR_ELT(list, slot, raw_copy(p->field, (size_t)(count) * sizeof *p->field))
    SET_VECTOR_ELT(list, P_SIZES, raw_copy(s, sizeof *s));
    PUT(P_STEP, step, s->n_steps);
    PUT(P_SCALAR, scalar, s->n_scalar);
    PUT(P_BLOCK, block, s->n_block);
    PUT(P_GROUP, group, s->n_groups);
    PUT(P_CALL, call, s->n_calls);
    PUT(P_VIEW, view, s->n_views);
    PUT(P_TYPE, type, s->n_views);
    PUT(P_SPAN, span, s->n_spans + s->n_outputs + s->n_guards);
#undef PUT
    SET_VECTOR_ELT(list, P_PARAMS, int_copy(p->params, s->n_params));
    SET_VECTOR_ELT(list, P_CONSTANTS, real_copy(p->constants, s->n_constants));
    SET_VECTOR_ELT(list, P_ARENA, real_copy(p->arena, s->arena_size));
    SEXP inputs = Rf_allocVector(RAWSXP, (s->largest_call + 1) * (R_xlen_t)sizeof(gt_array));
    SET_VECTOR_ELT(list, P_INPUTS, inputs);
    memset(RAW(inputs), 0, (size_t)XLENGTH(inputs));
    UNPROTECT(1);
    return list;
}

static gt_plan plan_view(SEXP list)
{
    gt_plan p;
    memcpy(&p.size, RAW(VECTOR_ELT(list, P_SIZES)), sizeof p.size);
    p.step = (gt_step *)RAW(VECTOR_ELT(list, P_STEP));
    p.scalar = (gt_scalar_code *)RAW(VECTOR_ELT(list, P_SCALAR));
    p.block = (gt_block_code *)RAW(VECTOR_ELT(list, P_BLOCK));
    p.group = (gt_group *)RAW(VECTOR_ELT(list, P_GROUP));
    p.call = (gt_op_call *)RAW(VECTOR_ELT(list, P_CALL));
    p.view = (gt_view *)RAW(VECTOR_ELT(list, P_VIEW));
    p.type = (gt_type *)RAW(VECTOR_ELT(list, P_TYPE));
    p.params = INTEGER(VECTOR_ELT(list, P_PARAMS));
    p.span = (gt_span *)RAW(VECTOR_ELT(list, P_SPAN));
    p.constants = REAL(VECTOR_ELT(list, P_CONSTANTS));
    p.arena = REAL(VECTOR_ELT(list, P_ARENA));
    return p;
}

/* The optimized graph of a program, kind "value", "gradient", "hvp", "vjp" or "jvp". */
static gt_graph *program_graph(SEXP graph, SEXP kind)
{
    gt_graph view = graph_view(graph);
    /* Shared first: what is equal then collects one gradient. */
    gt_graph *g = gt_pass_prune(gt_pass_share(&view));
    derive(g, CHAR(STRING_ELT(kind, 0)));
    return gt_optimize(g);
}

SEXP call_tape_compile(SEXP graph, SEXP kind)
{
    const void *vmax = vmaxget();
    SEXP list = plan_to_r(gt_plan_make(program_graph(graph, kind)));
    vmaxset(vmax);
    return list;
}

/* ---- inspection ------------------------------------------------------------------------ */

/* A list with an entry per instruction: op, shape, inputs (from 1), source. */
SEXP call_tape_instructions(SEXP graph)
{
    static const char *const sources[] = {"computed", "constant", "input"};
    const char *names[] = {"op", "source", "shape", "inputs", ""};
    gt_graph g = graph_view(graph);
    SEXP list = PROTECT(Rf_mkNamed(VECSXP, names));
    SEXP op = Rf_allocVector(STRSXP, g.n), source, shape, inputs;
    SET_VECTOR_ELT(list, 0, op);
    SET_VECTOR_ELT(list, 1, source = Rf_allocVector(STRSXP, g.n));
    SET_VECTOR_ELT(list, 2, shape = Rf_allocVector(VECSXP, g.n));
    SET_VECTOR_ELT(list, 3, inputs = Rf_allocVector(VECSXP, g.n));
    for (int i = 0; i < g.n; i++) {
        const gt_instr *s = &g.instr[i];
        SET_STRING_ELT(op, i, Rf_mkChar(gt_op_get(s->op)->name));
        SET_STRING_ELT(source, i, Rf_mkChar(sources[s->source]));
        SET_VECTOR_ELT(shape, i, int_copy(s->type.dim, s->type.ndim));
        SEXP in = int_copy(gt_inputs(&g, s), s->n_in);
        SET_VECTOR_ELT(inputs, i, in);
        for (int k = 0; k < s->n_in; k++) INTEGER(in)[k]++;
    }
    UNPROTECT(1);
    return list;
}

/* The optimized graph of a program, to look at. */
SEXP call_tape_optimized(SEXP graph, SEXP kind)
{
    const void *vmax = vmaxget();
    SEXP list = graph_to_r(program_graph(graph, kind), VECTOR_ELT(graph, G_EXPECTED));
    vmaxset(vmax);
    return list;
}

/* One pass over a graph, for the tests of the passes. */
SEXP call_tape_pass(SEXP graph, SEXP name)
{
    const void *vmax = vmaxget();
    gt_graph view = graph_view(graph);
    SEXP list = graph_to_r(gt_pass_find(CHAR(STRING_ELT(name, 0)))(&view), VECTOR_ELT(graph, G_EXPECTED));
    vmaxset(vmax);
    return list;
}

/* A graph that holds its derivative, not optimized: for the tests of the passes. */
SEXP call_tape_derive(SEXP graph, SEXP kind)
{
    const void *vmax = vmaxget();
    gt_graph view = graph_view(graph);
    gt_graph *g = gt_pass_prune(&view);
    derive(g, CHAR(STRING_ELT(kind, 0)));
    SEXP list = graph_to_r(g, VECTOR_ELT(graph, G_EXPECTED));
    vmaxset(vmax);
    return list;
}

/* A graph as it is, made ready to run. */
SEXP call_tape_plan(SEXP graph)
{
    const void *vmax = vmaxget();
    gt_graph view = graph_view(graph);
    SEXP list = plan_to_r(gt_plan_make(&view));
    vmaxset(vmax);
    return list;
}

/* Steps, fused groups, kernel calls, scalar instructions, bytes of memory. */
SEXP call_tape_sizes(SEXP program)
{
    const char *names[] = {"steps", "groups", "calls", "scalars", "bytes", ""};
    gt_plan p = plan_view(program);
    SEXP list = PROTECT(Rf_mkNamed(VECSXP, names));
    SET_VECTOR_ELT(list, 0, Rf_ScalarInteger(p.size.n_steps));
    SET_VECTOR_ELT(list, 1, Rf_ScalarInteger(p.size.n_groups));
    SET_VECTOR_ELT(list, 2, Rf_ScalarInteger(p.size.n_calls));
    SET_VECTOR_ELT(list, 3, Rf_ScalarInteger(p.size.n_scalar));
    SET_VECTOR_ELT(list, 4, Rf_ScalarReal(8.0 * (double)(p.size.arena_size + p.size.n_constants)));
    UNPROTECT(1);
    return list;
}

/* ---- running ------------------------------------------------------------------------- */

static gt_player open_plan(SEXP list, SEXP expected, const double *x)
{
    gt_player p = {.plan = plan_view(list), .inputs = (gt_array *)RAW(VECTOR_ELT(list, P_INPUTS)),
                   .expected = REAL(expected)};
    p.base[GT_ARENA] = p.plan.arena;
    p.base[GT_CONSTANTS] = p.plan.constants;
    p.base[GT_X] = (double *)x;
    return p;
}

/* Runs the steps that depend on x only. Returns the first failed guard, -1 when all
 * hold, or -2 when a kernel failed (a guard may have failed unseen).             */
static int play(gt_player *p, gt_error *err)
{
    if (gt_plan_run(&p->plan, p->base, 0, p->plan.size.n_steps_x, p->inputs, err)) return -2;
    return gt_plan_failed_guard(&p->plan, p->base, p->expected);
}

/* State of a tape, an R list that the R side makes: */
enum { S_N, S_VARIANTS, S_CURRENT, S_X, S_VALUE, S_GRADIENT, S_FLAGS };
enum { F_VALUE, F_GRADIENT, F_EXPECT_GRADIENT, F_ASKED };      /* logical flags */
/* A variant: one recording, with its programs as they are needed. */
enum { V_GRAPH, V_VALUE, V_GRADIENT };

/* Another variant that took the same way up to guard `failed` of this one and then
 * went as the values now in the arena say; -1 when none did.                      */
static int next_variant(SEXP variants, int current, const gt_player *p, int failed)
{
    const gt_span *guard = p->plan.span + p->plan.size.n_spans + p->plan.size.n_outputs;
    SEXP expected = VECTOR_ELT(VECTOR_ELT(VECTOR_ELT(variants, current), V_GRAPH), G_EXPECTED);
    int64_t before = 0;
    for (int k = 0; k < failed; k++) before += guard[k].size;
    const double *now = p->base[guard[failed].view.buffer] + guard[failed].view.offset;
    for (int v = LENGTH(variants) - 1; v >= 0; v--) {
        SEXP other = VECTOR_ELT(variants, v);
        if (v == current || other == R_NilValue) continue;
        SEXP theirs = VECTOR_ELT(VECTOR_ELT(other, V_GRAPH), G_EXPECTED);
        if (XLENGTH(theirs) < before + guard[failed].size) continue;
        if (gt_same_values(before, REAL(theirs), REAL(expected)) &&
            gt_same_values(guard[failed].size, REAL(theirs) + before, now))
            return v;
    }
    return -1;
}

/* Finds the variant that holds at x and leaves it run in *p. Returns the program's
 * list, or R_NilValue when R has to record or compile first; S_CURRENT then names
 * the variant that lacks the program, or is -1.                                  */
static SEXP play_variant(SEXP state, const double *x, int program, double *const *out, gt_player *p)
{
    SEXP variants = VECTOR_ELT(state, S_VARIANTS);
    int *current = INTEGER(VECTOR_ELT(state, S_CURRENT));
    gt_error err;
    int tried = 0;
    if (*current < 0) *current = 0;
    while (tried++ <= LENGTH(variants)) {
        if (*current >= LENGTH(variants)) break;
        SEXP variant = VECTOR_ELT(variants, *current), list = VECTOR_ELT(variant, program);
        if (list == R_NilValue) return R_NilValue;
        *p = open_plan(list, VECTOR_ELT(VECTOR_ELT(variant, V_GRAPH), G_EXPECTED), x);
        for (int k = 0; k < GT_MAX_OUTPUTS; k++) p->base[GT_OUT + k] = out[k];
        int failed = play(p, &err);
        /* R compiles the gradient, and says why it cannot be for a vector. */
        if (failed == -1 && gt_plan_output_size(&p->plan, 0) != 1) return R_NilValue;
        if (failed == -1) return list;
        if (failed == -2) break;
        int next = next_variant(variants, *current, p, failed);
        if (next < 0) break;
        *current = next;
    }
    *current = -1;
    return R_NilValue;
}

static bool same_x(SEXP state, const double *x, size_t bytes)
{
    return LOGICAL(VECTOR_ELT(state, S_FLAGS))[F_VALUE] &&
           !memcmp(REAL(VECTOR_ELT(state, S_X)), x, bytes);
}

/* NA among the inputs is an error that the R side words. */
static bool has_nan(SEXP x)
{
    for (R_xlen_t i = 0; i < XLENGTH(x); i++)
        if (ISNAN(REAL(x)[i])) return true;
    return false;
}

/* The value at x or, if `gradient`, its gradient. NULL: R has to record or compile. */
SEXP call_tape_evaluate(SEXP state, SEXP x, SEXP want_gradient)
{
    bool gradient = Rf_asLogical(want_gradient) == TRUE;
    int n = INTEGER(VECTOR_ELT(state, S_N))[0];
    int *flag = LOGICAL(VECTOR_ELT(state, S_FLAGS));
    if (TYPEOF(x) != REALSXP || XLENGTH(x) != n) return R_NilValue;
    size_t bytes = (size_t)n * sizeof(double);
    bool cached = same_x(state, REAL(x), bytes);
    if (cached && !gradient) return VECTOR_ELT(state, S_VALUE);
    if (gradient) {
        flag[F_ASKED] = flag[F_EXPECT_GRADIENT] = TRUE;
        if (cached && flag[F_GRADIENT]) return VECTOR_ELT(state, S_GRADIENT);
    } else {
        /* A gradient that nobody asked for is not computed again. */
        if (flag[F_GRADIENT] && !flag[F_ASKED]) flag[F_EXPECT_GRADIENT] = FALSE;
        flag[F_ASKED] = FALSE;
    }
    bool both = gradient || flag[F_EXPECT_GRADIENT];
    SEXP value = PROTECT(Rf_allocVector(REALSXP, 1));
    SEXP slope = PROTECT(both ? alloc_doubles(n) : R_NilValue);
    double *out[GT_MAX_OUTPUTS] = {REAL(value), both ? REAL(slope) : NULL, NULL, NULL};
    gt_player p;
    flag[F_VALUE] = FALSE;
    if (play_variant(state, REAL(x), both ? V_GRADIENT : V_VALUE, out, &p) == R_NilValue) {
        UNPROTECT(2);
        return R_NilValue;
    }
    gt_plan_output(&p.plan, p.base, 0, REAL(value));
    if (ISNAN(REAL(value)[0]) && has_nan(x)) {
        UNPROTECT(2);
        return R_NilValue;
    }
    if (both) gt_plan_output(&p.plan, p.base, 1, REAL(slope));
    memcpy(REAL(VECTOR_ELT(state, S_X)), REAL(x), bytes);
    SET_VECTOR_ELT(state, S_VALUE, value);
    SET_VECTOR_ELT(state, S_GRADIENT, slope);
    flag[F_VALUE] = TRUE;
    flag[F_GRADIENT] = both;
    UNPROTECT(2);
    return gradient ? slope : value;
}

/* list(value, gradient) at x, or NULL: R has to record or compile. */
SEXP call_tape_value_and_grad(SEXP state, SEXP x)
{
    int n = INTEGER(VECTOR_ELT(state, S_N))[0];
    if (TYPEOF(x) != REALSXP || XLENGTH(x) != n) return R_NilValue;
    const char *names[] = {"value", "gradient", ""};
    SEXP result = PROTECT(Rf_mkNamed(VECSXP, names));
    SET_VECTOR_ELT(result, 0, Rf_allocVector(REALSXP, 1));
    SET_VECTOR_ELT(result, 1, alloc_doubles(n));
    double *out[GT_MAX_OUTPUTS] = {REAL(VECTOR_ELT(result, 0)), REAL(VECTOR_ELT(result, 1)), NULL, NULL};
    gt_player p;
    SEXP list = play_variant(state, REAL(x), V_GRADIENT, out, &p);
    if (list != R_NilValue)
        for (int k = 0; k < 2; k++) gt_plan_output(&p.plan, p.base, k, out[k]);
    UNPROTECT(1);
    bool answered = list != R_NilValue && !(ISNAN(out[0][0]) && has_nan(x));
    return answered ? result : R_NilValue;
}

/* Rows of products: for each column of `v` (of the length of input 1), output 1 of the
 * program as a column of the result. NULL when the guards do not hold at x.        */
SEXP call_tape_products(SEXP program, SEXP expected, SEXP x, SEXP v)
{
    gt_error err;
    gt_player p = open_plan(program, expected, REAL(x));
    int rows = Rf_nrows(v), columns = Rf_ncols(v);
    int64_t size = gt_plan_output_size(&p.plan, 1), value_size = gt_plan_output_size(&p.plan, 0);
    SEXP result = PROTECT(Rf_allocMatrix(REALSXP, (int)size, columns));
    SEXP value = PROTECT(Rf_allocVector(REALSXP, (R_xlen_t)value_size));
    p.base[GT_OUT] = REAL(value);
    p.base[GT_OUT + 1] = REAL(result);
    if (play(&p, &err) != -1) {
        UNPROTECT(2);
        return R_NilValue;
    }
    for (int k = 0; k < columns; k++) {
        p.base[GT_V] = REAL(v) + (R_xlen_t)k * rows;
        p.base[GT_OUT + 1] = REAL(result) + (R_xlen_t)k * size;
        if (gt_plan_run(&p.plan, p.base, p.plan.size.n_steps_x, p.plan.size.n_steps, p.inputs, &err))
            Rf_errorcall(R_NilValue, "%s", err.message);
        gt_plan_output(&p.plan, p.base, 1, p.base[GT_OUT + 1]);
        R_CheckUserInterrupt();
    }
    UNPROTECT(2);
    return result;
}

/* A vector-valued output at x; NULL when the guards do not hold there. */
SEXP call_tape_vector(SEXP program, SEXP expected, SEXP x)
{
    gt_error err;
    gt_player p = open_plan(program, expected, REAL(x));
    SEXP result = PROTECT(alloc_doubles((R_xlen_t)gt_plan_output_size(&p.plan, 0)));
    p.base[GT_OUT] = REAL(result);
    bool holds = play(&p, &err) == -1;
    if (holds) gt_plan_output(&p.plan, p.base, 0, REAL(result));
    UNPROTECT(1);
    return holds ? result : R_NilValue;
}

/* Runs a program of value and gradient again and again, for measuring it. */
SEXP call_tape_repeat(SEXP program, SEXP x, SEXP times)
{
    gt_error err;
    double value, *out;
    SEXP gradient = PROTECT(alloc_doubles(XLENGTH(x)));
    SEXP none = PROTECT(Rf_allocVector(REALSXP, 0));
    gt_player p = open_plan(program, none, REAL(x));
    p.base[GT_OUT] = &value;
    p.base[GT_OUT + 1] = out = REAL(gradient);
    for (int i = 0; i < Rf_asInteger(times); i++) {
        if (gt_plan_run(&p.plan, p.base, 0, p.plan.size.n_steps, p.inputs, &err))
            Rf_errorcall(R_NilValue, "%s", err.message);
        gt_plan_output(&p.plan, p.base, 1, out);
    }
    UNPROTECT(2);
    return gradient;
}

/* ---- a tape as objective ------------------------------------------------------------ */

static SEXP call_prepare(void *data)
{
    gt_tape_objective *o = data;
    R_CheckUserInterrupt();
    SEXP call = PROTECT(Rf_lang2(VECTOR_ELT(o->handle, 1), VECTOR_ELT(o->kept, 1)));
    SEXP state = PROTECT(Rf_eval(call, R_GlobalEnv));
    if (state == R_NilValue)
        Rf_errorcall(R_NilValue, "the tape's function cannot be replayed at every point (see its "
                                 "message); call $step() again to run it eagerly");
    SET_VECTOR_ELT(o->kept, 0, state);
    UNPROTECT(2);
    return R_NilValue;
}

static SEXP check_interrupt(void *data)
{
    (void)data;
    R_CheckUserInterrupt();
    return R_NilValue;
}

static void evaluate_tape(gt_objective *self, const void *x, double *value, void *gradient)
{
    gt_tape_objective *o = (gt_tape_objective *)self;
    gt_dtype own = self->space.single ? GT_FLOAT : GT_DOUBLE;
    double *point = REAL(VECTOR_ELT(o->kept, 1)), *slope = REAL(VECTOR_ELT(o->kept, 2));
    double *out[GT_MAX_OUTPUTS] = {o->value, slope, NULL, NULL};
    gt_error err;
    gt_convert(self->space.n, point, GT_DOUBLE, x, own);
    /* The last program usually still holds; else its variant is looked for again. */
    if (!o->is_open || play(&o->player, &err) != -1)
        while (play_variant(VECTOR_ELT(o->kept, 0), point, V_GRADIENT, out, &o->player) == R_NilValue) {
            o->is_open = false;
            R_UnwindProtect(call_prepare, o, o->on_error, self, NULL);
        }
    o->is_open = true;
    gt_plan_output(&o->player.plan, o->player.base, 0, value);
    gt_plan_output(&o->player.plan, o->player.base, 1, slope);
    gt_convert(self->space.n, gradient, own, slope, GT_DOUBLE);
    /* The solver's own loop has no other R code: let the user interrupt it. */
    if (++o->evaluations % 256 == 0) R_UnwindProtect(check_interrupt, NULL, o->on_error, self, NULL);
}

void gt_tape_objective_init(gt_tape_objective *o, gt_space space, SEXP handle,
                            void (*on_error)(void *, Rboolean))
{
    SEXP state = VECTOR_ELT(handle, 0);
    int n = INTEGER(VECTOR_ELT(state, S_N))[0];
    if (n != space.n)
        Rf_errorcall(R_NilValue, "the tape was recorded for %d parameters; the optimizer has %lld", n,
                     (long long)space.n);
    o->base = (gt_objective){space, evaluate_tape};
    o->handle = handle;
    o->on_error = on_error;
    o->evaluations = 0;
    o->is_open = false;
    SET_VECTOR_ELT(o->kept, 0, state);
    SET_VECTOR_ELT(o->kept, 1, Rf_allocVector(REALSXP, n));
    SET_VECTOR_ELT(o->kept, 2, Rf_allocVector(REALSXP, n));
}
