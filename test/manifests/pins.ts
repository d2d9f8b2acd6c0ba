import { buildSync } from "esbuild";
import { root } from "../support/tools";

/** A board's pins, as `manifests/boards/<board>/pins.ts` has them. */
export interface Pins {
  SPI?: Record<string, { clock: number; in: number; out: number; select: number }>;
  I2C?: Record<string, { data: number; clock: number }>;
  Digital?: Record<string, number>;
  Serial: Record<string, { receive: number; transmit: number }>;
}

/** Runs a board's `pins.ts` without the platform's modules that it names. */
export async function pinsOf(board: string): Promise<Pins> {
  const { outputFiles } = buildSync({
    absWorkingDir: root,
    entryPoints: [`manifests/boards/${board}/pins.ts`],
    alias: {
      "embedded:io/i2c": "./test/xs/moddable/platform/i2c.ts",
      "embedded:io/serial": "./test/xs/moddable/platform/serial.ts",
      "embedded:io/spi": "./test/xs/moddable/platform/spi.ts",
    },
    tsconfig: "tsconfig.base.json",
    bundle: true,
    write: false,
    format: "esm",
  });
  const module = (await import(
    /* @vite-ignore */ `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`
  )) as { default: Pins };
  return module.default;
}
