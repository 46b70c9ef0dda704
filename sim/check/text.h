/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_CHECK_TEXT_H
#define SIM_CHECK_TEXT_H
/* Small texts that every report format needs. */
#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "stack/util/buf.h"
#include "stack/util/ns.h"

#define TEXT_ACTUAL_MAX 600               /* characters of a value shown in a report */

/* Points are kept in thousandths and shown exactly: "1", "0.5", "2.125". */
void text_points(struct buf *out, uint64_t milli);
json_t *text_points_json(uint64_t milli);         /* a number: 1 or 0.5 */

/* An instant of lab time in seconds, shortest exact: "4.003". */
void text_seconds(struct buf *out, ns_t at);

/* Text of unknown origin as valid UTF-8; a stray byte becomes \xNN. */
void text_utf8(struct buf *out, const char *s, size_t n);

/* At most max characters of UTF-8 text; what is cut off shows as "...". */
void text_cut(struct buf *out, const char *s, size_t max);

/* Bytes of the UTF-8 character at s, of n bytes left; 0: not a valid one. */
size_t text_char_len(const char *s, size_t n);

/* Text as JSON's string literal, which YAML reads too: "a\nb". */
void text_quote(struct buf *out, const char *s);

/* Text for a terminal: control characters but newline and tab show as \xNN. */
void text_visible(struct buf *out, const char *s, size_t n);

/* Each line of s, made visible, after the indent; a newline at the end. */
void text_indent(struct buf *out, const char *indent, const char *s);

/* Seeds are 64 bits; beyond JSON's integers they are strings. */
json_t *text_seed_json(uint64_t seed);

/* Any JSON value on one line, no spaces, numbers at most 15 digits. */
char *text_compact(const json_t *v);              /* the caller frees; NULL: no memory */

#endif
