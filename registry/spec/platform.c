/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Platform names. Grammar of the text form, as containerd reads it:
 *
 *   platform = os ["(" version ")"] ["/" architecture ["/" variant]]
 *            / architecture
 *
 * every part of letters, digits, "_", "-" and "."; case does not matter.
 */
#include "registry/spec/platform.h"

#include <ctype.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"

/* Go's names of systems and architectures that images exist for. */
static const char *const known_os[] = {
	"aix",	   "android", "darwin",	 "dragonfly", "freebsd",
	"illumos", "ios",     "js",	 "linux",     "netbsd",
	"openbsd", "plan9",   "solaris", "wasip1",    "windows",
};

static const char *const known_architectures[] = {
	"386",	    "amd64",  "arm",   "arm64",	  "loong64", "mips",  "mips64",
	"mips64le", "mipsle", "ppc64", "ppc64le", "riscv64", "s390x", "wasm",
};

/* Other spellings; an empty variant drops what was written. */
static const struct alias {
	const char *architecture;
	const char *to_architecture;
	const char *to_variant; /* NULL: keep */
} aliases[] = {
	{ "i386", "386", "" },	      { "i686", "386", "" },
	{ "x86_64", "amd64", NULL },  { "x86-64", "amd64", NULL },
	{ "aarch64", "arm64", NULL }, { "armhf", "arm", "v7" },
	{ "armel", "arm", "v6" },     { "loongarch64", "loong64", NULL },
};

/* The variant an architecture has when none is written. */
static const struct baseline {
	const char *architecture;
	unsigned level;
} baselines[] = { { "amd64", 1 }, { "arm", 7 }, { "arm64", 8 } };

static bool is_one_of(const char *name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(names[i], name) == 0)
			return true;
	}
	return false;
}

#define IS_ONE_OF(name, names) \
	is_one_of(name, names, sizeof(names) / sizeof((names)[0]))

static void lower(char *text)
{
	for (; text && *text; text++) {
		if (*text >= 'A' && *text <= 'Z')
			*text = (char)(*text - 'A' + 'a');
	}
}

static void replace(char **field, const char *text)
{
	free(*field);
	*field = text && *text ? xstrdup(text) : NULL;
}

/* Bring every spelling of a platform to one; drops an empty variant. */
static void normalise(struct platform *platform)
{
	lower(platform->os);
	lower(platform->architecture);
	lower(platform->variant);
	if (platform->os && strcmp(platform->os, "macos") == 0)
		replace(&platform->os, "darwin");
	if (platform->variant && !*platform->variant)
		replace(&platform->variant, NULL);
	if (platform->variant && isdigit((unsigned char)*platform->variant)) {
		autofree char *bare = platform->variant;

		platform->variant = xasprintf("v%s", bare);
	}
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++) {
		if (!platform->architecture ||
		    strcmp(platform->architecture, aliases[i].architecture) !=
			    0)
			continue;
		replace(&platform->architecture, aliases[i].to_architecture);
		if (aliases[i].to_variant)
			replace(&platform->variant, aliases[i].to_variant);
	}
}

static bool is_part(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (!isalnum((unsigned char)text[i]) && !strchr("_-.", text[i]))
			return false;
	}
	return length > 0 && length < 64;
}

/* Take an "(version)" off the end of the first part. */
static int split_version(const char *text, size_t *length, struct platform *out)
{
	const char *open = memchr(text, '(', *length);
	size_t version;

	if (!open)
		return 0;
	version = *length - (size_t)(open + 1 - text);
	if (!version || open[version] != ')' || !is_part(open + 1, version - 1))
		return -1;
	out->os_version = xstrndup(open + 1, version - 1);
	*length = (size_t)(open - text);
	return 0;
}

static int split(const char *text, struct platform *out)
{
	char **fields[] = { &out->os, &out->architecture, &out->variant };

	for (size_t i = 0; i < 3; i++) {
		size_t length = strcspn(text, "/");
		bool last = !text[length];
		const char *next = text + length + 1;

		if (i == 0 && split_version(text, &length, out) < 0)
			return -1;
		if (!is_part(text, length))
			return -1;
		*fields[i] = xstrndup(text, length);
		if (last)
			return 0;
		text = next;
	}
	return -1;
}

/* A single word is a system or an architecture; the host has the other. */
static int complete(struct platform *platform)
{
	autoclean(platform_release) struct platform host = PLATFORM_INIT;

	platform_host(&host);
	if (IS_ONE_OF(platform->os, known_os)) {
		platform->architecture = TAKE_PTR(host.architecture);
		platform->variant = TAKE_PTR(host.variant);
		return 0;
	}
	platform->architecture = platform->os;
	platform->os = TAKE_PTR(host.os);
	normalise(platform);
	return IS_ONE_OF(platform->architecture, known_architectures) ? 0 : -1;
}

int platform_parse(const char *text, struct platform *out, struct error *err)
{
	autoclean(platform_release) struct platform parsed = PLATFORM_INIT;

	if (split(text, &parsed) < 0)
		return error_set(err, ERROR_INVALID,
				 "invalid platform \"%.100s\": expected "
				 "os/architecture/variant",
				 text);
	normalise(&parsed);
	if (!parsed.architecture && complete(&parsed) < 0)
		return error_set(err, ERROR_INVALID,
				 "invalid platform \"%.100s\": unknown "
				 "operating system or architecture",
				 text);
	platform_release(out);
	*out = parsed;
	parsed = (struct platform)PLATFORM_INIT;
	return 0;
}

/*
 * The compiler's view, as Go's GOARCH: no system call can change it. On an
 * architecture without a line here HOST_ARCHITECTURE is missing below.
 */
#if defined(__x86_64__)
#define HOST_ARCHITECTURE "amd64"
#elif defined(__aarch64__)
#define HOST_ARCHITECTURE "arm64"
#define HOST_VARIANT "v8"
#elif defined(__i386__)
#define HOST_ARCHITECTURE "386"
#elif defined(__arm__)
#define HOST_ARCHITECTURE "arm"
#if __ARM_ARCH >= 7
#define HOST_VARIANT "v7"
#elif __ARM_ARCH == 6
#define HOST_VARIANT "v6"
#else
#define HOST_VARIANT "v5"
#endif
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define HOST_ARCHITECTURE "ppc64le"
#elif defined(__s390x__)
#define HOST_ARCHITECTURE "s390x"
#elif defined(__riscv) && __riscv_xlen == 64
#define HOST_ARCHITECTURE "riscv64"
#elif defined(__loongarch64)
#define HOST_ARCHITECTURE "loong64"
#elif defined(__mips64) && defined(__MIPSEL__)
#define HOST_ARCHITECTURE "mips64le"
#endif
#ifndef HOST_VARIANT
#define HOST_VARIANT NULL
#endif

void platform_host(struct platform *out)
{
	platform_release(out);
	out->os = xstrdup("linux");
	out->architecture = xstrdup(HOST_ARCHITECTURE);
	out->variant = xstrdup(HOST_VARIANT);
}

char *platform_format(const struct platform *platform)
{
	struct strbuf text = STRBUF_LIMIT(1024);

	strbuf_addstr(&text, platform->os ? platform->os : "unknown");
	strbuf_addch(&text, '/');
	strbuf_addstr(&text, platform->architecture ? platform->architecture
						    : "unknown");
	if (platform->variant && *platform->variant)
		strbuf_addf(&text, "/%s", platform->variant);
	return strbuf_steal(&text);
}

static bool is_same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

/* The number in a "vN" variant, else the architecture's own, else 0. */
static unsigned level_of(const struct platform *platform)
{
	const char *variant = platform->variant;
	size_t count = sizeof(baselines) / sizeof(baselines[0]);

	if (variant && variant[0] == 'v' && variant[1] >= '1' &&
	    variant[1] <= '9' && !variant[2])
		return (unsigned)(variant[1] - '0');
	for (size_t i = 0; !variant && i < count; i++) {
		if (is_same(platform->architecture, baselines[i].architecture))
			return baselines[i].level;
	}
	return 0;
}

/* Both normalised, of one system and architecture. */
static int rank_variant(const struct platform *want,
			const struct platform *have)
{
	unsigned want_level = level_of(want);
	unsigned have_level = level_of(have);

	if (want_level && have_level)
		return have_level <= want_level ? (int)(want_level - have_level)
						: PLATFORM_NO_MATCH;
	if (is_same(want->variant, have->variant))
		return 0;
	if (!want->variant && !have->variant)
		return 0;
	/* One side does not say: taken when nothing better is there. */
	if (!want->variant || !have->variant)
		return 10;
	return PLATFORM_NO_MATCH;
}

int platform_rank(const struct platform *want, const struct platform *have)
{
	autoclean(platform_release) struct platform a = PLATFORM_INIT;
	autoclean(platform_release) struct platform b = PLATFORM_INIT;

	platform_copy(want, &a);
	platform_copy(have, &b);
	normalise(&a);
	normalise(&b);
	if (!is_same(a.os, b.os) || !is_same(a.architecture, b.architecture))
		return PLATFORM_NO_MATCH;
	if (a.os_version && !is_same(a.os_version, b.os_version))
		return PLATFORM_NO_MATCH;
	return rank_variant(&a, &b);
}

bool platform_is_match(const struct platform *want, const struct platform *have)
{
	return platform_rank(want, have) != PLATFORM_NO_MATCH;
}

void platform_copy(const struct platform *from, struct platform *to)
{
	struct platform copy = {
		.os = xstrdup(from->os),
		.architecture = xstrdup(from->architecture),
		.variant = xstrdup(from->variant),
		.os_version = xstrdup(from->os_version),
	};

	platform_release(to);
	*to = copy;
}

void platform_release(struct platform *platform)
{
	free(platform->os);
	free(platform->architecture);
	free(platform->variant);
	free(platform->os_version);
	*platform = (struct platform)PLATFORM_INIT;
}
