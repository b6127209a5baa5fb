/* glia.h: neural networks in C, from data to a trained, judged, saved network.
 *
 * This file is the whole public interface, and the manual: it reads from the simplest use to the most detailed.
 *
 *   glia_data  *train = NULL, *test = NULL;
 *   glia_model *model = NULL;
 *   if (glia_data_open(&train, "mnist:train", NULL) || glia_data_open(&test, "mnist:test", NULL)
 *       || glia_model_new(&model, "dense 128, relu, dense 10, softmax", train, 42)
 *       || glia_fit(model, train, test, &(glia_fit_options){.epochs = 5, .optimizer = "sgd lr=0.1"})
 *       || glia_model_save(model, "digits.safetensors"))
 *       fprintf(stderr, "%s\n", glia_error());
 *
 * Conventions that hold everywhere:
 *   - A function that can fail returns a glia_status: 0 is fine, negative says what class of thing went wrong, and
 *     glia_error() gives one sentence with the place. After a failure nothing is half-changed, and an object that was
 *     to be made is NULL.
 *   - Whoever makes an object with _new or _open frees it with _free; _free(NULL) is fine. Strings and arrays that
 *     a getter returns belong to the object it was asked of and live as long as it does.
 *   - A zero in an options struct means the default, and a NULL options pointer means all defaults.
 *   - Arrays are row-major. A batch is [rows][columns]; an image row is channels x height x width.
 *   - Objects are not locked: use one from one thread at a time. Different objects may be used from different threads.
 */
#ifndef GLIA_H
#define GLIA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(GLIA_STATIC) || !defined(__GNUC__)
#define GLIA_API
#else
#define GLIA_API __attribute__((visibility("default")))
#endif

#define GLIA_VERSION "0.1.0"

/* The arithmetic of networks is in single precision. (The project's own tests build the library a second time with
 * GLIA_DOUBLE, to check it to twelve digits; such a build is never installed.) */
#ifdef GLIA_DOUBLE
typedef double glia_real;
#else
typedef float glia_real;
#endif

/* ---- 1. Errors ------------------------------------------------------------------------------------------------- */

/* name, value, what it means in general; glia_error() says what happened in particular. */
#define GLIA_STATUS_LIST(X)                                                                                            \
    X(GLIA_OK, 0, "fine")                                                                                              \
    X(GLIA_E_MEMORY, -1, "out of memory")                                                                              \
    X(GLIA_E_WRITE, -2, "a file could not be written")                                                                 \
    X(GLIA_E_NONFINITE, -3, "a number that is not finite")                                                             \
    X(GLIA_E_STOPPED, -4, "stopped by a callback")                                                                     \
    X(GLIA_E_ARG, -5, "a wrong argument")                                                                              \
    X(GLIA_E_TEXT, -6, "a net, optimizer or other text that cannot be understood")                                     \
    X(GLIA_E_SHAPE, -7, "shapes that do not fit each other")                                                           \
    X(GLIA_E_OPEN, -8, "a file that is missing or cannot be read")                                                     \
    X(GLIA_E_FORMAT, -9, "a file whose contents are wrong")

#define GLIA_STATUS_ENUM_(name, value, text) name = (value),
typedef enum glia_status { GLIA_STATUS_LIST(GLIA_STATUS_ENUM_) GLIA_STATUS_END_ = 1 } glia_status;
#undef GLIA_STATUS_ENUM_

/* The sentence of this thread's latest failure, such as `train.csv:17:9: column 3 (age): "abc" is not a number`.
 * Never NULL; valid until this thread's next failure. */
GLIA_API const char *glia_error(void);

/* The name of a status ("GLIA_E_FORMAT") and its general meaning. Never NULL, for any value. */
GLIA_API const char *glia_status_name(glia_status status);
GLIA_API const char *glia_status_text(glia_status status);

/* The version of the library that is loaded, which need not be the GLIA_VERSION compiled against. */
GLIA_API const char *glia_version(void);

/* ---- 2. Data --------------------------------------------------------------------------------------------------- */

/* A table: rows of inputs, and for each row a target (a class, or one or more numbers). Inputs that came as bytes
 * (images) stay bytes in memory; all others are glia_real. */
typedef struct glia_data glia_data;

typedef struct glia_data_options {
    const char *target; /* CSV: the target column by name, or by number from 1; NULL: a column called label, target,
                           class or y, else the last; several, "low, high", to be predicted as numbers, or as yes or
                           no each; a name with a comma among others is put in quotes. "" for a table without a target.
                           An array of two dimensions has its target in a column only if its number is given here. */
    bool        target_optional; /* a table without that column has no target */
    bool        target_unread;   /* CSV: the target's columns are no inputs, but not read: rows may lack them */
    const char *weight; /* CSV: the column of the rows' weights, by name or number; it is then no input. NULL: none */
    const char *group;  /* CSV: the column that says what a row belongs to, no input; NULL: none */
    const char *time;   /* CSV: the column that says when a row is from, numbers, dates or times; it is an input
                           besides, unless `columns` skips it. NULL: none */
    bool        weight_optional, group_optional, time_optional; /* a table without that column is fine too */
    const char *columns; /* CSV: what kinds columns are of, "age:number, city:category hash=32, id:skip"; `*` is
                            every column not named. NULL, and columns left out: found by looking at their cells.
                            glia_data_columns and glia_model_columns give such texts. */
    bool        columns_optional; /* names that a table lacks are passed over; one without names is looked at */
    const char *missing;      /* CSV: what else says that a value is missing, "-999, unknown", beside an empty cell, NA,
                                 N/A, NaN, null and ?, in capitals or not */
    bool        drop_missing; /* CSV: rows with a missing value are left out */
    const char *decimal;      /* CSV: "comma": numbers are written 1.234,5; "point" or NULL: 1234.5 */
    const char *header;       /* CSV: "yes", "no": whether the first row has the names. NULL: it is looked at */
    const char *image;        /* image files: what each is made, HEIGHTxWIDTH and gray or rgb, as "28x28 gray" or "64x64
                                 fit=crop" (docs/data.md, "Images"); NULL: all have to be of one size, and are rgb if any
                                 is */
    bool   image_optional;    /* data that are no image files are fine too */
    size_t memory;            /* bytes of rows to be kept in memory; where there are more, IDX and C-ordered .npy files
                                 that are not packed are read as they are needed (docs/data.md, "Larger than memory"),
                                 and have to stay as they are; the rows of a CSV go to a file beside it. 0: 256 MiB */
    const char *rows_file;    /* CSV: the file its rows go to, however many; NULL: FILE.csv.rows, if need be */
} glia_data_options;

/* Opens a data set. `text` is one of
 *   a file           CSV (comma, semicolon or tab), IDX or NumPy's .npy, plain or gzipped, told apart by its contents
 *   INPUTS,TARGETS   a pair of files, each IDX or .npy: targets are one number a row, or several
 *   a .npz file      NumPy's arrays x and y (docs/data.md has more names); with x_train, y_train, x_test and y_test two
 *                    parts
 *   an image         PNG, JPEG, or PBM, PGM or PPM: one row, without a target
 *   FOLDER           with the four files of MNIST's layout (train-* and t10k-*, .gz or not): two parts
 *   FOLDER           of images: FOLDER/CLASS/a.png, each sub-folder a class, rows in the order of classes and names;
 *                    FOLDER/train/CLASS/a.png and FOLDER/test/... (or val, valid, validation): two parts;
 *                    FOLDER/a.png: rows without a target
 *   a generator      `spiral n=100 classes=3 noise=0.2 seed=0`; also moons, circles, blobs, xor
 *   DATA:train, DATA:test    one part of a data set that has two
 *   DATA+DATA        the rows of both
 * A data set of two parts is its training part; glia_data_test gives the other.
 * Errors: GLIA_E_TEXT, GLIA_E_OPEN, GLIA_E_FORMAT (with file:line:column or the byte), GLIA_E_SHAPE (rows or images of
 * different sizes), GLIA_E_MEMORY. */
GLIA_API glia_status glia_data_open(glia_data **data, const char *text, const glia_data_options *options);

/* A table whose rows arrive one after the other, through a pipe ("-": standard input) or in a file: each can be had as
 * soon as its line is there. What kinds its columns are has to be told in options->columns where it matters, as
 * glia_model_columns does: the rows to come are not known. They have no targets: the columns that options->target
 * names are left out. The texts of the options have to live until the stream is open. Free with glia_stream_close. */
typedef struct glia_stream glia_stream;
GLIA_API glia_status       glia_stream_open(glia_stream **stream, const char *path, const glia_data_options *options);
/* *rows: at least one row, for which it waits, and up to `most` where they have arrived; NULL at the end. They are the
 * stream's, and good until its next call. Errors: as glia_data_open; the stream then only can be closed. */
GLIA_API glia_status glia_stream_next(glia_stream *stream, size_t most, const glia_data **rows);
GLIA_API void        glia_stream_close(glia_stream *stream);

/* A data set from memory; everything is copied. x: [rows][columns]. Exactly one of
 *   classes: [rows] in 0..n-1, n = `outputs`       (a class per row)
 *   numbers: [rows][outputs]                       (numbers to be predicted)
 * or neither (inputs alone). Errors: GLIA_E_ARG, GLIA_E_MEMORY. */
GLIA_API glia_status glia_data_from_reals(glia_data **data, const glia_real *x, size_t rows, size_t columns,
                                          const int32_t *classes, const glia_real *numbers, size_t outputs);
/* The same from bytes, such as the pixels of images of height x width with `channels` channels each. */
GLIA_API glia_status glia_data_from_bytes(glia_data **data, const uint8_t *x, size_t rows, size_t channels,
                                          size_t height, size_t width, const int32_t *classes, size_t outputs);
GLIA_API void        glia_data_free(glia_data *data);

/* What each row counts in losses, in training and when a model is judged: weights [count], count the number of rows,
 * copied; finite, at least 0. They are set before the data set is split. Errors: GLIA_E_ARG (views among them),
 * GLIA_E_MEMORY. */
GLIA_API glia_status glia_data_set_weights(glia_data *data, const glia_real *weights, size_t count);
/* The weight of a row, 1 where none were set; NaN out of range. The name of their column, in a table without names its
 * number; or NULL. */
GLIA_API double      glia_data_weight(const glia_data *data, size_t row);
GLIA_API const char *glia_data_weight_name(const glia_data *data);

/* What each row belongs to (a patient, a machine, a document), as a number of at least 0; and when it is from, as any
 * finite number that grows. Both decide what may be held out together, see glia_data_split. count is the number of
 * rows; the list is copied, before the data set is split. Errors: GLIA_E_ARG (views among them), GLIA_E_MEMORY. */
GLIA_API glia_status glia_data_set_groups(glia_data *data, const int32_t *groups, size_t count);
GLIA_API glia_status glia_data_set_times(glia_data *data, const double *times, size_t count);
/* A row's group, -1 where none were set, and its time, NaN. The names of their columns, as of weights. */
GLIA_API int32_t     glia_data_group(const glia_data *data, size_t row);
GLIA_API double      glia_data_time(const glia_data *data, size_t row);
GLIA_API const char *glia_data_group_name(const glia_data *data);
GLIA_API const char *glia_data_time_name(const glia_data *data);

/* The second part of a data set that has two, or NULL. Belongs to `data`. */
GLIA_API const glia_data *glia_data_test(const glia_data *data);
/* The paths of the files that a data set was read from, those of its second part and of all terms of DATA+DATA among
 * them; NULL past the last. Standard input is none. */
GLIA_API const char *glia_data_file(const glia_data *data, size_t i);
/* The file in which the rows of a CSV are, where one was made of it or was still there; or NULL. */
GLIA_API const char *glia_data_rows_file(const glia_data *data);

/* Cuts `data` into two views: `held` gets ceil(share * rows) rows, `rest` the others. Views share the rows of
 * `data`, which must outlive them; free both.
 *   GLIA_SPLIT_SHUFFLED     scikit-learn's train_test_split(random_state=seed): a permutation's first rows are held
 *   GLIA_SPLIT_STRATIFIED   the same with stratify=classes
 *   GLIA_SPLIT_TAIL         the last rows
 *   GLIA_SPLIT_GROUPED      ceil(share * groups) whole groups: GroupShuffleSplit(random_state=seed)
 *   GLIA_SPLIT_LATEST       the rows with the latest times, each side in the order of time, equal times in that of the
 *                           rows. Rows of one time stay together: where the cut would part them, all of them are held
 * Errors: GLIA_E_ARG (share outside 0..1, a side without rows; classes missing or too small; groups or times missing),
 * GLIA_E_MEMORY. */
typedef enum glia_split {
    GLIA_SPLIT_SHUFFLED = 0,
    GLIA_SPLIT_STRATIFIED,
    GLIA_SPLIT_TAIL,
    GLIA_SPLIT_GROUPED,
    GLIA_SPLIT_LATEST
} glia_split;
GLIA_API glia_status glia_data_split(const glia_data *data, double share, glia_split how, uint32_t seed,
                                     glia_data **rest, glia_data **held);
/* Cross-validation: fold `fold` (from 0) of `folds`, as two views. Row for row those of scikit-learn:
 *   GLIA_SPLIT_SHUFFLED     KFold(folds, shuffle=True, random_state=seed)
 *   GLIA_SPLIT_STRATIFIED   StratifiedKFold(folds, shuffle=True, random_state=seed)
 *   GLIA_SPLIT_GROUPED      GroupKFold(folds), which takes no seed
 *   GLIA_SPLIT_LATEST       TimeSeriesSplit(folds) of the rows in the order of their times: the last rows make the
 *                           folds, and `rest` is only what is before the fold. Rows of one time that would be parted
 *                           all go to the later fold
 *   GLIA_SPLIT_TAIL         TimeSeriesSplit(folds) of the rows as they stand
 * Errors: GLIA_E_ARG (fewer than 2 folds, or more than rows or groups; no class with a row for each; groups or times
 * missing, or a side without rows), GLIA_E_MEMORY. */
GLIA_API glia_status glia_data_fold(const glia_data *data, size_t fold, size_t folds, glia_split how, uint32_t seed,
                                    glia_data **rest, glia_data **held);
/* A view of the rows listed (each < rows of data); the list is copied. */
GLIA_API glia_status glia_data_rows(const glia_data *data, const size_t *rows, size_t count, glia_data **view);

/* What a data set is. */
typedef enum glia_target { GLIA_TARGET_NONE = 0, GLIA_TARGET_CLASSES, GLIA_TARGET_NUMBERS } glia_target;
typedef struct glia_data_info {
    size_t      rows, columns;           /* columns: inputs of a row = channels * height * width      */
    size_t      channels, height, width; /* 1 x 1 x columns for a table                                */
    bool        image;                   /* rows are images                                            */
    bool        bytes;                   /* inputs are bytes 0..255                                    */
    glia_target target;                  /* GLIA_TARGET_CLASSES if a model is to tell classes apart    */
    size_t      outputs;                 /* number of classes, or of numbers                           */
    bool        yesno;                   /* there are several target numbers, and each is 0 or 1: yes or no    */
} glia_data_info;
GLIA_API void glia_data_describe(const glia_data *data, glia_data_info *info);
/* The image file that a row was read from, or NULL. */
GLIA_API const char *glia_data_file_name(const glia_data *data, size_t row);
/* Names; NULL where there is none (an image's columns) or the index is out of range. glia_data_target_name: of the
 * j-th number to be predicted, or j = 0 of the class column; in a table without names its number, from 1. */
GLIA_API const char *glia_data_column_name(const glia_data *data, size_t column);
GLIA_API const char *glia_data_class_name(const glia_data *data, size_t k);
GLIA_API const char *glia_data_target_name(const glia_data *data, size_t j);
/* One value as it stood in the file; NaN out of range, where it is missing, and for words. */
GLIA_API double glia_data_input(const glia_data *data, size_t row, size_t column);
/* The word of a column of words; NULL where there is none. */
GLIA_API const char *glia_data_word(const glia_data *data, size_t row, size_t column);

/* The columns of a table from a file, as they were understood; not the target's, nor that of the weights. */
typedef enum glia_kind {
    GLIA_KIND_NUMBER = 0,
    GLIA_KIND_YESNO,
    GLIA_KIND_CATEGORY, /* one of some words                           */
    GLIA_KIND_ORDINAL,  /* words with an order                         */
    GLIA_KIND_DATE,
    GLIA_KIND_TIME,     /* of the day                                  */
    GLIA_KIND_DATETIME, /* both: two columns of glia_data_input        */
    GLIA_KIND_TEXT,     /* words that hardly repeat: not read          */
    GLIA_KIND_SKIP      /* not read, because the options said so       */
} glia_kind;
typedef struct glia_column_info {
    const char *name; /* "" without a header */
    glia_kind   kind;
    size_t      number;  /* of the column in the file, from 0                       */
    size_t      column;  /* of glia_data_input; GLIA_NO_COLUMN for what is not read */
    size_t      missing; /* rows without a value                                   */
    size_t      words;   /* different ones, of kinds that are words                 */
} glia_column_info;
#define GLIA_NO_COLUMN SIZE_MAX
/* Column i of the file, in its order, from 0; false past the last, and for data that are no table from a file. */
GLIA_API bool glia_data_column(const glia_data *data, size_t i, glia_column_info *info);
/* What kinds the columns are of, as a text for glia_data_options.columns; "" for what is no table from a file. */
GLIA_API const char *glia_data_columns(const glia_data *data);
/* Rows of the file that were left out as they have no target, and those left out by `drop_missing`. */
GLIA_API size_t glia_data_left_out(const glia_data *data, size_t *dropped);
/* "category". Never NULL. */
GLIA_API const char *glia_kind_name(glia_kind kind);
/* The class of a row, -1 if it has none; the j-th target number, NaN if it has none. */
GLIA_API int32_t glia_data_class(const glia_data *data, size_t row);
GLIA_API double  glia_data_number(const glia_data *data, size_t row, size_t j);

/* Reads a target as classes or as numbers, against the guess made when the file was opened (classes if any value is a
 * word, or all are whole numbers with at most 20 different ones; classes are sorted, numbers by value and words by
 * byte). GLIA_E_FORMAT, with the row, if words are asked to be numbers. */
GLIA_API glia_status glia_data_set_target(glia_data *data, glia_target target);

/* A look before anything is trained: what is wrong with the data that can be seen, in plain sentences, and what is
 * known of each column. docs/data.md, "A look at the data", lists the kinds, and where their thresholds come from. */
#define GLIA_NO_ROW SIZE_MAX
typedef struct glia_data_finding {
    const char *kind;                 /* "duplicate_rows"                                                    */
    size_t      column;               /* the one it is most of, in glia_look.column; or GLIA_NO_COLUMN       */
    size_t      row, other_row;       /* where it is seen first, and the row that this one is compared with  */
    double      severity;             /* 0..1                                                                */
    double      value;                /* what was measured: a share, a ratio, a count                        */
    char        what[400], cure[200]; /* what is wrong, with numbers; what to do. Rows are counted from 1    */
} glia_data_finding;
/* The column may be one that is not read. Rows count from 0, in the part that is trained on, but other_row of
 * "rows_in_both_parts" in the test part; GLIA_NO_ROW: there is none. */
typedef struct glia_column_facts {
    const char *name; /* "" without one */
    glia_kind   kind;
    size_t      number;                        /* of the column in the file, from 0                              */
    size_t      column;                        /* of glia_data_input; GLIA_NO_COLUMN for what is not read        */
    size_t      missing, different;            /* rows without a value; different values                         */
    double      least, most, mean, median;     /* NaN for words; of dates days since 1970-01-01                  */
    char        least_text[64], most_text[64]; /* as a cell has them                                         */
    const char *word;                          /* the most frequent one, of kinds that are words; or NULL        */
    size_t      word_rows;
} glia_column_facts;
typedef struct glia_look {
    size_t             count;
    glia_data_finding *findings; /* [count], worst first */
    size_t             columns;  /* of a table from a file as glia_data_column has them; 0 for images */
    glia_column_facts *column;   /* [columns] */
    size_t             rows;     /* that were looked at: all; of rows that are not in memory the first 100,000 */
} glia_look;
/* Looks at `data`, and at how `test` differs from it (NULL: its own second part, if it has one). The look has words of
 * the data, which have to outlive it; free it with glia_look_free. Errors: GLIA_E_ARG, GLIA_E_MEMORY; GLIA_E_OPEN and
 * GLIA_E_FORMAT of rows that cannot be read. */
GLIA_API glia_status glia_data_look(const glia_data *data, const glia_data *test, glia_look **look);
GLIA_API void        glia_look_free(glia_look *look);

/* Writes the data as a CSV with a header, target first (`label`, or the column's name). */
GLIA_API glia_status glia_data_write_csv(const glia_data *data, const char *path);

/* One row as training sees it: with the changes that `text` asks for (docs/data.md, "Augmentation"; NULL: none), drawn
 * for this row of `data`, this epoch (from 1) and a glia_fit of this seed. out: [columns], in the data's own values,
 * not scaled. Errors: GLIA_E_ARG, GLIA_E_SHAPE (rows that are no images), GLIA_E_TEXT (with the place), GLIA_E_MEMORY.
 */
GLIA_API glia_status glia_data_augment(const glia_data *data, const char *text, uint32_t seed, size_t epoch, size_t row,
                                       glia_real *out);
/* Writes an array for numpy.load: .npy of format version 1.0, little endian. `type` is that of *values, which lie in C
 * order; shape: [rank], rank 0 for a single number. The file is whole or absent.
 * Errors: GLIA_E_WRITE, GLIA_E_ARG, GLIA_E_MEMORY. */
typedef enum glia_npy {
    GLIA_NPY_REAL = 0, /* glia_real: float32 */
    GLIA_NPY_DOUBLE,
    GLIA_NPY_INT32,
    GLIA_NPY_BYTE /* uint8_t */
} glia_npy;
GLIA_API glia_status glia_npy_write(const char *path, glia_npy type, const void *values, int rank, const size_t *shape);

/* ---- 3. Model -------------------------------------------------------------------------------------------------- */

/* A network: layers with their weights, and all that is needed to use it on raw rows (scaling, class names). */
typedef struct glia_model glia_model;

/* Builds the network that `net` says (docs/nets.md) for the shapes and targets of `data`, and draws its weights from
 * NumPy's RandomState(seed): layer by layer, weight [in][out] in C order, then bias. `data` may be NULL if the net
 * begins with an `input` layer, or if layers are to be added; it is not kept. A NULL `net` picks a sensible net for
 * the data. Errors: GLIA_E_TEXT (with the place in the text), GLIA_E_SHAPE, GLIA_E_MEMORY. */
GLIA_API glia_status glia_model_new(glia_model **model, const char *net, const glia_data *data, uint32_t seed);
GLIA_API void        glia_model_free(glia_model *model);
/* Appends layers, as in glia_model_add(m, "dense 30"). All weights are drawn anew from the model's seed. */
GLIA_API glia_status glia_model_add(glia_model *model, const char *layers);

/* A model is one safetensors file (docs/files.md): the tensors of the torch.nn.Sequential of the same net, and in its
 * metadata the net, scaling, class names and training record. It is whole or absent: written beside and renamed.
 * Errors of save: GLIA_E_WRITE, GLIA_E_NONFINITE (names the tensor), GLIA_E_MEMORY; the old file is then untouched.
 * Errors of open: GLIA_E_OPEN, GLIA_E_FORMAT (with the byte or the name), GLIA_E_MEMORY. */
GLIA_API glia_status glia_model_save(const glia_model *model, const char *path);
GLIA_API glia_status glia_model_open(glia_model **model, const char *path);
/* Takes the weights from any safetensors file (F64, F32, F16, BF16) whose tensors fit this net by name and shape.
 * GLIA_E_FORMAT names the first that does not; `num_batches_tracked` is skipped. Nothing changes on failure. */
GLIA_API glia_status glia_model_load_weights(glia_model *model, const char *path);
/* The same for a net that shares only a part with the file, to go on from what another net has learnt: takes each
 * tensor whose name and shape are those of one of the net's, and leaves the others as they are.
 * taken[glia_parameter_count] tells of each parameter whether it was. GLIA_E_FORMAT if there is none at all. */
GLIA_API glia_status glia_model_take_weights(glia_model *model, const char *path, bool *taken);

/* ---- 4. Training ----------------------------------------------------------------------------------------------- */

/* One epoch, as it went. NaN where there is nothing to tell: accuracies of a regression, val_* without validation. */
typedef struct glia_epoch {
    size_t epoch;          /* from 1                                                          */
    double loss, accuracy; /* running means over the epoch's batches, while weights changed. Losses weigh
                              rows and classes, accuracies do not; rows of a class that the loss is
                              to ignore count in neither                                      */
    double val_loss, val_accuracy;
    double val_r2;        /* for numbers, in place of an accuracy                            */
    double watched;       /* what options.monitor names; NaN where it was not looked at      */
    double learning_rate; /* of the epoch's last step                                        */
    double seconds;       /* of pure training                                                */
    size_t samples;       /* rows seen in this epoch                                         */
} glia_epoch;

typedef struct glia_batch {
    size_t epoch, epochs;  /* this epoch from 1, of so many */
    size_t batch, batches; /* this batch from 1, of so many */
    size_t samples;        /* rows seen in this epoch       */
    double loss, accuracy; /* running means in this epoch   */
} glia_batch;

#define GLIA_FULL_BATCH SIZE_MAX

/* A norm of all gradients together: root of the sum of squares, sum of sizes, largest size. */
typedef enum glia_norm { GLIA_NORM_2 = 0, GLIA_NORM_1, GLIA_NORM_INF } glia_norm;

/* To what type of number dense and convolution layers round what they multiply, forward, and back to the inputs and to
 * the weights; weights, sums, all else, and files are float32 in any case. bfloat16 has a float's range, and 8 bits of
 * precision.
 *   GLIA_BF16            by the processor's instructions (AVX512_BF16, AMX), through oneDNN, but for convolutions of
 *                        fewer than 8 channels and shapes without fast code, which stay float32. Before the run steps of
 *                        its first batch are made in both precisions; where bfloat16 is slower than float32, comes out
 *                        wrong, or is used by no layer of the net, it is refused (GLIA_E_ARG). Times are taken once a
 *                        process for each net and batch
 *   GLIA_BF16_EMULATED   operands are rounded to bfloat16 and multiplied in float32: no faster than that, on any
 *                        processor, and in all these layers; shows what the other does to accuracy. The two differ in
 *                        the order of sums as well */
typedef enum glia_precision { GLIA_FLOAT32 = 0, GLIA_BF16, GLIA_BF16_EMULATED } glia_precision;

typedef struct glia_fit_options {
    size_t epochs;            /* at most 1,000,000; 0: as many as glia_usual_epochs says                       */
    size_t batch;             /* 32; 1: single samples; GLIA_FULL_BATCH: all rows at once. For lbfgs only how
                                 many rows are computed at a time                                              */
    bool no_shuffle;          /* rows in the order of the data; else RandomState(seed).permutation, one an epoch,
                                 by blocks where the data are large (docs/random.md). Where one batch holds all
                                 rows, nothing is drawn in any case                                            */
    uint32_t    seed;         /* 0                                                                             */
    unsigned    threads;      /* 0: usable cores. Never changes the result                                     */
    const char *optimizer;    /* "adam lr=0.001"; see `glia optimizers`                                        */
    const char *schedule;     /* "constant"; see `glia schedules`                                              */
    const char *loss;         /* NULL: by the last layer, softmax: cross_entropy, sigmoid: bce, else mse       */
    const char *scale;        /* none, unit, standard or minmax; NULL: unit for bytes, standard for tables,
                                 none for data from memory. Fitted on the training rows, kept in the model     */
    const char *augment;      /* "shift 2, rotate 10": how images are changed, anew in each epoch; see
                                 `glia augmentations`. NULL: not. Validation rows never are                    */
    const char *class_weight; /* "balanced", or "cat=2, dog=1", classes not named counting 1: what a row of each
                                 class counts in the loss, times its own weight (glia_data_set_weights). NULL:
                                 all 1                                                                       */
    double    clip_norm;      /* > 0: gradients are scaled down to this norm                                   */
    glia_norm clip_kind;      /* of clip_norm: GLIA_NORM_2, GLIA_NORM_1 or GLIA_NORM_INF                       */
    double    clip_value;     /* > 0: gradients are limited to -v..v                                           */
    size_t    accumulate;     /* 1: each update is made from the gradient of so many batches, weighted by what
                                 their rows count: as one batch of all of them, in the memory of one                       */
    size_t patience;          /* > 0: stop when `monitor` has not improved for so many epochs, and restore the
                                 best weights. Without validation rows 10 % of train decide: of its groups
                                 where it has some, else its latest where it has times                          */
    const char *monitor;      /* "val_loss"; the metric that is watched; see `glia metrics`                     */
    double      min_delta;    /* an improvement is by more than this                                           */
    /* Of products while the run lasts, its validation included; scores and predictions after it are in float32. */
    glia_precision precision; /* GLIA_FLOAT32 */
    /* Averages of the weights a run passes through, at most one of the two. The average is what is validated, kept
     * and saved; in on_epoch the model has it too. Batch norm's running statistics are averaged along; for swa they are
     * made anew, by a pass over the training rows, where the average is validated or watched, and at the end. */
    double      ema;        /* > 0, such as 0.999: a moving average that keeps this share at each update     */
    const char *swa;        /* "75%": the equal average of the weights after each epoch from there on; "20":
                               from epoch 20 on                                                              */
    size_t val_every;       /* 1: validate, and keep a checkpoint, after each so-many-th epoch and at the end. Where
                               there are validation rows a resumed run has to have the same, as what is watched
                               depends on it; without them it may be another                                 */
    const char *checkpoint; /* a file that gets all that the rest of the run depends on, at those times and when
                               a callback stops the run; the one before stays as FILE.previous               */
    const char *resume;     /* go on from such a file, to the same bits as if nothing had been: the model, the
                               data and all options but threads, epochs and checkpoint must be those of its
                               run. There may be more epochs, if schedule and swa do not depend on how many  */
    bool doctor;            /* watch the run, and tell what is wrong: glia_model_findings                     */
    /* Called after each batch and each epoch, on the caller's thread. Return true to stop: the weights reached
     * (with patience the best) are kept and glia_fit returns GLIA_OK. */
    bool (*on_batch)(void *user, const glia_batch *batch);
    bool (*on_epoch)(void *user, const glia_epoch *epoch);
    void *user;
} glia_fit_options;

/* How many epochs are made of these rows where nobody says: of data from files as many as make 10,000 updates from
 * batches of `batch` rows, at least 10 and at most 200; of other data 10. */
GLIA_API size_t glia_usual_epochs(const glia_data *train, size_t batch);
/* Trains. `validation` may be NULL; it is scored after each epoch and never trained on.
 * A step whose loss or output gradient is not finite is not applied: training stops with GLIA_E_NONFINITE, which names
 * the epoch, the batch and the first layer; the weights before that step stay (those of the last finished epoch, if
 * weights themselves had become non-finite).
 * The loss of a batch is a weighted mean where rows or classes have weights: it divides by the sum of the weights of
 * the batch's rows. Where that is 0, so are the batch's loss and gradient. The validation loss is weighted in the same
 * way. Rows on disk that cannot be read stop training with GLIA_E_OPEN or GLIA_E_FORMAT, and a checkpoint that cannot
 * be written with GLIA_E_WRITE: the last whole checkpoint is still there,
 * and the model has the weights reached, as after every failure within the run: neither an average of them nor, with
 * patience, the best. Errors: GLIA_E_ARG, GLIA_E_TEXT, GLIA_E_SHAPE (data that do not fit the net; no
 * row that counts), GLIA_E_MEMORY; of `resume`: GLIA_E_OPEN, GLIA_E_FORMAT for a damaged file, GLIA_E_ARG for one of
 * another run, with what differs. */
GLIA_API glia_status glia_fit(glia_model *model, const glia_data *train, const glia_data *validation,
                              const glia_fit_options *options);
/* The epochs of the latest glia_fit, oldest first; `count` gets how many. */
GLIA_API const glia_epoch *glia_model_history(const glia_model *model, size_t *count);
/* The epoch of the latest glia_fit (from 1) whose weights the model has: the last one, or with patience the best. 0
 * before any epoch was finished. */
GLIA_API size_t glia_model_kept_epoch(const glia_model *model);
/* How the latest glia_fit ended: "epochs" (all were run), "patience", "callback"; with lbfgs also "gradient" (none is
 * larger than its tolerance) and "step" (none makes the loss smaller). "" before, and after a failure. */
GLIA_API const char *glia_model_stopped(const glia_model *model);
/* What the doctor says: one thing that is wrong, in two sentences. docs/doctor.md lists the kinds, how each is measured
 * and where its thresholds come from. */
#define GLIA_NO_LAYER SIZE_MAX
typedef struct glia_finding {
    const char *kind;                 /* "dead_units"                                                          */
    size_t      layer;                /* the worst one's number in files; GLIA_NO_LAYER if it is not of a layer */
    double      severity;             /* 0..1                                                                  */
    double      value;                /* what was measured: a share, a ratio, a count                          */
    char        what[400], cure[200]; /* what is wrong, with numbers; what to do                   */
} glia_finding;
/* The findings of the latest glia_fit with options.doctor, worst first, also where it ended with GLIA_E_NONFINITE; or
 * of the latest glia_doctor. They are the model's; `count` gets how many, 0 if nothing is wrong or nobody looked. */
GLIA_API const glia_finding *glia_model_findings(const glia_model *model, size_t *count);

/* A visit to the doctor: findings, and the curve of a learning-rate range test (Smith 2017): the smoothed loss of each
 * step while the rate rises from 1e-6 by a factor a step. */
typedef struct glia_diagnosis {
    size_t        count;
    glia_finding *findings;    /* [count], worst first                                                     */
    size_t        steps;       /* 0: no curve, as the optimizer has no rate or the inputs are not finite    */
    double       *rate, *loss; /* [steps]                                                               */
    double        suggested;   /* a rate that would do; NaN if the loss fell at none, or at the largest */
    bool          falls_on;    /* the loss still fell at the largest */
} glia_diagnosis;
/* Looks at a model on the rows it learns from. A trained one is looked at as it is; one that is not is trained on
 * trial, as `options` say, but for checkpoint, resume, on_batch and on_epoch: a trial writes no file, goes on from none
 * and calls nobody. Weights, scaling, history and record are afterwards what they were; the findings stay with the
 * model too. Free the diagnosis with glia_diagnosis_free. Errors: those of glia_fit but GLIA_E_NONFINITE. */
GLIA_API glia_status glia_doctor(glia_model *model, const glia_data *train, const glia_data *validation,
                                 const glia_fit_options *options, glia_diagnosis **diagnosis);
GLIA_API void        glia_diagnosis_free(glia_diagnosis *diagnosis);

/* Whether rows, column names, classes and target of `data` suit the model, as training and scoring need them: GLIA_OK,
 * or GLIA_E_SHAPE with what differs. */
GLIA_API glia_status glia_model_suits(const glia_model *model, const glia_data *data);

/* ---- 5. Judging and predicting --------------------------------------------------------------------------------- */

/* Scores, in double precision. Definitions are scikit-learn's
 * (https://scikit-learn.org/stable/modules/model_evaluation.html); a ratio whose denominator is 0 is 0. */
typedef struct glia_average {
    double precision, recall, f1;
} glia_average;
typedef struct glia_interval {
    double low, high;
} glia_interval;
typedef struct glia_scores {
    glia_target target;
    size_t      rows;
    double      loss; /* the model's training loss, in the user's units, weighted as in training; NaN if made
                         without a model. All other scores are unweighted                         */
    /* classes */
    size_t classes;
    double accuracy, balanced_accuracy;
    double log_loss;         /* -mean log p(true class), p clipped to [1e-15, 1 - 1e-15] and each row divided by
                                its sum                                                         */
    double roc_auc;          /* two classes: of class 1; more: mean of one against the rest; NaN if
                                a class is absent                                              */
    double       *top;       /* [classes]: share of rows whose class is among the k+1 likeliest */
    size_t       *confusion; /* [classes][classes]: rows true, columns predicted            */
    glia_average *by_class;  /* [classes]                                                   */
    size_t       *support;   /* [classes]: rows of each true class                          */
    glia_average  macro, micro, weighted;
    /* numbers: over all outputs */
    double mse, rmse, mae, r2; /* r2: mean over outputs ("uniform_average")                            */
    /* several yes or no, where every true number is 0 or 1 and there are several; else NaN. An output of 0.5 or more
     * says yes */
    double label_accuracy;  /* share of all answers that are right                             */
    double subset_accuracy; /* share of the rows in which all are                             */
    double label_f1;        /* mean over the outputs of the F1 of their yes ("macro")         */
    /* By glia_evaluate alone, else NaN: where the score would lie in 95 of 100 samples of as many rows, by the
     * percentile bootstrap (Efron 1979): 1,000 times (of more than 20,000 rows 20,000,000 / rows, at least 100 times)
     * as many rows as there are, drawn with replacement, by RandomState(0).randint. It takes rows to be independent.
     * NaN of a single row. */
    glia_interval accuracy_interval, rmse_interval, r2_interval, label_accuracy_interval;
} glia_scores;
/* Scores of a model on data. Rows of a class that the model's loss ignores are left out. Errors: GLIA_E_SHAPE (data
 * that do not fit the model), GLIA_E_ARG, GLIA_E_MEMORY. */
GLIA_API glia_status glia_evaluate(glia_model *model, const glia_data *data, glia_scores **scores);
/* Scores from predictions. truth: [rows] in 0..classes-1; probability: [rows][classes]; predicted: [rows], or NULL
 * for the most probable class (the first of equals). */
GLIA_API glia_status glia_score_classes(glia_scores **scores, const int32_t *truth, const int32_t *predicted,
                                        const double *probability, size_t rows, size_t classes);
/* truth and predicted: [rows][outputs]. */
GLIA_API glia_status glia_score_numbers(glia_scores **scores, const double *truth, const double *predicted, size_t rows,
                                        size_t outputs);
GLIA_API void        glia_scores_free(glia_scores *scores);

/* What a model has to be better than: the scores on `test` of saying the same of every row, which follows from the rows
 * of `train` alone. For classes that is their shares there, the likeliest being the answer (the first of equals); for
 * numbers their mean. As scikit-learn's DummyClassifier(strategy="prior") and DummyRegressor. The loss is NaN. Classes
 * are those of `train`, found by name. Errors: GLIA_E_SHAPE (other targets, or a class that train does not know),
 * GLIA_E_ARG, GLIA_E_MEMORY. */
GLIA_API glia_status glia_baseline(const glia_data *train, const glia_data *test, glia_scores **scores);
/* The same from what a model keeps of the rows it was last trained on, for the rows that glia_evaluate scores. A model
 * that keeps nothing, as it was not trained, gives NULL and GLIA_OK. Errors: those of glia_evaluate. */
GLIA_API glia_status glia_model_baseline(const glia_model *model, const glia_data *data, glia_scores **scores);
/* That: the share of class k, or the mean of the k-th target number, among the rows it was last trained on (of a
 * hold-out by patience the rest; without rows that the loss ignores). NaN where it is not known. */
GLIA_API double glia_model_prior(const glia_model *model, size_t k);

/* Predicts every row of `data` (its targets are not looked at): out[rows][outputs], probabilities for classes,
 * numbers in the units of the training data. */
GLIA_API glia_status glia_predict(glia_model *model, const glia_data *data, glia_real *out);

/* A model for single rows, as a program has them that answers one question after the other: a row takes about as long
 * as its weights take to be read. What changes nothing in prediction is gone (dropout), batch norm is folded into the
 * layer before it, and no row asks for memory, takes a lock or wakes a thread.
 * A predictor keeps all it needs: its model may be trained on or freed. Numbers differ from those of glia_predict by
 * rounding alone.
 *
 *   glia_predictor *p;
 *   if (glia_predictor_new(&p, model)) ...
 *   glia_real *room = malloc(glia_predictor_room(p) * sizeof *room);
 *   glia_predictor_run(p, x, y, room);       as often as there are rows
 *   glia_predictor_free(p);
 *
 * Any number of threads may run one predictor at a time, each with a room of its own. Errors: GLIA_E_ARG (NULL; a net
 * without layers), GLIA_E_MEMORY. */
typedef struct glia_predictor glia_predictor;
GLIA_API glia_status          glia_predictor_new(glia_predictor **predictor, const glia_model *model);
GLIA_API void                 glia_predictor_free(glia_predictor *predictor);
/* Numbers in x, in y, and in the room that one caller works in, who may have it on the stack; 0 for NULL. */
GLIA_API size_t glia_predictor_inputs(const glia_predictor *predictor);
GLIA_API size_t glia_predictor_outputs(const glia_predictor *predictor);
GLIA_API size_t glia_predictor_room(const glia_predictor *predictor);
/* y[outputs] = what the model says of x[inputs], as glia_predict: probabilities for classes, numbers in the units of
 * the training data. x is not scaled: an image's pixels, channels x height x width, as they were in the data (0..255 if
 * these were bytes); a table's inputs as glia_model_input_name names them, in its order: a number as the table has it,
 * 1 for the word that a row has and 0 for the others, and no gaps. room[glia_predictor_room] need not be set before,
 * and nothing in it is needed afterwards. Errors: GLIA_E_ARG (NULL), GLIA_E_SHAPE (a number that an embedding does not
 * know). */
GLIA_API glia_status glia_predictor_run(const glia_predictor *predictor, const glia_real *x, glia_real *y,
                                        glia_real *room);

/* Images that are negatives of those that a model was trained on: a photo of a digit is dark on white, MNIST's digits
 * are bright on black. Inverts rows in place, x to 255 - x, in `data` and its second part; of_data and of_test, which
 * may be NULL, get how many rows of each, and which was the first.
 *   GLIA_INVERT_AUTO   each row read from an image file (glia_data_file_name) whose border, the mean of its outermost
 *                      pixels, is above 170 where the model's (glia_model_info.border) is below 85, or the other way
 *                      round; none if the model does not know
 *   GLIA_INVERT_YES    every row
 *   GLIA_INVERT_NO     none
 * Errors: GLIA_E_ARG (views among them), GLIA_E_SHAPE (GLIA_INVERT_YES of rows that are no bytes). */
typedef enum glia_invert { GLIA_INVERT_AUTO = 0, GLIA_INVERT_YES, GLIA_INVERT_NO } glia_invert;
typedef struct glia_inverted {
    size_t rows, first; /* how many; the number of the first, if there is one */
} glia_inverted;
GLIA_API glia_status glia_data_invert(glia_data *data, const glia_model *model, glia_invert how, glia_inverted *of_data,
                                      glia_inverted *of_test);

/* What a model is. */
typedef struct glia_model_info {
    const char *net;          /* its text, one line, settings that are not the default           */
    const char *loss, *scale; /* of its training; "" before                                      */
    glia_target target;
    size_t      inputs, outputs;         /* numbers in a row of x and of y                                  */
    size_t      channels, height, width; /* of an input row; 1 x 1 x inputs when flat                        */
    int         rank;                    /* of an input row as the first layer reads it: 3 for an image       */
    size_t      shape[4];
    size_t      classes; /* 0 for numbers; for one sigmoid output 2 */
    size_t      layers;
    size_t      parameters;
    size_t      multiply_adds; /* of one row forward                                              */
    uint32_t    seed;
    double      border; /* mean of the outermost pixels of the images it was trained on, 0..255; NaN: not
                           known, or they were no images of bytes                                 */
} glia_model_info;
GLIA_API void        glia_model_describe(const glia_model *model, glia_model_info *info);
GLIA_API const char *glia_model_class_name(const glia_model *model, size_t k);
GLIA_API const char *glia_model_target_name(const glia_model *model, size_t j);
/* The kinds of the columns it learnt from, for glia_data_options.columns: `age:number, city:category, *:skip`, so that
 * a table is read as at training, whatever other columns it has. "" for a model of data that are no table with names.
 */
GLIA_API const char *glia_model_columns(const glia_model *model);
/* What else said there that a value is missing, for glia_data_options.missing; NULL: nothing. */
GLIA_API const char *glia_model_missing(const glia_model *model);
/* What becomes of column i of those, from 0: a sentence such as `3 words: Biscoe, Dream, Torgersen; a gap becomes
 * "Biscoe"`. False past the last. */
typedef struct glia_plan_info {
    const char *name;
    glia_kind   kind;
    size_t      inputs, missing; /* inputs that it makes; gaps among the rows learnt from */
    size_t      hash;            /* places that words share, by their hash; 0: they have their own */
    char        what[400];
} glia_plan_info;
GLIA_API bool glia_model_column(const glia_model *model, size_t i, glia_plan_info *info);
/* Of how many rows of `data` the word in column i was never met in training, and the first such word (or NULL); 0 for
 * columns that are no words. A category's place for unknown words is used for them, if it has one. Errors: those of
 * glia_model_suits, of the columns alone. */
GLIA_API glia_status glia_model_unknown(const glia_model *model, const glia_data *data, size_t i, size_t *rows,
                                        const char **word);
/* The name of an input of the net; NULL where it has none. */
GLIA_API const char *glia_model_input_name(const glia_model *model, size_t input);
/* The column of weights in the table it was trained on, or NULL; what class k counted in its loss, 1 if nothing was
 * said, NaN out of range. */
GLIA_API const char *glia_model_weight_name(const glia_model *model);
GLIA_API double      glia_model_class_weight(const glia_model *model, size_t k);
/* The training record, as the JSON object kept in the file; "" before training. */
GLIA_API const char *glia_model_record(const glia_model *model);

typedef struct glia_layer_info {
    const char *name;          /* "dense"                                          */
    char        settings[128]; /* "128 bias=no": what the text says, defaults left out */
    size_t      index;         /* its number in files; SIZE_MAX for input          */
    int         rank;          /* of the output of one row                         */
    size_t      shape[4];
    size_t      parameters, multiply_adds;
    size_t      bytes_training, bytes_inference; /* for one row: its outputs, and for training their gradients; without
                                                    parameters and what does not grow with the rows */
} glia_layer_info;
GLIA_API glia_status glia_model_layer(const glia_model *model, size_t layer, glia_layer_info *info);

/* ---- 6. By hand ------------------------------------------------------------------------------------------------ */

/* What passes by hand are like: as in training (a new model's mode) or as in prediction: the difference is in layers
 * such as batchnorm and dropout. As model.train() and model.eval() of PyTorch. Forgets the latest pass. */
typedef enum glia_mode { GLIA_MODE_TRAIN = 0, GLIA_MODE_EVALUATE } glia_mode;
GLIA_API glia_status glia_set_mode(glia_model *model, glia_mode mode);

/* The steps that glia_fit is made of, for those who write their own loop. x: [rows][inputs], already scaled.
 *
 *   glia_forward(m, x, rows, y);  glia_loss(m, "cross_entropy", classes, NULL, &loss);
 *   glia_backward(m);             glia_step(m, optimizer);
 */
/* Rows of `data` as the model takes them, scaled: x[count][inputs]. `rows` lists them; NULL: the first `count`.
 * Errors: GLIA_E_SHAPE (data that do not fit the net), GLIA_E_ARG. */
GLIA_API glia_status glia_inputs_get(const glia_model *model, const glia_data *data, const size_t *rows, size_t count,
                                     glia_real *x);
/* Their targets in the model's terms, for glia_loss: classes[count], the model's number of each; or, of a target of
 * numbers, targets[count][outputs], scaled as in training. The other one is NULL. Errors: as above, GLIA_E_MEMORY. */
GLIA_API glia_status glia_targets_get(const glia_model *model, const glia_data *data, const size_t *rows, size_t count,
                                      int32_t *classes, glia_real *targets);
/* y: [rows][outputs], or NULL. Layers that draw (dropout) draw the same until glia_step. Errors: GLIA_E_ARG,
 * GLIA_E_MEMORY, GLIA_E_SHAPE (a number that an embedding does not know). */
GLIA_API glia_status glia_forward(glia_model *model, const glia_real *x, size_t rows, glia_real *y);
/* The loss of the latest forward pass, against classes [rows] or targets [rows][outputs] (one-hot, soft, or numbers);
 * keeps its gradient for glia_backward. `loss_text` NULL: by the last layer. */
GLIA_API glia_status glia_loss(glia_model *model, const char *loss_text, const int32_t *classes,
                               const glia_real *targets, double *loss);
/* The same with weights: finite numbers of at least 0, NULL: each 1. A mean divides by the sum of the weights of the
 * rows that count, a row's weight being its own times that of its class; where that is 0, so are loss and gradient.
 * Weights of classes go with classes, and with targets under the losses of classes (cross_entropy, nll), where each
 * class's share of a row is weighted, and a mean divides by the weights of the rows alone. As PyTorch's
 * cross_entropy(weight=...). Errors: GLIA_E_ARG. */
typedef struct glia_loss_weights {
    const glia_real *rows;    /* [rows] */
    const glia_real *classes; /* [outputs]; of a single output [2] */
} glia_loss_weights;
GLIA_API glia_status glia_loss_weighted(glia_model *model, const char *loss_text, const int32_t *classes,
                                        const glia_real *targets, const glia_loss_weights *weights, double *loss);
/* Gradients of the latest loss, and of what the layers ask of their weights (l1, l2), which the loss does not tell.
 * Overwrites the gradient of every parameter. */
GLIA_API glia_status glia_backward(glia_model *model);
/* The same from dy [rows][outputs], the gradient of whatever you minimise with respect to the outputs; dx
 * [rows][inputs] gets the gradient with respect to the inputs, or is NULL. Needs no glia_loss before. */
GLIA_API glia_status glia_backward_from(glia_model *model, const glia_real *dy, glia_real *dx);

/* An optimizer for one model: its settings, and its memory of past steps. */
typedef struct glia_optimizer glia_optimizer;
GLIA_API glia_status          glia_optimizer_new(glia_optimizer **optimizer, const char *text, glia_model *model);
GLIA_API void                 glia_optimizer_free(glia_optimizer *optimizer);
/* Errors: GLIA_E_ARG, also for an optimizer that finds the size of its steps itself (rprop). */
GLIA_API glia_status glia_optimizer_set_rate(glia_optimizer *optimizer, double learning_rate);
/* Updates every parameter from its gradient. The model must outlive its optimizers. */
GLIA_API glia_status glia_step(glia_model *model, glia_optimizer *optimizer);
/* The 2-norm, or another one, of all gradients together (in double); if max_norm > 0 and it is larger, all are
 * multiplied by max_norm / (norm + 1e-6). As torch.nn.utils.clip_grad_norm_. */
GLIA_API glia_status glia_clip_norm(glia_model *model, double max_norm, double *norm);
GLIA_API glia_status glia_clip_norm_of(glia_model *model, glia_norm kind, double max_norm, double *norm);
/* Limits each gradient to -value..value. */
GLIA_API glia_status glia_clip_value(glia_model *model, double value);

/* The learning rate that step `step` (from 0) of `total` steps, `per_epoch` an epoch, uses under a schedule; under
 * plateau the one that it has while nothing gets worse. */
GLIA_API glia_status glia_schedule_rate(const char *schedule, double base_rate, size_t step, size_t total,
                                        size_t per_epoch, double *rate);

/* Parameters by name ("0.weight" [out][in], "0.bias" [out]: names and shapes of the torch.nn.Sequential). */
typedef struct glia_parameter_info {
    char   name[64];
    int    rank;
    size_t shape[4];
    size_t count;
    bool   learned; /* false: frozen, or kept beside what is learned (running statistics) */
} glia_parameter_info;
GLIA_API size_t      glia_parameter_count(const glia_model *model);
GLIA_API glia_status glia_parameter_describe(const glia_model *model, size_t i, glia_parameter_info *info);
GLIA_API glia_status glia_parameter_get(const glia_model *model, const char *name, glia_real *values, size_t count);
GLIA_API glia_status glia_parameter_set(glia_model *model, const char *name, const glia_real *values, size_t count);
GLIA_API glia_status glia_gradient_get(const glia_model *model, const char *name, glia_real *values, size_t count);
GLIA_API glia_status glia_gradient_set(glia_model *model, const char *name, const glia_real *values, size_t count);
/* What layer `layer` gave in the latest forward pass, [rows][numbers of its output]; GLIA_INPUTS: the inputs x.
 * `count`: how many numbers that is, for all rows. Images are channels x height x width, as everywhere. */
#define GLIA_INPUTS SIZE_MAX
GLIA_API glia_status glia_activation_get(const glia_model *model, size_t layer, glia_real *values, size_t count);
/* The gradient of the loss with respect to that, after glia_backward or glia_backward_from. GLIA_E_ARG for a last layer
 * that the loss is computed together with (softmax for cross_entropy, sigmoid for bce): the gradient then starts at its
 * inputs, the outputs of the layer before. */
GLIA_API glia_status glia_activation_gradient_get(const glia_model *model, size_t layer, glia_real *values,
                                                  size_t count);
/* The latest glia_loss row by row, summed over a row's outputs, times its weight and not divided by anything:
 * values[rows]. */
GLIA_API glia_status glia_row_loss_get(const glia_model *model, double *values, size_t count);

/* Compares the gradients of a net with central differences, at random inputs, targets and weights drawn from `seed`,
 * for `loss` (NULL: by the last layer). Every number of a small tensor is perturbed, and some hundred, evenly, of a
 * large one; points nearer than 1e-3 to a kink are drawn again. */
typedef struct glia_gradcheck_result {
    double worst;     /* largest |analytic - numeric| / max(1, |analytic|, |numeric|)         */
    char   where[80]; /* of that: "2.weight[3][17]", "input[0][5]"                           */
    size_t checked;   /* numbers compared                                                    */
    bool   all_zero;  /* a parameter tensor, or the inputs, whose gradient is zero everywhere */
    double tolerance; /* what `worst` should stay under in this build                         */
} glia_gradcheck_result;
GLIA_API glia_status glia_gradcheck(const char *net, const char *loss, uint32_t seed, glia_gradcheck_result *result);

/* ---- 7. Your own activation or loss ---------------------------------------------------------------------------- */

/* Registers an activation that net texts can name from then on, for the whole process. df gets x and y = f(x).
 * Not to be called while other threads use glia. GLIA_E_ARG: a name that is taken or is not lower-case letters, digits
 * and _. */
GLIA_API glia_status glia_register_activation(const char *name, glia_real (*f)(glia_real x),
                                              glia_real (*df)(glia_real x, glia_real y));
/* Registers a loss: f gives the loss of one row from its outputs y[n] and targets t[n] (classes come as one-hot), df
 * writes d f / d y into dy[n]. The loss of a batch is the mean over its rows. */
GLIA_API glia_status glia_register_loss(const char *name, double (*f)(const glia_real *y, const glia_real *t, size_t n),
                                        void (*df)(const glia_real *y, const glia_real *t, size_t n, glia_real *dy));

/* ---- 8. What there is ------------------------------------------------------------------------------------------ */

/* Everything that a text can name, with its settings. `what`: GLIA_LIST_LAYERS ...; i from 0; false past the end. */
typedef enum glia_list {
    GLIA_LIST_LAYERS = 0,
    GLIA_LIST_LOSSES,
    GLIA_LIST_OPTIMIZERS,
    GLIA_LIST_SCHEDULES,
    GLIA_LIST_INITIALIZERS,
    GLIA_LIST_GENERATORS,
    GLIA_LIST_SCALES,
    GLIA_LIST_AUGMENTATIONS,
    GLIA_LIST_METRICS,
    GLIA_LIST_KINDS,      /* of a table's columns */
    GLIA_LIST_EVERY_LAYER /* one entry: the settings that every layer has besides its own */
} glia_list;
typedef struct glia_entry {
    const char *name, *help;
    size_t      settings;
} glia_entry;
typedef struct glia_setting {
    const char *name;     /* "stride"                                                    */
    const char *type;     /* "whole", "number", "yes/no", "word", "shape", "span", "labels", "numbers"     */
    const char *standard; /* what it is when not given, as text; "" if it must be given  */
    const char *help;
    double      least, most; /* for whole and number */
    bool        positional;  /* may stand without its name */
    const char *choices;     /* the words that it takes, "mean|sum|rows"; "" if it takes any, or is no word */
} glia_setting;
GLIA_API bool glia_list_entry(glia_list what, size_t i, glia_entry *entry);
GLIA_API bool glia_list_setting(glia_list what, size_t i, size_t j, glia_setting *setting);
/* Which kernels this process runs on: "portable avx2", "onednn avx512". */
GLIA_API const char *glia_kernels(void);

/* ---- 9. Random numbers ----------------------------------------------------------------------------------------- */

/* NumPy's legacy stream (numpy.random.seed, RandomState), bit for bit: MT19937 (Matsumoto and Nishimura 1998) with
 * NumPy's ways of making other numbers from its words. NULL is GLIA_E_ARG or a result of 0. */
typedef struct glia_rng glia_rng;
GLIA_API glia_status    glia_rng_new(glia_rng **rng, uint32_t seed);
GLIA_API void           glia_rng_free(glia_rng *rng);
GLIA_API void           glia_rng_seed(glia_rng *rng, uint32_t seed);
/* RandomState([key0, key1, ...]); n >= 1. */
GLIA_API void     glia_rng_seed_array(glia_rng *rng, const uint32_t *key, size_t n);
GLIA_API uint32_t glia_rng_u32(glia_rng *rng);
GLIA_API double   glia_rng_rand(glia_rng *rng);                               /* uniform in [0, 1)              */
GLIA_API double   glia_rng_randn(glia_rng *rng);                              /* standard normal, polar method  */
GLIA_API double   glia_rng_uniform(glia_rng *rng, double low, double high);   /* in [low, high)                */
GLIA_API int64_t  glia_rng_randint(glia_rng *rng, int64_t low, int64_t high); /* in low .. high-1; low if high <= low */
/* order[n] = permutation(n). */
GLIA_API void glia_rng_permutation(glia_rng *rng, size_t *order, size_t n);
/* Shuffles n items of `size` bytes each. */
GLIA_API void glia_rng_shuffle(glia_rng *rng, void *items, size_t n, size_t size);

/* ---- 10. Numbers as text, and memory --------------------------------------------------------------------------- */

/* Reads a decimal number at `text`, as strtod does in the C locale whatever the locale is (decimal and exponent forms,
 * inf and nan; no hexadecimal, no leading space). Returns the character after it, or `text` if there is none. */
GLIA_API const char *glia_number_read(const char *text, double *value);
/* Writes the shortest decimal form that reads back as the same number, the same in every locale; returns its length. */
GLIA_API size_t glia_number_write(char text[32], double value);
GLIA_API size_t glia_number_write_float(char text[32], float value);

/* Replaces malloc, realloc and free for all that glia allocates itself from then on; call it before anything else.
 * NULLs restore the C library's. Memory must be aligned for any type. */
GLIA_API void glia_set_allocator(void *(*allocate)(size_t size), void *(*reallocate)(void *p, size_t size),
                                 void (*release)(void *p));

#ifdef __cplusplus
}
#endif
#endif
