/* Prune: only what outputs and guards need, and the inputs, is kept. */
#include "tape/passes/passes.h"
#include "tape/passes/walk.h"

gt_graph *gt_pass_prune(const gt_graph *g)
{
    bool *keep = gt_alloc(g->arena, (size_t)g->n + 1);
    for (int i = 0; i < g->n; i++) keep[i] = g->instr[i].source == GT_INPUT;
    for (int k = 0; k < g->n_outputs; k++) keep[g->outputs[k]] = true;
    for (int k = 0; k < g->n_guards; k++) keep[g->guards[k]] = true;
    for (int i = g->n - 1; i >= 0; i--)
        for (int k = 0; keep[i] && k < g->instr[i].n_in; k++)
            keep[gt_inputs(g, &g->instr[i])[k]] = true;
    return gt_rewrite_graph(g, gt_copy_instr, NULL, keep);
}
