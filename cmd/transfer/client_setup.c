/* SPDX-License-Identifier: Apache-2.0 */
/* Where mirrors, credentials and certificates are configured. */
#include "cmd/transfer/client_setup.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/strbuf.h"

/* An environment variable that is set and not empty. */
static const char *setting(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

/* Formats a path the setup owns, so that it can be lent out. */
__attribute__((format(printf, 2, 3))) static const char *own(
	struct client_setup *setup, const char *format, ...)
{
	struct strbuf text = STRBUF_INIT;
	va_list arguments;

	va_start(arguments, format);
	strbuf_addv(&text, format, arguments);
	va_end(arguments);
	strvec_take(&setup->owned, strbuf_steal(&text));
	return setup->owned.items[setup->owned.count - 1];
}

static const char *home(void)
{
	const char *value = setting("HOME");

	return value ? value : "/root";
}

/* $XDG_CONFIG_HOME/containers, by default ~/.config/containers */
static const char *user_folder(struct client_setup *setup)
{
	const char *config = setting("XDG_CONFIG_HOME");

	if (config)
		return own(setup, "%s/containers", config);
	return own(setup, "%s/.config/containers", home());
}

/*
 * CONTAINERS_REGISTRIES_CONF stands for everything; else the user's file in
 * place of the system's, and both drop-in folders, the user's last.
 */
static int read_registries(struct client_setup *setup, const char *user,
			   struct error *err)
{
	const char *only = setting("CONTAINERS_REGISTRIES_CONF");
	const char *own_file = own(setup, "%s/registries.conf", user);
	const char *file = "/etc/containers/registries.conf";
	autoclean(strvec_release) struct strvec folders = STRVEC_INIT;

	if (only)
		return registries_load(only, &folders, &setup->registries, err);
	if (access(own_file, R_OK) == 0)
		file = own_file;
	strvec_add(&folders, "/etc/containers/registries.conf.d");
	strvec_addf(&folders, "%s/registries.conf.d", user);
	return registries_load(file, &folders, &setup->registries, err);
}

static void find_credentials(const struct context *context,
			     struct client_setup *setup, const char *user)
{
	struct credential_paths *paths = &setup->credentials;
	const char *run = setting("XDG_RUNTIME_DIR");
	const char *docker = context->config ? context->config
					     : setting("DOCKER_CONFIG");

	if (!docker)
		docker = own(setup, "%s/.docker", home());
	paths->inline_json = setting("DOCKER_AUTH_CONFIG");
	paths->only_file = setting("REGISTRY_AUTH_FILE");
	if (run)
		strvec_addf(&paths->files, "%s/containers/auth.json", run);
	strvec_addf(&paths->files, "%s/auth.json", user);
	strvec_addf(&paths->files, "%s/config.json", docker);
	paths->legacy_file = own(setup, "%s/.dockercfg", home());
	paths->store_file = own(setup, "%s/config.json", docker);
}

int client_setup_init(const struct context *context, struct client_setup *out,
		      struct error *err)
{
	const char *user;

	*out = (struct client_setup){
		.registries = REGISTRIES_INIT,
		.credentials = CREDENTIAL_PATHS_INIT,
		.options = CLIENT_OPTIONS_INIT,
	};
	user = user_folder(out);
	if (read_registries(out, user, err) < 0) {
		client_setup_release(out);
		return -1;
	}
	find_credentials(context, out, user);
	strvec_addf(&out->cert_folders, "%s/certs.d", user);
	strvec_add(&out->cert_folders, "/etc/containers/certs.d");
	strvec_add(&out->cert_folders, "/etc/docker/certs.d");
	out->options.registries = &out->registries;
	out->options.credentials = &out->credentials;
	out->options.cert_folders = &out->cert_folders;
	out->options.ca_file = setting("SSL_CERT_FILE");
	out->options.ca_folder = setting("SSL_CERT_DIR");
	out->options.offline = context->is_offline;
	return 0;
}

void client_setup_release(struct client_setup *setup)
{
	registries_release(&setup->registries);
	strvec_release(&setup->credentials.files);
	strvec_release(&setup->cert_folders);
	strvec_release(&setup->owned);
}
