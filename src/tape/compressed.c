#include "tape/compressed.h"
#include "tape/coloring.h"
#include "tape/sparsity.h"

#include <string.h>

gt_matrix gt_matrix_find(const char *name)
{
    static const char *const names[] = {
#define MATRIX(name, products) #name,
        GT_MATRICES(MATRIX)
#undef MATRIX
    };
    int k = 0;
    while (k < GT_MATRIX_COUNT && strcmp(names[k], name)) k++;
    return (gt_matrix)k;
}

gt_program_kind gt_matrix_products(gt_matrix matrix)
{
    static const gt_program_kind kinds[] = {
#define MATRIX(name, products) GT_PROGRAM_##products,
        GT_MATRICES(MATRIX)
#undef MATRIX
    };
    return kinds[matrix];
}

/* ---- from colours to products ---- */

/* Products of one kind, a colour each: those of columns or of rows. */
typedef struct {
    gt_program_kind kind;
    int64_t n; /* columns or rows */
    gt_coloring coloring;
} family;

/* The first product of a family is this one. */
static int first_product(const family *f, int k)
{
    return k ? first_product(f, k - 1) + f[k - 1].coloring.n_colors : 0;
}

/* Items sorted by the bucket that each is in, from 0; those in none are left out. */
static int *sorted_by_bucket(int64_t n, const int *bucket, int n_buckets, int64_t **start,
                             gt_arena keep)
{
    int64_t *first = *start = gt_alloc_array(keep, (size_t)n_buckets + 1, sizeof *first);
    memset(first, 0, ((size_t)n_buckets + 2) * sizeof *first);
    for (int64_t k = 0; k < n; k++)
        if (bucket[k] >= 0) first[bucket[k] + 2]++;
    for (int b = 0; b < n_buckets; b++) first[b + 2] += first[b + 1];
    int *sorted = gt_alloc_array(keep, (size_t)first[n_buckets + 1], sizeof *sorted);
    for (int64_t k = 0; k < n; k++)
        if (bucket[k] >= 0) sorted[first[bucket[k] + 1]++] = (int)k;
    return sorted;
}

static gt_pattern pattern_copy(const gt_pattern *p, gt_arena keep)
{
    size_t columns = (size_t)p->n_columns, entries = (size_t)gt_pattern_entries(p);
    int64_t *start = gt_alloc_array(keep, columns, sizeof *start);
    int *row = gt_alloc_array(keep, entries, sizeof *row);
    memcpy(start, p->column_start, (columns + 1) * sizeof *start);
    if (entries) memcpy(row, p->row, entries * sizeof *row);
    return (gt_pattern){p->n_rows, p->n_columns, start, row};
}

/* product, at: where each entry is read; no product: nowhere. */
static gt_compressed *assemble(const gt_pattern *p, int n_families, const family *f,
                               const int *product, const int *at, gt_arena keep, gt_arena transient)
{
    gt_compressed *c = gt_alloc(keep, sizeof *c);
    c->pattern = pattern_copy(p, keep);
    c->n_products = first_product(f, n_families);
    c->kind = gt_alloc_array(keep, (size_t)c->n_products, sizeof *c->kind);
    int64_t seeds = 0, entries = gt_pattern_entries(p);
    for (int k = 0; k < n_families; k++) {
        for (int q = 0; q < f[k].coloring.n_colors; q++)
            c->kind[first_product(f, k) + q] = f[k].kind;
        seeds += f[k].n;
    }
    int *of_seed = gt_alloc_array(transient, (size_t)seeds, sizeof *of_seed), *next = of_seed;
    for (int k = 0; k < n_families; k++)
        for (int64_t j = 0; j < f[k].n; j++) {
            const int color = f[k].coloring.color[j];
            *next++ = color == GT_NO_COLOR ? GT_NO_COLOR : first_product(f, k) + color;
        }
    c->one = sorted_by_bucket(seeds, of_seed, c->n_products, &c->first_one, keep);
    if (n_families > 1)
        for (int64_t k = 0; k < c->first_one[c->n_products]; k++)
            if (c->one[k] >= f[0].n) c->one[k] -= (int)f[0].n;
    c->entry = sorted_by_bucket(entries, product, c->n_products, &c->first_entry, keep);
    const int64_t n_read = c->first_entry[c->n_products];
    c->at = gt_alloc_array(keep, (size_t)n_read, sizeof *c->at);
    for (int64_t k = 0; k < n_read; k++) c->at[k] = at[c->entry[k]];
    return c;
}

/* ---- Hessians ---- */

static gt_compressed *compress_symmetric(const gt_pattern *lower, gt_program_kind kind,
                                         gt_arena keep, gt_arena transient)
{
    const gt_pattern upper = gt_pattern_transposed(lower, transient), *both[] = {lower, &upper};
    const family f = {kind, lower->n_columns, gt_color_stars(lower, transient)};
    const int *color = f.coloring.color;
    const size_t entries = (size_t)gt_pattern_entries(lower);
    int *product = gt_alloc_array(transient, entries, sizeof *product),
        *at = gt_alloc_array(transient, entries, sizeof *at),
        *count = gt_alloc_array(transient, (size_t)f.coloring.n_colors, sizeof *count);
    memset(count, 0, (size_t)f.coloring.n_colors * sizeof *count);
    for (int j = 0; j < lower->n_columns; j++) {
        /* what row j has of each colour: the diagonal is in both triangles, and alone in its colour */
        for (int change = 1; change >= -1; change -= 2) {
            for (int t = 0; t < 2; t++)
                for (int64_t k = both[t]->column_start[j]; k < both[t]->column_start[j + 1]; k++)
                    count[color[both[t]->row[k]]] += change;
            if (change < 0) continue;
            for (int64_t k = lower->column_start[j]; k < lower->column_start[j + 1]; k++) {
                const int i = lower->row[k];
                const bool is_alone = i == j || count[color[i]] == 1;
                product[k] = is_alone ? color[i] : color[j];
                at[k] = is_alone ? j : i;
            }
        }
    }
    return assemble(lower, 1, &f, product, at, keep, transient);
}

/* ---- Jacobians ---- */

typedef struct {
    const gt_pattern *by_columns, *by_rows;
    gt_arena keep, transient;
} jacobian;

/* The rows that are wanted by themselves, the others by columns. */
static gt_compressed *compress_parts(const jacobian *j, const bool *rows, const bool *others)
{
    const gt_pattern *p = j->by_columns, *t = j->by_rows;
    const family f[] = {
        {GT_PROGRAM_jvp, p->n_columns, gt_color_columns(p, t, NULL, others, j->transient)},
        {GT_PROGRAM_vjp, p->n_rows, gt_color_columns(t, p, rows, NULL, j->transient)}};
    const size_t entries = (size_t)gt_pattern_entries(p);
    int *product = gt_alloc_array(j->transient, entries, sizeof *product),
        *at = gt_alloc_array(j->transient, entries, sizeof *at);
    for (int column = 0; column < p->n_columns; column++)
        for (int64_t k = p->column_start[column]; k < p->column_start[column + 1]; k++) {
            const int row = p->row[k];
            product[k] = others[row] ? f[0].coloring.color[column] : GT_NO_COLOR;
            at[k] = others[row] ? row : column;
            if (rows[row]) product[k] = first_product(f, 1) + f[1].coloring.color[row];
        }
    return assemble(p, 2, f, product, at, j->keep, j->transient);
}

static int64_t length(const gt_pattern *p, int64_t column)
{
    return p->column_start[column + 1] - p->column_start[column];
}
static int64_t longest(const gt_pattern *p)
{
    int64_t most = 0;
    for (int64_t j = 0; j < p->n_columns; j++)
        if (length(p, j) > most) most = length(p, j);
    return most;
}

/* Columns cost at least what the longest row has, so it may pay to take long rows by themselves.
 * Returns the length from which on that costs least, and how much at least.      */
static int64_t longest_worth(const gt_pattern *by_rows, int64_t *cost, gt_arena transient)
{
    int64_t most = longest(by_rows), best = most, longer = 0;
    int64_t *n_of = gt_alloc_array(transient, (size_t)most, sizeof *n_of);
    memset(n_of, 0, ((size_t)most + 1) * sizeof *n_of);
    for (int64_t i = 0; i < by_rows->n_columns; i++) n_of[length(by_rows, i)]++;
    *cost = most;
    for (int64_t k = most; k > 0; k--) { /* rows up to k elements by columns */
        if (k + longer < *cost) *cost = k + longer, best = k;
        longer += n_of[k];
    }
    return best;
}

/* Whichever costs fewer products: rows, or columns and perhaps some rows. */
static gt_compressed *compress_jacobian(const jacobian *j)
{
    const gt_pattern *t = j->by_rows;
    const int64_t m = t->n_columns, by_rows = longest(j->by_columns);
    int64_t by_columns;
    const int64_t most = longest_worth(t, &by_columns, j->transient);
    bool *rows = gt_alloc_array(j->transient, (size_t)m, sizeof *rows),
         *others = gt_alloc_array(j->transient, (size_t)m, sizeof *others);
    gt_compressed *best = NULL;
    for (int round = 0; round < 2; round++) {
        const bool all_rows = (round == 0) == (by_rows < by_columns);
        if (best && best->n_products <= (all_rows ? by_rows : by_columns)) break;
        for (int64_t i = 0; i < m; i++) {
            rows[i] = all_rows || length(t, i) > most;
            others[i] = !rows[i];
        }
        gt_compressed *c = compress_parts(j, rows, others);
        if (!best || c->n_products < best->n_products) best = c;
    }
    return best;
}

gt_compressed *gt_compress_rows(const gt_pattern *p, const bool *wanted, gt_arena arena)
{
    const gt_pattern t = gt_pattern_transposed(p, arena);
    bool *none = gt_alloc_array(arena, (size_t)p->n_rows, sizeof *none);
    memset(none, 0, (size_t)p->n_rows * sizeof *none);
    const jacobian j = {p, &t, arena, arena};
    return compress_parts(&j, wanted, none);
}

static gt_pattern without_first_row(const gt_pattern *p, gt_arena arena)
{
    gt_pattern to = pattern_copy(p, arena);
    int64_t *start = (int64_t *)to.column_start, n = 0;
    int *row = (int *)to.row;
    for (int64_t j = 0; j < p->n_columns; j++) {
        for (int64_t k = p->column_start[j]; k < p->column_start[j + 1]; k++)
            if (p->row[k] != 0) row[n++] = p->row[k];
        start[j + 1] = n;
    }
    return to;
}

gt_compressed *gt_compress(const gt_graph *products, gt_matrix matrix, int64_t n_seed,
                           gt_arena keep, gt_error *err)
{
    const gt_arena transient = products->arena;
    gt_pattern p;
    if (gt_graph_sparsity(products, GT_DERIVATIVE, GT_SEED, n_seed, &p, err)) return NULL;
    if (gt_matrix_is_symmetric(matrix)) {
        const gt_pattern lower = gt_pattern_symmetric(&p, transient);
        return compress_symmetric(&lower, gt_matrix_products(matrix), keep, transient);
    }
    if (matrix == GT_MATRIX_constraints) p = without_first_row(&p, transient);
    const gt_pattern by_rows = gt_pattern_transposed(&p, transient),
                     by_columns = gt_pattern_transposed(&by_rows, transient);
    const jacobian j = {&by_columns, &by_rows, keep, transient};
    return compress_jacobian(&j);
}
