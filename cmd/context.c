/* SPDX-License-Identifier: Apache-2.0 */
/* Global options and the folders they mean. */
#include "cmd/context.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/userns.h"

const struct option_spec context_option_table[] = {
	{ "config", 0, OPTION_STRING, OPTION_AT(context_options, config),
	  .help = "Location of client config files",
	  .complete = OPTION_COMPLETE_DIRECTORY },
	{ "debug", 'D', OPTION_BOOL, OPTION_AT(context_options, is_debug),
	  .help = "Enable debug mode" },
	{ "log-level", 'l', OPTION_STRING,
	  OPTION_AT(context_options, log_level),
	  .help = "Set the logging level", .fallback = "warn",
	  .choices = "debug|info|warn|error|none" },
	{ "offline", 0, OPTION_BOOL, OPTION_AT(context_options, is_offline),
	  .help = "Never open a connection; say what is missing" },
	{ "root", 0, OPTION_STRING, OPTION_AT(context_options, root),
	  .help = "Folder of the store",
	  .complete = OPTION_COMPLETE_DIRECTORY },
	{ "runroot", 0, OPTION_STRING, OPTION_AT(context_options, run),
	  .help = "Folder of what does not outlive a reboot",
	  .complete = OPTION_COMPLETE_DIRECTORY },
	{ "version", 'v', OPTION_BOOL, OPTION_AT(context_options, is_version),
	  .help = "Print version information and quit" },
	{ 0 },
};

/* An environment variable that is set and not empty. */
static const char *setting(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static char *absolute(const char *path)
{
	autofree char *here = NULL;

	if (path[0] == '/')
		return xstrdup(path);
	here = getcwd(NULL, 0);
	return xasprintf("%s/%s", here ? here : "", path);
}

static char *default_root(bool is_rootless)
{
	const char *data = setting("XDG_DATA_HOME");
	const char *home = setting("HOME");

	if (!is_rootless)
		return xstrdup("/var/lib/imgctl");
	if (data)
		return xasprintf("%s/imgctl", data);
	return home ? xasprintf("%s/.local/share/imgctl", home)
		    : xasprintf("/tmp/imgctl-%u/root", geteuid());
}

static char *default_run(bool is_rootless)
{
	const char *run = setting("XDG_RUNTIME_DIR");
	struct stat st;

	if (!is_rootless)
		return xstrdup("/run/imgctl");
	/* after `su` it may be another user's */
	if (run && stat(run, &st) == 0 && st.st_uid == geteuid())
		return xasprintf("%s/imgctl", run);
	/* store_open refuses it when it belongs to somebody else */
	return xasprintf("/tmp/imgctl-%u", geteuid());
}

static char *choose(const char *option, const char *variable,
		    char *(*fallback)(bool is_rootless), bool is_rootless)
{
	const char *value = option ? option : setting(variable);

	return value ? absolute(value) : fallback(is_rootless);
}

int context_init(struct context *context, const struct context_options *options,
		 struct error *err)
{
	enum log_level level = LOG_WARN;

	if (options->log_level &&
	    log_level_from_name(options->log_level, &level, err) < 0)
		return -1;
	log_set_level(options->is_debug ? LOG_DEBUG : level);
	context->is_rootless = geteuid() != 0 || !userns_is_initial();
	context->root = choose(options->root, "IMGCTL_ROOT", default_root,
			       geteuid() != 0);
	context->run = choose(options->run, "IMGCTL_RUNROOT", default_run,
			      geteuid() != 0);
	context->config = options->config;
	context->is_offline = options->is_offline;
	return 0;
}

int context_store(struct context *context, struct store **out,
		  struct error *err)
{
	if (!context->store &&
	    store_open(context->root, context->run, &context->store, err) < 0)
		return -1;
	*out = context->store;
	return 0;
}

void context_release(struct context *context)
{
	store_close(context->store);
	free(context->root);
	free(context->run);
	*context = (struct context)CONTEXT_INIT;
}
