/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where an ordinary user's bridges lie: one network namespace for all
 * containers of a run folder that are on networks, as it is the host's for
 * root. It is kept by the monitors of these containers, which hold it open, and
 * by the process that network_keeper.h starts; whoever needs it finds it by a
 * note of one who is alive:
 *
 *   <run>/netns/<pid>-<descriptor>-<namespace's inode>
 *
 * Three locks lie beside the notes: members hold member.lock shared, so that
 * the keeper, which waits for it alone, is told by the kernel when the last one
 * is gone; keeper.lock is the keeper's; start.lock is held while one joins.
 */
#ifndef RUNTIME_NETWORK_HOME_H
#define RUNTIME_NETWORK_HOME_H

#include <stdint.h>

#include "base/lockfile.h"
#include "layers/store/store.h"

/* Names of the locks. */
#define NETWORK_HOME_MEMBERS "member.lock"
#define NETWORK_HOME_KEEPER "keeper.lock"
#define NETWORK_HOME_START "start.lock"

enum { NETWORK_HOME_NOTE_MAX = 64 };

/* One process's part in it. */
struct network_home {
	int folder_fd;
	int namespace_fd; /* -1: it has no part */
	int keeper_fd;	  /* a pidfd: readable when the keeper is gone; or -1 */
	int64_t kept;	  /* since when it is this one, monotonic */
	unsigned mended;  /* how often in a row it was not for long */
	struct lockfile member;
	char note[NETWORK_HOME_NOTE_MAX]; /* its file's name, or "" */
};

#define NETWORK_HOME_INIT                           \
	{                                           \
		-1, -1, -1, 0, 0, LOCKFILE_INIT, "" \
	}

/* Open the folder of notes, which is made if need be. */
int network_home_open(const struct store *store, int *folder_out,
		      struct error *err) must_check;

/* The namespace of anyone who is alive, noted in FOLDER_FD; -1: of nobody. */
int network_home_look(int folder_fd);

/* Likewise for STORE. */
int network_home_find(const struct store *store);

/* Note that this process holds HOME's namespace open. */
int network_home_note(struct network_home *home, struct error *err) must_check;

/* Have no part in it any more. */
void network_home_leave(struct network_home *home);
DEFINE_CLEANUP(struct network_home, network_home_leave)

#endif
