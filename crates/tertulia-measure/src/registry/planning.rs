//! What is to be expected, and how many people it needs.

use super::{Both, Bounds, Card, Group, Unit};

pub(super) const CARDS: &[Card] = &[
    Card {
        key: "offered_load",
        group: Group::Planning,
        unit: Unit::Agents,
        name: Both { es: "Carga ofrecida", en: "Offered load" },
        definition: Both {
            es: "A cuántos agentes mantiene ocupados, en promedio, lo que llega, en erlangs.",
            en: "How many agents what comes keeps busy on average, in erlangs.",
        },
        formula: Both { es: "A = λ · AHT", en: "A = λ · AHT" },
        sample: Both { es: "llegadas por hora y tiempo medio de gestión", en: "arrivals an hour and average handling time" },
        bounds: Bounds::None,
        source: "Erlang 1909",
    },
    Card {
        key: "erlang_b",
        group: Group::Planning,
        unit: Unit::Share,
        name: Both { es: "Erlang B: bloqueo", en: "Erlang B: blocking" },
        definition: Both {
            es: "La parte que encuentra todo ocupado y se va, cuando nadie puede esperar.",
            en: "The share that finds everything busy and leaves, when nobody can wait.",
        },
        formula: Both {
            es: "B₀ = 1; Bₖ = A·Bₖ₋₁ ÷ (k + A·Bₖ₋₁)", en: "B₀ = 1; Bₖ = A·Bₖ₋₁ ÷ (k + A·Bₖ₋₁)"
        },
        sample: Both { es: "modelo: llegadas de Poisson", en: "model: Poisson arrivals" },
        bounds: Bounds::None,
        source: "Erlang 1917",
    },
    Card {
        key: "erlang_c",
        group: Group::Planning,
        unit: Unit::Share,
        name: Both { es: "Erlang C: probabilidad de esperar", en: "Erlang C: probability of waiting" },
        definition: Both {
            es: "La parte que tiene que esperar cuando nadie abandona.",
            en: "The share that has to wait when nobody gives up.",
        },
        formula: Both {
            es: "P_w = B ÷ (1 − ρ(1 − B)); nivel de servicio 1 − P_w·e^(−(N − A)·T ÷ AHT); ASA P_w·AHT ÷ (N − A)",
            en: "P_w = B ÷ (1 − ρ(1 − B)); service level 1 − P_w·e^(−(N − A)·T ÷ AHT); ASA P_w·AHT ÷ (N − A)",
        },
        sample: Both { es: "modelo: llegadas de Poisson, gestión exponencial", en: "model: Poisson arrivals, exponential handling" },
        bounds: Bounds::None,
        source: "Erlang 1917",
    },
    Card {
        key: "erlang_a",
        group: Group::Planning,
        unit: Unit::Share,
        name: Both { es: "Erlang A: espera con paciencia limitada", en: "Erlang A: waiting with limited patience" },
        definition: Both {
            es: "La parte que espera y la que abandona cuando la paciencia se acaba.",
            en: "The share that waits, and the share that gives up, when patience ends.",
        },
        formula: Both {
            es: "P_w = A(x,y)·B ÷ (1 + (A(x,y) − 1)·B), A(x,y) = x·eʸ·y⁻ˣ·γ(x,y), x = N·paciencia ÷ AHT, y = λ·paciencia; abandono = E[cola] ÷ (λ·paciencia)",
            en: "P_w = A(x,y)·B ÷ (1 + (A(x,y) − 1)·B), A(x,y) = x·eʸ·y⁻ˣ·γ(x,y), x = N·patience ÷ AHT, y = λ·patience; abandonment = E[queue] ÷ (λ·patience)",
        },
        sample: Both {
            es: "modelo: llegadas de Poisson, gestión y paciencia exponenciales",
            en: "model: Poisson arrivals, exponential handling and patience",
        },
        bounds: Bounds::None,
        source: "Palm 1957; Mandelbaum and Zeltyn 2007",
    },
    Card {
        key: "required_agents",
        group: Group::Planning,
        unit: Unit::Agents,
        name: Both { es: "Agentes necesarios", en: "Agents needed" },
        definition: Both {
            es: "Los menos que alcanzan todas las metas, y cuántos hay que programar para tenerlos.",
            en: "The fewest that reach all targets, and how many to schedule to have them.",
        },
        formula: Both {
            es: "mín N que cumple; programados = ⌈N ÷ (1 − merma)⌉",
            en: "least N that meets them; scheduled = ⌈N ÷ (1 − shrinkage)⌉",
        },
        sample: Both { es: "el pronóstico del intervalo", en: "the interval's forecast" },
        bounds: Bounds::None,
        source: "Cleveland and Mayben 1997",
    },
    Card {
        key: "intraday_pattern",
        group: Group::Planning,
        unit: Unit::Share,
        name: Both { es: "Perfil del día", en: "Intraday pattern" },
        definition: Both {
            es: "Qué parte del día llega en cada intervalo, por día de la semana.",
            en: "What share of a day comes in each interval, by weekday.",
        },
        formula: Both {
            es: "media recortada al 20 % de las partes de cada día, suavizada (¼, ½, ¼) y llevada a suma 1",
            en: "mean of the days' shares trimmed by 20 %, smoothed (¼, ½, ¼), scaled to sum 1",
        },
        sample: Both {
            es: "días del historial de ese día de la semana, sin festivos",
            en: "days of that weekday in the history, holidays left out",
        },
        bounds: Bounds::None,
        source: "Tukey and McLaughlin 1963",
    },
    Card {
        key: "daily_forecast",
        group: Group::Planning,
        unit: Unit::Contacts,
        name: Both { es: "Pronóstico diario", en: "Daily forecast" },
        definition: Both {
            es: "Cuántos contactos se esperan en un día, por nivel, tendencia y día de la semana.",
            en: "How many contacts are expected on a day, by level, trend and weekday.",
        },
        formula: Both {
            es: "Holt–Winters con tendencia amortiguada sobre ln(1 + n), errores recortados",
            en: "Holt–Winters with damped trend on ln(1 + n), errors clipped",
        },
        sample: Both { es: "días del historial, sin festivos", en: "days of the history, holidays left out" },
        bounds: Bounds::Forecast,
        source: "Holt 1957; Winters 1960; Gelper, Fried and Croux 2010",
    },
    Card {
        key: "wape",
        group: Group::Planning,
        unit: Unit::Share,
        name: Both { es: "Error del pronóstico (WAPE)", en: "Forecast error (WAPE)" },
        definition: Both {
            es: "Cuánto se apartó el pronóstico de lo ocurrido, como parte de lo ocurrido.",
            en: "How far the forecast was from what happened, as a share of what happened.",
        },
        formula: Both { es: "Σ |ocurrido − pronóstico| ÷ Σ ocurrido", en: "Σ |happened − forecast| ÷ Σ happened" },
        sample: Both {
            es: "días pronosticados una semana antes, con lo que se sabía entonces",
            en: "days forecast a week ahead from what was known then",
        },
        bounds: Bounds::None,
        source: "Kolassa and Schütz 2007",
    },
    Card {
        key: "time_to_clear",
        group: Group::Planning,
        unit: Unit::Seconds,
        name: Both { es: "Tiempo para ponerse al día", en: "Time to clear" },
        definition: Both {
            es: "Cuándo queda en nada lo pendiente, si llega lo previsto y se trabaja en horario.",
            en: "When nothing is left pending, if what is expected comes and people work their hours.",
        },
        formula: Both {
            es: "pendienteₜ₊₁ = máx(0, pendienteₜ + llegadasₜ − capacidadₜ)",
            en: "backlogₜ₊₁ = max(0, backlogₜ + arrivalsₜ − capacityₜ)",
        },
        sample: Both { es: "llegadas previstas y horas de trabajo", en: "expected arrivals and working hours" },
        bounds: Bounds::None,
        source: "Newell 1982",
    },
];
