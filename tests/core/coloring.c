/* Colourings and sets of indices against their definitions, on random matrices and unions. */
#include "tape/coloring.h"
#include "tape/index_sets.h"
#include "tape/sparsity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *from_malloc(void *host, size_t bytes)
{
    (void)host;
    return malloc(bytes ? bytes : 1);
}
static const gt_arena arena = {.alloc = from_malloc};

static unsigned state = 1;
static int random_below(int n)
{
    state = state * 1664525u + 1013904223u;
    return (int)(state >> 8) % n;
}

static int failures = 0;
static void check(int holds, const char *what, int round)
{
    if (holds) return;
    failures++;
    printf("%s does not hold in round %d\n", what, round);
}

enum { MOST = 24 };
typedef struct {
    int rows, columns;
    int is_there[MOST][MOST];
} matrix;

static gt_pattern pattern_of(const matrix *a)
{
    int64_t *start = malloc(sizeof *start * (MOST + 1));
    int *row = malloc(sizeof *row * MOST * MOST), n = 0;
    for (int j = 0; j < a->columns; j++) {
        start[j] = n;
        for (int i = 0; i < a->rows; i++)
            if (a->is_there[i][j]) row[n++] = i;
    }
    start[a->columns] = n;
    return (gt_pattern){a->rows, a->columns, start, row};
}

static void test_columns(int round)
{
    matrix a = {1 + random_below(MOST), 1 + random_below(MOST), {{0}}};
    const int entries = random_below(3 * a.columns);
    for (int k = 0; k < entries; k++) a.is_there[random_below(a.rows)][random_below(a.columns)] = 1;
    const gt_pattern p = pattern_of(&a), t = gt_pattern_transposed(&p, arena);
    const gt_coloring c = gt_color_columns(&p, &t, NULL, NULL, arena);
    for (int i = 0; i < a.rows; i++)
        for (int j = 0; j < a.columns; j++)
            for (int k = 0; k < j; k++)
                check(!(a.is_there[i][j] && a.is_there[i][k] && c.color[j] == c.color[k]),
                      "one entry of a colour in a row", round);
    for (int j = 0; j < a.columns; j++)
        check((c.color[j] == GT_NO_COLOR) == (p.column_start[j] == p.column_start[j + 1]),
              "a colour where there are entries", round);
}

/* Entry (i, j) stands alone among those of j's colour in row i. */
static int stands_alone(const matrix *a, const int *color, int i, int j)
{
    for (int k = 0; k < a->columns; k++)
        if (k != j && a->is_there[i][k] && color[k] == color[j]) return 0;
    return 1;
}

static void test_stars(int round)
{
    const int n = 1 + random_below(MOST), entries = random_below(3 * n);
    matrix a = {n, n, {{0}}}, lower = {n, n, {{0}}};
    for (int k = 0; k < entries; k++) {
        int i = random_below(n), j = random_below(n);
        a.is_there[i][j] = a.is_there[j][i] = 1;
        lower.is_there[i > j ? i : j][i > j ? j : i] = 1;
    }
    const gt_pattern p = pattern_of(&lower), whole = pattern_of(&a),
                     same = gt_pattern_symmetric(&whole, arena);
    check(!memcmp(p.column_start, same.column_start, sizeof(int64_t) * (size_t)(n + 1)) &&
              !memcmp(p.row, same.row, sizeof(int) * (size_t)gt_pattern_entries(&p)),
          "the lower triangle", round);
    const gt_coloring c = gt_color_stars(&p, arena);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            if (!a.is_there[i][j]) continue;
            check(i == j || c.color[i] != c.color[j], "neighbours have different colours", round);
            check(stands_alone(&a, c.color, i, j) || stands_alone(&a, c.color, j, i),
                  "each entry stands alone", round);
        }
}

/* Sets long and short: a bit map beside each. */
static void test_sets(int round)
{
    enum { N = 300, SETS = 120 };
    static char member[SETS][N];
    gt_index_set set[SETS];
    gt_index_sets *s = gt_index_sets_new(N, arena);
    memset(member, 0, sizeof member);
    for (int k = 0; k < SETS; k++) {
        int a = k ? random_below(k) : 0, b = k ? random_below(k) : 0, one = random_below(N);
        set[k] = k % 3 ? gt_union(s, set[a], set[b]) : gt_union(s, k ? set[a] : 0, gt_set_of(one));
        for (int i = 0; k && i < N; i++) member[k][i] = member[a][i] || (k % 3 && member[b][i]);
        if (k % 3 == 0) member[k][one] = 1;
    }
    /* and a union of a run, longer than any list */
    for (int i = 0; i < N; i++) {
        set[0] = gt_union(s, set[0], gt_set_of(i / 2));
        member[0][i / 2] = 1;
    }
    for (int k = 0; k < SETS; k++) {
        const int *found;
        int n = gt_members(s, set[k], &found), expected = 0;
        for (int i = 0; i < N; i++) expected += member[k][i];
        check(n == expected, "as many members", round);
        for (int i = 0; i < n; i++) check(member[k][found[i]], "each a member", round);
    }
}

int main(void)
{
    for (int round = 0; round < 300; round++) {
        test_columns(round);
        test_stars(round);
        if (round % 10 == 0) test_sets(round);
    }
    if (!failures) puts("holds");
    return failures != 0;
}
