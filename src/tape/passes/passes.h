/* Passes over a graph: each returns a new graph that computes the same outputs and guards.
 * To those that may come before the derivatives it means something that an instruction stops a
 * gradient: forwarding, vectorising, ordering, sharing and pruning.                    */
#ifndef GRADTAPE_TAPE_PASSES_PASSES_H
#define GRADTAPE_TAPE_PASSES_PASSES_H

#include "tape/graph.h"

typedef gt_graph *gt_pass(const gt_graph *g);

gt_pass gt_pass_forward;   /* read elements from where they were computed */
gt_pass gt_pass_scalarise; /* small arrays into their elements */
gt_pass gt_pass_vectorise; /* steps of loops that do not need one another into vectors */
gt_pass gt_pass_order;     /* as a depth-first walk from the outputs */
gt_pass gt_pass_fold;      /* compute what is constant */
gt_pass gt_pass_simplify;  /* cheaper forms of operations */
gt_pass gt_pass_share;     /* common subexpressions */
gt_pass gt_pass_assemble;  /* sums of slices into one step */
gt_pass gt_pass_prune;     /* drop what nothing needs */
/* Of a graph that computes in float; stands in place of gt_optimize. */
gt_pass gt_pass_storage;
gt_pass gt_batch_loops; /* what can be vectors into them, other small arrays into elements */
gt_pass gt_optimize; /* the others: a recording has been through forwarding and gt_batch_loops() */

/* By its name, "fold"; NULL when there is none. */
gt_pass *gt_pass_find(const char *name);

#endif
