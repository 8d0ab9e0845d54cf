/* SPDX-License-Identifier: Apache-2.0 */
/* Asking before a prune, reporting after it. */
#include "cmd/front/prune.h"

#include "base/alloc.h"
#include "base/strbuf.h"
#include "cmd/units.h"
#include "cmd/verb.h"

int prune_ask(bool is_forced, const char *what, bool *out, struct error *err)
{
	autofree char *question = NULL;

	*out = true;
	if (is_forced)
		return 0;
	question = xasprintf("WARNING! This will remove %s.\nAre you sure you "
			     "want to continue?",
			     what);
	return verb_confirm(question, out, err);
}

int prune_report(const char *title, const char *lines, uint64_t freed,
		 struct error *err)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	char words[UNITS_TEXT_MAX];

	if (*lines)
		strbuf_addf(&text, "%s\n%s\n", title, lines);
	units_format_size((double)freed, words);
	strbuf_addf(&text, "Total reclaimed space: %s\n", words);
	return command_print(text.text, text.length, err);
}
