/* Kernels of structured operations, and elements put side by side. */
#include "tape/code/writer.h"
#include "ops/linalg.h"

#include <stdio.h>

#define SMALL_CALL 64 /* elements, of what goes in and comes out */

/* The text of kernels is that of doubles. */
static bool meets_floats(const gt_writer *w, const gt_op_call *c)
{
    bool meets = gt_is_single(c->type.dtype);
    for (int j = 0; j < c->n_in; j++)
        meets = meets || gt_is_single(w->plan->type[c->first_in + j].dtype);
    return meets;
}

/* Is a call so small that its text is faster, and has the kernel's digits? */
static bool is_better_as_text(const gt_writer *w, const gt_op_call *c)
{
    const gt_type *in = w->plan->type + c->first_in;
    int64_t size = c->type.size;
    for (int j = 0; j < c->n_in; j++) size += in[j].size;
    if (size > SMALL_CALL) return false;
    if (c->op == GT_OP_matmul) return gt_is_small_product(in[0].size, gt_columns(&c->type), 1);
    const gt_op_def *def = gt_op_get((gt_op)c->op);
    return gt_is_elementwise(def) || def->sparsity == GT_GATHERS || c->op == GT_OP_assemble ||
           c->op == GT_OP_put || c->op == GT_OP_sum;
}

/* Writes a kernel as text; false, and nothing is written, where there is none. */
static bool write_as_text(gt_writer *w, int k)
{
    const size_t before = w->body.size;
    if (gt_write_kernel(w, k)) return true;
    w->body.size = before;
    w->body.text[before] = 0;
    return false;
}

void gt_write_call(gt_writer *w, int k)
{
    const gt_op_call *c = &w->plan->call[k];
    if (c->type.size == 0) return;
    for (int j = 0; j < c->n_in; j++)
        gt_need(w, &w->plan->view[c->first_in + j], w->plan->type[c->first_in + j].size);
    bool as_text = (w->is_standalone || is_better_as_text(w, c)) && !meets_floats(w, c);
    gt_make_room(w, as_text ? 16 : 4);
    if (as_text && write_as_text(w, k)) return;
    if (w->is_standalone && meets_floats(w, c)) {
        w->failed = true;
        return;
    }
    w->can_fail = true;
    if (w->is_standalone) {
        gt_write_kernel_call(w, k);
        return;
    }
    gt_print(&w->body, "    if (call(host, %d, b)) return 1; /* %s */\n", k,
             gt_op_get((gt_op)c->op)->name);
}

void gt_write_join(gt_writer *w, const gt_join *j)
{
    char to[GT_BUFFER_NAME], from[GT_BUFFER_NAME], element[GT_EXPRESSION];
    int64_t at = j->to.offset;
    for (int k = 0; k < j->count; k++) {
        const gt_span *s = &w->plan->span[j->first + k];
        if (s->size == 0) continue;
        gt_make_room(w, 2);
        gt_need(w, &s->view, s->size);
        gt_buffer_name(w, j->to.buffer, to);
        if (s->size == 1) {
            gt_print(&w->body, "    %s[%lld] = %s;\n", to, (long long)at,
                     gt_element_text(w, s->view.buffer, s->view.offset, element));
        } else {
            gt_print(&w->body,
                     "    for (int64_t i = 0; i < %lld; i++) %s[%lld + i] = %s[%lld + i * %d];\n",
                     (long long)s->size, to, (long long)at, gt_buffer_name(w, s->view.buffer, from),
                     (long long)s->view.offset, s->view.stride);
        }
        at += s->size;
    }
}
