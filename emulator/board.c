/* Arm MPS2, AN386 (Cortex-M4F). Registers: Arm DUI 0479 (CMSDK UART, timer and watchdog), ARMv7-M Architecture Reference
   Manual (AIRCR, CPACR); host calls: Arm semihosting 2.0. */
#include "board.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>

#define REGISTER(address) (*(volatile uint32_t*)(address))
#define AIRCR REGISTER(0xE000ED0C)
#define CPACR REGISTER(0xE000ED88)
#define TIMER_CONTROL REGISTER(0x40000000)
#define TIMER_VALUE REGISTER(0x40000004)
#define TIMER_RELOAD REGISTER(0x40000008)
#define WATCHDOG_LOAD REGISTER(0x40008000)
#define WATCHDOG_CONTROL REGISTER(0x40008008)
#define WATCHDOG_CLEAR REGISTER(0x4000800C)
#define WATCHDOG_LOCK REGISTER(0x40008C00)

#define RESET_REQUEST 0x05FA0004
#define WATCHDOG_INTERRUPT 1
#define WATCHDOG_UNLOCK 0x1ACCE551

struct uart {
  volatile uint32_t data, state, control, clear, divider;
};
#define PRINTER ((struct uart*)0x40004000)
#define CONSOLE ((struct uart*)0x40005000)
enum { UART_TX_FULL = 1, UART_RX_FULL = 2 };
enum { UART_TX = 1, UART_RX = 2 };

enum { SYS_OPEN = 0x01, SYS_WRITE = 0x05, SYS_READ = 0x06, SYS_EXIT = 0x18 };
enum { OPEN_READ = 1, OPEN_WRITE = 5 };
#define APPLICATION_EXIT 0x20026

extern char stack_top[], data_start[], data_end[], data_load[], bss_start[], bss_end[];
int main(void);

static int from_host, to_host;

/* On the link, from the first byte sent to the last received: then the watchdog waits. */
static volatile bool linking, expired;

extern uint32_t retained_reason; /* for the next start; a reset that nobody announces finds RESET_UNEXPECTED */
static uint32_t reset_reason;

void reset(void) {
  CPACR |= 0xF << 20; /* floating point on */
  TIMER_RELOAD = 0xFFFFFFFF;
  TIMER_VALUE = 0xFFFFFFFF;
  TIMER_CONTROL = 1;
  WATCHDOG_LOAD = WATCHDOG_TICKS;
  WATCHDOG_CONTROL = WATCHDOG_INTERRUPT;
  PRINTER->divider = CONSOLE->divider = 16;
  PRINTER->control = UART_TX;
  CONSOLE->control = UART_TX | UART_RX;
  memcpy(data_start, data_load, data_end - data_start);
  memset(bss_start, 0, bss_end - bss_start);
  reset_reason = retained_reason;
  retained_reason = RESET_UNEXPECTED;
  main();
  board_exit();
}

/* Prints where it happened: r0 to r3, r12, lr, pc and xpsr, as the core stacked them. */
__attribute__((used)) static void report_fault(const uint32_t* stacked) {
  char text[48];
  snprintf(text, sizeof text, "fault: pc %08lx lr %08lx", (unsigned long)stacked[6], (unsigned long)stacked[5]);
  board_restart(RESET_UNEXPECTED, text);
}

__attribute__((naked)) static void fault(void) { __asm__("mov r0, sp\n b report_fault"); }

static void watchdog_expired(void) {
  WATCHDOG_CLEAR = 1;
  expired = true;
  if (!linking) board_restart(RESET_WATCHDOG, "watchdog");
}

__attribute__((section(".vectors"), used)) static void* const vectors[16] = {
    stack_top, reset, watchdog_expired, fault, fault, fault, fault, 0, 0, 0, 0, fault, fault, 0, fault, fault,
};

static int host_call(int operation, const void* argument) {
  register int r0 __asm__("r0") = operation;
  register const void* r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

void board_start_ticks(void) { TIMER_VALUE = 0xFFFFFFFF; }

uint32_t board_ticks(void) { return 0xFFFFFFFF - TIMER_VALUE; }

static void put(struct uart* uart, uint8_t byte) {
  while (uart->state & UART_TX_FULL) {
  }
  uart->data = byte;
}

void board_print(const char* text) {
  for (; *text; text++) put(PRINTER, *text);
}

uint32_t board_reset_reason(void) { return reset_reason; }

void board_restart(uint32_t reason, const char* text) {
  const char kind = TO_HOST_RESTART;
  board_print(text);
  board_print("\n");
  link_send(&kind, 1, text, strlen(text));
  retained_reason = reason;
  AIRCR = RESET_REQUEST;
  for (;;) {
  }
}

void board_feed_watchdog(void) { WATCHDOG_CLEAR = 1; }

/* Console */

static uint8_t received[CONSOLE_BYTES];
static size_t received_bytes, written_bytes;

void console_receive(size_t count) {
  for (; count > 0; count--) {
    while (!(CONSOLE->state & UART_RX_FULL)) {
    }
    const uint8_t byte = CONSOLE->data;
    if (received_bytes < sizeof received) received[received_bytes++] = byte;
  }
}

size_t console_read(uint8_t* into, size_t room) {
  const size_t count = room < received_bytes ? room : received_bytes;
  received_bytes -= count;
  memcpy(into, received, count);
  memmove(received, received + count, received_bytes);
  return count;
}

size_t console_write(const uint8_t* bytes, size_t count) {
  size_t i;
  if (count > CONSOLE_BYTES - written_bytes) count = CONSOLE_BYTES - written_bytes;
  for (i = 0; i < count; i++) put(CONSOLE, bytes[i]);
  written_bytes += count;
  return count;
}

size_t console_written(void) {
  const size_t count = written_bytes;
  written_bytes = 0;
  return count;
}

/* Link */

void board_exit(void) {
  host_call(SYS_EXIT, (const void*)APPLICATION_EXIT);
  for (;;) {
  }
}

static int host_open(const char* path, uint32_t mode) {
  const uint32_t arguments[] = {(uint32_t)path, mode, strlen(path)};
  return host_call(SYS_OPEN, arguments);
}

void link_open(void) {
  from_host = host_open("/dev/fd/3", OPEN_READ);
  to_host = host_open("/dev/fd/4", OPEN_WRITE);
}

/* Both calls answer how many bytes were not moved. */
static void move(int operation, int handle, void* bytes, size_t count) {
  while (count > 0) {
    const uint32_t arguments[] = {handle, (uint32_t)bytes, count};
    size_t left = host_call(operation, arguments);
    if (left >= count) board_exit();
    bytes = (char*)bytes + (count - left);
    count = left;
  }
}

void link_send(const void* head, size_t head_bytes, const void* body, size_t body_bytes) {
  uint32_t length = head_bytes + body_bytes;
  linking = true;
  move(SYS_WRITE, to_host, &length, sizeof length);
  move(SYS_WRITE, to_host, (void*)head, head_bytes);
  move(SYS_WRITE, to_host, (void*)body, body_bytes);
}

size_t link_receive(void* into, size_t room) {
  uint32_t length;
  move(SYS_READ, from_host, &length, sizeof length);
  if (length > room) {
    board_print("message from the host is too long\n");
    board_exit();
  }
  move(SYS_READ, from_host, into, length);
  linking = false;
  if (expired) board_restart(RESET_WATCHDOG, "watchdog");
  return length;
}

/* What newlib asks of a system: memory from the end of bss up to the stack. */
#define STACK_BYTES (64 * 1024)
#define STACK_MARGIN_BYTES (4 * 1024)

char* board_stack_limit(void) { return (char*)((uintptr_t)stack_top - STACK_BYTES + STACK_MARGIN_BYTES); }

void* _sbrk(ptrdiff_t increment) {
  static char* end = bss_end;
  char* before = end;
  if ((uintptr_t)end + increment + STACK_BYTES > (uintptr_t)stack_top) {
    errno = ENOMEM;
    return (void*)-1;
  }
  end += increment;
  return before;
}

int _gettimeofday(struct timeval* time, void* zone) {
  (void)zone;
  time->tv_sec = 0;
  time->tv_usec = 0;
  return 0;
}

void _exit(int status) {
  (void)status;
  board_exit();
}

int _write(int file, const char* bytes, int count) {
  (void)file;
  for (int i = 0; i < count; i++) {
    const char text[2] = {bytes[i], 0};
    board_print(text);
  }
  return count;
}

int _close(int file) { return -1; }
int _fstat(int file, struct stat* status) { return -1; }
int _isatty(int file) { return 1; }
int _lseek(int file, int offset, int whence) { return -1; }
int _read(int file, char* into, int count) { return 0; }
int _getpid(void) { return 1; }
int _kill(int process, int signal) { return -1; }
