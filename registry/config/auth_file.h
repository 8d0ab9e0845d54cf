/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One auth file: docker's config.json or the containers tools' auth.json.
 *
 * Reading checks only what is looked at: the rest of docker's configuration
 * is somebody else's and must survive a change. Errors name the file and the
 * key, never a secret.
 */
#ifndef REGISTRY_CONFIG_AUTH_FILE_H
#define REGISTRY_CONFIG_AUTH_FILE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "registry/config/secret.h"

/* A change to a document, made in place. */
struct auth_file_edit {
	int (*apply)(void *context, json_t *document, struct error *err);
	void *context;
};

/*
 * Parse LENGTH bytes of a file called NAME into an object; nothing but blanks
 * is an empty one.
 */
int auth_file_parse(const char *text, size_t length, const char *name,
		    json_t **out, struct error *err) must_check;

/* Read the file PATH; *OUT is NULL when there is none. */
int auth_file_read(const char *path, json_t **out,
		   struct error *err) must_check;

/*
 * Read the file PATH (its target, if it is a link; nothing, if it does not
 * exist), apply EDIT, and put the result in its place, readable for
 * its owner only. Missing folders are made. Two changes at once wait for each
 * other.
 */
int auth_file_change(const char *path, const struct auth_file_edit *edit,
		     struct error *err) must_check;

/*
 * The credentials in DOCUMENT under a key that normalises to KEY; the form
 * docker writes itself wins over others. FOUND tells whether there are any;
 * an entry without content, as docker leaves beside a helper, is none.
 */
int auth_file_find(const json_t *document, const char *key,
		   struct credentials *out, bool *found,
		   struct error *err) must_check;

/*
 * The name of the helper program DOCUMENT sets for HOST, borrowed, or NULL:
 * from credHelpers, else credsStore.
 */
int auth_file_helper(const json_t *document, const char *host, const char **out,
		     struct error *err) must_check;

/*
 * Put CREDENTIALS for HOST into DOCUMENT, or an entry without content when
 * they are NULL, in place of all entries for that host.
 */
int auth_file_set(json_t *document, const char *host,
		  const struct credentials *credentials,
		  struct error *err) must_check;

/* Remove all entries for HOST from DOCUMENT; tell whether there were any. */
int auth_file_remove(json_t *document, const char *host, bool *removed,
		     struct error *err) must_check;

#endif
