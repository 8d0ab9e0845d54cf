/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of packages. */
#include "builder/attest/packages.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "builder/builder_limits.h"

const char *package_kind_name(enum package_kind kind)
{
	switch (kind) {
	case PACKAGE_NONE:
		return "";
	case PACKAGE_DEB:
		return "deb";
	case PACKAGE_APK:
		return "apk";
	case PACKAGE_RPM:
		return "rpm";
	}
	return "";
}

static bool is_text(const char *text)
{
	if (!text || !*text || !utf8_is_valid(text, strlen(text)))
		return false;
	for (const char *at = text; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 127)
			return false;
	return true;
}

static void drop_unless_text(char **text)
{
	if (!is_text(*text))
		free(TAKE_PTR(*text));
}

static int refuse(const struct package *package, struct error *err)
{
	if (!is_text(package->name))
		return error_set(err, ERROR_INVALID,
				 "a package without a proper name");
	return error_set(err, ERROR_INVALID, "package %s has no proper version",
			 package->name);
}

int packages_add(struct packages *packages, struct package *package,
		 struct error *err)
{
	if (!is_text(package->name) || !is_text(package->version)) {
		(void)refuse(package, err); /* always fails */
		package_release(package);
		return -1;
	}
	if (packages->count == BUILDER_MAX_PACKAGES) {
		package_release(package);
		return error_set(err, ERROR_TOO_LARGE, "too many packages");
	}
	drop_unless_text(&package->architecture);
	drop_unless_text(&package->source);
	drop_unless_text(&package->license);
	drop_unless_text(&package->supplier);
	if (packages->count == packages->allocated) {
		packages->allocated = packages->allocated
					      ? packages->allocated * 2
					      : 64;
		packages->items = xreallocarray(packages->items,
						packages->allocated,
						sizeof(*packages->items));
	}
	packages->items[packages->count++] = *package;
	*package = (struct package){ PACKAGE_NONE };
	return 0;
}

static int compare_texts(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

static int compare(const void *a, const void *b)
{
	const struct package *one = a;
	const struct package *two = b;
	int order = (int)one->kind - (int)two->kind;

	if (!order)
		order = compare_texts(one->name, two->name);
	if (!order)
		order = compare_texts(one->version, two->version);
	if (!order)
		order = compare_texts(one->architecture, two->architecture);
	return order;
}

void packages_sort(struct packages *packages)
{
	if (packages->count)
		qsort(packages->items, packages->count,
		      sizeof(*packages->items), compare);
}

void package_release(struct package *package)
{
	free(package->name);
	free(package->version);
	free(package->architecture);
	free(package->source);
	free(package->license);
	free(package->supplier);
	*package = (struct package){ PACKAGE_NONE };
}

void packages_release(struct packages *packages)
{
	for (size_t i = 0; i < packages->count; i++)
		package_release(&packages->items[i]);
	free(packages->items);
	*packages = (struct packages)PACKAGES_INIT;
}
