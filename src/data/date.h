/* Dates and times of day as numbers: days since 1970-01-01, seconds since midnight. */
#ifndef GLIA_DATA_DATE_H
#define GLIA_DATA_DATE_H

#include <stdbool.h>
#include <stddef.h>

/* In which order day, month and year are written. */
typedef enum glia__date_order { GLIA__YMD = 0, GLIA__DMY, GLIA__MDY } glia__date_order;

typedef struct glia__date {
    int year;
    int month, day; /* from 1 */
    int weekday;    /* from Monday, 0 */
    int yearday;    /* from January the first, 0 */
} glia__date;

/* Each reads at `text`, which ends at `end`, and returns the character after it; NULL if there is no such thing.
 *
 * A date of the proleptic Gregorian calendar (ISO 8601): 2012-05-31, 2012/5/31 or 2012.5.31, or 31.5.2012, 5/31/2012 by
 * its order; a year has four digits. */
const char *glia__date_read(const char *text, const char *end, glia__date_order order, double *days);
/* 14:30, 14:30:59, 14:30:59.25. */
const char *glia__time_read(const char *text, const char *end, double *seconds);
/* +02:00, -0530 or Z, in seconds east of Greenwich. */
const char *glia__zone_read(const char *text, const char *end, double *seconds);

void glia__date_of(double days, glia__date *date);
/* 2012-05-31; 14:30:59. */
void glia__date_text(double days, char text[32]);
void glia__time_text(double seconds, char text[32]);

#endif
