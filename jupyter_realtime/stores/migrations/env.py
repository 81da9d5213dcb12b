"""Run migrations on the connection that `stores.migrate` hands over."""

from alembic import context

from jupyter_realtime.stores.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
