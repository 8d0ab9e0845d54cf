/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reference grammar (distribution/reference):
 *
 *   reference  = domain "/" path [":" tag] ["@" digest]
 *   domain     = host [":" port]
 *   host       = label *("." label) / "[" *(HEXDIG / ":") "]"
 *   label      = alnum [*(alnum / "-") alnum]
 *   path       = component *("/" component)
 *   component  = word *(separator word)       word: lower case or digits
 *   separator  = "." / "_" / "__" / 1*"-"
 *   tag        = (alnum / "_") *127(alnum / "_" / "." / "-")
 *
 * What is written before the first slash is a domain when it holds a dot, a
 * colon or an upper case letter, or is "localhost".
 */
#include "registry/spec/reference.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/strbuf.h"

static const char default_domain[] = "docker.io";
static const char legacy_domain[] = "index.docker.io";
static const char official_prefix[] = "library/";

/* Locale-free character classes: names are ASCII. */
static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_number(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
	return is_lower(c) || is_upper(c) || is_number(c);
}

static bool is_hex(char c)
{
	return is_number(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* A piece of the text under inspection. */
struct slice {
	const char *at;
	size_t length;
};

static bool slice_is(struct slice slice, const char *text)
{
	return strlen(text) == slice.length &&
	       !memcmp(slice.at, text, slice.length);
}

static bool slice_has_upper(struct slice slice)
{
	for (size_t i = 0; i < slice.length; i++) {
		if (is_upper(slice.at[i]))
			return true;
	}
	return false;
}

/* A bare name of this shape would be mistaken for an image id. */
static bool is_image_id(const char *text)
{
	size_t length = strlen(text);

	return length == 64 && strspn(text, "0123456789abcdef") == length;
}

static bool is_label(const char *text, size_t length)
{
	if (!length || text[0] == '-' || text[length - 1] == '-')
		return false;
	for (size_t i = 0; i < length; i++) {
		if (!is_alnum(text[i]) && text[i] != '-')
			return false;
	}
	return true;
}

static bool is_host(const char *text, size_t length)
{
	size_t start = 0;

	for (size_t i = 0; i <= length; i++) {
		if (i < length && text[i] != '.')
			continue;
		if (!is_label(text + start, i - start))
			return false;
		start = i + 1;
	}
	return true;
}

static bool is_port(const char *text, size_t length)
{
	unsigned long port = 0;

	if (!length || length > 5)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (!is_number(text[i]))
			return false;
		port = port * 10 + (unsigned long)(text[i] - '0');
	}
	return port > 0 && port <= 65535;
}

static bool is_domain(struct slice domain)
{
	const char *end = domain.at + domain.length;
	const char *at = domain.at;
	const char *colon;

	if (domain.length && *at == '[') {
		for (at++; at < end && (is_hex(*at) || *at == ':'); at++)
			;
		if (at == end || *at != ']' || at == domain.at + 1)
			return false;
		at++;
		return at == end ||
		       (*at == ':' && is_port(at + 1, (size_t)(end - at - 1)));
	}
	colon = memchr(at, ':', domain.length);
	if (!colon)
		return is_host(at, domain.length);
	return is_host(at, (size_t)(colon - at)) &&
	       is_port(colon + 1, (size_t)(end - colon - 1));
}

static bool is_word_byte(char c)
{
	return is_lower(c) || is_number(c);
}

/* Length of the separator at AT, 0 when there is none. */
static size_t separator_length(const char *at, const char *end)
{
	size_t length = 0;

	if (*at == '.')
		return 1;
	if (*at == '_')
		return end - at > 1 && at[1] == '_' ? 2 : 1;
	while (at + length < end && at[length] == '-')
		length++;
	return length;
}

static bool is_component(const char *at, const char *end)
{
	while (at < end && is_word_byte(*at)) {
		while (at < end && is_word_byte(*at))
			at++;
		if (at == end)
			return true;
		at += separator_length(at, end);
	}
	return false; /* empty, a bad byte, or ends in a separator */
}

static bool is_path(struct slice path)
{
	const char *end = path.at + path.length;
	const char *start = path.at;

	for (const char *at = path.at; at <= end; at++) {
		if (at < end && *at != '/')
			continue;
		if (!is_component(start, at))
			return false;
		start = at + 1;
	}
	return true;
}

bool reference_is_tag(const char *text, size_t length)
{
	if (!length || length > REFERENCE_TAG_MAX)
		return false;
	for (size_t i = 0; i < length; i++) {
		bool word = is_alnum(text[i]) || text[i] == '_';

		if (!word && (!i || (text[i] != '.' && text[i] != '-')))
			return false;
	}
	return true;
}

/* The pieces of a reference, borrowed from its text. */
struct pieces {
	struct slice domain;
	struct slice path;
	struct slice tag;   /* at is NULL when absent */
	const char *digest; /* NULL when absent */
	bool is_official;   /* a one-component name of docker.io */
};

/* Whether what stands before the first slash names a registry. */
static bool is_registry(struct slice first)
{
	return slice_is(first, "localhost") || slice_has_upper(first) ||
	       memchr(first.at, '.', first.length) ||
	       memchr(first.at, ':', first.length);
}

static void split_domain(const char *text, struct pieces *out)
{
	struct slice first = { text, strcspn(text, "/") };
	struct slice docker = { default_domain, sizeof(default_domain) - 1 };

	out->domain = docker;
	out->path.at = text;
	if (text[first.length] != '/' || !is_registry(first))
		return;
	if (!slice_is(first, legacy_domain))
		out->domain = first;
	out->path.at = text + first.length + 1;
}

static void split(const char *text, struct pieces *out)
{
	const char *at;

	split_domain(text, out);
	out->path.length = strcspn(out->path.at, ":@");
	out->is_official = slice_is(out->domain, default_domain) &&
			   !memchr(out->path.at, '/', out->path.length);
	at = out->path.at + out->path.length;
	if (*at == ':') {
		out->tag.at = at + 1;
		out->tag.length = strcspn(at + 1, "@");
		at = out->tag.at + out->tag.length;
	}
	if (*at == '@')
		out->digest = at + 1;
}

static int refuse(struct error *err, const char *part, struct slice slice)
{
	int shown = slice.length < REFERENCE_NAME_MAX ? (int)slice.length
						      : REFERENCE_NAME_MAX;

	return error_set(err, ERROR_INVALID,
			 "invalid reference format: %s \"%.*s\"", part, shown,
			 slice.at);
}

static int check_digest(const char *text, struct error *err)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	struct slice slice = { text, strlen(text) };
	struct digest digest;

	if (digest_parse(text, &digest, &ignored) == 0)
		return 0;
	if (strncmp(text, "sha256:", 7) != 0 &&
	    strncmp(text, "sha512:", 7) != 0)
		return refuse(err, "unsupported digest algorithm in", slice);
	return refuse(err, "invalid checksum digest", slice);
}

static int check(const char *text, const struct pieces *pieces,
		 struct error *err)
{
	const char *prefix = pieces->is_official ? official_prefix : "";
	size_t total = pieces->domain.length + 1 + strlen(prefix) +
		       pieces->path.length;

	if (is_image_id(text))
		return error_set(err, ERROR_INVALID,
				 "invalid repository name (%s), cannot specify "
				 "64-byte hexadecimal strings",
				 text);
	if (total > REFERENCE_NAME_MAX)
		return error_set(err, ERROR_INVALID,
				 "invalid reference format: repository name "
				 "must not be more than %d characters",
				 REFERENCE_NAME_MAX);
	if (slice_has_upper(pieces->path))
		return error_set(err, ERROR_INVALID,
				 "invalid reference format: repository name "
				 "(%s%.*s) must be lowercase",
				 prefix, (int)pieces->path.length,
				 pieces->path.at);
	if (!is_domain(pieces->domain))
		return refuse(err, "registry", pieces->domain);
	if (!is_path(pieces->path))
		return refuse(err, "repository name", pieces->path);
	if (pieces->tag.at &&
	    !reference_is_tag(pieces->tag.at, pieces->tag.length))
		return refuse(err, "tag", pieces->tag);
	return pieces->digest ? check_digest(pieces->digest, err) : 0;
}

int reference_parse(const char *text, struct reference *out, struct error *err)
{
	struct pieces pieces = { 0 };

	split(text, &pieces);
	if (check(text, &pieces, err) < 0)
		return -1;
	reference_release(out);
	out->domain = xstrndup(pieces.domain.at, pieces.domain.length);
	out->path = xasprintf("%s%.*s",
			      pieces.is_official ? official_prefix : "",
			      (int)pieces.path.length, pieces.path.at);
	if (pieces.tag.at)
		out->tag = xstrndup(pieces.tag.at, pieces.tag.length);
	out->digest = xstrdup(pieces.digest);
	return 0;
}

void reference_default_tag(struct reference *reference)
{
	if (!reference->tag && !reference->digest)
		reference->tag = xstrdup("latest");
}

static char *with_suffix(const char *name, const struct reference *reference)
{
	return xasprintf("%s%s%s%s%s", name, reference->tag ? ":" : "",
			 reference->tag ? reference->tag : "",
			 reference->digest ? "@" : "",
			 reference->digest ? reference->digest : "");
}

char *reference_format(const struct reference *reference)
{
	autofree char *name = xasprintf("%s/%s", reference->domain,
					reference->path);

	return with_suffix(name, reference);
}

/* The repository of docker.io shortened, or NULL when that would not parse. */
static const char *familiar_path(const char *path)
{
	size_t prefix = strlen(official_prefix);
	const char *rest = path + prefix;

	if (strncmp(path, official_prefix, prefix) == 0 && !strchr(rest, '/'))
		return is_image_id(rest) ? NULL : rest;
	/* "docker.io/localhost/x" and "docker.io/a.b/x" need their domain. */
	if (is_registry((struct slice){ path, strcspn(path, "/") }))
		return NULL;
	return path;
}

char *reference_familiar_name(const struct reference *reference)
{
	const char *path = NULL;

	if (strcmp(reference->domain, default_domain) == 0)
		path = familiar_path(reference->path);
	if (path)
		return xstrdup(path);
	return xasprintf("%s/%s", reference->domain, reference->path);
}

char *reference_familiar(const struct reference *reference)
{
	autofree char *name = reference_familiar_name(reference);

	return with_suffix(name, reference);
}

void reference_copy(const struct reference *from, struct reference *to)
{
	struct reference copy = {
		.domain = xstrdup(from->domain),
		.path = xstrdup(from->path),
		.tag = xstrdup(from->tag),
		.digest = xstrdup(from->digest),
	};

	reference_release(to);
	*to = copy;
}

void reference_release(struct reference *reference)
{
	free(reference->domain);
	free(reference->path);
	free(reference->tag);
	free(reference->digest);
	*reference = (struct reference)REFERENCE_INIT;
}
