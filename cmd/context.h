/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every verb is given: the global options, the folders, the store. Both
 * programs read the same global options in the same way, from the command
 * line first, then from the environment.
 */
#ifndef CMD_CONTEXT_H
#define CMD_CONTEXT_H

#include <stdbool.h>

#include "base/error.h"
#include "cmd/options.h"
#include "layers/store/store.h"

struct context {
	char *root;	     /* absolute; IMGCTL_ROOT, --root */
	char *run;	     /* absolute; IMGCTL_RUNROOT, --runroot */
	const char *config;  /* folder of docker's config.json; NULL: default */
	bool is_offline;     /* no socket may be opened */
	bool is_rootless;    /* no root, or one of a user namespace only */
	struct store *store; /* opened by context_store */
	char *const *argv;   /* the whole command line */
};

#define CONTEXT_INIT         \
	{                    \
		.root = NULL \
	}

struct context_options {
	const char *root;
	const char *run;
	const char *config;
	const char *log_level;
	bool is_offline;
	bool is_debug;
	bool is_version;
};

/* The global options, as a table over struct context_options. */
extern const struct option_spec context_option_table[];

/* Settle folders and log level from OPTIONS and the environment. */
int context_init(struct context *context, const struct context_options *options,
		 struct error *err) must_check;

/* The store, opened at the first call; borrowed from CONTEXT. */
int context_store(struct context *context, struct store **out,
		  struct error *err) must_check;

/* Close the store and free the folders' names. */
void context_release(struct context *context);
DEFINE_CLEANUP(struct context, context_release)

#endif
