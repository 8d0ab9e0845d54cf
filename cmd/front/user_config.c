/* SPDX-License-Identifier: Apache-2.0 */
/* Reading docker's config.json. */
#include "cmd/front/user_config.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "cmd/front/shape.h"

enum { USER_CONFIG_LIMIT = 4 << 20 };

static char *config_path(const struct context *context)
{
	const char *folder = context->config;
	const char *home = getenv("HOME");

	if (!folder)
		folder = getenv("DOCKER_CONFIG");
	if (folder && *folder)
		return xasprintf("%s/config.json", folder);
	return home ? xasprintf("%s/.docker/config.json", home) : NULL;
}

char *user_config_text(const struct context *context, const char *key)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autoclean(jsonx_free) json_t *config = NULL;
	autofree char *path = config_path(context);
	const char *text;

	if (!path || jsonx_read(AT_FDCWD, path, USER_CONFIG_LIMIT, &config,
				&ignored) < 0)
		return NULL;
	text = shape_text(config, key);
	return *text ? xstrdup(text) : NULL;
}
