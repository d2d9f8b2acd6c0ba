/* AES-128 (FIPS 197), as a device's platform has it in C. */
#ifndef EMULATOR_AES_H
#define EMULATOR_AES_H

#include <stdint.h>

#define AES_BLOCK_BYTES 16
#define AES_SCHEDULE_BYTES 176

/* Makes what aes_encrypt needs of a key of 16 bytes. */
void aes_expand(const uint8_t* key, uint8_t* schedule);

/* Encrypts a block in place. */
void aes_encrypt(const uint8_t* schedule, uint8_t* block);

#endif
