/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container's networks while it runs. Its monitor begins to lay them when it
 * starts the container and waits for them before the program runs; what was
 * given stands in its record (container_network_record.h).
 */
#ifndef RUNTIME_CONTAINER_NETWORK_H
#define RUNTIME_CONTAINER_NETWORK_H

#include "base/strbuf.h"
#include "runtime/engine/container.h"
#include "runtime/engine/container_network_record.h"
#include "runtime/engine/container_ports.h"
#include "runtime/engine/network_home.h"
#include "runtime/engine/network_program.h"

struct container_network {
	struct network_program program;
	struct port_hold ports;
	struct container_ports published;
	pid_t relay;  /* carries them where no rules do; 0: none yet */
	int knock_fd; /* readable: somebody calls who needs one; or -1 */
	struct wiring wiring;	  /* what is laid */
	struct strvec joined;	  /* names of networks */
	struct network_home home; /* an ordinary user's bridges lie there */
	bool is_laid;
	bool has_dns;	 /* one of them has names by DNS */
	bool is_late;	 /* laid once the container is there */
	bool has_passed; /* firewalls of others let it through meanwhile */
};

#define CONTAINER_NETWORK_INIT                                                 \
	{                                                                      \
		NETWORK_PROGRAM_INIT, PORT_HOLD_INIT, CONTAINER_PORTS_INIT, 0, \
			-1, WIRING_INIT, STRVEC_INIT, NETWORK_HOME_INIT,       \
			false, false, false                                    \
	}

/* Whether CONTAINER is to be on networks, and not alone, or in another's. */
bool container_network_is_asked(const struct container *container);

/*
 * What a start of CONTAINER would lay now, appended to OUT, and the lines of
 * its hosts file, to HOSTS. Nothing is leased, held or made. The errors are
 * those of a start.
 */
int container_network_look(const struct store *store,
			   const struct container *container,
			   struct wiring *out, struct strbuf *hosts,
			   struct error *err) must_check;

/*
 * Lease addresses, hold ports, note both in RUN_FD, and begin to lay the rest.
 * The hosts file stands there already. BUSY for an address or a port in use,
 * NOT_FOUND for a network that is not there. On failure nothing is kept.
 * IS_LATE: the laying waits for container_network_lay. OUT is initialised, or
 * what container_network_leave left of the life before.
 */
int container_network_begin(const struct store *store,
			    const struct container *container, int run_fd,
			    bool is_late, struct container_network *out,
			    struct error *err) must_check;

/*
 * Lay it into the network namespace of PID: one of a user namespace of its own,
 * which has to own that, too, and so is made by the container itself.
 */
int container_network_lay(const struct store *store,
			  struct container_network *network, pid_t pid,
			  struct error *err) must_check;

/* Wait until all is laid; the container's network namespace is the caller's. */
int container_network_end(const struct store *store,
			  struct container_network *network, int *namespace_out,
			  struct error *err) must_check;

/*
 * Once it is laid, have its published ports carried where no firewall does;
 * RUN_FD is the container's run folder.
 */
int container_network_publish(struct container_network *network, int run_fd,
			      struct error *err) must_check;

/* What of NETWORK the monitor waits for: readable when it has to be seen to. */
int container_network_wait_fd(const struct container_network *network);

/*
 * See to what has come: somebody calls who needs a relay, or what keeps an
 * ordinary user's network is gone. Nothing else is fine; a failure is only
 * told.
 */
void container_network_wake(const struct store *store,
			    struct container_network *network, int run_fd);

/* Let go of the host's ports. */
void container_network_unpublish(struct container_network *network);

/*
 * Give everything back: leases, names, rules, ports. Failures are only told:
 * others clear away what stays. Nothing of it is in force afterwards, but a
 * helper may still wait for the kernel; container_network_rest waits for that.
 */
void container_network_leave(const struct store *store,
			     const struct container *container,
			     struct container_network *network);

/* Wait for a helper that is left. */
void container_network_rest(struct container_network *network);

/*
 * Lay WIRING for a container that runs, in its network namespace NAMESPACE_FD.
 */
int container_network_attach(const struct store *store,
			     const struct wiring *wiring, int namespace_fd,
			     struct error *err) must_check;

/*
 * What is in force for a container that runs, an object with docker's Networks
 * and Ports; NULL when there is nothing. The caller's.
 */
json_t *container_network_read(const struct store *store, const char *id);

#endif
