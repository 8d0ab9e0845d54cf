/* SPDX-License-Identifier: Apache-2.0 */
/* The state of a container as JSON. */
#include "runtime/oci/oci_state.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/jsonx.h"

static const char *const names[] = {
	[OCI_STATUS_NONE] = "",	   [OCI_CREATING] = "creating",
	[OCI_CREATED] = "created", [OCI_RUNNING] = "running",
	[OCI_PAUSED] = "paused",   [OCI_STOPPED] = "stopped",
};

static const char id_bytes[] = "abcdefghijklmnopqrstuvwxyz"
			       "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-.";

int oci_state_check_id(const char *id, struct error *err)
{
	size_t length = strlen(id);

	if (!length)
		return error_set(err, ERROR_INVALID,
				 "container id cannot be empty");
	if (length > OCI_ID_MAX || strspn(id, id_bytes) != length ||
	    strcmp(id, ".") == 0 || strcmp(id, "..") == 0)
		return error_set(err, ERROR_INVALID,
				 "invalid container ID format: \"%.100s\"", id);
	return 0;
}

const char *oci_status_name(enum oci_status status)
{
	return names[status];
}

static int read_texts(const json_t *object, struct oci_state *out,
		      struct error *err)
{
	const struct {
		const char *key;
		char **out;
	} rows[] = {
		{ "id", &out->id },
		{ "bundle", &out->bundle },
		{ "rootfs", &out->rootfs },
		{ "cgroup", &out->cgroup },
	};
	const char *text;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (jsonx_string(object, rows[i].key, &text, err) < 0)
			return -1;
		*rows[i].out = xstrdup(text);
	}
	if (jsonx_opt_string(object, "scope", NULL, &text, err) < 0)
		return -1;
	out->scope = text ? xstrdup(text) : NULL;
	return 0;
}

static int read_state(const json_t *object, struct oci_state *out,
		      struct error *err)
{
	int64_t pid = 0, start = 0, owner = 0;

	if (read_texts(object, out, err) < 0 ||
	    jsonx_integer(object, "pid", 0, INT32_MAX, &pid, err) < 0 ||
	    jsonx_integer(object, "startTime", 0, INT64_MAX, &start, err) < 0 ||
	    jsonx_integer(object, "created", 0, INT64_MAX, &out->created, err) <
		    0 ||
	    jsonx_integer(object, "owner", 0, UINT32_MAX, &owner, err) < 0 ||
	    jsonx_opt_bool(object, "isMade", &out->is_made, err) < 0 ||
	    jsonx_opt_bool(object, "noKeyring", &out->no_keyring, err) < 0 ||
	    jsonx_object(object, "annotations", &out->annotations, err) < 0)
		return -1;
	json_incref(out->annotations);
	out->pid = (pid_t)pid;
	out->start_time = (uint64_t)start;
	out->owner = (uint32_t)owner;
	return 0;
}

int oci_state_parse(const char *text, size_t length, struct oci_state *out,
		    struct error *err)
{
	autoclean(jsonx_free) json_t *object = NULL;

	*out = (struct oci_state)OCI_STATE_INIT;
	if (jsonx_parse(text, length, "container state", &object, err) < 0)
		return -1;
	if (!json_is_object(object))
		return error_set(err, ERROR_INVALID,
				 "container state: expected an object");
	if (read_state(object, out, err) == 0)
		return 0;
	oci_state_release(out);
	return error_wrap(err, "container state");
}

static void set_text(json_t *object, const char *key, const char *text)
{
	/* jansson refuses what is not UTF-8: then it is not shown */
	(void)json_object_set_new(object, key, json_string(text));
}

static void set_number(json_t *object, const char *key, int64_t number)
{
	(void)json_object_set_new(object, key, json_integer(number));
}

void oci_state_format(const struct oci_state *state, struct strbuf *out)
{
	autoclean(jsonx_free) json_t *object = json_object();

	set_text(object, "id", state->id);
	set_text(object, "bundle", state->bundle);
	set_text(object, "rootfs", state->rootfs);
	set_text(object, "cgroup", state->cgroup);
	if (state->scope)
		set_text(object, "scope", state->scope);
	set_number(object, "pid", state->pid);
	set_number(object, "startTime", (int64_t)state->start_time);
	set_number(object, "created", state->created);
	set_number(object, "owner", state->owner);
	(void)json_object_set_new(object, "isMade",
				  json_boolean(state->is_made));
	(void)json_object_set_new(object, "noKeyring",
				  json_boolean(state->no_keyring));
	(void)json_object_set(object, "annotations", state->annotations);
	jsonx_format(object, out);
}

/* A process that has ended is nobody's number any more. */
static int64_t shown_pid(const struct oci_state *state, enum oci_status status)
{
	return status == OCI_STOPPED ? 0 : state->pid;
}

json_t *oci_state_plain(const struct oci_state *state, enum oci_status status)
{
	json_t *object = json_object();

	set_text(object, "ociVersion", OCI_VERSION);
	set_text(object, "id", state->id);
	set_text(object, "status", oci_status_name(status));
	set_number(object, "pid", shown_pid(state, status));
	set_text(object, "bundle", state->bundle);
	(void)json_object_set(object, "annotations", state->annotations);
	return object;
}

json_t *oci_state_show(const struct oci_state *state, enum oci_status status,
		       const char *owner)
{
	json_t *object = json_object();
	char created[CLOCK_TEXT_MAX];

	clock_format(state->created, created);
	set_text(object, "ociVersion", OCI_VERSION);
	set_text(object, "id", state->id);
	set_number(object, "pid", shown_pid(state, status));
	set_text(object, "status", oci_status_name(status));
	set_text(object, "bundle", state->bundle);
	set_text(object, "rootfs", state->rootfs);
	set_text(object, "created", created);
	if (json_object_size(state->annotations))
		(void)json_object_set(object, "annotations",
				      state->annotations);
	set_text(object, "owner", owner ? owner : "");
	return object;
}

void oci_state_release(struct oci_state *state)
{
	free(state->id);
	free(state->bundle);
	free(state->rootfs);
	free(state->cgroup);
	free(state->scope);
	json_decref(state->annotations);
	*state = (struct oci_state)OCI_STATE_INIT;
}
