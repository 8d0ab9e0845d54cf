/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking for databases of packages in a root file system: dpkg's (status and
 * status.d), apk's, rpm's (SQLite, ndb, Berkeley DB). Every path is resolved
 * below the root.
 */
#ifndef BUILDER_PACKAGE_SCAN_H
#define BUILDER_PACKAGE_SCAN_H

#include "base/strvec.h"
#include "builder/attest/os_release.h"
#include "builder/attest/packages.h"

struct package_scan {
	struct packages packages; /* sorted */
	struct os_release release;
	struct strvec notes; /* what is there and could not be read */
};

#define PACKAGE_SCAN_INIT                                  \
	{                                                  \
		PACKAGES_INIT, { NULL, NULL }, STRVEC_INIT \
	}

/* Read all that is below ROOT. INVALID names the file that is damaged. */
int package_scan_read(int root, struct package_scan *out,
		      struct error *err) must_check;

/* Free it. */
void package_scan_release(struct package_scan *scan);
DEFINE_CLEANUP(struct package_scan, package_scan_release)

#endif
