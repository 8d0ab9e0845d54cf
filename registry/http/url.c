/* SPDX-License-Identifier: Apache-2.0 */
/*
 * URL grammar (RFC 3986, section 3), reduced to what a registry may send:
 *
 *   url       = ("http" / "https") "://" host [":" port] path ["?" query]
 *               ["#" fragment]
 *   host      = 1*(ALPHA / DIGIT / "-" / "." / "_")
 *             / "[" 1*(HEXDIG / ":" / ".") "]"
 *   path      = "" / "/" *visible
 *
 * A reference may lack any leading part (section 4.2); resolving follows
 * section 5.2, dot segments and all.
 */
#include "registry/http/url.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "registry/registry_limits.h"

static const char host_bytes[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
static const char address_bytes[] = "0123456789abcdefABCDEF:.";

static int refuse(struct error *err, const char *why)
{
	return error_set(err, ERROR_INVALID, "invalid URL: %s", why);
}

/* Visible ASCII only: what else comes here would be a smuggling attempt. */
static int check_bytes(const char *text, struct error *err)
{
	size_t length = strlen(text);

	if (length > REGISTRY_URL_MAX)
		return error_set(err, ERROR_TOO_LARGE,
				 "URL of %zu bytes is over the limit of %zu",
				 length, REGISTRY_URL_MAX);
	for (size_t i = 0; i < length; i++) {
		if (text[i] <= ' ' || text[i] > '~' || text[i] == '\\')
			return refuse(err, "byte that needs escaping");
	}
	return 0;
}

static char *lower_copy(const char *text, size_t length)
{
	char *copy = xstrndup(text, length);

	for (char *at = copy; *at; at++) {
		if (*at >= 'A' && *at <= 'Z')
			*at = (char)(*at - 'A' + 'a');
	}
	return copy;
}

/* Length of a host at the start of TEXT, 0 when there is none. */
static size_t host_length(const char *text)
{
	size_t length;

	if (*text != '[')
		return strspn(text, host_bytes);
	length = strspn(text + 1, address_bytes);
	return length && text[length + 1] == ']' ? length + 2 : 0;
}

static int parse_port(const char *text, size_t length, unsigned *out,
		      struct error *err)
{
	unsigned port = 0;

	/* "host:" means the scheme's own port. */
	if (!length)
		return 0;
	if (length > 5 || strspn(text, "0123456789") < length)
		return refuse(err, "bad port");
	for (size_t i = 0; i < length; i++)
		port = port * 10 + (unsigned)(text[i] - '0');
	if (!port || port > 65535)
		return refuse(err, "port out of range");
	*out = port;
	return 0;
}

static unsigned default_port(bool is_https)
{
	return is_https ? 443 : 80;
}

/* Parse "host[:port]" up to the path, which REST then points to. */
static int parse_authority(const char *text, struct url *out, const char **rest,
			   struct error *err)
{
	size_t length = strcspn(text, "/?#");
	size_t host = host_length(text);

	if (memchr(text, '@', length))
		return refuse(err, "user information");
	/* No empty labels: a host is a folder's name in certs.d. */
	if (!host || host > length || *text == '.' ||
	    memmem(text, host, "..", 2))
		return refuse(err, "bad host");
	out->host = lower_copy(text, host);
	out->port = default_port(out->is_https);
	*rest = text + length;
	if (host == length)
		return 0;
	if (text[host] != ':')
		return refuse(err, "bad host");
	return parse_port(text + host + 1, length - host - 1, &out->port, err);
}

/*
 * Resolve "." and ".." (section 5.2.4). PATH begins with a slash; whatever
 * leads above the root stays there.
 */
static char *remove_dots(const char *path)
{
	struct strbuf out = STRBUF_LIMIT(2 * REGISTRY_URL_MAX);

	while (*path) {
		size_t length = 1 + strcspn(path + 1, "/");
		bool is_last = !path[length];

		if (length == 2 && path[1] == '.') {
			if (is_last)
				strbuf_addch(&out, '/');
		} else if (length == 3 && path[1] == '.' && path[2] == '.') {
			const char *slash = strrchr(out.text, '/');

			strbuf_truncate(&out,
					slash ? (size_t)(slash - out.text) : 0);
			if (is_last)
				strbuf_addch(&out, '/');
		} else {
			strbuf_add(&out, path, length);
		}
		path += length;
	}
	return strbuf_steal(&out);
}

/* Take path and query from TEXT, relative to DIRECTORY (ends in a slash). */
static void parse_path(const char *text, const char *directory, struct url *out)
{
	size_t length = strcspn(text, "?#");
	autofree char *joined = xasprintf(
		"%s%.*s", *text == '/' ? "" : directory, (int)length, text);

	out->path = remove_dots(joined);
	if (text[length] == '?')
		out->query = xstrndup(text + length + 1,
				      strcspn(text + length + 1, "#"));
}

/* The scheme at the start of TEXT; AFTER is what follows "://". */
static int parse_scheme(const char *text, bool *is_https, const char **after,
			struct error *err)
{
	size_t length = strcspn(text, ":");

	*is_https = length == 5 && strncasecmp(text, "https", 5) == 0;
	if (!*is_https && !(length == 4 && strncasecmp(text, "http", 4) == 0))
		return refuse(err, "neither http nor https");
	if (strncmp(text + length, "://", 3) != 0)
		return refuse(err, "no host");
	*after = text + length + 3;
	return 0;
}

/* Parse what follows the scheme, which OUT has already. */
static int parse_rest(const char *text, struct url *out, struct error *err)
{
	if (parse_authority(text, out, &text, err) < 0)
		return -1;
	parse_path(text, "/", out);
	return 0;
}

static void move(struct url *from, struct url *to)
{
	url_release(to);
	*to = *from;
	*from = (struct url)URL_INIT;
}

int url_parse(const char *text, struct url *out, struct error *err)
{
	autoclean(url_release) struct url parsed = URL_INIT;

	if (check_bytes(text, err) < 0 ||
	    parse_scheme(text, &parsed.is_https, &text, err) < 0 ||
	    parse_rest(text, &parsed, err) < 0)
		return -1;
	move(&parsed, out);
	return 0;
}

/* Whether TEXT begins with "scheme:". */
static bool has_scheme(const char *text)
{
	size_t length = strcspn(text, ":/?#");

	return text[length] == ':';
}

static void resolve_path(const struct url *base, const char *reference,
			 struct url *out)
{
	size_t directory = (size_t)(strrchr(base->path, '/') - base->path) + 1;
	autofree char *parent = xstrndup(base->path, directory);

	out->host = xstrdup(base->host);
	out->port = base->port;
	parse_path(reference, parent, out);
	if (*reference && *reference != '?' && *reference != '#')
		return;
	/* Only a query, or nothing: the base's own path stays. */
	free(out->path);
	out->path = xstrdup(base->path);
	if (*reference != '?')
		out->query = xstrdup(base->query);
}

int url_resolve(const struct url *base, const char *reference, struct url *out,
		struct error *err)
{
	autoclean(url_release) struct url parsed = URL_INIT;

	if (has_scheme(reference))
		return url_parse(reference, out, err);
	if (check_bytes(reference, err) < 0)
		return -1;
	parsed.is_https = base->is_https;
	if (strncmp(reference, "//", 2) == 0) {
		if (parse_rest(reference + 2, &parsed, err) < 0)
			return -1;
	} else {
		resolve_path(base, reference, &parsed);
	}
	if (strlen(parsed.path) > REGISTRY_URL_MAX)
		return error_set(err, ERROR_TOO_LARGE,
				 "URL is over the limit of %zu bytes",
				 REGISTRY_URL_MAX);
	move(&parsed, out);
	return 0;
}

char *url_authority(const struct url *url)
{
	if (url->port == default_port(url->is_https))
		return xasprintf("%s", url->host);
	return xasprintf("%s:%u", url->host, url->port);
}

char *url_format(const struct url *url)
{
	autofree char *authority = url_authority(url);

	return xasprintf("%s://%s%s%s%s", url->is_https ? "https" : "http",
			 authority, url->path, url->query ? "?" : "",
			 url->query ? url->query : "");
}

bool url_is_same_origin(const struct url *a, const struct url *b)
{
	return a->is_https == b->is_https && a->port == b->port &&
	       strcmp(a->host, b->host) == 0;
}

bool url_is_loopback(const char *host)
{
	size_t length = host_length(host);
	struct in6_addr v6;
	struct in_addr v4;
	char text[INET6_ADDRSTRLEN];

	if (host[length] && host[length] != ':')
		return false;
	if (length == 9 && strncasecmp(host, "localhost", 9) == 0)
		return true;
	if (length > 2 && *host == '[') {
		host++;
		length -= 2;
	}
	if (!length || length >= sizeof(text))
		return false;
	memcpy(text, host, length);
	text[length] = '\0';
	if (inet_pton(AF_INET, text, &v4) == 1)
		return (ntohl(v4.s_addr) >> 24) == 127;
	return inet_pton(AF_INET6, text, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

void url_escape(const char *text, struct strbuf *out)
{
	static const char unreserved[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789-._~";

	for (; *text; text++) {
		if (strchr(unreserved, *text))
			strbuf_addch(out, *text);
		else
			strbuf_addf(out, "%%%02X", (unsigned char)*text);
	}
}

void url_add_query(struct url *url, const char *name, const char *value)
{
	struct strbuf query = STRBUF_INIT;

	if (url->query && *url->query)
		strbuf_addf(&query, "%s&", url->query);
	url_escape(name, &query);
	strbuf_addch(&query, '=');
	url_escape(value, &query);
	free(url->query);
	url->query = strbuf_steal(&query);
}

void url_release(struct url *url)
{
	free(url->host);
	free(url->path);
	free(url->query);
	*url = (struct url)URL_INIT;
}
