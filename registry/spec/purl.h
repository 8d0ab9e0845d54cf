/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Package URLs: what a material or a subject of a statement is called.
 *
 *   purl = "pkg:" type "/" name "@" version [ "?" key "=" value { "&" … } ]
 */
#ifndef REGISTRY_SPEC_PURL_H
#define REGISTRY_SPEC_PURL_H

#include "base/strbuf.h"
#include "registry/spec/platform.h"
#include "registry/spec/reference.h"

/* Append TEXT; what is no letter, digit or one of "-._~" nor in KEPT as %XX. */
void purl_escape(const char *text, const char *kept, struct strbuf *out);

/*
 * The purl of an image, as BuildKit writes it:
 * "pkg:docker/alice/app@1.0?platform=linux%2Famd64".
 */
char *purl_image(const struct reference *name, const struct platform *platform)
	__attribute__((returns_nonnull));

#endif
