/* SPDX-License-Identifier: Apache-2.0 */
/* -v and --mount as entries of docker's Mounts. */
#include "tests/unit/cmd/run_fixture.h"

#include <unistd.h>

typedef int parse_function(const char *, json_t **, struct error *);

struct parse_case {
	const char *text;
	const char *want; /* a line; see show_entry */
	const char *why;
};

/* "type source|name destination mode rw propagation other=…" */
static char *show_entry(const json_t *entry)
{
	static const char *const known[] = { "Type",	    "Source", "Name",
					     "Destination", "Mode",   "RW",
					     "Propagation", "Driver", NULL };
	const char *type = json_string_value(json_object_get(entry, "Type"));
	const char *name = json_string_value(json_object_get(entry, "Name"));
	struct strbuf out = STRBUF_INIT;
	const char *key;
	json_t *value;

	strbuf_addf(&out, "%s %s %s [%s] %s [%s]", type,
		    name ? name
			 : json_string_value(json_object_get(entry, "Source")),
		    json_string_value(json_object_get(entry, "Destination")),
		    json_string_value(json_object_get(entry, "Mode")),
		    json_is_true(json_object_get(entry, "RW")) ? "rw" : "ro",
		    json_string_value(json_object_get(entry, "Propagation")));
	json_object_foreach((json_t *)(uintptr_t)entry, key, value)
	{
		bool is_known = false;

		for (size_t i = 0; known[i]; i++)
			is_known = is_known || !strcmp(known[i], key);
		if (is_known)
			continue;
		if (json_is_boolean(value)) {
			strbuf_addf(&out, " %s=%d", key, json_is_true(value));
			continue;
		}
		strbuf_addf(&out, " %s=", key);
		jsonx_format(value, &out);
	}
	return strbuf_steal(&out);
}

static void check_good(parse_function *parse, const struct parse_case *rows,
		       size_t count)
{
	assert_int_equal(chdir("/usr"), 0);
	for (size_t i = 0; i < count; i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(jsonx_free) json_t *entry = NULL;
		autofree char *shown = NULL;

		if (parse(rows[i].text, &entry, &err) < 0)
			fail_msg("%s (%s): %s", rows[i].text, rows[i].why,
				 err.msg);
		shown = show_entry(entry);
		if (strcmp(shown, rows[i].want) != 0)
			fail_msg("%s (%s)\n  expected %s\n  got      %s",
				 rows[i].text, rows[i].why, rows[i].want,
				 shown);
	}
}

/* WANT is part of the message. */
static void check_bad(parse_function *parse, const struct parse_case *rows,
		      size_t count)
{
	for (size_t i = 0; i < count; i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		json_t *entry = NULL;

		if (parse(rows[i].text, &entry, &err) == 0)
			fail_msg("%s (%s) is taken", rows[i].text, rows[i].why);
		assert_null(entry);
		assert_int_equal(err.kind, ERROR_INVALID);
		if (!strstr(err.msg, rows[i].want))
			fail_msg("%s (%s)\n  expected %s\n  got      %s",
				 rows[i].text, rows[i].why, rows[i].want,
				 err.msg);
	}
}

#define GOOD(parse, rows) \
	check_good(parse, rows, sizeof(rows) / sizeof(*(rows)))
#define BAD(parse, rows) check_bad(parse, rows, sizeof(rows) / sizeof(*(rows)))

static void test_run_mount_parse__volumes(void **state)
{
	static const struct parse_case rows[] = {
		{ "/a:/b", "bind /a /b [] rw [rprivate]", "a folder" },
		{ "vol:/b", "volume vol /b [] rw []", "a volume by its name" },
		{ "/b", "volume  /b [] rw []", "an anonymous volume" },
		{ "./x:/b", "bind /usr/x /b [] rw [rprivate]",
		  "below this folder" },
		{ ".:/b", "bind /usr /b [] rw [rprivate]", "this folder" },
		{ "/a/../c/:/b//d/", "bind /c /b/d [] rw [rprivate]",
		  "paths have one spelling" },
		{ "/a:/x/../b", "bind /a /b [] rw [rprivate]",
		  "also with a way back in them" },
		{ "/a:/b:ro", "bind /a /b [ro] ro [rprivate]", "read-only" },
		{ "/a:/b:rw,z", "bind /a /b [rw,z] rw [rprivate]",
		  "writable, with a label" },
		{ "/a:/b:rslave,ro", "bind /a /b [rslave,ro] ro [rslave]",
		  "propagation" },
		{ "/a:/b:rro", "bind /a /b [rro] ro [rprivate]",
		  "read-only all the way down" },
		{ "vol:/b:nocopy,ro",
		  "volume vol /b [nocopy,ro] ro [] NoCopy=1",
		  "nothing of the image's is copied" },
		{ "/a:/b:nosuid,nodev,noexec",
		  "bind /a /b [nosuid,nodev,noexec] rw [rprivate]",
		  "podman's, which cost nothing" },
		{ "/a:/b:U,z", "bind /a /b [U,z] rw [rprivate] Chown=1",
		  "given to the container's user" },
		{ "/a b:/c d", "bind /a b /c d [] rw [rprivate]", "spaces" },
	};

	(void)state;
	GOOD(run_mount_from_volume, rows);
}

static void test_run_mount_parse__bad_volumes(void **state)
{
	static const struct parse_case rows[] = {
		{ "", "invalid empty volume spec", "nothing" },
		{ ":/b", "empty section between colons", "no source" },
		{ "/b:", "empty section between colons", "no destination" },
		{ "/a:/b:", "empty section between colons", "no mode" },
		{ "/a:/b:ro:z", "too many colons", "four parts" },
		{ "/a:/", "destination can't be '/'", "over the root" },
		{ "/a:/.", "destination can't be '/'", "over the root" },
		{ "/a:/x/..", "destination can't be '/'", "over the root" },
		{ "/a://", "destination can't be '/'", "over the root" },
		{ "/", "destination can't be '/'", "over the root" },
		{ "/a:b", "'b' mount path must be absolute", "not absolute" },
		{ "/a:/b:bogus", "invalid mode: bogus", "an unknown word" },
		{ "/a:/b:ro,rw", "invalid mode: ro,rw", "both" },
		{ "/a:/b:ro,ro", "invalid mode: ro,ro", "twice" },
		{ "/a:/b:z,Z", "invalid mode: z,Z", "two labels" },
		{ "/a:/b:shared,slave", "invalid mode: shared,slave",
		  "two propagations" },
		{ "/a:/b:ro,,z", "invalid mode: ro,,z", "an empty word" },
		{ "/a:/b:nocopy", "field VolumeOptions must not be specified",
		  "of a folder nothing is copied" },
		{ "v1:/b:shared", "field BindOptions must not be specified",
		  "a volume is not shared with the host" },
		{ "a/b:/b", "includes invalid characters for a local volume",
		  "neither a path nor a name" },
		{ "..:/b", "includes invalid characters", "two dots" },
		{ "~/x:/b", "includes invalid characters",
		  "the shell did not expand it" },
		{ "a:/b", "includes invalid characters", "one letter" },
	};

	(void)state;
	BAD(run_mount_from_volume, rows);
}

static void test_run_mount_parse__mounts(void **state)
{
	static const struct parse_case rows[] = {
		{ "type=bind,source=/a,target=/b",
		  "bind /a /b [] rw [rprivate] MustExist=1", "a folder" },
		{ "type=bind,src=/a,dst=/b,readonly",
		  "bind /a /b [] ro [rprivate] MustExist=1", "read-only" },
		{ "type=bind,src=/a,destination=/b,ro=0",
		  "bind /a /b [] rw [rprivate] MustExist=1", "not so" },
		{ "TYPE=BIND,SRC=/A,DST=/B",
		  "bind /A /B [] rw [rprivate] MustExist=1",
		  "keys and types in any case" },
		{ "type=bind,src=./a,dst=/b/../c/",
		  "bind /usr/a /c [] rw [rprivate] MustExist=1",
		  "below this folder" },
		{ "type=bind,src=/a,dst=/b,bind-propagation=rshared",
		  "bind /a /b [] rw [rshared] MustExist=1", "propagation" },
		{ "type=bind,src=/a,dst=/b,bind-nonrecursive=true",
		  "bind /a /b [] rw [rprivate] MustExist=1 NonRecursive=1",
		  "without what is mounted in it" },
		{ "type=bind,src=/a,dst=/b,bind-recursive=disabled",
		  "bind /a /b [] rw [rprivate] MustExist=1 NonRecursive=1",
		  "the same in the new spelling" },
		{ "type=bind,src=/a,dst=/b,ro,bind-recursive=writable",
		  "bind /a /b [] ro [rprivate] MustExist=1 "
		  "ReadOnlyNonRecursive=1",
		  "what is mounted in it stays writable" },
		{ "type=bind,src=/a,dst=/b,ro,bind-recursive=readonly",
		  "bind /a /b [] ro [rprivate] MustExist=1", "as by default" },
		{ "type=bind,\"src=/a,b\",dst=/c",
		  "bind /a,b /c [] rw [rprivate] MustExist=1",
		  "a comma in quotes" },
		{ "type=bind,\"src=/a\"\"b\",dst=/c",
		  "bind /a\"b /c [] rw [rprivate] MustExist=1",
		  "a quote in quotes" },
		{ "dst=/b", "volume  /b [] rw []", "an anonymous volume" },
		{ "src=vol,dst=/b,readonly=true", "volume vol /b [] ro []",
		  "volumes are the default" },
		{ "type=volume,src=vol,dst=/b,volume-nocopy",
		  "volume vol /b [] rw [] NoCopy=1", "nothing is copied" },
		{ "type=tmpfs,dst=/b", "tmpfs  /b [] rw []", "a tmpfs" },
		{ "type=tmpfs,dst=/b,tmpfs-size=1m,tmpfs-mode=1770,ro",
		  "tmpfs  /b [size=1048576,mode=1770,ro] ro []",
		  "with size and mode" },
		{ "type=bind,src=/a,src=/c,dst=/b",
		  "bind /c /b [] rw [rprivate] MustExist=1",
		  "the last one counts" },
	};

	(void)state;
	GOOD(run_mount_from_csv, rows);
}

static void test_run_mount_parse__newer_mounts(void **state)
{
	static const struct parse_case rows[] = {
		{ "type=bind,src=/a,dst=/b,bind-create-src",
		  "bind /a /b [] rw [rprivate]", "a missing source is made" },
		{ "type=bind,src=/a,dst=/b,U",
		  "bind /a /b [] rw [rprivate] MustExist=1 Chown=1",
		  "given to the container's user" },
		{ "type=bind,src=/a,dst=/b,chown=true,relabel=shared",
		  "bind /a /b [z] rw [rprivate] MustExist=1 Chown=1",
		  "podman's words" },
		{ "type=bind,src=/a,dst=/b,relabel=private",
		  "bind /a /b [Z] rw [rprivate] MustExist=1", "a label" },
		{ "type=bind,src=/a,dst=/b,consistency=cached,rw=false",
		  "bind /a /b [] ro [rprivate] MustExist=1",
		  "what only macOS makes something of" },
		{ "type=volume,src=vol,dst=/b,volume-subpath=a/b",
		  "volume vol /b [] rw [] Subpath=\"a/b\"",
		  "a part of a volume" },
		{ "src=vol,dst=/b,volume-driver=local,volume-label=a=1,"
		  "volume-label=c",
		  "volume vol /b [] rw [] Labels={\"a\":\"1\",\"c\":\"\"}",
		  "labels gather" },
		{ "src=vol,dst=/b,volume-opt=type=tmpfs,volume-opt=device=t,"
		  "\"volume-opt=o=size=1m,uid=5\"",
		  "volume vol /b [] rw [] Options={\"type\":\"tmpfs\","
		  "\"device\":\"t\",\"o\":\"size=1m,uid=5\"}",
		  "options of the driver" },
		{ "type=image,src=Box:1,dst=/b", "image Box:1 /b [] ro []",
		  "an image" },
		{ "type=image,src=box,dst=/b,image-subpath=etc",
		  "image box /b [] ro [] Subpath=\"etc\"",
		  "a part of an image" },
	};

	(void)state;
	GOOD(run_mount_from_csv, rows);
}

static void test_run_mount_parse__bad_mounts(void **state)
{
	static const struct parse_case rows[] = {
		{ "", "invalid argument \"\" for \"--mount\" flag", "nothing" },
		{ "type=bind,src=/a", "target is required", "no target" },
		{ "type=bind,src=/a,dst=", "target is required", "empty" },
		{ "type=bind,dst=/b", "field Source must not be empty",
		  "no source" },
		{ "type=bind,src=a,dst=/b", "'a' mount path must be absolute",
		  "a name is no path" },
		{ "type=bind,src=/a,dst=b", "'b' mount path must be absolute",
		  "not absolute" },
		{ "type=bind,src=/a,dst=/x/..", "destination can't be '/'",
		  "over the root" },
		{ "type=bind,src=/a,dst=/b,bogus",
		  "invalid field 'bogus' must be a key=value pair", "a word" },
		{ "type=bind,src=/a,dst=/b,bogus=1",
		  "unexpected key 'bogus' in 'bogus=1'", "a key" },
		{ "type=bind,src",
		  "invalid field 'src' must be a key=value pair", "no value" },
		{ "type=bind,src=/a,dst=/b,ro=maybe",
		  "invalid value for ro: maybe", "neither yes nor no" },
		{ "type=bind,src=/a,dst=/b,bind-propagation=foo",
		  "invalid propagation mode: foo", "propagation" },
		{ "type=bind,src=/a,dst=/b,bind-propagation=ro",
		  "invalid propagation mode: ro", "a word of another kind" },
		{ "type=bind,src=/a,dst=/b,bind-recursive=foo",
		  "invalid value for bind-recursive: foo", "recursion" },
		{ "type=bind,src=/a,dst=/b,bind-recursive=readonly",
		  "requires 'readonly'", "readonly what" },
		{ "type=bind,src=/a,dst=/b,volume-nocopy",
		  "cannot mix 'volume-*' options with mount type 'bind'",
		  "an option of volumes" },
		{ "type=volume,src=vol,dst=/b,bind-propagation=shared",
		  "cannot mix 'bind-*' options with mount type 'volume'",
		  "an option of binds" },
		{ "dst=/b,tmpfs-size=1",
		  "cannot mix 'tmpfs-*' options with mount type 'volume'",
		  "an option of tmpfs" },
		{ "type=volume,src=/a,dst=/b", "includes invalid characters",
		  "a path is no name" },
		{ "type=tmpfs,src=a,dst=/b",
		  "field Source must not be specified", "tmpfs has none" },
		{ "type=tmpfs,dst=/b,tmpfs-size=foo",
		  "invalid value for tmpfs-size: foo", "a size" },
		{ "type=tmpfs,dst=/b,tmpfs-mode=9",
		  "invalid value for tmpfs-mode: 9", "octal" },
		{ "type=tmpfs,dst=/b,tmpfs-mode=",
		  "invalid value for tmpfs-mode: ", "nothing" },
		{ "type=bind,src=/a,dst=/b,consistency=foo",
		  "invalid value for consistency: foo", "consistency" },
		{ "type=bind,src=/a,dst=/b,relabel=foo",
		  "invalid value for relabel: foo", "a label" },
		{ "type=bind,src=/a,dst=/b,U=maybe",
		  "invalid value for u: maybe", "an owner" },
		{ "type=volume,dst=/b,volume-subpath=a",
		  "must not set Subpath when using anonymous volumes",
		  "a part of nothing" },
		{ "src=vol,dst=/b,volume-subpath=/a",
		  "'/a' must be a relative path", "not below the volume" },
		{ "src=vol,dst=/b,volume-driver=foo",
		  "plugin \"foo\" not found", "another driver" },
		{ "src=vol,dst=/b,volume-opt=foo=1", "invalid option: \"foo\"",
		  "an option there is not" },
		{ "src=vol,dst=/b,image-subpath=a",
		  "cannot mix 'image-*' options with mount type 'volume'",
		  "an option of images" },
		{ "type=image,dst=/b", "field Source must not be empty",
		  "no image" },
		{ "type=image,src=a,dst=/b,rw", "an image is read-only",
		  "to be written to" },
		{ "type=foo,dst=/b",
		  "invalid mount config for type \"foo\": mount type unknown",
		  "a type" },
	};

	(void)state;
	BAD(run_mount_from_csv, rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_run_mount_parse__volumes),
		cmocka_unit_test(test_run_mount_parse__bad_volumes),
		cmocka_unit_test(test_run_mount_parse__mounts),
		cmocka_unit_test(test_run_mount_parse__newer_mounts),
		cmocka_unit_test(test_run_mount_parse__bad_mounts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
