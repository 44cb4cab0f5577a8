/* AdaFactor (Shazeer & Stern 2018, algorithms 4 and 5; arXiv 1804.04235): Adam's second
 * moment, of a matrix as the outer product of its rows' and its columns' means; updates
 * clipped by their root mean square; a step length relative to the parameter's. The options
 * are those of Hugging Face's implementation, as is what stands for n dimensions: the last two
 * are rows and columns of matrices, of which the others count the number.          */
#include "solvers/first_order/first_order.h"

#define OPTIONS(NUMBER, OPTIONAL, WHOLE, FLAG, PAIR, CHOICE) \
    OPTIONAL(lr, GT_FINITE_AT_LEAST_0, \
             "Step length; must be `NULL` with `relative_step`, and only then") \
    PAIR(eps, 1e-30, 1e-3, GT_ABOVE_0, GT_AT_LEAST_0, \
         "What is added to squares of the gradient, and the least root mean square of a " \
         "parameter that `scale_parameter` counts with") \
    NUMBER(clip_threshold, 1, GT_ABOVE_0, "Root mean square of an update, at most") \
    NUMBER( \
        decay_rate, -0.8, GT_AT_MOST_0, \
        "In step \\eqn{t} the running means keep \\eqn{1 - t^{decay\\_rate}} of what they were") \
    OPTIONAL(beta1, GT_BELOW_1, "Decay rate of the running mean of updates; `NULL` for none") \
    NUMBER(weight_decay, 0, GT_AT_LEAST_0, GT_DECOUPLED_DECAY) \
    FLAG(scale_parameter, true, "Multiply steps by the root mean square of the parameter?") \
    FLAG(relative_step, true, "Choose the step length, \\eqn{\\min(10^{-2}, 1 / \\sqrt t)}?") \
    FLAG(warmup_init, false, \
         "Let the first step lengths grow, as \\eqn{10^{-6} t}? Needs `relative_step`") \
    FLAG(maximize, false, GT_MAXIMIZE)
GT_OPTION_STRUCT(adafactor_options, OPTIONS)
GT_OPTION_TABLE(adafactor_table, OPTIONS)

enum { ROWS, COLUMNS, SQUARES, MEAN };

/* What one step needs to know of its own. */
typedef struct {
    double keep;         /* of the running means */
    double step, shrink; /* step length, and what decay leaves of the parameter */
    double sign;
} plan;

static plan plan_step(const adafactor_options *o, const gt_update *u, double parameter_size)
{
    const double longest = o->warmup_init != 0 ? 1e-6 * u->step : 1e-2, t = 1 / sqrt(u->step);
    double step = o->relative_step != 0 ? fmin(longest, t) : o->lr;
    if (o->scale_parameter != 0) step *= fmax(o->eps[1], parameter_size);
    return (plan){1 - pow(u->step, o->decay_rate), step, 1 - o->weight_decay * step,
                  o->maximize != 0 ? -1 : 1};
}

/* Element (i, j) of matrix b of m stands at b + m (i + rows j); so do those of the means. */
typedef struct {
    int64_t m, rows, columns;
} layout;

static layout layout_of(const gt_type *t)
{
    layout a = {1, t->dim[t->ndim - 2], t->dim[t->ndim - 1]};
    for (int i = 0; i < t->ndim - 2; i++) a.m *= t->dim[i];
    return a;
}

static bool is_factored(const void *options, const gt_type *t)
{
    (void)options;
    return t->ndim >= 2;
}
static bool is_whole(const void *options, const gt_type *t) { return !is_factored(options, t); }
static bool has_mean(const void *options, const gt_type *t)
{
    (void)t;
    return !isnan(((const adafactor_options *)options)->beta1);
}

/* By what an element of the gradient is multiplied is a product of its row's and its column's
 * factor: each is in the range of floats, their squares' product need not be.          */
#define ADAFACTOR(T, SQRT, NAME) \
    static double root_mean_square_##NAME(int64_t n, const T *x) \
    { \
        double sum = 0; \
        for (int64_t i = 0; i < n; i++) sum += (double)x[i] * x[i]; \
        return sqrt(sum / (double)n); \
    } \
    /* The running means of row and column of matrix b. */ \
    GT_INLINE void average_##NAME(layout a, int64_t b, T keep, T eps, const T *g, T *r, T *c) \
    { \
        const T fresh = 1 - keep, by_row = fresh / (T)a.columns, by_column = fresh / (T)a.rows; \
        for (int64_t i = 0; i < a.rows; i++) r[b + a.m * i] *= keep; \
        for (int64_t j = 0; j < a.columns; j++) { \
            const T *column = g + b + a.m * a.rows * j; \
            T sum = 0; \
            for (int64_t i = 0; i < a.rows; i++) { \
                T square = column[a.m * i] * column[a.m * i] + eps; \
                sum += square; \
                r[b + a.m * i] += by_row * square; \
            } \
            c[b + a.m * j] = keep * c[b + a.m * j] + by_column * sum; \
        } \
    } \
    GT_INLINE T mean_of_rows_##NAME(layout a, int64_t b, const T *r) \
    { \
        double sum = 0; \
        for (int64_t i = 0; i < a.rows; i++) sum += r[b + a.m * i]; \
        return (T)(sum / (double)a.rows); \
    } \
    /* x shrinks and loses size times the scaled gradient; the running mean of that where \
     * there is one. */ \
    GT_INLINE void move_##NAME(T *x, T *mean, T beta1, T shrink, T update) \
    { \
        if (mean) update = *mean = beta1 * *mean + (1 - beta1) * update; \
        *x = shrink * *x - update; \
    } \
    /* The sum of squares of the scaled gradient; with x, which is moved by it. */ \
    GT_INLINE double factored_##NAME(layout a, int64_t b, const T *g, const T *r, const T *c, \
                                     T *x, T *mean, T beta1, T shrink, T size) \
    { \
        const T row_mean = mean_of_rows_##NAME(a, b, r); \
        double sum = 0; \
        for (int64_t j = 0; j < a.columns; j++) { \
            const T by_column = 1 / SQRT(c[b + a.m * j]); \
            for (int64_t i = 0; i < a.rows; i++) { \
                const int64_t k = b + a.m * (i + a.rows * j); \
                T scaled = SQRT(row_mean / r[b + a.m * i]) * by_column * g[k]; \
                if (x) move_##NAME(x + k, mean ? mean + k : 0, beta1, shrink, size * scaled); \
                else sum += (double)scaled * scaled; \
            } \
        } \
        return sum; \
    } \
    GT_INLINE double whole_##NAME(int64_t n, const T *g, const T *v, T *x, T *mean, T beta1, \
                                  T shrink, T size) \
    { \
        double sum = 0; \
        for (int64_t k = 0; k < n; k++) { \
            T scaled = g[k] / SQRT(v[k]); \
            if (x) move_##NAME(x + k, mean ? mean + k : 0, beta1, shrink, size * scaled); \
            else sum += (double)scaled * scaled; \
        } \
        return sum; \
    } \
    GT_INLINE double all_matrices_##NAME(layout a, const gt_update *u, T *x, T beta1, T shrink, \
                                         T size) \
    { \
        double sum = 0; \
        for (int64_t b = 0; b < a.m; b++) \
            sum += factored_##NAME(a, b, u->g, u->state[ROWS], u->state[COLUMNS], x, \
                                   u->state[MEAN], beta1, shrink, size); \
        return sum; \
    } \
    GT_VECTORIZED static void NAME(const adafactor_options *o, const gt_update *u) \
    { \
        const int64_t n = u->space.n; \
        if (n == 0) return; \
        const plan p = plan_step(o, u, root_mean_square_##NAME(n, u->x)); \
        const T keep = (T)p.keep, eps = (T)o->eps[0], beta1 = (T)o->beta1, shrink = (T)p.shrink; \
        const T *g = u->g; \
        T *v = u->state[SQUARES]; \
        const bool factored = is_factored(o, u->type); \
        const layout a = factored ? layout_of(u->type) : (layout){0, 0, 0}; \
        double sum; \
        if (factored) { \
            for (int64_t b = 0; b < a.m; b++) \
                average_##NAME(a, b, keep, eps, g, u->state[ROWS], u->state[COLUMNS]); \
            sum = all_matrices_##NAME(a, u, 0, beta1, shrink, 0); \
        } else { \
            for (int64_t k = 0; k < n; k++) v[k] = keep * v[k] + (1 - keep) * (g[k] * g[k] + eps); \
            sum = whole_##NAME(n, g, v, 0, 0, beta1, shrink, 0); \
        } \
        const double clip = fmax(1, sqrt(sum / (double)n) / o->clip_threshold); \
        const T size = (T)(p.sign * p.step / clip); \
        if (factored) all_matrices_##NAME(a, u, u->x, beta1, shrink, size); \
        else whole_##NAME(n, g, v, u->x, u->state[MEAN], beta1, shrink, size); \
    }
ADAFACTOR(double, sqrt, adafactor_double)
ADAFACTOR(float, sqrtf, adafactor_float)
GT_DEFINE_STEP(adafactor)

static const char *conflict(const void *options)
{
    const adafactor_options *o = options;
    if ((o->relative_step != 0) != isnan(o->lr))
        return "`lr` is for `relative_step = FALSE`, and only for that";
    if (o->warmup_init != 0 && o->relative_step == 0) return "`warmup_init` needs `relative_step`";
    return NULL;
}

const gt_first_order gt_adafactor = {.name = "adafactor",
                                     .options = &adafactor_table,
                                     .step = adafactor_step,
                                     .state = {{"exp_avg_sq_row", GT_OF_ROWS, is_factored},
                                               {"exp_avg_sq_col", GT_OF_COLUMNS, is_factored},
                                               {"exp_avg_sq", GT_AS_PARAMETER, is_whole},
                                               {"exp_avg", GT_AS_PARAMETER, has_mean}},
                                     .conflict = conflict};
