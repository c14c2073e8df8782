from prometheus_client.parser import text_string_to_metric_families

from tests.serving.api.running import Service, guarded, picture, post, serving
from tests.serving.waiting import until

SECRET = "hunter2hunter2"


def samples(service: Service) -> dict[tuple[str, ...], float]:
    """Value by name and labels' values."""
    text = service.client.get("/metrics").text
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_it_is_well_and_ready_until_it_stops() -> None:
    with serving() as service:
        assert service.client.get("/healthz").json() == {"status": "ok"}
        assert service.client.get("/readyz").json() == {"status": "ready"}
        service.engine.stop()
        assert service.client.get("/healthz").status_code == 503
        assert service.client.get("/readyz").status_code == 503


def test_windows_and_the_last_plan() -> None:
    with serving() as service:
        assert service.client.get("/v1/plan").json() is None
        index = post(service.client, picture()).json()["index"]
        # A frame is answered before its window is counted.
        until(lambda: service.client.get("/v1/windows").json())
        windows = service.client.get("/v1/windows").json()
        assert [window["levels"] for window in windows] == [[1, 0, 0, 0, 0, 0]]
        assert service.client.get(f"/v1/windows?after={windows[-1]['number']}").json() == []
        plan = service.client.get("/v1/plan").json()
        assert (plan["cameras"], plan["indices"], plan["levels"]) == (["gate"], [index], [0])
        status = service.client.get("/v1/status").json()
        assert (status["windows"], status["recent"]) == (1, [])


def test_the_configuration_is_shown_without_secrets() -> None:
    cameras = [{"name": "yard", "url": f"rtsp://admin:{SECRET}@127.0.0.1:9/live?token={SECRET}"}]
    with guarded(cameras=cameras) as service:
        shown = service.trusted.get("/v1/config")
        assert shown.json()["serve"]["cameras"][0]["url"] == "rtsp://***@127.0.0.1:9/live?token=***"
        assert SECRET not in shown.text


def test_metrics_follow_the_frames() -> None:
    with serving() as service:
        post(service.client, picture())
        post(service.client, b"nothing")
        found = samples(service)
        assert found["turbo_frames_total", "gate", "0"] == 1
        assert found["turbo_camera_state", "gate", "live"] == 1
        assert found["turbo_camera_decode_errors_total", "gate"] == 1
        assert found["turbo_latency_seconds_count", "gate"] == 1
        assert found["turbo_latency_seconds_bucket", "gate", "+Inf"] == 1
        assert found["turbo_window_length_seconds",] == 0.02
        assert found["turbo_records_written_total", "broadcaster"] == 1
        service.client.delete("/v1/cameras/gate")
        assert not any("gate" in key for key in samples(service))
