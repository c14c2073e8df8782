"""OpenCV's own darknet reader is the independent reference: the same images must give the same numbers."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torchvision.ops import batched_nms

from tests.detectors.darknet.networks import write_small, write_weights
from turbo_cli.boxes import Detections
from turbo_cli.detectors.conformance import verify
from turbo_cli.detectors.darknet import build
from turbo_cli.detectors.darknet.detector import CONFIGS, DarknetDetector

Rows = NDArray[np.float32]
LARGEST_DIFFERENCE = 1e-4


class OpenCv:
    """The same files through `cv2.dnn`."""

    def __init__(self, cfg: Path, weights: Path, folder: Path) -> None:
        # Unless told otherwise, OpenCV's yolo layer sets every objectness x class below 0.2 to zero.
        text = cfg.read_text().replace("[yolo]\n", "[yolo]\nthresh=0\n")
        (folder / "opencv.cfg").write_text(text)
        self.net = cv2.dnn.readNetFromDarknet(str(folder / "opencv.cfg"), str(weights))

    def rows(self, image: Tensor) -> tuple[Rows, Rows]:
        """(3, H, W) → (N, 4) boxes, xyxy as fractions of the image, and (N, classes) scores."""
        self.net.setInput(image[None].numpy())
        rows = np.concatenate(self.net.forward(self.net.getUnconnectedOutLayersNames()))
        centre, size = rows[:, :2], rows[:, 2:4]
        return np.concatenate([centre - size / 2, centre + size / 2], axis=1), rows[:, 5:]

    def detect(self, image: Tensor, detector: DarknetDetector) -> Detections:
        """The rows through the same floor and NMS, in input pixels."""
        boxes, scores = (torch.from_numpy(rows) for rows in self.rows(image))
        place, label = (scores >= detector.score_floor).nonzero(as_tuple=True)
        pixels = boxes[place] * torch.tensor([image.shape[2], image.shape[1]] * 2)
        keep = batched_nms(pixels, scores[place, label], label, detector.nms_iou)
        limits = torch.tensor([image.shape[2], image.shape[1]] * 2)
        return Detections(
            pixels[keep].clamp(min=torch.zeros(4), max=limits).numpy(),
            scores[place, label][keep].numpy(),
            np.array(detector.category_ids)[label[keep]],
        )


def assert_equal(detector: DarknetDetector, opencv: OpenCv, images: Tensor) -> None:
    """Over all anchors, whether or not they become boxes."""
    with torch.no_grad():
        predictions = detector.head(detector.encode(images))
        boxes = predictions.grid.decode(predictions.raw)
        scores = predictions.objectness.sigmoid()[..., None] * predictions.classes.sigmoid()
    size = np.array([images.shape[3], images.shape[2]] * 2)
    for index, image in enumerate(images):
        expected_boxes, expected_scores = opencv.rows(image)
        assert np.abs(boxes[index].numpy() / size - expected_boxes).max() <= LARGEST_DIFFERENCE
        assert np.abs(scores[index].numpy() - expected_scores).max() <= LARGEST_DIFFERENCE


def darknet(name: str, weights: Path, size: tuple[int, int] | None = None) -> DarknetDetector:
    detector = build(name, weights, size)
    assert isinstance(detector, DarknetDetector)
    return detector


def smooth_frames(count: int) -> list[NDArray[np.uint8]]:
    """Something with edges and colours."""
    random = np.random.default_rng(1)
    small = random.integers(0, 256, (count, 18, 32, 3), np.uint8)
    return [cv2.resize(image, (320, 180), interpolation=cv2.INTER_CUBIC) for image in small]


def test_every_layer_kind(tmp_path: Path) -> None:
    weights = write_small(tmp_path)
    detector, opencv = darknet("small", weights), OpenCv(tmp_path / "small.cfg", weights, tmp_path)
    images, _ = detector.prepare(smooth_frames(2))
    assert_equal(detector, opencv, images)
    assert_equal(detector, opencv, images[:, :, :32, :64].contiguous())


def test_yolov3(tmp_path: Path) -> None:
    weights = write_weights(CONFIGS / "yolov3.cfg", tmp_path / "yolov3.weights")
    detector, opencv = darknet("yolov3", weights), OpenCv(CONFIGS / "yolov3.cfg", weights, tmp_path)
    weights.unlink()  # 248 MB
    assert detector.input_size == (416, 416)
    images, _ = detector.prepare(smooth_frames(1))
    assert_equal(detector, opencv, images)
    with torch.no_grad():
        (found,) = detector.detect(detector.encode(images))
    assert len(found) > 100


@pytest.mark.parametrize("size", [(640, 384), (320, 320)])
def test_yolo_fastest_xl_on_real_frames(tmp_path: Path, shared_data: Path, size: tuple[int, int]) -> None:
    folder = shared_data / "weights" / "yolo-fastest"
    weights = folder / "yolo-fastest-1.1-xl.weights"
    detector = darknet("yolo-fastest-xl", weights, size)
    opencv = OpenCv(folder / "yolo-fastest-1.1-xl.cfg", weights, tmp_path)
    paths = sorted((shared_data / "ua-detrac").rglob("*.jpg"))[:2]
    frames = [np.asarray(Image.open(path)) for path in paths]
    images, _ = detector.prepare(frames)
    assert_equal(detector, opencv, images)

    detector.score_floor = 0.2
    report = verify(
        detector, frames, whole=lambda images: [opencv.detect(image, detector) for image in images]
    )
    assert report.passed, report
    assert int(report.checks[-1].detail.split()[0]) > 20  # boxes in the two frames


def test_frames_are_resized_as_opencv_does(tmp_path: Path) -> None:
    detector = build("small", write_small(tmp_path), (128, 64))
    frames = [*smooth_frames(1), smooth_frames(1)[0][:37, :51], smooth_frames(1)[0][:64, :128]]
    images, geometry = detector.prepare(frames)
    for frame, image, place in zip(frames, images, geometry, strict=True):
        (blob,) = cv2.dnn.blobFromImage(frame, 1 / 255, (128, 64))
        assert np.abs(blob - image.numpy()).max() <= 1.01 / 255
        corner = np.array([[0, 0, frame.shape[1], frame.shape[0]]], np.float32)
        assert np.allclose(place.to_input(corner), [[0, 0, 128, 64]])
