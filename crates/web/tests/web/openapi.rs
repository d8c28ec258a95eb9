//! The description says what the server does.

use serde_json::Value;

use crate::client::get;
use crate::evening::{Evening, settings};

#[tokio::test]
async fn every_route_is_described() {
    let evening = Evening::bare(settings()).await;
    let description = evening.ask(get("/api/v1/openapi.json")).await.expect("200").json();
    let described: Vec<String> = description["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            methods.as_object().unwrap().keys().map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect();
    // The page is for browsers, not for programs.
    let is_page = |path: &str| {
        ["/", "/setup", "/sign-in", "/{file}"].contains(&path)
            || ["/r/", "/studio/", "/desk/", "/assets/"].iter().any(|part| path.starts_with(part))
    };
    let mut routes: Vec<String> = web::routes()
        .filter(|(_, path, _)| !is_page(path))
        .map(|(method, path, _)| format!("{method} {path}"))
        .collect();
    routes.sort();
    let mut sorted = described.clone();
    sorted.sort();
    assert_eq!(sorted, routes);
}

/// Every `$ref` leads somewhere.
#[tokio::test]
async fn the_description_holds_together() {
    let evening = Evening::bare(settings()).await;
    let description = evening.ask(get("/api/v1/openapi.json")).await.json();
    let mut references = Vec::new();
    collect(&description, &mut references);
    assert!(references.len() > 20, "{references:?}");
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(description.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}

fn collect(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value.as_str().filter(|_| name == "$ref") {
                    Some(reference) => into.push(reference.to_owned()),
                    None => collect(value, into),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
