/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TOML values that are one word: booleans, integers, floats, dates, times.
 */
#ifndef REGISTRY_CONFIG_TOML_SCALAR_H
#define REGISTRY_CONFIG_TOML_SCALAR_H

#include <jansson.h>
#include <stddef.h>

/* How many bytes before END the value at TEXT takes. */
size_t toml_scalar_length(const char *text, const char *end);

/*
 * The value written as LENGTH bytes of TEXT, a new reference; NULL when it is
 * none or does not fit. Dates, infinities and NaNs become strings.
 */
json_t *toml_scalar_parse(const char *text, size_t length);

#endif
