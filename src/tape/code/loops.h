/* What loops.c, which writes loops, and distribute.c, which cuts them into several, share. */
#ifndef GRADTAPE_TAPE_CODE_LOOPS_H
#define GRADTAPE_TAPE_CODE_LOOPS_H

#include "tape/code/writer.h"

/* A loop that is being written, within others. */
typedef struct {
    const gt_loop *loop;
    gt_text before, steps; /* what stands before it, and in it */
} gt_level;

/* How the code of an innermost loop is cut into pieces, each a loop of its own over a block of steps. */
typedef struct {
    int first, n; /* its loop code */
    int n_pieces, *piece;
    bool *is_vector; /* of each piece: its steps do not need one another */
    bool *
        is_kept; /* of each code: its values are an array of the block, as other pieces use them, */
    bool *is_kept_later; /* in the step after as well */
} gt_distribution;
#define GT_STEPS_OF_BLOCK 16

typedef struct {
    gt_writer *w;
    gt_level level[GT_MOST_LEVELS];
    int depth;
    int outermost;
    const gt_distribution *cut; /* of the loop that is being written, or NULL */
    int piece;
} gt_loop_writer;

static inline int gt_step_of(const gt_loop_writer *u, int depth, int k)
{
    return gt_advance_of(u->w->plan, u->level[depth].loop, k);
}

typedef bool gt_loop_visitor(gt_loop_writer *u, int64_t at, const int *index, void *context);
/* Calls visit() for each step of the first `depth` loops, with what the address `at` has then become; until it
 * returns false.                                                                   */
bool gt_visit_steps(gt_loop_writer *u, int depth, int64_t at, int k, gt_loop_visitor *visit,
                    void *context);

/* The code of the innermost loop that computed a number in the step before this one, or -1. */
int gt_handed_on(const gt_loop_writer *u, int64_t at, int k);

/* Cuts the innermost loop, which is level u->depth - 1. NULL: it is better left whole. */
const gt_distribution *gt_cut_loop(gt_loop_writer *u);

#endif
