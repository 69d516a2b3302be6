//! Changes: one transaction each, by whoever is still who they were.

use super::auth::Operator;
use crate::server::state::App;
use crate::server::trouble::Trouble;
use crate::store::maintenance::{self, Epoch};
use crate::store::streams::{self, devices};
use crate::store::{Connection, tokens};

/// Changes the store, all of it or nothing. What `work` reads is what others committed before.
///
/// # Errors
/// 401 where the operator is gone; 503 where the store was restored since they were let in, or
/// is being written for too long; what `work` returns.
pub fn change<T>(
    connection: &mut Connection,
    operator: &Operator,
    work: impl FnOnce(&mut Connection, &Operator) -> Result<T, Trouble>,
) -> Result<T, Trouble> {
    connection.write(|connection| {
        let epoch = match operator {
            Operator::Nobody => None,
            Operator::Device(acting) => Some(&acting.epoch),
        };
        begin(connection, epoch)?;
        let operator = operator.again(connection)?;
        work(connection, &operator)
    })
}

/// Makes the devices that each account has.
///
/// # Errors
/// As [`change`].
pub async fn make_own(app: &App, user: i64, epoch: Epoch) -> Result<(), Trouble> {
    app.stores
        .with(move |connection| {
            connection.write(|connection| {
                begin(connection, Some(&epoch))?;
                Ok(devices::make_own(connection, user)?)
            })
        })
        .await
}

fn begin(connection: &mut Connection, epoch: Option<&Epoch>) -> Result<(), Trouble> {
    streams::see_committed(connection)?;
    tokens::await_restore(connection)?;
    match epoch {
        Some(epoch) if *epoch != maintenance::epoch(connection)? => {
            Err(Trouble::busy("the store was restored meanwhile"))
        }
        _ => Ok(()),
    }
}
