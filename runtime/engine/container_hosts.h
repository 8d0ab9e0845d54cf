/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of other containers in a container's /etc/hosts, which both glibc and
 * musl read again at every look-up. The file is bind-mounted, so that it is
 * changed where it is; lines that the container wrote itself stay.
 */
#ifndef RUNTIME_CONTAINER_HOSTS_H
#define RUNTIME_CONTAINER_HOSTS_H

#include <jansson.h>

#include "base/strbuf.h"
#include "base/strvec.h"
#include "layers/store/store.h"
#include "runtime/network/ip_address.h"

/*
 * Append "ADDRESS<tab>NAMES" to the hosts file of container ID. A container
 * that is gone is no failure, and neither is a file with a megabyte in it,
 * which stays as it is.
 */
int container_hosts_add(const struct store *store, const char *id,
			const struct ip_address *address,
			const struct strvec *names,
			struct error *err) must_check;

/* Append that line to OUT; nothing without an address or a name. Pure. */
void container_hosts_line(const struct ip_address *address,
			  const struct strvec *names, struct strbuf *out);

/* Take the lines of ADDRESS out of that file. */
int container_hosts_drop(const struct store *store, const char *id,
			 const struct ip_address *address,
			 struct error *err) must_check;

/* The text without the lines that begin with ADDRESS. Pure. */
void container_hosts_filter(const char *text, const char *address,
			    struct strbuf *out);

#endif
