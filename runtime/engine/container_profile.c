/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docker asks nothing of an ordinary user's container: no profile is loaded by
 * one who may not, and none is asked for that may not be there.
 */
#include "runtime/engine/container_profile.h"

#include <string.h>

#include "base/userns.h"
#include "runtime/apparmor.h"
#include "runtime/engine/spec_request.h"

const char *container_profile(const json_t *host_config)
{
	const char *asked = spec_security_option(host_config, "apparmor");

	if (!apparmor_is_enabled())
		return NULL;
	if (asked && *asked)
		return asked;
	if (!userns_is_initial())
		return NULL;
	if (json_is_true(json_object_get(host_config, "Privileged")))
		return APPARMOR_UNCONFINED;
	return apparmor_can_load() ? APPARMOR_DEFAULT : NULL;
}

int container_profile_ready(const char *profile, struct error *err)
{
	if (!profile || strcmp(profile, APPARMOR_DEFAULT) != 0 ||
	    !userns_is_initial())
		return 0;
	return apparmor_load_default(err);
}
