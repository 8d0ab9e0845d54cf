/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dockerfile.lock: what the names in a Dockerfile meant when it was locked.
 *
 *   { "version": 1,
 *     "images": { "debian:12": { "digest": "sha256:…",
 *                                "platforms": { "linux/amd64": "sha256:…" } }
 * }, "urls":   { "https://…": { "digest": "sha256:…", "etag": "…" } }, "git":
 * { "https://….git#main": { "commit": "…" } } }
 *
 * Names are as the Dockerfile has them once variables are filled in, images
 * with their tag. Pure; keys are sorted, so that the same locks are the same
 * bytes.
 */
#ifndef BUILDER_LOCK_FILE_H
#define BUILDER_LOCK_FILE_H

#include <jansson.h>

#include "base/error.h"
#include "base/strbuf.h"

enum { LOCK_FILE_MAX = 4 << 20 };

struct lock_file {
	json_t *document;
};

#define LOCK_FILE_INIT \
	{              \
		NULL   \
	}

/* Begin with nothing locked. */
void lock_file_init(struct lock_file *lock);

/* Parse LENGTH bytes of the file NAME. INVALID. */
int lock_file_parse(const char *name, const char *text, size_t length,
		    struct lock_file *out, struct error *err) must_check;

/* Append the file's text. */
void lock_file_format(const struct lock_file *lock, struct strbuf *out);

/* Lock image NAME; PLATFORMS is an object of digests, taken over. */
void lock_file_add_image(struct lock_file *lock, const char *name,
			 const char *digest, json_t *platforms);

/* Lock a file by http(s). */
void lock_file_add_url(struct lock_file *lock, const char *url,
		       const char *digest, const char *etag);

/* Lock a git tree. */
void lock_file_add_git(struct lock_file *lock, const char *url,
		       const char *commit);

/*
 * The digest of image NAME for PLATFORM, or of whatever NAME is when PLATFORM
 * is NULL; NULL when it is not locked. Borrowed.
 */
const char *lock_file_image(const struct lock_file *lock, const char *name,
			    const char *platform);

/* Member KEY ("digest", "etag") of the file URL, or NULL; borrowed. */
const char *lock_file_url(const struct lock_file *lock, const char *url,
			  const char *key);

/* The commit of the git tree URL, or NULL; borrowed. */
const char *lock_file_git(const struct lock_file *lock, const char *url);

/* Free it. */
void lock_file_release(struct lock_file *lock);
DEFINE_CLEANUP(struct lock_file, lock_file_release)

#endif
