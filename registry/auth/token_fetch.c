/* SPDX-License-Identifier: Apache-2.0 */
/* Token endpoints: GET with Basic, or POST with an identity token. */
#include "registry/auth/token_fetch.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/term.h"
#include "registry/config/base64.h"
#include "registry/http/redirect.h"
#include "registry/http/url.h"
#include "registry/registry_limits.h"

#define CLIENT_ID "imgctl"

/* The name under which helpers hand out an identity token as a password. */
#define TOKEN_USER "<token>"

char *token_basic_header(const char *username, const char *password)
{
	autofree char *plain = xasprintf("%s:%s", username, password);
	struct strbuf out = STRBUF_INIT;

	strbuf_addstr(&out, "Basic ");
	base64_encode(plain, strlen(plain), &out);
	explicit_bzero(plain, strlen(plain));
	return strbuf_steal(&out);
}

/* The refresh token to use, or NULL when the credentials hold none. */
static const char *refresh_token_of(const struct credentials *credentials)
{
	if (!credentials)
		return NULL;
	if (credentials->identity_token && *credentials->identity_token)
		return credentials->identity_token;
	if (credentials->username && !strcmp(credentials->username, TOKEN_USER))
		return credentials->password;
	return NULL;
}

static void add_field(struct strbuf *form, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	if (form->length)
		strbuf_addch(form, '&');
	strbuf_addf(form, "%s=", name);
	url_escape(value, form);
}

static int post(const struct token_request *request, const char *url,
		const char *refresh_token, struct http_response *response,
		struct error *err)
{
	autoclean(strbuf_release) struct strbuf form = STRBUF_INIT;
	autoclean(strbuf_release) struct strbuf scope = STRBUF_INIT;
	autoclean(strvec_release) struct strvec headers = STRVEC_INIT;
	struct http_body body = { 0 };
	struct http_request http = { .method = HTTP_POST,
				     .url = url,
				     .headers = &headers,
				     .tls = request->tls,
				     .body = &body,
				     .limit = REGISTRY_TOKEN_MAX };

	for (size_t i = 0; i < request->scopes->count; i++)
		strbuf_addf(&scope, "%s%s", i ? " " : "",
			    request->scopes->items[i]);
	add_field(&form, "grant_type", "refresh_token");
	add_field(&form, "service", request->challenge->service);
	add_field(&form, "client_id", CLIENT_ID);
	add_field(&form, "scope", scope.text);
	add_field(&form, "refresh_token", refresh_token);
	strvec_add(&headers, "Content-Type: application/x-www-form-urlencoded");
	body.data = form.text;
	body.length = (int64_t)form.length;
	return http_perform(request->pool, &http, response, err);
}

static int get(const struct token_request *request, const struct url *realm,
	       struct http_response *response, struct error *err)
{
	const struct credentials *credentials = request->credentials;
	struct url url = URL_INIT;
	autofree char *text = NULL;
	autofree char *basic = NULL;
	struct http_request http = { .method = HTTP_GET,
				     .tls = request->tls,
				     .limit = REGISTRY_TOKEN_MAX };

	if (url_resolve(realm, "", &url, err) < 0)
		return -1;
	if (request->challenge->service)
		url_add_query(&url, "service", request->challenge->service);
	for (size_t i = 0; i < request->scopes->count; i++)
		url_add_query(&url, "scope", request->scopes->items[i]);
	if (credentials && credentials->username && *credentials->username) {
		url_add_query(&url, "account", credentials->username);
		basic = token_basic_header(
			credentials->username,
			credentials->password ? credentials->password : "");
	}
	text = url_format(&url);
	url_release(&url);
	http.url = text;
	http.authorization = basic;
	return redirect_follow(request->pool, &http, response, err);
}

/* One sentence about an endpoint that gave no token. */
static int describe(const struct token_request *request, const char *place,
		    const struct http_response *response, struct error *err)
{
	const struct credentials *credentials = request->credentials;
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(REGISTRY_ERROR_SHOWN_MAX);
	enum error_kind kind = ERROR_NETWORK;
	const char *user;

	if (response->status >= 400 && response->status < 500 &&
	    response->status != 408 && response->status != 429)
		kind = ERROR_AUTH;
	user = credentials && credentials->username ? credentials->username
						    : NULL;
	if (response->body.length) {
		strbuf_addstr(&text, ": ");
		term_sanitize(response->body.text, response->body.length,
			      &text);
	}
	return error_set(
		err, kind, "token endpoint %s %s (HTTP %ld, %s%s)%s", place,
		kind == ERROR_AUTH && credentials
			? "refused the credentials (unauthorized)"
			: "gave no token",
		response->status, credentials ? "as " : "anonymous",
		credentials ? user ? user : "identity token" : "", text.text);
}

/* Whether the endpoint knows no POST, so that a password may be tried. */
static bool is_post_unknown(long status)
{
	return status == 400 || status == 401 || status == 404 || status == 405;
}

static int ask(const struct token_request *request, const struct url *realm,
	       struct http_response *response, struct error *err)
{
	const struct credentials *credentials = request->credentials;
	const char *refresh_token = refresh_token_of(credentials);
	autofree char *text = url_format(realm);

	if (!refresh_token)
		return get(request, realm, response, err);
	if (post(request, text, refresh_token, response, err) < 0)
		return -1;
	if (!is_post_unknown(response->status) ||
	    refresh_token == credentials->password || !credentials->password ||
	    !*credentials->password)
		return 0;
	return get(request, realm, response, err);
}

int token_fetch(const struct token_request *request,
		struct http_response *response, struct token *out,
		struct error *err)
{
	autoclean(url_release) struct url realm = URL_INIT;
	autofree char *place = NULL;
	int64_t now = clock_monotonic();

	http_response_release(response);
	response->failure = HTTP_FAILURE_REQUEST;
	if (url_parse(request->challenge->realm, &realm, err) < 0) {
		err->kind = ERROR_DENIED;
		return error_wrap(err, "token endpoint");
	}
	place = url_authority(&realm);
	if (!realm.is_https && !request->allow_plain)
		return error_set(err, ERROR_DENIED,
				 "the token endpoint http://%s is not "
				 "encrypted and will not be asked",
				 place);
	if (ask(request, &realm, response, err) < 0)
		return error_wrap(err, "token endpoint");
	if (response->status != 200)
		return describe(request, place, response, err);
	if (token_parse(response->body.text, response->body.length, now, out,
			err) < 0) {
		response->failure = HTTP_FAILURE_REQUEST;
		return error_wrap(err, "token endpoint %s", place);
	}
	return 0;
}
