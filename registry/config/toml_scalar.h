/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TOML values that are one word: booleans, integers, floats, dates, times.
 *
 * The reader of values finds the word's end with toml_scalar_length and then
 * asks for its meaning. Integers are 64 bits wide; what does not fit, in them
 * or in a double, is refused rather than rounded. JSON has neither dates nor
 * infinities: those come back as strings, checked, in the words of the file.
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
