/* SPDX-License-Identifier: Apache-2.0 */
/* The fields of --mount, by table, and what each type may have. */
#include "builder/language/run_mount.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "base/strvec.h"
#include "builder/builder_limits.h"
#include "builder/language/suggest.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static const char *const type_names[] = { "",	   "bind",   "cache",
					  "tmpfs", "secret", "ssh" };
static const char *const sharing_names[] = { "", "shared", "private",
					     "locked" };

const char *run_mount_type_name(enum run_mount_type type)
{
	return type_names[type];
}

static size_t index_of(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 1; i < count; i++)
		if (!strcasecmp(names[i], name))
			return i;
	return 0;
}

enum run_mount_type run_mount_type_from_name(const char *name)
{
	return (enum run_mount_type)index_of(type_names, COUNT_OF(type_names),
					     name);
}

/* Which types may have a key, as bits of 1 << type. */
enum {
	OF_BIND = 1 << RUN_MOUNT_BIND,
	OF_CACHE = 1 << RUN_MOUNT_CACHE,
	OF_TMPFS = 1 << RUN_MOUNT_TMPFS,
	OF_SECRET = 1 << RUN_MOUNT_SECRET,
	OF_SSH = 1 << RUN_MOUNT_SSH,
	OF_ALL = OF_BIND | OF_CACHE | OF_TMPFS | OF_SECRET | OF_SSH,
	OF_FILES = OF_CACHE | OF_SECRET | OF_SSH,
};

struct parsing {
	struct run_mount *mount;
	const char *key;   /* as written */
	const char *value; /* NULL: a key alone */
	bool has_access;   /* readonly or readwrite was given */
};

static int bad_value(const struct parsing *parsing, const char *expected,
		     struct error *err)
{
	return error_set(err, ERROR_INVALID,
			 "invalid value for %s: %s: expected %s", parsing->key,
			 parsing->value, expected);
}

static int needs_value(const struct parsing *parsing, struct error *err)
{
	return error_set(err, ERROR_INVALID,
			 "invalid field '%s' must be a key=value pair",
			 parsing->key);
}

/* A boolean as Go reads it; a key alone is true. */
static int read_bool(const struct parsing *parsing, bool *out,
		     struct error *err)
{
	static const char *const words[] = {
		"1", "t", "T", "TRUE",	"true",	 "True",
		"0", "f", "F", "FALSE", "false", "False"
	};

	if (!parsing->value) {
		*out = true;
		return 0;
	}
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		if (!strcmp(words[i], parsing->value)) {
			*out = i < COUNT_OF(words) / 2;
			return 0;
		}
	}
	return bad_value(parsing, "true or false", err);
}

static int read_type(struct parsing *parsing, struct error *err)
{
	enum run_mount_type type = run_mount_type_from_name(parsing->value);

	if (!type) {
		(void)error_set(err, ERROR_INVALID,
				"unsupported mount type \"%s\": expected "
				"bind, cache, tmpfs, secret or ssh",
				parsing->value);
		return suggest_append(parsing->value, type_names + 1,
				      COUNT_OF(type_names) - 1, err);
	}
	parsing->mount->type = type;
	return 0;
}

static int read_sharing(struct parsing *parsing, struct error *err)
{
	size_t sharing = index_of(sharing_names, COUNT_OF(sharing_names),
				  parsing->value);

	if (!sharing) {
		(void)error_set(err, ERROR_INVALID,
				"unsupported sharing value \"%s\": expected "
				"shared, private or locked",
				parsing->value);
		return suggest_append(parsing->value, sharing_names + 1,
				      COUNT_OF(sharing_names) - 1, err);
	}
	parsing->mount->sharing = (enum run_mount_sharing)sharing;
	return 0;
}

static int read_readonly(struct parsing *parsing, struct error *err)
{
	parsing->has_access = true;
	return read_bool(parsing, &parsing->mount->read_only, err);
}

static int read_readwrite(struct parsing *parsing, struct error *err)
{
	bool writable = false;
	int result = read_bool(parsing, &writable, err);

	parsing->has_access = true;
	parsing->mount->read_only = !writable;
	return result;
}

static int read_required(struct parsing *parsing, struct error *err)
{
	return read_bool(parsing, &parsing->mount->required, err);
}

static int read_number(const struct parsing *parsing, int base, int64_t *out,
		       struct error *err)
{
	const char *text = parsing->value;
	const char *digits = base == 8 ? "01234567" : "0123456789";
	unsigned long value;

	errno = 0;
	value = strtoul(text, NULL, base);
	if (!*text || text[strspn(text, digits)] || errno || value > UINT32_MAX)
		return bad_value(parsing,
				 base == 8 ? "an octal mode" : "a number", err);
	*out = (int64_t)value;
	return 0;
}

static int read_mode(struct parsing *parsing, struct error *err)
{
	return read_number(parsing, 8, &parsing->mount->mode, err);
}

static int read_uid(struct parsing *parsing, struct error *err)
{
	return read_number(parsing, 10, &parsing->mount->uid, err);
}

static int read_gid(struct parsing *parsing, struct error *err)
{
	return read_number(parsing, 10, &parsing->mount->gid, err);
}

/* Powers of 1024 of a suffix "k", "kb", "KiB" …, or -1. */
static int size_power(const char *suffix)
{
	static const char letters[] = "kmgtp";
	const char *letter;
	int power = 0;

	if (*suffix == ' ')
		suffix++;
	letter = *suffix ? strchr(letters, tolower((unsigned char)*suffix))
			 : NULL;
	if (letter) {
		power = (int)(letter - letters) + 1;
		suffix++;
		if (tolower((unsigned char)*suffix) == 'i')
			suffix++;
	}
	if (tolower((unsigned char)*suffix) == 'b')
		suffix++;
	return *suffix ? -1 : power;
}

static int read_size(struct parsing *parsing, struct error *err)
{
	const char *text = parsing->value;
	size_t whole = strspn(text, "0123456789");
	size_t length = whole;
	double value;
	int power;

	if (text[length] == '.')
		length += 1 + strspn(text + length + 1, "0123456789");
	power = size_power(text + length);
	if (!whole || power < 0)
		return bad_value(parsing, "a size, as 64m", err);
	value = strtod(text, NULL);
	while (power-- > 0)
		value *= 1024;
	if (value >= 9223372036854775808.0)
		return bad_value(parsing, "a size below 8 EiB", err);
	parsing->mount->size = (int64_t)value;
	return 0;
}

static int keep(char **place, const struct parsing *parsing)
{
	free(*place);
	*place = xstrdup(parsing->value);
	return 0;
}

static int read_from(struct parsing *parsing, struct error *err)
{
	(void)err;
	return keep(&parsing->mount->from, parsing);
}

static int read_source(struct parsing *parsing, struct error *err)
{
	(void)err;
	return keep(&parsing->mount->source, parsing);
}

static int read_target(struct parsing *parsing, struct error *err)
{
	(void)err;
	return keep(&parsing->mount->target, parsing);
}

static int read_id(struct parsing *parsing, struct error *err)
{
	(void)err;
	return keep(&parsing->mount->id, parsing);
}

static int read_env(struct parsing *parsing, struct error *err)
{
	(void)err;
	return keep(&parsing->mount->env, parsing);
}

static const struct key {
	const char *name;
	int (*read)(struct parsing *parsing, struct error *err);
	bool alone; /* may stand without a value */
	unsigned types;
} keys[] = {
	{ "type", read_type, false, OF_ALL },
	{ "from", read_from, false, OF_ALL & ~OF_SECRET },
	{ "source", read_source, false, OF_ALL & ~OF_SSH },
	{ "src", read_source, false, OF_ALL & ~OF_SSH },
	{ "target", read_target, false, OF_ALL },
	{ "dst", read_target, false, OF_ALL },
	{ "destination", read_target, false, OF_ALL },
	{ "readonly", read_readonly, true, OF_ALL },
	{ "ro", read_readonly, true, OF_ALL },
	{ "readwrite", read_readwrite, true, OF_ALL },
	{ "rw", read_readwrite, true, OF_ALL },
	{ "id", read_id, false, OF_ALL },
	{ "sharing", read_sharing, false, OF_CACHE },
	{ "required", read_required, true, OF_SECRET | OF_SSH },
	{ "size", read_size, false, OF_TMPFS },
	{ "mode", read_mode, false, OF_FILES },
	{ "uid", read_uid, false, OF_FILES },
	{ "gid", read_gid, false, OF_FILES },
	{ "env", read_env, false, OF_SECRET },
};

static const struct key *find_key(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		if (!strcasecmp(keys[i].name, name))
			return &keys[i];
	return NULL;
}

static int unknown_key(const char *name, const char *field, struct error *err)
{
	const char *names[COUNT_OF(keys)];

	for (size_t i = 0; i < COUNT_OF(keys); i++)
		names[i] = keys[i].name;
	(void)error_set(err, ERROR_INVALID, "unexpected key '%s' in '%s'", name,
			field);
	return suggest_append(name, names, COUNT_OF(keys), err);
}

/* Reads one field of a line of comma-separated values, as Go's csv does. */
static int next_field(const char **at, struct strbuf *out, struct error *err)
{
	const char *text = *at;

	if (*text != '"') {
		size_t length = strcspn(text, ",");

		if (memchr(text, '"', length))
			return error_set(err, ERROR_INVALID,
					 "a quote within a field that does not "
					 "begin with one");
		strbuf_add(out, text, length);
		*at = text + length;
		return 0;
	}
	for (text++; *text; text++) {
		if (*text == '"' && *++text != '"') {
			*at = text;
			if (*text && *text != ',')
				return error_set(err, ERROR_INVALID,
						 "text behind a quoted field");
			return 0;
		}
		strbuf_addch(out, *text);
	}
	return error_set(err, ERROR_INVALID, "a quoted field does not end");
}

static int split_fields(const char *text, struct strvec *out, struct error *err)
{
	for (;;) {
		autoclean(strbuf_release) struct strbuf field = STRBUF_INIT;

		if (next_field(&text, &field, err) < 0)
			return -1;
		if (out->count == BUILDER_MAX_WORDS)
			return error_set(err, ERROR_TOO_LARGE,
					 "more than %d fields",
					 BUILDER_MAX_WORDS);
		strvec_add(out, field.text);
		if (*text != ',')
			return 0;
		text++;
	}
}

/* A variable in from would make the graph of stages depend on values. */
static int refuse_variable(const char *key, const char *value,
			   struct error *err)
{
	const char *dollar = strchr(value, '$');

	if (strcasecmp(key, "from") != 0 || !dollar || !dollar[1])
		return 0;
	return error_set(err, ERROR_INVALID,
			 "'from' doesn't support variable expansion, define "
			 "alias stage instead");
}

static int read_field(struct parsing *parsing, const char *field,
		      const struct expand_scope *scope, unsigned *used,
		      struct error *err)
{
	const char *equal = strchr(field, '=');
	autofree char *name = equal ? xstrndup(field, (size_t)(equal - field))
				    : xstrdup(field);
	autofree char *value = NULL;
	const struct key *key = find_key(name);

	if (equal &&
	    (refuse_variable(name, equal + 1, err) < 0 ||
	     (scope ? expand_word(equal + 1, scope, EXPAND_DEFAULT, &value, err)
		    : !(value = xstrdup(equal + 1))) != 0))
		return -1;
	if (!key)
		return unknown_key(name, field, err);
	parsing->key = key->name;
	parsing->value = value;
	if (!value && !key->alone)
		return needs_value(parsing, err);
	*used |= 1u << (key - keys);
	return key->read(parsing, err);
}

static int check_secret(const struct run_mount *mount, struct error *err)
{
	if (!mount->source && !mount->target && !mount->id)
		return error_set(err, ERROR_INVALID,
				 "invalid secret mount. one of source, target "
				 "required");
	if (mount->source && mount->id)
		return error_set(err, ERROR_INVALID,
				 "both source and id can't be set");
	return 0;
}

/* Whether every key used is one of the type's. */
static int check_keys(const struct run_mount *mount, unsigned used,
		      struct error *err)
{
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		if (used & 1u << i && !(keys[i].types & 1u << mount->type))
			return error_set(
				err, ERROR_INVALID,
				"unexpected key '%s' for mount type '%s'",
				keys[i].name, type_names[mount->type]);
	return mount->type == RUN_MOUNT_SECRET ? check_secret(mount, err) : 0;
}

int run_mount_parse(const char *text, const struct expand_scope *scope,
		    struct run_mount *out, struct error *err)
{
	autoclean(strvec_release) struct strvec fields = STRVEC_INIT;
	struct parsing parsing = { .mount = out };
	unsigned used = 0;

	out->type = RUN_MOUNT_BIND;
	if (split_fields(text, &fields, err) < 0)
		return error_wrap(err, "--mount=%s", text);
	for (size_t i = 0; i < fields.count; i++)
		if (read_field(&parsing, fields.items[i], scope, &used, err) <
		    0)
			return error_wrap(err, "--mount=%s", text);
	if (check_keys(out, used, err) < 0)
		return error_wrap(err, "--mount=%s", text);
	if (!parsing.has_access)
		out->read_only = out->type != RUN_MOUNT_CACHE &&
				 out->type != RUN_MOUNT_TMPFS;
	return 0;
}

int run_mount_check(const char *text, struct error *err)
{
	autoclean(run_mount_release) struct run_mount mount = RUN_MOUNT_INIT;
	autoclean(strvec_release) struct strvec fields = STRVEC_INIT;

	if (!strchr(text, '$'))
		return run_mount_parse(text, NULL, &mount, err);
	if (split_fields(text, &fields, err) < 0)
		return error_wrap(err, "--mount=%s", text);
	for (size_t i = 0; i < fields.count; i++) {
		const char *equal = strchr(fields.items[i], '=');
		autofree char *name = xstrndup(fields.items[i],
					       strcspn(fields.items[i], "="));

		if (!find_key(name))
			return unknown_key(name, fields.items[i], err);
		if (equal && refuse_variable(name, equal + 1, err) < 0)
			return -1;
	}
	return 0;
}

void run_mounts_take(struct run_mounts *mounts, struct run_mount *mount)
{
	mounts->items = xreallocarray(mounts->items, mounts->count + 1,
				      sizeof(*mounts->items));
	mounts->items[mounts->count++] = *mount;
	*mount = (struct run_mount)RUN_MOUNT_INIT;
}

void run_mount_release(struct run_mount *mount)
{
	free(mount->from);
	free(mount->source);
	free(mount->target);
	free(mount->id);
	free(mount->env);
	*mount = (struct run_mount)RUN_MOUNT_INIT;
}

void run_mounts_release(struct run_mounts *mounts)
{
	for (size_t i = 0; i < mounts->count; i++)
		run_mount_release(&mounts->items[i]);
	free(mounts->items);
	*mounts = (struct run_mounts)RUN_MOUNTS_INIT;
}
