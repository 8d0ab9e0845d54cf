/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mounts of a specification. Each mount is shown as a line,
 * "destination type source option,option".
 */
#include "tests/unit/runtime/spec_fixture.h"

#include "base/strbuf.h"

#define PROC "/proc proc proc nosuid,noexec,nodev\n"
#define DEV "/dev tmpfs tmpfs nosuid,strictatime,mode=755,size=65536k\n"
#define PTS                                                  \
	"/dev/pts devpts devpts "                            \
	"nosuid,noexec,newinstance,ptmxmode=0666,mode=0620," \
	"gid=5\n"
#define SYS "/sys sysfs sysfs nosuid,noexec,nodev,ro\n"
#define CGROUP "/sys/fs/cgroup cgroup cgroup nosuid,noexec,nodev,relatime,ro\n"
#define MQUEUE "/dev/mqueue mqueue mqueue nosuid,noexec,nodev\n"
#define SHM "/dev/shm tmpfs shm nosuid,noexec,nodev,mode=1777,size=67108864\n"
#define KERNEL PROC DEV PTS SYS CGROUP MQUEUE
#define FILE(name) "/etc/" name " bind /store/c/" name " rbind,rprivate\n"
#define FILES FILE("resolv.conf") FILE("hostname") FILE("hosts")

/* An entry of docker's Mounts. */
#define ENTRY(type, source, destination, mode, rw, propagation)   \
	"{\"Type\":\"" type "\",\"Source\":\"" source             \
	"\",\"Destination\":\"" destination "\",\"Mode\":\"" mode \
	"\",\"RW\":" rw ",\"Propagation\":\"" propagation "\"}"
#define BIND(source, destination) \
	ENTRY("bind", source, destination, "", "true", "rprivate")

struct mount_case {
	const char *host;
	const char *mounts;
	const char *want;
	const char *why;
};

static void show_mounts(const json_t *mounts, struct strbuf *out)
{
	const json_t *mount;
	size_t index;

	json_array_foreach(mounts, index, mount)
	{
		const json_t *options = json_object_get(mount, "options");

		strbuf_addf(out, "%s %s %s", spec_string(mount, "destination"),
			    spec_string(mount, "type"),
			    spec_string(mount, "source"));
		for (size_t i = 0; i < json_array_size(options); i++)
			strbuf_addf(
				out, "%c%s", i ? ',' : ' ',
				json_string_value(json_array_get(options, i)));
		strbuf_addch(out, '\n');
	}
}

static void check_mounts(const struct mount_case *rows, size_t count)
{
	char home[] = "/";
	struct userdb_identity root = { .home = home };
	struct spec_request request = spec_defaults(NULL, &root);

	for (size_t i = 0; i < count; i++) {
		struct spec_case row = { .host = rows[i].host,
					 .mounts = rows[i].mounts,
					 .why = rows[i].why };
		autoclean(jsonx_free) json_t *spec = spec_of(&row, &request);
		autoclean(strbuf_release) struct strbuf shown = STRBUF_INIT;

		show_mounts(json_object_get(spec, "mounts"), &shown);
		if (strcmp(shown.text, rows[i].want) != 0)
			fail_msg("%s\nexpected\n%sgot\n%s", rows[i].why,
				 rows[i].want, shown.text);
	}
}

#define CHECK(rows) check_mounts(rows, sizeof(rows) / sizeof(*(rows)))

static void test_spec_mounts__defaults_are_dockers(void **state)
{
	static const struct mount_case rows[] = {
		{ NULL, NULL, KERNEL SHM FILES, "nothing asked for" },
		{ "{\"ShmSize\":1024}", NULL,
		  KERNEL "/dev/shm tmpfs shm "
			 "nosuid,noexec,nodev,mode=1777,size=1024\n" FILES,
		  "--shm-size" },
		{ "{\"IpcMode\":\"none\"}", NULL, KERNEL FILES,
		  "--ipc none has no /dev/shm" },
		{ "{\"IpcMode\":\"shareable\"}", NULL, KERNEL SHM FILES,
		  "a shareable one is its own until somebody joins" },
		{ "{\"IpcMode\":\"host\"}", NULL,
		  KERNEL
		  "/dev/shm bind /dev/shm rbind,nosuid,noexec,nodev\n" FILES,
		  "--ipc host sees the host's" },
		{ "{\"Privileged\":true}", NULL,
		  PROC DEV PTS
		  "/sys sysfs sysfs nosuid,noexec,nodev,rw\n"
		  "/sys/fs/cgroup cgroup cgroup "
		  "nosuid,noexec,nodev,relatime,rw\n" MQUEUE SHM FILES,
		  "--privileged may write to the kernel's" },
		{ "{\"ReadonlyRootfs\":true}", NULL,
		  KERNEL SHM
		  "/etc/resolv.conf bind /store/c/resolv.conf "
		  "rbind,rprivate,ro\n"
		  "/etc/hostname bind /store/c/hostname rbind,rprivate,ro\n"
		  "/etc/hosts bind /store/c/hosts rbind,rprivate,ro\n",
		  "--read-only reaches the generated files" },
	};

	(void)state;
	CHECK(rows);
}

static void test_spec_mounts__outer_folders_come_first(void **state)
{
	static const struct mount_case rows[] = {
		{ NULL,
		  "[" BIND("/a", "/x/y/z") "," BIND("/b", "/x/y") "," BIND(
			  "/c", "/x") "," BIND("/d", "/w") "]",
		  KERNEL SHM "/x bind /c rbind,rprivate\n"
			     "/w bind /d rbind,rprivate\n"
			     "/x/y bind /b rbind,rprivate\n" FILES
			     "/x/y/z bind /a rbind,rprivate\n",
		  "by depth, in the order given among equals" },
		{ "{\"Tmpfs\":{\"/x\":\"\"}}", "[" BIND("/a", "/x/y") "]",
		  KERNEL SHM "/x tmpfs tmpfs nosuid,nodev,noexec\n"
			     "/x/y bind /a rbind,rprivate\n" FILES,
		  "a tmpfs does not hide what is mounted in it" },
		{ NULL, "[" BIND("/a", "/etc") "]",
		  KERNEL SHM "/etc bind /a rbind,rprivate\n" FILES,
		  "the generated files lie upon a bound /etc" },
	};

	(void)state;
	CHECK(rows);
}

static void test_spec_mounts__what_is_asked_for_replaces_defaults(void **state)
{
	static const struct mount_case rows[] = {
		{ NULL, "[" BIND("/a", "/etc/hosts") "]",
		  KERNEL SHM "/etc/hosts bind /a rbind,rprivate\n" FILE(
			  "resolv.conf") FILE("hostname"),
		  "an own hosts file" },
		{ "{\"ReadonlyRootfs\":true}", "[" BIND("/a", "/etc/hosts") "]",
		  KERNEL SHM "/etc/hosts bind /a rbind,rprivate\n"
			     "/etc/resolv.conf bind /store/c/resolv.conf "
			     "rbind,rprivate,ro\n"
			     "/etc/hostname bind /store/c/hostname "
			     "rbind,rprivate,ro\n",
		  "which stays writable in a read-only root" },
		{ NULL, "[" BIND("/a", "/dev/shm") "]",
		  KERNEL "/dev/shm bind /a rbind,rprivate\n" FILES,
		  "an own /dev/shm" },
		{ "{\"Tmpfs\":{\"/dev/shm\":\"size=1k\"}}", NULL,
		  KERNEL
		  "/dev/shm tmpfs tmpfs nosuid,nodev,noexec,size=1k\n" FILES,
		  "a tmpfs there" },
		{ NULL, "[" BIND("/dev", "/dev") "]",
		  PROC SYS CGROUP "/dev bind /dev rbind,rprivate\n" FILES,
		  "the host's /dev is not mounted over" },
	};

	(void)state;
	CHECK(rows);
}

static void test_spec_mounts__modes_become_options(void **state)
{
	static const struct mount_case rows[] = {
		{ NULL,
		  "[" ENTRY("bind", "/a", "/x", "ro", "false", "rprivate") "]",
		  KERNEL SHM "/x bind /a ro,rbind,rprivate,rro\n" FILES,
		  "read-only, also the mounts below it" },
		{ NULL,
		  "[" ENTRY("bind", "/a", "/x", "", "false", "rprivate") "]",
		  KERNEL SHM "/x bind /a rbind,rprivate,rro\n" FILES,
		  "--mount readonly" },
		{ NULL,
		  "[" ENTRY("bind", "/a", "/x", "rw,z", "true", "rprivate") "]",
		  KERNEL SHM "/x bind /a rw,rbind,rprivate\n" FILES,
		  "labels are no business of the kernel's" },
		{ NULL,
		  "[" ENTRY("bind", "/a", "/x", "rslave", "true", "rslave") "]",
		  KERNEL SHM "/x bind /a rslave,rbind\n" FILES,
		  "propagation in the mode" },
		{ NULL, "[" ENTRY("bind", "/a", "/x", "", "true", "shared") "]",
		  KERNEL SHM "/x bind /a rbind,shared\n" FILES,
		  "propagation of --mount" },
		{ NULL,
		  "[" ENTRY("volume", "/v", "/x", "nocopy", "true", "") "]",
		  KERNEL SHM "/x bind /v rbind,rprivate\n" FILES,
		  "a volume is a bind, and nocopy no option of it" },
		{ NULL,
		  "[" ENTRY("bind", "/a", "/x", "bind", "true", "rprivate") "]",
		  KERNEL SHM "/x bind /a bind,rprivate\n" FILES,
		  "not recursive" },
		{ NULL,
		  "[" ENTRY("tmpfs", "", "/x", "size=1024,mode=700", "true",
			    "") "]",
		  KERNEL SHM
		  "/x tmpfs tmpfs nosuid,nodev,noexec,size=1024,mode=700\n" FILES,
		  "--mount type=tmpfs" },
		{ "{\"Tmpfs\":{\"/x\":\"exec,,size=1m\"}}", NULL,
		  KERNEL SHM
		  "/x tmpfs tmpfs nosuid,nodev,noexec,exec,size=1m\n" FILES,
		  "the later of two opposite options counts" },
	};

	(void)state;
	CHECK(rows);
}

static void test_spec_mounts__rootless_and_joined_differ(void **state)
{
	static const struct spec_case row = { .host = "{\"IpcMode\":"
						      "\"container:x\"}",
					      .why = "joined" };
	char home[] = "/";
	struct userdb_identity root = { .home = home };
	struct spec_request request = spec_defaults(NULL, &root);
	autoclean(strbuf_release) struct strbuf shown = STRBUF_INIT;
	autoclean(jsonx_free) json_t *spec = NULL;

	(void)state;
	request.is_rootless = true;
	request.ipc_path = "/proc/5/ns/ipc";
	request.shm_source = "/proc/self/fd/9";
	spec = spec_of(&row, &request);
	show_mounts(json_object_get(spec, "mounts"), &shown);
	assert_non_null(strstr(shown.text, "/dev/shm bind /proc/self/fd/9 "
					   "rbind,nosuid,noexec,nodev\n"));
	/* group 5 does not exist in a user namespace of one id */
	assert_null(strstr(shown.text, "gid=5"));
}

static void test_spec_mounts__damaged_mounts_are_told(void **state)
{
	static const struct spec_case row = { .mounts = "{\"a\":1}",
					      .why = "no list" };
	autoclean(container_release) struct container container =
		CONTAINER_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	char home[] = "/";
	struct userdb_identity user = { .home = home };
	struct spec_request request = spec_defaults(&container, &user);
	json_t *spec = NULL;

	(void)state;
	spec_container(&row, &container);
	request.mounts = json_object_get(container.document, "mounts");
	assert_int_equal(spec_generate(&request, &spec, &err), -1);
	assert_int_equal(err.kind, ERROR_CORRUPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spec_mounts__defaults_are_dockers),
		cmocka_unit_test(test_spec_mounts__outer_folders_come_first),
		cmocka_unit_test(
			test_spec_mounts__what_is_asked_for_replaces_defaults),
		cmocka_unit_test(test_spec_mounts__modes_become_options),
		cmocka_unit_test(test_spec_mounts__rootless_and_joined_differ),
		cmocka_unit_test(test_spec_mounts__damaged_mounts_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
