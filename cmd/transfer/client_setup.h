/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The surroundings of every talk with a registry, found in the environment
 * and the configuration files: mirrors, credentials, certificates. One struct
 * owns what client_options only borrows.
 */
#ifndef CMD_CLIENT_SETUP_H
#define CMD_CLIENT_SETUP_H

#include "base/strvec.h"
#include "cmd/context.h"
#include "registry/client_options.h"

struct client_setup {
	struct registries registries;
	struct credential_paths credentials;
	struct strvec cert_folders;
	struct strvec owned; /* texts that credential_paths borrows */
	struct client_options options;
};

/*
 * Read registries.conf and find the other files, as the containers tools and
 * docker do. INVALID when a configuration file is malformed.
 */
int client_setup_init(const struct context *context, struct client_setup *out,
		      struct error *err) must_check;

/* Free what SETUP owns. */
void client_setup_release(struct client_setup *setup);
DEFINE_CLEANUP(struct client_setup, client_setup_release)

#endif
