/* SPDX-License-Identifier: Apache-2.0 */
/* TLS settings of one host, handed to libcurl. */
#include "registry/http/tls.h"

#include <fcntl.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "registry/registry_limits.h"

/* The bundle that libcurl was built to read, or NULL. */
static char *default_bundle(void)
{
	CURL *easy = curl_easy_init();
	char *path = NULL;
	char *copy = NULL;

	if (!easy)
		return NULL;
	if (curl_easy_getinfo(easy, CURLINFO_CAINFO, &path) == CURLE_OK)
		copy = xstrdup(path);
	curl_easy_cleanup(easy);
	return copy;
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
	autofree char *bundle = NULL;

	if (files->count == 0)
		return 0;
	for (size_t i = 0; i < files->count; i++) {
		if (add_file(&settings->roots, files->items[i], err) < 0)
			return -1;
	}
	/*
	 * Roots in memory replace the bundle file, so its text joins them; a
	 * hashed folder stays in force beside them. A machine without any
	 * bundle still trusts what certs.d names.
	 */
	bundle = settings->system_file ? xstrdup(settings->system_file)
				       : default_bundle();
	if (bundle && fs_exists(AT_FDCWD, bundle))
		return add_file(&settings->roots, bundle, err);
	return 0;
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

	if (settings->system_file)
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
