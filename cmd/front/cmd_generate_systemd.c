/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl generate systemd */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/atomicfile.h"
#include "base/jsonx.h"
#include "cmd/front/create_command.h"
#include "cmd/front/front_commands.h"
#include "cmd/front/shape.h"
#include "cmd/front/systemd_unit.h"
#include "cmd/verb.h"
#include "runtime/engine/container.h"

enum { STOP_TIMEOUT = 10, PROGRAM_PATH_MAX = 4096 };

struct generate_options {
	bool has_name, writes_files, is_new, has_no_header;
	bool has_stop_timeout, has_start_timeout, has_restart_sec;
	const char *policy, *prefix, *separator, *format;
	int64_t stop_timeout, start_timeout, restart_sec;
	struct strvec after, requires, wants, env;
};

static void generate_options_release(struct generate_options *options)
{
	strvec_release(&options->after);
	strvec_release(&options->requires);
	strvec_release(&options->wants);
	strvec_release(&options->env);
}
DEFINE_CLEANUP(struct generate_options, generate_options_release)

static const struct option_spec generate_option_table[] = {
	{ "after", 0, OPTION_LIST, OPTION_AT(generate_options, after),
	  .help = "Add dependencies order to the generated unit file" },
	{ "container-prefix", 0, OPTION_STRING,
	  OPTION_AT(generate_options, prefix),
	  .help = "Systemd unit name prefix for containers",
	  .fallback = "container" },
	{ "env", 'e', OPTION_LIST, OPTION_AT(generate_options, env),
	  .help = "Set environment variables to the systemd unit files" },
	{ "files", 'f', OPTION_BOOL, OPTION_AT(generate_options, writes_files),
	  .help = "Generate .service files instead of printing to stdout" },
	{ "format", 0, OPTION_STRING, OPTION_AT(generate_options, format),
	  .help = "Print the created units in specified format (json)",
	  .choices = "json" },
	{ "name", 'n', OPTION_BOOL, OPTION_AT(generate_options, has_name),
	  .help = "Use container names instead of IDs" },
	{ "new", 0, OPTION_BOOL, OPTION_AT(generate_options, is_new),
	  .help = "Create a new container at each start, and remove it when it "
		  "stops" },
	{ "no-header", 0, OPTION_BOOL,
	  OPTION_AT(generate_options, has_no_header),
	  .help = "Skip header generation" },
	{ "requires", 0, OPTION_LIST, OPTION_AT(generate_options, requires),
	  .help = "Similar to wants, but declares stronger requirement "
		  "dependencies" },
	{ "restart-policy", 0, OPTION_STRING,
	  OPTION_AT(generate_options, policy), .help = "Systemd restart-policy",
	  .fallback = "on-failure",
	  .choices = "no|on-success|on-failure|on-abnormal|on-watchdog|"
		     "on-abort|always" },
	{ "restart-sec", 0, OPTION_INT,
	  OPTION_AT(generate_options, restart_sec),
	  .help = "Systemd restart-sec",
	  .seen = offsetof(struct generate_options, has_restart_sec) },
	{ "separator", 0, OPTION_STRING, OPTION_AT(generate_options, separator),
	  .help = "Systemd unit name separator between name/id and prefix",
	  .fallback = "-" },
	{ "start-timeout", 0, OPTION_INT,
	  OPTION_AT(generate_options, start_timeout),
	  .help = "Start timeout override",
	  .seen = offsetof(struct generate_options, has_start_timeout) },
	{ "stop-timeout", 't', OPTION_INT,
	  OPTION_AT(generate_options, stop_timeout),
	  .help = "Stop timeout override", .fallback = "10",
	  .seen = offsetof(struct generate_options, has_stop_timeout) },
	{ "wants", 0, OPTION_LIST, OPTION_AT(generate_options, wants),
	  .help = "Add (weak) requirement dependencies to the generated unit "
		  "file" },
	{ 0 },
};

static const struct usage generate_usage = {
	.arguments = "CONTAINER",
	.summary = "Generate a systemd unit that keeps a container running",
	.options = generate_option_table,
	.least = 1,
	.most = 1,
	.complete = OPTION_COMPLETE_CONTAINER,
};

static int check_number(const char *option, bool is_given, int64_t value,
			struct error *err)
{
	if (!is_given || value >= 0)
		return 0;
	return error_set(err, ERROR_INVALID, "--%s: must not be negative: %lld",
			 option, (long long)value);
}

/* What becomes a line, or a part of one, is not to become two. */
static int check_line(const char *option, const char *text, struct error *err)
{
	if (!strpbrk(text, "\n\r"))
		return 0;
	return error_set(err, ERROR_INVALID, "--%s: more than one line",
			 option);
}

static int check_lines(const char *option, const struct strvec *list,
		       struct error *err)
{
	for (size_t i = 0; i < list->count; i++) {
		if (check_line(option, list->items[i], err) < 0)
			return -1;
	}
	return 0;
}

static int check_name_part(const char *option, const char *text,
			   struct error *err)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789:_.@\\-";

	if (strspn(text, allowed) == strlen(text))
		return 0;
	return error_set(err, ERROR_INVALID,
			 "--%s: not for the name of a unit: %s", option, text);
}

static int check(const struct generate_options *options, struct error *err)
{
	if (!systemd_unit_is_policy(options->policy))
		return error_set(err, ERROR_INVALID,
				 "%s is not a valid restart policy",
				 options->policy);
	if (options->format && strcmp(options->format, "json") != 0)
		return error_set(err, ERROR_INVALID,
				 "only json is supported for --format, not %s",
				 options->format);
	if (check_number("restart-sec", options->has_restart_sec,
			 options->restart_sec, err) < 0 ||
	    check_number("start-timeout", options->has_start_timeout,
			 options->start_timeout, err) < 0 ||
	    check_number("stop-timeout", options->has_stop_timeout,
			 options->stop_timeout, err) < 0 ||
	    check_name_part("container-prefix", options->prefix, err) < 0 ||
	    check_name_part("separator", options->separator, err) < 0)
		return -1;
	if (check_lines("after", &options->after, err) < 0 ||
	    check_lines("requires", &options->requires, err) < 0)
		return -1;
	return check_lines("wants", &options->wants, err);
}

/* "KEY" alone takes the value that it has here, or goes without. */
static void settle_env(const struct strvec *given, struct strvec *out)
{
	for (size_t i = 0; i < given->count; i++) {
		const char *value;

		if (strchr(given->items[i], '=')) {
			strvec_add(out, given->items[i]);
			continue;
		}
		value = getenv(given->items[i]);
		if (value)
			strvec_addf(out, "%s=%s", given->items[i], value);
	}
}

/* This program, and the folders it was told, whatever the unit's user's are. */
static int find_program(const struct context *context, struct strvec *out,
			struct error *err)
{
	char path[PROGRAM_PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (length < 0)
		return error_sys(err, errno, "find this program");
	path[length] = '\0';
	strvec_add(out, path);
	strvec_addf(out, "--root=%s", context->root);
	/* a user's run folder is made at each log-in, under the same name */
	strvec_addf(out, "--runroot=%s", context->run);
	return 0;
}

/* What is printed, or with --files written, for one unit. */
static int put_out(const struct generate_options *options, const char *name,
		   const struct strbuf *unit, struct error *err)
{
	autofree char *file = xasprintf("%s.service", name);
	autofree char *here = NULL;
	autofree char *path = NULL;
	autoclean(jsonx_free) json_t *document = NULL;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	const char *shown = unit->text;

	if (options->writes_files) {
		if (atomicfile_put(AT_FDCWD, file, unit->text, unit->length, 0,
				   err) < 0)
			return error_wrap(err, "%s", file);
		here = getcwd(NULL, 0);
		path = xasprintf("%s/%s", here ? here : ".", file);
		shown = path;
	}
	if (!options->format)
		return options->writes_files
			       ? verb_echo(shown, err)
			       : command_print(unit->text, unit->length, err);
	document = json_object();
	(void)json_object_set_new(document, name, json_string(shown));
	jsonx_format(document, &text);
	strbuf_addch(&text, '\n');
	return command_print(text.text, text.length, err);
}

static int64_t stop_timeout(const struct generate_options *options,
			    const struct container *container)
{
	const json_t *own = json_object_get(container->config, "StopTimeout");

	if (options->has_stop_timeout)
		return options->stop_timeout;
	return json_is_integer(own) && json_integer_value(own) >= 0
		       ? json_integer_value(own)
		       : STOP_TIMEOUT;
}

static int generate(const struct context *context,
		    const struct generate_options *options,
		    const struct container *container, struct error *err)
{
	const json_t *note = json_object_get(container->document,
					     "createCommand");
	const char *name = options->has_name ? container->name : container->id;
	autofree char *unit_name = xasprintf("%s%s%s", options->prefix,
					     options->separator, name);
	autoclean(strvec_release) struct strvec program = STRVEC_INIT;
	autoclean(strvec_release) struct strvec create = STRVEC_INIT;
	autoclean(strvec_release) struct strvec env = STRVEC_INIT;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	struct systemd_unit unit = {
		.name = unit_name,
		/* the next one has the name, but never the id */
		.container = options->is_new ? container->name : name,
		.program = &program,
		.create = options->is_new ? &create : NULL,
		.folder = create_command_folder(note),
		.root = context->root,
		.policy = options->policy,
		.has_restart_sec = options->has_restart_sec,
		.has_start_timeout = options->has_start_timeout,
		.restart_sec = options->restart_sec,
		.start_timeout = options->start_timeout,
		.stop_timeout = stop_timeout(options, container),
		.after = &options->after,
		.requires = &options->requires,
		.wants = &options->wants,
		.env = &env,
		.is_delegated = context->is_rootless,
		.has_no_header = options->has_no_header,
	};

	if (!options->is_new &&
	    json_is_true(json_object_get(container->host_config, "AutoRemove")))
		return error_set(err, ERROR_INVALID,
				 "the container is removed when it ends "
				 "(--rm): use --new");
	if (find_program(context, &program, err) < 0 ||
	    (options->is_new && create_command_rebuild(note, &create, err) < 0))
		return -1;
	settle_env(&options->env, &env);
	systemd_unit_format(&unit, &text);
	return put_out(options, unit_name, &text, err);
}

int cmd_generate_systemd(struct command_call *call, struct error *err)
{
	autoclean(generate_options_release) struct generate_options options = {
		.policy = "on-failure",
		.prefix = "container",
		.separator = "-",
	};
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &generate_usage,
		.target = &options,
	};
	autoclean(container_release) struct container container =
		CONTAINER_INIT;
	struct store *store = NULL;
	const char *name;
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	if (is_done)
		return 0;
	name = usage.result.operands[0];
	if (check(&options, err) < 0 ||
	    context_store(call->context, &store, err) < 0 ||
	    container_find(store, name, &container, err) < 0)
		return -1;
	if (generate(call->context, &options, &container, err) < 0)
		return error_wrap(err, "generate a unit for %s", name);
	return 0;
}
