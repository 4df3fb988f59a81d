"""Many at once: what is accepted is stored, with its history, and nothing else."""

import random
import threading

import pytest

from tests.soak.traffic import together

WRITERS = 8


def values_of(field: str, dice: random.Random) -> str:
    return "о" if field == "absence" else dice.choice("5432зх")


@pytest.mark.soak(rounds=40)
def test_eight_writers_lose_nothing_and_nobody_is_refused(traffic, rounds):
    each = rounds * 5
    dice = random.Random(1)
    # The first cells are whole columns: all eight write into the same lessons.
    cells = traffic.cells()[: WRITERS * each]
    dice.shuffle(cells)
    sent = {cell: values_of(cell[2], dice) for cell in cells}

    def work(writer, share):
        return [writer.save((*cell, "", sent[cell])) for cell in share]

    shares = [cells[place::WRITERS] for place in range(WRITERS)]
    assert {len(share) for share in shares} == {each}
    writers = traffic.writers[:WRITERS]
    answers = together(
        *(lambda pair=pair: work(*pair) for pair in zip(writers, shares, strict=True))
    )
    refused = [one for part in answers for one in part if one[0] != 200]
    assert refused == []
    assert traffic.stored() == sent
    assert traffic.steps() == len(sent)
    assert traffic.torn() == []


@pytest.mark.soak(rounds=50)
def test_of_two_writers_of_one_cell_the_second_is_told_what_stands(traffic, rounds):
    cell = traffic.cells()[0]
    barrier = threading.Barrier(2, timeout=60)
    tries = rounds * 4

    def work(writer, own):
        seen, accepted, conflicts = "", 0, 0
        for number in range(tries):
            barrier.wait()
            status, (result,) = writer.save((*cell, seen, own[number % 2]))
            assert status == result["status"]
            assert result["status"] in (200, 409)
            accepted += status == 200
            conflicts += status == 409
            seen = result["value"]
            if status == 409:
                assert seen not in own or seen == ""
                assert result["by"]
            barrier.wait()
        return accepted, conflicts, seen

    one, two = together(
        lambda: work(traffic.writers[0], "54"),
        lambda: work(traffic.writers[1], "32"),
    )
    assert one[0] + two[0] == tries
    assert one[1] + two[1] == tries
    assert traffic.steps() == tries
    assert traffic.stored() == {cell: one[2]} == {cell: two[2]}
    assert traffic.torn() == []
