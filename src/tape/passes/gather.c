#include "tape/passes/gather.h"
#include "ops/shape.h"

int gt_append1(gt_graph *to, gt_op op, const gt_type *type, int x, int n, const int *v)
{
    gt_params p = {n, v};
    return gt_graph_append(to, op, type, 1, &x, &p);
}

int gt_shaped(gt_graph *to, int x, const gt_type *type)
{
    if (gt_same_shape(to->instr[x].type, type)) return x;
    gt_type t = *type;
    t.dtype = to->instr[x].type->dtype;
    return gt_append1(to, GT_OP_reshape, &t, x, t.ndim, t.dim);
}

gt_type gt_vector_type(gt_dtype dtype, int n)
{
    return (gt_type){.dtype = dtype, .ndim = 1, .dim = {n}, .size = n};
}

int gt_flat(gt_graph *to, int x)
{
    gt_type t = gt_vector_type(to->instr[x].type->dtype, (int)to->instr[x].type->size);
    return to->instr[x].type->ndim <= 1 ? x : gt_shaped(to, x, &t);
}

int gt_join(gt_graph *to, int n, const int *part)
{
    const int first = 0;
    gt_params p = {1, &first};
    int64_t size = 0;
    gt_dtype dtype = GT_BOOL;
    if (n == 1) return part[0];
    for (int k = 0; k < n; k++) {
        const gt_type *t = to->instr[part[k]].type;
        size += t->size;
        if (t->dtype > dtype) dtype = t->dtype;
    }
    gt_type t = gt_vector_type(dtype, (int)size);
    return gt_graph_append(to, GT_OP_cat, &t, n, part, &p);
}

int gt_positions(gt_graph *to, int n, const int *at)
{
    gt_type t = n == 1 ? gt_scalar_type(GT_LONG) : gt_vector_type(GT_LONG, n);
    if (n == 1) return gt_graph_number(to, &t, at[0]);
    double *position = gt_alloc_array(to->arena, (size_t)n, sizeof *position);
    for (int k = 0; k < n; k++) position[k] = at[k];
    return gt_graph_constant(to, &t, gt_pool_copy(to->pool, n, position), 0);
}

gt_run gt_next_run(int n, const gt_element *e)
{
    gt_run r = {e[0], 1, 1};
    for (; r.count < n && e[r.count].of == e[0].of; r.count++) {
        int step = e[r.count].at - e[r.count - 1].at;
        if (r.count == 1) r.step = step;
        if (step == 0 || step != r.step) break;
    }
    if (r.count == 1) r.step = 1;
    return r;
}

int gt_count_runs(int n, const gt_element *e, int most)
{
    int runs = 0;
    for (int k = 0; k < n && runs <= most; runs++) k += gt_next_run(n - k, e + k).count;
    return runs;
}

int gt_run_value(gt_graph *to, const gt_run *r)
{
    int x = gt_flat(to, r->first.of);
    const gt_type *whole = to->instr[x].type;
    if (r->count == whole->size && r->first.at == 0 && (r->step == 1 || r->count == 1)) return x;
    const int v[3] = {r->first.at, r->step, r->count == 1 ? GT_DROP : r->count};
    gt_type t =
        r->count == 1 ? gt_scalar_type(whole->dtype) : gt_vector_type(whole->dtype, r->count);
    return gt_append1(to, GT_OP_slice, &t, x, 3, v);
}

int gt_gathered(gt_graph *to, int n, const gt_element *e)
{
    int runs = gt_count_runs(n, e, n),
        *part = gt_alloc_array(to->arena, (size_t)runs, sizeof *part);
    for (int k = 0, i = 0; i < runs; i++) {
        gt_run r = gt_next_run(n - k, e + k);
        part[i] = gt_run_value(to, &r);
        k += r.count;
    }
    return gt_join(to, runs, part);
}

bool gt_all_same(int n, const gt_element *e)
{
    for (int k = 1; k < n; k++)
        if (e[k].of != e[0].of || e[k].at != e[0].at) return false;
    return true;
}
