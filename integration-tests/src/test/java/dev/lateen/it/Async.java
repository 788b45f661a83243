package dev.lateen.it;

import io.vertx.core.Future;
import java.util.concurrent.TimeUnit;

/** Waits for what happens elsewhere. */
final class Async {
    private Async() {}

    /** The result; an error if it failed or took more than a minute. */
    static <T> T done(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(1, TimeUnit.MINUTES)
                .join();
    }
}
