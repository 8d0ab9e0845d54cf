/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A YAML document as the JSON value it stands for. Pure: libyaml tokenises,
 * what is built here is bounded in size and depth, whatever aliases repeat.
 *
 * Scalars without quotes are null, booleans and integers by YAML's core words
 * (and an integer that begins with 0 is octal, as file modes are written);
 * everything else is a string. Refused are tags but !!str, keys that are no
 * strings or come twice, and more than one document.
 */
#ifndef RUNTIME_YAML_TREE_H
#define RUNTIME_YAML_TREE_H

#include <jansson.h>
#include <stddef.h>

#include "base/error.h"

/* Read LENGTH bytes of TEXT into OUT, the caller's. INVALID names the line. */
int yaml_tree_parse(const char *text, size_t length, json_t **out,
		    struct error *err) must_check;

#endif
