/* SPDX-License-Identifier: Apache-2.0 */
/* Reads config.json and its seccomp profile. */
#include "runtime/oci/oci_config.h"

#include <linux/capability.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/resource.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "runtime/caps.h"
#include "runtime/rlimits.h"
#include "runtime/seccomp/seccomp_profile.h"
#include "runtime/seccomp/seccomp_syscalls.h"

int oci_config_read(int dirfd, const char *name, struct oci_config *out,
		    struct error *err)
{
	*out = (struct oci_config)OCI_CONFIG_INIT;
	if (jsonx_read(dirfd, name, OCI_CONFIG_MAX, &out->document, err) < 0)
		return -1;
	return runtime_spec_parse(out->document, &out->spec, err);
}

/* Whether PROFILE asks its listener about CALL. */
static bool asks_about(const struct seccomp_profile *profile, const char *call)
{
	int row = seccomp_syscall_find(call, strlen(call));

	for (size_t i = 0; i < profile->rule_count; i++)
		if (profile->rules[i].syscall == row &&
		    profile->rules[i].action == SECCOMP_RET_USER_NOTIF)
			return true;
	return false;
}

static int check_listener(const struct seccomp_profile *profile,
			  struct error *err)
{
	if (profile->listener_metadata && *profile->listener_metadata &&
	    !profile->listener_path)
		return error_set(err, ERROR_INVALID,
				 "listenerMetadata without listenerPath");
	if (profile->default_action == SECCOMP_RET_USER_NOTIF)
		return error_set(err, ERROR_INVALID,
				 "SCMP_ACT_NOTIFY cannot be the default "
				 "action");
	if (asks_about(profile, "sendmsg"))
		return error_set(err, ERROR_INVALID,
				 "SCMP_ACT_NOTIFY cannot be used for sendmsg, "
				 "which hands over the listener");
	return 0;
}

int oci_config_filter(struct oci_config *config, uint64_t bounding,
		      struct error *err)
{
	autoclean(seccomp_profile_release) struct seccomp_profile profile =
		SECCOMP_PROFILE_INIT;
	struct seccomp_context context;

	if (!config->spec.seccomp)
		return 0;
	seccomp_context_init(bounding, &context);
	if (seccomp_profile_parse(config->spec.seccomp, &context, &profile,
				  err) < 0 ||
	    check_listener(&profile, err) < 0 ||
	    seccomp_filter_build(&profile, &config->filter, err) < 0)
		return error_wrap(err, "linux: seccomp");
	config->has_filter = true;
	if (!config->filter.wants_listener)
		return 0;
	if (!profile.listener_path || !*profile.listener_path)
		return error_set(err, ERROR_INVALID,
				 "linux: seccomp: SCMP_ACT_NOTIFY needs a "
				 "listenerPath");
	config->listener_path = TAKE_PTR(profile.listener_path);
	config->listener_metadata = TAKE_PTR(profile.listener_metadata);
	return 0;
}

static void add_limits(const struct runtime_process *process,
		       struct strvec *out)
{
	for (size_t i = 0; i < process->rlimit_count; i++) {
		const struct runtime_rlimit *limit = &process->rlimits[i];
		struct rlimit now;

		if (getrlimit((__rlimit_resource_t)limit->resource, &now) < 0 ||
		    limit->hard <= now.rlim_max)
			continue;
		strvec_addf(out,
			    "%s stays at %llu: raising it needs "
			    "CAP_SYS_RESOURCE",
			    rlimits_name(limit->resource),
			    (unsigned long long)now.rlim_max);
	}
}

void oci_config_shortfalls(const struct runtime_process *process,
			   struct strvec *out)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	uint64_t own = 0;

	if (caps_permitted(&own, &ignored) < 0)
		return;
	if (!(own & CAPS_BIT(CAP_SYS_RESOURCE)))
		add_limits(process, out);
	for (size_t i = 0; i < process->unknown_capabilities.count; i++)
		strvec_addf(out, "capability %s is not known and is left out",
			    process->unknown_capabilities.items[i]);
}

void oci_config_complete(struct runtime_resources *resources)
{
	enum {
		ALL = RUNTIME_DEVICE_READ | RUNTIME_DEVICE_WRITE |
		      RUNTIME_DEVICE_MKNOD
	};
	static const struct runtime_device_rule rest = { false, 'a', -1, -1,
							 ALL };
	static const struct runtime_device_rule own[] = {
		{ true, 'c', -1, -1, RUNTIME_DEVICE_MKNOD },
		{ true, 'b', -1, -1, RUNTIME_DEVICE_MKNOD },
		{ true, 'c', 1, 3, ALL },    /* null */
		{ true, 'c', 1, 5, ALL },    /* zero */
		{ true, 'c', 1, 7, ALL },    /* full */
		{ true, 'c', 1, 8, ALL },    /* random */
		{ true, 'c', 1, 9, ALL },    /* urandom */
		{ true, 'c', 5, 0, ALL },    /* tty */
		{ true, 'c', 5, 2, ALL },    /* ptmx */
		{ true, 'c', 136, -1, ALL }, /* pts */
	};
	size_t own_count = sizeof(own) / sizeof(own[0]);
	size_t given = resources->device_count;
	struct runtime_device_rule *rules = xcalloc(1 + given + own_count,
						    sizeof(*rules));

	rules[0] = rest;
	if (given)
		memcpy(rules + 1, resources->devices, given * sizeof(*rules));
	memcpy(rules + 1 + given, own, sizeof(own));
	free(resources->devices);
	resources->devices = rules;
	resources->device_count = 1 + given + own_count;
}

void oci_config_release(struct oci_config *config)
{
	runtime_spec_release(&config->spec);
	seccomp_filter_release(&config->filter);
	free(config->listener_path);
	free(config->listener_metadata);
	json_decref(config->document);
	*config = (struct oci_config)OCI_CONFIG_INIT;
}
