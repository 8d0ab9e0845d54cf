/* SPDX-License-Identifier: Apache-2.0 */
/* Order, blocking and every way of ending. */
#include "layers/tar/ring.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <string.h>

enum { ROUNDS = 20000 };

static void *write_numbers(void *context)
{
	struct ring *ring = context;

	for (uint32_t i = 0; i < ROUNDS; i++) {
		void *slot = ring_reserve(ring);

		if (!slot)
			return NULL;
		memcpy(slot, &i, sizeof(i));
		ring_publish(ring, sizeof(i));
	}
	ring_close(ring, false);
	return context;
}

static void test_ring__keeps_order_and_bytes(void **state)
{
	autoclean(ring_free) struct ring *ring = ring_new(3, 64);
	pthread_t thread;
	const void *data;
	size_t length;

	(void)state;
	assert_int_equal(ring_slot_size(ring), 64);
	assert_int_equal(pthread_create(&thread, NULL, write_numbers, ring), 0);
	for (uint32_t i = 0; i < ROUNDS; i++) {
		uint32_t number;

		assert_int_equal(ring_take(ring, &data, &length), RING_DATA);
		assert_int_equal(length, sizeof(number));
		memcpy(&number, data, sizeof(number));
		assert_int_equal(number, i);
		ring_drop(ring);
	}
	assert_int_equal(ring_take(ring, &data, &length), RING_END);
	assert_int_equal(ring_take(ring, &data, &length), RING_END);
	assert_int_equal(pthread_join(thread, NULL), 0);
}

static void test_ring__writer_leaves_when_reader_is_gone(void **state)
{
	autoclean(ring_free) struct ring *ring = ring_new(2, 64);
	pthread_t thread;
	void *finished = ring;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, write_numbers, ring), 0);
	ring_abandon(ring);
	assert_int_equal(pthread_join(thread, &finished), 0);
	assert_null(finished);
}

static void *read_all(void *context)
{
	struct ring *ring = context;
	const void *data;
	size_t length;
	enum ring_state last;

	while ((last = ring_take(ring, &data, &length)) == RING_DATA)
		ring_drop(ring);
	return last == RING_FAILED ? ring : NULL;
}

static void test_ring__reader_leaves_when_writer_failed(void **state)
{
	autoclean(ring_free) struct ring *ring = ring_new(2, 64);
	pthread_t thread;
	void *saw_failure = NULL;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, read_all, ring), 0);
	assert_non_null(ring_reserve(ring));
	ring_publish(ring, 1);
	ring_close(ring, true);
	assert_int_equal(pthread_join(thread, &saw_failure), 0);
	assert_ptr_equal(saw_failure, ring);
}

static void test_ring__drop_without_take_is_fine(void **state)
{
	autoclean(ring_free) struct ring *ring = ring_new(1, 1);

	(void)state;
	ring_drop(ring);
	assert_non_null(ring_reserve(ring));
}

/* What a visitor saw: the slots' first words, in order. */
struct visits {
	unsigned seen;
	bool in_order;
	bool is_inside; /* two threads at once would find it set */
};

static void visit(void *context, const void *data, size_t length)
{
	struct visits *visits = context;
	unsigned number;

	assert_int_equal(length, sizeof(number));
	assert_false(visits->is_inside);
	visits->is_inside = true;
	memcpy(&number, data, sizeof(number));
	visits->in_order = visits->in_order && number == visits->seen;
	visits->seen++;
	visits->is_inside = false;
}

static void test_ring__every_slot_is_visited_once_in_order(void **state)
{
	struct visits visits = { .in_order = true };
	autoclean(ring_free) struct ring *ring = ring_new(3, 64);
	pthread_t thread;
	const void *data;
	size_t length;

	(void)state;
	ring_set_visitor(ring, visit, &visits);
	assert_int_equal(pthread_create(&thread, NULL, write_numbers, ring), 0);
	while (ring_take(ring, &data, &length) == RING_DATA)
		ring_drop(ring);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(visits.seen, ROUNDS);
	assert_true(visits.in_order);
}

static void test_ring__a_full_ring_is_visited_by_its_writer(void **state)
{
	struct visits visits = { .in_order = true };
	autoclean(ring_free) struct ring *ring = ring_new(3, 64);

	(void)state;
	ring_set_visitor(ring, visit, &visits);
	for (unsigned i = 0; i < 3; i++) {
		memcpy(ring_reserve(ring), &i, sizeof(i));
		ring_publish(ring, sizeof(i));
	}
	assert_int_equal(visits.seen, 0);
	ring_close(ring, false); /* nobody reads: it does all of it */
	assert_int_equal(visits.seen, 3);
	assert_true(visits.in_order);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ring__keeps_order_and_bytes),
		cmocka_unit_test(test_ring__writer_leaves_when_reader_is_gone),
		cmocka_unit_test(test_ring__reader_leaves_when_writer_failed),
		cmocka_unit_test(test_ring__drop_without_take_is_fine),
		cmocka_unit_test(
			test_ring__every_slot_is_visited_once_in_order),
		cmocka_unit_test(
			test_ring__a_full_ring_is_visited_by_its_writer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
