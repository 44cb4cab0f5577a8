/* Distribution functions and quantiles: values from the library, derivatives from the densities
 * (ops/densities.h) and the tails (ops/tails.h). Parameters: is it the upper tail, is the
 * probability a logarithm.
 *
 * What a distribution adds is a `slope`: how its function F, the probability of the lower tail,
 * depends on a parameter. The rules for p*() and q*() are the same for all: the quantile's
 * derivatives follow from F(quantile, parameters) = p.                          */
#include "ops/densities.h"
#include "ops/library.h"
#include "ops/missing.h"
#include "ops/rules.h"
#include "ops/tails.h"

#include <math.h>

#define MOST_INPUTS 4
#define UPPER(p) ((p)->v[0])
#define LOG(p) ((p)->v[1])

/* ---- values, element by element ---- */

typedef double (*element)(const gt_params *p, const double *in);

static int infer_elements(INFER_ARGUMENTS)
{
    (void)p;
    if (gt_broadcast(n, in, out, err)) return 1;
    if (!gt_is_floating(out->dtype)) out->dtype = gt_default_dtype();
    return 0;
}

/* With broadcasting: by which step each input moves on along each dimension. */
static void strides_of(const gt_type *in, const gt_type *out, int64_t *stride)
{
    int64_t s = 1;
    for (int d = 0; d < out->ndim; d++) {
        int k = d - (out->ndim - in->ndim), extent = k < 0 ? 1 : in->dim[k];
        stride[d] = extent == 1 ? 0 : s;
        s *= extent;
    }
}

static int each_element(element f, const gt_params *p, int n, const gt_array *in, gt_array *out)
{
    int64_t stride[MOST_INPUTS][GT_MAX_NDIM];
    int index[GT_MAX_NDIM] = {0}, ndim = out->type.ndim;
    for (int i = 0; i < n; i++) strides_of(&in[i].type, &out->type, stride[i]);
    for (int64_t k = 0; k < out->type.size; k++) {
        double x[MOST_INPUTS];
        for (int i = 0; i < n; i++) {
            int64_t at = 0;
            for (int d = 0; d < ndim; d++) at += stride[i][d] * index[d];
            x[i] = gt_get(&in[i], at);
        }
        double missed = 0;
        for (int i = 0; i < n; i++)
            if (x[i] != x[i]) missed = missing(missed, x[i], 0);
        gt_set(out, k, missed == 0 ? f(p, x) : missed);
        for (int d = 0; d < ndim && ++index[d] == out->type.dim[d]; d++) index[d] = 0;
    }
    return 0;
}

#define CALL1(f) f(x[0], x[1], !UPPER(p), LOG(p))
#define CALL2(f) f(x[0], x[1], x[2], !UPPER(p), LOG(p))
#define CALL3(f) f(x[0], x[1], x[2], x[3], !UPPER(p), LOG(p))

#define ELEMENTS(name, expression) \
    static double name##_element(const gt_params *p, const double *x) \
    { \
        const gt_library *l = gt_library_in_use(); \
        (void)p; \
        return l ? (expression) : NAN; \
    } \
    static int name##_eval(EVAL_ARGUMENTS) \
    { \
        (void)work, (void)err; \
        return each_element(name##_element, p, n, in, out); \
    }

/* ---- what has no derivative: the operation that cannot be ---- */

typedef enum { NO_ORDER, NO_NU, N_REASONS } reason;
static const char *const reasons[] = {
    "with respect to this parameter there are first and second derivatives only",
    "there is no derivative with respect to `nu`, the order of a Bessel function",
};

static int no_derivative_infer(INFER_ARGUMENTS)
{
    (void)n, (void)in, (void)out;
    return gt_fail(err, "%s", reasons[p->n == 1 && p->v[0] < N_REASONS ? p->v[0] : 0]);
}
const gt_op_def gt_op_no_derivative = {
    .name = "no_derivative", .arity = 1, .params = "n", .infer = no_derivative_infer};

static gt_ref no_derivative(gt_builder *b, gt_ref g, reason why)
{
    int v = (int)why;
    return gt_apply1(b, GT_OP_no_derivative, g, 1, &v);
}

static void give(gt_builder *b, const gt_vjp_call *c, int i, gt_ref derivative)
{
    gt_type t = b->type(b, c->in[i]);
    c->grad[i] = gt_sum_to(b, gt_held(b, c->g, gt_mul(b, c->g, derivative)), &t);
}

/* ---- helpers of the rules ---- */

static gt_ref number(gt_builder *b, gt_ref like, double value)
{
    return gt_constant_like(b, like, value);
}

/* factor e^l, but 0 where e^l is */
static gt_ref weighted(gt_builder *b, gt_ref factor, gt_ref l)
{
    if (factor == GT_NO_REF) return gt_exp(b, l);
    gt_ref none = gt_eq(b, l, number(b, l, -INFINITY)), zero = number(b, l, 0);
    return gt_where(b, none, zero, gt_mul(b, factor, gt_exp(b, l)));
}

static gt_ref ratio_op(gt_builder *b, gt_op op, int n, const gt_ref *in, int n_params, const int *v)
{
    gt_params p = {n_params, v};
    return b->apply(b, op, n, in, &p);
}

/* ---- derivatives of tails, divided by the tail: parameters: orders, upper tail ---- */

/* What the quotient of order 1, r, becomes by another derivative: with respect to a parameter
 * second - r other; with respect to x, as the tail begins there, +-h (D - r), with the hazard
 * h = f / tail and the slope D of log f.                                         */
static gt_ref ratio_in_x(gt_builder *b, gt_ref r, gt_ref d, gt_ref log_density, gt_ref log_tail,
                         int upper)
{
    gt_ref hazard = gt_exp(b, gt_sub(b, log_density, log_tail));
    gt_ref change = upper ? gt_sub(b, r, d) : gt_sub(b, d, r);
    return gt_mul(b, hazard, change);
}

static gt_ref log_p(gt_builder *b, gt_op op, int n, const gt_ref *in, int upper)
{
    int v[2] = {upper, 1};
    return ratio_op(b, op, n, in, 2, v);
}

static double tail_gamma_element(const gt_params *p, const double *x)
{
    return tail_gamma(x[0], x[1], p->v[0], p->v[1]);
}
static int tail_gamma_eval(EVAL_ARGUMENTS)
{
    (void)work, (void)err;
    return each_element(tail_gamma_element, p, n, in, out);
}
static void tail_gamma_vjp(gt_builder *b, const gt_vjp_call *c)
{
    int k = c->params->v[0], upper = c->params->v[1], second[2] = {2, upper};
    gt_ref x = c->in[0], a = c->in[1], r = c->out, one = number(b, c->g, 1);
    if (k != 1) {
        for (int i = 0; i < 2; i++)
            if (c->wanted[i]) c->grad[i] = no_derivative(b, c->g, NO_ORDER);
        return;
    }
    if (c->wanted[0]) {
        gt_ref in[3] = {x, a, one};
        gt_ref d = gt_sub(b, gt_log_ratio(b, x, a), gt_stirling(b, a, number(b, a, 0)));
        give(b, c, 0,
             ratio_in_x(b, r, d, gt_log_dgamma(b, x, a, one), log_p(b, GT_OP_pgamma, 3, in, upper),
                        upper));
    }
    if (c->wanted[1]) {
        gt_ref next = ratio_op(b, GT_OP_tail_gamma, 2, c->in, 2, second);
        give(b, c, 1, gt_sub(b, next, gt_mul(b, r, r)));
    }
}
const gt_op_def gt_op_tail_gamma = {.name = "tail_gamma",
                                    .arity = 2,
                                    .params = "nf",
                                    .infer = infer_elements,
                                    .eval = tail_gamma_eval,
                                    .vjp = tail_gamma_vjp,
                                    .sparsity = GT_BY_ELEMENT};

static double tail_t_element(const gt_params *p, const double *x)
{
    return tail_t(x[0], x[1], p->v[0], p->v[1]);
}
static int tail_t_eval(EVAL_ARGUMENTS)
{
    (void)work, (void)err;
    return each_element(tail_t_element, p, n, in, out);
}
static void tail_t_vjp(gt_builder *b, const gt_vjp_call *c)
{
    int k = c->params->v[0], upper = c->params->v[1], second[2] = {2, upper};
    gt_ref x = c->in[0], df = c->in[1], r = c->out;
    if (k != 1) {
        for (int i = 0; i < 2; i++)
            if (c->wanted[i]) c->grad[i] = no_derivative(b, c->g, NO_ORDER);
        return;
    }
    if (c->wanted[0])
        give(b, c, 0,
             ratio_in_x(b, r, gt_t_slope(b, x, df), gt_log_dt(b, x, df),
                        log_p(b, GT_OP_pt, 2, c->in, upper), upper));
    if (c->wanted[1]) {
        gt_ref next = ratio_op(b, GT_OP_tail_t, 2, c->in, 2, second);
        give(b, c, 1, gt_sub(b, next, gt_mul(b, r, r)));
    }
}
const gt_op_def gt_op_tail_t = {.name = "tail_t",
                                .arity = 2,
                                .params = "nf",
                                .infer = infer_elements,
                                .eval = tail_t_eval,
                                .vjp = tail_t_vjp,
                                .sparsity = GT_BY_ELEMENT};

static double tail_beta_element(const gt_params *p, const double *x)
{
    return tail_beta(x[0], x[1], x[2], p->v[0], p->v[1], p->v[2]);
}
static int tail_beta_eval(EVAL_ARGUMENTS)
{
    (void)work, (void)err;
    return each_element(tail_beta_element, p, n, in, out);
}
static gt_ref beta_ratio(gt_builder *b, const gt_ref *in, int i, int j, int upper)
{
    int v[3] = {i, j, upper};
    return ratio_op(b, GT_OP_tail_beta, 3, in, 3, v);
}
static void tail_beta_vjp(gt_builder *b, const gt_vjp_call *c)
{
    int i = c->params->v[0], j = c->params->v[1], upper = c->params->v[2];
    gt_ref x = c->in[0], s = c->in[1], t = c->in[2], r = c->out;
    if (i + j != 1) {
        for (int k = 0; k < 3; k++)
            if (c->wanted[k]) c->grad[k] = no_derivative(b, c->g, NO_ORDER);
        return;
    }
    if (c->wanted[0]) {
        gt_ref rest = gt_sub(b, number(b, c->g, 1), x);
        gt_ref d = i ? gt_beta_slope(b, x, s, t) : gt_beta_slope(b, rest, t, s);
        give(b, c, 0,
             ratio_in_x(b, r, d, gt_log_dbeta(b, x, s, t), log_p(b, GT_OP_pbeta, 3, c->in, upper),
                        upper));
    }
    for (int k = 1; k < 3; k++) {
        if (!c->wanted[k]) continue;
        gt_ref next = beta_ratio(b, c->in, i + (k == 1), j + (k == 2), upper);
        gt_ref other = (k == 1) == i ? r : beta_ratio(b, c->in, k == 1, k == 2, upper);
        give(b, c, k, gt_sub(b, next, gt_mul(b, r, other)));
    }
}
const gt_op_def gt_op_tail_beta = {.name = "tail_beta",
                                   .arity = 3,
                                   .params = "nnf",
                                   .infer = infer_elements,
                                   .eval = tail_beta_eval,
                                   .vjp = tail_beta_vjp,
                                   .sparsity = GT_BY_ELEMENT};

/* ---- slopes ---- */

/* dF / dparameter = factor e^log_size (no factor: 1), or with `ratio` the derivative of the tail
 * that is asked for, divided by that tail; or neither: zero.                      */
typedef struct {
    gt_ref factor, log_size, ratio;
} slope;
static const slope flat = {GT_NO_REF, GT_NO_REF, GT_NO_REF};
static slope sized(gt_ref factor, gt_ref log_size) { return (slope){factor, log_size, GT_NO_REF}; }
static slope relative(gt_ref ratio) { return (slope){GT_NO_REF, GT_NO_REF, ratio}; }

/* What slopes are asked about. */
typedef struct {
    gt_ref x, p[3];
    int upper;
    gt_ref log_tail;
} point;

/* Of one distribution. No density: counts. */
typedef struct {
    gt_ref (*log_density)(gt_builder *b, const point *at);
    slope (*slope)(gt_builder *b, const point *at, int parameter);
} family;

#define FIRST at->p[0]
#define SECOND at->p[1]
#define NEG(x) gt_neg(b, x)
#define ADD(x, z) gt_add(b, x, z)
#define SUB(x, z) gt_sub(b, x, z)
#define MUL(x, z) gt_mul(b, x, z)
#define DIV(x, z) gt_div(b, x, z)
#define DENSITY(name) \
    static gt_ref name##_density(gt_builder *b, const point *at) \
    { \
        return gt_log_d##name(b, at->x, FIRST, SECOND); \
    }
#define DENSITY1(name) \
    static gt_ref name##_density(gt_builder *b, const point *at) \
    { \
        return gt_log_d##name(b, at->x, FIRST); \
    }
DENSITY(norm)
DENSITY(lnorm)
DENSITY1(exp)
DENSITY(gamma)
DENSITY(beta)
DENSITY1(t)
DENSITY(f)
DENSITY(cauchy)
DENSITY(logis)
DENSITY(weibull)
DENSITY(unif)
#define SLOPE(name) static slope name##_slope(gt_builder *b, const point *at, int i)

/* F((x - location) / scale) */
static slope location_scale(gt_builder *b, gt_ref density, gt_ref x, const point *at, int i)
{
    gt_ref factor = i == 0 ? number(b, x, -1) : NEG(DIV(SUB(x, FIRST), SECOND));
    return sized(factor, density);
}
SLOPE(norm) { return location_scale(b, norm_density(b, at), at->x, at, i); }
SLOPE(cauchy) { return location_scale(b, cauchy_density(b, at), at->x, at, i); }
SLOPE(logis) { return location_scale(b, logis_density(b, at), at->x, at, i); }
SLOPE(lnorm)
{
    slope s = location_scale(b, lnorm_density(b, at), gt_log(b, at->x), at, i);
    return sized(MUL(at->x, s.factor), s.log_size);
}
SLOPE(exp)
{
    (void)i;
    return sized(NEG(DIV(at->x, FIRST)), exp_density(b, at));
}
SLOPE(gamma)
{
    if (i == 1) return sized(NEG(DIV(at->x, SECOND)), gamma_density(b, at));
    gt_ref in[2] = {DIV(at->x, SECOND), FIRST};
    int v[2] = {1, at->upper};
    return relative(ratio_op(b, GT_OP_tail_gamma, 2, in, 2, v));
}
SLOPE(beta)
{
    gt_ref in[3] = {at->x, FIRST, SECOND};
    return relative(beta_ratio(b, in, i == 0, i == 1, at->upper));
}
SLOPE(t)
{
    (void)i;
    gt_ref in[2] = {at->x, FIRST};
    int v[2] = {1, at->upper};
    return relative(ratio_op(b, GT_OP_tail_t, 2, in, 2, v));
}
/* The share m x / (n + m x) has a beta distribution with the shapes m / 2 and n / 2. */
SLOPE(f)
{
    gt_ref half = number(b, at->x, 0.5), mx = MUL(FIRST, at->x);
    gt_ref in[3] = {DIV(mx, ADD(mx, SECOND)), MUL(half, FIRST), MUL(half, SECOND)};
    gt_ref shape = MUL(half, beta_ratio(b, in, i == 0, i == 1, at->upper));
    gt_ref hazard = gt_exp(b, SUB(f_density(b, at), at->log_tail));
    gt_ref share = MUL(DIV(at->x, at->p[i]), hazard);
    return relative((i == 0) == !at->upper ? ADD(shape, share) : SUB(shape, share));
}
SLOPE(weibull)
{
    gt_ref z = DIV(at->x, SECOND);
    gt_ref factor = i == 1 ? NEG(z) : MUL(DIV(at->x, FIRST), gt_log(b, z));
    return sized(factor, weibull_density(b, at));
}
SLOPE(unif)
{
    gt_ref part = i == 0 ? SUB(SECOND, at->x) : SUB(at->x, FIRST);
    return sized(NEG(DIV(part, SUB(SECOND, FIRST))), unif_density(b, at));
}

/* Counts: the whole number below, as R takes it; by sums of probabilities that telescope. */
static gt_ref count(gt_builder *b, const point *at)
{
    return gt_floor(b, ADD(at->x, number(b, at->x, 1e-7)));
}
SLOPE(pois)
{
    (void)i;
    return sized(number(b, at->x, -1), gt_log_dpois(b, count(b, at), FIRST));
}
SLOPE(binom)
{
    if (i == 0) return flat; /* a whole number */
    gt_ref k = count(b, at), failure = SUB(number(b, at->x, 1), SECOND);
    return sized(NEG(DIV(SUB(FIRST, k), failure)), gt_log_dbinom(b, k, FIRST, SECOND));
}
SLOPE(geom)
{
    (void)i;
    gt_ref k = count(b, at), next = ADD(k, number(b, at->x, 1));
    return sized(DIV(next, FIRST), gt_log_dgeom(b, k, FIRST));
}
/* P(X <= k) is the probability that a beta variable is below that of success. */
static gt_ref size_ratio(gt_builder *b, const point *at, gt_ref k, gt_ref success)
{
    gt_ref zero = number(b, at->x, 0);
    gt_ref in[3] = {success, FIRST, ADD(k, number(b, at->x, 1))};
    return gt_where(b, gt_lt(b, k, zero), zero, beta_ratio(b, in, 1, 0, at->upper));
}
SLOPE(nbinom)
{
    gt_ref k = count(b, at);
    if (i == 0) return relative(size_ratio(b, at, k, SECOND));
    return sized(DIV(ADD(FIRST, k), SECOND), gt_log_dnbinom(b, k, FIRST, SECOND));
}
SLOPE(nbinom_mu)
{
    gt_ref k = count(b, at), all = ADD(FIRST, SECOND), l = gt_log_dnbinom_mu(b, k, FIRST, SECOND);
    gt_ref factor = DIV(ADD(FIRST, k), all);
    if (i == 1) return sized(NEG(factor), l);
    /* the probability of success, size / (size + mean), depends on the size too */
    gt_ref through = MUL(MUL(factor, DIV(SECOND, FIRST)), gt_exp(b, SUB(l, at->log_tail)));
    gt_ref ratio = size_ratio(b, at, k, DIV(FIRST, all));
    return relative(at->upper ? SUB(ratio, through) : ADD(ratio, through));
}
SLOPE(hyper)
{
    (void)b, (void)at, (void)i;
    return flat;
}

/* ---- the rules ---- */

static void p_vjp(gt_builder *b, const gt_vjp_call *c, const family *f)
{
    int upper = UPPER(c->params), is_log = LOG(c->params);
    point at = {.x = c->in[0], .upper = upper};
    for (int i = 1; i < c->n; i++) at.p[i - 1] = c->in[i];
    at.log_tail = is_log ? c->out : gt_log(b, c->out);
    for (int i = 0; i < c->n; i++) {
        if (!c->wanted[i] || (i == 0 && !f->log_density)) continue;
        slope s = i == 0 ? sized(GT_NO_REF, f->log_density(b, &at)) : f->slope(b, &at, i - 1);
        gt_ref d = s.ratio;
        if (d != GT_NO_REF) {
            if (!is_log) d = MUL(c->out, d);
        } else if (s.log_size != GT_NO_REF) {
            d = weighted(b, s.factor, is_log ? SUB(s.log_size, c->out) : s.log_size);
            if (upper) d = NEG(d);
        } else {
            continue;
        }
        give(b, c, i, d);
    }
}

static void q_vjp(gt_builder *b, const gt_vjp_call *c, const family *f)
{
    if (!f->log_density) return;
    int upper = UPPER(c->params), is_log = LOG(c->params);
    point at = {.x = c->out, .upper = upper};
    for (int i = 1; i < c->n; i++) at.p[i - 1] = c->in[i];
    at.log_tail = is_log ? c->in[0] : gt_log(b, c->in[0]);
    gt_ref density = f->log_density(b, &at);
    for (int i = 0; i < c->n; i++) {
        if (!c->wanted[i]) continue;
        slope s = flat;
        gt_ref d;
        if (i > 0) s = f->slope(b, &at, i - 1);
        if (i > 0 && s.ratio == GT_NO_REF) {
            give(b, c, i, NEG(s.factor));
            continue;
        }
        /* how much of the tail there is for a unit of x */
        d = is_log || i > 0 ? gt_exp(b, SUB(at.log_tail, density)) : gt_exp(b, NEG(density));
        if (i > 0) d = MUL(s.ratio, d);
        give(b, c, i, upper == (i > 0) ? d : NEG(d));
    }
}

/* ---- table ---- */

#define norm_family \
    { \
        norm_density, norm_slope \
    }
#define lnorm_family \
    { \
        lnorm_density, lnorm_slope \
    }
#define exp_family \
    { \
        exp_density, exp_slope \
    }
#define gamma_family \
    { \
        gamma_density, gamma_slope \
    }
#define beta_family \
    { \
        beta_density, beta_slope \
    }
#define t_family \
    { \
        t_density, t_slope \
    }
#define f_family \
    { \
        f_density, f_slope \
    }
#define cauchy_family \
    { \
        cauchy_density, cauchy_slope \
    }
#define logis_family \
    { \
        logis_density, logis_slope \
    }
#define weibull_family \
    { \
        weibull_density, weibull_slope \
    }
#define unif_family \
    { \
        unif_density, unif_slope \
    }
#define binom_family \
    { \
        NULL, binom_slope \
    }
#define pois_family \
    { \
        NULL, pois_slope \
    }
#define nbinom_family \
    { \
        NULL, nbinom_slope \
    }
#define nbinom_mu_family \
    { \
        NULL, nbinom_mu_slope \
    }
#define geom_family \
    { \
        NULL, geom_slope \
    }
#define hyper_family \
    { \
        NULL, hyper_slope \
    }

#define OPERATION(letter, base, n_parameters) \
    ELEMENTS(letter##base, CALL##n_parameters(l->letter##_##base)) \
    static void letter##base##_vjp(gt_builder *b, const gt_vjp_call *c) \
    { \
        static const family of = base##_family; \
        letter##_vjp(b, c, &of); \
    } \
    const gt_op_def gt_op_##letter##base = {.name = #letter #base, \
                                            .arity = 1 + n_parameters, \
                                            .params = "ff", \
                                            .infer = infer_elements, \
                                            .eval = letter##base##_eval, \
                                            .vjp = letter##base##_vjp, \
                                            .sparsity = GT_BY_ELEMENT};
#define DISTRIBUTION(base, n_parameters) \
    OPERATION(p, base, n_parameters) \
    OPERATION(q, base, n_parameters)
#include "ops/distribution_table.h"
#undef DISTRIBUTION

/* ---- the hypergeometric density, of four whole numbers: no derivative ---- */

static double log_dhyper_element(const gt_params *p, const double *x)
{
    (void)p;
    return ld_hyper(x[0], x[1], x[2], x[3]);
}
static int log_dhyper_eval(EVAL_ARGUMENTS)
{
    (void)work, (void)err;
    return each_element(log_dhyper_element, p, n, in, out);
}
const gt_op_def gt_op_log_dhyper = {.name = "log_dhyper",
                                    .arity = 4,
                                    .infer = infer_elements,
                                    .eval = log_dhyper_eval,
                                    .sparsity = GT_BY_ELEMENT};

/* ---- Bessel functions of real order. Of I and K: is it scaled, by e^-x and e^x? ---- */

#define SCALED(p) ((p)->v[0])
#define KIND (SCALED(p) ? 2 : 1)
#define BESSEL(base, letters, expression) \
    ELEMENTS(base, bessel_of(x, expression)) \
    static void base##_vjp(gt_builder *b, const gt_vjp_call *c); \
    const gt_op_def gt_op_##base = {.name = #base, \
                                    .arity = 2, \
                                    .params = letters, \
                                    .infer = infer_elements, \
                                    .eval = base##_eval, \
                                    .vjp = base##_vjp, \
                                    .sparsity = GT_BY_ELEMENT};
/* NaN where the library would warn, or have no memory for so many orders. */
#define MOST_NU 1e7
#define bessel_of(x, value) (x[0] < 0 || fabs(x[1]) > MOST_NU ? NAN : (value))
BESSEL(besselI, "f", l->besselI(x[0], x[1], KIND))
BESSEL(besselK, "f", l->besselK(x[0], x[1], KIND))
BESSEL(besselJ, NULL, l->besselJ(x[0], x[1]))
BESSEL(besselY, NULL, l->besselY(x[0], x[1]))

/* Half the sum, or difference, of the functions of the neighbouring orders (A&S 9.1.27 and
 * 9.6.26); scaling adds a multiple of the function itself.                         */
static void bessel_vjp(gt_builder *b, const gt_vjp_call *c, double below, double above, double own)
{
    if (c->wanted[1]) c->grad[1] = no_derivative(b, c->g, NO_NU);
    if (!c->wanted[0]) return;
    gt_ref x = c->in[0], one = number(b, x, 1);
    gt_ref lower[2] = {x, SUB(c->in[1], one)}, upper[2] = {x, ADD(c->in[1], one)};
    gt_ref d = ADD(MUL(number(b, x, below), b->apply(b, c->op, 2, lower, c->params)),
                   MUL(number(b, x, above), b->apply(b, c->op, 2, upper, c->params)));
    if (own != 0) d = ADD(d, MUL(number(b, x, own), c->out));
    give(b, c, 0, d);
}
static void besselI_vjp(gt_builder *b, const gt_vjp_call *c)
{
    bessel_vjp(b, c, 0.5, 0.5, SCALED(c->params) ? -1 : 0);
}
static void besselK_vjp(gt_builder *b, const gt_vjp_call *c)
{
    bessel_vjp(b, c, -0.5, -0.5, SCALED(c->params) ? 1 : 0);
}
static void besselJ_vjp(gt_builder *b, const gt_vjp_call *c) { bessel_vjp(b, c, 0.5, -0.5, 0); }
static void besselY_vjp(gt_builder *b, const gt_vjp_call *c) { bessel_vjp(b, c, 0.5, -0.5, 0); }
