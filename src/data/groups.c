/* What rows belong to, and when they are from: groups and times, by which they can be held out. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/split.h"
#include "ground/memory.h"

/* ---- setting and asking ----------------------------------------------------------------------------------------- */

/* Whether a list with something for each row can be set. `what`: "groups". */
static glia_status check_list(const glia_data *data, const void *list, size_t count, const char *what)
{
    if (!data || !list) return glia__fail(GLIA_E_ARG, "%s need data, and a number for each row", what);
    if (data->base)
        return glia__fail(GLIA_E_ARG, "%s: rows get %s before they are chosen, not after", data->name, what);
    if (count != data->rows)
        return glia__fail(GLIA_E_ARG, "%s: %zu %s for %zu rows", data->name, count, what, data->rows);
    return GLIA_OK;
}

glia_status glia_data_set_groups(glia_data *data, const int32_t *groups, size_t count)
{
    GLIA_TRY(check_list(data, groups, count, "groups"));
    for (size_t i = 0; i < count; i++)
        if (groups[i] < 0) return glia__fail(GLIA_E_ARG, "row %zu: the group is %d, not at least 0", i, groups[i]);
    if (!data->groups && !(data->groups = glia__new(count, sizeof *data->groups))) return GLIA_E_MEMORY;
    memcpy(data->groups, groups, count * sizeof *groups);
    return GLIA_OK;
}

glia_status glia_data_set_times(glia_data *data, const double *times, size_t count)
{
    GLIA_TRY(check_list(data, times, count, "times"));
    for (size_t i = 0; i < count; i++)
        if (!isfinite(times[i])) return glia__fail(GLIA_E_ARG, "row %zu: the time is %f, not finite", i, times[i]);
    if (!data->times && !(data->times = glia__new(count, sizeof *data->times))) return GLIA_E_MEMORY;
    memcpy(data->times, times, count * sizeof *times);
    return GLIA_OK;
}

int32_t glia_data_group(const glia_data *data, size_t row)
{
    return data && data->groups && row < data->rows ? data->groups[glia__data_stored(data, row)] : -1;
}

double glia_data_time(const glia_data *data, size_t row)
{
    return data && data->times && row < data->rows ? data->times[glia__data_stored(data, row)] : (double)NAN;
}

static const char *name_of(const char *name)
{
    return name && *name ? name : NULL;
}

const char *glia_data_group_name(const glia_data *data)
{
    return data ? name_of(data->group_name) : NULL;
}

const char *glia_data_time_name(const glia_data *data)
{
    return data ? name_of(data->time_name) : NULL;
}

/* ---- in order --------------------------------------------------------------------------------------------------- */

typedef struct keyed {
    double key; /* a time, or a group's id: exact in both cases */
    size_t row;
} keyed;

static int by_key(const void *a, const void *b)
{
    const keyed *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return x->row < y->row ? -1 : x->row > y->row;
}

/* Rows by their groups or times, equal ones as they stand; NULL: out of memory. */
static keyed *sorted(const glia_data *d, bool times)
{
    keyed *list = glia__new(d->rows, sizeof *list);
    if (!list) return NULL;
    for (size_t i = 0; i < d->rows; i++)
        list[i] = (keyed){times ? glia_data_time(d, i) : (double)glia_data_group(d, i), i};
    qsort(list, d->rows, sizeof *list, by_key);
    return list;
}

glia_status glia__data_number_groups(const glia_data *d, size_t **group, size_t *count)
{
    *group = NULL;
    *count = 0;
    if (!d->groups) return glia__fail(GLIA_E_ARG, "%s has no groups: a cut by groups needs them", d->name);
    keyed *list = sorted(d, false);
    if (list && (*group = glia__new(d->rows, sizeof **group)))
        for (size_t i = 0; i < d->rows; i++) {
            *count += i == 0 || list[i].key != list[i - 1].key;
            (*group)[list[i].row] = *count - 1;
        }
    glia__free(list);
    return *group ? GLIA_OK : GLIA_E_MEMORY;
}

glia_status glia__data_by_time(const glia_data *d, size_t **order)
{
    *order = NULL;
    if (!d->times) return glia__fail(GLIA_E_ARG, "%s has no times: a cut by time needs them", d->name);
    keyed *list = sorted(d, true);
    if (list && (*order = glia__new(d->rows, sizeof **order)))
        for (size_t i = 0; i < d->rows; i++) (*order)[i] = list[i].row;
    glia__free(list);
    return *order ? GLIA_OK : GLIA_E_MEMORY;
}

size_t glia__data_time_begins(const glia_data *d, const size_t *order, size_t at)
{
    while (at > 0 && at < d->rows && glia_data_time(d, order[at - 1]) == glia_data_time(d, order[at])) at--;
    return at;
}
