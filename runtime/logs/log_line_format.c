/* SPDX-License-Identifier: Apache-2.0 */
/* Writing lines of json-file logs. */
#include "runtime/logs/log_line_format.h"

#include "base/clock.h"

/* Bytes of the UTF-8 sequence at TEXT (RFC 3629), or 0 when it is not one. */
static size_t sequence(const unsigned char *text, size_t length)
{
	size_t size = text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : 2;
	unsigned char low = 0x80;
	unsigned char high = 0xbf;

	if (text[0] < 0xc2 || text[0] > 0xf4 || size > length)
		return 0;
	if (text[0] == 0xe0)
		low = 0xa0;
	else if (text[0] == 0xed)
		high = 0x9f;
	else if (text[0] == 0xf0)
		low = 0x90;
	else if (text[0] == 0xf4)
		high = 0x8f;
	if (text[1] < low || text[1] > high)
		return 0;
	for (size_t i = 2; i < size; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	}
	return size;
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

static void add_escaped(const unsigned char *text, size_t length,
			struct strbuf *out)
{
	size_t plain = 0;

	for (size_t at = 0; at < length;) {
		unsigned char byte = text[at];
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
	add_escaped((const unsigned char *)text, length, out);
	strbuf_addf(out, "\",\"stream\":\"%s\",\"time\":\"%s\"}\n",
		    stream == 2 ? "stderr" : "stdout", when);
}
