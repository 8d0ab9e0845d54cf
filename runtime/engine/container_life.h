/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container's lives in its monitor, one after the other where a restart
 * policy wants it: what a start prepares (container_life_begin.c) and what an
 * end records and takes down (container_life_end.c). The monitor's loop
 * (runtime/monitor.h) says when.
 */
#ifndef RUNTIME_CONTAINER_LIFE_H
#define RUNTIME_CONTAINER_LIFE_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/engine/container.h"
#include "runtime/engine/container_health.h"
#include "runtime/engine/container_hooks.h"
#include "runtime/engine/container_lock.h"
#include "runtime/engine/container_network.h"
#include "runtime/engine/container_state.h"
#include "runtime/engine/id_maps.h"
#include "runtime/engine/restart_policy.h"
#include "runtime/engine/uplink.h"
#include "runtime/engine/volume_hold.h"
#include "runtime/launch.h"
#include "runtime/monitor.h"

/* What the monitor keeps while the container lives. */
struct container_life {
	struct store *store;
	struct container *container;
	struct container_lock lock; /* held as long as the monitor lives */
	int listen_fd;
	struct cgroup *cgroup;
	struct log_writer *log;
	struct container_state state;
	int client_fd;	   /* whoever ordered the start */
	bool gets_network; /* and will send a network namespace */
	int mounts_fd;	   /* the container's mount namespace, or -1 */
	struct volume_hold volumes;
	struct container_health health;
	struct restart_record restarts;
	int64_t born;	 /* the start of this life, monotonic */
	bool is_removed; /* --rm */
	struct id_maps ids;
	struct container_network network;
	struct container_uplink pasta;
	struct container_ports pasta_ports;
	struct container_hooks hooks;
};

#define CONTAINER_LIFE_INIT                                     \
	{                                                       \
		.lock = CONTAINER_LOCK_INIT, .listen_fd = -1,   \
		.state = CONTAINER_STATE_INIT, .client_fd = -1, \
		.mounts_fd = -1, .volumes = VOLUME_HOLD_INIT,   \
		.health = CONTAINER_HEALTH_INIT,                \
		.hooks = CONTAINER_HOOKS_INIT,                  \
		.network = CONTAINER_NETWORK_INIT,              \
		.pasta = CONTAINER_UPLINK_INIT,                 \
		.pasta_ports = CONTAINER_PORTS_INIT,            \
	}

/* Give back what LIFE holds; neither its container nor its client. */
void container_life_release(struct container_life *life);
DEFINE_CLEANUP(struct container_life, container_life_release)

/*
 * Prepare and start LIFE's container with STDIO and record that it runs. The
 * error's kind says whose it was (launched_not_program); after one,
 * container_life_fail is due.
 */
int container_life_begin(struct container_life *life,
			 const struct monitor_stdio *stdio,
			 struct launched *launched,
			 struct error *err) must_check;

/*
 * Take the network namespace that the client sends and nobody wants: a socket
 * that is closed with something unread in it is reset, and the client would
 * lose what it was told.
 */
void container_life_drop_network(struct container_life *life);

/* Take down what a start that failed with ERR left, and record it. */
void container_life_fail(struct container_life *life, const struct error *err);

/*
 * Record that the program ended with EXIT_CODE, as somebody asked for or not,
 * and say in NEXT whether and after how long another life begins. What nobody
 * waits for is left to container_life_finish.
 */
void container_life_end(struct container_life *life, int exit_code,
			bool is_asked, struct monitor_next *next);

/* Record the end of a container that was asked to stop between two lives. */
void container_life_stay_down(struct container_life *life);

/* After the last end, when all are told: take down what is left. */
void container_life_finish(struct container_life *life);

#endif
