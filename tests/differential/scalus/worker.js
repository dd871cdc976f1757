// One case a line on stdin, one verdict a line on stdout.
//
//   in   {"utxo": hex, "tx": hex, "slot": n, "major": n, "accounts": [[kind, hex], ...]}
//   out  {"ok": true} or {"ok": false, "error": text}
//
// The package offers its ledger rules only through an emulator whose parameters are compiled in: those of
// the main network at version 10. `major` is set inside of it: the lock file pins the one version whose
// names are known here, and `start` checks that they still mean what they did.
import { createInterface } from "node:readline";
import scalus from "scalus";

const { Emulator, SlotConfig } = scalus;
const slots = new SlotConfig(0, 0, 1000);
const bytes = (hex) => new Uint8Array(Buffer.from(hex, "hex"));

// The emulator behind the facade is the value of the one private symbol that holds rules and a context.
function version(emulator) {
  const inner = Object.getOwnPropertySymbols(emulator).map((symbol) => emulator[symbol]);
  const parameters = inner.find((value) => value?.Rq)?.Rq.$d.dg;
  const found = parameters?.e(23);
  if (found?.o() !== "ProtocolVersion") {
    throw new Error("scalus: protocol version not found, is this the pinned package?");
  }
  return found;
}

function judge({ utxo, tx, slot, major, accounts }) {
  const stakeRegistrations = accounts.map(([credentialType, credentialHash]) => ({
    credentialType,
    credentialHash,
    rewards: 0n,
  }));
  const emulator = Emulator.withState({ utxos: bytes(utxo), stakeRegistrations }, slots);
  // One object for the life of the process, so each case sets it.
  version(emulator).Qi = major;
  emulator.setSlot(slot);
  const { isSuccess, error, logs } = emulator.submitTx(bytes(tx));
  return isSuccess ? { ok: true } : { ok: false, error: [error, ...(logs ?? [])].join(" | ") };
}

const start = version(new Emulator(new Uint8Array([0xa0]), slots));
if (start.Qi !== 10) {
  throw new Error(`scalus: protocol version ${start.Qi} where 10 was expected`);
}

for await (const line of createInterface({ input: process.stdin })) {
  let verdict;
  try {
    verdict = judge(JSON.parse(line));
  } catch (error) {
    verdict = { ok: false, error: `threw: ${error?.message ?? error}` };
  }
  process.stdout.write(JSON.stringify(verdict) + "\n");
}
