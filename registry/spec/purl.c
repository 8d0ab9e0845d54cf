/* SPDX-License-Identifier: Apache-2.0 */
/* Package URLs. */
#include "registry/spec/purl.h"

#include <ctype.h>
#include <string.h>

#include "base/alloc.h"

void purl_escape(const char *text, const char *kept, struct strbuf *out)
{
	for (const char *at = text; *at; at++) {
		if (isalnum((unsigned char)*at) || strchr("-._~", *at) ||
		    strchr(kept, *at))
			strbuf_addch(out, *at);
		else
			strbuf_addf(out, "%%%02X", (unsigned char)*at);
	}
}

char *purl_image(const struct reference *name, const struct platform *platform)
{
	autofree char *repository = reference_familiar_name(name);
	autofree char *what = platform_format(platform);
	struct strbuf text = STRBUF_INIT;

	strbuf_addstr(&text, "pkg:docker/");
	purl_escape(repository, "/:", &text);
	if (name->tag)
		strbuf_addf(&text, "@%s", name->tag);
	else if (!name->digest)
		strbuf_addstr(&text, "@latest");
	strbuf_addch(&text, '?');
	if (name->digest) {
		strbuf_addstr(&text, "digest=");
		purl_escape(name->digest, ":", &text);
		strbuf_addch(&text, '&');
	}
	strbuf_addstr(&text, "platform=");
	purl_escape(what, "", &text);
	return strbuf_steal(&text);
}
