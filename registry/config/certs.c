/* SPDX-License-Identifier: Apache-2.0 */
/* Looks through certs.d folders. */
#include "registry/config/certs.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"

/* A host comes from a name or a URL and becomes a path's component here. */
static bool is_component(const char *host)
{
	return *host && *host != '.' && !strchr(host, '/');
}

static bool has_ending(const char *name, const char *ending)
{
	size_t length = strlen(name);
	size_t wanted = strlen(ending);

	return length > wanted && !strcmp(name + length - wanted, ending);
}

/* The names in the folder PATH, sorted; FOUND is false when there is none. */
static int list_names(const char *path, struct strvec *out, bool *found,
		      struct error *err)
{
	DIR *folder = opendir(path);
	struct dirent *entry;

	*found = folder != NULL;
	if (!folder && errno == EACCES) {
		/* Root's folder must not stop an ordinary user. */
		log_debug("certs", "skipped folder=%s reason=permission", path);
		return 0;
	}
	if (!folder)
		return errno == ENOENT || errno == ENOTDIR
			       ? 0
			       : error_sys(err, errno, "%s", path);
	while ((entry = readdir(folder)))
		strvec_add(out, entry->d_name);
	(void)closedir(folder); /* read only */
	strvec_sort(out);
	return 0;
}

/* "x.cert" for "x.key" and the other way round. */
static char *partner_of(const char *name, const char *ending, const char *other)
{
	return xasprintf("%.*s%s", (int)(strlen(name) - strlen(ending)), name,
			 other);
}

static void take_pair(const char *path, const char *cert, const char *key,
		      struct certs *out)
{
	if (out->client_cert)
		return;
	out->client_cert = xasprintf("%s/%s", path, cert);
	out->client_key = xasprintf("%s/%s", path, key);
}

static int take_name(const char *path, const struct strvec *names,
		     const char *name, struct certs *out, struct error *err)
{
	bool is_cert = has_ending(name, ".cert");
	autofree char *partner = NULL;

	if (has_ending(name, ".crt")) {
		strvec_addf(&out->ca_files, "%s/%s", path, name);
		return 0;
	}
	if (!is_cert && !has_ending(name, ".key"))
		return 0;
	partner = partner_of(name, is_cert ? ".cert" : ".key",
			     is_cert ? ".key" : ".cert");
	if (!strvec_has(names, partner))
		return error_set(
			err, ERROR_INVALID, "%s/%s: there is no %s beside it%s",
			path, name, partner,
			is_cert ? " (a CA certificate ends in .crt)" : "");
	if (is_cert)
		take_pair(path, name, partner, out);
	return 0;
}

static int read_folder(const char *path, struct certs *out, bool *found,
		       struct error *err)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;

	if (list_names(path, &names, found, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		if (take_name(path, &names, names.items[i], out, err) < 0)
			return -1;
	}
	return 0;
}

int certs_find(const struct strvec *folders, const char *host,
	       struct certs *out, struct error *err)
{
	bool found = false;

	certs_release(out);
	for (size_t i = 0; is_component(host) && !found && i < folders->count;
	     i++) {
		autofree char *path = xasprintf("%s/%s", folders->items[i],
						host);

		if (read_folder(path, out, &found, err) < 0)
			return -1;
	}
	return 0;
}

void certs_release(struct certs *certs)
{
	strvec_release(&certs->ca_files);
	free(certs->client_cert);
	free(certs->client_key);
	*certs = (struct certs)CERTS_INIT;
}
