/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an overlay's upper directory changes of what lies below it, as docker's
 * `diff` counts: a file that was copied up and is as before is no change; a
 * directory is one when its attributes differ or anything in it does. Reads
 * only; nothing is followed, so the trees may be hostile and in use.
 */
#ifndef LAYERS_TAR_TREE_CHANGES_H
#define LAYERS_TAR_TREE_CHANGES_H

#include "base/error.h"

/* docker's letters. */
enum tree_change {
	TREE_CHANGE_NONE = 0,
	TREE_CHANGE_ADDED = 'A',
	TREE_CHANGE_DELETED = 'D',
	TREE_CHANGE_CHANGED = 'C',
};

/* Called with each change; PATH begins with "/" and is the caller's. */
typedef int tree_changes_visit(void *context, enum tree_change kind,
			       const char *path, struct error *err);

/*
 * Visit the changes that directory UPPER makes to directory LOWER, sorted, a
 * directory before what is in it. TOO_LARGE for paths beyond LAYERS_MAX_PATH;
 * else what VISIT fails with.
 */
int tree_changes_list(int upper, int lower, tree_changes_visit *visit,
		      void *context, struct error *err) must_check;

#endif
