/* SPDX-License-Identifier: Apache-2.0 */
/* The process of a specification: environment, capabilities, limits. */
#include "tests/unit/runtime/spec_fixture.h"

#include "runtime/caps.h"

#define PATH "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static void test_spec_process__environment_is_in_dockers_order(void **state)
{
	static const struct spec_case rows[] = {
		{ NULL, "{\"Hostname\":\"h\"}", NULL, "process.env",
		  "[\"" PATH "\",\"HOSTNAME=h\",\"HOME=/root\"]",
		  "what every container has" },
		{ NULL, "{\"Hostname\":\"h\",\"Tty\":true}", NULL,
		  "process.env",
		  "[\"" PATH "\",\"HOSTNAME=h\",\"TERM=xterm\",\"HOME=/root\"]",
		  "a terminal has a type" },
		{ NULL,
		  "{\"Hostname\":\"h\",\"Env\":[\"B=1\",\"PATH=/p\",\"A=2\"]}",
		  NULL, "process.env",
		  "[\"PATH=/p\",\"HOSTNAME=h\",\"B=1\",\"A=2\",\"HOME=/root\"]",
		  "a default is replaced where it stands" },
		{ NULL,
		  "{\"Hostname\":\"h\",\"Env\":[\"HOSTNAME=x\",\"HOME=/h\"]}",
		  NULL, "process.env",
		  "[\"" PATH "\",\"HOSTNAME=x\",\"HOME=/h\"]",
		  "HOSTNAME and HOME of the user's win" },
		{ NULL, "{\"Hostname\":\"h\",\"Env\":[\"PATH\",\"NONE\"]}",
		  NULL, "process.env", "[\"HOSTNAME=h\",\"HOME=/root\"]",
		  "a bare name takes a default away and is no variable" },
		{ NULL, "{\"Hostname\":\"h\",\"Env\":[\"PATHS=1\",\"E=\"]}",
		  NULL, "process.env",
		  "[\"" PATH
		  "\",\"HOSTNAME=h\",\"PATHS=1\",\"E=\",\"HOME=/root\"]",
		  "a name that begins alike is another; an empty value is one" },
	};

	(void)state;
	SPEC_CHECK(rows);
}

static void test_spec_process__members_come_from_config(void **state)
{
	static const struct spec_case rows[] = {
		{ NULL, NULL, NULL, "process.args", "[\"/bin/true\",\"-v\"]",
		  "program and arguments" },
		{ NULL, NULL, NULL, "process.cwd", "\"/\"",
		  "no working directory means the root" },
		{ NULL, "{\"WorkingDir\":\"/a b\"}", NULL, "process.cwd",
		  "\"/a b\"", "the working directory" },
		{ NULL, NULL, NULL, "process.terminal", "false",
		  "no terminal" },
		{ NULL, "{\"Tty\":true}", NULL, "process.terminal", "true",
		  "a terminal" },
		{ NULL, NULL, NULL, "process.rlimits", NULL,
		  "without --ulimit the host's limits stay" },
		{ "{\"Ulimits\":[{\"Name\":\"nofile\",\"Soft\":5,\"Hard\":-1}]}",
		  NULL, NULL, "process.rlimits",
		  "[{\"type\":\"RLIMIT_NOFILE\",\"soft\":5,\"hard\":-1}]",
		  "-1 is no limit" },
		{ NULL, NULL, NULL, "process.oomScoreAdj", NULL,
		  "the score is left alone" },
		{ "{\"OomScoreAdj\":-5}", NULL, NULL, "process.oomScoreAdj",
		  "-5", "the score" },
		{ NULL, NULL, NULL, "process.noNewPrivileges", "false",
		  "docker's default lets set-user-ID programs work" },
		{ "{\"SecurityOpt\":[\"no-new-privileges\"]}", NULL, NULL,
		  "process.noNewPrivileges", "true", "the word alone" },
		{ "{\"SecurityOpt\":[\"no-new-privileges=true\"]}", NULL, NULL,
		  "process.noNewPrivileges", "true", "with a value" },
		{ "{\"SecurityOpt\":[\"no-new-privileges:false\"]}", NULL, NULL,
		  "process.noNewPrivileges", "false", "docker's old colon" },
		{ "{\"SecurityOpt\":[\"no-new-privileges-x\"]}", NULL, NULL,
		  "process.noNewPrivileges", "false", "another word" },
	};

	(void)state;
	SPEC_CHECK(rows);
}

static void test_spec_process__capabilities_follow_dockers_rules(void **state)
{
	const uint64_t all = UINT64_C(0x1ffffffffff);
	const uint64_t chown = 1;
	const uint64_t net_admin = UINT64_C(1) << 12;
	const struct {
		const char *host;
		uint64_t want;
		const char *why;
	} rows[] = {
		{ "{}", CAPS_DEFAULT, "docker's fourteen" },
		{ "{\"CapDrop\":[\"CHOWN\"]}", CAPS_DEFAULT & ~chown,
		  "one less" },
		{ "{\"CapAdd\":[\"net_admin\"]}", CAPS_DEFAULT | net_admin,
		  "one more, in any case" },
		{ "{\"CapAdd\":[\"CAP_NET_ADMIN\"]}", CAPS_DEFAULT | net_admin,
		  "with its prefix" },
		{ "{\"CapAdd\":[\"CHOWN\"],\"CapDrop\":[\"CHOWN\"]}",
		  CAPS_DEFAULT, "what is added is there" },
		{ "{\"CapDrop\":[\"all\"]}", 0, "nothing left" },
		{ "{\"CapAdd\":[\"CHOWN\"],\"CapDrop\":[\"ALL\"]}", chown,
		  "only what is added" },
		{ "{\"CapAdd\":[\"ALL\"]}", all, "everything" },
		{ "{\"CapAdd\":[\"ALL\"],\"CapDrop\":[\"CHOWN\"]}",
		  all & ~chown, "everything but one" },
		{ "{\"CapAdd\":[\"ALL\"],\"CapDrop\":[\"ALL\"]}", all,
		  "docker drops no capability called ALL" },
		{ "{\"CapAdd\":[\"ALL\"],\"CapDrop\":[\"ALL\",\"CHOWN\"]}",
		  all & ~chown, "but does drop those with a name" },
		{ "{\"Privileged\":true,\"CapDrop\":[\"ALL\"]}", all,
		  "privileged ignores both lists" },
		{ "{\"CapAdd\":null,\"CapDrop\":null}", CAPS_DEFAULT,
		  "null is an empty list" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(jsonx_free) json_t *host = spec_json(rows[i].host);
		uint64_t caps = 0;

		if (spec_capabilities(host, all, &caps, &err) < 0)
			fail_msg("%s: %s", rows[i].why, err.msg);
		if (caps != rows[i].want)
			fail_msg("%s: %llx", rows[i].why,
				 (unsigned long long)caps);
		/* a machine's root with less hands on less */
		if (spec_capabilities(host, 5, &caps, &err) < 0)
			fail_msg("%s: %s", rows[i].why, err.msg);
		assert_int_equal(caps & ~UINT64_C(5), 0);
	}
}

static void test_spec_process__unknown_capabilities_are_refused(void **state)
{
	static const struct {
		const char *host;
		const char *message;
	} rows[] = {
		{ "{\"CapAdd\":[\"FOO\"]}",
		  "invalid CapAdd: unknown capability: \"CAP_FOO\"" },
		{ "{\"CapDrop\":[\"cap_foo\"]}",
		  "invalid CapDrop: unknown capability: \"CAP_FOO\"" },
		{ "{\"CapAdd\":[\"\"]}",
		  "invalid CapAdd: unknown capability: \"CAP_\"" },
		{ "{\"CapAdd\":[\"ALL\",\"FOO\"]}",
		  "invalid CapAdd: unknown capability: \"CAP_FOO\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(jsonx_free) json_t *host = spec_json(rows[i].host);
		uint64_t caps = 0;

		assert_int_equal(
			spec_capabilities(host, ~UINT64_C(0), &caps, &err), -1);
		assert_int_equal(err.kind, ERROR_INVALID);
		assert_string_equal(err.msg, rows[i].message);
	}
}

/* Sets of a process with one capability whose user is UID. */
static json_t *sets_of(uint32_t uid)
{
	static const struct spec_case row = {
		.host = "{\"CapAdd\":[\"KILL\"],\"CapDrop\":[\"ALL\"]}",
		.why = "one capability"
	};
	char home[] = "/";
	struct userdb_identity user = { .uid = uid, .gid = 7, .home = home };
	struct spec_request request = spec_defaults(NULL, &user);

	return spec_of(&row, &request);
}

static void test_spec_process__only_root_holds_its_capabilities(void **state)
{
	static const struct {
		uint32_t uid;
		const char *held; /* permitted and effective */
	} rows[] = { { 0, "[\"CAP_KILL\"]" }, { 1000, "[]" } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(jsonx_free) json_t *spec = sets_of(rows[i].uid);
		const json_t *sets = spec_at(spec, "process.capabilities");

		spec_expect(spec_at(sets, "bounding"), "[\"CAP_KILL\"]",
			    "a set-user-ID program may still have it");
		spec_expect(spec_at(sets, "permitted"), rows[i].held, "held");
		spec_expect(spec_at(sets, "effective"), rows[i].held, "used");
		spec_expect(spec_at(sets, "inheritable"), "[]",
			    "CVE-2022-24769: nothing is inherited");
		spec_expect(spec_at(sets, "ambient"), "[]", "nor ambient");
	}
}

static void test_spec_process__the_user_brings_its_groups(void **state)
{
	static const struct spec_case row = { .why = "a user" };
	char home[] = "/home/alice";
	uint32_t groups[] = { 50, 10, 4000000000 };
	struct userdb_identity user = {
		.uid = 1000,
		.gid = 50,
		.groups = groups,
		.group_count = 3,
		.home = home,
	};
	struct spec_request request = spec_defaults(NULL, &user);
	autoclean(jsonx_free) json_t *spec = spec_of(&row, &request);

	(void)state;
	spec_expect(spec_at(spec, "process.user"),
		    "{\"uid\":1000,\"gid\":50,"
		    "\"additionalGids\":[50,10,4000000000]}",
		    "ids of 32 bits");
	spec_expect(spec_at(spec, "process.env.2"), "\"HOME=/home/alice\"",
		    "its home");
}

static void test_spec_process__bad_documents_are_errors(void **state)
{
	static const struct spec_case row = {
		.config = "{\"Env\":[1]}", .why = "a variable that is no string"
	};
	autoclean(container_release) struct container container =
		CONTAINER_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	char home[] = "/";
	struct userdb_identity user = { .home = home };
	struct spec_request request = spec_defaults(&container, &user);
	json_t *spec = NULL;

	(void)state;
	spec_container(&row, &container);
	assert_int_equal(spec_generate(&request, &spec, &err), -1);
	assert_int_equal(err.kind, ERROR_INVALID);
	assert_null(spec);
}

static void test_spec_process__a_profile_is_passed_on(void **state)
{
	static const struct spec_case row = { .host = NULL };
	autoclean(container_release) struct container container =
		CONTAINER_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	char home[] = "/";
	struct userdb_identity user = { .home = home };
	struct spec_request request = spec_defaults(&container, &user);
	json_t *spec = NULL;

	(void)state;
	spec_container(&row, &container);
	for (int i = 0; i < 2; i++) {
		request.apparmor = i ? "some-profile" : NULL;
		assert_int_equal(spec_generate(&request, &spec, &err), 0);
		spec_expect(spec_at(spec, "process.apparmorProfile"),
			    i ? "\"some-profile\"" : NULL,
			    i ? "the one that was chosen" : "none");
		json_decref(spec);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_spec_process__environment_is_in_dockers_order),
		cmocka_unit_test(test_spec_process__members_come_from_config),
		cmocka_unit_test(
			test_spec_process__capabilities_follow_dockers_rules),
		cmocka_unit_test(
			test_spec_process__unknown_capabilities_are_refused),
		cmocka_unit_test(
			test_spec_process__only_root_holds_its_capabilities),
		cmocka_unit_test(test_spec_process__the_user_brings_its_groups),
		cmocka_unit_test(test_spec_process__a_profile_is_passed_on),
		cmocka_unit_test(test_spec_process__bad_documents_are_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
