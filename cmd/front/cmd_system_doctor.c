/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl system doctor */
#include <string.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "cmd/front/front_commands.h"
#include "cmd/tmpl/tmpl.h"
#include "cmd/verb.h"
#include "runtime/doctor/doctor_judge.h"
#include "runtime/doctor/doctor_probe.h"

enum { DOCTOR_BAD_TEMPLATE = 64, DOCTOR_FAILED = 1, NAME_COLUMNS = 21 };

struct doctor_options {
	const char *format;
};

static const struct option_spec doctor_option_table[] = {
	{ "format", 'f', OPTION_STRING, OPTION_AT(doctor_options, format),
	  .help = VERB_FORMAT_HELP },
	{ 0 },
};

static const struct usage doctor_usage = {
	.arguments = "",
	.summary =
		"Say what this machine allows, and how to mend what it lacks",
	.options = doctor_option_table,
};

/* All findings, and the worst level among them. */
static json_t *examine(const struct doctor_facts *facts,
		       enum doctor_level *worst_out)
{
	json_t *list = json_array();

	*worst_out = DOCTOR_NONE;
	for (const struct doctor_check *check = doctor_checks; check->name;
	     check++) {
		autoclean(
			doctor_finding_release) struct doctor_finding finding =
			DOCTOR_FINDING_INIT;

		check->judge(facts, &finding);
		if (!finding.level)
			continue;
		if (finding.level > *worst_out)
			*worst_out = finding.level;
		(void)json_array_append_new(
			list,
			json_pack("{s:s,s:s,s:s,s:s}", "Name", check->name,
				  "Level", doctor_level_name(finding.level),
				  "Text", finding.text.text, "Fix",
				  finding.fix.length ? finding.fix.text : ""));
	}
	return list;
}

static const char *text_of(const json_t *finding, const char *key)
{
	return json_string_value(json_object_get(finding, key));
}

static void format_text(const json_t *findings, struct strbuf *out)
{
	const json_t *finding;
	size_t index;

	json_array_foreach(findings, index, finding)
	{
		const char *level = text_of(finding, "Level");
		const char *fix = text_of(finding, "Fix");

		strbuf_addf(out, "%-8s %-*s %s\n",
			    strcmp(level, "ok") == 0	    ? "OK"
			    : strcmp(level, "warning") == 0 ? "WARNING"
							    : "PROBLEM",
			    NAME_COLUMNS, text_of(finding, "Name"),
			    text_of(finding, "Text"));
		if (*fix)
			strbuf_addf(out, "%-8s %-*s fix: %s\n", "",
				    NAME_COLUMNS, "", fix);
	}
}

static int format_template(const char *text, const json_t *document,
			   struct strbuf *out, int *status, struct error *err)
{
	static const struct tmpl_options options = { .type = "doctor.report" };
	autoclean(tmpl_free) struct tmpl *tmpl = NULL;

	if (tmpl_parse(strcmp(text, "json") != 0 ? text : "{{json .}}", &tmpl,
		       err) < 0) {
		*status = DOCTOR_BAD_TEMPLATE;
		return error_wrap(err, "template parsing error");
	}
	if (tmpl_execute_with(tmpl, &options, document, out, err) < 0)
		return -1;
	strbuf_addch(out, '\n');
	return 0;
}

/* A store that cannot be opened is a finding, not a failure. */
static void probe(struct command_call *call, struct doctor_facts *out)
{
	autoclean(error_release) struct error refused = ERROR_INIT;
	struct store *store;

	if (context_store(call->context, &store, &refused) < 0)
		doctor_probe(call->context->root, refused.msg, out);
	else
		doctor_probe(call->context->root, NULL, out);
}

int cmd_system_doctor(struct command_call *call, struct error *err)
{
	struct doctor_options options = { NULL };
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &doctor_usage,
		.target = &options,
	};
	autoclean(doctor_facts_release) struct doctor_facts facts = {
		.binaries = STRVEC_INIT
	};
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autoclean(jsonx_free) json_t *document = NULL;
	enum doctor_level worst;
	json_t *findings;
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	if (is_done)
		return 0;
	probe(call, &facts);
	findings = examine(&facts, &worst);
	document = json_pack("{s:o,s:b}", "Checks", findings, "OK",
			     worst != DOCTOR_PROBLEM);
	if (!options.format || !*options.format)
		format_text(json_object_get(document, "Checks"), &text);
	else if (format_template(options.format, document, &text, &call->status,
				 err) < 0)
		return -1;
	if (worst == DOCTOR_PROBLEM)
		call->status = DOCTOR_FAILED;
	return command_print(text.text, text.length, err);
}
