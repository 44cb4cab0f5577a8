/* Which passes there are, and their order. */
#include "tape/passes/passes.h"

#include <string.h>

gt_graph *gt_optimize(const gt_graph *g)
{
    gt_pass *const passes[] = {gt_pass_prune, gt_pass_simplify, gt_pass_fold,
                               gt_pass_share, gt_pass_simplify, gt_pass_share,
                               gt_pass_prune, gt_pass_assemble, gt_pass_prune};
    gt_graph *result = NULL;
    for (size_t k = 0; k < sizeof passes / sizeof *passes; k++)
        result = gt_graph_settled(passes[k](result ? result : g));
    return result;
}

gt_graph *gt_batch_loops(const gt_graph *g)
{
    const gt_graph *vectors = gt_graph_settled(gt_pass_vectorise(g));
    const gt_instr *before = vectors->instr;
    gt_graph *split = gt_graph_settled(gt_pass_scalarise(vectors));
    return split->instr == before ? split : gt_pass_vectorise(split);
}

gt_pass *gt_pass_find(const char *name)
{
    static const struct {
        const char *name;
        gt_pass *pass;
    } passes[] = {{"forward", gt_pass_forward},     {"scalarise", gt_pass_scalarise},
                  {"vectorise", gt_pass_vectorise}, {"order", gt_pass_order},
                  {"fold", gt_pass_fold},           {"simplify", gt_pass_simplify},
                  {"share", gt_pass_share},         {"assemble", gt_pass_assemble},
                  {"prune", gt_pass_prune},         {"storage", gt_pass_storage}};
    for (size_t k = 0; k < sizeof passes / sizeof *passes; k++)
        if (!strcmp(name, passes[k].name)) return passes[k].pass;
    return NULL;
}
