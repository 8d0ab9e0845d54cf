/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starting imgctl-network, which lays links and rules (cmd/network/main.c). A
 * release carries it inside; any other build has it beside itself.
 */
#ifndef RUNTIME_NETWORK_PROGRAM_H
#define RUNTIME_NETWORK_PROGRAM_H

#include <sys/types.h>

#include "base/cleanup.h"
#include "layers/store/store.h"
#include "runtime/network/wiring.h"
#include "runtime/network/wiring_reply.h"

/* One that works. */
struct network_program {
	pid_t pid;  /* 0: none */
	int socket; /* its answer comes here; -1 */
};

#define NETWORK_PROGRAM_INIT \
	{                    \
		0, -1        \
	}

/*
 * Start it with VERB ("attach", "forget", "detach", "rebuild", "drop") on
 * WIRING, where the bridges of STORE lie: here for root, else in the user's
 * network (network_home.h); where nobody is, there is nothing to take away, and
 * nothing is started. NAMESPACE_FD is the container's network namespace; -1 to
 * have one made.
 */
int network_program_begin(const struct store *store, const char *verb,
			  const struct wiring *wiring, int namespace_fd,
			  struct network_program *out,
			  struct error *err) must_check;

/*
 * Wait for its answer, after which it only tidies up after itself and has to
 * be released some time. What failed there fails here.
 */
int network_program_answer(struct network_program *program,
			   struct wiring_reply *out,
			   struct error *err) must_check;

/*
 * Wait for its answer and its end. What failed there fails here; CORRUPT from
 * "attach": the rules are gone, "rebuild" has to be called first.
 */
int network_program_end(struct network_program *program,
			struct wiring_reply *out, struct error *err) must_check;

/* Both, for verbs that make no namespace. */
int network_program_run(const struct store *store, const char *verb,
			const struct wiring *wiring, int namespace_fd,
			struct error *err) must_check;

/*
 * The same in the network namespace HOME_FD; "share" makes that one in which
 * bridges lie.
 */
int network_program_run_at(int home_fd, const char *verb,
			   const struct wiring *wiring,
			   struct error *err) must_check;

/*
 * Look up the address of host NAME by the host's own means, which this program
 * is not linked with. NOT_FOUND when there is none.
 */
int network_program_resolve(const char *name, char out[IP_TEXT_MAX],
			    struct error *err) must_check;

/* Wait for its end, whatever it answers. */
void network_program_release(struct network_program *program);
DEFINE_CLEANUP(struct network_program, network_program_release)

#endif
