//! Faults of actors on demand: an actor is killed, panics or stalls because a request to `/faults` asked for it
//! (ADR 0015). Faults at places of the code are [`crate::failpoint`]'s.
//!
//! The fault is a message like any other: it happens between two messages of the actor, on the actor's own
//! thread, and never to an actor whose asker has given up.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use actix::prelude::*;
use tokio::sync::{Notify, oneshot};

use crate::api_session::ApiHub;
use crate::chain_observer::actor::ChainObserver;
use crate::failpoint::Hold;
use crate::head_logic::actor::HeadLogic;
use crate::network_broadcaster::actor::NetworkBroadcaster;
use crate::persistence::actor::Persistence;
use crate::supervision::{Role, TREE};

/// What can be done to an actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActorFault {
    /// It ends at once: its memory and its mailbox are dropped, nothing unwinds and nothing is said.
    Kill,
    /// It panics.
    Panic,
    /// It takes no message for so long.
    Stall(Duration),
}

impl ActorFault {
    /// Words of the route, in the order of [`Done`].
    pub const WORDS: [&'static str; 3] = ["kill", "panic", "stall"];

    const fn index(self) -> usize {
        match self {
            Self::Kill => 0,
            Self::Panic => 1,
            Self::Stall(_) => 2,
        }
    }

    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::WORDS.get(self.index()).copied().unwrap_or_default()
    }
}

/// Why a fault did not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotInjected {
    /// Nobody has this role now: it is being rebuilt.
    Nobody,
    /// Its mailbox is full.
    Full,
    /// The node stops: deaths are no longer mended.
    Stopping,
}

/// Asks for a fault. Sent by the API to the root, which hands it to whoever has the role now.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Inject {
    /// Whose.
    pub role: Role,
    fault: ActorFault,
    begun: oneshot::Sender<Result<(), NotInjected>>,
}

/// Tells whether a fault has begun. Dropping it calls off a fault that has not.
pub type Begun = oneshot::Receiver<Result<(), NotInjected>>;

impl Inject {
    /// A fault, and how its asker hears of it.
    #[must_use]
    pub fn new(role: Role, fault: ActorFault) -> (Self, Begun) {
        let (begun, hears) = oneshot::channel();
        (Self { role, fault, begun }, hears)
    }

    const fn is_stall(&self) -> bool {
        matches!(self.fault, ActorFault::Stall(_))
    }

    /// It cannot be done.
    pub fn refuse(self, why: NotInjected) {
        // Whoever asked may have gone.
        let _ = self.begun.send(Err(why));
    }

    /// The actor is about to do it; `None` when nobody waits for it any more.
    #[must_use]
    pub fn begin(self) -> Option<ActorFault> {
        let done = ACTORS.get(self.role as usize).and_then(|a| a.done.get(self.fault.index()))?;
        // Before it is told, so that whoever was told sees it counted.
        done.fetch_add(1, Ordering::AcqRel);
        if self.begun.send(Ok(())).is_err() {
            done.fetch_sub(1, Ordering::AcqRel);
            return None;
        }
        Some(self.fault)
    }

    /// Whoever asked hears when a mailbox did not take it.
    pub fn sent(told: Result<(), SendError<Self>>) {
        match told {
            Ok(()) => {}
            Err(SendError::Full(inject)) => inject.refuse(NotInjected::Full),
            Err(SendError::Closed(inject)) => inject.refuse(NotInjected::Nobody),
        }
    }
}

/// Faults of one role.
struct OfRole {
    done: [AtomicU64; ActorFault::WORDS.len()],
    /// Threads that are held.
    hold: Hold,
    /// Actors that are held without their thread, and how they are let go.
    resting: AtomicUsize,
    wake: Notify,
}

static ACTORS: [OfRole; TREE.len()] = [const {
    OfRole {
        done: [const { AtomicU64::new(0) }; ActorFault::WORDS.len()],
        hold: Hold::new(),
        resting: AtomicUsize::new(0),
        wake: Notify::const_new(),
    }
}; TREE.len()];

/// What was done to a role.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// How often, by [`ActorFault::WORDS`].
    pub counts: [u64; ActorFault::WORDS.len()],
    /// Actors stalled now.
    pub stalling: usize,
}

/// What was done to the actors of a role since the process started.
#[must_use]
pub fn done(role: Role) -> Done {
    ACTORS.get(role as usize).map_or_else(Done::default, |actors| Done {
        counts: actors.done.each_ref().map(|count| count.load(Ordering::Acquire)),
        stalling: actors.hold.held() + actors.resting.load(Ordering::Acquire),
    })
}

/// Ends the stalls of a role that are under way.
pub fn end_stalls(role: Role) {
    if let Some(actors) = ACTORS.get(role as usize) {
        actors.hold.end();
        actors.wake.notify_waiters();
    }
}

/// Does what was asked, to an actor with a thread of its own.
#[expect(clippy::panic, reason = "the fault that was asked for")]
pub fn act<A>(inject: Inject, ctx: &mut Context<A>)
where
    A: Actor<Context = Context<A>>,
{
    let role = inject.role;
    let Some(actors) = ACTORS.get(role as usize) else { return };
    // Before anybody is told that the stall begins.
    let ticket = inject.is_stall().then(|| actors.hold.ticket());
    match (inject.begin(), ticket) {
        (Some(ActorFault::Kill), _) => kill(ctx),
        (Some(ActorFault::Panic), _) => panic!("panic injected at {}, as asked for", role.name()),
        (Some(ActorFault::Stall(time)), Some(ticket)) => ticket.wait(Some(time)),
        (Some(ActorFault::Stall(_)) | None, _) => {}
    }
}

/// Ends an actor between two messages. Not by `terminate`: an actor that has called off a future in the same turn,
/// as the chain observer does with its tick, would then spin in its context for ever (actix 0.13.5). No actor
/// of the tree can refuse a stop, so that both are the same death.
fn kill<A>(ctx: &mut Context<A>)
where
    A: Actor<Context = Context<A>>,
{
    ctx.stop();
}

/// The same to an actor that shares its thread with others: it alone stalls.
#[expect(clippy::panic, reason = "the fault that was asked for")]
pub fn act_beside_others<A>(inject: Inject, ctx: &mut Context<A>)
where
    A: Actor<Context = Context<A>>,
{
    let role = inject.role;
    let Some(actors) = ACTORS.get(role as usize) else { return };
    let mut woken = Box::pin(actors.wake.notified());
    woken.as_mut().enable();
    let resting = inject.is_stall().then(|| Resting::begin(&actors.resting));
    match inject.begin() {
        None => {}
        Some(ActorFault::Kill) => kill(ctx),
        Some(ActorFault::Panic) => panic!("panic injected at {}, as asked for", role.name()),
        Some(ActorFault::Stall(time)) => {
            ctx.wait(fut::wrap_future(async move {
                let _ = tokio::time::timeout(time, woken).await;
                drop(resting);
            }));
        }
    }
}

/// Counts an actor that is held, however that ends.
struct Resting(&'static AtomicUsize);

impl Resting {
    fn begin(count: &'static AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::AcqRel);
        Self(count)
    }
}

impl Drop for Resting {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

macro_rules! injected {
    ($($actor:ty),* $(,)?) => {
        $(impl Handler<Inject> for $actor {
            type Result = ();

            fn handle(&mut self, inject: Inject, ctx: &mut Context<Self>) {
                act(inject, ctx);
            }
        })*
    };
}

injected!(Persistence, HeadLogic, ChainObserver, NetworkBroadcaster, ApiHub);

#[cfg(test)]
mod tests {
    use super::*;

    /// Actors that nobody can be asked to hurt, and why.
    const EXEMPT: [(&str, &str); 2] = [
        ("Root", "nobody is above it: its panic ends the node, which root.watch=panic shows"),
        ("HttpDesk", "nobody is above it (ADR 0005); it is as its requests are"),
    ];

    /// The files below a directory.
    fn sources(dir: &std::path::Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            // Tests have actors of their own.
            if path.file_stem().is_some_and(|name| name == "tests") {
                continue;
            }
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(std::fs::read_to_string(&path).unwrap());
            }
        }
    }

    #[test]
    fn every_actor_of_the_sources_has_a_role_or_a_reason() {
        let mut files = Vec::new();
        sources(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
        let roles: Vec<&str> = TREE.iter().map(|(role, _)| role.name()).collect();
        let mut actors: Vec<&str> = files
            .iter()
            .flat_map(|file| file.lines())
            .filter_map(|line| line.strip_prefix("impl Actor for ")?.split(' ').next())
            .collect();
        actors.sort_unstable();
        for actor in &actors {
            let exempt = EXEMPT.iter().any(|(name, _)| name == actor);
            assert!(
                roles.contains(actor) != exempt,
                "{actor} is neither a role of the tree nor exempt, or both"
            );
        }
        assert_eq!(actors.len(), TREE.len() + EXEMPT.len(), "{actors:?}");
    }

    #[test]
    fn roles_are_places_in_the_table() {
        let mut places: Vec<usize> = TREE.iter().map(|(role, _)| *role as usize).collect();
        places.sort_unstable();
        assert_eq!(places, (0..TREE.len()).collect::<Vec<_>>());
    }

    struct Victim {
        _life: std::sync::Arc<()>,
    }

    impl Actor for Victim {
        type Context = Context<Self>;
    }

    impl Handler<Inject> for Victim {
        type Result = ();

        fn handle(&mut self, inject: Inject, ctx: &mut Context<Self>) {
            act_beside_others(inject, ctx);
        }
    }

    #[actix_rt::test]
    async fn a_killed_actor_is_dropped_with_its_mailbox() {
        let life = std::sync::Arc::new(());
        let victim = Victim { _life: std::sync::Arc::clone(&life) }.start();
        let (kill, killed) = Inject::new(Role::ApiSession, ActorFault::Kill);
        let (panic, panicked) = Inject::new(Role::ApiSession, ActorFault::Panic);
        Inject::sent(victim.try_send(kill));
        Inject::sent(victim.try_send(panic));
        assert_eq!(killed.await, Ok(Ok(())));
        assert!(panicked.await.is_err(), "what waited behind it was dropped, not handled");
        assert_eq!(std::sync::Arc::strong_count(&life), 1);
        let (late, refused) = Inject::new(Role::ApiSession, ActorFault::Kill);
        Inject::sent(victim.try_send(late));
        assert_eq!(refused.await, Ok(Err(NotInjected::Nobody)));
    }

    /// Found by `faults_of_all_actors_at_the_same_time_are_mended` on a loaded machine.
    #[actix_rt::test]
    async fn an_actor_that_called_off_a_future_in_the_same_turn_is_killed_like_any_other() {
        struct CallOff;

        impl Message for CallOff {
            type Result = ();
        }

        impl Handler<CallOff> for Victim {
            type Result = ();

            fn handle(&mut self, _: CallOff, ctx: &mut Context<Self>) {
                let later = Duration::from_secs(600);
                let called_off = ctx.run_later(later, |_, _| {});
                ctx.run_later(later, |_, _| {});
                ctx.cancel_future(called_off);
            }
        }

        // A thread of its own: one that spins would keep this test from seeing it.
        let arbiter = Arbiter::new();
        let life = std::sync::Arc::new(());
        let of_victim = std::sync::Arc::clone(&life);
        let victim =
            Victim::start_in_arbiter(&arbiter.handle(), move |_| Victim { _life: of_victim });
        let (stall, stalled) =
            Inject::new(Role::ApiSession, ActorFault::Stall(Duration::from_secs(600)));
        Inject::sent(victim.try_send(stall));
        assert_eq!(stalled.await, Ok(Ok(())));
        // Both wait for one turn of the mailbox.
        let (kill, killed) = Inject::new(Role::ApiSession, ActorFault::Kill);
        assert!(victim.try_send(CallOff).is_ok());
        Inject::sent(victim.try_send(kill));
        end_stalls(Role::ApiSession);
        assert_eq!(killed.await, Ok(Ok(())));
        let gone = async {
            while std::sync::Arc::strong_count(&life) > 1 {
                tokio::task::yield_now().await;
            }
        };
        let gone = tokio::time::timeout(Duration::from_secs(30), gone).await;
        assert!(gone.is_ok(), "it is still there");
        arbiter.stop();
    }

    #[actix_rt::test]
    async fn a_fault_whose_asker_gave_up_does_not_happen() {
        let life = std::sync::Arc::new(());
        let victim = Victim { _life: std::sync::Arc::clone(&life) }.start();
        let (kill, given_up) = Inject::new(Role::ApiSession, ActorFault::Kill);
        drop(given_up);
        Inject::sent(victim.try_send(kill));
        let (stall, stalled) =
            Inject::new(Role::ApiSession, ActorFault::Stall(Duration::from_secs(600)));
        Inject::sent(victim.try_send(stall));
        assert_eq!(stalled.await, Ok(Ok(())), "it lives and takes the next");
        let (next, taken) = Inject::new(Role::ApiSession, ActorFault::Kill);
        Inject::sent(victim.try_send(next));
        end_stalls(Role::ApiSession);
        assert_eq!(taken.await, Ok(Ok(())), "the stall was ended");
        assert_eq!(std::sync::Arc::strong_count(&life), 1);
    }
}
