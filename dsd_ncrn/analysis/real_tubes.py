"""Tubes with the imperfections of a design."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator, SeedSequence

from dsd_ncrn.analysis.study import Study
from dsd_ncrn.design.imperfections import Imperfections
from dsd_ncrn.simulate.imperfections import realise
from dsd_ncrn.simulate.imperfections.realisation import Mixture, Realisation
from dsd_ncrn.simulate.tube import Tube


def stream(seed: int, number: int) -> Generator:
    """The random numbers of one realisation: the same whatever others are drawn, and wherever."""
    return np.random.default_rng(SeedSequence(seed, spawn_key=(number,)))


class RealTubes:
    """Mixes tubes of a study with leaks and imperfections; made once per process, because the network is the costly part.

    ``leaking`` tubes are simulated with all leak channels, which takes several times as long.
    """

    def __init__(self, study: Study, leaking: bool = True) -> None:
        self.study, self.network = study, study.leaky_network() if leaking else study.network
        self.mixture = Mixture(study.system, self.network)
        self._tube = study.tube(self.network)

    def draw(self, given: Imperfections, random: Generator) -> Realisation:
        """One realisation of some imperfections. Raises what they raise."""
        return realise(given, self.mixture, random)

    def mix(self, given: Imperfections, random: Generator, leak_rate: float) -> Tube:
        """A fresh tube, calibrated if that is asked for; ``leak_rate`` in /nM/s.

        Raises CheckFailed where it cannot be calibrated.
        """
        return self.mixed(self.draw(given, random), leak_rate, given.calibrated)

    def mixed(self, realisation: Realisation, leak_rate: float, calibrated: bool) -> Tube:
        """A fresh tube of a realisation that has been drawn; ``leak_rate`` in /nM/s. Raises CheckFailed as ``mix``."""
        if not calibrated:
            return self._tube.mixed_with(leak_rate / self.study.spec.leak.clamp_factor, realisation)
        measured = realisation.without_leaks(self.network, self.study.network)
        return self.study.calibrated_on(measured).tube(self.network, leak_rate, realisation=realisation)
