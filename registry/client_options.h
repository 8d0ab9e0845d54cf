/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a session with registries is to know about its surroundings: the
 * configuration, the environment's choices, and whom to tell what happens.
 * Everything is borrowed and must outlive the client. Start from
 * CLIENT_OPTIONS_INIT, which holds the defaults.
 */
#ifndef REGISTRY_CLIENT_OPTIONS_H
#define REGISTRY_CLIENT_OPTIONS_H

#include <stdbool.h>

#include "base/strvec.h"
#include "registry/config/credentials.h"
#include "registry/config/registries_conf.h"
#include "registry/http/retry.h"
#include "registry/registry_limits.h"

struct client_options {
	const struct registries *registries;
	const struct credential_paths *credentials; /* NULL: anonymous */
	const struct strvec *cert_folders; /* certs.d folders; or NULL */
	const char *ca_file;   /* in place of the system's bundle; or NULL */
	const char *ca_folder; /* in place of the system's folder; or NULL */
	const char *user_agent;
	bool offline;		     /* no socket is ever opened */
	unsigned retries;	     /* fruitless attempts after the first */
	unsigned retry_base_ms;	     /* the first pause */
	unsigned connect_timeout_ms; /* name, TCP and TLS together */
	unsigned stall_timeout_ms;   /* silence in the middle of something */
	/*
	 * Something a person should see: a pause before another attempt, a
	 * rate limit, a registry's warning. LAYER is a digest's text, or NULL
	 * when it concerns the whole. May be called from several threads.
	 */
	void (*notice)(void *context, const char *layer, const char *text);
	void *notice_context;
	bool (*cancelled)(void *context); /* asked now and then; or NULL */
	void *cancelled_context;
};

#define CLIENT_OPTIONS_INIT                                                  \
	{                                                                    \
		.user_agent = "imgctl/" IMGCTL_VERSION,                      \
		.retries = REGISTRY_RETRIES, .retry_base_ms = RETRY_BASE_MS, \
		.connect_timeout_ms = 15000, .stall_timeout_ms = 60000       \
	}

#endif
