/* SPDX-License-Identifier: Apache-2.0 */
/* Containers' folders for tests of what keeps images and layers. */
#ifndef TESTS_CONTAINER_FIXTURE_H
#define TESTS_CONTAINER_FIXTURE_H

#include "layers/store/container_folder.h"
#include "tests/unit/layers/store_fixture.h"

/*
 * Make a container whose id begins with START (two digits) and whose
 * container.json is TEXT; the caller frees the id.
 */
static inline char *put_container(struct store_fixture *fixture,
				  const char *start, const char *text)
{
	char *id = xasprintf("%s%062d", start, 0);
	autofree char *folder = container_folder_path(id);
	autofree char *path = xasprintf("%s/container.json", folder);
	autoclose int fd = -1;

	expect_ok(store_folder(fixture->store, folder, &fd, &fixture->err),
		  &fixture->err);
	damage(fixture, path, text);
	return id;
}

#endif
