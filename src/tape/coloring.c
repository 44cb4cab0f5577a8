#include "tape/coloring.h"
#include "tape/sparsity.h"

#include <string.h>

static void *zeros(gt_arena arena, int64_t n, size_t size)
{
    void *to = gt_alloc_array(arena, (size_t)n, size);
    memset(to, 0, (size_t)n * size);
    return to;
}

/* Where so much is not zero, colours save little, and finding them takes long. */
static bool is_nearly_dense(int64_t entries, int64_t rows, int64_t columns)
{
    return entries > rows * columns / 4;
}

/* The lowest colour that was not forbidden in this round. */
static int lowest_color(const int *forbidden, int round)
{
    int c = 0;
    while (forbidden[c] == round) c++;
    return c;
}

/* ---- columns ---- */

gt_coloring gt_color_columns(const gt_pattern *p, const gt_pattern *by_rows,
                             const bool *column_wanted, const bool *row_wanted, gt_arena arena)
{
    const int64_t n = p->n_columns;
    gt_coloring c = {0, gt_alloc_array(arena, (size_t)n, sizeof *c.color)};
    int *forbidden = zeros(arena, n + 1, sizeof *forbidden);
    const bool own_colors = is_nearly_dense(gt_pattern_entries(p), p->n_rows, n);
    for (int j = 0; j < n; j++) {
        bool is_needed = false;
        c.color[j] = GT_NO_COLOR;
        if (column_wanted && !column_wanted[j]) continue;
        for (int64_t k = p->column_start[j]; k < p->column_start[j + 1]; k++) {
            const int i = p->row[k];
            if (row_wanted && !row_wanted[i]) continue;
            is_needed = true;
            if (own_colors) break;
            for (int64_t q = by_rows->column_start[i]; by_rows->row[q] < j; q++)
                if (c.color[by_rows->row[q]] != GT_NO_COLOR)
                    forbidden[c.color[by_rows->row[q]]] = j + 1;
        }
        if (!is_needed) continue;
        c.color[j] = own_colors ? c.n_colors : lowest_color(forbidden, j + 1);
        if (c.color[j] == c.n_colors) c.n_colors++;
    }
    return c;
}

/* ---- stars ---- */

/* What a vertex knows of its neighbours of one colour. */
typedef struct {
    int color, count;
    int neighbor; /* the first of them */
    bool is_leaf; /* it is the only one, and has other neighbours of this vertex' colour */
} neighbors;

typedef struct {
    int n, round, n_colors;
    const int64_t *start; /* neighbours of v: neighbor[start[v]] ... */
    const int *neighbor;
    const bool *has_entry;
    int *color, *forbidden;
    int *n_known; /* of each vertex: known[start[v]] ... */
    neighbors *known;
    /* by colour, of the vertex at hand: the first neighbour that has it, its record */
    int *first, *first_round, *record;
} stars;

static neighbors *find(const stars *s, int v, int color)
{
    neighbors *at = s->known + s->start[v], *end = at + s->n_known[v];
    while (at != end && at->color != color) at++;
    return at == end ? NULL : at;
}

static void forbid_around(stars *s, int w)
{
    const neighbors *at = s->known + s->start[w];
    for (int k = 0; k < s->n_known[w]; k++) s->forbidden[at[k].color] = s->round;
}

/* Colours that v may not have: its neighbours'; where two neighbours share theirs, those around
 * them; and those of hubs whose star its neighbour is in as a leaf.               */
static void forbid_colors(stars *s, int v)
{
    for (int64_t k = s->start[v]; k < s->start[v + 1]; k++) {
        const int w = s->neighbor[k], c = s->color[w];
        if (c == GT_NO_COLOR) continue;
        if (s->first_round[c] == s->round) {
            if (s->first[c] >= 0) forbid_around(s, s->first[c]);
            s->first[c] = -1;
            forbid_around(s, w);
        } else {
            s->first_round[c] = s->round;
            s->first[c] = w;
            const neighbors *at = s->known + s->start[w];
            for (int r = 0; r < s->n_known[w]; r++)
                if (at[r].is_leaf) s->forbidden[at[r].color] = s->round;
        }
        s->forbidden[c] = s->round;
    }
}

/* Tells the neighbours of v its colour. */
static void set_color(stars *s, int v, int color)
{
    s->color[v] = color;
    if (color == s->n_colors) s->n_colors++;
    neighbors *own = s->known + s->start[v];
    for (int r = 0; r < s->n_known[v]; r++) s->record[own[r].color] = r;
    for (int64_t k = s->start[v]; k < s->start[v + 1]; k++) {
        const int w = s->neighbor[k], c = s->color[w];
        neighbors *of_w = find(s, w, color), *of_v = c == GT_NO_COLOR ? NULL : &own[s->record[c]];
        if (!of_w) {
            of_w = &s->known[s->start[w] + s->n_known[w]++];
            *of_w = (neighbors){color, 0, v, false};
        }
        if (++of_w->count > 1 && of_v) {
            /* w is the hub of a star with v and the first neighbour of v's colour */
            of_v->is_leaf = true;
            if (of_w->count == 2) find(s, of_w->neighbor, c)->is_leaf = true;
        }
        of_w->is_leaf = of_w->count == 1 && of_v && of_v->count > 1;
    }
}

static void color_in_order(stars *s, const int *order)
{
    s->n_colors = s->round = 0;
    memset(s->n_known, 0, (size_t)s->n * sizeof *s->n_known);
    memset(s->forbidden, 0, ((size_t)s->n + 1) * sizeof *s->forbidden);
    memset(s->first_round, 0, (size_t)s->n * sizeof *s->first_round);
    for (int v = 0; v < s->n; v++) s->color[v] = GT_NO_COLOR;
    for (int k = 0; k < s->n; k++) {
        const int v = order ? order[k] : k;
        if (!s->has_entry[v]) continue;
        s->round++;
        forbid_colors(s, v);
        set_color(s, v, lowest_color(s->forbidden, s->round));
    }
}

/* By decreasing number of neighbours, equal ones in their order. */
static int *by_degree(const stars *s, gt_arena arena)
{
    int *order = gt_alloc_array(arena, (size_t)s->n, sizeof *order),
        *start = zeros(arena, s->n + 2, sizeof *start);
    for (int v = 0; v < s->n; v++) start[s->n - (s->start[v + 1] - s->start[v]) + 1]++;
    for (int d = 0; d <= s->n; d++) start[d + 1] += start[d];
    for (int v = 0; v < s->n; v++) order[start[s->n - (s->start[v + 1] - s->start[v])]++] = v;
    return order;
}

/* Both triangles, without the diagonal. */
static void find_neighbors(stars *s, const gt_pattern *lower, gt_arena arena)
{
    const int64_t n = lower->n_columns;
    int64_t *start = zeros(arena, n + 2, sizeof *start);
    int *neighbor = gt_alloc_array(arena, 2 * (size_t)gt_pattern_entries(lower), sizeof *neighbor);
    bool *has_entry = zeros(arena, n, sizeof *has_entry);
    for (int pass = 0; pass < 2; pass++) {
        for (int j = 0; j < n; j++)
            for (int64_t k = lower->column_start[j]; k < lower->column_start[j + 1]; k++) {
                const int i = lower->row[k];
                has_entry[i] = has_entry[j] = true;
                if (i == j) continue;
                if (pass == 0) {
                    start[i + 2]++;
                    start[j + 2]++;
                } else {
                    neighbor[start[i + 1]++] = j;
                    neighbor[start[j + 1]++] = i;
                }
            }
        for (int64_t v = 0; pass == 0 && v < n; v++) start[v + 2] += start[v + 1];
    }
    s->n = (int)n;
    s->start = start;
    s->neighbor = neighbor;
    s->has_entry = has_entry;
}

static gt_coloring own_colors(const stars *s, gt_arena arena)
{
    gt_coloring c = {0, gt_alloc_array(arena, (size_t)s->n, sizeof *c.color)};
    for (int v = 0; v < s->n; v++) c.color[v] = s->has_entry[v] ? c.n_colors++ : GT_NO_COLOR;
    return c;
}

gt_coloring gt_color_stars(const gt_pattern *lower, gt_arena arena)
{
    stars s = {0};
    find_neighbors(&s, lower, arena);
    if (is_nearly_dense(s.start[s.n], s.n, s.n)) return own_colors(&s, arena);
    s.known = gt_alloc_array(arena, (size_t)s.start[s.n], sizeof *s.known);
    int **per_vertex[] = {&s.color, &s.n_known, &s.first, &s.first_round, &s.record, &s.forbidden};
    for (size_t k = 0; k < sizeof per_vertex / sizeof *per_vertex; k++)
        *per_vertex[k] = gt_alloc_array(arena, (size_t)s.n, sizeof(int));
    color_in_order(&s, NULL);
    const gt_coloring as_they_stand = {s.n_colors, s.color};
    s.color = gt_alloc_array(arena, (size_t)s.n, sizeof *s.color);
    color_in_order(&s, by_degree(&s, arena));
    const gt_coloring largest_first = {s.n_colors, s.color};
    return largest_first.n_colors < as_they_stand.n_colors ? largest_first : as_they_stand;
}
