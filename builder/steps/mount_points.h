/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files and folders that were only made for something to be mounted over them:
 * they are no part of the layer that a RUN makes. Found by comparing the upper
 * directory with what was below it before.
 */
#ifndef BUILDER_MOUNT_POINTS_H
#define BUILDER_MOUNT_POINTS_H

#include "base/strvec.h"

struct mount_points {
	int upper;		      /* the upper directory; borrowed */
	int below;		      /* what it lay upon; borrowed */
	const struct strvec *targets; /* absolute paths in the container */
};

/*
 * Take them away, with folders that were only made for them. One that cannot be
 * removed is a file too many and no failure.
 */
void mount_points_remove(const struct mount_points *points);

#endif
