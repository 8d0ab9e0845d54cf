/* SPDX-License-Identifier: Apache-2.0 */
/* Which instructions fill in variables, and where. */
#include "builder/language/instruction_expand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "builder/language/instruction_parse.h"
#include "tests/unit/builder/instruction_show.h"

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static const char *lookup(void *payload, const char *name)
{
	(void)payload;
	return !strcmp(name, "A") ? "one" : !strcmp(name, "P") ? "80 81" : NULL;
}

static const struct {
	const char *text;
	const char *shown; /* or, where it begins with "!", the error */
	const char *why;
} rows[] = {
	{ "FROM --platform=$A/x b:$A AS c", "FROM b:one platform=one/x stage=c",
	  "FROM" },
	{ "FROM ${A:-b}", "FROM one", "a default" },
	{ "FROM $N", "!FROM: base name ($N) should not be blank",
	  "an empty image" },
	{ "ARG $A=$A x", "ARG {$A=one} {x}", "only values of ARG" },
	{ "ENV $A=$A B=\"$A c\"", "ENV {one=one} {B=one c}", "ENV" },
	{ "ENV A x \"$A\"  y", "ENV legacy {A=x one  y}", "ENV, the old form" },
	{ "ENV $N=x", "!ENV names can not be blank", "no name left" },
	{ "LABEL \"a $A\"='$A' b=\\$A", "LABEL {a one=$A} {b=$A}", "LABEL" },
	{ "RUN echo $A", "RUN shell [echo $A]", "not the text of RUN" },
	{ "RUN [\"$A\"]", "RUN exec [$A]", "nor its array" },
	{ "RUN <<EOF\n$A\nEOF\n", "RUN shell [$A\\n]", "nor its heredoc" },
	{ "RUN --mount=type=cache,target=/$A --device=$A x",
	  "RUN shell [x] mount[type=cache,target=/$A] (cache at /one) "
	  "device[one]",
	  "mounts and devices" },
	{ "RUN --mount=type=$A,target=/a x",
	  "!RUN: --mount=type=$A,target=/a: unsupported mount type \"one\": "
	  "expected bind, cache, tmpfs, secret or ssh",
	  "a mount that was not known before" },
	{ "RUN --network=none --security=sandbox x",
	  "RUN shell [x] network=none security=sandbox", "flags stay" },
	{ "CMD $A", "CMD shell [$A]", "not CMD" },
	{ "ENTRYPOINT [\"$A\"]", "ENTRYPOINT exec [$A]", "not ENTRYPOINT" },
	{ "SHELL [\"$A\"]", "SHELL exec [$A]", "not SHELL" },
	{ "HEALTHCHECK --retries=2 --interval=1s CMD $A",
	  "HEALTHCHECK shell [$A] interval=1000000000 retries=2",
	  "not HEALTHCHECK" },
	{ "ONBUILD RUN $A", "ONBUILD text=RUN $A", "not ONBUILD" },
	{ "MAINTAINER $A", "MAINTAINER value=$A", "not MAINTAINER" },
	{ "COPY --from=x --chown=$A --chmod=$A --exclude=$A --link --parents "
	  "$A/a \"b\" /$A/",
	  "COPY one/a b to /one/ from=x chown=one chmod=one exclude[one] link "
	  "parents",
	  "COPY" },
	{ "COPY [\"$A b\", \"/c\"]", "COPY one b to /c", "an array" },
	{ "COPY <<EOF /$A\n\"$A\" '$A' \\$A\nEOF\n",
	  "COPY EOF<\"one\" 'one' $A\\n> to /one", "a heredoc" },
	{ "COPY <<'EOF' /f\n\"$A\" \\$A\nEOF\n",
	  "COPY EOF<'\"$A\" \\$A\\n> to /f", "a quoted heredoc" },
	{ "COPY <<A <<B <<C /f\n\\\nA\n\\\\\nB\n\\$\nC\n",
	  "COPY A<\\n> B<\\\\n> C<$\\n> to /f", "escapes in heredocs" },
	{ "ADD --checksum=$A --keep-git-dir --unpack=false $A /",
	  "ADD one to / checksum=one keep-git-dir unpack=0", "ADD" },
	{ "EXPOSE $P $A/tcp \"$P\"", "EXPOSE [80|81|one/tcp|80 81]",
	  "EXPOSE splits once more" },
	{ "VOLUME $A /$A", "VOLUME [one|/one]", "VOLUME" },
	{ "VOLUME [\"/$A b\"]", "VOLUME [/one b]", "VOLUME of an array" },
	{ "USER $A:${N:-g}", "USER value=one:g", "USER" },
	{ "WORKDIR /$A/\"b c\"", "WORKDIR value=/one/b c", "WORKDIR" },
	{ "STOPSIGNAL ${N:-SIGKILL}", "STOPSIGNAL value=SIGKILL",
	  "STOPSIGNAL" },
	{ "STOPSIGNAL rtmin+3", "STOPSIGNAL value=rtmin+3", "a real one" },
	{ "STOPSIGNAL $A", "!STOPSIGNAL: invalid signal: one",
	  "no signal at all" },
	{ "WORKDIR ${A:+", "!WORKDIR: \"${A:+\": syntax error: missing '}'",
	  "WORKDIR, wrong" },
	{ "USER \"a",
	  "!USER: \"\"a\": unexpected end of statement while "
	  "looking for matching double-quote",
	  "USER, wrong" },
	{ "EXPOSE ${", "!EXPOSE: \"${\": syntax error: missing '}'",
	  "EXPOSE, wrong" },
	{ "VOLUME ${}", "!VOLUME: \"${}\": syntax error: bad substitution",
	  "VOLUME, wrong" },
	{ "LABEL a=${A^}",
	  "!LABEL: \"${A^}\": unsupported modifier (^) in "
	  "substitution",
	  "LABEL, wrong" },
	{ "COPY a ${N:?}", "!COPY: \"${N:?}\": N: is not allowed to be unset",
	  "COPY, wrong" },
	{ "ADD --chown='a b c",
	  "!ADD requires at least two arguments, but "
	  "none were provided. Destination could "
	  "not be determined",
	  "ADD, wrong" },
};

static int expand(const char *text, struct instruction *out, struct error *err)
{
	const struct expand_scope scope = { .lookup = lookup, .escape = '\\' };
	autoclean(source_lines_release) struct source_lines lines =
		SOURCE_LINES_INIT;
	autoclean(instruction_release) struct instruction parsed = {
		.kind = INSTRUCTION_NONE
	};
	unsigned number;

	if (source_lines_parse(text, strlen(text), &lines, &number, err) < 0 ||
	    instruction_parse(&lines.items[0], '\\', &parsed, err) < 0)
		return -1;
	if (instruction_expand(&parsed, &scope, out, err) < 0)
		return -1;
	assert_string_equal(out->text, parsed.text);
	assert_string_equal(out->original, parsed.original);
	assert_int_equal(out->last_line, parsed.last_line);
	return 0;
}

static void test_instruction_expand__all(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(
			instruction_release) struct instruction instruction = {
			.kind = INSTRUCTION_NONE
		};
		autoclean(strbuf_release) struct strbuf shown = STRBUF_INIT;

		if (expand(rows[i].text, &instruction, &err) < 0)
			strbuf_addf(&shown, "!%s", err.msg);
		else
			show_instruction(&instruction, &shown);
		if (strcmp(shown.text, rows[i].shown) != 0)
			fail_msg("%s: %s: %s", rows[i].text, rows[i].why,
				 shown.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_instruction_expand__all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
