/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration of a test's container: docker's defaults as a document
 * that tests change before they start it (container.h). Paths name members
 * with dots: "linux.sysctl".
 */
#ifndef TESTS_CONTAINER_CONFIG_H
#define TESTS_CONTAINER_CONFIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/jsonx.h"
#include "base/strbuf.h"
#include "runtime/launch.h"
#include "runtime/spec/runtime_spec.h"

struct container {
	char root[64]; /* path of the root file system */
	int root_fd;
	json_t *config; /* what to start; tests change it */
	struct strbuf output;
	struct launch launch; /* tests may preset its members */
	struct runtime_spec spec;
	struct launched launched;
	struct error err;
	int reader; /* of what the container prints */
};

static const char container_defaults[] =
	"{\"ociVersion\":\"1.2.0\",\"hostname\":\"box\",\"process\":{"
	"\"args\":[],\"cwd\":\"/\",\"env\":[\"PATH=/nowhere:/bin\"],"
	"\"user\":{\"uid\":0,\"gid\":0},\"capabilities\":{}},"
	"\"mounts\":["
	"{\"destination\":\"/proc\",\"type\":\"proc\",\"source\":\"proc\","
	"\"options\":[\"nosuid\",\"noexec\",\"nodev\"]},"
	"{\"destination\":\"/dev\",\"type\":\"tmpfs\",\"source\":\"tmpfs\","
	"\"options\":[\"nosuid\",\"strictatime\",\"mode=755\","
	"\"size=65536k\"]},"
	"{\"destination\":\"/dev/pts\",\"type\":\"devpts\",\"source\":"
	"\"devpts\",\"options\":[\"nosuid\",\"noexec\",\"newinstance\","
	"\"ptmxmode=0666\",\"mode=0620\",\"gid=5\"]},"
	"{\"destination\":\"/sys\",\"type\":\"sysfs\",\"source\":\"sysfs\","
	"\"options\":[\"nosuid\",\"noexec\",\"nodev\",\"ro\"]},"
	"{\"destination\":\"/sys/fs/cgroup\",\"type\":\"cgroup\",\"source\":"
	"\"cgroup\",\"options\":[\"nosuid\",\"noexec\",\"nodev\",\"ro\"]},"
	"{\"destination\":\"/dev/mqueue\",\"type\":\"mqueue\",\"source\":"
	"\"mqueue\",\"options\":[\"nosuid\",\"noexec\",\"nodev\"]},"
	"{\"destination\":\"/dev/shm\",\"type\":\"tmpfs\",\"source\":\"shm\","
	"\"options\":[\"nosuid\",\"noexec\",\"nodev\",\"mode=1777\"]}],"
	"\"linux\":{\"namespaces\":[{\"type\":\"mount\"},{\"type\":\"pid\"},"
	"{\"type\":\"uts\"},{\"type\":\"ipc\"},{\"type\":\"network\"},"
	"{\"type\":\"cgroup\"}],\"sysctl\":{},"
	"\"maskedPaths\":[\"/proc/acpi\",\"/proc/keys\",\"/proc/kcore\","
	"\"/sys/firmware\",\"/proc/scsi\",\"/proc/absent\"],"
	"\"readonlyPaths\":[\"/proc/sys\",\"/proc/bus\",\"/absent\"]}}";

static const char *const container_sets[] = { "bounding", "permitted",
					      "effective" };

/* docker's fourteen. */
static const char *const container_caps[] = {
	"CAP_CHOWN",
	"CAP_DAC_OVERRIDE",
	"CAP_FSETID",
	"CAP_FOWNER",
	"CAP_MKNOD",
	"CAP_NET_RAW",
	"CAP_SETGID",
	"CAP_SETUID",
	"CAP_SETFCAP",
	"CAP_SETPCAP",
	"CAP_NET_BIND_SERVICE",
	"CAP_SYS_CHROOT",
	"CAP_KILL",
	"CAP_AUDIT_WRITE",
};

/* The member of the configuration at PATH ("linux.sysctl"); borrowed. */
static inline json_t *container_get(const struct container *c, const char *path)
{
	json_t *at = c->config;

	while (at && *path) {
		size_t length = strcspn(path, ".");
		autofree char *word = xstrndup(path, length);

		at = json_object_get(at, word);
		path += length + (path[length] == '.');
	}
	assert_non_null(at);
	return at;
}

/* Put VALUE, taken over, at KEY of the object at PATH. */
static inline void container_set(struct container *c, const char *path,
				 const char *key, json_t *value)
{
	assert_non_null(value);
	assert_int_equal(
		json_object_set_new(container_get(c, path), key, value), 0);
}

/* Add a mount whose options are separated by commas. */
static inline void container_mount(struct container *c, const char *target,
				   const char *type, const char *source,
				   const char *options)
{
	json_t *list = json_array();

	while (*options) {
		size_t length = strcspn(options, ",");

		(void)json_array_append_new(list,
					    json_stringn(options, length));
		options += length + (options[length] == ',');
	}
	(void)json_array_append_new(
		container_get(c, "mounts"),
		json_pack("{s:s,s:s,s:s,s:o}", "destination", target, "type",
			  type, "source", source, "options", list));
}

#endif
