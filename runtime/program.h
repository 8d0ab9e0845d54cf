/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which file a container's command is: the container's own PATH searched in the
 * container's own root, by the user the program will run as, with the outcome
 * docker has (Go's exec.LookPath): a name with a slash is taken as it is, any
 * other is the first executable file of that name; folders and files without
 * the right to execute do not count.
 */
#ifndef RUNTIME_PROGRAM_H
#define RUNTIME_PROGRAM_H

#include "base/strvec.h"
#include "runtime/stage.h"

/* Add the paths that NAME can stand for, by PATH of ENV, to OUT. */
void program_candidates(const char *name, const struct strvec *env,
			struct strvec *out);

/*
 * The first of CANDIDATES that can be executed; borrowed. Fails at
 * STAGE_LOOKUP with ENOENT, EACCES or EISDIR about NAME. Allocates nothing.
 */
int program_find(const struct strvec *candidates, const char *name,
		 const char **out, struct stage_failure *fail);

#endif
