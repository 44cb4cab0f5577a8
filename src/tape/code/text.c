#include "tape/code/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

gt_text gt_text_new(gt_arena arena)
{
    gt_text t = {.arena = arena, .capacity = 1024};
    t.text = gt_alloc(arena, t.capacity);
    t.text[0] = 0;
    return t;
}

static void make_room(gt_text *t, size_t more)
{
    if (t->capacity - t->size > more) return;
    t->capacity = 2 * (t->capacity + more);
    char *larger = gt_alloc(t->arena, t->capacity);
    memcpy(larger, t->text, t->size + 1);
    t->text = larger;
}

void gt_print(gt_text *t, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length > 0) {
        make_room(t, (size_t)length);
        vsnprintf(t->text + t->size, (size_t)length + 1, format, again);
        t->size += (size_t)length;
    }
    va_end(again);
}

const char *gt_number_text(double v, char *text)
{
    char digits[GT_NUMBER_TEXT - 8];
    if (isnan(v)) return strcpy(text, "NAN");
    if (isinf(v)) return strcpy(text, v > 0 ? "INFINITY" : "(-INFINITY)");
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, v);
        if (strtod(digits, NULL) == v) break;
    }
    const char *point = strpbrk(digits, ".e") ? "" : ".0";
    snprintf(text, GT_NUMBER_TEXT, signbit(v) ? "(%s%s)" : "%s%s", digits, point);
    return text;
}

void gt_print_comment(gt_text *t, const char *from)
{
    for (; *from; from++) {
        bool plain = (*from >= '0' && *from <= '9') || (*from >= 'a' && *from <= 'z') ||
                     (*from >= 'A' && *from <= 'Z') || strchr(" ._,()[]+-=<>", *from);
        gt_print(t, "%c", plain ? *from : '_');
    }
}
