#ifndef GRADTAPE_BRIDGE_GRAPH_H
#define GRADTAPE_BRIDGE_GRAPH_H

#include "bridge.h"

/* The nodes in front of some results, inputs before what uses them. Lives in R_alloc()
 * memory; the caller keeps the results alive.                                   */
typedef struct {
    int n, capacity;
    SEXP *node;
    int table_size, *table;     /* open addressing from node to its position */
} node_graph;

node_graph node_graph_new(void);
/* Adds `root` and all in front of it, as far as follows(input) is true. */
void node_graph_collect(node_graph *g, SEXP root, bool (*follows)(SEXP value));
/* The position of a node, or -1. */
int node_graph_find(const node_graph *g, SEXP node);

#endif
