/* Vectorise: running sums become sums of vectors. */
#include "tape/passes/vectorising.h"

#include <limits.h>
#include <stdlib.h>

static int append(const gt_vectorising *v, int i, gt_op op, int n, const int *in,
                  const gt_params *p)
{
    const gt_type types[2] = {*v->to->instr[in[0]].type, *v->to->instr[in[n - 1]].type};
    gt_type t;
    gt_error err;
    gt_op_infer(op, p, n, types, &t, &err); /* cannot fail: the shapes are those that were added */
    return gt_append_for(v, i, op, &t, n, in, p);
}

/* sum + x, or sum - x; GT_NO_REF stands for a sum without terms. */
static int add_term(const gt_vectorising *v, int i, int sum, int x, bool is_negative)
{
    const int in[2] = {sum, x};
    if (sum == GT_NO_REF) return is_negative ? append(v, i, GT_OP_neg, 1, &x, &gt_no_params) : x;
    return append(v, i, is_negative ? GT_OP_sub : GT_OP_add, 2, in, &gt_no_params);
}

void gt_running_sums(gt_vectorising *v, int n, const int *i)
{
    int length = v->chains.length[i[0]], sum = GT_NO_REF, *x = take(v, n, sizeof *x);
    gt_term **term = take(v, n, sizeof *term);
    for (int k = 0; k < n; k++) term[k] = gt_terms_of(v, i[k]);
    for (int j = 0; j <= length; j++) {
        for (int k = 0; k < n; k++) x[k] = term[k][j].x;
        sum = add_term(v, i[0], sum, gt_side_by_side(v, n, x), term[0][j].is_negative);
    }
    const gt_type *each = instr(v, i[0])->type, t = gt_rows_type(n, each);
    if (!gt_differs(v, n, sum, each)) sum = gt_repeated(v, sum, &t);
    gt_place_elements(v, gt_shaped(v->to, sum, &t), n, i);
    v->is_changed = true;
}

/* Terms of one sign, which stand in one instruction. */
typedef struct {
    int of, x, k;
    bool is_negative;
} summand;

static int by_sign_and_source(const void *x, const void *y)
{
    const summand *a = x, *b = y;
    if (a->is_negative != b->is_negative) return a->is_negative ? 1 : -1;
    if (a->of != b->of) return a->of < b->of ? -1 : 1;
    return (a->k > b->k) - (a->k < b->k);
}

/* How many summands, of those sorted, have the sign and source of the first. */
static int count_alike(int n, const summand *s)
{
    int count = 1;
    while (count < n && s[count].of == s->of && s[count].is_negative == s->is_negative) count++;
    return count;
}

static int total(gt_vectorising *v, int i, int n, const summand *s)
{
    const int steps[2] = {0, 0};
    const gt_type *each = instr(v, i)->type;
    const gt_params p = {each->size == 1 ? 1 : 2, steps};
    int *x = take(v, n, sizeof *x);
    for (int k = 0; k < n; k++) x[k] = s[k].x;
    int all = gt_side_by_side(v, n, x);
    gt_type t = gt_rows_type(n, each);
    if (!gt_differs(v, n, all, each)) all = gt_repeated(v, all, &t);
    v->is_changed = true;
    return append(v, i, GT_OP_sum, 1, &all, &p);
}

/* Terms that stand by themselves are added in order, then sums of the others. */
void gt_running_sum(gt_vectorising *v, int i)
{
    const int n = v->chains.length[i] + 1;
    const gt_term *term = gt_terms_of(v, i);
    const bool is_large = instr(v, i)->type->size > LARGEST_ROW || n > INT_MAX / LARGEST_ROW;
    const int fewest = is_large && !is_number(v, i) ? n + 1 : FEWEST;
    int sum = GT_NO_REF;
    summand *sorted = take(v, n, sizeof *sorted);
    bool *is_alone = take(v, n, sizeof *is_alone);
    for (int k = 0; k < n; k++)
        sorted[k] = (summand){v->place[term[k].x].of, term[k].x, k, term[k].is_negative};
    qsort(sorted, (size_t)n, sizeof *sorted, by_sign_and_source);
    for (int k = 0, count; k < n; k += count) {
        count = count_alike(n - k, sorted + k);
        for (int j = k; j < k + count; j++) is_alone[sorted[j].k] = count < fewest;
    }
    for (int k = 0; k < n; k++)
        if (is_alone[k]) sum = add_term(v, i, sum, gt_whole(v, term[k].x), term[k].is_negative);
    for (int k = 0, count; k < n; k += count) {
        count = count_alike(n - k, sorted + k);
        if (count < fewest) continue;
        int part = total(v, i, count, sorted + k);
        sum = add_term(v, i, sum, part, sorted[k].is_negative);
    }
    v->map[i] = gt_shaped(v->to, sum, instr(v, i)->type);
    v->place[i] = (gt_element){v->map[i], 0};
}

void gt_each_running_sum(gt_vectorising *v, int n, const int *i)
{
    int *part = take(v, n, sizeof *part);
    for (int k = 0; k < n; k++) {
        gt_running_sum(v, i[k]);
        part[k] = gt_flat(v->to, v->map[i[k]]);
    }
    gt_place_elements(v, gt_join(v->to, n, part), n, i);
}
