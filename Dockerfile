# One image for web, runner, worker, beat and the sandbox; docker-compose.yml says which is which.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1
WORKDIR /app

COPY requirements.txt .
RUN pip install --require-hashes -r requirements.txt

COPY manage.py pyproject.toml ./
COPY enterprise enterprise
COPY texting texting
COPY frame frame
COPY templates templates

# Static files need complete settings, but none that are used for anything here.
RUN DEBUG=False SECRET_KEY=build-only TEXTING_KEYS=build:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
    DATABASE_URL=postgres://build@127.0.0.1/build REDIS_URL=redis://127.0.0.1/0 PUBLIC_URL=https://build.example.com \
    python manage.py collectstatic --noinput

RUN useradd --system --no-create-home --uid 10001 enterprise \
    && mkdir /data && chown enterprise /data
USER enterprise
EXPOSE 8000

CMD ["gunicorn", "enterprise.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4"]
