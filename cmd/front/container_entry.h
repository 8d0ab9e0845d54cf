/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Containers with their states, as lists, filters and inspect want them.
 * Sizes are only there once asked for: they are added up file by file.
 */
#ifndef CMD_CONTAINER_ENTRY_H
#define CMD_CONTAINER_ENTRY_H

#include "runtime/engine/container_state.h"

struct container_entry {
	struct container container;
	struct container_state state;
	int64_t created; /* wall time */
	json_t *network; /* what is in force (container_network_read), or NULL
			  */
	char *image;	 /* as ps shows it: the name, while it is the image's */
	bool has_size;
	uint64_t size_rw;   /* bytes of its own layer */
	uint64_t size_root; /* and of its image */
};

struct container_entries {
	struct container_entry *items;
	size_t count;
};

#define CONTAINER_ENTRIES_INIT \
	{                      \
		NULL, 0        \
	}

/*
 * Load every container, newest first. Containers that go away meanwhile are
 * left out.
 */
int container_entries_load(const struct store *store,
			   struct container_entries *out,
			   struct error *err) must_check;

/* Drop the entry at INDEX, keeping the order of the others. */
void container_entries_drop(struct container_entries *entries, size_t index);

/* Free the entries. */
void container_entries_release(struct container_entries *entries);
DEFINE_CLEANUP(struct container_entries, container_entries_release)

/*
 * Load the one container TEXT means (container_find); NOT_FOUND says "No such
 * container".
 */
int container_entry_find(const struct store *store, const char *text,
			 struct container_entry *out,
			 struct error *err) must_check;

/* Add up the entry's sizes. */
int container_entry_measure(const struct store *store,
			    struct container_entry *entry,
			    struct error *err) must_check;

/* Whether it runs, paused or not. */
bool container_entry_is_running(const struct container_entry *entry);

/* Free an entry. */
void container_entry_release(struct container_entry *entry);
DEFINE_CLEANUP(struct container_entry, container_entry_release)

#endif
