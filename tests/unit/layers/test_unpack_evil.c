/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Archives that try to reach out of their directory, to confuse, to exhaust.
 * Each is unpacked alone and merged; whatever comes of it, the canary beside
 * the directory stays as it was.
 */
#include <errno.h>
#include <sys/xattr.h>
#include <zlib.h>

#include "tests/unit/layers/unpack_fixture.h"

enum { MAX_STEPS = 6 };

/* One entry of a case; "@" in a name or link stands for the canary's path. */
struct step {
	char type; /* 'F'ile 'D'irectory 'S'ymlink 'H'ard link, 0: end */
	const char *name;
	const char *link;
	bool next_layer; /* begins another archive */
};

/* What must come of it, besides that the canary is intact. */
enum verdict { EITHER = 0, ACCEPT, REFUSE };

struct evil {
	const char *why;
	enum verdict verdict;
	struct step steps[MAX_STEPS];
};

static const struct evil cases[] = {
	{ "sym_abs: through an absolute link",
	  EITHER,
	  { { 'S', "e", "@", false }, { 'F', "e/pwned", NULL, false } } },
	{ "sym_rel: through a climbing link",
	  EITHER,
	  { { 'S', "e", "../../../../../..@", false },
	    { 'F', "e/pwned", NULL, false } } },
	{ "sym_2hop: through a link to a link",
	  EITHER,
	  { { 'S', "a", "@", false },
	    { 'S', "b", "a", false },
	    { 'F', "b/pwned", NULL, false } } },
	{ "sym_layer2: link in one layer, file in the next",
	  EITHER,
	  { { 'S', "e", "@", false }, { 'F', "e/pwned", NULL, true } } },
	{ "sym over the file itself",
	  ACCEPT,
	  { { 'S', "e", "@/secret", false }, { 'F', "e", NULL, false } } },
	{ "sym to the file, in the next layer",
	  ACCEPT,
	  { { 'S', "e", "@/pwned", false }, { 'F', "e", NULL, true } } },
	{ "sym to a directory, then that directory",
	  ACCEPT,
	  { { 'S', "e", "@", false },
	    { 'D', "e", NULL, false },
	    { 'F', "e/x", NULL, false } } },
	{ "dotdot",
	  ACCEPT,
	  { { 'F', "../../../../../../../..@/pwned", NULL, false } } },
	{ "absdotdot",
	  ACCEPT,
	  { { 'F', "/../../../../..@/pwned", NULL, false } } },
	{ "abs", ACCEPT, { { 'F', "@/pwned", NULL, false } } },
	{ "dotdot in the middle",
	  ACCEPT,
	  { { 'F', "a/../../../../../..@/pwned", NULL, false } } },
	{ "bare_dotdot: a link", REFUSE, { { 'S', "..", "@", false } } },
	{ "bare_dotdot: a directory", ACCEPT, { { 'D', "..", NULL, false } } },
	{ "bare_dotdot: a file", REFUSE, { { 'F', "..", NULL, false } } },
	{ "sym_root_dot", REFUSE, { { 'S', ".", "@", false } } },
	{ "sym_root_slash", REFUSE, { { 'S', "/", "@", false } } },
	{ "sym_empty: no name at all", REFUSE, { { 'S', "", "@", false } } },
	{ "hard_abs", EITHER, { { 'H', "h", "@/secret", false } } },
	{ "hard_rel",
	  EITHER,
	  { { 'H', "h", "../../../../../..@/secret", false } } },
	{ "hard_prefix: through a link",
	  EITHER,
	  { { 'S', "e", "@", false },
	    { 'H', "h", "e/secret", false },
	    { 'F', "h", NULL, false } } },
	{ "hard_dir",
	  REFUSE,
	  { { 'D', "d", NULL, false }, { 'H', "h", "d", false } } },
	{ "hard link to the root", REFUSE, { { 'H', "h", "/", false } } },
	{ "hard_sym_chmod: a hard link to a link",
	  ACCEPT,
	  { { 'S', "s", "@/secret", false }, { 'H', "h", "s", false } } },
	{ "hard link to a link, then written to",
	  ACCEPT,
	  { { 'S', "s", "@/secret", false },
	    { 'H', "h", "s", false },
	    { 'F', "h", NULL, false } } },
	{ "hard link to itself",
	  ACCEPT,
	  { { 'F', "h", NULL, false }, { 'H', "h", "h", false } } },
	{ "directory becomes a link: times",
	  ACCEPT,
	  { { 'D', "d", NULL, false }, { 'S', "d", "@", false } } },
	{ "directory becomes a link: files",
	  EITHER,
	  { { 'D', "a", NULL, false },
	    { 'F', "a/x", NULL, false },
	    { 'S', "a", "@", false },
	    { 'F', "a/pwned", NULL, false } } },
	{ "a parent becomes a link",
	  EITHER,
	  { { 'D', "a/b", NULL, false },
	    { 'F', "a/b/x", NULL, false },
	    { 'S', "a", "@/..", false },
	    { 'F', "a/b/x", NULL, false },
	    { 'F', "a/C/pwned", NULL, false } } },
	{ "a link in the way becomes another",
	  EITHER,
	  { { 'D', "d", NULL, false },
	    { 'S', "s", "d", false },
	    { 'F', "s/x", NULL, false },
	    { 'S', "s", "@", false },
	    { 'F', "s/pwned", NULL, false } } },
	{ "a file in the way",
	  REFUSE,
	  { { 'F', "a", NULL, false }, { 'F', "a/b", NULL, false } } },
	{ "links in a circle",
	  REFUSE,
	  { { 'S', "a", "b", false },
	    { 'S', "b", "a", false },
	    { 'F', "a/x", NULL, false } } },
	{ "wh_parent", REFUSE, { { 'F', ".wh...", NULL, false } } },
	{ "wh_parent2",
	  REFUSE,
	  { { 'D', "d", NULL, false }, { 'F', "d/.wh...", NULL, false } } },
	{ "wh_cur", REFUSE, { { 'F', ".wh..", NULL, false } } },
	{ "wh_empty", REFUSE, { { 'F', "d/.wh.", NULL, false } } },
	{ "wh_slash: a path through a whiteout",
	  REFUSE,
	  { { 'F', ".wh.x/../../y", NULL, true },
	    { 'F', ".wh.x/y", NULL, false } } },
	{ "wh_through_sym",
	  EITHER,
	  { { 'S', "w", "@", false }, { 'F', "w/.wh.secret", NULL, true } } },
	{ "opq_through_sym",
	  EITHER,
	  { { 'S', "w", "@", false }, { 'F', "w/.wh..wh..opq", NULL, true } } },
	{ "a whiteout of a link takes the link",
	  ACCEPT,
	  { { 'S', "w", "@", false }, { 'F', ".wh.w", NULL, true } } },
	{ "opaque root over links",
	  ACCEPT,
	  { { 'S', "w", "@", false }, { 'F', ".wh..wh..opq", NULL, true } } },
};

/* TEXT with each "@" replaced by the canary's path. */
static char *expand(const char *text, const char *canary)
{
	char *out = xstrdup("");

	for (; text && *text; text++) {
		char *longer = *text == '@' ? xasprintf("%s%s", out, canary)
					    : xasprintf("%s%c", out, *text);

		free(out);
		out = longer;
	}
	return out;
}

static void add_step(struct fixture *f, const struct step *step,
		     const char *canary)
{
	autofree char *name = expand(step->name, canary);
	autofree char *link = expand(step->link, canary);
	struct fixture_entry e = { .name = name, .mtime = 1 };

	switch (step->type) {
	case 'F':
		e.contents = "pwned\n";
		e.size = 6;
		e.mode = 0666;
		break;
	case 'D':
		e.type = '5';
		e.mode = 0777;
		break;
	case 'S':
		e.type = '2';
		e.link = link;
		break;
	default:
		e.type = '1';
		e.link = link;
		e.mode = 04777;
	}
	fixture_add(f, &e);
}

/* Unpacks the layers of a case one after the other; -1 when one is refused. */
static int unpack_case(const struct evil *evil, const struct place *place,
		       bool merged)
{
	struct unpack_options options = UNPACK_OPTIONS_INIT;
	int result = 0;

	options.merged = merged;
	for (int i = 0; i < MAX_STEPS && evil->steps[i].type;) {
		autoclean(fixture_release) struct fixture f = { 0 };
		autoclean(unpack_result_release) struct unpack_result out =
			UNPACK_RESULT_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;

		do {
			add_step(&f, &evil->steps[i], place->canary);
			i++;
		} while (i < MAX_STEPS && evil->steps[i].type &&
			 !evil->steps[i].next_layer);
		fixture_end(&f);
		if (place_unpack(place, &f, &options, &out, &err) < 0) {
			assert_int_not_equal(err.kind, ERROR_NONE);
			assert_non_null(strstr(err.msg, "entry "));
			result = -1;
		}
	}
	return result;
}

static void test_unpack_evil__never_reaches_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (int merged = 0; merged < 2; merged++) {
			autoclean(place_release) struct place place;
			int result;

			place_init(&place);
			result = unpack_case(&cases[i], &place, merged);
			if (!place_is_untouched(&place))
				fail_msg("%s: reached the canary",
					 cases[i].why);
			if ((cases[i].verdict == ACCEPT && result < 0) ||
			    (cases[i].verdict == REFUSE && result == 0))
				fail_msg("%s: %s%s", cases[i].why,
					 result < 0 ? "refused" : "accepted",
					 merged ? " when merged" : "");
		}
}

/* Unpacks F and expects ERROR (ERROR_NONE: success). */
static void expect_kind(const char *why, const struct fixture *f,
			enum error_kind kind)
{
	autoclean(place_release) struct place place;
	autoclean(unpack_result_release) struct unpack_result out =
		UNPACK_RESULT_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	const struct unpack_options options = UNPACK_OPTIONS_INIT;

	place_init(&place);
	(void)!place_unpack(&place, f, &options, &out, &err);
	if (err.kind != kind)
		fail_msg("%s: %s (%s)", why, error_kind_name(err.kind),
			 err.msg ? err.msg : "");
	assert_true(place_is_untouched(&place));
}

/* Overwrites a field of the last header and sums it up again. */
static void patch(struct fixture *f, size_t offset, const void *bytes,
		  size_t length)
{
	memcpy(f->data + f->last + offset, bytes, length);
	fixture_checksum(f->data + f->last);
}

static void test_unpack_evil__refuses_broken_headers(void **state)
{
	static const struct {
		const char *why;
		size_t offset;
		const char *bytes;
		size_t length;
		enum error_kind kind;
	} rows[] = {
		{ "size_neg", 124,
		  "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00", 12,
		  ERROR_CORRUPT },
		{ "size_b256: more than there is", 124,
		  "\x80\0\0\0\0\0\0\0\0\0\x10\0", 12, ERROR_CORRUPT },
		{ "size_huge", 124,
		  "\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff", 12,
		  ERROR_CORRUPT },
		{ "uid_big: -1", 108, "\x80\0\0\0\xff\xff\xff\xff", 8,
		  ERROR_INVALID },
		{ "gid over 32 bits", 116, "\x80\0\0\1\0\0\0\0", 8,
		  ERROR_INVALID },
		{ "a type nobody knows is a file", 156, "7", 1, ERROR_NONE },
		{ "multi-volume", 156, "M", 1, ERROR_INVALID },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(fixture_release) struct fixture f = { 0 };

		fixture_add(&f, &(struct fixture_entry){ .name = "f" });
		patch(&f, rows[i].offset, rows[i].bytes, rows[i].length);
		fixture_end(&f);
		expect_kind(rows[i].why, &f, rows[i].kind);
	}
}

static void test_unpack_evil__refuses_a_wrong_checksum(void **state)
{
	autoclean(fixture_release) struct fixture f = { 0 };

	(void)state;
	fixture_add(&f, &(struct fixture_entry){ .name = "a" });
	fixture_add(&f, &(struct fixture_entry){ .name = "b" });
	f.data[f.last] = 'c';
	fixture_end(&f);
	expect_kind("badsum", &f, ERROR_CORRUPT);
}

static void test_unpack_evil__notices_truncation(void **state)
{
	autoclean(fixture_release) struct fixture f = { 0 };
	static const char contents[3000] = "x";

	(void)state;
	fixture_pax_text(&f, "path", "a/b/c");
	fixture_add(&f, &(struct fixture_entry){ .name = "f",
						 .contents = contents,
						 .size = sizeof(contents) });
	for (size_t cut = 1; cut < f.length; cut += 211) {
		struct fixture part = { f.data, cut, 0, 0 };

		expect_kind("truncated", &part, ERROR_CORRUPT);
	}
}

static void test_unpack_evil__survives_wrong_pax_lengths(void **state)
{
	static const struct {
		const char *why;
		const char *record;
		enum error_kind kind;
	} rows[] = {
		{ "longer than there is", "99 path=x\n", ERROR_CORRUPT },
		{ "shorter than its text", "5 path=x\n", ERROR_CORRUPT },
		{ "no number", "path=x\n", ERROR_CORRUPT },
		{ "zero", "0 path=x\n", ERROR_CORRUPT },
		{ "no newline", "10 path=xx", ERROR_CORRUPT },
		{ "right", "10 path=x\n", ERROR_NONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(fixture_release) struct fixture f = { 0 };

		fixture_add(&f, &(struct fixture_entry){
					.name = "p",
					.type = 'x',
					.contents = rows[i].record,
					.size = strlen(rows[i].record) });
		fixture_add(&f, &(struct fixture_entry){ .name = "f" });
		fixture_end(&f);
		expect_kind(rows[i].why, &f, rows[i].kind);
	}
}

static void test_unpack_evil__lets_the_pax_size_win(void **state)
{
	autoclean(place_release) struct place place;
	autoclean(fixture_release) struct fixture f = { 0 };
	autoclean(unpack_result_release) struct unpack_result out =
		UNPACK_RESULT_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	const struct unpack_options options = UNPACK_OPTIONS_INIT;
	static const char block[512] = "A";

	(void)state;
	place_init(&place);
	/* a reader that believed the other size would see "smuggled" */
	fixture_pax_text(&f, "size", "1024");
	fixture_header(&f, &(struct fixture_entry){ .name = "f", .size = 512 });
	fixture_bytes(&f, block, 512);
	fixture_header(&f, &(struct fixture_entry){ .name = "smuggled" });
	fixture_header(&f, &(struct fixture_entry){ .name = "g" });
	fixture_end(&f);
	assert_int_equal(place_unpack(&place, &f, &options, &out, &err), 0);
	assert_int_equal(place_stat(&place, "f").st_size, 1024);
	assert_true(place_has(&place, "g"));
	assert_false(place_has(&place, "smuggled"));
}

static void test_unpack_evil__bounds_headers(void **state)
{
	static const struct {
		const char *why;
		char type;
		size_t size;
		enum error_kind kind;
	} rows[] = {
		{ "pax_hdr_huge", 'x', 64 << 20, ERROR_CORRUPT },
		{ "a long name of 64 MiB", 'L', 64 << 20, ERROR_CORRUPT },
		{ "longname_trunc", 'L', 100000, ERROR_CORRUPT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(fixture_release) struct fixture f = { 0 };

		fixture_header(&f,
			       &(struct fixture_entry){ .name = "h",
							.type = rows[i].type,
							.size = rows[i].size });
		fixture_bytes(&f, NULL, 50000);
		expect_kind(rows[i].why, &f, rows[i].kind);
	}
}

/* Old GNU sparse headers go on for as long as each says that one follows. */
static void test_unpack_evil__bounds_sparse_maps(void **state)
{
	autoclean(fixture_release) struct fixture f = { 0 };
	uint8_t more[512] = { 0 };

	(void)state;
	fixture_header(&f, &(struct fixture_entry){ .name = "s", .type = 'S' });
	patch(&f, 257, "ustar  ", 8);
	patch(&f, 386, "00000000000\00000000000000\0", 24);
	patch(&f, 482, "\1", 1);
	for (int i = 0; i < 21; i++)
		memcpy(more + i * 24, "00000000000\00000000000000\0", 24);
	more[504] = 1;
	for (int i = 0; i < 40000; i++)
		fixture_bytes(&f, more, sizeof(more));
	expect_kind("an endless sparse map", &f, ERROR_TOO_LARGE);
}

static void test_unpack_evil__bounds_names(void **state)
{
	static const struct {
		const char *why;
		const char *unit;
		size_t times;
		enum error_kind kind;
	} rows[] = {
		{ "name_max", "n", 256, ERROR_INVALID },
		{ "a name of 255", "n", 255, ERROR_NONE },
		{ "path_max", "dddddddd/", 500, ERROR_TOO_LARGE },
		{ "deep: 1000 levels", "d/", 1000, ERROR_NONE },
		{ "deeper: 40000 levels", "d/", 40000, ERROR_TOO_LARGE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(fixture_release) struct fixture f = { 0 };
		struct fixture name = { 0 };

		for (size_t j = 0; j < rows[i].times; j++)
			fixture_bytes(&name, rows[i].unit,
				      strlen(rows[i].unit));
		fixture_bytes(&name, "f", strlen(rows[i].unit) > 1 ? 2 : 1);
		if (strlen(rows[i].unit) == 1)
			name.data[name.length - 1] = '\0';
		fixture_pax_text(&f, "path", (const char *)name.data);
		fixture_release(&name);
		fixture_add(&f, &(struct fixture_entry){ .name = "x" });
		fixture_end(&f);
		expect_kind(rows[i].why, &f, rows[i].kind);
	}
}

static void test_unpack_evil__contains_a_nul_in_a_name(void **state)
{
	autoclean(fixture_release) struct fixture f = { 0 };
	struct fixture records = { 0 };

	(void)state;
	fixture_record(&records, "path", "a\0/../../b", 10);
	fixture_pax(&f, &records);
	fixture_add(&f, &(struct fixture_entry){ .name = "x" });
	fixture_end(&f);
	expect_kind("nul_name: what is before it counts", &f, ERROR_NONE);
}

static void test_unpack_evil__refuses_overlay_markers(void **state)
{
	static const char *const names[] = {
		"SCHILY.xattr.trusted.overlay.opaque",
		"SCHILY.xattr.trusted.overlay.redirect",
		"SCHILY.xattr.trusted.overlay.metacopy",
		"SCHILY.xattr.user.overlay.opaque",
		"SCHILY.xattr.security.selinux",
	};
	autoclean(place_release) struct place place;
	autoclean(fixture_release) struct fixture f = { 0 };
	autoclean(unpack_result_release) struct unpack_result out =
		UNPACK_RESULT_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	const struct unpack_options options = UNPACK_OPTIONS_INIT;
	struct fixture records = { 0 };
	char path[120];

	(void)state;
	place_init(&place);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		fixture_record(&records, names[i], "y", 1);
	fixture_record(&records, "SCHILY.xattr.user.kept", "y", 1);
	fixture_pax(&f, &records);
	fixture_add(&f, &(struct fixture_entry){
				.name = "d", .type = '5', .mode = 0755 });
	fixture_end(&f);
	assert_int_equal(place_unpack(&place, &f, &options, &out, &err), 0);
	(void)snprintf(path, sizeof(path), "%s/root/d", place.base);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_int_equal(lgetxattr(path, names[i] + 13, NULL, 0), -1);
	assert_int_equal(lgetxattr(path, "user.kept", NULL, 0), 1);
	fixture_release(&f);
	fixture_add(&f, &(struct fixture_entry){ .name = "w", .type = '3' });
	fixture_end(&f);
	expect_kind("a whiteout device", &f, ERROR_INVALID);
}

static void test_unpack_evil__fails_cleanly_on_too_many_links(void **state)
{
	autoclean(place_release) struct place place;
	autoclean(fixture_release) struct fixture f = { 0 };
	autoclean(unpack_result_release) struct unpack_result out =
		UNPACK_RESULT_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	const struct unpack_options options = UNPACK_OPTIONS_INIT;

	(void)state;
	place_init(&place);
	fixture_add(&f, &(struct fixture_entry){ .name = "f" });
	for (int i = 0; i < 70000; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "l%d", i);
		fixture_add(&f, &(struct fixture_entry){ .name = name,
							 .type = '1',
							 .link = "f" });
	}
	fixture_end(&f);
	/* file systems differ in how many links they take */
	if (place_unpack(&place, &f, &options, &out, &err) < 0)
		assert_int_equal(err.sys, EMLINK);
}

static void test_unpack_evil__enforces_limits(void **state)
{
	autoclean(place_release) struct place place;
	autoclean(fixture_release) struct fixture f = { 0 };
	static const char contents[600] = "x";
	static const struct {
		struct unpack_limits limits;
		enum error_kind kind;
		const char *why;
	} rows[] = {
		{ { 1 << 20, 10, 100, 27 }, ERROR_NONE, "enough of all" },
		{ { 4096, 10, 100, 27 }, ERROR_TOO_LARGE, "archive size" },
		{ { 1 << 20, 1, 100, 27 }, ERROR_TOO_LARGE, "entries" },
		{ { 1 << 20, 10, 4, 27 }, ERROR_TOO_LARGE, "path" },
	};

	(void)state;
	place_init(&place);
	for (int i = 0; i < 2; i++)
		fixture_add(&f, &(struct fixture_entry){
					.name = i ? "long/name" : "f",
					.contents = contents,
					.size = sizeof(contents) });
	fixture_bytes(&f, NULL, 8192);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(unpack_result_release) struct unpack_result out =
			UNPACK_RESULT_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;
		struct unpack_options options = UNPACK_OPTIONS_INIT;

		options.limits = rows[i].limits;
		(void)!place_unpack(&place, &f, &options, &out, &err);
		if (err.kind != rows[i].kind)
			fail_msg("%s: %s", rows[i].why,
				 error_kind_name(err.kind));
	}
}

/* A sparse file may claim any size; holes count like contents. */
static void test_unpack_evil__counts_holes(void **state)
{
	autoclean(place_release) struct place place;
	autoclean(fixture_release) struct fixture f = { 0 };
	autoclean(unpack_result_release) struct unpack_result out =
		UNPACK_RESULT_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	struct unpack_options options = UNPACK_OPTIONS_INIT;
	struct fixture records = { 0 };
	static const char map[512] = "1\n1099511627776\n0\n";

	(void)state;
	place_init(&place);
	options.limits.max_bytes = 1 << 30;
	fixture_record(&records, "GNU.sparse.major", "1", 1);
	fixture_record(&records, "GNU.sparse.minor", "0", 1);
	fixture_record(&records, "GNU.sparse.name", "s", 1);
	fixture_record(&records, "GNU.sparse.realsize", "1099511627776", 13);
	fixture_pax(&f, &records);
	fixture_add(&f, &(struct fixture_entry){ .name = "x",
						 .contents = map,
						 .size = sizeof(map) });
	fixture_end(&f);
	assert_int_equal(place_unpack(&place, &f, &options, &out, &err), -1);
	assert_int_equal(err.kind, ERROR_TOO_LARGE);
}

/* A source of endless gzip'ed zeros: one member after the other. */
struct bomb {
	uint8_t member[65536];
	size_t length;
	uint64_t sent;
};

static int read_bomb(void *context, void *buffer, size_t capacity, size_t *got,
		     struct error *err)
{
	struct bomb *bomb = context;

	(void)err; /* never ends, never fails */
	assert_true(capacity >= bomb->length);
	memcpy(buffer, bomb->member, bomb->length);
	*got = bomb->length;
	bomb->sent += bomb->length;
	return 0;
}

static void test_unpack_evil__stops_a_bomb(void **state)
{
	static struct bomb bomb;
	autoclean(place_release) struct place place;
	autoclean(fixture_release) struct fixture f = { 0 };
	autoclean(unpack_result_release) struct unpack_result out =
		UNPACK_RESULT_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	struct unpack_options options = UNPACK_OPTIONS_INIT;
	const struct unpack_source source = { read_bomb, NULL, &bomb };
	uLongf length = sizeof(bomb.member);
	z_stream z = { 0 };

	(void)state;
	place_init(&place);
	fixture_bytes(&f, NULL, 4 << 20);
	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 31, 8, 0), Z_OK);
	z.next_in = f.data;
	z.avail_in = (uInt)f.length;
	z.next_out = bomb.member;
	z.avail_out = (uInt)length;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	bomb.length = z.total_out;
	(void)deflateEnd(&z);
	options.directory = place.root;
	options.limits.max_bytes = 100 << 20;
	assert_int_equal(unpack_layer(&source, &options, &out, &err), -1);
	assert_int_equal(err.kind, ERROR_TOO_LARGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unpack_evil__never_reaches_out),
		cmocka_unit_test(test_unpack_evil__refuses_broken_headers),
		cmocka_unit_test(test_unpack_evil__refuses_a_wrong_checksum),
		cmocka_unit_test(test_unpack_evil__notices_truncation),
		cmocka_unit_test(test_unpack_evil__survives_wrong_pax_lengths),
		cmocka_unit_test(test_unpack_evil__lets_the_pax_size_win),
		cmocka_unit_test(test_unpack_evil__bounds_headers),
		cmocka_unit_test(test_unpack_evil__bounds_sparse_maps),
		cmocka_unit_test(test_unpack_evil__bounds_names),
		cmocka_unit_test(test_unpack_evil__contains_a_nul_in_a_name),
		cmocka_unit_test(test_unpack_evil__refuses_overlay_markers),
		cmocka_unit_test(
			test_unpack_evil__fails_cleanly_on_too_many_links),
		cmocka_unit_test(test_unpack_evil__enforces_limits),
		cmocka_unit_test(test_unpack_evil__counts_holes),
		cmocka_unit_test(test_unpack_evil__stops_a_bomb),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
