/* SPDX-License-Identifier: Apache-2.0 */
/* The three parts of a script, put together. */
#include "runtime/explain/explain.h"

#include <string.h>
#include <sys/syscall.h>

#include "runtime/explain/explain_group.h"
#include "runtime/explain/explain_mounts.h"
#include "runtime/explain/explain_network.h"
#include "runtime/explain/explain_process.h"
#include "runtime/explain/explain_text.h"
#include "runtime/explain/explain_userns.h"

/* A system call's number as text. */
#define TEXT_OF(number) #number
#define NUMBER(number) TEXT_OF(number)

/* What every script begins with on the host. */
static const char host_functions[] =
	"# Where the script keeps its own files; removed at its end.\n"
	"STATE=$(mktemp -d \"${TMPDIR:-/tmp}/explain.XXXXXX\")\n"
	"ROOTFS=$STATE/rootfs\n"
	"export ID STATE ROOTFS PATH LF\n"
	"\n"
	"# The tools, by path: one of them runs without any environment.\n"
	"SH=$(command -v sh) ENV=$(command -v env) "
	"SETPRIV=$(command -v setpriv) PERL=$(command -v perl)\n"
	"export SH ENV SETPRIV PERL\n"
	"\n"
	"# Whatever happens, no process, group or file stays behind.\n"
	"GROUPS_MADE= LAID= MADE= child= pid= refused=\n"
	"clean_up() {\n"
	"\tstatus=$?\n"
	"\ttrap - EXIT HUP INT TERM\n"
	"\tset +e\n"
	"\t[ -z \"$child\" ] || kill -s KILL $pid \"$child\" 2>/dev/null\n"
	"\t[ -z \"$child\" ] || wait \"$child\" 2>/dev/null\n"
	"\t[ -z \"$LAID\" ] || unlay\n"
	"\tIFS=$LF\n"
	"\tfor group in $GROUPS_MADE; do\n"
	"\t\ttries=0\n"
	"\t\tuntil rmdir \"$group\" 2>/dev/null || [ ! -d \"$group\" ] || "
	"[ $tries -ge 100 ]; do\n"
	"\t\t\ttries=$((tries + 1))\n"
	"\t\t\tsleep 0.05\n"
	"\t\tdone\n"
	"\t\tcase $group in\n"
	"\t\t*/imgctl/*) rmdir \"${group%/*}\" 2>/dev/null ;;\n"
	"\t\tesac\n"
	"\tdone\n"
	"\trm -rf \"$STATE\"\n"
	"\texit \"$status\"\n"
	"}\n"
	"forward() {\n"
	"\t[ -z \"$pid\" ] || kill -s \"$1\" \"$pid\" 2>/dev/null || :\n"
	"}\n"
	"trap clean_up EXIT\n"
	"trap 'forward HUP' HUP\n"
	"trap 'forward INT' INT\n"
	"trap 'forward TERM' TERM\n"
	"\n"
	"# Makes a control group.\n"
	"group() {\n"
	"\tmkdir -p \"$1\"\n"
	"\tGROUPS_MADE=$GROUPS_MADE$1$LF\n"
	"}\n"
	"\n"
	"# Makes one where new groups have no processors until they are "
	"given some.\n"
	"group_with_cpus() {\n"
	"\tinherit_cpus \"$1\"\n"
	"\tGROUPS_MADE=$GROUPS_MADE$1$LF\n"
	"}\n"
	"inherit_cpus() {\n"
	"\tmkdir -p \"$1\"\n"
	"\t[ -z \"$(cat \"$1/cpuset.cpus\")\" ] || return 0\n"
	"\tinherit_cpus \"${1%/*}\"\n"
	"\tcat \"${1%/*}/cpuset.cpus\" >\"$1/cpuset.cpus\"\n"
	"\tcat \"${1%/*}/cpuset.mems\" >\"$1/cpuset.mems\"\n"
	"}\n"
	"\n"
	"# Lets the groups in a v2 group have a controller; a refusal "
	"shows when a limit's file is missing.\n"
	"hand_down() {\n"
	"\techo \"+$1\" 2>/dev/null >\"$2/cgroup.subtree_control\" || :\n"
	"}\n"
	"\n"
	"# Writes a limit; one that is refused is noted.\n"
	"limit() {\n"
	"\tprintf '%s' \"$2\" 2>/dev/null >\"$1\" || "
	"{ refused=$1 value=$2; }\n"
	"}\n";

/* And as the container's first process. */
static const char root_functions[] =
	"set -euf\n"
	"umask 022\n"
	"die() {\n"
	"\techo \"explain: $*\" >&2\n"
	"\texit 125\n"
	"}\n"
	"mnt() {\n"
	"\tmount -n -i -c \"$@\"\n"
	"}\n"
	"\n"
	"# Sets target to what a path of the container is out here: links of "
	"an image lead inside it.\n"
	"inside() {\n"
	"\trest=$1 target=$ROOTFS links=0\n"
	"\twhile [ -n \"$rest\" ]; do\n"
	"\t\tpart=${rest%%/*}\n"
	"\t\tcase $rest in\n"
	"\t\t*/*) rest=${rest#*/} ;;\n"
	"\t\t*) rest= ;;\n"
	"\t\tesac\n"
	"\t\tcase $part in\n"
	"\t\t'' | .) continue ;;\n"
	"\t\t..)\n"
	"\t\t\t[ \"$target\" = \"$ROOTFS\" ] || target=${target%/*}\n"
	"\t\t\tcontinue\n"
	"\t\t\t;;\n"
	"\t\tesac\n"
	"\t\tif [ ! -L \"$target/$part\" ]; then\n"
	"\t\t\ttarget=$target/$part\n"
	"\t\t\tcontinue\n"
	"\t\tfi\n"
	"\t\tlinks=$((links + 1))\n"
	"\t\t[ \"$links\" -le 40 ] || die \"$1: too many links\"\n"
	"\t\tpart=$(readlink \"$target/$part\")\n"
	"\t\trest=$part/$rest\n"
	"\t\tcase $part in\n"
	"\t\t/*) target=$ROOTFS ;;\n"
	"\t\tesac\n"
	"\tdone\n"
	"}\n"
	"\n"
	"# Mount points: a folder; a folder or a file, as the source is.\n"
	"folder() {\n"
	"\tinside \"$1\"\n"
	"\tmode=\n"
	"\t[ ! -d \"$target\" ] || mode=$(stat -c %a \"$target\")\n"
	"\tmkdir -p \"$target\"\n"
	"}\n"
	"place() {\n"
	"\tinside \"$2\"\n"
	"\tif [ -d \"$1\" ]; then\n"
	"\t\tmkdir -p \"$target\"\n"
	"\telif [ ! -e \"$target\" ]; then\n"
	"\t\tmkdir -p \"${target%/*}\"\n"
	"\t\t: >\"$target\"\n"
	"\tfi\n"
	"}\n"
	"\n"
	"# Binds a folder as process $1 has it. No tool binds from another "
	"mount namespace; perl clones it there\n"
	"# (setns, open_tree) and attaches it here (setns, move_mount).\n"
	"borrow() {\n"
	"\t\"$PERL\" -e '\n"
	"open(T, \"<\", \"/proc/$ARGV[0]/ns/mnt\") && open(O, \"<\", "
	"\"/proc/self/ns/mnt\") or die \"$!\\n\";\n"
	"syscall(" NUMBER(
		SYS_setns) ", fileno T, 0x20000) == 0 or die \"enter: $!\\n\";\n"
			   "$from = $ARGV[1]; $to = $ARGV[2]; $none = \"\";\n"
			   "($tree = syscall(" NUMBER(
				   SYS_open_tree) ", -100, $from, 1)) >= 0 or die \"$from: "
						  "$!\\n\";\n"
						  "syscall(" NUMBER(
							  SYS_setns) ", fileno O, 0x20000) == 0 or die \"return: "
								     "$!\\n\";\n"
								     "syscall(" NUMBER(
									     SYS_move_mount) ", $tree, $none, -100, $to, 4) == 0 or die \"$to: "
											     "$!\\n\";\n"
											     "' \"$@\"\n"
											     "}\n"
											     "\n"
											     "# Takes rights from a mount; from it and all below it.\n"
											     "restrict() {\n"
											     "\tmnt -o \"remount,bind,$1\" \"$2\"\n"
											     "}\n"
											     "restrict_all() {\n"
											     "\tfindmnt -nlR -o TARGET \"$2\" | while IFS= read -r at; do\n"
											     "\t\trestrict \"$1\" \"$at\"\n"
											     "\tdone\n"
											     "}\n"
											     "\n"
											     "# Device nodes and links in /dev, unless the image has them.\n"
											     "node() {\n"
											     "\tinside \"${1%/*}\"\n"
											     "\tmkdir -p \"$target\"\n"
											     "\ttarget=$target/${1##*/} mode=$2 owner=$3\n"
											     "\tshift 3\n"
											     "\t[ ! -e \"$target\" ] || return 0\n"
											     "\tmknod -m \"$mode\" \"$target\" \"$@\"\n"
											     "\t[ \"$owner\" = 0:0 ] || chown \"$owner\" \"$target\"\n"
											     "}\n"
											     "link() {\n"
											     "\tinside dev\n"
											     "\t[ -e \"$target/$2\" ] || [ -L \"$target/$2\" ] || "
											     "ln -s \"$1\" \"$target/$2\"\n"
											     "}\n"
											     "\n"
											     "# Covered paths; what is not there needs no cover.\n"
											     "empty=\n"
											     "protect() {\n"
											     "\tinside \"$1\"\n"
											     "\t[ -e \"$target\" ] || return 0\n"
											     "\tmnt --rbind \"$target\" \"$target\"\n"
											     "\trestrict_all ro \"$target\"\n"
											     "}\n"
											     "mask() {\n"
											     "\tinside \"$1\"\n"
											     "\t[ -e \"$target\" ] || return 0\n"
											     "\tif [ ! -d \"$target\" ]; then\n"
											     "\t\tmnt --bind \"$ROOTFS/dev/null\" \"$target\"\n"
											     "\telif [ -n \"$empty\" ]; then\n"
											     "\t\tmnt --bind \"$empty\" \"$target\"\n"
											     "\telse\n"
											     "\t\tmnt -t tmpfs -o ro,nosuid,nodev,noexec,nr_inodes=1 none "
											     "\"$target\"\n"
											     "\t\tempty=$target\n"
											     "\tfi\n"
											     "}\n"
											     "\n"
											     "# Shows the groups whose names hold the container's id.\n"
											     "view_groups() {\n"
											     "\twhile IFS=: read -r number name path; do\n"
											     "\t\tname=${name#name=}\n"
											     "\t\tgroup=/sys/fs/cgroup/${name:-unified}$path\n"
											     "\t\tcase $path in\n"
											     "\t\t*\"$ID\"*) [ ! -d \"$group\" ] || "
											     "view_group \"$1/${name:-unified}\" \"$2\" \"$group\" ;;\n"
											     "\t\tesac\n"
											     "\tdone </proc/self/cgroup\n"
											     "}\n"
											     "view_group() {\n"
											     "\tmkdir -p \"$1\"\n"
											     "\tmnt --bind \"$3\" \"$1\"\n"
											     "\tmnt --make-private \"$1\"\n"
											     "\trestrict \"$2\" \"$1\"\n"
											     "}\n";

static const char exchange[] =
	"\n"
	"# It says its number when it stands ready, or ends.\n"
	"read -r pid <&7 || :\n"
	"if [ -n \"$pid\" ]; then\n";

static const char laying[] = "\t# The network, from outside.\n"
			     "\tlay \"$pid\"\n\n";

static const char exchange_roots[] =
	"\t# Exchange the roots: the new one becomes \"/\" of its mount "
	"namespace and of the process,\n"
	"\t# the old one comes to lie on top of it, and is taken off.\n"
	"\tnsenter --target \"$pid\" --mount pivot_root \"$ROOTFS\" "
	"\"$ROOTFS\"\n"
	"\tnsenter --target \"$pid\" --mount umount -n -i -l /\n"
	"\n"
	"\t# The program may begin.\n"
	"\techo go >&6\n"
	"fi\n"
	"exec 3<&- 6>&- 7<&-\n"
	"\n"
	"# A signal for this script goes to the container; then wait on.\n"
	"while :; do\n"
	"\tstatus=0\n"
	"\twait \"$child\" || status=$?\n"
	"\tkill -s 0 \"$child\" 2>/dev/null || break\n"
	"done\n"
	"child=\n"
	"exit \"$status\"\n";

/* The command, made harmless: nothing of it may end the comment. */
static void add_head(const struct explain *explain, struct strbuf *out)
{
	strbuf_addstr(out, "#!/bin/sh\n# ");
	for (const char *at = explain->command; *at; at++)
		strbuf_addch(out, *at >= ' ' && *at < 0x7f ? *at : '?');
	strbuf_addstr(
		out,
		"\n#\n# What this command does, step by step. It can be "
		"run, by root, with util-linux, coreutils, perl,\n# "
		"iproute2 and nftables; the container's program has the streams of "
		"this script, and its exit status is\n# the script's. "
		"Other than imgctl it keeps no record, no log and no "
		"layer, and no terminal is made.\nset -euf\numask "
		"022\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:"
		"/usr/bin:/sbin:/bin\nLF='\n'\nID=");
	explain_add_word(explain->id, out);
	strbuf_addch(out, '\n');
}

static void add_files(const struct explain *explain, struct strbuf *out)
{
	explain_add_reason("Folders of the container's own layer, and files "
			   "that are made for it alone.",
			   out);
	strbuf_addstr(out, "mkdir -p \"$STATE/upper\" \"$STATE/work\" "
			   "\"$ROOTFS\"\nchmod 711 \"$STATE\"\n");
	for (size_t i = 0; i < explain->file_count; i++) {
		const struct explain_file *file = &explain->files[i];

		strbuf_addf(out, "base64 -d >\"$STATE/%s\" <<'END'\n",
			    file->name);
		explain_add_base64(file->data, file->length, out);
		strbuf_addf(out, "END\nchmod %s \"$STATE/%s\"\n",
			    file->is_program ? "755" : "644", file->name);
	}
	if (!explain->filter)
		return;
	explain_add_reason("The filter of system calls, as the kernel takes "
			   "it.",
			   out);
	strbuf_addstr(out, "base64 -d >\"$STATE/filter.bpf\" <<'END'\n");
	explain_add_base64(explain->filter->program.filter,
			   explain->filter->program.len *
				   sizeof(*explain->filter->program.filter),
			   out);
	strbuf_addstr(out, "END\n");
}

/* Where the container will stand; its folder is made if need be. */
static void add_workdir(const struct explain *explain, struct strbuf *out)
{
	explain_add_reason("The working directory. Standing in it is all that "
			   "is needed: it stays when the roots are exchanged.",
			   out);
	strbuf_addstr(out, "folder ");
	explain_add_word(explain->init->spec->process.cwd, out);
	strbuf_addstr(out, "\ncd \"$target\"\n");
}

static bool has_users(const struct explain *explain)
{
	return explain->init->confine.in_user_namespace;
}

/* What the parts begin with: where there are two, it is said once. */
static int add_functions(const struct explain *explain, struct strbuf *out,
			 struct error *err)
{
	if (!has_users(explain))
		return 0;
	explain_add_reason("What the next two parts have in common.", out);
	strbuf_addstr(out, "FUNCTIONS=$(cat <<'END'\n");
	strbuf_addstr(out, root_functions);
	strbuf_addstr(out, "END\n)\nexport FUNCTIONS\n");
	return explain_userns_before(explain, out, err);
}

static int add_inside(const struct explain *explain, struct strbuf *out,
		      struct error *err)
{
	if (add_functions(explain, out, err) < 0)
		return -1;
	explain_add_reason("Second part: the container's first process, with "
			   "all rights and the host's files still there.",
			   out);
	strbuf_addstr(out, "INSIDE=$(cat <<'END'\n");
	strbuf_addstr(out, has_users(explain)
				   ? "exec 8<&-\neval \"$FUNCTIONS\"\n"
				   : root_functions);
	explain_add_reason("Its number on the host, for whoever exchanges the "
			   "roots.",
			   out);
	strbuf_addstr(out, "read -r pid rest </proc/self/stat\n");
	if (has_users(explain))
		strbuf_addstr(out, "echo \"$pid\" >&4\nread -r joined <&5\n");
	else
		explain_group_join(out);
	explain_process_names(explain, out);
	if (explain_mounts_root(explain, out, err) < 0)
		return -1;
	explain_add_reason("The working directory, should the image have "
			   "none.",
			   out);
	strbuf_addstr(out, "folder ");
	explain_add_word(explain->init->spec->process.cwd, out);
	strbuf_addch(out, '\n');
	if (explain_mounts_plan(explain, out, err) < 0)
		return -1;
	explain_mounts_devices(explain, out);
	explain_process_sysctls(explain, out);
	explain_mounts_protect(explain, out);
	add_workdir(explain, out);
	explain_process_chain(explain, out);
	strbuf_addstr(out, "END\n)\n");
	return 0;
}

static void add_start(const struct explain *explain, struct strbuf *out)
{
	explain_add_reason("First part again: two pipes to talk by, then the "
			   "namespaces, and the container's first process in "
			   "them;\n# it ends when this script is killed.",
			   out);
	strbuf_addstr(out, "mkfifo \"$STATE/up\" \"$STATE/down\"\n"
			   "exec 3<&0 6<>\"$STATE/down\"\n"
			   "export GROUPS_MADE INSIDE\n"
			   "setpriv --pdeathsig KILL ");
	if (has_users(explain))
		strbuf_addstr(out, "unshare --mount --propagation private");
	else
		explain_process_spaces(explain, out);
	strbuf_addf(out,
		    " -- \"$SH\" -c \"$%s\" 4>\"$STATE/up\" "
		    "5<>\"$STATE/down\" %s 3<&- 6>&- &\nchild=$!\n"
		    "exec 7<\"$STATE/up\"\n",
		    has_users(explain) ? "BEFORE" : "INSIDE",
		    explain->has_stdin ? "<&3" : "</dev/null");
	if (has_users(explain)) {
		explain_userns_join(out);
		strbuf_addstr(out, "ROOTFS=/mnt/rootfs\n");
	}
	strbuf_addstr(out, exchange);
	if (explain_network_is_asked(explain))
		strbuf_addstr(out, laying);
	strbuf_addstr(out, exchange_roots);
}

int explain_script(const struct explain *explain, struct strbuf *out,
		   struct error *err)
{
	if (explain_process_check(explain, err) < 0)
		return -1;
	add_head(explain, out);
	strbuf_addch(out, '\n');
	strbuf_addstr(out, host_functions);
	explain_network_functions(explain, out);
	add_files(explain, out);
	if (explain_group_make(explain, out, err) < 0)
		return -1;
	if (has_users(explain))
		explain_userns_open(explain, out);
	explain_add_reason("Last part, as the container's user: a shell that "
			   "waits for its root, and becomes the program.",
			   out);
	strbuf_addstr(out, "LAST=$(cat <<'END'\n");
	explain_process_last(explain, out);
	strbuf_addstr(out, "END\n)\nexport LAST\n");
	if (add_inside(explain, out, err) < 0)
		return -1;
	add_start(explain, out);
	return strbuf_check(out, "the script", err);
}
