/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table below is the one place that knows docker's Go types: which fields
 * of inspect and of the lists are maps or pointers, and which are left out of
 * the JSON when empty (omitempty) though templates may name them.
 */
#include "cmd/tmpl/tmpl_value.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"

static const struct field_type {
	const char *name;
	const char *parent; /* only below that field, or NULL */
	enum tmpl_shape shape;
	enum tmpl_zero element; /* of a map; of an optional scalar itself */
	bool is_optional;	/* left out of the JSON while empty */
	const char *type;	/* Go type of a pointer */
} field_types[] = {
#define MAP TMPL_SHAPE_MAP
#define PTR TMPL_SHAPE_POINTER
#define SLICE TMPL_SHAPE_SLICE
#define SCALAR TMPL_SHAPE_NONE
#define STRING TMPL_ZERO_STRING
	{ "Labels", NULL, MAP, STRING, false, NULL },
	{ "Annotations", NULL, MAP, STRING, true, NULL },
	{ "ExposedPorts", NULL, MAP, 0, true, NULL },
	{ "Volumes", NULL, MAP, TMPL_ZERO_STRUCT, false, NULL },
	{ "PortBindings", NULL, MAP, 0, false, NULL },
	{ "Ports", NULL, MAP, 0, false, NULL },
	{ "Networks", NULL, MAP, TMPL_ZERO_POINTER, false, NULL },
	{ "Containers", NULL, MAP, TMPL_ZERO_STRUCT, false, NULL },
	{ "Options", NULL, MAP, STRING, false, NULL },
	{ "DriverOpts", NULL, MAP, STRING, false, NULL },
	{ "Sysctls", NULL, MAP, STRING, true, NULL },
	{ "Tmpfs", NULL, MAP, STRING, true, NULL },
	{ "StorageOpt", NULL, MAP, STRING, true, NULL },
	{ "Data", NULL, MAP, STRING, false, NULL },
	{ "AuxiliaryAddresses", NULL, MAP, STRING, true, NULL },
	{ "Runtimes", NULL, MAP, TMPL_ZERO_STRUCT, false, NULL },
	{ "IndexConfigs", NULL, MAP, TMPL_ZERO_POINTER, false, NULL },
	{ "Attributes", NULL, MAP, STRING, false, NULL },
	{ "Config", "LogConfig", MAP, STRING, false, NULL },
	{ "Status", NULL, MAP, 0, false, NULL },
	{ "MemorySwappiness", NULL, PTR, 0, false, "*int64" },
	{ "OomKillDisable", NULL, PTR, 0, false, "*bool" },
	{ "PidsLimit", NULL, PTR, 0, false, "*int64" },
	{ "IPAMConfig", NULL, PTR, 0, false, "*network.EndpointIPAMConfig" },
	{ "Init", NULL, PTR, 0, true, "*bool" },
	{ "Health", NULL, PTR, 0, true, "*container.Health" },
	{ "Healthcheck", NULL, PTR, 0, true, "*container.HealthConfig" },
	{ "StopTimeout", NULL, PTR, 0, true, "*int" },
	{ "SizeRw", NULL, PTR, 0, true, "*int64" },
	{ "SizeRootFs", NULL, PTR, 0, true, "*int64" },
	{ "UsageData", NULL, PTR, 0, true, "*volume.UsageData" },
	{ "Descriptor", NULL, PTR, 0, true, "*v1.Descriptor" },
	{ "ImageManifestDescriptor", NULL, PTR, 0, true, "*v1.Descriptor" },
	{ "Shell", NULL, SLICE, 0, true, NULL },
	{ "OnBuild", NULL, SLICE, 0, true, NULL },
	{ "Mounts", "HostConfig", SLICE, 0, true, NULL },
	{ "Test", "Healthcheck", SLICE, 0, true, NULL },
	{ "Retries", "Healthcheck", SCALAR, TMPL_ZERO_NUMBER, true, NULL },
	{ "Interval", "Healthcheck", SCALAR, TMPL_ZERO_NUMBER, true,
	  TMPL_DURATION },
	{ "Timeout", "Healthcheck", SCALAR, TMPL_ZERO_NUMBER, true,
	  TMPL_DURATION },
	{ "StartPeriod", "Healthcheck", SCALAR, TMPL_ZERO_NUMBER, true,
	  TMPL_DURATION },
	{ "StartInterval", "Healthcheck", SCALAR, TMPL_ZERO_NUMBER, true,
	  TMPL_DURATION },
	{ "LinkLocalIPs", "IPAMConfig", SLICE, 0, true, NULL },
	{ "BindOptions", "Mounts", PTR, 0, true, "*mount.BindOptions" },
	{ "VolumeOptions", "Mounts", PTR, 0, true, "*mount.VolumeOptions" },
	{ "TmpfsOptions", "Mounts", PTR, 0, true, "*mount.TmpfsOptions" },
	{ "Name", "Mounts", SCALAR, STRING, true, NULL },
	{ "Driver", "Mounts", SCALAR, STRING, true, NULL },
	{ "Source", "Mounts", SCALAR, STRING, true, NULL },
	{ "Consistency", "Mounts", SCALAR, STRING, true, NULL },
	{ "ReadOnly", "Mounts", SCALAR, TMPL_ZERO_BOOL, true, NULL },
	{ "IPv4Address", "IPAMConfig", SCALAR, STRING, true, NULL },
	{ "IPv6Address", "IPAMConfig", SCALAR, STRING, true, NULL },
	{ "Subnet", "Config", SCALAR, STRING, true, NULL },
	{ "IPRange", "Config", SCALAR, STRING, true, NULL },
	{ "Gateway", "Config", SCALAR, STRING, true, NULL },
	{ "StopSignal", NULL, SCALAR, STRING, true, NULL },
	{ "MacAddress", NULL, SCALAR, STRING, true, NULL },
	{ "Variant", NULL, SCALAR, STRING, true, NULL },
	{ "OsVersion", NULL, SCALAR, STRING, true, NULL },
	{ "NetworkDisabled", NULL, SCALAR, TMPL_ZERO_BOOL, true, NULL },
	{ "ArgsEscaped", NULL, SCALAR, TMPL_ZERO_BOOL, true, NULL },
#undef MAP
#undef PTR
#undef SLICE
#undef SCALAR
#undef STRING
};

static const struct field_type *find_type(const char *parent, const char *name)
{
	for (size_t i = 0; i < sizeof(field_types) / sizeof(*field_types);
	     i++) {
		const struct field_type *type = &field_types[i];

		if (strcasecmp(type->name, name))
			continue;
		if (!type->parent ||
		    (parent && !strcasecmp(type->parent, parent)))
			return type;
	}
	return NULL;
}

struct tmpl_value tmpl_value_of(json_t *json)
{
	struct tmpl_value value = TMPL_VALUE_NONE;

	value.json = json;
	if (json_is_object(json))
		value.shape = TMPL_SHAPE_STRUCT;
	else if (json_is_null(json))
		value.shape = TMPL_SHAPE_SLICE;
	return value;
}

struct tmpl_value tmpl_value_string(const char *text, size_t length)
{
	return tmpl_value_of(json_stringn_nocheck(text, length));
}

struct tmpl_value tmpl_value_nil(void)
{
	struct tmpl_value value = tmpl_value_of(json_null());

	value.shape = TMPL_SHAPE_NIL;
	return value;
}

struct tmpl_value tmpl_value_copy(const struct tmpl_value *value)
{
	struct tmpl_value copy = *value;

	json_incref(copy.json);
	return copy;
}

void tmpl_value_release(struct tmpl_value *value)
{
	json_decref(value->json);
	*value = (struct tmpl_value)TMPL_VALUE_NONE;
}

void tmpl_value_move(struct tmpl_value *to, struct tmpl_value *from)
{
	struct tmpl_value moved = *from;

	*from = (struct tmpl_value)TMPL_VALUE_NONE;
	tmpl_value_release(to);
	*to = moved;
}

static struct tmpl_value zero_value(enum tmpl_zero zero)
{
	struct tmpl_value value = TMPL_VALUE_NONE;

	switch (zero) {
	case TMPL_ZERO_NONE:
		return value;
	case TMPL_ZERO_STRING:
		return tmpl_value_string("", 0);
	case TMPL_ZERO_STRUCT:
		return tmpl_value_of(json_object());
	case TMPL_ZERO_SLICE:
		return tmpl_value_of(json_null());
	case TMPL_ZERO_BOOL:
		return tmpl_value_of(json_false());
	case TMPL_ZERO_NUMBER:
		return tmpl_value_of(json_integer(0));
	case TMPL_ZERO_POINTER:
		value = tmpl_value_of(json_null());
		value.shape = TMPL_SHAPE_POINTER;
		return value;
	}
	return value;
}

struct tmpl_value tmpl_value_zero(const struct tmpl_value *map)
{
	return zero_value(map->zero);
}

/* Give a field's value the Go type that docker declares for it. */
static void apply_type(struct tmpl_value *value, const char *parent)
{
	const struct field_type *type = find_type(parent, value->key);

	if (type && !type->shape && json_is_integer(value->json))
		value->type = type->type;
	if (!type ||
	    (!json_is_object(value->json) && !json_is_null(value->json)))
		return;
	if (json_is_null(value->json)) {
		value->shape = type->shape ? type->shape : TMPL_SHAPE_SLICE;
		value->type = type->type;
	} else if (type->shape == TMPL_SHAPE_MAP) {
		value->shape = TMPL_SHAPE_MAP;
	}
	value->zero = type->element;
}

struct tmpl_value tmpl_value_member(const struct tmpl_value *parent,
				    const char *key, json_t *member)
{
	struct tmpl_value value = tmpl_value_of(json_incref(member));

	if (parent->shape == TMPL_SHAPE_MAP) {
		value.key = parent->key;
		if (json_is_null(member) && parent->zero == TMPL_ZERO_POINTER)
			value.shape = TMPL_SHAPE_POINTER;
		return value;
	}
	value.key = key;
	apply_type(&value, parent->key);
	return value;
}

struct tmpl_value tmpl_value_element(const struct tmpl_value *list,
				     size_t index)
{
	struct tmpl_value value =
		tmpl_value_of(json_incref(json_array_get(list->json, index)));

	value.key = list->key;
	return value;
}

/* A field that docker leaves out of the JSON while it is empty. */
static bool optional_field(const struct tmpl_value *parent, const char *name,
			   struct tmpl_value *out)
{
	const struct field_type *type = find_type(parent->key, name);

	if (!type || !type->is_optional)
		return false;
	if (type->shape == TMPL_SHAPE_NONE) {
		*out = zero_value(type->element);
		out->type = type->type;
		return true;
	}
	*out = tmpl_value_of(json_null());
	out->shape = type->shape;
	out->zero = type->element;
	out->type = type->type;
	return true;
}

bool tmpl_value_field(const struct tmpl_value *parent, const char *name,
		      struct tmpl_value *out)
{
	json_t *object = parent->json;
	void *found = json_object_iter_at(object, name);
	json_t *member;
	const char *key;

	*out = (struct tmpl_value)TMPL_VALUE_NONE;
	if (found) {
		*out = tmpl_value_member(parent, json_object_iter_key(found),
					 json_object_iter_value(found));
		return true;
	}
	if (parent->shape != TMPL_SHAPE_STRUCT)
		return false;
	json_object_foreach(object, key, member)
	{
		if (strcasecmp(key, name))
			continue;
		*out = tmpl_value_member(parent, key, member);
		return true;
	}
	return optional_field(parent, name, out);
}

static int compare_keys(const void *a, const void *b)
{
	const char *const *left = a, *const *right = b;

	return strcmp(*left, *right);
}

const char **tmpl_value_keys(const json_t *object)
{
	size_t count = json_object_size(object), at = 0;
	const char **keys = xcalloc(count + 1, sizeof(*keys));
	json_t *all = NULL;

	/* jansson's iterators want a pointer to non-const, but only read. */
	memcpy(&all, &object, sizeof(all));
	for (void *i = json_object_iter(all); i;
	     i = json_object_iter_next(all, i))
		keys[at++] = json_object_iter_key(i);
	qsort(keys, count, sizeof(*keys), compare_keys);
	return keys;
}

bool tmpl_value_is_string(const struct tmpl_value *value)
{
	return json_is_string(value->json);
}

bool tmpl_value_is_true(const struct tmpl_value *value)
{
	if (!value->json)
		return false;
	switch (json_typeof(value->json)) {
	case JSON_OBJECT:
		return value->shape == TMPL_SHAPE_STRUCT ||
		       json_object_size(value->json) > 0;
	case JSON_ARRAY:
		return json_array_size(value->json) > 0;
	case JSON_STRING:
		return json_string_length(value->json) > 0;
	case JSON_INTEGER:
		return json_integer_value(value->json) != 0;
	case JSON_REAL:
		return json_real_value(value->json) != 0;
	case JSON_TRUE:
		return true;
	case JSON_FALSE:
	case JSON_NULL:
		return false;
	}
	return false;
}

static const char *list_type(const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!json_is_string(json_array_get(list, i)))
			return "[]interface {}";
	return "[]string";
}

static const char *null_type(const struct tmpl_value *value)
{
	switch (value->shape) {
	case TMPL_SHAPE_POINTER:
		return "*struct";
	case TMPL_SHAPE_MAP:
		return "map[string]string";
	case TMPL_SHAPE_SLICE:
		return "[]string";
	case TMPL_SHAPE_NONE:
	case TMPL_SHAPE_STRUCT:
	case TMPL_SHAPE_NIL:
		return "<nil>";
	}
	return "<nil>";
}

const char *tmpl_value_type(const struct tmpl_value *value)
{
	if (value->type)
		return value->type;
	if (!value->json)
		return "<nil>";
	switch (json_typeof(value->json)) {
	case JSON_OBJECT:
		if (value->shape == TMPL_SHAPE_STRUCT)
			return "struct";
		return value->zero == TMPL_ZERO_STRING
			       ? "map[string]string"
			       : "map[string]interface {}";
	case JSON_ARRAY:
		return list_type(value->json);
	case JSON_STRING:
		return "string";
	case JSON_INTEGER:
		return "int64";
	case JSON_REAL:
		return "float64";
	case JSON_TRUE:
	case JSON_FALSE:
		return "bool";
	case JSON_NULL:
		return null_type(value);
	}
	return "<nil>";
}
