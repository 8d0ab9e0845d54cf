/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of imgctl-transfer inside a release's imgctl, from companion_start
 * to companion_end, page-aligned so that they are mapped only when needed.
 */
	.section .rodata.companion, "a"
	.balign 4096
	.global companion_start
	.global companion_end
companion_start:
	.incbin COMPANION_FILE
companion_end:
	.byte 0
	.section .note.GNU-stack, "", %progbits
