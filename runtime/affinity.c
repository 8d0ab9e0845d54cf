/* SPDX-License-Identifier: Apache-2.0 */
/* list = range *( "," range ), range = number [ "-" number ] */
#include "runtime/affinity.h"

#include <errno.h>

/* A number below CPU_SETSIZE. */
static bool take_number(const char **at, unsigned *out)
{
	const char *first = *at;

	*out = 0;
	for (; **at >= '0' && **at <= '9'; (*at)++) {
		*out = *out * 10 + (unsigned)(**at - '0');
		if (*out >= CPU_SETSIZE)
			return false;
	}
	return *at != first;
}

static bool take_range(const char **at, cpu_set_t *out)
{
	unsigned first;
	unsigned last;

	if (!take_number(at, &first))
		return false;
	last = first;
	if (**at == '-') {
		(*at)++;
		if (!take_number(at, &last) || last < first)
			return false;
	}
	for (unsigned i = first; i <= last; i++)
		CPU_SET(i, out);
	return true;
}

int affinity_parse(const char *text, cpu_set_t *out, struct error *err)
{
	const char *at = text;

	CPU_ZERO(out);
	while (take_range(&at, out)) {
		if (!*at)
			return 0;
		if (*at++ != ',')
			break;
	}
	return error_set(err, ERROR_INVALID, "\"%s\" is not a list of CPUs",
			 text);
}

void affinity_move_away(pid_t pid, struct affinity_move *out)
{
	cpu_set_t others;
	int here = sched_getcpu();

	*out = (struct affinity_move){ .is_made = false };
	if (here < 0 || here >= CPU_SETSIZE ||
	    sched_getaffinity(0, sizeof(out->before), &out->before) < 0)
		return;
	others = out->before;
	CPU_CLR(here, &others);
	out->is_made = CPU_COUNT(&others) &&
		       sched_setaffinity(pid, sizeof(others), &others) == 0;
}

void affinity_move_back(const struct affinity_move *move)
{
	/* CPUs may have gone offline meanwhile: it runs where it is */
	if (move->is_made &&
	    sched_setaffinity(0, sizeof(move->before), &move->before) < 0)
		errno = 0;
}
