/* Forward: what was assigned to an element is taken from where it was computed when it is read. A
 * vector that a loop fills (x[i] <- f(x[i - 1]), v <- c(v, new)) is then put together once, where
 * it is needed as a whole; left as it is, each assignment would copy it.             */
#include "tape/passes/elements.h"
#include "tape/passes/passes.h"
#include "tape/passes/walk.h"
#include "ops/shape.h"

/* The elements of a vector that was joined of so many are told apart. */
#define FEW 256
#define FEW_RUNS 4

/* An instruction of `from` as a state of some elements; elements NULL: it is none. */
typedef struct {
    gt_elements *elements;
    int state;
} view;

typedef struct {
    const gt_graph *from;
    gt_graph *to;
    int *map;   /* where an instruction is in `to`; GT_NO_REF: not made, as yet */
    view *view; /* of each instruction */
    int *in;
} forwarding;

/* ---- in the new graph ------------------------------------------------------------------- */

static gt_type transposed(const gt_type *t)
{
    return (gt_type){.dtype = t->dtype, .ndim = 2, .dim = {t->dim[1], t->dim[0]}, .size = t->size};
}

/* A matrix as the vector of its elements by row, and back. */
static int by_row(gt_graph *to, int x)
{
    const int order[2] = {1, 0};
    gt_type t = transposed(to->instr[x].type);
    return gt_flat(to, gt_append1(to, GT_OP_permute, &t, x, 2, order));
}
static int from_rows(gt_graph *to, int x, const gt_type *type)
{
    const int order[2] = {1, 0};
    gt_type t = transposed(type);
    return gt_append1(to, GT_OP_permute, type, gt_shaped(to, x, &t), 2, order);
}

/* ---- states that are needed whole ---------------------------------------------------------- */

/* What was assigned to the first slots between two states, in the order of assignment. */
typedef struct {
    int n, *slot;
    gt_element *value;
} changes;

static changes changes_since(gt_arena arena, const gt_elements *e, int since, int state, int length)
{
    size_t most = (size_t)(state - since < length ? state - since : length);
    changes c = {0, gt_alloc_array(arena, most, sizeof *c.slot),
                 gt_alloc_array(arena, most, sizeof *c.value)};
    for (int k = since; k < state; k++) {
        const gt_assignment *a = &e->assigned[k];
        if (a->slot >= length || gt_elements_assigned(e, a->slot, state) != k) continue;
        c.slot[c.n] = a->slot;
        c.value[c.n++] = a->value;
    }
    return c;
}

/* The elements of slots in a state; those that did not change since `old` are taken from that. */
static gt_element *elements_between(gt_arena arena, const gt_elements *e, const gt_whole *old,
                                    int from, int to, int state)
{
    gt_element *value = gt_alloc_array(arena, (size_t)(to - from), sizeof *value);
    for (int k = from; k < to; k++) {
        bool is_kept = old && k < old->length && gt_elements_assigned(e, k, state) < old->state;
        value[k - from] = is_kept ? (gt_element){old->instr, k} : gt_elements_get(e, k, state);
    }
    return value;
}

/* A state as a vector of its slots. Where much has changed since the last one before it that is
 * there, and in order, the parts are joined; else that one is made longer, and changed.     */
static int put_together(gt_graph *to, const gt_elements *e, int state, int length)
{
    const gt_whole *old = gt_elements_whole(e, state);
    if (!old) return gt_gathered(to, length, elements_between(to->arena, e, old, 0, length, state));
    changes c = changes_since(to->arena, e, old->state, state, old->length);
    if (c.n >= old->length / 4) {
        gt_element *all = elements_between(to->arena, e, old, 0, length, state);
        int most = gt_count_runs(c.n, c.value, c.n) + (length - old->length) + FEW_RUNS;
        if (gt_count_runs(length, all, most) <= most) return gt_gathered(to, length, all);
    }
    int made = old->instr;
    if (old->length < length) {
        int n = length - old->length;
        gt_element *new = elements_between(to->arena, e, old, old->length, length, state);
        int part[2] = {made, gt_gathered(to, n, new)};
        made = gt_join(to, 2, part);
    }
    if (c.n == 0) return made;
    int in[3] = {made, gt_gathered(to, gt_all_same(c.n, c.value) ? 1 : c.n, c.value),
                 gt_positions(to, c.n, c.slot)};
    gt_type t = *to->instr[made].type;
    return gt_graph_append(to, GT_OP_replace, &t, 3, in, NULL);
}

/* An instruction of `from` in `to`, made now where it is a state that was not needed before. */
static int whole(const forwarding *f, int i)
{
    if (f->map[i] != GT_NO_REF) return f->map[i];
    gt_elements *e = f->view[i].elements;
    const gt_type *t = f->from->instr[i].type;
    const gt_whole *there = gt_elements_whole(e, f->view[i].state);
    int made;
    if (there && there->state == f->view[i].state && there->length == t->size) {
        made = there->instr;
    } else {
        made = put_together(f->to, e, f->view[i].state, (int)t->size);
        gt_elements_add_whole(e, f->view[i].state, (int)t->size, made);
    }
    return f->map[i] = e->columns ? from_rows(f->to, made, t) : gt_shaped(f->to, made, t);
}

/* ---- elements ------------------------------------------------------------------------------ */

static int slot_of(const gt_elements *e, const gt_type *t, int position)
{
    if (!e->columns) return position;
    return position % t->dim[0] * e->columns + position / t->dim[0];
}

/* Of a constant of whole numbers a real one. */
static gt_element element(const forwarding *f, int i, int position)
{
    const view *v = &f->view[i];
    const gt_instr *s = &f->from->instr[i];
    if (s->type->dtype != GT_DOUBLE) {
        gt_type number = gt_scalar_type(GT_DOUBLE);
        double value = gt_constant(f->from, s)[position];
        return (gt_element){gt_graph_number(f->to, &number, value), 0};
    }
    if (!v->elements) return (gt_element){f->map[i], position};
    return gt_elements_get(v->elements, slot_of(v->elements, s->type, position), v->state);
}

/* Are real numbers from the first n_in inputs all that the instruction is made of? No gradient may
 * come through one that stops it.                                                    */
static bool is_forwarded(const forwarding *f, const gt_instr *s, gt_op op, int n_in)
{
    if (s->op != op || s->source != GT_COMPUTED || s->type->size == 0 ||
        s->type->dtype != GT_DOUBLE)
        return false;
    for (int k = 0; k < n_in; k++) {
        const gt_instr *x = &f->from->instr[gt_inputs(f->from, s)[k]];
        if (x->type->dtype != GT_DOUBLE && (k == 0 || x->source != GT_CONSTANT)) return false;
        if (x->is_differentiable && !s->is_differentiable) return false;
    }
    return true;
}

/* The positions that a constant holds, all of them in 0 ... size - 1; else NULL. */
static int *constant_positions(const forwarding *f, int i, int64_t size)
{
    const gt_instr *s = &f->from->instr[i];
    if (s->source != GT_CONSTANT) return NULL;
    const double *v = gt_constant(f->from, s);
    int *at = gt_alloc_array(f->to->arena, (size_t)s->type->size, sizeof *at);
    for (int64_t k = 0; k < s->type->size; k++) {
        if (!(v[k] >= 0 && v[k] < (double)size)) return NULL;
        at[k] = (int)v[k];
    }
    return at;
}

static bool is_newest(const view *v, int64_t length)
{
    return v->elements && v->state == v->elements->state && v->elements->length == length;
}

/* ---- assignments ---------------------------------------------------------------------------- */

/* New elements that start as those of instruction i of `from`. */
static gt_elements *elements_of(const forwarding *f, int i, int columns)
{
    gt_elements *e = gt_elements_new(f->to->arena, columns);
    int there = whole(f, i);
    there = columns ? by_row(f->to, there) : gt_flat(f->to, there);
    gt_elements_add_whole(e, 0, (int)f->from->instr[i].type->size, there);
    return e;
}

static bool forward_replace(const forwarding *f, int i)
{
    const gt_instr *s = &f->from->instr[i];
    if (!is_forwarded(f, s, GT_OP_replace, 2)) return false;
    const int *in = gt_inputs(f->from, s);
    int n = (int)f->from->instr[in[2]].type->size;
    const int *at = constant_positions(f, in[2], s->type->size);
    if (!at) return false;
    gt_elements *e = f->view[in[0]].elements;
    if (!is_newest(&f->view[in[0]], s->type->size)) e = elements_of(f, in[0], 0);
    int step = f->from->instr[in[1]].type->size != 1;
    for (int k = 0; k < n; k++)
        gt_elements_assign(e, slot_of(e, s->type, at[k]), element(f, in[1], k * step));
    f->view[i] = (view){e, e->state};
    return true;
}

/* How a joined value is laid out in slots, as columns; -1: there is no such layout. */
static int joined_columns(const gt_graph *g, const gt_instr *s)
{
    int along = gt_instr_params(g, s).v[0];
    if (s->type->ndim == 1 || (s->type->ndim == 2 && along == 1)) return 0;
    return s->type->ndim == 2 ? s->type->dim[1] : -1;
}

/* Assigns input i, which follows `before` elements. */
static void assign_part(const forwarding *f, gt_elements *e, int i, int before)
{
    const gt_type *t = f->from->instr[i].type;
    for (int k = 0; k < t->size; k++)
        gt_elements_assign(e, before + slot_of(e, t, k), element(f, i, k));
}

static bool forward_cat(const forwarding *f, int i)
{
    const gt_instr *s = &f->from->instr[i];
    if (!is_forwarded(f, s, GT_OP_cat, s->n_in)) return false;
    const int *in = gt_inputs(f->from, s);
    const gt_instr *first = &f->from->instr[in[0]];
    const view *v = &f->view[in[0]];
    int columns = joined_columns(f->from, s), before = 0, k = 0;
    if (columns < 0) return false;
    gt_elements *e;
    if (is_newest(v, first->type->size) && v->elements->columns == columns) e = v->elements;
    else if (s->type->size <= FEW) e = NULL;
    else if (first->op == GT_OP_cat) e = elements_of(f, in[0], columns);
    else return false;
    if (e) before = (int)f->from->instr[in[k++]].type->size;
    else e = gt_elements_new(f->to->arena, columns);
    for (; k < s->n_in; before += (int)f->from->instr[in[k++]].type->size)
        assign_part(f, e, in[k], before);
    f->view[i] = (view){e, e->state};
    return true;
}

/* ---- readers --------------------------------------------------------------------------------- */

static bool forward_reshape(const forwarding *f, int i)
{
    const gt_instr *s = &f->from->instr[i];
    if (!is_forwarded(f, s, GT_OP_reshape, 1)) return false;
    int x = gt_inputs(f->from, s)[0];
    const view *v = &f->view[x];
    if (!v->elements || (v->elements->columns && !gt_same_shape(s->type, f->from->instr[x].type)))
        return false;
    f->view[i] = *v;
    return true;
}

/* The positions that a slice or take reads, or NULL. */
static int *positions_read(const forwarding *f, const gt_instr *s)
{
    const int *in = gt_inputs(f->from, s);
    const gt_type *whole = f->from->instr[in[0]].type;
    if (s->op == GT_OP_take) return constant_positions(f, in[1], whole->size);
    gt_params p = gt_instr_params(f->from, s);
    int *at = gt_alloc_array(f->to->arena, (size_t)s->type->size, sizeof *at);
    gt_slice_positions(&p, whole, s->type->size, at);
    return at;
}

/* A part of a state is gathered from where it was computed, unless much of it is scattered. */
static bool forward_read(const forwarding *f, int i)
{
    const gt_instr *s = &f->from->instr[i];
    if (!is_forwarded(f, s, GT_OP_slice, 1) && !is_forwarded(f, s, GT_OP_take, 1)) return false;
    int x = gt_inputs(f->from, s)[0], n = (int)s->type->size;
    gt_elements *from = f->view[x].elements;
    const int *at = from ? positions_read(f, s) : NULL;
    if (!at) return false;
    gt_element *e = gt_alloc_array(f->to->arena, (size_t)n, sizeof *e);
    for (int k = 0; k < n; k++) e[k] = element(f, x, at[k]);
    int most = from->length / 4 > FEW_RUNS ? from->length / 4 : FEW_RUNS;
    int runs = gt_count_runs(n, e, most);
    if (runs > 1 && (runs > most || f->map[x] != GT_NO_REF)) return false;
    if (runs == 1) {
        f->map[i] = gt_shaped(f->to, gt_gathered(f->to, n, e), s->type);
        return true;
    }
    gt_elements *read = gt_elements_new(f->to->arena, 0);
    for (int k = 0; k < n; k++) gt_elements_assign(read, k, e[k]);
    f->view[i] = (view){read, n};
    return true;
}

/* ---- the walk --------------------------------------------------------------------------------- */

static void copy_as_it_is(const forwarding *f, int i)
{
    const gt_instr *s = &f->from->instr[i];
    for (int k = 0; k < s->n_in; k++) f->in[k] = whole(f, gt_inputs(f->from, s)[k]);
    gt_rewrite r = {f->from, f->to, i, f->in, NULL};
    f->map[i] = gt_copy_instr(&r);
}

static int *whole_ends(const forwarding *f, int n, const int *ends)
{
    int *made = gt_alloc_array(f->to->arena, (size_t)n, sizeof *made);
    for (int k = 0; k < n; k++) made[k] = whole(f, ends[k]);
    return made;
}

gt_graph *gt_pass_forward(const gt_graph *g)
{
    size_t n = (size_t)g->n;
    forwarding f = {g, gt_graph_new_like(g), gt_alloc_array(g->arena, n, sizeof(int)),
                    gt_alloc_array(g->arena, n, sizeof(view)),
                    gt_alloc_array(g->arena, (size_t)gt_graph_largest_arity(g), sizeof(int))};
    for (int i = 0; i < g->n; i++) {
        f.map[i] = GT_NO_REF;
        f.view[i] = (view){NULL, 0};
        if (!forward_replace(&f, i) && !forward_cat(&f, i) && !forward_reshape(&f, i) &&
            !forward_read(&f, i))
            copy_as_it_is(&f, i);
    }
    gt_graph_set_outputs(f.to, g->n_outputs, whole_ends(&f, g->n_outputs, g->outputs));
    gt_graph_set_guards(f.to, g->n_guards, whole_ends(&f, g->n_guards, g->guards));
    return f.to;
}
