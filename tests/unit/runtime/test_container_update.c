/* SPDX-License-Identifier: Apache-2.0 */
/* Which new limits fit to the old ones. */
#include "runtime/engine/container_update.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/jsonx.h"

static const struct {
	const char *why, *host, *changes;
	const char *message; /* NULL: it fits */
} rows[] = {
	{ "nothing was limited", "{}", "{\"Memory\": 10}", NULL },
	{ "swap without memory", "{}", "{\"MemorySwap\": 20}",
	  "You should always set the Memory limit when using Memoryswap limit, "
	  "see usage" },
	{ "less swap than memory", "{\"Memory\": 20}", "{\"MemorySwap\": 19}",
	  "Minimum memoryswap limit should be larger than memory limit, see "
	  "usage" },
	{ "less memory than is reserved", "{\"MemoryReservation\": 20}",
	  "{\"Memory\": 19}",
	  "Minimum memory limit can not be less than memory reservation limit, "
	  "see usage" },
	{ "below the swap limit", "{\"MemorySwap\": 20}", "{\"Memory\": 20}",
	  NULL },
	{ "above it", "{\"MemorySwap\": 20}", "{\"Memory\": 21}",
	  "Memory limit should be smaller than already set memoryswap limit, "
	  "update the memoryswap at the same time" },
	{ "both at once", "{\"MemorySwap\": 20}",
	  "{\"Memory\": 21, \"MemorySwap\": 30}", NULL },
	{ "swap without end", "{\"MemorySwap\": -1}", "{\"Memory\": 21}",
	  NULL },
	{ "a period beside processors", "{\"NanoCpus\": 1}",
	  "{\"CpuPeriod\": 1000}",
	  "Conflicting options: CPU Period cannot be updated as NanoCPUs has "
	  "already been set" },
	{ "processors beside a quota", "{\"CpuQuota\": 1000}",
	  "{\"NanoCpus\": 1}",
	  "Conflicting options: Nano CPUs cannot be updated as CPU Quota has "
	  "already been set" },
	{ "a quota beside processors", "{\"NanoCpus\": 1}",
	  "{\"CpuQuota\": 1000}",
	  "Conflicting options: CPU Quota cannot be updated as NanoCPUs has "
	  "already been set" },
	{ "processors beside a period", "{\"CpuPeriod\": 1000}",
	  "{\"NanoCpus\": 1}",
	  "Conflicting options: Nano CPUs cannot be updated as CPU Period has "
	  "already been set" },
	{ "a policy for what goes at its end", "{\"AutoRemove\": true}",
	  "{\"RestartPolicy\": {\"Name\": \"always\"}}",
	  "Restart policy cannot be updated because AutoRemove is enabled for "
	  "the container" },
	{ "no policy for it", "{\"AutoRemove\": true}",
	  "{\"RestartPolicy\": {\"Name\": \"no\"}}", NULL },
};

static void test_container_update__is_checked(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(jsonx_free)
			json_t *host = json_loads(rows[i].host, 0, NULL);
		autoclean(jsonx_free)
			json_t *changes = json_loads(rows[i].changes, 0, NULL);
		autoclean(error_release) struct error err = ERROR_INIT;
		int result = container_update_check(host, changes, &err);

		if (result != (rows[i].message ? -1 : 0))
			fail_msg("%s: %d", rows[i].why, result);
		if (rows[i].message)
			assert_string_equal(err.msg, rows[i].message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_container_update__is_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
