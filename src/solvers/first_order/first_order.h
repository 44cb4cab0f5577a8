/* First-order methods: one call updates one parameter from its gradient, in one pass over
 * its memory where it can. A method is one file: its options, its kernel for double and for
 * float, and its row, which is named in METHODS below.                              */
#ifndef GRADTAPE_SOLVERS_FIRST_ORDER_H
#define GRADTAPE_SOLVERS_FIRST_ORDER_H

#include "core/array.h"
#include "core/simd.h"
#include "core/vec.h"
#include "solvers/options.h"

#define GT_FIRST_ORDER_METHODS(X) \
    X(sgd) \
    X(adam) \
    X(adamw) \
    X(adamax) \
    X(nadam) \
    X(radam) \
    X(rmsprop) \
    X(adagrad) \
    X(adadelta) \
    X(rprop) \
    X(asgd) \
    X(lion) \
    X(adabelief) \
    X(yogi) \
    X(adafactor)

#define GT_MAX_STATE 4

/* The shape of a state vector, for a parameter of shape [..., r, c]. */
typedef enum {
    GT_AS_PARAMETER, /* [..., r, c] */
    GT_OF_ROWS,      /* [..., r] */
    GT_OF_COLUMNS,   /* [..., c] */
    GT_OF_SCALAR     /* [] */
} gt_state_shape;

typedef struct {
    const char *name;
    gt_state_shape shape;
    bool (*is_needed)(const void *options, const gt_type *parameter); /* NULL: always */
} gt_state_vector;

typedef struct {
    gt_space space;
    const gt_type *type;
    void *x;                   /* parameter, n elements */
    const void *g;             /* gradient */
    void *state[GT_MAX_STATE]; /* vectors, zero before the first step; NULL: not needed */
    bool first;                /* the vectors are new */
    double step;               /* counts from 1 */
    double *carried;           /* a number that the method keeps (NAdam, ASGD) */
} gt_update;

typedef struct {
    const char *name;
    const gt_option_table *options;
    void (*step)(const void *options, const gt_update *u);
    gt_state_vector state[GT_MAX_STATE + 1]; /* up to one without a name */
    const char *carried;                     /* its name, or NULL */
    double carried_at_first;
    /* What keeps the options, each in its range, from going together; NULL: nothing. */
    const char *(*conflict)(const void *options);
} gt_first_order;

#define GT_DECLARE_FIRST_ORDER(name) extern const gt_first_order gt_##name;
GT_FIRST_ORDER_METHODS(GT_DECLARE_FIRST_ORDER)

extern const gt_first_order *const gt_first_order_methods[];
extern const int gt_n_first_order_methods;
/* The row of a name, from 0; -1 for none. */
int gt_first_order_find(const char *name);

int gt_n_state_vectors(const gt_first_order *m);
gt_type gt_state_type(gt_state_shape shape, const gt_type *parameter);

/* Defines <name>_step from the kernels <name>_double and <name>_float. */
#define GT_DEFINE_STEP(name) \
    static void name##_step(const void *options, const gt_update *u) \
    { \
        if (u->space.single) name##_float(options, u); \
        else name##_double(options, u); \
    }

/* What nearly all have. */
#define GT_LR "Step length (\"learning rate\")"
#define GT_WEIGHT_DECAY "Factor of an L2 penalty"
#define GT_DECOUPLED_DECAY "Decay of the parameter, as in [optim_adamw()]"
#define GT_MAXIMIZE "Step along the gradient instead of against it?"
#define GT_BETAS "Decay rates of the two running means"
#define GT_EPS "Added to the denominator"

#endif
