/* SPDX-License-Identifier: Apache-2.0 */
/* os-release(5). */
#include "builder/attest/os_release.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* Values of these two are plain words, quoted or not. */
static char *read_value(const char *value, size_t length)
{
	if (length >= 2 && (*value == '"' || *value == '\'') &&
	    value[length - 1] == *value) {
		value++;
		length -= 2;
	}
	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)value[i]) &&
		    !memchr("._-~+", value[i], 5))
			return NULL;
	return length ? xstrndup(value, length) : NULL;
}

static void take_line(const char *line, size_t length, struct os_release *out)
{
	static const char id[] = "ID=";
	static const char version[] = "VERSION_ID=";
	char **field = NULL;
	size_t size = 0;

	if (length > sizeof(id) - 1 && !memcmp(line, id, sizeof(id) - 1)) {
		field = &out->id;
		size = sizeof(id) - 1;
	}
	if (length > sizeof(version) - 1 &&
	    !memcmp(line, version, sizeof(version) - 1)) {
		field = &out->version;
		size = sizeof(version) - 1;
	}
	if (!field)
		return;
	free(*field);
	*field = read_value(line + size, length - size);
}

void os_release_parse(const char *bytes, size_t length, struct os_release *out)
{
	const char *end = bytes + length;

	while (bytes < end) {
		const char *stop = memchr(bytes, '\n', (size_t)(end - bytes));
		size_t size = (size_t)((stop ? stop : end) - bytes);

		take_line(bytes, size, out);
		bytes += size + 1;
	}
}

void os_release_release(struct os_release *release)
{
	free(release->id);
	free(release->version);
	*release = (struct os_release){ NULL, NULL };
}
