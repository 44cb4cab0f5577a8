/* Every .Call entry, for the registration table of init.c. */
#ifndef GRADTAPE_BRIDGE_CALLS_H
#define GRADTAPE_BRIDGE_CALLS_H

#define R_NO_REMAP
#include <Rinternals.h>

/* Operators whose R method recycles as R does: X(operation, symbol). */
#define OPERATORS(X) \
    X(add, "+") \
    X(sub, "-") \
    X(mul, "*") \
    X(div, "/") \
    X(power, "^") \
    X(modulo, "%%") \
    X(quotient, "%/%") \
    X(lt, "<") \
    X(le, "<=") \
    X(gt, ">") \
    X(ge, ">=") \
    X(eq, "==") \
    X(ne, "!=") \
    X(and, "&") \
    X(or, "|")

#define REDUCTIONS(X) X(sum) X(prod) X(amax) X(amin) X(norm2) X(logsumexp) X(argmax) X(argmin)

/* X(function, arguments) */
#define CALLS(X) \
    X(call_apply, 3) \
    X(call_set_grad_mode, 1) \
    X(call_grad_mode, 0) \
    X(call_set_detect_anomaly, 1) \
    X(call_backward, 5) \
    X(call_backward_of, 4) \
    X(call_custom, 3) \
    X(call_hook, 1) \
    X(call_set_hook, 2) \
    X(call_inputs, 1) \
    X(call_same, 2) \
    X(call_alias, 1) \
    X(call_position_of, 2) \
    X(call_code_changes, 2) \
    X(call_tensor, 4) \
    X(call_is_tensor, 1) \
    X(call_to_array, 1) \
    X(call_set_default_dtype, 1) \
    X(call_default_dtype, 0) \
    X(call_set_threads, 1) \
    X(call_threads, 0) \
    X(call_info, 1) \
    X(call_shape, 1) \
    X(call_length, 1) \
    X(call_has_labels, 1) \
    X(call_labels, 1) \
    X(call_positions, 2) \
    X(call_set_labels, 2) \
    X(call_join, 1) \
    X(call_carries_gradient, 1) \
    X(call_grad, 1) \
    X(call_set_grad, 2) \
    X(call_set_flag, 3) \
    X(call_detach, 1) \
    X(call_assign, 2) \
    X(call_fill, 2) \
    X(call_subtract, 2) \
    X(call_zero_grad, 2) \
    X(call_is_notation, 1) \
    X(call_subset, 3) \
    X(call_subset_vector, 3) \
    X(call_first_duplicate, 1) \
    X(call_copy_state, 1) \
    X(call_replace_one, 3) \
    X(call_replace, 3) \
    X(call_method_options, 1) \
    X(call_option_names, 1) \
    X(call_option_fault, 2) \
    X(call_first_order_row, 1) \
    X(call_first_order_state, 1) \
    X(call_first_order_fault, 3) \
    X(call_first_order_step, 3) \
    X(call_solver_state, 3) \
    X(call_solver_fault, 4) \
    X(call_solver_step, 6) \
    X(call_run_closure, 2) \
    X(call_minimize, 7) \
    X(call_new_minimum, 3) \
    X(call_typical_sizes, 3) \
    X(call_is_definite, 3) \
    X(call_losses, 3) \
    X(call_method_names, 0) \
    X(call_record_begin, 3) \
    X(call_record_end, 1) \
    X(call_record_place, 0) \
    X(call_is_recorded, 1) \
    X(call_read, 2) \
    X(call_record_guard, 1) \
    X(call_record_escape, 1) \
    X(call_record_escaped, 1) \
    X(call_record_unreplayable, 1) \
    X(call_track, 1) \
    X(call_tape_new, 1) \
    X(call_tape_record, 5) \
    X(call_tape_is_stale, 1) \
    X(call_tape_saved, 1) \
    X(call_tape_loaded, 1) \
    X(call_tape_damage, 1) \
    X(call_tape_checksum, 1) \
    X(call_tape_compile, 2) \
    X(call_tape_recordings, 1) \
    X(call_tape_instructions, 1) \
    X(call_tape_sizes, 2) \
    X(call_tape_optimized, 2) \
    X(call_tape_derive, 2) \
    X(call_tape_pass, 2) \
    X(call_tape_outputs, 2) \
    X(call_tape_repeat, 4) \
    X(call_tape_straight, 2) \
    X(call_tape_evaluate, 4) \
    X(call_tape_value_and_grad, 3) \
    X(call_tape_settled, 3) \
    X(call_tape_search, 2) \
    X(call_tape_current, 1) \
    X(call_tape_products, 5) \
    X(call_tape_many, 5) \
    X(call_tape_sparse, 4) \
    X(call_jit_signature, 1) \
    X(call_jit_uses_others, 2) \
    X(call_jit_replay, 2) \
    X(call_jit_play, 2) \
    X(call_tape_code, 2) \
    X(call_tape_code_alone, 4) \
    X(call_tape_use_code, 4)

#endif
