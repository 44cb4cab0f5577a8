/* Prune: only what outputs and guards need, and the inputs, is kept. */
#include "tape/passes/passes.h"
#include "tape/passes/walk.h"

gt_graph *gt_pass_prune(const gt_graph *g)
{
    return gt_rewrite_graph(g, gt_copy_instr, NULL, gt_needed(g));
}
