/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What run, start, exec and attach share: staying with a container's streams
 * to the end, and docker's exit codes.
 */
#ifndef CMD_FOREGROUND_H
#define CMD_FOREGROUND_H

#include "cmd/command.h"
#include "runtime/attach_client.h"

/*
 * Carry CLIENT's streams; the exit status of CALL becomes its outcome's. Keys
 * to detach that it does not name are the user's (cmd/front/user_config.h).
 */
int foreground_stay(struct command_call *call,
		    const struct attach_client *client,
		    struct error *err) must_check;

/* 126 and 127 when the program is at fault, else 125. */
int foreground_status(enum error_kind kind);

/*
 * A terminal was asked for with input, in the foreground: INVALID, in docker's
 * words, when standard input is none.
 */
int foreground_check_terminal(bool is_tty, bool has_stdin,
			      struct error *err) must_check;

#endif
