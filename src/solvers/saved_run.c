/* A run as bytes: its account, then the memory of the method and of the loop. */
#include "solvers/solver.h"

#include <string.h>

typedef struct {
    int64_t n, sizes[4]; /* of kept and work memory: numbers and vectors */
    double value, start_value, start_size, floor, horizon, best_value, best_violation;
    gt_progress now;
    gt_counts counts;
} account;

void gt_holds_no_addresses(gt_solver *s) { (void)s; }

static account account_of(const gt_solver *s)
{
    gt_memory_size kept = {0, 0}, work = {0, 0};
    s->method->memory(s->problem, s->options, &kept, &work);
    account a;
    memset(&a, 0, sizeof a); /* (what lies between its parts, too) */
    a.n = s->problem->space.n;
    a.sizes[0] = kept.numbers, a.sizes[1] = kept.vectors;
    a.sizes[2] = work.numbers, a.sizes[3] = work.vectors;
    a.value = s->value;
    a.start_value = s->start_value, a.start_size = s->start_size;
    a.floor = s->floor, a.horizon = s->horizon;
    a.best_value = s->best_value, a.best_violation = s->best_violation;
    a.now = s->now;
    a.counts = s->problem->count;
    return a;
}

enum { OWN_VECTORS = 4 }; /* the point and the best one, with their gradients */

size_t gt_solver_saved_bytes(const gt_solver *s)
{
    if (!s->method->move || s->problem->space.single || !s->keep_best) return 0;
    const account a = account_of(s);
    return sizeof a + sizeof(double) * (size_t)(a.sizes[0] + a.sizes[2] +
                                                a.n * (a.sizes[1] + a.sizes[3] + OWN_VECTORS));
}

/* Calls `copy` with each stretch of memory of the run, in a fixed order. */
static void each_stretch(const gt_solver *s, const account *a, char *saved,
                         void (*copy)(char **saved, double *own, int64_t count))
{
    double *own[OWN_VECTORS] = {s->x, s->gradient, s->best_x, s->best_gradient};
    copy(&saved, s->kept.numbers, a->sizes[0]);
    for (int64_t k = 0; k < a->sizes[1]; k++) copy(&saved, s->kept.vector[k], a->n);
    copy(&saved, s->work.numbers, a->sizes[2]);
    for (int64_t k = 0; k < a->sizes[3]; k++) copy(&saved, s->work.vector[k], a->n);
    for (int k = 0; k < OWN_VECTORS; k++) copy(&saved, own[k], a->n);
}

static void to_saved(char **saved, double *own, int64_t count)
{
    if (count) memcpy(*saved, own, (size_t)count * sizeof *own);
    *saved += (size_t)count * sizeof *own;
}

static void from_saved(char **saved, double *own, int64_t count)
{
    if (count) memcpy(own, *saved, (size_t)count * sizeof *own);
    *saved += (size_t)count * sizeof *own;
}

void gt_solver_save(const gt_solver *s, void *to)
{
    const account a = account_of(s);
    memcpy(to, &a, sizeof a);
    each_stretch(s, &a, (char *)to + sizeof a, to_saved);
}

bool gt_solver_load(gt_solver *s, const void *from, size_t bytes)
{
    const account own = account_of(s);
    account a;
    if (!bytes || bytes != gt_solver_saved_bytes(s)) return false;
    memcpy(&a, from, sizeof a);
    if (a.n != own.n || memcmp(a.sizes, own.sizes, sizeof a.sizes)) return false;
    each_stretch(s, &a, (char *)from + sizeof a, from_saved);
    s->value = a.value;
    s->start_value = a.start_value, s->start_size = a.start_size;
    s->floor = a.floor, s->horizon = a.horizon;
    s->best_value = a.best_value, s->best_violation = a.best_violation;
    s->now = a.now;
    s->problem->count = a.counts;
    s->method->move(s);
    s->is_resumed = true;
    return true;
}
