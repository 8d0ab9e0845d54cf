/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of imgctl-network inside a release's imgctl, page-aligned so that
 * they are mapped only when needed (runtime/engine/network_program.c).
 */
	.section .rodata.network_program, "a"
	.balign 4096
	.global network_program_start
	.global network_program_end_of_file
network_program_start:
	.incbin NETWORK_FILE
network_program_end_of_file:
	.byte 0
	.section .note.GNU-stack, "", %progbits
