/* SPDX-License-Identifier: Apache-2.0 */
/* The variables of the whole file and of a stage. */
#include "builder/language/scope.h"

#include <string.h>

#include "base/alloc.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

/* Each in both cases: programs ask for one or the other. */
static const char *const proxies[] = {
	"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "FTP_PROXY",
	"ftp_proxy",  "NO_PROXY",   "no_proxy",	   "ALL_PROXY",	  "all_proxy",
};

/* Settings of docker's builder that are no variables of a file. */
static const char *const settings[] = {
	"BUILDKIT_CACHE_MOUNT_NS",   "BUILDKIT_CONTEXT_KEEP_GIT_DIR",
	"BUILDKIT_DOCKERFILE_CHECK", "BUILDKIT_INLINE_CACHE",
	"BUILDKIT_MULTI_PLATFORM",   "BUILDKIT_SANDBOX_HOSTNAME",
	"BUILDKIT_SYNTAX",	     "SOURCE_DATE_EPOCH",
};

static const char *const platform_names[] = {
	"BUILDPLATFORM", "BUILDOS",	   "BUILDARCH",
	"BUILDVARIANT",	 "TARGETPLATFORM", "TARGETOS",
	"TARGETARCH",	 "TARGETVARIANT",  "TARGETSTAGE",
};

static bool is_among(const char *name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

bool scope_is_proxy(const char *name)
{
	return is_among(name, proxies, COUNT_OF(proxies));
}

/* Sets PREFIX's PLATFORM, OS, ARCH and VARIANT from "os/arch/variant". */
static void set_platform(struct scope *scope, const char *prefix,
			 const char *platform)
{
	static const char *const parts[] = { "OS", "ARCH", "VARIANT" };
	autofree char *whole = xasprintf("%sPLATFORM", prefix);
	const char *at = platform;

	pairs_set(&scope->args, whole, platform);
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		size_t length = i < 2 ? strcspn(at, "/") : strlen(at);
		autofree char *name = xasprintf("%s%s", prefix, parts[i]);
		autofree char *value = xstrndup(at, length);

		pairs_set(&scope->args, name, value);
		at += length + (at[length] == '/');
	}
}

void scope_init_global(struct scope *scope, const struct pairs *given,
		       const struct scope_platforms *platforms)
{
	*scope = (struct scope)SCOPE_INIT;
	scope->given = given;
	set_platform(scope, "BUILD", platforms->build);
	set_platform(scope, "TARGET", platforms->target);
	pairs_set(&scope->args, "TARGETSTAGE",
		  platforms->target_stage ? platforms->target_stage
					  : "default");
	for (size_t i = 0; given && i < given->count; i++)
		if (is_among(given->items[i].name, platform_names,
			     COUNT_OF(platform_names)))
			pairs_set(&scope->args, given->items[i].name,
				  given->items[i].value);
}

void scope_init_stage(struct scope *scope, const struct scope *global,
		      const struct strvec *base_env)
{
	*scope = (struct scope)SCOPE_INIT;
	scope->given = global->given;
	scope->outer = global;
	for (size_t i = 0; base_env && i < base_env->count; i++) {
		const char *item = base_env->items[i];
		const char *equal = strchr(item, '=');
		autofree char *name = equal ? xstrndup(item,
						       (size_t)(equal - item))
					    : xstrdup(item);

		pairs_set(&scope->env, name, equal ? equal + 1 : "");
	}
}

void scope_copy(const struct scope *from, struct scope *to)
{
	scope_release(to);
	to->given = from->given;
	to->outer = from->outer;
	pairs_extend(&to->env, &from->env);
	pairs_extend(&to->args, &from->args);
}

static const char *value_of(const struct pairs *pairs, const char *name)
{
	const struct pair *pair = pairs_find(pairs, name);

	return pair ? pair->value : NULL;
}

const char *scope_find(const struct scope *scope, const char *name)
{
	const char *value = value_of(&scope->env, name);

	return value ? value : value_of(&scope->args, name);
}

static const char *lookup(void *payload, const char *name)
{
	return scope_find(payload, name);
}

struct expand_scope scope_expand(const struct scope *scope, char escape,
				 struct strvec *missing)
{
	return (struct expand_scope){
		.lookup = lookup,
		/* only read: see lookup */
		.payload = (void *)(uintptr_t)scope,
		.escape = escape,
		.missing = missing,
	};
}

/* The value that ARG NAME[=DEFAULT] gets, NULL for none; the caller's. */
static int arg_value(const struct scope *scope, const struct pair *arg,
		     char escape, struct strvec *missing, char **out,
		     struct error *err)
{
	const struct pair *given = scope->given
					   ? pairs_find(scope->given, arg->name)
					   : NULL;
	struct expand_scope expand = scope_expand(scope, escape, missing);

	if (given && given->value) {
		*out = xstrdup(given->value);
		return 0;
	}
	if (arg->value)
		return expand_word(arg->value, &expand, EXPAND_DEFAULT, out,
				   err);
	*out = scope->outer ? xstrdup(value_of(&scope->outer->args, arg->name))
			    : NULL;
	return 0;
}

int scope_declare(struct scope *scope, const struct instruction *arg,
		  char escape, struct strvec *missing, struct error *err)
{
	const struct pairs *pairs = &arg->pairs.pairs;

	for (size_t i = 0; i < pairs->count; i++) {
		const char *name = pairs->items[i].name;
		autofree char *value = NULL;

		if (arg_value(scope, &pairs->items[i], escape, missing, &value,
			      err) < 0)
			return error_wrap(err, "ARG");
		/* one without a value takes none away */
		if (value || !pairs_find(&scope->args, name))
			pairs_set(&scope->args, name, value);
	}
	return 0;
}

void scope_set_env(struct scope *scope, const char *name, const char *value)
{
	pairs_set(&scope->env, name, value);
}

void scope_run_args(const struct scope *scope, struct strvec *out)
{
	for (size_t i = 0; i < scope->args.count; i++) {
		const struct pair *arg = &scope->args.items[i];

		if (arg->value && !pairs_find(&scope->env, arg->name))
			strvec_addf(out, "%s=%s", arg->name, arg->value);
	}
}

static bool is_given(const struct scope *scope, const char *name)
{
	for (size_t i = 0; i < scope->given->count; i++)
		if (scope->given->items[i].value &&
		    !strcmp(scope->given->items[i].name, name))
			return true;
	return false;
}

/* In the other case too, unless that has a value of its own. */
static void add_proxy(const struct scope *scope, const struct pair *given,
		      struct strvec *out)
{
	const char *other = NULL;

	for (size_t i = 0; i < COUNT_OF(proxies); i++)
		if (!strcmp(proxies[i], given->name))
			other = proxies[i ^ 1];
	if (!scope_find(scope, given->name))
		strvec_addf(out, "%s=%s", given->name, given->value);
	if (other && !scope_find(scope, other) && !is_given(scope, other))
		strvec_addf(out, "%s=%s", other, given->value);
}

void scope_run_env(const struct scope *scope, struct strvec *out)
{
	for (size_t i = 0; i < scope->env.count; i++)
		strvec_addf(out, "%s=%s", scope->env.items[i].name,
			    scope->env.items[i].value);
	scope_run_args(scope, out);
	for (size_t i = 0; scope->given && i < scope->given->count; i++) {
		const struct pair *given = &scope->given->items[i];

		if (given->value && scope_is_proxy(given->name))
			add_proxy(scope, given, out);
	}
}

void scope_unused_args(const struct pairs *given, const struct strvec *declared,
		       struct strvec *out)
{
	for (size_t i = 0; i < given->count; i++) {
		const char *name = given->items[i].name;

		if (strvec_has(declared, name) || scope_is_proxy(name) ||
		    is_among(name, settings, COUNT_OF(settings)) ||
		    is_among(name, platform_names, COUNT_OF(platform_names)))
			continue;
		strvec_add(out, name);
	}
}

void scope_release(struct scope *scope)
{
	pairs_release(&scope->env);
	pairs_release(&scope->args);
	*scope = (struct scope)SCOPE_INIT;
}
