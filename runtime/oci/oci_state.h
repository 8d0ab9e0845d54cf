/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the OCI command line keeps of a container, as a JSON file, and what it
 * tells about it (runtime-spec 1.2, "State", with runc's additions). Pure; the
 * struct owns all it points to.
 *
 * A container is known by its first process: its number together with its start
 * time. There is no number yet while it is being made.
 */
#ifndef RUNTIME_OCI_STATE_H
#define RUNTIME_OCI_STATE_H

#include <jansson.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/strbuf.h"

/* The version of the specification that is spoken. */
#define OCI_VERSION "1.3.0"

enum {
	OCI_ID_MAX = 1024,
	OCI_STATE_MAX = 4 << 20, /* bytes of the file */
};

enum oci_status {
	OCI_STATUS_NONE = 0,
	OCI_CREATING,
	OCI_CREATED,
	OCI_RUNNING,
	OCI_PAUSED,
	OCI_STOPPED,
};

struct oci_state {
	char *id;
	char *bundle;	     /* absolute */
	char *rootfs;	     /* absolute */
	char *cgroup;	     /* path of its group */
	char *scope;	     /* systemd unit that holds the group; or NULL */
	pid_t pid;	     /* 0: not yet */
	uint64_t start_time; /* of the process, clock ticks after boot */
	int64_t created;     /* wall time, nanoseconds */
	uint32_t owner;	     /* user id */
	bool is_made;	     /* its making has come to its end */
	bool no_keyring;     /* it stays in its creator's session keyring */
	json_t *annotations; /* object */
};

#define OCI_STATE_INIT     \
	{                  \
		.id = NULL \
	}

/*
 * Whether ID can name a container: letters, digits and "_+-.", not "." or
 * "..", at most OCI_ID_MAX of them. INVALID else.
 */
int oci_state_check_id(const char *id, struct error *err) must_check;

/* The status as the specification spells it ("created"). */
const char *oci_status_name(enum oci_status status);

/* Read what oci_state_format wrote; INVALID names the member. */
int oci_state_parse(const char *text, size_t length, struct oci_state *out,
		    struct error *err) must_check;

/* Append STATE as the file holds it. */
void oci_state_format(const struct oci_state *state, struct strbuf *out);

/*
 * What `state` and `list` tell: the specification's members, then rootfs,
 * created and, unless NULL, OWNER's name. The caller releases it.
 */
json_t *oci_state_show(const struct oci_state *state, enum oci_status status,
		       const char *owner);

/* The state that hooks and seccomp's listeners are given. */
json_t *oci_state_plain(const struct oci_state *state, enum oci_status status);

/* Free what STATE holds. */
void oci_state_release(struct oci_state *state);
DEFINE_CLEANUP(struct oci_state, oci_state_release)

#endif
