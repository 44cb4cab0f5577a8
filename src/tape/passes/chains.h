/* Chains: long running sums, s <- s + x or s <- s - x, of numbers or of arrays of one shape, whose intermediate values nothing else
 * uses. To a pass that looks at it so, a chain is one operation of many terms.            */
#ifndef GRADTAPE_TAPE_PASSES_CHAINS_H
#define GRADTAPE_TAPE_PASSES_CHAINS_H

#include "tape/graph.h"

typedef struct {
    const gt_graph *g;
    int *
        before; /* of an addition that continues a running sum, the one before it; else GT_NO_REF */
    int *length;  /* of the chain that ends at an instruction; 0: no chain ends there */
    bool *inside; /* an addition of a chain, but not its end */
} gt_chains;

/* x or -x */
typedef struct {
    int x;
    bool is_negative;
} gt_term;

gt_chains gt_chains_find(const gt_graph *g, int shortest);
/* The terms, in the order of addition, of the chain that ends at i: one more than its length. */
void gt_chain_terms(const gt_chains *c, int i, gt_term *term);

#endif
