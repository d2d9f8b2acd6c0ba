#include "calls.h"

#include <stddef.h>

#include "aes.h"
#include "board.h"

static char answer[MESSAGE_BYTES];

/* exchange(ArrayBuffer): passes a message to the host and answers what it says, an ArrayBuffer. */
static void exchange(txMachine* the) {
  const char kind = TO_HOST_CALL;
  link_send(&kind, 1, fxToArrayBuffer(the, mxArgv(0)), fxGetArrayBufferLength(the, mxArgv(0)));
  txSize length = link_receive(answer, sizeof answer);
  fxArrayBuffer(the, mxResult, answer, length, -1);
}

/* transfer(call, ArrayBuffer, offset, count): passes bytes of the buffer to the host, after a byte that names the call,
   and puts the answer in their place: a bus in C, as a device has it. */
static void transfer(txMachine* the) {
  const char head[] = {TO_HOST_CALL, (char)fxToInteger(the, mxArgv(0))};
  const txInteger offset = fxToInteger(the, mxArgv(2)), count = fxToInteger(the, mxArgv(3));
  char* bytes = (char*)fxToArrayBuffer(the, mxArgv(1)) + offset;
  link_send(head, sizeof head, bytes, count);
  link_receive(bytes, count);
}

/* What precedes the bytes of a call to a memory: the call, an address and, for a read, a length, in network order. */
struct memory_call {
  char kind, call;
  uint8_t address[4], length[4];
};

static void put_u32(uint8_t* into, uint32_t value) {
  into[0] = value >> 24;
  into[1] = value >> 16;
  into[2] = value >> 8;
  into[3] = value;
}

/* Memories, in C as on a device: call, address, ArrayBuffer, offset, count. Both answer the host's result. */
static void memory_read(txMachine* the) {
  struct memory_call head = {TO_HOST_CALL, (char)fxToInteger(the, mxArgv(0))};
  const txInteger offset = fxToInteger(the, mxArgv(3)), count = fxToInteger(the, mxArgv(4));
  put_u32(head.address, fxToUnsigned(the, mxArgv(1)));
  put_u32(head.length, count);
  char* into = (char*)fxToArrayBuffer(the, mxArgv(2)) + offset;
  link_send(&head, sizeof head, NULL, 0);
  memcpy(into, answer + 1, link_receive(answer, 1 + count) - 1);
  fxInteger(the, mxResult, answer[0]);
}

static void memory_write(txMachine* the) {
  struct memory_call head = {TO_HOST_CALL, (char)fxToInteger(the, mxArgv(0))};
  const txInteger offset = fxToInteger(the, mxArgv(3)), count = fxToInteger(the, mxArgv(4));
  put_u32(head.address, fxToUnsigned(the, mxArgv(1)));
  const char* bytes = (const char*)fxToArrayBuffer(the, mxArgv(2)) + offset;
  link_send(&head, offsetof(struct memory_call, length), bytes, count);
  link_receive(answer, 1);
  fxInteger(the, mxResult, answer[0]);
}

/* The technician's serial port: ArrayBuffer, offset, count. Both answer how many bytes. */
static void serial_read(txMachine* the) {
  uint8_t* into = (uint8_t*)fxToArrayBuffer(the, mxArgv(0)) + fxToInteger(the, mxArgv(1));
  fxInteger(the, mxResult, console_read(into, fxToInteger(the, mxArgv(2))));
}

static void serial_write(txMachine* the) {
  const uint8_t* bytes = (const uint8_t*)fxToArrayBuffer(the, mxArgv(0)) + fxToInteger(the, mxArgv(1));
  fxInteger(the, mxResult, console_write(bytes, fxToInteger(the, mxArgv(2))));
}

/* AES: the schedule of a key (ArrayBuffer, answers one), and a block encrypted in place (schedule, ArrayBuffer). */
static void cipher_key(txMachine* the) {
  uint8_t schedule[AES_SCHEDULE_BYTES];
  aes_expand(fxToArrayBuffer(the, mxArgv(0)), schedule);
  fxArrayBuffer(the, mxResult, schedule, sizeof schedule, -1);
}

static void cipher_encrypt(txMachine* the) {
  aes_encrypt(fxToArrayBuffer(the, mxArgv(0)), fxToArrayBuffer(the, mxArgv(1)));
}

int push_calls(txMachine* the) {
  fxNewHostFunction(the, exchange, 1, XS_NO_ID, XS_NO_ID);
  fxNewHostFunction(the, transfer, 4, XS_NO_ID, XS_NO_ID);
  fxNewHostFunction(the, memory_read, 5, XS_NO_ID, XS_NO_ID);
  fxNewHostFunction(the, memory_write, 5, XS_NO_ID, XS_NO_ID);
  fxNewHostFunction(the, serial_read, 3, XS_NO_ID, XS_NO_ID);
  fxNewHostFunction(the, serial_write, 3, XS_NO_ID, XS_NO_ID);
  fxNewHostFunction(the, cipher_key, 1, XS_NO_ID, XS_NO_ID);
  fxNewHostFunction(the, cipher_encrypt, 2, XS_NO_ID, XS_NO_ID);
  mxPushInteger(board_reset_reason());
  return 9;
}
