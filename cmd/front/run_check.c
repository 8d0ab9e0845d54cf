/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is refused before anything is looked up or made: words that mean
 * nothing, and options that exclude each other. What a start would refuse later
 * would leave a container behind.
 */
#include <string.h>
#include <strings.h>

#include "cmd/front/run_parts.h"
#include "registry/spec/platform.h"
#include "runtime/network/ip_address.h"
#include "runtime/signals.h"

static int check_platform(const struct run_options *options, struct error *err)
{
	autoclean(platform_release) struct platform platform = PLATFORM_INIT;

	return options->platform && *options->platform
		       ? platform_parse(options->platform, &platform, err)
		       : 0;
}

static int check_signal(const struct run_options *options, struct error *err)
{
	int number;

	return options->stop_signal && *options->stop_signal
		       ? signals_from_name(options->stop_signal, &number, err)
		       : 0;
}

/* docker's list, and the one name that is the UTS namespace's. */
static bool is_separate(const char *name, size_t length)
{
	static const char *const names[] = {
		"kernel.msgmax", "kernel.msgmnb",     "kernel.msgmni",
		"kernel.sem",	 "kernel.shmall",     "kernel.shmmax",
		"kernel.shmmni", "kernel.domainname", "kernel.shm_rmid_forced",
	};

	if (!strncmp(name, "net.", 4) || !strncmp(name, "fs.mqueue.", 10) ||
	    memchr(name, '/', length))
		return true; /* with slashes: a start looks at it */
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (strlen(names[i]) == length &&
		    !strncmp(names[i], name, length))
			return true;
	}
	return false;
}

static int check_sysctls(const struct run_options *options, struct error *err)
{
	for (size_t i = 0; i < options->sysctls.count; i++) {
		const char *text = options->sysctls.items[i];
		size_t length = strcspn(text, "=");

		if (!text[length] || !is_separate(text, length))
			return error_set(err, ERROR_INVALID,
					 "sysctl '%s' is not allowed", text);
	}
	return 0;
}

/* Names and addresses that another namespace's owner decides about. */
static int check_namespaces(const struct run_options *options,
			    struct error *err)
{
	const char *network = options->networks.count
				      ? options->networks.items[0]
				      : "";
	const struct {
		bool is_given;
		const char *what;
	} rows[] = {
		{ options->hostname && *options->hostname, "hostname" },
		{ options->dns.count != 0, "dns" },
		{ options->add_hosts.count != 0, "custom host-to-IP mapping" },
	};

	if (options->uts && !strcmp(options->uts, "host") &&
	    (rows[0].is_given || options->domainname))
		return error_set(err, ERROR_INVALID,
				 "conflicting options: hostname and the UTS "
				 "mode");
	if (strncmp(network, "container:", 10) != 0)
		return 0;
	if (!network[10])
		return error_set(err, ERROR_INVALID,
				 "Invalid network mode: invalid container "
				 "format container:<name|id>");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (rows[i].is_given)
			return error_set(err, ERROR_INVALID,
					 "conflicting options: %s and the "
					 "network mode",
					 rows[i].what);
	}
	return 0;
}

int run_check(const struct run_options *options, struct error *err)
{
	if (check_platform(options, err) < 0 ||
	    check_signal(options, err) < 0 || check_sysctls(options, err) < 0)
		return -1;
	return check_namespaces(options, err);
}

int run_stream_check(void *field, const char *value, struct error *err)
{
	(void)field; /* a list keeps what passed */
	if (!strcasecmp(value, "stdin") || !strcasecmp(value, "stdout") ||
	    !strcasecmp(value, "stderr"))
		return 0;
	return error_set(err, ERROR_INVALID,
			 "valid streams are STDIN, STDOUT and STDERR");
}

int run_dns_check(void *field, const char *value, struct error *err)
{
	struct ip_address address;

	(void)field; /* a list keeps what passed */
	if (ip_address_parse(value, &address, err) == 0)
		return 0;
	return error_set(err, ERROR_INVALID,
			 "IP address is not correctly formatted: %s", value);
}

bool run_has_stream(const struct run_options *options, const char *name)
{
	for (size_t i = 0; i < options->attach.count; i++) {
		if (!strcasecmp(options->attach.items[i], name))
			return true;
	}
	return !options->attach.count;
}
