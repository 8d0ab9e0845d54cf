/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Diagnostics for people, on standard error. One event per line, `key=value`
 * for nouns, the module's tag first. The level is the program's only mutable
 * global. Control bytes in a message are made harmless before they are
 * written. Credentials never reach this module.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/error.h"

enum log_level {
	LOG_NONE = 0, /* nothing is shown */
	LOG_ERROR,
	LOG_WARN, /* the default */
	LOG_INFO,
	LOG_DEBUG,
};

/* Show events up to LEVEL. */
void log_set_level(enum log_level level);

/* The level in force. */
enum log_level log_get_level(void);

/* The level called NAME (none, error, warn, info, debug); INVALID else. */
int log_level_from_name(const char *name, enum log_level *out,
			struct error *err) must_check;

/* Report something only a developer wants. TAG is the module's name. */
void log_debug(const char *tag, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Report progress worth knowing. */
void log_info(const char *tag, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Report something the user should look at. */
void log_warn(const char *tag, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Report a failure that is not returned, and release it. */
void log_warn_error(const char *tag, struct error *err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
