/* SPDX-License-Identifier: Apache-2.0 */
/* Hash set of strings: open addressing, linear probing, SipHash-2-4. */
#include "layers/tar/path_set.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/alloc.h"

/* Marks a slot whose path was removed; never dereferenced. */
static char *const removed = (char *)1;

struct sip {
	uint64_t v0, v1, v2, v3;
};

static uint64_t rotate(uint64_t value, int bits)
{
	return value << bits | value >> (64 - bits);
}

static void sip_round(struct sip *s)
{
	s->v0 += s->v1;
	s->v1 = rotate(s->v1, 13) ^ s->v0;
	s->v0 = rotate(s->v0, 32);
	s->v2 += s->v3;
	s->v3 = rotate(s->v3, 16) ^ s->v2;
	s->v0 += s->v3;
	s->v3 = rotate(s->v3, 21) ^ s->v0;
	s->v2 += s->v1;
	s->v1 = rotate(s->v1, 17) ^ s->v2;
	s->v2 = rotate(s->v2, 32);
}

static void sip_word(struct sip *s, uint64_t word)
{
	s->v3 ^= word;
	sip_round(s);
	sip_round(s);
	s->v0 ^= word;
}

static uint64_t hash(const struct path_set *set, const char *path)
{
	size_t length = strlen(path);
	uint64_t k0;
	uint64_t k1;
	uint64_t tail = (uint64_t)length << 56;
	struct sip s;

	memcpy(&k0, set->key, 8);
	memcpy(&k1, set->key + 8, 8);
	s = (struct sip){ k0 ^ UINT64_C(0x736f6d6570736575),
			  k1 ^ UINT64_C(0x646f72616e646f6d),
			  k0 ^ UINT64_C(0x6c7967656e657261),
			  k1 ^ UINT64_C(0x7465646279746573) };
	for (; length >= 8; length -= 8, path += 8) {
		uint64_t word;

		memcpy(&word, path, 8);
		sip_word(&s, word);
	}
	for (size_t i = 0; i < length; i++)
		tail |= (uint64_t)(unsigned char)path[i] << (8 * i);
	sip_word(&s, tail);
	s.v2 ^= 0xff;
	for (int i = 0; i < 4; i++)
		sip_round(&s);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

void path_set_init(struct path_set *set, size_t limit)
{
	*set = (struct path_set){ .limit = limit };
	/* without entropy the key is weak, which only costs time */
	if (getrandom(set->key, sizeof(set->key), GRND_NONBLOCK) < 0)
		set->key[0] = 1;
}

/* The slot that holds PATH, or NULL. */
static char **find(const struct path_set *set, const char *path)
{
	size_t at;

	if (!set->slot_count)
		return NULL;
	at = (size_t)hash(set, path) & (set->slot_count - 1);
	while (set->slots[at]) {
		if (set->slots[at] != removed && !strcmp(set->slots[at], path))
			return &set->slots[at];
		at = (at + 1) & (set->slot_count - 1);
	}
	return NULL;
}

static void place(struct path_set *set, char *path)
{
	size_t at = (size_t)hash(set, path) & (set->slot_count - 1);

	while (set->slots[at])
		at = (at + 1) & (set->slot_count - 1);
	set->slots[at] = path;
}

static void grow(struct path_set *set)
{
	char **old = set->slots;
	size_t old_count = set->slot_count;

	set->bytes -= old_count * sizeof(*old);
	/* removed slots vanish here, so growing may keep the size */
	set->slot_count = 64;
	while (set->slot_count < set->count * 4)
		set->slot_count *= 2;
	set->slots = xcalloc(set->slot_count, sizeof(*set->slots));
	set->bytes += set->slot_count * sizeof(*set->slots);
	set->used = set->count;
	for (size_t i = 0; i < old_count; i++)
		if (old[i] && old[i] != removed)
			place(set, old[i]);
	free(old);
}

int path_set_add(struct path_set *set, const char *path, struct error *err)
{
	size_t size = strlen(path) + 1;

	if (find(set, path))
		return 0;
	if (set->bytes >= set->limit || set->limit - set->bytes < size + 16)
		return error_set(err, ERROR_TOO_LARGE,
				 "too many names to remember");
	if (set->used >= set->slot_count / 4 * 3)
		grow(set);
	place(set, xmemdup(path, size));
	set->bytes += size + 16; /* what malloc adds */
	set->used++;
	set->count++;
	return 0;
}

bool path_set_has(const struct path_set *set, const char *path)
{
	return find(set, path) != NULL;
}

void path_set_remove(struct path_set *set, const char *path)
{
	char **slot = find(set, path);

	if (!slot)
		return;
	set->bytes -= strlen(*slot) + 1 + 16;
	set->count--;
	free(*slot);
	*slot = removed;
}

void path_set_drain(struct path_set *set, struct strvec *out)
{
	for (size_t i = 0; i < set->slot_count; i++) {
		if (set->slots[i] && set->slots[i] != removed)
			strvec_take(out, set->slots[i]);
		set->slots[i] = NULL;
	}
	strvec_sort(out);
	path_set_release(set);
}

void path_set_release(struct path_set *set)
{
	for (size_t i = 0; i < set->slot_count; i++)
		if (set->slots[i] && set->slots[i] != removed)
			free(set->slots[i]);
	free(set->slots);
	set->slots = NULL;
	set->slot_count = 0;
	set->used = 0;
	set->count = 0;
	set->bytes = 0;
}
