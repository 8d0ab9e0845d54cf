/* SPDX-License-Identifier: Apache-2.0 */
/* docker's rules for which images and names may go. */
#include "cmd/front/image_use.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"

#define IMAGE \
	"sha256:1b25bd82b804ba6f02d207adf6755e2c99844cd91d77c167ba93297b378789f9"
#define A "@sha256:aa"
#define B "@sha256:bb"

static const struct {
	const char *tags;
	const char *digests; /* both blank-separated */
	bool expected;
} references[] = {
	{ "", "", false },
	{ "h/x:1", "", true },
	{ "", "h/x" A, true },
	{ "h/x:1", "h/x" A, true },
	{ "h/x:1", "h/x" A " h/x" B, true },
	{ "", "h/x" A " h/x" B, true },
	{ "h/x:1 h/x:2", "", false },
	{ "h/x:1 h/x:2", "h/x" A, false },
	{ "h/x:1", "h/y" A, false },
	{ "h/x:1", "h/x" A " h/y" A, false },
	{ "", "h/x" A " h/y" A, false },
	{ "h:5000/x:1", "h:5000/x" A, true },
	{ "h:5000/x:1", "h:5000/xy" A, false },
};

static void split(const char *text, struct strvec *out)
{
	autofree char *copy = xstrdup(text);
	char *next = copy;
	char *item;

	while ((item = strsep(&next, " "))) {
		if (*item)
			strvec_add(out, item);
	}
}

static void test_image_use__what_is_one_reference(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(references) / sizeof(*references); i++) {
		autoclean(strvec_release) struct strvec tags = STRVEC_INIT;
		autoclean(strvec_release) struct strvec digests = STRVEC_INIT;

		split(references[i].tags, &tags);
		split(references[i].digests, &digests);
		if (image_use_is_single(&tags, &digests) !=
		    references[i].expected)
			fail_msg("tags %s digests %s", references[i].tags,
				 references[i].digests);
	}
}

#define USE(running_, stopped_, names_, single_)                               \
	{                                                                      \
		.image = { DIGEST_SHA256, IMAGE }, .any = running_ stopped_,   \
		.running = running_, .stopped = stopped_, .has_names = names_, \
		.is_single = single_                                           \
	}
#define DELETE "conflict: unable to delete 1b25bd82b804 "
#define BY_NAME(id)                                                    \
	"conflict: unable to remove repository reference \"x\" (must " \
	"force) - container " id " is using its referenced image "     \
	"1b25bd82b804"
#define RUNNING                                                       \
	DELETE "(cannot be forced) - image is being used by running " \
	       "container abc"
#define STOPPED                                                     \
	DELETE "(must be forced) - image is being used by stopped " \
	       "container def"
#define SEVERAL                                                      \
	DELETE "(must be forced) - image is referenced in multiple " \
	       "repositories"

static const struct {
	const char *why;
	struct image_use use;
	bool is_forced;
	const char *by_name; /* the refusal, or NULL */
	const char *by_id;
	bool is_kept; /* when its last name goes */
} cases[] = {
	{ "unused", USE("", "", true, true), false, NULL, NULL, false },
	{ "unused, forced", USE("", "", true, true), true, NULL, NULL, false },
	{ "a running container", USE("abc", "", true, true), false,
	  BY_NAME("abc"), RUNNING, true },
	{ "a running container, forced", USE("abc", "", true, true), true, NULL,
	  RUNNING, true },
	{ "a stopped container", USE("", "def", true, true), false,
	  BY_NAME("def"), STOPPED, true },
	{ "a stopped container, forced", USE("", "def", true, true), true, NULL,
	  NULL, false },
	{ "several names", USE("", "", true, false), false, NULL, SEVERAL,
	  false },
	{ "several names, forced", USE("", "", true, false), true, NULL, NULL,
	  false },
	{ "several names, a stopped container", USE("", "def", true, false),
	  false, NULL, SEVERAL, true },
	{ "several names, a running container", USE("abc", "", true, false),
	  false, NULL, RUNNING, true },
	{ "no name, a stopped container", USE("", "def", false, false), false,
	  NULL, STOPPED, true },
};

static void expect(const char *why, int result, struct error *err,
		   const char *message)
{
	if ((result < 0) != (message != NULL))
		fail_msg("%s: %s", why, err->msg ? err->msg : "allowed");
	if (!message)
		return;
	assert_int_equal(err->kind, ERROR_BUSY);
	assert_string_equal(err->msg, message);
	error_release(err);
}

static void test_image_use__what_may_go(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct error err = ERROR_INIT;

		expect(cases[i].why,
		       image_use_check_name(&cases[i].use, "x",
					    cases[i].is_forced, &err),
		       &err, cases[i].by_name);
		expect(cases[i].why,
		       image_use_check_image(&cases[i].use, cases[i].is_forced,
					     &err),
		       &err, cases[i].by_id);
		if (image_use_is_kept(&cases[i].use, cases[i].is_forced) !=
		    cases[i].is_kept)
			fail_msg("kept: %s", cases[i].why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_image_use__what_is_one_reference),
		cmocka_unit_test(test_image_use__what_may_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
