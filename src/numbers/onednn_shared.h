/* What the files that know oneDNN share: layouts in memory, calls, and what differs between its versions 2 and 3. */
#ifndef GLIA_NUMBERS_ONEDNN_SHARED_H
#define GLIA_NUMBERS_ONEDNN_SHARED_H

#include <dnnl.h>
#include <string.h>

#include "numbers/bf16.h"
#include "numbers/onednn.h"

#define MADE(status) ((status) == dnnl_success)

extern dnnl_engine_t         glia__onednn_engine;
extern dnnl_primitive_attr_t glia__onednn_attributes; /* scratch memory is the caller's */

extern const glia__kernels_beside *glia__onednn_beside; /* of this processor's best instruction set */

typedef dnnl_memory_desc_t layout;

#if DNNL_VERSION_MAJOR >= 3
#define AT(layout) (layout)
typedef const_dnnl_memory_desc_t layout_at;

static inline bool layout_make(layout *l, int rank, const dnnl_dims_t dims, dnnl_data_type_t type,
                               dnnl_format_tag_t tag)
{
    return MADE(dnnl_memory_desc_create_with_tag(l, rank, dims, type, tag));
}

static inline bool layout_strided(layout *l, int rank, const dnnl_dims_t dims, dnnl_data_type_t type,
                                  const dnnl_dims_t strides)
{
    return MADE(dnnl_memory_desc_create_with_strides(l, rank, dims, type, strides));
}

static inline bool layout_copy(layout *to, layout_at from)
{
    return MADE(dnnl_memory_desc_clone(to, from));
}

static inline void layout_free(layout *l)
{
    if (*l) dnnl_memory_desc_destroy(*l);
    *l = NULL;
}
#else
#define AT(layout) (&(layout))
typedef const dnnl_memory_desc_t *layout_at;

static inline bool layout_make(layout *l, int rank, const dnnl_dims_t dims, dnnl_data_type_t type,
                               dnnl_format_tag_t tag)
{
    return MADE(dnnl_memory_desc_init_by_tag(l, rank, dims, type, tag));
}

static inline bool layout_strided(layout *l, int rank, const dnnl_dims_t dims, dnnl_data_type_t type,
                                  const dnnl_dims_t strides)
{
    return MADE(dnnl_memory_desc_init_by_strides(l, rank, dims, type, strides));
}

static inline bool layout_copy(layout *to, layout_at from)
{
    *to = *from;
    return true;
}

static inline void layout_free(layout *l)
{
    (void)l;
}
#endif

static inline bool layout_same(layout *a, layout *b)
{
    return dnnl_memory_desc_equal(AT(*a), AT(*b));
}

/* Numbers of ours that it has room in. */
static inline size_t layout_numbers(layout *l)
{
    return glia__whole_lines((dnnl_memory_desc_get_size(AT(*l)) + sizeof(real) - 1) / sizeof(real));
}

/* oneDNN has a plain loop for every shape, which is slower than ours by far. */
static inline bool is_fast(dnnl_primitive_desc_t d)
{
    const char *how = NULL;
    return MADE(dnnl_primitive_desc_query(d, dnnl_query_impl_info_str, 0, &how)) && how && !strstr(how, "ref") &&
           !strstr(how, "simple");
}

/* None that would work in memory of its own, which belongs to the thread that made it. */
static inline bool reorder_make(dnnl_primitive_t *p, layout *from, layout *to)
{
    dnnl_primitive_desc_t d = NULL;
    bool                  made = MADE(dnnl_reorder_primitive_desc_create(&d, AT(*from), glia__onednn_engine, AT(*to),
                                                                         glia__onednn_engine, glia__onednn_attributes)) &&
                dnnl_memory_desc_get_size(dnnl_primitive_desc_query_md(d, dnnl_query_scratchpad_md, 0)) == 0 &&
                MADE(dnnl_primitive_create(p, d));
    if (d) dnnl_primitive_desc_destroy(d);
    return made;
}

typedef struct argument {
    int         what;
    layout     *layout;
    const void *numbers;
} argument;

enum { ARGUMENTS_MOST = 5 };

static inline bool run(dnnl_primitive_t what, const argument *list, int count)
{
    dnnl_exec_arg_t given[ARGUMENTS_MOST];
    int             made = 0;
    bool            ran = glia__onednn_calls_left != 0;
    if (glia__onednn_calls_left > 0) glia__onednn_calls_left--;
    for (; made < count && ran; made += ran) {
        given[made].arg = list[made].what;
        ran = MADE(dnnl_memory_create(&given[made].memory, AT(*list[made].layout), glia__onednn_engine,
                                      (void *)(uintptr_t)list[made].numbers));
    }
    int           threads = glia__onednn_alone();
    dnnl_stream_t stream = NULL; /* of this call: one that threads share is nowhere promised to work */
    if (ran) ran = MADE(dnnl_stream_create(&stream, glia__onednn_engine, dnnl_stream_default_flags));
    if (ran) ran = MADE(dnnl_primitive_execute(what, stream, count, given)) && MADE(dnnl_stream_wait(stream));
    if (stream) dnnl_stream_destroy(stream);
    glia__onednn_give_back(threads);
    for (int i = 0; i < made; i++) dnnl_memory_destroy(given[i].memory);
    return ran;
}

/* ---- operands in a lower precision ----------------------------------------------------------------------------- */

/* Their type is bfloat16; or float32, by which tests see on any processor that all is in its place. */

static inline size_t operand_bytes(dnnl_data_type_t type)
{
    return type == dnnl_bf16 ? sizeof(uint16_t) : sizeof(float);
}

static inline void operands_of(dnnl_data_type_t type, size_t n, const real *from, void *to)
{
    if (type == dnnl_bf16)
        glia__onednn_beside->to_bf16(n, from, to);
    else
        memcpy(to, from, n * sizeof *from);
}

#endif
