/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --ssh id=KEY: an agent of OpenSSH's that holds the key and nothing else, for
 * as long as the build takes. Its socket lies in the build's own folder in the
 * run folder; when this process is killed, the kernel ends the agent, and the
 * next build sweeps the folder.
 */
#ifndef CMD_KEY_AGENT_H
#define CMD_KEY_AGENT_H

#include <sys/types.h>

#include "base/strvec.h"
#include "builder/build_place.h"

struct key_agent {
	pid_t pid;    /* 0: none */
	char *socket; /* absolute */
};

#define KEY_AGENT_INIT  \
	{               \
		0, NULL \
	}

/*
 * Start an agent called NAME in PLACE and give it the keys in the files PATHS.
 * Call from the thread that lives as long as the process. NOT_FOUND without
 * OpenSSH; INVALID for what is no key, or one with a passphrase that nobody is
 * there to enter.
 */
int key_agent_start(const struct build_place *place, const char *name,
		    const struct strvec *paths, struct key_agent *out,
		    struct error *err) must_check;

/* End it. */
void key_agent_stop(struct key_agent *agent);
DEFINE_CLEANUP(struct key_agent, key_agent_stop)

#endif
