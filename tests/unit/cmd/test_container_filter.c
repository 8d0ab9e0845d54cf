/* SPDX-License-Identifier: Apache-2.0 */
/* Which containers each filter of ps leaves. */
#include "cmd/front/container_filter.h"

#include "tests/unit/layers/store_fixture.h"

struct sample {
	char digit; /* of its id */
	const char *name;
	const char *document;
	struct container_state state;
};

#define DOCUMENT(labels, mounts, network)                        \
	"{\"config\":{\"Labels\":" labels "},\"mounts\":" mounts \
	",\"hostConfig\":{\"NetworkMode\":\"" network "\"}}"

/* Newest first. */
static const struct sample samples[] = {
	{ 'a',
	  "running-one",
	  DOCUMENT("{\"k\":\"one\"}", "[]", "none"),
	  { .status = CONTAINER_RUNNING, .started = 1 } },
	{ 'b',
	  "ended-three",
	  DOCUMENT("{\"k\":\"two\"}",
		   "[{\"Name\":\"vol\",\"Destination\":\"/data\"}]", "host"),
	  { .status = CONTAINER_EXITED, .exit_code = 3, .started = 1 } },
	{ 'c',
	  "created",
	  DOCUMENT("null", "[]", "none"),
	  { .status = CONTAINER_CREATED } },
	{ 'd',
	  "paused",
	  DOCUMENT("{\"q\":\"\"}", "[]", "none"),
	  { .status = CONTAINER_PAUSED, .started = 1 } },
	{ 'e',
	  "failed",
	  DOCUMENT("{}", "[]", "none"),
	  { .status = CONTAINER_CREATED, .exit_code = 127 } },
};

enum { SAMPLES = sizeof(samples) / sizeof(*samples) };

static const struct {
	const char *why;
	bool is_all;
	int64_t most;
	const char *filters;
	const char *expected; /* digits of the ids */
} cases[] = {
	{ "only running ones", false, -1, "", "ad" },
	{ "all", true, -1, "", "abcde" },
	{ "the last, whatever it does", false, 3, "", "abc" },
	{ "-n 0 is no limit", false, 0, "", "ad" },
	{ "a status means all", false, -1, "status=exited", "b" },
	{ "either status", false, -1, "status=running status=created", "ace" },
	{ "exit code", true, -1, "exited=3", "b" },
	{ "what never ran has no exit code", true, -1, "exited=127", "" },
	{ "what runs has no exit code", true, -1, "exited=0", "" },
	{ "a label", true, -1, "label=k", "ab" },
	{ "a label's value", true, -1, "label=k=two", "b" },
	{ "a name's part", true, -1, "name=d-t", "b" },
	{ "a name's start", true, -1, "name=^/?run", "a" },
	{ "either name", true, -1, "name=paused name=failed", "de" },
	{ "an id's start", true, -1, "id=ccc", "c" },
	{ "no id begins with nothing", true, -1, "id=", "" },
	{ "a volume by name", true, -1, "volume=vol", "b" },
	{ "a volume by place", true, -1, "volume=/data", "b" },
	{ "network", true, -1, "network=host", "b" },
	{ "no health", true, -1, "health=none", "abcde" },
	{ "no healthy one", true, -1, "health=healthy", "" },
	{ "no tasks", true, -1, "is-task=true", "" },
	{ "all but tasks", true, -1, "is-task=false", "abcde" },
	{ "an unknown ancestor", true, -1, "ancestor=nosuch", "" },
	{ "two keys must both match", true, -1, "name=created status=exited",
	  "" },
	{ "a limit counts what is left", true, 1, "label=k=two", "b" },
};

static struct container_entries make_entries(void)
{
	struct container_entries entries = {
		xcalloc(SAMPLES, sizeof(*entries.items)), SAMPLES
	};

	for (size_t i = 0; i < SAMPLES; i++) {
		struct container *container = &entries.items[i].container;

		*container = (struct container)CONTAINER_INIT;
		memset(container->id, samples[i].digit,
		       sizeof(container->id) - 1);
		container->document = json_loads(samples[i].document, 0, NULL);
		assert_non_null(container->document);
		container->name = samples[i].name;
		container->image = "sha256:none";
		container->config = json_object_get(container->document,
						    "config");
		container->host_config = json_object_get(container->document,
							 "hostConfig");
		entries.items[i].state = samples[i].state;
	}
	return entries;
}

static void fill(struct filter *filter, const char *text, struct error *err)
{
	autofree char *items = xstrdup(text);
	char *next = items;
	char *item;

	while ((item = strsep(&next, " ")))
		expect_ok(filter_set(filter, item, err), err);
}

static void test_container_filter__leaves(void **state)
{
	struct store_fixture *fixture = *state;
	struct error *err = &fixture->err;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		autoclean(container_entries_release) struct container_entries
			entries = make_entries();
		autoclean(filter_release) struct filter given = FILTER_INIT;
		struct container_filter filter = { &given, cases[i].is_all,
						   cases[i].most };
		char left[SAMPLES + 1] = "";

		fill(&given, cases[i].filters, err);
		expect_ok(container_filter_apply(&filter, fixture->store,
						 &entries, err),
			  err);
		for (size_t j = 0; j < entries.count; j++)
			left[j] = entries.items[j].container.id[0];
		if (strcmp(left, cases[i].expected) != 0)
			print_error("row: %s\n", cases[i].why);
		assert_string_equal(left, cases[i].expected);
	}
}

static const struct {
	const char *filter;
	enum error_kind kind;
	const char *message;
} failures[] = {
	{ "nonsense=1", ERROR_INVALID, "invalid filter 'nonsense'" },
	{ "status=foo", ERROR_INVALID, "invalid filter 'status=foo'" },
	{ "exited=x", ERROR_INVALID,
	  "invalid filter 'exited=x': strconv.Atoi: parsing \"x\": invalid "
	  "syntax" },
	{ "health=foo", ERROR_INVALID,
	  "unrecognized filter value for health: foo" },
	{ "is-task=x", ERROR_INVALID, "invalid filter 'is-task=[x]'" },
	{ "before=nosuch", ERROR_NOT_FOUND, "No such container: nosuch" },
	{ "since=nosuch", ERROR_NOT_FOUND, "No such container: nosuch" },
};

static void test_container_filter__refuses(void **state)
{
	struct store_fixture *fixture = *state;
	struct error *err = &fixture->err;

	for (size_t i = 0; i < sizeof(failures) / sizeof(*failures); i++) {
		autoclean(container_entries_release) struct container_entries
			entries = make_entries();
		autoclean(filter_release) struct filter given = FILTER_INIT;
		struct container_filter filter = { &given, true, -1 };

		fill(&given, failures[i].filter, err);
		assert_int_equal(container_filter_apply(&filter, fixture->store,
							&entries, err),
				 -1);
		assert_int_equal(err->kind, failures[i].kind);
		assert_string_equal(err->msg, failures[i].message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(test_container_filter__leaves),
		STORE_TEST(test_container_filter__refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
