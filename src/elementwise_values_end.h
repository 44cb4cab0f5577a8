#undef K
#undef LOGADDEXP
#undef REMAINDER
#undef ORDERED
#undef T
#undef F
