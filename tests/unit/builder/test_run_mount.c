/* SPDX-License-Identifier: Apache-2.0 */
/* RUN --mount: every option of every type. */
#include "builder/language/run_mount.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static const char *lookup(void *payload, const char *name)
{
	(void)payload;
	return !strcmp(name, "V")   ? "cache"
	       : !strcmp(name, "M") ? "0700"
				    : NULL;
}

static void add(struct strbuf *out, const char *name, const char *value)
{
	if (value)
		strbuf_addf(out, " %s=%s", name, value);
}

static void add_number(struct strbuf *out, const char *name, int64_t value,
		       int64_t none)
{
	if (value != none)
		strbuf_addf(out, " %s=%" PRId64, name, value);
}

/* All that is not as it would be without. */
static void show(const struct run_mount *mount, struct strbuf *out)
{
	static const char *const sharings[] = { NULL, "shared", "private",
						"locked" };

	strbuf_addf(out, "%s %s", run_mount_type_name(mount->type),
		    mount->read_only ? "ro" : "rw");
	add(out, "from", mount->from);
	add(out, "source", mount->source);
	add(out, "target", mount->target);
	add(out, "id", mount->id);
	add(out, "env", mount->env);
	add(out, "sharing", sharings[mount->sharing]);
	add(out, "required", mount->required ? "yes" : NULL);
	add_number(out, "size", mount->size, 0);
	add_number(out, "mode", mount->mode, -1);
	add_number(out, "uid", mount->uid, -1);
	add_number(out, "gid", mount->gid, -1);
}

static const struct {
	const char *text;
	const char *mount; /* NULL: refused */
	const char *why;
} rows[] = {
	{ "target=/a", "bind ro target=/a", "bind is the default" },
	{ "type=bind,source=a,target=/a", "bind ro source=a target=/a",
	  "source" },
	{ "TYPE=Bind,SRC=a,DST=/a", "bind ro source=a target=/a",
	  "other names, case" },
	{ "destination=/a", "bind ro target=/a", "destination" },
	{ "target=/a,from=b", "bind ro from=b target=/a", "from" },
	{ "target=/a,rw", "bind rw target=/a", "rw" },
	{ "target=/a,readwrite=true", "bind rw target=/a", "readwrite" },
	{ "target=/a,rw=0", "bind ro target=/a", "not rw" },
	{ "target=/a,ro=false", "bind rw target=/a", "not ro" },
	{ "target=/a,readonly", "bind ro target=/a", "readonly" },
	{ "type=bind", "bind ro", "WORKDIR itself" },
	{ "type=cache,target=/c", "cache rw target=/c", "cache" },
	{ "type=cache,target=/c,id=x,sharing=LOCKED",
	  "cache rw target=/c id=x sharing=locked", "id and sharing" },
	{ "type=cache,target=/c,sharing=private",
	  "cache rw target=/c sharing=private", "private" },
	{ "type=cache,target=/c,sharing=shared",
	  "cache rw target=/c sharing=shared", "shared" },
	{ "type=cache,target=/c,ro,from=b,source=s",
	  "cache ro from=b source=s target=/c", "from an image" },
	{ "type=cache,target=/c,mode=0755,uid=1000,gid=5",
	  "cache rw target=/c mode=493 uid=1000 gid=5", "owner and mode" },
	{ "sharing=locked,type=cache,target=/c",
	  "cache rw target=/c sharing=locked", "the type may come later" },
	{ "type=tmpfs,target=/t", "tmpfs rw target=/t", "tmpfs" },
	{ "type=tmpfs,target=/t,size=64m", "tmpfs rw target=/t size=67108864",
	  "size" },
	{ "type=tmpfs,target=/t,size=1.5KiB", "tmpfs rw target=/t size=1536",
	  "a fraction" },
	{ "type=tmpfs,target=/t,size=10", "tmpfs rw target=/t size=10",
	  "bytes" },
	{ "type=secret,id=s", "secret ro id=s", "secret" },
	{ "type=secret,id=s,target=/s,required,mode=400,uid=1,gid=2",
	  "secret ro target=/s id=s required=yes mode=256 uid=1 gid=2",
	  "all of a secret" },
	{ "type=secret,source=s", "secret ro source=s", "source is an id" },
	{ "type=secret,target=/s", "secret ro target=/s", "target alone" },
	{ "type=secret,id=s,env=TOKEN", "secret ro id=s env=TOKEN",
	  "a variable" },
	{ "type=secret,id=s,required=false", "secret ro id=s", "not required" },
	{ "type=ssh", "ssh ro", "ssh" },
	{ "type=ssh,id=a,target=/s,required=true,mode=600,uid=1,gid=1",
	  "ssh ro target=/s id=a required=yes mode=384 uid=1 gid=1",
	  "all of ssh" },
	{ "type=$V,target=/c,mode=$M", "cache rw target=/c mode=448",
	  "variables" },
	{ "target=/${N:-x}", "bind ro target=/x", "a default" },
	{ "target=\"/a\"", NULL, "a quote within a field" },
	{ "\"target=/a,b\"", "bind ro target=/a,b", "a quoted field" },
	{ "\"target=/a\"\"b\"\"\",ro", "bind ro target=/ab",
	  "quotes in it, which expansion takes" },

	{ "\"target=/a", NULL, "an open quote" },
	{ "\"target=/a\"x", NULL, "text behind a quote" },
	{ "", NULL, "nothing" },
	{ "target=/a,", NULL, "an empty field" },
	{ "type=volume,target=/a", NULL, "no such type" },
	{ "type", NULL, "no type" },
	{ "target", NULL, "no target" },
	{ "target=/a,foo=bar", NULL, "no such key" },
	{ "target=/a,ro=maybe", NULL, "no boolean" },
	{ "target=/a,from=$V", NULL, "a variable in from" },
	{ "target=/a,from=a$", "bind ro from=a$ target=/a", "a lone dollar" },
	{ "target=/a,sharing=locked", NULL, "bind shares nothing" },
	{ "target=/a,mode=0755", NULL, "bind has no mode" },
	{ "target=/a,uid=1", NULL, "nor owner" },
	{ "target=/a,gid=1", NULL, "nor group" },
	{ "target=/a,size=1m", NULL, "nor size" },
	{ "target=/a,required", NULL, "nor is required" },
	{ "target=/a,env=X", NULL, "nor is a variable" },
	{ "type=cache,target=/c,sharing=some", NULL, "no such sharing" },
	{ "type=cache,target=/c,mode=9", NULL, "not octal" },
	{ "type=cache,target=/c,mode=", NULL, "no mode" },
	{ "type=cache,target=/c,uid=a", NULL, "not a number" },
	{ "type=cache,target=/c,uid=-1", NULL, "a negative one" },
	{ "type=cache,target=/c,gid=4294967296", NULL, "over 32 bits" },
	{ "type=cache,target=/c,gid=4294967295",
	  "cache rw target=/c gid=4294967295", "32 bits" },
	{ "type=cache,target=/c,required", NULL, "no secret" },
	{ "type=cache,target=/c,size=1m", NULL, "a cache has no size" },
	{ "type=tmpfs,target=/t,size=big", NULL, "no size" },
	{ "type=tmpfs,target=/t,size=1x", NULL, "no suffix" },
	{ "type=tmpfs,target=/t,size=9999999p", NULL, "too large" },
	{ "type=tmpfs,target=/t,mode=1777", NULL, "tmpfs has no mode" },
	{ "type=secret", NULL, "no secret named" },
	{ "type=secret,id=a,source=b", NULL, "two names" },
	{ "type=secret,id=a,from=b", NULL, "from a stage" },
	{ "type=secret,id=a,sharing=shared", NULL, "shared" },
	{ "type=ssh,source=a", NULL, "ssh has no source" },
	{ "type=bind,target=/a,bind-propagation=suid", NULL,
	  "options for mount(2)" },
};

static void test_run_mount__parses(void **state)
{
	const struct expand_scope scope = { .lookup = lookup, .escape = '\\' };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(run_mount_release) struct run_mount mount =
			RUN_MOUNT_INIT;
		autoclean(strbuf_release) struct strbuf shown = STRBUF_INIT;

		if (run_mount_parse(rows[i].text, &scope, &mount, &err) < 0) {
			if (rows[i].mount)
				fail_msg("%s: %s", rows[i].why, err.msg);
			assert_int_equal(err.kind, ERROR_INVALID);
			continue;
		}
		show(&mount, &shown);
		if (!rows[i].mount || strcmp(shown.text, rows[i].mount) != 0)
			fail_msg("%s: %s", rows[i].why, shown.text);
	}
}

static void test_run_mount__check_allows_variables(void **state)
{
	static const struct {
		const char *text;
		bool right;
	} checks[] = {
		{ "target=/a", true },
		{ "target=/a,mode=1", false },
		{ "type=$T,target=/a,mode=$M", true },
		{ "type=$T,target=/a,mdoe=$M", false },
		{ "target=$T,from=$F", false },
		{ "target=$T,\"from=$F", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(checks); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;

		if ((run_mount_check(checks[i].text, &err) == 0) !=
		    checks[i].right)
			fail_msg("%s", checks[i].text);
	}
}

static void test_run_mount__says_what_is_near(void **state)
{
	static const struct {
		const char *text, *message;
	} messages[] = {
		{ "type=cahce,target=/a",
		  "--mount=type=cahce,target=/a: unsupported mount type "
		  "\"cahce\": expected bind, cache, tmpfs, secret or ssh "
		  "(did you mean cache?)" },
		{ "traget=/a", "--mount=traget=/a: unexpected key 'traget' in "
			       "'traget=/a' (did you mean target?)" },
		{ "type=cache,target=/a,sharing=lockd",
		  "--mount=type=cache,target=/a,sharing=lockd: unsupported "
		  "sharing value \"lockd\": expected shared, private or "
		  "locked (did you mean locked?)" },
		{ "target=/a,size=1", "--mount=target=/a,size=1: unexpected "
				      "key 'size' for mount type 'bind'" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(messages); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;

		assert_int_equal(run_mount_check(messages[i].text, &err), -1);
		assert_string_equal(err.msg, messages[i].message);
	}
}

static void test_run_mount__type_names(void **state)
{
	(void)state;
	assert_int_equal(run_mount_type_from_name("TMPFS"), RUN_MOUNT_TMPFS);
	assert_int_equal(run_mount_type_from_name("x"), RUN_MOUNT_NONE);
	assert_int_equal(run_mount_type_from_name(""), RUN_MOUNT_NONE);
	assert_string_equal(run_mount_type_name(RUN_MOUNT_SSH), "ssh");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_run_mount__parses),
		cmocka_unit_test(test_run_mount__check_allows_variables),
		cmocka_unit_test(test_run_mount__says_what_is_near),
		cmocka_unit_test(test_run_mount__type_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
