package dev.lateen.proxy.http.call;

import java.util.function.Function;

/** The way to {@link ClusterCalls} for who may be on any thread, such as a reporter with a timer. Safe for use by several threads. */
public interface CallLoops {
    /**
     * Runs {@code caller} on an event loop of the data path: at once when this thread is one, else one is asked to, in turn. What it is given calls by the configuration in
     * force and is good on that event loop only. When the loops have ended, so has every call it makes, before this returns.
     *
     * @param caller makes a call or more, and says what would have to be given up
     * @return gives that up from any thread, also before it was begun
     */
    Pending call(Function<ClusterCalls, Pending> caller);
}
