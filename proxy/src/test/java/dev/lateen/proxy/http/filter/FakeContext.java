package dev.lateen.proxy.http.filter;

/** Chance is always kind, and the clocks stand where a test puts them. */
final class FakeContext implements FilterContext {
    long nanos;

    @Override
    public boolean chance(int millionths) {
        return millionths > 0;
    }

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public long epochMillis() {
        return nanos / 1_000_000;
    }

    @Override
    public HeldBody body() {
        throw new AssertionError("no wish");
    }
}
