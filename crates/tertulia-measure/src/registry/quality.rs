//! Measures of how well it was done.

use super::{Both, Bounds, Card, Group, Unit};

pub(super) const CARDS: &[Card] = &[
    Card {
        key: "fcr",
        group: Group::Quality,
        unit: Unit::Share,
        name: Both { es: "Resolución al primer contacto (FCR)", en: "First-contact resolution (FCR)" },
        definition: Both {
            es: "La parte de los casos resueltos por los que nadie tuvo que volver en los días fijados.",
            en: "The share of resolved cases nobody had to come back for within the set days.",
        },
        formula: Both {
            es: "resueltos sin repetición en X días ÷ resueltos", en: "resolved without a repeat within X days ÷ resolved"
        },
        sample: Both { es: "casos resueltos cuyos X días ya pasaron", en: "resolved cases whose X days are over" },
        bounds: Bounds::Wilson,
        source: "Tertulia",
    },
    Card {
        key: "reopen_rate",
        group: Group::Quality,
        unit: Unit::Share,
        name: Both { es: "Tasa de reapertura", en: "Reopen rate" },
        definition: Both {
            es: "La parte de los casos resueltos que se volvió a abrir.",
            en: "The share of resolved cases that was opened again.",
        },
        formula: Both { es: "reabiertos ÷ resueltos", en: "reopened ÷ resolved" },
        sample: Both { es: "casos resueltos", en: "cases resolved" },
        bounds: Bounds::Wilson,
        source: "Tertulia",
    },
    Card {
        key: "critical_error_accuracy",
        group: Group::Quality,
        unit: Unit::Share,
        name: Both { es: "Precisión sin errores críticos", en: "Critical-error accuracy" },
        definition: Both {
            es: "La parte de los casos revisados sin ningún error que por sí solo los echa a perder.",
            en: "The share of reviewed cases without any error that alone spoils them.",
        },
        formula: Both { es: "sin error crítico ÷ revisados", en: "without critical error ÷ reviewed" },
        sample: Both {
            es: "casos revisados; por separado los errores para el cliente, el negocio y la ley",
            en: "reviewed cases; errors for customer, business and law apart",
        },
        bounds: Bounds::Wilson,
        source: "Tertulia",
    },
    Card {
        key: "dpmo",
        group: Group::Quality,
        unit: Unit::PerMillion,
        name: Both { es: "Defectos por millón de oportunidades (DPMO)", en: "Defects per million opportunities (DPMO)" },
        definition: Both {
            es: "Cuántos defectos habría en un millón de oportunidades de cometerlos.",
            en: "How many defects there would be in a million opportunities for them.",
        },
        formula: Both { es: "10⁶ · D ÷ (U · O)", en: "10⁶ · D ÷ (U · O)" },
        sample: Both { es: "unidades por oportunidades de cada una", en: "units times opportunities of each" },
        bounds: Bounds::Wilson,
        source: "Harry and Schroeder 2000",
    },
    Card {
        key: "sigma_level",
        group: Group::Quality,
        unit: Unit::Sigmas,
        name: Both { es: "Nivel sigma", en: "Sigma level" },
        definition: Both {
            es: "A cuántas desviaciones del límite trabaja el proceso, con el desplazamiento acostumbrado de 1,5.",
            en: "How many deviations from the limit the process works, with the customary shift of 1.5.",
        },
        formula: Both { es: "Φ⁻¹(1 − DPMO ÷ 10⁶) + 1,5", en: "Φ⁻¹(1 − DPMO ÷ 10⁶) + 1.5" },
        sample: Both { es: "la del DPMO", en: "that of the DPMO" },
        bounds: Bounds::Wilson,
        source: "Harry and Schroeder 2000",
    },
    Card {
        key: "p_chart",
        group: Group::Quality,
        unit: Unit::Share,
        name: Both { es: "Gráfica de control de proporciones (p)", en: "Control chart of shares (p)" },
        definition: Both {
            es: "Los límites entre los que una proporción varía por azar, con muestras de distinto tamaño.",
            en: "The bounds within which a share varies by chance, with samples of different size.",
        },
        formula: Both { es: "p̄ ± 3√(p̄(1 − p̄) ÷ nᵢ)", en: "p̄ ± 3√(p̄(1 − p̄) ÷ nᵢ)" },
        sample: Both { es: "todas las unidades de todas las muestras", en: "all units of all samples" },
        bounds: Bounds::None,
        source: "Shewhart 1931",
    },
    Card {
        key: "xmr_chart",
        group: Group::Quality,
        unit: Unit::Points,
        name: Both { es: "Gráfica de valores y rangos móviles (XmR)", en: "Chart of values and moving ranges (XmR)" },
        definition: Both {
            es: "Los límites entre los que un valor por periodo varía por azar.",
            en: "The bounds within which one value per period varies by chance.",
        },
        formula: Both { es: "x̄ ± 2,66·m̄R; rango: 3,267·m̄R", en: "x̄ ± 2.66·m̄R; range: 3.267·m̄R" },
        sample: Both { es: "los valores, uno por periodo", en: "the values, one per period" },
        bounds: Bounds::None,
        source: "Wheeler 1993",
    },
    Card {
        key: "capability",
        group: Group::Quality,
        unit: Unit::Points,
        name: Both { es: "Capacidad del proceso (Cpk)", en: "Process capability (Cpk)" },
        definition: Both {
            es: "Cuánto cabe la variación del proceso entre los límites pedidos, desde el lado más cercano.",
            en: "How well the variation of the process fits within the limits asked for, from the nearer side.",
        },
        formula: Both { es: "mín(LSE − x̄, x̄ − LIE) ÷ 3σ", en: "min(USL − x̄, x̄ − LSL) ÷ 3σ" },
        sample: Both { es: "los valores, uno por periodo", en: "the values, one per period" },
        bounds: Bounds::None,
        source: "Kane 1986",
    },
];
