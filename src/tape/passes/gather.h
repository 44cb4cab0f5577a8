/* Elements of instructions, put side by side in one vector of a graph that is being made. */
#ifndef GRADTAPE_TAPE_PASSES_GATHER_H
#define GRADTAPE_TAPE_PASSES_GATHER_H

#include "tape/graph.h"

/* Element `at` of an instruction. */
typedef struct {
    int of, at;
} gt_element;

/* Elements that stand evenly spaced in one instruction. */
typedef struct {
    gt_element first;
    int step, count;
} gt_run;

gt_type gt_vector_type(gt_dtype dtype, int n);
int gt_append1(gt_graph *to, gt_op op, const gt_type *type, int x, int n, const int *v);
/* As a value of this shape. */
int gt_shaped(gt_graph *to, int x, const gt_type *type);
/* As a vector, or a number. */
int gt_flat(gt_graph *to, int x);
/* Vectors and numbers one after the other. */
int gt_join(gt_graph *to, int n, const int *part);
/* A constant of positions. */
int gt_positions(gt_graph *to, int n, const int *at);

/* The longest run that n elements start with. */
gt_run gt_next_run(int n, const gt_element *e);
/* How many runs there are; stops beyond `most`. */
int gt_count_runs(int n, const gt_element *e, int most);
/* A vector; of one element a number. */
int gt_run_value(gt_graph *to, const gt_run *r);
/* The runs of n elements, joined. */
int gt_gathered(gt_graph *to, int n, const gt_element *e);
bool gt_all_same(int n, const gt_element *e);

#endif
