/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments, secrets, agents, contexts. */
#include "cmd/front/build_wishes.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
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

static void read_labels(const struct build_options *options, struct pairs *out)
{
	for (size_t i = 0; i < options->labels.count; i++) {
		const char *item = options->labels.items[i];
		size_t length = strcspn(item, "=");
		autofree char *name = xstrndup(item, length);

		pairs_set(out, name, item[length] ? item + length + 1 : "");
	}
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
		size_t length = strcspn(text, ",");
		autofree char *field = xstrndup(text, length);

		if (read_field(wishes, field, out, err) < 0)
			return -1;
		text += length + (text[length] == ',');
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
		out->value = getenv(variable);
		if (!out->value)
			return error_set(
				err, ERROR_NOT_FOUND,
				"secret %s: the variable %s is not set",
				out->id, variable);
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

static int read_agents(const struct build_options *options,
		       struct build_wishes *out, struct error *err)
{
	out->agents = xcalloc(options->agents.count + 1, sizeof(*out->agents));
	for (size_t i = 0; i < options->agents.count; i++) {
		const char *item = options->agents.items[i];
		size_t length = strcspn(item, "=");
		const char *path = item[length] ? item + length + 1
						: getenv("SSH_AUTH_SOCK");
		struct build_agent *agent = &out->agents[out->agent_count];
		struct stat st;

		agent->id = own(out, xstrndup(item, length));
		if (!path || !*path)
			return error_set(err, ERROR_INVALID,
					 "--ssh %s: invalid empty ssh agent "
					 "socket: make sure SSH_AUTH_SOCK is "
					 "set",
					 item);
		if (stat(path, &st) < 0)
			return error_sys(err, errno, "--ssh %s", item);
		if (!S_ISSOCK(st.st_mode))
			return error_set(err, ERROR_UNSUPPORTED,
					 "--ssh %s: it is no agent's socket: "
					 "add the key to an agent",
					 item);
		agent->socket = own(out, xstrdup(path));
		out->agent_count++;
	}
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
	read_labels(options, &out->labels);
	if (read_args(options, &out->args, err) < 0 ||
	    read_secrets(options, out, err) < 0 ||
	    read_agents(options, out, err) < 0)
		return -1;
	return read_contexts(options, input, out, err);
}

void build_wishes_release(struct build_wishes *wishes)
{
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
