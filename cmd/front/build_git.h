/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trees from git repositories, by git(1):
 *
 *   address [ "#" [ref] [ ":" folder ] ]
 *
 * A ref is a branch, a tag or a commit; only it is fetched, with submodules.
 * Addresses are given to git as what they are and never as options, and only
 * over http, https, ssh and git.
 */
#ifndef CMD_BUILD_GIT_H
#define CMD_BUILD_GIT_H

#include "builder/build_host.h"

/*
 * Fetch the tree that FETCH names into the folder NAME, made for it. The commit
 * goes to etag.
 */
int build_git_fetch(const struct build_fetch *fetch, struct build_fetched *out,
		    struct error *err) must_check;

/* The commit that the address TEXT means now, by asking only; the caller's. */
int build_git_commit(const char *text, char **commit_out,
		     struct error *err) must_check;

#endif
