/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The exec form: a JSON array of strings, and nothing behind it. What is no
 * JSON is text for the shell, without an error, as docker has it; an array
 * of anything else but strings is refused.
 */
#ifndef BUILDER_STRING_ARRAY_H
#define BUILDER_STRING_ARRAY_H

#include <stdbool.h>

#include "base/error.h"
#include "base/strvec.h"

/*
 * Append the strings of TEXT to OUT when it is an array of strings; whether
 * it is one goes to IS_OUT. INVALID for arrays with other things in them.
 */
int string_array_parse(const char *text, struct strvec *out, bool *is_out,
		       struct error *err) must_check;

#endif
