"""Results out: one record a frame, to files, web servers, MQTT brokers and whoever listens."""

from turbo_cli.serving.results.broadcaster import Broadcaster
from turbo_cli.serving.results.record import Box, Latency, ResultRecord, boxes_of
from turbo_cli.serving.results.sink import AllSinks, Sink, SinkStatus

__all__ = ["AllSinks", "Box", "Broadcaster", "Latency", "ResultRecord", "Sink", "SinkStatus", "boxes_of"]
