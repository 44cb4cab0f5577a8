/* What the parts of vectorising share: vectorise.c says what they are for. */
#ifndef GRADTAPE_TAPE_PASSES_VECTORISING_H
#define GRADTAPE_TAPE_PASSES_VECTORISING_H

#include "tape/passes/chains.h"
#include "tape/passes/gather.h"

#define FEWEST 16       /* instructions that make a vector */
#define LARGEST_ROW 256 /* elements of an array that becomes a row of another */

/* gt_element.of where a value is a constant, `at` being the instruction. */
#define CONSTANT (-2)

typedef struct {
    int i; /* the first of its kind, GT_NO_REF: none */
    int kind;
} gt_kind_slot;

typedef struct {
    const gt_graph *from;
    gt_graph *to;
    gt_chains chains;
    int *level, n_levels;
    int *map; /* where an instruction is in `to`; GT_NO_REF: not made, as yet */
    /* Where its value stands: a number is an element of an instruction of `to`; an array is a constant,
     * or an instruction, or, where is_row says so, row `at` of one: that holds its elements at all steps,
     * the first dimension being the step.                                             */
    gt_element *place;
    bool *is_row;
    int *in;
    /* of the level at hand: */
    gt_kind_slot *table; /* of the kinds of instructions, by open addressing */
    int *many, *sorted, *kind, *count, *first;
    bool *single;    /* instructions that are to stay by themselves */
    bool is_changed; /* something has become a vector */
} gt_vectorising;

static inline const gt_instr *instr(const gt_vectorising *v, int i) { return &v->from->instr[i]; }
static inline int input(const gt_vectorising *v, int i, int k)
{
    return gt_inputs(v->from, instr(v, i))[k];
}
static inline bool is_number(const gt_vectorising *v, int i)
{
    return instr(v, i)->type->size == 1;
}
static inline bool is_chain(const gt_vectorising *v, int i) { return v->chains.length[i] > 0; }
static inline void *take(const gt_vectorising *v, int n, size_t size)
{
    return gt_alloc_array(v->to->arena, (size_t)n, size);
}

/* Does a gradient end at i that could have gone on? Then it is no mere way to read its inputs. */
bool gt_stops_gradient(const gt_vectorising *v, int i);
/* The terms of the chain that ends at i. */
gt_term *gt_terms_of(const gt_vectorising *v, int i);
/* Appends what takes part in the work of instruction i. */
int gt_append_for(const gt_vectorising *v, int i, gt_op op, const gt_type *type, int n,
                  const int *in, const gt_params *p);

/* ---- values where they stand (values.c) ---- */

/* An instruction of `from` in `to`, made now if it was not needed before. */
int gt_whole(const gt_vectorising *v, int i);
/* Is it the same constant, or the same element, n times? */
bool gt_is_one_number(const gt_vectorising *v, int n, const gt_element *e);
/* n > 1 numbers as a vector. */
int gt_gather(const gt_vectorising *v, int n, gt_element *e);
/* The values of n instructions, of one type: numbers as a vector, arrays one below the other; what is the same
 * everywhere, as it is.                                                            */
int gt_side_by_side(const gt_vectorising *v, int n, const int *x);
/* Is x, which stands for n values of this type, something else for each? */
bool gt_differs(const gt_vectorising *v, int n, int x, const gt_type *each);
/* A number, or an array, as often as a type has room for it. */
int gt_repeated(const gt_vectorising *v, int x, const gt_type *type);
/* The type of n values of a type, one below the other. */
gt_type gt_rows_type(int n, const gt_type *each);

/* ---- which instructions are alike (alike.c) ---- */

/* Input k of an elementwise instruction; those that commute are put in one order. */
int gt_input_in_order(const gt_vectorising *v, int i, int k);
/* Numbers the kinds of n instructions, v->kind[k] that of i[k], and counts them. */
int gt_find_kinds(const gt_vectorising *v, int n, const int *i);
/* A loop may do the same in several statements, in turn: of how many are these? */
int gt_count_phases(const gt_vectorising *v, int n, const int *i);

/* ---- into vectors (batch.c, running_sums.c) ---- */

/* Is it an operation that may be done for many steps at once? */
bool gt_can_batch(const gt_vectorising *v, int i);
/* n instructions of one kind; false: it cannot be done. */
bool gt_batch(gt_vectorising *v, int n, const int *i);
void gt_place_elements(const gt_vectorising *v, int made, int n, const int *i);

/* The end of a chain. */
void gt_running_sum(gt_vectorising *v, int i);
/* Ends of chains of one kind: their terms are added up side by side. */
void gt_running_sums(gt_vectorising *v, int n, const int *i);
/* Ends of any chains of numbers, many of them: their values then stand in one vector. */
void gt_each_running_sum(gt_vectorising *v, int n, const int *i);

#endif
