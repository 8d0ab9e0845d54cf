/* SPDX-License-Identifier: Apache-2.0 */
/* From HostConfig.DeviceRequests to names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/jsonx.h"
#include "runtime/engine/device_requests.h"

#define GPU "'Capabilities':[['gpu']]"

static const struct {
	const char *requests;
	bool has_gpus;
	const char *names, *wrong; /* names after a blank each */
} rows[] = {
	{ "[]", false, "", NULL },
	{ "[{'Driver':'cdi','DeviceIDs':['v/c=a','v/c=b']}]", false,
	  " v/c=a v/c=b", NULL },
	{ "[{'Driver':'','Count':-1," GPU "}]", true, " nvidia.com/gpu=all",
	  NULL },
	{ "[{'Driver':'nvidia','Count':2," GPU "}]", true,
	  " nvidia.com/gpu=0 nvidia.com/gpu=1", NULL },
	{ "[{'Driver':'','DeviceIDs':['x']," GPU
	  "},{'Driver':'cdi','DeviceIDs':['v/c=a']}]",
	  true, " nvidia.com/gpu=x v/c=a", NULL },
	{ "[{'Driver':'','Count':0," GPU "}]", true, "", NULL },
	{ "[{'Driver':'','Count':1,'Capabilities':[['tea'],['gpu','video']]}]",
	  true, " nvidia.com/gpu=0", NULL },
	{ "[{'Driver':'','Count':-1," GPU "}]", false, NULL,
	  "could not select device driver \"\" with capabilities: [[gpu]]" },
	{ "[{'Driver':'','Count':-1,'Capabilities':[['tea','gpu'],['x']]}]",
	  true, NULL,
	  "could not select device driver \"\" with capabilities: [[tea gpu] "
	  "[x]]" },
	{ "[{'Driver':'amd','Count':-1," GPU "}]", true, NULL,
	  "device driver \"amd\"" },
	{ "[{'Driver':'','Count':-1}]", true, NULL, "capabilities: []" },
	{ "[{'Driver':'','Count':1,'DeviceIDs':['0']," GPU "}]", true, NULL,
	  "cannot set both Count and DeviceIDs" },
	{ "[{'Driver':'','Count':99999999999," GPU "}]", true, NULL,
	  "1024 GPUs at most" },
	{ "[{'Driver':'cdi','Count':1,'DeviceIDs':['v/c=a']}]", false, NULL,
	  "unexpected count in CDI device request" },
	{ "[{'Driver':'cdi','DeviceIDs':['v/c=a'],'Options':{'a':'b'}}]", false,
	  NULL, "unexpected options in CDI device request" },
};

static void test_device_requests_names__are_dockers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(strbuf_release) struct strbuf json = STRBUF_INIT;
		autoclean(strbuf_release) struct strbuf names = STRBUF_INIT;
		autoclean(strvec_release) struct strvec found = STRVEC_INIT;
		autoclean(jsonx_free) json_t *host = NULL;
		int result;

		strbuf_addstr(&json, "{\"DeviceRequests\":");
		for (const char *at = rows[i].requests; *at; at++)
			strbuf_addch(&json, *at == '\'' ? '"' : *at);
		strbuf_addch(&json, '}');
		assert_int_equal(jsonx_parse(json.text, json.length, "text",
					     &host, &err),
				 0);
		result = device_requests_names(host, rows[i].has_gpus, &found,
					       &err);
		for (size_t j = 0; j < found.count; j++)
			strbuf_addf(&names, " %s", found.items[j]);
		if ((result == 0) != !rows[i].wrong ||
		    (rows[i].wrong ? !strstr(err.msg, rows[i].wrong)
				   : strcmp(names.text, rows[i].names) != 0))
			fail_msg("%s: %s", rows[i].requests,
				 result == 0 ? names.text : err.msg);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_device_requests_names__are_dockers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
