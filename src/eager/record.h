/* Recording: what an eager run must note so that it can be replayed.
 *
 * While a recording is open, every value that depends on its input is *tracked*:
 * it keeps its inputs, whether or not it carries a gradient. What R code learns of a
 * tracked value is noted: a truth value or a whole number that it read becomes a
 * guard, and so does the outcome of a kernel that may fail; a real number that it
 * read is an *escape*, unless it could only go to the screen.                   */
#ifndef GRADTAPE_EAGER_RECORD_H
#define GRADTAPE_EAGER_RECORD_H

#include "eager/node.h"
#include "globals.h"

/* Opens a recording; place: see recording_place() in R. owner: what takes its nodes over, so many at once, or NULL.
 * Returns list(recorder, what record_end() restores). The caller keeps it, so the recorder lives as long as its
 * frame.                                                                          */
SEXP record_begin(SEXP place, SEXP owner, int most_nodes);
void record_end(SEXP opened);
/* The node is the input of the open recording. */
void record_input(SEXP node);
SEXP record_place(void);

static inline bool is_recording(void) { return globals.recorder != NULL; }
/* A forked process computes with recorded values, but what it finds comes back as plain
 * numbers: an R error there, and an escape in the process that records.          */
void check_same_process(void);
bool is_used_in_child(void); /* the same without the error */
/* Tracked, and a recording is open. */
static inline bool is_recorded(SEXP value)
{
    if (!is_recording() || !is_node(value) || !node_has(value, NODE_TRACKED)) return false;
    check_same_process();
    return true;
}

/* ---- nodes of long recordings ----
 * Each time that there are many, the owner takes over those that there are (bridge/recording.c): it notes how they were
 * computed, and they forget it. R can then free those that nobody uses any more, so that a loop of any
 * length leaves few nodes behind.                                                     */

void record_node(SEXP node);
/* A gradient within the function needs the nodes: none is taken over from now on. */
void record_keep_nodes(void);
/* Some of them were taken before: the function is run once more, with none taken. */
void NORET record_whole(SEXP node);

/* ---- guards ---- */

/* R code has read the values of a recorded node: they decide what it does next. */
void record_guard(SEXP node);
/* A kernel that may fail has failed, which R code may take as an answer, or has given
 * `node`. Both depend on the values that it took.                               */
void record_failure(gt_op op, int n, SEXP const *values, const gt_params *params);
void record_success(gt_op op, int n, SEXP const *values, SEXP node);
/* The parameters of the operation `succeeds`, in R_alloc() memory: which operation is meant, and its own. */
gt_params outcome_params(gt_op op, const gt_params *params);
/* The node that says whether the operation succeeds on these values. */
SEXP outcome_node(gt_op op, int n, SEXP const *values, const gt_params *params, bool succeeds);

/* ---- escapes ---- */

/* Values have left the tensors; origin: what escape_origin() gave, or text. */
void record_escape(SEXP origin);
void record_escape_by(const char *text);
/* The call that takes numbers out of tensors now, as R/tape_escape.R describes it. */
SEXP escape_origin(void);
/* May what R code is reading now go nowhere but to the screen? Raises no error. */
bool is_only_shown(void);
/* R is about to save a node, or to send it elsewhere. */
void record_serialization(SEXP node);
/* What no tape can follow though its gradient is right; text: what it is. */
void record_unreplayable(SEXP text);

/* ---- what the recorder hands over ---- */

/* Guards, in the order in which they were met. */
int recorded_guards(SEXP recorder);
SEXP recorded_guard(SEXP recorder, int k);
/* Nodes that are not taken over yet, in the order in which they were computed. */
int recorded_nodes(SEXP recorder);
SEXP recorded_node(SEXP recorder, int k);
SEXP recorded_owner(SEXP recorder);
SEXP recorded_input(SEXP recorder);
/* Results of kernels that might have failed. */
int recorded_successes(SEXP recorder);
SEXP recorded_success(SEXP recorder, int k);
/* The origin of the first escape, or NULL. */
SEXP record_escaped(SEXP opened);

#endif
