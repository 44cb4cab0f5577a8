#undef K
#undef LOGADDEXP
#undef REMAINDER
#undef ORDERED
#undef WITHIN_TURNS
#undef T
#undef F
#undef V
