/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a build is asked for. Everything in it is borrowed and stays as it is
 * until the build has ended; several threads read it.
 */
#ifndef BUILDER_BUILD_REQUEST_H
#define BUILDER_BUILD_REQUEST_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/strvec.h"
#include "builder/attest/build_materials.h"
#include "builder/build_events.h"
#include "builder/build_host.h"
#include "builder/language/dockerfile.h"
#include "builder/language/ignore.h"
#include "builder/language/pairs.h"
#include "builder/lock/lock_file.h"

/* --secret: a file's contents, or a value. */
struct build_secret {
	const char *id;
	const char *path;  /* a file of the caller's; or NULL, and then */
	const char *value; /* the secret itself */
};

/* --ssh: an agent's socket. */
struct build_agent {
	const char *id; /* "default" */
	const char *socket;
};

/* --build-context: a folder or an image by a name. */
struct build_context {
	const char *name;
	int folder;	   /* -1: an image */
	const char *path;  /* of the folder */
	const char *image; /* "docker-image://…" without its scheme */
	const struct ignore *ignore;
};

struct build_request {
	struct store *store;
	const struct build_host *host;
	const struct build_events *events;
	const struct dockerfile *file;
	struct build_context main; /* the context; folder -1: there is none */
	const struct build_context *contexts;
	size_t context_count;
	const struct build_secret *secrets;
	size_t secret_count;
	const struct build_agent *agents;
	size_t agent_count;
	const struct pairs *args;      /* --build-arg */
	const char *target;	       /* NULL: the last stage */
	const char *platform;	       /* NULL: this machine's */
	const char *pull;	       /* "missing", "always", "never" */
	const struct strvec *uncached; /* stages that run in any case */
	const struct strvec *made; /* keys that count as cached all the same */
	const json_t *host_config; /* docker's, for every RUN */
	const json_t *networks;	   /* and its networks */
	const struct lock_file *lock;	   /* --locked: nothing else; or NULL */
	struct build_materials *materials; /* to be told of; or NULL */
	const char *site;  /* tells this build from those of other folders */
	bool is_uncached;  /* --no-cache */
	bool is_explained; /* --why */
	bool is_resumed;   /* --resume */
	bool has_shell;	   /* --shell: the step that failed, by hand */
	bool allows_insecure;
	bool allows_host_network;
	bool has_latest;  /* SOURCE_DATE_EPOCH */
	int64_t latest;	  /* seconds since 1970 */
	int cancel_fd;	  /* readable once the build is to end; or -1 */
	unsigned workers; /* stages at once; 0: by the processors */
};

#endif
