// What both drivers share. A driver is told its case in one line on stdin:
//
//   {"url": "127.0.0.1:port", "payments": [{"cborHex", "txId", "type", "description"}, ...], "stray": payment,
//    "address": text, "lovelace": n, "cut": n, "deadlineMs": n}
//
// and says each thing it has seen in one line on stdout: {"step": text, ...}. After the step "cut me" the
// node is killed and started again; a line on stdin then says that it is back. A driver ends with 0 after
// the last step, and with 1 and the reason on stderr otherwise.
import { createInterface } from "node:readline";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

/** The next line of the test; its end is the end of the driver. */
export async function told() {
  const { value, done } = await lines.next();
  if (done) process.exit(1);
  return JSON.parse(value);
}

export function say(step, more = {}) {
  process.stdout.write(`${JSON.stringify({ step, ...more })}\n`);
}

/** What `promise` gives, or the end of the driver, which names what it waited for. */
export function within(ms, what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`after ${ms} ms: no ${what}`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Messages in the order they came, and waiting for one of them whether it came already or not. */
export class Heard {
  messages = [];
  #waiting = [];

  hear(message) {
    this.messages.push(message);
    this.#waiting = this.#waiting.filter(({ is, resolve }) => !is(message) || resolve(message));
  }

  /** The first message from number `from` on that is the wanted one. */
  next(is, from = 0) {
    const heard = this.messages.slice(from).find(is);
    if (heard) return Promise.resolve(heard);
    return new Promise((resolve) => this.#waiting.push({ is, resolve }));
  }
}

/** Which snapshot has a transaction. */
export const confirms = (txId) => (message) =>
  message.tag === "SnapshotConfirmed" && message.snapshot.confirmed.some((tx) => tx.txId === txId);

export function run(story) {
  story().then(
    () => process.exit(0),
    (error) => {
      console.error(error instanceof Error ? error.stack : JSON.stringify(error));
      process.exit(1);
    },
  );
}
