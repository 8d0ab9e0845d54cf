/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `system doctor` finds out about the machine, for this user: facts only,
 * what they are worth is said in doctor_judge.h. A trial that was made keeps
 * the errno it failed with, 0 when it worked; DOCTOR_UNTRIED where it makes no
 * sense for this user.
 */
#ifndef RUNTIME_DOCTOR_FACTS_H
#define RUNTIME_DOCTOR_FACTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/strvec.h"
#include "runtime/cgroup/cgroup_host.h"

enum {
	DOCTOR_UNTRIED = -1,
	DOCTOR_ABSENT = -1, /* of a number that a file holds */
	DOCTOR_NAME_MAX = 128,
};

/* The system calls that starting a container makes. */
enum doctor_call {
	DOCTOR_OPENAT2 = 1 << 0,
	DOCTOR_CLONE3 = 1 << 1,
	DOCTOR_CLOSE_RANGE = 1 << 2,
	DOCTOR_MOUNT_SETATTR = 1 << 3,
	DOCTOR_PIDFD = 1 << 4,
};

/* What a seccomp filter may answer. */
enum doctor_action {
	DOCTOR_ERRNO = 1 << 0,
	DOCTOR_KILL_PROCESS = 1 << 1,
	DOCTOR_LOG = 1 << 2,
	DOCTOR_NOTIFY = 1 << 3,
};

/* A helper program. */
struct doctor_program {
	char *path;	    /* NULL: not there */
	bool is_privileged; /* set-user-ID root, or with file capabilities */
};

struct doctor_facts {
	bool is_root; /* of the machine's first user namespace */
	uid_t uid;
	char user[DOCTOR_NAME_MAX]; /* "" when it has no name */
	/* the kernel */
	char release[DOCTOR_NAME_MAX];
	unsigned missing_calls; /* enum doctor_call */
	/* user namespaces */
	int64_t max_namespaces;	     /* user.max_user_namespaces */
	int64_t unprivileged_clone;  /* Debian's sysctl */
	int64_t apparmor_restricted; /* Ubuntu's sysctl */
	int user_namespace;	     /* trial */
	/* ids to give away */
	uint64_t subuids, subgids;
	uint64_t next_subid; /* the first id that nobody was given */
	struct doctor_program newuidmap, newgidmap;
	/* file systems */
	int overlay;	     /* trial, as root */
	int overlay_user;    /* trial, in a user namespace */
	int idmapped_mounts; /* trial, as root */
	struct doctor_program fuse_overlayfs;
	bool has_fuse; /* /dev/fuse can be opened */
	/* control groups */
	enum cgroup_mode cgroup_mode;
	unsigned controllers; /* bits by enum cgroup_controller */
	bool is_delegated;
	unsigned delegated_controllers; /* on v2; bits as above */
	/* confinement */
	int seccomp; /* trial */
	unsigned missing_actions;
	uint64_t missing_caps; /* of root; bits by number */
	/* networks */
	struct doctor_program pasta, slirp4netns, nft;
	int netfilter; /* trial of its netlink family */
	int tun;       /* trial of /dev/net/tun */
	/* other machines' programs */
	struct strvec binaries; /* names that binfmt_misc knows, enabled */
	/* the store */
	char *store;	   /* path */
	char *store_error; /* why it cannot be used; NULL */
	char store_type[DOCTOR_NAME_MAX];
	uint64_t free_bytes;
	uint64_t free_inodes;
	bool has_inodes;   /* a file system that counts them */
	bool is_noexec;	   /* nothing on it can be executed */
	char *packages;	   /* "apt-get install -y"; NULL: unknown */
	char *uidmap_name; /* newuidmap's package */
};

/* Free what FACTS own. */
void doctor_facts_release(struct doctor_facts *facts);
DEFINE_CLEANUP(struct doctor_facts, doctor_facts_release)

#endif
