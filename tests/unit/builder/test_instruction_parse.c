/* SPDX-License-Identifier: Apache-2.0 */
/* Every instruction and every option, right and wrong. */
#include "builder/language/instruction_parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "tests/unit/builder/instruction_show.h"

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static const struct {
	const char *text;
	const char *shown; /* or, where it begins with "!", the error */
	const char *why;
} rows[] = {
	{ "FROM a", "FROM a", "FROM" },
	{ "from a:1@sha256:0 as Build-1.x_",
	  "FROM a:1@sha256:0 stage=build-1.x_", "a stage, in lower case" },
	{ "FROM --platform=$BUILDPLATFORM a AS b",
	  "FROM a platform=$BUILDPLATFORM stage=b", "a platform" },
	{ "FROM scratch", "FROM scratch", "scratch" },
	{ "FROM",
	  "!FROM requires either one or three arguments: FROM image "
	  "[AS name]",
	  "no image" },
	{ "FROM a b",
	  "!FROM requires either one or three arguments: FROM "
	  "image [AS name]",
	  "two" },
	{ "FROM a OF b",
	  "!FROM requires either one or three arguments: FROM "
	  "image [AS name]",
	  "not AS" },
	{ "FROM a AS 1b",
	  "!FROM: invalid name for build stage: \"1b\", name "
	  "can't start with a number or contain symbols",
	  "a number first" },
	{ "FROM a AS b/c",
	  "!FROM: invalid name for build stage: \"b/c\", "
	  "name can't start with a number or contain symbols",
	  "a slash" },
	{ "FROM --platfrom=x a",
	  "!FROM: unknown flag: --platfrom (did you mean --platform?)",
	  "misspelt" },
	{ "FROM --platform a", "!FROM: missing a value on flag: --platform",
	  "no value" },
	{ "FROM --platform=a --platform=b c",
	  "!FROM: duplicate flag specified: --platform", "twice" },

	{ "ARG A", "ARG {A}", "no default" },
	{ "ARG A=1 B C=\"x y\" D=", "ARG {A=1} {B} {C=\"x y\"} {D=}",
	  "several" },
	{ "ARG", "!ARG requires at least one argument", "none" },
	{ "ARG =1", "!ARG names can not be blank", "no name" },
	{ "ARG --x A", "!ARG: unknown flag: --x", "a flag" },

	{ "ENV A=1 B=\"x y\" C=x\\ y D='a'",
	  "ENV {A=1} {B=\"x y\"} {C=x\\ y} {D='a'}", "pairs" },
	{ "ENV A b  c \"d\"", "ENV legacy {A=b  c \"d\"}", "the old form" },
	{ "ENV A b=c", "ENV legacy {A=b=c}", "the old form with a sign" },
	{ "ENV A", "!ENV must have two arguments", "a name alone" },
	{ "ENV", "!ENV requires at least one argument", "nothing" },
	{ "ENV A=1 B",
	  "!ENV: can't find = in \"B\": must be of the form "
	  "name=value",
	  "mixed" },
	{ "ENV =1", "!ENV names can not be blank", "no name" },

	{ "LABEL a=1 b.c=\"x\\\" y\"", "LABEL {a=1} {b.c=\"x\\\" y\"}",
	  "LABEL" },
	{ "LABEL \"a b\"=1", "LABEL {\"a b\"=1}", "a quoted name" },
	{ "LABEL a b", "LABEL legacy {a=b}", "the old form" },
	{ "LABEL a", "!LABEL must have two arguments", "a name alone" },
	{ "LABEL", "!LABEL requires at least one argument", "nothing" },

	{ "RUN a && b \"c\"", "RUN shell [a && b \"c\"]", "shell" },
	{ "RUN [\"a\", \"b c\"]", "RUN exec [a|b c]", "exec" },
	{ "RUN [ -f x ] && y", "RUN shell [[ -f x ] && y]",
	  "a test, no array" },
	{ "RUN ['a']", "RUN shell [['a']]", "wrong quotes, so the shell's" },
	{ "RUN [\"a\"] b", "RUN shell [[\"a\"] b]", "text behind an array" },
	{ "RUN [1]",
	  "!RUN: when using JSON array syntax, arrays must be "
	  "comprised of strings only",
	  "a number in an array" },
	{ "RUN", "!RUN requires at least one argument", "nothing" },
	{ "RUN []", "!RUN requires at least one argument", "an empty array" },
	{ "RUN [\"\"]", "!RUN requires at least one argument",
	  "an empty program" },
	{ "RUN --network=none a", "RUN shell [a] network=none", "network" },
	{ "RUN --network=default --security=sandbox a",
	  "RUN shell [a] network=default security=sandbox", "security" },
	{ "RUN --security=insecure --network=host [\"a\"]",
	  "RUN exec [a] network=host security=insecure", "with an array" },
	{ "RUN --network=bridge a", "!RUN: invalid network mode: \"bridge\"",
	  "no such network" },
	{ "RUN --network=hots a",
	  "!RUN: invalid network mode: \"hots\" (did you mean host?)",
	  "misspelt" },
	{ "RUN --security=none a", "!RUN: invalid security mode: \"none\"",
	  "no such security" },
	{ "RUN --device=v.com/d=1 --device=x a",
	  "RUN shell [a] device[v.com/d=1|x]", "devices" },
	{ "RUN --mount=type=cache,target=/c --mount=type=tmpfs,target=/t a",
	  "RUN shell [a] mount[type=cache,target=/c|type=tmpfs,target=/t]",
	  "mounts" },
	{ "RUN --mount=type=bind,\"source=a b\",target=/t a",
	  "RUN shell [a] mount[type=bind,source=a b,target=/t]",
	  "a quoted blank" },
	{ "RUN --mount=type=volume,target=/c a",
	  "!RUN: --mount=type=volume,target=/c: unsupported mount type "
	  "\"volume\": expected bind, cache, tmpfs, secret or ssh",
	  "a bad mount" },
	{ "RUN --mount a", "!RUN: missing a value on flag: --mount",
	  "no mount" },
	{ "RUN --mont=x a",
	  "!RUN: unknown flag: --mont (did you mean --mount?)", "misspelt" },
	{ "RUN -- --x", "RUN shell [--x]", "flags end" },
	{ "RUN a --network=none", "RUN shell [a --network=none]",
	  "flags come first" },
	{ "RUN <<EOF\na\n\tb\nEOF\n", "RUN shell [a\\n\\tb\\n]", "a heredoc" },
	{ "RUN <<-EOF\n\t\ta\n\tb\n\tEOF\n", "RUN shell [a\\nb\\n]",
	  "without tabs" },
	{ "RUN <<EOF\n#!/bin/sh\na\nEOF\n",
	  "RUN script [#!/bin/sh\\na\\n] name=EOF", "a script" },
	{ "RUN cat <<EOF > x\na\nEOF\n", "RUN shell [cat <<EOF > x\\na\\nEOF]",
	  "within a command" },
	{ "RUN cat <<A <<'B'\na\nA\nb\nB\n",
	  "RUN shell [cat <<A <<'B'\\na\\nA\\nb\\nB]", "two" },
	{ "RUN 3<<EOF cat\na\nEOF\n", "RUN shell [3<<EOF cat\\na\\nEOF]",
	  "with a number" },
	{ "RUN <<EOF sh\n#!x\nEOF\n", "RUN shell [<<EOF sh\\n#!x\\nEOF]",
	  "for a program" },
	{ "RUN --network=none <<EOF\na\nEOF\n", "RUN shell [a\\n] network=none",
	  "behind a flag" },
	{ "RUN cat <<< x", "RUN shell [cat <<< x]", "no heredoc" },
	{ "RUN echo $((1<<2))", "RUN shell [echo $((1<<2))]", "a shift" },
	{ "RUN [\"cat\", \"<<EOF\"]", "RUN exec [cat|<<EOF]", "in an array" },

	{ "CMD a b", "CMD shell [a b]", "CMD" },
	{ "CMD [\"a\",\"b\"]", "CMD exec [a|b]", "exec" },
	{ "CMD []", "CMD exec []", "reset" },
	{ "CMD", "CMD shell []", "nothing" },
	{ "CMD [\"a\",null]",
	  "!CMD: when using JSON array syntax, arrays "
	  "must be comprised of strings only",
	  "null" },
	{ "CMD --x a", "!CMD: unknown flag: --x", "a flag" },
	{ "CMD <<EOF", "CMD shell [<<EOF]", "has no heredocs" },
	{ "ENTRYPOINT a", "ENTRYPOINT shell [a]", "ENTRYPOINT" },
	{ "ENTRYPOINT [\"a\"]", "ENTRYPOINT exec [a]", "exec" },
	{ "ENTRYPOINT []", "ENTRYPOINT exec []", "reset" },
	{ "ENTRYPOINT [{}]",
	  "!ENTRYPOINT: when using JSON array syntax, "
	  "arrays must be comprised of strings only",
	  "an object" },
	{ "SHELL [\"/bin/bash\", \"-c\"]", "SHELL exec [/bin/bash|-c]",
	  "SHELL" },
	{ "SHELL /bin/bash -c",
	  "!SHELL requires the arguments to be in JSON form: SHELL "
	  "[\"executable\", \"parameters\"]",
	  "no array" },
	{ "SHELL []", "!SHELL requires at least one argument",
	  "an empty array" },
	{ "SHELL", "!SHELL requires at least one argument", "nothing" },

	{ "COPY a b", "COPY a to b", "COPY" },
	{ "COPY a b c/", "COPY a b to c/", "several" },
	{ "COPY [\"a b\", \"c d\"]", "COPY a b to c d", "an array" },
	{ "COPY --from=x --chown=1:2 --chmod=0644 --link --parents a b",
	  "COPY a to b from=x chown=1:2 chmod=0644 link parents", "flags" },
	{ "COPY --link=false --parents=TRUE a b", "COPY a to b parents",
	  "booleans" },
	{ "COPY --exclude=*.md --exclude=x a b", "COPY a to b exclude[*.md|x]",
	  "excludes" },
	{ "COPY --chown=\"a b\" --chmod=u=rwX,go= x y",
	  "COPY x to y chown=a b chmod=u=rwX,go=", "quotes, signs" },
	{ "COPY <<EOF /f\na $B\nEOF\n", "COPY EOF<a $B\\n> to /f",
	  "a heredoc" },
	{ "COPY <<'EOF' /f\na $B\nEOF\n", "COPY EOF<'a $B\\n> to /f",
	  "quoted" },
	{ "COPY <<\"A\" x <<-B /d/\n\ta\nA\n\tb\n\tB\n",
	  "COPY A<'\\ta\\n> x B<b\\n> to /d/", "several and a path" },
	{ "COPY <<EOF /f\nEOF\n", "COPY EOF<> to /f", "an empty one" },
	{ "COPY a <<EOF\nx\nEOF\n",
	  "!COPY cannot accept a heredoc as a destination", "as destination" },
	{ "COPY [\"<<EOF\", \"/f\"]", "COPY <<EOF to /f",
	  "in an array it is a path" },
	{ "COPY a",
	  "!COPY requires at least two arguments, but only one was "
	  "provided. Destination could not be determined",
	  "one" },
	{ "COPY",
	  "!COPY requires at least two arguments, but none were "
	  "provided. Destination could not be determined",
	  "none" },
	{ "COPY [\"a\"]",
	  "!COPY requires at least two arguments, but only "
	  "one was provided. Destination could not be "
	  "determined",
	  "an array of one" },
	{ "COPY [\"a\",1]",
	  "!COPY: when using JSON array syntax, arrays must "
	  "be comprised of strings only",
	  "an array with a number" },
	{ "COPY --from=$X a b",
	  "!COPY: variable expansion is not supported for --from, define a "
	  "new stage with FROM using ARG from global scope as a workaround",
	  "a variable in from" },
	{ "COPY --link=maybe a b",
	  "!COPY: expecting boolean value for flag --link, not: maybe",
	  "no boolean" },
	{ "COPY --link= a b", "!COPY: missing a value on flag: --link",
	  "an empty boolean" },
	{ "COPY --chown=1 --chown=2 a b",
	  "!COPY: duplicate flag specified: --chown", "twice" },
	{ "COPY --checksum=x a b", "!COPY: unknown flag: --checksum",
	  "one of ADD" },

	{ "ADD a b", "ADD a to b", "ADD" },
	{ "ADD --chown=a --chmod=1 --link --exclude=x --checksum=sha256:0 "
	  "--keep-git-dir --unpack https://x/y z",
	  "ADD https://x/y to z chown=a chmod=1 checksum=sha256:0 "
	  "exclude[x] link keep-git-dir unpack=1",
	  "flags" },
	{ "ADD --unpack=false --keep-git-dir=false a b", "ADD a to b unpack=0",
	  "booleans" },
	{ "ADD [\"a\", \"b\"]", "ADD a to b", "an array" },
	{ "ADD <<EOF /f\nx\nEOF\n", "ADD EOF<x\\n> to /f", "a heredoc" },
	{ "ADD --from=x a b", "!ADD: unknown flag: --from", "one of COPY" },
	{ "ADD --parents a b", "!ADD: unknown flag: --parents",
	  "another of COPY" },
	{ "ADD a",
	  "!ADD requires at least two arguments, but only one was "
	  "provided. Destination could not be determined",
	  "one" },
	{ "ADD --checksm=x a b",
	  "!ADD: unknown flag: --checksm (did you mean --checksum?)",
	  "misspelt" },

	{ "WORKDIR /a b", "WORKDIR value=/a b", "WORKDIR with a blank" },
	{ "WORKDIR", "!WORKDIR requires exactly one argument", "nothing" },
	{ "USER a:b", "USER value=a:b", "USER" },
	{ "USER", "!USER requires exactly one argument", "no user" },
	{ "USER --x a", "!USER: unknown flag: --x", "a flag" },
	{ "STOPSIGNAL SIGTERM", "STOPSIGNAL value=SIGTERM", "STOPSIGNAL" },
	{ "STOPSIGNAL", "!STOPSIGNAL requires exactly one argument",
	  "no signal" },
	{ "MAINTAINER a <a@b>", "MAINTAINER value=a <a@b>", "MAINTAINER" },
	{ "MAINTAINER", "!MAINTAINER requires exactly one argument", "nobody" },
	{ "VOLUME /a /b", "VOLUME [/a|/b]", "VOLUME" },
	{ "VOLUME [\"/a b\", \" /c \"]", "VOLUME [/a b|/c]", "an array" },
	{ "VOLUME", "!VOLUME requires at least one argument", "nothing" },
	{ "VOLUME []", "!VOLUME requires at least one argument", "no path" },
	{ "VOLUME [\" \"]", "!VOLUME specified can not be an empty string",
	  "a blank path" },
	{ "EXPOSE 80 53/udp 1-9", "EXPOSE [80|53/udp|1-9]", "EXPOSE" },
	{ "EXPOSE", "!EXPOSE requires at least one argument", "no port" },

	{ "HEALTHCHECK NONE", "HEALTHCHECK NONE", "NONE" },
	{ "HEALTHCHECK none", "HEALTHCHECK NONE", "in lower case" },
	{ "HEALTHCHECK NONE a", "!HEALTHCHECK NONE takes no arguments",
	  "none of something" },
	{ "HEALTHCHECK CMD a b", "HEALTHCHECK shell [a b]", "shell" },
	{ "HEALTHCHECK cmd [\"a\", \"b\"]", "HEALTHCHECK exec [a|b]", "exec" },
	{ "HEALTHCHECK --interval=1m --timeout=2s --start-period=3ms "
	  "--start-interval=1.5s --retries=4 CMD a",
	  "HEALTHCHECK shell [a] interval=60000000000 timeout=2000000000 "
	  "start-period=3000000 start-interval=1500000000 retries=4",
	  "all options" },
	{ "HEALTHCHECK --interval=0 --retries=0 CMD a", "HEALTHCHECK shell [a]",
	  "zero is the default" },
	{ "HEALTHCHECK", "!HEALTHCHECK requires at least one argument",
	  "nothing" },
	{ "HEALTHCHECK CMD",
	  "!HEALTHCHECK: missing command after "
	  "HEALTHCHECK CMD",
	  "no command" },
	{ "HEALTHCHECK CMD []",
	  "!HEALTHCHECK: missing command after "
	  "HEALTHCHECK CMD",
	  "an empty array" },
	{ "HEALTHCHECK curl x", "!HEALTHCHECK: unknown type \"curl\" (try CMD)",
	  "no CMD" },
	{ "HEALTHCHECK --interval=1us CMD a",
	  "!HEALTHCHECK: interval \"interval\" cannot be less than 1ms",
	  "too often" },
	{ "HEALTHCHECK --retries=x CMD a",
	  "!HEALTHCHECK: --retries must be a number, not \"x\"", "no number" },
	{ "HEALTHCHECK --retries=-1 CMD a",
	  "!HEALTHCHECK: --retries cannot be negative (-1)", "a negative one" },
	{ "HEALTHCHECK --intervl=1s CMD a",
	  "!HEALTHCHECK: unknown flag: --intervl (did you mean --interval?)",
	  "misspelt" },

	{ "ONBUILD RUN a", "ONBUILD text=RUN a", "ONBUILD" },
	{ "ONBUILD copy --from=x <<EOF /f\na\nEOF\n",
	  "ONBUILD text=copy --from=x <<EOF /f\\na\\nEOF", "with a heredoc" },
	{ "ONBUILD", "!ONBUILD requires at least one argument", "nothing" },
	{ "ONBUILD ONBUILD RUN a",
	  "!ONBUILD: chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed",
	  "twice" },
	{ "ONBUILD FROM a",
	  "!ONBUILD: FROM isn't allowed as an ONBUILD "
	  "trigger",
	  "FROM" },
	{ "ONBUILD MAINTAINER a",
	  "!ONBUILD: MAINTAINER isn't allowed as an "
	  "ONBUILD trigger",
	  "MAINTAINER" },
	{ "ONBUILD RUNN a",
	  "!ONBUILD: unknown instruction: RUNN (did you "
	  "mean RUN?)",
	  "misspelt" },
	{ "ONBUILD --x RUN a", "!ONBUILD: unknown flag: --x", "a flag" },

	{ "copy\ta\t b ", "COPY a to b", "tabs" },
	{ "EXPOZE 1", "!unknown instruction: EXPOZE (did you mean EXPOSE?)",
	  "misspelt" },
	{ "// a", "!unknown instruction: //", "no comment of ours" },
};

static int parse(const char *text, struct instruction *out, struct error *err)
{
	autoclean(source_lines_release) struct source_lines lines =
		SOURCE_LINES_INIT;
	unsigned number;

	if (source_lines_parse(text, strlen(text), &lines, &number, err) < 0)
		return -1;
	assert_int_equal(lines.count, 1);
	return instruction_parse(&lines.items[0], '\\', out, err);
}

static void test_instruction_parse__all(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(
			instruction_release) struct instruction instruction = {
			.kind = INSTRUCTION_NONE
		};
		autoclean(strbuf_release) struct strbuf shown = STRBUF_INIT;

		if (parse(rows[i].text, &instruction, &err) < 0) {
			assert_int_equal(err.kind, ERROR_INVALID);
			strbuf_addf(&shown, "!%s", err.msg);
		} else {
			show_instruction(&instruction, &shown);
		}
		if (strcmp(shown.text, rows[i].shown) != 0)
			fail_msg("%s: %s: %s", rows[i].text, rows[i].why,
				 shown.text);
	}
}

static void test_instruction_parse__keeps_its_place(void **state)
{
	static const char text[] = "# about\n"
				   "# more\n"
				   "Run a \\\n"
				   "\n"
				   "  b <<EOF\n"
				   "x\n"
				   "EOF\n";
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(instruction_release) struct instruction instruction = {
		.kind = INSTRUCTION_NONE
	};

	(void)state;
	assert_int_equal(parse(text, &instruction, &err), 0);
	assert_string_equal(instruction.keyword, "Run");
	assert_string_equal(instruction.text, "Run a   b <<EOF");
	assert_string_equal(instruction.original,
			    "Run a \\\n\n  b <<EOF\nx\nEOF");
	assert_int_equal(instruction.first_line, 3);
	assert_int_equal(instruction.last_line, 7);
	assert_int_equal(instruction.blank_line, 4);
	assert_int_equal(instruction.comments.count, 2);
	assert_string_equal(instruction.comments.items[1], "more");
}

static void test_instruction_parse__trigger_is_parsed(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(instruction_release) struct instruction instruction = {
		.kind = INSTRUCTION_NONE
	};
	autoclean(strbuf_release) struct strbuf shown = STRBUF_INIT;

	(void)state;
	assert_int_equal(
		parse("ONBUILD COPY <<EOF /f\na\nEOF\n", &instruction, &err),
		0);
	show_instruction(instruction.onbuild.trigger, &shown);
	assert_string_equal(shown.text, "COPY EOF<a\\n> to /f");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_instruction_parse__all),
		cmocka_unit_test(test_instruction_parse__keeps_its_place),
		cmocka_unit_test(test_instruction_parse__trigger_is_parsed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
