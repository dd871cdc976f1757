//! The benchmark dataset: 300 payments.

use rydra_core::cardano::tx::Tx;
use rydra_core::cardano::utxo::Utxo;

use crate::reference::bytes;

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Dataset {
    funding_transaction: Tx,
    client_datasets: Vec<Client>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Client {
    #[serde(rename = "initialUTxO")]
    initial_utxo: Utxo,
    tx_sequence: Vec<Tx>,
}

#[test]
fn all_transactions_of_the_dataset_have_their_stated_id_and_chain_up() {
    let Some(file) = bytes("datasets/1-node.json") else { return };
    let dataset: Dataset = serde_json::from_slice(&file).unwrap();
    let mut count = 0;
    for client in &dataset.client_datasets {
        let funded = Utxo::produced_by(&dataset.funding_transaction);
        assert!(
            client.initial_utxo.iter().all(|(input, output)| funded.get(input) == Some(output))
        );
        let mut set = client.initial_utxo.clone();
        for tx in &client.tx_sequence {
            assert!(tx.spent().iter().all(|input| set.get(input).is_some()), "{}", tx.id());
            set = set.apply(tx);
            count += 1;
        }
    }
    assert_eq!(count, 300);
}
