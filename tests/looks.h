/* For the tests of a look at data: what it finds. */
#ifndef TESTS_LOOKS_H
#define TESTS_LOOKS_H

#include "data_files.h"

static inline void assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance)) fail_msg("%.17g is not near %.17g", value, expected);
}

static inline glia_look *look_at(const glia_data *d, const glia_data *test)
{
    glia_look *look;
    EXPECT_OK(glia_data_look(d, test, &look));
    for (size_t i = 0; i < look->count; i++) {
        const glia_data_finding *f = &look->findings[i];
        assert_true(f->severity > 0 && f->severity <= 1);
        assert_true(*f->what && *f->cure && strlen(f->what) < 390 && strlen(f->cure) < 190);
        assert_true(i == 0 || f->severity <= look->findings[i - 1].severity);
    }
    return look;
}

static inline const glia_data_finding *find(const glia_look *look, const char *kind)
{
    for (size_t i = 0; i < look->count; i++)
        if (strcmp(look->findings[i].kind, kind) == 0) return &look->findings[i];
    return NULL;
}

static inline const glia_data_finding *the(const glia_look *look, const char *kind)
{
    const glia_data_finding *f = find(look, kind);
    assert_non_null(f);
    return f;
}

static inline void expect_nothing(const glia_look *look, const char *where)
{
    if (look->count) fail_msg("%s: %s: %s", where, look->findings[0].kind, look->findings[0].what);
}

static inline void expect_what(const glia_data_finding *f, const char *part)
{
    if (!strstr(f->what, part)) fail_msg("%s: \"%s\", without \"%s\"", f->kind, f->what, part);
}

/* Numbers in columns, with classes, numbers or neither. */
static inline bool finds(const char *kind, const glia_real *x, size_t rows, size_t columns, const int32_t *classes,
                         const glia_real *numbers, size_t outputs)
{
    glia_data *d;
    EXPECT_OK(glia_data_from_reals(&d, x, rows, columns, classes, numbers, outputs));
    glia_look *look = look_at(d, NULL);
    const bool found = find(look, kind) != NULL;
    glia_look_free(look);
    glia_data_free(d);
    return found;
}

#endif
