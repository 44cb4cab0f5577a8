/* A pass walks the instructions of a graph once and writes a new graph that computes the
 * same outputs and guards; its rule says what becomes of one instruction whose inputs have
 * been rewritten already.                                                       */
#ifndef GRADTAPE_TAPE_PASSES_WALK_H
#define GRADTAPE_TAPE_PASSES_WALK_H

#include "tape/graph.h"

typedef struct {
    const gt_graph *from;
    gt_graph *to;
    int i;         /* the instruction, in `from` */
    const int *in; /* its inputs, in `to` */
    void *context; /* what the pass keeps */
} gt_rewrite;

/* A rule returns the instruction of `to` that stands for instruction r->i of `from`.
 * `keep` is NULL or says which instructions are wanted at all.                   */
gt_graph *gt_rewrite_graph(const gt_graph *from, int (*rule)(const gt_rewrite *r), void *context,
                           const bool *keep);
/* What a pass returns that finds nothing to do. */
gt_graph *gt_unchanged(const gt_graph *g);
/* Which instructions outputs and guards need; and the inputs. */
bool *gt_needed(const gt_graph *g);
/* How often each instruction is used; outputs and guards count twice, as something may read them. */
int *gt_count_uses(const gt_graph *g);
/* The rule that changes nothing. */
int gt_copy_instr(const gt_rewrite *r);

#endif
