/* Numbers: a statement for each instruction. What is used in its own part only stays in a variable. */
#include "tape/code/writer.h"

#include <stdio.h>

static const char *number(gt_writer *w, int slot, char *text)
{
    if (w->loaded[slot].buffer >= 0)
        return gt_element_text(w, w->loaded[slot].buffer, w->loaded[slot].offset, text);
    if (w->computed_in[slot] == w->part) {
        w->is_local[slot] = true;
        snprintf(text, GT_EXPRESSION, "t%d", slot);
        return text;
    }
    return gt_element_text(w, GT_ARENA, slot, text);
}

const char *gt_scalar_text(gt_writer *w, int op, const char *const *in, bool is_inlined, char *text)
{
    char inner[GT_EXPRESSION], bracketed[GT_EXPRESSION + 2];
    if (op < GT_PAIR_BASE) return gt_value_text(w, op, in, is_inlined, text);
    gt_pair_parts pair = gt_pair_split(op);
    gt_value_text(w, (int)pair.first, in, false, inner);
    snprintf(bracketed, sizeof bracketed, "(%s)", inner);
    const char *second[2] = {pair.first_is_left ? bracketed : in[2],
                             pair.first_is_left ? in[2] : bracketed};
    return gt_value_text(w, (int)pair.second, second, false, text);
}

static void write_one(gt_writer *w, const gt_scalar_code *c)
{
    char value[GT_EXPRESSION], text[3][GT_EXPRESSION];
    const char *in[3] = {"", "", ""};
    const int op = gt_plain_op(c->op);
    gt_make_room(w, op < GT_PAIR_BASE && gt_is_heavy(op) ? 2 : 1);
    for (int k = 0; k < gt_scalar_addresses(c) - 1; k++)
        in[k] = number(w, gt_scalar_address(c, k + 1), text[k]);
    gt_scalar_text(w, op, in, false, value);
    w->computed_in[c->to] = w->part;
    if (w->is_local[c->to]) gt_print(&w->body, "    const double t%d = ", c->to);
    else gt_print(&w->body, "    ");
    if (w->is_needed[c->to]) {
        w->uses[GT_ARENA] = true;
        gt_print(&w->body, "m[%d] = ", c->to);
    }
    gt_print(&w->body, w->is_local[c->to] || w->is_needed[c->to] ? "%s;\n" : "(void)(%s);\n",
             value);
}

/* A load is read from where it is loaded from, unless it has to be in memory as well. */
void gt_write_load(gt_writer *w, const gt_scalar_code *c)
{
    char element[GT_EXPRESSION];
    w->loaded[c->to] = (gt_view){c->b, 1, c->a};
    if (!w->is_needed[c->to]) return;
    gt_make_room(w, 1);
    w->uses[GT_ARENA] = true;
    gt_print(&w->body, "    m[%d] = %s;\n", c->to, gt_element_text(w, c->b, c->a, element));
}

void gt_write_scalars(gt_writer *w, const gt_step *step)
{
    for (int k = 0; k < step->count; k++) {
        const gt_scalar_code *c = &w->plan->scalar[step->first + k];
        if (c->op == GT_OP_leaf) gt_write_load(w, c);
        else write_one(w, c);
    }
}
