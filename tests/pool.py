"""The connections of a test: each that was taken out of the pool has to be back in it when the test ends."""

import gc

from sqlalchemy.pool import QueuePool

from helpbutton.db import db


def given_back() -> None:
    """End this thread's session; fail while anything that still lives keeps a connection.

    What the test itself has dropped is collected now, not in the middle of another test.
    """
    db.session.remove()
    pool = db.engine.pool
    assert isinstance(pool, QueuePool)
    if pool.checkedout():
        gc.collect()
    assert pool.checkedout() == 0, f"{pool.checkedout()} connections were not given back"
