// Builds a program and writes it to the board on the serial port: npm run flash -- meter --board heltec-v2
// UPLOAD_PORT names the port where there are several.
import { boardArguments } from "./board-arguments.mjs";
import { mcconfigFor } from "./moddable.mjs";

process.exitCode = mcconfigFor("flash", boardArguments("flash"), "deploy");
