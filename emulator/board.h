/* The emulated board: two serial ports, a clock that counts instructions, a watchdog, and a link to the host. */
#ifndef EMULATOR_BOARD_H
#define EMULATOR_BOARD_H

#include <stddef.h>
#include <stdint.h>

/* Instructions a tick of the 25 MHz timer, where QEMU runs with -icount shift=2 (4 ns an instruction). */
#define INSTRUCTIONS_A_TICK 10

/* Ticks since reset or board_start_ticks; wraps after 2^32 (43 thousand million instructions). Starting them makes what
   is measured the same in every run, whatever came before. */
void board_start_ticks(void);
uint32_t board_ticks(void);

/* Writes text to UART 0. */
void board_print(const char* text);

/* Ends the emulation. */
void board_exit(void) __attribute__((noreturn));

/* Below this the C stack is full. */
char* board_stack_limit(void);

/* Why the board was reset: ResetReason of hal/reset.ts. */
enum {
  RESET_POWER_UP = 0,
  RESET_UNEXPECTED = 1,
  RESET_EXCEPTION = 2,
  RESET_OUT_OF_MEMORY = 4,
  RESET_STACK_OVERFLOW = 5,
  RESET_WATCHDOG = 6,
};
uint32_t board_reset_reason(void);

/* Tells the host, with TO_HOST_RESTART and the text, and resets the board. */
#define TO_HOST_RESTART 'x'
void board_restart(uint32_t reason, const char* text) __attribute__((noreturn));

/* The watchdog runs from reset on, and restarts the board after so many ticks without a feed: 8 s. */
#define WATCHDOG_TICKS 200000000
void board_feed_watchdog(void);

/* UART 1, the technician's. What is received waits in a buffer; what is written goes out as it is, at most
   CONSOLE_BYTES between two calls of console_written, which answers how many. */
#define CONSOLE_BYTES 4096
void console_receive(size_t count); /* takes so many bytes off the line, where the host has put them */
size_t console_read(uint8_t* into, size_t room);
size_t console_write(const uint8_t* bytes, size_t count);
size_t console_written(void);

/* Opens the two pipes that the host has left open as descriptors 3 (to here) and 4 (from here). */
void link_open(void);

/* Sends and receives whole messages: a length in 4 bytes, little-endian, then the bytes. They block, and no emulated
   time passes meanwhile, so that the host and this machine run in lockstep. A host that has gone ends the emulation. */
void link_send(const void* head, size_t head_bytes, const void* body, size_t body_bytes);
size_t link_receive(void* into, size_t room);

#endif
