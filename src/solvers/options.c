#include "solvers/options.h"

#include <string.h>

static bool in_range(const gt_range *r, double v)
{
    return (r->above ? v > r->min : v >= r->min) && (r->below ? v < r->max : v <= r->max);
}

static int number_of_words(const gt_option *o)
{
    int n = 0;
    while (o->words[n]) n++;
    return n;
}

bool gt_option_allows(const gt_option *o, const double *value)
{
    double v = value[0];
    if (o->kind == GT_CHOICE)
        return v >= (o->may_be_null ? 0 : 1) && v <= number_of_words(o) && v == floor(v);
    if (isnan(v)) return o->may_be_null;
    if (!in_range(&o->range[0], v)) return false;
    if (o->kind == GT_WHOLE || o->kind == GT_FLAG) return v == floor(v);
    if (o->kind == GT_PAIR)
        return in_range(&o->range[1], value[1]) && (!o->range[0].rising || v <= value[1]);
    return true;
}

void gt_options_default(const gt_option_table *t, double *values)
{
    for (int i = 0; i < t->n; i++)
        for (int k = 0; k < gt_option_size(&t->option[i]); k++) *values++ = t->option[i].preset[k];
}

bool gt_options_set(const gt_option_table *t, double *values, const char *name, double value)
{
    for (int i = 0; i < t->n; values += gt_option_size(&t->option[i++])) {
        const gt_option *o = &t->option[i];
        if (o->kind == GT_PAIR || strcmp(o->name, name)) continue;
        if (!gt_option_allows(o, &value)) return false;
        *values = value;
        return true;
    }
    return false;
}
