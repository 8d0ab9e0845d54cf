/* SPDX-License-Identifier: Apache-2.0 */
/* Output of steps. */
#include "builder/steps/step_output.h"

#include <string.h>

#include "base/alloc.h"
#include "base/fs.h"

static void keep_tail(struct step_output *output, const char *data,
		      size_t length)
{
	size_t room = sizeof(output->tail);
	size_t old;

	if (length >= room) {
		memcpy(output->tail, data + length - room, room);
		output->tail_length = room;
		return;
	}
	old = output->tail_length;
	if (old + length > room) {
		memmove(output->tail, output->tail + old + length - room,
			room - length);
		old = room - length;
	}
	memcpy(output->tail + old, data, length);
	output->tail_length = old + length;
}

void step_output_write(struct step_output *output, int stream, const void *data,
		       size_t length)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	const struct build_event event = {
		.kind = BUILD_EVENT_OUTPUT,
		.step = output->step,
		.name = output->name,
		.stream = stream,
		.data = data,
		.length = length,
	};

	keep_tail(output, data, length);
	if (output->log_fd >= 0 &&
	    fs_write_all(output->log_fd, data, length, &err) < 0) {
		error_release(&err);
		cleanup_close(&output->log_fd);
	}
	output->events->receive(output->events->context, &event);
}

char *step_output_last(const struct step_output *output, unsigned most)
{
	size_t start = output->tail_length;

	if (start && output->tail[start - 1] == '\n')
		start--;
	for (unsigned lines = 0; start; start--) {
		if (output->tail[start - 1] == '\n' && ++lines == most)
			break;
	}
	return xstrndup(output->tail + start, output->tail_length - start);
}
