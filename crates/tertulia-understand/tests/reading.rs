//! What the classifiers that came with the program make of posts.

use tertulia_understand::{Audience, Context, Desk, Language, Languages, MessageType, Reading, Sentiment, Tier, Understander};

fn read(text: &str) -> Reading {
    Understander::built_in().read(text, &Context::default())
}

fn has(reading: &Reading, label: MessageType) -> bool {
    reading.types.iter().any(|t| t.label == label)
}

#[test]
fn a_complaint_without_mention_is_understood() {
    let reading = read("Ya van tres semanas y mi pedido de Fibralia nunca llegó. Pésimo servicio, no compren ahí.");
    assert_eq!(reading.language.label, Language::Spanish);
    assert_eq!(reading.sentiment.label, Sentiment::Negative);
    assert!(has(&reading, MessageType::Complaint), "{:?}", reading.types);
    assert!(!reading.because.is_empty() && reading.because.iter().all(|r| r.weight > 0.0));
    assert!(reading.topics.contains(&"delivery".to_owned()));
}

#[test]
fn each_type_is_told_in_each_language() {
    use MessageType::{Complaint, Praise, PurchaseIntent, Question, Request, Spam, Suggestion};
    let posts = [
        ("¿A qué hora abren los domingos?", Question),
        ("What time do you open on Sundays?", Question),
        ("A que horas vocês abrem no domingo?", Question),
        ("Por favor cancelen mi suscripción y devuélvanme el dinero", Request),
        ("Please cancel my subscription and send me a refund", Request),
        ("Por favor cancelem minha assinatura e devolvam o dinheiro", Request),
        ("Mil gracias a Laura por su ayuda, excelente atención", Praise),
        ("Huge thanks to Laura for all her help, wonderful service", Praise),
        ("Muito obrigada à Laura pela ajuda, atendimento excelente", Praise),
        ("Quiero comprar dos, ¿cuánto cuestan con envío a Lima?", PurchaseIntent),
        ("Sería buenísimo que agregaran modo oscuro a la app", Suggestion),
        ("It would be great if you added a dark mode to the app", Suggestion),
        ("GANA DINERO desde casa, $500 diarios, escríbeme ya!! https://t.co/x", Spam),
        ("Internet is down again, third time this week. Useless company.", Complaint),
        ("Minha internet caiu de novo, péssimo, estou há dois dias sem sinal", Complaint),
    ];
    for (text, label) in posts {
        let reading = read(text);
        assert!(has(&reading, label), "{text}: {:?}", reading.types);
    }
}

#[test]
fn the_language_expected_counts_where_the_text_says_little() {
    let short = |language| {
        let context = Context { language: Some(language), ..Context::default() };
        Understander::built_in().read("no", &context).language.label
    };
    assert_eq!((short(Language::Spanish), short(Language::English)), (Language::Spanish, Language::English));
    let context = Context { language: Some(Language::English), ..Context::default() };
    let long = Understander::built_in().read("Llevo toda la mañana esperando al técnico y nadie aparece", &context);
    assert_eq!(long.language.label, Language::Spanish);
    assert_eq!(read("👍👍 123").language.label, Language::Undetermined);
}

#[test]
fn only_the_languages_listened_in_are_named() {
    let named = |text: &str, among: &[Language]| {
        let context = Context { among: Languages::of(among.iter().copied()), ..Context::default() };
        Understander::built_in().read(text, &context).language.label
    };
    let portuguese = "Estou há duas semanas esperando meu pedido e ninguém me responde, que vergonha";
    assert_eq!(named(portuguese, &[]), Language::Portuguese);
    // Clear as it is, it is not taken for the nearest one.
    assert_eq!(named(portuguese, &[Language::Spanish, Language::English]), Language::Undetermined);
    for short in ["muito bom", "obrigado", "que chato", "no funciona", "not good", "una pregunta"] {
        for only in Language::UNDERSTOOD {
            let found = named(short, &[only]);
            assert!(found == only || found == Language::Undetermined, "{short} among {only} alone is {found}");
        }
    }
    // What could be two of ours is the one that is listened in.
    assert_eq!(named("no problem, gracias", &[Language::Spanish]), Language::Spanish);
}

#[test]
fn danger_is_urgent_and_says_why() {
    let reading = read("Huele a gas en toda la casa y nadie contesta el teléfono de emergencias");
    assert!(reading.urgency.score >= 0.7, "{:?}", reading.urgency);
    assert_eq!(reading.urgency.reasons[0].name, "safety");
    let calm = read("¿Tienen la talla 40?");
    assert!(calm.urgency.score < 0.2, "{:?}", calm.urgency);
}

#[test]
fn what_is_said_does_not_depend_on_what_came_before() {
    let texts = ["Hola", "", "Terrible service!!!", "👍", "Obrigado pela ajuda", "@user", "ñ"];
    let understander = Understander::built_in();
    for tier in [Tier::Words, Tier::Meaning] {
        let mut desk = Desk::default();
        for text in texts.iter().chain(texts.iter().rev()) {
            let again = understander.read_at(&mut desk, text, &Context::default(), tier);
            let alone = understander.read_at(&mut Desk::default(), text, &Context::default(), tier);
            assert_eq!(again, alone, "{text:?}");
            let sum: f32 = again.sentiment_shares.iter().sum();
            assert!((sum - 1.0).abs() < 1e-4);
        }
    }
}

#[test]
fn who_a_post_talks_to_is_told() {
    assert_eq!(read("@fibralia ¿me pueden ayudar con mi factura por favor?").audience.label, Audience::Us);
    assert_eq!(read("Hoy amaneció lindo en la costa, buen día a todos").audience.label, Audience::Nobody);
}

#[test]
fn hostile_texts_are_read() {
    for text in
        ["\0\u{202e}\u{feff}", &"a".repeat(100_000), &"😡".repeat(5_000), &"no ".repeat(20_000), "\\u\\n&amp", "<script>alert(1)</script>"]
    {
        let reading = read(text);
        assert!(reading.sentiment.p.is_finite() && reading.urgency.score.is_finite());
    }
}

#[test]
fn what_was_once_missed_is_understood() {
    let sure = [
        "Pésimo servicio de Alba: mi paquete no llegó y nadie contesta",
        "pesimo servcio mi paqete no yego y nadie contsta",
        "Mirasol: mi paquete no llegó y nadie contesta",
    ];
    for text in sure {
        assert!(read(text).sure.contains(&MessageType::Complaint), "{text}: {:?}", read(text).types);
    }
    for text in ["Alba nunca más: mi paquete no llegó", "Cadê meu pedido??"] {
        let reading = read(text);
        assert!(has(&reading, MessageType::Complaint) && reading.sentiment.label == Sentiment::Negative, "{text}: {:?}", reading.types);
    }
    assert_eq!(read("No me quejo, siempre me atendieron bien").sentiment.label, Sentiment::Positive);
}
