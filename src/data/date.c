/* The calendar. A day's number is counted from the first of March of year 0, so that a leap day is the last of its
 * year: 400 years have 146,097 days, and month m of such a year (March is 0) begins at day (153 m + 2) / 5. */
#include "data/date.h"

#include <math.h>
#include <stdio.h>

enum { DAYS_OF_400_YEARS = 146097, TO_1970 = 719468, SECONDS_A_DAY = 86400 };

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap(year));
}

static int day_number(int year, int month, int day)
{
    int y = month > 2 ? year : year - 1, m = month > 2 ? month - 3 : month + 9;
    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - TO_1970;
}

void glia__date_of(double days, glia__date *date)
{
    int n = (int)fmax(-TO_1970, fmin(floor(days), 1e8)) + TO_1970, era = n / DAYS_OF_400_YEARS;
    int d = n % DAYS_OF_400_YEARS;                                              /* of the era  */
    int y = (d - d / 1460 + d / 36524 - d / (DAYS_OF_400_YEARS - 1)) / 365;     /* of the era  */
    int of_year = d - (365 * y + y / 4 - y / 100), m = (5 * of_year + 2) / 153; /* from March  */
    date->day = of_year - (153 * m + 2) / 5 + 1;
    date->month = m < 10 ? m + 3 : m - 9;
    date->year = era * 400 + y + (date->month <= 2);
    date->weekday = (n + 2) % 7; /* the first of March of year 0 was a Wednesday */
    date->yearday = n - TO_1970 - day_number(date->year, 1, 1);
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* least to most digits, and no more of them. */
static const char *read_digits(const char *p, const char *end, int least, int most, int *number)
{
    int n = 0;
    for (*number = 0; p < end && n < most && is_digit(*p); n++) *number = *number * 10 + (*p++ - '0');
    return n < least || (p < end && is_digit(*p)) ? NULL : p;
}

const char *glia__date_read(const char *text, const char *end, glia__date_order order, double *days)
{
    static const int places[][3] = {[GLIA__YMD] = {0, 1, 2}, [GLIA__DMY] = {2, 1, 0}, [GLIA__MDY] = {2, 0, 1}};
    int              part[3], year = places[order][0];
    char             mark = '\0';
    const char      *p = text;
    for (int i = 0; i < 3; i++) {
        bool of_year = i == year;
        p = read_digits(p, end, of_year ? 4 : 1, of_year ? 4 : 2, &part[i]);
        if (!p) return NULL;
        if (i == 2) break;
        if (p == end || (*p != '-' && *p != '/' && *p != '.') || (mark && *p != mark)) return NULL;
        mark = *p++;
    }
    int y = part[year], m = part[places[order][1]], d = part[places[order][2]];
    if (y < 1 || m < 1 || m > 12 || d < 1 || d > days_in(y, m)) return NULL;
    *days = day_number(y, m, d);
    return p;
}

static const char *read_fraction(const char *p, const char *end, double *seconds)
{
    double place = 0.1;
    if (p == end || *p != '.') return p;
    for (p++; p < end && is_digit(*p); p++, place /= 10) *seconds += (*p - '0') * place;
    return p;
}

const char *glia__time_read(const char *text, const char *end, double *seconds)
{
    int         hour, minute, second = 0;
    const char *p = read_digits(text, end, 1, 2, &hour);
    if (!p || p == end || *p != ':' || hour > 23) return NULL;
    p = read_digits(p + 1, end, 2, 2, &minute);
    if (!p || minute > 59) return NULL;
    bool has_seconds = p < end && *p == ':';
    if (has_seconds) p = read_digits(p + 1, end, 2, 2, &second);
    if (!p || second > 60) return NULL;
    *seconds = hour * 3600 + minute * 60 + second;
    return has_seconds ? read_fraction(p, end, seconds) : p;
}

const char *glia__zone_read(const char *text, const char *end, double *seconds)
{
    int  hour, minute;
    bool east = text < end && *text == '+';
    if (text < end && *text == 'Z') {
        *seconds = 0;
        return text + 1;
    }
    if (text == end || (!east && *text != '-') || end - text < 5) return NULL;
    const char *p = read_digits(text + 1, text + 3, 2, 2, &hour);
    if (!p) return NULL;
    p = read_digits(*p == ':' ? p + 1 : p, end, 2, 2, &minute);
    if (!p || hour > 14 || minute > 59) return NULL;
    *seconds = (east ? 1 : -1) * (hour * 3600 + minute * 60);
    return p;
}

/* ---- writing ---------------------------------------------------------------------------------------------------- */

void glia__date_text(double days, char text[32])
{
    glia__date d;
    glia__date_of(days, &d);
    snprintf(text, 32, "%04d-%02d-%02d", d.year, d.month, d.day);
}

void glia__time_text(double seconds, char text[32])
{
    int s = (int)fmax(0, fmin(floor(seconds), SECONDS_A_DAY - 1));
    snprintf(text, 32, "%02d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
}
