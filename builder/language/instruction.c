/* SPDX-License-Identifier: Apache-2.0 */
/* Names of instructions, and freeing them. */
#include "builder/language/instruction.h"

#include <string.h>
#include <strings.h>

static const char *const names[INSTRUCTION_COUNT] = {
	[INSTRUCTION_NONE] = "",
	[INSTRUCTION_ADD] = "ADD",
	[INSTRUCTION_ARG] = "ARG",
	[INSTRUCTION_CMD] = "CMD",
	[INSTRUCTION_COPY] = "COPY",
	[INSTRUCTION_ENTRYPOINT] = "ENTRYPOINT",
	[INSTRUCTION_ENV] = "ENV",
	[INSTRUCTION_EXPOSE] = "EXPOSE",
	[INSTRUCTION_FROM] = "FROM",
	[INSTRUCTION_HEALTHCHECK] = "HEALTHCHECK",
	[INSTRUCTION_LABEL] = "LABEL",
	[INSTRUCTION_MAINTAINER] = "MAINTAINER",
	[INSTRUCTION_ONBUILD] = "ONBUILD",
	[INSTRUCTION_RUN] = "RUN",
	[INSTRUCTION_SHELL] = "SHELL",
	[INSTRUCTION_STOPSIGNAL] = "STOPSIGNAL",
	[INSTRUCTION_USER] = "USER",
	[INSTRUCTION_VOLUME] = "VOLUME",
	[INSTRUCTION_WORKDIR] = "WORKDIR",
};

const char *instruction_kind_name(enum instruction_kind kind)
{
	return names[kind];
}

enum instruction_kind instruction_kind_from_name(const char *name)
{
	for (size_t i = 1; i < INSTRUCTION_COUNT; i++)
		if (!strcasecmp(names[i], name))
			return (enum instruction_kind)i;
	return INSTRUCTION_NONE;
}

static void release_from(struct from_instruction *from)
{
	free(from->base);
	free(from->platform);
	free(from->stage_name);
	free(from->as_keyword);
	free(from->as_name);
}

static void release_run(struct run_instruction *run)
{
	command_line_release(&run->command);
	strvec_release(&run->mount_flags);
	run_mounts_release(&run->mounts);
	free(run->network);
	free(run->security);
	strvec_release(&run->devices);
}

static void release_copy(struct copy_instruction *copy)
{
	for (size_t i = 0; i < copy->source_count; i++) {
		free(copy->sources[i].path);
		free(copy->sources[i].content);
	}
	free(copy->sources);
	free(copy->destination);
	free(copy->from);
	free(copy->chown);
	free(copy->chmod);
	strvec_release(&copy->excludes);
	free(copy->checksum);
}

static void release_onbuild(struct onbuild_instruction *onbuild)
{
	free(onbuild->text);
	if (onbuild->trigger)
		instruction_release(onbuild->trigger);
	free(onbuild->trigger);
}

static void release_arguments(struct instruction *instruction)
{
	switch (instruction->kind) {
	case INSTRUCTION_NONE:
	case INSTRUCTION_COUNT:
		break;
	case INSTRUCTION_ADD:
	case INSTRUCTION_COPY:
		release_copy(&instruction->copy);
		break;
	case INSTRUCTION_ARG:
	case INSTRUCTION_ENV:
	case INSTRUCTION_LABEL:
		pairs_release(&instruction->pairs.pairs);
		break;
	case INSTRUCTION_CMD:
	case INSTRUCTION_ENTRYPOINT:
	case INSTRUCTION_SHELL:
		command_line_release(&instruction->command);
		break;
	case INSTRUCTION_EXPOSE:
	case INSTRUCTION_VOLUME:
		strvec_release(&instruction->words);
		break;
	case INSTRUCTION_FROM:
		release_from(&instruction->from);
		break;
	case INSTRUCTION_HEALTHCHECK:
		command_line_release(&instruction->health.command);
		break;
	case INSTRUCTION_ONBUILD:
		release_onbuild(&instruction->onbuild);
		break;
	case INSTRUCTION_RUN:
		release_run(&instruction->run);
		break;
	case INSTRUCTION_MAINTAINER:
	case INSTRUCTION_STOPSIGNAL:
	case INSTRUCTION_USER:
	case INSTRUCTION_WORKDIR:
		free(instruction->value);
		break;
	}
}

void instruction_release(struct instruction *instruction)
{
	release_arguments(instruction);
	free(instruction->keyword);
	free(instruction->text);
	free(instruction->original);
	strvec_release(&instruction->comments);
	memset(instruction, 0, sizeof(*instruction));
}
