/* The emulated board: a console for output, a clock that counts instructions, and a link to the host. */
#ifndef EMULATOR_BOARD_H
#define EMULATOR_BOARD_H

#include <stddef.h>
#include <stdint.h>

/* Instructions a tick of the 25 MHz timer, where QEMU runs with -icount shift=2 (4 ns an instruction). */
#define INSTRUCTIONS_A_TICK 10

/* Ticks since reset; wraps after 2^32 (43 thousand million instructions). */
uint32_t board_ticks(void);

/* Writes text to the UART. */
void board_print(const char* text);

/* Ends the emulation. */
void board_exit(void) __attribute__((noreturn));

/* Opens the two pipes that the host has left open as descriptors 3 (to here) and 4 (from here). */
void link_open(void);

/* Sends and receives whole messages: a length in 4 bytes, little-endian, then the bytes. They block, and no emulated
   time passes meanwhile, so that the host and this machine run in lockstep. A host that has gone ends the emulation. */
void link_send(const void* head, size_t head_bytes, const void* body, size_t body_bytes);
size_t link_receive(void* into, size_t room);

#endif
