/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a reference to endpoints: the longest prefix that matches decides, and
 * a location takes the place of what it matched.
 */
#include "registry/config/registries_conf.h"

#include <string.h>

#include "base/alloc.h"
#include "registry/http/url.h"

/* Where docker.io answers; its name answers browsers only. */
static const char docker_name[] = "docker.io";
static const char docker_host[] = "registry-1.docker.io";

/* A match must end where a part of the name ends. */
static bool is_boundary(const char *prefix, char next)
{
	/* Behind a mere host, ":" begins a port, that is, another host. */
	return next == '\0' || next == '/' || next == '@' ||
	       (next == ':' && strchr(prefix, '/'));
}

/* "*.example.com[/path]": any host below the domain. */
static size_t match_wildcard(const char *prefix, const char *name)
{
	const char *suffix = prefix + 1;
	size_t length = strlen(suffix);
	size_t host = strcspn(name, "/");

	for (size_t i = 1; i < host; i++) {
		if (strncmp(name + i, suffix, length) == 0 &&
		    is_boundary(suffix, name[i + length]))
			return i + length;
	}
	return 0;
}

/* How many bytes of NAME the prefix matches, 0 for no match. */
static size_t match_prefix(const char *prefix, const char *name)
{
	size_t length = strlen(prefix);

	if (strncmp(prefix, "*.", 2) == 0)
		return match_wildcard(prefix, name);
	if (strncmp(prefix, name, length) != 0 ||
	    !is_boundary(prefix, name[length]))
		return 0;
	return length;
}

/* The entry for NAME, or NULL; MATCHED is how much of it the prefix takes. */
static const struct registry_entry *find_entry(
	const struct registries *registries, const char *name, size_t *matched)
{
	const struct registry_entry *best = NULL;

	*matched = 0;
	for (size_t i = 0; registries && i < registries->count; i++) {
		const struct registry_entry *entry = &registries->entries[i];
		size_t length = match_prefix(entry->prefix, name);

		if (length &&
		    (!best || strlen(entry->prefix) > strlen(best->prefix))) {
			best = entry;
			*matched = length;
		}
	}
	return best;
}

static bool is_wanted(const struct registry_mirror *mirror,
		      const struct reference *reference)
{
	switch (mirror->use) {
	case MIRROR_USE_DIGESTS:
		return reference->digest != NULL;
	case MIRROR_USE_TAGS:
		return reference->digest == NULL;
	case MIRROR_USE_UNSET:
	case MIRROR_USE_ALL:
		break;
	}
	return true;
}

/* Fill OUT for a NAME as it is to be asked for, at a registry of TRUST. */
static int make_endpoint(const char *name, enum registry_trust trust,
			 struct endpoint *out, struct error *err)
{
	autoclean(reference_release) struct reference ref = REFERENCE_INIT;
	bool is_docker;

	if (reference_parse(name, &ref, err) < 0)
		return error_wrap(err, "by registries.conf: %s", name);
	is_docker = strcmp(ref.domain, docker_name) == 0;
	out->host = xstrdup(is_docker ? docker_host : ref.domain);
	out->base = xasprintf("https://%s", out->host);
	out->insecure = trust == REGISTRY_TRUST_INSECURE;
	out->http_allowed = out->insecure || (trust == REGISTRY_TRUST_UNSET &&
					      url_is_loopback(ref.domain));
	out->auth_host = TAKE_PTR(ref.domain);
	out->repository = TAKE_PTR(ref.path);
	return 0;
}

/* What the endpoints are made from, and where they go. */
struct plan {
	const struct registry_entry *entry; /* NULL: nothing configured */
	const struct reference *reference;
	const char *rest; /* of the name, behind what the prefix matched */
	struct endpoint *endpoints;
	size_t count;
};

/* The repository below LOCATION, which takes the place of the prefix. */
static char *relocate(const struct plan *plan, const char *location)
{
	/* Tag and digest stay behind: "x.io" and ":t" would make a name. */
	size_t length = strcspn(plan->rest, ":@");

	if (!location)
		return xasprintf("%s/%s", plan->reference->domain,
				 plan->reference->path);
	return xasprintf("%s%.*s", location, (int)length, plan->rest);
}

static int add_at(struct plan *plan, const char *location,
		  enum registry_trust trust, struct error *err)
{
	autofree char *name = relocate(plan, location);

	if (!strchr(name, '/'))
		return error_set(err, ERROR_INVALID,
				 "by registries.conf: location \"%s\" leaves "
				 "no repository's name",
				 location);
	return make_endpoint(name, trust, &plan->endpoints[plan->count++], err);
}

static int add_all(struct plan *plan, bool pull, struct error *err)
{
	const struct registry_entry *entry = plan->entry;

	for (size_t i = 0; pull && entry && i < entry->mirror_count; i++) {
		const struct registry_mirror *mirror = &entry->mirrors[i];

		if (!is_wanted(mirror, plan->reference))
			continue;
		if (add_at(plan, mirror->location, mirror->trust, err) < 0)
			return -1;
		plan->endpoints[plan->count - 1].is_mirror = true;
	}
	return add_at(plan, entry ? entry->location : NULL,
		      entry ? entry->trust : REGISTRY_TRUST_UNSET, err);
}

int registries_resolve(const struct registries *registries,
		       const struct reference *reference, bool pull,
		       struct endpoint **out, size_t *count_out,
		       struct error *err)
{
	autofree char *name = reference_format(reference);
	struct plan plan = { .reference = reference };
	size_t matched;

	plan.entry = find_entry(registries, name, &matched);
	plan.rest = name + matched;
	if (plan.entry && plan.entry->is_blocked)
		return error_set(err, ERROR_DENIED,
				 "registry %s is blocked by registries.conf",
				 plan.entry->prefix);
	plan.endpoints =
		xcalloc((plan.entry ? plan.entry->mirror_count : 0) + 1,
			sizeof(*plan.endpoints));
	if (add_all(&plan, pull, err) < 0) {
		endpoints_free(plan.endpoints, plan.count);
		return -1;
	}
	*out = plan.endpoints;
	*count_out = plan.count;
	return 0;
}

void endpoints_free(struct endpoint *endpoints, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(endpoints[i].base);
		free(endpoints[i].host);
		free(endpoints[i].repository);
		free(endpoints[i].auth_host);
	}
	free(endpoints);
}
