//! What posts say: read as they come in, asked by rules, corrected by people, reviewed, and measured.

use crate::support::{House, house};
use tertulia_app::{
    Actor,
    cases::{self, FolderName, change},
    posts::{self, Search},
    rules::{Actions, Conditions},
    settings,
    understanding::{self, Correction, Labels, Task, filter, quality, review},
    view::PostView,
};
use tertulia_care::rules::Priority;
use tertulia_kernel::{
    CaseId, PostId, Timestamp,
    event::{Event, IncomingPost},
};
use tertulia_policy::Role;
use tertulia_store::{case::CaseRow, post::StepRow};

fn event(post: IncomingPost) -> Event {
    Event::Post(Box::new(post))
}

fn addressed(id: &str, author: &str, text: &str) -> IncomingPost {
    IncomingPost {
        addressed: true,
        lang: Some("es".into()),
        occurred_at: Timestamp::from_seconds(1_799_999_000),
        ..house::post(id, author, text)
    }
}

async fn listed(house: &House, actor: &Actor, search: Search) -> Vec<PostView> {
    posts::search(&house.app, actor, search).await.expect("search").items
}

async fn saying(house: &House, actor: &Actor, kind: &str) -> Vec<String> {
    let labels = filter(&[], &[], &[kind], None, None).expect("known");
    let (rows, _) = cases::saying(&house.app, actor, FolderName::All, labels, None, 10).await.expect("cases");
    let by_posts = listed(house, actor, Search { labels, ..Search::default() }).await;
    let texts: Vec<String> = by_posts.into_iter().map(|post| post.row.text).collect();
    assert_eq!(rows.len(), texts.len(), "each post here has a case of its own");
    texts
}

fn types(names: &[&str]) -> Correction {
    Correction { types: Some(names.iter().map(|&name| name.into()).collect()), ..Correction::default() }
}

fn names(labels: &Labels, task: Task) -> Vec<&'static str> {
    labels.shares(task).into_iter().map(|(name, _)| name).collect()
}

async fn stored(house: &House, case: CaseId) -> CaseRow {
    house.app.store.read().await.expect("read").case(case.0).await.expect("case")
}

async fn steps(house: &House, post: PostId) -> Vec<StepRow> {
    house.app.store.read().await.expect("read").steps(post.0).await.expect("steps")
}

on_both!(a_language_is_one_of_those_listened_in_and_a_word_is_in_that_of_its_author, house => {
    let boss = house.user("Olga", Role::Administrator).await;
    let said = |id: &str, text: &str| event(IncomingPost { lang: None, ..addressed(id, "ana", text) });
    house.accept(vec![said("1", "Necesito ayuda con mi factura, no entiendo el cobro de este mes")]).await;
    house.accept(vec![said("2", "no")]).await;
    house.accept(vec![event(IncomingPost { lang: None, ..addressed("3", "bob", "no") })]).await;
    let language = async |id: &str| {
        let found = listed(&house, &boss, Search::default()).await;
        let found = found.into_iter().find(|post| post.row.external_id == id).expect("kept");
        names(&found.labels.expect("read"), Task::Language)
    };
    assert_eq!(language("2").await, ["es"], "as what she wrote before");
    assert_ne!(language("3").await, ["es"], "of whom nothing is known");

    let company = settings::company(&mut house.app.store.read().await.expect("read")).await.expect("company");
    let spoken = |languages: &[&str]| settings::Company { languages: languages.iter().map(|&l| l.into()).collect(), ..company.clone() };
    assert!(settings::set_company(&house.app, &boss, spoken(&["es", "xx"])).await.is_err());
    assert!(settings::set_company(&house.app, &boss, spoken(&[])).await.is_err());
    let saved = settings::set_company(&house.app, &boss, spoken(&["pt", "en"])).await.expect("saved");
    assert_eq!(saved.languages, ["en", "pt"]);
    let text = "Llevo toda la semana esperando a que alguien me responda sobre mi pedido";
    house.accept(vec![said("4", text)]).await;
    assert_eq!(language("4").await, ["und"], "nobody listens in Spanish any more");
});

on_both!(what_is_kept_is_read_and_what_is_ours_or_passes_by_is_not, house => {
    house.monitor("Marca", "mirasol").await;
    let agent = house.user("Luisa", Role::Agent).await;
    house.accept(vec![
        event(addressed("1", "ana", "Pésimo servicio, mi paquete no llegó y nadie contesta")),
        event(IncomingPost { own: true, ..house::post("2", "nosotros", "Ya lo revisamos") }),
        event(house::post("3", "hugo", "qué lindo día")),
    ]).await;
    assert_eq!(house.count("reading").await, 1, "one was ours, one passed by");
    let post = listed(&house, &agent, Search::default()).await.into_iter().find(|post| post.row.direction == "in").expect("kept");
    let labels = post.labels.expect("read");
    assert_eq!((names(&labels, Task::Language), names(&labels, Task::Sentiment)), (vec!["es"], vec!["negative"]));
    assert!(names(&labels, Task::Types).contains(&"complaint"), "{labels:?}");
    assert!(labels.shares(Task::Types).iter().all(|(_, p)| p.is_some_and(|p| p <= 1_000)) && labels.corrected.is_empty());
    assert_eq!(house.only_case(&agent).await.labels.expect("spoken for").post_id, post.row.id);
    assert_eq!(saying(&house, &agent, "complaint").await, ["Pésimo servicio, mi paquete no llegó y nadie contesta"]);
    assert!(saying(&house, &agent, "spam").await.is_empty());
});

on_both!(an_edited_post_is_read_again_and_a_deleted_one_says_nothing, house => {
    let agent = house.user("Luisa", Role::Agent).await;
    house.accept(vec![event(addressed("1", "ana", "hola"))]).await;
    assert!(saying(&house, &agent, "complaint").await.is_empty());
    let edited = IncomingPost { revised_at: Some(house.app.now()), ..addressed("1", "ana", "Pésimo servicio, mi paquete no llegó y nadie contesta") };
    house.accept(vec![event(edited)]).await;
    assert_eq!(saying(&house, &agent, "complaint").await.len(), 1);
    house.accept(vec![Event::Deleted { external_id: "1".into(), at: house.app.now() }]).await;
    assert_eq!(house.count("reading").await, 0, "it quotes the text");
});

on_both!(correcting_a_post_moves_its_case_as_the_rules_say_until_somebody_moves_it, house => {
    let (complaints, sales) = (house.department("complaints").await, house.department("sales").await);
    let to = |department| Actions { department_id: Some(department), priority: Some(Priority::High), ..Actions::default() };
    let when = |kind: &str| Conditions { types: vec![kind.into()], ..Conditions::default() };
    house.rule("Quejas", when("complaint"), to(complaints)).await;
    house.rule("Compras", when("purchase_intent"), to(sales)).await;
    let boss = house.user("Jefa", Role::Supervisor).await;
    house.accept(vec![event(addressed("1", "ana", "hola"))]).await;
    let case = house.only_case(&boss).await;
    let (case, post) = (CaseId(case.row.id), PostId(case.labels.expect("read").post_id));
    assert_eq!(stored(&house, case).await.department_id, None);

    let labels = understanding::correct(&house.app, &boss, post, &types(&["complaint", "other"])).await.expect("correct");
    assert_eq!((labels.shares(Task::Types), labels.now.unsure), (vec![("complaint", None)], false), "none of these is none of these");
    assert_eq!(labels.corrected[0].by, "Jefa");
    let row = stored(&house, case).await;
    assert_eq!((row.department_id, row.priority.as_str()), (Some(complaints.0), "high"));
    assert_eq!(saying(&house, &boss, "complaint").await, ["hola"]);
    assert_eq!(steps(&house, post).await.last().expect("a step").step, "corrected");

    understanding::correct(&house.app, &boss, post, &types(&["purchase_intent"])).await.expect("correct");
    assert_eq!(stored(&house, case).await.department_id, Some(sales.0), "what a rule did a rule may change");
    let marketing = house.department("marketing").await;
    let by_hand = change::CaseChange { department_id: Some(Some(marketing)), ..change::CaseChange::default() };
    change::change(&house.app, &boss, case, by_hand).await.expect("move");
    understanding::correct(&house.app, &boss, post, &types(&["complaint"])).await.expect("correct");
    assert_eq!(stored(&house, case).await.department_id, Some(marketing.0), "what a person set stays");
    assert_eq!(house.count("correction").await, 3);

    // A correction outlives an edit; who does not see the case does not see the post.
    let edited = IncomingPost { revised_at: Some(house.app.now()), ..addressed("1", "ana", "hola, ¿cuánto cuesta un pasaje?") };
    house.accept(vec![event(edited)]).await;
    assert_eq!(saying(&house, &boss, "complaint").await.len(), 1);
    let luis = house.user_of("Luis", Role::Agent, "sales").await;
    let refused = understanding::correct(&house.app, &luis, post, &types(&["spam"])).await.expect_err("not theirs to see");
    assert_eq!(refused.code, "not_found");
    let wrong = understanding::correct(&house.app, &boss, post, &types(&["rabieta"])).await.expect_err("no such type");
    assert_eq!(wrong.fields[0].field, "types");
});

on_both!(nothing_is_routed_by_what_the_model_is_unsure_of, house => {
    let when = Conditions { types: ["complaint", "question", "request", "praise", "purchase_intent", "suggestion", "spam", "other"].map(Into::into).into(), ..Conditions::default() };
    house.rule("Todo", when, Actions { tags: vec!["leído".into()], ..Actions::default() }).await;
    let boss = house.user("Jefa", Role::Supervisor).await;
    house.accept(vec![event(addressed("1", "ana", "mmm"))]).await;
    let case = house.only_case(&boss).await;
    let unsure = case.labels.expect("read").now.unsure;
    assert_eq!(case.row.tags.contains("leído"), !unsure, "a rule by type holds just when the type is sure");
});

on_both!(reviews_are_drawn_by_turns_and_only_those_by_chance_are_counted, house => {
    let boss = house.user("Jefa", Role::Supervisor).await;
    let agent = house.user("Luisa", Role::Agent).await;
    assert_eq!(review::next(&house.app, &agent).await.expect_err("sees only a part").code, "forbidden");
    assert!(review::next(&house.app, &boss).await.expect("nothing yet").post.is_none());
    let texts = ["Pésimo servicio, mi paquete no llegó", "¿Cuánto cuesta un pasaje?", "hola", "gracias, excelente atención"];
    for (n, text) in texts.iter().enumerate() {
        house.accept(vec![event(addressed(&n.to_string(), &format!("p{n}"), text))]).await;
    }
    let mut seen = Vec::new();
    for n in 0..4 {
        house.clock.forward(1);
        let next = review::next(&house.app, &boss).await.expect("next");
        let post = next.post.expect("one more");
        assert_eq!((next.left, next.done), (3 - n, n));
        let again = review::next(&house.app, &boss).await.expect("the same").post.expect("one");
        assert_eq!(again.row.id, post.row.id, "until it is answered it is the same one");
        let says = post.labels.expect("read");
        let one = |task| names(&says, task).first().map(|name| (*name).to_owned());
        let whole = Correction { types: types(&["spam"]).types, sentiment: one(Task::Sentiment), language: one(Task::Language), audience: None };
        let id = PostId(post.row.id);
        let part = review::answer(&house.app, &boss, id, Some(&types(&["spam"]))).await.expect_err("half an answer");
        assert_eq!(part.fields[0].field, "sentiment");
        review::answer(&house.app, &boss, id, Some(&whole)).await.expect("answer");
        assert_eq!(review::answer(&house.app, &boss, id, Some(&whole)).await.expect_err("answered").code, "not_found");
        seen.push(post.row.id);
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 4, "each once");
    assert!(review::next(&house.app, &boss).await.expect("none left").post.is_none());
    let mut conn = house.app.store.read().await.expect("read");
    let by_chance = conn.corrections_from("random", 0, 100).await.expect("ledger").len();
    let doubtful = conn.corrections_from("doubtful", 0, 100).await.expect("ledger").len();
    drop(conn);
    assert_eq!(by_chance + doubtful, 12);
    let quality = quality::quality(&house.app, &boss).await.expect("quality");
    assert_eq!(quality.reviewed as usize * 3, by_chance);
    let all = |task: Task| quality.tasks.iter().find(|found| found.task == task).expect("every task").tables[0].right;
    assert_eq!((all(Task::Types).right, all(Task::Types).of), (0, quality.reviewed), "nothing here was spam");
    assert_eq!((all(Task::Sentiment).right, all(Task::Audience).of), (quality.reviewed, 0));
    assert_eq!(quality::quality(&house.app, &agent).await.expect_err("sees only a part").code, "forbidden");
});
