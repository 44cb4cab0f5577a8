#ifndef GRADTAPE_EAGER_NODE_GRAPH_H
#define GRADTAPE_EAGER_NODE_GRAPH_H

#include "eager/node.h"

/* A scalar function of few operations, the common case, then needs no large vector, which
 * R takes from malloc(). A power of two.                                       */
#define NODE_GRAPH_SMALL 16

/* The nodes in front of some results, inputs before what uses them. A large one lives in
 * R_alloc() memory; the caller keeps the results alive.                         */
typedef struct {
    int n, capacity;
    SEXP *node;
    int table_size, *table; /* open addressing from node to its position */
    SEXP small_node[NODE_GRAPH_SMALL];
    int small_table[2 * NODE_GRAPH_SMALL];
} node_graph;

void node_graph_init(node_graph *g);
/* Adds `root` and all in front of it, as far as follows(input) is true. */
void node_graph_collect(node_graph *g, SEXP root, bool (*follows)(SEXP value));
/* The position of a node, or -1. */
int node_graph_find(const node_graph *g, SEXP node);

#endif
