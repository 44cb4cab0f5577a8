/* Sums, whole and piece by piece, as plans and compiled code need them. */
#include "ops/reduce.h"
#include "core/simd.h"

GT_KERNEL void gt_sum_piece(int64_t n, const double *x, double *lane)
{
    double sum[GT_SUM_LANES];
    for (int k = 0; k < GT_SUM_LANES; k++) sum[k] = lane[k];
    for (int64_t i = 0; i + GT_SUM_LANES <= n; i += GT_SUM_LANES)
        for (int k = 0; k < GT_SUM_LANES; k++) sum[k] += x[i + k];
    for (int k = 0; k < GT_SUM_LANES; k++) lane[k] = sum[k];
}

double gt_sum_rest(int64_t n, const double *x, const double *lane)
{
    double total =
        ((lane[0] + lane[4]) + (lane[1] + lane[5])) + ((lane[2] + lane[6]) + (lane[3] + lane[7]));
    for (int64_t i = 0; i < n; i++) total += x[i];
    return total;
}

double gt_sum(int64_t n, const double *x)
{
    double total = 0;
    if (n < GT_SUM_LANES) {
        for (int64_t i = 0; i < n; i++) total += x[i];
        return total;
    }
    for (int64_t start = 0; start < n; start += GT_SUM_PART) {
        const int64_t size = n - start < GT_SUM_PART ? n - start : GT_SUM_PART;
        const int64_t whole = size - size % GT_SUM_LANES;
        double lane[GT_SUM_LANES] = {0};
        gt_sum_piece(whole, x + start, lane);
        total += gt_sum_rest(size - whole, x + start + whole, lane);
    }
    return total;
}
