/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl login and imgctl logout */
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/strbuf.h"
#include "cmd/transfer/client_setup.h"
#include "cmd/transfer/prompt.h"
#include "cmd/transfer/transfer_commands.h"
#include "cmd/verb.h"
#include "registry/login.h"

enum { LOGIN_SECRET_MAX = 64 * 1024 };

struct login_options {
	const char *username;
	const char *password;
	bool from_stdin;
};

static const struct option_spec login_options_table[] = {
	{ "password", 'p', OPTION_STRING, OPTION_AT(login_options, password),
	  .help = "Password" },
	{ "password-stdin", 0, OPTION_BOOL,
	  OPTION_AT(login_options, from_stdin),
	  .help = "Take the password from stdin" },
	{ "username", 'u', OPTION_STRING, OPTION_AT(login_options, username),
	  .help = "Username" },
	{ 0 },
};

static const struct usage login_usage = {
	.arguments = "[SERVER]",
	.summary = "Log in to a registry",
	.options = login_options_table,
	.most = 1,
};

static const struct usage logout_usage = {
	.arguments = "[SERVER]",
	.summary = "Log out from a registry",
	.most = 1,
};

/* The host as names of images spell it; nothing given is docker.io. */
static char *host_name(const char *server)
{
	static const char *const schemes[] = { "https://", "http://" };
	static const char *const hub[] = { "index.docker.io",
					   "registry-1.docker.io",
					   "docker.io" };
	char *host;

	if (!server)
		return xstrdup("docker.io");
	for (size_t i = 0; i < 2; i++) {
		if (!strncmp(server, schemes[i], strlen(schemes[i])))
			server += strlen(schemes[i]);
	}
	host = xstrndup(server, strcspn(server, "/"));
	for (size_t i = 0; i < sizeof(hub) / sizeof(*hub); i++) {
		if (!strcmp(host, hub[i])) {
			free(host);
			return xstrdup("docker.io");
		}
	}
	return host;
}

static int read_password(const struct login_options *options, char **out,
			 struct error *err)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(LOGIN_SECRET_MAX);

	if (options->password) {
		static const char warning[] =
			"WARNING! Using --password via the CLI is insecure. "
			"Use --password-stdin.\n";

		/* a lost warning is not fatal */
		if (write(STDERR_FILENO, warning, sizeof(warning) - 1) < 0)
			errno = 0;
		*out = xstrdup(options->password);
		return 0;
	}
	if (!options->from_stdin)
		return prompt_ask("Password: ", true, out, err);
	if (fs_read_fd(STDIN_FILENO, LOGIN_SECRET_MAX, &text, err) < 0)
		return error_wrap(err, "password");
	strbuf_truncate(&text, strcspn(text.text, "\r\n"));
	*out = xstrdup(text.text);
	explicit_bzero(text.text, text.length);
	return 0;
}

static int gather(const struct login_options *options,
		  struct credentials *credentials, struct error *err)
{
	if (options->password && options->from_stdin)
		return error_set(err, ERROR_INVALID,
				 "--password and --password-stdin are mutually "
				 "exclusive");
	if (options->from_stdin && !options->username)
		return error_set(err, ERROR_INVALID,
				 "Must provide --username with "
				 "--password-stdin");
	if (options->username)
		credentials->username = xstrdup(options->username);
	else if (prompt_ask("Username: ", false, &credentials->username, err) <
		 0)
		return -1;
	if (read_password(options, &credentials->password, err) < 0)
		return -1;
	if (!*credentials->username || !*credentials->password)
		return error_set(err, ERROR_INVALID,
				 "username and password must not be empty");
	return 0;
}

static int keep(const struct client_setup *setup, const char *host,
		const struct credentials *credentials, struct error *err)
{
	const char *file = NULL;
	autofree char *warning = NULL;

	if (credentials_store(&setup->credentials, host, credentials, &file,
			      err) < 0)
		return -1;
	if (file) {
		warning = xasprintf("WARNING! Your password will be stored "
				    "unencrypted in %s.\n",
				    file);
		/* a lost warning is not fatal */
		if (write(STDERR_FILENO, warning, strlen(warning)) < 0)
			errno = 0;
	}
	return command_print_line("Login Succeeded", err);
}

static int login(const struct context *context,
		 const struct login_options *options, const char *server,
		 struct error *err)
{
	autoclean(client_setup_release) struct client_setup setup = { 0 };
	autoclean(credentials_release) struct credentials credentials =
		CREDENTIALS_INIT;
	autofree char *host = host_name(server);

	if (client_setup_init(context, &setup, err) < 0 ||
	    gather(options, &credentials, err) < 0)
		return -1;
	if (login_check(&setup.options, host, &credentials, err) < 0 ||
	    keep(&setup, host, &credentials, err) < 0)
		return error_wrap(err, "login to %s", host);
	return 0;
}

static int logout(const struct context *context, const char *server,
		  struct error *err)
{
	autoclean(client_setup_release) struct client_setup setup = { 0 };
	autofree char *host = host_name(server);
	autofree char *line = NULL;
	bool removed = false;

	if (client_setup_init(context, &setup, err) < 0 ||
	    credentials_erase(&setup.credentials, host, &removed, err) < 0)
		return error_wrap(err, "logout from %s", host);
	line = xasprintf(removed ? "Removing login credentials for %s"
				 : "Not logged in to %s",
			 host);
	return command_print_line(line, err);
}

int cmd_login(struct command_call *call, struct error *err)
{
	struct login_options options = { NULL };
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &login_usage,
		.target = &options,
	};
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	if (is_done)
		return 0;
	return login(call->context, &options, usage.result.operands[0], err);
}

int cmd_logout(struct command_call *call, struct error *err)
{
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &logout_usage,
	};
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	if (is_done)
		return 0;
	return logout(call->context, usage.result.operands[0], err);
}
