/* SPDX-License-Identifier: Apache-2.0 */
/* The error value every fallible function fills. */
#define ERROR_AS_FUNCTIONS /* here they are made */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

/* Formats, aborting when memory is out: an error must not fail. */
__attribute__((format(printf, 1, 0))) static char *format_message(
	const char *format, va_list arguments)
{
	va_list again;
	char *text;
	int length;

	va_copy(again, arguments);
	length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (length < 0)
		return xstrdup("unprintable error");
	text = xmalloc((size_t)length + 1);
	(void)vsnprintf(text, (size_t)length + 1, format, arguments);
	return text;
}

enum error_kind error_kind_of_errno(int errnum)
{
	switch (errnum) {
	case ENOENT:
	case ESRCH:
		return ERROR_NOT_FOUND;
	case EEXIST:
		return ERROR_EXISTS;
	case EBUSY:
	case ETXTBSY:
		return ERROR_BUSY;
	case EACCES:
	case EPERM:
	case EXDEV:
		return ERROR_DENIED;
	case ENOSYS:
	case EOPNOTSUPP:
		return ERROR_UNSUPPORTED;
	case EINTR:
		return ERROR_INTERRUPTED;
	default:
		return ERROR_SYSTEM;
	}
}

int error_set(struct error *err, enum error_kind kind, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = format_message(format, arguments);
	va_end(arguments);
	error_release(err);
	err->kind = kind;
	err->msg = text;
	return -1;
}

int error_sys(struct error *err, int errnum, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = format_message(format, arguments);
	va_end(arguments);
	error_release(err);
	err->kind = error_kind_of_errno(errnum);
	err->sys = errnum;
	err->msg = xasprintf("%s: %s", text, strerror(errnum));
	free(text);
	return -1;
}

int error_wrap(struct error *err, const char *format, ...)
{
	va_list arguments;
	char *context;
	char *text;

	va_start(arguments, format);
	context = format_message(format, arguments);
	va_end(arguments);
	text = xasprintf("%s: %s", context, err->msg ? err->msg : "failed");
	free(context);
	free(err->msg);
	err->msg = text;
	if (err->kind == ERROR_NONE)
		err->kind = ERROR_SYSTEM;
	return -1;
}

const char *error_kind_name(enum error_kind kind)
{
	switch (kind) {
	case ERROR_NONE:
		return "none";
	case ERROR_INVALID:
		return "invalid";
	case ERROR_NOT_FOUND:
		return "not found";
	case ERROR_EXISTS:
		return "exists";
	case ERROR_BUSY:
		return "busy";
	case ERROR_DENIED:
		return "denied";
	case ERROR_AUTH:
		return "auth";
	case ERROR_NETWORK:
		return "network";
	case ERROR_TOO_LARGE:
		return "too large";
	case ERROR_CORRUPT:
		return "corrupt";
	case ERROR_UNSUPPORTED:
		return "unsupported";
	case ERROR_INTERRUPTED:
		return "interrupted";
	case ERROR_SYSTEM:
		return "system";
	}
	return "unknown";
}

void error_move(struct error *to, struct error *from)
{
	error_release(to);
	*to = *from;
	*from = (struct error)ERROR_INIT;
}

void error_release(struct error *err)
{
	free(err->msg);
	*err = (struct error)ERROR_INIT;
}
