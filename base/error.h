/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one way a failure travels: a caller-owned value with a kind to branch
 * on, the errno it came from (or 0) and a text to show.
 *
 * Every fallible function returns 0 or -1 and takes `struct error *err` last,
 * never NULL. The leaf says what failed; each boundary that knows a noun
 * (reference, digest, path, container) prepends it with error_wrap. Messages
 * are lower case, without a full stop. Only cmd/ prints them.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include "base/cleanup.h"

enum error_kind {
	ERROR_NONE = 0,
	ERROR_INVALID,	   /* bad input or usage */
	ERROR_NOT_FOUND,   /* the named thing does not exist */
	ERROR_EXISTS,	   /* the name is taken */
	ERROR_BUSY,	   /* in use or locked */
	ERROR_DENIED,	   /* permission */
	ERROR_AUTH,	   /* credentials missing or refused */
	ERROR_NETWORK,	   /* connection, timeout, server failure */
	ERROR_TOO_LARGE,   /* over a limit of ours */
	ERROR_CORRUPT,	   /* digest, size or shape is wrong */
	ERROR_UNSUPPORTED, /* valid, but not by this build, kernel, host */
	ERROR_INTERRUPTED, /* a signal or a cancelled operation */
	ERROR_SYSTEM,	   /* any other system call failure */
};

struct error {
	enum error_kind kind;
	int sys;   /* errno, or 0 */
	char *msg; /* owned; NULL when kind is ERROR_NONE */
};

#define ERROR_INIT                  \
	{                           \
		ERROR_NONE, 0, NULL \
	}

/* Marks functions whose result must not be dropped. */
#define must_check __attribute__((warn_unused_result))

/* Replace what ERR holds by KIND and a formatted message; returns -1. */
int error_set(struct error *err, enum error_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Replace what ERR holds by a formatted message followed by ": " and the text
 * of ERRNUM; the kind is derived from ERRNUM. Returns -1.
 */
int error_sys(struct error *err, int errnum, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Prepend formatted context and ": " to the message; returns -1. */
int error_wrap(struct error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* An analyzer that sees one file at a time has to be told what they return. */
#if defined(__clang_analyzer__) && !defined(ERROR_AS_FUNCTIONS)
#define error_set(...) ((void)error_set(__VA_ARGS__), -1)
#define error_sys(...) ((void)error_sys(__VA_ARGS__), -1)
#define error_wrap(...) ((void)error_wrap(__VA_ARGS__), -1)
#endif

/* The kind that error_sys gives to ERRNUM. */
enum error_kind error_kind_of_errno(int errnum);

/* The kind's name in lower case, for logs and tests. */
const char *error_kind_name(enum error_kind kind);

/* Move FROM into TO (releasing what TO held), leaving FROM empty. */
void error_move(struct error *to, struct error *from);

/* Free the message and return ERR to its initial state. */
void error_release(struct error *err);
DEFINE_CLEANUP(struct error, error_release)

#endif
