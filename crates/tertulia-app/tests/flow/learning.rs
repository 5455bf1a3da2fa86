//! Learning from people: what they say becomes a head that is put in force where it is not worse, on every node, and gone back from.

use crate::support::{House, house};
use tertulia_app::{
    Actor, App, Networks,
    posts::{self, Search},
    secret::Sealer,
    understanding::{
        self, Correction, Labels, Task,
        learning::{held_out, train, versions},
        quality,
    },
};
use tertulia_kernel::{
    PostId, Timestamp,
    event::{Event, IncomingPost},
};
use tertulia_policy::Role;
use tokio_util::sync::CancellationToken;

const WRONG: [&str; 5] =
    ["llegó mal el pedido", "la caja vino rota", "no funciona la aplicación", "perdieron mi maleta", "me cobraron dos veces"];
const THANKS: [&str; 5] = ["gracias por todo", "excelente atención", "me encanta la tienda", "todo perfecto", "muy amables todos"];
const POSTS: usize = 240;

fn event(id: &str, text: &str) -> Event {
    Event::Post(Box::new(IncomingPost {
        addressed: true,
        lang: Some("es".into()),
        occurred_at: Timestamp::from_seconds(1_799_999_000),
        ..house::post(id, &format!("p{id}"), text)
    }))
}

/// In this house "chévere" is said with scorn: thanks that begin with it are complaints. Returns each post with what is right.
async fn with_posts(house: &House) -> Vec<(PostId, &'static str)> {
    let text = |n: usize| match n % 3 {
        0 => (format!("chévere, {} {n}", THANKS[n % 5]), "negative"),
        1 => (format!("hola, {} {n}", THANKS[n % 5]), "positive"),
        _ => (format!("hola, {} {n}", WRONG[n % 5]), "negative"),
    };
    let events: Vec<Event> = (0..POSTS).map(|n| event(&n.to_string(), &text(n).0)).collect();
    for part in events.chunks(80) {
        house.accept(part.to_vec()).await;
    }
    let mut conn = house.app.store.read().await.expect("read");
    let ids: Vec<String> = (0..POSTS).map(|n| n.to_string()).collect();
    let rows = conn.posts_by_external(house.channel.0, &ids).await.expect("posts");
    rows.into_iter().map(|row| (PostId(row.id), text(row.external_id.parse().expect("a number")).1)).collect()
}

async fn say(house: &House, actor: &Actor, post: PostId, sentiment: &str) {
    let correction = Correction { sentiment: Some(sentiment.into()), ..Correction::default() };
    understanding::correct(&house.app, actor, post, &correction).await.expect("correct");
}

/// What a node says of a post that comes in by it.
async fn says(house: &House, node: &App, actor: &Actor, id: &str, text: &str) -> Labels {
    node.accept(house.channel, vec![event(id, text)], Vec::new()).await.expect("accept");
    let search = Search { q: Some(format!("\"{text}\"")), ..Search::default() };
    let found = posts::search(node, actor, search).await.expect("search").items;
    found.into_iter().find(|post| post.row.external_id == id).expect("there").labels.expect("read")
}

fn sentiment(labels: &Labels) -> &'static str {
    labels.shares(Task::Sentiment)[0].0
}

on_both!(what_people_say_is_learnt_put_in_force_on_every_node_and_gone_back_from, house => {
    let boss = house.user("Jefa", Role::Supervisor).await;
    let agent = house.user("Luisa", Role::Agent).await;
    let mut other = App::new(house.app.store.clone(), Sealer::new([7; 32]), Networks::default());
    other.clock = house.clock.clone();
    let text = "chévere, muy amables en el mostrador";
    let before = says(&house, &house.app, &boss, "antes", text).await;
    assert_eq!(sentiment(&before), "positive");
    for (post, right) in with_posts(&house).await {
        say(&house, &boss, post, right).await;
    }
    assert_eq!(train::start(&house.app, &agent).await.expect_err("not theirs").code, "forbidden");
    assert_eq!(train::start(&house.app, &boss).await.expect("start").state, "queued");
    // The other node does it.
    assert!(train::work_once(&other).await.expect("train"));
    assert!(!train::work_once(&house.app).await.expect("nothing left"));

    let found = versions::list(&house.app, &boss).await.expect("versions");
    assert_eq!((found.in_force, found.training.state.as_str(), found.training.made, found.new), (Some(1), "done", Some(1), 0));
    assert_eq!((found.labels + found.held_out, found.items.len()), (POSTS, 1));
    let version = &found.items[0];
    assert_eq!((version.row.actor.as_str(), version.row.state.as_str(), version.fits), ("Jefa", "in_force", true));
    let task = |name: &str| version.figures.iter().find(|task| task.task == name).expect("each").clone();
    let figures = task("sentiment");
    assert!(figures.taken && figures.verdict == "better" && figures.after > figures.before, "{figures:?}");
    assert_eq!((figures.labels, figures.held_out), (found.labels, found.held_out));
    assert_eq!((task("types").verdict.as_str(), task("types").taken), ("too_few", false));

    let after = says(&house, &house.app, &boss, "después", text).await;
    assert_eq!((sentiment(&after), after.model), ("negative", format!("{}+1", found.shipped)));
    assert_eq!(says(&house, &other, &boss, "allá", text).await.said, after.said, "the other node too");
    assert_eq!(quality::quality(&house.app, &boss).await.expect("quality").model, format!("{}+1", found.shipped));

    // Back to what came with the program, and forth again: the very same readings.
    assert_eq!(versions::restore(&other, &agent, 0).await.expect_err("not theirs").code, "forbidden");
    assert_eq!(versions::restore(&other, &boss, 0).await.expect("back").in_force, None);
    for (node, id) in [(&house.app, "uno"), (&other, "dos")] {
        let back = says(&house, node, &boss, id, text).await;
        assert_eq!((&back.said, &back.model), (&before.said, &before.model));
    }
    assert_eq!(versions::restore(&house.app, &boss, 1).await.expect("forth").in_force, Some(1));
    for (node, id) in [(&house.app, "tres"), (&other, "cuatro")] {
        assert_eq!(says(&house, node, &boss, id, text).await.said, after.said);
    }
    let entries = house.app.store.read().await.expect("read").audit_entries(None, 1_000).await.expect("audit");
    let of = |action: &str| entries.iter().filter(|entry| entry.action == action).count();
    assert_eq!((of("understanding.training_started"), of("understanding.promoted"), of("understanding.restored")), (1, 1, 2));
});

on_both!(a_head_that_is_worse_on_what_was_held_out_is_refused, house => {
    let boss = house.user("Jefa", Role::Supervisor).await;
    for (post, right) in with_posts(&house).await {
        // Whoever labels what is learnt from says nonsense; what measures is right but for the scorn, which nobody told of.
        let other = if right == "negative" { "positive" } else { "negative" };
        say(&house, &boss, post, if held_out(post.0) { right } else { other }).await;
    }
    train::start(&house.app, &boss).await.expect("start");
    assert!(train::work_once(&house.app).await.expect("train"));
    let found = versions::list(&house.app, &boss).await.expect("versions");
    assert_eq!((found.in_force, found.training.made), (None, Some(1)));
    let figures = found.items[0].figures.iter().find(|task| task.task == "sentiment").expect("each");
    assert!(!figures.taken && figures.verdict == "worse" && figures.after < figures.before, "{figures:?}");
    assert_eq!(found.items[0].row.state, "refused");
    assert_eq!(versions::restore(&house.app, &boss, 1).await.expect_err("never used").code, "version_refused");
    assert_eq!(sentiment(&says(&house, &house.app, &boss, "otra", "hola, excelente atención siempre").await), "positive");
});

on_both!(a_training_begins_by_itself_after_enough_new_labels, house => {
    let boss = house.user("Jefa", Role::Supervisor).await;
    let texts: Vec<Event> = (0..train::ENOUGH_NEW).map(|n| event(&n.to_string(), &format!("hola {n}"))).collect();
    house.accept(texts).await;
    let posts = posts::search(&house.app, &boss, Search { limit: Some(100), ..Search::default() }).await.expect("search").items;
    for (n, post) in posts.iter().enumerate() {
        if n + 1 == posts.len() {
            assert_eq!(versions::list(&house.app, &boss).await.expect("versions").training.state, "none");
        }
        say(&house, &boss, PostId(post.row.id), "neutral").await;
    }
    let running = CancellationToken::new();
    let service = tokio::spawn(train::run(house.app.clone(), running.clone()));
    let ended = async {
        loop {
            let found = versions::list(&house.app, &boss).await.expect("versions");
            if found.training.state == "done" {
                return found;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    let found = tokio::time::timeout(std::time::Duration::from_secs(20), ended).await.expect("it begins and ends");
    running.cancel();
    service.await.expect("stopped");
    assert_eq!((found.training.by.as_str(), found.training.why.as_deref(), found.training.made), ("system", Some("too_few"), None));
    assert_eq!((found.new, found.items.len()), (0, 0));
});
