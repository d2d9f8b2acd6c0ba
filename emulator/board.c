/* Arm MPS2, AN386 (Cortex-M4F). Registers: Arm DUI 0479 (CMSDK UART and timer), ARMv7-M Architecture Reference Manual
   (CPACR); host calls: Arm semihosting 2.0. */
#include "board.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>

#define REGISTER(address) (*(volatile uint32_t*)(address))
#define CPACR REGISTER(0xE000ED88)
#define TIMER_CONTROL REGISTER(0x40000000)
#define TIMER_VALUE REGISTER(0x40000004)
#define TIMER_RELOAD REGISTER(0x40000008)
#define UART_DATA REGISTER(0x40004000)
#define UART_STATE REGISTER(0x40004004)
#define UART_CONTROL REGISTER(0x40004008)
#define UART_DIVIDER REGISTER(0x40004010)
#define UART_TX_FULL 1

enum { SYS_OPEN = 0x01, SYS_WRITE = 0x05, SYS_READ = 0x06, SYS_EXIT = 0x18 };
enum { OPEN_READ = 1, OPEN_WRITE = 5 };
#define APPLICATION_EXIT 0x20026

extern char stack_top[], data_start[], data_end[], data_load[], bss_start[], bss_end[];
int main(void);

static int from_host, to_host;

void reset(void) {
  CPACR |= 0xF << 20; /* floating point on */
  TIMER_RELOAD = 0xFFFFFFFF;
  TIMER_VALUE = 0xFFFFFFFF;
  TIMER_CONTROL = 1;
  UART_DIVIDER = 16;
  UART_CONTROL = 1;
  memcpy(data_start, data_load, data_end - data_start);
  memset(bss_start, 0, bss_end - bss_start);
  main();
  board_exit();
}

/* Prints where it happened: r0 to r3, r12, lr, pc and xpsr, as the core stacked them. */
__attribute__((used)) static void report_fault(const uint32_t* stacked) {
  char text[48];
  snprintf(text, sizeof text, "fault: pc %08lx lr %08lx\n", (unsigned long)stacked[6], (unsigned long)stacked[5]);
  board_print(text);
  board_exit();
}

__attribute__((naked)) static void fault(void) { __asm__("mov r0, sp\n b report_fault"); }

__attribute__((section(".vectors"), used)) static void* const vectors[16] = {
    stack_top, reset, fault, fault, fault, fault, fault, 0, 0, 0, 0, fault, fault, 0, fault, fault,
};

static int host_call(int operation, const void* argument) {
  register int r0 __asm__("r0") = operation;
  register const void* r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

uint32_t board_ticks(void) { return 0xFFFFFFFF - TIMER_VALUE; }

void board_print(const char* text) {
  for (; *text; text++) {
    while (UART_STATE & UART_TX_FULL) {
    }
    UART_DATA = (uint8_t)*text;
  }
}

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
  return length;
}

/* What newlib asks of a system: memory from the end of bss up to the stack. */
#define STACK_BYTES (64 * 1024)

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
