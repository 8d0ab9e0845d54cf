/* SPDX-License-Identifier: Apache-2.0 */
/*
 *   specification = { cdiVersion, kind, devices: [ device ], annotations,
 *                     containerEdits }
 *   device        = { name, annotations, containerEdits }
 *
 * Versions are counted as cdi_members.h says: 0.5.0 is 5, 1.0.0 is 10.
 */
#include "runtime/cdi/cdi_spec.h"

#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "runtime/cdi/cdi_members.h"
#include "runtime/cdi/cdi_name.h"
#include "runtime/cdi/yaml_tree.h"

enum { V0_4 = 4, V0_5 = 5, V0_6 = 6, V0_7 = 7, V1_1 = 11 };

static const struct cdi_member spec_rows[] = {
	{ "cdiVersion", CDI_TEXT, true, 0, 0 },
	{ "kind", CDI_TEXT, true, 0, 0 },
	{ "annotations", CDI_PAIRS, false, V0_6, 0 },
	{ "devices", CDI_OBJECTS, true, 0, 0 },
	{ "containerEdits", CDI_OBJECT, false, 0, 0 },
	{ 0 },
};

static const struct cdi_member device_rows[] = {
	{ "name", CDI_TEXT, true, 0, 0 },
	{ "annotations", CDI_PAIRS, false, V0_6, 0 },
	{ "containerEdits", CDI_OBJECT, true, 0, 0 },
	{ 0 },
};

static const struct cdi_member edits_rows[] = {
	{ "env", CDI_TEXTS, false, 0, 0 },
	{ "deviceNodes", CDI_OBJECTS, false, 0, 0 },
	{ "netDevices", CDI_OBJECTS, false, V1_1, 0 },
	{ "hooks", CDI_OBJECTS, false, 0, 0 },
	{ "mounts", CDI_OBJECTS, false, 0, 0 },
	{ "intelRdt", CDI_OBJECT, false, V0_7, 0 },
	{ "additionalGids", CDI_NUMBERS, false, V0_7, UINT32_MAX },
	{ 0 },
};

static const struct cdi_member node_rows[] = {
	{ "path", CDI_PATH, true, 0, 0 },
	{ "hostPath", CDI_PATH, false, V0_5, 0 },
	{ "type", CDI_TEXT, false, 0, 0 },
	{ "major", CDI_NUMBER, false, 0, UINT32_MAX },
	{ "minor", CDI_NUMBER, false, 0, UINT32_MAX },
	{ "fileMode", CDI_NUMBER, false, 0, UINT32_MAX },
	{ "permissions", CDI_TEXT, false, 0, 0 },
	{ "uid", CDI_NUMBER, false, 0, UINT32_MAX },
	{ "gid", CDI_NUMBER, false, 0, UINT32_MAX },
	{ 0 },
};

static const struct cdi_member mount_rows[] = {
	{ "hostPath", CDI_TEXT, true, 0, 0 },
	{ "containerPath", CDI_PATH, true, 0, 0 },
	{ "options", CDI_TEXTS, false, 0, 0 },
	{ "type", CDI_TEXT, false, V0_4, 0 },
	{ 0 },
};

static const struct cdi_member hook_rows[] = {
	{ "hookName", CDI_TEXT, true, 0, 0 },
	{ "path", CDI_PATH, true, 0, 0 },
	{ "args", CDI_TEXTS, false, 0, 0 },
	{ "env", CDI_TEXTS, false, 0, 0 },
	{ "timeout", CDI_NUMBER, false, 0, INT32_MAX },
	{ 0 },
};

static const struct cdi_member net_rows[] = {
	{ "hostInterfaceName", CDI_TEXT, true, 0, 0 },
	{ "name", CDI_TEXT, true, 0, 0 },
	{ 0 },
};

static bool is_one_of(const char *text, const char *const *words)
{
	for (; *words; words++) {
		if (!strcmp(text, *words))
			return true;
	}
	return false;
}

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static int check_node(const json_t *node, struct error *err)
{
	static const char *const types[] = { "b", "c", "u", "p", NULL };
	const char *type = text_of(node, "type");
	const char *access = text_of(node, "permissions");

	if (type && !is_one_of(type, types))
		return error_set(err, ERROR_INVALID,
				 "type: \"%s\" is none of b, c, u and p", type);
	if (access && strspn(access, "rwm") != strlen(access))
		return error_set(err, ERROR_INVALID,
				 "permissions: \"%s\" is not made of r, w and "
				 "m",
				 access);
	return 0;
}

static int check_hook(const json_t *hook, struct error *err)
{
	static const char *const names[] = { "prestart",
					     "createRuntime",
					     "createContainer",
					     "startContainer",
					     "poststart",
					     "poststop",
					     NULL };
	const char *name = text_of(hook, "hookName");

	if (is_one_of(name, names))
		return 0;
	return error_set(err, ERROR_INVALID, "hookName: \"%s\" is not known",
			 name);
}

/* The lists of edits that are objects, and what more is asked of each. */
static const struct {
	const char *key;
	const struct cdi_member *rows;
	int (*check)(const json_t *item, struct error *err);
} edit_lists[] = {
	{ "deviceNodes", node_rows, check_node },
	{ "netDevices", net_rows, NULL },
	{ "hooks", hook_rows, check_hook },
	{ "mounts", mount_rows, NULL },
};

static int check_env(const json_t *env, struct error *err)
{
	const json_t *item;
	size_t index;

	json_array_foreach(env, index, item)
	{
		const char *text = json_string_value(item);

		if (*text == '=' || !strchr(text, '='))
			return error_set(err, ERROR_INVALID,
					 "env[%zu]: \"%s\" is no NAME=VALUE",
					 index, text);
	}
	return 0;
}

static int check_edits(json_t *edits, unsigned version, struct error *err)
{
	if (!edits)
		return 0;
	if (cdi_members_check(edits, edits_rows, version, err) < 0 ||
	    check_env(json_object_get(edits, "env"), err) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(edit_lists) / sizeof(*edit_lists); i++) {
		const char *key = edit_lists[i].key;
		json_t *item;
		size_t index;

		json_array_foreach(json_object_get(edits, key), index, item)
		{
			if (cdi_members_check(item, edit_lists[i].rows, version,
					      err) < 0 ||
			    (edit_lists[i].check &&
			     edit_lists[i].check(item, err) < 0))
				return error_wrap(err, "%s[%zu]", key, index);
		}
	}
	return 0;
}

/* "0.3.0" is 3, "1.1.0" is 11; 0 when there is no such version. */
static unsigned read_version(const char *text)
{
	static const char *const known[] = { "0.1.0", "0.2.0", "0.3.0", "0.4.0",
					     "0.5.0", "0.6.0", "0.7.0", "0.8.0",
					     "1.0.0", "1.1.0", NULL };

	if (!is_one_of(text, known))
		return 0;
	return (unsigned)(text[0] - '0') * 10 + (unsigned)(text[2] - '0');
}

static int read_device(json_t *item, unsigned version, struct cdi_spec *out,
		       struct error *err)
{
	struct cdi_device *device = &out->devices[out->device_count];
	json_t *edits;

	if (cdi_members_check(item, device_rows, version, err) < 0)
		return -1;
	device->name = text_of(item, "name");
	if (!cdi_name_is_device(device->name))
		return error_set(err, ERROR_INVALID,
				 "name: \"%s\" is no device's name",
				 device->name);
	if (cdi_spec_find(out, device->name))
		return error_set(err, ERROR_INVALID, "name: \"%s\" comes twice",
				 device->name);
	edits = json_object_get(item, "containerEdits");
	if (check_edits(edits, version, err) < 0)
		return error_wrap(err, "containerEdits");
	if (!json_object_size(edits))
		return error_set(err, ERROR_INVALID, "containerEdits: empty");
	device->edits = edits;
	out->device_count++;
	return 0;
}

static int read_devices(json_t *list, unsigned version, struct cdi_spec *out,
			struct error *err)
{
	json_t *item;
	size_t index;

	if (!json_array_size(list))
		return error_set(err, ERROR_INVALID, "devices: empty");
	out->devices = xcalloc(json_array_size(list), sizeof(*out->devices));
	json_array_foreach(list, index, item)
	{
		if (read_device(item, version, out, err) < 0)
			return error_wrap(err, "devices[%zu]", index);
	}
	return 0;
}

static int read_document(json_t *document, struct cdi_spec *out,
			 struct error *err)
{
	const char *text = text_of(document, "cdiVersion");
	unsigned version;
	json_t *edits;

	if (!json_is_object(document))
		return error_set(err, ERROR_INVALID, "expected an object");
	if (!text)
		return error_set(err, ERROR_INVALID,
				 "cdiVersion: expected a string");
	version = read_version(text);
	if (!version)
		return error_set(err, ERROR_INVALID,
				 "cdiVersion: \"%s\" is not known", text);
	if (cdi_members_check(document, spec_rows, version, err) < 0)
		return -1;
	out->kind = text_of(document, "kind");
	if (!cdi_name_is_kind(out->kind))
		return error_set(err, ERROR_INVALID,
				 "kind: \"%s\" is no VENDOR/CLASS", out->kind);
	edits = json_object_get(document, "containerEdits");
	if (check_edits(edits, version, err) < 0)
		return error_wrap(err, "containerEdits");
	out->edits = edits;
	return read_devices(json_object_get(document, "devices"), version, out,
			    err);
}

int cdi_spec_parse(const char *text, size_t length, bool is_yaml,
		   struct cdi_spec *out, struct error *err)
{
	autoclean(cdi_spec_release) struct cdi_spec spec = CDI_SPEC_INIT;
	int result = is_yaml ? yaml_tree_parse(text, length, &spec.document,
					       err)
			     : jsonx_parse(text, length, "CDI specification",
					   &spec.document, err);

	if (result < 0 || read_document(spec.document, &spec, err) < 0)
		return -1;
	*out = spec;
	spec = (struct cdi_spec)CDI_SPEC_INIT;
	return 0;
}

const struct cdi_device *cdi_spec_find(const struct cdi_spec *spec,
				       const char *name)
{
	for (size_t i = 0; i < spec->device_count; i++) {
		if (!strcmp(spec->devices[i].name, name))
			return &spec->devices[i];
	}
	return NULL;
}

void cdi_spec_release(struct cdi_spec *spec)
{
	json_decref(spec->document);
	free(spec->devices);
	*spec = (struct cdi_spec)CDI_SPEC_INIT;
}
