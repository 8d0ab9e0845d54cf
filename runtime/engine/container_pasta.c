/* SPDX-License-Identifier: Apache-2.0 */
/* What is settled before pasta starts. */
#include "runtime/engine/container_pasta.h"

#include <string.h>

#include "base/atomicfile.h"
#include "base/jsonx.h"
#include "runtime/engine/container_network_record.h"
#include "runtime/engine/spec_request.h"

bool container_pasta_is_asked(const struct container *container)
{
	return !strcmp(spec_string(container->host_config, "NetworkMode"),
		       "pasta");
}

int container_pasta_prepare(const struct container *container, int run_fd,
			    struct container_ports *ports_out,
			    struct error *err)
{
	autoclean(port_hold_release) struct port_hold hold = PORT_HOLD_INIT;
	autoclean(jsonx_free) json_t *record = NULL;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	/* let go of again: pasta is to bind them */
	if (container_ports_take(container, &hold, ports_out, err) < 0)
		return -1;
	record = json_pack("{s:{s:{}},s:o}", "Networks", "pasta", "Ports",
			   container_ports_describe(container, ports_out));
	jsonx_format(record, &text);
	return atomicfile_put(run_fd, CONTAINER_NETWORK_RECORD, text.text,
			      text.length, 0, err);
}
