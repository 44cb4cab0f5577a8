/* A program: something to compute of a recorded function. It is derived from the graph of
 * the recording, which holds the function's value, and made ready to run.
 *
 * What goes into a program has a name (gt_input), and what comes out (gt_output); a kind
 * of program says which of them it has.                                           */
#ifndef GRADTAPE_TAPE_PROGRAM_H
#define GRADTAPE_TAPE_PROGRAM_H

#include "tape/plan/plan.h"

/* f is the function, x its parameters, J its Jacobian, v the seed, w the multipliers:
 * PROGRAM(name, what the derivative is). The value f(x) is an output of each.       */
#define GT_PROGRAMS(PROGRAM) \
    PROGRAM(value, "none") \
    PROGRAM(gradient, "J'1, f one number") \
    PROGRAM(hvp, "(d/dx J'1) v, f one number") \
    PROGRAM(vjp, "J'v") \
    PROGRAM(jvp, "J v") \
    PROGRAM(lagrangian, "(d/dx J'w) v: of a weighted sum of the outputs, as constraints need") \
    /* the same again, by careful sweeps: see gt_op_vjp() */ \
    PROGRAM(careful_gradient, "J'1, f one number") \
    PROGRAM(careful_hvp, "(d/dx J'1) v, f one number") \
    PROGRAM(careful_vjp, "J'v") \
    PROGRAM(careful_lagrangian, "(d/dx J'w) v")

typedef enum {
#define PROGRAM(name, derivative) GT_PROGRAM_##name,
    GT_PROGRAMS(PROGRAM)
#undef PROGRAM
        GT_PROGRAM_COUNT
} gt_program_kind;

typedef enum { GT_VALUE, GT_DERIVATIVE } gt_output;

const char *gt_program_name(gt_program_kind kind);
gt_program_kind gt_program_find(const char *name); /* GT_PROGRAM_COUNT when there is none */
/* What to run where the result of a program is not finite; GT_PROGRAM_COUNT: nothing. */
gt_program_kind gt_program_careful(gt_program_kind kind);
/* Only for functions of one number. */
bool gt_program_needs_scalar(gt_program_kind kind);

/* The arena of the programs of a tape, of which one runs at a time. */
typedef struct {
    gt_arena source; /* what it gives takes the place of what it gave before */
    double *memory;
    int64_t size;
    const void *presets_of; /* the program that ran last */
    int64_t n_runs;         /* so far, of any */
} gt_workspace;

typedef struct {
    gt_program_kind kind;
    gt_plan *plan;
    double **base; /* where each gt_buffer is now */
    int n_base;
    gt_compiled first, seed; /* what runs in place of the plan's steps, or NULL */
    gt_workspace *workspace;
} gt_program;

/* Where a program is made, and where it stays. */
typedef struct {
    gt_arena transient, keep;
    gt_workspace *workspace;
    bool is_straight; /* programs are made without loops */
} gt_program_memory;

/* A longer graph which also computes the derivative. NULL with
 * a message where that cannot be.                                                 */
gt_graph *gt_program_derive(const gt_graph *recorded, gt_program_kind kind, gt_arena arena,
                            gt_error *err);
/* The same, optimized. */
gt_graph *gt_program_graph(const gt_graph *recorded, gt_program_kind kind, gt_arena arena,
                           gt_error *err);
/* Ready to run. NULL with a message. */
gt_program *gt_program_make(const gt_graph *recorded, gt_program_kind kind,
                            const gt_program_memory *m, gt_error *err);
/* The same of the graph of a program. */
gt_program *gt_program_of_graph(const gt_graph *g, gt_program_kind kind,
                                const gt_program_memory *m);

/* ---- running: the host says where inputs are and outputs go, and keeps them there ---- */

static inline void gt_program_input(gt_program *p, gt_input name, const double *x)
{
    p->base[GT_INPUTS + name] = (double *)x; /* not written to */
}
/* `to`: of gt_plan_output_size() elements, or NULL where there is no such output. */
static inline void gt_program_output(gt_program *p, gt_output name, double *to)
{
    p->base[GT_OUT + name] = to;
}
/* Both return 0, or 1 with a message when a kernel fails: first what does not depend on the
 * seed, then, as often as the seed changes, what does.                             */
int gt_program_run(gt_program *p, gt_error *err);
int gt_program_run_seed(gt_program *p, gt_error *err);
/* After a run, sees to it that an output is where it was asked for. */
static inline void gt_program_fetch(gt_program *p, gt_output name)
{
    gt_plan_output(p->plan, p->base, name, p->base[GT_OUT + name]);
}

#endif
