/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Specifications generated from a few words of JSON, for the tests of
 * runtime/engine/spec_*: what is not said is as docker has it for a bare
 * `docker create`. A row of a table says which member of the specification
 * must have which value; values are compared as JSON.
 */
#ifndef TESTS_SPEC_FIXTURE_H
#define TESTS_SPEC_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "runtime/engine/spec_generate.h"
#include "runtime/spec/runtime_spec.h"

struct spec_case {
	const char *host;   /* HostConfig; NULL: {} */
	const char *config; /* Config; NULL: {} */
	const char *mounts; /* docker's Mounts; NULL: [] */
	const char *path;   /* of the member to look at, "linux.resources" */
	const char *want;   /* JSON; NULL: there is no such member */
	const char *why;
};

/* Parse TEXT; a bad one is the test's own mistake. */
static inline json_t *spec_json(const char *text)
{
	json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

	if (!value)
		fail_msg("no JSON: %s", text);
	return value;
}

/* The request every case starts from. */
static inline struct spec_request spec_defaults(
	const struct container *container, const struct userdb_identity *user)
{
	static const struct id_maps host = ID_MAPS_INIT;

	return (struct spec_request){
		.container = container,
		.ids = &host,
		.user = user,
		.files = "/store/c",
		.init = "/store/c/docker-init",
		.cgroups_path = "imgctl/c",
		.bounding = UINT64_C(0x1ffffffffff),
	};
}

/* The member of DOCUMENT at PATH; numbers are places in arrays. Borrowed. */
static inline const json_t *spec_at(const json_t *document, const char *path)
{
	while (document && *path) {
		size_t length = strcspn(path, ".");
		autofree char *word = xstrndup(path, length);

		document = json_is_array(document)
				   ? json_array_get(document,
						    strtoul(word, NULL, 10))
				   : json_object_get(document, word);
		path += length + (path[length] == '.');
	}
	return document;
}

/* Fail the test, naming WHY, unless the two are the same. */
static inline void spec_expect(const json_t *actual, const char *want,
			       const char *why)
{
	autoclean(jsonx_free) json_t *wanted = want ? spec_json(want) : NULL;
	char *shown;

	if (!want && !actual)
		return;
	if (wanted && actual && json_equal(actual, wanted))
		return;
	shown = actual ? json_dumps(actual, JSON_ENCODE_ANY) : NULL;
	print_error("%s\n  expected %s\n  got      %s\n", why,
		    want ? want : "(nothing)", shown ? shown : "(nothing)");
	free(shown);
	fail();
}

/* A container of the case's parts; the caller releases it. */
static inline void spec_container(const struct spec_case *row,
				  struct container *out)
{
	*out = (struct container)CONTAINER_INIT;
	out->document = json_pack(
		"{s:s,s:[s],s:o,s:o,s:o}", "path", "/bin/true", "args", "-v",
		"config", spec_json(row->config ? row->config : "{}"),
		"hostConfig", spec_json(row->host ? row->host : "{}"), "mounts",
		spec_json(row->mounts ? row->mounts : "[]"));
	out->config = json_object_get(out->document, "config");
	out->host_config = json_object_get(out->document, "hostConfig");
}

/* The specification of ROW's container, as REQUEST has it but for that. */
static inline json_t *spec_of(const struct spec_case *row,
			      const struct spec_request *request)
{
	autoclean(container_release) struct container container =
		CONTAINER_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(runtime_spec_release) struct runtime_spec parsed = {
		.mounts = NULL
	};
	struct spec_request own = *request;
	json_t *document = NULL;

	spec_container(row, &container);
	own.container = &container;
	own.mounts = json_object_get(container.document, "mounts");
	if (spec_generate(&own, &document, &err) < 0)
		fail_msg("%s: %s", row->why, err.msg);
	/*
	 * Whatever is asked for, the runner must be able to read it; the id
	 * maps of a user namespace are put in later.
	 */
	if (!own.is_rootless && runtime_spec_parse(document, &parsed, &err) < 0)
		fail_msg("%s: it cannot be read: %s", row->why, err.msg);
	return document;
}

/* Check all rows of a table with the default request. */
static inline void spec_check(const struct spec_case *rows, size_t count)
{
	char home[] = "/root";
	struct userdb_identity root = { .home = home };
	struct spec_request request = spec_defaults(NULL, &root);

	for (size_t i = 0; i < count; i++) {
		autoclean(jsonx_free)
			json_t *spec = spec_of(&rows[i], &request);

		spec_expect(spec_at(spec, rows[i].path), rows[i].want,
			    rows[i].why);
	}
}

#define SPEC_CHECK(rows) spec_check(rows, sizeof(rows) / sizeof(*(rows)))

#endif
