/* Text that grows. */
#ifndef GRADTAPE_TAPE_CODE_TEXT_H
#define GRADTAPE_TAPE_CODE_TEXT_H

#include "core/arena.h"

typedef struct {
    gt_arena arena;
    char *text; /* ends with 0 */
    size_t size, capacity;
} gt_text;

gt_text gt_text_new(gt_arena arena);
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void gt_print(gt_text *t, const char *format, ...);
/* A double as C source, with all its digits and as few as that takes; negative ones in brackets. */
#define GT_NUMBER_TEXT 40
const char *gt_number_text(double v, char *text);
/* Text from outside as part of a comment: what could end it, or is no ASCII, becomes _. */
void gt_print_comment(gt_text *t, const char *from);

#endif
