/* Kernels of structured operations as text, for code that no host runs: those that move elements,
 * add them up or multiply matrices. Where elements go is asked of the kernels themselves.  */
#include "tape/code/writer.h"

#include "ops/linalg.h"
#include "ops/reduce.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    gt_writer *w;
    const gt_op_call *call;
    const gt_view *in;
    const gt_type *type; /* of the inputs */
    char to[GT_BUFFER_NAME];
    gt_params params;
} kernel_writer;

static double *numbers(const kernel_writer *u, int64_t n)
{
    double *x = gt_alloc_array(u->w->arena, (size_t)n, sizeof *x);
    memset(x, 0, ((size_t)n + 1) * sizeof *x);
    return x;
}

/* ---- where elements come from ---- */

/* The elements of an input that is a constant, or NULL. */
static const double *constant_input(const kernel_writer *u, int j)
{
    const gt_view *v = &u->in[j];
    if (v->buffer == GT_NUMBER_BUFFER) return u->w->plan->numbers + v->offset;
    return v->buffer >= GT_POOL ? u->w->plan->pool->vector[v->buffer - GT_POOL].data + v->offset
                                : NULL;
}

/* The inputs as arrays: all their elements counted from 1, but indices themselves. NULL where these
 * are no constants.                                                               */
static gt_array *inputs_as_counters(const kernel_writer *u)
{
    const gt_op_call *c = u->call;
    gt_array *in = gt_alloc_array(u->w->arena, (size_t)c->n_in, sizeof *in);
    double count = 0;
    for (int j = 0; j < c->n_in; j++) {
        bool is_index = gt_is_index_input(gt_op_get((gt_op)c->op), j);
        double *x = numbers(u, u->type[j].size);
        for (int64_t k = 0; !is_index && k < u->type[j].size; k++) x[k] = ++count;
        in[j] = (gt_array){u->type[j], is_index ? (double *)constant_input(u, j) : x};
        if (!in[j].data) return NULL;
    }
    return in;
}

/* What the operation makes of them. NULL when it fails. */
static const double *run_on_counters(const kernel_writer *u)
{
    const gt_op_call *c = u->call;
    gt_array *in = inputs_as_counters(u), out = {c->type, numbers(u, c->type.size)};
    gt_error err;
    if (!in) return NULL;
    void *work =
        gt_alloc(u->w->arena, gt_op_workspace((gt_op)c->op, &u->params, c->n_in, u->type) + 1);
    return gt_op_eval((gt_op)c->op, &u->params, c->n_in, in, &out, work, &err) ? NULL : out.data;
}

/* ---- loops ---- */

/* Elements from[at[i]] for i < n as an expression, after what it needs; id tells tables apart. */
static const char *gathered(kernel_writer *u, const gt_view *v, const int64_t *at, int64_t n,
                            int id, char *text)
{
    gt_text *body = &u->w->body;
    char name[GT_BUFFER_NAME], element[GT_EXPRESSION];
    int64_t step = n > 1 ? at[1] - at[0] : 0, last = 0;
    bool even = true;
    for (int64_t i = 1; i < n; i++)
        if (at[i] - at[i - 1] != step) even = false;
    for (int64_t i = 0; i < n; i++)
        if (v->offset + at[i] * v->stride > last) last = v->offset + at[i] * v->stride;
    if (even && step == 0) {
        gt_element_text(u->w, v->buffer, v->offset + at[0] * v->stride, element);
        return strcpy(text, element);
    }
    gt_buffer_name(u->w, v->buffer, name);
    if (even) {
        snprintf(text, GT_EXPRESSION, "%s[%lld + i * %lld]", name,
                 (long long)(v->offset + at[0] * v->stride), (long long)(step * v->stride));
        return text;
    }
    gt_print(body, "    static const %s at%d[] = {", last > INT32_MAX ? "int64_t" : "int", id);
    for (int64_t i = 0; i < n; i++)
        gt_print(body, i ? ", %lld" : "%lld", (long long)(v->offset + at[i] * v->stride));
    gt_print(body, "};\n");
    snprintf(text, GT_EXPRESSION, "%s[at%d[i]]", name, id);
    return text;
}

static void write_loop(kernel_writer *u, int64_t n, const char *left, const char *sign,
                       const char *right)
{
    gt_print(&u->w->body, "    for (int64_t i = 0; i < %lld; i++) %s %s %s;\n", (long long)n, left,
             sign, right);
}

static void write_zeros(kernel_writer *u)
{
    gt_print(&u->w->body, "    memset(%s + %lld, 0, %lld * sizeof(double));\n", u->to,
             (long long)u->call->to.offset, (long long)u->call->type.size);
}

/* Each element of the result is an element of an input, or zero. */
static bool write_moves(kernel_writer *u)
{
    const gt_op_call *c = u->call;
    int64_t *first = gt_alloc_array(u->w->arena, (size_t)c->n_in, sizeof *first), total = 0;
    int64_t *from = gt_alloc_array(u->w->arena, (size_t)c->type.size, sizeof *from);
    int64_t *place = gt_alloc_array(u->w->arena, (size_t)c->type.size, sizeof *place);
    for (int j = 0; j < c->n_in; j++) {
        first[j] = total;
        total += u->type[j].size;
    }
    const double *counted = run_on_counters(u);
    if (!counted) return false;
    for (int64_t k = 0; k < c->type.size; k++)
        if (counted[k] == 0) {
            write_zeros(u);
            break;
        }
    for (int j = 0; j < c->n_in; j++) {
        char left[GT_EXPRESSION], right[GT_EXPRESSION];
        int64_t n = 0;
        for (int64_t k = 0; k < c->type.size; k++) {
            int64_t at = (int64_t)counted[k] - 1 - first[j];
            if (at < 0 || at >= u->type[j].size) continue;
            from[n] = at;
            place[n++] = k;
        }
        if (n == 0) continue;
        gt_print(&u->w->body, "    {\n");
        gathered(u, &u->in[j], from, n, 0, right);
        gathered(u, &c->to, place, n, 1, left);
        write_loop(u, n, left, "=", right);
        gt_print(&u->w->body, "    }\n");
    }
    return true;
}

/* Elements are added to zeros. */
static bool write_additions(kernel_writer *u)
{
    const gt_op_call *c = u->call;
    const gt_op_def *def = gt_op_get((gt_op)c->op);
    gt_array *in = inputs_as_counters(u);
    if (!in || !def->places) return false;
    write_zeros(u);
    for (int j = 0; j < c->n_in; j++) {
        char left[GT_EXPRESSION], right[GT_EXPRESSION];
        const int64_t n = u->type[j].size;
        int64_t *from = gt_alloc_array(u->w->arena, (size_t)n, sizeof *from);
        int64_t *place = gt_alloc_array(u->w->arena, (size_t)n, sizeof *place);
        int *to = gt_alloc_array(u->w->arena, (size_t)n, sizeof *to);
        if (n == 0 || gt_is_index_input(def, j)) continue;
        def->places(&u->params, j, in, &c->type, to);
        for (int64_t i = 0; i < n; i++) {
            place[i] = to[i];
            from[i] = i;
            if (to[i] < 0 || to[i] >= c->type.size) return false;
        }
        gt_print(&u->w->body, "    {\n");
        gathered(u, &u->in[j], from, n, 0, right);
        gathered(u, &c->to, place, n, 1, left);
        write_loop(u, n, left, "+=", right);
        gt_print(&u->w->body, "    }\n");
    }
    return true;
}

/* An elementwise operation whose inputs are repeated along dimensions. */
static bool write_elementwise(kernel_writer *u)
{
    const gt_op_call *c = u->call;
    char in[3][GT_EXPRESSION], value[GT_EXPRESSION], to[GT_EXPRESSION];
    const char *inputs[3] = {in[0], in[1], in[2]};
    if (c->type.size == 0) return true;
    int64_t *at = gt_alloc_array(u->w->arena, (size_t)c->type.size, sizeof *at);
    gt_params shape = {c->type.ndim, c->type.dim};
    gt_print(&u->w->body, "    {\n");
    for (int j = 0; j < c->n_in; j++) {
        double *x = numbers(u, u->type[j].size);
        for (int64_t k = 0; k < u->type[j].size; k++) x[k] = (double)k;
        gt_array from = {u->type[j], x}, out = {c->type, numbers(u, c->type.size)};
        gt_error err;
        from.type.dtype = out.type.dtype = GT_DOUBLE;
        if (gt_op_eval(GT_OP_expand, &shape, 1, &from, &out, NULL, &err)) return false;
        for (int64_t k = 0; k < c->type.size; k++) at[k] = (int64_t)((double *)out.data)[k];
        gathered(u, &u->in[j], at, c->type.size, j, in[j]);
    }
    gt_value_text(u->w, c->op, inputs, true, value);
    snprintf(to, sizeof to, "%s[%lld + i]", u->to, (long long)c->to.offset);
    write_loop(u, c->type.size, to, "=", value);
    gt_print(&u->w->body, "    }\n");
    return true;
}

/* ---- sums and products ---- */

typedef struct {
    int64_t inner, count, outer;
} extents;

/* The dimensions of params[first], ..., which are adjacent, or all where none is named. */
static bool find_extents(const gt_params *p, int first, const gt_type *t, extents *e)
{
    int before = -1, after = -1, named = 0;
    *e = (extents){1, 1, 1};
    for (int d = 0; d < t->ndim; d++) {
        bool is_named = p->n <= first;
        for (int k = first; k < p->n; k++) is_named |= p->v[k] == d;
        if (!is_named) continue;
        if (before < 0) before = d;
        after = d;
        named++;
    }
    if (before < 0) return t->ndim == 0;
    if (after - before + 1 != named) return false;
    for (int d = 0; d < t->ndim; d++)
        *(d < before ? &e->inner : (d > after ? &e->outer : &e->count)) *= t->dim[d];
    return true;
}

/* How a reduction begins, goes on with an element z, and ends. */
typedef struct {
    int op;
    const char *start, *next, *finish;
} reduction_text;
#define LARGEST "y = z != z || z > y ? z : y;"
static const reduction_text reductions[] = {
    {GT_OP_sum, "0", "y += z;", ""},
    {GT_OP_prod, "1", "y *= z;", ""},
    {GT_OP_amax, "-INFINITY", LARGEST, ""},
    {GT_OP_amin, "INFINITY", "y = z != z || z < y ? z : y;", ""},
    {GT_OP_norm2, "0", "y += z * z;", "            y = sqrt(y);\n"},
    {GT_OP_logsumexp, "-INFINITY", LARGEST,
     "            double total = 0;\n"
     "            for (int64_t k = 0; k < count; k++) total += el_exp(from[k * step] - y);\n"
     "            if (isfinite(y)) y += log(total);\n"}};

/* Of elements side by side. */
static void write_sums(kernel_writer *u, const extents *e, const char *x)
{
    gt_print(&u->w->body,
             "    for (int64_t j = 0; j < %lld; j++)\n"
             "        %s[%lld + j] = gt_sum(%lld, %s + %lld + j * %lld);\n",
             (long long)e->outer, u->to, (long long)u->call->to.offset, (long long)e->count, x,
             (long long)u->in[0].offset, (long long)e->count);
}

static bool write_reduction(kernel_writer *u)
{
    const gt_op_call *c = u->call;
    const reduction_text *r = reductions;
    extents e;
    char x[GT_BUFFER_NAME];
    while (r->op != c->op) r++;
    if (!find_extents(&u->params, 1, &u->type[0], &e) || u->in[0].stride != 1) return false;
    gt_buffer_name(u->w, u->in[0].buffer, x);
    if (c->op == GT_OP_sum && e.inner == 1) {
        write_sums(u, &e, x);
        return true;
    }
    gt_print(&u->w->body,
             "    for (int64_t j = 0; j < %lld; j++)\n"
             "        for (int64_t i = 0; i < %lld; i++) {\n"
             "            enum { count = %lld, step = %lld };\n"
             "            const double *from = %s + %lld + i + j * count * step;\n"
             "            double y = %s;\n"
             "            for (int64_t k = 0; k < count; k++) {\n"
             "                const double z = from[k * step];\n"
             "                %s\n            }\n"
             "%s            %s[%lld + i + j * step] = y;\n        }\n",
             (long long)e.outer, (long long)e.inner, (long long)e.count, (long long)e.inner, x,
             (long long)u->in[0].offset, r->start, r->next, r->finish, u->to,
             (long long)c->to.offset);
    return true;
}

/* Running sums: parameters are the dimension, and whether from its end. */
static bool write_scan(kernel_writer *u)
{
    const gt_op_call *c = u->call;
    extents e;
    char x[GT_BUFFER_NAME], from_end[GT_BUFFER_NAME];
    gt_params dimension = {1, u->params.v};
    if (u->params.n < 2 || u->in[0].stride != 1) return false;
    if (!find_extents(&dimension, 0, &u->type[0], &e)) return false;
    gt_buffer_name(u->w, u->in[0].buffer, x);
    snprintf(from_end, sizeof from_end, "(%lld - k)", (long long)(e.count - 1));
    gt_print(&u->w->body,
             "    for (int64_t j = 0; j < %lld; j++)\n"
             "        for (int64_t i = 0; i < %lld; i++) {\n"
             "            const int64_t first = i + j * %lld;\n"
             "            double y = %s;\n"
             "            for (int64_t k = 0; k < %lld; k++) {\n"
             "                const int64_t at = first + %s * %lld;\n"
             "                %s[%lld + at] = y = y %s %s[%lld + at];\n"
             "            }\n        }\n",
             (long long)e.outer, (long long)e.inner, (long long)(e.inner * e.count),
             c->op == GT_OP_cumsum ? "0" : "1", (long long)e.count, u->params.v[1] ? from_end : "k",
             (long long)e.inner, u->to, (long long)c->to.offset, c->op == GT_OP_cumsum ? "+" : "*",
             x, (long long)u->in[0].offset);
    return true;
}

/* (n x k) times (k x m), or a stack of such products. */
static bool write_matmul(kernel_writer *u)
{
    const gt_op_call *c = u->call;
    const gt_type *x = &u->type[0], *z = &u->type[1];
    char first[GT_BUFFER_NAME], second[GT_BUFFER_NAME];
    const bool tx = u->params.v[0], tz = u->params.v[1];
    const long long rows = gt_rows(&c->type), columns = gt_columns(&c->type),
                    products = gt_matrices(x), inner = tx ? gt_rows(x) : gt_columns(x),
                    x_column = products * gt_rows(x), z_column = products * gt_rows(z);
    if (u->in[0].stride != 1 || u->in[1].stride != 1) return false;
    gt_buffer_name(u->w, u->in[0].buffer, first);
    gt_buffer_name(u->w, u->in[1].buffer, second);
    gt_print(&u->w->body,
             "    for (int64_t p = 0; p < %lld; p++)\n"
             "        for (int64_t j = 0; j < %lld; j++)\n"
             "            for (int64_t i = 0; i < %lld; i++) {\n"
             "                const double *a = %s + %lld + p + i * %lld;\n"
             "                const double *c = %s + %lld + p + j * %lld;\n"
             "                double y = 0;\n"
             "                for (int64_t k = 0; k < %lld; k++) y += a[k * %lld] * c[k * %lld];\n"
             "                %s[%lld + p + i * %lld + j * %lld] = y;\n"
             "            }\n",
             products, columns, rows, first, (long long)u->in[0].offset, tx ? x_column : products,
             second, (long long)u->in[1].offset, tz ? products : z_column, inner,
             tx ? products : x_column, tz ? z_column : products, u->to, (long long)c->to.offset,
             products, products * rows);
    return true;
}

/* ---- calls of kernels ---- */

static void write_array(gt_writer *w, const gt_view *v, const gt_type *t)
{
    static const char *const dtypes[] = {[GT_BOOL] = "GT_BOOL",
                                         [GT_INT] = "GT_INT",
                                         [GT_LONG] = "GT_LONG",
                                         [GT_FLOAT] = "GT_FLOAT",
                                         [GT_DOUBLE] = "GT_DOUBLE"};
    char name[GT_BUFFER_NAME];
    gt_print(&w->body, "{{%s, %d, {", dtypes[t->dtype], t->ndim);
    for (int d = 0; d < t->ndim || d == 0; d++)
        gt_print(&w->body, d ? ", %d" : "%d", t->ndim ? t->dim[d] : 0);
    gt_print(&w->body, "}, %lld}, (void *)(%s + %lld)}", (long long)t->size,
             gt_buffer_name(w, v->buffer, name), (long long)v->offset);
}

typedef struct {
    gt_op op;
    gt_params params;
    gt_view to;
    gt_type type;
    int64_t work;
} kernel_call;

/* Whether an operation succeeds is found out by doing it: into the workspace, as its result is of no use. */
static void attempt(kernel_call *run, int n, const gt_type *in)
{
    gt_error err;
    run->op = (gt_op)run->params.v[0];
    run->params = (gt_params){run->params.n - 1, run->params.v + 1};
    if (gt_op_infer(run->op, &run->params, n, in, &run->type, &err)) run->type.size = 0;
    run->to = (gt_view){GT_ARENA, 1, run->work};
    run->work += run->type.size;
}

void gt_write_kernel_call(gt_writer *w, int k)
{
    const gt_op_call *c = &w->plan->call[k];
    const gt_type *types = w->plan->type + c->first_in;
    gt_text *body = &w->body;
    kernel_call run = {
        (gt_op)c->op, {c->n_params, w->plan->params + c->params}, c->to, c->type, c->work};
    w->uses[GT_ARENA] = true;
    gt_print(body, "    /* %s: %lld elements */\n    {\n", gt_op_get(run.op)->name,
             (long long)c->type.size);
    if (run.op == GT_OP_succeeds) attempt(&run, c->n_in, types);
    gt_print(body, "        static const int parameters[] = {");
    for (int j = 0; j < run.params.n || j == 0; j++)
        gt_print(body, j ? ", %d" : "%d", run.params.n ? run.params.v[j] : 0);
    gt_print(body, "};\n        const gt_params with = {%d, parameters};\n", run.params.n);
    gt_print(body, "        const gt_array in[] = {");
    for (int j = 0; j < c->n_in; j++) {
        gt_print(body, j ? ",\n                               " : "");
        write_array(w, &w->plan->view[c->first_in + j], &types[j]);
    }
    gt_print(body, "};\n        gt_array out = ");
    write_array(w, &run.to, &run.type);
    gt_print(body,
             ";\n        gt_error error;\n"
             "        const int failed = %s_eval(&with, %d, in, &out, m + %lld, &error);\n",
             gt_op_get(run.op)->name, c->n_in, (long long)run.work);
    if (run.op == (gt_op)c->op) gt_print(body, "        if (failed) return 1;\n    }\n");
    else {
        char name[GT_BUFFER_NAME];
        gt_print(body, "        %s[%lld] = !failed;\n    }\n",
                 gt_buffer_name(w, c->to.buffer, name), (long long)c->to.offset);
    }
}

bool gt_write_kernel(gt_writer *w, int k)
{
    const gt_op_call *c = &w->plan->call[k];
    kernel_writer u = {.w = w,
                       .call = c,
                       .in = w->plan->view + c->first_in,
                       .type = w->plan->type + c->first_in,
                       .params = {c->n_params, w->plan->params + c->params}};
    gt_buffer_name(w, c->to.buffer, u.to);
    gt_print(&w->body, "    /* %s: %lld elements */\n", gt_op_get((gt_op)c->op)->name,
             (long long)c->type.size);
    if (gt_is_elementwise(gt_op_get((gt_op)c->op))) return write_elementwise(&u);
    if (gt_op_has((gt_op)c->op, GT_REDUCES)) return write_reduction(&u);
    switch (c->op) {
    case GT_OP_cumsum:
        return write_scan(&u);
    case GT_OP_matmul:
        return write_matmul(&u);
    case GT_OP_assemble:
    case GT_OP_put:
        return write_additions(&u);
    default:
        break;
    }
    return gt_op_get((gt_op)c->op)->sparsity == GT_GATHERS && write_moves(&u);
}
