/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The packages that an image's databases name: what a bill of materials lists.
 * Texts are valid UTF-8 and have no control characters: packages_add sees to
 * it. Pure.
 */
#ifndef BUILDER_PACKAGES_H
#define BUILDER_PACKAGES_H

#include <stddef.h>

#include "base/cleanup.h"
#include "base/error.h"

enum package_kind {
	PACKAGE_NONE = 0,
	PACKAGE_DEB,
	PACKAGE_APK,
	PACKAGE_RPM,
};

struct package {
	enum package_kind kind;
	char *name, *version;
	char *architecture; /* or NULL, as those below */
	char *source;	    /* the package that it was built of */
	char *license;	    /* as the database words it */
	char *supplier;	    /* whoever maintains or sells it */
};

struct packages {
	struct package *items;
	size_t count;
	size_t allocated;
};

#define PACKAGES_INIT      \
	{                  \
		NULL, 0, 0 \
	}

/* Its name in a purl: "deb", "apk", "rpm"; "" for PACKAGE_NONE. */
const char *package_kind_name(enum package_kind kind)
	__attribute__((returns_nonnull));

/*
 * Take PACKAGE's texts over and add it. INVALID when its name or version is
 * missing or no text; other texts that are none are dropped. PACKAGE is empty
 * afterwards in any case.
 */
int packages_add(struct packages *packages, struct package *package,
		 struct error *err) must_check;

/* By kind, name, version, architecture. */
void packages_sort(struct packages *packages);

/* Free what a package owns. */
void package_release(struct package *package);
DEFINE_CLEANUP(struct package, package_release)

/* Free the list. */
void packages_release(struct packages *packages);
DEFINE_CLEANUP(struct packages, packages_release)

#endif
