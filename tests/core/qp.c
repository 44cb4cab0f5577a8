/* Quadratic programs without R: random ones satisfy the conditions of an optimum, and those that contradict
 * themselves are told. tools/check-layers.R builds and runs it. */
#include "solvers/qp.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures = 0;
static uint32_t state = 12345;

/* Between -1 and 1, the same in each run. */
static double draw(void)
{
    state = state * 1664525u + 1013904223u;
    return (double)(state >> 8) / 8388608.0 - 1;
}

enum { MOST = 12 };

/* What multiplier and distance say of a constraint; 0 where it is as it should be. */
static double wrong(double multiplier, double value, double low, double high)
{
    double outside = fmax(0, fmax(low - value, value - high));
    if (multiplier > 0) return fmax(outside, multiplier * fabs(high - value));
    return multiplier < 0 ? fmax(outside, -multiplier * fabs(value - low)) : outside;
}

static void check_random(int n, int m)
{
    gt_qp qp;
    double h[MOST * MOST], root[MOST * MOST],
        *numbers = malloc((size_t)gt_qp_place(&qp, n, m, NULL) * sizeof *numbers);
    if (!numbers) exit(EXIT_FAILURE);
    gt_qp_place(&qp, n, m, numbers);
    for (int k = 0; k < n * n; k++) root[k] = draw();
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            double sum = i == j ? 0.1 : 0;
            for (int k = 0; k < n; k++) sum += root[i + k * n] * root[j + k * n];
            h[i + j * n] = qp.h[i + j * n] = sum;
        }
    double inside[MOST];
    for (int j = 0; j < n; j++) {
        qp.g[j] = 5 * draw();
        inside[j] = draw();
        qp.lower[j] = draw() < 0 ? -INFINITY : inside[j] - fabs(draw());
        qp.upper[j] = draw() < 0 ? INFINITY : inside[j] + fabs(draw());
    }
    for (int i = 0; i < m; i++) {
        double value = 0;
        for (int j = 0; j < n; j++) value += (qp.rows[i * n + j] = draw()) * inside[j];
        const bool is_equation = 3 * i < n && draw() < 0;
        qp.low[i] = is_equation ? value : value - fabs(draw());
        qp.high[i] = is_equation ? value : (draw() < 0 ? INFINITY : value + fabs(draw()));
    }
    bool solved = gt_qp_factor(&qp) && gt_qp_solve(&qp);
    double worst = 0;
    for (int j = 0; solved && j < n; j++) {
        double slope = qp.g[j] + qp.multipliers[m + j];
        for (int k = 0; k < n; k++) slope += h[j + k * n] * qp.d[k];
        for (int i = 0; i < m; i++) slope += qp.multipliers[i] * qp.rows[i * n + j];
        worst = fmax(worst, fabs(slope));
        worst = fmax(worst, wrong(qp.multipliers[m + j], qp.d[j], qp.lower[j], qp.upper[j]));
    }
    for (int i = 0; solved && i < m; i++) {
        double value = 0;
        for (int j = 0; j < n; j++) value += qp.rows[i * n + j] * qp.d[j];
        worst = fmax(worst, wrong(qp.multipliers[i], value, qp.low[i], qp.high[i]));
    }
    if (!solved || !(worst < 1e-8)) {
        printf("not ok n = %d, m = %d: solved %d, off by %g\n", n, m, solved, worst);
        failures++;
    }
    free(numbers);
}

/* d0 + d1 is to be 1 and 2. */
static void check_contradiction(void)
{
    gt_qp qp;
    double *numbers = malloc((size_t)gt_qp_place(&qp, 2, 2, NULL) * sizeof *numbers);
    if (!numbers) exit(EXIT_FAILURE);
    gt_qp_place(&qp, 2, 2, numbers);
    for (int k = 0; k < 4; k++) {
        qp.h[k] = k % 3 == 0;
        qp.rows[k] = 1;
    }
    for (int k = 0; k < 2; k++) {
        qp.g[k] = 0;
        qp.low[k] = qp.high[k] = 1 + k;
        qp.lower[k] = -INFINITY;
        qp.upper[k] = INFINITY;
    }
    bool told = gt_qp_factor(&qp) && !gt_qp_solve(&qp);
    printf("%s a contradiction\n", told ? "ok" : "not ok");
    failures += !told;
    free(numbers);
}

int main(void)
{
    for (int k = 0; k < 2000; k++) check_random(1 + k % MOST, k % 17);
    printf("%s random programs\n", failures ? "not ok" : "ok");
    check_contradiction();
    return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
