/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel, asked without a C library: what the container's init needs of
 * it, for each machine. Calls return what the kernel returns: a result, or an
 * errno value below zero. Numbers and layouts are the kernel's own, which
 * never change.
 */
#ifndef RUNTIME_INIT_SYSTEM_H
#define RUNTIME_INIT_SYSTEM_H

#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)

enum {
	INIT_WRITE = 1,
	INIT_RT_SIGPROCMASK = 14,
	INIT_IOCTL = 16,
	INIT_GETPID = 39,
	INIT_CLONE = 56,
	INIT_EXECVE = 59,
	INIT_WAIT4 = 61,
	INIT_KILL = 62,
	INIT_SETPGID = 109,
	INIT_RT_SIGTIMEDWAIT = 128,
	INIT_EXIT_GROUP = 231,
};

/* Where the kernel starts the program: the stack holds its arguments. */
__asm__(".globl _start\n"
	"_start:\n"
	"	xorl %ebp, %ebp\n"
	"	movq %rsp, %rdi\n"
	"	andq $-16, %rsp\n"
	"	call init_begin\n");

/* Ask the kernel for NUMBER. */
static inline long init_call(long number, long a, long b, long c, long d)
{
	register long fourth __asm__("r10") = d;
	register long fifth __asm__("r8") = 0;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth),
			   "r"(fifth)
			 : "rcx", "r11", "memory");
	return result;
}

#elif defined(__aarch64__)

enum {
	INIT_IOCTL = 29,
	INIT_WRITE = 64,
	INIT_EXIT_GROUP = 94,
	INIT_KILL = 129,
	INIT_RT_SIGPROCMASK = 135,
	INIT_RT_SIGTIMEDWAIT = 137,
	INIT_SETPGID = 154,
	INIT_GETPID = 172,
	INIT_CLONE = 220,
	INIT_EXECVE = 221,
	INIT_WAIT4 = 260,
};

/* Where the kernel starts the program: the stack holds its arguments. */
__asm__(".globl _start\n"
	"_start:\n"
	"	mov x29, #0\n"
	"	mov x30, #0\n"
	"	mov x0, sp\n"
	"	bl init_begin\n");

/* Ask the kernel for NUMBER. */
static inline long init_call(long number, long a, long b, long c, long d)
{
	register long first __asm__("x0") = a;
	register long second __asm__("x1") = b;
	register long third __asm__("x2") = c;
	register long fourth __asm__("x3") = d;
	register long fifth __asm__("x4") = 0;
	register long which __asm__("x8") = number;

	__asm__ volatile("svc #0"
			 : "+r"(first)
			 : "r"(second), "r"(third), "r"(fourth), "r"(fifth),
			   "r"(which)
			 : "memory");
	return first;
}

#else
#error "the container's init knows x86_64 and aarch64 only"
#endif

/* Errors it tells apart. */
enum {
	INIT_ENOENT = 2,
	INIT_EACCES = 13,
	INIT_ENOTDIR = 20,
};

enum { INIT_SIGCHLD = 17 };

/* The kernel's set of signals: bit N - 1 stands for signal N. */

/* Signals that tell of a fault of one's own: never blocked, never waited for.
 */
#define INIT_FAULTS                                                  \
	(UINT64_C(1) << 3 /* ILL */ | UINT64_C(1) << 4 /* TRAP */ |  \
	 UINT64_C(1) << 5 /* ABRT */ | UINT64_C(1) << 6 /* BUS */ |  \
	 UINT64_C(1) << 7 /* FPE */ | UINT64_C(1) << 10 /* SEGV */ | \
	 UINT64_C(1) << 30 /* SYS */)

/* Signals of job control about this process's own terminal access. */
#define INIT_TERMINAL \
	(UINT64_C(1) << 20 /* TTIN */ | UINT64_C(1) << 21 /* TTOU */)

enum { INIT_SIG_BLOCK = 0, INIT_SIG_SETMASK = 2 };

/* Wait without waiting. */
enum { INIT_WNOHANG = 1 };

/* Make a process group the terminal's foreground one. */
enum { INIT_TIOCSPGRP = 0x5410 };

#endif
