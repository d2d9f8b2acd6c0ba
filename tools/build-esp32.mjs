// Builds a program for a board with the user's Moddable SDK: npm run build:esp32 -- meter --board heltec-v2
import { boardArguments } from "./board-arguments.mjs";
import { mcconfigFor } from "./moddable.mjs";

// Without a target of its own, mcconfig deploys as well.
process.exitCode = mcconfigFor("build:esp32", boardArguments("build:esp32"), "build");
