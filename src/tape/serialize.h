/* Recordings as plain vectors, to be saved: operations by name, no plans, no structs. What is
 * loaded is checked whole before any of it is used.                              */
#ifndef GRADTAPE_TAPE_SERIALIZE_H
#define GRADTAPE_TAPE_SERIALIZE_H

#include "tape/variants.h"

/* Of the integers: to be raised whenever their order or meaning changes, or an operation of
 * the same name computes something else.                                         */
#define GT_SAVED_FORMAT 1

typedef struct {
    int n_names;
    const char **names; /* of operations, which the integers count from 0 */
    int64_t n_ints, n_reals;
    int *ints;     /* the graphs, in the order of write_variant() */
    double *reals; /* the numbers of a graph and what its guards expect, graph by graph */
    int n_vectors;
    gt_vector *vectors; /* of the pool, those that graphs refer to */
} gt_saved;

/* Also says which vector of the pool each saved one is. */
gt_saved gt_save_variants(const gt_variants *v, gt_arena arena, const int **vector_of);
/* Adds what was saved to variants without recordings, whose pool holds saved->vectors. n: the
 * number of parameters. Returns 0, or 1 with a message about what is wrong, and nothing added. */
int gt_load_variants(gt_variants *v, const gt_saved *saved, int n, gt_arena arena, gt_error *err);

/* Of the operations in the table, in any order: name, arity and parameters. */
uint64_t gt_table_fingerprint(void);
/* Of all that was saved. */
uint64_t gt_saved_checksum(const gt_saved *saved);

#endif
