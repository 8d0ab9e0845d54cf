/* SPDX-License-Identifier: Apache-2.0 */
/* Writing a unit line by line. */
#include "cmd/front/systemd_unit.h"

#include <string.h>

#include "cmd/front/systemd_quote.h"

/* How much longer than the container may take systemd waits. */
enum { STOP_MARGIN = 60 };

static void add_words(const struct strvec *words, struct strbuf *out)
{
	for (size_t i = 0; i < words->count; i++) {
		if (i)
			strbuf_addch(out, ' ');
		systemd_quote(words->items[i], true, out);
	}
}

/* KEY=program VERB..., with VERB's words as they are, then the container. */
static void add_command(const struct systemd_unit *unit, const char *key,
			const char *verb, struct strbuf *out)
{
	strbuf_addstr(out, key);
	add_words(unit->program, out);
	strbuf_addf(out, " %s ", verb);
	systemd_quote(unit->container, true, out);
	strbuf_addch(out, '\n');
}

static void add_units(const char *key, const char *first,
		      const struct strvec *more, struct strbuf *out)
{
	if (!first && !more->count)
		return;
	strbuf_addf(out, "%s=%s", key, first ? first : "");
	for (size_t i = 0; i < more->count; i++)
		strbuf_addf(out, "%s%s", i || first ? " " : "", more->items[i]);
	strbuf_addch(out, '\n');
}

static void add_unit_section(const struct systemd_unit *unit,
			     struct strbuf *out)
{
	strbuf_addf(out,
		    "[Unit]\nDescription=imgctl %s.service\n"
		    "Documentation=man:imgctl(1)\n",
		    unit->name);
	add_units("Wants", "network-online.target", unit->wants, out);
	add_units("After", "network-online.target", unit->after, out);
	add_units("Requires", NULL, unit->requires, out);
	strbuf_addstr(out, "RequiresMountsFor=");
	systemd_quote(unit->root, false, out);
	strbuf_addstr(out, "\n\n");
}

static void add_start(const struct systemd_unit *unit, struct strbuf *out)
{
	if (unit->create) {
		add_command(unit, "ExecStartPre=", "create --replace --name",
			    out);
		strbuf_truncate(out, out->length - 1);
		strbuf_addch(out, ' ');
		add_words(unit->create, out);
		strbuf_addch(out, '\n');
	}
	add_command(unit, "ExecStart=", "start --attach", out);
}

static void add_end(const struct systemd_unit *unit, struct strbuf *out)
{
	char verb[48];

	(void)snprintf(verb, sizeof(verb), "stop -t %lld",
		       (long long)unit->stop_timeout);
	add_command(unit, "ExecStop=", verb, out);
	add_command(unit, "ExecStopPost=-", unit->create ? "rm -f -v" : verb,
		    out);
}

static void add_service_section(const struct systemd_unit *unit,
				struct strbuf *out)
{
	long long stop = unit->stop_timeout + STOP_MARGIN;

	strbuf_addf(out, "[Service]\nType=exec\nRestart=%s\n", unit->policy);
	if (unit->has_restart_sec)
		strbuf_addf(out, "RestartSec=%lld\n",
			    (long long)unit->restart_sec);
	if (unit->has_start_timeout)
		strbuf_addf(out, "TimeoutStartSec=%lld\n",
			    (long long)unit->start_timeout);
	strbuf_addf(out, "TimeoutStopSec=%lld\n", stop);
	for (size_t i = 0; i < unit->env->count; i++) {
		strbuf_addstr(out, "Environment=");
		systemd_quote(unit->env->items[i], false, out);
		strbuf_addch(out, '\n');
	}
	if (unit->create && unit->folder) {
		/* a path to the end of the line: no quotes */
		strbuf_addstr(out, "WorkingDirectory=");
		for (const char *at = unit->folder; *at; at++)
			strbuf_addf(out, *at == '%' ? "%%%%" : "%c", *at);
		strbuf_addch(out, '\n');
	}
	add_start(unit, out);
	add_end(unit, out);
	/* the client ends with its container, of the signal that stopped it */
	strbuf_addstr(out, "SuccessExitStatus=143\nKillMode=mixed\n");
	if (unit->is_delegated)
		strbuf_addstr(out, "Delegate=yes\n");
	strbuf_addch(out, '\n');
}

void systemd_unit_format(const struct systemd_unit *unit, struct strbuf *out)
{
	if (!unit->has_no_header)
		strbuf_addf(out,
			    "# %s.service\n# made by imgctl generate "
			    "systemd\n\n",
			    unit->name);
	add_unit_section(unit, out);
	add_service_section(unit, out);
	strbuf_addstr(out, "[Install]\nWantedBy=default.target\n");
}

bool systemd_unit_is_policy(const char *name)
{
	static const char *const names[] = { "no",	    "on-success",
					     "on-failure",  "on-abnormal",
					     "on-watchdog", "on-abort",
					     "always" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!strcmp(names[i], name))
			return true;
	}
	return false;
}
