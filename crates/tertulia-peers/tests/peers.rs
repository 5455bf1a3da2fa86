//! Each peer, really exercised.
#![allow(clippy::unwrap_used, reason = "a test")]

use tertulia_peers::snac::Fediverse;

type Outcome = anyhow::Result<()>;

#[tokio::test]
async fn a_mention_crosses_two_snac_servers_and_its_answer_comes_back() -> Outcome {
    let fediverse = Fediverse::start().await?;
    let company = fediverse.alpha.person("soporte").await?;
    let customer = fediverse.beta.person("marta").await?;

    let post = customer.post("@soporte@alpha.test se perdió mi paquete").await?;
    let mention = company.wait_for_notification("mention", "se perdió mi paquete").await?;
    assert_eq!(mention["account"]["acct"], "marta@beta.test");

    let here = mention["status"]["id"].as_str().unwrap();
    company.reply("@marta@beta.test lo buscamos ya", here).await?;
    let answer = customer.find_post("lo buscamos ya", post["id"].as_str()).await?;
    assert_eq!(answer["in_reply_to_id"], post["id"]);
    Ok(())
}
