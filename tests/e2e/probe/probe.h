/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program for the inside of a container: it tries what a container might be
 * able to do and prints one line for each thing, a key, a tab and what came of
 * it. test_isolation.py compares the lines with what is expected. Static, so
 * that it runs in any image; it changes nothing that outlives it.
 */
#ifndef E2E_PROBE_H
#define E2E_PROBE_H

/* Print KEY and what FORMAT makes of the rest. */
void probe_say(const char *key, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The name of ERRNUM ("EPERM"), "ok" for 0. */
const char *probe_errno(int errnum);

/* System calls, denied or let through to the kernel. */
void probe_calls(void);

/* Files of /proc, /sys and /dev: what they are, and who may do what. */
void probe_files(void);

#endif
