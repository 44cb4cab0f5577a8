#include "tape/index_sets.h"

#include <string.h>

/* The longest list. */
#define SHORT 64

/* A set of two or more: its members in ascending order, or two sets. */
typedef struct {
    int64_t first;
    int count; /* of members; 0: a union */
} set_node;

typedef struct {
    uint64_t key; /* two sets; 0: nothing */
    gt_index_set value;
} known_union;

struct gt_index_sets {
    gt_arena arena;
    int n;
    int64_t n_nodes, nodes_capacity, n_items, items_capacity;
    set_node *node;
    int *item;
    int64_t n_known, known_capacity; /* a power of 2 */
    known_union *known;
    /* for gt_members() */
    int round, *found, *visited, *member, *stack;
    int64_t visited_capacity;
};

static void *larger(gt_arena arena, const void *array, int64_t n, int64_t capacity, size_t size)
{
    void *to = gt_alloc_array(arena, (size_t)capacity, size);
    if (n) memcpy(to, array, (size_t)n * size);
    return to;
}

gt_index_sets *gt_index_sets_new(int n, gt_arena arena)
{
    gt_index_sets *s = gt_alloc(arena, sizeof *s);
    *s = (gt_index_sets){.arena = arena, .n = n, .known_capacity = 1024};
    s->known = gt_alloc_array(arena, (size_t)s->known_capacity, sizeof *s->known);
    memset(s->known, 0, (size_t)s->known_capacity * sizeof *s->known);
    s->found = gt_alloc_array(arena, (size_t)n, sizeof *s->found);
    memset(s->found, 0, (size_t)n * sizeof *s->found);
    s->member = gt_alloc_array(arena, (size_t)n, sizeof *s->member);
    return s;
}

static set_node *node_of(const gt_index_sets *s, gt_index_set a)
{
    return a > s->n ? &s->node[a - s->n - 1] : NULL;
}

static gt_index_set new_node(gt_index_sets *s, int count, int n_items, const int *items)
{
    if (s->n_nodes == s->nodes_capacity) {
        s->nodes_capacity = s->nodes_capacity ? 2 * s->nodes_capacity : 1024;
        s->node = larger(s->arena, s->node, s->n_nodes, s->nodes_capacity, sizeof *s->node);
    }
    if (s->n_items + n_items > s->items_capacity) {
        s->items_capacity = s->items_capacity ? 2 * s->items_capacity : 4096;
        s->item = larger(s->arena, s->item, s->n_items, s->items_capacity, sizeof *s->item);
    }
    s->node[s->n_nodes] = (set_node){s->n_items, count};
    memcpy(s->item + s->n_items, items, (size_t)n_items * sizeof *items);
    s->n_items += n_items;
    return s->n + 1 + (gt_index_set)s->n_nodes++;
}

/* ---- unions that were made before ---- */

static known_union *slot_of(known_union *known, int64_t capacity, uint64_t key)
{
    uint64_t at = key * 0x9E3779B97F4A7C15u >> 20;
    for (;; at++) {
        known_union *k = &known[at & (uint64_t)(capacity - 1)];
        if (!k->key || k->key == key) return k;
    }
}

static void make_room(gt_index_sets *s)
{
    if (2 * s->n_known < s->known_capacity) return;
    int64_t capacity = 4 * s->known_capacity;
    known_union *known = gt_alloc_array(s->arena, (size_t)capacity, sizeof *known);
    memset(known, 0, (size_t)capacity * sizeof *known);
    for (int64_t k = 0; k < s->known_capacity; k++)
        if (s->known[k].key) *slot_of(known, capacity, s->known[k].key) = s->known[k];
    s->known = known;
    s->known_capacity = capacity;
}

/* ---- union ---- */

/* The members of a list and how many; 0: it is none. *one: room for the member of a set of one. */
static int list_of(const gt_index_sets *s, gt_index_set a, int *one, const int **list)
{
    const set_node *node = node_of(s, a);
    *one = a - 1;
    *list = node ? s->item + node->first : one;
    return node ? node->count : 1;
}

static int merge(const int *a, int n_a, const int *b, int n_b, int *to)
{
    int i = 0, j = 0, n = 0;
    while (i < n_a && j < n_b) {
        int v = a[i] < b[j] ? a[i] : b[j];
        i += a[i] == v;
        j += b[j] == v;
        to[n++] = v;
    }
    while (i < n_a) to[n++] = a[i++];
    while (j < n_b) to[n++] = b[j++];
    return n;
}

static gt_index_set new_union(gt_index_sets *s, gt_index_set a, gt_index_set b)
{
    int one[2], merged[2 * SHORT];
    const int *list[2];
    int n_a = list_of(s, a, &one[0], &list[0]), n_b = list_of(s, b, &one[1], &list[1]);
    if (n_a && n_b) {
        int n = merge(list[0], n_a, list[1], n_b, merged);
        if (n == n_a) return a;
        if (n == n_b) return b;
        if (n <= SHORT) return new_node(s, n, n, merged);
    }
    /* what was added last is often added again */
    if (!n_a && (list[0][0] == b || list[0][1] == b)) return a;
    if (!n_b && (list[1][0] == a || list[1][1] == a)) return b;
    const int both[2] = {a, b};
    return new_node(s, 0, 2, both);
}

gt_index_set gt_union(gt_index_sets *s, gt_index_set a, gt_index_set b)
{
    if (a == b || !b) return a;
    if (!a) return b;
    if (a < b) return gt_union(s, b, a);
    make_room(s);
    const uint64_t key = (uint64_t)(unsigned)a << 32 | (unsigned)b;
    known_union *k = slot_of(s->known, s->known_capacity, key);
    if (!k->key) {
        *k = (known_union){key, new_union(s, a, b)};
        s->n_known++;
    }
    return k->value;
}

/* ---- members ---- */

static void begin_round(gt_index_sets *s)
{
    s->round++;
    if (s->visited_capacity >= s->n_nodes) return;
    s->visited_capacity = s->n_nodes;
    s->visited = gt_alloc_array(s->arena, (size_t)s->n_nodes, sizeof *s->visited);
    memset(s->visited, 0, (size_t)s->n_nodes * sizeof *s->visited);
    /* a node is on the stack once */
    s->stack = gt_alloc_array(s->arena, (size_t)s->n_nodes + 1, sizeof *s->stack);
}

static int add_members(gt_index_sets *s, int n_list, const int *list, int n)
{
    for (int k = 0; k < n_list; k++) {
        if (s->found[list[k]] == s->round) continue;
        s->found[list[k]] = s->round;
        s->member[n++] = list[k];
    }
    return n;
}

int gt_members(gt_index_sets *s, gt_index_set a, const int **members)
{
    *members = s->member;
    if (!a) return 0;
    int one, n_list, n = 0, depth = 0;
    const int *list;
    if ((n_list = list_of(s, a, &one, &list))) {
        memcpy(s->member, list, (size_t)n_list * sizeof *list);
        return n_list;
    }
    begin_round(s);
    s->stack[depth++] = a;
    while (depth) {
        gt_index_set top = s->stack[--depth];
        if ((n_list = list_of(s, top, &one, &list))) {
            n = add_members(s, n_list, list, n);
            continue;
        }
        for (int k = 0; k < 2; k++) {
            if (!node_of(s, list[k])) {
                one = list[k] - 1;
                n = add_members(s, 1, &one, n);
                continue;
            }
            int *visited = &s->visited[node_of(s, list[k]) - s->node];
            if (*visited != s->round) s->stack[depth++] = list[k];
            *visited = s->round;
        }
    }
    return n;
}
