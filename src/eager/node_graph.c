#include "eager/node_graph.h"

#include <string.h>

static size_t slot_of(const node_graph *g, SEXP node)
{
    size_t mask = (size_t)g->table_size - 1;
    size_t h = ((size_t)node >> 4) * 0x9E3779B97F4A7C15u >> 20 & mask;
    while (g->table[h] >= 0 && g->node[g->table[h]] != node) h = (h + 1) & mask;
    return h;
}

int node_graph_find(const node_graph *g, SEXP node) { return g->table[slot_of(g, node)]; }

static void set_capacity(node_graph *g, int capacity, SEXP *node, int *table)
{
    if (g->n) memcpy(node, g->node, (size_t)g->n * sizeof *node);
    g->node = node;
    g->capacity = capacity;
    g->table = table;
    g->table_size = 2 * capacity;
    for (int i = 0; i < g->table_size; i++) g->table[i] = -1;
    for (int i = 0; i < g->n; i++) g->table[slot_of(g, node[i])] = i;
}

static void grow(node_graph *g)
{
    size_t capacity = 2 * (size_t)g->capacity;
    set_capacity(g, (int)capacity, (SEXP *)R_alloc(capacity, sizeof(SEXP)),
                 (int *)R_alloc(2 * capacity, sizeof(int)));
}

void node_graph_init(node_graph *g)
{
    g->n = 0;
    set_capacity(g, NODE_GRAPH_SMALL, g->small_node, g->small_table);
}

static void add(node_graph *g, SEXP node)
{
    if (g->n == g->capacity) grow(g);
    g->node[g->n] = node;
    g->table[slot_of(g, node)] = g->n++;
}

/* Depth-first, without recursion: a loop of 1e5 steps makes a graph that deep. */
void node_graph_collect(node_graph *g, SEXP root, bool (*follows)(SEXP value))
{
    typedef struct {
        SEXP node;
        int next;
    } frame;
    frame small[NODE_GRAPH_SMALL], *stack = small;
    int depth = 0, capacity = NODE_GRAPH_SMALL;
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
