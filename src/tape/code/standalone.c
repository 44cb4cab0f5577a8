/* Code that stands alone: functions of plain arrays, their constants, and a header. */
#include "tape/code/code.h"
#include "tape/code/writer.h"

#include <stdio.h>
#include <string.h>

/* What goes into a program beside the parameters, and what comes out beside the value. */
static const char *const seed_of[GT_PROGRAM_COUNT] = {
    [GT_PROGRAM_hvp] = "v", [GT_PROGRAM_vjp] = "v", [GT_PROGRAM_jvp] = "v"};
static const char *const derivative_of[GT_PROGRAM_COUNT] = {[GT_PROGRAM_gradient] = "gradient",
                                                            [GT_PROGRAM_hvp] = "product",
                                                            [GT_PROGRAM_vjp] = "product",
                                                            [GT_PROGRAM_jvp] = "product"};

static void write_signature(gt_text *to, const char *name, gt_program_kind kind)
{
    gt_print(to, "int %s_%s(const double *x", name, gt_program_name(kind));
    if (seed_of[kind]) gt_print(to, ", const double *%s", seed_of[kind]);
    gt_print(to, ", double *value");
    if (derivative_of[kind]) gt_print(to, ", double *%s", derivative_of[kind]);
    gt_print(to, ", double *work)");
}

/* ---- constants ---- */

static void write_array(gt_text *to, const char *name, int k, int64_t n, const double *x)
{
    char number[GT_NUMBER_TEXT];
    if (n == 0) return;
    gt_print(to, "static const double %s", name);
    if (k >= 0) gt_print(to, "%d", k);
    gt_print(to, "[] = {");
    for (int64_t i = 0; i < n; i++)
        gt_print(to, "%s%s", i == 0 ? "\n    " : (i % 6 ? ", " : ",\n    "),
                 gt_number_text(x[i], number));
    gt_print(to, "};\n");
}

/* ---- a program's function ---- */

static void write_guards(gt_text *to, const gt_plan *plan)
{
    int64_t at = 0;
    for (int k = 0; k < plan->size.n_guards; k++) {
        const gt_span *s = &plan->span[plan->size.n_spans + plan->size.n_outputs + k];
        if (s->size)
            gt_print(to,
                     "    for (int64_t i = 0; i < %lld; i++)\n"
                     "        if (!is_same(b[%d][%lld + i * %d], expected[%lld + i])) return 1;\n",
                     (long long)s->size, s->view.buffer, (long long)s->view.offset, s->view.stride,
                     (long long)at);
        at += s->size;
    }
}

static void write_output(gt_text *to, const gt_plan *plan, int k, const char *name)
{
    const gt_span *s = &plan->span[plan->size.n_spans + k];
    if (s->view.buffer == GT_OUT + k || s->size == 0) return;
    gt_print(to, "    for (int64_t i = 0; i < %lld; i++) %s[i] = b[%d][%lld + i * %d];\n",
             (long long)s->size, name, s->view.buffer, (long long)s->view.offset, s->view.stride);
}

/* Constants that an output or a guard is without being computed. */
static int last_buffer(const gt_plan *plan)
{
    int last = GT_POOL - 1;
    for (int k = 0; k < plan->size.n_outputs + plan->size.n_guards; k++) {
        int buffer = plan->span[plan->size.n_spans + k].view.buffer;
        if (buffer > last) last = buffer;
    }
    return last;
}

static void write_function(gt_text *to, const gt_code_request *r, gt_writer *w,
                           gt_program_kind kind)
{
    const gt_plan *plan = w->plan;
    const char *derivative = derivative_of[kind];
    write_signature(to, r->name, kind);
    gt_print(to,
             "\n{\n    double *const b[] = {\n        [%d] = work,\n        [%d] = (double *)x,\n",
             GT_ARENA, GT_INPUTS + GT_PARAMETERS);
    if (plan->size.n_numbers)
        gt_print(to, "        [%d] = (double *)%s_numbers,\n", GT_NUMBER_BUFFER, w->prefix);
    if (seed_of[kind]) gt_print(to, "        [%d] = (double *)v,\n", GT_INPUTS + GT_SEED);
    gt_print(to, "        [%d] = value,\n", GT_OUT + GT_VALUE);
    if (derivative) gt_print(to, "        [%d] = %s,\n", GT_OUT + GT_DERIVATIVE, derivative);
    for (int k = GT_POOL; k <= last_buffer(plan); k++) {
        if (plan->pool->vector[k - GT_POOL].size == 0) continue;
        w->written_constants[k - GT_POOL] = true;
        gt_print(to, "        [%d] = (double *)c%d,\n", k, k - GT_POOL);
    }
    gt_print(to, "    };\n    if (%s_first(b) || %s_seed(b)) return 2;\n", w->prefix, w->prefix);
    write_guards(to, plan);
    write_output(to, plan, GT_VALUE, "value");
    if (derivative) write_output(to, plan, GT_DERIVATIVE, derivative);
    gt_print(to, "    return 0;\n}\n\n");
}

/* ---- the files ---- */

static void write_header(gt_text *h, const gt_code_request *r, int64_t work)
{
    const gt_plan *plan = r->program[0]->plan;
    gt_print(h, "#ifndef %s_H\n#define %s_H\n\n", r->capitals, r->capitals);
    gt_print(h, "#define %s_PARAMETERS %d\n", r->capitals, r->n_parameters);
    gt_print(h, "#define %s_VALUES %lld\n", r->capitals,
             (long long)gt_plan_output_size(plan, GT_VALUE));
    gt_print(h, "#define %s_WORK %lld /* doubles of workspace, which need not be set */\n\n",
             r->capitals, (long long)work);
    for (int k = 0; r->parameters && k < r->n_parameters; k++) {
        gt_print(h, "/* x[%d]: ", k);
        gt_print_comment(h, r->parameters[k]);
        gt_print(h, " */\n");
    }
    gt_print(h, "\n/* Each returns 0; or 1 where the function that was recorded goes another way"
                " through its code\n * at x, and the results are not its own; or 2 where a matrix "
                "has no inverse"
                " or factors. */\n"
                "#ifdef __cplusplus\nextern \"C\" {\n#endif\n");
    for (int k = 0; k < r->n_programs; k++) {
        write_signature(h, r->name, r->program[k]->kind);
        gt_print(h, ";\n");
    }
    gt_print(h, "#ifdef __cplusplus\n}\n#endif\n\n#endif\n");
}

static const char *prefix_of(const gt_program *p, gt_arena arena)
{
    char *text = gt_alloc(arena, GT_BUFFER_NAME);
    snprintf(text, GT_BUFFER_NAME, "run_%s", gt_program_name(p->kind));
    return text;
}

bool gt_code_alone(const gt_code_request *r, gt_arena arena, gt_code_files *files)
{
    gt_text functions = gt_text_new(arena), code = gt_text_new(arena), header = gt_text_new(arena);
    gt_writer all = {.plan = NULL};
    const gt_pool *pool = r->program[0]->plan->pool;
    bool *is_written = gt_alloc_array(arena, (size_t)pool->n, sizeof *is_written);
    memset(is_written, 0, (size_t)pool->n * sizeof *is_written);
    int64_t work = 1, n_expected = 0;
    for (int k = 0; k < r->n_programs; k++) {
        const gt_plan *plan = r->program[k]->plan;
        gt_writer w = gt_writer_new(plan, prefix_of(r->program[k], arena), true, arena);
        gt_write_functions(&w);
        if (w.failed) return false;
        char numbers[GT_BUFFER_NAME + 8];
        snprintf(numbers, sizeof numbers, "%s_numbers", w.prefix);
        write_array(&functions, numbers, -1, plan->size.n_numbers, plan->numbers);
        gt_print(&functions, "%s", w.functions.text);
        write_function(&functions, r, &w, r->program[k]->kind);
        gt_join_operations(&all, &w);
        for (int j = 0; j < pool->n; j++) is_written[j] |= w.written_constants[j];
        if (plan->size.arena_size > work) work = plan->size.arena_size;
    }
    const gt_plan *plan = r->program[0]->plan;
    for (int k = 0; k < plan->size.n_guards; k++) n_expected += gt_plan_guard_size(plan, k);
    gt_write_operations(&all, &code);
    for (int j = 0; j < pool->n; j++)
        if (is_written[j]) write_array(&code, "c", j, pool->vector[j].size, pool->vector[j].data);
    if (n_expected) {
        gt_print(&code, "/* what decisions depended on, where the function was recorded */\n");
        write_array(&code, "expected", -1, n_expected, r->expected);
        gt_print(&code, "static int is_same(double x, double y)\n{\n"
                        "    return x == y || (x != x && y != y);\n}\n");
    }
    gt_print(&code, "\n%s", functions.text);
    write_header(&header, r, work);
    *files = (gt_code_files){code.text, header.text};
    return true;
}
