/* A method of minimisation, and a run of it.
 *
 * A method proposes the next point, again and again; the loop (minimize.c) decides when to
 * stop, watches and keeps account. A method is one file with its algorithm, its references and
 * its options; its row says what it needs and which memory it uses, which the caller
 * gives, because a callback of the problem may never return. In C:
 *
 *     gt_problem p = {.space = {false, 2}, .value_and_gradient = rosenbrock};
 *     gt_solver s = gt_solver_new(gt_method_find("lbfgs"), &p);
 *     gt_solver_place(&s, malloc(gt_solver_bytes(&s)));
 *     memcpy(s.x, start, sizeof start);
 *     puts(gt_status_text(gt_minimize(&s)));                 the point is s.x, its value s.value */
#ifndef GRADTAPE_SOLVERS_SOLVER_H
#define GRADTAPE_SOLVERS_SOLVER_H

#include "solvers/problem.h"
#include "solvers/stopping.h"

#include <stddef.h>

typedef struct gt_solver gt_solver;

/* Some memory: so many doubles, and vectors of the problem's space. */
typedef struct {
    int64_t numbers;
    int64_t vectors;
} gt_memory_size;

typedef struct {
    double *numbers;
    void **vector;
} gt_memory;

typedef struct {
    const char *name;
    unsigned needs; /* GT_PART_GRADIENT | ...: what the problem must have */
    unsigned takes; /* GT_PART_BOUNDS, GT_PART_CONSTRAINTS: what it may have beside that */
    const gt_option_table *options;
    /* `kept` lives on from run to run where the caller wants to go on; zero, and no vectors,
     * at first. `work` is for one run.                                            */
    void (*memory)(const gt_problem *p, const void *options, gt_memory_size *kept,
                   gt_memory_size *work);
    /* What is wrong with kept memory that came from elsewhere; NULL if nothing is. */
    const char *(*fault)(const gt_problem *p, const void *options, const gt_memory *kept);
    /* Called once x, value and gradient are known; NULL where nothing is to be done. */
    void (*start)(gt_solver *s);
    /* Moves x, value and gradient (and constraints, Jacobian and multipliers where it takes
     * constraints) to the next point, and sets s->now.step_length and
     * step_size (and improvement where it is not the difference of the values); RUNNING. Or
     * leaves them where they are and says why it cannot.                              */
    gt_status (*iterate)(gt_solver *s);
    /* Asked where the gradient is small: is this a saddle point or a maximum, from which the next
     * iteration can go down? NULL where the method cannot tell.                  */
    bool (*leaves)(gt_solver *s);
    /* Called at an optimum, where the run ends: may move it to one as good beside it, on its bounds. NULL where
     * points are on their bounds anyway. */
    void (*finish)(gt_solver *s);
    /* Sets the addresses that its memory holds anew, after what a run had in it was copied from elsewhere; does nothing
     * where there are none (gt_holds_no_addresses). NULL: such a run cannot be gone on with. */
    void (*move)(gt_solver *s);
    bool is_double; /* it takes no parameters in single precision */
} gt_method;

/* All methods, up to NULL. */
extern const gt_method *const gt_methods[];
const gt_method *gt_method_find(const char *name);

struct gt_solver {
    const gt_method *method;
    gt_problem *problem;
    double options[GT_MAX_OPTION_NUMBERS]; /* the method's struct, as numbers */
    gt_stopping stop;
    gt_convergence converge;
    bool is_resumed; /* goes on where gt_solver_load() has put it */
    bool keep_best;  /* end at the lowest point, not at the last */
    /* A value this low, at a point with an element this large, has no end; where the loop is to choose,
     * -INFINITY, which torch's habits leave so.                                   */
    double floor, horizon;
    /* The last of max_iter points need not be evaluated (torch's habit): value and gradient
     * then are those of the point before.                                         */
    bool leaves_last;

    /* After each iteration (and the start, iteration 0); true ends the run. May not return. */
    bool (*watch)(void *host, const gt_progress *now);
    gt_progress *trace; /* the first trace_capacity of them, or NULL */
    int64_t trace_capacity, n_traced;
    void *host;
    /* Provides vector k of `kept`, NULL so far; may not return. Without it all are there. */
    void (*reserve)(gt_solver *s, int64_t k);

    /* Memory of the run: gt_solver_place() sets it, but for `kept` where that is set. */
    void *x;        /* in: the start; then the last accepted point */
    void *gradient; /* there */
    double value;   /* there */
    /* For methods that take constraints, there as well: c(x), the entries of its Jacobian, and the
     * multipliers of constraints and of bounds, 0 at first. The signs are those of
     *     gradient + Jacobian' multipliers + bound_multipliers = 0:
     * at least 0 where an upper side holds, at most 0 where a lower one does.       */
    double *constraints, *jacobian, *multipliers, *bound_multipliers;
    double *scratch;                /* of the loop's: n numbers */
    double start_value, start_size; /* gt_size_of_value() there; 0 without constraints */
    void *best_x, *best_gradient;
    double best_value, best_violation;
    double *best_constraints, *best_multipliers, *best_bound_multipliers;
    gt_progress best_now; /* when it was found */
    gt_memory kept, work;

    gt_progress now;
    bool is_last; /* this iteration's point need not be evaluated */
};

/* With the defaults of method and stopping. */
gt_solver gt_solver_new(const gt_method *method, gt_problem *problem);
/* Bytes that gt_solver_place() divides: once options are set. The memory is aligned as
 * double is; it is initialised here.                                              */
size_t gt_solver_bytes(const gt_solver *s);
void gt_solver_place(gt_solver *s, void *memory);

/* What keeps the method from this problem: "Hessian", "bounds"; NULL if nothing does. */
const char *gt_solver_unfit(const gt_solver *s);

/* The largest element of the gradient at x, as far as bounds let it lead, in units of x and value: what
 * tol_gradient is compared with; *size: without the units. NaN where an element is.  */
double gt_scaled_gradient(const gt_problem *p, const double *x, const double *gradient,
                          double value, double *size);
/* Minimises from s->x. */
gt_status gt_minimize(gt_solver *s);
/* A run may be saved after an iteration, when it is watched, and gone on with by another solver of the same problem and
 * options, which then takes the same steps: of methods that can be moved, in double precision. 0 bytes:
 * not so. Loading is to follow gt_solver_place(); false where what was saved is of another form. */
size_t gt_solver_saved_bytes(const gt_solver *s);
void gt_solver_save(const gt_solver *s, void *to);
bool gt_solver_load(gt_solver *s, const void *from, size_t bytes);
void gt_holds_no_addresses(gt_solver *s);

/* Was a point before the last one better: lower or, with constraints, less in violation of them? It
 * is the point to go back to when a callback did not return.                      */
bool gt_solver_was_better(const gt_solver *s);
const void *gt_solver_best(const gt_solver *s);

/* Does the method know constraints? Then it is judged by the conditions of solvers/kkt.h. */
static inline bool gt_solver_is_constrained(const gt_solver *s)
{
    return s->method->takes & GT_PART_CONSTRAINTS;
}

/* Vector k of the kept memory. */
static inline void *gt_kept_vector(gt_solver *s, int64_t k)
{
    if (!s->kept.vector[k] && s->reserve) s->reserve(s, k);
    return s->kept.vector[k];
}

#endif
