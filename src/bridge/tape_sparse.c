/* Sparse derivatives of tapes. */
#include "bridge/entries.h"
#include "bridge/scratch.h"
#include "bridge/tape.h"
#include "eager/memory.h"
#include "eager/errors.h"

#include <math.h>
#include <string.h>

const gt_compressed *tape_compressed(tape_state *s, gt_matrix matrix)
{
    gt_variants *v = &s->variants;
    if (v->current == GT_NO_VARIANT) r_stop(ERROR_TAPE, "the tape has no recording");
    gt_variant *current = &v->variant[v->current];
    if (!current->compressed[matrix]) {
        gt_error err;
        tape_check_program(s, gt_matrix_products(matrix));
        SEXP scratch = PROTECT(scratch_new());
        const bool failed = gt_variants_compress(v, matrix, scratch_arena(scratch), &err);
        scratch_free(scratch);
        UNPROTECT(1);
        if (failed) r_stop(ERROR_TAPE, "no sparse derivative: %s", err.message);
    }
    return current->compressed[matrix];
}

/* ---- entries ---- */

/* What is at hand while the products of a matrix are computed. */
typedef struct {
    tape_state *state;
    const gt_compressed *c;
    const double *x, *multipliers;
    double *seed, *product, *entries;
    const gt_program *played; /* which has been run at x */
} filling;

static void set_seed(const filling *f, int q, double to)
{
    for (int64_t k = f->c->first_one[q]; k < f->c->first_one[q + 1]; k++)
        f->seed[f->c->one[k]] = to;
}

static void compute_product(filling *f, int q)
{
    const gt_pattern *p = &f->c->pattern;
    const gt_program_kind kind = f->c->kind[q];
    const gt_variants *v = &f->state->variants;
    const tape_products products = {.kind = kind,
                                    .x = f->x,
                                    .multipliers = f->multipliers,
                                    .rows = kind == GT_PROGRAM_vjp ? p->n_rows : p->n_columns,
                                    .columns = 1,
                                    .seeds = f->seed};
    set_seed(f, q, 1);
    tape_multiply(f->state, &products, f->product,
                  f->played && f->played == gt_variants_program(v, kind) &&
                      f->played == v->workspace.presets_of);
    set_seed(f, q, 0);
    f->played = gt_variants_program(v, kind);
    for (int64_t e = f->c->first_entry[q]; e < f->c->first_entry[q + 1]; e++)
        f->entries[f->c->entry[e]] = f->product[f->c->at[e]];
}

static void compute_products(filling *f)
{
    f->played = NULL;
    for (int q = 0; q < f->c->n_products; q++)
        if (f->c->first_entry[q] < f->c->first_entry[q + 1]) compute_product(f, q);
}

/* Rows that J v gave something infinite or undefined, which may be 0 times infinity: J'v is careful
 * about that, see gt_program_careful().                                           */
static void refine_rows(filling *f)
{
    const gt_compressed *c = f->c;
    bool *again = NULL;
    for (int q = 0; q < c->n_products; q++) {
        if (c->kind[q] != GT_PROGRAM_jvp) continue;
        for (int64_t e = c->first_entry[q]; e < c->first_entry[q + 1]; e++) {
            if (isfinite(f->entries[c->entry[e]])) continue;
            if (!again) {
                again = gt_alloc_array(transient_arena, (size_t)c->pattern.n_rows, sizeof *again);
                memset(again, 0, (size_t)c->pattern.n_rows * sizeof *again);
            }
            again[c->pattern.row[c->entry[e]]] = true;
        }
    }
    if (!again) return;
    f->c = gt_compress_rows(&c->pattern, again, transient_arena);
    compute_products(f);
}

void tape_compute(tape_state *s, const gt_compressed *c, const double *x, const double *multipliers,
                  double *entries)
{
    const void *vmax = vmaxget();
    const gt_pattern *p = &c->pattern;
    const int64_t n = p->n_rows > p->n_columns ? p->n_rows : p->n_columns;
    SEXP seed = PROTECT(alloc_doubles((R_xlen_t)n)), product = PROTECT(alloc_doubles((R_xlen_t)n));
    filling f = {.state = s,
                 .c = c,
                 .x = x,
                 .multipliers = multipliers,
                 .seed = REAL(seed),
                 .product = REAL(product),
                 .entries = entries};
    memset(f.seed, 0, (size_t)n * sizeof *f.seed);
    compute_products(&f);
    refine_rows(&f);
    UNPROTECT(2);
    vmaxset(vmax);
}

/* ---- for R ---- */

static gt_matrix matrix_argument(SEXP name)
{
    gt_matrix matrix = TYPEOF(name) == STRSXP && XLENGTH(name) == 1
                           ? gt_matrix_find(CHAR(STRING_ELT(name, 0)))
                           : GT_MATRIX_COUNT;
    if (matrix == GT_MATRIX_COUNT) r_stop(ERROR_TAPE, "there is no such matrix");
    return matrix;
}

/* A matrix of the current variant, which holds at x, as call_tape_search() has said: a list of what
 * Matrix's classes of compressed columns hold, and the number of products. x: NULL for the pattern
 * alone. w: the multipliers, or NULL.                                             */
SEXP call_tape_sparse(SEXP handle, SEXP name, SEXP x, SEXP w)
{
    tape_state *s = tape_open(handle);
    const gt_compressed *c = tape_compressed(s, matrix_argument(name));
    const gt_pattern *p = &c->pattern;
    const R_xlen_t entries = (R_xlen_t)gt_pattern_entries(p);
    const char *names[] = {"i", "p", "Dim", "products", "x", ""};
    SEXP result = PROTECT(Rf_mkNamed(VECSXP, names));
    SET_VECTOR_ELT(result, 0, Rf_allocVector(INTSXP, entries));
    SET_VECTOR_ELT(result, 1, Rf_allocVector(INTSXP, (R_xlen_t)p->n_columns + 1));
    SET_VECTOR_ELT(result, 2, Rf_allocVector(INTSXP, 2));
    SET_VECTOR_ELT(result, 3, Rf_ScalarInteger(c->n_products));
    if (entries) memcpy(INTEGER(VECTOR_ELT(result, 0)), p->row, (size_t)entries * sizeof *p->row);
    int *start = INTEGER(VECTOR_ELT(result, 1)), *dim = INTEGER(VECTOR_ELT(result, 2));
    for (int64_t j = 0; j <= p->n_columns; j++) start[j] = (int)p->column_start[j];
    dim[0] = (int)p->n_rows;
    dim[1] = (int)p->n_columns;
    if (x != R_NilValue) {
        if (TYPEOF(x) != REALSXP || XLENGTH(x) != s->n || (w != R_NilValue && TYPEOF(w) != REALSXP))
            r_stop(ERROR_TAPE, "the tape was recorded for %d numbers", s->n);
        SET_VECTOR_ELT(result, 4, alloc_doubles(entries));
        tape_compute(s, c, REAL(x), w == R_NilValue ? NULL : REAL(w), REAL(VECTOR_ELT(result, 4)));
    }
    UNPROTECT(1);
    return result;
}
