/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The four kinds of TOML strings: basic and literal, on one line or several.
 * The cursor stands on the opening quote and is left behind the closing one.
 */
#ifndef REGISTRY_CONFIG_TOML_STRING_H
#define REGISTRY_CONFIG_TOML_STRING_H

#include "base/error.h"
#include "base/strbuf.h"
#include "registry/config/toml_scan.h"

/* Read a string of one line, as a key or a value, and append it to OUT. */
int toml_string_read_line(struct toml_scan *scan, struct strbuf *out,
			  struct error *err) must_check;

/* Read a string of any kind and append it to OUT. */
int toml_string_read(struct toml_scan *scan, struct strbuf *out,
		     struct error *err) must_check;

#endif
