/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One health check of a container: a command in it, as `exec` runs it, with a
 * time limit. A process of its own makes it, so that the monitor stays as
 * small as it is and never waits; what it found comes through a pipe.
 */
#ifndef RUNTIME_CONTAINER_PROBE_H
#define RUNTIME_CONTAINER_PROBE_H

#include "base/strbuf.h"
#include "runtime/engine/container.h"

struct container_probe {
	pid_t pid;	      /* of the process; 0: none is under way */
	int fd;		      /* readable when it has something to say */
	struct strbuf answer; /* what it has said so far */
};

#define CONTAINER_PROBE_INIT       \
	{                          \
		0, -1, STRBUF_INIT \
	}

/*
 * Begin to run COMMAND (an array of words) in CONTAINER, for TIMEOUT
 * nanoseconds at most.
 */
int container_probe_start(struct store *store,
			  const struct container *container,
			  const json_t *command, int64_t timeout,
			  struct container_probe *out,
			  struct error *err) must_check;

/*
 * Take what it says; true when that was all: *EXIT_CODE_OUT is the command's,
 * or -1 when it could not be run or took too long, and `answer` its output or
 * what went wrong. The probe is over then.
 */
bool container_probe_hear(struct container_probe *probe, int *exit_code_out);

/* End one that is under way, and free its answer. */
void container_probe_release(struct container_probe *probe);

#endif
