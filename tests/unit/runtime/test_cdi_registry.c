/* SPDX-License-Identifier: Apache-2.0 */
/* Which specification a name leads to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "runtime/cdi/cdi_registry.h"

struct fixture {
	char path[32];
	char *low, *high;
};

static int set_up(void **state)
{
	static struct fixture it;

	memcpy(it.path, "/tmp/imgctl-cdi-XXXXXX", 23);
	assert_non_null(mkdtemp(it.path));
	it.low = xasprintf("%s/low", it.path);
	it.high = xasprintf("%s/high", it.path);
	assert_int_equal(mkdir(it.low, 0700), 0);
	assert_int_equal(mkdir(it.high, 0700), 0);
	*state = &it;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *it = *state;
	autoclean(error_release) struct error err = ERROR_INIT;

	free(it->low);
	free(it->high);
	return fs_remove_tree(AT_FDCWD, it->path, &err);
}

static void put(const char *folder, const char *name, const char *text)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autofree char *path = xasprintf("%s/%s", folder, name);
	autoclose int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(fs_write_all(fd, text, strlen(text), &err), 0);
}

static void put_device(const char *folder, const char *name, const char *kind,
		       const char *device)
{
	autofree char *text = xasprintf(
		"{\"cdiVersion\":\"0.5.0\",\"kind\":\"%s\",\"devices\":"
		"[{\"name\":\"%s\",\"containerEdits\":{\"env\":[\"FROM=%s\"]}}]"
		"}",
		kind, device, name);

	put(folder, name, text);
}

/* The file that NAME's device is in, by what it sets. */
static const char *origin(const struct cdi_registry *registry, const char *name)
{
	const struct cdi_spec *spec;
	const struct cdi_device *device;

	if (!cdi_registry_find(registry, name, &spec, &device))
		return NULL;
	return json_string_value(json_array_get(
		       json_object_get(device->edits, "env"), 0)) +
	       strlen("FROM=");
}

static void test_cdi_registry__later_folders_go_first(void **state)
{
	const struct fixture *it = *state;
	const char *const folders[] = { it->low, "/no/such/folder", it->high,
					NULL };
	autoclean(cdi_registry_release) struct cdi_registry registry =
		CDI_REGISTRY_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	autofree char *fifo = xasprintf("%s/pipe.json", it->low);
	autofree char *inner = xasprintf("%s/folder.yaml", it->low);

	put_device(it->low, "a.json", "v/c", "one");
	put_device(it->low, "b.json", "v/c", "two");
	put_device(it->high, "c.yaml", "v/c", "one");
	put_device(it->low, "d.json", "v/x", "twice");
	put_device(it->low, "e.json", "v/x", "twice");
	put_device(it->low, "f.json.bak", "v/c", "three");
	put(it->low, "g.yaml", "nonsense");
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(mkdir(inner, 0700), 0);

	assert_int_equal(cdi_registry_read(folders, &registry, &err), 0);
	assert_string_equal(origin(&registry, "v/c=one"), "c.yaml");
	assert_string_equal(origin(&registry, "v/c=two"), "b.json");
	assert_null(origin(&registry, "v/x=twice"));
	assert_null(origin(&registry, "v/c=three"));
	assert_null(origin(&registry, "v=two"));
	assert_null(origin(&registry, "v/c"));
	assert_true(cdi_registry_has_kind(&registry, "v/x"));
	assert_false(cdi_registry_has_kind(&registry, "v"));
	/* neither a pipe nor a folder holds anything up */
	assert_int_equal(registry.failures.count, 3);
	assert_non_null(strstr(registry.failures.items[1],
			       "low/g.yaml: expected an object"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_cdi_registry__later_folders_go_first, set_up,
			tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
