/* SPDX-License-Identifier: Apache-2.0 */
/* COPY's plans: destinations, parts, keys, what cannot be. */
#include "builder/steps/copy_plan.h"

#include <sys/stat.h>

#include "builder/language/dockerfile.h"
#include "tests/unit/layers/store_fixture.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

/* The line's plan, from the context "in" below the test's folder. */
struct planned {
	struct dockerfile file;
	struct copy_plan plan;
	struct digest key;
	struct error err;
	int result;
};

static void planned_release(struct planned *planned)
{
	dockerfile_release(&planned->file);
	copy_plan_release(&planned->plan);
	error_release(&planned->err);
}
DEFINE_CLEANUP(struct planned, planned_release)

#define PLANNED_INIT                                             \
	{                                                        \
		.file = DOCKERFILE_INIT, .plan = COPY_PLAN_INIT, \
		.err = ERROR_INIT                                \
	}

static void plan(struct store_fixture *fixture, const char *line,
		 bool is_context, struct planned *out)
{
	autofree char *text = xasprintf("FROM scratch\n%s\n", line);
	autoclean(step_key_release) struct step_key key = STEP_KEY_INIT;
	autoclose int root = openat(fixture->folder->fd, "in",
				    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct build_request build = { .store = fixture->store };
	struct copy_request request = {
		.build = &build,
		.folder = "/work",
		.from = { root, NULL, ".", is_context },
	};

	expect_ok(dockerfile_parse("Dockerfile", text, strlen(text), &out->file,
				   &out->err),
		  &out->err);
	request.copy = &out->file.stages[0].instructions[0].copy;
	request.is_add = out->file.stages[0].instructions[0].kind ==
			 INSTRUCTION_ADD;
	out->result = copy_plan_make(&request, &out->plan, &out->err);
	if (out->result < 0)
		return;
	step_key_begin(&key, "COPY");
	copy_plan_key(&request, &out->plan, &key);
	step_key_finish(&key, &out->key);
}

static int make_context(void **state)
{
	struct store_fixture *fixture;

	if (store_fixture_open(state) < 0)
		return -1;
	fixture = *state;
	if (mkdirat(fixture->folder->fd, "in", 0755) < 0 ||
	    mkdirat(fixture->folder->fd, "in/d", 0755) < 0)
		return -1;
	return temp_folder_put((void **)&fixture->folder, "in/f", "f") < 0 ||
			       temp_folder_put((void **)&fixture->folder,
					       "in/g", "g") < 0 ||
			       temp_folder_put((void **)&fixture->folder,
					       "in/d/x", "x") < 0
		       ? -1
		       : 0;
}

static const struct {
	const char *line, *destination;
	size_t parts;
	const char *name; /* of the first part */
	enum copy_part_kind kind;
} rows[] = {
	{ "COPY f /x", "/x", 1, "f", COPY_PART_FILE },
	{ "COPY f x", "/work/x", 1, "f", COPY_PART_FILE },
	{ "COPY f x/", "/work/x/", 1, "f", COPY_PART_FILE },
	{ "COPY f .", "/work/", 1, "f", COPY_PART_FILE },
	{ "COPY f ..", "/", 1, "f", COPY_PART_FILE },
	{ "COPY f /x/.", "/x/", 1, "f", COPY_PART_FILE },
	{ "COPY f /../../x", "/x", 1, "f", COPY_PART_FILE },
	{ "COPY d /x", "/x", 1, "", COPY_PART_FOLDER },
	{ "COPY f g d /x/", "/x/", 3, "f", COPY_PART_FILE },
	{ "COPY ? /x/", "/x/", 3, "", COPY_PART_FOLDER },
	{ "COPY --parents d /x/", "/x/", 1, "d", COPY_PART_FOLDER },
	{ "COPY --parents d/x /x/", "/x/", 1, "d/x", COPY_PART_FILE },
	{ "COPY <<A /x\n1\nA", "/x", 1, "A", COPY_PART_INLINE },
};

static void test_copy_plan__what_goes_where(void **state)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		autoclean(planned_release) struct planned it = PLANNED_INIT;

		plan(*state, rows[i].line, true, &it);
		if (it.result < 0)
			fail_msg("%s: %s", rows[i].line, it.err.msg);
		assert_string_equal(it.plan.destination, rows[i].destination);
		assert_int_equal(it.plan.part_count, rows[i].parts);
		assert_string_equal(it.plan.parts[0].name, rows[i].name);
		assert_int_equal(it.plan.parts[0].kind, rows[i].kind);
		assert_false(it.plan.parts[0].may_be_archive);
	}
}

static const struct {
	const char *line, *words;
} wrong[] = {
	{ "COPY f g /x", "must be a directory and end with a /" },
	{ "COPY ? /x", "must be a directory and end with a /" },
	{ "COPY none /x", "\"/none\": not found" },
	{ "COPY --chmod=9 f /x", "9" },
	{ "COPY --exclude=[ f /x", "--exclude" },
	{ "ADD --checksum=sha256:00 f /x", "checksum can't be specified" },
};

static void test_copy_plan__what_cannot_be(void **state)
{
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		autoclean(planned_release) struct planned it = PLANNED_INIT;

		plan(*state, wrong[i].line, true, &it);
		if (it.result == 0)
			fail_msg("%s: was planned", wrong[i].line);
		if (!strstr(it.err.msg, wrong[i].words))
			fail_msg("%s: %s", wrong[i].line, it.err.msg);
	}
}

static void test_copy_plan__archives_are_for_add(void **state)
{
	static const struct {
		const char *line;
		bool may_be_archive;
	} adds[] = { { "ADD f /x/", true },
		     { "ADD --unpack=true f /x/", true },
		     { "ADD --unpack=false f /x/", false },
		     { "ADD d /x/", false },
		     { "COPY f /x/", false } };

	for (size_t i = 0; i < COUNT_OF(adds); i++) {
		autoclean(planned_release) struct planned it = PLANNED_INIT;

		plan(*state, adds[i].line, true, &it);
		assert_int_equal(it.result, 0);
		assert_int_equal(it.plan.parts[0].may_be_archive,
				 adds[i].may_be_archive);
	}
}

static void test_copy_plan__owners_of_images_stay(void **state)
{
	static const struct {
		const char *line;
		bool is_context, keeps;
	} froms[] = { { "COPY f /x", true, false },
		      { "COPY --from=s f /x", false, true },
		      { "COPY --from=s --chown=1 f /x", false, false },
		      { "COPY --from=context f /x", true, false } };

	for (size_t i = 0; i < COUNT_OF(froms); i++) {
		autoclean(planned_release) struct planned it = PLANNED_INIT;

		plan(*state, froms[i].line, froms[i].is_context, &it);
		assert_int_equal(it.result, 0);
		assert_int_equal(it.plan.keeps_owners, froms[i].keeps);
	}
}

static void test_copy_plan__keys_are_of_what_it_does(void **state)
{
	static const struct {
		const char *line;
		bool is_same;
	} others[] = {
		{ "COPY ./f /work/x", true },
		{ "COPY f ./x", true },
		{ "COPY f x/", false },
		{ "COPY g x", false },
		{ "COPY --chown=1 f x", false },
		{ "COPY --chmod=644 f x", false },
		{ "COPY --link f x", false },
	};
	autoclean(planned_release) struct planned first = PLANNED_INIT;

	plan(*state, "COPY f x", true, &first);
	assert_int_equal(first.result, 0);
	for (size_t i = 0; i < COUNT_OF(others); i++) {
		autoclean(planned_release) struct planned it = PLANNED_INIT;

		plan(*state, others[i].line, true, &it);
		assert_int_equal(it.result, 0);
		if (digest_is_equal(&first.key, &it.key) != others[i].is_same)
			fail_msg("%s", others[i].line);
	}
}

int main(void)
{
#define CONTEXT_TEST(f) \
	cmocka_unit_test_setup_teardown(f, make_context, store_fixture_close)
	const struct CMUnitTest tests[] = {
		CONTEXT_TEST(test_copy_plan__what_goes_where),
		CONTEXT_TEST(test_copy_plan__what_cannot_be),
		CONTEXT_TEST(test_copy_plan__archives_are_for_add),
		CONTEXT_TEST(test_copy_plan__owners_of_images_stay),
		CONTEXT_TEST(test_copy_plan__keys_are_of_what_it_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
