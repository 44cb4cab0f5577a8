/* Vectorise: values where they stand, by themselves and side by side. */
#include "tape/passes/vectorising.h"
#include "tape/passes/walk.h"
#include "ops/shape.h"

#include <stdlib.h>
#include <string.h>

static int constant(const gt_vectorising *v, int i)
{
    gt_rewrite r = {v->from, v->to, i, NULL, NULL};
    return gt_copy_instr(&r);
}

static int number_at(const gt_vectorising *v, gt_element e)
{
    if (e.of != CONSTANT) return gt_run_value(v->to, &(gt_run){e, 1, 1});
    const gt_type number = gt_scalar_type(instr(v, e.at)->type->dtype);
    return gt_graph_number(v->to, &number, *gt_constant(v->from, instr(v, e.at)));
}

/* Some rows of an array of rows, evenly spaced; count GT_DROP: one, as it is by itself. */
static int slice_rows(const gt_vectorising *v, int x, int start, int step, int count)
{
    gt_type t = *v->to->instr[x].type;
    int p[3 * GT_MAX_NDIM] = {start, step, count};
    for (int d = 1; d < t.ndim; d++) {
        p[3 * d] = 0;
        p[3 * d + 1] = 1;
        p[3 * d + 2] = t.dim[d];
    }
    const int n_params = 3 * t.ndim;
    t.size = t.size / t.dim[0] * (count == GT_DROP ? 1 : count);
    t.dim[0] = count;
    if (count == GT_DROP) memmove(t.dim, t.dim + 1, (size_t)--t.ndim * sizeof *t.dim);
    return gt_append1(v->to, GT_OP_slice, &t, x, n_params, p);
}

int gt_whole(const gt_vectorising *v, int i)
{
    const gt_element e = v->place[i];
    if (v->map[i] != GT_NO_REF) return v->map[i];
    if (e.of == CONSTANT) v->map[i] = constant(v, e.at);
    else if (is_number(v, i)) v->map[i] = number_at(v, e);
    else v->map[i] = slice_rows(v, e.of, e.at, 1, GT_DROP);
    return v->map[i] = gt_shaped(v->to, v->map[i], instr(v, i)->type);
}

/* ---- numbers side by side ---------------------------------------------------------------------- */

static double value_of(const gt_vectorising *v, int i)
{
    return *gt_constant(v->from, instr(v, i));
}

bool gt_is_one_number(const gt_vectorising *v, int n, const gt_element *e)
{
    if (e[0].of != CONSTANT) return gt_all_same(n, e);
    const double first = value_of(v, e[0].at);
    for (int k = 1; k < n; k++) {
        if (e[k].of != CONSTANT) return false;
        const double value = value_of(v, e[k].at);
        if (memcmp(&value, &first, sizeof first)) return false;
    }
    return true;
}

/* Constants get a place in a vector of them. */
static void place_constants(const gt_vectorising *v, int n, gt_element *e)
{
    int count = 0;
    for (int k = 0; k < n; k++) count += e[k].of == CONSTANT;
    if (count == 0) return;
    double *value = take(v, count, sizeof *value);
    gt_type t = {.dtype = GT_BOOL};
    count = 0;
    for (int k = 0; k < n; k++) {
        if (e[k].of != CONSTANT) continue;
        if (instr(v, e[k].at)->type->dtype > t.dtype) t.dtype = instr(v, e[k].at)->type->dtype;
        value[count++] = value_of(v, e[k].at);
    }
    t = count == 1 ? gt_scalar_type(t.dtype) : gt_vector_type(t.dtype, count);
    int made = count == 1
                   ? gt_graph_number(v->to, &t, value[0])
                   : gt_graph_constant(v->to, &t, gt_pool_copy(v->to->pool, count, value), 0);
    count = 0;
    for (int k = 0; k < n; k++)
        if (e[k].of == CONSTANT) e[k] = (gt_element){made, count++};
}

static int take_elements(const gt_vectorising *v, int x, int n, const int *at)
{
    int in[2] = {gt_flat(v->to, x), gt_positions(v->to, n, at)};
    gt_type t = gt_vector_type(v->to->instr[x].type->dtype, n);
    return gt_graph_append(v->to, GT_OP_take, &t, 2, in, NULL);
}

typedef struct {
    gt_element e;
    int k;
} numbered;

static int by_source(const void *x, const void *y)
{
    const numbered *a = x, *b = y;
    if (a->e.of != b->e.of) return a->e.of < b->e.of ? -1 : 1;
    return (a->k > b->k) - (a->k < b->k);
}

/* How many sources there are in what is sorted by them. */
static int count_sources(int n, const numbered *sorted)
{
    int sources = 1;
    for (int k = 1; k < n; k++) sources += sorted[k].e.of != sorted[k - 1].e.of;
    return sources;
}

/* Elements of one instruction. */
static int gather_from_one(const gt_vectorising *v, int n, const gt_element *e)
{
    int most = n / FEWEST + 1;
    if (gt_count_runs(n, e, most) <= most) return gt_gathered(v->to, n, e);
    int *at = take(v, n, sizeof *at);
    for (int k = 0; k < n; k++) at[k] = e[k].at;
    return take_elements(v, e[0].of, n, at);
}

/* From several instructions: what is needed of each is gathered, joined and put in order. */
static int gather_from_many(const gt_vectorising *v, int n, const gt_element *e)
{
    numbered *sorted = take(v, n, sizeof *sorted);
    for (int k = 0; k < n; k++) sorted[k] = (numbered){e[k], k};
    qsort(sorted, (size_t)n, sizeof *sorted, by_source);
    if (count_sources(n, sorted) > n / 2) return gt_gathered(v->to, n, e);
    gt_element *of_one = take(v, n, sizeof *of_one);
    int *at = take(v, n, sizeof *at), parts = 0;
    int *part = take(v, n, sizeof *part);
    for (int k = 0; k < n;) {
        int count = 0, of = sorted[k].e.of;
        for (; k < n && sorted[k].e.of == of; k++) {
            at[sorted[k].k] = k;
            of_one[count++] = sorted[k].e;
        }
        part[parts++] = gather_from_one(v, count, of_one);
    }
    int joined = gt_join(v->to, parts, part);
    for (int k = 0; k < n; k++)
        if (at[k] != k) return take_elements(v, joined, n, at);
    return joined;
}

int gt_gather(const gt_vectorising *v, int n, gt_element *e)
{
    int most = n / FEWEST + 1;
    place_constants(v, n, e);
    if (gt_count_runs(n, e, most) <= most) return gt_gathered(v->to, n, e);
    return gather_from_many(v, n, e);
}

int gt_repeated(const gt_vectorising *v, int x, const gt_type *type)
{
    gt_type t = *type;
    t.dtype = v->to->instr[x].type->dtype;
    if (v->to->instr[x].type->size == 1) x = gt_flat(v->to, x);
    return gt_append1(v->to, GT_OP_expand, &t, x, t.ndim, t.dim);
}

/* ---- arrays one below the other ------------------------------------------------------------------ */

gt_type gt_rows_type(int n, const gt_type *each)
{
    gt_type t = gt_vector_type(each->dtype, n);
    if (each->size == 1) return t;
    t.ndim = each->ndim + 1;
    t.size = n * each->size;
    memcpy(t.dim + 1, each->dim, (size_t)each->ndim * sizeof *t.dim);
    return t;
}

static int constant_rows(const gt_vectorising *v, int n, const int *x)
{
    gt_type t = gt_rows_type(n, instr(v, x[0])->type);
    double *value = take(v, (int)t.size, sizeof *value);
    for (int k = 0; k < n; k++) {
        const double *row = gt_constant(v->from, instr(v, x[k]));
        for (int64_t j = 0; j < t.size / n; j++) value[j * n + k] = row[j];
    }
    return gt_graph_constant(v->to, &t, gt_pool_copy(v->to->pool, t.size, value), 0);
}

/* Rows of an array of rows, wherever they stand. */
static int take_rows(const gt_vectorising *v, int n, const gt_element *e)
{
    const gt_type *all = v->to->instr[e[0].of].type;
    const int rows = all->dim[0], each = (int)(all->size / rows);
    int *at = take(v, n * each, sizeof *at);
    for (int j = 0; j < each; j++)
        for (int k = 0; k < n; k++) at[j * n + k] = e[k].at + j * rows;
    gt_type t = *all;
    t.dim[0] = n;
    t.size = (int64_t)n * each;
    return gt_shaped(v->to, take_elements(v, e[0].of, n * each, at), &t);
}

static int rows(const gt_vectorising *v, int n, const int *x)
{
    gt_element *e = take(v, n, sizeof *e);
    for (int k = 0; k < n; k++) e[k] = v->place[x[k]];
    if (gt_all_same(n, e)) return gt_whole(v, x[0]);
    if (e[0].of == CONSTANT) return constant_rows(v, n, x);
    gt_run r = gt_next_run(n, e);
    if (r.count < n) return take_rows(v, n, e);
    if (r.first.at == 0 && r.step == 1 && v->to->instr[r.first.of].type->dim[0] == n)
        return r.first.of;
    return slice_rows(v, r.first.of, r.first.at, r.step, n);
}

int gt_side_by_side(const gt_vectorising *v, int n, const int *x)
{
    if (!is_number(v, x[0])) return rows(v, n, x);
    gt_element *e = take(v, n, sizeof *e);
    for (int k = 0; k < n; k++) e[k] = v->place[x[k]];
    return gt_is_one_number(v, n, e) ? number_at(v, e[0]) : gt_gather(v, n, e);
}

bool gt_differs(const gt_vectorising *v, int n, int x, const gt_type *each)
{
    return v->to->instr[x].type->size == n * each->size;
}
