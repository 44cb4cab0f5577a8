/* In which order the interpreter runs the code of a loop's step: the same operation again where there is one, which
 * spares looking for the next (run.c), else what most is waiting for. Nothing that is computed changes: code that reads
 * or writes what other code writes stays behind it.                                    */
#include "tape/plan/planner.h"

#define WINDOW 256 /* instructions that are put in order together */

/* What an instruction writes, then what it reads: numbers of the arena, and their advances. */
typedef struct {
    int n, at[4], advance[4];
} touched;

typedef struct {
    const gt_plan *plan;
    const gt_loops_around *in;
    const gt_loop_code *code;
    int n;
    bool *waits; /* waits[j * n + i]: j has to stay behind i */
    touched *touches;
    int *left;       /* of those, how many are to come */
    int64_t *behind; /* how long what waits for it takes, and it */
} schedule;

static touched touched_by(const gt_loop_code *c)
{
    touched t = {0, {0}, {0}};
    for (int w = 0; w < gt_scalar_addresses(&c->code); w++) {
        if (!gt_is_in_arena(&c->code, w)) continue;
        t.at[t.n] = gt_scalar_address(&c->code, w);
        t.advance[t.n++] = c->advance[w];
    }
    return t;
}

static int64_t greatest_divisor(int64_t x, int64_t z)
{
    while (z != 0) {
        const int64_t rest = x % z;
        x = z;
        z = rest;
    }
    return x < 0 ? -x : x;
}

/* May two numbers be the same in some step? */
static bool may_meet(const schedule *s, const touched *a, int x, const touched *b, int z)
{
    const int64_t first = (int64_t)a->at[x] - b->at[z];
    int64_t least = first, most = first, unit = 0;
    if (a->advance[x] == b->advance[z]) return first == 0;
    for (int level = 0; level < s->in->depth; level++) {
        const int64_t apart = (int64_t)gt_advance_of(s->plan, s->in->loop[level], a->advance[x]) -
                              gt_advance_of(s->plan, s->in->loop[level], b->advance[z]);
        const int64_t end = apart * (s->in->loop[level]->times - 1);
        if (end < 0) least += end;
        else most += end;
        unit = greatest_divisor(unit, apart);
    }
    return least <= 0 && most >= 0 && (unit == 0 || first % unit == 0);
}

/* Does one of them write what the other reads or writes? */
static bool meet(const schedule *s, const touched *a, const touched *b)
{
    for (int k = 0; k < a->n; k++)
        if (may_meet(s, a, k, b, 0)) return true;
    for (int k = 1; k < b->n; k++)
        if (may_meet(s, a, 0, b, k)) return true;
    return false;
}

/* Roughly, in cycles. */
static int time_of(int op)
{
    if (op >= GT_PAIR_BASE) return 8;
    return gt_can_pair((gt_op)op) ? 4 : 24;
}

static void find_dependencies(schedule *s)
{
    for (int j = 0; j < s->n; j++) {
        s->touches[j] = touched_by(&s->code[j]);
        s->left[j] = 0;
        for (int i = 0; i < j; i++) {
            s->waits[j * s->n + i] = meet(s, &s->touches[i], &s->touches[j]);
            s->left[j] += s->waits[j * s->n + i];
        }
    }
    for (int i = s->n - 1; i >= 0; i--) {
        s->behind[i] = 0;
        for (int j = i + 1; j < s->n; j++)
            if (s->waits[j * s->n + i] && s->behind[j] > s->behind[i]) s->behind[i] = s->behind[j];
        s->behind[i] += time_of(s->code[i].code.op);
    }
}

/* The next to run, of those that wait for nothing. */
static int next_of(const schedule *s, int last)
{
    int best = NONE;
    bool repeats = false;
    for (int j = 0; j < s->n; j++) {
        if (s->left[j] != 0) continue;
        const bool again = last != NONE && s->code[j].code.op == s->code[last].code.op;
        if (best != NONE && (again == repeats ? s->behind[j] <= s->behind[best] : !again)) continue;
        best = j;
        repeats = again;
    }
    return best;
}

static void order_window(schedule *s, int first, int *order)
{
    find_dependencies(s);
    int last = NONE;
    for (int k = 0; k < s->n; k++) {
        last = next_of(s, last);
        order[k] = first + last;
        s->left[last] = NONE;
        for (int j = last + 1; j < s->n; j++) s->left[j] -= s->waits[j * s->n + last];
    }
}

void gt_plan_schedule(const gt_planner *p, const gt_loops_around *in, const gt_loop_item *item,
                      int *order)
{
    const int most = item->count < WINDOW ? item->count : WINDOW;
    schedule s = {.plan = p->plan,
                  .in = in,
                  .waits = gt_plan_alloc(p, (int64_t)most * most, sizeof *s.waits),
                  .touches = gt_plan_alloc(p, most, sizeof *s.touches),
                  .left = gt_plan_alloc(p, most, sizeof *s.left),
                  .behind = gt_plan_alloc(p, most, sizeof *s.behind)};
    for (int at = 0; at < item->count; at += WINDOW) {
        s.code = p->plan->loop_code + item->first + at;
        s.n = item->count - at < WINDOW ? item->count - at : WINDOW;
        order_window(&s, item->first + at, order + at);
    }
}
