/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The document of runtime/engine/isolation.h as text for people: a section for
 * each kind of wall, aligned, without control bytes. Pure.
 */
#ifndef CMD_ISOLATION_SHOW_H
#define CMD_ISOLATION_SHOW_H

#include <jansson.h>

#include "base/strbuf.h"

/* Append DOCUMENT as text to OUT. */
void isolation_show(const json_t *document, struct strbuf *out);

#endif
