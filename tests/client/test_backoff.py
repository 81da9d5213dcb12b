from jupyter_realtime.client.backoff import MAX_SECONDS, Backoff


def test_the_span_doubles_from_a_quarter_of_a_second_to_twenty() -> None:
    backoff = Backoff(lambda: 1.0)
    assert [backoff.next() for _ in range(9)] == [0.25, 0.5, 1, 2, 4, 8, 16, 20, 20]


def test_a_random_part_of_the_span_is_waited() -> None:
    parts = iter([0.5, 0.0])
    backoff = Backoff(lambda: next(parts))
    assert [backoff.next(), backoff.next()] == [0.125, 0.0]


def test_what_the_server_asks_for_wins() -> None:
    backoff = Backoff(lambda: 1.0)
    assert (backoff.next(7.5), backoff.next(-1)) == (7.5, 0.0)


def test_it_begins_anew_when_it_worked() -> None:
    backoff = Backoff(lambda: 1.0)
    for _ in range(5000):
        last = backoff.next()
    assert last == MAX_SECONDS
    backoff.reset()
    assert backoff.next() == 0.25
