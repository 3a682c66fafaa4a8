"""Runs as OpenTelemetry spans and metrics. Needs the extra `otel`, which brings the API alone; the SDK is the host's.

    from connector.otel import OpenTelemetry

    connector = Connector.load(name, telemetry=OpenTelemetry())

It listens to the events of each run (`connector.call.events`), whose secrets are masked. Nothing else imports it.
"""

try:
    from connector.otel.spans import OpenTelemetry
except ModuleNotFoundError as error:
    if not (error.name or "").startswith("opentelemetry"):
        raise
    raise ImportError("OpenTelemetry is not installed. Install the extra “otel”.") from error

__all__ = ["OpenTelemetry"]
