#if !defined(_WIN32)
#define _POSIX_C_SOURCE 200112L
#include <unistd.h>
#endif

#include "core/threads.h"

#if defined(_OPENMP)
#include <omp.h>
#endif

static int threads = 1;
static long process; /* in which the library was loaded */

static long this_process(void)
{
#if defined(_WIN32)
    return 0;
#else
    return (long)getpid();
#endif
}

void gt_threads_begin(void) { process = this_process(); }

void gt_set_threads(int n)
{
    int most = 1;
#if defined(_OPENMP)
    most = omp_get_thread_limit();
    if (most > GT_MOST_THREADS) most = GT_MOST_THREADS;
#endif
    threads = n < most ? n : most;
}

int gt_threads(void) { return threads > 1 && process == this_process() ? threads : 1; }

void gt_share_out(int64_t n, int workers, gt_stretch run, void *work)
{
    if (workers > n) workers = (int)n;
    if (workers <= 1) {
        if (n > 0) run(work, 0, n, 0);
        return;
    }
#if defined(_OPENMP)
#pragma omp parallel for num_threads(workers) schedule(static, 1)
#endif
    for (int k = 0; k < workers; k++) run(work, n * k / workers, n * (k + 1) / workers, k);
}
