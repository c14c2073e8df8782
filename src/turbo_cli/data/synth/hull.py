"""The shell of a vehicle: a side view made wide, with what is painted on it."""

from collections.abc import Sequence

from turbo_cli.data.synth.solids import DARK, RIM, TYRE, Builder, Colour, Lamp, Point, disc, patch

Profile = Sequence[tuple[float, float]]
"""A side view from the rear's lower corner over the top to the front's: (x, z)."""

HEADLIGHT: Colour = (255, 244, 214)
TAIL_LIGHT: Colour = (255, 36, 24)


class Hull:
    """A profile extruded to a width that narrows above `belt` (metres): the body shell of one part."""

    def __init__(
        self,
        builder: Builder,
        profile: list[tuple[float, float]],
        half_width: float,
        belt: float,
        top: float,
        colour: Colour,
    ) -> None:
        self.builder, self.profile = builder, profile
        self.half_width, self.belt, self.top = half_width, belt, top
        xs, zs = zip(*profile, strict=True)
        self.height = max(zs)
        builder.part(((min(xs) + max(xs)) / 2, 0.0, (min(zs) + max(zs)) / 2))
        self.strips = [builder.side(self.strip(index), colour) for index in range(len(profile) - 1)]
        self.left = builder.side([self.at(x, z, 1) for x, z in profile], colour)
        self.right = builder.side([self.at(x, z, -1) for x, z in profile], colour)

    def at(self, x: float, z: float, side: int) -> Point:
        """The point of the left (+1) or right (−1) flank."""
        if z <= self.belt:
            return x, side * self.half_width, z
        share = min((z - self.belt) / (self.height - self.belt), 1.0)
        return x, side * self.half_width * (1 - (1 - self.top) * share), z

    def strip(self, index: int) -> list[Point]:
        """The face between two profile points: left, right, right, left; the first two at the first point."""
        first, second = self.profile[index], self.profile[index + 1]
        return [self.at(*first, 1), self.at(*first, -1), self.at(*second, -1), self.at(*second, 1)]

    def on_strip(
        self, index: int, u: tuple[float, float], v: tuple[float, float], colour: Colour, detail: bool = True
    ) -> None:
        """Paint on a strip; u from left to right, v along the profile."""
        self.builder.on(self.strips[index], patch(self.strip(index), u, v), colour, detail=detail)

    def on_flanks(self, outline: Profile, colour: Colour, detail: bool = True) -> None:
        """Paint the same (x, z) polygon, in metres, on both flanks."""
        for side, face in ((1, self.left), (-1, self.right)):
            self.builder.on(face, [self.at(x, z, side) for x, z in outline], colour, detail=detail)

    def wheels(self, xs: Sequence[float], radius: float) -> None:
        """Wheels on both flanks."""
        for side, face in ((1, self.left), (-1, self.right)):
            y = side * self.half_width
            for x in xs:
                self.builder.on(face, disc(x, y, radius * 1.02, radius * 1.18), DARK)
                self.builder.on(face, disc(x, y, radius, radius), TYRE, outline=True, detail=False)
                self.builder.on(face, disc(x, y, radius, radius * 0.55, 8), RIM)

    def end_tyres(self, index: int, radius: float) -> None:
        """The tyres seen below the front or rear face."""
        x = self.strip(index)[0][0]
        for y in (-0.72, 0.72):
            inner, outer = (y - 0.12) * self.half_width, (y + 0.12) * self.half_width
            corners = [(x, inner, 0.0), (x, outer, 0.0), (x, outer, radius), (x, inner, radius)]
            self.builder.on(self.strips[index], corners, TYRE, outline=True, detail=False)

    def lamps(self, x: float, z: float, towards: int, radius: float) -> None:
        """A pair of lamps for the dark."""
        colour = HEADLIGHT if towards > 0 else TAIL_LIGHT
        for side in (-1, 1):
            self.builder.lamps.append(Lamp((x, side * self.half_width * 0.75, z), towards, colour, radius))
