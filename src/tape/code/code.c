/* C code from a plan: the parts, what they have in common, and the functions that run them. */
#include "tape/code/code.h"
#include "tape/code/writer.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- buffers ---- */

static const char *const buffer_names[GT_POOL] = {
    [GT_ARENA] = "m",
    [GT_NUMBER_BUFFER] = "numbers",
    [GT_INPUTS + GT_PARAMETERS] = "x",
    [GT_INPUTS + GT_SEED] = "v",
    [GT_INPUTS + GT_MULTIPLIERS] = "w",
    [GT_INPUTS + GT_DATA] = "d",
    [GT_OUT + GT_VALUE] = "value",
    [GT_OUT + GT_DERIVATIVE] = "derivative",
    [GT_OUT + GT_DERIVATIVE + 1] = "output2",
    [GT_OUT + GT_DERIVATIVE + 2] = "output3",
};

static bool is_written(int buffer)
{
    return buffer == GT_ARENA || (buffer >= GT_OUT && buffer < GT_POOL);
}

const char *gt_buffer_name(gt_writer *w, int buffer, char *name)
{
    if (buffer < GT_POOL) {
        w->uses[buffer] = true;
        return strcpy(name, buffer_names[buffer]);
    }
    w->uses_constant[buffer - GT_POOL] = w->written_constants[buffer - GT_POOL] = true;
    snprintf(name, GT_BUFFER_NAME, "c%d", buffer - GT_POOL);
    return name;
}

/* A host's numbers may be NaN with a meaning, such as R's NA: these are not written but looked up. */
static bool is_text(const gt_writer *w, double v) { return isfinite(v) || w->is_standalone; }

const char *gt_element_text(gt_writer *w, int buffer, int64_t offset, char *text)
{
    char name[GT_BUFFER_NAME];
    const gt_plan *plan = w->plan;
    if (buffer == GT_NUMBER_BUFFER && is_text(w, plan->numbers[offset]))
        return gt_number_text(plan->numbers[offset], text);
    if (buffer == GT_ARENA && w->preset[offset] >= 0) {
        double v = plan->preset[w->preset[offset]].value;
        if (is_text(w, v)) return gt_number_text(v, text);
    }
    if (buffer == GT_ARENA) w->is_needed[offset] = true;
    snprintf(text, GT_EXPRESSION, "%s[%lld]", gt_buffer_name(w, buffer, name), (long long)offset);
    return text;
}

void gt_need(gt_writer *w, const gt_view *v, int64_t n)
{
    if (v->buffer != GT_ARENA) return;
    for (int64_t k = 0; k < n; k++) w->is_needed[v->offset + k * v->stride] = true;
}

/* ---- parts ---- */

static void begin_part(gt_writer *w)
{
    w->body.size = 0;
    w->body.text[0] = 0;
    w->weight = 0;
    w->can_fail = w->is_loop = false;
    memset(w->uses, 0, sizeof w->uses);
    memset(w->uses_constant, 0, (size_t)w->plan->pool->n * sizeof *w->uses_constant);
}

static void declare_buffers(const gt_writer *w, gt_text *to)
{
    for (int b = 0; b < GT_POOL; b++)
        if (w->uses[b])
            gt_print(to, "    %sdouble *%s = b[%d];\n", is_written(b) ? "" : "const ",
                     buffer_names[b], b);
    for (int k = 0; k < w->plan->pool->n && !w->is_standalone; k++)
        if (w->uses_constant[k]) gt_print(to, "    const double *c%d = b[%d];\n", k, GT_POOL + k);
}

void gt_end_part(gt_writer *w)
{
    if (w->body.size) {
        gt_text *f = &w->functions;
        const char *host = w->can_fail && !w->is_standalone ? ", kernel_call call, void *host" : "";
        gt_print(f, "%s %s_%s_%d(double *const *b%s)\n{\n",
                 w->is_loop    ? "GT_LOOP static void"
                 : w->can_fail ? "GT_PART static int"
                               : "GT_PART static void",
                 w->prefix, w->is_loop ? "loop" : "part", w->part, host);
        declare_buffers(w, f);
        gt_print(f, "%s%s}\n\n", w->body.text, w->can_fail ? "    return 0;\n" : "");
        gt_print(&w->steps,
                 w->can_fail ? "    if (%s_%s_%d(b%s)) return 1;\n" : "    %s_%s_%d(b%s);\n",
                 w->prefix, w->is_loop ? "loop" : "part", w->part, *host ? ", call, host" : "");
        w->part++;
    }
    begin_part(w);
}

void gt_make_room(gt_writer *w, int weight)
{
    if (w->weight && w->weight + weight > GT_PART_WEIGHT) gt_end_part(w);
    w->weight += weight;
}

/* ---- whole plans ---- */

static int *numbers_of(gt_arena arena, int64_t n)
{
    int *x = gt_alloc_array(arena, (size_t)n, sizeof *x);
    for (int64_t k = 0; k <= n; k++) x[k] = -1;
    return x;
}
static bool *flags_of(gt_arena arena, int64_t n)
{
    bool *x = gt_alloc_array(arena, (size_t)n, sizeof *x);
    memset(x, 0, ((size_t)n + 1) * sizeof *x);
    return x;
}

gt_writer gt_writer_new(const gt_plan *plan, const char *prefix, bool is_standalone, gt_arena arena)
{
    const int64_t n = plan->size.arena_size;
    gt_writer w = {.plan = plan,
                   .prefix = prefix,
                   .arena = arena,
                   .is_standalone = is_standalone,
                   .functions = gt_text_new(arena),
                   .steps = gt_text_new(arena),
                   .body = gt_text_new(arena),
                   .uses_constant = flags_of(arena, plan->pool->n),
                   .written_constants = flags_of(arena, plan->pool->n),
                   .computed_in = numbers_of(arena, n),
                   .loaded = gt_alloc_array(arena, (size_t)n, sizeof(gt_view)),
                   .preset = numbers_of(arena, n),
                   .is_needed = flags_of(arena, n),
                   .is_local = flags_of(arena, n),
                   .defined_by = numbers_of(arena, n),
                   .single_in = numbers_of(arena, n),
                   .written_in = numbers_of(arena, n),
                   .within = numbers_of(arena, plan->size.n_loop_code),
                   .is_visible = flags_of(arena, plan->size.n_loop_code),
                   .is_handed_on = flags_of(arena, plan->size.n_loop_code),
                   .is_carried = flags_of(arena, plan->size.n_loop_code)};
    for (int64_t k = 0; k <= n; k++) w.loaded[k].buffer = -1;
    for (int k = 0; k < plan->size.n_presets; k++) w.preset[plan->preset[k].slot] = k;
    for (int k = 0; k < plan->size.n_outputs + plan->size.n_guards; k++) {
        const gt_span *s = &plan->span[plan->size.n_spans + k];
        gt_need(&w, &s->view, s->size);
    }
    return w;
}

static void write_step(gt_writer *w, const gt_step *step)
{
    switch (step->kind) {
    case GT_STEP_SCALARS:
        gt_write_scalars(w, step);
        break;
    case GT_STEP_GROUP:
        gt_write_group(w, &w->plan->group[step->first]);
        break;
    case GT_STEP_JOIN:
        gt_write_join(w, &w->plan->join[step->first]);
        break;
    case GT_STEP_LOOP:
        gt_write_loop(w, step->first);
        break;
    default:
        gt_write_call(w, step->first);
    }
}

/* The functions of both phases: PREFIX_first() and PREFIX_seed(). */
static void write_plan(gt_writer *w)
{
    const gt_plan_sizes *s = &w->plan->size;
    gt_text runs = gt_text_new(w->arena);
    w->part = 0;
    for (int64_t k = 0; k < w->plan->size.arena_size; k++) w->computed_in[k] = w->single_in[k] = -1;
    for (int phase = 0; phase < 2; phase++) {
        const int first = phase ? s->n_steps_x : 0, last = phase ? s->n_steps : s->n_steps_x;
        w->steps = gt_text_new(w->arena);
        begin_part(w);
        for (int k = first; k < last && !w->failed; k++) write_step(w, &w->plan->step[k]);
        gt_end_part(w);
        gt_print(&runs,
                 w->is_standalone
                     ? "static int %s_%s(double *const *b)\n{\n    (void)b;\n%s    return 0;\n}\n\n"
                     : "int %s_%s(double *const *b, kernel_call call, void *host)\n{\n"
                       "    (void)b, (void)call, (void)host;\n%s    return 0;\n}\n\n",
                 w->prefix, phase ? "seed" : "first", w->steps.text);
    }
    gt_print(&w->functions, "%s", runs.text);
}

void gt_write_functions(gt_writer *w)
{
    write_plan(w);
    w->functions.size = 0;
    if (!w->failed) write_plan(w);
}

static const char kernel_call_type[] =
    "typedef int (*kernel_call)(void *host, int k, double *const *b);\n";

const char *gt_code_for_host(int n, const gt_code_program *program, gt_arena arena)
{
    gt_text code = gt_text_new(arena), functions = gt_text_new(arena);
    gt_writer all = {.plan = NULL};
    for (int k = 0; k < n; k++) {
        gt_writer w = gt_writer_new(program[k].plan, program[k].name, false, arena);
        gt_write_functions(&w);
        gt_print(&functions, "int %s_first(double *const *b, kernel_call call, void *host);\n",
                 w.prefix);
        gt_print(&functions, "int %s_seed(double *const *b, kernel_call call, void *host);\n\n",
                 w.prefix);
        gt_print(&functions, "%s", w.functions.text);
        gt_join_operations(&all, &w);
    }
    gt_print(&code, "%s\n", kernel_call_type);
    gt_write_operations(&all, &code);
    gt_print(&code, "\n%s", functions.text);
    return code.text;
}
