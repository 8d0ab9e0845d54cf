/* SPDX-License-Identifier: Apache-2.0 */
/* What --gpus says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/jsonx.h"
#include "cmd/front/run_gpus.h"

#define ANY "'Capabilities':[['gpu']],'Options':{}}"

static const struct {
	const char *text, *request, *wrong;
} rows[] = {
	{ "all", "{'Driver':'','Count':-1,'DeviceIDs':null," ANY, NULL },
	{ "3", "{'Driver':'','Count':3,'DeviceIDs':null," ANY, NULL },
	{ "-2", "{'Driver':'','Count':-2,'DeviceIDs':null," ANY, NULL },
	{ "count=all", "{'Driver':'','Count':-1,'DeviceIDs':null," ANY, NULL },
	{ "driver=x", "{'Driver':'x','Count':1,'DeviceIDs':null," ANY, NULL },
	{ "device=1", "{'Driver':'','Count':0,'DeviceIDs':['1']," ANY, NULL },
	{ "\"device=1,GPU-2\"",
	  "{'Driver':'','Count':0,'DeviceIDs':['1','GPU-2']," ANY, NULL },
	{ "all,\"capabilities=compute,video\"",
	  "{'Driver':'','Count':-1,'DeviceIDs':null,'Capabilities':[['compute','video','gpu']],'Options':{}}",
	  NULL },
	{ "all,\"options=a=b,c\"",
	  "{'Driver':'','Count':-1,'DeviceIDs':null,'Capabilities':[['gpu']],'Options':{'a':'b','c':''}}",
	  NULL },
	{ "", NULL, "EOF" },
	{ "x", NULL,
	  "invalid count (x): value must be either \"all\" or an integer: invalid syntax" },
	{ "count=", NULL, "invalid count ()" },
	{ "99999999999999999999", NULL, "value out of range" },
	{ "all,all", NULL, "'all' can be specified only once" },
	{ "all,count=2", NULL, "'count' can be specified only once" },
	{ "count=1,driver=a,driver=b", NULL,
	  "'driver' can be specified only once" },
	{ "size=1", NULL, "unexpected key 'size' in 'size=1'" },
};

static void test_run_gpus_parse__is_dockers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
		autoclean(jsonx_free) json_t *request = NULL;
		int result = run_gpus_parse(rows[i].text, &request, &err);

		if (result == 0)
			jsonx_format(request, &text);
		for (char *at = text.text; *at; at++)
			*at = *at == '"' ? '\'' : *at;
		if ((result == 0) != !rows[i].wrong ||
		    (rows[i].wrong ? !strstr(err.msg, rows[i].wrong)
				   : strcmp(text.text, rows[i].request) != 0))
			fail_msg("%s: %s", rows[i].text,
				 result == 0 ? text.text : err.msg);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_run_gpus_parse__is_dockers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
