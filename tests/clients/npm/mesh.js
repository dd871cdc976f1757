// An application on `@meshsdk/hydra`: connect, read, submit, see the confirmation; after the node died, a
// new provider with the history, which is the package's way to reconnect.
//
// The package is required, not imported: its module form pulls in a build of libsodium that lacks a file.
// `submitTx` is left alone: it waits for `TxValid.transaction`, which hydra-node 2.3 does not send, so it never
// returns, here as there. `newTx` with `onMessage` is what works against both.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { Heard, confirms, run, say, told, within } from "./story.js";

const { HydraProvider } = createRequire(import.meta.url)("@meshsdk/hydra");

run(async () => {
  const { url, payments, stray, address, lovelace, cut, deadlineMs } = await told();
  const soon = (what, promise) => within(deadlineMs, what, promise);
  const greets = (message) => message.tag === "Greetings";

  const connect = async (history) => {
    const provider = new HydraProvider({ url: `http://${url}`, history });
    const heard = new Heard();
    provider.onMessage((message) => heard.hear(message));
    const open = new Promise((resolve) => {
      provider.onStatusChange((status) => status === "OPEN" && resolve());
    });
    await soon("connection", provider.connect());
    const greetings = await soon("Greetings", heard.next(greets));
    assert.equal(greetings.headStatus, "Open");
    await soon("status", open);
    return { provider, heard };
  };
  const balance = async (provider) => {
    const owned = await soon("UTxO", provider.fetchAddressUTxOs(address));
    const amounts = owned.flatMap(({ output }) => output.amount);
    assert.ok(amounts.every(({ unit }) => unit === "lovelace"));
    const sum = amounts.reduce((all, { quantity }) => all + BigInt(quantity), 0n);
    return { sum, from: owned.map(({ input }) => input.txHash) };
  };
  const pay = async ({ provider, heard }, { cborHex, txId }) => {
    await provider.newTx(cborHex, "Witnessed Tx ConwayEra");
    const valid = (message) => message.tag === "TxValid" && message.transactionId === txId;
    await soon(`TxValid of ${txId}`, heard.next(valid));
    const { snapshot } = await soon(`confirmation of ${txId}`, heard.next(confirms(txId)));
    assert.deepEqual(await balance(provider), { sum: BigInt(lovelace), from: [txId] });
    return snapshot.number;
  };

  const first = await connect(false);
  say("connected");

  const parameters = await soon("parameters", first.provider.fetchProtocolParameters());
  for (const name of ["coinsPerUtxoSize", "maxTxSize", "maxValSize", "minFeeA", "priceMem", "priceStep"]) {
    assert.ok(Number.isFinite(parameters[name]), `parameter ${name}`);
  }
  assert.equal((await balance(first.provider)).sum, BigInt(lovelace));
  say("read");

  let number = -1;
  for (const payment of payments.slice(0, cut)) {
    const confirmed = await pay(first, payment);
    assert.ok(confirmed > number);
    number = confirmed;
  }
  say("confirmed", { number });

  await first.provider.newTx(stray.cborHex, "Witnessed Tx ConwayEra");
  const invalid = ({ tag, transaction }) => tag === "TxInvalid" && transaction.txId === stray.txId;
  const refused = await soon("refusal", first.heard.next(invalid));
  say("refused", { reason: refused.validationError.reason });

  say("cut me");
  await told();
  const second = await connect(true);
  const replayed = second.heard.messages.findIndex(greets);
  for (const payment of payments.slice(0, cut)) {
    const at = second.heard.messages.findIndex(confirms(payment.txId));
    assert.ok(at >= 0 && at < replayed, `${payment.txId} is in the history`);
  }
  say("reconnected");

  for (const payment of payments.slice(cut)) number = await pay(second, payment);
  say("done", { number });
});
