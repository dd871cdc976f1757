// An application on `@hydra-sdk/bridge`, as its documentation shows it: connect, read, submit, see the
// confirmation, and be connected again by the package itself after the node died.
import assert from "node:assert/strict";
import { HydraBridge } from "@hydra-sdk/bridge";
import { Heard, run, say, told, within } from "./story.js";

run(async () => {
  const { url, payments, stray, address, lovelace, cut, deadlineMs } = await told();
  const soon = (what, promise) => within(deadlineMs, what, promise);
  const bridge = new HydraBridge({ url: `ws://${url}`, autoReconnect: true, reconnectInterval: 20 });
  const heard = new Heard();
  bridge.events.on("onMessage", (message) => heard.hear(message));
  const lost = new Promise((resolve) => bridge.events.on("onDisconnected", resolve));
  const greets = (message) => message.tag === "Greetings";

  await soon("connection", bridge.connect());
  const greetings = await soon("Greetings", heard.next(greets));
  assert.equal(bridge.connected(), true);
  assert.equal(greetings.headStatus, "Open");
  assert.equal(typeof bridge.slotZeroTimestamp, "number");
  say("connected");

  const { hydraHeadId: headId, me } = greetings;
  const info = await soon("head", bridge.headInfo());
  assert.deepEqual(info, { headId, headStatus: "Open", vkey: me.vkey });
  const parameters = await soon("parameters", bridge.getProtocolParameters());
  for (const [name, value] of Object.entries(parameters)) {
    assert.ok(value !== undefined && value !== "undefined", `parameter ${name}`);
  }
  const funds = await soon("UTxO", bridge.querySnapshotUtxo());
  assert.deepEqual(funds, greetings.snapshotUtxo);
  assert.ok((await bridge.addressesInHead()).includes(address));
  assert.equal(bridge.getAddressBalance(address).get("lovelace"), BigInt(lovelace));
  say("read");

  // Ours comes first and says what was missing.
  const timeout = 2 * deadlineMs;
  /** Submits as the package offers it, and looks at what it then knows of the address. */
  let number = -1;
  const pay = async (payment) => {
    const seen = await soon(
      `confirmation of ${payment.txId}`,
      bridge.submitTxSync(payment, { timeout }),
    );
    assert.equal(seen.txId, payment.txId);
    assert.deepEqual([seen.isValid, seen.isConfirmed], [true, true]);
    assert.ok(seen.result.snapshot.number > number);
    number = seen.result.snapshot.number;
    assert.equal(bridge.lastSnapshotNumber, number);
    const owned = await bridge.queryAddressUTxO(address);
    assert.deepEqual(owned.map(({ input }) => input.txHash), [payment.txId]);
    assert.equal(bridge.getAddressBalance(address).get("lovelace"), BigInt(lovelace));
  };
  for (const payment of payments.slice(0, cut)) await pay(payment);
  say("confirmed", { number });

  const refusal = bridge.submitTxSync(stray, { timeout });
  const refused = await soon("refusal", refusal.then(() => null, (error) => error));
  assert.deepEqual([refused?.tag, refused?.txId], ["TxInvalid", stray.txId]);
  say("refused", { reason: refused.reason });

  const before = await soon("UTxO", bridge.querySnapshotUtxo());
  const heardBefore = heard.messages.length;
  say("cut me");
  await soon("end of the connection", lost);
  const again = await soon("Greetings after the cut", heard.next(greets, heardBefore));
  assert.deepEqual(again.snapshotUtxo, before);
  assert.equal(again.hydraHeadId, headId);
  assert.equal(bridge.connected(), true);
  say("reconnected");

  for (const payment of payments.slice(cut)) await pay(payment);
  await soon("goodbye", bridge.disconnect());
  assert.equal(bridge.connected(), false);
  say("done", { number });
});
