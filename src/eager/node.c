#include "eager/node.h"
#include "eager/errors.h"
#include "eager/memory.h"
#include "eager/record.h"
#include "eager/states.h"
#include "globals.h"

#include <string.h>

gt_type node_type(SEXP node)
{
    const node_meta *m = node_get_meta(node);
    gt_type t; /* not initialised as a whole: this is called often */
    t.dtype = (gt_dtype)m->dtype;
    t.ndim = m->ndim;
    t.size = 1;
    for (int d = 0; d < m->ndim; d++) {
        t.dim[d] = m->tail[d];
        t.size *= m->tail[d];
    }
    return t;
}

SEXP node_data(SEXP node)
{
    return is_state(node) ? state_elements(node) : VECTOR_ELT(node, NODE_DATA);
}

gt_array node_array(SEXP node)
{
    gt_array a = {node_type(node), data_pointer(node_data(node))};
    return a;
}

gt_params node_params(SEXP node)
{
    SEXP p = VECTOR_ELT(node, NODE_PARAMS);
    gt_params params = {0, NULL};
    if (p != R_NilValue) {
        params.n = LENGTH(p);
        params.v = INTEGER(p);
    }
    return params;
}

static SEXP call_symbol(void) { return Rf_install("call"); }

static void note_call(SEXP node)
{
    SEXP call = PROTECT(r_call("call_of_operation", R_NilValue, R_NilValue, R_NilValue));
    Rf_setAttrib(node, call_symbol(), call);
    UNPROTECT(1);
}

SEXP node_call(SEXP node) { return Rf_getAttrib(node, call_symbol()); }

SEXP node_new(gt_op op, const gt_type *type, SEXP data, int n, SEXP const *inputs,
              const gt_params *params, int flags)
{
    PROTECT(data);
    SEXP node = PROTECT(Rf_allocVector(VECSXP, NODE_INPUTS + n));
    SET_VECTOR_ELT(node, NODE_DATA, data);
    size_t head = sizeof(node_meta) / sizeof(int);
    SEXP meta = Rf_allocVector(INTSXP, (R_xlen_t)head + type->ndim + n);
    SET_VECTOR_ELT(node, NODE_META, meta);
    node_meta *m = (node_meta *)INTEGER(meta);
    m->op = (int)op;
    m->dtype = (int)type->dtype;
    m->flags = flags;
    m->version = 0;
    m->n_inputs = n;
    m->ndim = type->ndim;
    for (int d = 0; d < type->ndim; d++) m->tail[d] = type->dim[d];
    for (int i = 0; i < n; i++) {
        SET_VECTOR_ELT(node, NODE_INPUTS + i, inputs[i]);
        m->tail[type->ndim + i] = is_node(inputs[i]) ? node_get_meta(inputs[i])->version : 0;
    }
    if (params && params->n) {
        SEXP p = Rf_allocVector(INTSXP, params->n);
        SET_VECTOR_ELT(node, NODE_PARAMS, p);
        memcpy(INTEGER(p), params->v, (size_t)params->n * sizeof(int));
    }
    if (globals.detects_anomalies && flags & NODE_REQUIRES_GRAD && n > 0) note_call(node);
    if (flags & NODE_TRACKED) record_node(node);
    UNPROTECT(2);
    return node;
}

SEXP node_hook(SEXP node, int which)
{
    SEXP hooks = VECTOR_ELT(node, NODE_HOOKS);
    return hooks == R_NilValue ? hooks : VECTOR_ELT(hooks, which);
}

void node_set_hook(SEXP node, int which, SEXP fun)
{
    PROTECT(fun);
    if (VECTOR_ELT(node, NODE_HOOKS) == R_NilValue)
        SET_VECTOR_ELT(node, NODE_HOOKS, Rf_allocVector(VECSXP, HOOK_COUNT));
    SET_VECTOR_ELT(VECTOR_ELT(node, NODE_HOOKS), which, fun);
    UNPROTECT(1);
}

void node_set_derivative(SEXP node, const node_derivative *d, SEXP data)
{
    SEXP hook = PROTECT(R_MakeExternalPtr((void *)d, R_NilValue, data));
    node_set_hook(node, HOOK_BACKWARD, hook);
    UNPROTECT(1);
}

const node_derivative *node_get_derivative(SEXP node, SEXP *data)
{
    SEXP hook = node_hook(node, HOOK_BACKWARD);
    if (TYPEOF(hook) != EXTPTRSXP) return NULL;
    *data = R_ExternalPtrProtected(hook);
    return R_ExternalPtrAddr(hook);
}

SEXP node_leaf(const gt_type *type, SEXP data, int flags)
{
    return node_new(GT_OP_leaf, type, data, 0, NULL, NULL, flags);
}

void node_free_inputs(SEXP node)
{
    node_meta *m = node_get_meta(node);
    for (int k = 0; k < m->n_inputs; k++) SET_VECTOR_ELT(node, NODE_INPUTS + k, R_NilValue);
    m->n_inputs = 0;
    m->flags |= NODE_FREED;
}

/* Where the first input was, and its version. */
void node_take(SEXP node, SEXP owner, int at)
{
    node_meta *m = node_get_meta(node);
    node_free_inputs(node);
    m->flags |= NODE_TAKEN;
    m->tail[m->ndim] = at;
    SET_VECTOR_ELT(node, NODE_INPUTS, owner);
}

SEXP node_owner(SEXP node) { return VECTOR_ELT(node, NODE_INPUTS); }

int node_place(SEXP node)
{
    const node_meta *m = node_get_meta(node);
    return m->tail[m->ndim];
}

gt_array node_writable(SEXP node)
{
    SEXP data = node_data(node);
    if (MAYBE_SHARED(data)) {
        data = PROTECT(Rf_duplicate(data));
        SET_VECTOR_ELT(node, NODE_DATA, data);
        UNPROTECT(1);
    }
    return node_array(node);
}
