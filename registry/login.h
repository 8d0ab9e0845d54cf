/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tries whether a registry accepts credentials, before they are kept. The
 * registry is found as for a push: its own address, never a mirror's.
 */
#ifndef REGISTRY_LOGIN_H
#define REGISTRY_LOGIN_H

#include "registry/client_options.h"

/*
 * Knock at HOST ("docker.io", "127.0.0.1:5000") with CREDENTIALS. AUTH when
 * they are refused; a registry that asks nobody accepts everybody.
 */
int login_check(const struct client_options *options, const char *host,
		const struct credentials *credentials,
		struct error *err) must_check;

#endif
