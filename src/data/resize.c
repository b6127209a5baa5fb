/* Size and colour of images, by text: "28x28", "64x64 rgb fit=crop", "gray".
 *
 * Along each side, an image that becomes smaller is averaged by area, and one that becomes larger is interpolated
 * linearly between the middles of its pixels (beyond the outer ones, their own value). Both are sums with whole
 * weights:
 *
 *   smaller, n -> m   pixel j of the source is the stretch [j m, (j+1) m), pixel i of the result [i n, (i+1) n) of the
 *                     same line; a weight is the length of what they share, and all weights of a pixel are n
 *   larger,  n -> m   on a line of 2nm, the middle of pixel i of the result lies at (2i+1) n, of pixel j of the source
 * at (2j+1) m; the weights of the two next ones are 2m in all
 *
 * so that a pixel is the exact value, rounded once, to the nearest. Gray is ITU-R BT.601's luma, 0.299 R + 0.587 G +
 * 0.114 B, with factors of 16 bits and rounded. */
#include "data/image.h"

#include <string.h>

#include "ground/memory.h"

/* ---- the text --------------------------------------------------------------------------------------------------- */

enum { SIDE_MOST = 16384 };

#define SIZE                                                                                                           \
    {                                                                                                                  \
        .name = "size", .type = GLIA__SHAPE, .standard = "", .least = 1, .most = SIDE_MOST, .positional = true,        \
        .help = "HEIGHTxWIDTH in pixels, the height first"                                                             \
    }
#define COLOUR                                                                                                         \
    {                                                                                                                  \
        .name = "colour", .type = GLIA__WORD, .standard = "", .positional = true, .choices = "gray|rgb",               \
        .help = "gray: one channel; rgb: red, green and blue"                                                          \
    }
#define FIT                                                                                                            \
    {                                                                                                                  \
        .name = "fit", .type = GLIA__WORD, .standard = "stretch", .choices = "stretch|crop|pad",                       \
        .help = "where the sides are not in proportion: stretch the image, keep its middle, or fill up with 0"         \
    }
#define END                                                                                                            \
    {                                                                                                                  \
        .name = NULL                                                                                                   \
    }
static const glia__setting size_first[] = {SIZE, COLOUR, FIT, END}, colour_first[] = {COLOUR, SIZE, FIT, END};

/* Values without a name go to the settings in order, so a text that begins with a colour has another order. */
glia_status glia__image_wish_read(glia__image_wish *wish, const char *text)
{
    *wish = (glia__image_wish){0};
    if (!text) return GLIA_OK;
    const char         *first = text + strspn(text, " \t\r\n");
    bool                colour = *first >= 'a' && *first <= 'z';
    const glia__named   named = {"image", "size and colour", colour ? colour_first : size_first, NULL};
    const glia__text_at at = {NULL, text, text + strlen(text)};
    glia__value         set[GLIA__SETTINGS_MOST];
    GLIA_TRY(glia__phrase_settings(&at, text, at.end, &named, set));
    const glia__value *size = &set[colour], *hue = &set[!colour];
    if (size->given && size->rank != 2)
        return glia__fail(GLIA_E_TEXT, "image: the size is HEIGHTxWIDTH, such as 28x28, not \"%.40s\"", text);
    if (size->given) wish->height = size->shape[0], wish->width = size->shape[1];
    if (hue->given) wish->channels = strcmp(hue->word, "gray") == 0 ? 1 : 3;
    const char *fit = set[2].word;
    wish->fit = *fit == 'c' ? GLIA__FIT_CROP : *fit == 'p' ? GLIA__FIT_PAD : GLIA__FIT_STRETCH;
    return GLIA_OK;
}

/* ---- colour ----------------------------------------------------------------------------------------------------- */

static glia_status make_gray(glia__image *image)
{
    size_t pixels = image->height * image->width;
    for (size_t i = 0; i < pixels; i++) {
        const uint8_t *p = image->pixels + 3 * i;
        image->pixels[i] = (uint8_t)((19595u * p[0] + 38470u * p[1] + 7471u * p[2] + 0x8000u) >> 16);
    }
    image->channels = 1;
    return glia__resize(&image->pixels, pixels, 1);
}

static glia_status make_colour(glia__image *image)
{
    size_t pixels = image->height * image->width;
    GLIA_TRY(glia__resize(&image->pixels, pixels, 3));
    for (size_t i = pixels; i-- > 0;) memset(image->pixels + 3 * i, image->pixels[i], 3);
    image->channels = 3;
    return GLIA_OK;
}

/* ---- one side --------------------------------------------------------------------------------------------------- */

/* Which pixels a pixel of the result is made from. */
typedef struct taps {
    size_t first, count;
    size_t weight[2]; /* of the first and the last; those between weigh `inner` */
    size_t inner;
} taps;

typedef struct side {
    size_t from, to;
} side;

static size_t weights_sum(side s)
{
    return s.to <= s.from ? s.from : 2 * s.to;
}

static taps taps_of_smaller(side s, size_t i)
{
    size_t begin = i * s.from, end = begin + s.from, first = begin / s.to, last = (end - 1) / s.to;
    taps   t = {.first = first, .count = last - first + 1, .inner = s.to};
    t.weight[0] = first == last ? s.from : (first + 1) * s.to - begin;
    t.weight[1] = end - last * s.to;
    return t;
}

static taps taps_of_larger(side s, size_t i)
{
    size_t middle = (2 * i + 1) * s.from, unit = 2 * s.to;
    if (middle <= s.to) return (taps){.first = 0, .count = 1, .weight = {unit, 0}};
    size_t first = (middle - s.to) / unit, past = (middle - s.to) % unit;
    if (first + 1 >= s.from) return (taps){.first = s.from - 1, .count = 1, .weight = {unit, 0}};
    return (taps){.first = first, .count = 2, .weight = {unit - past, past}};
}

static taps taps_of(side s, size_t i)
{
    return s.to <= s.from ? taps_of_smaller(s, i) : taps_of_larger(s, i);
}

static size_t tap_weight(const taps *t, size_t k)
{
    return k == 0 ? t->weight[0] : k + 1 == t->count ? t->weight[1] : t->inner;
}

/* ---- both ------------------------------------------------------------------------------------------------------- */

/* A part of an image that becomes a part of another. */
typedef struct job {
    const glia__image *source;
    glia__image       *result;
    size_t             top, left, height, width;             /* of the part in source */
    size_t             to_top, to_left, to_height, to_width; /* of that in result     */
    taps              *across;                               /* [to_width]            */
    uint64_t          *row[2];    /* [to_width][channels] source rows made as wide as the result, the latest two ... */
    size_t             number[2]; /* ... and which these are */
    uint64_t          *sum;       /* [to_width][channels] */
} job;

static void widen(const job *j, size_t y, uint64_t *row)
{
    size_t         c = j->source->channels;
    const uint8_t *from = j->source->pixels + ((j->top + y) * j->source->width + j->left) * c;
    for (size_t x = 0; x < j->to_width; x++) {
        const taps *t = &j->across[x];
        for (size_t k = 0; k < c; k++) {
            uint64_t inner = 0;
            for (size_t i = 1; i + 1 < t->count; i++) inner += from[(t->first + i) * c + k];
            uint64_t sum = t->weight[0] * from[t->first * c + k] + t->inner * inner;
            if (t->count > 1) sum += t->weight[1] * from[(t->first + t->count - 1) * c + k];
            row[x * c + k] = sum;
        }
    }
}

static const uint64_t *wide_row(job *j, size_t y)
{
    if (j->number[y % 2] != y) widen(j, y, j->row[y % 2]);
    j->number[y % 2] = y;
    return j->row[y % 2];
}

static void resample(job *j)
{
    const side up = {j->height, j->to_height}, across = {j->width, j->to_width};
    size_t     c = j->result->channels, n = j->to_width * c;
    uint64_t   all = (uint64_t)weights_sum(up) * weights_sum(across);
    for (size_t x = 0; x < j->to_width; x++) j->across[x] = taps_of(across, x);
    j->number[0] = j->number[1] = SIZE_MAX;
    for (size_t y = 0; y < j->to_height; y++) {
        taps t = taps_of(up, y);
        memset(j->sum, 0, n * sizeof *j->sum);
        for (size_t k = 0; k < t.count; k++) {
            const uint64_t *row = wide_row(j, t.first + k), weight = tap_weight(&t, k);
            for (size_t i = 0; i < n; i++) j->sum[i] += weight * row[i];
        }
        uint8_t *to = j->result->pixels + ((j->to_top + y) * j->result->width + j->to_left) * c;
        for (size_t i = 0; i < n; i++) to[i] = (uint8_t)((j->sum[i] + all / 2) / all);
    }
}

/* part = whole * a / b, to the nearest, and at least 1 and at most `whole`. */
static size_t share(size_t whole, size_t a, size_t b)
{
    size_t part = (2 * whole * a + b) / (2 * b);
    return part < 1 ? 1 : part > whole ? whole : part;
}

/* The parts of both images: all of them, or the middle of one that is too long for the other's proportions. */
static void choose_parts(job *j, glia__fit fit)
{
    size_t h = j->source->height, w = j->source->width, th = j->result->height, tw = j->result->width;
    bool   wide = w * th > h * tw;
    j->height = h, j->width = w, j->to_height = th, j->to_width = tw;
    if (fit == GLIA__FIT_CROP && wide) j->width = share(w, h * tw, w * th);
    if (fit == GLIA__FIT_CROP && !wide) j->height = share(h, w * th, h * tw);
    if (fit == GLIA__FIT_PAD && wide) j->to_height = share(th, h * tw, w * th);
    if (fit == GLIA__FIT_PAD && !wide) j->to_width = share(tw, w * th, h * tw);
    j->top = (h - j->height) / 2, j->left = (w - j->width) / 2;
    j->to_top = (th - j->to_height) / 2, j->to_left = (tw - j->to_width) / 2;
}

static glia_status make_room(job *j)
{
    size_t n = j->to_width * j->source->channels;
    j->across = glia__new(j->to_width, sizeof *j->across);
    j->row[0] = glia__new(n, 3 * sizeof *j->row[0]);
    if (!j->across || !j->row[0]) return GLIA_E_MEMORY;
    j->row[1] = j->row[0] + n;
    j->sum = j->row[1] + n;
    return GLIA_OK;
}

static glia_status resize(glia__image *image, const glia__image_wish *wish)
{
    glia__image result;
    job         j = {.source = image, .result = &result};
    GLIA_TRY(glia__image_new(&result, wish->height, wish->width, image->channels));
    choose_parts(&j, wish->fit);
    glia_status status = make_room(&j);
    if (status == GLIA_OK) resample(&j);
    glia__free(j.across);
    glia__free(j.row[0]);
    glia__image_clear(status == GLIA_OK ? image : &result);
    if (status == GLIA_OK) *image = result;
    return status;
}

/* Colour goes where there are fewer pixels to work on. */
glia_status glia__image_grant(glia__image *image, const glia__image_wish *wish)
{
    bool size = wish->height && (wish->height != image->height || wish->width != image->width);
    if (wish->channels == 1 && image->channels == 3) GLIA_TRY(make_gray(image));
    if (size) GLIA_TRY(resize(image, wish));
    return wish->channels == 3 && image->channels == 1 ? make_colour(image) : GLIA_OK;
}
