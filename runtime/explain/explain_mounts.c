/* SPDX-License-Identifier: Apache-2.0 */
/* Mount plans as mount(8). */
#include "runtime/explain/explain_mounts.h"

#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/alloc.h"
#include "runtime/explain/explain_text.h"

struct word {
	unsigned long long bit;
	const char *name;
};

static const struct word flag_words[] = {
	{ MS_RDONLY, "ro" },
	{ MS_NOSUID, "nosuid" },
	{ MS_NODEV, "nodev" },
	{ MS_NOEXEC, "noexec" },
	{ MS_SYNCHRONOUS, "sync" },
	{ MS_DIRSYNC, "dirsync" },
	{ MS_MANDLOCK, "mand" },
	{ MS_NOATIME, "noatime" },
	{ MS_NODIRATIME, "nodiratime" },
	{ MS_RELATIME, "relatime" },
	{ MS_STRICTATIME, "strictatime" },
	{ MS_LAZYTIME, "lazytime" },
};

static const struct word set_words[] = {
	{ MOUNT_ATTR_RDONLY, "ro" },
	{ MOUNT_ATTR_NOSUID, "nosuid" },
	{ MOUNT_ATTR_NODEV, "nodev" },
	{ MOUNT_ATTR_NOEXEC, "noexec" },
	{ MOUNT_ATTR_NOATIME, "noatime" },
	{ MOUNT_ATTR_STRICTATIME, "strictatime" },
	{ MOUNT_ATTR_NODIRATIME, "nodiratime" },
};

static const struct word clear_words[] = {
	{ MOUNT_ATTR_RDONLY, "rw" },	       { MOUNT_ATTR_NOSUID, "suid" },
	{ MOUNT_ATTR_NODEV, "dev" },	       { MOUNT_ATTR_NOEXEC, "exec" },
	{ MOUNT_ATTR_NODIRATIME, "diratime" },
};

static const struct word propagation_words[] = {
	{ MS_PRIVATE, "private" },
	{ MS_SLAVE, "slave" },
	{ MS_SHARED, "shared" },
	{ MS_UNBINDABLE, "unbindable" },
};

#define COUNT_OF(words) (sizeof(words) / sizeof(*(words)))

static void add_words(unsigned long long bits, const struct word *words,
		      size_t count, struct strbuf *out)
{
	for (size_t i = 0; i < count; i++) {
		if ((bits & words[i].bit) != words[i].bit)
			continue;
		if (out->length)
			strbuf_addch(out, ',');
		strbuf_addstr(out, words[i].name);
	}
}

static const char *propagation_word(unsigned long propagation)
{
	for (size_t i = 0; i < COUNT_OF(propagation_words); i++)
		if (propagation & propagation_words[i].bit)
			return propagation_words[i].name;
	return "private";
}

/* "/a: why" as the reason of a step; the path is the user's or an image's. */
static void add_mount_reason(const struct mount_op *op, const char *why,
			     struct strbuf *out)
{
	autoclean(strbuf_release) struct strbuf path = STRBUF_INIT;

	for (const char *at = op->shown; *at; at++)
		strbuf_addch(&path, *at >= ' ' && *at < 0x7f ? *at : '?');
	strbuf_addf(out, "\n# %s: %s\n", path.text, why);
}

static const char *why_of(const struct mount_op *op)
{
	static const struct {
		const char *type, *why;
	} rows[] = {
		{ "proc", "its own processes and no others" },
		{ "sysfs", "the kernel's objects as this network sees them" },
		{ "devpts", "terminals of its own" },
		{ "mqueue", "message queues of its own" },
		{ "tmpfs", "memory that goes with the container" },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (op->type && !strcmp(rows[i].type, op->type))
			return rows[i].why;
	return "a file system of its own";
}

/* The options' words and then the file system's own. */
static void add_options(const char *words, const char *data, bool takes_mode,
			struct strbuf *out)
{
	autofree char *all = xasprintf("%s%s%s", words,
				       *words && *data ? "," : "", data);

	if (!*all && !takes_mode)
		return;
	strbuf_addstr(out, " -o ");
	if (*all)
		explain_add_word(all, out);
	/* a tmpfs has the mode of the folder that it covers */
	if (takes_mode)
		strbuf_addf(out, "\"${mode:+%smode=$mode}\"", *all ? "," : "");
}

static void add_filesystem(const struct mount_op *op, const char *source,
			   unsigned long flags, struct strbuf *out)
{
	autoclean(strbuf_release) struct strbuf words = STRBUF_INIT;
	bool takes_mode = !strcmp(op->type, "tmpfs") &&
			  !strstr(op->options.data, "mode=");

	add_words(flags, flag_words, COUNT_OF(flag_words), &words);
	if (takes_mode && !words.length && !*op->options.data)
		strbuf_addstr(&words, "rw");
	strbuf_addstr(out, "mnt -t ");
	explain_add_word(op->type, out);
	add_options(words.text, op->options.data, takes_mode, out);
	strbuf_addch(out, ' ');
	explain_add_word(source, out);
	strbuf_addstr(out, " \"$target\"\n");
}

/* Attributes of the mount TARGET, or of all from there on down. */
static void add_attributes(const struct mount_attributes *attributes,
			   const char *function, struct strbuf *out)
{
	autoclean(strbuf_release) struct strbuf words = STRBUF_INIT;

	add_words(attributes->set, set_words, COUNT_OF(set_words), &words);
	add_words(attributes->clear, clear_words, COUNT_OF(clear_words),
		  &words);
	if (words.length)
		strbuf_addf(out, "%s %s \"$target\"\n", function, words.text);
}

static void explain_filesystem(const struct mount_op *op, struct strbuf *out)
{
	const struct mount_options *options = &op->options;
	const char *source = op->source && *op->source ? op->source : op->type;
	unsigned long flags = options->flags;
	struct mount_attributes late = options->recursive;

	add_mount_reason(op, why_of(op), out);
	strbuf_addstr(out, "folder ");
	explain_add_word(op->target, out);
	strbuf_addch(out, '\n');
	if (options->copy_up) {
		if (flags & MS_RDONLY)
			late.set |= MOUNT_ATTR_RDONLY;
		flags &= ~(unsigned long)MS_RDONLY;
		strbuf_addstr(out, "mkdir -p \"$STATE/scratch/hidden\"\n"
				   "cp -a \"$target/.\" "
				   "\"$STATE/scratch/hidden\"\n");
	}
	add_filesystem(op, source, flags, out);
	if (options->copy_up)
		strbuf_addstr(out, "cp -a \"$STATE/scratch/hidden/.\" "
				   "\"$target\"\n"
				   "rm -rf \"$STATE/scratch/hidden\"\n");
	add_attributes(&late, "restrict", out);
	if (options->propagation && options->propagation != MS_PRIVATE)
		strbuf_addf(out, "mnt --make-%s \"$target\"\n",
			    propagation_word(options->propagation));
}

static void add_propagation(const struct mount_options *options,
			    struct strbuf *out)
{
	bool is_private = !options->propagation;
	bool is_recursive = is_private || options->is_propagation_recursive;

	strbuf_addf(out, "mnt --make-%s%s \"$target\"\n",
		    is_recursive ? "r" : "",
		    propagation_word(options->propagation));
}

/*
 * "/proc/PID/root/PATH" lies in another mount namespace, from where mount(8)
 * binds nothing.
 */
static bool add_borrowed(const struct mount_op *op, struct strbuf *out)
{
	char number[16];
	int length = 0;

	if (sscanf(op->source, "/proc/%15[0-9]/root%n", number, &length) != 1 ||
	    op->source[length] != '/')
		return false;
	strbuf_addf(out, "borrow %s ", number);
	explain_add_word(op->source + length, out);
	strbuf_addstr(out, " \"$target\"\n");
	return true;
}

/* What is not there yet is made as imgctl would, as a folder. */
static void add_missing(const struct explain *explain,
			const struct mount_op *op, struct strbuf *out)
{
	struct stat st;

	if (stat(op->source, &st) == 0 ||
	    !strncmp(op->source, explain->state, strlen(explain->state)))
		return;
	strbuf_addstr(out, "mkdir -p ");
	explain_add_word(op->source, out);
	strbuf_addch(out, '\n');
}

/* "mapped" is a function that explain_userns.c begins its part with. */
static void add_source(const struct explain *explain, const struct mount_op *op,
		       struct strbuf *out)
{
	const struct mount_options *options = &op->options;

	if (!options->idmap && add_borrowed(op, out))
		return;
	if (options->idmap)
		strbuf_addstr(out, "mapped ");
	else
		strbuf_addf(out, "mnt --%s ",
			    options->is_recursive_bind ? "rbind" : "bind");
	explain_add_path(op->source, explain->state, out);
	strbuf_addstr(out, " \"$target\"");
	if (options->idmap)
		strbuf_addf(out, " %d %d", options->is_recursive_bind,
			    options->is_idmap_recursive);
	strbuf_addch(out, '\n');
}

void explain_mounts_stage(const struct explain *explain, size_t index,
			  struct strbuf *out)
{
	const struct mount_op *op = &explain->init->mounts.ops[index];

	add_mount_reason(op,
			 op->options.idmap
				 ? "a part of the host's files, with the ids "
				   "that the container sees"
				 : "a part of the host's files, whoever may "
				   "see them there",
			 out);
	add_missing(explain, op, out);
	strbuf_addstr(out, "stage ");
	explain_add_path(op->source, explain->state, out);
	strbuf_addf(out, " %zu\n", index);
	add_source(explain, op, out);
	strbuf_addstr(out, "mnt --make-rprivate \"$target\"\n");
	add_attributes(&op->options.recursive, "restrict_all", out);
	add_attributes(&op->options.own, "restrict", out);
}

/* In a user namespace: what was put aside for it. */
static void take_staged(const struct mount_op *op, size_t index,
			struct strbuf *out)
{
	unsigned long propagation = op->options.propagation;

	add_mount_reason(op, "what was taken for it", out);
	strbuf_addf(out, "place \"$STATE/trees/%zu\" ", index);
	explain_add_word(op->target, out);
	strbuf_addf(out, "\nmnt --rbind \"$STATE/trees/%zu\" \"$target\"\n",
		    index);
	if (propagation && propagation != MS_PRIVATE)
		add_propagation(&op->options, out);
}

static int explain_bind(const struct explain *explain, size_t index,
			struct strbuf *out, struct error *err)
{
	const struct mount_op *op = &explain->init->mounts.ops[index];

	if (explain->init->confine.in_user_namespace) {
		take_staged(op, index, out);
		return 0;
	}
	if (op->options.idmap)
		return error_set(err, ERROR_UNSUPPORTED,
				 "mount %s: idmap cannot be explained as a "
				 "script where there is no user namespace",
				 op->shown);
	add_mount_reason(op, "a part of the host's files, by another name",
			 out);
	add_missing(explain, op, out);
	strbuf_addstr(out, "place ");
	explain_add_path(op->source, explain->state, out);
	strbuf_addch(out, ' ');
	explain_add_word(op->target, out);
	strbuf_addch(out, '\n');
	add_source(explain, op, out);
	add_propagation(&op->options, out);
	add_attributes(&op->options.recursive, "restrict_all", out);
	add_attributes(&op->options.own, "restrict", out);
	return 0;
}

/* As cgroup_view_mount: the own groups and no others. */
static void explain_group_view(const struct explain *explain,
			       const struct mount_op *op, struct strbuf *out)
{
	const struct cgroup_view *view = &explain->init->cgroups;
	autoclean(strbuf_release) struct strbuf words = STRBUF_INIT;
	bool is_readonly = op->options.own.set & MOUNT_ATTR_RDONLY;

	add_mount_reason(op, "its own control groups and no others", out);
	strbuf_addstr(out, "folder ");
	explain_add_word(op->target, out);
	strbuf_addch(out, '\n');
	if (view->is_unified && view->has_namespace) {
		add_words(op->options.flags, flag_words, COUNT_OF(flag_words),
			  &words);
		strbuf_addf(out,
			    "unshare --cgroup mount -n -i -c -t cgroup2 -o %s "
			    "cgroup \"$target\"\n",
			    words.text);
		return;
	}
	add_words(op->options.own.set, set_words, COUNT_OF(set_words), &words);
	if (view->is_unified) {
		strbuf_addf(out,
			    "view_group \"$target\" %s \"/sys/fs/cgroup"
			    "$(sed -n 's/^0:://p' /proc/$pid/cgroup)\"\n",
			    words.text);
		return;
	}
	strbuf_addf(out,
		    "mnt -t tmpfs -o nosuid,nodev,noexec,mode=755,size=64k "
		    "cgroup \"$target\"\nview_groups \"$target\" %s\n",
		    words.text);
	if (is_readonly)
		strbuf_addstr(out, "restrict ro \"$target\"\n");
}

int explain_mounts_plan(const struct explain *explain, struct strbuf *out,
			struct error *err)
{
	const struct mount_plan *plan = &explain->init->mounts;

	for (size_t i = 0; i < plan->count; i++) {
		const struct mount_op *op = &plan->ops[i];

		if (op->kind == MOUNT_CGROUP)
			explain_group_view(explain, op, out);
		else if (op->kind == MOUNT_FILESYSTEM)
			explain_filesystem(op, out);
		else if (explain_bind(explain, i, out, err) < 0)
			return -1;
	}
	return 0;
}

/* In overlay's options a colon parts layers, and mount(8) parts at commas. */
static int add_lowers(const struct explain *explain, struct strbuf *out,
		      struct error *err)
{
	autoclean(strbuf_release) struct strbuf lowers = STRBUF_INIT;

	for (size_t i = 0; i < explain->lowers->count; i++) {
		const char *path = explain->lowers->items[i];

		if (strpbrk(path, ",:\\\"\n"))
			return error_set(err, ERROR_UNSUPPORTED,
					 "a store at %s cannot be explained as "
					 "a script: its name has one of , : \\",
					 path);
		strbuf_addf(&lowers, "%s%s", i ? ":" : "", path);
	}
	strbuf_addstr(out, "mnt -t overlay -o lowerdir=");
	explain_add_word(lowers.text, out);
	strbuf_addstr(out, ",upperdir=\"$STATE/upper\",workdir=\"$STATE/work\","
			   "redirect_dir=off,metacopy=off,index=off,volatile "
			   "none \"$ROOTFS\"\n");
	return 0;
}

/* What no image fills belongs to the container's root. */
static void add_filling(const struct explain *explain,
			const struct explain_volume *volume, struct strbuf *out)
{
	strbuf_addstr(out, "inside ");
	explain_add_word(volume->destination, out);
	strbuf_addstr(out,
		      "\nif [ -d \"$target\" ]; then\n\tcp -a \"$target/.\" ");
	explain_add_path(volume->path, explain->state, out);
	if (explain->init->confine.in_user_namespace) {
		strbuf_addstr(out, "\nelse\n\tchown \"$OWNER\" ");
		explain_add_path(volume->path, explain->state, out);
	}
	strbuf_addstr(out, "\nfi\n");
}

void explain_mounts_volumes(const struct explain *explain, struct strbuf *out)
{
	for (size_t i = 0; i < explain->volume_count; i++) {
		const struct explain_volume *volume = &explain->volumes[i];

		explain_add_reason("A new volume, which imgctl would keep in "
				   "its store, begins with what it covers.",
				   out);
		strbuf_addstr(out, "mkdir -p ");
		explain_add_path(volume->path, explain->state, out);
		strbuf_addch(out, '\n');
		if (volume->destination)
			add_filling(explain, volume, out);
	}
}

int explain_mounts_plain_root(const struct explain *explain, struct strbuf *out,
			      struct error *err)
{
	if (!explain->root) {
		explain_add_reason("The root file system: the image's layers, "
				   "and the container's own above them.",
				   out);
		return add_lowers(explain, out, err);
	}
	explain_add_reason("The root file system: a folder of the host.", out);
	strbuf_addstr(out, "mnt --rbind ");
	explain_add_word(explain->root, out);
	strbuf_addstr(out, " \"$ROOTFS\"\nmnt --make-rprivate \"$ROOTFS\"\n");
	return 0;
}

int explain_mounts_root(const struct explain *explain, struct strbuf *out,
			struct error *err)
{
	if (explain->init->confine.in_user_namespace) {
		explain_add_reason("The root file system once more: what came "
				   "along with others cannot be moved here.",
				   out);
		strbuf_addstr(out, "mnt --rbind \"$ROOTFS\" \"$ROOTFS\"\n");
		return 0;
	}
	if (explain_mounts_plain_root(explain, out, err) < 0)
		return -1;
	explain_mounts_volumes(explain, out);
	return 0;
}

static void add_node(const struct device_plan *plan,
		     const struct device_node *node, struct strbuf *out)
{
	bool is_pipe = S_ISFIFO(node->mode);

	if (plan->is_bound && !is_pipe) {
		strbuf_addstr(out, "place ");
		explain_add_word(node->host, out);
		strbuf_addch(out, ' ');
		explain_add_word(node->target, out);
		strbuf_addstr(out, "\nmnt --bind ");
		explain_add_word(node->host, out);
		strbuf_addstr(out, " \"$target\"\n");
		return;
	}
	strbuf_addstr(out, "node /");
	explain_add_word(node->target, out);
	strbuf_addf(out, " %04o %u:%u ", node->mode & 07777,
		    (unsigned)node->uid, (unsigned)node->gid);
	if (is_pipe)
		strbuf_addstr(out, "p\n");
	else
		strbuf_addf(out, "%c %u %u\n", S_ISBLK(node->mode) ? 'b' : 'c',
			    major(node->number), minor(node->number));
}

void explain_mounts_devices(const struct explain *explain, struct strbuf *out)
{
	const struct device_plan *plan = &explain->init->devices;
	const char *leads_to;
	const char *name;

	if (plan->is_skipped)
		return;
	explain_add_reason("The devices every program expects, and those that "
			   "were asked for.",
			   out);
	strbuf_addstr(out, "folder dev\n");
	for (size_t i = 0; i < plan->count; i++)
		add_node(plan, &plan->nodes[i], out);
	for (size_t i = 0; (name = devices_link(plan, i, &leads_to)); i++)
		strbuf_addf(out, "link %s %s\n", leads_to, name);
}

static void add_paths(const struct strvec *paths, const char *function,
		      struct strbuf *out)
{
	for (size_t i = 0; i < paths->count; i++) {
		strbuf_addf(out, "%s ", function);
		explain_add_word(paths->items[i], out);
		strbuf_addch(out, '\n');
	}
}

void explain_mounts_protect(const struct explain *explain, struct strbuf *out)
{
	const struct runtime_spec *spec = explain->init->spec;

	if (spec->readonly_paths.count)
		explain_add_reason("Parts of /proc that would change the host "
				   "become read-only.",
				   out);
	add_paths(&spec->readonly_paths, "protect", out);
	if (spec->masked_paths.count)
		explain_add_reason("What tells about the host is covered: "
				   "files by /dev/null, folders by an empty "
				   "file system.",
				   out);
	add_paths(&spec->masked_paths, "mask", out);
	if (!spec->root_readonly)
		return;
	explain_add_reason("Only now the root file system becomes read-only, "
			   "as mount points were made in it.",
			   out);
	strbuf_addstr(out, "restrict ro \"$ROOTFS\"\n");
}
