/* SPDX-License-Identifier: Apache-2.0 */
/* Statements that a build is asked for. */
#include "cmd/front/build_attest.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static int sbom_field(const char *field, bool *out, struct error *err)
{
	if (!strcmp(field, "true") || !strcmp(field, "1") ||
	    !strcmp(field, "disabled=false")) {
		*out = true;
		return 0;
	}
	if (!strcmp(field, "false") || !strcmp(field, "0") ||
	    !strcmp(field, "disabled=true")) {
		*out = false;
		return 0;
	}
	if (!strncmp(field, "generator=", 10))
		return error_set(err, ERROR_UNSUPPORTED,
				 "generators of others are not run: leave "
				 "generator= out");
	return error_set(err, ERROR_INVALID,
			 "invalid sbom field '%s': must be true, false or "
			 "disabled=bool",
			 field);
}

static int parse_sbom(const char *text, bool *out, struct error *err)
{
	*out = true;
	while (*text) {
		size_t length = strcspn(text, ",");
		autofree char *field = xstrndup(text, length);

		if (sbom_field(field, out, err) < 0)
			return -1;
		text += length + (text[length] == ',');
	}
	return 0;
}

/* TEXT without its field "type=…", which is handed out. */
static char *take_type(const char *text, char **type_out)
{
	struct strbuf rest = STRBUF_INIT;

	*type_out = NULL;
	while (*text) {
		size_t length = strcspn(text, ",");

		if (!strncmp(text, "type=", 5)) {
			free(*type_out);
			*type_out = xstrndup(text + 5, length - 5);
		} else {
			strbuf_addf(&rest, "%s%.*s", rest.length ? "," : "",
				    (int)length, text);
		}
		text += length + (text[length] == ',');
	}
	return strbuf_steal(&rest);
}

static int parse_attest(const char *text, struct build_attest *out,
			struct error *err)
{
	autofree char *type = NULL;
	autofree char *rest = take_type(text, &type);

	if (!type)
		return error_set(err, ERROR_INVALID,
				 "attestation type not specified");
	if (!strcmp(type, "provenance"))
		return provenance_options_parse(rest, &out->provenance, err);
	if (!strcmp(type, "sbom"))
		return parse_sbom(rest, &out->has_sbom, err);
	return error_set(err, ERROR_INVALID,
			 "unknown attestation type %s: must be provenance or "
			 "sbom",
			 type);
}

int build_attest_parse(const struct build_options *options,
		       struct build_attest *out, struct error *err)
{
	for (size_t i = 0; i < options->attests.count; i++)
		if (parse_attest(options->attests.items[i], out, err) < 0)
			return error_wrap(err, "--attest %s",
					  options->attests.items[i]);
	if (options->provenance &&
	    provenance_options_parse(options->provenance, &out->provenance,
				     err) < 0)
		return error_wrap(err, "--provenance");
	if (options->sbom && parse_sbom(options->sbom, &out->has_sbom, err) < 0)
		return error_wrap(err, "--sbom");
	return 0;
}

bool build_attest_is_wanted(const struct build_attest *attest)
{
	return attest->has_sbom || attest->provenance.mode != PROVENANCE_NONE;
}
