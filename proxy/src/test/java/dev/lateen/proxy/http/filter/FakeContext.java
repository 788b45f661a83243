package dev.lateen.proxy.http.filter;

import dev.lateen.proxy.http.call.ClusterCalls;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.upstream.FakeTimers;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Chance is always kind, and the clocks stand where a test puts them. */
final class FakeContext implements FilterContext {
    private final FilterStates.OnLoop states =
            FilterStates.of(new FakeTimers(), () -> ProxySnapshot.EMPTY).on(Runnable::run);
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
    public ClusterCalls calls() {
        throw new AssertionError("nobody to call");
    }

    @Override
    public <T> T state(StateKey<T> key, Supplier<T> maker) {
        return states.get(key, maker);
    }

    @Override
    public void editResponse(Consumer<ResponseHead> edit) {
        throw new AssertionError("no response");
    }

    @Override
    public HeldBody body() {
        throw new AssertionError("no wish");
    }
}
