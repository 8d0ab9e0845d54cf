/* SPDX-License-Identifier: Apache-2.0 */
/* From plans to the lines of a script; that it runs is test_explain.py's. */
#include "runtime/explain/explain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/jsonx.h"

#define MEMBERS(more)                                                        \
	"{\"ociVersion\":\"1.2.0\",\"process\":{\"args\":[\"a b\",\"c\"],"   \
	"\"env\":[\"PATH=/bin\",\"A=it's\",\"no.name=x\"],\"cwd\":\"/w\","   \
	"\"user\":{\"uid\":7,\"gid\":8,\"additionalGids\":[9]},"             \
	"\"capabilities\":{\"bounding\":[\"CAP_CHOWN\"]},"                   \
	"\"noNewPrivileges\":true,\"rlimits\":[{\"type\":\"RLIMIT_NOFILE\"," \
	"\"soft\":1,\"hard\":2}]},\"root\":{\"path\":"                       \
	"\"r\",\"readonly\":true},\"hostname\":\"h\",\"mounts\":["           \
	"{\"destination\":\"/t\",\"type\":\"tmpfs\",\"source\":\"tmpfs\","   \
	"\"options\":[\"nosuid\",\"size=1m\"]},"                             \
	"{\"destination\":\"/etc/hosts\",\"type\":\"bind\",\"source\":"      \
	"\"/state/hosts\",\"options\":[\"rbind\",\"rro\"]}],\"linux\":{"     \
	"\"namespaces\":[{\"type\":\"mount\"},{\"type\":\"pid\"},"           \
	"{\"type\":\"uts\"}],\"maskedPaths\":[\"/proc/kcore\"],"             \
	"\"readonlyPaths\":[\"/proc/sys\"]" more "}}"

/* A host of v1 hierarchies beside a v2 tree. */
static const struct cgroup_host_text host_text = {
	"30 20 0:26 / /cg/memory rw - cgroup cgroup rw,memory\n"
	"31 20 0:27 / /cg/unified rw - cgroup2 cgroup2 rw\n",
	"4:memory:/\n0::/\n",
	"",
};

/* One that has v2 only. */
static const struct cgroup_host_text unified_text = {
	"31 20 0:27 / /cg rw - cgroup2 cgroup2 rw\n",
	"0::/\n",
	"cpu memory pids\n",
};

/* A container at 10.0.0.2 of a bridge, whose port 80 is the host's 8080. */
static void lay(struct wiring *out)
{
	struct wiring_bridge *bridge = wiring_add_bridge(out);
	struct wiring_end *end = wiring_add_end(out);
	struct wiring_port *port = wiring_add_port(out);
	struct ip_address host = { IP_V4, { 10, 0, 0, 1 } };
	struct ip_address own = { IP_V4, { 10, 0, 0, 2 } };

	*bridge = (struct wiring_bridge){ .name = "br", .ipv4 = { host, 8 } };
	*end = (struct wiring_end){ .driver = NETWORK_BRIDGE,
				    .bridge = "br",
				    .outer = "outer",
				    .inner = "eth0",
				    .mac = "02:00:00:00:00:01",
				    .ipv4 = { own, 8 },
				    .gateway4 = host };
	*port = (struct wiring_port){
		.host_port = 8080, .to = own, .port = 80, .protocol = "tcp"
	};
}

static struct runtime_id_map uid_items[] = { { 0, 3000, 10 }, { 10, 0, 1 } };
static struct runtime_id_map gid_items[] = { { 0, 4000, 10 } };
static struct runtime_id_map same_items[] = { { 0, 0, 10 } };
static const struct runtime_id_maps uid_maps = { uid_items, 2 };
static const struct runtime_id_maps gid_maps = { gid_items, 1 };
static const struct runtime_id_maps same_maps = { same_items, 1 };

/* Those of the container, when there are any. */
static const struct runtime_id_maps *uids, *gids;

/* The script for the specification TEXT on HOST_IS, or the failure. */
static int make(const char *text, const struct cgroup_host_text *host_is,
		struct cgroup_limits *limits, struct strbuf *out,
		struct error *err)
{
	autoclean(jsonx_free) json_t *json = json_loads(text, 0, NULL);
	autoclean(runtime_spec_release) struct runtime_spec spec = { 0 };
	autoclean(init_plan_release) struct init_plan plan = INIT_PLAN_INIT;
	autoclean(cgroup_host_release) struct cgroup_host host =
		CGROUP_HOST_INIT;
	autoclean(strvec_release) struct strvec lowers = STRVEC_INIT;
	autoclean(wiring_release) struct wiring wiring = WIRING_INIT;
	struct init_plan_place place = { -1, "cafe", NULL };
	struct explain_file file = { "hosts", "x\n", 2, false };
	struct explain explain = {
		.command = "run\nrm -rf /",
		.id = "cafe",
		.state = "/state",
		.init = &plan,
		.host = &host,
		.limits = limits,
		.cgroup_path = "imgctl/cafe",
		.lowers = &lowers,
		.uids = uids,
		.gids = gids,
		.files = &file,
		.file_count = 1,
		.wiring = &wiring,
	};

	assert_non_null(json);
	lay(&wiring);
	strvec_add(&lowers, "/layers/two");
	strvec_add(&lowers, "/layers/one");
	cgroup_host_parse(host_is, &host);
	assert_int_equal(runtime_spec_parse(json, &spec, err), 0);
	assert_int_equal(init_plan_make(&spec, &place, &plan, err), 0);
	return explain_script(&explain, out, err);
}

/* In this order. */
static const char *const lines[] = {
	"#!/bin/sh\n# run?rm -rf /\n",
	"\nID=cafe\n",
	"\nlay() {\n\tpid=$1 LAID=$1\n",
	"\tif ! ip link show dev br >/dev/null 2>&1; then\n"
	"\t\tip link add name br address 02:42:0a:00:00:01 type bridge\n",
	"\t\tip addr add 10.0.0.1/8 brd + dev br\n\t\tip link set br up\n",
	"\nadd element bridge imgctl leases4 { \"outer\" . 10.0.0.2 }\n"
	"add element inet imgctl any4 { tcp . 8080 : 10.0.0.2 . 80 }\n",
	"\tip link add name outer master br type veth peer name eth0 "
	"address 02:00:00:00:00:01 netns \"$pid\"\n\tip link set outer up\n",
	"\nip addr add 10.0.0.2/8 brd + dev eth0\nip link set eth0 up\n"
	"ip route add default via 10.0.0.1 dev eth0\nEND\n}\n",
	"\nunlay() {\n",
	"\ndelete element inet imgctl any4 { tcp . 8080 : 10.0.0.2 . 80 }\n",
	"\nbase64 -d >\"$STATE/hosts\" <<'END'\neAo=\nEND\n",
	"\ngroup /cg/unified/imgctl/\"$ID\"\n",
	"\ngroup /cg/memory/imgctl/\"$ID\"\n",
	"\nlimit /cg/memory/imgctl/\"$ID\"/memory.limit_in_bytes 4096\n",
	"\nLAST=$(cat <<'END'\n",
	"\numask 0022\nexport PATH=/bin\nexport A='it'\\''s'\nexec \"$@\"\n",
	"\nINSIDE=$(cat <<'END'\n",
	"\nprintf '%s' h >/proc/sys/kernel/hostname\n",
	" lowerdir=/layers/two:/layers/one,upperdir=",
	"\nfolder t\nmnt -t tmpfs -o 'nosuid,size=1m'\"${mode:+,mode=$mode}\" "
	"tmpfs \"$target\"\n",
	"\nplace \"$STATE\"/hosts etc/hosts\nmnt --rbind \"$STATE\"/hosts "
	"\"$target\"\nmnt --make-rprivate \"$target\"\nrestrict_all ro "
	"\"$target\"\n",
	"\nnode /dev/null 0666 0:0 c 1 3\n",
	"\nprotect /proc/sys\n",
	"\nmask /proc/kcore\n",
	"\nrestrict ro \"$ROOTFS\"\n",
	"\nexec setsid \\\n\tprlimit --nofile=1:2 \\\n",
	" --reuid 7 --regid 8 --groups 9 --bounding-set -all,+chown "
	"--inh-caps -all --no-new-privs --pdeathsig KILL \\\n",
	" \"$pid\" 'a b' c\nEND\n",
	"\nsetpriv --pdeathsig KILL unshare --mount --propagation private "
	"--uts --pid --fork ",
	" </dev/null 3<&- ",
	"\tlay \"$pid\"\n",
	" pivot_root \"$ROOTFS\" \"$ROOTFS\"\n",
};

static void check_order(const char *text, const char *const *expected,
			size_t count)
{
	const char *at = text;

	for (size_t i = 0; i < count; i++) {
		const char *found = strstr(at, expected[i]);

		if (!found)
			fail_msg("no \"%s\" in\n%s", expected[i], at);
		at = found + strlen(expected[i]) - 1;
	}
}

static void test_explain__steps_in_order(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(cgroup_limits_release) struct cgroup_limits limits;
	autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;

	(void)state;
	cgroup_limits_init(&limits);
	limits.memory = 4096;
	assert_int_equal(make(MEMBERS(""), &host_text, &limits, &out, &err), 0);
	check_order(out.text, lines, sizeof(lines) / sizeof(*lines));
	assert_null(strstr(out.text, "no.name"));
	assert_null(strstr(out.text, "filter.bpf"));
}

#define USER_MEMBERS(path, more)                                                 \
	"{\"ociVersion\":\"1.2.0\",\"process\":{\"args\":[\"a\"],"               \
	"\"cwd\":\"/\",\"oomScoreAdj\":5,\"user\":{\"uid\":0,\"gid\":0},"        \
	"\"rlimits\":[{\"type\":\"RLIMIT_CORE\",\"soft\":1,\"hard\":2}]},"       \
	"\"hostname\":\"h\",\"mounts\":[{\"destination\":\"/t\",\"type\":"       \
	"\"tmpfs\",\"source\":\"tmpfs\"},{\"destination\":\"/a\",\"type\":"      \
	"\"bind\",\"source\":\"/state/hosts\",\"options\":[\"rbind\",\"rro\"]}," \
	"{\"destination\":\"/b\",\"type\":\"bind\",\"source\":\"/state/x\","     \
	"\"options\":[\"bind\",\"idmap\"]}],\"linux\":{\"namespaces\":["         \
	"{\"type\":\"mount\"},{\"type\":\"uts\"},{\"type\":\"user\"" path        \
	"}]" more "}}"

#define USER_MAPS                                                            \
	",\"uidMappings\":[{\"containerID\":0,\"hostID\":3000,\"size\":10}," \
	"{\"containerID\":10,\"hostID\":0,\"size\":1}],\"gidMappings\":["    \
	"{\"containerID\":0,\"hostID\":4000,\"size\":10}]"

/* Of a container in a user namespace, in this order. */
static const char *const user_lines[] = {
	"\nunshare --user -- \"$SH\" -c 'echo; read -r end' ",
	"\ncat >\"/proc/$keeper/gid_map\" <<'END'\n0 4000 10\nEND\n",
	"\ncat >\"/proc/$keeper/uid_map\" <<'END'\n0 3000 10\n10 0 1\nEND\n",
	"\nexec 8<\"/proc/$keeper/ns/user\" 7<&-\nwait \"$keeper\" || :\n",
	"\nFUNCTIONS=$(cat <<'END'\nset -euf\n",
	"\nBEFORE=$(cat <<'END'\neval \"$FUNCTIONS\"\nOWNER=3000:4000\n",
	"\necho 5 2>/dev/null >/proc/self/oom_score_adj || :\n",
	"\nmapped /layers/two \"$STATE/layers/0\" 0 0\n",
	"\nmapped /layers/one \"$STATE/layers/1\" 0 0\n",
	"\nmapped \"$STATE\" \"$STATE/layers/own\" 0 0\n",
	"\nstack \"$OWNER\" lowerdir=0:1,upperdir=own/upper,workdir=own/work,",
	"\nstage \"$STATE\"/hosts 1\nmnt --rbind \"$STATE\"/hosts \"$target\"\n"
	"mnt --make-rprivate \"$target\"\nrestrict_all ro \"$target\"\n",
	"\nstage \"$STATE\"/x 2\nmapped \"$STATE\"/x \"$target\" 0 0\n",
	"\nchown \"$OWNER\" \"$STATE/scratch\" \"$STATE/hosts\"\n",
	"\nmnt --rbind \"$STATE\" /mnt\nSTATE=/mnt ROOTFS=/mnt/rootfs\n",
	"\nexec nsenter --user=/proc/self/fd/8 -- setpriv --pdeathsig KILL "
	"unshare --mount --propagation private --uts -- \"$SH\" -c "
	"\"$INSIDE\"\nEND\n",
	"\nINSIDE=$(cat <<'END'\nexec 8<&-\neval \"$FUNCTIONS\"\n",
	"\necho \"$pid\" >&4\nread -r joined <&5\n",
	"\nmnt --rbind \"$ROOTFS\" \"$ROOTFS\"\n",
	"\nplace \"$STATE/trees/1\" a\nmnt --rbind \"$STATE/trees/1\" "
	"\"$target\"\n\n# /b: ",
	"\nplace /dev/null dev/null\nmnt --bind /dev/null \"$target\"\n",
	"\ngroups=--clear-groups\n[ \"$(cat /proc/self/setgroups)\" = allow ] ",
	"\ncapped core 1 2\n",
	"\nexec setsid \\\n\t\"$ENV\" -i ",
	" --reuid 0 --regid 0 \"$groups\" --bounding-set ",
	"\nsetpriv --pdeathsig KILL unshare --mount --propagation private -- "
	"\"$SH\" -c \"$BEFORE\" ",
	"\nexec 7<\"$STATE/up\"\n",
	"\nif read -r pid <&7; then\n",
	"\n\t\techo \"$pid\" >\"$group/cgroup.procs\"\n",
	"\nROOTFS=/mnt/rootfs\n",
};

/* The script of a container with the maps that are given. */
static void make_user(const char *text, struct strbuf *out)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(cgroup_limits_release) struct cgroup_limits limits;
	int result;

	cgroup_limits_init(&limits);
	result = make(text, &host_text, &limits, out, &err);
	uids = NULL;
	gids = NULL;
	if (result < 0)
		fail_msg("%s", err.msg);
}

static void test_explain__a_user_namespace_is_made(void **state)
{
	autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;

	(void)state;
	uids = &uid_maps;
	gids = &gid_maps;
	make_user(USER_MEMBERS("", USER_MAPS), &out);
	check_order(out.text, user_lines,
		    sizeof(user_lines) / sizeof(*user_lines));
	assert_null(strstr(out.text, ">/proc/sys/kernel/hostname"));
	assert_null(strstr(out.text, "\nnode /dev/null"));
	assert_null(strstr(out.text, "prlimit --core"));
}

static void test_explain__a_user_namespace_is_joined(void **state)
{
	autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;

	(void)state;
	uids = &uid_maps;
	gids = &gid_maps;
	make_user(USER_MEMBERS(",\"path\":\"/proc/self/ns/user\"},"
			       "{\"type\":\"pid\",\"path\":"
			       "\"/proc/self/ns/pid\"},{\"type\":\"ipc\","
			       "\"path\":\"/proc/self/ns/ipc\"",
			       ""),
		  &out);
	assert_non_null(strstr(out.text, "\nexec 8</proc/self/ns/user\n"));
	assert_null(strstr(out.text, "gid_map"));
	assert_non_null(strstr(out.text, "\nOWNER=3000:4000\n"));
	assert_non_null(strstr(out.text,
			       "\nexec nsenter --user=/proc/self/fd/8 "
			       "--pid=/proc/self/ns/pid -- nsenter "
			       "--ipc=/proc/self/ns/ipc -- setpriv "));
}

static void test_explain__ids_that_stay_need_no_mapped_layers(void **state)
{
	autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;

	(void)state;
	uids = &same_maps;
	gids = &same_maps;
	make_user(USER_MEMBERS("", USER_MAPS), &out);
	assert_null(strstr(out.text, "\nstack \""));
	assert_non_null(strstr(out.text, "lowerdir=/layers/two:/layers/one,"));
	assert_non_null(strstr(out.text, "\nmapped \"$STATE\"/x "));
}

static void test_explain__controllers_of_v2_are_handed_down(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(cgroup_limits_release) struct cgroup_limits limits;
	autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;

	(void)state;
	cgroup_limits_init(&limits);
	limits.memory = 4096;
	assert_int_equal(make(MEMBERS(""), &unified_text, &limits, &out, &err),
			 0);
	assert_non_null(strstr(out.text, "\ngroup /cg/imgctl/\"$ID\"\n"));
	assert_non_null(strstr(out.text, "\nhand_down memory /cg\n"
					 "hand_down memory /cg/imgctl\n\n"));
	assert_non_null(strstr(out.text, "\nlimit /cg/imgctl/\"$ID\""
					 "/memory.max 4096\n"));
}

static void test_explain__refusals(void **state)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{ MEMBERS(",\"personality\":{\"domain\":\"LINUX32\"}"),
		  "a personality" },
		{ MEMBERS("},\"hooks\":{\"poststop\":[{\"path\":\"/x\"}]"),
		  "a hook" },
		{ "{\"ociVersion\":\"1.2.0\",\"process\":{\"args\":[\"a\"],"
		  "\"cwd\":\"/\",\"user\":{\"uid\":0,\"gid\":0}},\"mounts\":["
		  "{\"destination\":\"/b\",\"type\":\"bind\",\"source\":\"/\","
		  "\"options\":[\"bind\",\"idmap\"]}],\"linux\":{"
		  "\"namespaces\":[{\"type\":\"mount\"}]}}",
		  "mount /b: idmap cannot be explained" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(cgroup_limits_release) struct cgroup_limits limits;
		autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;

		cgroup_limits_init(&limits);
		assert_int_equal(
			make(rows[i].text, &host_text, &limits, &out, &err),
			-1);
		assert_int_equal(err.kind, ERROR_UNSUPPORTED);
		if (!strstr(err.msg, rows[i].message))
			fail_msg("%s: %s", rows[i].message, err.msg);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_explain__steps_in_order),
		cmocka_unit_test(
			test_explain__controllers_of_v2_are_handed_down),
		cmocka_unit_test(test_explain__a_user_namespace_is_made),
		cmocka_unit_test(test_explain__a_user_namespace_is_joined),
		cmocka_unit_test(
			test_explain__ids_that_stay_need_no_mapped_layers),
		cmocka_unit_test(test_explain__refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
