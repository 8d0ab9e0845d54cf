/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files every container sees in place of its image's own: /etc/hostname,
 * /etc/hosts and /etc/resolv.conf, and with --init the init itself. They are
 * written at each start and bind-mounted: the texts from the run folder, which
 * lies in memory, the init, read-only, from the container's own, which programs
 * can be executed from.
 */
#ifndef RUNTIME_CONTAINER_FILES_H
#define RUNTIME_CONTAINER_FILES_H

#include "base/strbuf.h"
#include "runtime/engine/container.h"
#include "runtime/engine/id_maps.h"

/* Where the init stands in the container, as docker's does. */
#define CONTAINER_INIT_PATH "/sbin/docker-init"

/* What the files say. */
struct container_texts {
	struct strbuf hostname, hosts, resolv;
};

#define CONTAINER_TEXTS_INIT                          \
	{                                             \
		STRBUF_INIT, STRBUF_INIT, STRBUF_INIT \
	}

/* Put together CONTAINER's texts in OUT, which the caller releases. */
void container_files_texts(const struct container *container,
			   struct container_texts *out);

/* Free the texts. */
void container_texts_release(struct container_texts *texts);
DEFINE_CLEANUP(struct container_texts, container_texts_release)

/* The init's bytes, which stay this program's. */
const void *container_files_init(size_t *length_out);

/* Write the texts into the open folder RUN_FD, the init into CONTAINER's. */
int container_files_write(const struct container *container, int run_fd,
			  struct error *err) must_check;

/* Give them to the root of a container whose ids are those of IDS outside. */
int container_files_give(int run_fd, const struct id_maps *ids,
			 struct error *err) must_check;

/* Append the hosts file for CONFIG and HOST_CONFIG to OUT. Pure. */
void container_files_hosts(const json_t *host_config, struct strbuf *out);

/*
 * Append the resolv.conf for HOST_CONFIG to OUT, given the host's own TEXT:
 * what was asked for replaces it line by line of its kind; loopback servers
 * of the host are of no use inside and are left out, unless the container has
 * the host's network. Pure.
 */
void container_files_resolv(const json_t *host_config, const char *text,
			    struct strbuf *out);

#endif
