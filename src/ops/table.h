/* The operation table.
 *
 * Each operation is declared once: elementwise ones as a line of
 * ops/elementwise_table.h, the rest as a gt_op_def in the file of its
 * family in ops/, where shape rule, kernel and derivative rule stand side by side, and a
 * line of ops/structured_table.h. Eager mode and the tape both run what is
 * declared here.                                                              */
#ifndef GRADTAPE_OPS_TABLE_H
#define GRADTAPE_OPS_TABLE_H

#include "core/array.h"

typedef enum {
    GT_OP_leaf, /* not computed: a parameter or a constant */
#define UNARY(name, value, dx) GT_OP_##name,
#define BINARY(name, value, dx, dz) GT_OP_##name,
#define TERNARY(name, value, dx, dz, dw) GT_OP_##name,
#include "ops/elementwise_table.h"
    GT_OP_ELEMENTWISE_END,
    GT_OP_before_structured = GT_OP_ELEMENTWISE_END - 1,
#define STRUCTURED(name) GT_OP_##name,
#include "ops/structured_table.h"
#undef STRUCTURED
    GT_OP_COUNT
} gt_op;

/* Elementwise kernel over n elements: output contiguous; input i advances by
 * step[i], which is 0 (one value for all) or 1.                               */
typedef void (*gt_kernel)(int64_t n, void *out, const void *const *in, const int *step);

/* ---- Derivative rules speak to a builder ------------------------------------
 * A rule names values by gt_ref and emits operations. The eager builder runs
 * them at once; the tape builder appends them to a program. A builder remembers
 * the first failure and returns GT_NO_REF from then on.                       */
typedef int gt_ref;
#define GT_NO_REF (-1)

typedef struct gt_builder gt_builder;
struct gt_builder {
    gt_ref (*apply)(gt_builder *b, gt_op op, int n, const gt_ref *in, const gt_params *params);
    gt_ref (*constant)(gt_builder *b, double value, gt_dtype dtype);
    gt_type (*type)(gt_builder *b, gt_ref x);
    /* True when x is one number that does not depend on what is differentiated. */
    bool (*constant_value)(gt_builder *b, gt_ref x, double *value);
    bool careful; /* see gt_op_vjp() */
};

typedef struct {
    gt_op op;
    const gt_params *params;
    int n; /* inputs */
    const gt_ref *in;
    gt_ref out;         /* the value that the operation computed */
    gt_ref g;           /* gradient with respect to out */
    const bool *wanted; /* which inputs need a gradient */
    gt_ref *grad;       /* the rule's answer; preset to GT_NO_REF: zero */
} gt_vjp_call;

/* What the functions of an operation take, in the file that defines it. */
#define INFER_ARGUMENTS const gt_params *p, int n, const gt_type *in, gt_type *out, gt_error *err
#define EVAL_ARGUMENTS \
    const gt_params *p, int n, const gt_array *in, gt_array *out, void *work, gt_error *err
#define WORKSPACE_ARGUMENTS const gt_params *p, int n, const gt_type *in

/* What is known of an operation beside its rules: the bits of `traits`, or for elementwise
 * operations what their TRAITS line says.                                        */
typedef enum {
    GT_KEEPS_WHOLE = 1, /* of whole numbers and truth values it makes whole numbers */
    GT_KEEPS_DTYPE = 2, /* and of truth values truth values */
    GT_COMMUTES = 4,    /* f(x, z) is f(z, x), to the last bit */
    GT_HANDS_ON = 8,    /* its derivatives are the gradient, its negative, or zero */
    GT_CHOOSES = 16,    /* it multiplies the gradient by 0 where an input was not chosen */
    GT_MOVES = 32,      /* it only moves elements: equal ones stay equal */
    GT_REDUCES = 64,    /* it makes one number of all elements, or of those along a dimension */
} gt_trait;

/* Which elements of a result depend on which of the inputs. What says more than is so costs
 * time; what says less gives wrong numbers.                                      */
typedef enum {
    GT_DENSE,      /* all on all */
    GT_BY_ELEMENT, /* on those at its place, by broadcasting; so do elementwise operations */
    GT_GATHERS,    /* each on one or none: the kernel, run on positions, says on which */
    GT_SCATTERS,   /* each element of an input matters to one: `places` says to which */
    GT_SCANS,      /* as GT_BY_ELEMENT, and on what comes before along dimension p->v[0], or after
                      if p->v[1] */
    GT_MULTIPLIES  /* as of a matrix product */
} gt_sparsity;

/* The places in a result of type `out` that the elements of input i matter to, from 0. Of inputs
 * that hold indices the data are there.                                           */
#define PLACES_ARGUMENTS const gt_params *p, int i, const gt_array *in, const gt_type *out, int *to

typedef struct gt_op_def {
    const char *name;
    int arity;          /* -1: any number of inputs */
    const char *params; /* a letter for each parameter, see gt_op_check(); NULL: none */
    /* Output type from input types; NULL for elementwise operations. */
    int (*infer)(INFER_ARGUMENTS);
    /* The kernel on whole arrays; `out` is allocated and has the inferred type.
     * `work` holds at least workspace() bytes.                                */
    int (*eval)(EVAL_ARGUMENTS);
    size_t (*workspace)(WORKSPACE_ARGUMENTS);
    void (*vjp)(gt_builder *b, const gt_vjp_call *c); /* NULL: derivative zero */
    /* Elementwise operations only: kernels for double and for float. */
    gt_kernel kernel[2];
    bool is_bool;          /* elementwise, result bool */
    bool may_fail;         /* eval() may return 1: no inverse, a subscript out of bounds */
    unsigned index_inputs; /* bit i: input i holds indices */
    unsigned traits;       /* not of elementwise operations */
    gt_sparsity sparsity;
    void (*places)(PLACES_ARGUMENTS);
} gt_op_def;

const gt_op_def *gt_op_get(gt_op op);
bool gt_op_has(gt_op op, gt_trait trait);
gt_op gt_op_find(const char *name); /* GT_OP_COUNT when there is none */
static inline bool gt_is_elementwise(const gt_op_def *def) { return def->kernel[0] != NULL; }

static inline bool gt_is_index_input(const gt_op_def *def, int k)
{
    return k < 32 && def->index_inputs >> k & 1u; /* none of very many */
}

/* Output type of an operation, by its own rule or by broadcasting. */
int gt_op_infer(gt_op op, const gt_params *p, int n, const gt_type *in, gt_type *out,
                gt_error *err);
/* The dtype in which an operation wants its input i; the caller converts. Values
 * are computed in the output's storage; indices are always doubles.           */
gt_dtype gt_op_input_dtype(gt_op op, int i, const gt_type *in, const gt_type *out);
/* Runs the kernel into out->data. */
int gt_op_eval(gt_op op, const gt_params *p, int n, const gt_array *in, gt_array *out, void *work,
               gt_error *err);
size_t gt_op_workspace(gt_op op, const gt_params *p, int n, const gt_type *in);
gt_dtype gt_promote(int n, const gt_type *in);
/* The dtype of real numbers made from whole ones (1L / 2L): float or double. */
gt_dtype gt_default_dtype(void);
void gt_set_default_dtype(gt_dtype dtype);
/* Inputs and parameters that come from outside. Are there as many parameters, and of such
 * values, as the letters of the operation say, and do they fit the shapes of the inputs?
 *   f  0 or 1      d  a dimension of the first input      n  a size      t  a dtype
 *   i  any number  S  a slice   U  an unslice   A  the slices of an assemble
 *   O  an operation that may fail, and its own parameters
 * A * repeats the letter before it as often as one likes, also never. *out: the result's type. */
int gt_op_check(gt_op op, const gt_params *p, int n, const gt_type *in, gt_type *out,
                gt_error *err);
/* Calls the rule of c->op with the answers preset to zero.
 *
 * A gradient of zero contributes zero, whatever the derivative that it is multiplied by: what
 * has no say in the result, such as log(x) in ifelse(x > 0, log(x), 0) at x = 0, has none
 * when its derivative is infinite either. Where the plain product 0 * Inf = NaN would come
 * out, a careful builder holds it at zero. That costs an operation per product, and changes
 * no result that is finite without: so a sweep is first done plainly, and once more, carefully,
 * only when something in its result is not finite.                                */
void gt_op_vjp(gt_builder *b, const gt_vjp_call *c);

/* Torch's broadcasting: shapes aligned at their last dimension. */
int gt_broadcast(int n, const gt_type *in, gt_type *out, gt_error *err);

#endif
