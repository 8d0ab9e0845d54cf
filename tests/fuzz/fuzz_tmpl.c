/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Templates against a small document: the bytes up to the first NUL are the
 * template; the rest, if it is JSON, takes the document's place.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cmd/tmpl/tmpl.h"

static const char sample[] =
	"{\"Name\":\"/x\",\"Labels\":{\"a\":\"1\",\"b\":\"2\"},\"Pid\":7,"
	"\"State\":{\"Running\":true,\"Health\":null},\"Env\":[\"A=1\",\"B\"],"
	"\"Ports\":{\"80/tcp\":[{\"HostPort\":\"8080\"}]},\"F\":1.5}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void execute(const struct tmpl *tmpl, const struct tmpl_options *options,
		    const json_t *document)
{
	struct strbuf out = STRBUF_LIMIT(1 << 20);
	struct error err = ERROR_INIT;

	if (tmpl_execute_with(tmpl, options, document, &out, &err) < 0)
		error_release(&err);
	strbuf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct tmpl_options raw = { .is_raw = true };
	static const struct tmpl_options typed = { .type = "row",
						   .escapes_html = true };
	static const struct tmpl_options header = { .is_map = true,
						    .is_header = true };
	char *text = xstrndup((const char *)data, size);
	size_t length = strlen(text) + 1;
	struct error err = ERROR_INIT;
	json_t *document = NULL;
	struct tmpl *tmpl;

	if (length < size)
		document = json_loadb((const char *)data + length,
				      size - length, 0, NULL);
	if (!document)
		document = json_loads(sample, 0, NULL);
	if (tmpl_parse(text, &tmpl, &err) == 0) {
		execute(tmpl, &raw, document);
		execute(tmpl, &typed, document);
		execute(tmpl, &header, document);
		tmpl_free(tmpl);
	} else {
		error_release(&err);
	}
	json_decref(document);
	free(text);
	return 0;
}
