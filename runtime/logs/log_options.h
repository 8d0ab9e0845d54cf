/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a container's output is kept: docker's log drivers that need no other
 * program, and their options.
 */
#ifndef RUNTIME_LOG_OPTIONS_H
#define RUNTIME_LOG_OPTIONS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum log_driver {
	LOG_DRIVER_UNSET = 0,
	LOG_DRIVER_JSON_FILE, /* docker's default */
	LOG_DRIVER_LOCAL,     /* the same files, capped by default */
	LOG_DRIVER_NONE,
};

struct log_options {
	enum log_driver driver;
	int64_t max_size;   /* bytes of one file; 0: no limit */
	unsigned max_files; /* files kept, the current one included */
	bool is_compressed; /* but for the current one */
};

#define LOG_OPTIONS_INIT                          \
	{                                         \
		LOG_DRIVER_JSON_FILE, 0, 1, false \
	}

/*
 * Read DRIVER's name ("" for the default) and OPTIONS (docker's LogConfig
 * object of strings, or NULL). INVALID in docker's words.
 */
int log_options_parse(const char *driver, const json_t *options,
		      struct log_options *out, struct error *err) must_check;

#endif
