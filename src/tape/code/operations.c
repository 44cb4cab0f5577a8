/* Elementwise operations as C text: the value expressions of their table. */
#include "tape/code/writer.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define UNARY(name, value, dx) [GT_OP_##name] = #value,
#define BINARY(name, value, dx, dz) [GT_OP_##name] = #value,
#define TERNARY(name, value, dx, dz, dw) [GT_OP_##name] = #value,
static const char *const values[GT_OP_ELEMENTWISE_END] = {
#include "ops/elementwise_table.h"
};

#define UNARY(name, value, dx)
#define BINARY(name, value, dx, dz)
#define TERNARY(name, value, dx, dz, dw)
#define PREPARED1(name, family, dx, dz) [GT_OP_##name] = #family,
#define PREPARED2(name, family, dx, dz, dw) [GT_OP_##name] = #family,
static const char *const families[GT_OP_ELEMENTWISE_END] = {
#include "ops/elementwise_table.h"
};

const char *gt_prepared_family(int op) { return op < GT_OP_ELEMENTWISE_END ? families[op] : NULL; }

static const char *const infix[GT_OP_ELEMENTWISE_END] = {
    [GT_OP_add] = "+", [GT_OP_sub] = "-", [GT_OP_mul] = "*", [GT_OP_div] = "/"};

/* The next function that text calls, from `at` on: its name, which ends before the bracket at `end`. */
static bool next_call(const char *at, const char **name, const char **end)
{
    for (*end = at; (*end = strchr(*end, '(')) != NULL; ++*end) {
        for (*name = *end; *name > at; --*name)
            if (!isalnum((unsigned char)(*name)[-1]) && (*name)[-1] != '_') break;
        if (*name < *end) return true;
    }
    return false;
}

/* Is it an instruction or two, or nothing? */
static bool is_light_call(const char *name, const char *end)
{
    static const char *const light[] = {"K", "ORDERED", "fabs", "sqrt", "floor", "ceil", "trunc"};
    for (size_t k = 0; k < sizeof light / sizeof *light; k++)
        if ((size_t)(end - name) == strlen(light[k]) && !strncmp(name, light[k], strlen(light[k])))
            return true;
    return false;
}

/* Does it call a function other than those? */
bool gt_is_heavy(int op)
{
    const char *name, *end = values[op];
    while (next_call(end, &name, &end))
        if (!is_light_call(name, end++)) return true;
    return false;
}

gt_vector_form gt_vector_form_of(int op)
{
    if (op >= GT_PAIR_BASE) {
        const gt_pair_parts pair = gt_pair_split(op);
        return pair.first == GT_OP_div || pair.second == GT_OP_div ? GT_DEAR_VECTOR
                                                                   : GT_LIGHT_VECTOR;
    }
    if (!values[op]) return GT_NO_VECTOR; /* a load */
    gt_vector_form form = strchr(values[op], '/') ? GT_DEAR_VECTOR : GT_LIGHT_VECTOR;
    const char *name, *end = values[op];
    for (; next_call(end, &name, &end); end++) {
        if (!strncmp(name, "el_", 3)) form = GT_HEAVY_VECTOR;
        else if (!is_light_call(name, end)) return GT_NO_VECTOR;
        else if (!strncmp(name, "sqrt", 4) && form == GT_LIGHT_VECTOR) form = GT_DEAR_VECTOR;
    }
    return form;
}

const char *gt_value_text(gt_writer *w, int op, const char *const *in, bool is_inlined, char *text)
{
    const gt_op_def *def = gt_op_get((gt_op)op);
    if (infix[op]) {
        snprintf(text, GT_EXPRESSION, "%s %s %s", in[0], infix[op], in[1]);
        return text;
    }
    if (op == GT_OP_neg) {
        snprintf(text, GT_EXPRESSION, "-%s", in[0]);
        return text;
    }
    bool at = is_inlined || !gt_is_heavy(op);
    (at ? w->uses_at : w->uses_of)[op] = true;
    int n = snprintf(text, GT_EXPRESSION, "%s_%s(%s", def->name, at ? "at" : "of", in[0]);
    for (int k = 1; k < def->arity; k++)
        n += snprintf(text + n, (size_t)(GT_EXPRESSION - n), ", %s", in[k]);
    snprintf(text + n, (size_t)(GT_EXPRESSION - n), ")");
    return text;
}

void gt_join_operations(gt_writer *to, const gt_writer *from)
{
    for (int op = 0; op < GT_OP_COUNT; op++) {
        to->uses_at[op] |= from->uses_at[op];
        to->uses_of[op] |= from->uses_of[op];
    }
}

void gt_write_operations(const gt_writer *w, gt_text *to)
{
    static const char *const parameters[] = {"", "double x", "double x, double z",
                                             "double x, double z, double w"};
    static const char *const arguments[] = {"", "x", "x, z", "x, z, w"};
    for (int op = 1; op < GT_OP_ELEMENTWISE_END; op++) {
        const gt_op_def *def = gt_op_get((gt_op)op);
        if (!w->uses_at[op] && !w->uses_of[op]) continue;
        gt_print(to, "GT_INLINE double %s_at(%s) { return %s; }\n", def->name,
                 parameters[def->arity], values[op]);
        if (w->uses_of[op])
            gt_print(to, "static double %s_of(%s) { return %s_at(%s); }\n", def->name,
                     parameters[def->arity], def->name, arguments[def->arity]);
    }
}

void gt_add_name(gt_names *to, const char *name)
{
    if (to->n < GT_MOST_NAMES) to->name[to->n] = name;
    to->n++;
}

void gt_add_names(gt_names *to, int op)
{
    if (op >= GT_PAIR_BASE) gt_add_name(to, gt_op_get(gt_pair_split(op).first)->name);
    gt_add_name(to, gt_op_get(op < GT_PAIR_BASE ? (gt_op)op : gt_pair_split(op).second)->name);
}

void gt_print_names(gt_text *to, const gt_names *names)
{
    for (int k = 0; k < names->n && k < GT_MOST_NAMES; k++)
        gt_print(to, k ? ", %s" : " %s", names->name[k]);
    gt_print(to, names->n > GT_MOST_NAMES ? ", ... */\n" : " */\n");
}
