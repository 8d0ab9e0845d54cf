/* SPDX-License-Identifier: Apache-2.0 */
/* GET /v2/<name>/tags/list, page by page. */
#include "registry/tags.h"

#include <string.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "base/log.h"
#include "registry/exchange.h"
#include "registry/http/url.h"
#include "registry/link_header.h"

enum { TAGS_MAX = 200000 };

struct listing {
	struct strvec tags;
	json_t *seen; /* set of tags and of pages' URLs */
	const char *what;
};

static void listing_release(struct listing *listing)
{
	strvec_release(&listing->tags);
	json_decref(listing->seen);
}
DEFINE_CLEANUP(struct listing, listing_release)

/* Whether KEY comes for the first time. */
static bool is_new(struct listing *listing, const char *key)
{
	return !json_object_get(listing->seen, key) &&
	       !json_object_set_new(listing->seen, key, json_true());
}

static int add_tags(struct listing *listing, const json_t *tags,
		    struct error *err)
{
	for (size_t i = 0; i < json_array_size(tags); i++) {
		const char *tag = json_string_value(json_array_get(tags, i));

		if (!tag || !reference_is_tag(tag, strlen(tag))) {
			log_debug("registry", "tag=\"%s\" is none",
				  tag ? tag : "");
			continue;
		}
		if (is_new(listing, tag))
			strvec_add(&listing->tags, tag);
	}
	if (listing->tags.count <= TAGS_MAX)
		return 0;
	return error_set(err, ERROR_TOO_LARGE, "%s: more than %d",
			 listing->what, TAGS_MAX);
}

static int read_page(struct listing *listing,
		     const struct http_response *response, struct error *err)
{
	autoclean(jsonx_free) json_t *document = NULL;
	json_t *tags = NULL;

	/* "tags": null is how some say that there are none */
	if (jsonx_parse(response->body.text, response->body.length, "tag list",
			&document, err) < 0 ||
	    jsonx_opt_array(document, "tags", &tags, err) < 0)
		return error_wrap(err, "%s", listing->what);
	return tags ? add_tags(listing, tags, err) : 0;
}

/* Move *URL to the next page, or make it NULL at the end. */
static int next_page(struct listing *listing,
		     const struct http_response *response, char **url,
		     struct error *err)
{
	autoclean(url_release) struct url base = URL_INIT;
	autoclean(url_release) struct url next = URL_INIT;
	const char *header = http_header(response, "Link");
	autofree char *target = NULL;

	free(*url);
	*url = NULL;
	if (!header)
		return 0;
	if (link_header_next(header, &target, err) < 0)
		return error_wrap(err, "%s", listing->what);
	if (!target)
		return 0;
	if (url_parse(response->url, &base, err) < 0 ||
	    url_resolve(&base, target, &next, err) < 0)
		return error_wrap(err, "%s: Link", listing->what);
	if (!url_is_same_origin(&base, &next))
		return error_set(err, ERROR_NETWORK,
				 "%s: the list goes on at another host, %s",
				 listing->what, next.host);
	*url = url_format(&next);
	return 0;
}

static int list_all(struct listing *listing, struct remote *remote,
		    struct error *err)
{
	autofree char *url = remote_url(remote, "tags/list");

	for (int page = 0; url && page < REGISTRY_TAGS_PAGES_MAX; page++) {
		autoclean(http_response_release) struct http_response response =
			HTTP_RESPONSE_INIT;
		struct exchange exchange = { .remote = remote,
					     .method = HTTP_GET,
					     .url = url,
					     .limit = REGISTRY_TAGS_PAGE_MAX };

		if (!is_new(listing, url))
			return error_set(err, ERROR_NETWORK,
					 "%s: the list goes round in a circle",
					 listing->what);
		if (exchange_run(&exchange, &response, err) < 0)
			return error_wrap(err, "%s", listing->what);
		if (response.status != 200)
			return exchange_error(&exchange, &response,
					      listing->what, err);
		if (read_page(listing, &response, err) < 0 ||
		    next_page(listing, &response, &url, err) < 0)
			return -1;
	}
	return url ? error_set(err, ERROR_TOO_LARGE, "%s: more than %d pages",
			       listing->what, REGISTRY_TAGS_PAGES_MAX)
		   : 0;
}

struct errand {
	const char *what;
	struct strvec *out;
};

static int list(void *context, struct remote *remote, bool *stop,
		struct error *err)
{
	const struct errand *errand = context;
	autoclean(listing_release) struct listing listing = {
		.seen = json_object(), .what = errand->what
	};

	(void)stop;
	if (list_all(&listing, remote, err) < 0)
		return -1;
	strvec_extend(errand->out, listing.tags.items, listing.tags.count);
	return 0;
}

int tags_list(struct client *client, struct strvec *out, struct error *err)
{
	autofree char *name = reference_familiar_name(client_reference(client));
	autofree char *what = xasprintf("tags of %s", name);
	struct errand errand = { what, out };
	struct client_task task = { list, &errand, what };

	return client_run(client, &task, err);
}
