/* Looking at tapes, and at passes by themselves. */
#include "bridge/entries.h"
#include "bridge/tape.h"
#include "tape/passes/passes.h"
#include "eager/errors.h"

#include <string.h>

static SEXP int_copy(const int *from, int n)
{
    SEXP x = Rf_allocVector(INTSXP, n);
    if (n) memcpy(INTEGER(x), from, (size_t)n * sizeof(int));
    return x;
}

static const gt_variant *first_variant(SEXP handle)
{
    tape_state *s = tape_open(handle);
    if (s->variants.n == 0) r_stop(ERROR_TAPE, "the tape has no recording");
    return &s->variants.variant[0];
}

static const gt_graph *first_recording(SEXP handle)
{
    first_variant(handle);
    return gt_variants_recorded(&tape_open(handle)->variants, 0);
}

static int count_scalars(const gt_plan *p)
{
    int n = p->size.n_loop_code;
    for (int k = 0; k < p->size.n_steps; k++)
        if (p->step[k].kind == GT_STEP_SCALARS) n += p->step[k].count;
    return n;
}

/* Steps, fused groups, kernel calls, scalar instructions, bytes of memory, loops. */
static SEXP plan_sizes(const gt_plan *p)
{
    const char *names[] = {"steps", "groups", "calls", "scalars", "bytes", "loops", ""};
    SEXP list = PROTECT(Rf_mkNamed(VECSXP, names));
    SET_VECTOR_ELT(list, 0, Rf_ScalarInteger(p->size.n_steps));
    SET_VECTOR_ELT(list, 1, Rf_ScalarInteger(p->size.n_groups));
    SET_VECTOR_ELT(list, 2, Rf_ScalarInteger(p->size.n_calls));
    SET_VECTOR_ELT(list, 3, Rf_ScalarInteger(count_scalars(p)));
    SET_VECTOR_ELT(list, 4, Rf_ScalarReal(8.0 * (double)(p->size.arena_size + p->size.n_numbers)));
    SET_VECTOR_ELT(list, 5, Rf_ScalarInteger(p->size.n_loops));
    UNPROTECT(1);
    return list;
}

static SEXP made_programs(const gt_variant *v)
{
    SEXP list = PROTECT(Rf_allocVector(VECSXP, GT_PROGRAM_COUNT));
    SEXP names = PROTECT(Rf_allocVector(STRSXP, GT_PROGRAM_COUNT));
    for (int k = 0; k < GT_PROGRAM_COUNT; k++) {
        SET_STRING_ELT(names, k, Rf_mkChar(gt_program_name((gt_program_kind)k)));
        if (v->program[k]) SET_VECTOR_ELT(list, k, plan_sizes(v->program[k]->plan));
    }
    Rf_setAttrib(list, R_NamesSymbol, names);
    UNPROTECT(2);
    return list;
}

static int count_source(const gt_graph *g, gt_source source)
{
    int n = 0;
    for (int i = 0; i < g->n; i++) n += g->instr[i].source == source;
    return n;
}

/* Of each recording: how many operations, constants and guards, the sizes of its programs, and how many
 * instructions are kept of it. */
SEXP call_tape_recordings(SEXP handle)
{
    const gt_variants *v = &tape_open(handle)->variants;
    SEXP list = PROTECT(Rf_allocVector(VECSXP, v->n));
    for (int k = 0; k < v->n; k++) {
        const char *names[] = {"operations", "constants", "guards", "programs", "kept", ""};
        const gt_graph *g = gt_variants_recorded(v, k);
        SEXP one = Rf_mkNamed(VECSXP, names);
        SET_VECTOR_ELT(list, k, one);
        SET_VECTOR_ELT(one, 0, Rf_ScalarInteger(count_source(g, GT_COMPUTED)));
        SET_VECTOR_ELT(one, 1, Rf_ScalarInteger(count_source(g, GT_CONSTANT)));
        SET_VECTOR_ELT(one, 2, Rf_ScalarInteger(g->n_guards));
        SET_VECTOR_ELT(one, 3, made_programs(&v->variant[k]));
        SET_VECTOR_ELT(one, 4, Rf_ScalarInteger(gt_packed_instructions(v->variant[k].graph)));
    }
    UNPROTECT(1);
    return list;
}

/* Programs that are made from now on have no loops, or may have them again. */
SEXP call_tape_straight(SEXP handle, SEXP is_straight)
{
    tape_open(handle)->variants.memory.is_straight = Rf_asLogical(is_straight) == TRUE;
    return R_NilValue;
}

/* What a program of the first recording costs. */
SEXP call_tape_sizes(SEXP handle, SEXP kind)
{
    const void *vmax = vmaxget();
    gt_error err;
    const gt_graph *g =
        gt_program_graph(first_recording(handle), program_argument(kind), transient_arena, &err);
    if (!g) r_stop(ERROR_NUMERIC, "%s", err.message);
    SEXP sizes = plan_sizes(gt_plan_make(g, tape_open(handle)->variants.memory.is_straight));
    vmaxset(vmax);
    return sizes;
}

/* The first recording as a list of a vector for op, source, shape and inputs (from 1), with an
 * element for each instruction.                                                    */
SEXP call_tape_instructions(SEXP handle)
{
    static const char *const sources[] = {"computed", "constant", "input"};
    const char *names[] = {"op", "source", "shape", "inputs", ""};
    const gt_graph *g = first_recording(handle);
    SEXP list = PROTECT(Rf_mkNamed(VECSXP, names));
    SEXP op = Rf_allocVector(STRSXP, g->n), source, shape, inputs;
    SET_VECTOR_ELT(list, 0, op);
    SET_VECTOR_ELT(list, 1, source = Rf_allocVector(STRSXP, g->n));
    SET_VECTOR_ELT(list, 2, shape = Rf_allocVector(VECSXP, g->n));
    SET_VECTOR_ELT(list, 3, inputs = Rf_allocVector(VECSXP, g->n));
    for (int i = 0; i < g->n; i++) {
        const gt_instr *s = &g->instr[i];
        SET_STRING_ELT(op, i, Rf_mkChar(gt_op_get(s->op)->name));
        SET_STRING_ELT(source, i, Rf_mkChar(sources[s->source]));
        SET_VECTOR_ELT(shape, i, int_copy(s->type->dim, s->type->ndim));
        SEXP in = int_copy(gt_inputs(g, s), s->n_in);
        SET_VECTOR_ELT(inputs, i, in);
        for (int k = 0; k < s->n_in; k++) INTEGER(in)[k]++;
    }
    UNPROTECT(1);
    return list;
}

/* ---- graphs by themselves: a state whose one recording is what was made of the first ------ */

static SEXP as_recording(SEXP handle, const gt_graph *g)
{
    const gt_variant *v = first_variant(handle);
    SEXP made = PROTECT(tape_new_on(handle));
    gt_variants_add(&tape_open(made)->variants, g, v->n_expected, v->expected);
    UNPROTECT(1);
    return made;
}

static SEXP as_recording_or_error(SEXP handle, const gt_graph *g, const gt_error *err)
{
    if (!g) r_stop(ERROR_NUMERIC, "%s", err->message);
    return as_recording(handle, g);
}

/* The optimized graph of a program, to look at. */
SEXP call_tape_optimized(SEXP handle, SEXP kind)
{
    const void *vmax = vmaxget();
    gt_error err;
    const gt_graph *g =
        gt_program_graph(first_recording(handle), program_argument(kind), transient_arena, &err);
    SEXP made = as_recording_or_error(handle, g, &err);
    vmaxset(vmax);
    return made;
}

/* The same, not optimized. */
SEXP call_tape_derive(SEXP handle, SEXP kind)
{
    const void *vmax = vmaxget();
    gt_error err;
    const gt_graph *g =
        gt_program_derive(first_recording(handle), program_argument(kind), transient_arena, &err);
    SEXP made = as_recording_or_error(handle, g, &err);
    vmaxset(vmax);
    return made;
}

/* One pass over the graph. */
SEXP call_tape_pass(SEXP handle, SEXP name)
{
    const void *vmax = vmaxget();
    gt_pass *pass = gt_pass_find(CHAR(STRING_ELT(name, 0)));
    if (!pass) r_stop(ERROR_TAPE, "there is no such pass");
    gt_graph from = *first_recording(handle);
    from.arena = transient_arena;
    SEXP made = as_recording(handle, pass(&from));
    vmaxset(vmax);
    return made;
}

/* All outputs of the graph as it is, a list. */
SEXP call_tape_outputs(SEXP handle, SEXP x)
{
    const void *vmax = vmaxget();
    gt_error err;
    const gt_graph *g = first_recording(handle);
    if (TYPEOF(x) != REALSXP || XLENGTH(x) != tape_open(handle)->n || g->n_outputs > GT_MAX_OUTPUTS)
        r_stop(ERROR_TAPE, "the graph cannot be run so");
    gt_workspace workspace = {.source = transient_arena};
    gt_program_memory memory = {transient_arena, transient_arena, &workspace, false};
    gt_program *p = gt_program_of_graph(g, GT_PROGRAM_value, &memory);
    SEXP list = PROTECT(Rf_allocVector(VECSXP, g->n_outputs));
    for (int k = 0; k < g->n_outputs; k++) {
        SET_VECTOR_ELT(list, k, Rf_allocVector(REALSXP, (R_xlen_t)gt_plan_output_size(p->plan, k)));
        gt_program_output(p, (gt_output)k, REAL(VECTOR_ELT(list, k)));
    }
    gt_program_input(p, GT_PARAMETERS, REAL(x));
    if (gt_program_run(p, &err)) r_stop(ERROR_NUMERIC, "%s", err.message);
    for (int k = 0; k < g->n_outputs; k++) gt_program_fetch(p, (gt_output)k);
    UNPROTECT(1);
    vmaxset(vmax);
    return list;
}
