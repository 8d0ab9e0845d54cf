/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `system df --verbose` shows: every image, container and volume by
 * itself, with the bytes that are its own.
 */
#ifndef CMD_DISK_USE_DETAIL_H
#define CMD_DISK_USE_DETAIL_H

#include "base/error.h"
#include "base/strbuf.h"
#include "layers/store/store.h"

/*
 * Append the four tables to OUT or, when FORMAT is "json", one object with an
 * array for each of them. NULL, "" and "table" mean the tables; another FORMAT
 * is INVALID.
 */
int disk_use_detail_print(const struct store *store, const char *format,
			  struct strbuf *out, struct error *err) must_check;

#endif
