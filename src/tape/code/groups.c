/* Groups: a loop over the elements, in the blocks in which the plan runs them, so that sums and
 * slices are added up in the same order. A long group is several loops, one after the other for each
 * block; what one of them hands on to another, to a sum or to a slice is an array of the block.  */
#include "tape/code/writer.h"

#include "ops/reduce.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    gt_writer *w;
    const gt_group *g;
    bool is_small;      /* it stands in a part */
    int64_t block;      /* elements */
    int *loop, n_loops; /* of each instruction, from g->first; sums and slices come after all */
    int *made_by;       /* of each input: the instruction of the group that computes it, or -1 */
    bool *is_kept;      /* an instruction's values are an array of the block */
    gt_view *single;    /* numbers that are the same for all elements, read before the loops */
    int n_single;
    gt_text before, steps; /* what stands before the blocks, and in each */
} group_writer;

static const gt_block_code *code_of(const group_writer *u, int k)
{
    return &u->w->plan->block[u->g->first + k];
}
static bool is_one_block(const group_writer *u) { return u->g->n <= u->block; }

/* ---- operands ---- */

/* The instruction before k that computes what a view shows of memory; else -1. */
static int computed_before(const group_writer *u, const gt_view *v, int k)
{
    if (v->stride != 1) return -1;
    for (int j = k - 1; j >= 0; j--) {
        const gt_block_code *c = code_of(u, j);
        if (c->kind == GT_BLOCK_APPLY && c->to.buffer == v->buffer && c->to.offset == v->offset)
            return j;
    }
    return -1;
}

static void find_makers(group_writer *u, int *written_by)
{
    for (int k = 0; k < u->g->count; k++) {
        const gt_block_code *c = code_of(u, k);
        for (int j = 0; j < c->n_in && j < 3; j++)
            u->made_by[3 * k + j] = c->in[j].buffer == GT_REGISTER
                                        ? written_by[c->in[j].offset]
                                        : computed_before(u, &c->in[j], k);
        if (c->kind == GT_BLOCK_APPLY && c->to.buffer == GT_REGISTER) written_by[c->to.offset] = k;
    }
}

/* One number for all elements: written as it is, or read into a variable before the loops. */
static const char *single(group_writer *u, const gt_view *v, char *text)
{
    char element[GT_EXPRESSION], name[GT_BUFFER_NAME];
    gt_element_text(u->w, v->buffer, v->offset, element);
    if (!strchr(element, '[')) return strcpy(text, element);
    snprintf(text, GT_EXPRESSION, "%s_%lld", gt_buffer_name(u->w, v->buffer, name),
             (long long)v->offset);
    for (int k = 0; k < u->n_single; k++)
        if (u->single[k].buffer == v->buffer && u->single[k].offset == v->offset) return text;
    u->single[u->n_single++] = *v;
    gt_print(&u->before, "    const double %s = %s;\n", text, element);
    return text;
}

/* An element of memory. */
static const char *at(const group_writer *u, const char *name, const gt_view *v, char *text)
{
    int n = snprintf(text, GT_EXPRESSION, "%s[", name);
    if (v->offset)
        n += snprintf(text + n, (size_t)(GT_EXPRESSION - n), "%lld + ", (long long)v->offset);
    if (v->stride == 1)
        snprintf(text + n, (size_t)(GT_EXPRESSION - n), is_one_block(u) ? "i]" : "j + i]");
    else
        snprintf(text + n, (size_t)(GT_EXPRESSION - n),
                 is_one_block(u) ? "i * %d]" : "(j + i) * %d]", v->stride);
    return text;
}

/* Element i of input `input` of instruction k. */
static const char *operand(group_writer *u, int k, int input, char *text)
{
    char name[GT_BUFFER_NAME];
    const gt_view *v = &code_of(u, k)->in[input];
    int j = u->made_by[3 * k + input];
    if (j >= 0 && u->loop[j] == u->loop[k]) {
        snprintf(text, GT_EXPRESSION, "t%d", j);
        return text;
    }
    if (v->buffer == GT_REGISTER) {
        u->is_kept[j] = true;
        snprintf(text, GT_EXPRESSION, "r%d[i]", j);
        return text;
    }
    if (v->stride == 0) return single(u, v, text);
    return at(u, gt_buffer_name(u->w, v->buffer, name), v, text);
}

/* ---- instructions ---- */

/* With parameters that are the same for all elements, their part of a density is computed once. */
static const char *prepared_text(group_writer *u, const gt_block_code *c, int k, char *text)
{
    const char *family = gt_prepared_family(c->op);
    char x[GT_EXPRESSION], z[GT_EXPRESSION], w[GT_EXPRESSION];
    if (!family || c->in[1].stride != 0 || (c->n_in > 2 && c->in[2].stride != 0)) return NULL;
    operand(u, k, 1, z);
    if (c->n_in > 2) operand(u, k, 2, w);
    gt_print(&u->before, "    const %s p%d = %s_of(%s%s%s);\n", family, k, family, z,
             c->n_in > 2 ? ", " : "", c->n_in > 2 ? w : "");
    snprintf(text, GT_EXPRESSION, "%s_at(&p%d, %s)", family, k, operand(u, k, 0, x));
    return text;
}

static void write_apply(group_writer *u, int k)
{
    const gt_block_code *c = code_of(u, k);
    char in[3][GT_EXPRESSION], value[GT_EXPRESSION], to[GT_EXPRESSION], name[GT_BUFFER_NAME];
    const char *inputs[3] = {in[0], in[1], in[2]};
    if (!prepared_text(u, c, k, value)) {
        for (int j = 0; j < c->n_in; j++) operand(u, k, j, in[j]);
        gt_value_text(u->w, c->op, inputs, !u->is_small, value);
    }
    gt_print(&u->steps, "        const double t%d = %s;\n", k, value);
    if (c->to.buffer != GT_REGISTER)
        gt_print(&u->steps, "        %s = t%d;\n",
                 at(u, gt_buffer_name(u->w, c->to.buffer, name), &c->to, to), k);
    if (u->is_kept[k]) {
        gt_print(&u->before, "    double r%d[%lld];\n", k, (long long)u->block);
        gt_print(&u->steps, "        r%d[i] = t%d;\n", k, k);
    }
}

static const char *elements_of_block(const group_writer *u) { return is_one_block(u) ? "N" : "n"; }

/* An operand's elements side by side in memory. */
static const char *array_of(group_writer *u, int k, char *text)
{
    const gt_view *v = &code_of(u, k)->in[0];
    char name[GT_BUFFER_NAME], element[GT_EXPRESSION];
    operand(u, k, 0, element);
    if (v->buffer == GT_REGISTER) {
        snprintf(text, GT_EXPRESSION, "r%d", u->made_by[3 * k]);
    } else if (v->stride == 1) {
        snprintf(text, GT_EXPRESSION, "(%s + %lld%s)", gt_buffer_name(u->w, v->buffer, name),
                 (long long)v->offset, is_one_block(u) ? "" : " + j");
    } else {
        gt_print(&u->before, "    double q%d[%lld];\n", k, (long long)u->block);
        gt_print(&u->steps, "    for (int64_t i = 0; i < %s; i++) q%d[i] = %s;\n",
                 elements_of_block(u), k, element);
        snprintf(text, GT_EXPRESSION, "q%d", k);
    }
    return text;
}

/* As gt_sum() adds. */
static void write_sum(group_writer *u, int k)
{
    const gt_block_code *c = code_of(u, k);
    char to[GT_BUFFER_NAME], from[GT_EXPRESSION];
    const long long at = (long long)c->to.offset;
    gt_buffer_name(u->w, c->to.buffer, to);
    if (u->g->n < GT_SUM_LANES) {
        gt_print(&u->before, "    double sum%d = 0;\n", k);
        gt_print(&u->steps,
                 "    for (int64_t i = 0; i < N; i++) sum%d += %s;\n    %s[%lld] = sum%d;\n", k,
                 operand(u, k, 0, from), to, at, k);
        return;
    }
    array_of(u, k, from);
    if (is_one_block(u)) {
        gt_print(&u->steps, "    %s[%lld] = gt_sum(N, %s);\n", to, at, from);
        return;
    }
    gt_print(&u->before, "    double sum%d[%d] = {0}, total%d = 0;\n", k, GT_SUM_LANES, k);
    gt_print(&u->steps,
             "    gt_sum_piece(n - n %% %d, %s, sum%d);\n"
             "    if (j + n == N || (j + n) %% %d == 0) {\n"
             "        total%d += gt_sum_rest(n %% %d, %s + (n - n %% %d), sum%d);\n"
             "        memset(sum%d, 0, sizeof sum%d);\n"
             "    }\n"
             "    if (j + n == N) %s[%lld] = total%d;\n",
             GT_SUM_LANES, from, k, GT_SUM_PART, k, GT_SUM_LANES, from, GT_SUM_LANES, k, k, k, to,
             at, k);
}

/* Elements that are added to a slice, or are one. */
static void write_slice(group_writer *u, int k)
{
    const gt_block_code *c = code_of(u, k);
    char name[GT_BUFFER_NAME], to[GT_EXPRESSION], from[GT_EXPRESSION];
    operand(u, k, 0, from);
    gt_print(&u->steps, "    %sfor (int64_t i = 0; i < %s; i++) %s %s %s;\n",
             u->is_small ? "" : "GT_INDEPENDENT\n    ", elements_of_block(u),
             at(u, gt_buffer_name(u->w, c->to.buffer, name), &c->to, to),
             c->kind == GT_BLOCK_COPY ? "=" : "+=", from);
}

/* ---- the group ---- */

static int weight_of(const gt_block_code *c)
{
    return c->kind == GT_BLOCK_APPLY && gt_is_heavy(c->op) ? GT_HEAVY : 1;
}

static void choose_loops(group_writer *u)
{
    int weight = 0;
    u->n_loops = 1;
    for (int k = 0; k < u->g->count; k++) {
        const gt_block_code *c = code_of(u, k);
        if (c->kind != GT_BLOCK_APPLY) continue;
        if (weight && weight + weight_of(c) > GT_LOOP_WEIGHT) {
            u->n_loops++;
            weight = 0;
        }
        weight += weight_of(c);
        u->loop[k] = u->n_loops - 1;
    }
    for (int k = 0; k < u->g->count; k++)
        if (code_of(u, k)->kind != GT_BLOCK_APPLY) u->loop[k] = u->n_loops;
}

static void write_loop(group_writer *u, int loop)
{
    bool is_open = false;
    for (int k = 0; k < u->g->count; k++) {
        if (u->loop[k] != loop) continue;
        if (!is_open)
            gt_print(&u->steps, "    %sfor (int64_t i = 0; i < %s; i++) {\n",
                     u->is_small ? "" : "GT_INDEPENDENT\n    ", elements_of_block(u));
        is_open = true;
        write_apply(u, k);
    }
    if (is_open) gt_print(&u->steps, "    }\n");
}

static void write_block(group_writer *u)
{
    u->before.size = u->steps.size = 0;
    u->n_single = 0;
    for (int loop = 0; loop < u->n_loops; loop++) write_loop(u, loop);
    for (int k = 0; k < u->g->count; k++) {
        int kind = code_of(u, k)->kind;
        if (kind == GT_BLOCK_SUM) write_sum(u, k);
        else if (kind != GT_BLOCK_APPLY) write_slice(u, k);
    }
}

static void write_comment(const group_writer *u, gt_text *to)
{
    gt_names names = {.n = 0};
    for (int k = 0; k < u->g->count; k++) {
        const gt_block_code *c = code_of(u, k);
        gt_add_name(&names, c->kind == GT_BLOCK_APPLY ? gt_op_get((gt_op)c->op)->name
                            : c->kind == GT_BLOCK_SUM ? "sum"
                                                      : "into slices");
    }
    gt_print(to, "    /* %lld elements:", (long long)u->g->n);
    gt_print_names(to, &names);
}

static void write_clearing(group_writer *u)
{
    char name[GT_BUFFER_NAME];
    for (int k = 0; k < u->g->n_clear; k++) {
        const gt_span *s = &u->w->plan->span[u->g->first_clear + k];
        gt_print(&u->w->body, "    memset(%s + %lld, 0, %lld * sizeof(double));\n",
                 gt_buffer_name(u->w, s->view.buffer, name), (long long)s->view.offset,
                 (long long)s->size);
    }
}

static void write_whole(group_writer *u)
{
    gt_text *body = &u->w->body;
    write_comment(u, body);
    if (u->is_small) gt_print(body, "    {\n");
    gt_print(body, "    enum { N = %lld };\n", (long long)u->g->n);
    write_clearing(u);
    gt_print(body, "%s", u->before.text);
    if (is_one_block(u)) {
        gt_print(body, "%s", u->steps.text);
    } else {
        gt_print(body,
                 "    for (int64_t j = 0; j < N; j += %lld) {\n"
                 "    const int64_t n = N - j < %lld ? N - j : %lld;\n%s    }\n",
                 (long long)u->block, (long long)u->block, (long long)u->block, u->steps.text);
    }
    if (u->is_small) gt_print(body, "    }\n");
}

static void need_operands(const group_writer *u)
{
    for (int k = 0; k < u->g->count; k++) {
        const gt_block_code *c = code_of(u, k);
        for (int j = 0; j < c->n_in && j < 3; j++)
            if (!(c->kind == GT_BLOCK_SUM && j > 0))
                gt_need(u->w, &c->in[j], c->in[j].stride ? u->g->n : 1);
    }
}

void gt_write_group(gt_writer *w, const gt_group *g)
{
    group_writer u = {.w = w, .g = g, .is_small = g->n <= GT_SMALL_GROUP};
    const gt_arena arena = w->arena;
    u.block = g->n < w->plan->size.block_size ? g->n : w->plan->size.block_size;
    u.loop = gt_alloc_array(arena, (size_t)g->count, sizeof *u.loop);
    u.made_by = gt_alloc_array(arena, 3 * (size_t)g->count, sizeof *u.made_by);
    u.is_kept = gt_alloc_array(arena, (size_t)g->count, sizeof *u.is_kept);
    u.single = gt_alloc_array(arena, 3 * (size_t)g->count, sizeof *u.single);
    u.before = gt_text_new(arena);
    u.steps = gt_text_new(arena);
    memset(u.is_kept, 0, ((size_t)g->count + 1) * sizeof *u.is_kept);
    int weight = 1;
    for (int k = 0; k < g->count; k++) weight += weight_of(code_of(&u, k));
    if (u.is_small) gt_make_room(w, weight);
    else gt_end_part(w);
    w->is_loop = !u.is_small;
    need_operands(&u);
    choose_loops(&u);
    find_makers(&u, gt_alloc_array(arena, (size_t)g->n_registers, sizeof(int)));
    write_block(&u); /* which finds out what is kept */
    write_block(&u);
    write_whole(&u);
    if (!u.is_small) gt_end_part(w);
}
