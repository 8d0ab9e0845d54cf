/* SPDX-License-Identifier: Apache-2.0 */
/* Materials of a build. */
#include "builder/attest/build_materials.h"

#include <string.h>

#include "base/alloc.h"
#include "base/strvec.h"

char *build_materials_address(const char *address)
{
	const char *host = strstr(address, "://");
	size_t length;
	const char *at;

	if (!host)
		return xstrdup(address);
	host += 3;
	length = strcspn(host, "/?#");
	at = memrchr(host, '@', length);
	return at ? xasprintf("%.*s%s", (int)(host - address), address, at + 1)
		  : xstrdup(address);
}

void build_materials_add(struct build_materials *materials, const char *address,
			 const char *algorithm, const char *digits)
{
	autofree char *name = NULL;

	if (!materials)
		return;
	name = build_materials_address(address);
	(void)pthread_mutex_lock(&materials->lock); /* no way to fail */
	if (!materials->found)
		materials->found = json_object();
	(void)json_object_set_new(materials->found, name,
				  json_pack("{s:s}", algorithm, digits));
	(void)pthread_mutex_unlock(&materials->lock);
}

json_t *build_materials_list(struct build_materials *materials)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;
	json_t *list = json_array();
	const char *name;
	json_t *digest;

	json_object_foreach(materials->found, name, digest)
	{
		strvec_add(&names, name);
	}
	strvec_sort(&names);
	for (size_t i = 0; i < names.count; i++)
		(void)json_array_append_new(
			list,
			json_pack("{s:s,s:O}", "uri", names.items[i], "digest",
				  json_object_get(materials->found,
						  names.items[i])));
	return list;
}

void build_materials_release(struct build_materials *materials)
{
	json_decref(materials->found);
	(void)pthread_mutex_destroy(&materials->lock); /* nobody holds it */
}
