//! Deaths: of HeadLogic, the projection, a session, the node.

use actix::Actor;
use rydra::faults::{ActorFault, Inject};
use rydra::supervision::Role;
use rydra_core::input::ClientInput;

use crate::harness::{FakeHeadLogic, Node, Taken, new_tx, peer, tx, until};
use crate::http::call;

#[actix_rt::test]
async fn unsettled_inputs_are_sent_again_in_order_after_a_rebuild() {
    let node = Node::start();
    let mut client = node.greeted("").await;
    for number in 0..6 {
        client.text(new_tx(&tx(number))).await;
    }
    until("six inputs", || node.taken.count() == 6).await;
    node.taken.settle(2);
    // What is settled must have arrived before the rebuild does.
    client.text("{\"tag\":\"Init\"}").await;
    until("a seventh", || node.taken.count() == 7).await;
    let second = Taken::default();
    let logic = FakeHeadLogic { taken: second.clone(), keeps_credit: false }.start();
    node.slot.install(logic.recipient());
    until("five again", || second.count() == 5).await;
    let mut expected: Vec<_> =
        (2..6).map(|number| ClientInput::NewTx { transaction: tx(number) }).collect();
    expected.push(ClientInput::Init);
    assert_eq!(*second.inputs.lock().unwrap(), expected);
    client.text("{\"tag\":\"Close\"}").await;
    until("a new one", || second.count() == 6).await;
    assert_eq!(node.taken.count(), 7, "nothing more for the dead one");
}

#[actix_rt::test]
async fn clients_of_a_dead_projection_reconnect_without_a_gap() {
    let mut node = Node::start();
    node.publish((0..3).map(peer)).await;
    let mut client = node.greeted("").await;
    node.publish([peer(3)]).await;
    assert_eq!(client.next().await["seq"], 3);
    let (panic, begun) = Inject::new(Role::ApiHub, ActorFault::Panic);
    let _ = node.server.hub().unwrap().send(panic).await; // it dies before it can answer
    assert_eq!(begun.await, Ok(Ok(())));
    let deaths = node.hub_deaths.clone();
    until("the death is reported", || *deaths.lock().unwrap() == 1).await;
    assert_eq!(client.closed().await.0, 1012);
    // Published into the void.
    let _lost = node.append((4..40).map(peer));
    let _ = node.server.rebuild_hub();
    let mut again = node.connect("?history=3").await;
    assert_eq!(again.next().await["tag"], "Greetings", "the read model has not moved");
    node.publish([peer(40)]).await;
    for seq in 4..=40 {
        assert_eq!(again.next().await["seq"], seq);
    }
}

#[actix_rt::test]
async fn what_was_published_twice_is_shown_once() {
    let mut node = Node::start();
    let mut client = node.greeted("").await;
    let published = node.append([peer(0), peer(1)]);
    let hub = node.server.hub().unwrap();
    for _ in 0..2 {
        let mut copy = rydra::api_session::messages::Published::new(
            published.outputs.clone(),
            Vec::new(),
            published.state.clone(),
            published.last_id,
        );
        copy = copy.following(published.after);
        hub.send(copy).await.unwrap();
    }
    node.publish([peer(2)]).await;
    for seq in 0..3 {
        assert_eq!(client.next().await["seq"], seq);
    }
}

#[actix_rt::test]
async fn a_dead_session_costs_only_its_own_client() {
    let mut node = Node::for_faults();
    let mut first = node.greeted("").await;
    let mut second = node.greeted("").await;
    let answer =
        call(&node, "POST", "/faults/actors/ApiSession/panic?session=oldest", "", "").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let (code, reason, _) = first.closed().await;
    assert_eq!(code, 1012);
    assert!(reason.contains("reconnect"), "{reason}");
    node.publish([peer(0)]).await;
    assert_eq!(second.next().await["seq"], 0);
    second.text("{\"tag\":\"Init\"}").await;
    until("its input", || node.taken.count() == 1).await;
    let mut again = node.connect("?history=yes").await;
    assert_eq!(again.next().await["seq"], 0);
}

#[actix_rt::test]
async fn sessions_are_closed_with_1001_when_the_node_stops() {
    let mut node = Node::start();
    let mut client = node.greeted("").await;
    node.publish([peer(0)]).await;
    let closing = actix_rt::spawn(node.server.stop());
    let (code, _, before) = client.closed().await;
    assert_eq!((code, before), (1001, 1), "what was queued comes first");
    drop(client);
    closing.await.unwrap();
}
