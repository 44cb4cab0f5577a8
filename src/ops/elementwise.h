#ifndef GRADTAPE_OPS_ELEMENTWISE_H
#define GRADTAPE_OPS_ELEMENTWISE_H

#include "ops/table.h"

/* Indexed by gt_op; entry 0 stands for GT_OP_leaf. */
extern const gt_op_def gt_elementwise_ops[GT_OP_ELEMENTWISE_END];
extern const unsigned gt_elementwise_traits[GT_OP_ELEMENTWISE_END];

#endif
