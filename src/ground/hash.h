/* A fingerprint of bytes, to tell whether two things are the same; nothing that withstands an enemy. */
#ifndef GLIA_GROUND_HASH_H
#define GLIA_GROUND_HASH_H

#include <stddef.h>
#include <stdint.h>

#define GLIA__HASH_START 14695981039346656037u

/* `hash` with n more bytes. */
uint64_t glia__hash(uint64_t hash, const void *bytes, size_t n);
/* FNV-1a of n bytes as it is published, 64 bits (http://www.isthe.com/chongo/tech/comp/fnv). */
uint64_t glia__fnv1a(const char *bytes, size_t n);
/* With a text, and where it ends; NULL is told from "". */
uint64_t glia__hash_text(uint64_t hash, const char *text);

#endif
