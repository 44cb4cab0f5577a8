/* Sparse matrices of tapes as problems announce them. */
#include "bridge/tape.h"

#include "eager/errors.h"
#include "tape/sparsity.h"

#include <string.h>

static bool has_shape(const gt_pattern *p, const gt_pattern *q)
{
    return p->n_rows == q->n_rows && p->n_columns == q->n_columns;
}

/* Rows of the announced pattern that a recording's do not have before theirs. */
static int first_row(gt_matrix matrix) { return matrix == GT_MATRIX_constraints; }

static gt_pattern counted_from(const gt_pattern *p, int first)
{
    const int64_t n = gt_pattern_entries(p);
    int *row = gt_alloc_array(transient_arena, (size_t)n, sizeof *row);
    for (int64_t k = 0; k < n; k++) row[k] = p->row[k] - first;
    return (gt_pattern){p->n_rows - first, p->n_columns, p->column_start, row};
}

tape_matrix tape_matrix_new(tape_state *s, gt_matrix matrix)
{
    gt_variants *v = &s->variants;
    const int current = v->current;
    gt_pattern all = tape_compressed(s, matrix)->pattern;
    for (v->current = 0; v->current < v->n; v->current++) {
        if (v->current == current) continue;
        const gt_pattern *other = &tape_compressed(s, matrix)->pattern;
        if (has_shape(other, &all)) all = gt_pattern_union(&all, other, transient_arena);
    }
    v->current = current;
    return (tape_matrix){s, matrix, counted_from(&all, first_row(matrix)), v->n};
}

/* False where an entry that is not 0 has no place. */
static bool put(const gt_pattern *from, const double *entries, int first, const gt_pattern *to,
                double *into)
{
    memset(into, 0, (size_t)gt_pattern_entries(to) * sizeof *into);
    for (int64_t j = 0; j < from->n_columns; j++) {
        int64_t at = to->column_start[j];
        const int64_t end = to->column_start[j + 1];
        for (int64_t k = from->column_start[j]; k < from->column_start[j + 1]; k++) {
            while (at < end && to->row[at] < from->row[k] - first) at++;
            if (at < end && to->row[at] == from->row[k] - first) into[at] = entries[k];
            else if (entries[k] != 0) return false;
        }
    }
    return true;
}

static void NORET refuse(void)
{
    r_stop(ERROR_PATTERN, "a recording has entries where none of those before had any");
}

void tape_matrix_fill(const tape_matrix *m, const double *x, const double *multipliers,
                      double *entries)
{
    const gt_compressed *c = tape_compressed(m->state, m->matrix);
    const int64_t n = gt_pattern_entries(&c->pattern);
    const bool is_among_them = m->state->variants.current < m->n_variants;
    if (is_among_them && n == gt_pattern_entries(&m->pattern)) {
        tape_compute(m->state, c, x, multipliers, entries);
        return;
    }
    const void *vmax = vmaxget();
    double *own = gt_alloc_array(transient_arena, (size_t)n, sizeof *own);
    tape_compute(m->state, c, x, multipliers, own);
    const bool fits = c->pattern.n_columns == m->pattern.n_columns &&
                      put(&c->pattern, own, first_row(m->matrix), &m->pattern, entries);
    vmaxset(vmax);
    if (!fits) refuse();
}

void tape_matrix_put_column(const tape_matrix *m, int64_t j, const double *column, double *entries)
{
    const gt_pattern *p = &m->pattern;
    int64_t at = p->column_start[j];
    for (int64_t i = gt_matrix_is_symmetric(m->matrix) ? j : 0; i < p->n_rows; i++) {
        const bool has_place = at < p->column_start[j + 1] && p->row[at] == i;
        if (has_place) entries[at++] = column[i];
        else if (column[i] != 0) refuse();
    }
}
