/* Loops of scalar code: C loops. What only its own step uses is a variable; so is what the step before handed
 * on, and what is the same in all steps is read once. A loop that is cut into pieces (distribute.c) is a loop over
 * blocks of steps, and what one piece computes for another an array of the block.   */
#include "tape/code/loops.h"

#include <stdio.h>
#include <string.h>

/* ---- all addresses of an operand ------------------------------------------------------------- */

bool gt_visit_steps(gt_loop_writer *u, int depth, int64_t at, int k, gt_loop_visitor *visit,
                    void *context)
{
    int index[GT_MOST_LEVELS] = {0}, open = 0;
    for (;;) {
        int64_t now = at;
        for (int d = 0; d < depth; d++) now += (int64_t)index[d] * gt_step_of(u, d, k);
        if (!visit(u, now, index, context)) return false;
        for (open = depth - 1; open >= 0 && ++index[open] == u->level[open].loop->times; open--)
            index[open] = 0;
        if (open < 0) return true;
    }
}

static bool need(gt_loop_writer *u, int64_t at, const int *index, void *context)
{
    (void)index, (void)context;
    u->w->is_needed[at] = true;
    return true;
}

static bool is_not_needed(gt_loop_writer *u, int64_t at, const int *index, void *context)
{
    (void)index, (void)context;
    return !u->w->is_needed[at];
}

static bool is_last_or_not_needed(gt_loop_writer *u, int64_t at, const int *index, void *context)
{
    (void)context;
    return !u->w->is_needed[at] || index[u->depth - 1] == u->level[u->depth - 1].loop->times - 1;
}

/* Are all numbers loaded, evenly, from one buffer? */
typedef struct {
    gt_view first;
    int step[GT_MOST_LEVELS];
    int depth;
} loads;

static bool is_loaded(gt_loop_writer *u, int64_t at, const int *index, void *context)
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

static bool is_constant(gt_loop_writer *u, int64_t at, const int *index, void *context)
{
    (void)index, (void)context;
    return u->w->preset[at] >= 0;
}

static bool put_constant(gt_loop_writer *u, int64_t at, const int *index, void *context)
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

static void steps_of(const gt_loop_writer *u, int depth, int k, int *step)
{
    for (int d = 0; d < depth; d++) step[d] = gt_step_of(u, d, k);
}

static const char *memory(gt_loop_writer *u, int depth, int64_t at, int k, char *text)
{
    int step[GT_MOST_LEVELS];
    steps_of(u, depth, k, step);
    u->w->uses[GT_ARENA] = true;
    return element("m", depth, at, step, text);
}

/* The same in all steps: written as it is, or read before all loops. */
static const char *single(gt_loop_writer *u, int at, char *text)
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
static const char *constants(gt_loop_writer *u, int depth, int64_t at, int k, char *text)
{
    int step[GT_MOST_LEVELS];
    int64_t n = 1;
    char name[GT_BUFFER_NAME], number[GT_NUMBER_TEXT];
    for (int d = 0; d < depth; d++)
        if (gt_step_of(u, d, k)) n *= u->level[d].loop->times;
    double *values = gt_alloc_array(u->w->arena, (size_t)n, sizeof *values), *end = values;
    /* By the loops that advance it alone; gt_visit_steps() passes the others by at one step each. */
    gt_loop_writer some = *u;
    some.depth = 0;
    for (int d = 0; d < depth; d++)
        if (gt_step_of(u, d, k)) some.level[some.depth++] = u->level[d];
    gt_visit_steps(&some, some.depth, at, k, put_constant, &end);
    for (int d = depth - 1, count = 1; d >= 0; d--) {
        step[d] = gt_step_of(u, d, k) ? count : 0;
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
static const char *stored(gt_loop_writer *u, int depth, int64_t at, int k, char *text)
{
    char name[GT_BUFFER_NAME];
    loads l = {u->w->loaded[at], {0}, depth};
    if (k == 0) return single(u, (int)at, text);
    if (l.first.buffer >= 0 && gt_visit_steps(u, depth, at, k, is_loaded, &l))
        return element(gt_buffer_name(u->w, l.first.buffer, name), depth, l.first.offset, l.step,
                       text);
    if (u->w->is_standalone && gt_visit_steps(u, depth, at, k, is_constant, NULL))
        return constants(u, depth, at, k, text);
    gt_visit_steps(u, depth, at, k, need, NULL);
    return memory(u, depth, at, k, text);
}

/* The loop code of this step that computes a number, if that is a variable; or -1. */
static int variable(const gt_loop_writer *u, int64_t at, int k)
{
    if (at < 0 || at >= u->w->plan->size.arena_size) return -1;
    const int by = u->w->defined_by[at];
    return by >= 0 && u->w->plan->loop_code[by].advance[0] == k && u->w->is_visible[by] ? by : -1;
}

int gt_handed_on(const gt_loop_writer *u, int64_t at, int k)
{
    const int depth = u->depth - 1;
    const int64_t later = at + gt_step_of(u, depth, k);
    if (gt_step_of(u, depth, k) == 0 || later < 0 || later >= u->w->plan->size.arena_size)
        return -1;
    const int by = u->w->defined_by[later];
    const bool is_here =
        by >= 0 && u->w->within[by] == (int)(u->level[depth].loop - u->w->plan->loop);
    return is_here && u->w->plan->loop_code[by].advance[0] == k ? by : -1;
}

/* What code i of a loop in pieces computes for other pieces, in this step or the one before. */
static const char *array_element(const gt_loop_writer *u, int i, bool is_before, char *text)
{
    snprintf(text, GT_EXPRESSION, "r%d[%s - first%s]",
             u->w->plan->loop_code[u->cut->first + i].code.to, counters[u->depth - 1],
             u->cut->is_kept_later[i] && !is_before ? " + 1" : "");
    return text;
}

/* The same, where loop code `by` is in another piece. */
static bool kept(const gt_loop_writer *u, int by, bool is_before, char *text)
{
    const int i = u->cut ? by - u->cut->first : -1;
    if (i < 0 || i >= u->cut->n || u->cut->piece[i] == u->piece) return false;
    array_element(u, i, is_before, text);
    return true;
}

static const char *operand(gt_loop_writer *u, int64_t at, int k, char *text);

/* What the operand of the first step is, which none has computed. */
static const char *value_before(gt_loop_writer *u, int64_t at, int k, char *text)
{
    const gt_distribution *cut = u->cut;
    u->cut = NULL;
    u->depth--;
    operand(u, at, k, text);
    u->depth++;
    u->cut = cut;
    return text;
}

static const char *operand(gt_loop_writer *u, int64_t at, int k, char *text)
{
    int by = variable(u, at, k);
    if (by >= 0) {
        if (kept(u, by, false, text)) return text;
        const int slot = u->w->plan->loop_code[by].code.to;
        u->w->is_local[slot] = true;
        snprintf(text, GT_EXPRESSION, "t%d", slot);
        return text;
    }
    by = u->depth > 0 ? gt_handed_on(u, at, k) : -1;
    if (by < 0) return stored(u, u->depth, at, k, text);
    if (kept(u, by, true, text)) return text;
    const int slot = u->w->plan->loop_code[by].code.to;
    snprintf(text, GT_EXPRESSION, "p%d", slot);
    if (u->w->is_handed_on[by]) return text;
    u->w->is_handed_on[by] = u->w->is_carried[by] = u->w->is_local[slot] = true;
    char first[GT_EXPRESSION];
    gt_print(&u->level[u->depth - 1].before, "%sdouble p%d = %s;\n", indent(u->depth - 1), slot,
             value_before(u, at, k, first));
    return text;
}

/* ---- loops --------------------------------------------------------------------------------- */

/* Is code i, of the innermost open loop, in memory after the last step only, where it is a variable? */
static bool is_stored_at_end(gt_loop_writer *u, int i)
{
    const gt_loop_code *l = &u->w->plan->loop_code[i];
    return u->w->is_carried[i] &&
           gt_visit_steps(u, u->depth, l->code.to, l->advance[0], is_last_or_not_needed, NULL);
}

static void write_code(gt_loop_writer *u, int i)
{
    gt_writer *w = u->w;
    const gt_loop_code *l = &w->plan->loop_code[i];
    const gt_scalar_code *c = &l->code;
    gt_text *to = &u->level[u->depth - 1].steps;
    char text[3][GT_EXPRESSION], value[GT_EXPRESSION], place[GT_EXPRESSION];
    const char *in[3] = {"", "", ""};
    const bool is_vector = u->cut && u->cut->is_vector[u->piece];
    const bool is_kept = u->cut && u->cut->is_kept[i - u->cut->first];
    for (int k = 0; k < gt_scalar_addresses(c) - 1; k++)
        in[k] = operand(u, gt_scalar_address(c, k + 1), l->advance[k + 1], text[k]);
    gt_scalar_text(w, c->op, in, is_vector, value);
    const bool is_needed =
        !gt_visit_steps(u, u->depth, c->to, l->advance[0], is_not_needed, NULL) &&
        !is_stored_at_end(u, i);
    w->is_visible[i] = true;
    gt_print(to, w->is_local[c->to] ? "%sconst double t%d = " : "%s",
             indent(u->depth + (u->cut != NULL)), c->to);
    if (is_kept) gt_print(to, "%s = ", array_element(u, i - u->cut->first, false, place));
    if (is_needed) gt_print(to, "%s = ", memory(u, u->depth, c->to, l->advance[0], place));
    gt_print(to, w->is_local[c->to] || is_kept || is_needed ? "%s;\n" : "(void)(%s);\n", value);
}

static bool note_load(gt_loop_writer *u, int64_t at, const int *index, void *context)
{
    const gt_loop_code *l = context;
    gt_scalar_code c = l->code;
    c.to = (int)at;
    for (int d = 0; d < u->depth; d++) c.a += index[d] * gt_step_of(u, d, l->advance[1]);
    gt_write_load(u->w, &c);
    return true;
}

static void write_load(gt_loop_writer *u, int i)
{
    gt_loop_code l = u->w->plan->loop_code[i];
    gt_visit_steps(u, u->depth, l.code.to, l.advance[0], note_load, &l);
}

/* ---- in pieces ------------------------------------------------------------------------------ */

static void hand_on(gt_loop_writer *u, int i)
{
    const int slot = u->w->plan->loop_code[i].code.to;
    if (u->w->is_handed_on[i])
        gt_print(&u->level[u->depth - 1].steps, "%sp%d = t%d;\n",
                 indent(u->depth + (u->cut != NULL)), slot, slot);
}

static void write_piece(gt_loop_writer *u)
{
    const gt_distribution *cut = u->cut;
    gt_text *to = &u->level[u->depth - 1].steps;
    const char *counter = counters[u->depth - 1];
    if (cut->is_vector[u->piece]) gt_print(to, "%sGT_INDEPENDENT\n", indent(u->depth));
    gt_print(to, "%sfor (int64_t %s = first; %s < end; %s++) {\n", indent(u->depth), counter,
             counter, counter);
    for (int k = 0; k < cut->n; k++)
        if (cut->piece[k] == u->piece) write_code(u, cut->first + k);
    for (int k = 0; k < cut->n; k++)
        if (cut->piece[k] == u->piece) hand_on(u, cut->first + k);
    gt_print(to, "%s}\n", indent(u->depth));
}

/* The arrays of the block; those that the next step reads begin with the last value of the block before. */
static void write_arrays(gt_loop_writer *u)
{
    gt_level *here = &u->level[u->depth - 1];
    char first[GT_EXPRESSION];
    for (int k = 0; k < u->cut->n; k++) {
        const gt_loop_code *l = &u->w->plan->loop_code[u->cut->first + k];
        const int slot = l->code.to;
        if (!u->cut->is_kept[k]) continue;
        gt_print(&here->before, "%sdouble r%d[%d];\n", indent(u->depth - 1), slot,
                 GT_STEPS_OF_BLOCK + u->cut->is_kept_later[k]);
        if (!u->cut->is_kept_later[k]) continue;
        value_before(u, slot - gt_step_of(u, u->depth - 1, l->advance[0]), l->advance[0], first);
        gt_print(&here->before, "%sr%d[0] = %s;\n", indent(u->depth - 1), slot, first);
        gt_print(&here->steps, "%sr%d[0] = r%d[end - first];\n", indent(u->depth), slot, slot);
    }
}

static void write_pieces(gt_loop_writer *u)
{
    u->w->is_loop = true;
    for (u->piece = 0; u->piece < u->cut->n_pieces; u->piece++) write_piece(u);
    write_arrays(u);
}

/* ---- whole ---------------------------------------------------------------------------------- */

static void write_loop(gt_loop_writer *u, const gt_loop *l);

static void write_items(gt_loop_writer *u, const gt_loop *l)
{
    const gt_plan *plan = u->w->plan;
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
        for (int i = item->first; i < item->first + item->count; i++) hand_on(u, i);
    }
}

/* What is in memory after the last step only; and of all code there is no variable any more. */
static void write_end(gt_loop_writer *u, const gt_loop *l, gt_text *to)
{
    const gt_plan *plan = u->w->plan;
    char place[GT_EXPRESSION];
    for (int k = 0; k < l->count; k++) {
        const gt_loop_item *item = &plan->loop_item[l->first + k];
        for (int i = item->first; i < item->first + item->count; i++) {
            const gt_loop_code *c = &plan->loop_code[i];
            const int slot = c->code.to;
            const int64_t last =
                slot + (int64_t)(l->times - 1) * gt_step_of(u, u->depth - 1, c->advance[0]);
            const bool is_needed =
                u->w->is_handed_on[i] && is_stored_at_end(u, i) &&
                !gt_visit_steps(u, u->depth, slot, c->advance[0], is_not_needed, NULL);
            if (is_needed)
                gt_print(to, "%s%s = p%d;\n", indent(u->depth - 1),
                         memory(u, u->depth - 1, last, c->advance[0], place), slot);
            u->w->is_visible[i] = u->w->is_handed_on[i] = false;
        }
    }
}

static void write_comment(const gt_loop_writer *u, const gt_loop *l, gt_text *to)
{
    const gt_plan *plan = u->w->plan;
    gt_names names = {.n = 0};
    for (int k = 0; k < l->count; k++) {
        const gt_loop_item *item = &plan->loop_item[l->first + k];
        for (int i = item->first; i < item->first + item->count; i++)
            gt_add_names(&names, plan->loop_code[i].code.op);
    }
    gt_print(to, "%s/* %d steps:", indent(u->depth - 1), l->times);
    gt_print_names(to, &names);
}

static void write_loop(gt_loop_writer *u, const gt_loop *l)
{
    const int depth = u->depth;
    u->level[u->depth++] = (gt_level){l, gt_text_new(u->w->arena), gt_text_new(u->w->arena)};
    gt_level *here = &u->level[depth];
    gt_text *to = depth ? &u->level[depth - 1].steps : &u->w->body;
    u->cut = gt_cut_loop(u);
    const bool is_cut = u->cut != NULL;
    if (is_cut) write_pieces(u);
    else write_items(u, l);
    u->cut = NULL;
    gt_print(to, "%s", here->before.text);
    if (here->steps.size) {
        const char *counter = counters[depth];
        write_comment(u, l, to);
        if (is_cut)
            gt_print(to,
                     "%sfor (int64_t first = 0; first < %d; first += %d) {\n"
                     "%sconst int64_t end = %d - first < %d ? %d : first + %d;\n",
                     indent(depth), l->times, GT_STEPS_OF_BLOCK, indent(depth + 1), l->times,
                     GT_STEPS_OF_BLOCK, l->times, GT_STEPS_OF_BLOCK);
        else
            gt_print(to, "%sfor (int64_t %s = 0; %s < %d; %s++) {\n", indent(depth), counter,
                     counter, l->times, counter);
        gt_print(to, "%s%s}\n", here->steps.text, indent(depth));
    }
    write_end(u, l, to);
    u->depth--;
}

static void find_definitions(gt_loop_writer *u, int loop)
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
    gt_loop_writer u = {.w = w, .outermost = k};
    find_definitions(&u, k);
    gt_end_part(w);
    write_loop(&u, &w->plan->loop[k]);
    gt_end_part(w);
}
