#include "tape/variants.h"

#include <string.h>

void gt_variants_init(gt_variants *v, gt_arena keep, gt_arena transient)
{
    *v = (gt_variants){.memory = {transient, keep, &v->workspace, false},
                       .pool.keep = keep,
                       .current = GT_NO_VARIANT};
}

void gt_variants_add(gt_variants *v, const gt_graph *recorded, int64_t n_expected,
                     const double *expected)
{
    if (v->n == v->capacity) {
        int capacity = v->capacity ? 2 * v->capacity : 4;
        gt_variant *larger = gt_alloc_array(v->memory.keep, (size_t)capacity, sizeof *larger);
        if (v->n) memcpy(larger, v->variant, (size_t)v->n * sizeof *larger);
        v->variant = larger;
        v->capacity = capacity;
    }
    double *values = gt_alloc_array(v->memory.keep, (size_t)n_expected, sizeof *values);
    if (n_expected) memcpy(values, expected, (size_t)n_expected * sizeof *values);
    v->variant[v->n] =
        (gt_variant){.graph = gt_pack_graph(recorded, v->memory.keep),
                     .n_out = recorded->instr[recorded->outputs[GT_VALUE]].type->size,
                     .n_expected = n_expected,
                     .expected = values};
    v->current = v->n++;
}

gt_graph *gt_variants_recorded(const gt_variants *v, int variant)
{
    return gt_unpack_graph(v->variant[variant].graph, v->memory.transient);
}

int gt_variants_compile(gt_variants *v, gt_program_kind kind, gt_arena transient, gt_error *err)
{
    gt_variant *current = &v->variant[v->current];
    gt_program_memory memory = v->memory;
    memory.transient = transient;
    if (!current->program[kind])
        current->program[kind] =
            gt_program_make(gt_unpack_graph(current->graph, transient), kind, &memory, err);
    return current->program[kind] == NULL;
}

int gt_variants_compress(gt_variants *v, gt_matrix matrix, gt_arena transient, gt_error *err)
{
    gt_variant *current = &v->variant[v->current];
    const gt_program_kind kind = gt_matrix_products(matrix);
    if (current->compressed[matrix]) return 0;
    gt_program_memory memory = v->memory;
    memory.transient = transient;
    const gt_graph *recorded = gt_unpack_graph(current->graph, transient);
    /* J' is multiplied by what is like the outputs, the other matrices by what is like the parameters */
    const int like = gt_matrix_is_symmetric(matrix) ? gt_graph_find_input(recorded, GT_PARAMETERS)
                                                    : recorded->outputs[GT_VALUE];
    const int64_t size = recorded->instr[like].type->size;
    const gt_graph *g = gt_program_graph(recorded, kind, transient, err);
    if (!g) return 1;
    if (!current->program[kind]) current->program[kind] = gt_program_of_graph(g, kind, &memory);
    current->compressed[matrix] = gt_compress(g, matrix, size, v->memory.keep, err);
    return current->compressed[matrix] == NULL;
}

/* Another variant that took the same way up to guard `failed` of this one and then went as
 * the values that the program has now say; GT_NO_VARIANT when none did.              */
static int next_variant(const gt_variants *v, const gt_program *p, int failed)
{
    const double *expected = v->variant[v->current].expected,
                 *now = gt_plan_guard(p->plan, p->base, failed);
    int64_t before = 0, size = gt_plan_guard_size(p->plan, failed);
    for (int k = 0; k < failed; k++) before += gt_plan_guard_size(p->plan, k);
    for (int other = v->n - 1; other >= 0; other--) {
        const gt_variant *o = &v->variant[other];
        if (other != v->current && o->n_expected >= before + size &&
            gt_same_values(before, o->expected, expected) &&
            gt_same_values(size, o->expected + before, now))
            return other;
    }
    return GT_NO_VARIANT;
}

/* What a run came to: the first guard whose value differs from what it was at recording, or: */
enum { ALL_HOLD = -1, KERNEL_FAILED = -2 };

int gt_variants_play_settled(gt_variants *v, gt_program_kind kind, const double *x,
                             double *const *out, gt_error *err)
{
    gt_program *p = gt_variants_program(v, kind);
    gt_program_input(p, GT_PARAMETERS, x);
    for (int k = 0; k < GT_MAX_OUTPUTS; k++) gt_program_output(p, (gt_output)k, out[k]);
    return gt_program_run(p, err);
}

static int run(gt_variants *v, gt_program_kind kind, const double *x, double *const *out)
{
    gt_error err;
    const gt_program *p = gt_variants_program(v, kind);
    const double *expected = v->variant[v->current].expected;
    if (gt_variants_play_settled(v, kind, x, out, &err)) return KERNEL_FAILED;
    for (int k = 0; k < p->plan->size.n_guards; k++) {
        int64_t size = gt_plan_guard_size(p->plan, k);
        if (!gt_same_values(size, gt_plan_guard(p->plan, p->base, k), expected)) return k;
        expected += size;
    }
    return ALL_HOLD;
}

bool gt_variants_play_current(gt_variants *v, gt_program_kind kind, const double *x,
                              double *const *out)
{
    return run(v, kind, x, out) == ALL_HOLD;
}

/* The program that says whether the current variant holds: the wanted one, else its value's. */
static gt_program_kind deciding(const gt_variants *v, gt_program_kind wanted)
{
    return gt_variants_program(v, wanted) ? wanted : GT_PROGRAM_value;
}

/* Where a kernel failed, perhaps a guard would have failed too, and the guards of another way
 * may be others: each variant is tried.                                            */
static gt_outcome try_each(gt_variants *v, gt_program_kind kind, const double *x,
                           double *const *out)
{
    for (v->current = 0; v->current < v->n; v->current++) {
        gt_program_kind decides = deciding(v, kind);
        if (!gt_variants_program(v, decides)) return GT_LACKS_PROGRAM;
        if (run(v, decides, x, out) == ALL_HOLD)
            return decides == kind ? GT_HOLDS : GT_LACKS_PROGRAM;
    }
    v->current = GT_NO_VARIANT;
    return GT_NONE_HOLDS;
}

gt_outcome gt_variants_play(gt_variants *v, gt_program_kind kind, const double *x,
                            double *const *out)
{
    if (v->current == GT_NO_VARIANT && v->n) v->current = 0;
    for (int tried = 0; tried <= v->n && v->current != GT_NO_VARIANT; tried++) {
        gt_program_kind decides = deciding(v, kind);
        if (!gt_variants_program(v, decides)) return GT_LACKS_PROGRAM;
        int failed = run(v, decides, x, out);
        if (failed == ALL_HOLD) return decides == kind ? GT_HOLDS : GT_LACKS_PROGRAM;
        v->current = failed == KERNEL_FAILED
                         ? GT_NO_VARIANT
                         : next_variant(v, gt_variants_program(v, decides), failed);
    }
    return try_each(v, kind, x, out);
}
