/* SPDX-License-Identifier: Apache-2.0 */
/* One registry: trust, credentials, and whether it speaks TLS. */
#include "registry/remote.h"

#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "registry/config/certs.h"
#include "registry/http/redirect.h"
#include "registry/http/url.h"

/* A plain server may wait for ever for the end of what TLS sent it. */
enum { PROBE_TIMEOUT_MS = 5000 };

static int find_credentials(void *context, struct credentials *out,
			    struct error *err)
{
	const struct remote *remote = context;
	const struct credentials *given = remote->credentials;

	if (given) {
		out->username = xstrdup(given->username);
		out->password = xstrdup(given->password);
		out->identity_token = xstrdup(given->identity_token);
		return 0;
	}
	if (!remote->options->credentials)
		return 0;
	if (credentials_find(remote->options->credentials,
			     remote->endpoint->auth_host,
			     remote->endpoint->repository, out, err) < 0)
		return error_wrap(err, "credentials for %s",
				  remote->endpoint->auth_host);
	return 0;
}

/* Trust for HOST by the certs.d folders and the options. */
static int load_trust(const struct client_options *options, const char *host,
		      struct tls_settings *out, struct error *err)
{
	autoclean(certs_release) struct certs certs = CERTS_INIT;

	out->system_file = xstrdup(options->ca_file);
	out->system_folder = xstrdup(options->ca_folder);
	if (!options->cert_folders)
		return 0;
	if (certs_find(options->cert_folders, host, &certs, err) < 0 ||
	    tls_trust(out, &certs.ca_files, err) < 0)
		return error_wrap(err, "certificates for %s", host);
	out->client_cert = TAKE_PTR(certs.client_cert);
	out->client_key = TAKE_PTR(certs.client_key);
	return 0;
}

/* Trust for a token endpoint on another host, kept for the next time. */
static const struct tls_settings *realm_trust(void *context, const char *host)
{
	struct remote *remote = context;
	struct tls_settings settings = TLS_SETTINGS_INIT;
	struct tls_settings *found = NULL;
	struct error err = ERROR_INIT;
	size_t i = 0;

	(void)pthread_mutex_lock(&remote->lock);
	while (i < remote->realm_hosts.count &&
	       strcmp(remote->realm_hosts.items[i], host))
		i++;
	if (i < remote->realm_hosts.count) {
		found = &remote->realms[i];
	} else if (i == 0) { /* a registry has one endpoint, not hundreds */
		if (load_trust(remote->options, host, &settings, &err) < 0)
			log_warn_error("auth", &err, "host=%s", host);
		settings.insecure = remote->endpoint->insecure;
		remote->realms = xmalloc(sizeof(settings));
		remote->realms[0] = settings;
		strvec_add(&remote->realm_hosts, host);
		found = remote->realms;
	}
	(void)pthread_mutex_unlock(&remote->lock);
	return found;
}

static int open_pool(struct remote *remote, struct error *err)
{
	const struct client_options *options = remote->options;
	struct http_options http = {
		.user_agent = options->user_agent,
		.connect_timeout_ms = options->connect_timeout_ms,
		.stall_timeout_ms = options->stall_timeout_ms,
		.cancelled = options->cancelled,
		.cancelled_context = options->cancelled_context,
	};

	return http_pool_open(&http, &remote->pool, err);
}

static int setup(struct remote *remote, struct error *err)
{
	const struct endpoint *endpoint = remote->endpoint;
	struct authorizer_options auth = {
		.tls = &remote->tls,
		.host = endpoint->host,
		.allow_plain = endpoint->insecure,
		.find = find_credentials,
		.trust = realm_trust,
		.context = remote,
	};

	if (load_trust(remote->options, endpoint->host, &remote->tls, err) <
		    0 ||
	    open_pool(remote, err) < 0)
		return -1;
	remote->tls.insecure = endpoint->insecure;
	strvec_addf(&remote->scopes, "repository:%s:%s", endpoint->repository,
		    remote->is_push ? "pull,push" : "pull");
	auth.pool = remote->pool;
	remote->auth = authorizer_new(&auth);
	if (!endpoint->http_allowed)
		remote->base = xstrdup(endpoint->base);
	return 0;
}

int remote_open(const struct remote_options *options,
		const struct endpoint *endpoint, struct remote **out,
		struct error *err)
{
	struct remote *remote = xcalloc(1, sizeof(*remote));

	remote->options = options->client;
	remote->endpoint = endpoint;
	remote->notices = options->notices;
	remote->name = options->name;
	remote->is_push = options->is_push;
	remote->credentials = options->credentials;
	remote->tls = (struct tls_settings)TLS_SETTINGS_INIT;
	(void)pthread_mutex_init(&remote->probe_lock, NULL);
	(void)pthread_mutex_init(&remote->lock, NULL);
	if (setup(remote, err) < 0) {
		remote_close(remote);
		return -1;
	}
	*out = remote;
	return 0;
}

void remote_close(struct remote *remote)
{
	if (!remote)
		return;
	authorizer_free(remote->auth);
	http_pool_close(remote->pool);
	for (size_t i = 0; i < remote->realm_hosts.count; i++)
		tls_settings_release(&remote->realms[i]);
	free(remote->realms);
	strvec_release(&remote->realm_hosts);
	strvec_release(&remote->scopes);
	tls_settings_release(&remote->tls);
	(void)pthread_mutex_destroy(&remote->probe_lock);
	(void)pthread_mutex_destroy(&remote->lock);
	free(remote->base);
	free(remote);
}

static int probe(struct remote *remote, const char *scheme,
		 struct http_response *response, struct error *err)
{
	autofree char *url = xasprintf("%s://%s/v2/", scheme,
				       remote->endpoint->host);
	struct http_request request = { .url = url,
					.tls = &remote->tls,
					.connect_timeout_ms =
						PROBE_TIMEOUT_MS };

	return http_perform(remote->pool, &request, response, err);
}

/*
 * Whether the other side was there but did not speak TLS. A connection that
 * breaks behind the handshake is none of these: TLS 1.3 tells only there
 * that a client certificate is wanted.
 */
static bool may_fall_back(const struct http_response *response)
{
	return response->failure == HTTP_FAILURE_CONNECT ||
	       response->failure == HTTP_FAILURE_HANDSHAKE;
}

/* The probe was an anonymous request: its 401 saves the next one. */
static void learn(struct remote *remote, const struct http_response *response)
{
	autoclean(strvec_release) struct strvec values = STRVEC_INIT;
	autoclean(auth_attempt_release) struct auth_attempt attempt = {
		.scopes = &remote->scopes
	};
	struct error err = ERROR_INIT;
	const char *value;
	size_t at = 0;
	bool again;

	while ((value = http_header_next(response, "WWW-Authenticate", &at)))
		strvec_add(&values, value);
	if (response->status != 401 || values.count == 0)
		return;
	/* what is wrong with it will be told by the first real request */
	if (authorizer_refused(remote->auth, &attempt, &values, &again, &err) <
	    0)
		error_release(&err);
}

static int find_scheme(struct remote *remote, struct error *err)
{
	autoclean(http_response_release) struct http_response response =
		HTTP_RESPONSE_INIT;
	autoclean(error_release) struct error plain = ERROR_INIT;
	const char *scheme = "https";

	if (probe(remote, scheme, &response, err) < 0) {
		if (!may_fall_back(&response))
			return -1;
		scheme = "http";
		if (probe(remote, scheme, &response, &plain) < 0)
			return response.failure == HTTP_FAILURE_CONNECT
				       ? -1 /* the first error says it */
				       : (error_move(err, &plain), -1);
		error_release(err);
	}
	log_debug("registry", "host=%s scheme=%s", remote->endpoint->host,
		  scheme);
	remote->has_answered = true;
	remote->base = xasprintf("%s://%s", scheme, remote->endpoint->host);
	/* who speaks TLS has no reason to name a token endpoint without it */
	authorizer_allow_plain(remote->auth, remote->endpoint->insecure ||
						     !strcmp(scheme, "http"));
	learn(remote, &response);
	return 0;
}

int remote_settle(struct remote *remote, struct error *err)
{
	int result = 0;

	(void)pthread_mutex_lock(&remote->probe_lock);
	if (!remote->base)
		result = find_scheme(remote, err);
	(void)pthread_mutex_unlock(&remote->probe_lock);
	return result;
}

char *remote_url(struct remote *remote, const char *path)
{
	return path ? xasprintf("%s/v2/%s/%s", remote->base,
				remote->endpoint->repository, path)
		    : xasprintf("%s/v2/", remote->base);
}
