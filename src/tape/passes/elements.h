/* What the elements of a vector were computed as, where a recorded function assigned to them one
 * by one. A vector that is assigned to, and longer ones that it grew into, are *states* of one
 * list of *slots*; a state is told by the number of assignments so far. An old state stays
 * readable, as R's copies do.                                                    */
#ifndef GRADTAPE_TAPE_PASSES_ELEMENTS_H
#define GRADTAPE_TAPE_PASSES_ELEMENTS_H

#include "tape/passes/gather.h"

typedef struct {
    int slot, before; /* what was assigned to the slot before; GT_NO_REF: nothing */
    gt_element value;
} gt_assignment;

/* A state that exists as a vector. */
typedef struct {
    int state, length, instr;
} gt_whole;

typedef struct {
    gt_arena arena;
    int columns;             /* 0: slots in R's order; else by row, of a matrix so wide */
    int length, capacity;    /* slots; */
    int *last;               /* the last assignment to each, or GT_NO_REF */
    int state, room;         /* assignments; */
    gt_assignment *assigned; /* each of them, in order */
    int n_wholes, room_for_wholes;
    gt_whole *whole; /* in the order of states; the first, if any, is what was there at first */
} gt_elements;

gt_elements *gt_elements_new(gt_arena arena, int columns);
/* Elements without an assignment are those of `instr`, a vector of all slots. */
void gt_elements_add_whole(gt_elements *e, int state, int length, int instr);
/* Makes the list longer where the slot is a new one. */
void gt_elements_assign(gt_elements *e, int slot, gt_element value);
/* The assignment to a slot that counts in a state, or GT_NO_REF. */
int gt_elements_assigned(const gt_elements *e, int slot, int state);
/* What the slot holds in a state. */
gt_element gt_elements_get(const gt_elements *e, int slot, int state);
/* The last whole vector at or before a state, or NULL. */
const gt_whole *gt_elements_whole(const gt_elements *e, int state);

#endif
