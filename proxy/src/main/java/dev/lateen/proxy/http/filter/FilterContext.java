package dev.lateen.proxy.http.filter;

import dev.lateen.proxy.http.call.ClusterCalls;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.reason.Trace;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a filter may ask of the exchange that it decides on. Used on that exchange's event loop, and not after its end. */
public interface FilterContext {
    /** True with the given chance in millionths (0 to 1,000,000); drawn from the injected source of chance. */
    boolean chance(int millionths);

    /** Whom to tell why a filter decides as it does; null, as for every request that is really under way, when nobody asks. */
    default @Nullable Trace trace() {
        return null;
    }

    /** The injected monotonic clock, in nanoseconds. */
    long nanos();

    /** The injected wall clock, in milliseconds since 1970. */
    long epochMillis();

    /** Calls clusters of the configuration that the exchange came by, on its event loop; what a filter waits for is an {@link Asking}, which is cancelled with the exchange. */
    ClusterCalls calls();

    /**
     * What filters keep beyond configurations, by name; see {@link FilterStates}. A configuration names what its filters keep in {@link FilterCompiler#stateKeys}.
     *
     * @param maker makes it when there is none; must not block
     */
    <T> T state(StateKey<T> key, Supplier<T> maker);

    /** What is here of the request's body: with a {@link BodyWish} what it wished for, else what came by chance. A tunnel (an upgrade, CONNECT) is never waited for. */
    HeldBody body();

    /**
     * Has the response's head edited on its way down, at this filter's place among the {@link HttpFilter#onResponse} of the others, whoever makes the response: for what is known
     * only now, such as headers that an authorizer wants added. Called before this filter's verdict is given.
     */
    void editResponse(Consumer<ResponseHead> edit);
}
