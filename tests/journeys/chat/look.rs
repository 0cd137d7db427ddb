use super::talk::Talk;

#[tokio::test]
async fn look() {
    let talk = Talk::begins().await;
    let ana = talk.direct("ana").await;
    let anao = talk.in_channel("ana", "ops").await;
    let sam = talk.in_channel("sam", "ops").await;
    let eve = talk.direct("eve").await;
    for (n, line) in std::fs::read_to_string("/work/bot-scratch/lines.txt").unwrap().lines().enumerate() {
        let (who, line) = match line.split_once('|') {
            Some(("o", l)) => (&anao, l),
            Some(("s", l)) => (&sam, l),
            Some(("e", l)) => (&eve, l),
            _ => (&ana, line),
        };
        if n % 12 == 11 {
            tokio::time::sleep(std::time::Duration::from_secs(2)).await;
        }
        let reply = talk.reply(who, line).await;
        println!("> {line}\n{}", bot::reply::plain(&reply.blocks));
        if let Some(l) = reply.shown_in_channel {
            println!("   [#{}] {:?}", l.channel, l.text.0);
        }
    }
}
