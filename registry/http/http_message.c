/* SPDX-License-Identifier: Apache-2.0 */
/* Looking things up in what a server answered. */
#include "registry/http/http_message.h"

#include <ctype.h>
#include <string.h>

#include "base/alloc.h"

const char *http_header_next(const struct http_response *response,
			     const char *name, size_t *at)
{
	size_t length = strlen(name);

	for (; *at < response->headers.count; (*at)++) {
		const char *line = response->headers.items[*at];

		if (strncasecmp(line, name, length) || line[length] != ':')
			continue;
		(*at)++;
		line += length + 1;
		return line + strspn(line, " \t");
	}
	return NULL;
}

const char *http_header(const struct http_response *response, const char *name)
{
	size_t at = 0;

	return http_header_next(response, name, &at);
}

bool http_header_size(const struct http_response *response, const char *name,
		      uint64_t *out)
{
	const char *value = http_header(response, name);
	uint64_t size = 0;

	if (!value || !isdigit((unsigned char)*value))
		return false;
	for (; isdigit((unsigned char)*value); value++) {
		if (__builtin_mul_overflow(size, 10u, &size) ||
		    __builtin_add_overflow(size, (unsigned)(*value - '0'),
					   &size))
			return false;
	}
	if (*value)
		return false;
	*out = size;
	return true;
}

char *http_redacted(const char *url)
{
	return xstrndup(url, strcspn(url, "?#"));
}

const char *http_method_name(enum http_method method)
{
	switch (method) {
	case HTTP_NONE:
		return "";
	case HTTP_GET:
		return "GET";
	case HTTP_HEAD:
		return "HEAD";
	case HTTP_POST:
		return "POST";
	case HTTP_PUT:
		return "PUT";
	case HTTP_PATCH:
		return "PATCH";
	case HTTP_DELETE:
		return "DELETE";
	}
	return "";
}

void http_response_release(struct http_response *response)
{
	strvec_release(&response->headers);
	strbuf_release(&response->body);
	free(response->url);
	*response = (struct http_response)HTTP_RESPONSE_INIT;
}
