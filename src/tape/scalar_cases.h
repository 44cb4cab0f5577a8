/* What each instruction of scalar code does, of numbers that whoever includes this says where to find:
 * TO = op(A, B, C), or TO = LOADED. Included in a loop over instructions c.        */
#define PAIR(first, o1, second, o2) \
    case GT_PAIR_BASE + ((GT_OP_##first - GT_OP_add) * 4 + (GT_OP_##second - GT_OP_add)) * 2: \
        TO = C o2(A o1 B); \
        break; \
    case GT_PAIR_BASE + ((GT_OP_##first - GT_OP_add) * 4 + (GT_OP_##second - GT_OP_add)) * 2 + 1: \
        TO = (A o1 B)o2 C; \
        break;
#define PAIRS(first, o1) \
    PAIR(first, o1, add, +) \
    PAIR(first, o1, sub, -) \
    PAIR(first, o1, mul, *) \
    PAIR(first, o1, div, /)

switch (c->op) {
case GT_OP_leaf:
    TO = LOADED;
    break;
#define UNARY(name, value, dx) \
    case GT_OP_##name: { \
        const double x = A; \
        TO = (value); \
        break; \
    }
#define BINARY(name, value, dx, dz) \
    case GT_OP_##name: { \
        const double x = A, z = B; \
        TO = (value); \
        break; \
    }
#define TERNARY(name, value, dx, dz, dw) \
    case GT_OP_##name: { \
        const double x = A, z = B, w = C; \
        TO = (value); \
        break; \
    }
#include "ops/elementwise_table.h"
    PAIRS(add, +)
    PAIRS(sub, -)
    PAIRS(mul, *)
    PAIRS(div, /)
default:
    break;
}

#undef PAIR
#undef PAIRS
#undef TO
#undef A
#undef B
#undef C
#undef LOADED
