/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decides whether an archive entry may become a file, and under which name.
 *
 * Pure: an entry's fields in, a verdict out; nothing is looked up on disk.
 * Names become paths relative to the layer's root: absolute names lose their
 * slash, "." and empty components vanish, ".." climbs but never above the root
 * (as containerd and umoci have it). What is left is safe to split and to hand
 * to openat2, which alone decides where links lead. Refused are entries whose
 * acceptance would change what the layer means (names that cannot exist, owners
 * out of range, overlay's own markers) or that no layer needs (types unknown).
 */
#ifndef LAYERS_TAR_ENTRY_POLICY_H
#define LAYERS_TAR_ENTRY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum entry_type {
	ENTRY_NONE = 0,
	ENTRY_FILE,
	ENTRY_DIRECTORY,
	ENTRY_SYMLINK,
	ENTRY_HARDLINK,
	ENTRY_CHARACTER_DEVICE,
	ENTRY_BLOCK_DEVICE,
	ENTRY_FIFO,
};

/* One extended attribute, name as in setxattr(2). */
struct entry_xattr {
	const char *name;
	const void *value;
	size_t size;
};

/* An entry as an archive has it; strings are borrowed from the reader. */
struct entry {
	enum entry_type type;
	const char *path; /* any bytes, not normalised */
	const char *link; /* target of a symbolic or hard link, else NULL */
	int64_t size;	  /* of the contents, holes included */
	int64_t uid;
	int64_t gid;
	unsigned mode;	       /* permission bits, setuid, setgid, sticky */
	int64_t mtime;	       /* seconds since 1970 */
	long mtime_nanosecond; /* 0 to 999999999 */
	uint64_t major;	       /* of a device */
	uint64_t minor;
	bool is_sparse; /* contents come with holes, up to size */
	const struct entry_xattr *xattrs;
	size_t xattr_count;
};

/* A path below the root, split; the root itself has an empty leaf. */
struct entry_path {
	char *parent; /* "a/b"; "" is the root */
	char *leaf;   /* last component; "" when the path is the root */
};

#define ENTRY_PATH_INIT    \
	{                  \
		NULL, NULL \
	}

/*
 * Normalise NAME into OUT. INVALID for an empty name or a component over
 * LAYERS_MAX_NAME bytes; TOO_LARGE when the result is over MAX_PATH bytes.
 */
int entry_path_parse(const char *name, size_t max_path, struct entry_path *out,
		     struct error *err) must_check;

/* Free what entry_path_parse made. */
void entry_path_release(struct entry_path *path);
DEFINE_CLEANUP(struct entry_path, entry_path_release)

/* PARENT and LEAF as one path; "." for the root. The caller frees it. */
char *entry_path_format(const struct entry_path *path);

/*
 * Check everything about ENTRY but its path. INVALID when it must not be
 * extracted; the message says why, not which entry.
 */
int entry_check(const struct entry *entry, struct error *err) must_check;

/* What becomes of an extended attribute found in a layer. */
enum entry_xattr_rule {
	ENTRY_XATTR_NONE = 0,
	ENTRY_XATTR_SET,      /* a failure is an error */
	ENTRY_XATTR_OPTIONAL, /* set where the file system can */
	ENTRY_XATTR_DROP,     /* never set: overlay's, or the host's labels */
};

/* The rule for attribute NAME; ROOTLESS when trusted.* cannot be set. */
enum entry_xattr_rule entry_xattr_rule_of(const char *name, bool rootless);

#endif
