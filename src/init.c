/* Registration of the .Call entries, under the names C_<function>. */
#include "bridge/entries.h"
#include "bridge/library.h"
#include "bridge/recording.h"
#include "bridge/tape.h"
#include "core/threads.h"
#include "eager/tensor.h"
#include "eager/watched.h"

#include <R_ext/Rdynload.h>
#include <R_ext/Visibility.h>
#include <stdlib.h>

/* Table */
#define ENTRY(r_name, function, n) {r_name, (DL_FUNC)(void (*)(void))function, n},
static const R_CallMethodDef entries[] = {
#define UNARY(name, value, dx) ENTRY("C_" #name, call_##name, 1)
#define BINARY(name, value, dx, dz) ENTRY("C_" #name, call_##name, 2)
#define TERNARY(name, value, dx, dz, dw) ENTRY("C_" #name, call_##name, 3)
#include "ops/elementwise_table.h"
#define OPERATOR_ENTRY(name, symbol) ENTRY("C_operator_" #name, operator_##name, 2)
    OPERATORS(OPERATOR_ENTRY)
#define REDUCTION_ENTRY(name) ENTRY("C_" #name, call_##name, 3)
        REDUCTIONS(REDUCTION_ENTRY)
#define CALL_ENTRY(function, n) ENTRY("C_" #function, function, n)
            CALLS(CALL_ENTRY){NULL, NULL, 0}};

void attribute_visible R_init_gradtape(DllInfo *dll);
void R_init_gradtape(DllInfo *dll)
{
    R_registerRoutines(dll, NULL, entries, NULL, NULL);
    R_useDynamicSymbols(dll, FALSE);
    R_forceSymbols(dll, TRUE);
    gt_threads_begin();
    init_library();
    init_tensors(dll);
    init_watched_vectors(dll);
    init_tape_holder(dll);
    init_recording();
}
