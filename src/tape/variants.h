/* Variants: the recordings of one function. Each took one way through its code, which the
 * values of its guards decided, and stands for the function wherever they come out the
 * same.                                                                           */
#ifndef GRADTAPE_TAPE_VARIANTS_H
#define GRADTAPE_TAPE_VARIANTS_H

#include "tape/compressed.h"
#include "tape/packed.h"

typedef struct {
    const gt_packed_graph *graph; /* as recorded */
    int64_t n_out;                /* elements of its value */
    int64_t n_expected;
    const double *expected;                /* the values of the guards, one after the other */
    gt_program *program[GT_PROGRAM_COUNT]; /* NULL until it is needed; so the next */
    const gt_compressed *compressed[GT_MATRIX_COUNT];
} gt_variant;

typedef struct {
    gt_program_memory memory; /* `keep` lives as long as the variants */
    gt_workspace workspace;
    gt_pool pool;
    int n, capacity;
    gt_variant *variant;
    int current; /* the one that held last, or GT_NO_VARIANT */
} gt_variants;

#define GT_NO_VARIANT (-1)

/* The host has yet to set workspace.source, pool.add and pool.host. */
void gt_variants_init(gt_variants *v, gt_arena keep, gt_arena transient);
/* Keeps a copy of a recording on the pool, which becomes the current variant. */
void gt_variants_add(gt_variants *v, const gt_graph *recorded, int64_t n_expected,
                     const double *expected);
/* The recording of a variant again, in transient memory. */
gt_graph *gt_variants_recorded(const gt_variants *v, int variant);
/* Makes a program of the current variant, unless it is there. Returns 0, or 1 with a message. */
int gt_variants_compile(gt_variants *v, gt_program_kind kind, gt_arena transient, gt_error *err);

/* Makes a sparse matrix of the current variant, and the program that gives its pattern. */
int gt_variants_compress(gt_variants *v, gt_matrix matrix, gt_arena transient, gt_error *err);

typedef enum {
    GT_HOLDS,         /* the current variant holds and was run */
    GT_LACKS_PROGRAM, /* the current one holds, as far as its value's program was there to
                                 * say so: compile what it lacks and play again */
    GT_NONE_HOLDS     /* none does, or a kernel failed: record at x */
} gt_outcome;

/* Runs a program of the current variant, which has been made, but for what depends on the seed.
 * Does the variant hold at x? out: where the program's outputs go, GT_MAX_OUTPUTS addresses. */
bool gt_variants_play_current(gt_variants *v, gt_program_kind kind, const double *x,
                              double *const *out);
/* The same where it has been decided that the variant holds, by the program of its value: its
 * guards are not asked again. Returns 0, or 1 with a message when a kernel fails.      */
int gt_variants_play_settled(gt_variants *v, gt_program_kind kind, const double *x,
                             double *const *out, gt_error *err);
/* Finds the variant that holds at x, which becomes the current one, and leaves its program run. */
gt_outcome gt_variants_play(gt_variants *v, gt_program_kind kind, const double *x,
                            double *const *out);

static inline gt_program *gt_variants_program(const gt_variants *v, gt_program_kind kind)
{
    return v->variant[v->current].program[kind];
}

#endif
