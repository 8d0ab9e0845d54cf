/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way into a user namespace. The order is that of launch.h: maps are
 * written from outside, what needs the host's rights is made by a process that
 * has them, and handed over. imgctl hands over descriptors of detached mounts,
 * a shell has none: here mounts lie in a mount namespace that the container's
 * is a copy of, and are bound from there once more, as those that came along
 * may be neither moved nor taken off.
 */
#include "runtime/explain/explain_userns.h"

#include <sys/mount.h>
#include <sys/syscall.h>

#include "runtime/explain/explain_mounts.h"
#include "runtime/explain/explain_process.h"
#include "runtime/explain/explain_text.h"

static void add_map(const struct runtime_id_maps *maps, const char *name,
		    struct strbuf *out)
{
	strbuf_addf(out, "cat >\"/proc/$keeper/%s\" <<'END'\n", name);
	for (size_t i = 0; i < maps->count; i++)
		strbuf_addf(out, "%u %u %u\n", maps->items[i].container,
			    maps->items[i].host, maps->items[i].size);
	strbuf_addstr(out, "END\n");
}

void explain_userns_open(const struct explain *explain, struct strbuf *out)
{
	const struct runtime_namespace *users =
		&explain->init->spec->namespaces[RUNTIME_NAMESPACE_USER];

	if (users->path) {
		explain_add_reason("The user namespace that the container is "
				   "to be in.",
				   out);
		strbuf_addstr(out, "exec 8<");
		explain_add_word(users->path, out);
		strbuf_addch(out, '\n');
		return;
	}
	explain_add_reason("The container's user namespace. A process keeps "
			   "it until descriptor 8 does; it ends with\n# this "
			   "script, should that be killed.",
			   out);
	strbuf_addstr(out, "mkfifo \"$STATE/made\" \"$STATE/hold\"\n"
			   "exec 7<>\"$STATE/hold\"\n"
			   "unshare --user -- \"$SH\" -c 'echo; read -r end' "
			   ">\"$STATE/made\" <\"$STATE/hold\" 7<&- &\n"
			   "keeper=$!\n"
			   "read -r made <\"$STATE/made\" || :\n");
	explain_add_reason("Which ids of the host its ids are (its own, the "
			   "host's, how many), written by the host's root:\n"
			   "# groups first, so that setgroups(2) stays "
			   "allowed.",
			   out);
	add_map(&explain->init->spec->gid_maps, "gid_map", out);
	add_map(&explain->init->spec->uid_maps, "uid_map", out);
	strbuf_addstr(out, "exec 8<\"/proc/$keeper/ns/user\" 7<&-\n"
			   "wait \"$keeper\" || :\n");
}

/* What BEFORE begins with; numbers are those of the kernel's headers. */
static void add_functions(struct strbuf *out)
{
	strbuf_addf(
		out,
		"\n# A place aside for a mount: target becomes a folder, or a "
		"file, as the source is.\n"
		"stage() {\n"
		"\ttarget=$STATE/trees/$2\n"
		"\tif [ -d \"$1\" ]; then\n"
		"\t\tmkdir -p \"$target\"\n"
		"\telse\n"
		"\t\t: >\"$target\"\n"
		"\tfi\n"
		"}\n"
		"\n"
		"# Binds a folder, or (1) all below it, with the ids that the "
		"user namespace has for them; (1) all of it.\n"
		"# No tool of Debian 12 shifts ids; perl clones the mounts "
		"(open_tree), maps them (mount_setattr with\n"
		"# the namespace, MOUNT_ATTR_IDMAP) and attaches them "
		"(move_mount).\n"
		"mapped() {\n"
		"\t\"$PERL\" -e '\n"
		"$from = $ARGV[0]; $to = $ARGV[1]; $none = \"\"; $below = "
		"0x8000;\n"
		"($tree = syscall(%d, -100, $from, 1 | $ARGV[2] * $below)) >= "
		"0 or die \"$from: $!\\n\";\n"
		"$map = pack(\"QQQQ\", 0x%llx, 0, 0, 8);\n"
		"syscall(%d, $tree, $none, 0x1000 | $ARGV[3] * $below, $map, "
		"length $map) == 0 or die \"$from: map ids: $!\\n\";\n"
		"syscall(%d, $tree, $none, -100, $to, 4) == 0 or die \"$to: "
		"$!\\n\";\n"
		"' \"$@\"\n"
		"}\n",
		SYS_open_tree, (unsigned long long)MOUNT_ATTR_IDMAP,
		SYS_mount_setattr, SYS_move_mount);
}

/*
 * An overlay makes files of its own by the ids of whoever mounts it, and below
 * such mounts no file may be made but by ids that are mapped; mount(8) is for
 * root only.
 */
static void add_stack(struct strbuf *out)
{
	strbuf_addf(
		out,
		"\n# Mounts an overlay by the ids of the container's root, "
		"with all rights: they alone may make files there\n"
		"# (setfsgid, setfsuid, which takes rights away, and capset, "
		"which has them back; mount).\n"
		"stack() {\n"
		"\t\"$PERL\" -e '\n"
		"($uid, $gid) = split(/:/, shift); ($options, $target) = "
		"@ARGV; $type = \"overlay\";\n"
		"$head = pack(\"LL\", 0x20080522, 0); $rights = pack(\"L6\", "
		"0);\n"
		"syscall(%d, $head, $rights) == 0 or die \"capget: $!\\n\";\n"
		"syscall(%d, $gid + 0); syscall(%d, $uid + 0);\n"
		"syscall(%d, $head, $rights) == 0 or die \"capset: $!\\n\";\n"
		"chdir \"$ENV{STATE}/layers\" or die \"$!\\n\";\n"
		"syscall(%d, $type, $target, $type, 0, $options) == 0 or die "
		"\"mount the layers: $!\\n\";\n"
		"' \"$@\"\n"
		"}\n",
		SYS_capget, SYS_setfsgid, SYS_setfsuid, SYS_capset, SYS_mount);
}

/* The host's id of MAPS' id 0; one that is not there is nobody's. */
static uint32_t outside(const struct runtime_id_maps *maps)
{
	for (size_t i = 0; maps && i < maps->count; i++)
		if (!maps->items[i].container)
			return maps->items[i].host;
	return 65534;
}

static bool is_shifted(const struct runtime_id_maps *maps)
{
	for (size_t i = 0; maps && i < maps->count; i++)
		if (maps->items[i].container != maps->items[i].host)
			return true;
	return false;
}

static void add_layers(const struct explain *explain, struct strbuf *out)
{
	size_t count = explain->lowers->count;

	explain_add_reason("The image's layers, and the folder of the "
			   "container's own, with ids shifted: what is kept "
			   "has the\n# ids that the container sees.",
			   out);
	for (size_t i = 0; i < count; i++) {
		strbuf_addf(out, "mkdir -p \"$STATE/layers/%zu\"\nmapped ", i);
		explain_add_word(explain->lowers->items[i], out);
		strbuf_addf(out, " \"$STATE/layers/%zu\" 0 0\n", i);
	}
	strbuf_addstr(out, "mkdir \"$STATE/layers/own\"\n"
			   "mapped \"$STATE\" \"$STATE/layers/own\" 0 0\n");
	explain_add_reason("The root file system: these, one above the other.",
			   out);
	strbuf_addstr(out, "stack \"$OWNER\" lowerdir=");
	for (size_t i = 0; i < count; i++)
		strbuf_addf(out, "%s%zu", i ? ":" : "", i);
	strbuf_addstr(out, ",upperdir=own/upper,workdir=own/work,"
			   "redirect_dir=off,metacopy=off,index=off,volatile "
			   "\"$ROOTFS\"\n");
}

static int add_root(const struct explain *explain, struct strbuf *out,
		    struct error *err)
{
	if (!is_shifted(explain->uids) && !is_shifted(explain->gids))
		return explain_mounts_plain_root(explain, out, err);
	if (!explain->root) {
		add_layers(explain, out);
		return 0;
	}
	explain_add_reason("The root file system: a folder of the host, with "
			   "ids shifted.",
			   out);
	strbuf_addstr(out, "mapped ");
	explain_add_word(explain->root, out);
	strbuf_addstr(out, " \"$ROOTFS\" 1 1\nmnt --make-rprivate "
			   "\"$ROOTFS\"\n");
	return 0;
}

static void add_sources(const struct explain *explain, struct strbuf *out)
{
	const struct mount_plan *plan = &explain->init->mounts;

	strbuf_addstr(out, "mkdir \"$STATE/trees\"\n");
	for (size_t i = 0; i < plan->count; i++)
		if (plan->ops[i].kind == MOUNT_BIND)
			explain_mounts_stage(explain, i, out);
}

/* Files that are made for the container are its root's. */
static void add_owner(const struct explain *explain, struct strbuf *out)
{
	explain_add_reason("What the container's root may write to: the files "
			   "made for it, and a folder for what a file system\n"
			   "# covers.",
			   out);
	strbuf_addstr(out, "mkdir \"$STATE/scratch\"\n"
			   "chown \"$OWNER\" \"$STATE/scratch\"");
	for (size_t i = 0; i < explain->file_count; i++)
		if (!explain->files[i].is_program)
			strbuf_addf(out, " \"$STATE/%s\"",
				    explain->files[i].name);
	strbuf_addch(out, '\n');
}

void explain_userns_join(struct strbuf *out)
{
	explain_add_reason("It says its number. Into the control groups it is "
			   "put from here: its own root may not do that,\n"
			   "# and who makes the namespaces is not to stay in "
			   "them.",
			   out);
	strbuf_addstr(out, "if read -r pid <&7; then\n"
			   "\tIFS=$LF\n"
			   "\tfor group in $GROUPS_MADE; do\n"
			   "\t\techo \"$pid\" >\"$group/cgroup.procs\"\n"
			   "\tdone\n"
			   "\tunset IFS\n"
			   "\techo joined >&6\n"
			   "fi\n");
}

int explain_userns_before(const struct explain *explain, struct strbuf *out,
			  struct error *err)
{
	explain_add_reason("A part between: the process that will be the "
			   "container's first one, with the host's rights "
			   "still.",
			   out);
	strbuf_addf(out,
		    "BEFORE=$(cat <<'END'\neval \"$FUNCTIONS\"\nOWNER=%u:%u\n",
		    outside(explain->uids), outside(explain->gids));
	add_functions(out);
	add_stack(out);
	explain_process_score(explain, out);
	if (add_root(explain, out, err) < 0)
		return -1;
	explain_mounts_volumes(explain, out);
	add_sources(explain, out);
	add_owner(explain, out);
	explain_add_reason("All this where the container's root can go, "
			   "whatever is around it.",
			   out);
	strbuf_addstr(out, "mnt --rbind \"$STATE\" /mnt\n"
			   "STATE=/mnt ROOTFS=/mnt/rootfs\n");
	explain_add_reason("Enter the user namespace as its root; all other "
			   "namespaces that are made belong to it.",
			   out);
	strbuf_addstr(out, "exec ");
	explain_process_spaces(explain, out);
	strbuf_addstr(out, " -- \"$SH\" -c \"$INSIDE\"\nEND\n)\n");
	return 0;
}
