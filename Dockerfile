# The worker, the portal and the command line. Exact tag, no digest: see the head of docker-compose.yml.
# Python 3.11 because every test, replay and golden history runs on it: move both together, before
# its security fixes end in October 2027. Debian's slim image because it has what the wheels need.
#
# LOCK=requirements-extras.lock has the extras too: attachments in S3, staff told in chats and by pagers.
ARG PYTHON=3.11.16

FROM python:${PYTHON}-slim-trixie AS build
ARG LOCK=requirements-runtime.lock
RUN python -m venv --without-pip /venv
COPY requirements-runtime.lock requirements-extras.lock /build/
RUN pip --python /venv/bin/python install --no-cache-dir --disable-pip-version-check --no-compile \
        --no-deps --require-hashes --only-binary=:all: -r /build/${LOCK}
WORKDIR /app
COPY worker.py starter.py ./
COPY domain domain
COPY workflows workflows
COPY activities activities
COPY runtime runtime
COPY commands commands
COPY portal portal
# The file system will be read-only: what is loaded is compiled here.
COPY deploy/image/slim.py /build/
RUN PYTHONDONTWRITEBYTECODE=1 /venv/bin/python /build/slim.py program /build/loaded

# Nothing is installed into what runs: whatever has to be mended in it is built anew. Zones are those
# of the lock file.
FROM python:${PYTHON}-slim-trixie AS system
COPY deploy/image/slim.py /build/
COPY --from=build /build/loaded /build/
RUN groupadd --gid 10001 defects \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent \
        --shell /usr/sbin/nologin defects \
 && dpkg --purge --force-depends --force-remove-essential \
        $(dpkg-query -W -f '${Package} ' apt 'libapt-pkg*' gpgv sqv perl-base) \
 && PYTHONDONTWRITEBYTECODE=1 python /build/slim.py system /build/loaded \
 && rm -r /build

FROM scratch
LABEL org.opencontainers.image.title="defect-orchestrator" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV PATH=/venv/bin:/usr/local/bin:/usr/bin:/bin \
    LANG=C.UTF-8 \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
COPY --from=system / /
COPY --from=build /venv /venv
WORKDIR /app
COPY --from=build /app ./
USER 10001:10001
CMD ["python", "worker.py"]
