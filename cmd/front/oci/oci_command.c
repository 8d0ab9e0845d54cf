/* SPDX-License-Identifier: Apache-2.0 */
/* Global options, the verb, the log, the exit status. */
#include "cmd/front/oci/oci_command.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/log.h"
#include "cmd/command.h"
#include "cmd/verb.h"
#include "runtime/oci/oci_state.h"

enum { PRESERVED_MAX = 1024 };

static const struct option_spec global_table[] = {
	{ "criu", 0, OPTION_STRING, OPTION_AT(oci_globals, criu),
	  .help = NULL },
	{ "debug", 0, OPTION_BOOL, OPTION_AT(oci_globals, debug),
	  .help = "Tell what a developer wants to know" },
	{ "log", 0, OPTION_STRING, OPTION_AT(oci_globals, log),
	  .help = "File to write errors to", .complete = OPTION_COMPLETE_FILE },
	{ "log-format", 0, OPTION_STRING, OPTION_AT(oci_globals, log_format),
	  .help = "Form of the lines in it", .choices = "text|json" },
	{ "root", 0, OPTION_STRING, OPTION_AT(oci_globals, root),
	  .help = "Folder that the containers' state is kept in",
	  .complete = OPTION_COMPLETE_DIRECTORY },
	{ "rootless", 0, OPTION_STRING, OPTION_AT(oci_globals, rootless),
	  .help = NULL },
	{ "systemd-cgroup", 0, OPTION_BOOL,
	  OPTION_AT(oci_globals, systemd_cgroup),
	  .help = "Have systemd make the control groups" },
	{ "version", 'v', OPTION_BOOL, OPTION_AT(oci_globals, is_version),
	  .help = "Print the version" },
	{ 0 },
};

static const struct {
	const char *name;
	const char *summary;
	int (*run)(struct oci_call *call, struct error *err);
} verbs[] = {
	{ "create", "Make a container that waits for its start",
	  cmd_oci_create },
	{ "delete", "Remove a container", cmd_oci_delete },
	{ "events", "Print what a container uses", cmd_oci_events },
	{ "exec", "Start one more process in a container", cmd_oci_exec },
	{ "features", "Print what this runtime knows", cmd_oci_features },
	{ "kill", "Send a container a signal", cmd_oci_kill },
	{ "list", "List the containers", cmd_oci_list },
	{ "pause", "Freeze the processes of a container", cmd_oci_pause },
	{ "ps", "List the processes of a container", cmd_oci_ps },
	{ "resume", "Let a frozen container go on", cmd_oci_resume },
	{ "run", "Make a container and run it to its end", cmd_oci_run },
	{ "spec", "Write a configuration to start from", cmd_oci_spec },
	{ "start", "Start a container that was made", cmd_oci_start },
	{ "state", "Print the state of a container", cmd_oci_state },
	{ "update", "Change the limits of a container", cmd_oci_update },
};

enum { VERB_COUNT = sizeof(verbs) / sizeof(verbs[0]) };

static int print_help(struct error *err)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	struct usage_entry entries[VERB_COUNT];

	for (size_t i = 0; i < VERB_COUNT; i++)
		entries[i] = (struct usage_entry){ verbs[i].name,
						   verbs[i].summary };
	strbuf_addstr(&text, "\nUsage:  imgctl oci [OPTIONS] COMMAND\n\n"
			     "Run OCI bundles, as an engine's runtime\n\n");
	usage_format_entries("Commands", entries, VERB_COUNT, &text);
	strbuf_addstr(&text, "\nOptions:\n");
	usage_format_options(global_table, 80, &text);
	return command_print(text.text, text.length, err);
}

/* The form engines read: a name, "version", and the specification's own. */
static int print_version(struct error *err)
{
	static const char text[] = "imgctl-oci version " IMGCTL_VERSION "\n"
				   "spec: " OCI_VERSION "\n";

	return command_print(text, sizeof(text) - 1, err);
}

/* Where containers are kept when nobody says: gone with the boot. */
static char *choose_root(const struct oci_globals *globals)
{
	const char *session = getenv("XDG_RUNTIME_DIR");
	char cwd[PATH_MAX];

	if (!globals->root || !*globals->root)
		return geteuid() && session && *session
			       ? xasprintf("%s/imgctl-oci", session)
			       : xstrdup("/run/imgctl-oci");
	if (*globals->root == '/' || !getcwd(cwd, sizeof(cwd)))
		return xstrdup(globals->root);
	return xasprintf("%s/%s", cwd, globals->root);
}

/* What this process opens must never become a container's stream. */
static void fill_streams(void)
{
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    /* the lowest is free, and is for the container */
		    (open("/dev/null", O_RDWR | O_CLOEXEC) != fd ||
		     fcntl(fd, F_SETFD, 0) < 0))
			_exit(1);
}

static int run_verb(struct oci_call *call, char *const *argv, struct error *err)
{
	autofree char *path = NULL;

	for (size_t i = 0; argv[0] && i < VERB_COUNT; i++) {
		if (strcmp(verbs[i].name, argv[0]) != 0)
			continue;
		path = xasprintf("imgctl oci %s", argv[0]);
		call->path = path;
		call->argv = argv + 1;
		return verbs[i].run(call, err);
	}
	if (!argv[0] || strcmp(argv[0], "help") == 0)
		return print_help(err);
	return error_set(err, ERROR_INVALID,
			 "'%s' is not an imgctl oci command", argv[0]);
}

static int dispatch(struct oci_call *call, char *const *argv, struct error *err)
{
	const struct oci_globals *globals = call->globals;
	autofree char *root = choose_root(globals);

	call->root = root;
	if (oci_log_check(globals, err) < 0)
		return -1;
	/* a container's own output is no place for remarks */
	if (globals->log)
		log_set_level(LOG_ERROR);
	if (globals->debug)
		log_set_level(LOG_DEBUG);
	return run_verb(call, argv, err);
}

int oci_command_parse(struct oci_call *call, struct usage_call *usage,
		      bool *is_done_out, struct error *err)
{
	autoclean(strbuf_release) struct strbuf help = STRBUF_INIT;

	usage->path = call->path;
	usage->argv = call->argv;
	*is_done_out = false;
	if (usage_parse(usage, err) < 0)
		return -1;
	if (!usage->result.is_help)
		return 0;
	*is_done_out = true;
	usage_format_help(usage->usage, call->path, &help);
	return command_print(help.text, help.length, err);
}

void oci_command_warn(const struct oci_call *call,
		      const struct strvec *warnings)
{
	for (size_t i = 0; i < warnings->count; i++)
		oci_log_warning(call->globals, warnings->items[i]);
}

/* sd_listen_fds(3): meant for us only when it names us, or nobody. */
static unsigned activated(void)
{
	const char *count = getenv("LISTEN_FDS");
	const char *pid = getenv("LISTEN_PID");
	unsigned long number = count ? strtoul(count, NULL, 10) : 0;

	if (pid && *pid && strtol(pid, NULL, 10) != getpid())
		return 0;
	return number > PRESERVED_MAX ? PRESERVED_MAX : (unsigned)number;
}

int oci_command_preserved(int64_t count, unsigned *out, struct error *err)
{
	if (count < 0 || count > PRESERVED_MAX)
		return error_set(err, ERROR_INVALID,
				 "--preserve-fds %lld: at most %d descriptors",
				 (long long)count, PRESERVED_MAX);
	*out = (unsigned)count + activated();
	for (int fd = 3; fd < 3 + (int)*out; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			return error_set(err, ERROR_INVALID,
					 "descriptor %d is to be preserved, "
					 "but is not open",
					 fd);
	return 0;
}

int oci_command(char *const *argv, char *const *all)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(options_result_release) struct options_result rest =
		OPTIONS_RESULT_INIT;
	struct oci_globals globals = { .log_format = "text" };
	struct options_input input = { global_table, argv, OPTIONS_FIRST };
	struct oci_call call = { .globals = &globals, .all = all };
	int result;

	fill_streams();
	/* a closed pipe is reported by write, not by a signal */
	(void)signal(SIGPIPE, SIG_IGN); /* a valid signal */
	result = options_parse(&input, &globals, &rest, &err);
	if (result == 0 && globals.is_version)
		result = print_version(&err);
	else if (result == 0 && rest.is_help)
		result = print_help(&err);
	else if (result == 0)
		result = dispatch(&call, rest.operands, &err);
	if (result == 0)
		return call.status;
	oci_log_error(&globals, err.msg ? err.msg : "");
	return call.status ? call.status : 1;
}
