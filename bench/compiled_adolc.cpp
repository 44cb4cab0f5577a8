// The functions of bench/cases.R on ADOL-C's tape. From the standard input, as doubles: numbers of parameters,
// observations and data, parameters, data. Prints the value and the CPU seconds of one value and gradient.
#include <adolc/adolc.h>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <vector>

struct problem {
    int n, m;
    const double *x;
};

static adouble chained(const problem &p, const adouble *b)
{
    adouble value = 0;
    for (int i = 0; i < p.n - 1; i++) {
        adouble t = b[i + 1] - b[i] * b[i], u = 1 - b[i];
        value += 100 * t * t + u * u;
    }
    return value;
}

static adouble logistic(const problem &p, const adouble *b)
{
    adouble value = 0;
    const double *y = p.x + (size_t)p.m * p.n;
    for (int i = 0; i < p.m; i++) {
        adouble eta = 0;
        for (int j = 0; j < p.n; j++) eta += p.x[(size_t)j * p.m + i] * b[j];
        value += log(1 + exp(eta)) - y[i] * eta;
    }
    return value;
}

static adouble garch(const problem &p, const adouble *b)
{
    adouble h = 1, value = 0;
    for (int t = 1; t < p.m; t++) {
        h = b[0] + b[1] * (p.x[t - 1] * p.x[t - 1]) + b[2] * h;
        value += log(h) + p.x[t] * p.x[t] / h;
    }
    return value;
}

static adouble hmm(const problem &p, const adouble *b)
{
    static const double P[9] = {0.9, 0.05, 0.1, 0.05, 0.9, 0.1, 0.05, 0.05, 0.8};
    adouble a[3] = {1.0 / 3, 1.0 / 3, 1.0 / 3}, next[3], value = 0;
    for (int t = 0; t < p.m; t++) {
        for (int j = 0; j < 3; j++) {
            adouble e = p.x[t] - b[j];
            next[j] = (a[0] * P[3 * j] + a[1] * P[3 * j + 1] + a[2] * P[3 * j + 2]) * exp(-0.5 * e * e);
        }
        adouble sum = next[0] + next[1] + next[2];
        for (int j = 0; j < 3; j++) a[j] = next[j] / sum;
        value -= log(sum);
    }
    return value;
}

static adouble kalman(const problem &p, const adouble *b)
{
    adouble q1 = exp(b[0]), q2 = exp(b[1]), r = exp(b[2]), level = 0, slope = 0, value = 0, p11 = 10, p12 = 0, p22 = 10;
    for (int t = 0; t < p.m; t++) {
        level += slope;
        p11 += 2 * p12 + p22 + q1;
        p12 += p22;
        p22 += q2;
        adouble f = p11 + r, e = p.x[t] - level, k1 = p11 / f, k2 = p12 / f;
        value += log(f) + e * e / f;
        level += k1 * e;
        slope += k2 * e;
        p22 -= k2 * p12;
        p12 -= k1 * p12;
        p11 -= k1 * p11;
    }
    return value;
}

static adouble recurrence(const problem &p, const adouble *b)
{
    adouble s = b[0];
    for (int i = 0; i < p.m; i++) s = b[1] * s * (1 - s);
    return s;
}

static void change(const adouble *b, const adouble *u, adouble *du)
{
    du[0] = b[0] * u[0] - b[1] * u[0] * u[1];
    du[1] = b[2] * u[0] * u[1] - b[3] * u[1];
}
static adouble lotka_volterra(const problem &p, const adouble *b)
{
    adouble u[2] = {1, 0.5}, k[4][2], v[2], value = 0;
    double step = 0.01;
    for (int t = 0; t < p.m; t++) {
        change(b, u, k[0]);
        for (int s = 1; s < 4; s++) {
            for (int i = 0; i < 2; i++) v[i] = u[i] + (s == 3 ? step : step / 2) * k[s - 1][i];
            change(b, v, k[s]);
        }
        for (int i = 0; i < 2; i++) u[i] += step / 6 * (k[0][i] + 2 * k[1][i] + 2 * k[2][i] + k[3][i]);
        value += u[0] * u[1];
    }
    return value;
}

static adouble three_body(const problem &p, const adouble *b)
{
    adouble u[12];
    double step = 0.001;
    for (int i = 0; i < 12; i++) u[i] = b[i];
    for (int t = 0; t < p.m; t++) {
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < i; j++) {
                adouble dx = u[2 * j] - u[2 * i], dy = u[2 * j + 1] - u[2 * i + 1], d2 = dx * dx + dy * dy;
                adouble pull = step / (d2 * sqrt(d2));
                u[6 + 2 * i] += pull * dx;
                u[7 + 2 * i] += pull * dy;
                u[6 + 2 * j] -= pull * dx;
                u[7 + 2 * j] -= pull * dy;
            }
        for (int i = 0; i < 6; i++) u[i] += step * u[6 + i];
    }
    adouble dx = u[0] - b[0], dy = u[1] - b[1];
    return dx * dx + dy * dy;
}

static const struct {
    const char *name;
    adouble (*f)(const problem &, const adouble *);
} all[] = {{"chained", chained}, {"logistic", logistic},     {"garch", garch},
           {"hmm", hmm},         {"kalman", kalman},         {"recurrence", recurrence},
           {"lotka_volterra", lotka_volterra}, {"three_body", three_body}};

int main(int argc, char **argv)
{
    double size[3];
    if (argc < 2 || fread(size, sizeof *size, 3, stdin) != 3) return 1;
    std::vector<double> b((size_t)size[0]), x((size_t)size[2]), g(b.size());
    if (fread(b.data(), sizeof(double), b.size(), stdin) != b.size()) return 1;
    if (fread(x.data(), sizeof(double), x.size(), stdin) != x.size()) return 1;
    problem p = {(int)b.size(), (int)size[1], x.data()};
    for (const auto &one : all) {
        if (strcmp(one.name, argv[1])) continue;
        double value;
        trace_on(1);
        {
            std::vector<adouble> a(b.size());
            for (size_t i = 0; i < b.size(); i++) a[i] <<= b[i];
            adouble result = one.f(p, a.data());
            result >>= value;
        }
        trace_off();
        for (long times = 1;; times *= 4) {
            clock_t start = clock();
            for (long i = 0; i < times; i++) gradient(1, p.n, b.data(), g.data());
            double took = (double)(clock() - start) / CLOCKS_PER_SEC;
            if (took < 0.2) continue;
            printf("%.17g\n%.9g\n", value, took / (double)times);
            return 0;
        }
    }
    return 1;
}
