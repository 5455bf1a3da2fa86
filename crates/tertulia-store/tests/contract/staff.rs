//! Users, sessions, links, tokens, departments, remembered failures.

use super::{id, on_both};
use tertulia_kernel::{DepartmentId, Timestamp, TokenId, UserId};
use tertulia_policy::{Role, Scope};
use tertulia_store::{department::Department, session::SetupLink, staff::User, token::Token};

const NOON: Timestamp = Timestamp::from_seconds(1_795_262_400);

pub(crate) fn user(n: u128, departments: &[DepartmentId]) -> User {
    User {
        id: UserId(id(n)),
        number: n as i64,
        email: format!("u{n}@company.test"),
        name: format!("U {n}"),
        role: Role::Agent,
        departments: departments.to_vec(),
        locale: "es".into(),
        theme: "system".into(),
        zone: None,
        has_password: false,
        ready: false,
        last_seen_at: None,
        disabled_at: None,
        sample: false,
        created_at: NOON,
    }
}

pub(crate) fn department(n: u128) -> Department {
    Department {
        id: DepartmentId(id(n)),
        number: n as i64,
        key: format!("d{n}"),
        name_es: "Área".into(),
        name_en: "Area".into(),
        members: 0,
        created_at: NOON,
    }
}

on_both! {
    async fn a_user_comes_back_as_saved(store) {
        let (sales, care) = (department(1), department(2));
        let mut tx = store.begin().await?;
        tx.insert_department(&sales).await?;
        tx.insert_department(&care).await?;
        let mut ana = user(10, &[sales.id, care.id]);
        tx.insert_user(&ana).await?;
        tx.insert_user(&user(11, &[])).await?;
        tx.commit().await?;
        assert_eq!(store.read().await?.user(ana.id).await?, Some(ana.clone()));
        assert_eq!(store.read().await?.department(sales.id).await?.map(|one| one.members), Some(1));

        let mut tx = store.begin().await?;
        assert_eq!(tx.count_active_administrators().await?, 0);
        tx.set_password(ana.id, "hash").await?;
        tx.set_last_seen(ana.id, NOON.plus_seconds(5)).await?;
        ana = User {
            role: Role::Administrator,
            departments: vec![care.id],
            zone: Some("America/Lima".into()),
            has_password: true,
            last_seen_at: Some(NOON.plus_seconds(5)),
            ..ana
        };
        tx.save_user(&ana).await?;
        assert_eq!(tx.count_active_administrators().await?, 1);
        tx.commit().await?;
        let mut conn = store.read().await?;
        assert_eq!(conn.users().await?, [ana.clone(), user(11, &[])]);
        assert_eq!(conn.user_by_email("u10@company.test").await?, Some(ana.clone()));
        assert_eq!(conn.password_hash(ana.id).await?.as_deref(), Some("hash"));
        assert_eq!(conn.password_hash(UserId(id(11))).await?, None);
        assert_eq!(conn.user(UserId(id(99))).await?, None);
        Ok(())
    }

    async fn two_users_can_not_share_an_email(store) {
        let mut tx = store.begin().await?;
        tx.insert_user(&user(10, &[])).await?;
        let twin = User { id: UserId(id(11)), number: 11, ..user(10, &[]) };
        let refused = tx.insert_user(&twin).await;
        assert!(refused.is_err_and(|error| error.is_unique()));
        Ok(())
    }

    async fn sessions_slide_and_expire(store) {
        let mut tx = store.begin().await?;
        let ana = user(10, &[]);
        tx.insert_user(&ana).await?;
        for (n, hours) in [(1u8, 1), (2, 2), (3, 3)] {
            tx.insert_session(&[n; 32], ana.id, NOON, NOON.plus_seconds(hours * 3_600), Some("browser")).await?;
        }
        tx.extend_session(&[1; 32], NOON.plus_seconds(60), NOON.plus_seconds(9_000)).await?;
        tx.commit().await?;
        let session = store.read().await?.session(&[1; 32]).await?.expect("there");
        assert_eq!((session.user.id, session.seen_at, session.expires_at), (ana.id, NOON.plus_seconds(60), NOON.plus_seconds(9_000)));
        assert_eq!(store.read().await?.latest_instant().await?, Some(NOON.plus_seconds(60)));

        let mut tx = store.begin().await?;
        assert_eq!(tx.delete_expired_sessions(NOON.plus_seconds(7_200)).await?, 1);
        assert!(tx.session(&[2; 32]).await?.is_none());
        tx.delete_sessions_of(ana.id, Some(&[3; 32])).await?;
        assert!(tx.session(&[1; 32]).await?.is_none() && tx.session(&[3; 32]).await?.is_some());
        tx.delete_session(&[3; 32]).await?;
        assert!(tx.session(&[3; 32]).await?.is_none());
        Ok(())
    }

    async fn a_link_is_taken_once(store) {
        let mut tx = store.begin().await?;
        let ana = user(10, &[]);
        tx.insert_user(&ana).await?;
        let first = SetupLink { purpose: "administrator".into(), user: None, expires_at: NOON };
        let invitation = SetupLink { purpose: "invitation".into(), user: Some(ana.id), expires_at: NOON };
        tx.insert_setup_link(&[1; 32], &first).await?;
        tx.insert_setup_link(&[2; 32], &invitation).await?;
        assert_eq!(tx.setup_link(&[2; 32]).await?, Some(invitation));
        tx.delete_setup_links_of("administrator", None).await?;
        assert_eq!(tx.setup_link(&[1; 32]).await?, None);
        assert!(tx.delete_setup_link(&[2; 32]).await?);
        assert!(!tx.delete_setup_link(&[2; 32]).await?);
        Ok(())
    }

    async fn tokens_lead_to_their_owner(store) {
        let mut tx = store.begin().await?;
        let ana = user(10, &[]);
        tx.insert_user(&ana).await?;
        let token = Token {
            id: TokenId(id(50)),
            user: ana.id,
            name: "script".into(),
            scopes: vec![Scope::Push, Scope::Read],
            created_at: NOON,
            last_used_at: None,
        };
        tx.insert_token(&token, &[5; 32]).await?;
        tx.set_token_used(token.id, NOON.plus_seconds(1)).await?;
        tx.commit().await?;
        let used = Token { last_used_at: Some(NOON.plus_seconds(1)), ..token };
        let mut conn = store.read().await?;
        assert_eq!(conn.token_by_hash(&[5; 32]).await?, Some((used.clone(), ana.clone())));
        assert_eq!(conn.token_by_hash(&[6; 32]).await?, None);
        assert_eq!(conn.tokens(Some(UserId(id(99)))).await?, []);
        drop(conn);
        let mut tx = store.begin().await?;
        tx.delete_tokens_of(ana.id).await?;
        assert_eq!(tx.tokens(None).await?, []);
        Ok(())
    }

    async fn failures_count_within_their_time(store) {
        let mut tx = store.begin().await?;
        for seconds in [0, 10, 20] {
            tx.insert_login_failure("email:a", NOON.plus_seconds(seconds)).await?;
        }
        assert_eq!(tx.login_failures("email:a", NOON).await?, (2, Some(NOON.plus_seconds(20))));
        assert_eq!(tx.login_failures("email:b", NOON).await?, (0, None));
        tx.delete_login_failure("email:a", NOON.plus_seconds(20)).await?;
        assert_eq!(tx.login_failures("email:a", NOON).await?, (1, Some(NOON.plus_seconds(10))));
        tx.delete_login_failures_before(NOON.plus_seconds(10)).await?;
        assert_eq!(tx.login_failures("email:a", Timestamp::from_seconds(0)).await?.0, 1);
        tx.delete_login_failures("email:a").await?;
        assert_eq!(tx.login_failures("email:a", Timestamp::from_seconds(0)).await?.0, 0);
        Ok(())
    }

    async fn a_department_changes_and_goes_with_its_memberships(store) {
        let mut tx = store.begin().await?;
        let mut sales = department(1);
        tx.insert_department(&sales).await?;
        tx.insert_department(&department(2)).await?;
        tx.insert_user(&user(10, &[sales.id])).await?;
        tx.commit().await?;
        let mut tx = store.begin().await?;
        sales.key = "d2".into();
        assert!(tx.save_department(&sales).await.is_err_and(|error| error.is_unique()));
        drop(tx);
        let mut tx = store.begin().await?;
        assert!(!tx.department_has_cases(sales.id).await?);
        tx.delete_department(sales.id).await?;
        assert_eq!(tx.departments().await?.len(), 1);
        assert_eq!(tx.departments_of(UserId(id(10))).await?, []);
        Ok(())
    }
}
