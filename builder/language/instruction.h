/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One instruction of a Dockerfile, as parsed: its kind says which member of
 * the union is meant. Words keep their quotes and variables until
 * instruction_expand makes a copy without; instruction_expand.h says which
 * members those are. Every string is owned.
 *
 * instruction_parse.h makes one, instruction_release frees it.
 */
#ifndef BUILDER_INSTRUCTION_H
#define BUILDER_INSTRUCTION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strvec.h"
#include "builder/language/command_line.h"
#include "builder/language/pairs.h"
#include "builder/language/run_mount.h"

enum instruction_kind {
	INSTRUCTION_NONE = 0,
	INSTRUCTION_ADD,
	INSTRUCTION_ARG,
	INSTRUCTION_CMD,
	INSTRUCTION_COPY,
	INSTRUCTION_ENTRYPOINT,
	INSTRUCTION_ENV,
	INSTRUCTION_EXPOSE,
	INSTRUCTION_FROM,
	INSTRUCTION_HEALTHCHECK,
	INSTRUCTION_LABEL,
	INSTRUCTION_MAINTAINER,
	INSTRUCTION_ONBUILD,
	INSTRUCTION_RUN,
	INSTRUCTION_SHELL,
	INSTRUCTION_STOPSIGNAL,
	INSTRUCTION_USER,
	INSTRUCTION_VOLUME,
	INSTRUCTION_WORKDIR,
	INSTRUCTION_COUNT, /* no kind: how many values there are */
};

struct from_instruction {
	char *base;	  /* image, "scratch", or the name of a stage */
	char *platform;	  /* NULL when not given */
	char *stage_name; /* in lower case; NULL when not given */
	char *as_keyword; /* "AS" as written, and the name as written */
	char *as_name;
};

/* ENV, LABEL, ARG. */
struct pairs_instruction {
	struct pairs pairs;
	bool legacy; /* "name value", without "=" */
};

struct run_instruction {
	struct command_line command;
	struct strvec mount_flags; /* the values of --mount, as written */
	struct run_mounts mounts;  /* parsed; filled by instruction_expand */
	char *network;		   /* "default", "none", "host" or NULL */
	char *security;		   /* "sandbox", "insecure" or NULL */
	struct strvec devices;	   /* the values of --device */
};

/* What is copied: a path, or an inline file. */
struct copy_source {
	char *path;    /* also the name of an inline file */
	char *content; /* of an inline file; else NULL */
	bool expand;   /* variables in the content are filled in */
};

/* COPY and ADD; strings are NULL and lists empty where not given. */
struct copy_instruction {
	struct copy_source *sources;
	size_t source_count;
	char *destination;
	char *from; /* COPY: a stage, its number, an image or a context */
	char *chown;
	char *chmod;
	struct strvec excludes;
	char *checksum; /* ADD */
	bool link;
	bool parents;	   /* COPY */
	bool keep_git_dir; /* ADD */
	bool unpack;	   /* ADD: its value where unpack_given */
	bool unpack_given;
};

/* HEALTHCHECK; times in nanoseconds, 0 where not given. */
struct healthcheck_instruction {
	bool none;
	struct command_line command;
	int64_t interval;
	int64_t timeout;
	int64_t start_period;
	int64_t start_interval;
	int retries;
};

struct onbuild_instruction {
	char *text; /* as an image's OnBuild has it, heredocs included */
	struct instruction *trigger;
};

struct instruction {
	enum instruction_kind kind;
	char *keyword;	     /* as written: "RUN", "run" */
	char *text;	     /* one line, without heredocs */
	char *original;	     /* the lines of the file */
	unsigned first_line; /* from 1; 0: of no file */
	unsigned last_line;
	unsigned blank_line; /* a blank line within it, or 0 */
	struct strvec comments;
	union {
		struct from_instruction from;
		struct pairs_instruction pairs; /* ENV, LABEL, ARG */
		struct run_instruction run;	/* RUN */
		struct command_line command;	/* CMD, ENTRYPOINT, SHELL */
		struct copy_instruction copy;	/* COPY, ADD */
		struct healthcheck_instruction health;
		struct onbuild_instruction onbuild;
		struct strvec words; /* EXPOSE, VOLUME */
		char *value;	     /* WORKDIR, USER, STOPSIGNAL, MAINTAINER */
	};
};

/* The keyword in upper case: "RUN". */
const char *instruction_kind_name(enum instruction_kind kind);

/* The kind of a keyword in any case, or INSTRUCTION_NONE. */
enum instruction_kind instruction_kind_from_name(const char *name);

/* Free what it holds and make it INSTRUCTION_NONE. */
void instruction_release(struct instruction *instruction);
DEFINE_CLEANUP(struct instruction, instruction_release)

#endif
