import type { SerialPort } from "hal/serial-port";
import { MORE, Result, slugOf, WAIT, type Command } from "firmware/console/command";
import { Key, LineEditor } from "firmware/console/line-editor";
import { Output } from "firmware/console/output";

/**
 * The technician's text console on a serial port: a prompt, a line editor and a table of commands. Every command
 * ends with exactly `OK` or `ERR <code> <slug>`. Lines may end in CR, LF or CRLF; answers end in CRLF.
 */
export class Shell {
  readonly #port: SerialPort;
  readonly #output: Output;
  readonly #editor: LineEditor;
  readonly #prompt: string;
  readonly #commands: readonly Command[];
  readonly #received = new Uint8Array(1);
  /** The command that is writing its answer. */
  #running: Command | undefined;

  /**
   * @param name what the prompt says before `> `
   * @param banner the one line written at the start: model, serial number, firmware
   */
  constructor(port: SerialPort, name: string, banner: string, commands: readonly Command[]) {
    this.#port = port;
    this.#prompt = `${name}> `;
    this.#output = new Output(port);
    this.#editor = new LineEditor(this.#output);
    const help = new Help();
    this.#commands = help.commands = [help, ...commands];
    this.#output.resume = () => this.advance();
    port.onReadable = () => this.receive();
    this.#output.line(banner);
    this.#output.text(this.#prompt);
  }

  private receive(): void {
    const received = this.#received;
    // What is typed while a command writes waits in the port.
    while (this.#running === undefined && this.#port.read(received) > 0) {
      this.handle(this.#editor.key(received[0]));
    }
  }

  private handle(key: number): void {
    switch (key) {
      case Key.line:
        this.execute(this.#editor.text);
        break;
      case Key.tooLong:
        this.finish(Result.lineTooLong);
        break;
      case Key.cancel:
        this.#output.text("^C\r\n");
        this.#output.text(this.#prompt);
        break;
      case Key.complete:
        this.complete();
        break;
      case Key.redraw:
        this.#output.text("\r\n");
        this.#output.text(this.#prompt);
        this.#editor.redraw();
        break;
    }
  }

  private execute(line: string): void {
    const words = split(line);
    if (words.length === 0) {
      this.#editor.clear();
      this.#output.text(this.#prompt);
      return;
    }
    if (words[0] === "?") words[0] = "help";
    const command = find(this.#commands, words);
    if (command === undefined) {
      this.finish(Result.unknownCommand);
      return;
    }
    const result = command.start(words.slice(split(command.words).length));
    if (result !== MORE) {
      this.finish(result);
      return;
    }
    this.#running = command;
    this.advance();
  }

  private advance(): void {
    while (this.#running !== undefined && this.#output.hasRoom) {
      const result = this.#running.step(this.#output);
      if (result === WAIT) return;
      if (result !== MORE) this.finish(result);
    }
  }

  private finish(result: number): void {
    const wasRunning = this.#running !== undefined;
    this.#running = undefined;
    this.#editor.clear();
    this.#output.line(result === Result.ok ? "OK" : `ERR ${result} ${slugOf(result)}`);
    this.#output.text(this.#prompt);
    if (wasRunning) this.receive();
  }

  /** Tab: completes the words of the one command that the line begins; rings where several do. */
  private complete(): void {
    const text = this.#editor.text;
    let match: Command | undefined;
    let matches = 0;
    for (let i = 0; i < this.#commands.length; i++) {
      if (this.#commands[i].words.startsWith(text)) {
        match = this.#commands[i];
        matches++;
      }
    }
    if (match !== undefined && matches === 1) this.#editor.replace(`${match.words} `);
    else this.#editor.bell();
  }
}

/** `help` lists all commands, `help reg show` (or a noun alone) those that begin so. */
class Help implements Command {
  /** Those that are listed. */
  commands: readonly Command[] = [];
  #filter = "";
  #next = 0;

  get words(): string {
    return "help";
  }

  get usage(): string {
    return "[command]";
  }

  get help(): string {
    return "list commands";
  }

  start(args: readonly string[]): number {
    this.#filter = args.join(" ");
    this.#next = 0;
    for (let i = 0; i < this.commands.length; i++) {
      if (this.commands[i].words.startsWith(this.#filter)) return MORE;
    }
    return Result.badArgument;
  }

  step(output: Output): number {
    while (this.#next < this.commands.length) {
      const command = this.commands[this.#next++];
      if (!command.words.startsWith(this.#filter)) continue;
      output.line(`${`${command.words} ${command.usage}`.padEnd(24)}${command.help}`);
      break;
    }
    return this.#next < this.commands.length ? MORE : Result.ok;
  }
}

function split(line: string): string[] {
  const words: string[] = [];
  let word = "";
  for (let i = 0; i <= line.length; i++) {
    const char = i < line.length ? line[i] : " ";
    if (char !== " ") word += char;
    else if (word.length > 0) {
      words.push(word);
      word = "";
    }
  }
  return words;
}

/** The command whose words begin the line; a word may be shortened while it stays unique. */
function find(commands: readonly Command[], words: readonly string[]): Command | undefined {
  let found: Command | undefined;
  for (let i = 0; i < commands.length; i++) {
    const names = split(commands[i].words);
    if (words.length < names.length) continue;
    let exact = true;
    let matches = true;
    for (let j = 0; j < names.length; j++) {
      if (words[j] !== names[j]) exact = false;
      if (!names[j].startsWith(words[j])) matches = false;
    }
    if (exact) return commands[i];
    if (!matches) continue;
    if (found !== undefined) return undefined;
    found = commands[i];
  }
  return found;
}
