/* Folders of images.
 *
 *   FOLDER/CLASS/a.png              each sub-folder is a class, named as it is
 *   FOLDER/train/CLASS/a.png        two parts; the second is test, or else val, valid or validation
 *   FOLDER/test/CLASS/a.png
 *   FOLDER/a.png                    images without a class
 *
 * Rows stand in the order of their classes, and within a class in that of the bytes of their names, whatever order the
 * file system tells them in. What is hidden, and what is neither a folder nor has the ending of an image, is passed
 * over. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "data/image.h"
#include "data/target.h"
#include "ground/memory.h"

/* ---- what is in a folder ---------------------------------------------------------------------------------------- */

typedef struct list {
    char **name;
    size_t count, room;
} list;

typedef struct content {
    list folders, images; /* names, in the order of their bytes */
} content;

static void list_clear(list *l)
{
    glia__names_free(l->name, l->count);
    *l = (list){0};
}

static void content_clear(content *c)
{
    list_clear(&c->folders);
    list_clear(&c->images);
}

/* The list takes the name, which is NULL where there was no memory for it. */
static glia_status list_add(list *l, char *name)
{
    glia_status status = name ? glia__grow(&l->name, &l->room, l->count + 1, sizeof *l->name) : GLIA_E_MEMORY;
    if (status == GLIA_OK)
        l->name[l->count++] = name;
    else
        glia__free(name);
    return status;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list_sort(list *l)
{
    if (l->count) qsort(l->name, l->count, sizeof *l->name, by_bytes);
}

/* Images in formats that are not read count too: none is left out of a data set without a word. */
static bool is_image(const char *name)
{
    static const char *const endings[] = {"png", "jpg", "jpeg", "pnm",  "pgm", "ppm",  "pbm",
                                          "gif", "bmp", "webp", "tiff", "tif", "heic", "avif"};
    const char              *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof endings / sizeof *endings; i++)
        if (strcasecmp(dot + 1, endings[i]) == 0) return true;
    return false;
}

static char *path_of(const char *folder, const char *name)
{
    glia__string s = {0};
    size_t       n = strlen(folder);
    glia__string_add(&s, "%s%s%s", folder, n && folder[n - 1] == '/' ? "" : "/", name);
    return glia__string_take(&s);
}

static glia_status sort_in(content *c, const char *folder, const char *name)
{
    if (*name == '.') return GLIA_OK;
    char *path = path_of(folder, name);
    if (!path) return GLIA_E_MEMORY;
    bool is_folder = glia__is_folder(path);
    glia__free(path);
    if (!is_folder && !is_image(name)) return GLIA_OK;
    return list_add(is_folder ? &c->folders : &c->images, glia__strdup(name));
}

/* c is zeroed before and cleared by the caller. */
static glia_status look_into(const char *folder, content *c)
{
    DIR        *d = opendir(folder);
    glia_status status = GLIA_OK;
    if (!d) return glia__fail(GLIA_E_OPEN, "%s: cannot be opened: %s", folder, strerror(errno));
    errno = 0;
    for (struct dirent *e; status == GLIA_OK && (e = readdir(d)); errno = 0) status = sort_in(c, folder, e->d_name);
    if (status == GLIA_OK && errno) status = glia__fail(GLIA_E_OPEN, "%s: cannot be read: %s", folder, strerror(errno));
    closedir(d);
    list_sort(&c->folders);
    list_sort(&c->images);
    return status;
}

/* ---- images and their classes ----------------------------------------------------------------------------------- */

typedef struct gathering {
    list         paths;
    glia__labels labels;
} gathering;

static void gathering_clear(gathering *g)
{
    list_clear(&g->paths);
    glia__labels_clear(&g->labels);
}

/* Adds the images of a folder, of a class if it is not NULL. */
static glia_status gather_images(gathering *g, const char *folder, const list *images, const char *class)
{
    for (size_t i = 0; i < images->count; i++) {
        GLIA_TRY(list_add(&g->paths, path_of(folder, images->name[i])));
        if (class) GLIA_TRY(glia__labels_add_word(&g->labels, class, strlen(class)));
    }
    return GLIA_OK;
}

static glia_status gather_class(gathering *g, const char *folder, const char *class)
{
    content     c = {0};
    char       *path = path_of(folder, class);
    glia_status status = path ? look_into(path, &c) : GLIA_E_MEMORY;
    if (status == GLIA_OK && !glia__text_is_utf8(class))
        status = glia__fail(GLIA_E_FORMAT, "%s: the name of this class is not UTF-8 text", path);
    if (status == GLIA_OK && c.folders.count)
        status = glia__fail(GLIA_E_FORMAT, "%s/%s: a folder in the folder of a class, which has images alone", path,
                            c.folders.name[0]);
    if (status == GLIA_OK && c.images.count == 0)
        status = glia__fail(GLIA_E_FORMAT, "%s: the folder of this class has no images", path);
    if (status == GLIA_OK) status = gather_images(g, path, &c.images, class);
    content_clear(&c);
    glia__free(path);
    return status;
}

/* order[k] = which of the folders is class k, in the order that targets have. */
static glia_status order_classes(const list *folders, size_t *order)
{
    glia__words words = {0};
    size_t     *rank = glia__new(folders->count, sizeof *rank), number;
    glia_status status = rank ? GLIA_OK : GLIA_E_MEMORY;
    for (size_t i = 0; status == GLIA_OK && i < folders->count; i++)
        status = glia__words_add(&words, folders->name[i], strlen(folders->name[i]), &number);
    if (status == GLIA_OK) status = glia__words_rank(&words, rank);
    for (size_t i = 0; status == GLIA_OK && i < folders->count; i++) order[rank[i]] = i;
    glia__words_clear(&words);
    glia__free(rank);
    return status;
}

static glia_status gather_classes(gathering *g, const char *folder, const list *folders)
{
    size_t     *order = glia__new(folders->count, sizeof *order);
    glia_status status = order ? order_classes(folders, order) : GLIA_E_MEMORY;
    for (size_t k = 0; status == GLIA_OK && k < folders->count; k++)
        status = gather_class(g, folder, folders->name[order[k]]);
    glia__free(order);
    return status;
}

/* Reads what was gathered. */
static glia_status read_gathered(glia_data **data, const char *folder, gathering *g, const glia__image_wish *wish)
{
    GLIA_TRY(glia__images_read(data, folder, &g->paths.name, g->paths.count, wish));
    g->paths.count = 0;
    if (!g->labels.has_words) return GLIA_OK;
    glia_status status = glia__labels_finish(&g->labels, true, *data);
    if (status == GLIA_OK) return GLIA_OK;
    glia_data_free(*data);
    *data = NULL;
    return status;
}

static glia_status read_content(glia_data **data, const char *folder, const content *c, const glia__image_wish *wish)
{
    gathering g = {0};
    if (c->folders.count && c->images.count)
        return glia__fail(GLIA_E_FORMAT, "%s: %s stands beside the folders of the classes, and has no class", folder,
                          c->images.name[0]);
    glia_status status =
        c->folders.count ? gather_classes(&g, folder, &c->folders) : gather_images(&g, folder, &c->images, NULL);
    if (status == GLIA_OK) status = read_gathered(data, folder, &g, wish);
    gathering_clear(&g);
    return status;
}

/* ---- parts ------------------------------------------------------------------------------------------------------ */

static const char *const train_names[] = {"train", NULL};
static const char *const test_names[] = {"test", "val", "valid", "validation", NULL};

/* The path of the first of these names that is a folder of folders, or NULL with GLIA_OK. */
static glia_status find_part(const char *folder, const list *folders, const char *const *names, char **path)
{
    *path = NULL;
    for (; *names; names++) {
        size_t i = 0;
        while (i < folders->count && strcmp(folders->name[i], *names) != 0) i++;
        if (i == folders->count) continue;
        content c = {0};
        if (!(*path = path_of(folder, *names))) return GLIA_E_MEMORY;
        glia_status status = look_into(*path, &c);
        bool        found = status == GLIA_OK && c.folders.count > 0;
        content_clear(&c);
        if (found) return GLIA_OK;
        glia__free(*path);
        *path = NULL;
        if (status != GLIA_OK) return status;
    }
    return GLIA_OK;
}

static glia_status read_part(glia_data **data, const char *path, const glia__image_wish *wish)
{
    content     c = {0};
    glia_status status = look_into(path, &c);
    if (status == GLIA_OK) status = read_content(data, path, &c, wish);
    content_clear(&c);
    return status;
}

/* The second part, which becomes that of d. */
static glia_status read_second(glia_data *d, const char *path, const glia__image_wish *wish)
{
    GLIA_TRY(read_part(&d->test, path, wish));
    GLIA_TRY(glia__images_same_colour(d, d->test));
    GLIA_TRY(glia__data_same_rows(d, d->test));
    return glia__targets_unite(d, d->test);
}

static glia_status read_parts(glia_data **data, const char *train, const char *test, const glia__image_wish *wish)
{
    GLIA_TRY(read_part(data, train ? train : test, wish));
    glia_status status = train && test ? read_second(*data, test, wish) : GLIA_OK;
    if (status == GLIA_OK) return GLIA_OK;
    glia_data_free(*data);
    *data = NULL;
    return status;
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

/* Of train, val and test nobody knows which of the last two is meant. */
static glia_status check_third(const char *path, const list *folders, const char *test)
{
    char *other = NULL;
    GLIA_TRY(find_part(path, folders, test_names + 1, &other));
    glia_status status = GLIA_OK;
    if (other && strcmp(other, test) != 0)
        status = glia__fail(GLIA_E_TEXT,
                            "%s: has a part beside train and test: train on %s/train and name the other "
                            "(--test %s, say), to score %s at the end",
                            path, path, other, test);
    glia__free(other);
    return status;
}

static glia_status read_folder(glia_data **data, const char *path, const content *c, glia__folder_part part,
                               const glia__image_wish *wish)
{
    char       *train = NULL, *test = NULL;
    glia_status status = GLIA_OK;
    if (part != GLIA__PART_TEST) status = find_part(path, &c->folders, train_names, &train);
    if (status == GLIA_OK && part != GLIA__PART_TRAIN && (train || part == GLIA__PART_TEST))
        status = find_part(path, &c->folders, test_names, &test);
    if (status == GLIA_OK && test && part == GLIA__PART_ALL) status = check_third(path, &c->folders, test);
    if (status == GLIA_OK && (train || test))
        status = read_parts(data, train, test, wish);
    else if (status == GLIA_OK && part == GLIA__PART_ALL)
        status = read_content(data, path, c, wish);
    else if (status == GLIA_OK)
        status = glia__fail(GLIA_E_OPEN, "%s: the folder has no part \"%s\", a folder of folders of images", path,
                            part == GLIA__PART_TRAIN ? "train" : "test");
    glia__free(train);
    glia__free(test);
    return status;
}

glia_status glia__image_folder(glia_data **data, const char *path, glia__folder_part part, const char *text,
                               bool *known)
{
    glia__image_wish wish;
    content          c = {0};
    glia_status      status = look_into(path, &c);
    *known = status == GLIA_OK && (c.folders.count || c.images.count);
    if (*known) status = glia__image_wish_read(&wish, text);
    if (*known && status == GLIA_OK) status = read_folder(data, path, &c, part, &wish);
    content_clear(&c);
    return status;
}
