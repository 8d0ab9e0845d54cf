/* SPDX-License-Identifier: Apache-2.0 */
/* What each instruction makes of a configuration. */
#include "layers/image/config_change.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "base/jsonx.h"

#include <cmocka.h>

/* What the configuration is before, unless the row says otherwise. */
#define BEFORE "{\"Env\":[\"PATH=/bin\"],\"Cmd\":[\"old\"]}"

static const struct {
	const char *changes[3];
	const char *before; /* NULL: "{}" */
	const char *after;
	const char *why;
} rows[] = {
	{ { "CMD [\"a\", \"b c\"]" },
	  NULL,
	  "{\"Cmd\":[\"a\",\"b c\"]}",
	  "exec form" },
	{ { "cmd echo  hi " },
	  NULL,
	  "{\"Cmd\":[\"/bin/sh\",\"-c\",\"echo  hi\"]}",
	  "shell form" },
	{ { "CMD [\"a\", 7]" },
	  NULL,
	  "{\"Cmd\":[\"/bin/sh\",\"-c\",\"[\\\"a\\\", 7]\"]}",
	  "not an array of strings: the shell gets it" },
	{ { "CMD x" },
	  "{\"Shell\":[\"/sh\",\"-ec\"]}",
	  "{\"Shell\":[\"/sh\",\"-ec\"],\"Cmd\":[\"/sh\",\"-ec\",\"x\"]}",
	  "the image's own shell" },
	{ { "CMD []" },
	  BEFORE,
	  "{\"Env\":[\"PATH=/bin\"],\"Cmd\":[]}",
	  "an empty command" },
	{ { "ENTRYPOINT [\"e\"]" },
	  "{\"Cmd\":[\"old\"]}",
	  "{\"Entrypoint\":[\"e\"]}",
	  "an inherited command goes" },
	{ { "CMD [\"c\"]", "ENTRYPOINT [\"e\"]" },
	  "{\"Cmd\":[\"old\"]}",
	  "{\"Cmd\":[\"c\"],\"Entrypoint\":[\"e\"]}",
	  "a new one stays" },
	{ { "ENV A=1 B=\"two words\"  C=x\\ y" },
	  NULL,
	  "{\"Env\":[\"A=1\",\"B=two words\",\"C=x y\"]}",
	  "several" },
	{ { "ENV A the rest  of it" },
	  NULL,
	  "{\"Env\":[\"A=the rest  of it\"]}",
	  "the old form" },
	{ { "ENV PATH=/x:$PATH", "ENV Q=${PATH}" },
	  BEFORE,
	  "{\"Env\":[\"PATH=/x:/bin\",\"Q=/x:/bin\"],\"Cmd\":[\"old\"]}",
	  "variables, and replacing in place" },
	{ { "ENV A=" }, NULL, "{\"Env\":[\"A=\"]}", "an empty value" },
	{ { "LABEL a=b \"c d\"=\"e f\"" },
	  "{\"Labels\":{\"a\":\"0\"}}",
	  "{\"Labels\":{\"a\":\"b\",\"c d\":\"e f\"}}",
	  "labels" },
	{ { "EXPOSE 80 53/UDP 8000-8001/tcp" },
	  NULL,
	  "{\"ExposedPorts\":{\"80/tcp\":{},\"53/udp\":{},\"8000/tcp\":{},"
	  "\"8001/tcp\":{}}}",
	  "ports" },
	{ { "USER 1000:50" }, NULL, "{\"User\":\"1000:50\"}", "a user" },
	{ { "WORKDIR /a/b", "WORKDIR ../c/./d" },
	  NULL,
	  "{\"WorkingDir\":\"/a/c/d\"}",
	  "folders add up" },
	{ { "WORKDIR /../.." },
	  NULL,
	  "{\"WorkingDir\":\"/\"}",
	  "no higher than the root" },
	{ { "WORKDIR x y" },
	  NULL,
	  "{\"WorkingDir\":\"/x y\"}",
	  "blanks belong to it" },
	{ { "VOLUME [\"/a\", \"/b c\"]", "VOLUME /d /e" },
	  NULL,
	  "{\"Volumes\":{\"/a\":{},\"/b c\":{},\"/d\":{},\"/e\":{}}}",
	  "volumes" },
	{ { "STOPSIGNAL SIGUSR1" },
	  NULL,
	  "{\"StopSignal\":\"SIGUSR1\"}",
	  "a signal" },
	{ { "STOPSIGNAL rtmin+3" },
	  NULL,
	  "{\"StopSignal\":\"rtmin+3\"}",
	  "a real-time signal" },
	{ { "STOPSIGNAL 9" }, NULL, "{\"StopSignal\":\"9\"}", "a number" },
	{ { "HEALTHCHECK --interval=5s --retries=3 CMD curl -f x" },
	  NULL,
	  "{\"Healthcheck\":{\"Interval\":5000000000,\"Retries\":3,"
	  "\"Test\":[\"CMD-SHELL\",\"curl -f x\"]}}",
	  "a health check by the shell" },
	{ { "HEALTHCHECK CMD [\"/ok\"]" },
	  NULL,
	  "{\"Healthcheck\":{\"Test\":[\"CMD\",\"/ok\"]}}",
	  "directly" },
	{ { "HEALTHCHECK none" },
	  NULL,
	  "{\"Healthcheck\":{\"Test\":[\"NONE\"]}}",
	  "none" },
	{ { "ONBUILD RUN echo $A", "ONBUILD COPY . /" },
	  NULL,
	  "{\"OnBuild\":[\"RUN echo $A\",\"COPY . /\"]}",
	  "triggers" },
};

static void test_config_change__does_what_docker_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(strvec_release) struct strvec changes = STRVEC_INIT;
		autoclean(strbuf_release) struct strbuf after = STRBUF_INIT;
		autoclean(jsonx_free) json_t *config = NULL;
		const char *before = rows[i].before ? rows[i].before : "{}";

		assert_int_equal(
			jsonx_parse(before, strlen(before), "x", &config, &err),
			0);
		for (size_t j = 0; j < 3 && rows[i].changes[j]; j++)
			strvec_add(&changes, rows[i].changes[j]);
		if (config_change_apply(&changes, config, &err) < 0)
			fail_msg("%s: %s", rows[i].why, err.msg);
		jsonx_format(config, &after);
		if (strcmp(after.text, rows[i].after) != 0)
			fail_msg("%s: %s", rows[i].why, after.text);
	}
}

static const struct {
	const char *change;
	const char *message; /* part of it */
	const char *why;
} refused[] = {
	{ "RUN true", "RUN is not a valid change command", "no change" },
	{ "FROM x", "not a valid change", "no change" },
	{ "", "not a valid change", "nothing" },
	{ "CMD", "CMD requires at least one argument", "no argument" },
	{ "ENV", "ENV requires", "no argument" },
	{ "ENV A", "ENV: must have two arguments", "no value" },
	{ "ENV A=1 B", "can't find = in \"B\"", "half a pair" },
	{ "ENV =x", "blank", "no name" },
	{ "ENV A=\"x", "matching double-quote", "an open quote" },
	{ "EXPOSE x", "invalid containerPort: x", "no number" },
	{ "EXPOSE 70000", "invalid containerPort", "too large" },
	{ "EXPOSE 9-8", "invalid containerPort", "backwards" },
	{ "EXPOSE 80/icmp", "invalid proto: icmp", "no such protocol" },
	{ "EXPOSE -", "invalid containerPort", "only a dash" },
	{ "USER \"\"", "empty", "an empty user" },
	{ "VOLUME [\"\"]", "empty", "an empty path" },
	{ "STOPSIGNAL SIGFOO", "invalid signal: SIGFOO", "no such signal" },
	{ "STOPSIGNAL 0", "invalid signal", "zero" },
	{ "HEALTHCHECK", "requires", "no argument" },
	{ "HEALTHCHECK CMD", "missing command", "no command" },
	{ "HEALTHCHECK NONE x", "unknown type \"NONE\"", "more behind none" },
	{ "HEALTHCHECK --retries=-1 CMD x", "--retries", "negative" },
	{ "HEALTHCHECK --interval=1us CMD x", "less than 1ms", "too often" },
	{ "HEALTHCHECK --interval=5 CMD x", "invalid duration", "no unit" },
	{ "HEALTHCHECK --foo=1 CMD x", "unknown flag: --foo=1", "no option" },
	{ "ONBUILD ONBUILD RUN x", "ONBUILD isn't allowed", "chained" },
	{ "ONBUILD from x", "FROM isn't allowed", "a base" },
	{ "USER \xff", "UTF-8", "not UTF-8" },
};

static void test_config_change__refuses_and_says_why(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(strvec_release) struct strvec changes = STRVEC_INIT;
		autoclean(jsonx_free) json_t *config = json_object();

		strvec_add(&changes, refused[i].change);
		if (config_change_apply(&changes, config, &err) == 0)
			fail_msg("%s was accepted", refused[i].why);
		if (err.kind != ERROR_INVALID ||
		    !strstr(err.msg, refused[i].message))
			fail_msg("%s: %s", refused[i].why, err.msg);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_config_change__does_what_docker_does),
		cmocka_unit_test(test_config_change__refuses_and_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
