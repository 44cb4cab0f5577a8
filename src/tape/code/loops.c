/* Loops of scalar code: C loops. What only its own step uses is a variable; so is what the step before handed
 * on, and what is the same in all steps is read once.                              */
#include "tape/code/writer.h"

#include <stdio.h>
#include <string.h>

/* A loop that is being written, within others. */
typedef struct {
    const gt_loop *loop;
    gt_text before, steps; /* what stands before it, and in it */
} level;

typedef struct {
    gt_writer *w;
    level level[GT_MOST_LEVELS];
    int depth;
    int outermost;
} loop_writer;

/* How far a step of a loop takes what has advance k. */
static int step_of(const loop_writer *u, int depth, int k)
{
    return u->w->plan->advance[u->level[depth].loop->advances + k];
}

/* ---- all addresses of an operand ------------------------------------------------------------- */

typedef bool visitor(loop_writer *u, int64_t at, const int *index, void *context);

/* Calls visit() for each step of the first `depth` loops, until it returns false. */
static bool visit_all(loop_writer *u, int depth, int64_t at, int k, int *index, visitor *visit,
                      void *context)
{
    int open = 0;
    for (int d = 0; d < depth; d++) index[d] = 0;
    for (;;) {
        int64_t now = at;
        for (int d = 0; d < depth; d++) now += (int64_t)index[d] * step_of(u, d, k);
        if (!visit(u, now, index, context)) return false;
        for (open = depth - 1; open >= 0 && ++index[open] == u->level[open].loop->times; open--)
            index[open] = 0;
        if (open < 0) return true;
    }
}

static bool need(loop_writer *u, int64_t at, const int *index, void *context)
{
    (void)index, (void)context;
    u->w->is_needed[at] = true;
    return true;
}

static bool is_not_needed(loop_writer *u, int64_t at, const int *index, void *context)
{
    (void)index, (void)context;
    return !u->w->is_needed[at];
}

/* Are all numbers loaded, evenly, from one buffer? */
typedef struct {
    gt_view first;
    int step[GT_MOST_LEVELS];
    int depth;
} loads;

static bool is_loaded(loop_writer *u, int64_t at, const int *index, void *context)
{
    loads *l = context;
    const gt_view *v = &u->w->loaded[at];
    int64_t expected = l->first.offset;
    int moved = 0, last = 0;
    if (v->buffer != l->first.buffer) return false;
    for (int d = 0; d < l->depth; d++) {
        moved += index[d];
        if (index[d]) last = d;
    }
    if (moved == 1) l->step[last] = (int)(v->offset - l->first.offset);
    for (int d = 0; d < l->depth; d++) expected += (int64_t)index[d] * l->step[d];
    return v->offset == expected;
}

static bool is_constant(loop_writer *u, int64_t at, const int *index, void *context)
{
    (void)index, (void)context;
    return u->w->preset[at] >= 0;
}

static bool put_constant(loop_writer *u, int64_t at, const int *index, void *context)
{
    double **to = context;
    (void)index;
    *(*to)++ = u->w->plan->preset[u->w->preset[at]].value;
    return true;
}

/* ---- operands ------------------------------------------------------------------------------ */

/* What a line of the body of the first `depth` loops begins with. */
static const char *indent(int depth)
{
    static const char spaces[] = "                                        ";
    return spaces + sizeof spaces - 1 - 4 * (depth + 1);
}

static const char *const counters[GT_MOST_LEVELS] = {"i", "j", "k"};

/* NAME[at + i * step ...] */
static const char *element(const char *name, int depth, int64_t at, const int *step, char *text)
{
    int n = snprintf(text, GT_EXPRESSION, "%s[%lld", name, (long long)at);
    for (int d = 0; d < depth; d++)
        if (step[d] == 1)
            n += snprintf(text + n, (size_t)(GT_EXPRESSION - n), " + %s", counters[d]);
        else if (step[d])
            n += snprintf(text + n, (size_t)(GT_EXPRESSION - n), " %c %s * %lld",
                          step[d] < 0 ? '-' : '+', counters[d],
                          step[d] < 0 ? -(long long)step[d] : (long long)step[d]);
    snprintf(text + n, (size_t)(GT_EXPRESSION - n), "]");
    return text;
}

static void steps_of(const loop_writer *u, int depth, int k, int *step)
{
    for (int d = 0; d < depth; d++) step[d] = step_of(u, d, k);
}

static const char *memory(loop_writer *u, int depth, int64_t at, int k, char *text)
{
    int step[GT_MOST_LEVELS];
    steps_of(u, depth, k, step);
    u->w->uses[GT_ARENA] = true;
    return element("m", depth, at, step, text);
}

/* The same in all steps: written as it is, or read before all loops. */
static const char *single(loop_writer *u, int at, char *text)
{
    char value[GT_EXPRESSION];
    const gt_view *v = &u->w->loaded[at];
    if (v->buffer >= 0) gt_element_text(u->w, v->buffer, v->offset, value);
    else gt_element_text(u->w, GT_ARENA, at, value);
    if (!strchr(value, '[')) return strcpy(text, value);
    snprintf(text, GT_EXPRESSION, "s%d", at);
    if (u->w->single_in[at] == u->outermost) return text;
    u->w->single_in[at] = u->outermost;
    gt_print(&u->level[0].before, "%sconst double s%d = %s;\n", indent(0), at, value);
    return text;
}

/* Constants that no host keeps are an array of the function. */
static const char *constants(loop_writer *u, int depth, int64_t at, int k, char *text)
{
    int index[GT_MOST_LEVELS], step[GT_MOST_LEVELS];
    int64_t n = 1;
    char name[GT_BUFFER_NAME], number[GT_NUMBER_TEXT];
    for (int d = 0; d < depth; d++)
        if (step_of(u, d, k)) n *= u->level[d].loop->times;
    double *values = gt_alloc_array(u->w->arena, (size_t)n, sizeof *values), *end = values;
    /* By the loops that advance it alone; visit_all() passes the others by at one step each. */
    loop_writer some = *u;
    some.depth = 0;
    for (int d = 0; d < depth; d++)
        if (step_of(u, d, k)) some.level[some.depth++] = u->level[d];
    visit_all(&some, some.depth, at, k, index, put_constant, &end);
    for (int d = depth - 1, count = 1; d >= 0; d--) {
        step[d] = step_of(u, d, k) ? count : 0;
        if (step[d]) count *= u->level[d].loop->times;
    }
    snprintf(name, sizeof name, "k%lld", (long long)at);
    gt_text *to = &u->level[0].before;
    gt_print(to, "    static const double %s[] = {", name);
    for (int64_t i = 0; i < n; i++)
        gt_print(to, "%s%s", i == 0 ? "\n        " : (i % 6 ? ", " : ",\n        "),
                 gt_number_text(values[i], number));
    gt_print(to, "};\n");
    return element(name, depth, 0, step, text);
}

/* A number that is not a variable, in the first `depth` loops. */
static const char *stored(loop_writer *u, int depth, int64_t at, int k, char *text)
{
    int index[GT_MOST_LEVELS];
    char name[GT_BUFFER_NAME];
    loads l = {u->w->loaded[at], {0}, depth};
    if (k == 0) return single(u, (int)at, text);
    if (l.first.buffer >= 0 && visit_all(u, depth, at, k, index, is_loaded, &l))
        return element(gt_buffer_name(u->w, l.first.buffer, name), depth, l.first.offset, l.step,
                       text);
    if (u->w->is_standalone && visit_all(u, depth, at, k, index, is_constant, NULL))
        return constants(u, depth, at, k, text);
    visit_all(u, depth, at, k, index, need, NULL);
    return memory(u, depth, at, k, text);
}

/* The loop code of this step that computes a number, if that is a variable; or -1. */
static int variable(const loop_writer *u, int64_t at, int k)
{
    if (at < 0 || at >= u->w->plan->size.arena_size) return -1;
    const int by = u->w->defined_by[at];
    return by >= 0 && u->w->plan->loop_code[by].advance[0] == k && u->w->is_visible[by] ? by : -1;
}

/* The loop code of the innermost loop that computed a number in the step before this one, or -1. */
static int handed_on(const loop_writer *u, int64_t at, int k)
{
    const int depth = u->depth - 1;
    const int64_t later = at + step_of(u, depth, k);
    if (step_of(u, depth, k) == 0 || later < 0 || later >= u->w->plan->size.arena_size) return -1;
    const int by = u->w->defined_by[later];
    const bool is_here =
        by >= 0 && u->w->within[by] == (int)(u->level[depth].loop - u->w->plan->loop);
    return is_here && u->w->plan->loop_code[by].advance[0] == k ? by : -1;
}

static const char *operand(loop_writer *u, int64_t at, int k, char *text)
{
    int by = variable(u, at, k);
    if (by >= 0) {
        const int slot = u->w->plan->loop_code[by].code.to;
        u->w->is_local[slot] = true;
        snprintf(text, GT_EXPRESSION, "t%d", slot);
        return text;
    }
    by = u->depth > 0 ? handed_on(u, at, k) : -1;
    if (by < 0) return stored(u, u->depth, at, k, text);
    const int slot = u->w->plan->loop_code[by].code.to;
    snprintf(text, GT_EXPRESSION, "p%d", slot);
    if (u->w->is_handed_on[by]) return text;
    u->w->is_handed_on[by] = u->w->is_local[slot] = true;
    /* Where it comes from before the first step. */
    char first[GT_EXPRESSION];
    level *here = &u->level[--u->depth];
    operand(u, at, k, first);
    u->depth++;
    gt_print(&here->before, "%sdouble p%d = %s;\n", indent(u->depth - 1), slot, first);
    return text;
}

/* ---- loops --------------------------------------------------------------------------------- */

static void write_code(loop_writer *u, int i)
{
    gt_writer *w = u->w;
    const gt_loop_code *l = &w->plan->loop_code[i];
    const gt_scalar_code *c = &l->code;
    gt_text *to = &u->level[u->depth - 1].steps;
    char text[3][GT_EXPRESSION], value[GT_EXPRESSION], place[GT_EXPRESSION];
    const char *in[3] = {"", "", ""};
    const int slot[3] = {c->a, c->b, c->c};
    int index[GT_MOST_LEVELS];
    for (int k = 0; k < gt_scalar_addresses(c) - 1; k++)
        in[k] = operand(u, slot[k], l->advance[k + 1], text[k]);
    gt_scalar_text(w, c->op, in, value);
    const bool is_needed =
        !visit_all(u, u->depth, c->to, l->advance[0], index, is_not_needed, NULL);
    u->w->is_visible[i] = true;
    gt_print(to, w->is_local[c->to] ? "%sconst double t%d = " : "%s", indent(u->depth), c->to);
    if (is_needed) gt_print(to, "%s = ", memory(u, u->depth, c->to, l->advance[0], place));
    gt_print(to, w->is_local[c->to] || is_needed ? "%s;\n" : "(void)(%s);\n", value);
}

static bool note_load(loop_writer *u, int64_t at, const int *index, void *context)
{
    const gt_loop_code *l = context;
    gt_scalar_code c = l->code;
    c.to = (int)at;
    for (int d = 0; d < u->depth; d++) c.a += index[d] * step_of(u, d, l->advance[1]);
    gt_write_load(u->w, &c);
    return true;
}

static void write_load(loop_writer *u, int i)
{
    gt_loop_code l = u->w->plan->loop_code[i];
    int index[GT_MOST_LEVELS];
    visit_all(u, u->depth, l.code.to, l.advance[0], index, note_load, &l);
}

static void write_loop(loop_writer *u, const gt_loop *l)
{
    const gt_plan *plan = u->w->plan;
    const int depth = u->depth;
    u->level[u->depth++] = (level){l, gt_text_new(u->w->arena), gt_text_new(u->w->arena)};
    level *here = &u->level[depth];
    for (int k = 0; k < l->count; k++) {
        const gt_loop_item *item = &plan->loop_item[l->first + k];
        if (item->loop != GT_NOT_A_LOOP) write_loop(u, &plan->loop[item->loop]);
        for (int i = item->first; i < item->first + item->count; i++) {
            if (plan->loop_code[i].code.op == GT_OP_leaf) write_load(u, i);
            else write_code(u, i);
        }
    }
    for (int k = 0; k < l->count; k++) {
        const gt_loop_item *item = &plan->loop_item[l->first + k];
        for (int i = item->first; i < item->first + item->count; i++) {
            const int slot = plan->loop_code[i].code.to;
            if (u->w->is_handed_on[i])
                gt_print(&here->steps, "%sp%d = t%d;\n", indent(u->depth), slot, slot);
            u->w->is_visible[i] = u->w->is_handed_on[i] = false;
        }
    }
    u->depth--;
    gt_text *to = depth ? &u->level[depth - 1].steps : &u->w->body;
    gt_print(to, "%s", here->before.text);
    if (here->steps.size)
        gt_print(to, "%sfor (int64_t %s = 0; %s < %d; %s++) {\n%s%s}\n", indent(depth),
                 counters[depth], counters[depth], l->times, counters[depth], here->steps.text,
                 indent(depth));
}

static void find_definitions(loop_writer *u, int loop)
{
    const gt_plan *plan = u->w->plan;
    const gt_loop *l = &plan->loop[loop];
    for (int k = 0; k < l->count; k++) {
        const gt_loop_item *item = &plan->loop_item[l->first + k];
        if (item->loop != GT_NOT_A_LOOP) find_definitions(u, item->loop);
        for (int i = item->first; i < item->first + item->count; i++) {
            u->w->within[i] = loop;
            if (plan->loop_code[i].code.op != GT_OP_leaf)
                u->w->defined_by[plan->loop_code[i].code.to] = i;
        }
    }
}

void gt_write_loop(gt_writer *w, int k)
{
    loop_writer u = {.w = w, .outermost = k};
    find_definitions(&u, k);
    gt_end_part(w);
    write_loop(&u, &w->plan->loop[k]);
    gt_end_part(w);
}
