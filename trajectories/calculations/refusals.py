"""What a measure, a definition or a row may be refused for. The class is the reason; the text is for people."""


class TrajectoryRefused(ValueError):
    """Base of every refusal of this app."""


class MeasureRefused(TrajectoryRefused):
    """A measure cannot be computed as asked. The edges say `text` in another language, with its `values`."""

    def __init__(self, text: str = "", **values: object) -> None:
        super().__init__(text % values if values else text)
        self.text, self.values = text, values


class UnknownMeasure(MeasureRefused):
    """No measure has this name."""


class UnknownParameter(MeasureRefused):
    """The measure does not know a parameter."""


class BadParameter(MeasureRefused):
    """A parameter is missing or has a value of the wrong kind."""


class UnknownColumn(MeasureRefused):
    """The log has no such column."""


class DefinitionRefused(TrajectoryRefused):
    """A trajectory's definition cannot be kept as it is written."""


class EventsRefused(TrajectoryRefused):
    """A file or list of events cannot be read at all. The edges say `text` in another language, with its `values`."""

    def __init__(self, text: str = "", **values: object) -> None:
        super().__init__(text % values if values else text)
        self.text, self.values = text, values


class WhichCase(EventsRefused):
    """A log has several types of objects, and nobody has said which of `types` is the case."""

    def __init__(self, text: str, types: tuple[str, ...]) -> None:
        super().__init__(text)
        self.types = types


class UnknownTrajectory(TrajectoryRefused):
    """No trajectory has this code."""


class MayNotRefresh(TrajectoryRefused):
    """Only who leads or administers a unit may ask for a refresh."""
