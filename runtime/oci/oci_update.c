/* SPDX-License-Identifier: Apache-2.0 */
/* Limits and freezing of a container that lives. */
#include "runtime/oci/oci_update.h"

#include <string.h>

#include "base/atomicfile.h"
#include "base/jsonx.h"
#include "base/strbuf.h"
#include "runtime/cgroup/cgroup_apply.h"
#include "runtime/cgroup/cgroup_control.h"
#include "runtime/oci/oci_config.h"
#include "runtime/oci/oci_container.h"
#include "runtime/oci/oci_scope.h"

static bool is_asked(const json_t *value)
{
	if (json_is_integer(value))
		return json_integer_value(value) != 0;
	if (json_is_string(value))
		return *json_string_value(value);
	return !json_is_null(value);
}

void oci_update_merge(json_t *resources, const json_t *changes)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)changes, key, value)
	{
		json_t *old = json_object_get(resources, key);

		if (json_is_object(value) && json_is_object(old))
			oci_update_merge(old, value);
		else if (is_asked(value))
			(void)json_object_set_new(resources, key,
						  json_deep_copy(value));
	}
}

/* The resources of DOCUMENT, made where there are none. */
static json_t *resources_of(json_t *document)
{
	static const char *const path[] = { "linux", "resources" };

	for (size_t i = 0; i < 2; i++) {
		json_t *inner = json_object_get(document, path[i]);

		if (!json_is_object(inner)) {
			inner = json_object();
			(void)json_object_set_new(document, path[i], inner);
		}
		document = inner;
	}
	return document;
}

static int apply(const struct oci_container *container, const json_t *resources,
		 struct error *err)
{
	autoclean(runtime_resources_release) struct runtime_resources parsed = {
		0
	};
	autoclean(cgroup_close) struct cgroup *group = NULL;
	struct cgroup_limits limits;
	int result;

	cgroup_limits_init(&limits);
	if (runtime_resources_parse(resources, &parsed, err) < 0)
		return error_wrap(err, "resources");
	result = cgroup_limits_take(&parsed, &limits, err);
	if (result == 0)
		result = oci_container_group(container, &group, err);
	if (result == 0)
		result = oci_scope_update(&container->state, &limits, err);
	if (result == 0)
		result = cgroup_set(group, &limits, err);
	cgroup_limits_release(&limits);
	return result;
}

static int check_running(const struct oci_container *container,
			 enum oci_status *out, struct error *err)
{
	if (oci_container_status(container, out, err) < 0)
		return -1;
	if (*out == OCI_STOPPED || *out == OCI_CREATING)
		return error_set(err, ERROR_BUSY, "container not running");
	return 0;
}

int oci_update(const char *root, const char *id, const json_t *changes,
	       struct error *err)
{
	autoclean(oci_container_release) struct oci_container container =
		OCI_CONTAINER_INIT;
	autoclean(jsonx_free) json_t *document = NULL;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	enum oci_status status;
	json_t *resources;

	if (oci_container_open(root, id, true, &container, err) < 0 ||
	    check_running(&container, &status, err) < 0 ||
	    jsonx_read(container.folder_fd, OCI_CONFIG_FILE, OCI_CONFIG_MAX,
		       &document, err) < 0)
		return -1;
	resources = resources_of(document);
	oci_update_merge(resources, changes);
	if (apply(&container, resources, err) < 0)
		return -1;
	jsonx_format(document, &text);
	return atomicfile_put(container.folder_fd, OCI_CONFIG_FILE, text.text,
			      text.length, 0, err);
}

int oci_pause(const char *root, const char *id, bool is_paused,
	      struct error *err)
{
	autoclean(oci_container_release) struct oci_container container =
		OCI_CONTAINER_INIT;
	autoclean(cgroup_close) struct cgroup *group = NULL;
	enum oci_status status;

	if (oci_container_open(root, id, true, &container, err) < 0 ||
	    check_running(&container, &status, err) < 0)
		return -1;
	if (is_paused && status == OCI_PAUSED)
		return error_set(err, ERROR_BUSY, "container already paused");
	if (!is_paused && status != OCI_PAUSED)
		return error_set(err, ERROR_BUSY, "container not paused");
	if (oci_container_group(&container, &group, err) < 0)
		return -1;
	return cgroup_freeze(group, is_paused, err);
}
