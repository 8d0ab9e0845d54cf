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

/* The whole file; NULL when there is none, or none that parses. */
static json_t *read_config(const struct context *context)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autofree char *path = config_path(context);
	json_t *config = NULL;

	if (!path || jsonx_read(AT_FDCWD, path, USER_CONFIG_LIMIT, &config,
				&ignored) < 0)
		return NULL;
	return config;
}

char *user_config_text(const struct context *context, const char *key)
{
	autoclean(jsonx_free) json_t *config = read_config(context);
	const char *text = shape_text(config, key);

	return *text ? xstrdup(text) : NULL;
}

void user_config_proxies(const struct context *context, struct pairs *out)
{
	static const char *const names[][3] = {
		{ "httpProxy", "HTTP_PROXY", "http_proxy" },
		{ "httpsProxy", "HTTPS_PROXY", "https_proxy" },
		{ "ftpProxy", "FTP_PROXY", "ftp_proxy" },
		{ "noProxy", "NO_PROXY", "no_proxy" },
		{ "allProxy", "ALL_PROXY", "all_proxy" },
	};
	autoclean(jsonx_free) json_t *config = read_config(context);
	const json_t *proxies =
		json_object_get(json_object_get(config, "proxies"), "default");

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *value = shape_text(proxies, names[i][0]);

		if (!*value)
			continue;
		pairs_set(out, names[i][1], value);
		pairs_set(out, names[i][2], value);
	}
}
