/* Golden cases: the folders tests/golden/GROUP/CASE, each a case.json and the .npy arrays it lists.
 *
 * A test opens a case, takes arrays by name as doubles (or as the raw bytes of the file, to compare bits), runs the
 * code under test, and compares within the case's own tolerance. Whatever is wrong with a case (a missing file, a
 * header that does not agree with case.json) fails the running cmocka test with a sentence: nothing is skipped.
 *
 *   golden_case *c = golden_open("layers_torch/relu");
 *   const golden_array *x = golden_get(c, "x"), *want = golden_get(c, "y");
 *   real *y = ...from golden_reals(x)...;
 *   golden_expect_reals(want, y, golden_tolerance_of(c));
 *   golden_close(c);
 */
#ifndef GLIA_TESTS_GOLDEN_H
#define GLIA_TESTS_GOLDEN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "glia.h"

enum { GOLDEN_RANK_MOST = 8 };

/* One array of a case. Everything in it lives as long as the case. */
typedef struct golden_array {
    const char          *name, *role; /* "dx"; "input", "param", "state", "upstream", "output", "grad" or "record" */
    char                 dtype[4];    /* as NumPy writes it: "<f8", "<f4", "<i4", "<i8", "<u4", "|u1" */
    int                  rank;
    size_t               shape[GOLDEN_RANK_MOST];
    size_t               count;  /* of elements: the product of shape */
    size_t               item;   /* bytes of an element */
    const unsigned char *raw;    /* [count * item]: the bytes as they lie in the file, row-major, little endian */
    const double        *values; /* [count]: the same as doubles */
} golden_array;

typedef struct golden_case golden_case;

/* `name` is the folder below tests/golden: "layers_torch/relu", "seed_000". Never NULL: fails the test instead. */
golden_case *golden_open(const char *name);
void         golden_close(golden_case *c); /* NULL is fine */

/* The array of this name. golden_get fails the test if there is none, golden_find gives NULL. */
const golden_array *golden_get(const golden_case *c, const char *name);
const golden_array *golden_find(const golden_case *c, const char *name);
/* All arrays, in the order of case.json. */
size_t              golden_count(const golden_case *c);
const golden_array *golden_at(const golden_case *c, size_t i);

/* The numbers of any .npy file, which must have the dtype and shape of `as`; the caller frees them. */
double *golden_read(const char *path, const golden_array *as);

/* Copies an array; the caller frees the copy with free(). The integers must fit the type. */
glia_real *golden_reals(const golden_array *a);
int32_t   *golden_ints(const golden_array *a);

/* The whole of case.json, and its "hyperparameters" (an empty object if it has none); both belong to the case. */
const json_t *golden_json(const golden_case *c);
const json_t *golden_settings(const golden_case *c);
/* One hyperparameter that is a number (true is 1, false 0), or `standard` if the case does not name it. */
double golden_setting(const golden_case *c, const char *name, double standard);

/* |got - want| <= atol + rtol * |want|. NaN is near NaN, and an infinity near itself. */
typedef struct golden_tolerance {
    double rtol, atol;
} golden_tolerance;
bool golden_near(double got, double want, double rtol, double atol);

/* The case's tolerance: its "float32" in the float build, its "float64" in the double build; where a case has only
 * one of the two, that one. `variant` looks in "by_variant" first. */
golden_tolerance golden_tolerance_of(const golden_case *c);
golden_tolerance golden_tolerance_variant(const golden_case *c, const char *variant);
/* The "float64" (else the "float32") one, whatever the build: for what is computed in double in both. */
golden_tolerance golden_tolerance_double(const golden_case *c);

/* Fails the test at the first element of got[want->count] that is not near, naming the array, the element and both. */
void golden_expect_reals(const golden_array *want, const glia_real *got, golden_tolerance t);
void golden_expect_doubles(const golden_array *want, const double *got, golden_tolerance t);
/* Fails the test unless got[want->count * want->item] are the same bytes. */
void golden_expect_bits(const golden_array *want, const void *got);

#endif
