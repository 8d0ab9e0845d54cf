/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the bytes of one upload go: the Location that a registry hands out,
 * step by step.
 *
 * It may be relative or absolute, at another host, or wrong: registries
 * behind a proxy that speaks TLS for them write http, or leave their port
 * out. A URL on the registry's own host is put right; another host is
 * believed, but gets no credentials, and is never spoken to in the clear by
 * someone who speaks TLS to the registry.
 */
#ifndef REGISTRY_UPLOAD_SESSION_H
#define REGISTRY_UPLOAD_SESSION_H

#include "registry/http/http_message.h"
#include "registry/http/url.h"

/*
 * The URL of the next step from RESPONSE's Location, DENIED where it must not
 * be used. *REPAIRED_OUT tells whether it was put right.
 */
int upload_session_next(const struct http_response *response, struct url *out,
			bool *repaired_out, struct error *err) must_check;

#endif
