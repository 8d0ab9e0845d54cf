/* SPDX-License-Identifier: Apache-2.0 */
/* Isolation for people. */
#include "cmd/front/isolation_show.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/jsonx.h"

static const char document[] =
	"{\"Id\":\"0123456789abcdef\",\"Name\":\"n\",\"Pid\":7,"
	"\"Namespaces\":[{\"Name\":\"pid\",\"Host\":1,\"Container\":2,"
	"\"IsShared\":false},{\"Name\":\"user\",\"Host\":3,\"Container\":3,"
	"\"IsShared\":true}],"
	"\"UserMap\":[{\"Container\":0,\"Host\":100,\"Size\":9}],"
	"\"User\":{\"Uid\":5,\"Gid\":6,\"Groups\":[7,8]},"
	"\"Seccomp\":{\"Mode\":\"filter\",\"Known\":380,\"Blocked\":70,"
	"\"Conditional\":3},"
	"\"Capabilities\":{\"Effective\":[\"CAP_CHOWN\"],\"Permitted\":"
	"[\"CAP_CHOWN\"],\"Bounding\":[\"CAP_KILL\"]},"
	"\"Cgroup\":{\"Mode\":\"hybrid\",\"Path\":\"imgctl/x\",\"Limits\":"
	"{\"io.max\":\"8:0 1\\n9:0 2\"},\"Use\":[{\"Name\":\"memory\",\"Now\":"
	"1048576,\"Limit\":-1}]},"
	"\"Limits\":[{\"Name\":\"open files\",\"Soft\":9,\"Hard\":-1}],"
	"\"Mounts\":[{\"Target\":\"/a\\u001b[31m\\tb\",\"Type\":\"tmpfs\","
	"\"Source\":\"\",\"Root\":\"/\",\"Options\":\"rw\",\"Propagation\":"
	"\"shared:1\"}],"
	"\"MaskedPaths\":[\"/m\"],\"ReadonlyPaths\":[\"/r\"]}";

static void test_isolation_show__sections(void **state)
{
	static const char *const lines[] = {
		"Container 0123456789ab, n: process 7 of the host\n",
		"\npid         1         2           its own\n",
		"\nuser        3         3           shared with the host\n",
		"\n0          100       9\n",
		"\nUser                5\n",
		"\nGroup               6 7 8\n",
		("filter: of 380 system calls 70 are blocked, 3 allowed with "
		 "some arguments only\n"),
		"\nEffective     CHOWN\n",
		"\nPermitted     the same 1\n",
		"\nInheritable   none\n",
		"\nBounding      KILL\n",
		"\nPath            imgctl/x\n",
		"\nmemory    1MiB      none\n",
		"\nio.max         8:0 1\n               9:0 2\n",
		"\nopen files      9         unlimited\n",
		"   tmpfs     -         /            rw shared:1\n",
		"\n/m        masked\n",
		"\n/r        read-only\n",
	};
	autoclean(jsonx_free) json_t *json = json_loads(document, 0, NULL);
	autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;

	(void)state;
	isolation_show(json, &out);
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		if (!strstr(out.text, lines[i]))
			fail_msg("no \"%s\" in\n%s", lines[i], out.text);
	assert_null(strchr(out.text, '\033'));
	assert_null(strchr(out.text, '\t'));
}

/* Whatever is missing, nothing breaks. */
static void test_isolation_show__nothing(void **state)
{
	autoclean(jsonx_free) json_t *json = json_object();
	autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;

	(void)state;
	isolation_show(json, &out);
	assert_non_null(strstr(out.text, "CAPABILITIES"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_isolation_show__sections),
		cmocka_unit_test(test_isolation_show__nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
