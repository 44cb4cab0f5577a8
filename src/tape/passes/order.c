/* Order: instructions as a depth-first walk from outputs and guards leaves them, which is the order in
 * which they are recorded; what they do not need is dropped, but for the inputs.           */
#include "tape/passes/passes.h"
#include "tape/passes/walk.h"

typedef struct {
    int i, next; /* instruction, and which input to go to next */
} frame;

typedef struct {
    const gt_graph *from;
    gt_graph *to;
    int *map, *in;
    frame *stack;
} walk;

static void add(const walk *w, int i)
{
    const gt_instr *s = &w->from->instr[i];
    for (int k = 0; k < s->n_in; k++) w->in[k] = w->map[gt_inputs(w->from, s)[k]];
    gt_rewrite r = {w->from, w->to, i, w->in, NULL};
    w->map[i] = gt_copy_instr(&r);
}

static int visit(const walk *w, int root)
{
    int depth = 0;
    if (w->map[root] == GT_NO_REF) w->stack[depth++] = (frame){root, 0};
    while (depth) {
        frame *top = &w->stack[depth - 1];
        const gt_instr *s = &w->from->instr[top->i];
        if (top->next == s->n_in) {
            add(w, top->i);
            depth--;
        } else {
            int x = gt_inputs(w->from, s)[top->next++];
            if (w->map[x] == GT_NO_REF) w->stack[depth++] = (frame){x, 0};
        }
    }
    return w->map[root];
}

static int *visit_all(const walk *w, int n, const int *root)
{
    int *made = gt_alloc_array(w->to->arena, (size_t)n, sizeof *made);
    for (int k = 0; k < n; k++) made[k] = visit(w, root[k]);
    return made;
}

gt_graph *gt_pass_order(const gt_graph *g)
{
    size_t n = (size_t)g->n;
    walk w = {g, gt_graph_new_like(g), gt_alloc_array(g->arena, n, sizeof(int)),
              gt_alloc_array(g->arena, (size_t)gt_graph_largest_arity(g), sizeof(int)),
              gt_alloc_array(g->arena, n, sizeof(frame))};
    for (int i = 0; i < g->n; i++) w.map[i] = GT_NO_REF;
    for (int i = 0; i < g->n; i++)
        if (g->instr[i].source == GT_INPUT) visit(&w, i);
    gt_graph_set_outputs(w.to, g->n_outputs, visit_all(&w, g->n_outputs, g->outputs));
    gt_graph_set_guards(w.to, g->n_guards, visit_all(&w, g->n_guards, g->guards));
    return w.to;
}
