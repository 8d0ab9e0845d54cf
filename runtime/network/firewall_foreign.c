/* SPDX-License-Identifier: Apache-2.0 */
/* Reading chains of others. */
#include "runtime/network/firewall_foreign.h"

#include <string.h>

#include "base/alloc.h"

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

/* Names go into commands: only such as need no quoting are touched. */
static bool is_plain(const char *name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";

	return *name && strspn(name, plain) == strlen(name);
}

static bool is_foreign_forward(const json_t *chain)
{
	const char *family = text_of(chain, "family");

	return !strcmp(text_of(chain, "hook"), "forward") &&
	       strcmp(text_of(chain, "table"), "imgctl") != 0 &&
	       (!strcmp(family, "ip") || !strcmp(family, "ip6") ||
		!strcmp(family, "inet")) &&
	       is_plain(text_of(chain, "table")) &&
	       is_plain(text_of(chain, "name"));
}

void firewall_foreign_chains(const json_t *chains, struct strvec *out)
{
	const json_t *list = json_object_get(chains, "nftables");
	const json_t *entry;
	size_t index;

	json_array_foreach(list, index, entry)
	{
		const json_t *chain = json_object_get(entry, "chain");

		if (chain && is_foreign_forward(chain))
			strvec_addf(out, "%s %s %s", text_of(chain, "family"),
				    text_of(chain, "table"),
				    text_of(chain, "name"));
	}
}

/* The mark by which a rule of ours for NAME is known again. */
static char *mark_of(const char *name)
{
	return xasprintf("imgctl:%s", name);
}

static bool refuses(const json_t *rule)
{
	const json_t *list = json_object_get(rule, "expr");
	const json_t *statement;
	size_t index;

	json_array_foreach(list, index, statement)
	{
		if (json_object_get(statement, "drop") ||
		    json_object_get(statement, "reject") ||
		    json_object_get(statement, "jump") ||
		    json_object_get(statement, "goto"))
			return true;
	}
	return false;
}

/* The chain that ANSWER is about, and what its rules do. */
struct look {
	const char *family, *table, *chain;
	bool is_refusing, has_ours;
};

static struct look look_at(const json_t *answer, const char *mark)
{
	struct look look = { "", "", "", false, false };
	const json_t *list = json_object_get(answer, "nftables");
	const json_t *entry;
	size_t index;

	json_array_foreach(list, index, entry)
	{
		const json_t *chain = json_object_get(entry, "chain");
		const json_t *rule = json_object_get(entry, "rule");

		if (chain) {
			look.family = text_of(chain, "family");
			look.table = text_of(chain, "table");
			look.chain = text_of(chain, "name");
			look.is_refusing = look.is_refusing ||
					   !strcmp(text_of(chain, "policy"),
						   "drop");
		}
		if (rule && !strcmp(text_of(rule, "comment"), mark))
			look.has_ours = true;
		else if (rule && refuses(rule))
			look.is_refusing = true;
	}
	return look;
}

bool firewall_foreign_pass(const json_t *chains, const char *name,
			   struct strbuf *out)
{
	static const char *const sides[] = { "iifname", "oifname" };
	autofree char *mark = mark_of(name);
	const json_t *answer;
	bool is_any = false;
	size_t index;

	json_array_foreach(chains, index, answer)
	{
		struct look look = look_at(answer, mark);

		is_any = is_any || look.is_refusing;
		if (!look.is_refusing || look.has_ours)
			continue;
		for (size_t i = 0; i < 2; i++)
			strbuf_addf(out,
				    "insert rule %s %s %s %s \"%s\" counter "
				    "accept comment \"%s\"\n",
				    look.family, look.table, look.chain,
				    sides[i], name, mark);
	}
	return is_any;
}

void firewall_foreign_unpass(const json_t *chains, const char *name,
			     struct strbuf *out)
{
	autofree char *mark = mark_of(name);
	const json_t *answer;
	size_t number;

	json_array_foreach(chains, number, answer)
	{
		const json_t *list = json_object_get(answer, "nftables");
		const json_t *entry;
		size_t index;

		json_array_foreach(list, index, entry)
		{
			const json_t *rule = json_object_get(entry, "rule");

			if (!rule ||
			    strcmp(text_of(rule, "comment"), mark) != 0)
				continue;
			strbuf_addf(out, "delete rule %s %s %s handle %lld\n",
				    text_of(rule, "family"),
				    text_of(rule, "table"),
				    text_of(rule, "chain"),
				    (long long)json_integer_value(
					    json_object_get(rule, "handle")));
		}
	}
}
