/* SPDX-License-Identifier: Apache-2.0 */
/* Commands to libnftables, one transaction each. */
#include "runtime/network/firewall.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <jansson.h>
#include <nftables/libnftables.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "runtime/network/firewall_foreign.h"
#include "runtime/network/firewall_text.h"

/* What is used of the library. */
struct firewall_calls {
	struct nft_ctx *(*create)(uint32_t flags);
	void (*destroy)(struct nft_ctx *context);
	int (*run)(struct nft_ctx *context, const char *commands);
	int (*buffer_output)(struct nft_ctx *context);
	int (*buffer_error)(struct nft_ctx *context);
	const char *(*output)(struct nft_ctx *context);
	const char *(*error)(struct nft_ctx *context);
	void (*set_output_flags)(struct nft_ctx *context, unsigned flags);
};

static int find_calls(void *library, struct firewall_calls *out)
{
	const struct {
		const char *name;
		void *where;
	} wanted[] = {
		{ "nft_ctx_new", &out->create },
		{ "nft_ctx_free", &out->destroy },
		{ "nft_run_cmd_from_buffer", &out->run },
		{ "nft_ctx_buffer_output", &out->buffer_output },
		{ "nft_ctx_buffer_error", &out->buffer_error },
		{ "nft_ctx_get_output_buffer", &out->output },
		{ "nft_ctx_get_error_buffer", &out->error },
		{ "nft_ctx_output_set_flags", &out->set_output_flags },
	};

	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
		void *call = dlsym(library, wanted[i].name);

		if (!call)
			return -1;
		/* as dlsym(3) says pointers to functions are to be taken */
		memcpy(wanted[i].where, &call, sizeof(call));
	}
	return 0;
}

static int load(struct firewall *out, struct error *err)
{
	struct firewall_calls calls;

	out->library = dlopen("libnftables.so.1", RTLD_NOW | RTLD_LOCAL);
	if (!out->library || find_calls(out->library, &calls) < 0)
		return error_set(err, ERROR_UNSUPPORTED,
				 "libnftables.so.1 is not there: bridge "
				 "networks need it (Debian: libnftables1)");
	out->calls = xmemdup(&calls, sizeof(calls));
	out->context = calls.create(NFT_CTX_DEFAULT);
	if (!out->context || calls.buffer_output(out->context) < 0 ||
	    calls.buffer_error(out->context) < 0)
		return error_sys(err, ENOMEM, "prepare firewall rules");
	return 0;
}

int firewall_open(struct firewall *out, struct error *err)
{
	*out = (struct firewall){ .lock_fd = -1 };
	/* one namespace, one set of rules, one lock: whichever store */
	out->lock_fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (out->lock_fd < 0 || flock(out->lock_fd, LOCK_EX) < 0) {
		(void)error_sys(err, errno, "lock the firewall rules");
		firewall_close(out);
		return -1;
	}
	if (load(out, err) < 0) {
		firewall_close(out);
		return -1;
	}
	return 0;
}

void firewall_close(struct firewall *firewall)
{
	/* the kernel frees what was taken out before it lets go of a context */
	cleanup_close(&firewall->lock_fd);
	if (firewall->context)
		firewall->calls->destroy(firewall->context);
	free((void *)(uintptr_t)firewall->calls);
	if (firewall->library)
		(void)dlclose(firewall->library);
	*firewall = (struct firewall){ .lock_fd = -1 };
}

/* The first line of what the library has to say. */
static int complain(const struct firewall *firewall, struct error *err)
{
	const char *text = firewall->calls->error(firewall->context);
	const char *file = strstr(text, "Error: ");

	text = file ? file + strlen("Error: ") : text;
	if (strstr(text, "Operation not supported") ||
	    strstr(text, "Protocol not supported"))
		return error_set(err, ERROR_UNSUPPORTED,
				 "this kernel has no nf_tables for it: %.*s",
				 (int)strcspn(text, "\n"), text);
	return error_set(err,
			 strstr(text, "exist") ? ERROR_EXISTS : ERROR_SYSTEM,
			 "firewall: %.*s", (int)strcspn(text, "\n"), text);
}

static int run(struct firewall *firewall, const struct strbuf *commands,
	       struct error *err)
{
	if (!commands->length ||
	    firewall->calls->run(firewall->context, commands->text) == 0)
		return 0;
	return complain(firewall, err);
}

/* The text that COMMAND prints; NULL when it fails. */
static const char *ask(struct firewall *firewall, const char *command)
{
	if (firewall->calls->run(firewall->context, command) != 0) {
		/* what it says is not wanted */
		(void)firewall->calls->error(firewall->context);
		return NULL;
	}
	return firewall->calls->output(firewall->context);
}

bool firewall_knows(struct firewall *firewall, const struct wiring *wiring)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	for (size_t i = 0; i < wiring->bridge_count; i++)
		firewall_text_ask(&wiring->bridges[i], &text);
	return !text.length || ask(firewall, text.text);
}

bool firewall_is_whole(struct firewall *firewall)
{
	static const struct {
		const char *command, *rule;
	} parts[] = {
		{ "list chain inet imgctl forward\n", "@internal drop" },
		{ "list chain inet imgctl postrouting\n", "@self6" },
		{ "list chain bridge imgctl prerouting\n", "@targets6" },
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		const char *text = ask(firewall, parts[i].command);

		if (!text || !strstr(text, parts[i].rule))
			return false;
	}
	return true;
}

static void add_all(const struct wiring *wiring, bool has_bridges,
		    struct strbuf *out)
{
	for (size_t i = 0; has_bridges && i < wiring->bridge_count; i++)
		firewall_text_add_bridge(&wiring->bridges[i], out);
	for (size_t i = 0; i < wiring->end_count; i++)
		firewall_text_add_end(&wiring->ends[i], out);
	for (size_t i = 0; i < wiring->port_count; i++)
		firewall_text_add_port(&wiring->ports[i], out);
}

int firewall_rebuild(struct firewall *firewall, const struct wiring *all,
		     struct error *err)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	if (!firewall_is_whole(firewall))
		firewall_text_tables(&text);
	add_all(all, true, &text);
	return run(firewall, &text, err);
}

int firewall_add(struct firewall *firewall, const struct wiring *wiring,
		 struct error *err)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	add_all(wiring, false, &text);
	return run(firewall, &text, err);
}

int firewall_drop(struct firewall *firewall, const struct wiring *wiring,
		  struct error *err)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	for (size_t i = 0; i < wiring->end_count; i++)
		firewall_text_drop_end(&wiring->ends[i], &text);
	for (size_t i = 0; i < wiring->port_count; i++)
		firewall_text_drop_port(&wiring->ports[i], &text);
	/* tables that somebody flushed hold nothing to take out */
	return firewall_is_whole(firewall) ? run(firewall, &text, err) : 0;
}

int firewall_drop_bridges(struct firewall *firewall,
			  const struct wiring *wiring, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	for (size_t i = 0; i < wiring->bridge_count; i++)
		firewall_text_drop_bridge(&wiring->bridges[i], &text);
	return firewall_is_whole(firewall) ? run(firewall, &text, err) : 0;
}

/* What COMMAND prints as a document; NULL when it fails. */
static json_t *ask_document(struct firewall *firewall, const char *command)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	json_t *out = NULL;
	const char *text;

	firewall->calls->set_output_flags(
		firewall->context, NFT_CTX_OUTPUT_JSON | NFT_CTX_OUTPUT_HANDLE);
	text = ask(firewall, command);
	firewall->calls->set_output_flags(firewall->context, 0);
	if (text && jsonx_parse(text, strlen(text), "firewall rules", &out,
				&ignored) < 0)
		return NULL;
	return out;
}

/* The rules of every forward chain that is not ours. */
static json_t *read_foreign(struct firewall *firewall)
{
	autoclean(jsonx_free)
		json_t *chains = ask_document(firewall, "list chains\n");
	json_t *out = json_array();
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;

	firewall_foreign_chains(chains, &names);
	for (size_t i = 0; i < names.count; i++) {
		autofree char *command = xasprintf("list chain %s\n",
						   names.items[i]);
		json_t *rules = ask_document(firewall, command);

		if (rules)
			(void)json_array_append_new(out, rules);
	}
	return out;
}

int firewall_pass(struct firewall *firewall, const struct wiring *wiring,
		  bool *has_passed, struct error *err)
{
	autoclean(jsonx_free) json_t *chains = read_foreign(firewall);
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	for (size_t i = 0; i < wiring->bridge_count; i++)
		*has_passed |= firewall_foreign_pass(
			chains, wiring->bridges[i].name, &text);
	return run(firewall, &text, err);
}

int firewall_unpass(struct firewall *firewall, const struct wiring *wiring,
		    struct error *err)
{
	autoclean(jsonx_free) json_t *chains = read_foreign(firewall);
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	for (size_t i = 0; i < wiring->bridge_count; i++)
		firewall_foreign_unpass(chains, wiring->bridges[i].name, &text);
	return run(firewall, &text, err);
}

int firewall_relay(struct firewall *firewall, int sent, int answered,
		   struct error *err)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	firewall_text_relay(sent, answered, &text);
	return run(firewall, &text, err);
}
