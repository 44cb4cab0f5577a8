/* Kernels of structured operations, and elements put side by side. */
#include "tape/code/writer.h"

#include <stdio.h>

void gt_write_call(gt_writer *w, int k)
{
    const gt_op_call *c = &w->plan->call[k];
    for (int j = 0; j < c->n_in; j++)
        gt_need(w, &w->plan->view[c->first_in + j], w->plan->type[c->first_in + j].size);
    gt_make_room(w, w->is_standalone ? 32 : 4);
    if (w->is_standalone) {
        if (!gt_write_kernel(w, k) && !w->failed) {
            w->failed = true;
            gt_fail(w->error, "%s", gt_op_get((gt_op)c->op)->name);
        }
        return;
    }
    w->can_fail = true;
    gt_print(&w->body, "    if (call(host, %d, b)) return 1; /* %s */\n", k,
             gt_op_get((gt_op)c->op)->name);
}

void gt_write_join(gt_writer *w, const gt_join *j)
{
    char to[GT_BUFFER_NAME], from[GT_BUFFER_NAME], element[GT_EXPRESSION];
    int64_t at = j->to.offset;
    for (int k = 0; k < j->count; k++) {
        const gt_span *s = &w->plan->span[j->first + k];
        gt_make_room(w, 2);
        gt_need(w, &s->view, s->size);
        gt_buffer_name(w, j->to.buffer, to);
        if (s->size == 1) {
            gt_print(&w->body, "    %s[%lld] = %s;\n", to, (long long)at,
                     gt_element_text(w, s->view.buffer, s->view.offset, element));
        } else if (s->size > 1) {
            gt_print(&w->body,
                     "    for (int64_t i = 0; i < %lld; i++) %s[%lld + i] = %s[%lld + i * %d];\n",
                     (long long)s->size, to, (long long)at, gt_buffer_name(w, s->view.buffer, from),
                     (long long)s->view.offset, s->view.stride);
        }
        at += s->size;
    }
}
