/* Planning, 5: periodic runs of scalar code become loops. A run is found by its operations and holds by its
 * addresses, each of which has to advance evenly: so a loop does, one after the other, what the code did that
 * it stands for. Loops within loops are found from the inside out.
 *
 * Constants need not be evenly spaced: a loop that reads another one in each step has a copy of them that is. */
#include "tape/periodic.h"
#include "tape/plan/planner.h"

#include <string.h>

#define LEAST_TIMES 8 /* steps of a loop */
#define FIRST_PERIOD 16
#define MOST_PERIODS 16 /* that are tried at an instruction */
#define MOST_WORK 64    /* comparisons, for each instruction */
#define ADDRESSES 4

/* An instruction of a loop's first step, and how far a step of each level takes its addresses. */
typedef struct {
    gt_scalar_code code;
    int step[GT_MOST_LEVELS][ADDRESSES];
} pattern;

typedef struct nest nest;
/* What code is a sequence of: an instruction, or a loop that was found before. */
typedef struct {
    uint32_t key; /* equal in all steps */
    const gt_scalar_code *code;
    const nest *nest; /* or NULL */
} token;
struct nest {
    int times, level; /* 0: no loops in it */
    int n_body;
    const token *body; /* of its first step */
    int n_patterns;
    pattern *pattern; /* those of its body, in order */
};

typedef struct {
    gt_planner *p;
    int64_t n_slots;
    int *preset; /* of each number, or NONE */
    int n;
    token *token;
    uint32_t *key; /* of each token, side by side; and what gt_next_windows() says of them */
    int *next;
    /* Of the period that is tried, for each address of its first step: */
    int *advance;
    bool *is_copied; /* it is a constant, another one in each step */
    int longest; /* period that is tried now: short ones come first, so that they are found within long ones */
    int shorter;      /* periods up to this one have been tried at all tokens */
    bool *has_longer; /* may a longer one than has been tried begin at a token? */
    int64_t work;
    int loops_capacity, items_capacity, code_capacity, advances_capacity, presets_capacity;
} finder;

/* Room for `more` elements behind n of an array. */
static void *room(const finder *f, void *array, int n, int more, int *capacity, size_t size)
{
    if (n + more <= *capacity) return array;
    *capacity = 2 * (n + more);
    void *larger = gt_plan_alloc(f->p, *capacity, size);
    if (n) memcpy(larger, array, (size_t)n * size);
    return larger;
}

/* ---- tokens ------------------------------------------------------------------------------- */

static token token_of_code(const gt_scalar_code *c)
{
    const uint64_t key = gt_mix_key((uint64_t)c->op, c->op == GT_OP_leaf ? (uint64_t)c->b : 0);
    return (token){(uint32_t)(key >> 32), c, NULL};
}

static token token_of_nest(const nest *n)
{
    uint64_t key = gt_mix_key((uint64_t)n->times, (uint64_t)n->level + 1);
    for (int k = 0; k < n->n_body; k++) key = gt_mix_key(key, n->body[k].key);
    return (token){(uint32_t)(key >> 32), NULL, n};
}

static int n_patterns(const token *t) { return t->nest ? t->nest->n_patterns : 1; }

static const gt_scalar_code *code_of(const token *t, int k)
{
    return t->nest ? &t->nest->pattern[k].code : t->code;
}

static bool same_loops(const nest *a, const nest *b)
{
    if (a->times != b->times || a->level != b->level || a->n_body != b->n_body) return false;
    for (int k = 0; k < a->n_body; k++) {
        const nest *x = a->body[k].nest, *z = b->body[k].nest;
        if (!x != !z || (x && !same_loops(x, z))) return false;
    }
    return true;
}

/* Do they compute the same, but for where? */
static bool same_operations(const token *a, const token *b)
{
    if (a->key != b->key || !a->nest != !b->nest) return false;
    if (a->nest && !same_loops(a->nest, b->nest)) return false;
    for (int k = 0; k < n_patterns(a); k++) {
        const gt_scalar_code *x = code_of(a, k), *z = code_of(b, k);
        if (x->op != z->op || (x->op == GT_OP_leaf && x->b != z->b)) return false;
        if (a->nest && memcmp(a->nest->pattern[k].step, b->nest->pattern[k].step,
                              sizeof a->nest->pattern[k].step))
            return false;
    }
    return true;
}

/* ---- periods ------------------------------------------------------------------------------ */

static bool is_preset(const finder *f, int slot)
{
    return slot < f->n_slots && f->preset[slot] != NONE;
}

/* Only what no loop within advances. */
static bool may_be_copied(const token *t, int k, int w)
{
    if (w == 0 || code_of(t, k)->op == GT_OP_leaf) return false;
    for (int level = 0; t->nest && level < GT_MOST_LEVELS; level++)
        if (t->nest->pattern[k].step[level][w]) return false;
    return true;
}

/* Is an address in step k where it has to be, after what the steps before it showed? */
static bool address_fits(finder *f, int q, int first, int now, int k, bool may_copy)
{
    const bool constants = may_copy && is_preset(f, first) && is_preset(f, now);
    if (k == 1) {
        f->advance[q] = now - first;
        f->is_copied[q] = constants && now != first;
        return true;
    }
    if (f->is_copied[q]) return constants;
    if ((int64_t)now - first == (int64_t)k * f->advance[q]) return true;
    return f->is_copied[q] = constants && f->advance[q] == 0;
}

static bool step_fits(finder *f, int first, int period, int k)
{
    int q = 0;
    for (int j = 0; j < period; j++) {
        const token *a = &f->token[first + j], *b = &f->token[first + k * period + j];
        f->work--;
        if (!same_operations(a, b)) return false;
        for (int r = 0; r < n_patterns(a); r++) {
            const gt_scalar_code *x = code_of(a, r), *z = code_of(b, r);
            for (int w = 0; w < gt_scalar_addresses(x); w++)
                if (!address_fits(f, q++, gt_scalar_address(x, w), gt_scalar_address(z, w), k,
                                  may_be_copied(a, r, w)))
                    return false;
        }
    }
    return true;
}

static int count_steps(finder *f, int first, int period)
{
    int times = 1;
    while ((int64_t)first + (int64_t)(times + 1) * period <= f->n &&
           step_fits(f, first, period, times))
        times++;
    return times;
}

/* ---- from periods to loops ----------------------------------------------------------------- */

/* Copies of a constant's values in all steps, evenly spaced; returns the first. */
static int copy_constants(finder *f, int first, int period, int times, int j, int r, int w)
{
    gt_plan *plan = f->p->plan;
    const int slot = (int)plan->size.arena_size;
    plan->size.arena_size += times;
    plan->preset = room(f, plan->preset, plan->size.n_presets, times, &f->presets_capacity,
                        sizeof *plan->preset);
    for (int k = 0; k < times; k++) {
        const token *t = &f->token[first + k * period + j];
        const double value = plan->preset[f->preset[gt_scalar_address(code_of(t, r), w)]].value;
        plan->preset[plan->size.n_presets++] = (gt_preset){slot + k, value};
    }
    return slot;
}

static void set_patterns(finder *f, nest *n, int first, int period)
{
    int q = 0;
    pattern *to = n->pattern;
    for (int j = 0; j < period; j++) {
        const token *t = &f->token[first + j];
        for (int r = 0; r < n_patterns(t); r++, to++) {
            if (t->nest) *to = t->nest->pattern[r];
            else *to = (pattern){.code = *t->code};
            for (int w = 0; w < gt_scalar_addresses(&to->code); w++, q++) {
                to->step[n->level][w] = f->is_copied[q] ? 1 : f->advance[q];
                if (f->is_copied[q])
                    gt_set_scalar_address(&to->code, w,
                                          copy_constants(f, first, period, n->times, j, r, w));
            }
        }
    }
}

static const nest *nest_of(finder *f, int first, int period, int times)
{
    nest *n = gt_plan_alloc(f->p, 1, sizeof *n);
    token *body = gt_plan_alloc(f->p, period, sizeof *body);
    memcpy(body, f->token + first, (size_t)period * sizeof *body);
    *n = (nest){.times = times, .n_body = period, .body = body};
    for (int j = 0; j < period; j++) {
        n->n_patterns += n_patterns(&body[j]);
        if (body[j].nest && n->level <= body[j].nest->level) n->level = body[j].nest->level + 1;
    }
    n->pattern = gt_plan_alloc(f->p, n->n_patterns, sizeof *n->pattern);
    set_patterns(f, n, first, period);
    return n;
}

/* ---- advances: a column for each way in which addresses move ------------------------------------- */

typedef struct {
    int n, step[GT_MOST_ADVANCES][GT_MOST_LEVELS];
} advances;

/* Which it is; added where it is new. GT_MOST_ADVANCES: there are too many. */
static int advance_of(advances *a, const pattern *p, int w)
{
    int k = 0, step[GT_MOST_LEVELS];
    for (int level = 0; level < GT_MOST_LEVELS; level++) step[level] = p->step[level][w];
    while (k < a->n && memcmp(a->step[k], step, sizeof step)) k++;
    if (k == a->n && k < GT_MOST_ADVANCES) memcpy(a->step[a->n++], step, sizeof step);
    return k;
}

static bool find_advances(const nest *n, advances *a)
{
    memset(a->step[0], 0, sizeof a->step[0]);
    a->n = 1;
    for (int k = 0; k < n->n_patterns; k++)
        for (int w = 0; w < gt_scalar_addresses(&n->pattern[k].code); w++)
            if (advance_of(a, &n->pattern[k], w) == GT_MOST_ADVANCES) return false;
    return true;
}

/* ---- finding ------------------------------------------------------------------------------ */

/* Are there not yet as many loops within each other as there may be? */
static bool has_room_within(const finder *f, int first, int period)
{
    int level = -1;
    for (int j = 0; j < period; j++) {
        const nest *n = f->token[first + j].nest;
        if (n && n->level > level) level = n->level;
    }
    return level + 1 < GT_MOST_LEVELS;
}

/* Is the token found again in as many steps as a loop has at least? In most code that only resembles a loop it is not. */
static bool recurs(finder *f, int i, int period)
{
    for (int k = 2; k < LEAST_TIMES; k++, f->work--)
        if (f->key[i + k * period] != f->key[i]) return false;
    return true;
}

/* The loop that begins at token i, or NULL; *n: how many tokens it stands for. */
static const nest *loop_at(finder *f, int i, int *n)
{
    advances a;
    int tried = 0;
    f->has_longer[i] = false;
    for (int at = f->next[i]; at != GT_NO_WINDOW && tried < MOST_PERIODS && f->work > 0;
         at = f->next[at], tried++) {
        const int period = at - i;
        if ((f->n - i) / period < LEAST_TIMES) break;
        if (period > f->longest) {
            f->has_longer[i] = true;
            break;
        }
        if (period <= f->shorter || !recurs(f, i, period)) continue;
        const int times = count_steps(f, i, period);
        if (times < LEAST_TIMES || !has_room_within(f, i, period)) continue;
        const nest *made = nest_of(f, i, period, times);
        if (!find_advances(made, &a)) continue;
        *n = period * times;
        return made;
    }
    return NULL;
}

static void find_windows(finder *f)
{
    const gt_arena arena = f->p->g->arena;
    for (int i = 0; i < f->n; i++) f->key[i] = f->token[i].key;
    if (f->next) gt_release(arena, f->next);
    f->next = gt_next_windows(f->n, f->key, arena);
    memset(f->has_longer, true, (size_t)f->n);
    f->shorter = 0;
}

/* Puts loops in the place of runs; were there any? */
static bool find_loops(finder *f)
{
    int n = 0, length = 1;
    bool found = false;
    for (int i = 0; i < f->n; i += length) {
        const nest *made = f->has_longer[i] ? loop_at(f, i, &length) : NULL;
        found |= made != NULL;
        if (!made) length = 1;
        f->token[n++] = made ? token_of_nest(made) : f->token[i];
    }
    f->n = n;
    f->shorter = f->longest;
    if (found) find_windows(f);
    return found;
}

/* ---- the plan ------------------------------------------------------------------------------ */

static int new_loop(finder *f, const nest *n, int n_items, const advances *a)
{
    gt_plan *plan = f->p->plan;
    gt_plan_sizes *s = &plan->size;
    plan->loop = room(f, plan->loop, s->n_loops, 1, &f->loops_capacity, sizeof *plan->loop);
    plan->loop_item = room(f, plan->loop_item, s->n_loop_items, n_items, &f->items_capacity,
                           sizeof *plan->loop_item);
    plan->advance =
        room(f, plan->advance, s->n_advances, a->n, &f->advances_capacity, sizeof *plan->advance);
    plan->loop[s->n_loops] =
        (gt_loop){n->times, s->n_loop_items, n_items, s->n_advances, a->n, 0, 0, 0, 0};
    for (int k = 0; k < a->n; k++) plan->advance[s->n_advances++] = a->step[k][n->level];
    s->n_loop_items += n_items;
    return s->n_loops++;
}

static gt_loop_code loop_code(const pattern *p, advances *a)
{
    gt_loop_code c = {p->code, {0, 0, 0, 0}};
    for (int w = 0; w < gt_scalar_addresses(&p->code); w++)
        c.advance[w] = (unsigned char)advance_of(a, p, w);
    return c;
}

/* Loops within each other have the patterns of the outermost, of which *p are next. */
static int emit_loop(finder *f, const nest *n, advances *a, const pattern **p)
{
    gt_plan *plan = f->p->plan;
    int n_items = 0;
    for (int j = 0; j < n->n_body; j++) n_items += n->body[j].nest || j == 0 || n->body[j - 1].nest;
    const int made = new_loop(f, n, n_items, a);
    int item = plan->loop[made].first;
    for (int j = 0; j < n->n_body; item++) {
        if (n->body[j].nest) {
            const int within = emit_loop(f, n->body[j++].nest, a, p);
            plan->loop_item[item] = (gt_loop_item){within, 0, 0, 0};
            continue;
        }
        const int first = plan->size.n_loop_code;
        for (; j < n->n_body && !n->body[j].nest; j++) {
            plan->loop_code = room(f, plan->loop_code, plan->size.n_loop_code, 1, &f->code_capacity,
                                   sizeof *plan->loop_code);
            plan->loop_code[plan->size.n_loop_code++] = loop_code((*p)++, a);
        }
        plan->loop_item[item] =
            (gt_loop_item){GT_NOT_A_LOOP, first, plan->size.n_loop_code - first, 0};
    }
    return made;
}

/* The tokens as steps, of which *n come before; straight code takes the place of what it was made from. */
static gt_step *emit_tokens(finder *f, gt_step *step, int *n, int *capacity)
{
    gt_plan *plan = f->p->plan;
    bool is_open = false;
    for (int i = 0; i < f->n; i++) {
        const token *t = &f->token[i];
        if (is_open && t->nest) gt_end_scalars(plan);
        if (!is_open || t->nest) step = room(f, step, *n, 1, capacity, sizeof *step);
        if (t->nest) {
            advances a;
            const pattern *p = t->nest->pattern;
            find_advances(t->nest, &a);
            const int made = emit_loop(f, t->nest, &a, &p);
            step[(*n)++] = (gt_step){GT_STEP_LOOP, made, 1};
            is_open = false;
            continue;
        }
        if (!is_open) step[(*n)++] = (gt_step){GT_STEP_SCALARS, plan->size.n_scalar, 0};
        is_open = true;
        plan->scalar[plan->size.n_scalar++] = *t->code;
        step[*n - 1].count++;
    }
    if (is_open) gt_end_scalars(plan);
    return step;
}

/* ---- values of one step ---------------------------------------------------------------------- */

typedef struct {
    gt_plan *plan;
    int64_t n;  /* numbers that are computed */
    int *reads; /* how often each is read, by whatever */
    int *writer,
        *here; /* of each: what writes it in the code that is looked at, or NONE; how often that reads it */
    gt_loops_around in; /* that are gone through */
} readers;

/* Adds `by` to the count of what an address comes to in all steps; returns the sum of the counts. */
static int64_t count_reads(const readers *u, int depth, int64_t at, int k, int by)
{
    int64_t sum = 0;
    if (depth == u->in.depth) {
        if (at < 0 || at >= u->n) return 0;
        return u->reads[at] += by;
    }
    for (int t = 0; t < u->in.loop[depth]->times; t++)
        sum += count_reads(u, depth + 1,
                           at + (int64_t)t * gt_advance_of(u->plan, u->in.loop[depth], k), k, by);
    return sum;
}

static void count_loop(readers *u, const gt_loop *l)
{
    u->in.loop[u->in.depth++] = l;
    for (int j = l->first; j < l->first + l->count; j++) {
        const gt_loop_item *item = &u->plan->loop_item[j];
        if (item->loop != GT_NOT_A_LOOP) count_loop(u, &u->plan->loop[item->loop]);
        for (int i = item->first; i < item->first + item->count; i++) {
            const gt_loop_code *c = &u->plan->loop_code[i];
            for (int w = 1; c->code.op != GT_OP_leaf && w < gt_scalar_addresses(&c->code); w++)
                count_reads(u, 0, gt_scalar_address(&c->code, w), c->advance[w], 1);
        }
    }
    u->in.depth--;
}

static void count_view(const readers *u, const gt_view *v, int64_t size)
{
    for (int64_t k = 0; v->buffer == GT_ARENA && k < size && v->offset + k * v->stride < u->n; k++)
        u->reads[v->offset + k * v->stride]++;
}

static void count_all(readers *u)
{
    const gt_plan *plan = u->plan;
    const gt_plan_sizes *s = &plan->size;
    for (int k = 0; k < s->n_scalar; k++)
        for (int w = 1;
             plan->scalar[k].op != GT_OP_leaf && w < gt_scalar_addresses(&plan->scalar[k]); w++)
            count_reads(u, 0, gt_scalar_address(&plan->scalar[k], w), 0, 1);
    for (int k = 0; k < s->n_steps; k++)
        if (plan->step[k].kind == GT_STEP_LOOP) count_loop(u, &plan->loop[plan->step[k].first]);
    for (int k = 0; k < s->n_block; k++)
        for (int j = 0; j < plan->block[k].n_in; j++) count_view(u, &plan->block[k].in[j], 1);
    for (int k = 0; k < s->n_views; k++) count_view(u, &plan->view[k], plan->type[k].size);
    for (int k = 0; k < s->n_spans + s->n_outputs + s->n_guards; k++)
        count_view(u, &plan->span[k].view, plan->span[k].size);
}

/* Which instruction of the code writes the number that is read, at the same place of each step? Or NONE. */
static int writer_of(const readers *u, const gt_loop_code *code, int at, int advance)
{
    if (at < 0 || at >= u->n || u->writer[at] == NONE) return NONE;
    return code[u->writer[at]].advance[0] == advance ? u->writer[at] : NONE;
}

/* A value that only instructions of its own step read needs no place for each step. */
static void keep_in_place(const readers *u, const gt_loop_item *item)
{
    gt_loop_code *code = u->plan->loop_code + item->first;
    int64_t steps = 1;
    for (int d = 0; d < u->in.depth; d++) steps *= u->in.loop[d]->times;
    for (int i = 0; i < item->count; i++) {
        if (code[i].code.to >= u->n || code[i].advance[0] == 0) continue;
        u->writer[code[i].code.to] = i;
        u->here[code[i].code.to] = 0;
    }
    for (int pass = 0; pass < 2; pass++) {
        for (int j = 0; j < item->count; j++) {
            gt_loop_code *r = &code[j];
            for (int w = 1; r->code.op != GT_OP_leaf && w < gt_scalar_addresses(&r->code); w++) {
                const int at = gt_scalar_address(&r->code, w);
                if (writer_of(u, code, at, r->advance[w]) == NONE) continue;
                if (pass) r->advance[w] = 0;
                else u->here[at]++;
            }
        }
        for (int i = 0; i < item->count; i++) {
            const int to = code[i].code.to, k = code[i].advance[0];
            if (to >= u->n || u->writer[to] != i) continue;
            if (pass) code[i].advance[0] = 0;
            if (pass || u->here[to] * steps != count_reads(u, 0, to, k, 0)) u->writer[to] = NONE;
        }
    }
}

static void keep_values_in_place(readers *u, const gt_loop *l)
{
    u->in.loop[u->in.depth++] = l;
    for (int j = l->first; j < l->first + l->count; j++) {
        const gt_loop_item *item = &u->plan->loop_item[j];
        if (item->loop != GT_NOT_A_LOOP) keep_values_in_place(u, &u->plan->loop[item->loop]);
        keep_in_place(u, item);
    }
    u->in.depth--;
}

/* ---- all steps ------------------------------------------------------------------------------- */

static void take_step(finder *f, const gt_step *step)
{
    f->n = step->count;
    f->token = gt_plan_alloc(f->p, f->n, sizeof *f->token);
    /* One in LEAST_TIMES of the tokens, and of the instructions that loops among them stand for. */
    const int most = ADDRESSES * (2 * (f->n / LEAST_TIMES) + 1);
    f->advance = gt_plan_alloc(f->p, most, sizeof *f->advance);
    f->is_copied = gt_plan_alloc(f->p, most, sizeof *f->is_copied);
    f->key = gt_plan_alloc(f->p, f->n, sizeof *f->key);
    f->has_longer = gt_plan_alloc(f->p, f->n, sizeof *f->has_longer);
    for (int k = 0; k < f->n; k++)
        f->token[k] = token_of_code(&f->p->plan->scalar[step->first + k]);
}

void gt_plan_loops(gt_planner *p)
{
    gt_plan *plan = p->plan;
    finder f = {.p = p, .n_slots = plan->size.arena_size};
    f.preset = gt_plan_alloc(p, f.n_slots, sizeof *f.preset);
    for (int64_t k = 0; k < f.n_slots; k++) f.preset[k] = NONE;
    for (int k = 0; k < plan->size.n_presets; k++) f.preset[plan->preset[k].slot] = k;
    gt_step *step = NULL;
    int n = 0, n_x = 0, capacity = 0;
    plan->size.n_scalar = 0;
    for (int k = 0; k < plan->size.n_steps; k++) {
        if (plan->step[k].kind == GT_STEP_SCALARS) {
            take_step(&f, &plan->step[k]);
            if (f.n > FIRST_PERIOD) find_windows(&f);
            for (f.longest = FIRST_PERIOD; f.longest < f.n;
                 f.longest = f.longest < f.n / 8 ? 8 * f.longest : f.n) {
                f.work =
                    (int64_t)MOST_WORK * f.n; /* short periods do not use up that of long ones */
                while (find_loops(&f)) continue;
            }
            step = emit_tokens(&f, step, &n, &capacity);
            gt_release(p->g->arena, f.token);
            gt_release(p->g->arena, f.key);
            gt_release(p->g->arena, f.has_longer);
        } else {
            step = room(&f, step, n, 1, &capacity, sizeof *step);
            step[n++] = plan->step[k];
        }
        if (k + 1 == plan->size.n_steps_x) n_x = n;
    }
    plan->step = step;
    plan->size.n_steps = n;
    plan->size.n_steps_x = n_x;
    readers u = {.plan = plan,
                 .n = f.n_slots,
                 .reads = gt_plan_alloc(p, f.n_slots, sizeof(int)),
                 .writer = gt_plan_alloc(p, f.n_slots, sizeof(int)),
                 .here = gt_plan_alloc(p, f.n_slots, sizeof(int))};
    memset(u.reads, 0, (size_t)f.n_slots * sizeof(int));
    for (int64_t k = 0; k < f.n_slots; k++) u.writer[k] = NONE;
    count_all(&u);
    for (int k = 0; k < n; k++)
        if (step[k].kind == GT_STEP_LOOP) keep_values_in_place(&u, &plan->loop[step[k].first]);
}
