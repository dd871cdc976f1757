//! Faults that a request asked for, handed to whoever has the role now (ADR 0015).

use actix::prelude::*;

use super::Root;
use crate::faults::{Inject, NotInjected};
use crate::supervision::Role;

impl Handler<Inject> for Root {
    type Result = ();

    fn handle(&mut self, inject: Inject, _: &mut Context<Self>) {
        if self.stopping {
            return inject.refuse(NotInjected::Stopping);
        }
        let (unit, hub) = (self.unit.as_ref(), self.shared.edges.hub());
        // Where there is nobody the message is dropped: whoever asked hears that as well.
        match inject.role {
            Role::Persistence => unit.map(|unit| Inject::sent(unit.persistence.try_send(inject))),
            Role::HeadLogic => unit.map(|unit| Inject::sent(unit.head_logic.try_send(inject))),
            Role::ChainObserver => {
                self.chain.as_ref().map(|chain| Inject::sent(chain.try_send(inject)))
            }
            Role::NetworkBroadcaster => {
                self.network.as_ref().map(|network| Inject::sent(network.try_send(inject)))
            }
            Role::ApiHub => hub.map(|hub| Inject::sent(hub.try_send(inject))),
            Role::ApiSession => None, // the API knows its sessions
        };
    }
}
