/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What variables mean at one place of a Dockerfile.
 *
 * The global scope knows BUILDPLATFORM, TARGETPLATFORM and their parts, and
 * the ARGs before the first FROM; only FROM sees it. A stage's scope knows
 * its environment (the base image's, then ENV) and the ARGs declared in it so
 * far. The environment wins over an ARG of the same name. An ARG's value is,
 * in this order: --build-arg, its default, the global ARG's or platform's of
 * that name. The proxy arguments (HTTP_PROXY …) are ARGs that every RUN sees
 * without declaration when --build-arg gives them; expansion never does.
 */
#ifndef BUILDER_SCOPE_H
#define BUILDER_SCOPE_H

#include <stdbool.h>

#include "base/error.h"
#include "base/strvec.h"
#include "builder/language/expand.h"
#include "builder/language/instruction.h"
#include "builder/language/pairs.h"

struct scope {
	struct pairs env;	   /* of the image so far, in order */
	struct pairs args;	   /* declared; NULL: no value */
	const struct pairs *given; /* --build-arg, borrowed */
	const struct scope *outer; /* a stage's: the global scope, borrowed */
};

#define SCOPE_INIT                                 \
	{                                          \
		PAIRS_INIT, PAIRS_INIT, NULL, NULL \
	}

/* Platforms as "linux/arm64/v8"; TARGET is the stage's or the build's. */
struct scope_platforms {
	const char *build;
	const char *target;
	const char *target_stage; /* TARGETSTAGE: --target, or "default" */
};

/* Begin the global scope: platform arguments as PLATFORMS say. */
void scope_init_global(struct scope *scope, const struct pairs *given,
		       const struct scope_platforms *platforms);

/* Begin a stage's scope with the environment ("NAME=value") of its base. */
void scope_init_stage(struct scope *scope, const struct scope *global,
		      const struct strvec *base_env);

/* Make TO (released first) a copy of FROM: a stage upon a stage. */
void scope_copy(const struct scope *from, struct scope *to);

/* What expansion is to be given; names not found are appended to MISSING. */
struct expand_scope scope_expand(const struct scope *scope, char escape,
				 struct strvec *missing);

/*
 * Declare the ARGs of ARG as written: defaults are expanded one after the
 * other, each seeing those before it. INVALID.
 */
int scope_declare(struct scope *scope, const struct instruction *arg,
		  char escape, struct strvec *missing,
		  struct error *err) must_check;

/* Set a variable of the environment. */
void scope_set_env(struct scope *scope, const char *name, const char *value);

/* The value of NAME, or NULL. */
const char *scope_find(const struct scope *scope, const char *name);

/*
 * Append the environment of a RUN, "NAME=value": ENV, the ARGs that have a
 * value and are not in it, and given proxy arguments.
 */
void scope_run_env(const struct scope *scope, struct strvec *out);

/* Append the declared ARGs that a RUN sees, "NAME=value", without proxies. */
void scope_run_args(const struct scope *scope, struct strvec *out);

/* Whether NAME is a proxy argument, known without declaration. */
bool scope_is_proxy(const char *name);

/*
 * Append the names in --build-arg that no ARG of the file declares and that
 * are not known without; docker warns of them.
 */
void scope_unused_args(const struct pairs *given, const struct strvec *declared,
		       struct strvec *out);

/* Free what it owns. */
void scope_release(struct scope *scope);
DEFINE_CLEANUP(struct scope, scope_release)

#endif
