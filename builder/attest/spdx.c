/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX 2.3. */
#include "builder/attest/spdx.h"

#include <ctype.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/hasher.h"
#include "base/jsonx.h"
#include "registry/spec/purl.h"

#define DOCUMENT "SPDXRef-DOCUMENT"
#define ROOT "SPDXRef-DocumentRoot-Image"
#define UNSAID "NOASSERTION"

enum { ID_DIGITS = 16 };

/* "pkg:deb/debian/bash@5.2.15-2?arch=amd64&distro=debian-12" */
static char *purl_of(const struct package *package,
		     const struct os_release *release)
{
	struct strbuf text = STRBUF_INIT;
	const char *separator = "?";

	strbuf_addf(&text, "pkg:%s/", package_kind_name(package->kind));
	if (release->id) {
		purl_escape(release->id, "", &text);
		strbuf_addch(&text, '/');
	}
	purl_escape(package->name, "", &text);
	strbuf_addch(&text, '@');
	purl_escape(package->version, ":", &text);
	if (package->architecture) {
		strbuf_addstr(&text, "?arch=");
		purl_escape(package->architecture, "", &text);
		separator = "&";
	}
	if (release->id) {
		strbuf_addf(&text, "%sdistro=", separator);
		purl_escape(release->id, "", &text);
		if (release->version)
			strbuf_addf(&text, "-%s", release->version);
		separator = "&";
	}
	if (package->source && strcmp(package->source, package->name) != 0) {
		strbuf_addf(&text, "%supstream=", separator);
		purl_escape(package->source, "", &text);
	}
	return strbuf_steal(&text);
}

/* Letters, digits, "." and "-" are all that an id may have. */
static char *id_of(const struct package *package, const char *purl)
{
	struct strbuf text = STRBUF_INIT;
	struct digest digest;

	hasher_digest(DIGEST_SHA256, purl, strlen(purl), &digest);
	strbuf_addf(&text, "SPDXRef-Package-%s-",
		    package_kind_name(package->kind));
	for (const char *at = package->name; *at; at++)
		strbuf_addch(&text, isalnum((unsigned char)*at) || *at == '.'
					    ? *at
					    : '-');
	strbuf_addf(&text, "-%.*s", ID_DIGITS, digest_hex(&digest));
	return strbuf_steal(&text);
}

static json_t *make_package(const struct package *package, const char *id,
			    const char *purl)
{
	json_t *object = json_pack(
		"{s:s,s:s,s:s,s:s,s:b,s:s,s:s,s:s,s:[{s:s,s:s,s:s}]}", "name",
		package->name, "SPDXID", id, "versionInfo", package->version,
		"downloadLocation", UNSAID, "filesAnalyzed", 0,
		"licenseConcluded", UNSAID, "licenseDeclared", UNSAID,
		"copyrightText", UNSAID, "externalRefs", "referenceCategory",
		"PACKAGE-MANAGER", "referenceType", "purl", "referenceLocator",
		purl);

	if (package->license)
		(void)json_object_set_new(object, "licenseComments",
					  json_string(package->license));
	if (package->supplier) {
		autofree char *supplier = xasprintf("Organization: %s",
						    package->supplier);

		(void)json_object_set_new(object, "supplier",
					  json_string(supplier));
	}
	if (package->source) {
		autofree char *source = xasprintf("built from %s",
						  package->source);

		(void)json_object_set_new(object, "sourceInfo",
					  json_string(source));
	}
	return object;
}

static json_t *relate(const char *from, const char *how, const char *to)
{
	return json_pack("{s:s,s:s,s:s}", "spdxElementId", from,
			 "relationshipType", how, "relatedSpdxElement", to);
}

static void add_packages(const struct spdx_request *request, json_t *packages,
			 json_t *relations)
{
	const struct packages *found = &request->scan->packages;
	autoclean(jsonx_free) json_t *seen = json_object();

	for (size_t i = 0; i < found->count; i++) {
		const struct package *package = &found->items[i];
		autofree char *purl = purl_of(package, &request->scan->release);
		autofree char *id = id_of(package, purl);

		if (json_object_get(seen, id))
			continue; /* two databases know of it */
		(void)json_object_set_new(seen, id, json_true());
		(void)json_array_append_new(packages,
					    make_package(package, id, purl));
		(void)json_array_append_new(relations,
					    relate(ROOT, "CONTAINS", id));
	}
}

static json_t *make_creation(const struct spdx_request *request)
{
	const struct strvec *notes = &request->scan->notes;
	char text[CLOCK_TEXT_MAX];
	autofree char *tool = xasprintf("Tool: %s", request->tool);
	json_t *object;

	clock_format(clock_join(request->created, 0), text);
	object = json_pack("{s:s,s:[s]}", "created", text, "creators", tool);
	if (notes->count) {
		autoclean(strbuf_release) struct strbuf comment = STRBUF_INIT;

		for (size_t i = 0; i < notes->count; i++)
			strbuf_addf(&comment, "%s%s", i ? "; " : "",
				    notes->items[i]);
		(void)json_object_set_new(object, "comment",
					  json_string(comment.text));
	}
	return object;
}

static json_t *make_root(const char *name)
{
	return json_pack("{s:s,s:s,s:s,s:b,s:s,s:s,s:s,s:s}", "name", name,
			 "SPDXID", ROOT, "downloadLocation", UNSAID,
			 "filesAnalyzed", 0, "licenseConcluded", UNSAID,
			 "licenseDeclared", UNSAID, "copyrightText", UNSAID,
			 "primaryPackagePurpose", "CONTAINER");
}

/* Of its own contents: two that differ have two names. */
static void set_namespace(json_t *document)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autofree char *name = NULL;
	struct digest digest;

	jsonx_format(document, &text);
	hasher_digest(DIGEST_SHA256, text.text, text.length, &digest);
	name = xasprintf("urn:sha256:%s", digest_hex(&digest));
	(void)json_object_set_new(document, "documentNamespace",
				  json_string(name));
}

json_t *spdx_make(const struct spdx_request *request)
{
	json_t *packages = json_array();
	json_t *relations = json_array();
	json_t *document = json_pack(
		"{s:s,s:s,s:s,s:s,s:o,s:o,s:o}", "spdxVersion", "SPDX-2.3",
		"dataLicense", "CC0-1.0", "SPDXID", DOCUMENT, "name",
		request->name, "creationInfo", make_creation(request),
		"packages", packages, "relationships", relations);

	(void)json_array_append_new(packages, make_root(request->name));
	(void)json_array_append_new(relations,
				    relate(DOCUMENT, "DESCRIBES", ROOT));
	add_packages(request, packages, relations);
	set_namespace(document);
	return document;
}
