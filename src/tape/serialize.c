#include "tape/serialize.h"

#include <limits.h>
#include <string.h>

/* ---- fingerprint and checksum ---- */

static uint64_t mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * 0x9E3779B97F4A7C15u;
    return h ^ (h >> 32);
}

static uint64_t mix_text(uint64_t h, const char *text)
{
    for (; *text; text++) h = mix(h, (unsigned char)*text);
    return mix(h, 0);
}

static uint64_t mix_reals(uint64_t h, int64_t n, const double *x)
{
    h = mix(h, (uint64_t)n);
    for (int64_t k = 0; k < n; k++) {
        uint64_t bits;
        memcpy(&bits, &x[k], sizeof bits);
        h = mix(h, bits);
    }
    return h;
}

uint64_t gt_table_fingerprint(void)
{
    uint64_t sum = 0;
    for (int op = GT_OP_leaf + 1; op < GT_OP_COUNT; op++) {
        const gt_op_def *def = gt_op_get((gt_op)op);
        sum += mix_text(mix_text((uint64_t)def->arity, def->name), def->params ? def->params : "");
    }
    return sum;
}

uint64_t gt_saved_checksum(const gt_saved *s)
{
    uint64_t h = mix(0, (uint64_t)s->n_names);
    for (int k = 0; k < s->n_names; k++) h = mix_text(h, s->names[k]);
    h = mix(h, (uint64_t)s->n_ints);
    for (int64_t k = 0; k < s->n_ints; k++) h = mix(h, (uint64_t)s->ints[k]);
    h = mix_reals(h, s->n_reals, s->reals);
    h = mix(h, (uint64_t)s->n_vectors);
    for (int k = 0; k < s->n_vectors; k++) h = mix_reals(h, s->vectors[k].size, s->vectors[k].data);
    return h;
}

/* ---- writing ---- */

typedef struct {
    gt_arena arena;
    gt_saved saved;
    int64_t ints_capacity, reals_capacity;
    int *name_of;      /* the saved name of each operation, or NONE */
    int *saved_vector; /* the saved vector of each of the pool, or NONE */
    int *vector_of;    /* and the other way round */
} writer;
#define NONE (-1)

static void *grown(gt_arena arena, const void *from, int64_t n, int64_t *capacity, size_t size)
{
    *capacity = *capacity ? 2 * *capacity : 1024;
    void *to = gt_alloc_array(arena, (size_t)*capacity, size);
    if (n) memcpy(to, from, (size_t)n * size);
    return to;
}

static void write_int(writer *w, int v)
{
    gt_saved *s = &w->saved;
    if (s->n_ints == w->ints_capacity)
        s->ints = grown(w->arena, s->ints, s->n_ints, &w->ints_capacity, sizeof v);
    s->ints[s->n_ints++] = v;
}

static void write_ints(writer *w, int n, const int *v)
{
    write_int(w, n);
    for (int k = 0; k < n; k++) write_int(w, v[k]);
}

static void write_reals(writer *w, int64_t n, const double *v)
{
    gt_saved *s = &w->saved;
    for (int64_t k = 0; k < n; k++) {
        if (s->n_reals == w->reals_capacity)
            s->reals = grown(w->arena, s->reals, s->n_reals, &w->reals_capacity, sizeof *v);
        s->reals[s->n_reals++] = v[k];
    }
}

static void write_type(writer *w, const gt_type *t)
{
    write_int(w, (int)t->dtype);
    write_ints(w, t->ndim, t->dim);
}

static int saved_name(writer *w, gt_op op)
{
    if (w->name_of[op] == NONE) {
        w->saved.names[w->saved.n_names] = gt_op_get(op)->name;
        w->name_of[op] = w->saved.n_names++;
    }
    return w->name_of[op];
}

static int saved_vector(writer *w, const gt_pool *pool, int vector)
{
    if (w->saved_vector[vector] == NONE) {
        w->saved.vectors[w->saved.n_vectors] = pool->vector[vector];
        w->vector_of[w->saved.n_vectors] = vector;
        w->saved_vector[vector] = w->saved.n_vectors++;
    }
    return w->saved_vector[vector];
}

/* Is its first parameter an operation? That is saved by its name. */
static bool names_operation(gt_op op, int n_params)
{
    const char *letters = gt_op_get(op)->params;
    return letters && !strcmp(letters, "O") && n_params > 0;
}

static void write_params(writer *w, gt_op op, gt_params p)
{
    bool by_name = names_operation(op, p.n);
    write_int(w, p.n);
    if (by_name) write_int(w, saved_name(w, (gt_op)p.v[0]));
    for (int k = by_name; k < p.n; k++) write_int(w, p.v[k]);
}

static void write_instr(writer *w, const gt_graph *g, const gt_instr *s)
{
    write_int(w, (int)s->source);
    write_type(w, s->type);
    if (s->source == GT_INPUT) {
        write_int(w, (int)s->of.input);
    } else if (s->source == GT_CONSTANT) {
        write_int(w,
                  gt_is_number(s) ? GT_NUMBERS : saved_vector(w, g->pool, s->of.constant.vector));
        write_int(w, s->of.constant.at);
    } else {
        write_int(w, saved_name(w, s->op));
        write_int(w, s->is_differentiable);
        write_ints(w, s->n_in, gt_inputs(g, s));
        write_params(w, s->op, gt_instr_params(g, s));
    }
}

static void write_variant(writer *w, const gt_variant *v, const gt_graph *g)
{
    write_int(w, g->n_numbers);
    write_reals(w, g->n_numbers, g->numbers);
    write_int(w, g->n);
    for (int i = 0; i < g->n; i++) write_instr(w, g, &g->instr[i]);
    write_ints(w, g->n_outputs, g->outputs);
    write_ints(w, g->n_guards, g->guards);
    write_reals(w, v->n_expected, v->expected);
}

gt_saved gt_save_variants(const gt_variants *v, gt_arena arena, const int **vector_of)
{
    writer w = {.arena = arena};
    w.saved.names = gt_alloc_array(arena, GT_OP_COUNT, sizeof *w.saved.names);
    w.saved.vectors = gt_alloc_array(arena, (size_t)v->pool.n, sizeof *w.saved.vectors);
    w.name_of = gt_alloc_array(arena, GT_OP_COUNT, sizeof(int));
    w.saved_vector = gt_alloc_array(arena, (size_t)v->pool.n, sizeof(int));
    w.vector_of = gt_alloc_array(arena, (size_t)v->pool.n, sizeof(int));
    for (int k = 0; k < GT_OP_COUNT; k++) w.name_of[k] = NONE;
    for (int k = 0; k < v->pool.n; k++) w.saved_vector[k] = NONE;
    write_int(&w, v->n);
    for (int k = 0; k < v->n; k++) write_variant(&w, &v->variant[k], gt_variants_recorded(v, k));
    *vector_of = w.vector_of;
    return w.saved;
}

/* ---- reading ---- */

typedef struct {
    const gt_saved *saved;
    gt_pool *pool;
    int n;              /* parameters */
    const gt_op *op_of; /* the operation of each name */
    int64_t at_int, at_real;
    gt_error *err; /* of the first thing that is wrong, when failed */
    bool failed;
} reader;

static int fail(reader *r, const char *what)
{
    if (!r->failed) gt_fail(r->err, "%s", what);
    r->failed = true;
    return 0;
}

/* An integer from least to most; 0 when there is none, and r->failed is set. */
static int read_int(reader *r, int least, int most)
{
    if (r->failed || r->at_int >= r->saved->n_ints) return fail(r, "it ends too early");
    int v = r->saved->ints[r->at_int++];
    return v < least || v > most ? fail(r, "a number in it is out of its range") : v;
}

/* Several, each from least to most, in place. */
static const int *read_ints(reader *r, int *n, int least, int most)
{
    *n = read_int(r, 0, INT_MAX);
    if (r->failed || *n > r->saved->n_ints - r->at_int) *n = fail(r, "it ends too early");
    const int *v = r->saved->ints + r->at_int;
    for (int k = 0; k < *n; k++) read_int(r, least, most);
    if (r->failed) *n = 0;
    return v;
}

static const double *read_reals(reader *r, int64_t n)
{
    if (r->failed || n > r->saved->n_reals - r->at_real) {
        fail(r, "it ends too early");
        return NULL;
    }
    r->at_real += n;
    return r->saved->reals + r->at_real - n;
}

static gt_type read_type(reader *r)
{
    gt_type t = gt_scalar_type(GT_DOUBLE);
    gt_dtype dtype = (gt_dtype)read_int(r, GT_BOOL, GT_DOUBLE);
    int ndim;
    const int *dim = read_ints(r, &ndim, 0, INT_MAX);
    if (r->failed) fail(r, "a value has no dtype that a tape computes in");
    else if (gt_type_set(&t, dtype, ndim, dim, r->err)) r->failed = true;
    return t;
}

static void read_input(reader *r, gt_graph *g, const gt_type *t)
{
    read_int(r, GT_PARAMETERS, GT_PARAMETERS);
    if (t->size != r->n || g->n != 0) fail(r, "its parameters have another length");
    if (!r->failed) gt_graph_input(g, GT_PARAMETERS, t);
}

static void read_constant(reader *r, gt_graph *g, const gt_type *t, int n_numbers,
                          const double *numbers)
{
    int vector = read_int(r, GT_NUMBERS, r->saved->n_vectors - 1);
    int at = read_int(r, 0, INT_MAX);
    if (r->failed) return;
    int64_t size = vector == GT_NUMBERS ? n_numbers : r->pool->vector[vector].size;
    if ((vector == GT_NUMBERS && t->size != 1) || at > size - t->size) {
        fail(r, "a constant is not there");
        return;
    }
    if (vector == GT_NUMBERS) gt_graph_number(g, t, numbers[at]);
    else gt_graph_constant(g, t, vector, at);
}

static gt_params read_params(reader *r, gt_arena arena, int name)
{
    gt_params p = {0, NULL};
    const int *v = read_ints(r, &p.n, INT_MIN, INT_MAX);
    p.v = v;
    if (r->failed || !names_operation(r->op_of[name], p.n)) return p;
    if (v[0] < 0 || v[0] >= r->saved->n_names) {
        fail(r, "a number in it is out of its range");
        return p;
    }
    int *named = gt_alloc_array(arena, (size_t)p.n, sizeof *named);
    memcpy(named, v, (size_t)p.n * sizeof *named);
    named[0] = (int)r->op_of[v[0]];
    p.v = named;
    return p;
}

static void read_operation(reader *r, gt_graph *g, const gt_type *t)
{
    int name = read_int(r, 0, r->saved->n_names - 1), is_differentiable = read_int(r, 0, 1), n;
    const int *in = read_ints(r, &n, 0, g->n - 1);
    gt_params p = read_params(r, g->arena, name);
    if (r->failed) return;
    gt_type *types = gt_alloc_array(g->arena, (size_t)n, sizeof *types), out;
    for (int k = 0; k < n; k++) types[k] = *g->instr[in[k]].type;
    if (gt_op_check(r->op_of[name], &p, n, types, &out, r->err)) {
        r->failed = true;
        return;
    }
    if (out.dtype != t->dtype || !gt_same_shape(&out, t)) {
        fail(r, "an operation has another shape");
        return;
    }
    int made = gt_graph_append(g, r->op_of[name], t, n, in, &p);
    g->instr[made].is_differentiable = is_differentiable;
}

static int64_t size_of_guards(const gt_graph *g)
{
    int64_t size = 0;
    for (int k = 0; k < g->n_guards; k++) size += g->instr[g->guards[k]].type->size;
    return size;
}

/* A graph in memory of the arena; *expected: its guards' values, in place. */
static gt_graph *read_variant(reader *r, gt_arena arena, int64_t *n_expected,
                              const double **expected)
{
    gt_graph *g = gt_graph_new(arena, r->pool);
    int n_numbers = read_int(r, 0, INT_MAX), n_outputs, n_guards;
    const double *numbers = read_reals(r, n_numbers);
    int n = read_int(r, 1, INT_MAX);
    for (int i = 0; i < n && !r->failed; i++) {
        gt_source source = (gt_source)read_int(r, GT_COMPUTED, GT_INPUT);
        gt_type t = read_type(r);
        if (r->failed) break;
        if (source == GT_INPUT) read_input(r, g, &t);
        else if (source == GT_CONSTANT) read_constant(r, g, &t, n_numbers, numbers);
        else read_operation(r, g, &t);
    }
    const int *outputs = read_ints(r, &n_outputs, 0, g->n - 1);
    const int *guards = read_ints(r, &n_guards, 0, g->n - 1);
    if (!r->failed && (n_outputs != 1 || g->instr[0].source != GT_INPUT))
        fail(r, "it computes nothing");
    if (r->failed) return NULL;
    gt_graph_set_outputs(g, n_outputs, outputs);
    gt_graph_set_guards(g, n_guards, guards);
    *n_expected = size_of_guards(g);
    *expected = read_reals(r, *n_expected);
    return g;
}

/* The operation of each name, which must be known. */
static const gt_op *find_operations(const gt_saved *s, gt_arena arena, gt_error *err)
{
    gt_op *op = gt_alloc_array(arena, (size_t)s->n_names, sizeof *op);
    for (int k = 0; k < s->n_names; k++) {
        op[k] = gt_op_find(s->names[k]);
        if (op[k] == GT_OP_COUNT || op[k] == GT_OP_leaf) {
            gt_fail(err, "an operation in it is unknown");
            return NULL;
        }
    }
    return op;
}

int gt_load_variants(gt_variants *v, const gt_saved *saved, int n, gt_arena arena, gt_error *err)
{
    reader r = {.saved = saved, .pool = &v->pool, .n = n, .err = err};
    r.op_of = find_operations(saved, arena, err);
    if (!r.op_of) return 1;
    int count = read_int(&r, 0, INT_MAX);
    if (count > saved->n_ints) fail(&r, "it ends too early");
    if (r.failed) return 1;
    gt_graph **graph = gt_alloc_array(arena, (size_t)count, sizeof *graph);
    const double **expected = gt_alloc_array(arena, (size_t)count, sizeof *expected);
    int64_t *n_expected = gt_alloc_array(arena, (size_t)count, sizeof *n_expected);
    /* Shapes are inferred as they were when recorded. */
    gt_dtype before = gt_default_dtype();
    gt_set_default_dtype(GT_DOUBLE);
    for (int k = 0; k < count && !r.failed; k++)
        graph[k] = read_variant(&r, arena, &n_expected[k], &expected[k]);
    gt_set_default_dtype(before);
    if (!r.failed && (r.at_int != saved->n_ints || r.at_real != saved->n_reals))
        fail(&r, "it is too long");
    if (r.failed) return 1;
    for (int k = 0; k < count; k++) gt_variants_add(v, graph[k], n_expected[k], expected[k]);
    return 0;
}
