/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a name is fetched from: registries.conf, version 2
 * (containers-registries.conf(5)).
 *
 * One file and any number of drop-ins are merged, later ones replacing
 * [[registry]] tables of the same prefix. registries_resolve then turns a
 * reference into endpoints in the order to be tried: mirrors as configured,
 * the registry itself last. A name without a registry is docker.io's whatever
 * the search list and the aliases say; both are checked and kept.
 *
 * Plain HTTP is allowed for what is configured with insecure = true, and for
 * loopback addresses unless insecure = false forbids it there. https is tried
 * first everywhere.
 */
#ifndef REGISTRY_CONFIG_REGISTRIES_CONF_H
#define REGISTRY_CONFIG_REGISTRIES_CONF_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/strvec.h"
#include "registry/spec/reference.h"

/* For which references a mirror is asked. */
enum mirror_use {
	MIRROR_USE_UNSET = 0,
	MIRROR_USE_ALL,
	MIRROR_USE_DIGESTS,
	MIRROR_USE_TAGS,
};

/* What the key `insecure` says. */
enum registry_trust {
	REGISTRY_TRUST_UNSET = 0,
	REGISTRY_TRUST_VERIFIED, /* insecure = false */
	REGISTRY_TRUST_INSECURE, /* insecure = true */
};

struct registry_mirror {
	char *location; /* "host:5000" or "host:5000/path" */
	enum registry_trust trust;
	enum mirror_use use;
};

struct registry_entry {
	char *prefix;	/* "docker.io", "*.example.com", "host/team" */
	char *location; /* what takes the prefix's place; NULL: nothing */
	enum registry_trust trust;
	bool is_blocked;
	struct registry_mirror *mirrors;
	size_t mirror_count;
};

struct registries {
	struct registry_entry *entries;
	size_t count;
	struct strvec search; /* unqualified-search-registries */
	json_t *aliases;      /* object of strings, or NULL */
};

#define REGISTRIES_INIT                    \
	{                                  \
		NULL, 0, STRVEC_INIT, NULL \
	}

/* One place to ask for a repository. */
struct endpoint {
	char *base;	   /* "https://registry-1.docker.io" */
	char *host;	   /* "registry-1.docker.io", "127.0.0.1:5000" */
	char *repository;  /* its name there: "library/debian" */
	char *auth_host;   /* its name in auth files: "docker.io" */
	bool insecure;	   /* certificates are not verified */
	bool http_allowed; /* plain HTTP when it does not speak TLS */
	bool is_mirror;
};

/*
 * Merge LENGTH bytes of a configuration into INTO, which may be half changed
 * when it fails. INVALID when malformed, UNSUPPORTED for version 1.
 */
int registries_parse(const char *text, size_t length, struct registries *into,
		     struct error *err) must_check;

/*
 * Read FILE (NULL: none) and then each "*.conf" of each of FOLDERS, sorted by
 * name within a folder. What does not exist is skipped.
 */
int registries_load(const char *file, const struct strvec *folders,
		    struct registries *out, struct error *err) must_check;

/*
 * The endpoints for REFERENCE, in order; at least one, owned by the caller.
 * Mirrors are only for pulling. REGISTRIES may be NULL. DENIED when the
 * configuration blocks the name.
 */
int registries_resolve(const struct registries *registries,
		       const struct reference *reference, bool pull,
		       struct endpoint **out, size_t *count_out,
		       struct error *err) must_check;

/* Free COUNT endpoints and their array. */
void endpoints_free(struct endpoint *endpoints, size_t count);

/* Free what it owns and return to the initial state. */
void registries_release(struct registries *registries);
DEFINE_CLEANUP(struct registries, registries_release)

#endif
