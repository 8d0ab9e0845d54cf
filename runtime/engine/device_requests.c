/* SPDX-License-Identifier: Apache-2.0 */
/* From requests to names, and from these to edits. */
#include "runtime/engine/device_requests.h"

#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "runtime/cdi/cdi_edits.h"
#include "runtime/cdi/cdi_registry.h"
#include "runtime/engine/spec_request.h"

enum { GPUS_MAX = 1024 };

static const char gpu_kind[] = "nvidia.com/gpu";

/* What docker's driver for GPUs can do. */
static bool is_capability(const char *word)
{
	static const char *const words[] = { "gpu",	 "nvidia",   "compute",
					     "compat32", "graphics", "utility",
					     "video",	 "display",  NULL };

	for (size_t i = 0; word && words[i]; i++) {
		if (!strcmp(word, words[i]))
			return true;
	}
	return false;
}

/* One of the lists has to be of nothing else. */
static bool has_match(const json_t *capabilities)
{
	const json_t *list;
	size_t index;

	json_array_foreach(capabilities, index, list)
	{
		bool is_match = true;
		const json_t *word;
		size_t at;

		json_array_foreach(list, at, word)
		{
			is_match = is_match &&
				   is_capability(json_string_value(word));
		}
		if (is_match)
			return true;
	}
	return false;
}

static void add_list(const json_t *list, struct strbuf *out)
{
	const json_t *item;
	size_t index;

	strbuf_addch(out, '[');
	json_array_foreach(list, index, item)
	{
		if (index)
			strbuf_addch(out, ' ');
		if (json_is_array(item))
			add_list(item, out);
		else
			strbuf_addstr(out, json_string_value(item));
	}
	strbuf_addch(out, ']');
}

static int refuse(const json_t *request, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	add_list(json_object_get(request, "Capabilities"), &text);
	return error_set(err, ERROR_NOT_FOUND,
			 "could not select device driver \"%s\" with "
			 "capabilities: %s",
			 spec_string(request, "Driver"), text.text);
}

static void add_ids(const json_t *ids, const char *kind, struct strvec *out)
{
	const json_t *id;
	size_t index;

	json_array_foreach(ids, index, id)
	{
		if (kind)
			strvec_addf(out, "%s=%s", kind, json_string_value(id));
		else
			strvec_add(out, json_string_value(id));
	}
}

static int add_gpus(const json_t *request, struct strvec *out,
		    struct error *err)
{
	const json_t *ids = json_object_get(request, "DeviceIDs");
	json_int_t count = spec_integer(request, "Count");

	if (count && json_array_size(ids))
		return error_set(err, ERROR_INVALID,
				 "cannot set both Count and DeviceIDs on "
				 "device request");
	if (count > GPUS_MAX)
		return error_set(err, ERROR_INVALID,
				 "a machine has %d GPUs at most", GPUS_MAX);
	add_ids(ids, gpu_kind, out);
	if (count < 0)
		strvec_addf(out, "%s=all", gpu_kind);
	/* they are numbered */
	for (json_int_t i = 0; i < count; i++)
		strvec_addf(out, "%s=%lld", gpu_kind, (long long)i);
	return 0;
}

static int add_request(const json_t *request, bool has_gpus, struct strvec *out,
		       struct error *err)
{
	const char *driver = spec_string(request, "Driver");

	if (!strcmp(driver, "cdi")) {
		if (spec_integer(request, "Count"))
			return error_set(err, ERROR_INVALID,
					 "unexpected count in CDI device "
					 "request");
		if (json_object_size(json_object_get(request, "Options")))
			return error_set(err, ERROR_INVALID,
					 "unexpected options in CDI device "
					 "request");
		add_ids(json_object_get(request, "DeviceIDs"), NULL, out);
		return 0;
	}
	if (!has_gpus || (*driver && strcmp(driver, "nvidia") != 0) ||
	    !has_match(json_object_get(request, "Capabilities")))
		return refuse(request, err);
	return add_gpus(request, out, err);
}

int device_requests_names(const json_t *host_config, bool has_gpus,
			  struct strvec *out, struct error *err)
{
	const json_t *request;
	size_t index;

	json_array_foreach(json_object_get(host_config, "DeviceRequests"),
			   index, request)
	{
		if (add_request(request, has_gpus, out, err) < 0)
			return -1;
	}
	return 0;
}

/* Docker's sentence, and why a file of the machine's was of no use. */
static int tell_missing(const struct strvec *missing,
			const struct cdi_registry *registry, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	for (size_t i = 0; i < missing->count; i++)
		strbuf_addf(&text, "%s%s", i ? ", " : "", missing->items[i]);
	for (size_t i = 0; i < registry->failures.count; i++)
		strbuf_addf(&text, "%s%s", i ? "; " : " (left out: ",
			    registry->failures.items[i]);
	if (registry->failures.count)
		strbuf_addch(&text, ')');
	return error_set(err, ERROR_NOT_FOUND,
			 "CDI device injection failed: unresolvable CDI "
			 "devices %s",
			 text.text);
}

static bool is_applied(const struct cdi_spec **specs, size_t count,
		       const struct cdi_spec *spec)
{
	for (size_t i = 0; i < count; i++) {
		if (specs[i] == spec)
			return true;
	}
	return false;
}

/* A specification's own edits once, with its first device. */
static int apply(const struct strvec *names,
		 const struct cdi_registry *registry, json_t *config,
		 struct error *err)
{
	autofree const struct cdi_spec **specs =
		xcalloc(names->count + 1, sizeof(struct cdi_spec *));
	size_t count = 0;

	for (size_t i = 0; i < names->count; i++) {
		const struct cdi_spec *spec;
		const struct cdi_device *device;

		if (!cdi_registry_find(registry, names->items[i], &spec,
				       &device))
			continue; /* it was looked for before */
		if (!is_applied(specs, count, spec)) {
			specs[count++] = spec;
			if (cdi_edits_apply(spec->edits, config, err) < 0)
				return -1;
		}
		if (cdi_edits_apply(device->edits, config, err) < 0)
			return -1;
	}
	cdi_edits_finish(config);
	return 0;
}

static void find_missing(const struct strvec *names,
			 const struct cdi_registry *registry,
			 struct strvec *out)
{
	for (size_t i = 0; i < names->count; i++) {
		const struct cdi_spec *spec;
		const struct cdi_device *device;

		if (!cdi_registry_find(registry, names->items[i], &spec,
				       &device))
			strvec_add(out, names->items[i]);
	}
}

int device_requests_apply(const json_t *host_config, const char *const *folders,
			  json_t *config, struct error *err)
{
	autoclean(cdi_registry_release) struct cdi_registry registry =
		CDI_REGISTRY_INIT;
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;
	autoclean(strvec_release) struct strvec missing = STRVEC_INIT;

	if (!json_array_size(json_object_get(host_config, "DeviceRequests")))
		return 0;
	if (cdi_registry_read(folders, &registry, err) < 0 ||
	    device_requests_names(host_config,
				  cdi_registry_has_kind(&registry, gpu_kind),
				  &names, err) < 0)
		return -1;
	find_missing(&names, &registry, &missing);
	if (missing.count)
		return tell_missing(&missing, &registry, err);
	if (apply(&names, &registry, config, err) < 0)
		return error_wrap(err, "CDI device injection failed");
	return 0;
}
