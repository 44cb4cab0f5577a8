#include "solvers/qp.h"

#include "solvers/carver.h"

#include <math.h>
#include <string.h>

/* Violations beside the sizes of what they come from that count as none. */
static const double met = 1e-12;
/* A normal of which less than this is left beside the active ones depends on them. */
static const double dependent = 1e-9;

int64_t gt_qp_place(gt_qp *qp, int64_t n, int64_t m, double *numbers)
{
    gt_carver c = {numbers, 0};
    *qp = (gt_qp){.n = n, .m = m};
    qp->h = gt_carve(&c, n * n);
    qp->q = gt_carve(&c, n * n);
    qp->r = gt_carve(&c, n * n);
    qp->rows = gt_carve(&c, m * n);
    qp->g = gt_carve(&c, n);
    qp->low = gt_carve(&c, m);
    qp->high = gt_carve(&c, m);
    qp->lower = gt_carve(&c, n);
    qp->upper = gt_carve(&c, n);
    qp->d = gt_carve(&c, n);
    qp->multipliers = gt_carve(&c, m + n);
    qp->force = gt_carve(&c, n + 1);
    qp->normal = gt_carve(&c, n);
    qp->rest = gt_carve(&c, n);
    qp->weight = gt_carve(&c, n + 1);
    qp->active = gt_carve_whole(&c, n + 1);
    qp->side = gt_carve_ints(&c, n + 1);
    return c.used;
}

bool gt_qp_factor(gt_qp *qp)
{
    const int64_t n = qp->n;
    double *l = qp->h;
    for (int64_t j = 0; j < n; j++) {
        double pivot = l[j + j * n];
        const double whole = fabs(pivot);
        for (int64_t k = 0; k < j; k++) pivot -= l[j + k * n] * l[j + k * n];
        if (!(pivot > 1e-10 * whole) || !isfinite(pivot)) return false;
        pivot = sqrt(pivot);
        for (int64_t i = j + 1; i < n; i++) {
            double sum = l[i + j * n];
            for (int64_t k = 0; k < j; k++) sum -= l[i + k * n] * l[j + k * n];
            l[i + j * n] = sum / pivot;
        }
        l[j + j * n] = pivot;
    }
    return true;
}

/* x = L^-1 x, and L'^-1 x */
static void solve_lower(const gt_qp *qp, double *x)
{
    const int64_t n = qp->n;
    for (int64_t j = 0; j < n; j++) {
        x[j] /= qp->h[j + j * n];
        for (int64_t i = j + 1; i < n; i++) x[i] -= qp->h[i + j * n] * x[j];
    }
}
static void solve_upper(const gt_qp *qp, double *x)
{
    const int64_t n = qp->n;
    for (int64_t j = n - 1; j >= 0; j--) {
        for (int64_t i = j + 1; i < n; i++) x[j] -= qp->h[i + j * n] * x[i];
        x[j] /= qp->h[j + j * n];
    }
}

static double dot(int64_t n, const double *x, const double *y)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += x[i] * y[i];
    return sum;
}

/* ---- constraints: k < m a row, then bounds; each wants  sign * (a'd - side) >= 0,  sign 1 for the lower ---- */

static double product(const gt_qp *qp, int64_t k)
{
    return k < qp->m ? dot(qp->n, qp->rows + k * qp->n, qp->d) : qp->d[k - qp->m];
}
static double side_of(const gt_qp *qp, int64_t k, int side)
{
    if (k < qp->m) return side > 0 ? qp->high[k] : qp->low[k];
    return side > 0 ? qp->upper[k - qp->m] : qp->lower[k - qp->m];
}
static bool is_equation(const gt_qp *qp, int64_t k)
{
    return side_of(qp, k, 1) == side_of(qp, k, -1);
}
static void set_normal(const gt_qp *qp, int64_t k, int side, double *to)
{
    const double sign = side > 0 ? -1 : 1;
    memset(to, 0, (size_t)qp->n * sizeof *to);
    if (k >= qp->m) to[k - qp->m] = sign;
    else
        for (int64_t i = 0; i < qp->n; i++) to[i] = sign * qp->rows[k * qp->n + i];
}
static bool is_active(const gt_qp *qp, int64_t k)
{
    for (int64_t j = 0; j < qp->n_active; j++)
        if (qp->active[j] == k) return true;
    return false;
}
static double size_of(const gt_qp *qp, int64_t k, double side)
{
    if (k >= qp->m) return fmax(1, fabs(side));
    double size = fmax(1, fabs(side));
    for (int64_t i = 0; i < qp->n; i++) size = fmax(size, fabs(qp->rows[k * qp->n + i] * qp->d[i]));
    return size;
}

/* The constraint that is violated most, equations first, and on which side; -1: none. */
static int64_t most_violated(const gt_qp *qp, int *side, double *by)
{
    int64_t worst = -1;
    double largest = 0;
    for (int64_t k = 0; k < qp->m + qp->n; k++) {
        if (is_active(qp, k)) continue;
        const double value = product(qp, k), low = side_of(qp, k, -1), high = side_of(qp, k, 1);
        const double outside = fmax(value - high, low - value);
        const int at = value > high ? 1 : -1;
        if (!(outside > met * size_of(qp, k, at > 0 ? high : low))) continue;
        const double rank = is_equation(qp, k) ? INFINITY : outside;
        if (rank <= largest) continue;
        largest = rank;
        worst = k;
        *side = at;
        *by = outside;
    }
    return worst;
}

/* ---- the active set: L^-1 times its normals, as Q R ---- */

/* Splits v into Q weight and what is left of it, by Gram-Schmidt, twice. */
static void project(const gt_qp *qp, double *v, double *weight)
{
    const int64_t n = qp->n;
    memset(weight, 0, (size_t)qp->n_active * sizeof *weight);
    for (int pass = 0; pass < 2; pass++)
        for (int64_t j = 0; j < qp->n_active; j++) {
            const double *q = qp->q + j * n, part = dot(n, q, v);
            weight[j] += part;
            for (int64_t i = 0; i < n; i++) v[i] -= part * q[i];
        }
}

static void append(gt_qp *qp, int64_t k, int side)
{
    const int64_t n = qp->n, j = qp->n_active;
    double *v = qp->q + j * n;
    set_normal(qp, k, side, v);
    solve_lower(qp, v);
    project(qp, v, qp->r + j * n);
    const double length = sqrt(dot(n, v, v));
    qp->r[j + j * n] = length;
    for (int64_t i = 0; i < n; i++) v[i] /= length;
    qp->active[j] = k;
    qp->side[j] = side;
    qp->n_active++;
}

/* The forces of the others stay; their factor is made anew. */
static void drop(gt_qp *qp, int64_t which)
{
    const int64_t count = qp->n_active;
    qp->n_active = which;
    for (int64_t j = which + 1; j < count; j++) {
        qp->force[j - 1] = qp->force[j];
        append(qp, qp->active[j], qp->side[j]);
    }
}

/* What the forces of the active set lose for each unit of the new one's: R^-1 weight. */
static void back_substitute(const gt_qp *qp, double *weight)
{
    for (int64_t j = qp->n_active - 1; j >= 0; j--) {
        weight[j] /= qp->r[j + j * qp->n];
        for (int64_t i = 0; i < j; i++) weight[i] -= qp->r[i + j * qp->n] * weight[j];
    }
}

/* Makes one constraint hold, by steps that keep the active ones, of which some may be dropped. */
static bool satisfy(gt_qp *qp, int64_t k, int side, double by)
{
    const int64_t n = qp->n;
    double force = 0;
    for (;;) {
        double *v = qp->rest;
        set_normal(qp, k, side, v);
        solve_lower(qp, v);
        const double length = dot(n, v, v);
        project(qp, v, qp->weight);
        back_substitute(qp, qp->weight);
        const double left = dot(n, v, v);
        const bool moves = qp->n_active < n && left > dependent * dependent * length;
        double partial = INFINITY, full = moves ? by / left : INFINITY;
        int64_t first = -1;
        for (int64_t j = 0; j < qp->n_active; j++) {
            if (is_equation(qp, qp->active[j]) || !(qp->weight[j] > 0)) continue;
            const double t = qp->force[j] / qp->weight[j];
            if (t < partial) partial = t, first = j;
        }
        const double t = fmin(partial, full);
        if (isinf(t)) return false;
        for (int64_t j = 0; j < qp->n_active; j++) qp->force[j] -= t * qp->weight[j];
        force += t;
        if (moves) {
            solve_upper(qp, v);
            for (int64_t i = 0; i < n; i++) qp->d[i] += t * v[i];
            by -= t * left;
        }
        if (full <= partial) {
            append(qp, k, side);
            qp->force[qp->n_active - 1] = force;
            return true;
        }
        drop(qp, first);
    }
}

bool gt_qp_solve(gt_qp *qp)
{
    const int64_t n = qp->n, most = 20 * (n + qp->m) + 100;
    for (int64_t i = 0; i < n; i++) qp->d[i] = -qp->g[i];
    solve_lower(qp, qp->d);
    solve_upper(qp, qp->d);
    qp->n_active = 0;
    int side = 0;
    double by = 0;
    int64_t k, steps = 0;
    while ((k = most_violated(qp, &side, &by)) >= 0)
        if (++steps > most || !satisfy(qp, k, side, by)) return false;
    memset(qp->multipliers, 0, (size_t)(qp->m + n) * sizeof *qp->multipliers);
    for (int64_t j = 0; j < qp->n_active; j++)
        qp->multipliers[qp->active[j]] = qp->side[j] > 0 ? qp->force[j] : -qp->force[j];
    return true;
}
