//! What posts say: read as they come in, asked by rules, corrected by people, reviewed, and measured.

use crate::support::{House, house};
use tertulia_app::{
    Actor, answers,
    cases::{self, FolderName, change, similar},
    monitors::{self, Form, history},
    posts::{self, Search},
    rules::{Actions, Conditions},
    settings,
    understanding::{
        self, Correction, Labels, Task, behind, filter, quality, review,
        words::{self, Trial},
    },
    view::PostView,
};
use tertulia_care::rules::Priority;
use tertulia_kernel::{
    CaseId, PostId, Timestamp,
    event::{Event, IncomingPost},
};
use tertulia_policy::Role;
use tertulia_store::{case::CaseRow, channel::ChannelRow, post::StepRow};

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

on_both!(a_correction_opens_the_case_that_intake_would_have_opened, house => {
    let complaints = house.department("complaints").await;
    let opens = Actions { open_case: Some(true), department_id: Some(complaints), priority: Some(Priority::High), ..Actions::default() };
    house.rule("Quejas", Conditions { types: vec!["complaint".into()], ..Conditions::default() }, opens).await;
    house.rule("El resto no", Conditions::default(), Actions { open_case: Some(false), ..Actions::default() }).await;
    let boss = house.user("Jefa", Role::Supervisor).await;
    house.accept(vec![event(addressed("1", "ana", "hola"))]).await;
    let post = listed(&house, &boss, Search::default()).await.remove(0);
    assert_eq!(post.row.case_id, None, "a rule says no");
    let id = PostId(post.row.id);
    understanding::correct(&house.app, &boss, id, &types(&["praise"])).await.expect("correct");
    assert_eq!(listed(&house, &boss, Search::default()).await[0].row.case_id, None, "still no");

    understanding::correct(&house.app, &boss, id, &types(&["complaint"])).await.expect("correct");
    let case = house.only_case(&boss).await.row;
    assert_eq!((case.department_id, case.priority.as_str(), case.excerpt.as_str()), (Some(complaints.0), "high", "hola"));
    assert_eq!(listed(&house, &boss, Search::default()).await[0].row.case_id, Some(case.id));
    let cased: Vec<StepRow> = steps(&house, id).await.into_iter().filter(|step| step.step == "cased").collect();
    assert!(cased.len() == 1 && cased[0].why.contains("opened"), "{cased:?}");
    assert_eq!(house.found("hola").await, 1, "it is found as before");

    // Once it has a case, a correction does to the case what the rules say, and opens no other.
    understanding::correct(&house.app, &boss, id, &types(&["spam"])).await.expect("correct");
    understanding::correct(&house.app, &boss, id, &types(&["complaint"])).await.expect("correct");
    assert_eq!(house.only_case(&boss).await.row.id, case.id);
});

/// Answers a draw with the model's own labels but for the types.
async fn answer_draw(house: &House, boss: &Actor, next: &review::Next) -> Labels {
    let id = PostId(next.post.as_ref().expect("drawn").row.id);
    let says = posts::detail(&house.app, boss, id).await.expect("post").post.labels.expect("read");
    let one = |task| names(&says, task).first().map(|name| (*name).to_owned());
    let whole =
        Correction { types: types(&["spam"]).types, sentiment: one(Task::Sentiment), language: one(Task::Language), audience: None };
    let part = review::answer(&house.app, boss, id, Some(&types(&["spam"]))).await.expect_err("half an answer");
    assert_eq!(part.fields[0].field, "sentiment");
    let labels = review::answer(&house.app, boss, id, Some(&whole)).await.expect("answer").expect("labels");
    assert_eq!(review::answer(&house.app, boss, id, Some(&whole)).await.expect_err("answered").code, "not_found");
    labels
}

on_both!(reviews_are_drawn_by_turns_and_only_those_by_chance_are_counted, house => {
    let boss = house.user("Jefa", Role::Supervisor).await;
    let agent = house.user("Luisa", Role::Agent).await;
    assert_eq!(review::next(&house.app, &agent).await.expect_err("sees only a part").code, "forbidden");
    assert!(review::next(&house.app, &boss).await.expect("nothing yet").post.is_none());
    let texts = ["Pésimo servicio, mi paquete no llegó", "¿Cuánto cuesta un pasaje?", "hola", "gracias, excelente atención"];
    for (n, text) in texts.iter().enumerate() {
        house.accept(vec![event(addressed(&n.to_string(), &format!("p{n}"), text))]).await;
    }
    let (mut by_chance, mut doubtful) = (Vec::new(), Vec::new());
    loop {
        house.clock.forward(1);
        let next = review::next(&house.app, &boss).await.expect("next");
        let Some(post) = &next.post else { break };
        assert_eq!(next.done, by_chance.len() as i64 + doubtful.len() as i64);
        let again = review::next(&house.app, &boss).await.expect("the same");
        assert_eq!((again.post.expect("one").row.id, again.random), (post.row.id, next.random), "until it is answered it is the same one");
        assert_eq!(post.labels.is_none(), next.random, "who is asked by chance says first");
        if by_chance.len() + doubtful.len() < 3 {
            assert_eq!(next.random, (by_chance.len() + doubtful.len()) % 2 == 0, "by turns");
        }
        answer_draw(&house, &boss, &next).await;
        if next.random { &mut by_chance } else { &mut doubtful }.push(post.row.id);
        assert!(by_chance.len() + doubtful.len() < 9);
    }
    by_chance.sort_unstable();
    by_chance.dedup();
    assert_eq!(by_chance.len(), 4, "chance draws from everything, what was doubtful too");
    let mut conn = house.app.store.read().await.expect("read");
    assert_eq!(conn.corrections_from("random", 0, 100).await.expect("ledger").len(), 12);
    assert_eq!(conn.corrections_from("doubtful", 0, 100).await.expect("ledger").len(), 3 * doubtful.len());
    drop(conn);
    let quality = quality::quality(&house.app, &boss).await.expect("quality");
    let all = |task: Task| quality.tasks.iter().find(|found| found.task == task).expect("every task").tables[0].right;
    assert_eq!((all(Task::Types).right, all(Task::Types).of), (0, quality.reviewed), "nothing here was spam");
    assert_eq!((quality.reviewed, all(Task::Sentiment).right, all(Task::Audience).of), (4, 4, 0));
    assert_eq!(quality::quality(&house.app, &agent).await.expect_err("sees only a part").code, "forbidden");
});

on_both!(what_is_passed_over_is_drawn_for_somebody_else_and_else_counted, house => {
    let (boss, other) = (house.user("Jefa", Role::Supervisor).await, house.user("Otra", Role::Supervisor).await);
    house.accept(vec![event(addressed("1", "ana", "hola"))]).await;
    let drawn = review::next(&house.app, &boss).await.expect("next");
    let id = PostId(drawn.post.expect("one").row.id);
    assert!(review::answer(&house.app, &boss, id, None).await.expect("pass").is_none());
    house.clock.forward(1);
    let mine = review::next(&house.app, &boss).await.expect("next");
    assert_eq!((mine.post.is_none(), mine.left, mine.done, mine.passed), (true, 0, 0, 1), "it counts as unanswered");
    assert_eq!(quality::quality(&house.app, &boss).await.expect("quality").unanswered, 1);
    let theirs = review::next(&house.app, &other).await.expect("next");
    assert_eq!((theirs.random, theirs.post.as_ref().map(|post| post.row.id)), (true, Some(id.0)));
    answer_draw(&house, &other, &theirs).await;
    let quality = quality::quality(&house.app, &boss).await.expect("quality");
    assert_eq!((quality.unanswered, quality.reviewed), (0, 1));
});

/// A channel that keeps what no monitor matches for a week.
async fn with_a_window(house: &House) {
    let mut tx = house.app.store.begin().await.expect("begin");
    let row = tx.channel(house.channel.0).await.expect("channel");
    tx.update_channel(&ChannelRow { window_days: 7, ..row }).await.expect("window");
    tx.commit().await.expect("commit");
}

/// One that asks for suitcases, applied to what is there.
async fn a_late_monitor(house: &House, boss: &Actor) {
    let form = Form { name: "Equipaje".into(), query: "maleta".into(), enabled: true, folder: None, owner: None, note: None };
    monitors::create(&house.app, boss, form).await.expect("create");
    while history::work_once(&house.app).await.expect("pass") {}
}

on_both!(what_is_kept_later_is_read_then_by_hand_at_once_and_by_a_monitor_soon, house => {
    with_a_window(&house).await;
    let boss = house.user("Jefa", Role::Supervisor).await;
    let complaint = "Pésimo servicio, mi paquete no llegó y nadie contesta";
    house.accept(vec![event(house::post("1", "ana", complaint)), event(house::post("2", "eva", "perdieron mi maleta, quiero que me la devuelvan"))]).await;
    assert_eq!(house.count("reading").await, 0, "both only pass by");
    let mut conn = house.app.store.read().await.expect("read");
    let passing = conn.posts_by_external(house.channel.0, &["1".into()]).await.expect("posts").remove(0);
    drop(conn);
    let opened = posts::open_case(&house.app, &boss, passing.id.into()).await.expect("open");
    assert!(names(&opened.labels.expect("read"), Task::Types).contains(&"complaint"));
    assert_eq!(house.only_case(&boss).await.labels.expect("read").post_id, passing.id);

    a_late_monitor(&house, &boss).await;
    assert_eq!((house.count("reading").await, house.count("reading_due").await), (1, 1));
    assert!(behind::work_once(&house.app).await.expect("read") && !behind::work_once(&house.app).await.expect("nothing left"));
    assert_eq!((house.count("reading").await, house.count("reading_due").await), (2, 0));
    let found = listed(&house, &boss, Search::default()).await.into_iter().find(|post| post.row.external_id == "2").expect("kept");
    assert!(found.labels.expect("read").corrected.is_empty());
});

on_both!(what_somebody_said_meanwhile_or_took_away_is_not_read_over, house => {
    with_a_window(&house).await;
    let boss = house.user("Jefa", Role::Supervisor).await;
    house.accept((1..4).map(|n| event(house::post(&n.to_string(), "ana", "perdieron mi maleta"))).collect()).await;
    a_late_monitor(&house, &boss).await;
    let of = async |id: &str| {
        let mut conn = house.app.store.read().await.expect("read");
        PostId(conn.posts_by_external(house.channel.0, &[id.into()]).await.expect("posts").remove(0).id)
    };
    understanding::correct(&house.app, &boss, of("1").await, &types(&["praise"])).await.expect("correct");
    house.accept(vec![Event::Deleted { external_id: "2".into(), at: house.app.now() }]).await;
    assert!(behind::work_once(&house.app).await.expect("read"));
    assert_eq!((house.count("reading").await, house.count("reading_due").await), (2, 0), "one was deleted");
    let praised = listed(&house, &boss, Search { labels: filter(&[], &[], &["praise"], None, None).expect("known"), ..Search::default() }).await;
    assert_eq!(praised.iter().map(|post| post.row.external_id.as_str()).collect::<Vec<_>>(), ["1"]);
});

on_both!(coming_again_counts_by_days_and_conversations_not_by_lines, house => {
    let boss = house.user("Jefa", Role::Supervisor).await;
    let urgency = async |id: &str| {
        let post = listed(&house, &boss, Search::default()).await.into_iter().find(|post| post.row.external_id == id).expect("kept");
        let grounds = post.labels.expect("read").said.grounds;
        grounds.iter().find(|ground| ground.name == "contacts").map_or(0, |ground| ground.points)
    };
    let line = |id: &str, thread: &str| event(IncomingPost { thread: Some(thread.into()), ..addressed(id, "ana", "hola, sigo con mi duda") });
    for id in ["1", "2", "3"] {
        house.accept(vec![line(id, "chat")]).await;
        assert_eq!(urgency(id).await, 0, "lines of one conversation are one time");
    }
    let again = IncomingPost { thread: Some("chat".into()), revised_at: Some(house.app.now()), ..addressed("3", "ana", "hola, sigo con mis dudas") };
    house.accept(vec![event(again)]).await;
    assert_eq!(urgency("3").await, 0, "an edit is not one more");
    house.accept(vec![line("4", "correo")]).await;
    assert_eq!(urgency("4").await, 150, "another conversation is");
    house.clock.forward(86_400);
    house.accept(vec![line("5", "chat")]).await;
    assert_eq!(urgency("5").await, 300, "and another day");
});

on_both!(words_that_count_are_the_companys_to_change, house => {
    let boss = house.user("Jefa", Role::Supervisor).await;
    let agent = house.user("Luisa", Role::Agent).await;
    assert_eq!(words::show(&house.app, &agent).await.expect_err("not theirs").code, "forbidden");
    let text = "soy periodista y quiero saber su versión";
    let grounds = async |id: &str| {
        house.accept(vec![event(addressed(id, id, text))]).await;
        let post = listed(&house, &boss, Search::default()).await.into_iter().find(|post| post.row.external_id == id).expect("kept");
        post.labels.expect("read").said.grounds.into_iter().map(|ground| (ground.name, ground.points)).collect::<Vec<_>>()
    };
    let press = ("prensa".to_owned(), 700);
    assert!(!grounds("1").await.contains(&press));
    let spanish = |phrases: &[&str]| [(tertulia_understand::Language::Spanish, phrases.iter().map(|&phrase| phrase.into()).collect())].into();
    let form = words::Form { points: 700, phrases: spanish(&["periodista", "un diario"]) };
    // First tried, then saved.
    let draft = Some(("urgency".to_owned(), "prensa".to_owned(), form.clone()));
    let said = words::try_out(&house.app, &boss, Trial { text: text.into(), draft, ..Trial::default() }).await.expect("try");
    assert!(said.urgency >= 700 && said.grounds[0].words == "periodista", "{said:?}");
    assert!(!grounds("2").await.contains(&press), "trying changes nothing");
    let saved = words::save(&house.app, &boss, "urgency", "prensa", form).await.expect("save");
    assert!(saved.shipped.is_none() && saved.changed());
    assert!(grounds("3").await.contains(&press), "from the next post on");
    // Another process reads with it too.
    let other = tertulia_app::App::new(house.app.store.clone(), tertulia_app::secret::Sealer::new([7; 32]), tertulia_app::Networks::default());
    let said = words::try_out(&other, &boss, Trial { text: text.into(), ..Trial::default() }).await.expect("try");
    assert_eq!(said.grounds[0].name, "prensa");
    words::restore(&house.app, &boss, "urgency", "prensa").await.expect("remove");
    assert!(!grounds("4").await.contains(&press));
    assert_eq!(words::restore(&house.app, &boss, "urgency", "prensa").await.expect_err("gone").code, "not_found");
    let quiet = words::Form { points: 0, ..words::Form::default() };
    let reach = words::save(&house.app, &boss, "urgency", "reach", quiet).await.expect("save");
    assert!(reach.fact && reach.changed());
    let famous = Trial { text: "hola".into(), followers: 1_000_000, ..Trial::default() };
    assert_eq!(words::try_out(&house.app, &boss, famous.clone()).await.expect("try").grounds, []);
    let back = words::restore(&house.app, &boss, "urgency", "reach").await.expect("restore").expect("shipped");
    assert_eq!((back.points, back.changed()), (400, false));
    assert_eq!(words::try_out(&house.app, &boss, famous).await.expect("try").grounds[0].name, "reach");
});

on_both!(a_case_shows_those_like_it_that_the_user_sees_with_what_was_answered, house => {
    let boss = house.user("Jefa", Role::Supervisor).await;
    let texts = ["Mi paquete no llegó y nadie responde", "My parcel never arrived and nobody answers", "¿A qué hora abren los domingos?", "Mi paquete todavía no ha llegado y nadie me contesta"];
    for (n, text) in texts.iter().enumerate() {
        house.accept(vec![event(IncomingPost { lang: None, ..addressed(&n.to_string(), &format!("p{n}"), text) })]).await;
    }
    let all = async |actor: &Actor| cases::list(&house.app, actor, FolderName::All, None, 10).await.expect("list").0;
    let id = async |words: &str| CaseId(all(&boss).await.into_iter().find(|case| case.row.excerpt.contains(words)).expect("there").row.id);
    let (mine, english, late) = (id("no llegó").await, id("parcel").await, id("todavía").await);
    let found = similar::similar(&house.app, &boss, mine).await.expect("similar");
    let mut ids: Vec<_> = found.iter().map(|one| one.case.row.id).collect();
    ids.sort_unstable();
    let mut alike = vec![english.0, late.0];
    alike.sort_unstable();
    assert_eq!(ids, alike, "in whatever words and language: {:?}", found.iter().map(|one| (one.likeness, &one.case.row.excerpt)).collect::<Vec<_>>());
    assert!(found[0].likeness >= found[1].likeness && found.iter().all(|one| one.answer.is_none()));

    // What was answered is shown, also when the last word was theirs and of no account.
    let detail = cases::detail::detail(&house.app, &boss, english).await.expect("detail");
    answers::send(&house.app, &boss, english, house::answer(&house, detail.conversations[0].row.id, "We sent it again")).await.expect("send");
    house.accept(vec![event(addressed("9", "p1", "ok"))]).await;
    let resolved = change::CaseChange { state: Some("resolved".into()), ..change::CaseChange::default() };
    change::change(&house.app, &boss, english, resolved).await.expect("resolve");
    let found = similar::similar(&house.app, &boss, mine).await.expect("similar");
    let answered = found.iter().find(|one| one.case.row.id == english.0).expect("still alike");
    assert_eq!(answered.answer.as_ref().map(|row| row.text.as_str()), Some("We sent it again"));

    // Nobody is shown what they may not see; old cases are not looked at.
    let (sales, complaints) = (house.department("sales").await, house.department("complaints").await);
    for (case, department) in [(english, sales), (late, sales), (mine, complaints)] {
        let moved = change::CaseChange { department_id: Some(Some(department)), ..change::CaseChange::default() };
        change::change(&house.app, &boss, case, moved).await.expect("move");
    }
    let agent = house.user("Luisa", Role::Agent).await;
    assert!(similar::similar(&house.app, &agent, mine).await.expect("similar").is_empty());
    assert_eq!(similar::similar(&house.app, &agent, late).await.expect_err("not theirs").code, "not_found");
    house.clock.forward(100 * 86_400);
    assert!(similar::similar(&house.app, &boss, mine).await.expect("similar").is_empty());
});
