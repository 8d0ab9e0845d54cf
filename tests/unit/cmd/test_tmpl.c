/* SPDX-License-Identifier: Apache-2.0 */
/* The options of templates, typed rows, and the limits. */
#include "cmd/tmpl/tmpl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const char row_text[] =
	"{\"ID\":\"abc\",\"Names\":\"web<1>\",\"Labels\":\"k=v\",\"Size\":0,"
	"\"State\":{\"Health\":null,\"Pid\":7},\"Config\":{\"Labels\":null},"
	"\"Mixed\":[1,\"a\",2.5,true,null],\"Big\":12345678901}";

static json_t *label(void *context, const char *const *arguments)
{
	return json_pack("s++", context, arguments[0], "!");
}

static json_t *pair(void *context, const char *const *arguments)
{
	(void)context;
	return json_pack("s++", arguments[0], "-", arguments[1]);
}

static const struct tmpl_callable callables[] = {
	{ "Label", 1, label },
	{ "Pair", 2, pair },
	{ NULL, 0, NULL },
};

static char context[] = "<";

static const struct tmpl_options row_options = {
	.type = "*formatter.ContainerContext",
	.callables = callables,
	.context = context,
	.escapes_html = true,
};

static const struct tmpl_options header_options = {
	.callables = callables,
	.context = context,
	.is_map = true,
	.is_header = true,
};

static const struct {
	const char *why;
	const struct tmpl_options *options;
	const char *text;
	const char *expected; /* output, or the error when it fails */
	bool fails;
} cases[] = {
	{ "a callable field", &row_options, "{{.Label \"x\"}}", "<x!", false },
	{ "with the pipeline's value", &row_options, "{{.ID | .Label}}",
	  "<abc!", false },
	{ "by the root variable", &row_options,
	  "{{range .Mixed}}{{$.Label \"a\"}}{{break}}{{end}}", "<a!", false },
	{ "two arguments", &row_options, "{{.Pair \"a\" .ID}}", "a-abc",
	  false },
	{ "as an argument", &row_options, "{{upper (.Label \"k\")}}", "<K!",
	  false },
	{ "too few", &row_options, "{{.Label}}",
	  "template: :1:2: executing \"\" at <.Label>: wrong number of args "
	  "for Label: want 1 got 0",
	  true },
	{ "too many", &row_options, "{{.Label \"a\" \"b\"}}",
	  "template: :1:2: executing \"\" at <.Label>: wrong number of args "
	  "for Label: want 1 got 2",
	  true },
	{ "wrong type", &row_options, "{{.Label 1}}",
	  "template: :1:9: executing \"\" at <1>: expected string; found 1",
	  true },
	{ "not below the root", &row_options, "{{.State.Label \"a\"}}",
	  "template: :1:8: executing \"\" at <.State.Label>: can't evaluate "
	  "field Label in type struct",
	  true },
	{ "unknown field of the row", &row_options, "{{.Nope}}",
	  "template: :1:2: executing \"\" at <.Nope>: can't evaluate field "
	  "Nope in type *formatter.ContainerContext",
	  true },
	{ "arguments to a plain field", &row_options, "{{.ID \"x\"}}",
	  "template: :1:2: executing \"\" at <.ID>: ID has arguments but "
	  "cannot be invoked as function",
	  true },
	{ "html escapes", &row_options, "{{json .Names}}",
	  "\"web\\u003c1\\u003e\"", false },
	{ "a header names columns", &header_options,
	  "{{.ID}}\t{{upper .Names}}\t{{json .ID}}\t{{.Label \"com.x\"}}",
	  "abc\tweb<1>\tabc\t<com.x!", false },
	{ "docker's functions are identity there", &header_options,
	  "{{lower .Names}}{{title .Names}}{{truncate .ID 1}}{{pad .ID 2 2}}"
	  "{{split .ID \",\"}}{{join .ID \",\"}}",
	  "web<1>web<1>abcabcabcabc", false },
	{ "Go's are not", &header_options, "{{printf \"%.2s\" .ID}}{{len .ID}}",
	  "ab3", false },
	{ "unknown columns have no name", &header_options, "{{.Nope}}|",
	  "<no value>|", false },
	{ "any case", &row_options, "{{.id}} {{.STATE.pid}}", "abc 7", false },
	{ "null by field", &row_options,
	  "{{.State.Health}} {{.Config.Labels}} {{.Config.Labels.x}}",
	  "<nil> map[] <no value>", false },
	{ "absent but known", &row_options,
	  "{{if .Config.Healthcheck}}a{{else}}b{{end}}{{.Config.StopSignal}}",
	  "b", false },
	{ "through nil", &row_options, "{{.State.Health.Status}}",
	  "template: :1:8: executing \"\" at <.State.Health.Status>: nil "
	  "pointer evaluating *container.Health.Status",
	  true },
	{ "structs cannot be ranged", &row_options, "{{range .State}}{{end}}",
	  "template: :1:8: executing \"\" at <.State>: range can't iterate "
	  "over {<nil> 7}",
	  true },
	{ "structs are true", &row_options,
	  "{{if .State}}y{{end}}{{if .Config.Labels}}n{{end}}", "y", false },
	{ "mixed lists", &row_options, "{{.Mixed}} {{join .Mixed \",\"}}",
	  "[1 a 2.5 true []] 1,a,2.5,true,[]", false },
	{ "large integers", &row_options, "{{.Big}} {{json .Big}}",
	  "12345678901 12345678901", false },
};

static int run(const char *text, const struct tmpl_options *options,
	       const json_t *data, struct strbuf *out, struct error *err)
{
	struct tmpl *tmpl = NULL;
	int result = tmpl_parse(text, &tmpl, err);

	if (!result)
		result = tmpl_execute_with(tmpl, options, data, out, err);
	tmpl_free(tmpl);
	return result;
}

static void test_tmpl__follows_its_options(void **state)
{
	json_t *data = json_loads(row_text, 0, NULL);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf out = STRBUF_INIT;
		struct error err = ERROR_INIT;
		int result = run(cases[i].text, cases[i].options, data, &out,
				 &err);
		const char *got = result < 0 ? err.msg : out.text;

		if (strcmp(got, cases[i].expected))
			print_error("row: %s\n", cases[i].why);
		assert_string_equal(got, cases[i].expected);
		assert_int_equal(result, cases[i].fails ? -1 : 0);
		strbuf_release(&out);
		error_release(&err);
	}
	json_decref(data);
}

static void test_tmpl__has_plain_defaults(void **state)
{
	json_t *data = json_loads(row_text, 0, NULL);
	struct strbuf out = STRBUF_INIT;
	struct error err = ERROR_INIT;
	struct tmpl *tmpl;

	(void)state;
	assert_int_equal(tmpl_parse("{{.ID}}{{json .Names}}", &tmpl, &err), 0);
	assert_int_equal(tmpl_execute(tmpl, data, &out, &err), 0);
	assert_int_equal(tmpl_execute(tmpl, data, &out, &err), 0);
	assert_string_equal(out.text, "abc\"web<1>\"abc\"web<1>\"");
	tmpl_free(tmpl);
	strbuf_release(&out);
	json_decref(data);
}

/* COUNT times TEXT, between BEFORE and AFTER, as a new string. */
static char *repeat(const char *before, const char *text, size_t count,
		    const char *after)
{
	struct strbuf out = STRBUF_INIT;

	strbuf_addstr(&out, before);
	while (count--)
		strbuf_addstr(&out, text);
	strbuf_addstr(&out, after);
	return strbuf_steal(&out);
}

static void check_refusal(char *text, const char *part)
{
	json_t *data = json_object();
	struct strbuf out = STRBUF_INIT;
	struct error err = ERROR_INIT;

	assert_int_equal(run(text, &row_options, data, &out, &err), -1);
	if (!strstr(err.msg, part))
		fail_msg("%s lacks %s", err.msg, part);
	error_release(&err);
	strbuf_release(&out);
	json_decref(data);
	free(text);
}

static void test_tmpl__is_limited(void **state)
{
	(void)state;
	check_refusal(repeat("", "x", TMPL_SOURCE_MAX + 1, ""), "longer than");
	check_refusal(repeat("{{", "(", TMPL_NEST_MAX + 1, "1"),
		      "nested more than 100 deep");
	check_refusal(repeat("", "{{if 1}}", TMPL_NEST_MAX + 1, ""),
		      "nested more than 100 deep");
	check_refusal(repeat("{{define \"a\"}}", "{{template \"a\"}}", 2,
			     "{{end}}{{template \"a\"}}"),
		      "exceeded maximum template depth (100)");
	check_refusal(repeat("{{range 999}}{{range 999}}", "{{range 999}}", 1,
			     "{{end}}{{end}}{{end}}"),
		      "more than 1000000 steps");
	check_refusal(repeat("{{$x := \"x\"}}{{range 99}}", "", 0,
			     "{{$x = print $x $x}}{{end}}"),
		      "the value");
	check_refusal(repeat("{{$x := printf \"%999999d\" 1}}{{range 99}}",
			     "{{$x}}", 1, "{{end}}"),
		      "output exceeds");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tmpl__follows_its_options),
		cmocka_unit_test(test_tmpl__has_plain_defaults),
		cmocka_unit_test(test_tmpl__is_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
