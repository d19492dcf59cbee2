# One image for every part of the service: `docker run --rm IMAGE --help` lists what it can do.

ARG PYTHON=3.11.15-slim-bookworm

# --- what is installed: exactly the packages of requirements.lock, none of them compiled here ---------------------
FROM python:${PYTHON} AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1

RUN python -m venv /opt/venv
COPY requirements.lock /src/
RUN /opt/venv/bin/python -m pip install --no-deps --require-hashes --only-binary :all: -r /src/requirements.lock

COPY pyproject.toml README.md /src/
COPY config /src/config
COPY aggregator /src/aggregator
COPY workers /src/workers
RUN /opt/venv/bin/python -m pip install --no-deps /src \
    && /opt/venv/bin/python -m pip check \
    && /opt/venv/bin/python -m pip uninstall --yes pip setuptools

# --- what runs: Python, that folder, and a user who owns nothing but /data ----------------------------------------
FROM python:${PYTHON}

LABEL org.opencontainers.image.title="Aggregator" \
      org.opencontainers.image.description="Feeds in, an attributed and deduplicated site and feeds out"

RUN python -m pip uninstall --yes --root-user-action ignore pip setuptools wheel \
    && groupadd --gid 10001 aggregator \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin aggregator \
    && install -d -o aggregator -g aggregator -m 0750 /data

COPY --from=build /opt/venv /opt/venv
COPY config /app/config
WORKDIR /app

ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    AGGREGATOR_DATA_FOLDER=/data \
    AGGREGATOR_SITE_HOST=0.0.0.0

USER 10001:10001
EXPOSE 8000

# For `web` and `run`; whatever runs another part brings a check of its own (docker-compose.yml).
HEALTHCHECK --interval=30s --timeout=6s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as web; web.urlopen(f\"http://127.0.0.1:{os.environ.get('AGGREGATOR_SITE_PORT', '8000')}/readyz\", timeout=5)"]

ENTRYPOINT ["aggregator"]
CMD ["run"]
