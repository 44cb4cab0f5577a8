#include "bridge_graph.h"

#include <string.h>

/* A scalar function of few operations, the common case, then needs no large vector, which
 * R takes from malloc(). A power of two.                                       */
#define FIRST_CAPACITY 16

static size_t slot_of(const node_graph *g, SEXP node)
{
    size_t mask = (size_t)g->table_size - 1;
    size_t h = ((size_t)node >> 4) * 0x9E3779B97F4A7C15u >> 20 & mask;
    while (g->table[h] >= 0 && g->node[g->table[h]] != node) h = (h + 1) & mask;
    return h;
}

int node_graph_find(const node_graph *g, SEXP node) { return g->table[slot_of(g, node)]; }

static void reserve(node_graph *g, int capacity)
{
    SEXP *node = (SEXP *)R_alloc((size_t)capacity, sizeof *node);
    if (g->n) memcpy(node, g->node, (size_t)g->n * sizeof *node);
    g->node = node;
    g->capacity = capacity;
    g->table_size = 2 * capacity;
    g->table = (int *)R_alloc((size_t)g->table_size, sizeof(int));
    for (int i = 0; i < g->table_size; i++) g->table[i] = -1;
    for (int i = 0; i < g->n; i++) g->table[slot_of(g, node[i])] = i;
}

static void add(node_graph *g, SEXP node)
{
    if (g->n == g->capacity) reserve(g, 2 * g->capacity);
    g->node[g->n] = node;
    g->table[slot_of(g, node)] = g->n++;
}

node_graph node_graph_new(void)
{
    node_graph g = {0};
    reserve(&g, FIRST_CAPACITY);
    return g;
}

/* Depth-first, without recursion: a loop of 1e5 steps makes a graph that deep. */
void node_graph_collect(node_graph *g, SEXP root, bool (*follows)(SEXP value))
{
    typedef struct {
        SEXP node;
        int next;
    } frame;
    int depth = 0, capacity = FIRST_CAPACITY;
    frame *stack = (frame *)R_alloc((size_t)capacity, sizeof *stack);
    if (node_graph_find(g, root) >= 0) return;
    stack[depth++] = (frame){root, 0};
    while (depth) {
        frame *top = &stack[depth - 1];
        if (top->next == node_get_meta(top->node)->n_inputs) {
            if (node_graph_find(g, top->node) < 0) add(g, top->node);
            depth--;
            continue;
        }
        SEXP input = node_input(top->node, top->next++);
        if (!follows(input) || node_graph_find(g, input) >= 0) continue;
        if (depth == capacity) {
            frame *larger = (frame *)R_alloc(2 * (size_t)capacity, sizeof *stack);
            memcpy(larger, stack, (size_t)capacity * sizeof *stack);
            stack = larger;
            capacity *= 2;
        }
        stack[depth++] = (frame){input, 0};
    }
}
