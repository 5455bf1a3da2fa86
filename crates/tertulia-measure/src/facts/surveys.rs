//! Surveys: what customers said when asked, and how many said nothing.

use serde::Serialize;
use tertulia_kernel::CaseId;

use super::Measured;
use crate::error::{MeasureError, check};

/// One question asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Survey {
    /// About which case.
    pub case: CaseId,
    /// The answer; none so far.
    pub score: Option<u8>,
}

/// What the answers say, and how many answered: one is never shown without the other.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answered {
    /// The score.
    pub score: Measured<CaseId>,
    /// Answered ÷ asked.
    pub response: Measured<CaseId>,
}

/// Scores of a scale, each with its case.
fn scores(surveys: &[Survey], least: u8, most: u8, must: &'static str) -> Result<Vec<(CaseId, u8)>, MeasureError> {
    let answered = surveys.iter().filter_map(|survey| Some((survey.case, survey.score?)));
    let checked = answered.map(|(case, score)| {
        check("score", f64::from(score), must, (least..=most).contains(&score))?;
        Ok((case, score))
    });
    checked.collect()
}

fn with_response(surveys: &[Survey], score: Measured<CaseId>) -> Answered {
    let response = Measured::share("survey_response_rate", surveys.iter().map(|survey| (survey.case, survey.score.is_some())));
    Answered { score, response }
}

/// CSAT: answers of 4 and 5 ÷ answers, of 1 to 5 (top two).
pub fn satisfaction(surveys: &[Survey]) -> Result<Answered, MeasureError> {
    let scores = scores(surveys, 1, 5, "1 … 5")?;
    Ok(with_response(surveys, Measured::share("csat", scores.into_iter().map(|(case, score)| (case, score >= 4)))))
}

/// NPS (Reichheld 2003): % of 9 and 10 less % of 0 to 6, of 0 to 10; from −100 to 100. It is the mean of 100, 0 and −100, and
/// has a mean's interval.
pub fn net_promoter(surveys: &[Survey]) -> Result<Answered, MeasureError> {
    let scores = scores(surveys, 0, 10, "0 … 10")?;
    let worth = |score: u8| match score {
        9.. => 100.0,
        7 | 8 => 0.0,
        _ => -100.0,
    };
    let mut score = Measured::mean("nps", scores.into_iter().map(|(case, score)| (case, worth(score))));
    score.interval = score.interval.map(|interval| interval.within(-100.0, 100.0));
    Ok(with_response(surveys, score))
}

/// CES (Dixon, Freeman and Toman 2010): the mean of 1 to 7, where 7 is "it was made easy for me".
pub fn customer_effort(surveys: &[Survey]) -> Result<Answered, MeasureError> {
    let scores = scores(surveys, 1, 7, "1 … 7")?;
    let mut score = Measured::mean("ces", scores.into_iter().map(|(case, score)| (case, f64::from(score))));
    score.interval = score.interval.map(|interval| interval.within(1.0, 7.0));
    Ok(with_response(surveys, score))
}

#[cfg(test)]
mod tests {
    //! Answers counted by hand.
    use super::*;
    use uuid::Uuid;

    fn asked(scores: &[Option<u8>]) -> Vec<Survey> {
        (1..).zip(scores).map(|(id, &score)| Survey { case: CaseId(Uuid::from_u128(id)), score }).collect()
    }

    #[test]
    fn silence_is_no_answer_but_is_told() {
        let csat = satisfaction(&asked(&[Some(5), Some(4), Some(3), Some(1), None, None, None, None])).unwrap();
        assert_eq!((csat.score.value, csat.score.sample), (Some(0.5), 4));
        assert_eq!((csat.response.value, csat.response.sample), (Some(0.5), 8));
        let nps = net_promoter(&asked(&[Some(10), Some(9), Some(8), Some(7), Some(6)])).unwrap();
        assert_eq!(nps.score.value, Some(20.0));
        let interval = nps.score.interval.unwrap();
        assert!((interval.low + 83.884).abs() < 1e-2 && interval.high == 100.0, "{interval:?}");
        let ces = customer_effort(&asked(&[Some(7), Some(4), None])).unwrap();
        assert_eq!((ces.score.value, ces.response.value), (Some(5.5), Some(2.0 / 3.0)));
        assert_eq!(customer_effort(&asked(&[None])).unwrap().score.value, None);
    }

    #[test]
    fn a_score_outside_of_its_scale_is_refused() {
        assert!(satisfaction(&asked(&[Some(6)])).is_err());
        assert!(satisfaction(&asked(&[Some(0)])).is_err());
        assert!(net_promoter(&asked(&[Some(11)])).is_err());
        assert_eq!(customer_effort(&asked(&[Some(8)])), Err(MeasureError::OutOfRange { what: "score", got: 8.0, must: "1 … 7" }));
    }
}
