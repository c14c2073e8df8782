"""No filter: every frame goes to the detector."""

from turbo_cli.pipelines.base import CameraFrame, Decision


class Everything:
    """What a pipeline is compared with."""

    def decide(self, frame: CameraFrame) -> Decision:
        """Send it."""
        return Decision(True, "all")

    def forget(self, camera: str) -> None:
        """Nothing is known of any camera."""
