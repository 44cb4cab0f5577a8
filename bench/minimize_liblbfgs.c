/* The chained Rosenbrock function by liblbfgs with a hand-written gradient: seconds, evaluations and
 * the value reached. cc -O2 bench/minimize_liblbfgs.c -llbfgs -lm; ./a.out 100000          */
#include <lbfgs.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int evaluations;

static lbfgsfloatval_t evaluate(void *instance, const lbfgsfloatval_t *x, lbfgsfloatval_t *g,
                                const int n, const lbfgsfloatval_t step)
{
    double f = 0;
    (void)instance, (void)step;
    evaluations++;
    g[0] = 0;
    for (int i = 0; i + 1 < n; i++) {
        double a = x[i + 1] - x[i] * x[i], b = 1 - x[i];
        f += 100 * a * a + b * b;
        g[i] += -400 * x[i] * a - 2 * b;
        g[i + 1] = 200 * a;
    }
    return f;
}

int main(int argc, char **argv)
{
    const int n = argc > 1 ? atoi(argv[1]) : 100000;
    lbfgsfloatval_t f, *x = lbfgs_malloc(n);
    lbfgs_parameter_t p;
    if (!x) return 1;
    lbfgs_parameter_init(&p);
    p.epsilon = 1e-8;
    p.past = 0;
    p.max_iterations = 0;
    for (int i = 0; i < n; i++) x[i] = 0.5;
    clock_t start = clock();
    lbfgs(n, x, &f, evaluate, NULL, NULL, &p);
    printf("%.6f %d %.6e\n", (double)(clock() - start) / CLOCKS_PER_SEC, evaluations, f);
    lbfgs_free(x);
    return 0;
}
