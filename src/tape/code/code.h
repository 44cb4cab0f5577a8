/* C code from a plan: what run.c would do, as text. */
#ifndef GRADTAPE_TAPE_CODE_CODE_H
#define GRADTAPE_TAPE_CODE_CODE_H

#include "tape/program.h"

typedef struct {
    const char *name; /* what the names of its functions start with, a C identifier */
    const gt_plan *plan;
} gt_code_program;

/* The code of programs that the host runs: NAME_first() and NAME_seed() of each, gt_compiled. What it
 * takes from the package's sources, the host adds.                                */
const char *gt_code_for_host(int n, const gt_code_program *program, gt_arena arena);

/* ---- code that stands alone ---- */

typedef struct {
    const char *name; /* of what is written, a C identifier, and in capitals */
    const char *capitals;
    int n_programs;
    const gt_program *const *program;
    const double *expected; /* the values of the recording's guards */
    int n_parameters;
    const char *const *parameters; /* their names, or NULL */
} gt_code_request;

typedef struct {
    const char *code, *header;
} gt_code_files;

/* False: something is computed in float, which has no text. The host adds what the code takes from the package's
 * sources, and refuses code of which it has none.                                  */
bool gt_code_alone(const gt_code_request *r, gt_arena arena, gt_code_files *files);

#endif
