/* SPDX-License-Identifier: Apache-2.0 */
/* Writing lines of json-file logs. */
#include "runtime/logs/log_line_format.h"

#include "base/clock.h"
#include "base/utf8.h"

/* Bytes of the UTF-8 sequence at TEXT, or 0 when it is not one. */
static size_t sequence(const char *text, size_t length)
{
	uint32_t rune = 0;
	size_t size = utf8_decode(text, length, &rune);

	return rune == UTF8_INVALID && size == 1 ? 0 : size;
}

static void add_control(unsigned char byte, struct strbuf *out)
{
	switch (byte) {
	case '"':
		strbuf_addstr(out, "\\\"");
		break;
	case '\\':
		strbuf_addstr(out, "\\\\");
		break;
	case '\n':
		strbuf_addstr(out, "\\n");
		break;
	case '\r':
		strbuf_addstr(out, "\\r");
		break;
	case '\t':
		strbuf_addstr(out, "\\t");
		break;
	default:
		strbuf_addf(out, "\\u%04x", byte);
	}
}

static void add_escaped(const char *text, size_t length, struct strbuf *out)
{
	size_t plain = 0;

	for (size_t at = 0; at < length;) {
		unsigned char byte = (unsigned char)text[at];
		size_t size = byte < 0x80 ? 1
					  : sequence(text + at, length - at);

		if (size && byte >= 0x20 && byte != '"' && byte != '\\' &&
		    byte != 0x7f) {
			at += size;
			continue;
		}
		strbuf_add(out, text + plain, at - plain);
		if (size)
			add_control(byte, out);
		else
			strbuf_addstr(out, "\\ufffd");
		plain = ++at;
	}
	strbuf_add(out, text + plain, length - plain);
}

void log_line_format(const char *text, size_t length, int stream, int64_t time,
		     struct strbuf *out)
{
	char when[CLOCK_TEXT_MAX];

	clock_format(time, when);
	strbuf_addstr(out, "{\"log\":\"");
	add_escaped(text, length, out);
	strbuf_addf(out, "\",\"stream\":\"%s\",\"time\":\"%s\"}\n",
		    stream == 2 ? "stderr" : "stdout", when);
}
