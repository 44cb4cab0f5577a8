/* What outlives a call, in one place; but for the default dtype, which the operations keep
 * where no R is (ops/table.c). R runs one thread, so nothing here is locked.     */
#ifndef GRADTAPE_GLOBALS_H
#define GRADTAPE_GLOBALS_H

#define R_NO_REMAP
#include <R.h>
#include <Rinternals.h>
#include <R_ext/Altrep.h>

#include <stdbool.h>

typedef struct {
    bool grad_enabled;                 /* results keep what a gradient needs */
    bool detects_anomalies;            /* see with_detect_anomaly() */
    SEXP recorder;                     /* of the open recording, else NULL (eager/record.c) */
    void (*take_nodes)(SEXP recorder); /* see eager/record.h */
    volatile char *shared_note;        /* a byte that forked processes share (eager/record.c) */
    bool keeps_freed_pages;            /* malloc() has been told to (eager/memory.c) */
    /* Made when the package is loaded: */
    R_altrep_class_t node_holder, guarded_logical, watched_real, tape_holder;
    SEXP tape_tag;       /* of the external pointers to the state of a tape */
    SEXP labels_symbol;  /* the attribute with a tensor's names or dimnames */
    SEXP data_of_symbol; /* the attribute of x$data() that holds x */
    SEXP bool_class;     /* the class of a tensor of truth values */
    SEXP model_tensor;   /* has no node; a new tensor copies its attributes */
} gradtape_globals;

extern gradtape_globals globals;

#endif
