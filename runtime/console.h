/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The container's terminal: a pair of the container's own devpts, so that its
 * number means the same inside and nothing of the host's is handed in. The
 * slave is opened through the master (TIOCGPTPEER), never by a path that the
 * image could redirect (CVE-2025-52565), and bound to /dev/console.
 */
#ifndef RUNTIME_CONSOLE_H
#define RUNTIME_CONSOLE_H

#include "runtime/spec/runtime_process.h"
#include "runtime/stage.h"

struct console {
	int master; /* for the parent */
	int slave;  /* the process's standard streams */
};

#define CONSOLE_INIT   \
	{              \
		-1, -1 \
	}

/*
 * When PROCESS wants a terminal and says no size, let it be the size of
 * TERMINAL, a descriptor; nothing changes when that is none.
 */
void console_take_size(int terminal, struct runtime_process *process);

/* The same from ROWS and COLUMNS; nothing changes when either is 0. */
void console_give_size(struct runtime_process *process, uint16_t rows,
		       uint16_t columns);

/*
 * Make the pair in the devpts mounted below ROOT, sized and owned as PROCESS
 * says. Allocates nothing.
 */
int console_open(int root, const struct runtime_process *process,
		 struct console *out, struct stage_failure *fail);

/* Bind the slave to /dev/console below ROOT. */
int console_bind(int root, const struct console *console,
		 struct stage_failure *fail);

#endif
