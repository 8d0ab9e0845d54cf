/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of the container's init, from container_init_start to _end. */
	.section .rodata.container_init, "a"
	.balign 16
	.global container_init_start
	.global container_init_end
container_init_start:
	.incbin INIT_FILE
container_init_end:
	.byte 0
	.section .note.GNU-stack, "", %progbits
