/* First-order optimizers as R sees them: parameters are tensors, the state of each is an R list
 * whose vectors are updated in place.                                           */
#include "bridge/arguments.h"
#include "bridge/entries.h"
#include "bridge/options.h"
#include "eager/errors.h"
#include "eager/memory.h"
#include "eager/record.h"
#include "eager/tensor.h"
#include "solvers/first_order/first_order.h"

#include <string.h>

/* Where the first tensor stands that occurs before in the list, from 1; 0 if none does. */
SEXP call_first_duplicate(SEXP params)
{
    for (int i = 1; i < LENGTH(params); i++)
        for (int k = 0; k < i; k++)
            if (tensor_node(VECTOR_ELT(params, i)) == tensor_node(VECTOR_ELT(params, k)))
                return Rf_ScalarInteger(i + 1);
    return Rf_ScalarInteger(0);
}

/* A copy of a state that shares nothing with it: a state is changed in place. */
SEXP call_copy_state(SEXP x)
{
    R_CheckStack();
    if (is_tensor(x)) {
        gt_type type = node_type(tensor_node(x));
        SEXP data = PROTECT(Rf_duplicate(node_data(tensor_node(x))));
        SEXP node = PROTECT(node_leaf(&type, data, 0));
        SEXP copy = tensor_new(node);
        UNPROTECT(2);
        return copy;
    }
    if (TYPEOF(x) != VECSXP) return Rf_duplicate(x);
    SEXP copy = PROTECT(Rf_shallow_duplicate(x));
    for (int i = 0; i < LENGTH(x); i++) SET_VECTOR_ELT(copy, i, call_copy_state(VECTOR_ELT(x, i)));
    UNPROTECT(1);
    return copy;
}

/* ---- the state of a parameter --------------------------------------------------------- */

/* A list: its numbers (the step, and what the method carries along), then its vectors, which
 * are NULL until they are needed.                                              */
enum { STATE_NUMBERS, STATE_VECTORS };

static int n_numbers(const gt_first_order *m) { return m->carried ? 2 : 1; }

SEXP call_first_order_state(SEXP row)
{
    const gt_first_order *m = gt_first_order_methods[Rf_asInteger(row)];
    const char *number_names[] = {"step", m->carried ? m->carried : "", ""};
    const char *names[GT_MAX_STATE + 2] = {"numbers"};
    int n = gt_n_state_vectors(m);
    for (int k = 0; k < n; k++) names[STATE_VECTORS + k] = m->state[k].name;
    names[STATE_VECTORS + n] = "";
    SEXP state = PROTECT(Rf_mkNamed(VECSXP, names));
    SET_VECTOR_ELT(state, STATE_NUMBERS, Rf_mkNamed(REALSXP, number_names));
    double *numbers = REAL(VECTOR_ELT(state, STATE_NUMBERS));
    numbers[0] = 0;
    if (m->carried) numbers[1] = m->carried_at_first;
    UNPROTECT(1);
    return state;
}

static bool has_name(SEXP names, int i, const char *name)
{
    return !strcmp(CHAR(STRING_ELT(names, i)), name);
}

static bool is_sound_numbers(const gt_first_order *m, SEXP numbers)
{
    if (TYPEOF(numbers) != REALSXP || LENGTH(numbers) != n_numbers(m)) return false;
    SEXP names = Rf_getAttrib(numbers, R_NamesSymbol);
    if (TYPEOF(names) != STRSXP || !has_name(names, 0, "step")) return false;
    double step = REAL(numbers)[0];
    if (!(step >= 0 && step < 9007199254740992.0 && step == floor(step))) return false;
    return !m->carried || (has_name(names, 1, m->carried) && R_FINITE(REAL(numbers)[1]));
}

static bool is_sound_vector(const gt_state_vector *v, SEXP value, const gt_type *parameter,
                            gt_error *why)
{
    char shape[GT_SHAPE_TEXT];
    gt_type expected = gt_state_type(v->shape, parameter);
    if (value == R_NilValue) return true;
    if (is_tensor(value)) {
        SEXP node = tensor_node(value);
        gt_type type = node_type(node);
        if (gt_same_shape(&type, &expected) && type.dtype == expected.dtype &&
            node_get_meta(node)->op == GT_OP_leaf)
            return true;
    }
    gt_fail(why, "`%s` must be NULL or a leaf tensor of shape %s and of the parameter's dtype",
            v->name, gt_shape_text(&expected, shape));
    return false;
}

/* Everything that a step relies on; the only place that knows. `why` says what is wrong. */
static bool is_sound_state(const gt_first_order *m, SEXP state, const gt_type *parameter,
                           gt_error *why)
{
    const int n = gt_n_state_vectors(m);
    SEXP names = TYPEOF(state) == VECSXP ? Rf_getAttrib(state, R_NamesSymbol) : R_NilValue;
    bool named = TYPEOF(names) == STRSXP && LENGTH(state) == STATE_VECTORS + n &&
                 has_name(names, STATE_NUMBERS, "numbers");
    for (int k = 0; named && k < n; k++)
        named = has_name(names, STATE_VECTORS + k, m->state[k].name);
    if (!named) {
        gt_fail(why, "it is no list of %d parts as optim_%s() keeps it", STATE_VECTORS + n,
                m->name);
        return false;
    }
    if (!is_sound_numbers(m, VECTOR_ELT(state, STATE_NUMBERS))) {
        gt_fail(why, "`numbers` must hold the number of steps%s%s",
                m->carried ? " and a finite " : "", m->carried ? m->carried : "");
        return false;
    }
    for (int k = 0; k < n; k++)
        if (!is_sound_vector(&m->state[k], VECTOR_ELT(state, STATE_VECTORS + k), parameter, why))
            return false;
    return true;
}

/* NULL, or what is wrong with a state. */
SEXP call_first_order_fault(SEXP row, SEXP state, SEXP param)
{
    gt_error why;
    gt_type type = node_type(tensor_argument(param, "params"));
    bool sound = is_sound_state(gt_first_order_methods[Rf_asInteger(row)], state, &type, &why);
    return sound ? R_NilValue : Rf_mkString(why.message);
}

/* ---- a step ------------------------------------------------------------------------------ */

typedef struct {
    SEXP params, states;
    double options[GT_MAX_OPTION_NUMBERS];
} group;

static void NORET refuse(const gt_error *why)
{
    r_error("abort_step", PROTECT(Rf_mkString(why->message)), R_NilValue);
}

static void NORET refuse_groups(void)
{
    gt_error why;
    gt_fail(&why,
            "groups and their parameters cannot be replaced; use $add_param_group(), or make a "
            "new optimizer");
    refuse(&why);
}

static SEXP gradient(SEXP param)
{
    SEXP grad = VECTOR_ELT(tensor_argument(param, "params"), NODE_GRAD);
    return grad == R_NilValue ? grad : tensor_node(grad);
}

/* Nothing is changed before all groups were checked. */
static void check_group(const gt_first_order *m, SEXP list, SEXP states, group *g)
{
    gt_error why;
    g->params = list_element(list, "params");
    g->states = states;
    if (read_options(m->options, list, g->options) || (m->conflict && m->conflict(g->options)))
        r_error("abort_options", list, Rf_mkString(m->name));
    if (TYPEOF(g->params) != VECSXP || LENGTH(g->params) != LENGTH(states)) refuse_groups();
    for (int i = 0; i < LENGTH(g->params); i++) {
        SEXP grad = gradient(VECTOR_ELT(g->params, i));
        if (grad == R_NilValue) continue;
        gt_type x = node_type(tensor_node(VECTOR_ELT(g->params, i))), d = node_type(grad);
        gt_error fault;
        if (!gt_same_shape(&x, &d) || x.dtype != d.dtype)
            gt_fail(&why, "the gradient of parameter %d differs from it in shape or dtype", i + 1);
        else if (!is_sound_state(m, VECTOR_ELT(states, i), &x, &fault))
            gt_fail(&why, "the state of parameter %d does not fit: %.300s", i + 1, fault.message);
        else continue;
        refuse(&why);
    }
}

static void provide_vector(const gt_state_vector *v, SEXP state, int slot, const gt_type *parameter)
{
    gt_type type = gt_state_type(v->shape, parameter);
    SEXP data = PROTECT(alloc_data(&type));
    if (type.size) memset(data_pointer(data), 0, (size_t)type.size * gt_element_size(type.dtype));
    SEXP node = PROTECT(node_leaf(&type, data, 0));
    SET_VECTOR_ELT(state, slot, tensor_new(node));
    UNPROTECT(2);
}

static void step_parameter(const gt_first_order *m, const double *options, SEXP param, SEXP state)
{
    SEXP grad = gradient(param), node = tensor_node(param);
    if (grad == R_NilValue) return;
    gt_type type = node_type(node);
    gt_update u = {.space = {gt_is_single(type.dtype), type.size}, .type = &type};
    for (int k = 0; m->state[k].name; k++) {
        const gt_state_vector *v = &m->state[k];
        if (v->is_needed && !v->is_needed(options, &type)) continue;
        if (VECTOR_ELT(state, STATE_VECTORS + k) == R_NilValue) {
            provide_vector(v, state, STATE_VECTORS + k, &type);
            u.first = true;
        }
        u.state[k] = node_writable(tensor_node(VECTOR_ELT(state, STATE_VECTORS + k))).data;
    }
    double *numbers = REAL(VECTOR_ELT(state, STATE_NUMBERS));
    u.step = ++numbers[0];
    u.carried = numbers + 1;
    u.x = node_writable(node).data;
    u.g = node_array(grad).data;
    m->step(options, &u);
    node_get_meta(node)->version++;
}

/* Steps every parameter that has a gradient; row: that of the method in its table. */
SEXP call_first_order_step(SEXP row, SEXP groups, SEXP states)
{
    const gt_first_order *m = gt_first_order_methods[INTEGER(row)[0]];
    const int n = LENGTH(groups);
    group one, *all = &one;
    record_escape_by("an optimizer's $step()");
    if (n != LENGTH(states)) refuse_groups();
    const void *vmax = vmaxget();
    if (n > 1) all = (group *)R_alloc((size_t)n, sizeof *all);
    for (int k = 0; k < n; k++)
        check_group(m, VECTOR_ELT(groups, k), VECTOR_ELT(states, k), &all[k]);
    for (int k = 0; k < n; k++)
        for (int i = 0; i < LENGTH(all[k].params); i++)
            step_parameter(m, all[k].options, VECTOR_ELT(all[k].params, i),
                           VECTOR_ELT(all[k].states, i));
    vmaxset(vmax);
    return R_NilValue;
}

/* The row of a method. */
SEXP call_first_order_row(SEXP name)
{
    return Rf_ScalarInteger(gt_first_order_find(CHAR(STRING_ELT(name, 0))));
}
