/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A strict reader of TOML 1.0 (https://toml.io/en/v1.0.0).
 *
 * Debian packages no C library for TOML, and registries.conf is written in
 * it. The document becomes a tree of jansson values: tables are objects,
 * arrays, strings, integers, floats and booleans are themselves. JSON has no
 * dates, infinities and NaNs: they become strings, as written but validated.
 * Keys keep their order. Everything the specification calls invalid is
 * refused; beyond it, a NUL in a string and nesting over TOML_DEPTH_MAX are.
 */
#ifndef REGISTRY_CONFIG_TOML_H
#define REGISTRY_CONFIG_TOML_H

#include <jansson.h>
#include <stddef.h>

#include "base/error.h"

enum {
	/* Parts of one dotted key, and values within values. */
	TOML_DEPTH_MAX = 32,
};

/* Parse LENGTH bytes into a new object; INVALID, naming the line. */
int toml_parse(const char *text, size_t length, json_t **out,
	       struct error *err) must_check;

#endif
