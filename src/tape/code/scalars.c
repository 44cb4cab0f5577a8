/* Numbers: a statement for each instruction. What is used in its own part only stays in a variable. */
#include "tape/code/writer.h"

#include <stdio.h>

static const char *number(gt_writer *w, int slot, char *text)
{
    if (w->loaded_by[slot] >= 0) {
        const gt_scalar_code *load = &w->plan->scalar[w->loaded_by[slot]];
        return gt_element_text(w, load->b, load->a, text);
    }
    if (w->computed_in[slot] == w->part) {
        w->is_local[slot] = true;
        snprintf(text, GT_EXPRESSION, "t%d", slot);
        return text;
    }
    return gt_element_text(w, GT_ARENA, slot, text);
}

static void write_value(gt_writer *w, const gt_scalar_code *c, char *text)
{
    char a[GT_EXPRESSION], b[GT_EXPRESSION], other[GT_EXPRESSION], inner[GT_EXPRESSION],
        bracketed[GT_EXPRESSION + 2];
    if (c->op >= GT_PAIR_BASE) {
        gt_pair_parts pair = gt_pair_split(c->op);
        const char *first[2] = {number(w, c->a, a), number(w, c->b, b)};
        gt_value_text(w, (int)pair.first, first, false, inner);
        snprintf(bracketed, sizeof bracketed, "(%s)", inner);
        number(w, c->c, other);
        const char *second[2] = {pair.first_is_left ? bracketed : other,
                                 pair.first_is_left ? other : bracketed};
        gt_value_text(w, (int)pair.second, second, false, text);
        return;
    }
    int arity = gt_op_get((gt_op)c->op)->arity;
    const char *in[3] = {number(w, c->a, a), arity > 1 ? number(w, c->b, b) : "",
                         arity > 2 ? number(w, c->c, other) : ""};
    gt_value_text(w, c->op, in, false, text);
}

static void write_one(gt_writer *w, const gt_scalar_code *c)
{
    char value[GT_EXPRESSION];
    gt_make_room(w, c->op < GT_PAIR_BASE && gt_is_heavy(c->op) ? 2 : 1);
    write_value(w, c, value);
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

void gt_write_scalars(gt_writer *w, const gt_step *step)
{
    for (int k = 0; k < step->count; k++) {
        const gt_scalar_code *c = &w->plan->scalar[step->first + k];
        if (c->op == GT_OP_leaf) w->loaded_by[c->to] = step->first + k;
        else write_one(w, c);
    }
}
