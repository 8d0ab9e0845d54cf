/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The container that the tests of templates look at, as docker 26 inspects it
 * (two lists of paths left out), and the loop that runs rows of a template and
 * what docker printed for it. Where a row's text holds the container's name or
 * labels, they come from here.
 */
#ifndef TESTS_UNIT_CMD_TMPL_SAMPLE_H
#define TESTS_UNIT_CMD_TMPL_SAMPLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cmd/tmpl/tmpl.h"

struct tmpl_row {
	const char *text;
	const char *expected; /* output or error */
};

static const char tmpl_sample[] =
	"{\"Id\":\"ff367b469daf89d685f17f584377c41fbc1cb9c1f4d440768221a"
	"bb0e63d32bd\",\"Created\":\"2026-11-23T21:44:53.838365835Z\",\"Pat"
	"h\":\"sh\",\"Args\":[\"-c\",\"echo \\\"hi <b>\\\"; sleep 3\"],\"State\":{\"S"
	"tatus\":\"created\",\"Running\":false,\"Paused\":false,\"Restarting\""
	":false,\"OOMKilled\":false,\"Dead\":false,\"Pid\":0,\"ExitCode\":0,\""
	"Error\":\"\",\"StartedAt\":\"0001-01-01T00:00:00Z\",\"FinishedAt\":\"0"
	"001-01-01T00:00:00Z\"},\"Image\":\"sha256:1b25bd82b804ba6f02d207"
	"adf6755e2c99844cd91d77c167ba93297b378789f9\",\"ResolvConfPath\""
	":\"\",\"HostnamePath\":\"\",\"HostsPath\":\"\",\"LogPath\":\"\",\"Name\":\"/c"
	"mdui1\",\"RestartCount\":0,\"Driver\":\"overlay2\",\"Platform\":\"linu"
	"x\",\"MountLabel\":\"\",\"ProcessLabel\":\"\",\"AppArmorProfile\":\"\",\"E"
	"xecIDs\":null,\"HostConfig\":{\"Binds\":[\"/tmp:/t:ro\"],\"Container"
	"IDFile\":\"\",\"LogConfig\":{\"Type\":\"json-file\",\"Config\":{}},\"Net"
	"workMode\":\"bridge\",\"PortBindings\":{\"80/tcp\":[{\"HostIp\":\"\",\"H"
	"ostPort\":\"8080\"}]},\"RestartPolicy\":{\"Name\":\"no\",\"MaximumRetr"
	"yCount\":0},\"AutoRemove\":false,\"VolumeDriver\":\"\",\"VolumesFrom"
	"\":null,\"ConsoleSize\":[0,0],\"CapAdd\":null,\"CapDrop\":null,\"Cgr"
	"oupnsMode\":\"host\",\"Dns\":[],\"DnsOptions\":[],\"DnsSearch\":[],\"E"
	"xtraHosts\":null,\"GroupAdd\":null,\"IpcMode\":\"private\",\"Cgroup\""
	":\"\",\"Links\":null,\"OomScoreAdj\":0,\"PidMode\":\"\",\"Privileged\":f"
	"alse,\"PublishAllPorts\":false,\"ReadonlyRootfs\":false,\"Securit"
	"yOpt\":null,\"UTSMode\":\"\",\"UsernsMode\":\"\",\"ShmSize\":67108864,\""
	"Sysctls\":{\"net.ipv4.ip_forward\":\"1\"},\"Runtime\":\"runc\",\"Isola"
	"tion\":\"\",\"CpuShares\":0,\"Memory\":67108864,\"NanoCpus\":15000000"
	"00,\"CgroupParent\":\"\",\"BlkioWeight\":0,\"BlkioWeightDevice\":[],"
	"\"BlkioDeviceReadBps\":[],\"BlkioDeviceWriteBps\":[],\"BlkioDevic"
	"eReadIOps\":[],\"BlkioDeviceWriteIOps\":[],\"CpuPeriod\":0,\"CpuQu"
	"ota\":0,\"CpuRealtimePeriod\":0,\"CpuRealtimeRuntime\":0,\"CpusetC"
	"pus\":\"\",\"CpusetMems\":\"\",\"Devices\":[],\"DeviceCgroupRules\":nul"
	"l,\"DeviceRequests\":null,\"MemoryReservation\":0,\"MemorySwap\":1"
	"34217728,\"MemorySwappiness\":null,\"OomKillDisable\":false,\"Pid"
	"sLimit\":null,\"Ulimits\":[{\"Name\":\"nofile\",\"Hard\":6,\"Soft\":5}]"
	",\"CpuCount\":0,\"CpuPercent\":0,\"IOMaximumIOps\":0,\"IOMaximumBan"
	"dwidth\":0},\"GraphDriver\":{\"Name\":\"overlay2\",\"Data\":{\"LowerDi"
	"r\":\"/l\",\"MergedDir\":\"/m\"}},\"Mounts\":[{\"Type\":\"bind\",\"Source\""
	":\"/tmp\",\"Destination\":\"/t\",\"Mode\":\"ro\",\"RW\":false,\"Propagati"
	"on\":\"rprivate\"}],\"Config\":{\"Hostname\":\"ff367b469daf\",\"Domain"
	"name\":\"\",\"User\":\"\",\"AttachStdin\":false,\"AttachStdout\":true,\""
	"AttachStderr\":true,\"ExposedPorts\":{\"80/tcp\":{}},\"Tty\":false,"
	"\"OpenStdin\":false,\"StdinOnce\":false,\"Env\":[\"A=1\",\"B=<x>&\\\"y\\"
	"\"\",\"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/"
	"sbin:/bin\"],\"Cmd\":[\"sh\",\"-c\",\"echo \\\"hi <b>\\\"; sleep 3\"],\"Im"
	"age\":\"127.0.0.1:5000/debian:latest\",\"Volumes\":null,\"WorkingD"
	"ir\":\"\",\"Entrypoint\":null,\"OnBuild\":null,\"Labels\":{\"a\":\"1\",\"b"
	"\":\"2\",\"x.y\":\"z w\"}},\"NetworkSettings\":{\"Bridge\":\"\",\"SandboxI"
	"D\":\"\",\"SandboxKey\":\"\",\"Ports\":{},\"HairpinMode\":false,\"LinkLo"
	"calIPv6Address\":\"\",\"LinkLocalIPv6PrefixLen\":0,\"SecondaryIPAd"
	"dresses\":null,\"SecondaryIPv6Addresses\":null,\"EndpointID\":\"\","
	"\"Gateway\":\"\",\"GlobalIPv6Address\":\"\",\"GlobalIPv6PrefixLen\":0,"
	"\"IPAddress\":\"\",\"IPPrefixLen\":0,\"IPv6Gateway\":\"\",\"MacAddress\""
	":\"\",\"Networks\":{\"bridge\":{\"IPAMConfig\":null,\"Links\":null,\"Al"
	"iases\":null,\"MacAddress\":\"\",\"NetworkID\":\"\",\"EndpointID\":\"\",\""
	"Gateway\":\"\",\"IPAddress\":\"\",\"IPPrefixLen\":0,\"IPv6Gateway\":\"\","
	"\"GlobalIPv6Address\":\"\",\"GlobalIPv6PrefixLen\":0,\"DriverOpts\":"
	"null,\"DNSNames\":null}}}}";

/* Run ROWS; those of a table of failures must fail with the expected text. */
static inline void tmpl_check_rows(const struct tmpl_row *rows, size_t count,
				   bool fails)
{
	static const struct tmpl_options options = { .is_raw = true };
	json_t *data = json_loads(tmpl_sample, 0, NULL);

	assert_non_null(data);
	for (size_t i = 0; i < count; i++) {
		struct strbuf out = STRBUF_INIT;
		struct error err = ERROR_INIT;
		struct tmpl *tmpl = NULL;
		int result = tmpl_parse(rows[i].text, &tmpl, &err);
		const char *got;

		if (!result)
			result = tmpl_execute_with(tmpl, &options, data, &out,
						   &err);
		got = result < 0 ? err.msg : out.text;
		if ((result < 0) != fails || strcmp(got, rows[i].expected))
			print_error("row %s\n", rows[i].text);
		assert_string_equal(got, rows[i].expected);
		assert_int_equal(result, fails ? -1 : 0);
		tmpl_free(tmpl);
		strbuf_release(&out);
		error_release(&err);
	}
	json_decref(data);
}

#endif
