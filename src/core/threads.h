/* Work shared out among threads, where the compiler has OpenMP. What is shared out owns no memory
 * but what the host gave, calls nothing of the host, and comes out the same, to the last bit, however
 * many threads there are.                                                         */
#ifndef GRADTAPE_CORE_THREADS_H
#define GRADTAPE_CORE_THREADS_H

#include <stdint.h>

#define GT_MOST_THREADS 64

/* To be called where the library is loaded: a process that is forked later uses one thread, as
 * OpenMP's threads do not outlive a fork.                                        */
void gt_threads_begin(void);
void gt_set_threads(int n);
/* How many there are now; 1 unless set, without OpenMP, and in a forked process. */
int gt_threads(void);

/* Work on from ... to - 1. `worker`: below gt_threads(), another for each stretch. */
typedef void (*gt_stretch)(void *work, int64_t from, int64_t to, int worker);
/* Does 0 ... n - 1 in stretches, one after the other or at once, by at most so many workers. */
void gt_share_out(int64_t n, int workers, gt_stretch run, void *work);
/* Simple operations on numbers that are worth being shared out: starting threads takes as long as a
 * tenth of them.                                                                 */
#define GT_WORTH_SHARING (1 << 17)
/* Workers for so many. */
static inline int gt_workers(int64_t operations)
{
    return operations < GT_WORTH_SHARING ? 1 : gt_threads();
}

#endif
