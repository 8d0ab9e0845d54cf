/* SPDX-License-Identifier: Apache-2.0 */
/* TLS settings of one host, handed to libcurl. */
#include "registry/http/tls.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "registry/registry_limits.h"

/* Where libcurl was built to look for the system's authorities. */
struct defaults {
	char bundle[256];	/* "" when there is none */
	bool has_hashed_folder; /* one that OpenSSL can look names up in */
};

static struct defaults defaults;
static pthread_once_t defaults_once = PTHREAD_ONCE_INIT;

/* Whether PATH holds names as c_rehash makes them: eight digits, dot, number.
 */
static bool is_hashed_folder(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	bool found = false;

	while (folder && !found && (entry = readdir(folder)))
		found = strspn(entry->d_name, "0123456789abcdef") == 8 &&
			entry->d_name[8] == '.';
	if (folder)
		(void)closedir(folder);
	return found;
}

static void find_defaults(void)
{
	CURL *easy = curl_easy_init();
	char *path = NULL;

	if (!easy)
		return;
	if (!curl_easy_getinfo(easy, CURLINFO_CAPATH, &path) && path)
		defaults.has_hashed_folder = is_hashed_folder(path);
	if (!curl_easy_getinfo(easy, CURLINFO_CAINFO, &path) && path &&
	    fs_exists(AT_FDCWD, path))
		(void)snprintf(defaults.bundle, sizeof(defaults.bundle), "%s",
			       path);
	curl_easy_cleanup(easy);
}

/*
 * Whether the system's bundle file can be left unread. Parsing it takes 55 ms
 * for every new connection (OpenSSL 3.0, 140 certificates); a look-up in the
 * hashed folder beside it, which Debian keeps in step, takes less than one.
 */
static bool can_skip_bundle(const struct tls_settings *settings)
{
	(void)pthread_once(&defaults_once, find_defaults);
	return !settings->system_file && !settings->system_folder &&
	       defaults.has_hashed_folder;
}

static int add_file(struct strbuf *roots, const char *path, struct error *err)
{
	if (fs_read_file(AT_FDCWD, path, REGISTRY_CONFIG_MAX, roots, err) < 0)
		return -1;
	/* a file without a final newline must not spoil the next one */
	strbuf_addch(roots, '\n');
	return strbuf_check(roots, "certificate authorities", err);
}

int tls_trust(struct tls_settings *settings, const struct strvec *files,
	      struct error *err)
{
	const char *bundle;

	if (files->count == 0)
		return 0;
	for (size_t i = 0; i < files->count; i++) {
		if (add_file(&settings->roots, files->items[i], err) < 0)
			return -1;
	}
	if (can_skip_bundle(settings))
		return 0;
	/* roots in memory replace the bundle, so its text joins them */
	bundle = settings->system_file ? settings->system_file
				       : defaults.bundle;
	return *bundle ? add_file(&settings->roots, bundle, err) : 0;
}

void tls_derive(const struct tls_settings *settings, bool same_host,
		struct tls_settings *out)
{
	tls_settings_release(out);
	out->insecure = settings->insecure && same_host;
	strbuf_add(&out->roots, settings->roots.text, settings->roots.length);
	out->system_file = xstrdup(settings->system_file);
	out->system_folder = xstrdup(settings->system_folder);
}

static CURLcode apply_roots(const struct tls_settings *settings, CURL *easy)
{
	CURLcode code = CURLE_OK;
	struct curl_blob blob = {
		.data = settings->roots.text,
		.len = settings->roots.length,
		.flags = CURL_BLOB_NOCOPY,
	};

	if (can_skip_bundle(settings))
		code = curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
	else if (settings->system_file)
		code = curl_easy_setopt(easy, CURLOPT_CAINFO,
					settings->system_file);
	if (!code && settings->system_folder)
		code = curl_easy_setopt(easy, CURLOPT_CAPATH,
					settings->system_folder);
	if (!code && settings->roots.length)
		code = curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &blob);
	return code;
}

int tls_apply(const struct tls_settings *settings, CURL *easy,
	      struct error *err)
{
	long verify = settings->insecure ? 0L : 1L;
	CURLcode code = apply_roots(settings, easy);

	if (!code)
		code = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, verify);
	if (!code)
		code = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST,
					verify * 2);
	if (!code && settings->client_cert)
		code = curl_easy_setopt(easy, CURLOPT_SSLCERT,
					settings->client_cert);
	if (!code && settings->client_key)
		code = curl_easy_setopt(easy, CURLOPT_SSLKEY,
					settings->client_key);
	if (code)
		return error_set(err, ERROR_UNSUPPORTED, "set up TLS: %s",
				 curl_easy_strerror(code));
	return 0;
}

void tls_settings_release(struct tls_settings *settings)
{
	strbuf_release(&settings->roots);
	free(settings->system_file);
	free(settings->system_folder);
	free(settings->client_cert);
	free(settings->client_key);
	*settings = (struct tls_settings)TLS_SETTINGS_INIT;
}
