/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the facts about a machine are worth to whoever wants to run containers
 * on it, and what mends each lack: a table of checks, each a pure function of
 * the facts.
 */
#ifndef RUNTIME_DOCTOR_JUDGE_H
#define RUNTIME_DOCTOR_JUDGE_H

#include "base/strbuf.h"
#include "runtime/doctor/doctor_facts.h"

enum doctor_level {
	DOCTOR_NONE = 0, /* does not concern this user */
	DOCTOR_OK,
	DOCTOR_WARNING, /* something will not work */
	DOCTOR_PROBLEM, /* containers do not run */
};

struct doctor_finding {
	enum doctor_level level;
	struct strbuf text; /* what is so */
	struct strbuf fix;  /* a command line; empty where there is none */
};

#define DOCTOR_FINDING_INIT                                                   \
	{                                                                     \
		.level = DOCTOR_NONE, .text = STRBUF_INIT, .fix = STRBUF_INIT \
	}

struct doctor_check {
	const char *name; /* NULL ends the table */
	void (*judge)(const struct doctor_facts *facts,
		      struct doctor_finding *out);
};

/* Every check, in the order in which they are told. */
extern const struct doctor_check doctor_checks[];

/* "ok", "warning", "problem"; "" for none. */
const char *doctor_level_name(enum doctor_level level);

/* Free the texts. */
void doctor_finding_release(struct doctor_finding *finding);
DEFINE_CLEANUP(struct doctor_finding, doctor_finding_release)

#endif
