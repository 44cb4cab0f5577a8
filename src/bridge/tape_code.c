/* C code of tapes, and what was compiled from it. */
#include "bridge/entries.h"
#include "bridge/tape.h"
#include "eager/errors.h"
#include "tape/code/code.h"

#include <stdio.h>
#include <string.h>

#define NAME_SIZE 64

/* The names of a program's functions start with it: gradient_1 for the first recording. */
static const char *program_name(gt_program_kind kind, int variant)
{
    char *name = gt_alloc(transient_arena, NAME_SIZE);
    snprintf(name, NAME_SIZE, "%s_%d", gt_program_name(kind), variant + 1);
    return name;
}

/* The C code of programs of all recordings, which are made where they are missing. */
SEXP call_tape_code(SEXP handle, SEXP kinds)
{
    const void *vmax = vmaxget();
    tape_state *s = tape_open(handle);
    gt_variants *v = &s->variants;
    int n = 0, current = v->current;
    gt_code_program *program =
        gt_alloc_array(transient_arena, (size_t)v->n * (size_t)XLENGTH(kinds), sizeof *program);
    for (int k = 0; k < v->n; k++) {
        v->current = k;
        for (R_xlen_t j = 0; j < XLENGTH(kinds); j++) {
            gt_program_kind kind = gt_program_find(CHAR(STRING_ELT(kinds, j)));
            if (kind == GT_PROGRAM_COUNT) r_stop(ERROR_TAPE, "there is no such program");
            tape_compile(s, kind);
            program[n++] =
                (gt_code_program){program_name(kind, k), gt_variants_program(v, kind)->plan};
        }
    }
    v->current = current;
    SEXP code = Rf_mkString(gt_code_for_host(n, program, transient_arena));
    vmaxset(vmax);
    return code;
}

static const char **strings(SEXP x)
{
    const char **text = gt_alloc_array(transient_arena, (size_t)XLENGTH(x), sizeof *text);
    for (R_xlen_t k = 0; k < XLENGTH(x); k++) text[k] = CHAR(STRING_ELT(x, k));
    return text;
}

/* c(code, header) of programs of the current recording, to stand alone. names: of the functions, and in
 * capitals; parameters: their names, or NULL. Or NULL: something is computed in float, for which there is no text. */
SEXP call_tape_code_alone(SEXP handle, SEXP kinds, SEXP names, SEXP parameters)
{
    const void *vmax = vmaxget();
    tape_state *s = tape_open(handle);
    gt_variants *v = &s->variants;
    if (v->current == GT_NO_VARIANT) r_stop(ERROR_TAPE, "the tape has no recording");
    int n = LENGTH(kinds);
    const gt_program **program = gt_alloc_array(transient_arena, (size_t)n, sizeof *program);
    for (int k = 0; k < n; k++) {
        gt_program_kind kind = gt_program_find(CHAR(STRING_ELT(kinds, k)));
        if (kind == GT_PROGRAM_COUNT) r_stop(ERROR_TAPE, "there is no such program");
        tape_compile(s, kind);
        program[k] = gt_variants_program(v, kind);
    }
    bool named = TYPEOF(parameters) == STRSXP && LENGTH(parameters) == s->n;
    gt_code_request request = {.name = CHAR(STRING_ELT(names, 0)),
                               .capitals = CHAR(STRING_ELT(names, 1)),
                               .n_programs = n,
                               .program = program,
                               .expected = v->variant[v->current].expected,
                               .n_parameters = s->n,
                               .parameters = named ? strings(parameters) : NULL};
    gt_code_files files;
    SEXP result = R_NilValue;
    if (gt_code_alone(&request, transient_arena, &files)) {
        result = PROTECT(Rf_allocVector(STRSXP, 2));
        SET_STRING_ELT(result, 0, Rf_mkChar(files.code));
        SET_STRING_ELT(result, 1, Rf_mkChar(files.header));
        UNPROTECT(1);
    }
    vmaxset(vmax);
    return result;
}

static gt_compiled function_at(SEXP address)
{
    DL_FUNC found = R_ExternalPtrAddrFn(address);
    gt_compiled function;
    memcpy(&function, &found, sizeof function);
    return function;
}

/* From now on a program of recording `variant`, from 1, is run by these functions, of which R has
 * the addresses; NULL: by its plan.                                              */
SEXP call_tape_use_code(SEXP handle, SEXP kind, SEXP variant, SEXP functions)
{
    tape_state *s = tape_open(handle);
    int k = Rf_asInteger(variant) - 1;
    if (k < 0 || k >= s->variants.n) r_stop(ERROR_TAPE, "there is no such recording");
    gt_program *p = s->variants.variant[k].program[program_argument(kind)];
    if (!p) r_stop(ERROR_TAPE, "there is no such program");
    bool given = functions != R_NilValue;
    p->first = given ? function_at(VECTOR_ELT(functions, 0)) : NULL;
    p->seed = given ? function_at(VECTOR_ELT(functions, 1)) : NULL;
    return R_NilValue;
}
