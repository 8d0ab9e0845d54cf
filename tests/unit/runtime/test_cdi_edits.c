/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of an OCI configuration. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/jsonx.h"
#include "runtime/cdi/cdi_edits.h"

/* JSON with ' for quotes. */
static json_t *value_of(const char *text)
{
	autoclean(strbuf_release) struct strbuf json = STRBUF_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	json_t *value = NULL;

	for (; *text; text++)
		strbuf_addch(&json, *text == '\'' ? '"' : *text);
	assert_int_equal(
		jsonx_parse(json.text, json.length, "text", &value, &err), 0);
	return value;
}

static const struct {
	const char *why, *config, *edits, *result;
} rows[] = {
	{ "variables replace and are added",
	  "{'process':{'env':['A=1','AB=2']}}", "{'env':['A=3','C=4']}",
	  "{'process':{'env':['A=3','AB=2','C=4']},'mounts':[]}" },
	{ "nodes in full",
	  "{'linux':{'devices':[{'path':'/dev/a','type':'b'},{'path':'/dev/b'}]}}",
	  "{'deviceNodes':[{'path':'/dev/a','type':'u','major':1,'minor':2,'fileMode':33200,'permissions':'r'}]}",
	  "{'linux':{'devices':[{'path':'/dev/b'},{'path':'/dev/a','type':'u','major':1,'minor':2,'fileMode':432}],"
	  "'resources':{'devices':[{'allow':true,'type':'c','major':1,'minor':2,'access':'r'}]}},"
	  "'process':{'env':[]},'mounts':[]}" },
	{ "a node as the host has it, and whose it is",
	  "{'process':{'user':{'uid':7,'gid':0}}}",
	  "{'deviceNodes':[{'path':'/dev/a','hostPath':'/dev/zero'}]}",
	  "{'process':{'user':{'uid':7,'gid':0},'env':[]},'linux':{'devices':[{'path':'/dev/a','hostPath':'/dev/zero',"
	  "'type':'c','major':1,'minor':5,'uid':7}],'resources':{'devices':[{'allow':true,'type':'c','major':1,'minor':5,"
	  "'access':'rwm'}]}},'mounts':[]}" },
	{ "pipes have no rule", "{'process':{'env':[]}}",
	  "{'deviceNodes':[{'path':'/dev/a','type':'p'}]}",
	  "{'process':{'env':[]},'linux':{'devices':[{'path':'/dev/a','type':'p'}],'resources':{'devices':[]}},'mounts':[]}" },
	{ "mounts by depth",
	  "{'process':{'env':[]},'mounts':[{'destination':'/a/b'},{'destination':'/c'}]}",
	  "{'mounts':[{'hostPath':'/h','containerPath':'/a'},{'hostPath':'/i','containerPath':'/c','type':'tmpfs','options':['x']}]}",
	  "{'process':{'env':[]},'mounts':[{'destination':'/a','type':'bind','source':'/h','options':['rbind']},"
	  "{'destination':'/c','type':'tmpfs','source':'/i','options':['x']},{'destination':'/a/b'}],'linux':{}}" },
	{ "hooks", "{'process':{'env':[]},'mounts':[]}",
	  "{'hooks':[{'hookName':'poststop','path':'/p','timeout':0},{'hookName':'poststop','path':'/q','args':['q'],'timeout':2}]}",
	  "{'process':{'env':[]},'mounts':[],'hooks':{'poststop':[{'path':'/p'},{'path':'/q','args':['q'],'timeout':2}]},'linux':{}}" },
	{ "groups, each once",
	  "{'process':{'env':[],'user':{'additionalGids':[5]}},'mounts':[]}",
	  "{'additionalGids':[0,5,6,6]}",
	  "{'process':{'env':[],'user':{'additionalGids':[5,6]}},'mounts':[],'linux':{}}" },
	{ "links and the rest", "{'process':{'env':[]},'mounts':[]}",
	  "{'netDevices':[{'hostInterfaceName':'e0','name':'e1'}],'intelRdt':{'closID':'x'}}",
	  "{'process':{'env':[]},'mounts':[],'linux':{'intelRdt':{'closID':'x'},'netDevices':{'e0':{'name':'e1'}}}}" },
};

static void drop_empty(json_t *config)
{
	static const char *const keys[] = { "linux", "mounts" };

	for (size_t i = 0; i < 2; i++) {
		const json_t *part = json_object_get(config, keys[i]);

		if (!json_object_size(part) && !json_array_size(part))
			(void)json_object_del(config, keys[i]);
	}
}

static void test_cdi_edits_apply__changes_the_configuration(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
		autoclean(jsonx_free) json_t *config = value_of(rows[i].config);
		autoclean(jsonx_free) json_t *edits = value_of(rows[i].edits);
		autoclean(jsonx_free) json_t *result = value_of(rows[i].result);

		assert_int_equal(cdi_edits_apply(edits, config, &err), 0);
		cdi_edits_finish(config);
		drop_empty(config);
		drop_empty(result);
		jsonx_format(config, &text);
		if (!json_equal(config, result))
			fail_msg("%s: %s", rows[i].why, text.text);
	}
}

static void test_cdi_edits_apply__wants_the_hosts_nodes(void **state)
{
	static const struct {
		const char *edits, *wrong;
	} bad[] = {
		{ "{'deviceNodes':[{'path':'/dev/no-such-node'}]}",
		  "failed to stat CDI host device \"/dev/no-such-node\"" },
		{ "{'deviceNodes':[{'path':'/dev/a','hostPath':'/etc'}]}",
		  "is not a device node" },
		{ "{'deviceNodes':[{'path':'/dev/zero','type':'b'}]}",
		  "host type mismatch (b, c)" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(jsonx_free) json_t *config = json_object();
		autoclean(jsonx_free) json_t *edits = value_of(bad[i].edits);

		assert_int_equal(cdi_edits_apply(edits, config, &err), -1);
		assert_non_null(strstr(err.msg, bad[i].wrong));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_cdi_edits_apply__changes_the_configuration),
		cmocka_unit_test(test_cdi_edits_apply__wants_the_hosts_nodes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
