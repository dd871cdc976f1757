//! Transactions, outputs, UTxO sets, parameters.

use pallas_codec::minicbor;
use rydra_core::cardano::parameters::ProtocolParameters;
use rydra_core::cardano::plutus_data::{Data, normalise};
use rydra_core::cardano::tx::Tx;
use rydra_core::cardano::txout::TxOut;
use rydra_core::cardano::utxo::Utxo;

/// An accepted transaction keeps its bytes, and survives CBOR in CBOR and JSON.
pub fn tx_bytes(data: &[u8]) {
    let Ok(tx) = Tx::decode(data) else { return };
    assert_eq!(tx.bytes(), data);
    let wire = minicbor::to_vec(&tx).expect("memory");
    assert_eq!(minicbor::decode::<Tx>(&wire).expect("own encoding"), tx);
    let json = serde_json::to_string(&tx).expect("serialisable");
    assert_eq!(serde_json::from_str::<Tx>(&json).expect("own JSON").id(), tx.id());
    for (_, output) in tx.produced() {
        txout_bytes(&output.raw);
    }
}

/// An accepted output keeps its bytes, and its JSON means the same output.
pub fn txout_bytes(data: &[u8]) {
    let Ok(output) = TxOut::decode(data) else { return };
    assert_eq!(&*output.raw, data);
    let json = serde_json::to_string(&output).expect("serialisable");
    assert_eq!(serde_json::from_str::<TxOut>(&json).expect("own JSON"), output);
}

/// An accepted set survives JSON and CBOR.
pub fn utxo_json(data: &[u8]) {
    let Ok(set) = serde_json::from_slice::<Utxo>(data) else { return };
    let json = serde_json::to_vec(&set).expect("serialisable");
    assert_eq!(serde_json::from_slice::<Utxo>(&json).expect("own JSON"), set);
    let cbor = minicbor::to_vec(&set).expect("memory");
    assert_eq!(minicbor::decode::<Utxo>(&cbor).expect("own CBOR"), set);
}

/// An accepted transaction is the one that its CBOR says.
pub fn tx_json(data: &[u8]) {
    let Ok(tx) = serde_json::from_slice::<Tx>(data) else { return };
    tx_bytes(tx.bytes());
}

/// Accepted parameters survive JSON.
pub fn parameters_json(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(parameters) = ProtocolParameters::from_json(text) else { return };
    let json = serde_json::to_string(&parameters).expect("serialisable");
    assert_eq!(ProtocolParameters::from_json(&json).expect("own JSON"), parameters);
}

/// The tree and the stream reader of datums agree, what comes out is normal and stays as it is.
pub fn plutus_data(bytes: &[u8]) {
    let mut normal = Vec::new();
    let streamed = normalise(bytes, &mut normal);
    match Data::decode(bytes) {
        Ok(tree) => {
            assert!(streamed.is_ok(), "the tree reads what the stream refuses");
            assert_eq!(tree.to_vec(), normal);
            assert_eq!(Data::decode(&normal).as_ref(), Ok(&tree));
        }
        Err(error) => {
            assert!(streamed.is_err() || error.to_string().contains("deeper"), "{error}");
        }
    }
    if streamed.is_ok() {
        let mut again = Vec::new();
        assert!(normalise(&normal, &mut again).is_ok());
        assert_eq!(again, normal);
    }
}
