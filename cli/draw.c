/* Images as characters. A picture is first made smaller, so that it is at most MOST pixels wide, by leaving pixels out;
 * then each pair of pixels above each other becomes one cell. */
#include "draw.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "report.h"
#include "table.h"

#define MOST 40
#define GAP 2

bool draw_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    const char              *value = NULL;
    for (size_t i = 0; i < 3 && !(value && *value); i++) value = getenv(names[i]);
    return value && (strcasestr(value, "utf-8") || strcasestr(value, "utf8"));
}

size_t draw_columns(int descriptor)
{
    struct winsize size;
    return ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/* What the pictures of one call share. */
typedef struct picture {
    draw_shape shape;
    size_t     columns;       /* values of a picture                     */
    size_t     step;          /* of the pixels shown, in both directions */
    size_t     width, height; /* in shown pixels                         */
    size_t     column;        /* characters: the wider of picture and captions */
    double     low, high;     /* the darkest and brightest value         */
} picture;

/* The mean over the channels, 0 (dark) to 1; rows past the end are dark. */
static double pixel(const picture *p, const glia_real *v, size_t y, size_t x)
{
    size_t channels = p->shape.channels, plane = p->shape.height * p->shape.width;
    double sum = 0;
    if (y >= p->height) return 0;
    for (size_t c = 0; c < channels; c++) sum += (double)v[c * plane + y * p->step * p->shape.width + x * p->step];
    double value = (sum / (double)channels - p->low) / (p->high - p->low);
    return value > 0 ? fmin(value, 1) : 0; /* also dark: NaN */
}

static void cell_gray(double above, double below)
{
    int up = 232 + (int)lround(23 * above), down = 232 + (int)lround(23 * below);
    printf("\x1b[38;5;%d;48;5;%dm▀", up, down);
}

static void cell_half(double above, double below)
{
    static const char *const cell[2][2] = {{" ", "▄"}, {"▀", "█"}};
    fputs(cell[above >= 0.5][below >= 0.5], stdout);
}

static void cell_ascii(double above, double below)
{
    static const char shade[] = " .:-=+*#%@";
    putchar(shade[lround((above + below) / 2 * 9)]);
}

typedef struct pen {
    void (*cell)(double above, double below);
    const char *end; /* of a line of cells */
} pen;

static pen choose_pen(void)
{
    const char *kind = getenv("TERM");
    bool        dumb = !kind || strcmp(kind, "dumb") == 0 || getenv("NO_COLOR");
    if (!draw_utf8()) return (pen){cell_ascii, ""};
    return isatty(STDOUT_FILENO) && !dumb ? (pen){cell_gray, "\x1b[0m"} : (pen){cell_half, ""};
}

static void find_range(picture *p, const glia_real *values, bool bytes, size_t count)
{
    p->high = bytes ? 255 : 0;
    for (size_t i = 0; i < count * p->columns && !bytes; i++)
        p->low = fmin(p->low, (double)values[i]), p->high = fmax(p->high, (double)values[i]);
    if (p->high <= p->low) p->high = p->low + 1;
}

static picture picture_of(draw_shape shape)
{
    picture p = {.shape = shape, .step = (shape.width + MOST - 1) / MOST};
    p.columns = shape.channels * shape.height * shape.width;
    p.width = (shape.width + p.step - 1) / p.step;
    p.height = (shape.height + p.step - 1) / p.step;
    p.column = p.width;
    return p;
}

static void draw_band(const picture *p, const pen *with, const glia_real *values, const char *const *caption,
                      size_t count)
{
    int gap = (int)(p->column - p->width) + GAP;
    for (size_t y = 0; y < p->height; y += 2) {
        for (size_t i = 0; i < count; i++) {
            const glia_real *value = values + i * p->columns;
            for (size_t x = 0; x < p->width; x++) with->cell(pixel(p, value, y, x), pixel(p, value, y + 1, x));
            printf("%s%*s", with->end, i + 1 < count ? gap : 0, "");
        }
        putchar('\n');
    }
    for (size_t i = 0; i < count; i++) {
        int pad = (int)(p->column - text_width(caption[i])) + GAP;
        printf("%s%*s", caption[i], i + 1 < count ? pad : 0, "");
    }
    putchar('\n');
}

static size_t across(size_t column)
{
    size_t fit = (draw_columns(STDOUT_FILENO) + GAP) / (column + GAP);
    return fit ? fit : 1;
}

draw_shape draw_shape_of(const glia_data *data)
{
    glia_data_info info;
    glia_data_describe(data, &info);
    return (draw_shape){info.channels, info.height, info.width};
}

size_t draw_images_across(draw_shape shape)
{
    return across(picture_of(shape).width);
}

void draw_values(const glia_real *values, draw_shape shape, bool bytes, const char *const *caption, size_t count)
{
    picture p = picture_of(shape);
    pen     with = choose_pen();
    for (size_t i = 0; i < count; i++)
        if (text_width(caption[i]) > p.column) p.column = text_width(caption[i]);
    find_range(&p, values, bytes, count);
    for (size_t i = 0, band = across(p.column); i < count; i += band)
        draw_band(&p, &with, values + i * p.columns, caption + i, count - i < band ? count - i : band);
}

void draw_images(const glia_data *data, draw_shape shape, const size_t *rows, const char *const *caption, size_t count)
{
    glia_data_info info;
    glia_data_describe(data, &info);
    glia_real *values = claim(count * info.columns, sizeof *values);
    for (size_t i = 0; i < count * info.columns; i++)
        values[i] = (glia_real)glia_data_input(data, rows[i / info.columns], i % info.columns);
    draw_values(values, shape, info.bytes, caption, count);
    free(values);
}

const char *draw_bar(char *text, double value, double most, size_t width)
{
    const char *full = draw_utf8() ? "█" : "#";
    size_t      cells = most > 0 && value > 0 ? (size_t)lround(value / most * (double)width) : 0;
    char       *end = text;
    for (size_t i = 0; i < cells && i < width; i++) end = stpcpy(end, full);
    *end = '\0';
    return text;
}
