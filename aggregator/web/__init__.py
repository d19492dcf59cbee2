"""The ASGI application: site, feeds, health and metrics."""
