/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The assembled program is run by a small interpreter and must agree with
 * device_rules_is_allowed, which in turn is checked against a table.
 */
#include "runtime/cgroup/device_filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/jsonx.h"

static bool run_program(const struct device_filter *filter, char type,
			unsigned access, uint32_t major, uint32_t minor)
{
	uint64_t r[11] = { 0 };
	uint32_t context[3] = { access << 16 | (type == 'b' ? 1U : 2U), major,
				minor };

	for (size_t pc = 0; pc < filter->count; pc++) {
		const struct bpf_insn *in = &filter->code[pc];
		uint64_t *dst = &r[in->dst_reg];
		uint64_t imm = (uint64_t)(int64_t)in->imm;

		switch (in->code) {
		case BPF_LDX | BPF_W | BPF_MEM:
			*dst = context[in->off / 4];
			break;
		case BPF_ALU64 | BPF_MOV | BPF_X:
			*dst = r[in->src_reg];
			break;
		case BPF_ALU64 | BPF_MOV | BPF_K:
			*dst = imm;
			break;
		case BPF_ALU64 | BPF_AND | BPF_K:
			*dst &= imm;
			break;
		case BPF_ALU64 | BPF_RSH | BPF_K:
			*dst >>= imm;
			break;
		case BPF_JMP | BPF_JNE | BPF_K:
			pc += *dst != imm ? (size_t)in->off : 0;
			break;
		case BPF_JMP | BPF_JNE | BPF_X:
			pc += *dst != r[in->src_reg] ? (size_t)in->off : 0;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			pc += *dst == imm ? (size_t)in->off : 0;
			break;
		case BPF_JMP | BPF_EXIT:
			return r[0] == 1;
		default:
			fail_msg("instruction %02x", in->code);
		}
	}
	fail_msg("the program runs off its end");
	return false;
}

static void parse_rules(const char *text, struct device_rules *rules)
{
	autoclean(jsonx_free) json_t *list = NULL, *json = json_object();
	autoclean(runtime_resources_release) struct runtime_resources asked = {
		0
	};
	struct error err = ERROR_INIT;

	assert_int_equal(jsonx_parse(text, strlen(text), "t", &list, &err), 0);
	assert_int_equal(json_object_set(json, "devices", list), 0);
	assert_int_equal(runtime_resources_parse(json, &asked, &err), 0);
	device_rules_apply(rules, asked.devices, asked.device_count);
}

#define DENY_ALL "{\"allow\":false,\"access\":\"rwm\"}"

static void test_device_filter__rules_decide(void **state)
{
	static const struct {
		const char *rules;
		char type;
		unsigned access;
		int64_t major, minor;
		bool allowed;
		const char *why;
	} rows[] = {
		{ "[]", 'c', DEVICE_READ, 1, 3, true, "no rule: all allowed" },
		{ "[" DENY_ALL "]", 'c', DEVICE_READ, 1, 3, false, "none" },
		{ "[" DENY_ALL ",{\"allow\":true,\"type\":\"c\",\"major\":1,"
		  "\"minor\":3,\"access\":\"rwm\"}]",
		  'c', DEVICE_READ | DEVICE_WRITE, 1, 3, true, "/dev/null" },
		{ "[" DENY_ALL ",{\"allow\":true,\"type\":\"c\",\"major\":1,"
		  "\"minor\":3,\"access\":\"rwm\"}]",
		  'b', DEVICE_READ, 1, 3, false, "a block device is another" },
		{ "[" DENY_ALL ",{\"allow\":true,\"type\":\"c\",\"major\":1,"
		  "\"minor\":3,\"access\":\"r\"}]",
		  'c', DEVICE_READ | DEVICE_WRITE, 1, 3, false,
		  "half of the access is not enough" },
		{ "[" DENY_ALL ",{\"allow\":true,\"type\":\"c\",\"major\":1,"
		  "\"minor\":3,\"access\":\"r\"},{\"allow\":true,\"type\":"
		  "\"c\",\"major\":1,\"minor\":3,\"access\":\"w\"}]",
		  'c', DEVICE_READ | DEVICE_WRITE, 1, 3, true,
		  "two halves add up" },
		{ "[" DENY_ALL ",{\"allow\":true,\"type\":\"c\",\"access\":"
		  "\"m\"}]",
		  'c', DEVICE_MKNOD, 200, 5, true, "making any node" },
		{ "[" DENY_ALL ",{\"allow\":true,\"type\":\"c\",\"access\":"
		  "\"m\"}]",
		  'c', DEVICE_READ, 200, 5, false, "but not reading it" },
		{ "[" DENY_ALL ",{\"allow\":true,\"type\":\"c\",\"major\":136,"
		  "\"access\":\"rwm\"}]",
		  'c', DEVICE_ALL, 136, 77, true, "every minor: pts" },
		{ "[{\"allow\":false,\"type\":\"c\",\"major\":10,\"minor\":"
		  "229,\"access\":\"w\"}]",
		  'c', DEVICE_READ | DEVICE_WRITE, 10, 229, false,
		  "allowed by default, any overlap is refused" },
		{ "[{\"allow\":false,\"type\":\"c\",\"major\":10,\"minor\":"
		  "229,\"access\":\"w\"}]",
		  'c', DEVICE_READ, 10, 229, true, "the rest is not" },
		{ "[" DENY_ALL ",{\"allow\":true,\"type\":\"c\",\"major\":1,"
		  "\"minor\":3,\"access\":\"rw\"},{\"allow\":false,\"type\":"
		  "\"c\",\"major\":1,\"minor\":3,\"access\":\"w\"}]",
		  'c', DEVICE_WRITE, 1, 3, false,
		  "a later rule takes back part of an earlier" },
		{ "[{\"allow\":true,\"type\":\"c\",\"major\":1,\"minor\":3,"
		  "\"access\":\"rw\"}," DENY_ALL "]",
		  'c', DEVICE_READ, 1, 3, false, "order counts" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct device_rules rules = DEVICE_RULES_INIT;
		struct device_filter filter = DEVICE_FILTER_INIT;

		print_message("row %zu: %s\n", i, rows[i].why);
		parse_rules(rows[i].rules, &rules);
		assert_int_equal(device_rules_is_allowed(
					 &rules, rows[i].type, rows[i].access,
					 rows[i].major, rows[i].minor),
				 rows[i].allowed);
		device_filter_assemble(&rules, &filter);
		for (unsigned access = 1; access <= DEVICE_ALL; access++)
			for (uint32_t major = 0; major < 150; major++)
				for (uint32_t minor = 0; minor < 6; minor++)
					assert_int_equal(
						run_program(
							&filter, rows[i].type,
							access, major, minor),
						device_rules_is_allowed(
							&rules, rows[i].type,
							access, major, minor));
		device_filter_release(&filter);
		device_rules_release(&rules);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_device_filter__rules_decide),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
