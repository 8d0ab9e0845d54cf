/* SPDX-License-Identifier: Apache-2.0 */
/* docker's words for what a container is and does. */
#include "cmd/front/container_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/clock.h"

#define MINUTE (60 * CLOCK_SECOND)

static const struct {
	struct container_state state;
	const char *expected;
} statuses[] = {
	{ { .status = CONTAINER_CREATED }, "Created" },
	{ { .status = CONTAINER_RUNNING, .started = 55 * MINUTE },
	  "Up 5 minutes" },
	{ { .status = CONTAINER_PAUSED, .started = 55 * MINUTE },
	  "Up 5 minutes (Paused)" },
	{ { .status = CONTAINER_RESTARTING,
	    .exit_code = 1,
	    .started = MINUTE,
	    .finished = 58 * MINUTE },
	  "Restarting (1) 2 minutes ago" },
	{ { .status = CONTAINER_EXITED,
	    .exit_code = 137,
	    .started = MINUTE,
	    .finished = 58 * MINUTE },
	  "Exited (137) 2 minutes ago" },
	{ { .status = CONTAINER_EXITED, .exit_code = 137 }, "Exited (137)" },
	{ { .status = CONTAINER_REMOVING }, "Removal In Progress" },
	{ { .status = CONTAINER_DEAD }, "Dead" },
};

static void test_container_rows__status(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++) {
		autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

		container_rows_status(&statuses[i].state, 60 * MINUTE, &text);
		assert_string_equal(text.text, statuses[i].expected);
	}
}

#define ID "ff367b469daf89d685f17f584377c41fbc1cb9c1f4d440768221abb0e63d32bd"
#define IMAGE \
	"sha256:1b25bd82b804ba6f02d207adf6755e2c99844cd91d77c167ba93297b378789f9"

static void fill(struct container_entry *entry, const char *document,
		 const char *image)
{
	struct container *container = &entry->container;
	json_t *own = json_loads(document, 0, NULL);

	assert_non_null(own);
	*entry = (struct container_entry){ .container = CONTAINER_INIT };
	(void)snprintf(container->id, sizeof(container->id), "%s", ID);
	container->document = own;
	container->name = "brave";
	container->image = IMAGE;
	container->config = json_object_get(own, "config");
	container->host_config = json_object_get(own, "hostConfig");
	entry->state.status = CONTAINER_CREATED;
	entry->image = xstrdup(image);
}

/* The field NAME of the row of a container. */
static char *row_field(const char *document, const char *image, bool is_whole,
		       const char *name)
{
	struct container_entry entry;
	struct container_entries entries = { &entry, 1 };
	struct container_rows_options how = { is_whole, 60 * MINUTE };
	json_t *rows;
	char *text;

	fill(&entry, document, image);
	rows = container_rows_make(&entries, &how);
	text = xstrdup(json_string_value(
		json_object_get(json_array_get(rows, 0), name)));
	json_decref(rows);
	container_entry_release(&entry);
	assert_non_null(text);
	return text;
}

#define PROGRAM \
	"{\"path\":\"sh\",\"args\":[\"-c\",\"echo \\\"hi <b>\\\"; sleep 3\"]}"
#define MOUNTS                                                   \
	"{\"mounts\":[{\"Type\":\"bind\",\"Source\":\"/tmp\"},"  \
	"{\"Type\":\"volume\",\"Name\":\"0123456789abcdefghi\"," \
	"\"Driver\":\"local\"}]}"
#define LABELS "{\"config\":{\"Labels\":{\"b\":\"2\",\"a\":\"1\",\"c\":\"\"}}}"
#define NETWORK(mode) "{\"hostConfig\":{\"NetworkMode\":\"" mode "\"}}"

static const struct {
	const char *document;
	const char *image;
	bool is_whole;
	const char *field;
	const char *expected;
} fields[] = {
	{ "{}", "x", false, "ID", "ff367b469daf" },
	{ "{}", "x", true, "ID", ID },
	{ "{}", "x", false, "Names", "brave" },
	{ "{}", "x", false, "State", "created" },
	{ "{}", "x", false, "Ports", "" },
	{ "{}", "x", false, "Size", "0B" },
	{ "{}", "127.0.0.1:5000/x", false, "Image", "127.0.0.1:5000/x" },
	{ "{}", IMAGE, false, "Image", "1b25bd82b804" },
	{ "{}", IMAGE, true, "Image", IMAGE },
	{ "{}", "x:1@" IMAGE, false, "Image", "x:1" },
	{ "{}", "x@" IMAGE, false, "Image", "x@" IMAGE },
	{ PROGRAM, "x", false, "Command", "\"sh -c 'echo \\\"hi <b>…\"" },
	{ PROGRAM, "x", true, "Command",
	  "\"sh -c 'echo \\\"hi <b>\\\"; sleep 3'\"" },
	{ MOUNTS, "x", false, "Mounts", "/tmp,0123456789abcd…" },
	{ MOUNTS, "x", true, "Mounts", "/tmp,0123456789abcdefghi" },
	{ MOUNTS, "x", false, "LocalVolumes", "1" },
	{ LABELS, "x", false, "Labels", "a=1,b=2,c=" },
	{ NETWORK("none"), "x", false, "Networks", "none" },
	{ NETWORK("container:abc"), "x", false, "Networks", "" },
};

static void test_container_rows__fields(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		autofree char *text =
			row_field(fields[i].document, fields[i].image,
				  fields[i].is_whole, fields[i].field);

		assert_string_equal(text, fields[i].expected);
	}
}

static void test_container_rows__sizes(void **state)
{
	struct container_entry entry;
	struct container_entries entries = { &entry, 1 };
	struct container_rows_options how = { false, 0 };
	json_t *rows;

	(void)state;
	fill(&entry, "{}", "x");
	entry.size_rw = 2000000;
	entry.size_root = 166047917;
	rows = container_rows_make(&entries, &how);
	assert_string_equal(json_string_value(json_object_get(
				    json_array_get(rows, 0), "Size")),
			    "2MB (virtual 166MB)");
	json_decref(rows);
	container_entry_release(&entry);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_container_rows__status),
		cmocka_unit_test(test_container_rows__fields),
		cmocka_unit_test(test_container_rows__sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
