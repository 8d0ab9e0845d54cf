/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container as the store keeps it, whether it runs or not.
 *
 *   containers/<hh>/<id>/container.json   what it is: written at creation
 *   containers/<hh>/<id>/exit.json        how its last run ended
 *   containers/<hh>/<id>/upper, work      its own layer
 *   containers/<hh>/<id>/log.json         what it said
 *   names/<name>                          its id, claimed exclusively
 *
 * container.json keeps docker's Config and HostConfig as docker spells them,
 * so that inspecting is printing, and everything that is derived from them is
 * derived in one place (engine/spec_generate.h). A folder whose container.json
 * is gone is a container that is gone.
 */
#ifndef RUNTIME_CONTAINER_H
#define RUNTIME_CONTAINER_H

#include <jansson.h>
#include <stdbool.h>

#include "base/strvec.h"
#include "layers/store/image_record.h"
#include "layers/store/store.h"
#include "runtime/engine/container_name.h"

struct container {
	char id[CONTAINER_ID_MAX];
	json_t *document; /* container.json; owned */
	int folder_fd;	  /* containers/<hh>/<id>; -1: not open */
	/* borrowed from the document: */
	const char *name;	/* without a slash */
	const char *image;	/* the image's id */
	const char *image_name; /* as the user wrote it */
	json_t *config;		/* docker's Config */
	json_t *host_config;	/* docker's HostConfig */
};

#define CONTAINER_INIT                                     \
	{                                                  \
		"", NULL, -1, NULL, NULL, NULL, NULL, NULL \
	}

struct container_request {
	const char *name;		  /* NULL: one is made up */
	const struct image_record *image; /* empty with a rootfs */
	const char *image_name;		  /* as the user wrote it */
	const char *rootfs;  /* a folder instead of an image; or NULL */
	bool is_overlaid;    /* and the container writes to its own layer */
	json_t *command;     /* how it is made again; borrowed; or NULL */
	json_t *config;	     /* merged with the image's; borrowed */
	json_t *host_config; /* borrowed */
	json_t *mounts;	     /* docker's Mounts; borrowed */
	json_t *networks;    /* what is asked of each, by name; borrowed */
	int64_t size_limit;  /* bytes of its own layer; 0: none */
	const char *path;    /* program */
	json_t *args;	     /* its arguments; borrowed */
	/* called when its folder is there and nobody can find it yet */
	int (*settle)(const struct store *store, struct container *container,
		      bool is_draft, struct error *err);
	bool is_step; /* of a build */
};

/*
 * Create a container from REQUEST. EXISTS when its name is taken; INVALID
 * when it is no name. Nothing is left behind on failure.
 */
int container_create(struct store *store,
		     const struct container_request *request,
		     struct container *out, struct error *err) must_check;

/*
 * The container that REQUEST would become, in memory only, into OUT, which the
 * caller releases whatever the result.
 */
int container_draft(const struct container_request *request,
		    struct container *out, struct error *err) must_check;

/* Load container ID (whole). NOT_FOUND when it is not here or damaged. */
int container_load(const struct store *store, const char *id,
		   struct container *out, struct error *err) must_check;

/*
 * Load the container TEXT means: an id, a name (a leading "/" is dropped) or
 * the unambiguous start of an id, in this order. NOT_FOUND says "No such
 * container"; INVALID when several ids begin so.
 */
int container_find(const struct store *store, const char *text,
		   struct container *out, struct error *err) must_check;

/* Set in a container's document: it is a step of a build. */
#define CONTAINER_STEP "buildStep"

/* Set in a container's document: the most bytes its layer may hold. */
#define CONTAINER_SIZE_LIMIT "sizeLimit"

/* Whether CONTAINER is a step of a build, whose files become a layer. */
bool container_is_step(const struct container *container);

/* Write the container's document after a change to it. */
int container_save(const struct container *container,
		   struct error *err) must_check;

/* Append the ids of all containers to OUT, in no order. */
int container_list(const struct store *store, struct strvec *out,
		   struct error *err) must_check;

/*
 * Remove a container that does not run, and its name: nobody finds it any more.
 * Its files wait, out of the way, for container_discard; those of a process
 * that is killed in between are a leftover that `system check` finds.
 */
int container_forget(const struct store *store, struct container *container,
		     struct error *err) must_check;

/* Delete the files of container ID, which was forgotten. */
int container_discard(const struct store *store, const char *id,
		      struct error *err) must_check;

/* Both: remove a container that does not run, with its name and its files. */
int container_remove(const struct store *store, struct container *container,
		     struct error *err) must_check;

/*
 * Call CONTAINER NAME from now on, whether it runs or not. EXISTS when another
 * one has that name, INVALID when it is none or its own.
 */
int container_rename(struct store *store, struct container *container,
		     const char *name, struct error *err) must_check;

/* Free what CONTAINER owns. */
void container_release(struct container *container);
DEFINE_CLEANUP(struct container, container_release)

#endif
