/* A sparse derivative by few products: columns, or rows, that have no entry in a common place are
 * computed as their sum, and each entry is read from where it stands alone.       */
#ifndef GRADTAPE_TAPE_COMPRESSED_H
#define GRADTAPE_TAPE_COMPRESSED_H

#include "core/pattern.h"
#include "tape/program.h"

/* MATRIX(name, the program whose derivative is the product of it, or its transpose, with the seed) */
#define GT_MATRICES(MATRIX) \
    MATRIX(hessian, hvp)           /* of a function of one number */ \
    MATRIX(lagrangian, lagrangian) /* the Hessian of a weighted sum of the outputs */ \
    MATRIX(jacobian, vjp) \
    MATRIX(constraints, vjp) /* the Jacobian without its first row, which has no entries here */

typedef enum {
#define MATRIX(name, products) GT_MATRIX_##name,
    GT_MATRICES(MATRIX)
#undef MATRIX
        GT_MATRIX_COUNT
} gt_matrix;

gt_matrix gt_matrix_find(const char *name); /* GT_MATRIX_COUNT when there is none */
static inline bool gt_matrix_is_symmetric(gt_matrix matrix)
{
    return matrix == GT_MATRIX_hessian || matrix == GT_MATRIX_lagrangian;
}
/* The program whose graph tells the pattern. */
gt_program_kind gt_matrix_products(gt_matrix matrix);

typedef struct {
    gt_pattern pattern; /* by columns, rows ascending; of a Hessian the lower triangle */
    int n_products;
    /* Of product q: the program; the seed, which is 1 at one[first_one[q]] up to
     * one[first_one[q + 1]] and else 0; what is read, entry[e] at place at[e] of the product for e from
     * first_entry[q] up to first_entry[q + 1].                                    */
    gt_program_kind *kind;
    int64_t *first_one, *first_entry;
    int *one, *entry, *at;
} gt_compressed;

/* From the graph of that program, whose seed has n_seed elements. Stays in `keep`; NULL with a
 * message.                                                                        */
gt_compressed *gt_compress(const gt_graph *products, gt_matrix matrix, int64_t n_seed,
                           gt_arena keep, gt_error *err);
/* Of a Jacobian some rows only, computed as rows; what is not in them is left out. */
gt_compressed *gt_compress_rows(const gt_pattern *p, const bool *wanted, gt_arena arena);

#endif
