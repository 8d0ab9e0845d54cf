/* SPDX-License-Identifier: Apache-2.0 */
/* Steps that make files. */
#include "builder/build_step.h"

#include <poll.h>

#include "builder/build_step_parts.h"

bool build_step_has(enum instruction_kind kind)
{
	return kind == INSTRUCTION_RUN || kind == INSTRUCTION_COPY ||
	       kind == INSTRUCTION_ADD || kind == INSTRUCTION_WORKDIR;
}

/* Between two steps a build can end as well. */
static int check_cancelled(const struct build_state *build, struct error *err)
{
	struct pollfd slots[2] = {
		{ build->request->cancel_fd, POLLIN, 0 },
		{ build->stop_fd, POLLIN, 0 },
	};

	if (poll(slots, 2, 0) <= 0)
		return 0;
	return error_set(err, ERROR_INTERRUPTED, "cancelled");
}

static int dispatch(struct build_step *step, struct error *err)
{
	switch (step->instruction->kind) {
	case INSTRUCTION_RUN:
		return build_step_command(step, err);
	case INSTRUCTION_COPY:
	case INSTRUCTION_ADD:
		return build_step_copy(step, err);
	case INSTRUCTION_WORKDIR:
		return build_step_folder(step, err);
	default:
		return 0;
	}
}

int build_step_run(struct build_state *build, struct build_stage *stage,
		   const struct instruction *instruction, struct error *err)
{
	autoclean(build_step_release) struct build_step step = {
		.build = build,
		.stage = stage,
		.instruction = instruction,
		.key = STEP_KEY_INIT,
		.quick = STEP_KEY_INIT,
	};

	if (check_cancelled(build, err) < 0)
		return -1;
	build_step_begin(&step, instruction->text);
	if (dispatch(&step, err) == 0)
		return 0;
	build_step_tell(&step, BUILD_EVENT_FAILED, err->msg);
	return -1;
}
