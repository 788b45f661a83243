package dev.lateen.proxy.http.filter;

import dev.lateen.proxy.http.call.Pending;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** What a filter asks of others and waits for, such as an authorizer's opinion; see {@link FilterVerdict.Wait}. */
@FunctionalInterface
public interface Asking {
    /**
     * Begins; called once, on the exchange's event loop. Must not block. The answer may be given at once, from within.
     *
     * @return what is given up when nobody waits any longer: the exchange is over (the client is gone, a timeout answered it, its connection was closed) or the
     *     limit has passed. Cancelled once at most, on the event loop, and not after an answer; must not throw. A call ({@link FilterContext#calls}) is one
     */
    Pending begin(Answer answer);

    /** Where the answer goes. The first counts; what comes after it, or after the cancellation, is ignored. Safe for use by any thread. */
    interface Answer {
        /**
         * Goes on by what {@code decision} says. It is asked on the exchange's event loop, and only while the exchange waits for it, so it may edit the head and leave
         * metadata.
         */
        void decide(Supplier<FilterVerdict> decision);

        /** There is no answer: the request is refused, as if the filter had thrown this. */
        void failed(Throwable fault);
    }

    /** The outcome of work that goes on elsewhere, such as on a worker thread; it is cancelled when nobody waits any longer. */
    @SuppressWarnings("FutureReturnValueIgnored") // both outcomes are handled
    static Asking of(CompletionStage<FilterVerdict> work) {
        return answer -> {
            work.whenComplete((verdict, fault) -> {
                if (fault == null) {
                    answer.decide(() -> verdict);
                } else {
                    answer.failed(fault);
                }
            });
            return () -> work.toCompletableFuture().cancel(false);
        };
    }
}
