//! A person with an account on a Mastodon-compatible server, driving the server's own API.
//!
//! Answers stay JSON: servers differ in what they send, and a test should look at exactly what the server said.

use std::time::Duration;

use anyhow::Context as _;
use reqwest::Method;
use serde_json::{Value, json};

/// One account with an access token.
#[derive(Debug, Clone)]
pub struct Account {
    /// Where the server's API is reached: `http://127.0.0.1:PORT`.
    pub base_url: String,
    /// `user@host`, without the leading `@`.
    pub handle: String,
    /// The account's id on its own server.
    pub id: String,
    /// The access token.
    pub token: String,
    /// The application the token was given to: `client_id`.
    pub client_id: String,
    /// The application's secret.
    pub client_secret: String,
}

/// How long federation may take: `snac2` looks at its queue every few seconds.
pub const FEDERATION: Duration = Duration::from_secs(30);

impl Account {
    /// Calls the API as this account: `call(Method::GET, "/api/v1/…", None)`.
    ///
    /// # Errors
    /// No answer, an error status (with what the server said), or an answer that is not JSON.
    pub async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> anyhow::Result<Value> {
        self.call_with(method, path, body, &[]).await
    }

    /// As [`Account::call`], with request headers of one's own.
    ///
    /// # Errors
    /// As [`Account::call`].
    pub async fn call_with(&self, method: Method, path: &str, body: Option<&Value>, headers: &[(&str, &str)]) -> anyhow::Result<Value> {
        let mut request = crate::http().request(method.clone(), format!("{}{path}", self.base_url)).bearer_auth(&self.token);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        answer(request).await.with_context(|| format!("{method} {path} as {}", self.handle))
    }

    /// Posts publicly.
    ///
    /// # Errors
    /// As [`Account::call`].
    pub async fn post(&self, text: &str) -> anyhow::Result<Value> {
        self.publish(&json!({ "status": text, "visibility": "public" })).await
    }

    /// Answers a post, named by its id **on this account's server** (see [`Account::find_post`]).
    ///
    /// # Errors
    /// As [`Account::call`].
    pub async fn reply(&self, text: &str, in_reply_to_id: &str) -> anyhow::Result<Value> {
        self.publish(&json!({ "status": text, "visibility": "public", "in_reply_to_id": in_reply_to_id })).await
    }

    /// Writes to the accounts mentioned in the text and nobody else.
    ///
    /// # Errors
    /// As [`Account::call`].
    pub async fn direct(&self, text: &str) -> anyhow::Result<Value> {
        self.publish(&json!({ "status": text, "visibility": "direct" })).await
    }

    /// Posts whatever the body says: `POST /api/v1/statuses`.
    ///
    /// # Errors
    /// As [`Account::call`].
    pub async fn publish(&self, body: &Value) -> anyhow::Result<Value> {
        self.call(Method::POST, "/api/v1/statuses", Some(body)).await
    }

    /// Changes the text of an own post.
    ///
    /// # Errors
    /// As [`Account::call`].
    pub async fn edit(&self, id: &str, text: &str) -> anyhow::Result<Value> {
        self.call(Method::PUT, &format!("/api/v1/statuses/{id}"), Some(&json!({ "status": text }))).await
    }

    /// Deletes an own post.
    ///
    /// # Errors
    /// As [`Account::call`].
    pub async fn delete(&self, id: &str) -> anyhow::Result<Value> {
        self.call(Method::DELETE, &format!("/api/v1/statuses/{id}"), None).await
    }

    /// A post as the server has it now.
    ///
    /// # Errors
    /// As [`Account::call`]; a deleted post is a 404.
    pub async fn status(&self, id: &str) -> anyhow::Result<Value> {
        self.call(Method::GET, &format!("/api/v1/statuses/{id}"), None).await
    }

    /// What stands above and below a post: `{"ancestors": […], "descendants": […]}`.
    ///
    /// # Errors
    /// As [`Account::call`].
    pub async fn thread(&self, id: &str) -> anyhow::Result<Value> {
        self.call(Method::GET, &format!("/api/v1/statuses/{id}/context"), None).await
    }

    /// The home timeline, newest first.
    ///
    /// # Errors
    /// As [`Account::call`].
    pub async fn home(&self) -> anyhow::Result<Vec<Value>> {
        self.list("/api/v1/timelines/home").await
    }

    /// The timeline of a hashtag (without `#`), newest first.
    ///
    /// # Errors
    /// As [`Account::call`].
    pub async fn hashtag(&self, tag: &str) -> anyhow::Result<Vec<Value>> {
        self.list(&format!("/api/v1/timelines/tag/{tag}")).await
    }

    /// Notifications, newest first.
    ///
    /// # Errors
    /// As [`Account::call`].
    pub async fn notifications(&self) -> anyhow::Result<Vec<Value>> {
        self.list("/api/v1/notifications?limit=40").await
    }

    /// Any endpoint that answers with a list.
    ///
    /// # Errors
    /// As [`Account::call`], or when the answer is not a list.
    pub async fn list(&self, path: &str) -> anyhow::Result<Vec<Value>> {
        match self.call(Method::GET, path, None).await? {
            Value::Array(items) => Ok(items),
            other => anyhow::bail!("{path} answered no list but {other}"),
        }
    }

    /// Follows `user@host`: from then on its posts federate to this account's server.
    ///
    /// # Errors
    /// As [`Account::call`], or when the server cannot find the account.
    pub async fn follow(&self, handle: &str) -> anyhow::Result<Value> {
        let path = format!("/api/v2/search?type=accounts&resolve=true&limit=1&q=@{handle}");
        let found = self.call(Method::GET, &path, None).await?;
        let id = found["accounts"][0]["id"].as_str().with_context(|| format!("{handle} was not found: {found}"))?;
        self.call(Method::POST, &format!("/api/v1/accounts/{id}/follow"), Some(&json!({}))).await
    }

    /// Waits for a notification of this kind (`mention`, `follow`, `status`…) whose post contains `text`.
    ///
    /// # Errors
    /// When it does not come within [`FEDERATION`].
    pub async fn wait_for_notification(&self, kind: &str, text: &str) -> anyhow::Result<Value> {
        let what = format!("a {kind} notification for {} with {text:?}", self.handle);
        crate::eventually(&what, FEDERATION, async || {
            let all = self.notifications().await?;
            Ok(all.into_iter().find(|one| one["type"] == kind && says(&one["status"], text)))
        })
        .await
    }

    /// Waits until a post that contains `text` is in the home timeline, the notifications or below the own post
    /// `thread_of`: how a customer finds an answer. The result is the post with its id on this server.
    ///
    /// # Errors
    /// When it does not come within [`FEDERATION`].
    pub async fn find_post(&self, text: &str, thread_of: Option<&str>) -> anyhow::Result<Value> {
        let what = format!("a post with {text:?} in the sight of {}", self.handle);
        crate::eventually(&what, FEDERATION, async || {
            let mut posts = self.home().await?;
            posts.extend(self.notifications().await?.into_iter().map(|mut one| one["status"].take()));
            if let Some(id) = thread_of {
                let thread = self.thread(id).await?;
                posts.extend(thread["descendants"].as_array().into_iter().flatten().cloned());
            }
            Ok(posts.into_iter().find(|post| says(post, text)))
        })
        .await
    }

    /// Uploads a file; the id in the answer goes into `media_ids` of [`Account::publish`].
    ///
    /// # Errors
    /// As [`Account::call`].
    pub async fn upload(&self, file_name: &str, media_type: &str, bytes: Vec<u8>) -> anyhow::Result<Value> {
        let part = reqwest::multipart::Part::bytes(bytes).file_name(file_name.to_owned()).mime_str(media_type)?;
        let form = reqwest::multipart::Form::new().text("description", file_name.to_owned()).part("file", part);
        let request = crate::http().post(format!("{}/api/v2/media", self.base_url)).bearer_auth(&self.token).multipart(form);
        answer(request).await.with_context(|| format!("upload {file_name} as {}", self.handle))
    }
}

/// Whether a post's text (HTML) contains `text`.
fn says(post: &Value, text: &str) -> bool {
    post["content"].as_str().is_some_and(|content| content.contains(text))
}

/// Sends a request and reads the JSON answer; an error status becomes an error with what the server said.
pub(crate) async fn answer(request: reqwest::RequestBuilder) -> anyhow::Result<Value> {
    let response = request.send().await?;
    let status = response.status();
    let text = response.text().await?;
    anyhow::ensure!(status.is_success(), "the server answered {status}: {text}");
    serde_json::from_str(&text).with_context(|| format!("not JSON: {text}"))
}
