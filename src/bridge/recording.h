/* From the nodes of a recording to a graph: when its function has returned, and of a long recording already while it
 * runs (eager/record.h).                                                          */
#ifndef GRADTAPE_BRIDGE_RECORDING_H
#define GRADTAPE_BRIDGE_RECORDING_H

#include "bridge/tape.h"
#include "eager/node_graph.h"

#define NUMBERS 64

/* An operation that might have failed, and the instruction that says whether it does. */
typedef struct {
    int made, outcome;
} gt_taken_outcome;

typedef struct {
    gt_graph *graph;
    int n_outcomes, capacity;
    gt_taken_outcome *outcome; /* of nodes that were taken over */
} gt_taken;

typedef struct {
    tape_state *state;
    gt_graph *graph;
    SEXP input; /* instruction 0 of the graph */
    SEXP owner;
    const gt_taken *taken; /* NULL: no node was taken over; else its graph is the graph */
    node_graph nodes;      /* that are to be converted together */
    int *made;             /* the instruction of each */
    struct {
        SEXP value;
        int made;
    } lately[NUMBERS]; /* constants of one element, which loops use again and again */
} converter;

/* What takes over the nodes of a recording for this tape. */
SEXP recording_owner(SEXP tape);
/* What was taken over is not needed any more. */
void recording_release(SEXP owner);
/* arena: of the graph, where nothing was taken over. Good for as long as the converter stands where it does. */
void converter_init(converter *c, tape_state *s, SEXP recorder, gt_arena arena);
/* The value and what is in front of it are to be converted. */
void collect_value(converter *c, SEXP value);
bool is_collected(const converter *c, SEXP node); /* or taken over */
void convert_collected(converter *c);
/* The instruction of a value; dtype: as which it counts where it is a constant. */
int converted(converter *c, SEXP value, gt_dtype dtype);
void init_recording(void);

#endif
