/* A graph with more than an int counts is refused, whatever there is too many of. tools/check-layers.R builds and runs
 * it.                                                                             */
#include "tape/graph.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

static jmp_buf refused;

static void *allocate(void *host, size_t bytes)
{
    (void)host;
    if (bytes == GT_TOO_MANY) longjmp(refused, 1);
    return calloc(bytes + 1, 1);
}

enum { INSTRUCTIONS, INPUTS, PARAMETERS, NUMBERS, RESERVED, COUNT };

/* Appends to a graph that has as many as there may be. */
static void overfill(int what)
{
    const gt_arena arena = {.alloc = allocate};
    gt_pool pool = {.keep = arena};
    const gt_type number = gt_scalar_type(GT_DOUBLE);
    const int in[2] = {0, 0}, v = 0;
    const gt_params p = {1, &v};
    gt_graph *g = gt_graph_new(arena, &pool);
    gt_graph_input(g, GT_PARAMETERS, &number);
    if (what == INSTRUCTIONS) g->n = g->capacity = INT_MAX;
    if (what == INPUTS) g->n_args = g->args_capacity = INT_MAX - 1;
    if (what == PARAMETERS) g->n_params = g->params_capacity = INT_MAX;
    if (what == NUMBERS) g->n_numbers = g->numbers_capacity = INT_MAX;
    if (what == NUMBERS) gt_graph_number(g, &number, 1);
    else if (what == RESERVED) gt_graph_reserve(g, INT_MAX, 1);
    else gt_graph_append(g, GT_OP_add, &number, 2, in, &p);
}

int main(void)
{
    for (volatile int what = 0; what < COUNT; what++) {
        if (setjmp(refused)) continue;
        overfill(what);
        fprintf(stderr, "case %d was not refused\n", what);
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
