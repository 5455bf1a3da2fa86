//! Settings: JSON values by key.

use crate::{Conn, Result, StoreError};
use serde::{Serialize, de::DeserializeOwned};

impl Conn {
    /// A setting; `None` when it was never saved.
    pub async fn setting<T: DeserializeOwned>(&mut self, key: &str) -> Result<Option<T>> {
        const SQL: &str = "SELECT value FROM setting WHERE key = $1";
        let text: Option<String> = crate::on!(self, c => sqlx::query_scalar(SQL).bind(key).fetch_optional(c).await?);
        text.map(|text| serde_json::from_str(&text).map_err(|error| StoreError::Corrupt("setting", format!("{key}: {error}")))).transpose()
    }

    /// Saves a setting.
    pub async fn set_setting<T: Serialize + Sync>(&mut self, key: &str, value: &T) -> Result<()> {
        const SQL: &str = "INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
        let text = serde_json::to_string(value).map_err(|error| StoreError::Corrupt("setting", format!("{key}: {error}")))?;
        crate::on!(self, c => sqlx::query(SQL).bind(key).bind(&text).execute(c).await.map(drop)?);
        Ok(())
    }

    /// Removes a setting.
    pub async fn delete_setting(&mut self, key: &str) -> Result<()> {
        const SQL: &str = "DELETE FROM setting WHERE key = $1";
        crate::on!(self, c => sqlx::query(SQL).bind(key).execute(c).await.map(drop)?);
        Ok(())
    }
}
