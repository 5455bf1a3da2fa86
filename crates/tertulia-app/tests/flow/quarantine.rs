//! What a source could not read: read again by its network when a person says so, and kept while that fails.

use crate::support::{House, house};
use tertulia_app::{
    channel::{IntakeDoor, MAX_PAYLOAD, Poison},
    channels::{can_be_replayed, replay},
    told::Told,
};
use tertulia_kernel::event::{Event, IncomingPost};
use tertulia_policy::Role;
use tertulia_store::channel::QuarantineRow;

/// A post addressed to us, as an event.
fn event(id: &str, text: &str) -> Event {
    Event::Post(Box::new(IncomingPost { addressed: true, ..house::post(id, "ana", text) }))
}

impl House {
    /// Sets something aside as a source does, and returns its row.
    async fn set_aside(&self, key: &str, payload: Vec<u8>, cut: bool) -> QuarantineRow {
        let poison =
            Poison { external_id: key.into(), error: Told::new("odd", "No se entiende.", "It can't be understood."), payload, cut };
        self.app.quarantine(self.channel, poison).await.expect("set aside");
        self.kept().await.into_iter().find(|row| row.external_id == key).expect("in quarantine")
    }

    /// As an older version of the source set it aside, one that could not read what its network reads today.
    async fn set_aside_readable(&self, key: &str, events: &[Event]) -> QuarantineRow {
        self.set_aside(key, serde_json::to_vec(events).expect("JSON"), false).await
    }

    async fn kept(&self) -> Vec<QuarantineRow> {
        self.app.store.read().await.expect("read").quarantined(self.channel.0, 10).await.expect("quarantine")
    }

    async fn try_again(&self, row: &QuarantineRow) -> Result<(), &'static str> {
        let boss = self.user(&format!("jefa{}", self.app.new_id()), Role::Supervisor).await;
        replay(&self.app, &boss, self.channel, row.id.into()).await.map_err(|error| error.code)
    }
}

on_both!(what_can_be_read_today_is_taken_in_once_and_leaves, house => {
    let row = house.set_aside_readable("INBOX:1:7", &[event("1", "mi maleta")]).await;
    assert!(can_be_replayed(&row));
    assert_eq!(house.try_again(&row).await, Ok(()));
    assert_eq!((house.kept().await.len(), house.text("1").await.as_str(), house.count("care_case").await), (0, "mi maleta", 1));
    assert_eq!(house.try_again(&row).await, Err("not_found"));
    // The source brings it too, and sets it aside once more: it is the same post.
    house.accept(vec![event("1", "mi maleta")]).await;
    let row = house.set_aside_readable("INBOX:1:7", &[event("1", "mi maleta")]).await;
    assert_eq!(house.try_again(&row).await, Ok(()));
    assert_eq!((house.kept().await.len(), house.count("post").await, house.count("care_case").await), (0, 1, 1));
});

on_both!(what_still_cannot_be_read_stays_with_the_new_reason, house => {
    let row = house.set_aside("INBOX:1:8", b"\xff\0no events".to_vec(), false).await;
    assert_eq!(row.payload, b"\xff\0no events", "kept byte by byte");
    assert_eq!(house.try_again(&row).await, Err("still_poison"));
    let row = house.kept().await.remove(0);
    assert!(Told::read(&row.error).en.starts_with("no list of events"), "{}", row.error);
    assert_eq!((row.attempts, can_be_replayed(&row)), (2, true));
});

on_both!(a_network_that_is_away_changes_nothing, house => {
    let row = house.set_aside_readable("1", &[event("1", "mi maleta")]).await;
    house.network.be_away(true);
    assert_eq!(house.try_again(&row).await, Err("not_read_now"));
    let same = house.kept().await.remove(0);
    assert_eq!((same.error.as_str(), same.attempts), (row.error.as_str(), 1));
    house.network.be_away(false);
    assert_eq!(house.try_again(&row).await, Ok(()));
});

on_both!(what_was_not_kept_whole_says_so_and_is_not_tried, house => {
    let long = house.set_aside("long", vec![b'x'; MAX_PAYLOAD + 1], false).await;
    let headers = house.set_aside("headers", b"Subject: enorme".to_vec(), true).await;
    let nothing = house.set_aside("nothing", Vec::new(), false).await;
    assert_eq!(long.payload.len(), MAX_PAYLOAD);
    for row in [long, headers] {
        let told = Told::read(&row.error);
        assert_eq!(told.en, "It can't be understood. It was not kept whole, so it can't be tried again.");
        assert_eq!(told.es, "No se entiende. No se guardó entero, así que no se puede intentar otra vez.");
        assert_eq!((can_be_replayed(&row), house.try_again(&row).await), (false, Err("not_replayable")));
    }
    assert_eq!(house.try_again(&nothing).await, Err("not_replayable"));
    assert_eq!(house.kept().await.len(), 3);
});

on_both!(what_intake_refuses_of_what_was_read_stays_too, house => {
    let nobodys = Event::Post(Box::new(IncomingPost { author: Default::default(), ..house::post("1", "ana", "de nadie") }));
    let row = house.set_aside_readable("INBOX:1:9", std::slice::from_ref(&nobodys)).await;
    assert_eq!(house.try_again(&row).await, Err("still_poison"));
    let row = house.kept().await.remove(0);
    assert_eq!((Told::read(&row.error).code.as_str(), row.attempts), ("no_author", 2));
    // Of a document with many entries each has its own fate.
    let row = house.set_aside_readable("feed:1", &[event("2", "una"), nobodys, event("3", "otra")]).await;
    assert_eq!(house.try_again(&row).await, Ok(()));
    let mut keys: Vec<String> = house.kept().await.into_iter().map(|row| row.external_id).collect();
    keys.sort();
    assert_eq!((keys, house.count("post").await), (vec!["1".to_owned(), "INBOX:1:9".to_owned()], 2));
});

on_both!(what_intake_refused_is_tried_again_as_the_event_it_was, house => {
    let nul = Event::Post(Box::new(IncomingPost { author: Default::default(), ..house::post("1", "ana", "con\0nulo") }));
    house.accept(vec![nul]).await;
    let row = house.kept().await.remove(0);
    assert_eq!((can_be_replayed(&row), house.try_again(&row).await), (true, Err("still_poison")));
    let row = house.kept().await.remove(0);
    assert_eq!((Told::read(&row.error).code.as_str(), row.attempts), ("no_author", 2));
});
