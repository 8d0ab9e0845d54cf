/* SPDX-License-Identifier: Apache-2.0 */
/* Runs credential helpers and judges their answers. */
#include "registry/config/credential_helper.h"

#include <string.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "base/proc.h"
#include "base/term.h"
#include "registry/config/auth_key.h"
#include "registry/registry_limits.h"

/* The user under which helpers keep identity tokens. */
static const char token_user[] = "<token>";

/* What they say, word for word, when there is nothing for a server. */
static const char not_found[] = "credentials not found in native keychain";

/* A name from a file becomes part of a program's name, not of a path. */
static int check_name(const char *name, struct error *err)
{
	static const char bytes[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789._-";

	if (strspn(name, bytes) == strlen(name))
		return 0;
	return error_set(err, ERROR_AUTH,
			 "\"%.100s\" is not the name of a credential helper",
			 name);
}

static bool says_not_found(const struct strbuf *answer)
{
	const char *text = answer->text + strspn(answer->text, " \t\r\n");
	size_t length = strlen(not_found);

	return strncmp(text, not_found, length) == 0 &&
	       !text[length + strspn(text + length, " \t\r\n")];
}

static int report(const struct proc_capture *request, struct error *err)
{
	autoclean(strbuf_release) struct strbuf shown =
		STRBUF_LIMIT(REGISTRY_ERROR_SHOWN_MAX);
	const struct strbuf *answer = request->out;
	size_t length = strcspn(answer->text, "\r\n");

	term_sanitize(answer->text, length, &shown);
	return error_set(err, ERROR_AUTH, "exit status %d%s%s", request->status,
			 length ? ": " : "", shown.text);
}

/*
 * Run "docker-credential-NAME VERB" on INPUT. FOUND is false when it says
 * that it has nothing; any other failure is an error.
 */
static int run(const char *name, const char *verb, const struct strbuf *input,
	       struct strbuf *answer, bool *found, struct error *err)
{
	autofree char *program = xasprintf("docker-credential-%s", name);
	char *argv[] = { program, xstrdup(verb), NULL };
	struct proc_capture request = {
		.argv = argv,
		.input = input->text,
		.input_length = input->length,
		.timeout_ms = REGISTRY_HELPER_TIMEOUT_MS,
		.out = answer,
	};
	int result = proc_run(&request, err);

	free(argv[1]);
	*found = true;
	if (result < 0) {
		err->kind = ERROR_AUTH;
	} else if (request.status != 0) {
		*found = !says_not_found(answer);
		result = *found ? report(&request, err) : 0;
	} else {
		result = strbuf_check(answer, "its answer", err);
	}
	return result < 0 ? error_wrap(err, "credential helper %s", program)
			  : 0;
}

static int parse_answer(const struct strbuf *answer, const char *host,
			struct credentials *out, struct error *err)
{
	autoclean(jsonx_free) json_t *json = NULL;
	const char *server;
	const char *username;
	const char *secret;

	if (jsonx_parse(answer->text, answer->length, "its answer", &json,
			err) < 0 ||
	    jsonx_opt_string(json, "ServerURL", "", &server, err) < 0 ||
	    jsonx_opt_string(json, "Username", "", &username, err) < 0 ||
	    jsonx_string(json, "Secret", &secret, err) < 0)
		return -1;
	if (*server) {
		autofree char *wanted = auth_key_normalise(host);
		autofree char *got = auth_key_normalise(server);

		if (strcmp(wanted, got) != 0)
			return error_set(err, ERROR_AUTH,
					 "it answered for another host");
	}
	if (strcmp(username, token_user) == 0) {
		out->identity_token = xstrdup(secret);
	} else {
		out->username = xstrdup(username);
		out->password = xstrdup(secret);
	}
	return 0;
}

int credential_helper_get(const char *name, const char *host,
			  struct credentials *out, bool *found,
			  struct error *err)
{
	struct strbuf answer = STRBUF_LIMIT(REGISTRY_HELPER_ANSWER_MAX);
	autoclean(strbuf_release) struct strbuf input = STRBUF_INIT;
	autofree char *server = auth_key_of_host(host);
	int result;

	*found = false;
	credentials_release(out);
	if (check_name(name, err) < 0)
		return -1;
	strbuf_addstr(&input, server);
	result = run(name, "get", &input, &answer, found, err);
	if (result == 0 && *found) {
		result = parse_answer(&answer, host, out, err);
		if (result < 0) {
			err->kind = ERROR_AUTH;
			(void)error_wrap(err,
					 "credential helper "
					 "docker-credential-%s",
					 name);
		}
		/* Some say "nothing" with empty strings. */
		*found = out->identity_token ||
			 (out->username && *out->username);
	}
	explicit_bzero(answer.text, answer.length);
	strbuf_release(&answer);
	return result;
}

int credential_helper_store(const char *name, const char *host,
			    const struct credentials *credentials,
			    struct error *err)
{
	autoclean(strbuf_release) struct strbuf answer =
		STRBUF_LIMIT(REGISTRY_HELPER_ANSWER_MAX);
	struct strbuf input = STRBUF_INIT;
	autofree char *server = auth_key_of_host(host);
	bool is_token = credentials->identity_token != NULL;
	json_t *request;
	bool ignored;
	int result;

	if (check_name(name, err) < 0)
		return -1;
	request = json_pack(
		"{s:s, s:s, s:s}", "ServerURL", server, "Username",
		is_token ? token_user : credentials->username, "Secret",
		is_token ? credentials->identity_token : credentials->password);
	jsonx_format(request, &input);
	json_decref(request);
	result = run(name, "store", &input, &answer, &ignored, err);
	explicit_bzero(input.text, input.length);
	strbuf_release(&input);
	return result;
}

int credential_helper_erase(const char *name, const char *host, bool *found,
			    struct error *err)
{
	autoclean(strbuf_release) struct strbuf answer =
		STRBUF_LIMIT(REGISTRY_HELPER_ANSWER_MAX);
	autoclean(strbuf_release) struct strbuf input = STRBUF_INIT;
	autofree char *server = auth_key_of_host(host);

	*found = false;
	if (check_name(name, err) < 0)
		return -1;
	strbuf_addstr(&input, server);
	return run(name, "erase", &input, &answer, found, err);
}
