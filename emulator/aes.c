#include "aes.h"

#include <string.h>

#define KEY_BYTES 16
#define ROUNDS 10

static uint8_t twice(uint8_t element) { return (element << 1) ^ ((element >> 7) * 0x1b); }

static uint8_t rotated(uint8_t byte, int bits) { return (byte << bits) | (byte >> (8 - bits)); }

/* FIPS 197, 5.1.1. The table is made at the first use. */
static uint8_t substitute(uint8_t byte) {
  static uint8_t table[256];
  if (table[0] == 0) {
    uint8_t power = 1, inverse = 1; /* of 3, and of 1/3 = 0xf6 */
    do {
      power ^= twice(power);
      inverse ^= inverse << 1;
      inverse ^= inverse << 2;
      inverse ^= inverse << 4;
      if (inverse & 0x80) inverse ^= 0x09;
      table[power] =
          inverse ^ rotated(inverse, 1) ^ rotated(inverse, 2) ^ rotated(inverse, 3) ^ rotated(inverse, 4) ^ 0x63;
    } while (power != 1);
    table[0] = 0x63;
  }
  return table[byte];
}

void aes_expand(const uint8_t* key, uint8_t* schedule) {
  uint8_t constant = 1;
  int at;
  memcpy(schedule, key, KEY_BYTES);
  for (at = KEY_BYTES; at < AES_SCHEDULE_BYTES; at++) {
    uint8_t before = schedule[at - 4];
    const int column = at % KEY_BYTES;
    if (column < 4) before = substitute(schedule[at - (column < 3 ? 3 : 7)]);
    if (column == 0) {
      before ^= constant;
      constant = twice(constant);
    }
    schedule[at] = schedule[at - KEY_BYTES] ^ before;
  }
}

static void add_key(uint8_t* block, const uint8_t* key) {
  int i;
  for (i = 0; i < AES_BLOCK_BYTES; i++) block[i] ^= key[i];
}

static void substitute_and_shift(uint8_t* block) {
  uint8_t before[AES_BLOCK_BYTES];
  int i;
  memcpy(before, block, sizeof before);
  for (i = 0; i < AES_BLOCK_BYTES; i++) block[i] = substitute(before[(i + 4 * (i % 4)) % AES_BLOCK_BYTES]);
}

static void mix_columns(uint8_t* block) {
  uint8_t* column;
  for (column = block; column < block + AES_BLOCK_BYTES; column += 4) {
    const uint8_t first = column[0], all = column[0] ^ column[1] ^ column[2] ^ column[3];
    column[0] ^= all ^ twice(column[0] ^ column[1]);
    column[1] ^= all ^ twice(column[1] ^ column[2]);
    column[2] ^= all ^ twice(column[2] ^ column[3]);
    column[3] ^= all ^ twice(column[3] ^ first);
  }
}

void aes_encrypt(const uint8_t* schedule, uint8_t* block) {
  int round;
  add_key(block, schedule);
  for (round = 1; round <= ROUNDS; round++) {
    substitute_and_shift(block);
    if (round < ROUNDS) mix_columns(block);
    add_key(block, schedule + round * AES_BLOCK_BYTES);
  }
}
