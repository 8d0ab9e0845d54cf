/* SPDX-License-Identifier: Apache-2.0 */
/* The process of a specification. */
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "runtime/caps.h"
#include "runtime/engine/container_files.h"
#include "runtime/engine/spec_generate.h"
#include "runtime/engine/spec_parts.h"

#define DEFAULT_PATH \
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* Where the variable of ENTRY ("NAME" or "NAME=...") is in ENV; -1: nowhere. */
static ssize_t find_variable(const struct strvec *env, const char *entry)
{
	size_t length = strcspn(entry, "=");

	for (size_t i = 0; i < env->count; i++) {
		if (!strncmp(env->items[i], entry, length) &&
		    env->items[i][length] == '=')
			return (ssize_t)i;
	}
	return -1;
}

/* Replaces the variable where it stands, or adds it; "NAME" removes it. */
static void apply_variable(struct strvec *env, const char *entry)
{
	ssize_t at = find_variable(env, entry);

	if (!strchr(entry, '=')) {
		if (at >= 0)
			strvec_remove(env, (size_t)at);
	} else if (at >= 0) {
		free(env->items[at]);
		env->items[at] = xstrdup(entry);
	} else {
		strvec_add(env, entry);
	}
}

/* docker's order: PATH, HOSTNAME, TERM, then the others, HOME last. */
static int make_env(const struct spec_request *request, struct strvec *out,
		    struct error *err)
{
	const json_t *config = request->container->config;
	autoclean(strvec_release) struct strvec given = STRVEC_INIT;
	autofree char *home = xasprintf("HOME=%s", request->user->home);

	if (jsonx_opt_strings(config, "Env", &given, err) < 0)
		return -1;
	strvec_add(out, DEFAULT_PATH);
	strvec_addf(out, "HOSTNAME=%s", spec_string(config, "Hostname"));
	if (json_is_true(json_object_get(config, "Tty")))
		strvec_add(out, "TERM=xterm");
	for (size_t i = 0; i < given.count; i++)
		apply_variable(out, given.items[i]);
	if (find_variable(out, home) < 0)
		strvec_add(out, home);
	return 0;
}

/* docker shows the whole name, whatever part of it was given. */
static int unknown_capability(const char *name, bool add, struct error *err)
{
	autofree char *shown = xstrdup(name ? name : "");

	for (char *c = shown; *c; c++) {
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
	}
	return error_set(err, ERROR_INVALID,
			 "invalid %s: unknown capability: \"%s%s\"",
			 add ? "CapAdd" : "CapDrop",
			 strncmp(shown, "CAP_", 4) ? "CAP_" : "", shown);
}

/* Adds or takes away what LIST names; "ALL" means those of EVERY. */
static int change_caps(const json_t *list, bool add, uint64_t every,
		       uint64_t *caps, struct error *err)
{
	const json_t *item;
	size_t index;

	json_array_foreach(list, index, item)
	{
		const char *name = json_string_value(item);
		unsigned capability = 0;
		uint64_t bits = every;

		if (!name || strcasecmp(name, "ALL") != 0) {
			if (!name || !caps_from_name(name, &capability))
				return unknown_capability(name, add, err);
			bits = CAPS_BIT(capability);
		}
		*caps = add ? *caps | bits : *caps & ~bits;
	}
	return 0;
}

static bool has_all(const json_t *list)
{
	const json_t *item;
	size_t index;

	json_array_foreach(list, index, item)
	{
		const char *name = json_string_value(item);

		if (name && !strcasecmp(name, "ALL"))
			return true;
	}
	return false;
}

/*
 * docker's rules: --cap-add=ALL gives all but those --cap-drop names (its own
 * ALL does not count then); --cap-drop=ALL leaves what --cap-add names; else
 * drops, then adds.
 */
int spec_capabilities(const json_t *host_config, uint64_t bounding,
		      uint64_t *out, struct error *err)
{
	const json_t *add = json_object_get(host_config, "CapAdd");
	const json_t *drop = json_object_get(host_config, "CapDrop");
	uint64_t caps = CAPS_DEFAULT;

	if (json_is_true(json_object_get(host_config, "Privileged"))) {
		*out = bounding;
		return 0;
	}
	if (has_all(add)) {
		if (change_caps(add, true, 0, &caps, err) < 0)
			return -1;
		caps = bounding;
		if (change_caps(drop, false, 0, &caps, err) < 0)
			return -1;
	} else if (change_caps(drop, false, ~UINT64_C(0), &caps, err) < 0 ||
		   change_caps(add, true, bounding, &caps, err) < 0) {
		return -1;
	}
	/* what this machine's root may not have, nobody gets */
	*out = caps & bounding;
	return 0;
}

static json_t *caps_list(uint64_t caps)
{
	json_t *array = json_array();

	for (unsigned i = 0; caps_name(i); i++) {
		if (caps & CAPS_BIT(i))
			(void)json_array_append_new(array,
						    json_string(caps_name(i)));
	}
	return array;
}

/*
 * An ordinary user has the bounding set only, so that a set-user-ID program
 * still works; inheritable and ambient stay empty (CVE-2022-24769).
 */
static int make_capabilities(const struct spec_request *request, json_t **out,
			     struct error *err)
{
	uint64_t caps = 0;
	uint64_t own;

	if (spec_capabilities(request->container->host_config,
			      request->bounding, &caps, err) < 0)
		return -1;
	own = request->user->uid == 0 ? caps : 0;
	*out = json_object();
	(void)json_object_set_new(*out, "bounding", caps_list(caps));
	(void)json_object_set_new(*out, "effective", caps_list(own));
	(void)json_object_set_new(*out, "permitted", caps_list(own));
	(void)json_object_set_new(*out, "inheritable", json_array());
	(void)json_object_set_new(*out, "ambient", json_array());
	return 0;
}

static json_t *make_user(const struct userdb_identity *user)
{
	json_t *groups = json_array();

	for (size_t i = 0; i < user->group_count; i++)
		(void)json_array_append_new(groups,
					    json_integer(user->groups[i]));
	return json_pack("{s:I,s:I,s:o}", "uid", (json_int_t)user->uid, "gid",
			 (json_int_t)user->gid, "additionalGids", groups);
}

static json_t *make_args(const struct container *container)
{
	const json_t *args = json_object_get(container->document, "args");
	json_t *all = spec_has_init(container->host_config)
			      ? json_pack("[s,s]", CONTAINER_INIT_PATH, "--")
			      : json_array();

	(void)json_array_append_new(
		all, json_string(spec_string(container->document, "path")));
	if (json_is_array(args))
		(void)json_array_extend(all, (json_t *)(uintptr_t)args);
	return all;
}

/* docker's Ulimits: [{Name, Soft, Hard}]. */
static json_t *make_rlimits(const json_t *host_config)
{
	const json_t *given = json_object_get(host_config, "Ulimits");
	json_t *rlimits = json_array();
	const json_t *limit;
	size_t index;

	json_array_foreach(given, index, limit)
	{
		const char *name = spec_string(limit, "Name");
		autofree char *full = xasprintf("RLIMIT_%s", name);

		for (char *c = full; *c; c++) {
			if (*c >= 'a' && *c <= 'z')
				*c = (char)(*c - 'a' + 'A');
		}
		(void)json_array_append_new(
			rlimits,
			json_pack("{s:s,s:I,s:I}", "type", full, "soft",
				  spec_integer(limit, "Soft"), "hard",
				  spec_integer(limit, "Hard")));
	}
	return rlimits;
}

static bool has_no_new_privileges(const json_t *host_config)
{
	const char *value = spec_security_option(host_config,
						 "no-new-privileges");

	return value && strcmp(value, "false") != 0;
}

int spec_process(const struct spec_request *request, json_t **out,
		 struct error *err)
{
	const json_t *config = request->container->config;
	const json_t *host = request->container->host_config;
	const char *cwd = spec_string(config, "WorkingDir");
	autoclean(strvec_release) struct strvec env = STRVEC_INIT;
	json_t *capabilities = NULL;
	json_t *process;

	if (make_env(request, &env, err) < 0 ||
	    make_capabilities(request, &capabilities, err) < 0)
		return -1;
	process = json_pack("{s:b,s:o,s:o,s:o,s:s,s:o,s:b}", "terminal",
			    json_is_true(json_object_get(config, "Tty")),
			    "user", make_user(request->user), "args",
			    make_args(request->container), "env",
			    jsonx_from_strvec(&env), "cwd", *cwd ? cwd : "/",
			    "capabilities", capabilities, "noNewPrivileges",
			    has_no_new_privileges(host));
	if (json_array_size(json_object_get(host, "Ulimits")))
		(void)json_object_set_new(process, "rlimits",
					  make_rlimits(host));
	if (json_object_get(host, "OomScoreAdj") &&
	    spec_integer(host, "OomScoreAdj"))
		(void)json_object_set_new(
			process, "oomScoreAdj",
			json_integer(spec_integer(host, "OomScoreAdj")));
	if (request->apparmor)
		(void)json_object_set_new(process, "apparmorProfile",
					  json_string(request->apparmor));
	*out = process;
	return 0;
}
