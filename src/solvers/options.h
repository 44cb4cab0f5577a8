/* What may be set of a method, in what range, with what default, and what it means: this is
 * the one place. Defaults in C, checks and messages in R, and help pages come from it.
 *
 * The options of a method are a list macro,
 *
 *     #define OPTIONS(NUMBER, OPTIONAL, WHOLE, FLAG, PAIR, CHOICE) \
 *         NUMBER(lr, 1e-3, GT_AT_LEAST_0, "Step length") \
 *         PAIR(betas, 0.9, 0.999, GT_BELOW_1, GT_BELOW_1, "Decay rates") \
 *         OPTIONAL(beta1, GT_BELOW_1, "...")            may be NULL, and is by default
 *         WHOLE(max_iter, 20, GT_COUNT, "...") \
 *         FLAG(maximize, false, "...")
 *         CHOICE(search, 0, words, "...")               number of a word, from 1; 0 is NULL
 *
 * of which GT_OPTION_STRUCT makes a struct that holds nothing but doubles, so that code which
 * knows only the table can fill it, and GT_OPTION_TABLE the table. Meanings are in the markup
 * of help pages and have no full stop.                                            */
#ifndef GRADTAPE_SOLVERS_OPTIONS_H
#define GRADTAPE_SOLVERS_OPTIONS_H

#include <float.h>
#include <math.h>
#include <stdbool.h>

typedef enum { GT_NUMBER, GT_WHOLE, GT_FLAG, GT_PAIR, GT_CHOICE } gt_option_kind;

typedef struct {
    double min, max;
    bool above, below; /* open at min, at max */
    bool rising;       /* the second of a pair is not less than the first */
} gt_range;

#define GT_ANY \
    { \
        -DBL_MAX, DBL_MAX, false, false, false \
    }
#define GT_AT_LEAST_0 \
    { \
        0, INFINITY, false, false, false \
    }
#define GT_FINITE_AT_LEAST_0 \
    { \
        0, DBL_MAX, false, false, false \
    }
#define GT_ABOVE_0 \
    { \
        0, INFINITY, true, false, false \
    }
#define GT_AT_MOST_0 \
    { \
        -INFINITY, 0, false, false, false \
    }
#define GT_FROM_0_TO_1 \
    { \
        0, 1, false, false, false \
    }
#define GT_BELOW_1 \
    { \
        0, 1, false, true, false \
    }
#define GT_BETWEEN_0_AND_1 \
    { \
        0, 1, true, true, false \
    }
#define GT_ABOVE_1 \
    { \
        1, INFINITY, true, false, false \
    }
#define GT_RISING_FROM_0 \
    { \
        0, INFINITY, false, false, true \
    }
#define GT_AT_LEAST_1 \
    { \
        1, INFINITY, false, false, false \
    }
#define GT_COUNT \
    { \
        1, 2147483647, false, false, false \
    }

typedef struct {
    const char *name;
    gt_option_kind kind;
    bool may_be_null;         /* then NaN, for a choice 0, stands for NULL */
    double preset[2];         /* default; NaN for none */
    gt_range range[2];        /* of the second where it is a pair */
    const char *const *words; /* of a choice, up to NULL */
    const char *meaning;
} gt_option;

typedef struct {
    int n;
    const gt_option *option;
} gt_option_table;

/* No table has more numbers. */
#define GT_MAX_OPTION_NUMBERS 16

static inline int gt_option_size(const gt_option *o) { return o->kind == GT_PAIR ? 2 : 1; }

/* Is this a value that the option may have? */
bool gt_option_allows(const gt_option *o, const double *value);
void gt_options_default(const gt_option_table *t, double *values);
/* Sets one by name; false when there is none of that name, or it does not allow the value. */
bool gt_options_set(const gt_option_table *t, double *values, const char *name, double value);

#define GT_FIELD(name, ...) double name;
#define GT_FIELD_OF_TWO(name, ...) double name[2];
#define GT_OPTION_STRUCT(type, LIST) \
    typedef struct { \
        LIST(GT_FIELD, GT_FIELD, GT_FIELD, GT_FIELD, GT_FIELD_OF_TWO, GT_FIELD) \
    } type; \
    typedef char type##_is_small[sizeof(type) <= GT_MAX_OPTION_NUMBERS * sizeof(double) ? 1 : -1];

#define GT_ROW_NUMBER(name, preset, range, meaning) \
    {#name, GT_NUMBER, false, {preset, 0}, {range, GT_ANY}, 0, meaning},
#define GT_ROW_OPTIONAL(name, range, meaning) \
    {#name, GT_NUMBER, true, {NAN, 0}, {range, GT_ANY}, 0, meaning},
#define GT_ROW_WHOLE(name, preset, range, meaning) \
    {#name, GT_WHOLE, false, {preset, 0}, {range, GT_ANY}, 0, meaning},
#define GT_ROW_FLAG(name, preset, meaning) \
    {#name, GT_FLAG, false, {preset, 0}, {GT_FROM_0_TO_1, GT_ANY}, 0, meaning},
#define GT_ROW_PAIR(name, first, second, first_range, second_range, meaning) \
    {#name, GT_PAIR, false, {first, second}, {first_range, second_range}, 0, meaning},
#define GT_ROW_CHOICE(name, preset, words, meaning) \
    {#name, GT_CHOICE, (preset) == 0, {preset, 0}, {GT_ANY, GT_ANY}, words, meaning},
#define GT_OPTION_TABLE(table, LIST) \
    static const gt_option table##_rows[] = {LIST(GT_ROW_NUMBER, GT_ROW_OPTIONAL, GT_ROW_WHOLE, \
                                                  GT_ROW_FLAG, GT_ROW_PAIR, GT_ROW_CHOICE)}; \
    const gt_option_table table = {sizeof table##_rows / sizeof *table##_rows, table##_rows};

#endif
