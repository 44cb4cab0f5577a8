#include "tape/passes/elements.h"

#include <string.h>

gt_elements *gt_elements_new(gt_arena arena, int columns)
{
    gt_elements *e = gt_alloc(arena, sizeof *e);
    *e = (gt_elements){.arena = arena, .columns = columns};
    return e;
}

/* An array with room for one element more. */
static void *roomy(gt_arena arena, void *array, int n, int *capacity, size_t size)
{
    if (n < *capacity) return array;
    *capacity = *capacity ? 2 * *capacity : 4;
    void *larger = gt_alloc_array(arena, (size_t)*capacity, size);
    if (n) memcpy(larger, array, (size_t)n * size);
    return larger;
}

static void add_slots(gt_elements *e, int length)
{
    if (length > e->capacity) {
        e->capacity = 2 * e->capacity > length ? 2 * e->capacity : length;
        int *larger = gt_alloc_array(e->arena, (size_t)e->capacity, sizeof *larger);
        if (e->length) memcpy(larger, e->last, (size_t)e->length * sizeof *larger);
        e->last = larger;
    }
    while (e->length < length) e->last[e->length++] = GT_NO_REF;
}

void gt_elements_add_whole(gt_elements *e, int state, int length, int instr)
{
    add_slots(e, length);
    e->whole = roomy(e->arena, e->whole, e->n_wholes, &e->room_for_wholes, sizeof *e->whole);
    int k = e->n_wholes++;
    for (; k > 0 && e->whole[k - 1].state > state; k--) e->whole[k] = e->whole[k - 1];
    e->whole[k] = (gt_whole){state, length, instr};
}

void gt_elements_assign(gt_elements *e, int slot, gt_element value)
{
    add_slots(e, slot + 1);
    e->assigned = roomy(e->arena, e->assigned, e->state, &e->room, sizeof *e->assigned);
    e->assigned[e->state] = (gt_assignment){slot, e->last[slot], value};
    e->last[slot] = e->state++;
}

int gt_elements_assigned(const gt_elements *e, int slot, int state)
{
    int k = e->last[slot];
    while (k >= state) k = e->assigned[k].before;
    return k;
}

gt_element gt_elements_get(const gt_elements *e, int slot, int state)
{
    int k = gt_elements_assigned(e, slot, state);
    return k == GT_NO_REF ? (gt_element){e->whole[0].instr, slot} : e->assigned[k].value;
}

const gt_whole *gt_elements_whole(const gt_elements *e, int state)
{
    for (int k = e->n_wholes - 1; k >= 0; k--)
        if (e->whole[k].state <= state) return &e->whole[k];
    return NULL;
}
