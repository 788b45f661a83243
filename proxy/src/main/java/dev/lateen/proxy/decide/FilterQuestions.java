package dev.lateen.proxy.decide;

import dev.lateen.proxy.http.call.ClusterCalls;
import dev.lateen.proxy.http.filter.FilterContext;
import dev.lateen.proxy.http.filter.HeldBody;
import dev.lateen.proxy.http.filter.StateKey;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.reason.Trace;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What filters meet when they are only asked: the chance that was given, no time, no body, nothing that others left. */
final class FilterQuestions implements FilterContext {
    private static final int MILLION = 1_000_000;
    private static final HeldBody NOTHING_YET = new HeldBody() {
        @Override
        public long size() {
            return 0;
        }

        @Override
        public boolean isComplete() {
            return false;
        }

        @Override
        public byte[] bytes(int most) {
            return new byte[0];
        }
    };

    private final RandomGenerator random;
    private final @Nullable Trace trace;

    FilterQuestions(RandomGenerator random, @Nullable Trace trace) {
        this.random = random;
        this.trace = trace;
    }

    @Override
    public boolean chance(int millionths) {
        return random.nextInt(MILLION) < millionths;
    }

    @Override
    public @Nullable Trace trace() {
        return trace;
    }

    @Override
    public long nanos() {
        return 0;
    }

    @Override
    public long epochMillis() {
        return 0;
    }

    /** Whoever asks others says so by its verdict, and is not begun here. */
    @Override
    public ClusterCalls calls() {
        throw new IllegalStateException("a decision calls nobody");
    }

    @Override
    public <T> T state(StateKey<T> key, Supplier<T> maker) {
        return maker.get();
    }

    @Override
    public HeldBody body() {
        return NOTHING_YET;
    }

    @Override
    public void editResponse(Consumer<ResponseHead> edit) {}
}
