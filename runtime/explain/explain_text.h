/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words and lines of a shell script. Whatever is quoted here stays one word
 * with exactly its bytes, holds no line feed, and does nothing to a terminal
 * it is shown on. Pure.
 */
#ifndef RUNTIME_EXPLAIN_TEXT_H
#define RUNTIME_EXPLAIN_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

/* Append TEXT as one word. */
void explain_add_word(const char *text, struct strbuf *out);

/*
 * Append PATH as one word; one below the folder STATE begins with "$STATE", as
 * that folder is another one each time.
 */
void explain_add_path(const char *path, const char *state, struct strbuf *out);

/* Append an empty line and a comment: the reason for what follows. */
void explain_add_reason(const char *reason, struct strbuf *out);

/* Append LENGTH bytes of DATA as lines of base64. */
void explain_add_base64(const void *data, size_t length, struct strbuf *out);

/* Append a setpriv list: "-all,+chown,+kill" for the capabilities of SET. */
void explain_add_capabilities(uint64_t set, struct strbuf *out);

#endif
