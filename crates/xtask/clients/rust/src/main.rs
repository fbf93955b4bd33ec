//! connect KIND NAME PORT: one connection to NAME:PORT with a library; without arguments the versions of all.

use std::error::Error;
use std::net::TcpStream;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().collect();
    let [_, kind, name, port] = words.as_slice() else {
        return Err("KIND NAME PORT".into());
    };
    let url = format!("http://{name}:{port}/");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match kind.as_str() {
        "std" => drop(TcpStream::connect(format!("{name}:{port}"))?),
        "tokio" => runtime.block_on(async { tokio::net::TcpStream::connect(format!("{name}:{port}")).await.map(drop) })?,
        "hyper" => runtime.block_on(async {
            let client = reqwest13::Client::builder().no_proxy().no_hickory_dns().build()?;
            client.get(&url).send().await.map(drop)
        })?,
        "hickory-0.12" => runtime.block_on(async {
            let client = reqwest12::Client::builder().no_proxy().hickory_dns(true).build()?;
            client.get(&url).send().await.map(drop)
        })?,
        _ => runtime.block_on(async {
            let client = reqwest13::Client::builder().no_proxy().hickory_dns(true).build()?;
            client.get(&url).send().await.map(drop)
        })?,
    }
    Ok(())
}
