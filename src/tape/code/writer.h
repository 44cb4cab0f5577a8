/* What the writers of C code share. A plan's steps become *parts*, functions of the addresses of
 * the plan's buffers; scalar code, small groups and calls stand in them one after the other, and a
 * part ends when it is long, so that compilers take time in proportion to the plan. A large group
 * has a function of its own, compiled as the package's kernels are.
 *
 * The steps are gone through twice: first to see which numbers have to be in memory.  */
#ifndef GRADTAPE_TAPE_CODE_WRITER_H
#define GRADTAPE_TAPE_CODE_WRITER_H

#include "tape/code/text.h"
#include "tape/plan/plan.h"

typedef struct {
    const gt_plan *plan;
    const char *prefix; /* of the names of functions */
    gt_arena arena;
    bool is_standalone; /* no host runs it: kernels must have text, and constants are in it */

    gt_text functions;                               /* those that are complete */
    gt_text steps;                                   /* their calls, in order */
    gt_text body;                                    /* of the part that is being written */
    int part, weight;                                /* its number, and how much it holds */
    bool can_fail;                                   /* it calls a kernel */
    bool is_loop;                                    /* it is one large group */
    bool uses[GT_POOL], *uses_constant;              /* buffers that it uses, */
    bool *written_constants;                         /* and those of the pool that any does */
    bool uses_at[GT_OP_COUNT], uses_of[GT_OP_COUNT]; /* operations by their inlined form, or not */

    /* Of each number of the arena: */
    int *computed_in; /* the part whose scalar code computes it, or -1 */
    gt_view *loaded;  /* from where in another buffer it is loaded; buffer -1: it is not */
    int *preset;      /* the constant that it is, or -1 */
    bool *is_needed;  /* in memory: by other parts, groups, calls, or at the end */
    bool *is_local;   /* scalar code of its own part uses it */
    int *defined_by;  /* the loop code whose first step computes it, or -1 */
    int *single_in;   /* the loop that reads it once, before its steps, or -1 */
    int *written_in;  /* the loop that writes it, or -1, as far as that was looked at */

    /* Of each loop code: */
    int *within;        /* the loop whose steps it is done in */
    bool *is_visible;   /* its value is a variable, here and now */
    bool *is_handed_on; /* so is its value of the step before, */
    bool *is_carried;   /* which some step uses */

    bool failed; /* it computes in float, and is to stand alone */
} gt_writer;

/* How much a part holds before it ends, in simple operations. */
#define GT_PART_WEIGHT 256
#define GT_HEAVY 12 /* those of a function such as exp() */
/* How much a vectorised loop holds. */
#define GT_LOOP_WEIGHT 96
/* Groups of so few elements stand in a part. */
#define GT_SMALL_GROUP 32

/* ---- operations (code/operations.c) ---- */

#define GT_EXPRESSION 512
/* The value of an operation as an expression of its inputs'. */
const char *gt_value_text(gt_writer *w, int op, const char *const *in, bool is_inlined, char *text);
bool gt_is_heavy(int op);
/* What vectors make of an operation of scalar code: it is about as fast, faster (a division), or much faster (one of
 * our elementary functions); or it cannot be one.                                  */
typedef enum { GT_LIGHT_VECTOR, GT_DEAR_VECTOR, GT_HEAVY_VECTOR, GT_NO_VECTOR } gt_vector_form;
gt_vector_form gt_vector_form_of(int op);
/* What is done, for a comment: as many names of operations as a line has room for. */
#define GT_MOST_NAMES 12
typedef struct {
    int n; /* also of those that are not there */
    const char *name[GT_MOST_NAMES];
} gt_names;
void gt_add_name(gt_names *to, const char *name);
void gt_add_names(gt_names *to, int op); /* of scalar code, which may be two */
void gt_print_names(gt_text *to, const gt_names *names);
/* The functions that values were written with; those of several plans are written once. */
void gt_join_operations(gt_writer *to, const gt_writer *from);
void gt_write_operations(const gt_writer *w, gt_text *to);
/* The family whose prepared part is worth making once for a loop, or NULL; see PREPARED1. */
const char *gt_prepared_family(int op);

/* ---- buffers and parts (code/code.c) ---- */

/* The name of a buffer in the part, which then declares it. */
const char *gt_buffer_name(gt_writer *w, int buffer, char *name);
#define GT_BUFFER_NAME 32
/* Element `offset`, as an expression; constants of one element as numbers. */
const char *gt_element_text(gt_writer *w, int buffer, int64_t offset, char *text);
/* What reads memory says so: these elements of a buffer must be there. */
void gt_need(gt_writer *w, const gt_view *v, int64_t n);
/* Ends the part if `weight` more would be too much; else begins one if none is open. */
void gt_make_room(gt_writer *w, int weight);
void gt_end_part(gt_writer *w);

/* ---- plans (code/code.c) ---- */

gt_writer gt_writer_new(const gt_plan *plan, const char *prefix, bool is_standalone,
                        gt_arena arena);
/* Writes PREFIX_first() and PREFIX_seed(), and what they call, to w->functions. */
void gt_write_functions(gt_writer *w);

/* ---- steps ---- */

void gt_write_scalars(gt_writer *w, const gt_step *step); /* code/scalars.c */
void gt_write_load(gt_writer *w, const gt_scalar_code *c);
/* The value of an operation of scalar code, also of two. */
const char *gt_scalar_text(gt_writer *w, int op, const char *const *in, bool is_inlined,
                           char *text);
void gt_write_loop(gt_writer *w, int k);              /* code/loops.c */
void gt_write_group(gt_writer *w, const gt_group *g); /* code/groups.c */
void gt_write_call(gt_writer *w, int k);              /* code/calls.c */
void gt_write_join(gt_writer *w, const gt_join *j);
/* The kernel of call k as text; false where there is none. */
bool gt_write_kernel(gt_writer *w, int k); /* code/kernels.c */
/* A call of the kernel itself, NAME_eval(), which the host adds from our sources, or refuses. */
void gt_write_kernel_call(gt_writer *w, int k);

#endif
