/* A graph as it is kept: of periods of instructions, whose inputs and parameters advance evenly, only one. So what a
 * recorded loop takes does not grow with its steps, but for constants.                 */
#ifndef GRADTAPE_TAPE_PACKED_H
#define GRADTAPE_TAPE_PACKED_H

#include "tape/graph.h"

typedef struct gt_packed_graph gt_packed_graph;

/* `keep`: for what is returned; memory in between is the graph's arena. */
gt_packed_graph *gt_pack_graph(const gt_graph *g, gt_arena keep);
/* How many instructions it holds. */
int gt_packed_instructions(const gt_packed_graph *p);
/* The graph again, without room to grow. */
gt_graph *gt_unpack_graph(const gt_packed_graph *p, gt_arena arena);

#endif
