/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Filters: the first line is matched against, each further line is a filter.
 * The first line is also read as a time.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cmd/filter.h"
#include "cmd/timestamp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Cut the line at TEXT off and return what follows. */
static char *next_line(char *text)
{
	char *end = strchr(text, '\n');

	if (!end)
		return NULL;
	*end = '\0';
	return end + 1;
}

static void ask(const struct filter *filter, const char *text)
{
	struct error err = ERROR_INIT;
	json_t *labels = json_pack("{s:s}", "a", "b");
	int64_t time = 0;
	bool value = false;

	(void)filter_match_regex(filter, "name", text); /* no crash is all */
	(void)filter_match_name(filter, "name", text);
	(void)filter_match_glob(filter, "reference", text);
	(void)filter_match_prefix(filter, "id", text);
	(void)filter_allows_labels(filter, labels);
	if (filter_bool(filter, "dangling", &value, &err) < 0)
		error_release(&err);
	if (filter_time(filter, "until", 0, &time, &err) < 0)
		error_release(&err);
	if (timestamp_parse(text, 0, &time, &err) < 0)
		error_release(&err);
	json_decref(labels);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct filter filter = FILTER_INIT;
	struct error err = ERROR_INIT;
	char *text, *line;

	if (size > 400) /* longer only makes regcomp slower */
		return 0;
	text = xstrndup((const char *)data, size);
	line = next_line(text);
	while (line) {
		char *rest = next_line(line);

		if (filter_set(&filter, line, &err) < 0)
			error_release(&err);
		line = rest;
	}
	ask(&filter, text);
	filter_release(&filter);
	free(text);
	return 0;
}
