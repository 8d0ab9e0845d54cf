/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments, secrets, agents, contexts. */
#include "cmd/front/build_wishes.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cmd/csv.h"
#include "registry/spec/reference.h"

#define IMAGE_SCHEME "docker-image://"

static const char *own(struct build_wishes *wishes, char *text)
{
	strvec_take(&wishes->owned, text);
	return text;
}

/* "NAME=value", or "NAME" for what the caller's environment says. */
static int read_args(const struct build_options *options, struct pairs *out,
		     struct error *err)
{
	for (size_t i = 0; i < options->args.count; i++) {
		const char *item = options->args.items[i];
		size_t length = strcspn(item, "=");
		autofree char *name = xstrndup(item, length);
		const char *value = item[length] ? item + length + 1
						 : getenv(name);

		if (!length)
			return error_set(err, ERROR_INVALID,
					 "invalid argument \"%s\" for "
					 "\"--build-arg\" flag: it has no name",
					 item);
		if (value)
			pairs_set(out, name, value);
	}
	return 0;
}

static int read_labels(const struct build_options *options, struct pairs *out,
		       struct error *err)
{
	for (size_t i = 0; i < options->labels.count; i++) {
		const char *item = options->labels.items[i];
		size_t length = strcspn(item, "=");
		autofree char *name = xstrndup(item, length);

		if (!length)
			return error_set(err, ERROR_INVALID,
					 "invalid argument \"%s\" for "
					 "\"--label\" flag: it has no name",
					 item);
		pairs_set(out, name, item[length] ? item + length + 1 : "");
	}
	return 0;
}

/* What a secret's fields say. */
struct fields {
	const char *id, *path, *env;
	bool is_env;
};

static int read_field(struct build_wishes *wishes, const char *field,
		      struct fields *out, struct error *err)
{
	size_t length = strcspn(field, "=");
	const char *value = field[length] ? field + length + 1 : "";

	if (!strncmp(field, "id=", 3))
		out->id = own(wishes, xstrdup(value));
	else if (!strncmp(field, "src=", 4) || !strncmp(field, "source=", 7))
		out->path = own(wishes, xstrdup(value));
	else if (!strncmp(field, "env=", 4))
		out->env = own(wishes, xstrdup(value));
	else if (!strcmp(field, "type=env"))
		out->is_env = true;
	else if (strcmp(field, "type=file") != 0)
		return error_set(err, ERROR_INVALID,
				 "invalid field '%s': must be id, src, env or "
				 "type=file|env",
				 field);
	return 0;
}

static int read_fields(struct build_wishes *wishes, const char *text,
		       struct fields *out, struct error *err)
{
	while (*text) {
		autofree char *field = csv_next(&text);

		if (read_field(wishes, field, out, err) < 0)
			return -1;
	}
	return 0;
}

/* Without a word where it comes from: the variable of its name, or the file. */
static int settle_secret(const struct fields *fields, struct build_secret *out,
			 struct error *err)
{
	const char *variable = fields->env;

	out->id = fields->id;
	out->path = fields->path;
	if (!out->id || !*out->id)
		return error_set(err, ERROR_INVALID,
				 "invalid argument: a secret needs an id");
	if (fields->is_env && !variable)
		variable = fields->path ? fields->path : fields->id;
	if (!variable && !out->path && getenv(out->id))
		variable = out->id;
	if (variable) {
		out->path = NULL;
		/* one that is not set is empty: docker's way */
		out->value = getenv(variable);
		if (!out->value)
			out->value = "";
		return 0;
	}
	if (!out->path)
		out->path = out->id;
	if (access(out->path, R_OK) < 0)
		return error_sys(err, errno, "secret %s: open %s", out->id,
				 out->path);
	return 0;
}

static int read_secrets(const struct build_options *options,
			struct build_wishes *out, struct error *err)
{
	out->secrets = xcalloc(options->secrets.count + 1,
			       sizeof(*out->secrets));
	for (size_t i = 0; i < options->secrets.count; i++) {
		struct fields fields = { NULL };

		if (read_fields(out, options->secrets.items[i], &fields, err) <
			    0 ||
		    settle_secret(&fields, &out->secrets[out->secret_count],
				  err) < 0)
			return error_wrap(err, "--secret %s",
					  options->secrets.items[i]);
		out->secret_count++;
	}
	return 0;
}

/* The paths of "id=path,path"; without any the user's agent. */
static void split_paths(const char *text, struct strvec *out)
{
	while (*text) {
		size_t length = strcspn(text, ",");

		if (length)
			strvec_take(out, xstrndup(text, length));
		text += length + (text[length] == ',');
	}
	if (!out->count && getenv("SSH_AUTH_SOCK") && *getenv("SSH_AUTH_SOCK"))
		strvec_add(out, getenv("SSH_AUTH_SOCK"));
}

/* Whether it is one socket; sockets among several are refused. */
static int find_socket(const struct strvec *paths, bool *is_socket,
		       struct error *err)
{
	*is_socket = false;
	for (size_t i = 0; i < paths->count; i++) {
		struct stat st;

		if (stat(paths->items[i], &st) < 0)
			return error_sys(err, errno, "%s", paths->items[i]);
		if (!S_ISSOCK(st.st_mode))
			continue;
		if (paths->count > 1)
			return error_set(err, ERROR_INVALID,
					 "only single socket allowed");
		*is_socket = true;
	}
	return 0;
}

/* Keys get an agent of their own. */
static int start_agent(const struct build_input_request *input,
		       const struct strvec *paths, struct build_wishes *out,
		       const char **socket_out, struct error *err)
{
	struct key_agent *agent = &out->key_agents[out->key_agent_count];
	autofree char *name = xasprintf("agent-%zu", out->key_agent_count);

	if (!out->agent_place.name &&
	    build_place_open(input->store, &out->agent_place, err) < 0)
		return -1;
	out->key_agent_count++;
	if (key_agent_start(&out->agent_place, name, paths, agent, err) < 0)
		return -1;
	*socket_out = agent->socket;
	return 0;
}

static int read_agent(const char *item, const struct build_input_request *input,
		      struct build_wishes *out, struct error *err)
{
	struct build_agent *agent = &out->agents[out->agent_count];
	autoclean(strvec_release) struct strvec paths = STRVEC_INIT;
	size_t length = strcspn(item, "=");
	bool is_socket;

	agent->id = own(out, xstrndup(item, length));
	split_paths(item[length] ? item + length + 1 : "", &paths);
	if (!paths.count)
		return error_set(err, ERROR_INVALID,
				 "invalid empty ssh agent socket: make sure "
				 "SSH_AUTH_SOCK is set");
	if (find_socket(&paths, &is_socket, err) < 0)
		return -1;
	if (is_socket)
		agent->socket = own(out, xstrdup(paths.items[0]));
	else if (start_agent(input, &paths, out, &agent->socket, err) < 0)
		return -1;
	out->agent_count++;
	return 0;
}

static int read_agents(const struct build_options *options,
		       const struct build_input_request *input,
		       struct build_wishes *out, struct error *err)
{
	size_t count = options->agents.count;

	out->agents = xcalloc(count + 1, sizeof(*out->agents));
	out->key_agents = xcalloc(count + 1, sizeof(*out->key_agents));
	for (size_t i = 0; i < count; i++)
		if (read_agent(options->agents.items[i], input, out, err) < 0)
			return error_wrap(err, "--ssh %s",
					  options->agents.items[i]);
	return 0;
}

static int read_context(const char *item, size_t index,
			const struct build_input_request *input,
			struct build_wishes *out, struct error *err)
{
	struct build_context *context = &out->contexts[index];
	size_t length = strcspn(item, "=");
	const char *value = item + length + 1;
	struct build_input_request request = *input;
	char *path = NULL;

	if (!length || !item[length] || !*value)
		return error_set(err, ERROR_INVALID,
				 "invalid context value: %s, expected "
				 "key=value",
				 item);
	context->name = own(out, xstrndup(item, length));
	context->folder = -1;
	if (!strncmp(value, IMAGE_SCHEME, strlen(IMAGE_SCHEME))) {
		context->image = own(out,
				     xstrdup(value + strlen(IMAGE_SCHEME)));
		return 0;
	}
	request.path = value;
	if (build_input_bring(&request, &out->places[index], &context->folder,
			      &path, err) < 0)
		return -1;
	context->path = own(out, path);
	if (build_input_ignore(context->folder, NULL, &out->ignores[index],
			       err) < 0)
		return -1;
	context->ignore = &out->ignores[index];
	return 0;
}

static int read_contexts(const struct build_options *options,
			 const struct build_input_request *input,
			 struct build_wishes *out, struct error *err)
{
	size_t count = options->contexts.count;

	out->contexts = xcalloc(count + 1, sizeof(*out->contexts));
	out->ignores = xcalloc(count + 1, sizeof(*out->ignores));
	out->places = xcalloc(count + 1, sizeof(*out->places));
	for (size_t i = 0; i < count; i++) {
		out->contexts[i].folder = -1;
		out->places[i] = (struct build_place)BUILD_PLACE_INIT;
		out->context_count++;
		if (read_context(options->contexts.items[i], i, input, out,
				 err) < 0)
			return error_wrap(err, "--build-context %s",
					  options->contexts.items[i]);
	}
	return 0;
}

int build_wishes_read(const struct build_options *options,
		      const struct build_input_request *input,
		      struct build_wishes *out, struct error *err)
{
	if (read_labels(options, &out->labels, err) < 0 ||
	    read_args(options, &out->args, err) < 0 ||
	    read_secrets(options, out, err) < 0 ||
	    read_agents(options, input, out, err) < 0)
		return -1;
	return read_contexts(options, input, out, err);
}

void build_wishes_release(struct build_wishes *wishes)
{
	for (size_t i = 0; i < wishes->key_agent_count; i++)
		key_agent_stop(&wishes->key_agents[i]);
	free(wishes->key_agents);
	build_place_close(&wishes->agent_place);
	for (size_t i = 0; i < wishes->context_count; i++) {
		cleanup_close(&wishes->contexts[i].folder);
		ignore_release(&wishes->ignores[i]);
		build_place_close(&wishes->places[i]);
	}
	free(wishes->contexts);
	free(wishes->ignores);
	free(wishes->places);
	free(wishes->secrets);
	free(wishes->agents);
	pairs_release(&wishes->args);
	pairs_release(&wishes->labels);
	strvec_release(&wishes->owned);
}
