/* Addresses of scalar code, and where its operands are found. */
#include "tape/plan/planner.h"

int gt_scalar_addresses(const gt_scalar_code *c)
{
    const int op = gt_plain_op(c->op);
    if (op == GT_SCALAR_END) return 0;
    if (op == GT_OP_leaf) return 2;
    return op >= GT_PAIR_BASE ? 4 : 1 + gt_op_get((gt_op)op)->arity;
}

int gt_scalar_address(const gt_scalar_code *c, int k)
{
    const int at[] = {c->to, c->a, c->b, c->c};
    return at[k];
}

void gt_set_scalar_address(gt_scalar_code *c, int k, int at)
{
    int *const to[] = {&c->to, &c->a, &c->b, &c->c};
    *to[k] = at;
}

/* Has run.c a case for it with other sources than the arena? */
static bool has_sources(int op)
{
    return op >= GT_PAIR_BASE ||
           (op != GT_OP_leaf && (gt_can_pair((gt_op)op) || gt_op_get((gt_op)op)->arity == 1));
}

enum { ARENA, LAST, EARLIER };

static int sources_of(const int *from)
{
#define IS_IT(a, b, c, _) \
    if (from[0] == a && from[1] == b && from[2] == c) return GT_##a##_##b##_##c;
    GT_SOURCES(IS_IT, _)
#undef IS_IT
    return GT_ARENA_ARENA_ARENA;
}

void gt_plan_sources(gt_scalar_code *code, int n, gt_advances advance)
{
    for (int i = 1; i < n; i++) {
        int from[3] = {ARENA, ARENA, ARENA};
        if (!has_sources(code[i].op)) continue;
        for (int source = LAST; source <= EARLIER && source <= i; source++) {
            const gt_scalar_code *made = &code[i - source];
            for (int w = 1; w < gt_scalar_addresses(&code[i]); w++) {
                const bool is_same = gt_scalar_address(&code[i], w) == made->to &&
                                     (!advance || advance[i][w] == advance[i - source][0]);
                if (!is_same || from[w - 1] != ARENA) continue;
                from[w - 1] = source;
                break; /* the table has each source once */
            }
        }
        code[i].op += GT_PLAIN_OPS * sources_of(from);
    }
}
