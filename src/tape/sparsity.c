#include "tape/sparsity.h"
#include "ops/linalg.h"
#include "tape/index_sets.h"

#include <string.h>

/* The sets of an instruction: one for each element, or the same for all. */
typedef struct {
    gt_index_set same; /* where there is no `each` */
    gt_index_set *each;
} dependence;

typedef struct {
    const gt_graph *g;
    gt_index_sets *sets;
    dependence *of; /* of each instruction */
    int64_t n_positions, n_scratch;
    double *positions, *scratch; /* 1, 2, 3, ...; for one result */
    dependence *in;              /* of the inputs of the instruction at hand */
    gt_array *values;
} analysis;

static bool is_empty(const dependence *d) { return !d->each && d->same == GT_EMPTY_SET; }
static gt_index_set set_at(const dependence *d, int64_t k)
{
    return d->each ? d->each[k] : d->same;
}

static void *take(const analysis *a, int64_t n, size_t size)
{
    return gt_alloc_array(a->g->arena, (size_t)n, size);
}
/* Room for the sets of n elements. */
static dependence some_sets(const analysis *a, int64_t n)
{
    dependence d = {GT_EMPTY_SET, n == 1 ? NULL : take(a, n, sizeof *d.each)};
    return d;
}
static double *scratch(analysis *a, int64_t n)
{
    if (n > a->n_scratch) {
        a->n_scratch = n > 2 * a->n_scratch ? n : 2 * a->n_scratch;
        a->scratch = take(a, a->n_scratch, sizeof *a->scratch);
    }
    return a->scratch;
}
static gt_index_set together(const analysis *a, int64_t n, const gt_index_set *set)
{
    gt_index_set all = GT_EMPTY_SET;
    for (int64_t k = 0; k < n; k++)
        if (k == 0 || set[k] != set[k - 1]) all = gt_union(a->sets, all, set[k]);
    return all;
}

static const double *positions(analysis *a, int64_t n)
{
    if (n > a->n_positions) {
        a->n_positions = n > 2 * a->n_positions ? n : 2 * a->n_positions;
        a->positions = take(a, a->n_positions, sizeof *a->positions);
        for (int64_t k = 0; k < a->n_positions; k++) a->positions[k] = (double)(k + 1);
    }
    return a->positions;
}

/* ---- as the table says ---- */

static dependence dense(const analysis *a, const gt_instr *s)
{
    dependence d = {GT_EMPTY_SET, NULL};
    for (int k = 0; k < s->n_in; k++) {
        const dependence *in = &a->in[k];
        int64_t size = a->values[k].type.size;
        gt_index_set all =
            in->each ? together(a, size, in->each) : (size ? in->same : GT_EMPTY_SET);
        d.same = gt_union(a->sets, d.same, all);
    }
    return d;
}

/* Positions are doubles, and constants are. */
static gt_type double_type(const gt_type *type)
{
    gt_type t = *type;
    if (gt_is_single(t.dtype)) t.dtype = GT_DOUBLE;
    return t;
}

/* The sets of an input as those of an array that it is broadcast to. */
static dependence broadcast(analysis *a, const dependence *in, const gt_type *from,
                            const gt_type *to)
{
    if (!in->each || gt_same_shape(from, to)) return *in;
    if (from->size == 1) return (dependence){in->each[0], NULL};
    gt_params shape = {to->ndim, to->dim};
    gt_array x = {*from, (double *)positions(a, from->size)}; /* not written to */
    gt_array out = {double_type(to), scratch(a, to->size)};
    gt_error err;
    dependence d = {GT_EMPTY_SET, take(a, to->size, sizeof *d.each)};
    gt_op_eval(GT_OP_expand, &shape, 1, &x, &out, NULL, &err);
    for (int64_t k = 0; k < to->size; k++)
        d.each[k] = in->each[(int64_t)((double *)out.data)[k] - 1];
    return d;
}

static dependence unite(const analysis *a, const dependence *x, const dependence *z, int64_t n)
{
    if (is_empty(x)) return *z;
    if (is_empty(z)) return *x;
    if (!x->each && !z->each) return (dependence){gt_union(a->sets, x->same, z->same), NULL};
    dependence d = {GT_EMPTY_SET, take(a, n, sizeof *d.each)};
    for (int64_t k = 0; k < n; k++) d.each[k] = gt_union(a->sets, set_at(x, k), set_at(z, k));
    return d;
}

static dependence by_element(analysis *a, const gt_instr *s)
{
    dependence d = {GT_EMPTY_SET, NULL};
    for (int k = 0; k < s->n_in; k++) {
        dependence in = broadcast(a, &a->in[k], &a->values[k].type, s->type);
        d = unite(a, &d, &in, s->type->size);
    }
    return d;
}

/* Where elements are found that are counted through all inputs that hold no indices. */
typedef struct {
    int input;
    int64_t first; /* of its elements */
} cursor;

/* The set of element `at`. The cursor is near where it was found last. */
static gt_index_set gathered(const analysis *a, const gt_instr *s, int64_t at, cursor *c)
{
    if (at < c->first) *c = (cursor){0, 0};
    for (; c->input < s->n_in; c->input++) {
        if (gt_is_index_input(gt_op_get(s->op), c->input)) continue;
        int64_t size = a->values[c->input].type.size;
        if (at < c->first + size) return set_at(&a->in[c->input], at - c->first);
        c->first += size;
    }
    return GT_EMPTY_SET;
}

/* Runs the kernel on positions, which number the elements of all inputs that hold no indices. */
static dependence gathers(analysis *a, const gt_instr *s)
{
    gt_params p = gt_instr_params(a->g, s);
    gt_array out = {double_type(s->type), scratch(a, s->type->size)};
    gt_error err;
    int64_t n = 0;
    for (int k = 0; k < s->n_in; k++)
        if (!gt_is_index_input(gt_op_get(s->op), k)) n += a->values[k].type.size;
    const double *position = positions(a, n), *from = out.data;
    for (int k = 0; k < s->n_in; k++) {
        if (gt_is_index_input(gt_op_get(s->op), k)) continue;
        a->values[k].data = (double *)position; /* not written to */
        position += a->values[k].type.size;
    }
    if (gt_op_get(s->op)->eval(&p, s->n_in, a->values, &out, NULL, &err)) return dense(a, s);
    dependence d = some_sets(a, s->type->size);
    cursor c = {0, 0};
    for (int64_t k = 0; k < s->type->size; k++) {
        gt_index_set set = from[k] > 0 ? gathered(a, s, (int64_t)from[k] - 1, &c) : GT_EMPTY_SET;
        if (d.each) d.each[k] = set;
        else d.same = set;
    }
    return d;
}

static dependence scatters(analysis *a, const gt_instr *s)
{
    const gt_op_def *def = gt_op_get(s->op);
    gt_params p = gt_instr_params(a->g, s);
    if (s->type->size == 1) return dense(a, s);
    dependence d = some_sets(a, s->type->size);
    memset(d.each, 0, (size_t)s->type->size * sizeof *d.each);
    for (int k = 0; k < s->n_in; k++) {
        if (is_empty(&a->in[k])) continue;
        int64_t size = a->values[k].type.size;
        int *to = (int *)scratch(a, size);
        def->places(&p, k, a->values, s->type, to);
        for (int64_t i = 0; i < size; i++)
            d.each[to[i]] = gt_union(a->sets, d.each[to[i]], set_at(&a->in[k], i));
    }
    return d;
}

static dependence scans(analysis *a, const gt_instr *s)
{
    gt_params p = gt_instr_params(a->g, s);
    dependence each = by_element(a, s), d = {GT_EMPTY_SET, take(a, s->type->size, sizeof *d.each)};
    int64_t stride = 1, length = s->type->ndim ? s->type->dim[p.v[0]] : 1;
    for (int k = 0; k < p.v[0]; k++) stride *= s->type->dim[k];
    for (int64_t k = 0; k < s->type->size; k++) {
        int64_t i = p.v[1] ? s->type->size - 1 - k : k, at = i / stride % length;
        bool is_first = at == (p.v[1] ? length - 1 : 0);
        d.each[i] = set_at(&each, i);
        if (!is_first)
            d.each[i] = gt_union(a->sets, d.each[i], d.each[p.v[1] ? i + stride : i - stride]);
    }
    return d;
}

/* ---- matrix products: of column j of z, or row i of x, all elements that are not constant 0 ---- */

typedef struct {
    const dependence *d;
    const double *value;  /* or NULL */
    int64_t outer, inner; /* distances between elements in memory */
} factor;

static factor factor_of(const analysis *a, const gt_params *p, int k)
{
    const gt_type *t = &a->values[k].type;
    bool inner_first = k == 0 ? p->v[0] : !p->v[1];
    int64_t next = gt_matrices(t), column = next * gt_rows(t);
    return (factor){&a->in[k], a->values[k].data, inner_first ? column : next,
                    inner_first ? next : column};
}

/* What the sum of products of one row and one column depends on by x, whose partner is z. */
static gt_index_set one_sum(const analysis *a, const factor *x, int64_t x_at, const factor *z,
                            int64_t z_at, int64_t n)
{
    gt_index_set all = GT_EMPTY_SET;
    if (is_empty(x->d)) return all;
    for (int64_t k = 0; k < n; k++)
        if (!z->value || z->value[z_at + k * z->inner] != 0)
            all = gt_union(a->sets, all, set_at(x->d, x_at + k * x->inner));
    return all;
}

/* The same of each row of x alone: what it depends on with any partner. */
static gt_index_set *whole_sums(const analysis *a, const factor *x, int64_t rows, int64_t inner,
                                int64_t products)
{
    gt_index_set *to = take(a, rows * products, sizeof *to);
    const factor anything = {NULL, NULL, 0, 0};
    for (int64_t b = 0; b < products; b++)
        for (int64_t i = 0; i < rows; i++)
            to[b * rows + i] = one_sum(a, x, b + i * x->outer, &anything, 0, inner);
    return to;
}

#define MANY (1 << 28)

static dependence multiplies(analysis *a, const gt_instr *s)
{
    gt_params p = gt_instr_params(a->g, s);
    const factor x = factor_of(a, &p, 0), z = factor_of(a, &p, 1);
    const int64_t rows = gt_rows(s->type), columns = gt_columns(s->type),
                  products = gt_matrices(s->type);
    const gt_type *first = &a->values[0].type;
    const int64_t inner = p.v[0] ? gt_rows(first) : gt_columns(first);
    dependence d = {GT_EMPTY_SET, take(a, s->type->size, sizeof *d.each)};
    const bool by_zeros = (x.value || z.value) && s->type->size * inner < MANY;
    const gt_index_set *row = by_zeros ? NULL : whole_sums(a, &x, rows, inner, products),
                       *column = by_zeros ? NULL : whole_sums(a, &z, columns, inner, products);
    for (int64_t k = 0; k < s->type->size; k++) {
        int64_t b = k % products, i = k / products % rows, j = k / products / rows;
        int64_t x_at = b + i * x.outer, z_at = b + j * z.outer;
        d.each[k] = by_zeros ? gt_union(a->sets, one_sum(a, &x, x_at, &z, z_at, inner),
                                        one_sum(a, &z, z_at, &x, x_at, inner))
                             : gt_union(a->sets, row[b * rows + i], column[b * columns + j]);
    }
    return d;
}

/* ---- the graph ---- */

static bool are_indices_known(const analysis *a, const gt_instr *s)
{
    for (int k = 0; k < s->n_in && k < 32; k++)
        if (gt_is_index_input(gt_op_get(s->op), k) && !a->values[k].data) return false;
    return true;
}

static dependence result_of(analysis *a, const gt_instr *s)
{
    const gt_op_def *def = gt_op_get(s->op);
    if (gt_is_elementwise(def)) return by_element(a, s);
    if (s->type->size == 0 || !are_indices_known(a, s)) return dense(a, s);
    switch (def->sparsity) {
    case GT_BY_ELEMENT:
        return by_element(a, s);
    case GT_GATHERS:
        return gathers(a, s);
    case GT_SCATTERS:
        return scatters(a, s);
    case GT_SCANS:
        return scans(a, s);
    case GT_MULTIPLIES:
        return multiplies(a, s);
    default:
        return dense(a, s);
    }
}

static dependence of_instruction(analysis *a, const gt_instr *s)
{
    bool depends = false;
    for (int k = 0; k < s->n_in; k++) {
        int input = gt_inputs(a->g, s)[k];
        const gt_instr *x = &a->g->instr[input];
        a->in[k] = a->of[input];
        a->values[k] = (gt_array){double_type(x->type),
                                  x->source == GT_CONSTANT ? (void *)gt_constant(a->g, x) : NULL};
        if (!is_empty(&a->in[k])) depends = true;
    }
    return depends ? result_of(a, s) : (dependence){GT_EMPTY_SET, NULL};
}

static dependence of_input(const analysis *a, int64_t n)
{
    dependence d = {GT_EMPTY_SET, take(a, n, sizeof *d.each)};
    for (int64_t k = 0; k < n; k++) d.each[k] = gt_set_of((int)k);
    return d;
}

/* The members of each set, one after the other, as the rows of a column each. */
static int list_members(const analysis *a, const dependence *d, gt_pattern *p, gt_error *err)
{
    int64_t *start = take(a, p->n_columns + 1, sizeof *start), n = 0;
    const int *members;
    for (int64_t j = 0; j < p->n_columns; j++) {
        start[j] = n;
        bool again = j && set_at(d, j) == set_at(d, j - 1);
        n += again ? start[j] - start[j - 1] : gt_members(a->sets, set_at(d, j), &members);
        if (n > INT32_MAX)
            return gt_fail(err, "more than 2^31 of %lld times %lld entries may be other than 0",
                           (long long)p->n_columns, (long long)p->n_rows);
    }
    start[p->n_columns] = n;
    int *row = take(a, n, sizeof *row);
    for (int64_t j = 0; j < p->n_columns; j++) {
        bool again = j && set_at(d, j) == set_at(d, j - 1);
        if (again) members = row + start[j - 1];
        else gt_members(a->sets, set_at(d, j), &members);
        if (start[j + 1] > start[j])
            memcpy(row + start[j], members, (size_t)(start[j + 1] - start[j]) * sizeof *row);
    }
    p->column_start = start;
    p->row = row;
    return 0;
}

int gt_graph_sparsity(const gt_graph *g, int output, gt_input input, int64_t input_size,
                      gt_pattern *pattern, gt_error *err)
{
    int arity = gt_graph_largest_arity(g), wanted = g->outputs[output];
    analysis a = {.g = g, .sets = gt_index_sets_new((int)input_size, g->arena)};
    a.of = take(&a, g->n, sizeof *a.of);
    a.in = take(&a, arity, sizeof *a.in);
    a.values = take(&a, arity, sizeof *a.values);
    for (int i = 0; i <= wanted; i++) {
        const gt_instr *s = &g->instr[i];
        bool is_input = gt_is_input(s, input);
        a.of[i] = is_input ? of_input(&a, s->type->size) : of_instruction(&a, s);
    }
    *pattern = (gt_pattern){.n_rows = input_size, .n_columns = g->instr[wanted].type->size};
    return list_members(&a, &a.of[wanted], pattern, err);
}

/* ---- patterns ---- */

gt_pattern gt_pattern_transposed(const gt_pattern *p, gt_arena arena)
{
    int64_t n = gt_pattern_entries(p);
    int64_t *start = gt_alloc_array(arena, (size_t)p->n_rows + 1, sizeof *start);
    int *row = gt_alloc_array(arena, (size_t)n, sizeof *row);
    memset(start, 0, ((size_t)p->n_rows + 2) * sizeof *start);
    for (int64_t k = 0; k < n; k++) start[p->row[k] + 2]++;
    for (int64_t i = 0; i < p->n_rows; i++) start[i + 2] += start[i + 1];
    for (int64_t j = 0; j < p->n_columns; j++)
        for (int64_t k = p->column_start[j]; k < p->column_start[j + 1]; k++)
            row[start[p->row[k] + 1]++] = (int)j;
    return (gt_pattern){p->n_columns, p->n_rows, start, row};
}

gt_pattern gt_pattern_union(const gt_pattern *p, const gt_pattern *q, gt_arena arena)
{
    const size_t most = (size_t)(gt_pattern_entries(p) + gt_pattern_entries(q));
    int64_t *start = gt_alloc_array(arena, (size_t)p->n_columns + 1, sizeof *start), n = 0;
    int *row = gt_alloc_array(arena, most, sizeof *row);
    start[0] = 0;
    for (int64_t j = 0; j < p->n_columns; j++) {
        int64_t a = p->column_start[j], b = q->column_start[j];
        const int64_t end_a = p->column_start[j + 1], end_b = q->column_start[j + 1];
        while (a < end_a || b < end_b) {
            const bool is_in_p = a < end_a && (b == end_b || p->row[a] <= q->row[b]),
                       is_in_q = b < end_b && (a == end_a || q->row[b] <= p->row[a]);
            row[n++] = is_in_p ? p->row[a] : q->row[b];
            a += is_in_p;
            b += is_in_q;
        }
        start[j + 1] = n;
    }
    return (gt_pattern){p->n_rows, p->n_columns, start, row};
}

gt_pattern gt_pattern_symmetric(const gt_pattern *p, gt_arena arena)
{
    /* each entry in the upper triangle of its transpose, perhaps twice */
    int64_t n = p->n_columns, entries = gt_pattern_entries(p);
    int *other = gt_alloc_array(arena, (size_t)entries, sizeof *other);
    int64_t *start = gt_alloc_array(arena, (size_t)n + 1, sizeof *start);
    memset(start, 0, ((size_t)n + 2) * sizeof *start);
    for (int64_t j = 0; j < n; j++)
        for (int64_t k = p->column_start[j]; k < p->column_start[j + 1]; k++)
            start[(p->row[k] > j ? p->row[k] : j) + 2]++;
    for (int64_t j = 0; j < n; j++) start[j + 2] += start[j + 1];
    for (int64_t j = 0; j < n; j++)
        for (int64_t k = p->column_start[j]; k < p->column_start[j + 1]; k++) {
            int i = p->row[k];
            other[start[(i > j ? i : j) + 1]++] = i > j ? (int)j : i;
        }
    const gt_pattern upper = {n, n, start, other};
    gt_pattern lower = gt_pattern_transposed(&upper, arena);
    int64_t *to = (int64_t *)lower.column_start, first = 0, kept = 0;
    int *row = (int *)lower.row;
    for (int64_t j = 0; j < n; j++) {
        for (int64_t k = first; k < to[j + 1]; k++)
            if (k == first || row[k] != row[k - 1]) row[kept++] = row[k];
        first = to[j + 1];
        to[j + 1] = kept;
    }
    return lower;
}
