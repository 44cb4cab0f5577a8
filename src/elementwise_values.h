/* What the value expressions of ops_elementwise_table.h are made of, for the real type T
 * with libm functions F(f) and V(f), which are our own where those vectorise. elementwise_values_end.h undoes it all.             */

#define K(c) ((T)(c))
#define LOGADDEXP(x, z) \
    (x == z ? x + F(log)(K(2)) : (x > z ? x : z) + V(log1p)(V(exp)(-F(fabs)(x - z))))

#define WITHIN_TURNS (F(fabs)(x) <= K(TURNS_LIMIT))

static inline T F(floored_mod)(T x, T z)
{
    T r = F(fmod)(x, z);
    return r != 0 && (r < 0) != (z < 0) ? r + z : r;
}
#define REMAINDER(x, z) F(floored_mod)(x, z)

#define ORDERED(v) (x != x || z != z ? x + z : K(v))
