/* SPDX-License-Identifier: Apache-2.0 */
/* Quoting for systemd. */
#include "cmd/front/systemd_quote.h"

#include <string.h>

/* What stands for itself, and cannot be taken for syntax. */
static bool is_plain(const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_+=:,./@%-";

	return *word && strspn(word, plain) == strlen(word);
}

static void add_escaped(unsigned char byte, struct strbuf *out)
{
	switch (byte) {
	case '\n':
		strbuf_addstr(out, "\\n");
		return;
	case '\t':
		strbuf_addstr(out, "\\t");
		return;
	case '"':
	case '\\':
		strbuf_addf(out, "\\%c", byte);
		return;
	default:
		break;
	}
	if (byte < 0x20 || byte == 0x7f)
		strbuf_addf(out, "\\x%02x", byte);
	else
		strbuf_addch(out, (char)byte);
}

void systemd_quote(const char *word, bool is_command, struct strbuf *out)
{
	bool is_quoted = !is_plain(word);

	if (is_quoted)
		strbuf_addch(out, '"');
	for (; *word; word++) {
		/* doubled, it means itself */
		if (*word == '%' || (*word == '$' && is_command))
			strbuf_addch(out, *word);
		add_escaped((unsigned char)*word, out);
	}
	if (is_quoted)
		strbuf_addch(out, '"');
}
